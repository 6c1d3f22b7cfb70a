package contracts

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestSatang(t *testing.T) {
	tests := []struct {
		number string
		want   int64
		ok     bool
	}{
		{"0", 0, true},
		{"-0.00", 0, true},
		{"1308.44", 130844, true},
		{"1555.4", 155540, true},
		{"1555.400", 155540, true},
		{"75", 7500, true},
		{"-3.5", -350, true},
		{"2e4", 2000000, true},
		{"2E+4", 2000000, true},
		{"1.5e-1", 15, true},
		{"200e-2", 200, true},
		{"999999999999.99", 99999999999999, true},
		{"0e99", 0, false},
		{"0.00e12", 0, true},
		{"1555.405", 0, false},
		{"1e-3", 0, false},
		{"1000000000000", 0, false},
		{"1e999999999", 0, false},
		{"1e40", 0, false},
		{strings.Repeat("9", 41), 0, false},
		{"1e99999999999999999999", 0, false},
	}
	for _, tt := range tests {
		got, ok := satang(json.Number(tt.number))
		if got != tt.want || ok != tt.ok {
			t.Errorf("satang(%s) = %d, %v, want %d, %v", tt.number, got, ok, tt.want, tt.ok)
		}
	}
	for _, value := range []any{nil, "75", true, map[string]any{}} {
		if _, ok := satang(value); ok {
			t.Errorf("satang(%v) is an amount", value)
		}
	}
}

func TestBaht(t *testing.T) {
	for amount, want := range map[int64]string{0: "0", 5: "0.05", 7500: "75", 155540: "1555.4", 2000044: "20000.44", 1000000000: "10000000"} {
		if got := baht(amount); got != want {
			t.Errorf("baht(%d) = %s, want %s", amount, got, want)
		}
	}
}

func TestStampAndVAT(t *testing.T) {
	tests := []struct {
		name                    string
		product                 string
		net, stamp, vat, gross  string
		wantWhere, wantEvidence string
	}{
		{"sample 1", "VMI", "18617", "75", "1308.44", "20000.44", "", ""},
		{"sample 2", "VMI", "22131", "89", "1555.40", "23775.4", "", ""},
		{"sample 3", "VMI", "27570", "111", "1937.67", "29618.67", "", ""},
		{"contract sample", "VMI", "17111", "69", "1202.6", "18382.6", "", ""},
		{"package sample", "VMI", "24771", "100", "1740.97", "26611.97", "", ""},
		{"stamp of a whole number is not rounded", "VMI", "250", "1", "17.57", "268.57", "", ""},
		{"stamp goes up by a satang of net", "VMI", "250.01", "2", "17.64", "269.65", "", ""},
		{"half a satang goes up", "VMI", "249.5", "1", "17.54", "268.04", "", ""},
		{"half a satang cut off", "VMI", "249.5", "1", "17.53", "268.04", "/productPackages/0/premium/additionalCosts/0/amount", "inferred"},
		{"stamp rounded down", "VMI", "18617", "74", "1308.44", "20000.44", "/productPackages/0/premium/additionalCosts/1/amount", "seed"},
		{"VAT without stamp", "VMI", "18617", "75", "1303.19", "20000.44", "/productPackages/0/premium/additionalCosts/0/amount", "seed"},
		{"gross off by a satang", "VMI", "18617", "75", "1308.44", "20000.43", "/productPackages/0/premium/grossPremium", "seed"},
		{"arithmetic of CMI", "CMI", "600", "3", "42.21", "645.2", "/productPackages/0/premium/grossPremium", "inferred"},
		{"no amount at all", "VMI", "1e9999", "75", "1308.44", "20000.44", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := sample(t)
			edit(t, &x.Response.Message, func(tree map[string]any) {
				tree["productCode"] = tt.product
				premium := tree["productPackages"].([]any)[0].(map[string]any)["premium"].(map[string]any)
				premium["netPremium"], premium["grossPremium"] = json.Number(tt.net), json.Number(tt.gross)
				costs := premium["additionalCosts"].([]any)
				costs[0].(map[string]any)["amount"] = json.Number(tt.vat)
				costs[1].(map[string]any)["amount"] = json.Number(tt.stamp)
			})
			where, evidence := "", ""
			for _, f := range c.Examine(x) {
				if f.Check == "allianz/stamp-and-vat" {
					where, evidence = where+f.Where, string(f.Evidence)
				}
			}
			if where != tt.wantWhere || evidence != tt.wantEvidence {
				t.Errorf("finding at %q graded %q, want %q graded %q", where, evidence, tt.wantWhere, tt.wantEvidence)
			}
		})
	}
}
