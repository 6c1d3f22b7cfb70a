package openapi

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestMotorOperations(t *testing.T) {
	d, err := Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"POST /v1/motor/quickquotes quickQuote",
		"POST /v1/motor/contracts issueContract",
		"POST /api/oauth2/token token",
		"GET /v1/motor/documents/{documentId} downloadDocument",
		"POST /v1/motor/contracts/{contractId}/amendments amendContract",
		"GET /v1/motor/contracts/{contractId} getContract",
	}
	if diff := cmp.Diff(want, calls(d)); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}

	type row struct {
		Status   int
		Name     string
		Evidence Evidence
		Refusal  bool
	}
	got := map[string][]row{}
	for _, op := range d.Operations() {
		for _, x := range op.Examples {
			key := op.ID + " " + x.In
			got[key] = append(got[key], row{x.Status, x.Name, x.Evidence, x.Refusal})
		}
	}
	wantRows := map[string][]row{
		"quickQuote request": {
			{0, "cmi", Seed, false},
			{0, "vmi1-default", Seed, false},
			{0, "vmi1-items", Seed, false},
			{0, "vmi1-sum-insured", Seed, false},
			{0, "vmi2plus", Seed, false},
			{0, "vmi3", Seed, false},
			{0, "vmi3plus", Seed, false},
		},
		"quickQuote response": {
			{200, "cmi", Inferred, false},
			{200, "vmi1-default", Seed, false},
			{200, "vmi1-items", Seed, false},
			{200, "vmi1-sum-insured", Seed, false},
			{200, "vmi2plus", Inferred, false},
			{200, "vmi3", Inferred, false},
			{200, "vmi3plus", Inferred, false},
			{400, "003", Seed, true},
			{400, "003-errors", Inferred, true},
			{400, "003-field", Inferred, true},
			{401, "expired-token", Inferred, true},
			{401, "invalid-token", Inferred, true},
			{413, "body-too-large", Inferred, true},
			{500, "999", Seed, true},
			{500, "999-errors", Inferred, true},
			{504, "gateway-timeout", Inferred, true},
		},
		"issueContract request": {
			{0, "cmi", Inferred, false},
			{0, "company", Seed, false},
			{0, "package", Seed, false},
			{0, "person", Seed, false},
			{0, "verify", Inferred, false},
		},
		"issueContract response": {
			{200, "cmi", Inferred, false},
			{200, "company", Seed, false},
			{200, "inspection", Inferred, false},
			{200, "package", Seed, false},
			{200, "person", Seed, false},
			{200, "verify", Inferred, false},
			{400, "003", Seed, true},
			{400, "003-errors", Inferred, true},
			{400, "003-field", Inferred, true},
			{400, "112", Seed, true},
			{400, "112-errors", Inferred, true},
			{400, "113", Seed, true},
			{400, "113-errors", Inferred, true},
			{400, "114", Seed, true},
			{400, "114-errors", Inferred, true},
			{400, "e-policy", Seed, true},
			{400, "e-policy-errors", Inferred, true},
			{401, "expired-token", Inferred, true},
			{401, "invalid-token", Inferred, true},
			{413, "body-too-large", Inferred, true},
			{500, "999", Seed, true},
			{500, "999-errors", Inferred, true},
			{504, "gateway-timeout", Inferred, true},
		},
		"getContract response": {
			{200, "cancelled", Inferred, false},
			{200, "inspection", Inferred, false},
			{200, "rejected", Inferred, false},
			{200, "success", Seed, false},
			{401, "expired-token", Inferred, true},
			{401, "invalid-token", Inferred, true},
			{404, "unknown-contract", Inferred, true},
			{404, "unknown-contract-errors", Inferred, true},
			{413, "body-too-large", Inferred, true},
			{500, "999", Seed, true},
			{500, "999-errors", Inferred, true},
			{504, "gateway-timeout", Inferred, true},
		},
		"amendContract request": {{0, "cancel", Seed, false}},
		"amendContract response": {
			{200, "cancel", Seed, false},
			{400, "003-errors", Inferred, true},
			{400, "003-field", Inferred, true},
			{400, "cancel-too-late", Inferred, true},
			{400, "cancel-too-late-errors", Inferred, true},
			{400, "cancelled-twice", Inferred, true},
			{400, "cancelled-twice-errors", Inferred, true},
			{401, "expired-token", Inferred, true},
			{401, "invalid-token", Inferred, true},
			{404, "unknown-contract", Inferred, true},
			{404, "unknown-contract-errors", Inferred, true},
			{413, "body-too-large", Inferred, true},
			{500, "999", Seed, true},
			{500, "999-errors", Inferred, true},
			{504, "gateway-timeout", Inferred, true},
		},
		"downloadDocument response": {
			{200, "policy", Inferred, false},
			{404, "unknown-document", Inferred, true},
			{404, "unknown-document-errors", Inferred, true},
			{410, "document-expired", Inferred, true},
			{410, "document-expired-errors", Inferred, true},
			{413, "body-too-large", Inferred, true},
			{500, "999", Seed, true},
			{500, "999-errors", Inferred, true},
			{504, "gateway-timeout", Inferred, true},
		},
		"token response": {
			{200, "token", Inferred, false}, {400, "unsupported-grant-type", Inferred, true}, {401, "invalid-client", Inferred, true}, {413, "body-too-large", Inferred, true},
		},
	}
	if diff := cmp.Diff(wantRows, got); diff != "" {
		t.Errorf("examples (-want +got):\n%s", diff)
	}
}

