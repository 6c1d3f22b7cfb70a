package contracts

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pair is the exchange in one of our golden files.
func pair(t testing.TB, name string) (*Contract, *Exchange) {
	t.Helper()
	c := contractOf(t, "allianz")
	return c, exchangeIn(t, c, readArchive(t, filepath.Join("testdata", "allianz", name+".txtar")))
}

const (
	byPackage = "contract-complete.pass"      // issued to a person
	byCompany = "contract-items-refused.fail" // issued to a company, with an item too many
	lookUp    = "contract-looked-up.pass"
	cancelled = "cancel-confirmed.pass"
)

// foundBy is what the checks with these names say, each by place and grade.
func foundBy(c *Contract, x *Exchange, checks ...string) []string {
	var all []string
	for _, f := range c.Examine(x) {
		if name := strings.TrimPrefix(f.Check, "allianz/"); slices.Contains(checks, name) {
			all = append(all, name+" "+f.Where+" "+string(f.Evidence))
		}
	}
	return all
}

type tree = map[string]any

func below(t tree, name string) tree { return t[name].(tree) }

func insured(t tree) tree { return below(t, "insuredPerson") }

// TestIssueMisfits takes one thing from a printed request, or spoils it.
func TestIssueMisfits(t *testing.T) {
	tests := []struct {
		name, from string
		spoil      func(tree)
		want       string // table, place and grade of the rule
	}{
		{"nothing", byPackage, func(tree) {}, ""},
		{"no insured person", byPackage, func(a tree) { a["insuredPerson"] = nil }, "person /insuredPerson inferred"},
		{"no last name", byPackage, func(a tree) { insured(a)["lastName"] = " " }, "person /insuredPerson/lastName inferred"},
		{"no birthday", byPackage, func(a tree) { delete(insured(a), "birthDate") }, "person /insuredPerson/birthDate inferred"},
		{"no e-mail address", byPackage, func(a tree) { insured(a)["emailAddress"] = nil }, ""},
		{
			"no e-mail address for an e-policy", byPackage,
			func(a tree) { a["isDigitalPolicy"] = true; insured(a)["emailAddress"] = nil },
			"person /insuredPerson/emailAddress inferred",
		},
		{"a phone with dashes", byPackage, func(a tree) { insured(a)["mobilePhone"] = "086-123456" }, "person /insuredPerson/mobilePhone inferred"},
		{"no document", byPackage, func(a tree) { insured(a)["identificationDocuments"] = nil }, "person /insuredPerson/identificationDocuments inferred"},
		{
			"a wrong check digit", byPackage,
			func(a tree) {
				insured(a)["identificationDocuments"] = []any{tree{"identityType": "NRIC", "identityNumber": "1833445523446"}}
			},
			"person /insuredPerson/identificationDocuments inferred",
		},
		{
			"a passport has no check digit", byPackage,
			func(a tree) {
				insured(a)["identificationDocuments"] = []any{tree{"identityType": "PASS", "identityNumber": "A3208321X"}}
			},
			"",
		},
		{
			"a passport without a number", byPackage,
			func(a tree) { insured(a)["identificationDocuments"] = []any{tree{"identityType": "PASS"}} },
			"person /insuredPerson/identificationDocuments inferred",
		},
		{"placeholders of a company", byPackage, func(a tree) { insured(a)["registerId"] = "string" }, ""},
		{
			"a payer without an address", byPackage,
			func(a tree) {
				payer := maps.Clone(insured(a))
				payer["addresses"] = []any{}
				a["payer"] = payer
			},
			"addresses /payer/addresses inferred, addresses /payer/addresses inferred",
		},
		{"no current address", byPackage, func(a tree) { insured(a)["addresses"] = insured(a)["addresses"].([]any)[:1] }, "addresses /insuredPerson/addresses seed"},
		{"no consents", byPackage, func(a tree) { a["consents"] = []any{} }, "consents /consents seed, consents /consents seed, consents /consents seed"},
		{
			"a sanctioned customer", byPackage,
			func(a tree) { a["consents"].([]any)[0].(tree)["hasAccepted"] = false },
			"consents /consents/0/hasAccepted seed",
		},
		{"no marketing", byPackage, func(a tree) { a["consents"].([]any)[2].(tree)["hasAccepted"] = false }, ""},
		{
			"a consent that is given and not", byPackage,
			func(a tree) {
				a["consents"] = append(a["consents"].([]any), tree{"consentType": "INFORMATION", "hasAccepted": false})
			},
			"",
		},
		{"a company", byCompany, func(tree) {}, "items /productPackages/0/coverages/0/coverageItems/2/sumInsured seed"},
		{"no driver", byCompany, func(a tree) { fitted(a); insured(a)["customerName"] = nil }, "person /insuredPerson/customerName inferred"},
		{"no driver of a lorry", byCompany, func(a tree) { fitted(a); below(a, "vehicle")["usage"] = "320"; insured(a)["customerName"] = nil }, ""},
		{"no suffix", byCompany, func(a tree) { fitted(a); insured(a)["companySuffix"] = "" }, "person /insuredPerson/companySuffix inferred"},
		{"a register id that is none", byCompany, func(a tree) { fitted(a); insured(a)["registerId"] = "0105" }, "person /insuredPerson/registerId inferred"},
		{"no register id", byCompany, func(a tree) { fitted(a); insured(a)["registerId"] = nil }, "person /insuredPerson/registerId inferred"},
		{
			"a payer that is a company needs less", byCompany,
			func(a tree) {
				fitted(a)
				a["payer"] = tree{"type": "COMPANY", "registerId": "4832380863313", "companyName": "x", "addresses": insured(a)["addresses"]}
			},
			"",
		},
		{"a package for CMI", byPackage, func(a tree) { a["productCode"] = "CMI" }, "garage /vehicle/garageType inferred, package /productPackages/0/name seed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, x := pair(t, tt.from)
			edit(t, &x.Request.Message, tt.spoil)
			ask, _ := x.Request.tree()
			var got []string
			for _, m := range issueMisfits(ask) {
				proof := m.proof
				if proof == "" {
					proof = Seed
				}
				got = append(got, m.table+" "+m.where+" "+string(proof))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("misfits (-want +got):\n%s", diff)
			}
		})
	}
}

