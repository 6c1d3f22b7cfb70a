package oneassure_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
)

type proposalsPage struct {
	Proposals []struct {
		Status          string  `json:"status"`
		Tenure          string  `json:"tenure"`
		NetPremium      string  `json:"net_premium"`
		GrossPremium    string  `json:"gross_premium"`
		CancelledReason *string `json:"cancelled_reason"`
		RejectionReason *string `json:"rejection_reason"`
		InsurerNumber   string  `json:"insurer_proposal_id"`
	} `json:"proposals"`
}

// visit opens a session with a journey.
func visit(t *testing.T, s *mocks.Server, journey string) {
	t.Helper()
	if status, text := call(t, http.MethodPost, s.URL+sessions, `{"metadata":{"journey":"`+journey+`"}}`); status != 200 {
		t.Fatalf("session: %d %s", status, text)
	}
}

// statuses are the states of all proposals, the newest first.
func statuses(t *testing.T, s *mocks.Server) string {
	t.Helper()
	var all []string
	for _, p := range fetched[proposalsPage](t, s.URL+proposals).Proposals {
		all = append(all, p.Status)
	}
	return strings.Join(all, " ")
}

// Each journey, hour by hour, as one line of states; one longer than all steps.
func TestJourneys(t *testing.T) {
	tests := map[string]string{
		"":                  "INITIATED PENDING SUBMITTED UNDERWRITING ACCEPTED",
		"cancelled":         "INITIATED CANCELLED",
		"cancelled-pending": "INITIATED PENDING CANCELLED",
		"rejected":          "INITIATED PENDING SUBMITTED UNDERWRITING REJECTED",
		"offline":           "INITIATED OFFLINE",
		"abandoned":         "",
	}
	for journey, want := range tests {
		t.Run(journey, func(t *testing.T) {
			s := start(t)
			w := world(t, s)
			visit(t, s, journey)
			var seen []string
			for range 30 * 12 {
				if _, err := w.Advance(t.Context(), 5*time.Minute); err != nil {
					t.Fatal(err)
				}
				if now := statuses(t, s); now != "" && (len(seen) == 0 || seen[len(seen)-1] != now) {
					seen = append(seen, now)
				}
			}
			if got := strings.Join(seen, " "); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if jobs, err := w.Jobs(t.Context()); err != nil || len(jobs) > 0 {
				t.Errorf("left behind: %v, %v", jobs, err)
			}
		})
	}
}

// A gate takes the words of its step and no others; what it does not understand
// stays, to be decided anew.
func TestGates(t *testing.T) {
	kinds := map[string][]string{
		"oneassure.quote":        {"QUOTED", "ABANDONED"},
		"oneassure.proposal":     {"INITIATED"},
		"oneassure.checks":       {"PENDING", "CANCELLED", "OFFLINE"},
		"oneassure.submission":   {"SUBMITTED", "CANCELLED"},
		"oneassure.underwriting": {"UNDERWRITING"},
		"oneassure.decision":     {"ACCEPTED", "REJECTED"},
		"oneassure.upload":       {"UPLOADED"},
		"oneassure.issue":        {"ISSUED"},
	}
	var words []string
	for _, taken := range kinds {
		words = append(words, taken...)
	}
	slices.Sort(words)
	for kind, taken := range kinds {
		t.Run(kind, func(t *testing.T) {
			s := start(t)
			w := world(t, s)
			if err := w.Hold(t.Context(), kind); err != nil {
				t.Fatal(err)
			}
			journey := ""
			if kind == "oneassure.upload" {
				journey = "offline"
			}
			var got []string
			for _, word := range append(slices.Compact(slices.Clone(words)), "accepted", "YES") {
				if err := w.Reset(t.Context(), mocks.Fresh{}); err != nil {
					t.Fatal(err)
				}
				if err := w.Hold(t.Context(), kind); err != nil {
					t.Fatal(err)
				}
				visit(t, s, journey)
				if _, err := w.Advance(t.Context(), 100*time.Hour); err != nil {
					t.Fatal(err)
				}
				ran, err := w.Release(t.Context(), kind, word)
				if err != nil || len(ran) != 1 {
					t.Fatalf("%s: %d jobs, %v", word, len(ran), err)
				}
				if !ran[0].Stuck {
					got = append(got, word)
					continue
				}
				if again, err := w.Release(t.Context(), kind, taken[0]); err != nil || len(again) != 1 || again[0].Stuck {
					t.Errorf("after %s: got %+v, %v", word, again, err)
				}
			}
			slices.Sort(taken)
			if diff := cmp.Diff(taken, got); diff != "" {
				t.Errorf("taken (-want +got):\n%s", diff)
			}
		})
	}
}

// Premiums add up, tenures are texts, and reasons come with their states, for a
// hundred visitors of every kind, at any time.
func TestProposalsHold(t *testing.T) {
	for _, day := range []time.Time{monday, time.Date(2024, 2, 28, 20, 0, 0, 0, time.UTC), time.Date(9999, 12, 28, 0, 0, 0, 0, time.UTC)} {
		s := start(t, func(o *mocks.Options) { o.Clock = clock.Frozen(day) }) // strict: an answer that breaks its contract is a 500
		for n := range 100 {
			visit(t, s, []string{"", "rejected", "cancelled", "offline"}[n%4])
		}
		if _, err := world(t, s).Advance(t.Context(), 31*time.Hour); err != nil {
			t.Fatal(err)
		}
		for _, list := range []string{quotes, proposals, policies} {
			seen := 0
			for next := ""; ; {
				p := fetched[page](t, s.URL+list+"?"+next)
				seen++
				if !p.HasNext {
					break
				}
				next = "next=" + p.EndCursor
			}
			if want := map[string]int{quotes: 10, proposals: 10, policies: 9}[list]; seen != want { // 35 and 50 policies
				t.Errorf("%s: %d pages of %s, want %d", day, seen, list, want)
			}
		}
	}
}
