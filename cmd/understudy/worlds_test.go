package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/mocks/control"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// caller is a client of one world.
type caller struct {
	client *http.Client
	root   string // of the sandbox
	world  string
	host   string // sent as Host; empty: the root's
}

// do calls the insurers, or the control API where the path begins with /__admin,
// whose answers are dated by the wall clock: that header is left out.
func (c caller) do(ctx context.Context, method, path, body string) string {
	if !strings.HasPrefix(path, "/__admin/") {
		path = "/w/" + c.world + path
	}
	r, err := http.NewRequestWithContext(ctx, method, c.root+path, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	r.Host = c.host
	r.Header.Set("Content-Type", "application/json")
	if strings.Contains(path, "/oauth2/") {
		r.SetBasicAuth("sandbox-client", "sandbox-secret-opens-nothing")
	}
	answer, err := c.client.Do(r)
	if err == nil && strings.HasPrefix(path, "/__admin/") {
		answer.Header.Del("Date")
	}
	return reply(answer, err)
}

// story is what one client does in a world of its own: its clock, its scenario,
// its settings, and quotes and tokens in turn.
type story struct {
	moment   time.Time
	scenario string // "": none
	envelope string
	bodies   [][]byte
}

// tell plays the story and writes down every answer, headers and journal
// included.
func (s story) tell(ctx context.Context, c caller) []string {
	admin := "/__admin/worlds/" + c.world
	said := []string{
		c.do(ctx, "POST", admin+"/clock", fmt.Sprintf(`{"freeze":%q}`, s.moment.Format(time.RFC3339))),
		c.do(ctx, "PUT", admin+"/settings", fmt.Sprintf(`{"settings":{"allianz.envelope":%q}}`, s.envelope)),
	}
	if s.scenario != "" {
		said = append(said, c.do(ctx, "PUT", admin+"/scenario", fmt.Sprintf(`{"name":%q}`, s.scenario)))
	}
	said = append(said, c.do(ctx, "POST", "/allianz/api/oauth2/token?grant_type=client_credentials&oe_id=th-pc", ""))
	for _, body := range s.bodies {
		said = append(said, c.do(ctx, "POST", quickQuotes, string(body)))
	}
	said = append(said, c.do(ctx, "POST", quickQuotes, `{"productCode":"VMI"`))
	said = append(said, c.do(ctx, "POST", admin+"/clock", `{"advance":"36h"}`))
	said = append(said, c.do(ctx, "POST", quickQuotes, `{"productCode":"NONE"}`))
	for i := range said {
		said[i] = strings.ReplaceAll(said[i], c.world, "WORLD")
	}
	return append(said, strings.ReplaceAll(journal(ctx, c), c.world, "WORLD"))
}

// journal is what a world remembers, but for how long each call took.
func journal(ctx context.Context, c caller) string {
	_, body, _ := strings.Cut(c.do(ctx, "GET", "/__admin/worlds/"+c.world+"/requests", ""), "\n\n")
	// The headers of the answer stand before the first empty line.
	var kept map[string]any
	if err := json.Unmarshal([]byte(body), &kept); err != nil {
		return "no journal: " + err.Error() + body
	}
	entries, _ := kept["requests"].([]any)
	for _, e := range entries {
		if entry, ok := e.(map[string]any); ok {
			delete(entry, "took")
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// stories are fifty that differ in clock, scenario and setting.
func stories(t *testing.T) []story {
	t.Helper()
	armed := []string{""}
	for _, s := range scenarios.All("allianz") {
		if !waits(s) && s.Clock.IsZero() { // each story has a clock of its own
			armed = append(armed, s.ID())
		}
	}
	if len(armed) < 5 {
		t.Fatalf("only %d scenarios can be played here", len(armed)-1)
	}
	bodies := golden(t)
	all := make([]story, 50)
	for i := range all {
		all[i] = story{
			moment:   firstMoment.AddDate(0, 0, i),
			scenario: armed[i%len(armed)],
			envelope: []string{"bare", "errors"}[i/len(armed)%2],
			bodies:   [][]byte{bodies["vmi1-default"], bodies["vmi1-default"], bodies["vmi3"], bodies["cmi"], bodies["vmi1-default"]},
		}
	}
	return all
}

// waits says whether a scenario keeps its caller waiting in real time.
func waits(s *scenarios.Scenario) bool {
	for _, rule := range s.Rules {
		if rule.Hang || rule.Delay > 0 {
			return true
		}
	}
	return false
}

// TestWorldsDoNotMeet lets fifty clients play their stories in fifty worlds of
// one sandbox at the same time. Each must hear and find in its journal what it
// does when it plays alone.
func TestWorldsDoNotMeet(t *testing.T) {
	all := stories(t)
	start := func(log *troubles) *mocks.Server {
		return mocks.Start(t, mocks.Options{Insurers: catalog.All(), Control: control.New(control.Options{}), Log: log.logger()})
	}
	var log troubles
	alone, together := start(&log), start(&log)
	got := make([][]string, len(all))
	var group sync.WaitGroup
	for i, s := range all {
		group.Go(func() {
			got[i] = s.tell(t.Context(), callerOf(t, together.URL, fmt.Sprintf("world-%02d", i)))
		})
	}
	group.Wait()
	for i, s := range all {
		want := s.tell(t.Context(), callerOf(t, alone.URL, fmt.Sprintf("world-%02d", i)))
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Errorf("story %d, %s at %s: alone and in company differ (-alone +together):\n%s", i, s.scenario, s.moment, diff)
		}
		if day := s.moment.UTC().Format("02 Jan 2006"); !strings.Contains(strings.Join(got[i], ""), day) {
			t.Errorf("story %d: no answer is dated %s", i, day)
		}
	}
	log.none(t)
}

func callerOf(t *testing.T, root, world string) caller {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return caller{client: &http.Client{Transport: transport}, root: root, world: world, host: "localhost"}
}

// TestSameSeedSameBytes plays one story in fresh processes: with one seed every
// byte is the same, headers and journal included; with another it is not.
func TestSameSeedSameBytes(t *testing.T) {
	s := story{moment: firstMoment, scenario: "allianz/first-two-fail", envelope: "bare"}
	for _, name := range []string{"vmi1-default", "vmi1-items", "vmi1-sum-insured", "vmi2plus", "vmi3plus", "vmi3", "cmi"} {
		s.bodies = append(s.bodies, golden(t)[name])
	}
	tell := func(seed string) []string {
		p := spawnFor(t, "--seed", seed, "--clock", firstMoment.Format(time.RFC3339))
		return s.tell(t.Context(), callerOf(t, p.url, "story"))
	}
	first := tell("7")
	if diff := cmp.Diff(first, tell("7")); diff != "" {
		t.Errorf("two processes with one seed differ (-first +second):\n%s", diff)
	}
	if cmp.Equal(first, tell("8")) {
		t.Error("another seed changes nothing")
	}
}
