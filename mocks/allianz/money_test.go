package allianz

import (
	"encoding/json"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestSatangAsJSON(t *testing.T) {
	for amount, want := range map[satang]string{
		0: "0", 1: "0.01", 10: "0.1", 75 * baht: "75", 155_540: "1555.4", 130_844: "1308.44", 2_377_540: "23775.4", 100_000_001: "1000000.01",
	} {
		if got := encode(t, amount); got != want {
			t.Errorf("%d satang: got %s, want %s", amount, got, want)
		}
	}
}

func TestParseSatang(t *testing.T) {
	tests := []struct {
		text string
		want satang
		ok   bool
	}{
		{"0", 0, true},
		{"-0", 0, true},
		{"0.000", 0, true},
		{"0e999999999999", 0, true},
		{"600000", 60_000_000, true},
		{"600000.50", 60_000_050, true},
		{"0.01", 1, true},
		{"6e5", 60_000_000, true},
		{"6.0E+5", 60_000_000, true},
		{"60000000e-2", 60_000_000, true},
		{"1e-2", 1, true},
		{"0.00001e5", 100, true},
		{"999999999999.99", 99_999_999_999_999, true},
		{"1000000000000", 0, false},
		{"1e12", 0, false},
		{"1e999999999999", 0, false},
		{"1e-999999999999", 0, false},
		{"0.001", 0, false},
		{"1e-3", 0, false},
		{"600000.005", 0, false},
		{"-1", 0, false},
		{"-0.01", 0, false},
	}
	for _, test := range tests {
		got, ok := parseSatang(json.Number(test.text))
		if ok != test.ok || ok && got != test.want {
			t.Errorf("%s: got %d, %t, want %d, %t", test.text, got, ok, test.want, test.ok)
		}
	}
}

// An amount survives the way out and in.
func TestSatangRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := satang(rapid.Int64Range(0, 99_999_999_999_999).Draw(t, "satang"))
		text, err := want.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := parseSatang(json.Number(text)); !ok || got != want {
			t.Fatalf("%d became %s became %d, %t", want, text, got, ok)
		}
	})
}

// The printed arithmetic, on the printed figures.
func TestPrintedPremiums(t *testing.T) {
	for net, want := range map[satang][3]string{
		18_617: {"75", "1308.44", "20000.44"},
		22_131: {"89", "1555.4", "23775.4"},
		27_570: {"111", "1937.67", "29618.67"},
		17_111: {"69", "1202.6", "18382.6"},
		24_771: {"100", "1740.97", "26611.97"},
	} {
		p := newPremium(net * baht)
		got := [3]string{encode(t, p.AdditionalCosts[1].Amount), encode(t, p.AdditionalCosts[0].Amount), encode(t, p.GrossPremium)}
		if got != want {
			t.Errorf("net %d: got stamp, VAT, gross %v, want %v", net, got, want)
		}
	}
}

// Stamp and VAT against rational arithmetic, for any net premium.
func TestPremiumArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := satang(rapid.Int64Range(0, 1e12).Draw(t, "net"))
		p := newPremium(net)
		vat, stamp := p.AdditionalCosts[0].Amount, p.AdditionalCosts[1].Amount
		if p.AdditionalCosts[0].Type != "VAT" || p.AdditionalCosts[1].Type != "STAMP" {
			t.Fatalf("got costs %+v, want VAT before STAMP", p.AdditionalCosts)
		}
		exact := big.NewRat(int64(net)*4, 1000)
		over := new(big.Rat).Sub(big.NewRat(int64(stamp), 1), exact)
		if stamp%baht != 0 || over.Sign() < 0 || over.Cmp(big.NewRat(100, 1)) >= 0 {
			t.Fatalf("stamp of %d is %d, want %s rounded up to the baht", net, stamp, exact.FloatString(2))
		}
		off := new(big.Rat).Sub(big.NewRat(int64(vat), 1), big.NewRat(int64(net+stamp)*7, 100))
		if off.Cmp(big.NewRat(-1, 2)) <= 0 || off.Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("VAT of %d is %d, off by %s, want half a satang up", net+stamp, vat, off.FloatString(3))
		}
		if p.GrossPremium != net+stamp+vat {
			t.Fatalf("gross is %d, want %d", p.GrossPremium, net+stamp+vat)
		}
	})
}
