package allianz_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

// FuzzContractAnswers sends any text under any status to every call: what comes
// back is whole, or a typed error alone, and what binds is never called twice.
func FuzzContractAnswers(f *testing.F) {
	for _, name := range []string{"person", "company", "package", "get", "cancel"} {
		answer := sample(f, "contracts/"+name, "answer.json")
		f.Add(200, answer)
		f.Add(200, answer[:len(answer)/2])
	}
	for _, body := range []string{
		smallContract, smallCancel, `{"code":"112"}`, `{"errors":[null]}`, `{"message":"` + companyPolicy + `"}`, timeout504,
		`{"contractId":null,"policyStatus":{}}`, `{"status":"SUCCESS","STATUS":1}`, "null", "[]", "{}", " ", "",
	} {
		f.Add(200, body)
		f.Add(400, body)
		f.Add(503, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		status = 200 + (status&0xffff)%400
		for _, op := range operations() {
			calls := 0
			c := client(t, allianz.Options{Retry: allianz.Retry{Times: 1, Wait: 1}, HTTP: &http.Client{Transport: carrier(func(*http.Request) (*http.Response, error) {
				calls++
				return reply(status, body), nil
			})}})
			got, err := op.do(t.Context(), c)
			if got != (err == nil) {
				t.Fatalf("%s: got %t beside %v", op.name, got, err)
			}
			if op.binds && calls != 1 {
				t.Errorf("%s: called %d times", op.name, calls)
			}
			if err != nil {
				checkTyped(t, op, status, err)
			}
		}

		c := open(t, func(*http.Request) (*http.Response, error) { return reply(status, body), nil })
		contract, err := c.Contract(t.Context(), someID)
		if err != nil {
			return
		}
		if contract.ContractID == "" || contract.PolicyStatus == "" || status >= 300 {
			t.Fatalf("status %d gave %+v", status, contract)
		}
		written, err := json.Marshal(contract)
		if err != nil {
			t.Fatal(err)
		}
		var again allianz.Contract
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*contract, again); diff != "" {
			t.Errorf("changed by writing (-first +again):\n%s", diff)
		}
	})
}

func checkTyped(tb testing.TB, op operation, status int, err error) {
	tb.Helper()
	refusal, refused := errors.AsType[*allianz.Error](err)
	_, nonsense := errors.AsType[*allianz.ProtocolError](err)
	_, unknown := errors.AsType[*allianz.UnknownOutcomeError](err)
	switch {
	case refused == nonsense:
		tb.Errorf("%s: %v is %t an *Error and %t a *ProtocolError", op.name, err, refused, nonsense)
	case unknown && !op.binds:
		tb.Errorf("%s: an unknown outcome: %v", op.name, err)
	case !unknown && op.binds && (nonsense || refusal.Timeout() || status >= 500 && refusal.Code == ""):
		if !errors.Is(err, allianz.ErrCompanyEPolicy) {
			tb.Errorf("%s: the outcome is known: %v", op.name, err)
		}
	case unknown && refused && refusal.Refused():
		tb.Errorf("%s: refused and yet unknown: %v", op.name, err)
	}
}

// FuzzDocument sends any body of any type: a document comes back unchanged, or an
// error alone that does not tell where it was looked for.
func FuzzDocument(f *testing.F) {
	for _, kind := range []string{"application/pdf", "application/pdf; charset=x", "application/json", "text/html", "", ";"} {
		f.Add(200, kind, []byte(smallPDF))
		f.Add(200, kind, []byte(`{"code":"003"}`))
		f.Add(410, kind, []byte(`{"message":"a"}`))
		f.Add(302, kind, []byte{})
	}
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		status = 200 + (status&0xffff)%400
		c := client(t, allianz.Options{Retry: allianz.Retry{Times: -1}, HTTP: &http.Client{Transport: carrier(func(*http.Request) (*http.Response, error) {
			return pdf(status, kind, string(body)), nil
		})}})
		document, err := c.Document(t.Context(), "https://docs.test/"+signed)
		if err == nil {
			if status >= 300 || !bytes.Equal(document, body) || !bytes.Contains(body, []byte("%PDF-")) || !strings.Contains(strings.ToLower(kind), "application/pdf") {
				t.Errorf("status %d, %q gave %q", status, kind, document)
			}
			return
		}
		_, refused := errors.AsType[*allianz.Error](err)
		_, nonsense := errors.AsType[*allianz.ProtocolError](err)
		if document != nil || refused == nonsense {
			t.Errorf("got %q beside %v", document, err)
		}
		if (status == http.StatusGone) != errors.Is(err, allianz.ErrDocumentExpired) {
			t.Errorf("status %d gave %v", status, err)
		}
		if strings.Contains(err.Error(), "policy-22") {
			t.Errorf("the error tells the address: %v", err)
		}
	})
}
