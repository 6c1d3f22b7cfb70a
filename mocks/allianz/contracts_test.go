package allianz_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
)

// What the document refuses of a contract reaches the caller in the insurer's
// words: a missing or invalid value by name, a wrong form as 999.
func TestContractsRefusedByTheDocument(t *testing.T) {
	const (
		malformed = `{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}`
		address   = "/insuredPerson/addresses/1/"
		consent   = "/consents/2/"
		pack      = "/productPackages/0/"
		none      = "absent"
	)
	tests := []struct {
		pointer string
		value   any
		want    string // a member, or malformed
	}{
		{"/policyStartDate", none, "policyStartDate"},
		{"/policyStartDate", nil, "policyStartDate"},
		{"/policyStartDate", "2022-02-30", "policyStartDate"},
		{"/policyExpiryDate", "17/06/2023", "policyExpiryDate"},
		{"/proposalDate", "today", "proposalDate"},
		{"/channel", none, "channel"},
		{"/channel", "WEB", "channel"},
		{"/productCode", none, "productCode"},
		{"/productCode", "LIFE", "productCode"},
		{"/contractProcessState", none, "contractProcessState"},
		{"/contractProcessState", "QUOTE", "contractProcessState"},
		{"/isDigitalPolicy", none, "isDigitalPolicy"},
		{"/isDigitalPolicy", "true", malformed},
		{"/vehicle", none, "vehicle"},
		{"/vehicle", nil, "vehicle"},
		{"/vehicle/make", none, "make"},
		{"/vehicle/make", 39, malformed},
		{"/vehicle/usage", none, "usage"},
		{"/vehicle/vehicleIdentificationNumber", none, "vehicleIdentificationNumber"},
		{"/vehicle/vehicleIdentificationNumber", "", "vehicleIdentificationNumber"},
		{"/vehicle/yearOfManufacture", "22", "yearOfManufacture"},
		{"/vehicle/garageType", "HOME", "garageType"},
		{"/vehicle/registrationType", "TAXI", "registrationType"},
		{"/vehicle/owner", "", malformed},
		{"/vehicle/owners", "", malformed},
		{"/vehicle/color", map[string]any{}, malformed},
		{"/productPackages", map[string]any{}, malformed},
		{pack + "coverages", none, "coverages"},
		{pack + "coverages/0/code", "VMI2", "code"},
		{pack + "coverages/0/coverageItems", []any{map[string]any{"code": "OD", "sumInsured": -1}}, "coverageItems"},
		{pack + "premium", none, "premium"},
		{pack + "premium/grossPremium", none, "grossPremium"},
		{pack + "premium/grossPremium", "18382.6", malformed},
		{pack + "premium/grossPremium", -1, "grossPremium"},
		{"/insuredPerson", none, "insuredPerson"},
		{"/insuredPerson", nil, "insuredPerson"},
		{"/insuredPerson", "", malformed},
		{"/insuredPerson/type", none, "type"},
		{"/insuredPerson/type", "HUMAN", "type"},
		{"/insuredPerson/gender", "OTHER", "gender"},
		{"/insuredPerson/birthDate", "25/12/1988", "birthDate"},
		{"/insuredPerson/mobilePhone", 820509431, malformed},
		{"/insuredPerson/identificationDocuments/0/identityType", "VISA", "identityType"},
		{"/insuredPerson/addresses", none, "addresses"},
		{address + "type", "WORK", "type"},
		{address + "addressLine1", none, "addressLine1"},
		{address + "addressLine1", strings.Repeat("ก", 251), "addressLine1"},
		{address + "district", none, "district"},
		{address + "subDistrict", none, "subDistrict"},
		{address + "state", none, "state"},
		{address + "postalCode", none, "postalCode"},
		{address + "postalCode", "1040", "postalCode"},
		{address + "postalCode", "104000", "postalCode"},
		{"/beneficiary/type", none, "type"},
		{"/payer/addresses/0/postalCode", "", "postalCode"},
		{"/payer", []any{}, malformed},
		{"/consents", none, "consents"},
		{consent + "consentType", none, "consentType"},
		{consent + "consentType", "COOKIES", "consentType"},
		{consent + "hasAccepted", none, "hasAccepted"},
		{consent + "hasAccepted", "true", malformed},
		{consent + "acceptanceDate", "2019-02-30", "acceptanceDate"},

		// And what it lets through.
		{address + "addressLine1", strings.Repeat("ก", 250), ""},
		{"/insuredPerson/occupation", nil, ""},
		{consent + "consentGroup", nil, ""},
		{consent + "acceptanceDate", nil, ""},
		{"/vehicle/color", 7, ""},
		{pack + "premium/netPremium", nil, ""},
		{"/quotationId", "string", ""},
	}
	s := start(t)
	for _, test := range tests {
		t.Run(test.pointer, func(t *testing.T) {
			var body []byte
			if test.value == none {
				body = without(t, test.pointer)
			} else {
				body = changed(t, "issue-person", test.pointer, test.value)
			}
			status, got := post(t, s.URL+issuePath, body)
			switch {
			case test.want == "" && status != 200:
				t.Errorf("%v: got %d %s, want it accepted", test.value, status, got)
			case test.want == malformed && (status != 500 || got != malformed):
				t.Errorf("%v: got %d %s, want 500 %s", test.value, status, got, malformed)
			case test.want != "" && test.want != malformed:
				if want := `{"code":"003","message":"` + test.want + ` ข้อมูลที่ส่งมาไม่ถูกต้อง"}`; status != 400 || got != want {
					t.Errorf("%v: got %d %s, want 400 %s", test.value, status, got, want)
				}
			}
		})
	}
	t.Run("too large", func(t *testing.T) {
		body := append(request(t, "issue-person.request"), bytes.Repeat([]byte(" "), 1<<20)...)
		if status, got := post(t, s.URL+issuePath, body); status != 413 {
			t.Errorf("got %d %s, want 413", status, got)
		}
	})
	wantKept(t, world(t, s, mocks.DefaultWorld))
}

