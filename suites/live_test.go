package suites

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts/report"
)

func TestLive(t *testing.T) {
	s := startStand(t, asLive(nil))
	r := check(t, []*Target{s.live(t)}, Options{})
	if r.Outcome != report.Passed || !r.Live || r.Complete {
		t.Fatalf("outcome %s, live %v, complete %v\n%s", r.Outcome, r.Live, r.Complete, textOf(r))
	}
	for _, one := range r.Specs {
		safe, binds := slices.Contains(one.Labels, "live-safe"), slices.Contains(one.Labels, "live-binds")
		switch {
		case binds && (one.Outcome != report.Skipped || !strings.Contains(one.Reason, "unless binding is allowed")):
			t.Errorf("%s: got %s because %q, want it skipped for what it leaves behind", one.Name, one.Outcome, one.Reason)
		case binds:
		case safe && one.Outcome != report.Passed:
			t.Errorf("%s: got %s, want it passed", one.Name, one.Outcome)
		case !safe && (one.Outcome != report.Skipped || one.Reason != "it needs a sandbox"):
			t.Errorf("%s: got %s because %q, want it skipped for a sandbox", one.Name, one.Outcome, one.Reason)
		}
	}
	uat, err := LoadTarget("targets/uat-allianz.yaml", func(string) string { return "set" })
	if err != nil {
		t.Fatal(err)
	}
	if calls := s.calls.Load(); calls*3/2 > int64(uat.Budget) {
		t.Errorf("a run makes %d calls, and the UAT's budget of %d leaves no room", calls, uat.Budget)
	}
}

func TestLiveIsNotCalledByUnsafeSpecs(t *testing.T) {
	s := startStand(t, asLive(func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if strings.HasPrefix(r.URL.Path, "/w/") {
			t.Errorf("a live target was called at %s", r.URL.Path)
		}
		honest.ServeHTTP(rw, r)
	}))
	if r := check(t, []*Target{s.live(t)}, Options{Only: "tariff || resilience"}); r.Outcome != report.Skipped {
		t.Errorf("outcome %s", r.Outcome)
	}
	if calls := s.calls.Load(); calls != 1 { // the credentials are tried
		t.Errorf("%d calls were made", calls)
	}
}

func TestLiveBroken(t *testing.T) {
	s := startStand(t, asLive(quotes(swap(`"code":"RA85"`, `"code":"BB"`))))
	r := check(t, []*Target{s.live(t)}, Options{Only: "allianz/roadside-assistance"})
	if r.Outcome != report.Failed {
		t.Errorf("outcome %s\n%s", r.Outcome, textOf(r))
	}
}

func TestLiveInferredOnly(t *testing.T) {
	tests := []struct {
		name string
		bend bend
	}{
		{"a check", quotes(swap(`"code":"CMI","sumInsured":null,"coverageItems":null}],"premium":{"discounts":null`, `"code":"CMI","sumInsured":null,"coverageItems":null}],"premium":{"discounts":[]`))},
		{"a spec", func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
			if r.Header.Get("Authorization") == "Bearer never-given" {
				r.Header.Del("Authorization")
			}
			honest.ServeHTTP(rw, r)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startStand(t, asLive(tt.bend))
			r := check(t, []*Target{s.live(t)}, Options{})
			if r.Outcome != report.InferredOnly || r.Outcome.ExitCode() != 3 {
				t.Errorf("live: outcome %s\n%s", r.Outcome, textOf(r))
			}
			r = check(t, startStand(t, tt.bend).targets(t), brisk)
			if r.Outcome != report.Failed {
				t.Errorf("sandbox: outcome %s\n%s", r.Outcome, textOf(r))
			}
		})
	}
}

func TestLiveInconclusive(t *testing.T) {
	saturday := func() time.Time { return time.Date(2026, time.March, 7, 12, 0, 0, 0, time.UTC) }
	tests := []struct {
		name   string
		bend   bend
		change func(*Target)
		calls  int64
		reason string
	}{
		{
			name: "closed", calls: 0,
			change: func(t *Target) { t.Open = "Mon-Fri 08:00-20:00 Asia/Bangkok" },
			reason: "the target is closed: it is open Mon-Fri 08:00-20:00 Asia/Bangkok, next from Mon 9 Mar 08:00 +07",
		},
		{
			name: "the budget is spent", calls: 9, // and one that asked whether it is a sandbox
			change: func(t *Target) { t.Budget = 10 },
			reason: "the budget of 10 calls is spent",
		},
		{
			name: "wrong credentials", calls: 1,
			change: func(t *Target) { t.Credentials["client_secret"] = "wrong" },
			reason: "the credentials are refused: the token call answers 401 Unauthorized",
		},
		{
			name: "no credentials", calls: 0,
			change: func(t *Target) { t.Credentials = nil },
			reason: "the target file has no credentials: it wants client_id and client_secret",
		},
		{
			name: "nobody behind the gateway", calls: 1,
			bend: func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				http.Error(rw, "no healthy upstream", http.StatusServiceUnavailable)
			},
			reason: "nobody is behind the gateway: the token call answers 503 Service Unavailable",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startStand(t, asLive(tt.bend))
			target := s.live(t)
			if tt.change != nil {
				tt.change(target)
			}
			r := check(t, []*Target{target}, Options{Now: saturday})
			if r.Outcome != report.Inconclusive || r.Outcome.ExitCode() != 4 {
				t.Errorf("outcome %s\n%s", r.Outcome, textOf(r))
			}
			if diff := cmp.Diff([]string{tt.reason}, r.Inconclusive); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			if got := s.calls.Load(); got != tt.calls {
				t.Errorf("calls: got %d, want %d", got, tt.calls)
			}
		})
	}
}

