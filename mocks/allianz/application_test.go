package allianz

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/openapi"
)

// applied is an accepted application.
func applied(tb testing.TB, ask members) *application {
	tb.Helper()
	a, refusal := apply(ask, today, 1)
	if refusal != nil {
		tb.Fatalf("refused at %s: %s", refusal.Where, refusal.Rule)
	}
	return a
}

// wantRefused demands that an application is refused with a body and status 400,
// complete for explain.
func wantRefused(t *testing.T, ask members, body string) {
	t.Helper()
	_, refusal := apply(ask, today, 1)
	if refusal == nil {
		t.Fatalf("accepted, want %s", body)
	}
	answer := answerTo(refusal, false)
	if got := encode(t, answer.Body); answer.Status != 400 || got != body {
		t.Errorf("got %d %s\nwant 400 %s", answer.Status, got, body)
	}
	wantReasons(t, refusal)
}

func wantReasons(t *testing.T, refusal *mocks.Refusal) {
	t.Helper()
	if refusal.Rule == "" || refusal.Where == "" || refusal.Remedy == "" || !refusal.Evidence.Valid() {
		t.Errorf("a refusal says why, where and what would help, got %+v", refusal)
	}
}

// judgedAs demands acceptance, or the refusal of a member.
func judgedAs(t *testing.T, ask members, accepted bool, member string) {
	t.Helper()
	if accepted {
		applied(t, ask)
		return
	}
	wantRefused(t, ask, text003(member))
}

// The insurer's own samples are accepted as they are printed, and so is every
// example of the document.
func TestPrintedApplications(t *testing.T) {
	for _, name := range []string{"issue-person", "issue-company", "issue-package"} {
		a := applied(t, sample(t, name))
		if a.verify || a.policy.Start == "" || len(a.policy.Packages) != 1 || a.policy.Packages[0].Gross == 0 {
			t.Errorf("%s: got %+v", name, a)
		}
	}
	document, err := openapi.Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for _, op := range document.Operations() {
		for _, example := range op.Examples {
			if op.ID == "issueContract" && example.In == "request" {
				ask, _ := example.Value.(map[string]any)
				applied(t, ask)
				accepted++
			}
		}
	}
	if accepted < 5 {
		t.Errorf("accepted %d examples, want at least the three printed and two of ours", accepted)
	}
}

// What an application agrees on is what was sent: the premium is not compared
// with the tariff, and a package id hides what it stands for.
func TestAgreed(t *testing.T) {
	net, sum := 17_111*baht, 600_000*baht
	person := applied(t, sample(t, "issue-person")).policy
	person.Packages[0].Covers[0].CoverageItems = nil
	want := policy{
		Product: "VMI", Start: "2022-06-17", Expiry: "2023-06-17", Digital: true,
		Insured:  "ร.ต.อ.พอเพียง ไชโย",
		Address:  "No. 10 G Tower Rama 9, 10th Floor line2 line3 line4 96000",
		Benefits: "คุณหญิงพิมดาว มีดี", Pays: "MS บีบี เอเอ",
		Car: car{Make: "39", Model: "1597", Year: "2021", Usage: "110", Garage: "COMPANY", VIN: "MR0GSdrdshsh72X", Plate: "ฟผ3234"},
		Packages: []soldPackage{{
			Covers: []coverage{{Name: "VMI1", Code: "VMI1", SumInsured: &sum}}, Net: &net,
			Costs: []cost{{Type: "VAT", Amount: 120_260}, {Type: "STAMP", Amount: 6_900}}, Gross: 1_838_260,
		}},
	}
	if diff := cmp.Diff(want, person); diff != "" {
		t.Errorf("person (-want +got):\n%s", diff)
	}
	company := applied(t, sample(t, "issue-company")).policy
	if company.Insured != "บริษัท เทสดาต้า จำกัด (นายชุม เชย)" || company.Pays != "บริษัท เทสดาต้า จำกัด" || company.Benefits != "" {
		t.Errorf("company: got %q, payer %q, beneficiary %q", company.Insured, company.Pays, company.Benefits)
	}
	bought := applied(t, sample(t, "issue-package")).policy.Packages
	if diff := cmp.Diff([]soldPackage{{ID: "0Y010556", Covers: []coverage{{Name: "VMI1", Code: "VMI1"}}, Gross: 2_661_197}}, bought); diff != "" {
		t.Errorf("package (-want +got):\n%s", diff)
	}
}

