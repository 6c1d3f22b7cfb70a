package contracts

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oneassurePair is the exchange in one of the golden files.
func oneassurePair(t testing.TB, name string) (*Contract, *Exchange) {
	t.Helper()
	c := contractOf(t, "oneassure")
	return c, exchangeIn(t, c, readArchive(t, filepath.Join("testdata", "oneassure", name+".txtar")))
}

// TestPlantedInOneAssure changes one thing in a kept exchange: exactly the checks
// that are about it name it, each with its place and grade.
func TestPlantedInOneAssure(t *testing.T) {
	const (
		list, found   = "cursors-given.pass", "expiry-from-tenure.pass"
		proposed      = "gst.pass"
		quotesPage    = "variants-counted.pass"
		granted, said = "token-wrapped.pass", "refusal-text.pass"
		inSession     = "metadata-echoed.pass"
		refusedList   = "filters-exclusive.pass"
	)
	tests := []struct {
		name, from, old, now string
		want                 []string
	}{
		{"nothing in a list", list, "x", "x", nil},
		{"nothing in a look-up", found, "x", "x", nil},
		{"nothing in a proposal", proposed, "x", "x", nil},
		{"nothing in a quote", quotesPage, "x", "x", nil},
		{"nothing in a token", granted, "x", "x", nil},
		{"nothing in a session", inSession, "x", "x", nil},
		{"nothing in a refusal", said, "x", "x", nil},
		{"nothing in a refused list", refusedList, "x", "x", nil},

		{"a member that is renamed", list, `"total_count"`, `"count"`, []string{"body-fits /total_count seed"}},
		{"a member of the table for that of the sample", found, `"insurer_policy_number"`, `"policy_number"`, []string{"body-fits /policy/insurer_policy_number seed"}},
		{"a number as a string", found, `"tenure": 1`, `"tenure": "1"`, []string{"body-fits /policy/tenure seed"}},
		{"a string as a number", proposed, `"tenure": "1"`, `"tenure": 1`, []string{"body-fits /proposals/0/tenure upstream"}},
		{"a premium as a number", found, `"10417.00"`, `10417.00`, []string{"body-fits /policy/gross_premium seed"}},
		{"a premium without its decimals", found, `"10417.00"`, `"10417"`, []string{"amounts-as-text /policy/gross_premium seed"}},
		{"a missing null", proposed, `"cancelled_reason": null,`, ``, []string{"body-fits /proposals/0/cancelled_reason upstream"}},
		{"an empty text for a null", proposed, `"rejection_reason": null`, `"rejection_reason": ""`, nil}, // nobody printed which
		{"a null where none may be", found, `"name": "Cancer Booster"`, `"name": null`, []string{"body-fits /policy/riders/0/name seed"}},
		{"a premium off by a rupee", proposed, `"8593.00"`, `"8594.00"`, []string{"gst /proposals/0/gross_premium upstream"}},
		{"a premium off by a paisa", proposed, `"8593.00"`, `"8592.99"`, nil}, // both are rounded
		{"a year of 366 days", found, `"2025-10-07"`, `"2025-10-08"`, []string{"expiry-from-tenure /policy/expiry_date inferred"}},
		{"a date that none is", found, `"2025-10-07"`, `"2025-02-30"`, []string{"body-fits /policy/expiry_date seed", "expiry-from-tenure /policy/expiry_date inferred"}},
		{"a member in lower case", found, `"SELF"`, `"self"`, []string{"relationship-case /policy/insured_members/0/relationship seed"}},
		{"a relation in upper case", quotesPage, `"daughter"`, `"DAUGHTER"`, []string{"relationship-case /quotes/0/member_details/1/relation upstream"}},
		{"more recommendations than variants", quotesPage, `"completed_variants": 12`, `"completed_variants": 0`, []string{"variants-counted /quotes/0/recommendations inferred"}},
		{"another title", said, "Rate Limit Exceeded", "Too Many Requests", []string{"refusal-text /title upstream"}},
		{"another detail", said, "60 seconds", "a minute", []string{"refusal-text /detail upstream"}},
		{"a code as an address", said, `"A4290"`, `"about:blank"`, []string{"refusal-status /type inferred"}},
		{"a status in the body", said, `"type"`, `"status": 429, "type"`, []string{"refusal-envelope /status upstream"}},
		{"another code for a list", refusedList, `"A4000"`, `"A4220"`, []string{"refusal-status status inferred"}},
		{"another path", refusedList, `health/policies"`, `health"`, []string{"refusal-instance /instance inferred"}},
		{"a token twice", granted, `"payload"`, `"access_token": "x", "payload"`, []string{"token-wrapped /access_token upstream"}},
		{"another kind of token", granted, `"Bearer"`, `"bearer"`, []string{"token-lifetime /payload/token_type upstream"}},
		{"metadata that is lost", inSession, `"lead_id": "L-1001"`, ``, []string{"metadata-echoed /metadata/lead_id upstream"}},
		{"a session under another name", inSession, `"session_id"`, `"id"`, []string{"body-fits /session_id inferred"}},
		{"an id with a dash", found, `"18ceBvygbS2tjQlE"`, `"18ce-vygbS2tjQlE"`, []string{"id-form /policy/riders/0/id seed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := oneassurePair(t, tt.from)
			if tt.old != tt.now && !bytes.Contains(x.Response.Body, []byte(tt.old)) {
				t.Fatalf("no %s in %s", tt.old, x.Response.Body)
			}
			if tt.old != tt.now {
				x.Response.SetBody(bytes.Replace(x.Response.Body, []byte(tt.old), []byte(tt.now), 1))
			}
			var got []string
			for _, f := range c.Examine(x) {
				got = append(got, strings.TrimPrefix(f.Check, "oneassure/")+" "+f.Where+" "+string(f.Evidence))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOneAssureLists goes through what a list may be asked for.
func TestOneAssureLists(t *testing.T) {
	tests := []struct {
		call, query string
		want        []string // of a list that is answered all the same
	}{
		{"policies", "", nil},
		{"policies", "start_date=2024-10-01&end_date=2024-10-08", nil},
		{"policies", "start_date=2024-10-01&end_date=2024-10-09", []string{"range-of-7-days seed"}},
		{"quotes", "start_date=2024-10-01&end_date=2024-10-09", []string{"range-of-7-days upstream"}},
		{"policies", "start_date=2024-02-28&end_date=2024-03-06", nil},
		{"policies", "start_date=2024-02-28&end_date=2024-03-07", []string{"range-of-7-days seed"}},
		{"policies", "start_date=2024-10-02&end_date=2024-10-01", []string{"range-has-ends inferred"}},
		{"policies", "end_date=2024-10-01", []string{"range-has-ends inferred"}},
		{"policies", "session_id=x&end_date=2024-10-01", []string{"filters-exclusive seed", "range-has-ends inferred"}},
		{"proposals", "session_id=x&start_date=2024-10-01&end_date=2024-10-01", []string{"filters-exclusive upstream"}},
		{"proposals", "next=18q79YF6b8aprZse&prev=18q79YF6b8aprZse", []string{"one-cursor inferred"}},
		{"proposals", "session_id=x&next=18q79YF6b8aprZse", nil},
	}
	empty := `{"%s":[],"end_cursor":"","start_cursor":"","has_prev":false,"has_next":false,"total_count":0}`
	for _, tt := range tests {
		c, x := oneassurePair(t, "cursors-given.pass")
		x.Request.Path, x.Request.Query = "/v1/business/health/"+tt.call, tt.query
		c.identify(x)
		x.Response.SetBody([]byte(strings.Replace(empty, "%s", tt.call, 1)))
		var got []string
		for _, f := range c.Examine(x) {
			got = append(got, strings.TrimPrefix(f.Check, "oneassure/")+" "+string(f.Evidence))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s?%s (-want +got):\n%s", tt.call, tt.query, diff)
		}
	}
}

// TestPlantedInOneAssureEvents changes one thing in what is told to a partner.
func TestPlantedInOneAssureEvents(t *testing.T) {
	const (
		changed, signed  = "event-state.pass", "event-signed.pass"
		rejected, policy = "event-reason.pass", "event-proposer-nested.pass"
		byHand           = "event-offline.pass"
	)
	tests := []struct {
		name, from, old, now string
		want                 []string
	}{
		{"nothing in a change", changed, "", "", nil},
		{"nothing in a policy", policy, "", "", nil},
		{"nothing in one by hand", byHand, "", "", nil},
		{"a state that is not published", changed, "UNDERWRITING", "REFERRED", []string{"event-state request /status upstream"}},
		{"a state without its reason", changed, "UNDERWRITING", "CANCELLED", []string{"event-reason request /cancelled_reason upstream"}},
		{"a reason of another state", rejected, `"rejection_reason"`, `"cancelled_reason"`, []string{"event-reason request /rejection_reason upstream"}},
		{"more than is due", changed, `"status"`, `"session_id": "x", "status"`, []string{"event-brief request /session_id upstream"}},
		{"no state", changed, `"status"`, `"state"`, []string{"event-brief request /state upstream", "event-state request /status upstream", "refuses-misfits request /status inferred", "request-fits request /status inferred"}},
		{"a tenure as a text", policy, `"tenure": 1`, `"tenure": "1"`, []string{"refuses-misfits request /tenure inferred", "request-fits request /tenure inferred"}},
		{"a premium of whole rupees", policy, `"10417.00"`, `"10417"`, []string{"amounts-as-text request /gross_premium upstream"}},
		{"a day too many", policy, `"2025-10-07"`, `"2025-10-08"`, []string{"expiry-from-tenure request /expiry_date upstream"}},
		{"a bank beside the name", policy, `"dob": "1990-01-01",
    "email"`, `"bank_id": "x", "dob": "1990-01-01",
    "email"`, []string{"event-proposer-nested request /proposer_details/bank_id upstream"}},
		{"a quote of one by hand", byHand, `"quote_id": null`, `"quote_id": "18kfaYY6UvClEx35"`, []string{"event-offline request /quote_id upstream"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := oneassurePair(t, tt.from)
			if !bytes.Contains(x.Request.Body, []byte(tt.old)) {
				t.Fatalf("no %s in %s", tt.old, x.Request.Body)
			}
			x.Request.SetBody(bytes.Replace(x.Request.Body, []byte(tt.old), []byte(tt.now), 1))
			var got []string
			for _, f := range c.Examine(x) {
				got = append(got, strings.TrimPrefix(f.Check, "oneassure/")+" "+f.Where+" "+string(f.Evidence))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
	for name, change := range map[string]func(*Exchange){
		"webhook-id":        func(x *Exchange) { x.Request.Header.Del("webhook-id") },
		"webhook-timestamp": func(x *Exchange) { x.Request.Header.Set("webhook-timestamp", "2024-10-08T12:00:00Z") },
		"webhook-signature": func(x *Exchange) {
			x.Request.Header.Set("webhook-signature", "v1a,K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=")
		},
	} {
		c, x := oneassurePair(t, signed)
		if found := c.Examine(x); len(found) > 0 {
			t.Errorf("a signed event:\n%s", render(found))
		}
		change(x)
		if found := c.Examine(x); len(found) != 1 || found[0].Check != "oneassure/event-signed" || found[0].Where != "header "+name || found[0].Evidence != Inferred {
			t.Errorf("%s: found %v", name, found)
		}
	}
}