func TestLiveInsurerGoneBehindItsGateway(t *testing.T) {
	knocked := false
	s := startStand(t, asLive(func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if !knocked {
			knocked = true
			honest.ServeHTTP(rw, r)
			return
		}
		http.Error(rw, "no healthy upstream", http.StatusBadGateway)
	}))
	r := check(t, []*Target{s.live(t)}, Options{})
	want := []string{"nobody is behind the gateway: every call was answered 502"}
	if diff := cmp.Diff(want, r.Inconclusive); diff != "" || r.Outcome != report.Inconclusive {
		t.Errorf("outcome %s, reasons (-want +got):\n%s", r.Outcome, diff)
	}
}

func TestAbilities(t *testing.T) {
	s := startStand(t, asLive(nil))
	target := s.live(t)
	target.Abilities = []string{}
	r := check(t, []*Target{target}, Options{Only: "cmi"})
	if r.Outcome != report.Skipped || len(r.Specs) == 0 {
		t.Errorf("outcome %s", r.Outcome)
	}
	for _, one := range r.Specs {
		if one.Reason != "live cannot do cmi" {
			t.Errorf("%s: skipped because %q", one.Name, one.Reason)
		}
	}
	target.Abilities = []string{"cmi"}
	if r := check(t, []*Target{target}, Options{Only: "cmi"}); r.Outcome != report.Passed {
		t.Errorf("with the ability: outcome %s", r.Outcome)
	}
}

func TestWaivers(t *testing.T) {
	today := func() time.Time { return time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC) }
	wrong := quotes(swap(`"type":"VAT","amount":1308.44`, `"type":"VAT","amount":1308.45`))
	waiver := func(until string) []Waiver {
		return []Waiver{{Check: "allianz/stamp-and-vat", Reason: "the UAT errs", Issue: "#7", Until: until}}
	}
	const spec = "allianz: waiver of allianz/stamp-and-vat"
	tests := []struct {
		name    string
		bend    bend
		waivers []Waiver
		only    string
		outcome report.Outcome
		failed  string // the waiver's own spec
	}{
		{name: "none", bend: wrong, only: "allianz/stamp-and-vat", outcome: report.Failed},
		{name: "in force", bend: wrong, waivers: waiver("2026-12-31"), only: "allianz/stamp-and-vat", outcome: report.Passed},
		{name: "in force, and specs expect the same", bend: wrong, waivers: waiver("2026-12-31"), outcome: report.Passed},
		{name: "on its last day", bend: wrong, waivers: waiver("2026-03-02"), only: "allianz/stamp-and-vat", outcome: report.Passed},
		{
			name: "expired", bend: wrong, waivers: waiver("2026-03-01"), only: "allianz/stamp-and-vat", outcome: report.Failed,
			failed: "it expired on 2026-03-01: the UAT errs (#7)",
		},
		{name: "expired, of another check", waivers: waiver("2026-03-01"), only: "allianz/owner-null", outcome: report.Passed},
		{
			name: "needless", waivers: waiver("2026-12-31"), outcome: report.Failed,
			failed: "the target keeps the promise, so it is not needed: the UAT errs (#7)",
		},
		{name: "not asked", waivers: waiver("2026-12-31"), only: "resilience", outcome: report.Passed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			targets := startStand(t, tt.bend).targets(t)
			targets[0].Waivers = tt.waivers
			r := check(t, targets, Options{Only: tt.only, Now: today})
			if r.Outcome != tt.outcome {
				t.Errorf("outcome: got %s, want %s\n%s", r.Outcome, tt.outcome, textOf(r))
			}
			got := ""
			for _, one := range r.Specs {
				if one.Name == spec {
					got = one.Reason
				}
			}
			if got != tt.failed {
				t.Errorf("the waiver: got %q, want %q", got, tt.failed)
			}
		})
	}
}
