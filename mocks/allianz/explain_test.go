package allianz_test

import (
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// Each refusal is explained by the example of the document that shows it, and
// says what would have helped.
func TestRefusalsPointAtTheirExamples(t *testing.T) {
	s := start(t)
	w := world(t, s, mocks.DefaultWorld)
	mine := issued(t, s.URL, request(t, "issue-person.request"))
	cancelled := string(request(t, "cancel.request"))
	issue := func(name string, changes ...any) func() {
		return func() { post(t, s.URL+issuePath, changed(t, name, changes...)) }
	}
	for _, test := range []struct {
		example string
		call    func()
	}{
		{"999", issue("issue-person", "/vehicle/owner", "")},
		{"003", issue("issue-person", "/productPackages/0/coverages/0/coverageItems", []any{})},
		{"003-field", issue("issue-person", "/insuredPerson/mobilePhone", "1")},
		{"e-policy", issue("issue-company", "/isDigitalPolicy", true)},
		{"112", issue("issue-person", identityOf, known)},
		{"113", issue("issue-person", "/insuredPerson/emailAddress", agentEmail)},
		{"114", issue("issue-person", "/insuredPerson/mobilePhone", agentPhone)},
		{"unknown-contract", func() { fetch(t, s.URL+issuePath+"/x") }},
		{"unknown-document", func() { fetch(t, s.URL+documentPath+"x") }},
		{"cancelled-twice", func() {
			cancel(t, s.URL, printedID, cancelled)
			cancel(t, s.URL, printedID, cancelled)
		}},
		{"cancel-too-late", func() {
			advance(t, w, 24*time.Hour)
			cancel(t, s.URL, *mine.ContractID, cancelled)
		}},
		{"document-expired", func() {
			advance(t, w, 14*24*time.Hour)
			fetch(t, *mine.DocumentURL)
		}},
	} {
		test.call()
		entries := w.Journal(mocks.Query{})
		last := entries[len(entries)-1]
		// A request that breaks its schema is explained by the schema.
		if !strings.HasSuffix(last.Why.Pointer, "/examples/"+test.example) && len(last.Findings) == 0 {
			t.Errorf("%s: explained by %s", test.example, last.Why.Pointer)
		}
		if last.Why.Rule == "" || last.Why.Where == "" || last.Why.Remedy == "" || !last.Why.Evidence.Valid() {
			t.Errorf("%s: got %+v, want why, where and what would have helped", test.example, last.Why)
		}
	}
}
