package allianz

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/openapi"
)

// The insurer's own samples, byte for byte, whatever day it is.
func TestPrintedQuotes(t *testing.T) {
	for _, name := range []string{"vmi1-default", "vmi1-sum-insured", "vmi1-items"} {
		for _, day := range []time.Time{today, time.Unix(0, 0), time.Date(9999, 12, 31, 0, 0, 0, 0, bangkok)} {
			t.Run(name+" on "+day.Format(time.DateOnly), func(t *testing.T) {
				q, refusal := quote(sample(t, name), day, 7)
				if refusal != nil {
					t.Fatalf("refused: %+v", refusal)
				}
				if diff := cmp.Diff(string(file(t, name+".response.json")), encode(t, q)); diff != "" {
					t.Errorf("answer differs (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Every request example of the document is answered by the response example of
// its name.
func TestExamplesOfTheDocument(t *testing.T) {
	document, err := openapi.Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	answers, compared := map[string]any{}, 0
	for _, op := range document.Operations() {
		if op.ID != "quickQuote" {
			continue
		}
		for _, example := range op.Examples {
			if example.In == "response" && example.Status == 200 {
				answers[example.Name] = example.Value
			}
		}
		for _, example := range op.Examples {
			if example.In != "request" {
				continue
			}
			compared++
			ask, _ := example.Value.(map[string]any)
			got := decode(t, []byte(encode(t, quoted(t, ask))))
			if diff := cmp.Diff(answers[example.Name], any(map[string]any(got))); diff != "" {
				t.Errorf("%s (-document +mock):\n%s", example.Name, diff)
			}
		}
	}
	if compared < 7 {
		t.Errorf("compared %d examples, want the seven printed requests", compared)
	}
}

func TestEcho(t *testing.T) {
	tests := []struct {
		name  string
		edits []edit
		want  string
	}{
		{
			"absent stays absent",
			[]edit{
				{"/vehicle/vehicleIdentificationNumber", gone},
				{"/vehicle/engineNumber", gone},
				{"/vehicle/owners", gone},
				{"/vehicle/color", gone},
				{"/vehicle/registrationType", gone},
				{"/vehicle/registrationCountry", gone},
				{"/vehicle/registrationNumber", gone},
			},
			`{"make":"39","model":"1597","usage":"110","garageType":"COMPANY","registrationState":"0","yearOfManufacture":"2022","numberOfSeats":7,"owner":null}`,
		},
		{
			"null stays null, blank stays blank, color becomes text, an owner is dropped",
			[]edit{
				{"/vehicle/vehicleIdentificationNumber", nil},
				{"/vehicle/engineNumber", ""},
				{"/vehicle/owners", gone},
				{"/vehicle/owner", map[string]any{"birthDate": "1987-01-01"}},
				{"/vehicle/color", number("10")},
				{"/vehicle/registrationType", nil},
				{"/vehicle/registrationCountry", nil},
			},
			`{"make":"39","model":"1597","usage":"110","garageType":"COMPANY","vehicleIdentificationNumber":null,"registrationNumber":"กข1234",` +
				`"registrationState":"0","yearOfManufacture":"2022","engineNumber":"","numberOfSeats":7,"owner":null,"color":"10",` +
				`"registrationType":null,"registrationCountry":null}`,
		},
		{
			"unknown members are ignored, seats are the insurer's",
			[]edit{
				{"/vehicle/fuelType", "PETROL"},
				{"/vehicle/numberOfSeats", number("4")},
				{"/vehicle/color", "A&B <c>"},
				{"/vehicle/registrationCountry", gone},
				{"/vehicle/engineNumber", gone},
				{"/vehicle/vehicleIdentificationNumber", gone},
			},
			`{"make":"39","model":"1597","usage":"110","garageType":"COMPANY","registrationNumber":"กข1234","registrationState":"0",` +
				`"yearOfManufacture":"2022","numberOfSeats":7,"owner":null,"color":"A&B <c>","registrationType":"GEN"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := quoted(t, sample(t, "vmi1-default", test.edits...))
			if diff := cmp.Diff(test.want, encode(t, q.Vehicle)); diff != "" {
				t.Errorf("vehicle differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEchoOfTheContract(t *testing.T) {
	q := quoted(t, sample(t, "vmi1-default",
		edit{"/policyExpiryDate", nil}, edit{"/financialInstitutionMode", "NONFIN"}, edit{"/proposalDate", "2022-07-01"},
		edit{"/productPackages/0/name", gone}, edit{theCover + "/name", nil}))
	if q.PolicyExpiryDate != "2023-07-23" {
		t.Errorf("got expiry %s, want a year after the start", q.PolicyExpiryDate)
	}
	q.Vehicle, q.ProductPackages[0].Coverages[0].CoverageItems, q.ProductPackages[0].Premium = vehicle{}, nil, premium{}
	want := `{"policyStartDate":"2022-07-23","policyExpiryDate":"2023-07-23","channel":"WS","productCode":"VMI",` +
		`"vehicle":{"make":"","usage":"","owner":null},` +
		`"productPackages":[{"name":null,"coverages":[{"name":"VMI1","code":"VMI1","sumInsured":600000,"coverageItems":null}],` +
		`"premium":{"discounts":null,"additionalCosts":null,"netPremium":0,"grossPremium":0}}]}`
	if diff := cmp.Diff(want, encode(t, q)); diff != "" {
		t.Errorf("answer differs (-want +got):\n%s", diff)
	}
}

func TestExpiry(t *testing.T) {
	for start, want := range map[string]string{"2022-07-23": "2023-07-23", "2024-02-29": "2025-03-01", "0000-01-01": "0001-01-01", "9999-01-01": "9999-12-31"} {
		q := quoted(t, sample(t, "vmi1-default", edit{"/policyStartDate", start}, edit{"/policyExpiryDate", gone}))
		if q.PolicyExpiryDate != want {
			t.Errorf("start %s: got expiry %s, want %s", start, q.PolicyExpiryDate, want)
		}
	}
}

// Every package and every coverage is priced; a package costs the sum of its
// coverages.
func TestSeveralPackages(t *testing.T) {
	one := func(code string) map[string]any { return map[string]any{"code": code} }
	q := quoted(t, sample(t, "vmi1-default", edit{"/productPackages", []any{
		map[string]any{"name": "GRANU", "coverages": []any{one("VMI1")}},
		map[string]any{"name": nil, "coverages": []any{one("VMI1"), one("VMI2+")}},
	}}))
	var nets []satang
	for _, p := range q.ProductPackages {
		nets = append(nets, p.Premium.NetPremium)
	}
	if diff := cmp.Diff([]satang{18_617 * baht, (18_617 + 9_900) * baht}, nets); diff != "" {
		t.Errorf("nets differ (-want +got):\n%s", diff)
	}
	if got := len(q.ProductPackages[1].Coverages); got != 2 {
		t.Errorf("got %d coverages, want 2", got)
	}
}

func TestMixedGaragesAreRefused(t *testing.T) {
	want003(t, sample(t, "vmi1-default", edit{"/productPackages", []any{
		map[string]any{"coverages": []any{map[string]any{"code": "VMI1"}}},
		map[string]any{"coverages": []any{map[string]any{"code": "VMI3"}}},
	}}), "garageType")
}

func TestCompulsory(t *testing.T) {
	tests := []struct {
		name  string
		edits []edit
		net   satang
	}{
		{"a private car", []edit{{"/vehicle/usage", "1.10"}}, 600},
		{"without dots, as a client writes it", []edit{{"/vehicle/usage", "140A"}}, 900},
		{"no model, no year, no garage", []edit{
			{"/vehicle/model", gone}, {"/vehicle/yearOfManufacture", gone}, {"/vehicle/garageType", gone},
		}, 1_760},
		{"garage UNSPECIFIED", []edit{{"/vehicle/garageType", garageUnspecified}}, 1_760},
		{"its answer's package sent back", []edit{{"/productPackages", []any{
			map[string]any{"name": nil, "coverages": []any{map[string]any{"name": "CMI", "code": "CMI", "sumInsured": nil}}},
		}}}, 1_760},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := quoted(t, sample(t, "cmi", test.edits...))
			want := []productPackage{{Coverages: []coverage{{Name: "CMI", Code: "CMI"}}, Premium: newPremium(test.net * baht)}}
			if diff := cmp.Diff(want, q.ProductPackages); diff != "" {
				t.Errorf("packages differ (-want +got):\n%s", diff)
			}
			if q.Vehicle.NumberOfSeats != 0 {
				t.Errorf("got %d seats, want none for CMI", q.Vehicle.NumberOfSeats)
			}
		})
	}
}

func TestRefusedQuotes(t *testing.T) {
	tests := []struct {
		name, sample string
		edit         edit
		member       string
	}{
		{"no start", "vmi1-default", edit{"/policyStartDate", gone}, "policyStartDate"},
		{"a start no calendar has", "vmi1-default", edit{"/policyStartDate", "2022-02-30"}, "policyStartDate"},
		{"VMI without a model", "vmi1-default", edit{"/vehicle/model", gone}, "model"},
		{"VMI with a blank model", "vmi1-default", edit{"/vehicle/model", " "}, "model"},
		{"VMI without a year", "vmi1-default", edit{"/vehicle/yearOfManufacture", nil}, "yearOfManufacture"},
		{"a usage of CMI for VMI", "vmi1-default", edit{"/vehicle/usage", "1.10"}, "usage"},
		{"a usage of two digits", "vmi1-default", edit{"/vehicle/usage", "11"}, "usage"},
		{"a usage with a sign", "vmi1-default", edit{"/vehicle/usage", "+11"}, "usage"},
		{"no packages", "vmi1-default", edit{"/productPackages", gone}, "productPackages"},
		{"null packages", "vmi1-default", edit{"/productPackages", nil}, "productPackages"},
		{"an empty list of packages", "vmi1-default", edit{"/productPackages", []any{}}, "productPackages"},
		{"no coverages", "vmi1-default", edit{"/productPackages/0/coverages", []any{}}, "coverages"},
		{"a plan of another client", "vmi1-default", edit{theCover + "/code", "VMI2"}, "code"},
		{"no plan", "vmi1-default", edit{theCover + "/code", gone}, "code"},
		{"CMI as a plan of VMI", "vmi1-default", edit{theCover + "/code", "CMI"}, "code"},
		{"a sum of nothing", "vmi1-default", edit{theCover + "/sumInsured", number("0")}, "sumInsured"},
		{"a negative sum", "vmi1-default", edit{theCover + "/sumInsured", number("-1")}, "sumInsured"},
		{"a sum finer than a satang", "vmi1-default", edit{theCover + "/sumInsured", number("600000.001")}, "sumInsured"},
		{"a sum beyond all cars", "vmi1-default", edit{theCover + "/sumInsured", number("1e12")}, "sumInsured"},
		{"an unknown usage of CMI", "cmi", edit{"/vehicle/usage", "9.99Z"}, "usage"},
		{"a garage for CMI", "cmi", edit{"/vehicle/garageType", garageCompany}, "garageType"},
		{"a plan of VMI as CMI", "cmi", edit{"/productPackages", []any{
			map[string]any{"coverages": []any{map[string]any{"code": "VMI1"}}},
		}}, "code"},
		{"an item of CMI", "cmi", edit{"/productPackages", []any{
			map[string]any{"coverages": []any{map[string]any{"code": "CMI", "coverageItems": sent(codeOwnDamage, number("0"))}}},
		}}, "coverageItems"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { want003(t, sample(t, test.sample, test.edit), test.member) })
	}
}

func TestAcceptedQuotes(t *testing.T) {
	tests := []struct {
		name string
		edit edit
	}{
		{"a year of the Thai calendar", edit{"/vehicle/yearOfManufacture", "2565"}},
		{"the first year there is", edit{"/vehicle/yearOfManufacture", "0000"}},
		{"a usage nobody knows", edit{"/vehicle/usage", "999"}},
		{"any make", edit{"/vehicle/make", "ยี่ห้อ"}},
		{"a sum of one satang", edit{theCover + "/sumInsured", number("0.01")}},
		{"the largest sum", edit{theCover + "/sumInsured", number("999999999999.99")}},
		{"a sum with an exponent", edit{theCover + "/sumInsured", number("6E+5")}},
		{"an expiry before the start", edit{"/policyExpiryDate", "2001-01-01"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := quoted(t, sample(t, "vmi1-default", test.edit))
			if net := q.ProductPackages[0].Premium.NetPremium; net < 2_500*baht {
				t.Errorf("got a net premium of %d satang, want at least the liability's", net)
			}
		})
	}
}
