package allianz

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// garageTable is the printed table.
func TestGarageTable(t *testing.T) {
	table := map[string][]any{
		"VMI1":  {garageDealer, garageCompany},
		"VMI2+": {garageCompany},
		"VMI3+": {garageCompany},
		"VMI3":  {nil, garageUnspecified, gone},
		"CMI":   {nil, garageUnspecified, gone},
	}
	for code, allowed := range table {
		for name, garage := range map[string]any{
			"dealer": garageDealer, "company": garageCompany, "unspecified": garageUnspecified, "null": nil, "absent": gone,
		} {
			t.Run(code+" "+name, func(t *testing.T) {
				var ask members
				if code == "CMI" {
					ask = sample(t, "cmi", edit{"/vehicle/garageType", garage})
				} else {
					ask = sample(t, "vmi1-default", edit{"/vehicle/garageType", garage}, edit{theCover + "/code", code})
				}
				if slices.Contains(allowed, garage) {
					quoted(t, ask)
				} else {
					want003(t, ask, "garageType")
				}
			})
		}
	}
}

func garageFor(code string) string {
	if code == "VMI3" {
		return garageUnspecified
	}
	return garageCompany
}

// itemTable is the printed table of cover items: which plan takes which.
var itemTable = []struct {
	item  string
	plans []string // in which it is mandatory
}{
	{codeOwnDamage, []string{"VMI1", "VMI2+", "VMI3+"}},
	{codeDeductible, []string{"VMI1", "VMI2+", "VMI3+"}},
	{codeFlood, []string{"VMI2+", "VMI3+"}},
	{codePerPerson, []string{"VMI1", "VMI2+", "VMI3+", "VMI3"}},
	{codePerCase, []string{"VMI1", "VMI2+", "VMI3+", "VMI3"}},
	{codeProperty, []string{"VMI1", "VMI2+", "VMI3+", "VMI3"}},
	{codeAccident, []string{"VMI1", "VMI2+", "VMI3+", "VMI3"}},
	{codeMedical, []string{"VMI1", "VMI2+", "VMI3+", "VMI3"}},
	{codeBail, []string{"VMI1", "VMI2+", "VMI3+", "VMI3"}},
}

// itemsOf is a full list of a plan's mandatory items, but for one that is replaced.
func itemsOf(plan, replaced string, sum any) []any {
	var pairs []any
	for _, row := range itemTable {
		switch {
		case row.item == replaced:
			if sum != gone {
				pairs = append(pairs, row.item, sum)
			}
		case slices.Contains(row.plans, plan):
			pairs = append(pairs, row.item, number("100000"))
		}
	}
	return sent(pairs...)
}

func TestItemTable(t *testing.T) {
	for _, row := range itemTable {
		for _, p := range plans {
			mandatory := slices.Contains(row.plans, p.code)
			for name, test := range map[string]struct {
				sum      any
				accepted bool
			}{
				"a sum":  {number("100000"), mandatory},
				"zero":   {number("0"), !mandatory || row.item != codeOwnDamage},
				"null":   {nil, !mandatory},
				"absent": {gone, !mandatory},
			} {
				t.Run(p.code+" "+row.item+" "+name, func(t *testing.T) {
					ask := sample(t, "vmi1-default",
						edit{"/vehicle/garageType", garageFor(p.code)}, edit{theCover + "/code", p.code},
						edit{theItems, itemsOf(p.code, row.item, test.sum)})
					if test.accepted {
						quoted(t, ask)
					} else {
						want003(t, ask, "coverageItems")
					}
				})
			}
		}
	}
}

func TestOtherItems(t *testing.T) {
	full := func(more ...any) []any { return append(itemsOf("VMI1", "", nil), sent(more...)...) }
	tests := []struct {
		name     string
		items    []any
		accepted bool
	}{
		{"all that is mandatory", full(), true},
		{"roadside assistance too", full(codeRoadside, nil), true},
		{"no items at all", []any{}, false},
		{"an unknown item", full("TPBIP", number("1")), false},
		{"an item without a code", full(nil, number("1")), false},
		{"an item twice", full(codeBail, number("1")), false},
		{"a negative sum", full(codeRoadside, number("-1")), false},
		{"a sum finer than a satang", itemsOf("VMI1", codeBail, number("0.001")), false},
		{"an item that is no object", append(full(), "OD"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ask := sample(t, "vmi1-default", edit{theItems, test.items})
			if test.accepted {
				quoted(t, ask)
			} else {
				want003(t, ask, "coverageItems")
			}
		})
	}
}