func TestCompulsoryApplications(t *testing.T) {
	cmi := func(premium any, more map[string]any) edit {
		pack := map[string]any{"name": nil, "coverages": []any{map[string]any{"name": "CMI", "code": "CMI"}}, "premium": premium}
		maps.Copy(pack, more)
		return edit{"/productPackages", []any{pack}}
	}
	gross := map[string]any{"grossPremium": number("645.21")}
	tests := []struct {
		name   string
		edits  []edit
		gross  satang
		refuse string
	}{
		{"without packages and without a model", nil, 645_21, ""},
		{"null packages", []edit{{"/productPackages", nil}}, 645_21, ""},
		{"no packages in the list", []edit{{"/productPackages", []any{}}}, 645_21, ""},
		{"with a package", []edit{cmi(map[string]any{"grossPremium": number("700")}, nil)}, 700_00, ""},
		{"with a model", []edit{{"/vehicle/model", "1597"}}, 645_21, ""},
		{"GRANU", []edit{cmi(gross, map[string]any{"name": "GRANU"})}, 645_21, ""},
		{"a package id", []edit{cmi(gross, map[string]any{"name": "0Y010556"})}, 0, "name"},
		{"no premium", []edit{cmi(nil, nil)}, 0, "grossPremium"},
		{"a garage", []edit{{"/vehicle/garageType", garageCompany}}, 0, "garageType"},
		{"an unknown usage", []edit{{"/vehicle/usage", "9.99Z"}}, 0, "usage"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ask := sample(t, "issue-cmi", test.edits...)
			if test.refuse != "" {
				wantRefused(t, ask, text003(test.refuse))
				return
			}
			got := applied(t, ask).policy
			if len(got.Packages) != 1 || got.Packages[0].Gross != test.gross || got.Expiry != "2021-05-20" {
				t.Errorf("got %+v until %s, want one package for %d until 2021-05-20", got.Packages, got.Expiry, test.gross)
			}
		})
	}
}

// The members that make a contract, in the order of the table: what VMI and CMI
// do without each.
func TestContractTable(t *testing.T) {
	thePremium := "/productPackages/0/premium"
	tests := []struct {
		pointer  string
		value    any
		vmi, cmi bool // accepted
		member   string
	}{
		{"/policyStartDate", gone, false, false, "policyStartDate"},
		{"/policyStartDate", "2022-02-30", false, false, "policyStartDate"},
		{"/policyExpiryDate", gone, true, true, ""},
		{"/policyExpiryDate", nil, true, true, ""},
		{"/proposalDate", gone, true, true, ""},
		{"/proposalDate", nil, true, true, ""},
		{"/proposalDate", "2020-11-25", true, true, ""},
		{"/vehicle/model", gone, false, true, "model"},
		{"/vehicle/model", nil, false, true, "model"},
		{"/vehicle/model", " ", false, true, "model"},
		{"/vehicle/garageType", garageUnspecified, false, true, "garageType"},
		{"/vehicle/garageType", garageDealer, true, false, "garageType"},
		{"/vehicle/vehicleIdentificationNumber", gone, false, false, "vehicleIdentificationNumber"},
		{"/vehicle/vehicleIdentificationNumber", nil, false, false, "vehicleIdentificationNumber"},
		{"/vehicle/vehicleIdentificationNumber", "  ", false, false, "vehicleIdentificationNumber"},
		{"/vehicle/vehicleIdentificationNumber", "x", true, true, ""},
		{"/vehicle/color", gone, true, true, ""},
		{"/vehicle/registrationState", gone, false, false, "registrationState"},
		{"/vehicle/yearOfManufacture", gone, false, true, "yearOfManufacture"},
		{"/vehicle/yearOfManufacture", nil, false, true, "yearOfManufacture"},
		{"/vehicle/engineNumber", gone, true, true, ""},
		{"/vehicle/owner", gone, true, true, ""},
		{"/vehicle/owner", map[string]any{"birthDate": "1987-01-01", "address": map[string]any{"postalCode": "10400"}}, true, true, ""},
		{"/productPackages", gone, false, true, "productPackages"},
		{"/productPackages", nil, false, true, "productPackages"},
		{"/productPackages", []any{}, false, true, "productPackages"},
		{"/productPackages/0/name", gone, true, true, ""},
		{"/productPackages/0/name", nil, true, true, ""},
		{"/productPackages/0/name", "", true, true, ""},
		{"/productPackages/0/name", "0Y010556", true, false, "name"},
		{"/productPackages/0/coverages", gone, false, false, "coverages"},
		{theCover + "/name", gone, true, true, ""},
		{theCover + "/code", gone, false, false, "code"},
		{theCover + "/sumInsured", gone, true, true, ""},
		{theCover + "/sumInsured", number("1"), true, true, ""}, // the sample's own OD differs from its sum
		{theItems, gone, true, true, ""},
		{theItems, nil, true, true, ""},
		{theItems, []any{}, false, true, "coverageItems"},
		{thePremium, gone, false, false, "grossPremium"},
		{thePremium, nil, false, false, "grossPremium"},
		{thePremium + "/discounts", gone, true, true, ""},
		{thePremium + "/additionalCosts", gone, true, true, ""},
		{thePremium + "/netPremium", gone, true, true, ""},
		{thePremium + "/netPremium", nil, true, true, ""},
		{thePremium + "/netPremium", number("1.005"), false, false, "netPremium"},
		{thePremium + "/grossPremium", gone, false, false, "grossPremium"},
		{thePremium + "/grossPremium", nil, false, false, "grossPremium"},
		{thePremium + "/grossPremium", number("1"), true, true, ""},
		{thePremium + "/grossPremium", number("-1"), false, false, "grossPremium"},
		{thePremium + "/grossPremium", number("1.005"), false, false, "grossPremium"},
		{thePremium + "/additionalCosts", []any{map[string]any{"type": "VAT", "amount": number("0.001")}}, false, false, "additionalCosts"},
		{"/insuredPerson", gone, false, false, "insuredPerson"},
		{"/insuredPerson", nil, false, false, "insuredPerson"},
		{"/beneficiary", gone, true, true, ""},
		{"/beneficiary", nil, true, true, ""},
		{"/payer", gone, true, true, ""},
		{"/payer", nil, true, true, ""},
		{"/isInstallment", false, true, true, ""},
		{"/quotationId", "string", true, true, ""},
	}
	compulsory := func(e edit) []edit {
		return []edit{{"/productCode", "CMI"}, {"/vehicle/usage", "1.10"}, {"/vehicle/garageType", nil}, {theCover, map[string]any{"code": "CMI"}}, e}
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %v", test.pointer, label003(test.value)), func(t *testing.T) {
			e := edit{test.pointer, test.value}
			judgedAs(t, sample(t, "issue-person", e), test.vmi, test.member)
			judgedAs(t, sample(t, "issue-person", compulsory(e)...), test.cmi, test.member)
		})
	}
}

