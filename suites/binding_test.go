package suites

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts/report"
)

const issuePath = "/v1/motor/contracts"

// binds runs what leaves something behind, and nothing else.
func binds(t *testing.T) Options {
	t.Helper()
	return Options{Only: "binding", AllowBinding: true, Ledger: filepath.Join(t.TempDir(), "ledger.jsonl")}
}

// states are what the lines of a ledger say.
func states(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for one := range strings.Lines(string(text)) {
		var said line
		if err := json.Unmarshal([]byte(one), &said); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
		all = append(all, said.State)
	}
	return all
}

// of bends the calls whose path ends in a text.
func of(suffix string, b bend) bend {
	return func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if strings.HasSuffix(r.URL.Path, suffix) {
			b(rw, r, honest)
			return
		}
		honest.ServeHTTP(rw, r)
	}
}

// once bends the first call.
func once(b bend) bend {
	done := false
	return func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if done {
			honest.ServeHTTP(rw, r)
			return
		}
		done = true
		b(rw, r, honest)
	}
}

// lost acts and says nothing.
func lost(_ http.ResponseWriter, r *http.Request, honest http.Handler) {
	honest.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// status answers with a status, and does not act.
func status(code int, body string) bend {
	return func(rw http.ResponseWriter, _ *http.Request, _ http.Handler) {
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(code)
		_, _ = rw.Write([]byte(body))
	}
}

func TestBinding(t *testing.T) {
	tests := []struct {
		name    string
		bend    bend
		budget  int
		outcome report.Outcome
		states  []string
		says    string // of what was left behind
	}{
		{name: "issued and cancelled", outcome: report.Passed, states: []string{"begun", "sent", "came", "cancelled"}},
		{
			name: "the insurer refuses", bend: of(issuePath, status(400, `{"code":"003","message":"vehicle"}`)),
			outcome: report.Failed, states: []string{"begun", "sent", "refused"},
		},
		{
			name: "the answer is lost", bend: of(issuePath, lost),
			outcome: report.Inconclusive, states: []string{"begun", "sent", "unknown"}, says: "no answer says whether it was made",
		},
		{
			name: "the gateway gives up", bend: of(issuePath, status(504, `{"fault":{"faultstring":"timeout"}}`)),
			outcome: report.Failed, states: []string{"begun", "sent", "unknown"}, says: "plate ทส1234",
		},
		{
			name: "an answer without an id", bend: of(issuePath, status(200, `{}`)),
			outcome: report.Failed, states: []string{"begun", "sent", "unknown"}, says: "no answer says whether it was made",
		},
		{
			name: "the spec does not come to cancelling", bend: of("", func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				if r.Method == http.MethodGet {
					status(500, `{}`)(rw, r, honest)
					return
				}
				honest.ServeHTTP(rw, r)
			}),
			outcome: report.Failed, states: []string{"begun", "sent", "came", "cancelled"},
		},
		{
			name: "the answer to cancelling is lost", bend: of("/amendments", once(lost)),
			outcome: report.Inconclusive, states: []string{"begun", "sent", "came", "cancelled"},
		},
		{
			name: "cancelling is refused", bend: of("/amendments", status(409, `{"code":"003","message":"too late"}`)),
			outcome: report.Failed, states: []string{"begun", "sent", "came"}, says: "a person must look: its status is SUCCESS",
		},
		{
			name: "the budget ends before cancelling", budget: 8, // health, two tokens, a quote, the issue, and three to undo it
			outcome: report.Inconclusive, states: []string{"begun", "sent", "came", "cancelled"},
		},
		{
			name: "the budget has no room for undoing", budget: 6,
			outcome: report.Inconclusive, states: []string{"begun"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startStand(t, asLive(tt.bend))
			target := s.live(t)
			target.Budget = tt.budget
			o := binds(t)
			r := check(t, []*Target{target}, o)
			if r.Outcome != tt.outcome {
				t.Errorf("outcome: got %s, want %s\n%s", r.Outcome, tt.outcome, textOf(r))
			}
			if diff := cmp.Diff(tt.states, states(t, o.Ledger)); diff != "" {
				t.Errorf("the ledger says (-want +got):\n%s\n%s", diff, textOf(r))
			}
			left := ""
			for _, one := range r.Specs {
				if one.Name == "allianz: the run leaves nothing behind" {
					left = one.Reason
				}
			}
			if !strings.Contains(left, tt.says) || (left == "") != (tt.says == "") {
				t.Errorf("of what was left: got %q, want %q in it", left, tt.says)
			}
			if tt.budget > 0 && s.calls.Load() > int64(tt.budget) {
				t.Errorf("%d calls were made, more than the budget of %d", s.calls.Load(), tt.budget)
			}
		})
	}
}

