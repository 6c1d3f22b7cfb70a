package allianz_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

// Every request that the carrier prints is sent as printed, member for member and
// in that order, but for what is listed; every answer that it prints is read whole.
func TestContractSamples(t *testing.T) {
	// The samples do not agree with each other: the person's has a null where the
	// company's has a blank, no proposalDate, and two members the other way round.
	differs := map[string][][2]string{"person": {
		{`"productCode": "VMI",`, `"proposalDate": null,`},
		{`"channel": "WS",`, `"channel": "WS", "productCode": "VMI",`},
		{`"engineNumber": null`, `"engineNumber": ""`},
	}}
	for name, request := range contractRequests() {
		t.Run(name, func(t *testing.T) {
			printed, answer := sample(t, "contracts/"+name, "request.json"), sample(t, "contracts/"+name, "answer.json")
			for _, d := range differs[name] {
				if strings.Count(printed, d[0]) != 1 {
					t.Errorf("the sample has not one %s", d[0])
				}
				printed = strings.Replace(printed, d[0], d[1], 1)
			}
			var sent []string
			c := open(t, func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				sent = append(sent, string(body))
				return reply(200, answer), err
			})
			contract, err := c.IssueContract(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.VerifyContract(t.Context(), request); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(inOrder(t, printed), inOrder(t, sent[0])); diff != "" {
				t.Errorf("issue (-want +sent):\n%s", diff)
			}
			if want := strings.Replace(sent[0], `"ISSUE"`, `"VERIFY"`, 1); sent[1] != want {
				t.Errorf("verify\n got %s\nwant %s", sent[1], want)
			}
			written, err := json.Marshal(contract)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(inOrder(t, answer), inOrder(t, string(written))); diff != "" {
				t.Errorf("answer (-want +read):\n%s", diff)
			}
		})
	}
}

func TestGetAndCancelSamples(t *testing.T) {
	const id = "189a3f6b-e1d2-4aaa-b157-14a0c7f7b014"
	var calls []string
	c := open(t, func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		calls = append(calls, r.Method+" "+r.URL.Path, string(body))
		if r.Method == http.MethodGet {
			return reply(200, sample(t, "contracts/get", "answer.json")), err
		}
		return reply(200, sample(t, "contracts/cancel", "answer.json")), err
	})
	contract, err := c.Contract(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	cancellation, err := c.CancelContract(t.Context(), id, "User had cancelled the policy")
	if err != nil {
		t.Fatal(err)
	}
	got := []any{contract, cancellation, calls[0], calls[1], calls[2], inOrder(t, calls[3])}
	want := []any{
		&allianz.Contract{
			ContractID: id, PolicyNumber: "19-001-M02-069005", PolicyStartDate: "2019-12-25", PolicyExpiryDate: "2020-12-25",
			DocumentURL: "https://example.com", PolicyStatus: allianz.StatusSuccess,
		},
		&allianz.Cancellation{
			Type: "CANCEL", Reason: "User had cancelled the policy", EffectiveDate: "2019-12-25",
			PolicyNumber: "19-001-M02-069005-2", Status: allianz.StatusSuccess,
		},
		"GET /allianz/v1/motor/contracts/" + id, "",
		"POST /allianz/v1/motor/contracts/" + id + "/amendments", inOrder(t, sample(t, "contracts/cancel", "request.json")),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestContractMembers(t *testing.T) {
	compulsory := allianz.ContractRequest{
		PolicyStartDate: "2026-01-01", ProductCode: allianz.CMI,
		Vehicle: allianz.Vehicle{Make: "39", Usage: "1.10"},
	}
	nobody := `"insuredPerson":{"type":"","title":null,"firstName":null,"lastName":null,"gender":null,"identificationDocuments":null,` +
		`"nationality":null,"birthDate":null,"occupation":null,"registerId":null,"companyPrefix":null,"companyName":null,"companySuffix":null,` +
		`"customerName":null,"emailAddress":null,"mobilePhone":null,"addresses":null},"consents":null}`
	start := `{"policyStartDate":"2026-01-01","policyExpiryDate":null,"proposalDate":null,"channel":"WS","productCode":"CMI",` +
		`"contractProcessState":"ISSUE","isDigitalPolicy":false,` +
		`"vehicle":{"make":"39","usage":"1.10","garageType":null,"registrationNumber":"","engineNumber":"","owner":null},`
	with := func(p allianz.ProductPackage) allianz.ContractRequest {
		r := compulsory
		r.ProductPackages = []allianz.ProductPackage{p}
		return r
	}
	bare := []allianz.Coverage{{Name: "VMI1", Code: allianz.VMI1}}
	tests := map[string]struct {
		request allianz.ContractRequest
		want    string
	}{
		"as little as can be": {compulsory, start + nobody},
		"without a name": {
			with(allianz.ProductPackage{Coverages: bare, Premium: &allianz.Premium{GrossPremium: allianz.Baht(1)}}),
			start + `"productPackages":[{"name":null,"coverages":[{"name":"VMI1","code":"VMI1","sumInsured":null,"coverageItems":null}],` +
				`"premium":{"discounts":null,"additionalCosts":null,"netPremium":null,"grossPremium":1}}],` + nobody,
		},
		"package without a premium": {
			with(allianz.ProductPackage{Name: "0Y010556", Coverages: bare}),
			start + `"productPackages":[{"name":"0Y010556","coverages":[{"name":"VMI1","code":"VMI1"}]}],` + nobody,
		},
		"what a package is given is sent": {
			with(allianz.ProductPackage{
				Name:      "0Y010556",
				Coverages: []allianz.Coverage{{Code: allianz.VMI1, SumInsured: allianz.Baht(0), CoverageItems: coverageItems(5)[:1]}},
				Premium: &allianz.Premium{
					Discounts:       []allianz.Discount{{Code: "PAP10", Amount: allianz.Baht(3)}},
					AdditionalCosts: []allianz.AdditionalCost{{Type: allianz.VAT, Amount: allianz.Baht(7)}},
					NetPremium:      allianz.Baht(100), GrossPremium: allianz.Baht(107),
				},
			}),
			start + `"productPackages":[{"name":"0Y010556","coverages":[{"name":null,"code":"VMI1","sumInsured":0,` +
				`"coverageItems":[{"name":"Sum Insured","code":"OD","sumInsured":5}]}],` +
				`"premium":{"discounts":[{"code":"PAP10","name":null,"type":null,"amount":3,"recurring":false}],` +
				`"additionalCosts":[{"name":null,"type":"VAT","amount":7}],"netPremium":100,"grossPremium":107}}],` + nobody,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var sent string
			c := open(t, func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				sent = string(body)
				return reply(200, smallContract), err
			})
			if _, err := c.IssueContract(t.Context(), test.request); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(inOrder(t, test.want), inOrder(t, sent)); diff != "" {
				t.Errorf("request (-want +sent):\n%s", diff)
			}
		})
	}
}

