package allianz

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// personTable is the printed table of the insured person with its remarks: who
// must have which member. Beneficiary and payer differ in the last four.
var personTable = []struct {
	member                            string
	person, company, beneficiaryOrPay bool // the last: of a company that is not insured
}{
	{"type", true, true, true},
	{"title", true, false, false},
	{"firstName", true, false, false},
	{"lastName", true, false, false},
	{"gender", true, false, false},
	{"identificationDocuments", true, false, false},
	{"nationality", true, false, false},
	{"birthDate", true, false, false},
	{"occupation", false, false, false},
	{"registerId", false, true, true},
	{"companyName", false, true, true},
	{"mobilePhone", true, false, false},
	{"addresses", true, true, true},
	{"companyPrefix", false, true, false},
	{"companySuffix", false, true, false},
	{"customerName", false, true, false}, // for usage 110
}

// somebody is a request whose beneficiary, payer and insured person are of a kind.
func somebody(tb testing.TB, kind string, edits ...edit) members {
	tb.Helper()
	if kind == kindPerson {
		return sample(tb, "issue-person", edits...)
	}
	payer := sample(tb, "issue-company").object("payer")
	return sample(tb, "issue-company", append([]edit{{"/beneficiary", map[string]any(payer)}}, edits...)...)
}

var missing = map[string]any{"absent": gone, "null": nil, "blank": "", "spaces": "  "}

func TestPersonTable(t *testing.T) {
	for _, place := range []string{"insuredPerson", "beneficiary", "payer"} {
		for _, kind := range []string{kindPerson, kindCompany} {
			for _, row := range personTable {
				mandatory := row.person
				if kind == kindCompany {
					mandatory = row.company
					if place != "insuredPerson" {
						mandatory = row.beneficiaryOrPay
					}
				}
				for name, value := range missing {
					t.Run(strings.Join([]string{place, kind, row.member, name}, " "), func(t *testing.T) {
						judgedAs(t, somebody(t, kind, edit{"/" + place + "/" + row.member, value}), !mandatory, row.member)
					})
				}
			}
		}
	}
}

// An e-mail address is mandatory for the e-policy of a person, and for nobody else.
func TestEmailForAnEPolicy(t *testing.T) {
	for _, place := range []string{"insuredPerson", "beneficiary", "payer"} {
		for _, digital := range []bool{true, false} {
			for name, value := range missing {
				t.Run(fmt.Sprint(place, " ", digital, " ", name), func(t *testing.T) {
					ask := somebody(t, kindPerson, edit{"/isDigitalPolicy", digital}, edit{"/" + place + "/emailAddress", value})
					judgedAs(t, ask, !digital || place != "insuredPerson", "emailAddress")
				})
			}
		}
	}
}

// A company names the driver of a car that is used as a private person's.
func TestCustomerName(t *testing.T) {
	for usage, mandatory := range map[string]bool{"110": true, "210": true, "120": false, "220": false, "320": false} {
		ask := somebody(t, kindCompany, edit{"/vehicle/usage", usage}, edit{"/insuredPerson/customerName", nil})
		t.Run(usage, func(t *testing.T) { judgedAs(t, ask, !mandatory, "customerName") })
	}
	compulsory := somebody(t, kindCompany, edit{"/productCode", "CMI"}, edit{"/vehicle/usage", "1.10"}, edit{"/vehicle/garageType", nil},
		edit{"/productPackages", nil}, edit{"/insuredPerson/customerName", nil})
	applied(t, compulsory)
}

