package allianz

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	longestAmount   = 40
	largestExponent = 99
)

// Amount is a sum of baht that keeps its text: 1555.4 stays 1555.4 and never
// becomes 1555.40. The zero value is no amount at all, null on the wire.
type Amount struct{ text string }

// Baht is n whole baht.
func Baht(n int64) Amount { return Amount{strconv.FormatInt(n, 10)} }

// Satang is n hundredths of a baht, written as the carrier writes it: without
// trailing zeros behind the point.
func Satang(n int64) Amount {
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	digits = strings.Repeat("0", max(0, 3-len(digits))) + digits
	whole, hundredths := digits[:len(digits)-2], strings.TrimRight(digits[len(digits)-2:], "0")
	if hundredths == "" {
		return Amount{sign + whole}
	}
	return Amount{sign + whole + "." + hundredths}
}

// ParseAmount reads a JSON number of at most 40 characters and keeps its text.
func ParseAmount(text string) (Amount, error) {
	if len(text) > longestAmount {
		return Amount{}, fmt.Errorf("amount of %d characters is too long", len(text))
	}
	if text == "" || !startsNumber(text[0]) || !isDigit(text[len(text)-1]) || !json.Valid([]byte(text)) {
		return Amount{}, fmt.Errorf("amount %q is not a JSON number", text)
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(text), "e"); ok {
		if n, err := strconv.Atoi(exponent); err != nil || max(n, -n) > largestExponent {
			return Amount{}, fmt.Errorf("amount %q has too large an exponent", text)
		}
	}
	return Amount{text}, nil
}

// None says that there is no amount: null, or never set. Zero baht is an amount.
func (a Amount) None() bool { return a.text == "" }

// String is the text of the amount as it stands on the wire, "" for none.
func (a Amount) String() string { return a.text }

// Satang is the amount in hundredths of a baht, exactly; none, a finer fraction
// or a sum beyond int64 is an error.
func (a Amount) Satang() (int64, error) {
	if a.None() {
		return 0, errors.New("no amount")
	}
	sign, digits, exponent := a.decimal()
	if exponent < -2 {
		return 0, fmt.Errorf("amount %s is finer than a satang", a)
	}
	n, err := strconv.ParseInt(sign+digits+strings.Repeat("0", exponent+2), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("amount %s is out of range", a)
	}
	return n, nil
}

// Equal says that both are the same sum, however written, or both none.
func (a Amount) Equal(b Amount) bool {
	if a.None() || b.None() {
		return a == b
	}
	aSign, aDigits, aExponent := a.decimal()
	bSign, bDigits, bExponent := b.decimal()
	return aSign == bSign && aDigits == bDigits && aExponent == bExponent
}

// MarshalJSON writes the text as a number, none as null.
func (a Amount) MarshalJSON() ([]byte, error) {
	if a.None() {
		return []byte("null"), nil
	}
	return []byte(a.text), nil
}

// UnmarshalJSON reads a number or null; a quoted number is refused.
func (a *Amount) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*a = Amount{}
		return nil
	}
	read, err := ParseAmount(string(text))
	if err != nil {
		return err
	}
	*a = read
	return nil
}

// decimal is the amount as sign, digits and power of ten, each sum in one way only.
func (a Amount) decimal() (sign, digits string, exponent int) {
	mantissa, power, _ := strings.Cut(strings.ToLower(a.text), "e")
	exponent, _ = strconv.Atoi(power)
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := strings.TrimLeft(whole+fraction, "0")
	digits = strings.TrimRight(all, "0")
	if digits == "" {
		return "", "0", 0
	}
	if negative {
		sign = "-"
	}
	return sign, digits, exponent - len(fraction) + len(all) - len(digits)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func startsNumber(c byte) bool { return c == '-' || isDigit(c) }
