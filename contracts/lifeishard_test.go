package contracts

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLifeishardPlantedChanges plants one small change in a good answer; the
// check that promises otherwise must say so, and no other.
func TestLifeishardPlantedChanges(t *testing.T) {
	tests := []struct{ name, in, old, new, check string }{
		{"a member with another name", "start-echoed", `"offerId":`, `"offerID":`, "body-fits"},
		{"a member of a file with another name", "file-is-pdf", `"content":`, `"contents":`, "body-fits file-is-pdf"},
		{"one number in quotes", "start-echoed", `"premiumAmount":89,`, `"premiumAmount":"89",`, "one-kind-of-literals"},
		{"a boolean in quotes", "localities-of-county", `"error":false`, `"error":"false"`, "one-kind-of-literals"},
		{"one number without quotes", "one-kind-of-literals", `"offerId":"101"`, `"offerId":101`, "one-kind-of-literals"},
		{"a missing null", "payment-echoed", `"documentNumber":"AX4984"`, `"documentNumber":null`, "payment-echoed"},
		{"no text for what is missing", "missing-members-named", `"product.liability.startDate":["The start date field is required."]`, `"body":["?"]`, "missing-members-named"},
		{"another text for a missing member", "missing-text", "Câmpul dată început este obligatoriu.", "Câmpul dată început lipsește.", "missing-text"},
		{"another text for the insurer", "observed-texts", "selectat este invalid", "este necunoscut", "observed-texts"},
		{"a text that is no list", "observed-texts", `["Câmpul nume asigurator selectat este invalid."]`, `"Câmpul nume asigurator selectat este invalid."`, "body-fits validation-paths"},
		{"a path with slashes", "missing-members-named", `"product.liability.startDate":[`, `"product/liability/startDate":[`, "missing-members-named validation-paths"},
		{"error that is false", "observed-texts", `"error":true`, `"error":false`, "body-fits status-echoed"},
		{"an amount in lei off by a ban", "premium-in-lei", "438.05", "438.04", "premium-in-lei"},
		{"a premium that is another", "policy-currency", `"premiumAmount":438.05`, `"premiumAmount":438.06`, "installments-add-up"},
		{"a day more", "cover-ends-the-day-before", "2021-12-31", "2022-01-01", "cover-ends-the-day-before"},
		{"instalments from zero", "installment-order", `"id":1`, `"id":0`, "body-fits installment-order"},
		{"the end of a token by another clock", "expires-at-local", "02:37:59", "01:37:59", "expires-at-local"},
		{"a provider under organization", "payment-echoed", `"provider":{"businessName":"omniasig"}`, `"provider":{"organization":{"businessName":"omniasig"}}`, "body-fits"},
		{"a paper with its true name", "file-named", `"type":"Offer"`, `"type":"Policy"`, "file-named"},
		{"a neighbour's town", "localities-of-county", `"cod_judet":"CJ"`, `"cod_judet":"SJ"`, "localities-of-county"},
		{"an English member among Romanian ones", "localities-of-county", `"nume":`, `"name":`, "body-fits"},
		{"a county twice", "counties-complete", `"code":"AB"`, `"code":"B"`, "counties-complete"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := contractOf(t, "lifeishard")
			x := exchangeIn(t, c, readArchive(t, filepath.Join("testdata", "lifeishard", tt.in+".pass.txtar")))
			if broken := brokenBy(c, x); len(broken) > 0 {
				t.Fatalf("the answer breaks %v before", broken)
			}
			before := compact(t, x.Response.Body)
			body := strings.Replace(before, tt.old, tt.new, 1)
			if body == before {
				t.Fatalf("%s is not in the answer %s", tt.old, before)
			}
			x.Response.SetBody([]byte(body))
			if diff := cmp.Diff(strings.Fields(tt.check), brokenBy(c, x)); diff != "" {
				t.Errorf("the checks that say so (-want +got):\n%s", diff)
			}
		})
	}
}