// A quote's package and vehicle are what a contract wants to have.
func TestQuoteIntoContract(t *testing.T) {
	var sent string
	c := open(t, func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, quotePath) {
			return reply(200, sample(t, "vmi1-default", "answer.json")), nil
		}
		body, err := io.ReadAll(r.Body)
		sent = string(body)
		return reply(200, smallContract), err
	})
	quote, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
	if err != nil {
		t.Fatal(err)
	}
	request := packageRequest()
	request.Vehicle, request.ProductPackages = quote.Vehicle, quote.ProductPackages
	if _, err := c.IssueContract(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	type both struct{ Vehicle, ProductPackages any }
	var want, got both
	for text, into := range map[string]*both{sample(t, "vmi1-default", "answer.json"): &want, sent: &got} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-quoted +issued):\n%s", diff)
	}
}

func TestContractAnswers(t *testing.T) {
	const inspected = `{"contractId":"` + someID + `","policyNumber":null,"documentUrl":null,"policyStatus":"%s","new":{}}`
	statuses := map[string]allianz.PolicyStatus{
		"PROCESS_CAR_INSPECTION": allianz.StatusInspection, "SUCCESS": allianz.StatusSuccess,
		"REJECTED": allianz.StatusRejected, "CANCELLED": allianz.StatusCancelled, "LAPSED": "LAPSED",
	}
	for text, status := range statuses {
		t.Run(text, func(t *testing.T) {
			c := open(t, func(*http.Request) (*http.Response, error) { return reply(200, fmt.Sprintf(inspected, text)), nil })
			want := &allianz.Contract{ContractID: someID, PolicyStatus: status}
			issued, err := c.IssueContract(t.Context(), personRequest())
			if diff := cmp.Diff(want, issued); err != nil || diff != "" {
				t.Errorf("issue: %v (-want +got):\n%s", err, diff)
			}
			found, err := c.Contract(t.Context(), someID)
			if diff := cmp.Diff(want, found); err != nil || diff != "" {
				t.Errorf("get: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// What a verdict tells beside its being one is not documented.
func TestVerdicts(t *testing.T) {
	tests := map[string]*allianz.Contract{
		`{"contractId":null,"policyNumber":null,"documentUrl":null,"policyStatus":"SUCCESS"}`: {PolicyStatus: allianz.StatusSuccess},
		` {}`:     {},
		` null `:  nil,
		`[]`:      nil,
		`"valid"`: nil,
	}
	for body, want := range tests {
		c := open(t, func(*http.Request) (*http.Response, error) { return reply(200, body), nil })
		got, err := c.VerifyContract(t.Context(), personRequest())
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", body, diff)
		}
		if _, nonsense := errors.AsType[*allianz.ProtocolError](err); nonsense != (want == nil) {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestContractIDs(t *testing.T) {
	calls := 0
	var path string
	c := open(t, func(r *http.Request) (*http.Response, error) {
		calls++
		path = r.URL.EscapedPath()
		if r.Method == http.MethodPost {
			return reply(200, smallCancel), nil
		}
		return reply(200, smallContract), nil
	})
	for id, want := range map[string]string{someID: someID, "a/../b?c#d": "a%2F..%2Fb%3Fc%23d", "{ก}": "%7B%E0%B8%81%7D", "%2e": "%252e"} {
		if _, err := c.Contract(t.Context(), id); err != nil || path != "/allianz"+contractsPath+"/"+want {
			t.Errorf("get %q: %v at %s", id, err, path)
		}
		if _, err := c.CancelContract(t.Context(), id, "sold"); err != nil || path != "/allianz"+contractsPath+"/"+want+"/amendments" {
			t.Errorf("cancel %q: %v at %s", id, err, path)
		}
	}
	before := calls
	for _, id := range []string{"", ".", ".."} {
		contract, err := c.Contract(t.Context(), id)
		cancellation, err2 := c.CancelContract(t.Context(), id, "sold")
		if contract != nil || cancellation != nil || err == nil || err2 == nil {
			t.Errorf("%q: got %v and %v, want refusals", id, err, err2)
		}
		if _, unknown := errors.AsType[*allianz.UnknownOutcomeError](err2); unknown {
			t.Errorf("%q: nothing was sent, yet %v", id, err2)
		}
	}
	if calls != before {
		t.Errorf("the carrier was called %d times without an id", calls-before)
	}
}
