package bima_test

import (
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/mocks/bima"
)

// Every magic value does what it says, put into a printed call.
func TestMagic(t *testing.T) {
	calls := map[string]string{
		"recentRequests": printedRequests, "policyDetails": printedDetails,
		"sharedDocuments": printedDocuments, "sharedDownload": printedStamp,
	}
	for _, m := range bima.Insurer().Magic {
		t.Run(m.Operation+" "+m.Value, func(t *testing.T) {
			s := start(t)
			got := get(t, s.URL+query(t, calls[m.Operation], strings.TrimPrefix(m.Pointer, "/"), m.Value), "")
			switch {
			case m.Outcome == "the two printed requests, Pending for ever":
				advance(t, world(t, s), 1000*time.Hour)
				if again := get(t, s.URL+printedRequests, ""); got.body != golden(t, "recent-requests") || again.body != got.body {
					t.Errorf("got %s, then %s", got.body, again.body)
				}
			case m.Operation == "recentRequests":
				words := strings.Split(strings.SplitN(m.Outcome, "; ", 2)[1], ", ")
				passed := time.Duration(0)
				for _, word := range words { // after 1h Incomplete
					part := strings.Fields(strings.TrimSuffix(strings.Split(word, ":")[0], ","))
					due, err := time.ParseDuration(part[1])
					if err != nil {
						t.Fatal(err)
					}
					advance(t, world(t, s), due-passed)
					passed = due
					if list := look(t, s.URL, m.Value); list.PolicyStatus != part[2] {
						t.Errorf("after %s: got %s, want %s", due, list.PolicyStatus, part[2])
					}
				}
			case m.Operation == "policyDetails":
				if got.body != golden(t, "policy-details") {
					t.Errorf("got %s", got.body)
				}
			case m.Operation == "sharedDocuments":
				if got.body != golden(t, "shared-documents") {
					t.Errorf("got %s", got.body)
				}
			default:
				words := strings.Fields(m.Outcome) // a JPEG of 7260 bytes
				if kind := strings.ToLower(words[1]); !strings.HasSuffix(got.header.Get("Content-Type"), kind) || got.header.Get("Content-Length") != words[3] {
					t.Errorf("got %v, want %s", got.header, m.Outcome)
				}
			}
			wantKept(t, world(t, s))
		})
	}
}