func label003(value any) string {
	if value == gone {
		return "absent"
	}
	return strings.ReplaceAll(fmt.Sprint(value), "<nil>", "null")
}

// A plate needs for a contract what it needs for a quote; the table itself is
// tested there.
func TestContractRegistration(t *testing.T) {
	for plate, needs := range plates {
		country := plate.country
		if country == abroad {
			country = "LAO"
		}
		edits := []edit{{"/vehicle/registrationCountry", country}, {"/vehicle/registrationType", plate.kind}}
		for member, mandatory := range map[string]bool{"registrationState": needs.state, "registrationNumber": needs.number} {
			t.Run(fmt.Sprintf("%s %s without %s", named(plate.country), named(plate.kind), member), func(t *testing.T) {
				judgedAs(t, sample(t, "issue-person", append(slices.Clone(edits), edit{"/vehicle/" + member, ""})...), !mandatory, member)
			})
		}
	}
}

func TestContractGarages(t *testing.T) {
	for _, p := range plans {
		for _, garage := range []string{"", garageDealer, garageCompany, garageUnspecified} {
			t.Run(p.code+" "+named(garage), func(t *testing.T) {
				ask := sample(t, "issue-person", edit{theCover + "/code", p.code}, edit{theItems, nil}, edit{"/vehicle/garageType", garage})
				judgedAs(t, ask, slices.Contains(p.garages, garage), "garageType")
			})
		}
	}
}

func TestContractItems(t *testing.T) {
	for _, row := range itemTable {
		for _, p := range plans {
			mandatory := slices.Contains(row.plans, p.code)
			t.Run(p.code+" "+row.item, func(t *testing.T) {
				with := func(sum any) members {
					return sample(t, "issue-person", edit{theCover + "/code", p.code}, edit{"/vehicle/garageType", garageFor(p.code)},
						edit{theItems, itemsOf(p.code, row.item, sum)})
				}
				judgedAs(t, with(gone), !mandatory, "coverageItems")
				judgedAs(t, with(number("100000")), mandatory, "coverageItems")
			})
		}
	}
}
