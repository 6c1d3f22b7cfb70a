package lifeishard

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// cents is an amount of money in hundredths: euro cents or bani.
type cents int64

// maxDigits bounds what is read, so that no product of the tariff overflows
// (inferred): less than a million million euro.
const maxDigits = 14

// MarshalJSON writes an amount without trailing zeros, as the samples do: 89, 438.05.
func (c cents) MarshalJSON() ([]byte, error) { return []byte(c.String()), nil }

func (c cents) String() string {
	text := strconv.FormatInt(int64(c/100), 10)
	if rest := c % 100; rest > 0 {
		text += "." + strings.TrimSuffix(fmt.Sprintf("%02d", rest), "0")
	}
	return text
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *cents) UnmarshalJSON(text []byte) error {
	amount, ok := decimal(string(text), 2)
	if !ok {
		return fmt.Errorf("lifeishard: %s is no amount", text)
	}
	*c = cents(amount)
	return nil
}

// printed is an amount with two decimals and its thousands apart, as Romanians
// write it: 1.438,05.
func (c cents) printed() string {
	number := strconv.FormatInt(int64(c/100), 10)
	var text strings.Builder
	for i, digit := range number {
		if i > 0 && (len(number)-i)%3 == 0 {
			text.WriteByte('.')
		}
		text.WriteRune(digit)
	}
	fmt.Fprintf(&text, ",%02d", c%100)
	return text.String()
}

// The rate of the printed answer, lei for a euro. That it is the same every day is
// our choice.
const (
	rateDigits = 49219 // in ten-thousandths
	rateText   = json.Number("4.9219")
)

// inLei is what an amount in euro is in lei, rounded to the ban.
func (c cents) inLei() cents { return (c*rateDigits + 5_000) / 10_000 }

// shares splits an amount into so many parts, of which the first takes what is over.
func (c cents) shares(n int) []cents {
	all := make([]cents, n)
	for i := range all {
		all[i] = c / cents(n)
	}
	all[0] += c % cents(n)
	return all
}

// decimal reads a number, in quotes or not, exactly as a count of its smallest
// places; false when it is negative, too large or finer than that.
func decimal(text string, places int) (int64, bool) {
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	shift := places - len(fraction)
	if scientific {
		power, err := strconv.Atoi(exponent)
		if err != nil || power > 1_000 || power < -1_000 {
			return 0, false
		}
		shift += power
	}
	digits = strings.TrimLeft(digits, "0")
	for ; shift < 0 && strings.HasSuffix(digits, "0"); shift++ {
		digits = strings.TrimSuffix(digits, "0")
	}
	if digits == "" {
		return 0, true
	}
	if shift < 0 || len(digits)+shift > maxDigits {
		return 0, false
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", shift), 10, 64)
	return n, err == nil
}