func TestPersonForms(t *testing.T) {
	documents := func(kind, number any) []any {
		return []any{map[string]any{"identityType": kind, "identityNumber": number}}
	}
	tests := []struct {
		kind, member string
		value        any
		refused      string // the member; empty: accepted
	}{
		{kindPerson, "type", "HUMAN", "type"},
		{kindPerson, "registerId", "string", ""},
		{kindPerson, "companyName", nil, ""},
		{kindPerson, "mobilePhone", "082050943", "mobilePhone"},
		{kindPerson, "mobilePhone", "08205094310", "mobilePhone"},
		{kindPerson, "mobilePhone", "086xxxxxxx", "mobilePhone"},
		{kindPerson, "mobilePhone", "๐๘๒๐๕๐๙๔๓๑", "mobilePhone"},
		{kindPerson, "mobilePhone", " 0820509431 ", ""},
		{kindPerson, "emailAddress", " string@string.com ", ""},
		{kindPerson, "emailAddress", "string", "emailAddress"},
		{kindPerson, "emailAddress", "a@b", "emailAddress"},
		{kindPerson, "emailAddress", "a b@c.de", "emailAddress"},
		{kindPerson, "identificationDocuments", []any{}, "identificationDocuments"},
		{kindPerson, "identificationDocuments", documents("NRIC", "4254580668830"), ""},
		{kindPerson, "identificationDocuments", documents("NRIC", "4254580668831"), "identityNumber"},
		{kindPerson, "identificationDocuments", documents("NRIC", "425458066883"), "identityNumber"},
		{kindPerson, "identificationDocuments", documents("NRIC", "A3208321X"), "identityNumber"},
		{kindPerson, "identificationDocuments", documents("PASS", "A3208321X"), ""},
		{kindPerson, "identificationDocuments", documents("PASS", " "), "identityNumber"},
		{kindPerson, "identificationDocuments", documents("PASS", nil), "identityNumber"},
		{kindPerson, "identificationDocuments", documents(nil, "A3208321X"), "identityType"},
		{kindPerson, "identificationDocuments", append(documents("PASS", "A3208321X"), documents("NRIC", "1")...), "identityNumber"},
		{kindPerson, "identificationDocuments", []any{nil}, "identityType"},

		{kindCompany, "registerId", "4832380863314", "registerId"},
		{kindCompany, "registerId", "483238086331", "registerId"},
		{kindCompany, "registerId", "string", "registerId"},
		{kindCompany, "identificationDocuments", documents("NRIC", "string"), ""},
		{kindCompany, "firstName", "string", ""},
		{kindCompany, "emailAddress", "string", "emailAddress"},
		{kindCompany, "emailAddress", "office@company.example", ""},
		{kindCompany, "mobilePhone", "string", "mobilePhone"},
		{kindCompany, "mobilePhone", "0820509431", ""},
	}
	for _, place := range []string{"insuredPerson", "beneficiary", "payer"} {
		for _, test := range tests {
			t.Run(fmt.Sprint(place, " ", test.kind, " ", test.member, " ", test.value), func(t *testing.T) {
				judgedAs(t, somebody(t, test.kind, edit{"/" + place + "/" + test.member, test.value}), test.refused == "", test.refused)
			})
		}
	}
}

func TestAddressTable(t *testing.T) {
	mandatory := map[string]bool{
		"type": true, "addressLine1": true, "addressLine2": false, "addressLine3": false, "addressLine4": false,
		"district": true, "subDistrict": true, "state": true, "postalCode": true,
	}
	for _, place := range []string{"insuredPerson", "beneficiary", "payer"} {
		for _, kind := range []string{kindPerson, kindCompany} {
			for i := range 2 {
				for member, must := range mandatory {
					for name, value := range missing {
						t.Run(fmt.Sprint(place, " ", kind, " ", i, " ", member, " ", name), func(t *testing.T) {
							judgedAs(t, somebody(t, kind, edit{fmt.Sprintf("/%s/addresses/%d/%s", place, i, member), value}), !must, member)
						})
					}
				}
			}
			for name, edits := range map[string][]edit{
				"only REGISTER": {{"/" + place + "/addresses/1/type", "REGISTER"}},
				"only CURRENT":  {{"/" + place + "/addresses/0/type", "CURRENT"}},
				"none":          {{"/" + place + "/addresses", []any{}}},
			} {
				t.Run(place+" "+kind+" "+name, func(t *testing.T) { judgedAs(t, somebody(t, kind, edits...), false, "addresses") })
			}
		}
	}
}

func TestValidThaiIdentity(t *testing.T) {
	for number, want := range map[string]bool{
		// The identities of the insurer's samples.
		"4254580668830": true, "3011535486109": true, "3182431105753": true, "1833445523445": true, "4832380863313": true,
		// Ours.
		knownIdentity: true, knownRegisterID: true,
		"1111111111110": false, "111111111119": false, "11111111111190": false, "": false, "A111111111119": false,
		"1833445523446": false, "8133445523445": false,
	} {
		if got := validThaiIdentity(number); got != want {
			t.Errorf("%q: got %t, want %t", number, got, want)
		}
	}
}

