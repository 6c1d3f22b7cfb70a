package openapi

import (
	"encoding/json"
	"strings"
	"testing"
)

// judged is where and why a component's schema refuses a value; empty: it does not.
func judged(t *testing.T, schema string, value any) string {
	t.Helper()
	d, err := Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Components.Schemas[schema].Value.VisitJSON(value); err != nil {
		return reason(err)
	}
	return ""
}

// example is a request example of an operation, as JSON.
func example(t *testing.T, operation, name string) []byte {
	t.Helper()
	d, err := Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range d.Operations() {
		for _, x := range op.Examples {
			if op.ID == operation && x.In == "request" && x.Name == name {
				text, err := json.Marshal(x.Value)
				if err != nil {
					t.Fatal(err)
				}
				return text
			}
		}
	}
	t.Fatalf("%s has no request example %s", operation, name)
	return nil
}

// What the tables ask of one member the schema asks; what they ask by another
// member, it leaves to the service.
func TestContractRequestSchema(t *testing.T) {
	tests := map[string]struct {
		pointer string
		value   string // JSON; empty removes the member
		want    string // part of the reason; empty: accepted
	}{
		"no expiry":                    {"/policyExpiryDate", ``, ""},
		"expiry null":                  {"/policyExpiryDate", `null`, ""},
		"proposal null":                {"/proposalDate", `null`, ""},
		"no state":                     {"/contractProcessState", ``, `/contractProcessState: property "contractProcessState" is missing`},
		"another state":                {"/contractProcessState", `"QUOTE"`, "/contractProcessState: value is not one of the allowed values"},
		"no digital flag":              {"/isDigitalPolicy", ``, `/isDigitalPolicy: property "isDigitalPolicy" is missing`},
		"a digital flag as text":       {"/isDigitalPolicy", `"true"`, "/isDigitalPolicy: value must be a boolean"},
		"no VIN":                       {"/vehicle/vehicleIdentificationNumber", ``, "/vehicle/vehicleIdentificationNumber: property"},
		"a short VIN":                  {"/vehicle/vehicleIdentificationNumber", `"x"`, ""},
		"no model":                     {"/vehicle/model", ``, ""},
		"no packages":                  {"/productPackages", ``, ""},
		"packages null":                {"/productPackages", `null`, ""},
		"a package id":                 {"/productPackages/0/name", `"0Y010556"`, ""},
		"no premium":                   {"/productPackages/0/premium", ``, "/productPackages/0/premium: property"},
		"the gross premium alone":      {"/productPackages/0/premium", `{"grossPremium": 1.5}`, ""},
		"no gross premium":             {"/productPackages/0/premium/grossPremium", ``, "/productPackages/0/premium/grossPremium: property"},
		"a discount":                   {"/productPackages/0/premium/discounts", `[{"code":"PAP10","rate":10.5,"name":"x","type":"eCoupon","amount":10.5,"recurring":false}]`, ""},
		"a discount of text":           {"/productPackages/0/premium/discounts", `[{"rate":"10.5"}]`, "/productPackages/0/premium/discounts/0/rate: value must be a number"},
		"nobody insured":               {"/insuredPerson", ``, "/insuredPerson: property"},
		"nobody benefits":              {"/beneficiary", `null`, ""},
		"nobody pays":                  {"/payer", ``, ""},
		"a person without a type":      {"/payer/type", ``, "/payer/type: property"},
		"a person without a name":      {"/insuredPerson/firstName", `null`, ""},
		"a person without a gender":    {"/insuredPerson/gender", `null`, ""},
		"another gender":               {"/insuredPerson/gender", `"X"`, "/insuredPerson/gender: value is not one of the allowed values"},
		"no documents":                 {"/insuredPerson/identificationDocuments", `null`, ""},
		"a placeholder":                {"/insuredPerson/companyName", `"string"`, ""},
		"an address between blanks":    {"/insuredPerson/emailAddress", `" a@b.cd "`, ""},
		"no address":                   {"/insuredPerson/addresses", ``, "/insuredPerson/addresses: property"},
		"a postal code of four digits": {"/insuredPerson/addresses/0/postalCode", `"1040"`, "/insuredPerson/addresses/0/postalCode: "},
		"a long address":               {"/insuredPerson/addresses/0/addressLine1", `"` + strings.Repeat("ก", 251) + `"`, "/insuredPerson/addresses/0/addressLine1: "},
		"an address as long as it may": {"/insuredPerson/addresses/0/addressLine1", `"` + strings.Repeat("ก", 250) + `"`, ""},
		"no consents":                  {"/consents", ``, "/consents: property"},
		"another consent":              {"/consents/0/consentType", `"COOKIES"`, "/consents/0/consentType: value is not one of the allowed values"},
		"a consent without an answer":  {"/consents/0/hasAccepted", ``, "/consents/0/hasAccepted: property"},
		"a consent without a group":    {"/consents/0/consentGroup", ``, ""},
		"an unknown member":            {"/isInstallment", `false`, ""},
	}
	person := example(t, "issueContract", "person")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := mustJSON(t, person)
			set(t, body, tt.pointer, tt.value)
			if got := judged(t, "ContractRequest", body); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A contract's refusal has a code and a message, or the message alone, bare or in
// a list; never a code that is none.
func TestContractRefusalSchema(t *testing.T) {
	for body, want := range map[string]bool{
		`{"code":"003","message":"x"}`:              true,
		`{"message":"x"}`:                           true,
		`{"message":"x","timestamp":"now"}`:         true,
		`{"errors":[{"code":"112","message":"x"}]}`: true,
		`{"errors":[{"message":"x"}]}`:              true,
		`{"code":"3","message":"x"}`:                false,
		`{"code":null,"message":"x"}`:               false,
		`{"code":"003"}`:                            false,
		`{"message":""}`:                            false,
		`{}`:                                        false,
		`{"errors":[]}`:                             false,
		`{"errors":[{"code":"3","message":"x"}]}`:   false,
		`{"fault":{"faultstring":"x","detail":{}}}`: false,
	} {
		if got := judged(t, "ContractRefusal", mustJSON(t, []byte(body))); (got == "") != want {
			t.Errorf("%s: got %q, want accepted %t", body, got, want)
		}
	}
}

func TestContractSchema(t *testing.T) {
	const fields = `"policyNumber":"22-001-M01-001689","policyStartDate":"2022-06-17","policyExpiryDate":"2023-06-17","documentUrl":"https://example.com"`
	for body, want := range map[string]bool{
		`{"contractId":"_Uo9Et3pC2DqSgHH0UpD0g",` + fields + `,"policyStatus":"SUCCESS"}`:                true,
		`{"contractId":"189a3f6b-e1d2-4aaa-b157-14a0c7f7b014",` + fields + `,"policyStatus":"REJECTED"}`: true,
		`{"contractId":null,` + fields + `,"policyStatus":"SUCCESS"}`:                                    true,
		`{"contractId":"",` + fields + `,"policyStatus":"SUCCESS"}`:                                      false,
		`{"contractId":"x",` + fields + `,"policyStatus":"EXPIRED"}`:                                     false,
		`{` + fields + `,"policyStatus":"SUCCESS"}`:                                                      false,
	} {
		if got := judged(t, "Contract", mustJSON(t, []byte(body))); (got == "") != want {
			t.Errorf("%s: got %q, want accepted %t", body, got, want)
		}
	}
}

func TestAmendmentRequestSchema(t *testing.T) {
	for body, want := range map[string]bool{
		`{"type":"CANCEL","reason":"` + strings.Repeat("ก", 50) + `"}`: true,
		`{"type":"RY11","reason":"x"}`:                                 true,
		`{"type":"CANCEL","reason":"` + strings.Repeat("ก", 51) + `"}`: false,
		`{"type":"CANCEL","reason":""}`:                                false,
		`{"type":"CANCEL"}`:                                            false,
		`{"type":"CHANGE","reason":"x"}`:                               false,
	} {
		if got := judged(t, "AmendmentRequest", mustJSON(t, []byte(body))); (got == "") != want {
			t.Errorf("%s: got %q, want accepted %t", body, got, want)
		}
	}
}