// RA85 comes once and without a sum: where it was sent, or at the end.
func TestRoadsideAssistance(t *testing.T) {
	mandatory := []string{codeOwnDamage, codeDeductible, codePerPerson, codePerCase, codeProperty, codeAccident, codeMedical, codeBail}
	items := func() []any { return itemsOf("VMI1", "", nil) }
	tests := []struct {
		name  string
		items []any
		want  []string
	}{
		{"not sent", items(), append(slices.Clone(mandatory), codeRoadside)},
		{"sent at the end", append(items(), sent(codeRoadside, nil)...), append(slices.Clone(mandatory), codeRoadside)},
		{"sent at the start, with a sum", append(sent(codeRoadside, number("500")), items()...), append([]string{codeRoadside}, mandatory...)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := quoted(t, sample(t, "vmi1-default", edit{theItems, test.items}))
			var got []string
			for _, one := range q.ProductPackages[0].Coverages[0].CoverageItems {
				got = append(got, one.Code)
				if one.Code == codeRoadside && one.SumInsured != nil {
					t.Errorf("got RA85 for %d satang, want null", *one.SumInsured)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("items differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCoverOfThePlans(t *testing.T) {
	const liability = `{"name":"TPBI/Persons","code":"TPBI_PERSON","sumInsured":500000},` +
		`{"name":"TPBI Claims/Accident","code":"TPBI_ACCIDENT","sumInsured":10000000},` +
		`{"name":"TPPD Claims","code":"TPPD","sumInsured":2500000},` +
		`{"name":"RY01(PA)/Person","code":"PA","sumInsured":100000},` +
		`{"name":"RY02(ME)/Person","code":"ME","sumInsured":100000},` +
		`{"name":"RY03(BailBond)","code":"BB","sumInsured":200000},` +
		`{"name":"Roadside Assistance","code":"RA85","sumInsured":null}]}`
	tests := []struct {
		name, code string
		edits      []edit
		want       string
	}{
		{
			"an older car is worth less", "VMI1",
			[]edit{{"/vehicle/yearOfManufacture", "2021"}},
			`{"name":"VMI1","code":"VMI1","sumInsured":540000,"coverageItems":[` +
				`{"name":"Sum Insured","code":"OD","sumInsured":540000},{"name":"Deduct Amount","code":"DD","sumInsured":0},` + liability,
		},
		{
			"flood goes with the car", "VMI2+",
			[]edit{{theCover + "/sumInsured", number("250000.50")}},
			`{"name":"VMI2+","code":"VMI2+","sumInsured":250000.5,"coverageItems":[` +
				`{"name":"Sum Insured","code":"OD","sumInsured":250000.5},{"name":"Deduct Amount","code":"DD","sumInsured":0},` +
				`{"name":"Flood","code":"FL","sumInsured":250000.5},` + liability,
		},
		{
			"no cover for the car, whatever sum", "VMI3",
			[]edit{{theCover + "/sumInsured", number("700000")}},
			`{"name":"VMI3","code":"VMI3","sumInsured":700000,"coverageItems":[` +
				`{"name":"Sum Insured","code":"OD","sumInsured":null},{"name":"Deduct Amount","code":"DD","sumInsured":null},` + liability,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			edits := append([]edit{{"/vehicle/garageType", garageFor(test.code)}, {theCover + "/code", test.code}, {theCover + "/name", gone}}, test.edits...)
			q := quoted(t, sample(t, "vmi1-default", edits...))
			if diff := cmp.Diff(test.want, encode(t, q.ProductPackages[0].Coverages[0])); diff != "" {
				t.Errorf("coverage differs (-want +got):\n%s", diff)
			}
		})
	}
}

// With all items given, the sum of the coverage is what was sent, also when it
// is not the car's, or else the car's.
func TestSumBesideItems(t *testing.T) {
	for name, test := range map[string]struct{ sent, want any }{
		"sent":   {number("600000"), 600_000 * baht},
		"null":   {nil, 580_000 * baht},
		"absent": {gone, 580_000 * baht},
	} {
		t.Run(name, func(t *testing.T) {
			items := itemsOf("VMI1", codeOwnDamage, number("580000"))
			q := quoted(t, sample(t, "vmi1-default", edit{theCover + "/sumInsured", test.sent}, edit{theItems, items}))
			if got := *q.ProductPackages[0].Coverages[0].SumInsured; got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
			if q.Vehicle.NumberOfSeats != 0 {
				t.Errorf("got %d seats, want none beside given items", q.Vehicle.NumberOfSeats)
			}
		})
	}
}