func TestConsents(t *testing.T) {
	said := func(kinds ...any) []any {
		var all []any
		for i := 0; i < len(kinds); i += 2 {
			all = append(all, map[string]any{"consentType": kinds[i], "hasAccepted": kinds[i+1]})
		}
		return all
	}
	tests := []struct {
		name    string
		value   any
		refused string
	}{
		{"all three", said("SANCTION_COUNTRY", true, "INFORMATION", true, "MARKETING", true), ""},
		{"in another order", said("MARKETING", true, "INFORMATION", true, "SANCTION_COUNTRY", true), ""},
		{"no marketing please", said("SANCTION_COUNTRY", true, "INFORMATION", true, "MARKETING", false), ""},
		{"sanctions denied", said("SANCTION_COUNTRY", false, "INFORMATION", true, "MARKETING", true), "hasAccepted"},
		{"information denied", said("SANCTION_COUNTRY", true, "INFORMATION", false, "MARKETING", true), "hasAccepted"},
		{"information neither way", said("SANCTION_COUNTRY", true, "INFORMATION", nil, "MARKETING", true), "hasAccepted"},
		{"information both ways", said("SANCTION_COUNTRY", true, "INFORMATION", true, "INFORMATION", false, "MARKETING", true), "hasAccepted"},
		{"no marketing", said("SANCTION_COUNTRY", true, "INFORMATION", true), "consents"},
		{"no information", said("SANCTION_COUNTRY", true, "MARKETING", true), "consents"},
		{"no sanctions", said("INFORMATION", true, "MARKETING", true), "consents"},
		{"an empty list", []any{}, "consents"},
		{"null", nil, "consents"},
		{"absent", gone, "consents"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			judgedAs(t, sample(t, "issue-person", edit{"/consents", test.value}), test.refused == "", test.refused)
		})
	}
}

const textEPolicy = `{"message":"ลูกค้านิติบุคคล ไม่สามารถออกกรมธรรม์ E-Policy ได้"}`

func TestEPolicyForACompany(t *testing.T) {
	wantRefused(t, sample(t, "issue-company", edit{"/isDigitalPolicy", true}), textEPolicy)
	applied(t, sample(t, "issue-company", edit{"/isDigitalPolicy", false}))
	company := map[string]any(sample(t, "issue-company").object("payer"))
	applied(t, sample(t, "issue-person", edit{"/payer", company}, edit{"/beneficiary", company}))
}

// A request that is wrong everywhere is refused for the first of the tables, from
// top to bottom; each refusal mended brings the next.
func TestOrderOfRefusals(t *testing.T) {
	faults := []struct {
		edit   edit
		member string
	}{
		{edit{"/policyStartDate", "x"}, "policyStartDate"},
		{edit{"/vehicle/model", nil}, "model"},
		{edit{"/vehicle/registrationState", nil}, "registrationState"},
		{edit{"/vehicle/garageType", garageUnspecified}, "garageType"},
		{edit{theItems, []any{}}, "coverageItems"},
		{edit{"/vehicle/vehicleIdentificationNumber", " "}, "vehicleIdentificationNumber"},
		{edit{"/productPackages/0/premium", nil}, "grossPremium"},
		{edit{"/insuredPerson/companyName", nil}, "companyName"},
		{edit{"/insuredPerson/addresses", nil}, "addresses"},
		{edit{"/beneficiary", map[string]any{}}, "type"},
		{edit{"/payer/registerId", "1"}, "registerId"},
		{edit{"/consents", nil}, "consents"},
	}
	for i := range faults {
		edits := []edit{{"/isDigitalPolicy", true}}
		for _, fault := range faults[i:] {
			edits = append(edits, fault.edit)
		}
		wantRefused(t, sample(t, "issue-company", edits...), text003(faults[i].member))
	}
}

func TestNamesAndAddresses(t *testing.T) {
	person := sample(t, "issue-person", edit{"/payer/firstName", "  บีบี "}, edit{"/payer/lastName", "เอ  เอ"}).object("payer")
	identities := namesIn(person, "/payer")
	want := []identity{{"NRIC 3182431105753", "/payer/identificationDocuments/0/identityNumber", customer{FirstName: "บีบี", LastName: "เอ เอ"}}}
	if diff := cmp.Diff(want, identities, cmp.AllowUnexported(identity{})); diff != "" {
		t.Errorf("identities (-want +got):\n%s", diff)
	}
	company := sample(t, "issue-company", edit{"/payer/companySuffix", nil}).object("payer")
	if got := fullName(company); got != "บริษัท เทสดาต้า" {
		t.Errorf("got %q, want no blank for a missing suffix", got)
	}
}