func TestMotorRefusalStatusesAreInferred(t *testing.T) {
	d, err := Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range d.Operations() {
		for code := range op.Responses.Map() {
			want := op.Evidence
			if code != "200" {
				want = Inferred
			}
			if got := op.ResponseEvidence(code); got != want {
				t.Errorf("%s %s: evidence %q, want %q", op.ID, code, got, want)
			}
		}
	}
}

func TestMotorExamplesAreTheSamples(t *testing.T) {
	d, err := Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{}
	for _, name := range []string{"quickquotes", "contracts"} {
		samples, err := txtar.ParseFile("testdata/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range samples.Files {
			want[f.Name] = mustJSON(t, f.Data)
		}
	}
	got := map[string]any{}
	for _, op := range d.Operations() {
		for _, x := range op.Examples {
			if x.Evidence == Seed && !x.Refusal {
				got[x.Name+"/"+x.In] = x.Value
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("examples graded seed (-printed +document):\n%s", diff)
	}
}

func TestQuickQuoteRequestSchema(t *testing.T) {
	tests := map[string]struct {
		pointer string
		value   string // JSON; empty removes the member
		want    string // part of the reason; empty: accepted
	}{
		"color as a string":         {"/vehicle/color", `"7"`, ""},
		"color as a number":         {"/vehicle/color", `7`, ""},
		"color null":                {"/vehicle/color", `null`, ""},
		"color as an object":        {"/vehicle/color", `{}`, "/vehicle/color: "},
		"owners as an object":       {"/vehicle/owners", `{"birthDate":"1987-01-01"}`, ""},
		"owner null":                {"/vehicle/owner", `null`, ""},
		"owner as an empty string":  {"/vehicle/owner", `""`, "/vehicle/owner: value must be an object"},
		"unknown member":            {"/financialInstitutionMode", `"NONFIN"`, ""},
		"unknown vehicle member":    {"/vehicle/fuelType", `"PETROL"`, ""},
		"number of seats":           {"/vehicle/numberOfSeats", `5`, ""},
		"an old car":                {"/vehicle/yearOfManufacture", `"1900"`, ""},
		"a year of two digits":      {"/vehicle/yearOfManufacture", `"22"`, "/vehicle/yearOfManufacture: "},
		"a year as a number":        {"/vehicle/yearOfManufacture", `2022`, "/vehicle/yearOfManufacture: value must be a string"},
		"no year":                   {"/vehicle/yearOfManufacture", ``, ""},
		"no make":                   {"/vehicle/make", ``, `/vehicle/make: property "make" is missing`},
		"no model":                  {"/vehicle/model", ``, ""},
		"no expiry":                 {"/policyExpiryDate", `null`, ""},
		"a day that is no date":     {"/policyStartDate", `"23/07/2022"`, "/policyStartDate: "},
		"another channel":           {"/channel", `"WEB"`, "/channel: value is not one of the allowed values"},
		"another product":           {"/productCode", `"LIFE"`, "/productCode: value is not one of the allowed values"},
		"no garage":                 {"/vehicle/garageType", `null`, ""},
		"a dealer's garage":         {"/vehicle/garageType", `"DEALER"`, ""},
		"another garage":            {"/vehicle/garageType", `"HOME"`, "/vehicle/garageType: value is not one of the allowed values"},
		"another country":           {"/vehicle/registrationCountry", `"LAO"`, ""},
		"no packages":               {"/productPackages", ``, ""},
		"a package without a name":  {"/productPackages/0/name", `null`, ""},
		"a plan that is not listed": {"/productPackages/0/coverages/0/code", `"VMI2"`, "/productPackages/0/coverages/0/code: value is not one"},
		"a negative sum":            {"/productPackages/0/coverages/0/sumInsured", `-1`, "/productPackages/0/coverages/0/sumInsured: number must be at least 0"},
		"a sum as a string":         {"/productPackages/0/coverages/0/sumInsured", `"600000"`, "/productPackages/0/coverages/0/sumInsured: value must be a number"},
		"an item nobody knows":      {"/productPackages/0/coverages/0/coverageItems", `[{"code":"TPBIP"}]`, ""},
	}
	d, err := Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	schema, car := d.Components.Schemas["QuickQuoteRequest"].Value, example(t, "quickQuote", "vmi1-default")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := mustJSON(t, car)
			set(t, body, tt.pointer, tt.value)
			got := ""
			if err := schema.VisitJSON(body); err != nil {
				got = reason(err)
			}
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPremiumsAddUp(t *testing.T) {
	number := regexp.MustCompile(`^[0-9]+(\.[0-9]{1,2})?$`)
	d, err := Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, op := range d.Operations() {
		for _, x := range op.Examples {
			r := reader{tree: map[string]any{"value": x.Value}}
			packages, _ := r.lookup("/value/productPackages").([]any)
			for _, p := range packages {
				premium, ok := p.(map[string]any)["premium"].(map[string]any)
				if !ok || premium["additionalCosts"] == nil { // a package is issued for its gross premium alone
					continue
				}
				satang := func(v any) int {
					text := string(v.(json.Number))
					if !number.MatchString(text) {
						t.Fatalf("%s: %s is not money", x.Name, text)
					}
					whole, cents, _ := strings.Cut(text, ".")
					n := 0
					for _, digit := range whole + (cents + "00")[:2] {
						n = n*10 + int(digit-'0')
					}
					return n
				}
				costs := premium["additionalCosts"].([]any)
				vat, stamp := satang(costs[0].(map[string]any)["amount"]), satang(costs[1].(map[string]any)["amount"])
				net, gross := satang(premium["netPremium"]), satang(premium["grossPremium"])
				if want := (net*4 + 99999) / 100000 * 100; stamp != want {
					t.Errorf("%s: stamp is %d satang, want %d", x.Name, stamp, want)
				}
				if want := ((net+stamp)*7 + 50) / 100; vat != want {
					t.Errorf("%s: VAT is %d satang, want %d", x.Name, vat, want)
				}
				if want := net + stamp + vat; gross != want {
					t.Errorf("%s: gross is %d satang, want %d", x.Name, gross, want)
				}
				checked++
			}
		}
	}
	if checked != 9 {
		t.Errorf("checked %d premiums, want 9", checked)
	}
}

func set(t testing.TB, body any, pointer, text string) {
	t.Helper()
	above, last := path.Split(pointer)
	node := body
	for token := range strings.SplitSeq(strings.Trim(above, "/"), "/") {
		switch n := node.(type) {
		case map[string]any:
			if token != "" {
				node = n[token]
			}
		case []any:
			node = n[token[0]-'0']
		}
	}
	object := node.(map[string]any)
	if text == "" {
		delete(object, last)
		return
	}
	object[last] = mustJSON(t, []byte(text))
}
