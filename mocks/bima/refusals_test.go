package bima_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// What is refused is said in the envelope of its call, with status 200, and
// explained by the example of the document that shows it.
func TestRefusals(t *testing.T) {
	const (
		requests  = `{"statusCode":"BadRequest","statusMessage":"Invalid value: %s","Data":[]}`
		details   = `{"status_code":"BadRequest","status_message":"Invalid value: %s"}`
		documents = `{"data":[],"statusCode":"BadRequest","statusMessage":"Invalid value: %s"}`
		tokens    = `{"status_code":"400","status_message":"Invalid value: %s","data":null,"messages":["Invalid value: %s"]}`
		noPolicy  = `{"status_code":"NotFound","status_message":"Record not found"}`
		noFile    = `{"data":[],"statusCode":"NotFound","statusMessage":"Record not found"}`
		noToken   = `{"status_code":"401","status_message":"Invalid username or password","data":null,"messages":["Invalid username or password"]}`
	)
	tests := []struct {
		name, path, body string
		want, where      string
		example          string
	}{
		{"a number too short", query(t, printedRequests, "contactNo", "9689554293"), "", requests, "contactNo", ""},
		{"a number too long", query(t, printedRequests, "contactNo", strings.Repeat("9", 16)), "", requests, "contactNo", ""},
		{"no number", requestsPath + "?langCode=en", "", requests, "contactNo", ""},
		{"no language", requestsPath + "?contactNo=96895542930", "", requests, "langCode", ""},
		{"a language too long", query(t, printedRequests, "langCode", "eng"), "", requests, "langCode", ""},
		{"no query", requestsPath, "", requests, "contactNo", ""},
		{"a query that cannot be read", requestsPath + "?contactNo=%zz", "", requests, "query", ""},
		{"an id that is no number", query(t, printedDetails, "id", "x"), "", details, "id", ""},
		{"an id that is no whole number", query(t, printedDetails, "id", "1.5"), "", details, "id", ""},
		{"an id with an exponent", query(t, printedDetails, "id", "1e3"), "", details, "id", ""},
		{"an id beyond all ids", query(t, printedDetails, "id", "99999999999999999999"), "", details, "id", ""},
		{"an unknown id", query(t, printedDetails, "id", "1"), "", noPolicy, "", "details-not-found"},
		{"the name of the table", documentsPath + "?entityCode=Insurance&quotation_id=CC266B33-F6B9-47E3-AE71-4957E112A04F", "", documents, "refID", ""},
		{"an unknown reference", query(t, printedDocuments, "refID", "x"), "", noFile, "", "documents-not-found"},
		{"another entity", query(t, printedDocuments, "entityCode", "Loan"), "", noFile, "", "documents-not-found"},
		{"no file", downloadPath + "?refID=x", "", documents, "id", ""},
		{"an unknown file", query(t, printedStamp, "id", "x"), "", noFile, "", "download-not-found"},
		{"a file of another request", query(t, printedStamp, "refID", "F896B91B-B5D9-4E61-93B4-75B70A0EC8E5"), "", noFile, "", "download-not-found"},
		{"a wrong password", tokenPath, `{"username":"sandbox","password":"not-the-password"}`, noToken, "", "wrong-password"},
		{"a password too short", tokenPath, `{"username":"sandbox","password":"short"}`, tokens, "password", ""},
		{"a number for a name", tokenPath, `{"username":12345,"password":"opens-nothing"}`, tokens, "username", ""},
		{"no JSON", tokenPath, `{"username"`, tokens, "body", ""},
		{"a list", tokenPath, `[]`, tokens, "body", ""},
		{"too large", tokenPath, strings.Repeat(" ", 1<<20+1), tokens, "body", ""},
	}
	s := start(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			method := http.MethodGet
			if test.body != "" {
				method = http.MethodPost
			}
			got := send(t, method, s.URL+test.path, test.body, "")
			if want := strings.ReplaceAll(test.want, "%s", test.where); got.status != 200 || got.body != want {
				t.Errorf("got %d %s\nwant 200 %s", got.status, got.body, want)
			}
			entries := world(t, s).Journal(mocks.Query{})
			last := entries[len(entries)-1]
			if last.Why.Rule == "" || last.Why.Where == "" || last.Why.Remedy == "" || last.Why.Evidence != contracts.Inferred {
				t.Errorf("explained by %+v, want why, where and what would have helped", last.Why)
			}
			if !strings.HasSuffix(last.Why.Pointer, test.example) {
				t.Errorf("explained by %s, want the example %s", last.Why.Pointer, test.example)
			}
			for _, f := range last.Findings {
				if f.Blame == contracts.Insurer {
					t.Errorf("%s: %v", f.Check, &f.Mismatch)
				}
			}
		})
	}
}

// FuzzQuery hands any query to every call that reads: the answer keeps the
// contract, whatever it is.
func FuzzQuery(f *testing.F) {
	for _, text := range []string{
		"", "contactNo=96890001001&langCode=en", "ID=4463702&langcode=en", "id=1e3&langcode=en", "id=-0&langcode=xx", "id=%zz", "a=1;b=2",
		"entityCode=Insurance&refID=%00", "id=7DFC82FD-0A5D-42EB-964B-B5EBA4A80BF6&refID=CC266B33-F6B9-47E3-AE71-4957E112A04F", "&&=&id==",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := start(t)
		for _, path := range []string{requestsPath, detailsPath, documentsPath, downloadPath} {
			u, err := url.Parse(s.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			u.RawQuery = strings.Map(func(r rune) rune {
				if r <= ' ' || r == '#' || r > '~' {
					return '+'
				}
				return r
			}, text)
			if got := get(t, u.String(), ""); got.status != 200 {
				t.Errorf("%s: got %d %s", u, got.status, got.body)
			}
		}
		for _, e := range world(t, s).Journal(mocks.Query{}) {
			for _, finding := range e.Findings {
				if finding.Blame == contracts.Insurer {
					t.Errorf("%s: %v", finding.Check, &finding.Mismatch)
				}
			}
		}
	})
}