// brokenBy lists the checks that an answer breaks; a request may be wrong.
func brokenBy(c *Contract, x *Exchange) []string {
	var names []string
	for _, f := range c.Examine(x) {
		if f.Blame == Insurer {
			names = append(names, strings.TrimPrefix(f.Check, c.Insurer+"/"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestCoverEnds goes through the ends of months.
func TestCoverEnds(t *testing.T) {
	tests := []struct {
		start  string
		months string
		want   string
	}{
		{"2022-09-25", "12", "2023-09-24"},
		{"2023-07-10", "12", "2024-07-09"},
		{"2024-02-29", "12", "2025-02-28"},
		{"2023-02-28", "12", "2024-02-27"},
		{"2026-01-31", "1", "2026-02-28"},
		{"2026-01-01", "1", "2026-01-31"},
		{"2026-08-31", "6", "2027-02-28"},
		{"2026-12-15", "1", "2027-01-14"},
		{"2026-03-31", "1", "2026-04-30"},
	}
	for _, tt := range tests {
		x := saleOf(map[string]any{"startDate": tt.start, "termTime": tt.months}, map[string]any{"startDate": tt.start, "endDate": "x"})
		found := contractOf(t, "lifeishard").Examine(x)
		found = of(Check{ID: "lifeishard/cover-ends-the-day-before"}, found)
		if len(found) != 1 || found[0].Want != tt.want {
			t.Errorf("%s and %s months: got %v, want %s", tt.start, tt.months, found, tt.want)
		}
	}
}

// saleOf is an accepted offer as far as one check reads it.
func saleOf(liability, offer map[string]any) *Exchange {
	x := &Exchange{Insurer: "lifeishard", Face: "liability", Operation: "createOffer", Response: Response{Status: 200}}
	x.Request.read.decoded, x.Request.read.value = true, map[string]any{"product": map[string]any{"liability": liability}}
	x.Response.read.decoded, x.Response.read.value = true, map[string]any{"data": map[string]any{"offers": []any{offer}}}
	return x
}

func TestLifeishardAccepted(t *testing.T) {
	tests := []struct {
		status int
		body   string
		want   bool
	}{
		{200, `{"data":{}}`, true},
		{200, `{"error":false}`, true},
		{200, `{"error":"false"}`, true},
		{200, `{"error":true}`, false},
		{200, `{"error":"true"}`, false},
		{200, `<html>`, true},
		{400, `{"error":false}`, false},
		{0, ``, false},
	}
	for _, tt := range tests {
		x := &Exchange{Response: Response{Status: tt.status, Message: Message{Body: []byte(tt.body)}}}
		if got := lifeishardAccepted(x); got != tt.want {
			t.Errorf("accepted(%d %s) = %v, want %v", tt.status, tt.body, got, tt.want)
		}
	}
}

// Every printed fact is graded as one, and nothing that was inferred is.
func TestLifeishardGrades(t *testing.T) {
	count := map[Evidence]int{}
	for _, check := range contractOf(t, "lifeishard").Checks {
		count[check.Proof]++
		if check.Says == "" || check.Clause == "" {
			t.Errorf("%s says too little", check.ID)
		}
	}
	for _, grade := range []Evidence{Seed, Upstream, Observed, Inferred} {
		if count[grade] == 0 {
			t.Errorf("no check is %s", grade)
		}
	}
}

func FuzzLifeishard(f *testing.F) {
	c := contractOf(f, "lifeishard")
	files, err := filepath.Glob("testdata/lifeishard/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		x := exchangeIn(f, c, readArchive(f, file))
		f.Add(x.Request.Method, x.Request.Path, x.Request.Body, x.Response.Status, x.Response.Body)
	}
	f.Fuzz(func(t *testing.T, method, path string, ask []byte, status int, answer []byte) {
		look := func() []Finding {
			x := &Exchange{Insurer: "lifeishard"}
			header := http.Header{"Content-Type": {"application/json"}, "Content-Language": {"ro"}, "Token": {"x"}}
			x.Request = Request{Method: method, Path: path, Message: Message{Header: header, Body: ask}}
			x.Response = Response{Status: status, Message: Message{Header: http.Header{"Content-Type": {"application/json"}}, Body: answer}}
			c.identify(x)
			return c.Examine(x)
		}
		first := look()
		if diff := cmp.Diff(first, look(), cmp.AllowUnexported(Mismatch{})); diff != "" {
			t.Errorf("a second look differs (-first +second):\n%s", diff)
		}
		for _, finding := range first {
			if finding.Where == "" || finding.Got == "" || finding.Want == "" || finding.Evidence == "" {
				t.Errorf("a finding says too little: %+v", finding)
			}
		}
	})
}