func TestTheLedgerIsWrittenFirst(t *testing.T) {
	o := binds(t)
	issued := 0
	s := startStand(t, asLive(of(issuePath, func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		issued++
		if diff := cmp.Diff([]string{"begun", "sent"}, states(t, o.Ledger)); diff != "" {
			t.Errorf("while the call is made, the ledger says (-want +got):\n%s", diff)
		}
		honest.ServeHTTP(rw, r)
	})))
	if r := check(t, []*Target{s.live(t)}, o); r.Outcome != report.Passed || issued != 1 {
		t.Errorf("outcome %s after %d issues\n%s", r.Outcome, issued, textOf(r))
	}
	left, err := Leftovers(o.Ledger)
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestBindingIsNotAllowed(t *testing.T) {
	s := startStand(t, asLive(of(issuePath, func(http.ResponseWriter, *http.Request, http.Handler) { t.Error("a contract was asked for") })))
	t.Chdir(t.TempDir())
	r := check(t, []*Target{s.live(t)}, Options{Only: "binding"})
	const want = "it leaves something behind, which a live target is spared unless binding is allowed"
	if len(r.Specs) == 0 || r.Outcome != report.Skipped || r.Specs[0].Reason != want {
		t.Errorf("outcome %s\n%s", r.Outcome, textOf(r))
	}
	if found, _ := filepath.Glob("*"); len(found) > 0 {
		t.Errorf("a run that may not bind wrote %v", found)
	}
}

// TestClerkRefuses: whoever forgets the ledger, the call is not made.
func TestClerkRefuses(t *testing.T) {
	tests := []struct{ name, method, path, body, want string }{
		{"an issue", http.MethodPost, issuePath, `{"contractProcessState":"ISSUE"}`, "inconclusive: issueContract is not called: it leaves something behind, and binding is not allowed"},
		{"an issue that is no JSON", http.MethodPost, issuePath, `{`, "inconclusive: issueContract is not called: it leaves something behind, and binding is not allowed"},
		{"one that says neither", http.MethodPost, issuePath, `{}`, "inconclusive: issueContract is not called: it leaves something behind, and binding is not allowed"},
		{"cancelling what is not ours", http.MethodPost, issuePath + "/7/amendments", `{}`, "inconclusive: amendContract is not called: no run that the ledger tells of made 7"},
		{"a call that nobody knows", http.MethodPost, "/v1/motor/payments", `{}`, "inconclusive: POST /v1/motor/payments is not made: it is not known to leave nothing behind"},
		{"another method", http.MethodDelete, issuePath + "/7", ``, "inconclusive: DELETE /v1/motor/contracts/7 is not made: it is not known to leave nothing behind"},
		{"a verification", http.MethodPost, issuePath, `{"contractProcessState":"VERIFY"}`, ""},
		{"a look-up", http.MethodGet, issuePath + "/7", ``, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startStand(t, asLive(nil))
			r, err := newRun([]*Target{s.live(t)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			live := r.targets[0]
			request, err := http.NewRequestWithContext(t.Context(), tt.method, live.Faces["motor"].String()+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			res, err := live.gate.RoundTrip(request)
			if err == nil {
				_ = res.Body.Close()
			}
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != tt.want || !errors.Is(err, ErrInconclusive)) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if calls, want := s.calls.Load(), map[bool]int64{true: 1, false: 0}[tt.want == ""]; calls != want {
				t.Errorf("%d calls were made, want %d", calls, want)
			}
		})
	}
}

func TestCleanup(t *testing.T) {
	tests := []struct {
		name         string
		bend         bend // of the run
		during       bend // of the cleanup
		cancelled    int
		why          string
		inconclusive bool
	}{
		{name: "an answer that was lost", bend: of(issuePath, lost), why: "no answer says whether it was made"},
		{name: "a contract", bend: of("/amendments", status(503, `{}`)), cancelled: 1},
		{name: "one that the insurer keeps", bend: of("/amendments", status(503, `{}`)), during: of("/amendments", status(409, `{"code":"003"}`)), why: "a person must look"},
		{
			name: "nobody there", bend: of("/amendments", status(503, `{}`)), during: of("", status(503, `{}`)), inconclusive: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bent := tt.bend
			s := startStand(t, asLive(func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				if bent == nil {
					honest.ServeHTTP(rw, r)
					return
				}
				bent(rw, r, honest)
			}))
			o := binds(t)
			check(t, []*Target{s.live(t)}, o)
			bent = tt.during
			done, err := Cleanup(t.Context(), o.Ledger, s.live(t), Options{})
			if errors.Is(err, ErrInconclusive) != tt.inconclusive {
				t.Fatalf("got %v, want it inconclusive: %v", err, tt.inconclusive)
			}
			if tt.inconclusive {
				return
			}
			if len(done) != 1 || done[0].Cancelled != (tt.cancelled == 1) || !strings.Contains(done[0].Why, tt.why) {
				t.Fatalf("got %+v", done)
			}
			calls := s.calls.Load()
			again, err := Cleanup(t.Context(), o.Ledger, s.live(t), Options{})
			if err != nil || len(again) != 1-tt.cancelled {
				t.Errorf("the second time: %v, %v", again, err)
			}
			if tt.cancelled == 1 && s.calls.Load() != calls {
				t.Error("the second time called the insurer")
			}
		})
	}
}

func TestCleanupElsewhere(t *testing.T) {
	s, other := startStand(t, asLive(of("/amendments", status(503, `{}`)))), startStand(t, asLive(nil))
	o := binds(t)
	check(t, []*Target{s.live(t)}, o)
	_, err := Cleanup(t.Context(), o.Ledger, other.live(t), Options{})
	if want := fmt.Sprintf("suites: clean up: the ledger tells of %s/allianz%s, which is not where the target file says that live is", s.URL, issuePath); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if other.calls.Load() != 0 {
		t.Error("another address was called")
	}
}
