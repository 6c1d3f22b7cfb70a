package control_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/control"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// bends has a fault of each sort that leaves an answer, and one that leaves none.
const bends = `{"name":"many","insurer":"allianz","teaches":"much can go wrong","trigger":"ask often","rules":[
	{"on":{"operation":"quickQuote","nth":[2]},"set":{"/productPackages/0/premium/grossPremium":18.000},"header":{"X-Bent":"yes"}},
	{"on":{"operation":"quickQuote","nth":[3]},"truncate":20},
	{"on":{"operation":"quickQuote","nth":[4]},"drop":true},
	{"on":{"operation":"token","nth":[1]},"status":503},
	{"on":{"operation":"quickQuote","every":5},"example":"gateway-timeout"}]}`

// walk makes the same calls in a world and notes what came back.
func (s sandbox) walk(tb testing.TB, base string) []string {
	tb.Helper()
	var seen []string
	for i := range 6 {
		a := s.quote(tb, base)
		if i == 2 {
			token := s.token(tb, base)
			seen = append(seen, fmt.Sprintf("token %d %s", token.status, token.body))
		}
		seen = append(seen, fmt.Sprintf("%d %s %s %s", a.status, a.header.Get("Content-Type"), a.header.Get("X-Bent"), a.body))
	}
	return seen
}

// replay arms a recorded file in another world and makes the calls again.
func (s sandbox) replay(tb testing.TB, file []byte) []string {
	tb.Helper()
	scenario, err := scenarios.Parse("recorded.yaml", file)
	if err != nil {
		tb.Fatalf("%v\n%s", err, file)
	}
	again, err := json.Marshal(scenario)
	if err != nil {
		tb.Fatal(err)
	}
	s.want(tb, 200, "PUT", "/__admin/worlds/again/scenario", string(again))
	return s.walk(tb, "/w/again")
}

func (s sandbox) record(tb testing.TB) []byte {
	tb.Helper()
	a := s.call(tb, http.MethodGet, ofCI+"?format=scenario", "")
	if a.status != 200 || a.header.Get("Content-Type") != "application/yaml" {
		tb.Fatalf("got %d %s, want a scenario file: %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	return a.body
}

// What was bent is bent again when the same calls are made.
func TestRecordingReplays(t *testing.T) {
	s := newSandbox(t)
	s.quote(t, "/w/ci")
	s.want(t, 200, "POST", "/__admin/worlds/ci/reset", `{"seed":7,"clock":"2026-05-01T08:00:00+07:00"}`)
	s.want(t, 200, "PUT", "/__admin/worlds/ci/settings", `{"allianz.envelope":"errors"}`)
	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", bends)
	want := s.walk(t, "/w/ci")
	file := s.record(t)
	if diff := cmp.Diff(want, s.replay(t, file)); diff != "" {
		t.Errorf("recorded (-) and replayed (+) differ:\n%s\n%s", diff, file)
	}
	// The world begins as the recorded one did.
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/again", ""),
		`{"name":"again","seed":7,"clock":{"now":"2026-05-01T08:00:00+07:00","mode":"frozen"},"scenarios":["allianz/recorded"],"requests":7,"jobs":0}`)
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/again/settings", ""),
		`{"allianz.envelope":"errors","allianz.greeting":"sawasdee"}`)
}

// A recording outlives the scenario: the journal keeps what each rule did.
func TestRecordingOutlivesItsScenario(t *testing.T) {
	s := newSandbox(t)
	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", bends)
	want := s.walk(t, "/w/ci")
	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", `{"name":"allianz/first-two-fail"}`)
	file := s.record(t)
	if diff := cmp.Diff(want, s.replay(t, file)); diff != "" {
		t.Errorf("recorded (-) and replayed (+) differ:\n%s\n%s", diff, file)
	}
}

