package allianz

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// satang is an amount of money in hundredths of a baht.
type satang int64

const baht satang = 100

// maxDigits bounds an amount to less than 10^14 satang, a million million baht,
// so that no product of the tariff overflows (inferred).
const maxDigits = 14

// MarshalJSON writes baht without trailing zeros, as the insurer does: 1555.4.
func (s satang) MarshalJSON() ([]byte, error) {
	text := strconv.AppendInt(nil, int64(s/baht), 10)
	switch rest := byte(s % baht); {
	case rest == 0:
	case rest%10 == 0:
		text = append(text, '.', '0'+rest/10)
	default:
		text = append(text, '.', '0'+rest/10, '0'+rest%10)
	}
	return text, nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *satang) UnmarshalJSON(text []byte) error {
	amount, ok := parseSatang(json.Number(text))
	if !ok {
		return fmt.Errorf("allianz: %s is no amount of baht", text)
	}
	*s = amount
	return nil
}

// parseSatang reads a JSON number of baht exactly; false when it is negative,
// too large or finer than a satang.
func parseSatang(number json.Number) (satang, bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number.String()), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	whole, negative := strings.CutPrefix(whole, "-")
	digits := whole + fraction
	shortened := strings.TrimRight(digits, "0")
	zeros := len(digits) - len(shortened) - len(fraction) + 2
	digits = strings.TrimLeft(shortened, "0")
	if digits == "" {
		return 0, true
	}
	if exponent != "" {
		power, err := strconv.Atoi(exponent)
		if err != nil || power > maxDigits+len(fraction) || power < -len(whole)-2 {
			return 0, false
		}
		zeros += power
	}
	if negative || zeros < 0 || len(digits)+zeros > maxDigits {
		return 0, false
	}
	amount, err := strconv.ParseInt(digits+strings.Repeat("0", zeros), 10, 64)
	return satang(amount), err == nil
}
