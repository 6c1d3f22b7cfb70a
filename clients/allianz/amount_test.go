package allianz_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

func TestAmountSatang(t *testing.T) {
	tests := map[string]struct {
		want int64
		fail bool
	}{
		"0":                       {want: 0},
		"-0.00":                   {want: 0},
		"600000":                  {want: 60000000},
		"1555.4":                  {want: 155540},
		"1555.40":                 {want: 155540},
		"1308.4400":               {want: 130844},
		"0.01":                    {want: 1},
		"-75.5":                   {want: -7550},
		"1E+7":                    {want: 1000000000},
		"1.0e7":                   {want: 1000000000},
		"155540e-2":               {want: 155540},
		"92233720368547758.07":    {want: math.MaxInt64},
		"92233720368547758.08":    {fail: true},
		"1e99":                    {fail: true},
		"1308.445":                {fail: true},
		"1e-3":                    {fail: true},
		"0.0000000000000000e99":   {want: 0},
		"100000000000000000e-17":  {want: 100},
		"-92233720368547758.0800": {want: math.MinInt64},
	}
	for text, test := range tests {
		t.Run(text, func(t *testing.T) {
			a, err := allianz.ParseAmount(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Satang()
			if got != test.want || (err != nil) != test.fail {
				t.Errorf("got %d, %v, want %d, failure %t", got, err, test.want, test.fail)
			}
			if a.String() != text {
				t.Errorf("text became %q", a)
			}
		})
	}
	if n, err := (allianz.Amount{}).Satang(); err == nil {
		t.Errorf("no amount is %d satang, want an error", n)
	}
}

func TestParseAmountRefuses(t *testing.T) {
	for _, text := range []string{
		"", " 1", "1 ", "+1", ".5", "5.", "01", "1,5", "0x10", "NaN", "-", "--1", "1e", "1e100", "1e-100", "1e99999999999999999999",
		"null", "true", `"1"`, "[1]", "1\n", "12345678901234567890123456789012345678901",
	} {
		if a, err := allianz.ParseAmount(text); err == nil {
			t.Errorf("%q was read as %v, want an error", text, a)
		}
	}
}

func TestAmountWritten(t *testing.T) {
	for want, a := range map[string]allianz.Amount{
		"600000":                allianz.Baht(600000),
		"-1":                    allianz.Baht(-1),
		"0":                     allianz.Satang(0),
		"0.01":                  allianz.Satang(1),
		"0.1":                   allianz.Satang(10),
		"1":                     allianz.Satang(100),
		"1555.4":                allianz.Satang(155540),
		"1308.44":               allianz.Satang(130844),
		"-0.05":                 allianz.Satang(-5),
		"-92233720368547758.08": allianz.Satang(math.MinInt64),
		"null":                  {},
	} {
		if got, err := json.Marshal(a); err != nil || string(got) != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestAmountEqual(t *testing.T) {
	amount := func(text string) (a allianz.Amount) {
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	tests := []struct {
		a, b string
		want bool
	}{
		{"1555.4", "1555.40", true},
		{"10000000", "1E+7", true},
		{"0", "-0.00", true},
		{"null", "null", true},
		{"null", "0", false},
		{"0", "null", false},
		{"1", "-1", false},
		{"1", "10", false},
		{"20000.43", "20000.44", false},
	}
	for _, test := range tests {
		if got := amount(test.a).Equal(amount(test.b)); got != test.want {
			t.Errorf("%s equal to %s: got %t, want %t", test.a, test.b, got, test.want)
		}
	}
}

func FuzzAmount(f *testing.F) {
	for _, text := range []string{"0", "-0", "1555.4", "1E+7", "1e-99", "null", "007", "1_000", `"5"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := allianz.ParseAmount(text)
		if err != nil {
			return
		}
		written, err := json.Marshal(a)
		if err != nil || string(written) != text {
			t.Fatalf("%q is written as %s, %v", text, written, err)
		}
		n, err := a.Satang()
		if err == nil && !a.Equal(allianz.Satang(n)) {
			t.Errorf("%q is %d satang, which is %v", text, n, allianz.Satang(n))
		}
	})
}