// fitted takes the item too many from the company's request.
func fitted(ask tree) {
	coverage := ask["productPackages"].([]any)[0].(tree)["coverages"].([]any)[0].(tree)
	coverage["coverageItems"] = slices.Delete(coverage["coverageItems"].([]any), 2, 3)
}

// TestContractRefusals answers requests to issue by refusals: who may say no
// before the rule that is broken, and how.
func TestContractRefusals(t *testing.T) {
	const (
		invalid = ` ข้อมูลที่ส่งมาไม่ถูกต้อง`
		company = `ลูกค้านิติบุคคล ไม่สามารถออกกรมธรรม์ E-Policy ได้`
	)
	noConsents := func(a tree) { a["consents"] = []any{} }
	ePolicy := func(a tree) { fitted(a); a["isDigitalPolicy"] = true }
	tests := []struct {
		name, from string
		spoil      func(tree)
		status     int
		answer     string
		want       []string
	}{
		{"as printed", byPackage, noConsents, 400, `{"code":"003","message":"consents` + invalid + `"}`, nil},
		{"in a list", byPackage, noConsents, 400, `{"errors":[{"code":"003","message":"consents` + invalid + `"}]}`, nil},
		{"the customer is another", byPackage, noConsents, 400, `{"code":"112","message":"x"}`, []string{"contract-refusal-text /message seed"}},
		{"by another code", byPackage, noConsents, 400, `{"errors":[{"code":"001","message":"x"}]}`, []string{"consents-required /errors/0/code inferred"}},
		{"without a code, under 200", byPackage, noConsents, 200, `{"message":"x"}`, nil},
		{"by the gateway", byPackage, noConsents, 504, `{"fault":{"faultstring":"Gateway Timeout"}}`, nil},
		{"by nobody", byPackage, noConsents, 0, ``, nil},
		{"without a word", byPackage, noConsents, 400, `{}`, []string{"contract-refusal-envelope /message seed"}},
		{"a code that is none", byPackage, noConsents, 400, `{"code":"3","message":"x"}`, []string{"contract-refusal-envelope /code seed", "consents-required /code inferred"}},
		{"an e-policy for a company", byCompany, ePolicy, 400, `{"errors":[{"message":"` + company + `"}]}`, nil},
		{"in other words", byCompany, ePolicy, 400, `{"message":"E-Policy?"}`, []string{"e-policy-refused /message seed"}},
		{"for something else", byCompany, ePolicy, 400, `{"code":"003","message":"usage` + invalid + `"}`, []string{"e-policy-refused /message inferred"}},
		{"with a code", byCompany, ePolicy, 400, `{"code":"115","message":"` + company + `"}`, []string{"e-policy-refused /code inferred"}},
		{"two things are wrong", byCompany, func(a tree) { ePolicy(a); noConsents(a) }, 400, `{"message":"` + company + `"}`, nil},
		{"a package, for a phone", byPackage, func(tree) {}, 400, `{"code":"003","message":"mobilePhone` + invalid + `"}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := pair(t, tt.from)
			edit(t, &x.Request.Message, tt.spoil)
			x.Response.Status = tt.status
			x.Response.SetBody([]byte(tt.answer))
			got := foundBy(c, x, "consents-required", "e-policy-refused", "contract-refusal-text", "contract-refusal-envelope", "package-needs-no-items")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestContractAnswers changes a printed answer: what no sample shows is graded
// as inferred, or let pass.
func TestContractAnswers(t *testing.T) {
	tests := []struct {
		name, from string
		ask        func(tree)
		answer     func(tree)
		want       []string
	}{
		{"as it is", byPackage, nil, func(tree) {}, nil},
		{"an inspection has no document yet", byPackage, nil, func(a tree) { a["policyStatus"], a["documentUrl"] = "PROCESS_CAR_INSPECTION", nil }, nil},
		{
			"an inspection that nobody can ask about", byPackage, nil,
			func(a tree) { a["policyStatus"], a["contractId"] = "PROCESS_CAR_INSPECTION", nil },
			[]string{"contract-complete /contractId inferred"},
		},
		{"cancelled at birth", byPackage, nil, func(a tree) { a["policyStatus"] = "CANCELLED" }, []string{"contract-status /policyStatus inferred"}},
		{"cancelled later", lookUp, nil, func(a tree) { a["policyStatus"] = "CANCELLED" }, nil},
		{"a document that is gone", lookUp, nil, func(a tree) { a["documentUrl"] = nil }, []string{"contract-complete /documentUrl inferred"}},
		{"the year of another start", byPackage, nil, func(a tree) { a["policyNumber"] = "19-001-M01-006834" }, []string{"policy-number-form /policyNumber inferred"}},
		{"an id of another form", byPackage, nil, func(a tree) { a["contractId"] = "189a3f6b-e1d2-4aaa-b157-14a0c7f7b01" }, []string{"contract-id-form /contractId seed"}},
		{"a leap day has no day a year later", byPackage, func(a tree) { a["policyStartDate"], a["policyExpiryDate"] = "2020-02-29", nil }, func(a tree) { a["policyStartDate"] = "2020-02-29" }, nil},
		{
			"half a year", byPackage,
			func(a tree) { delete(a, "policyExpiryDate") },
			func(a tree) { a["policyExpiryDate"] = "2020-11-20" },
			[]string{"contract-lasts-a-year /policyExpiryDate seed"},
		},
		{
			"verified and stored", byPackage,
			func(a tree) { a["contractProcessState"] = "VERIFY" },
			func(a tree) { a["policyNumber"], a["documentUrl"] = nil, nil },
			[]string{"verify-stores-nothing /contractId inferred"},
		},
		{
			"a cancellation of another year", cancelled, nil,
			func(a tree) { a["effectiveDate"] = "2020-01-01" },
			[]string{"cancel-endorsement /policyNumber inferred"},
		},
		{"a third endorsement", cancelled, nil, func(a tree) { a["policyNumber"] = "19-001-M02-069005-13" }, nil},
		{"from no day on", cancelled, nil, func(a tree) { a["effectiveDate"] = "2019-02-29" }, []string{"cancel-confirmed /effectiveDate seed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := pair(t, tt.from)
			if tt.ask != nil {
				edit(t, &x.Request.Message, tt.ask)
			}
			edit(t, &x.Response.Message, tt.answer)
			got := foundBy(c, x, "contract-id-form", "policy-number-form", "contract-lasts-a-year", "contract-status", "contract-complete",
				"verify-stores-nothing", "cancel-endorsement", "cancel-confirmed")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestThaiIdentity(t *testing.T) {
	tests := map[string]bool{
		"4254580668830": true, "3011535486109": true, "3182431105753": true, "4832380863313": true, "1833445523445": true, // printed
		" 1833445523445 ": true, "1833445523446": false, "183344552344": false, "18334455234450": false, "183344552344x": false, "": false,
	}
	for number, want := range tests {
		if got := thaiIdentity(number); got != want {
			t.Errorf("thaiIdentity(%q) = %v, want %v", number, got, want)
		}
	}
}
