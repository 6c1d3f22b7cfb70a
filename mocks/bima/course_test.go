package bima_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	issuedContact   = "96890001001"
	rejectedContact = "96890001002"
	waitingContact  = "96890001003"
)

type listed struct {
	RequestID                              int64
	ReferenceNo, PolicyStatus              string
	PolicyDateFrom, PolicyDateTo, Provider string
	Step                                   string `json:"step_code"`
}

type detailed struct {
	PolicyNo  string  `json:"policy_no"`
	From      *string `json:"policy_from"`
	To        *string `json:"policy_to"`
	Issued    *string `json:"issue_date"`
	Status    string  `json:"policy_status"`
	Step      string  `json:"step_code"`
	Required  []any   `json:"documents_required"`
	FollowUps []struct {
		Message  string `json:"message"`
		DateTime string `json:"date_time"`
	} `json:"follow_up"`
}

type shared struct {
	SharedCode, RefID, FileName, FileContentType, FileExtension, FileSizeDisplay, DocType string
	FileSize                                                                              int
}

func read[T any](t *testing.T, got answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(got.body), &v); got.status != 200 || err != nil {
		t.Fatalf("got %d %s: %v", got.status, got.body, err)
	}
	return v
}

// look is the one request of a published customer.
func look(t *testing.T, base, contact string) listed {
	t.Helper()
	all := read[struct{ Data []listed }](t, get(t, base+query(t, printedRequests, "contactNo", contact), "")).Data
	if len(all) != 1 {
		t.Fatalf("%s: got %d requests, want 1", contact, len(all))
	}
	return all[0]
}

func details(t *testing.T, base, contact string) detailed {
	t.Helper()
	id := json.Number(string(mustJSON(t, look(t, base, contact).RequestID)))
	return read[detailed](t, get(t, base+query(t, printedDetails, "id", id.String()), ""))
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func documents(t *testing.T, base, reference string) []shared {
	t.Helper()
	return read[struct {
		Data []shared `json:"data"`
	}](t, get(t, base+query(t, printedDocuments, "refID", reference), "")).Data
}

func TestCourse(t *testing.T) {
	type state struct {
		status, step string
		comments     int
		required     int
	}
	asked := []state{{"Pending", "working_on_it", 1, 4}, {"Pending", "working_on_it", 1, 4}, {"Incomplete", "waiting_documents", 2, 4}}
	tests := map[string]struct {
		contact string
		after   []time.Duration // from look to look
		want    []state
	}{
		"is issued": {issuedContact, []time.Duration{0, time.Hour - 1, 1, 5 * time.Hour, 18 * time.Hour, 1000 * time.Hour}, slices.Concat(asked, []state{
			{"Pending", "under_review", 3, 0}, {"Issued", "policy_issued", 4, 0}, {"Issued", "policy_issued", 4, 0},
		})},
		"is rejected": {rejectedContact, []time.Duration{0, time.Hour - 1, 1, 5 * time.Hour, 18 * time.Hour}, slices.Concat(asked, []state{
			{"Pending", "under_review", 3, 0}, {"Rejected", "request_rejected", 4, 0},
		})},
		"waits for ever": {waitingContact, []time.Duration{0, time.Hour - 1, 1, 1000 * time.Hour}, slices.Concat(asked, asked[2:])},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			w := world(t, s)
			var got []state
			for _, d := range test.after {
				advance(t, w, d)
				list, full := look(t, s.URL, test.contact), details(t, s.URL, test.contact)
				if list.PolicyStatus != full.Status || list.Step != full.Step {
					t.Errorf("the list says %s %s, the details %s %s", list.PolicyStatus, list.Step, full.Status, full.Step)
				}
				if (full.Status == "Issued") != (full.PolicyNo != "" && full.From != nil && full.To != nil && full.Issued != nil) {
					t.Errorf("%s: got number %q and dates %v %v %v", full.Status, full.PolicyNo, full.From, full.To, full.Issued)
				}
				if docs := documents(t, s.URL, list.ReferenceNo); (full.Status == "Issued") != (len(docs) == 2) || docs == nil {
					t.Errorf("%s: got documents %v", full.Status, docs)
				}
				got = append(got, state{list.PolicyStatus, list.Step, len(full.FollowUps), len(full.Required)})
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(state{})); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
			wantKept(t, w)
		})
	}
}