// without is the printed request of a person less a member.
func without(t *testing.T, pointer string) []byte {
	t.Helper()
	marked := changed(t, "issue-person", pointer, "\x00")
	last := pointer[strings.LastIndexByte(pointer, '/')+1:]
	member := []byte(`"` + last + `":"\u0000"`)
	for _, cut := range [][]byte{append([]byte(","), member...), append(member, ',')} {
		if bytes.Contains(marked, cut) {
			return bytes.Replace(marked, cut, nil, 1)
		}
	}
	t.Fatalf("no member %s to take away", pointer)
	return nil
}

// Tokens work for a contract as they do for a quote.
func TestContractsWithTokens(t *testing.T) {
	s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"allianz.auth": "strict"} })
	token := "Bearer " + grant(t, s.URL)
	calls := map[string]func(header ...string) (int, string){
		"issue": func(header ...string) (int, string) {
			return post(t, s.URL+issuePath, request(t, "issue-person.request"), header...)
		},
		"cancel": func(header ...string) (int, string) {
			return post(t, s.URL+issuePath+"/"+printedID+"/amendments", request(t, "cancel.request"), header...)
		},
	}
	for name, call := range calls {
		if status, body := call(); status != 401 || body != badToken {
			t.Errorf("%s without a token: got %d %s", name, status, body)
		}
		if status, body := call("Authorization", "Bearer x"); status != 401 || body != badToken {
			t.Errorf("%s with a wrong one: got %d %s", name, status, body)
		}
		if status, body := call("Authorization", token); status != 200 {
			t.Errorf("%s: got %d %s", name, status, body)
		}
	}
	if status, _, body := fetch(t, s.URL+issuePath+"/"+printedID); status != 401 || body != badToken {
		t.Errorf("look up without a token: got %d %s", status, body)
	}
	wantKept(t, world(t, s, mocks.DefaultWorld))
}
