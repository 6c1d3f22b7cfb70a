package uae

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

// The numbers of papers and plates. Where one has a check digit it is right, so
// that an input field that checks it accepts what the mock hands out.

// emiratesID is an Emirates id: 784, the year of birth, seven digits, and the
// check digit of Luhn's rule.
func emiratesID(f *gofakeit.Faker, born int) string {
	year, serial := strconv.Itoa(born), f.Numerify("#######")
	return fmt.Sprintf("784-%s-%s-%d", year, serial, luhn("784"+year+serial))
}

// luhn is the digit that makes a number of digits pass Luhn's rule.
func luhn(digits string) int {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return (10 - sum%10) % 10
}

// iban is an Emirati account: AE, two check digits, three digits of the bank,
// sixteen of the account.
func iban(bank, account string) string {
	body := bank + account
	return fmt.Sprintf("AE%02d%s", 98-remainder97(body+"AE00"), body)
}

// remainder97 is what ISO 7064 mod 97 leaves of a text of digits and capitals, a
// letter read as 10 to 35.
func remainder97(text string) int {
	rest := 0
	for _, c := range []byte(text) {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest
}

// vinLetters are what a vehicle identification number is written with: I, O and Q
// would be read as digits.
const (
	vinLetters   = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
	vinValues    = "012345678912345678123457923456789" // of the letters above
	vinYearCodes = "ABCDEFGHJKLMNPRSTVWXY123456789"    // from 2010 on, and again after 2039
)

var vinWeights = [17]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}

// vin is a vehicle identification number with a check digit: the maker's three
// letters, five of the model, the check digit, the model year, the plant, and six
// digits.
func vin(f *gofakeit.Faker, maker string, year int) string {
	var number strings.Builder
	number.WriteString(maker)
	for range 5 {
		number.WriteByte(vinLetters[f.IntRange(0, len(vinLetters)-1)])
	}
	number.WriteByte('0')
	number.WriteByte(vinYearCodes[(year-2010+10*len(vinYearCodes))%len(vinYearCodes)])
	number.WriteByte(vinLetters[f.IntRange(10, len(vinLetters)-1)])
	number.WriteString(f.Numerify("######"))
	text := number.String()
	return text[:8] + vinCheck(text) + text[9:]
}

// vinCheck is the ninth character that the other sixteen demand.
func vinCheck(number string) string {
	sum := 0
	for i, weight := range vinWeights {
		sum += weight * int(vinValues[strings.IndexByte(vinLetters, number[i])]-'0')
	}
	if sum %= 11; sum == 10 {
		return "X"
	}
	return strconv.Itoa(sum)
}

// plateCodes are the series of each emirate: numbers in some, letters in others.
var plateCodes = map[string][]string{
	"AbuDhabi":     {"1", "5", "6", "10", "11", "12", "14", "17", "50"},
	"Ajman":        {"A", "B", "C", "D", "E", "H"},
	"Dubai":        {"A", "D", "F", "J", "K", "M", "P", "R", "T", "W", "AA", "BB"},
	"Fujairah":     {"A", "B", "E", "F", "K", "M", "P"},
	"RasAlKhaimah": {"A", "C", "D", "K", "N", "S", "V", "Y"},
	"Sharjah":      {"1", "2", "3", "4"},
	"UmmAlQuwain":  {"A", "B", "C", "E", "G", "X"},
}

// plate is a number plate of an emirate, one to five digits without leading zeros.
func plate(f *gofakeit.Faker, emirate string) (code, number string) {
	return f.RandomString(plateCodes[emirate]), strconv.Itoa(f.IntRange(100, 99999))
}
