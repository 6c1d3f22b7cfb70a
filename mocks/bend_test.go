package mocks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/scenarios"
)

func refuse(status int) scenarios.Fault { return scenarios.Fault{Status: status} }

// statuses sends calls, one for each letter: t for a token, q for a quote.
func statuses(t *testing.T, s *Server, calls string) string {
	t.Helper()
	var got []string
	for _, what := range calls {
		path, body := tokenPath, ""
		if what == 'q' {
			path, body = "/allianz/v1/motor/quickquotes", quoteBody
		}
		got = append(got, fmt.Sprint(send(t, "POST", s.URL+path, body).status))
	}
	return strings.Join(got, " ")
}

func TestWhichRuleBends(t *testing.T) {
	on := func(m scenarios.Match, fault scenarios.Fault) scenarios.Rule {
		return scenarios.Rule{On: m, Fault: fault}
	}
	for name, c := range map[string]struct {
		rules       []scenarios.Rule
		calls, want string
	}{
		"nth":           {[]scenarios.Rule{on(scenarios.Match{Nth: []int{1, 3}}, refuse(503))}, "tttt", "503 200 503 200"},
		"every":         {[]scenarios.Rule{on(scenarios.Match{Every: 2}, refuse(503))}, "ttttt", "200 503 200 503 200"},
		"operation":     {[]scenarios.Rule{on(scenarios.Match{Operation: "quickQuote"}, refuse(503))}, "tqt", "200 503 200"},
		"per operation": {[]scenarios.Rule{on(scenarios.Match{Nth: []int{2}}, refuse(503))}, "tqtqt", "200 200 503 503 200"},
		"when":          {[]scenarios.Rule{on(scenarios.Match{When: map[string]any{"/vehicle/make": "39"}}, refuse(503))}, "tq", "200 503"},
		"when another":  {[]scenarios.Rule{on(scenarios.Match{When: map[string]any{"/vehicle/make": "40"}}, refuse(503))}, "tq", "200 200"},
		"first that holds": {
			[]scenarios.Rule{on(scenarios.Match{Nth: []int{2}}, refuse(502)), on(scenarios.Match{Every: 1}, refuse(503)), on(scenarios.Match{Nth: []int{1}}, refuse(504))},
			"ttt", "503 502 503",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := bend(t, toy{}, c.rules...)
			if got := statuses(t, s, c.calls); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestCallsAreCountedSinceTheScenarioWasArmed(t *testing.T) {
	s, w := bend(t, toy{}, scenarios.Rule{On: scenarios.Match{Nth: []int{1}}, Fault: refuse(503)})
	play := func() {
		t.Helper()
		if _, err := w.Play(t.Context(), bent(scenarios.Rule{On: scenarios.Match{Nth: []int{2}}, Fault: refuse(504)})); err != nil {
			t.Fatal(err)
		}
	}
	got := []string{statuses(t, s, "tt")}
	play()
	got = append(got, statuses(t, s, "ttt"))
	play()
	got = append(got, statuses(t, s, "tt"))
	if err := w.Disarm(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	got = append(got, statuses(t, s, "tt"))
	play()
	got = append(got, statuses(t, s, "tt"))
	if diff := cmp.Diff([]string{"503 200", "200 504 200", "200 504", "200 200", "200 504"}, got); diff != "" {
		t.Error(diff)
	}
	if counts := rows(t, s.Sandbox, w.row("count/armed/")); len(counts) != 1 {
		t.Errorf("counts of former armings are left: %v", counts)
	}
}

func TestABentAnswerAnnouncesItself(t *testing.T) {
	s, w := bend(t, toy{}, rule(scenarios.Fault{Delay: 1}), rule(refuse(503)))
	if got := send(t, "POST", s.URL+tokenPath, "").header.Get("X-Sandbox-Fault"); got != "allianz/bent#1" {
		t.Errorf("got %q, want allianz/bent#1", got)
	}
	if e := newest(t, w); e.Exchange.Bent != "allianz/bent#1" {
		t.Errorf("the exchange says it was bent by %q", e.Exchange.Bent)
	}
	quiet := open(t, toy{}, func(o *Options) {
		o.Stealth, o.Scenarios = true, []*scenarios.Scenario{bent(rule(scenarios.Fault{Stale: true}))}
	})
	send(t, "POST", quiet.URL+tokenPath, "")
	if got := send(t, "POST", quiet.URL+tokenPath, "").header; got.Get("X-Sandbox-Fault") != "" || got.Get("X-Sandbox-Request-Id") != "" {
		t.Errorf("with stealth: got %v", got)
	}
}

func TestAnAnswerIsJudgedBeforeItIsBent(t *testing.T) {
	s := open(t, toy{}, func(o *Options) { o.Strict = true })
	w := s.world(t)
	if _, err := w.Play(t.Context(), bent(rule(scenarios.Fault{Set: map[string]any{"/access_token": 7}}))); err != nil {
		t.Fatal(err)
	}
	got := send(t, "POST", s.URL+tokenPath, "")
	if got.status != 200 || !strings.Contains(got.body, `"access_token":7`) || got.header.Get("X-Sandbox-Violations") != "" {
		t.Errorf("got %d %s %v, want the bent answer and no finding", got.status, got.body, got.header)
	}
	if e := newest(t, w); len(e.Findings) > 0 {
		t.Errorf("the mock is blamed: %+v", e.Findings)
	}
	broken := open(t, toy{token: func(*http.Request) (Answer, error) { return OK(map[string]int{"access_token": 7}), nil }})
	if _, err := broken.world(t).Play(t.Context(), bent(rule(scenarios.Fault{Set: map[string]any{"": json.Number("1")}}))); err != nil {
		t.Fatal(err)
	}
	if got := send(t, "POST", broken.URL+tokenPath, ""); got.body != "1" || got.header.Get("X-Sandbox-Violations") == "" {
		t.Errorf("a mock's own mistake behind a fault: got %s %v, want it counted", got.body, got.header)
	}
}

// A repeated answer has its own number, and not the findings of its first time.
func TestAStaleAnswerLeavesTheOldMarkers(t *testing.T) {
	var calls atomic.Int64
	s, w := bend(t, toy{token: func(*http.Request) (Answer, error) {
		if calls.Add(1) == 1 {
			return OK(map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": "soon"}), nil
		}
		return tokenAnswer(nil)
	}}, scenarios.Rule{On: scenarios.Match{Nth: []int{2}}, Fault: scenarios.Fault{Stale: true}})
	if first := send(t, "POST", s.URL+tokenPath, ""); first.header.Get("X-Sandbox-Violations") == "" {
		t.Fatal("the first answer has no finding to leave behind")
	}
	again := send(t, "POST", s.URL+tokenPath, "")
	if !strings.Contains(again.body, "soon") || again.header.Get("X-Sandbox-Violations") != "" || again.header.Get("X-Sandbox-Request-Id") != "r-2" {
		t.Errorf("got %s %v, explained by %q", again.body, again.header, newest(t, w).Why.Rule)
	}
}

func TestPlaySetsTheWorld(t *testing.T) {
	noon := time.Date(2027, 1, 5, 12, 0, 0, 0, time.UTC)
	var calls atomic.Int64
	y := counted(&calls)
	y.jobs = map[string]Job{"inspect": noJob, "renew": noJob}
	s := open(t, y, func(o *Options) { o.Clock = clock.Clock{} })
	w := s.world(t)
	if err := w.Hold(t.Context(), "renew"); err != nil {
		t.Fatal(err)
	}
	whole := bent(rule(refuse(503)))
	whole.Seed, whole.Clock, whole.Settings, whole.Hold = 9, noon, map[string]string{"allianz.envelope": "errors"}, []string{"inspect"}
	if froze, err := w.Play(t.Context(), whole); err != nil || !froze {
		t.Fatalf("got froze %t %v, want true", froze, err)
	}
	now, mode := w.Time()
	if w.Seed() != 9 || !now.Equal(noon) || mode != "frozen" || w.Setting("allianz.envelope") != "errors" {
		t.Errorf("got seed %d, %s %s, envelope %s", w.Seed(), mode, now, w.Setting("allianz.envelope"))
	}
	if diff := cmp.Diff([]string{"inspect", "renew"}, w.Held()); diff != "" {
		t.Errorf("gates: %s", diff)
	}
	// Another scenario of the insurer takes its place, and opens its gates.
	if froze, err := w.Play(t.Context(), bent(rule(refuse(504)))); err != nil || froze {
		t.Fatalf("got froze %t %v, want false", froze, err)
	}
	if got := statuses(t, s, "t"); got != "504" {
		t.Errorf("got %s, want the new scenario's 504", got)
	}
	if diff := cmp.Diff([]string{"renew"}, w.Held()); diff != "" {
		t.Errorf("gates of the new one: %s", diff)
	}
	if w.Seed() != 9 || w.Setting("allianz.envelope") != "errors" {
		t.Error("seed and settings did not stay")
	}
}

func TestDisarm(t *testing.T) {
	s := open(t, toy{jobs: map[string]Job{"inspect": noJob, "renew": noJob}})
	w := s.world(t)
	holding := bent(rule(refuse(503)))
	holding.Hold = []string{"inspect"}
	for name, c := range map[string]struct {
		insurer, want string
		held          []string
	}{
		"another insurer's": {"bima", "503", []string{"inspect", "renew"}},
		"its own":           {"allianz", "200", []string{"renew"}},
		"all":               {"", "200", []string{"renew"}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := w.Hold(t.Context(), "renew"); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Play(t.Context(), holding); err != nil {
				t.Fatal(err)
			}
			if err := w.Disarm(t.Context(), c.insurer); err != nil {
				t.Fatal(err)
			}
			if got := statuses(t, s, "t"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if diff := cmp.Diff(c.held, w.Held()); diff != "" {
				t.Errorf("gates: %s", diff)
			}
		})
	}
}

// Two insurers' scenarios may hold one kind; the gate stays until both are gone,
// and one that was opened by hand stays open.
func TestAGateThatTwoScenariosKeepClosed(t *testing.T) {
	one, two := bent(), bent()
	one.Hold, two.Insurer, two.Hold = []string{"inspect"}, "bima", []string{"inspect", "renew"}
	s := &state{}
	s.arm(one)
	s.arm(two)
	s.Held = without(s.Held, []string{"renew"})
	s.disarm("allianz")
	if diff := cmp.Diff([]string{"inspect"}, s.Held); diff != "" {
		t.Errorf("one gone: %s", diff)
	}
	s.disarm("bima")
	if len(s.Held) > 0 {
		t.Errorf("both gone: got %v", s.Held)
	}
}

func TestScenariosThatCannotBePlayed(t *testing.T) {
	s := open(t, toy{})
	w := s.world(t)
	for name, c := range map[string]struct {
		scenario *scenarios.Scenario
		want     string
	}{
		"none":      {nil, "no scenario"},
		"empty":     {bent(), "changes nothing"},
		"insurer":   {&scenarios.Scenario{Name: "x", Insurer: "bima", Teaches: "t", Trigger: "t", Seed: 1}, `unknown insurer "bima"`},
		"operation": {bent(scenarios.Rule{On: scenarios.Match{Operation: "quickquote"}, Fault: refuse(503)}), `unknown operation "quickquote" (did you mean "quickQuote"?)`},
		"example":   {bent(scenarios.Rule{On: scenarios.Match{Operation: "token"}, Fault: scenarios.Fault{Example: "expired-token"}}), `unknown example of token "expired-token"`},
		"pointer":   {bent(rule(scenarios.Fault{Remove: []string{"premium"}})), "is not a JSON pointer"},
		"job":       {&scenarios.Scenario{Name: "x", Insurer: "allianz", Teaches: "t", Trigger: "t", Hold: []string{"inspect"}}, `unknown kind of job "inspect"`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := w.Play(t.Context(), c.scenario); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if len(w.Scenarios()) > 0 {
				t.Error("it was armed all the same")
			}
		})
	}
}