// The scenario that comes with the program is known also when it is not armed.
func TestRecordingKnowsThePublished(t *testing.T) {
	s := newSandbox(t)
	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", `{"name":"allianz/first-two-fail"}`)
	s.quote(t, "/w/ci").want(t, 503)
	s.want(t, 204, "DELETE", "/__admin/worlds/ci/scenario", "")
	scenario, err := scenarios.Parse("recorded.yaml", s.record(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []scenarios.Rule{{On: scenarios.Match{Operation: "quickQuote", Nth: []int{1}}, Fault: scenarios.Fault{Status: 503}}}
	if diff := cmp.Diff(want, scenario.Rules); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Calls are counted from the first that is listed.
func TestRecordingCountsFromTheFirstListed(t *testing.T) {
	s := newSandbox(t)
	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", bends)
	s.walk(t, "/w/ci")
	for query, want := range map[string][]int{
		"after=r-2":                      {1, 1, 2, 3},
		"after=r-1&limit=2":              {1, 2},
		"operation=token":                {1},
		"insurer=allianz&after=r-5":      {1},
		"operation=quickQuote&limit=3":   {1, 2},
		"operation=quickQuote&after=r-0": {2, 3, 4, 5},
	} {
		a := s.call(t, "GET", ofCI+"?format=scenario&"+query, "")
		scenario, err := scenarios.Parse("recorded.yaml", a.body)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		var got []int
		for _, rule := range scenario.Rules {
			got = append(got, rule.On.Nth...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// A delayed answer is journaled late, and was the first call all the same.
func TestRecordingCountsCallsNotAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSandbox(t)
		s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", `{"name":"slow","insurer":"allianz","teaches":"a","trigger":"b",
			"rules":[{"on":{"operation":"quickQuote","nth":[1]},"delay":"10s"}]}`)
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.quote(t, "/w/ci")
		}()
		synctest.Wait()
		s.quote(t, "/w/ci")
		<-done
		if got, want := s.ids(t, ""), "r-2 r-1 | r-1"; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		scenario, err := scenarios.Parse("recorded.yaml", s.record(t))
		if err != nil {
			t.Fatal(err)
		}
		want := []scenarios.Rule{{
			On:    scenarios.Match{Operation: "quickQuote", Nth: []int{1}},
			Fault: scenarios.Fault{Delay: scenarios.Duration(10 * time.Second)},
		}}
		if diff := cmp.Diff(want, scenario.Rules); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// A running clock is left running.
func TestRecordingLeavesARunningClock(t *testing.T) {
	s := newSandbox(t)
	s.want(t, 200, "POST", "/__admin/worlds/ci/clock", `{"run":true}`)
	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", bends)
	s.token(t, "/w/ci")
	scenario, err := scenarios.Parse("recorded.yaml", s.record(t))
	if err != nil || !scenario.Clock.IsZero() {
		t.Errorf("got clock %v (%v), want none", scenario.Clock, err)
	}
}

// More than a scenario can hold is refused, not written into a file that nobody
// can read.
func TestRecordingTooMuch(t *testing.T) {
	s := newSandbox(t, func(o *mocks.Options, _ *control.Options) {})
	text := strings.Repeat("x", 60_000)
	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario",
		`{"name":"long","insurer":"allianz","teaches":"a","trigger":"b","rules":[{"on":{"operation":"token"},"status":500,"set":{"":"`+text+`"}}]}`)
	for range 20 {
		s.token(t, "/w/ci")
	}
	p := refused(t, s.call(t, "GET", ofCI+"?format=scenario", ""), 400)
	if !strings.Contains(p.Detail, "after and limit") {
		t.Errorf("got %q, want it to say how to take less", p.Detail)
	}
	s.call(t, "GET", ofCI+"?format=scenario&limit=10", "").wantStatus(t, 200)
}

func (a answered) wantStatus(tb testing.TB, status int) {
	tb.Helper()
	if a.status != status {
		tb.Errorf("got %d, want %d", a.status, status)
	}
}