// An issued policy has the dates that its request was for, and the moment of its
// issue, by the clocks of Oman.
func TestIssuedPolicy(t *testing.T) {
	s := start(t)
	w := world(t, s)
	first := look(t, s.URL, issuedContact)
	advance(t, w, 24*time.Hour)
	got := details(t, s.URL, issuedContact)
	if *got.From != first.PolicyDateFrom || *got.To != first.PolicyDateTo || *got.From != "2026-03-03T00:00:00" || *got.To != "2027-03-02T00:00:00" || *got.Issued != "2026-03-03T13:00:00" {
		t.Errorf("dates: got %s %s %s for the request from %s to %s", *got.From, *got.To, *got.Issued, first.PolicyDateFrom, first.PolicyDateTo)
	}
	if last := got.FollowUps[len(got.FollowUps)-1]; last.Message != "Policy issued\r\n" || last.DateTime != "03/03/2026 13:00" {
		t.Errorf("last comment: got %+v", last)
	}
}

// A gate keeps a request where it is, and says how it ends.
func TestDecision(t *testing.T) {
	for _, outcome := range []string{"Issued", "Rejected"} {
		t.Run(outcome, func(t *testing.T) {
			s := start(t)
			w := world(t, s)
			if err := w.Hold(t.Context(), "bima.decide"); err != nil {
				t.Fatal(err)
			}
			look(t, s.URL, rejectedContact)
			advance(t, w, 100*time.Hour)
			if got := look(t, s.URL, rejectedContact); got.Step != "under_review" {
				t.Errorf("before anybody decides: got %+v", got)
			}
			if ran, err := w.Release(t.Context(), "bima.decide", "Perhaps"); err != nil || len(ran) != 1 || !ran[0].Stuck || !strings.Contains(ran[0].Attempts[0].Error, `not in "Perhaps"`) {
				t.Errorf("an outcome that is none: got %+v, %v", ran, err)
			}
			if _, err := w.Release(t.Context(), "bima.decide", outcome); err != nil {
				t.Fatal(err)
			}
			if got := look(t, s.URL, rejectedContact); got.PolicyStatus != outcome {
				t.Errorf("got %+v, want %s", got, outcome)
			}
			wantKept(t, w)
		})
	}
}

// A look in a world that nobody made leaves nothing behind.
func TestALookMakesNoWorld(t *testing.T) {
	s := start(t)
	for range 2 {
		if got := look(t, s.URL+"/w/nobody", issuedContact); got.Step != "working_on_it" {
			t.Errorf("got %+v", got)
		}
	}
	if got := len(s.Worlds()); got != 1 {
		t.Errorf("got %d worlds, want 1", got)
	}
	if jobs, err := world(t, s).Jobs(t.Context()); err != nil || len(jobs) != 0 {
		t.Errorf("got jobs %v, %v", jobs, err)
	}
}

func TestBeginOnce(t *testing.T) {
	s := start(t)
	first := look(t, s.URL, issuedContact)
	advance(t, world(t, s), time.Minute)
	if diff := cmp.Diff(first, look(t, s.URL, issuedContact)); diff != "" {
		t.Errorf("a second look changes it:\n%s", diff)
	}
	if jobs, err := world(t, s).Jobs(t.Context()); err != nil || len(jobs) != 1 {
		t.Errorf("got jobs %v, %v, want one", jobs, err)
	}
}

// One seed gives the same bytes, another gives others.
func TestDeterminism(t *testing.T) {
	run := func(seed uint64) string {
		s := start(t, func(o *mocks.Options) { o.Seed = seed })
		var all strings.Builder
		token := token(t, s.URL)
		for _, contact := range []string{issuedContact, rejectedContact, waitingContact} {
			look(t, s.URL, contact)
		}
		advance(t, world(t, s), 24*time.Hour)
		reference := look(t, s.URL, issuedContact).ReferenceNo
		all.WriteString(token + get(t, s.URL+query(t, printedRequests, "contactNo", issuedContact), "").body + get(t, s.URL+query(t, printedDetails, "id", "4463711"), "").body)
		for _, d := range documents(t, s.URL, reference) {
			all.WriteString(d.SharedCode + download(t, s.URL, d).body)
		}
		return all.String()
	}
	one, again, other := run(1), run(1), run(2)
	if one != again {
		t.Error("two runs with one seed differ")
	}
	if one == other {
		t.Error("two seeds give the same")
	}
}
