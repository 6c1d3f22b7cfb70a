package mocks

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// lived is a world in which everything that a snapshot holds has happened.
func lived(t *testing.T, s *Sandbox, world string) *World {
	t.Helper()
	ctx := t.Context()
	w := must(s.Make(ctx, world))
	scenario := bent(scenarios.Rule{On: scenarios.Match{Nth: []int{3}}, Fault: scenarios.Fault{Set: map[string]any{"/expires_in": json.Number("18.000")}}})
	scenario.Seed, scenario.Hold, scenario.Settings = 77, []string{"gated"}, map[string]string{"allianz.envelope": "errors"}
	if _, err := w.Play(ctx, scenario); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, _ := ask(ctx, s, in(world), ""); got.status != 200 {
			t.Fatalf("got %d %s", got.status, got.body)
		}
	}
	later(t, w, 1, "gated", 1)
	later(t, w, 5, "note", "<5>")
	if _, err := w.Advance(ctx, 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	return w
}

// goesOn is what a world does next.
func goesOn(t *testing.T, s *Sandbox, d *diary, w *World) string {
	t.Helper()
	var told []string
	for range 2 {
		got, _ := ask(t.Context(), s, in(w.Name), "")
		told = append(told, got.body)
	}
	before := len(d.read())
	ran, err := w.Release(t.Context(), "gated", "")
	if err != nil {
		t.Fatal(err)
	}
	moved := must(w.Advance(t.Context(), 10*time.Hour))
	now, mode := w.Time()
	return fmt.Sprint(told, ids(ran), ids(moved.Ran), d.read()[before:], now, mode, w.Settings(), w.Seed(), w.Scenarios()["allianz"].ID(), w.Held())
}

func diarist() (*diary, toy) {
	d := &diary{}
	y := teller()
	y.jobs = d.toy().jobs
	return d, y
}

func TestASnapshotGoesOnWhereItWasTaken(t *testing.T) {
	for _, into := range []string{"a", "b", DefaultWorld} {
		t.Run(into, func(t *testing.T) {
			d, y := diarist()
			s, _ := alone(t, y)
			w := lived(t, s, "a")
			text := []byte(jsonOf(must(w.Snapshot(t.Context()))))
			want := goesOn(t, s, d, w)
			var taken Snapshot
			if err := json.Unmarshal(text, &taken); err != nil {
				t.Fatal(err)
			}
			target := must(s.Make(t.Context(), into))
			if err := target.Restore(t.Context(), &taken); err != nil {
				t.Fatal(err)
			}
			again := must(target.Snapshot(t.Context()))
			again.World = "a"
			if diff := cmp.Diff(string(text), jsonOf(again)); diff != "" {
				t.Errorf("the snapshot of what was restored: %s", diff)
			}
			if got := goesOn(t, s, d, target); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestASnapshotIsLeftByWhatComesAfter(t *testing.T) {
	_, y := diarist()
	s, _ := alone(t, y)
	w := lived(t, s, "a")
	taken := must(w.Snapshot(t.Context()))
	before := jsonOf(taken)
	ask(t.Context(), s, in("a"), "")
	if err := w.Reset(t.Context(), Fresh{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, jsonOf(taken)); diff != "" {
		t.Error(diff)
	}
}

func TestASnapshotThatCannotBeUsedChangesNothing(t *testing.T) {
	_, y := diarist()
	s, _ := alone(t, y)
	w := lived(t, s, "a")
	whole := jsonOf(must(w.Snapshot(t.Context())))
	for name, c := range map[string]struct{ old, new, want string }{
		"version":         {`"version":1`, `"version":2`, "a snapshot of version 2; this program reads version 1"},
		"no state":        {`"key":"state"`, `"key":"status"`, `no row "state"`},
		"broken state":    {`"mode":"frozen"`, `"mode":"stuck"`, "read a clock"},
		"no seed":         {`"seed":77`, `"seed":0`, "not a whole snapshot"},
		"null state":      {`"key":"state","value":{`, `"key":"state","value":null},{"key":"x","value":{`, "not a whole snapshot"},
		"setting":         {`"settings":{"allianz.envelope":"errors"}`, `"settings":{"allianz.envelope":"error"}`, "it is one of bare, errors"},
		"no scenario":     {`"scenarios":{`, `"scenarios":{"bima":null,`, "no scenario"},
		"another's":       {`"scenarios":{"allianz"`, `"scenarios":{"bima"`, "scenario allianz/bent is armed for bima"},
		"twice":           {`"rows":[{`, `"rows":[{"key":"x","value":1},{"key":"x","value":1},{`, `row "x" is twice there`},
		"empty key":       {`"rows":[{`, `"rows":[{"key":"","value":1},{`, "not a key"},
		"a key with NUL":  {`"rows":[{`, `"rows":[{"key":"rows/\u0000","value":1},{`, "not a key"},
		"no value":        {`"rows":[{`, `"rows":[{"key":"x"},{`, "not JSON"},
		"no count":        {`"key":"count/token","value":2`, `"key":"count/token","value":-2`, "not a count"},
		"no job":          {`"rows":[{`, `"rows":[{"key":"jobs/1","value":[]},{`, "not a job"},
		"a job elsewhere": {`"due":"2026-03-02T10:00:00+07:00"`, `"due":"2026-03-02T11:00:00+07:00"`, "which its key does not say"},
		"nothing in it":   {whole, `{"version":1}`, `no row "state"`},
		"nothing at all":  {whole, `null`, "version 0"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(whole, c.old, c.new, 1)
			if text == whole {
				t.Fatalf("%s is not in %s", c.old, whole)
			}
			var taken Snapshot
			err := json.Unmarshal([]byte(text), &taken)
			if err == nil {
				err = w.Restore(t.Context(), &taken)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err := s.CheckSnapshot(&taken); err == nil {
				t.Error("the check finds nothing wrong")
			}
			if diff := cmp.Diff(whole, jsonOf(must(w.Snapshot(t.Context())))); diff != "" {
				t.Errorf("the world changed: %s", diff)
			}
		})
	}
	if err := w.Restore(t.Context(), nil); err == nil {
		t.Error("no snapshot was restored")
	}
}

func FuzzRestore(f *testing.F) {
	y := toy{jobs: map[string]Job{"note": noJob}}
	s, err := New(Options{Insurers: []Insurer{y.insurer()}, Clock: clock.Frozen(dawn)})
	if err != nil {
		f.Fatal(err)
	}
	w := must(s.World(DefaultWorld))
	ctx := context.Background()
	if _, err := w.Play(ctx, bent(rule(scenarios.Fault{Drop: true}))); err != nil {
		f.Fatal(err)
	}
	if err := w.enqueue(ctx, &Task{ID: "j-1", Insurer: "allianz", Kind: "note", Due: dawn, Payload: json.RawMessage("1")}); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(jsonOf(must(w.Snapshot(ctx)))))
	f.Add([]byte(`{"version":1,"rows":[{"key":"state","value":{"seed":1,"clock":{"mode":"running","offset":"0s"}}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var taken Snapshot
		if json.Unmarshal(text, &taken) != nil {
			return
		}
		before := jsonOf(must(w.Snapshot(ctx)))
		if err := w.Restore(ctx, &taken); err != nil {
			if after := jsonOf(must(w.Snapshot(ctx))); after != before {
				t.Errorf("a refused snapshot (%v) changed %s to %s", err, before, after)
			}
			return
		}
		// A world that was restored is one that works.
		if _, err := w.Jobs(ctx); err != nil {
			t.Errorf("jobs: %v", err)
		}
		if _, _, err := w.Drain(ctx); err != nil {
			t.Errorf("drain: %v", err)
		}
	})
}

// script drives a sandbox through everything that could differ between two runs.
func script(t *testing.T, seed uint64) (told []string, snapshot string) {
	t.Helper()
	_, y := diarist()
	s, _ := alone(t, y, func(o *Options) { o.Seed = seed })
	ctx := t.Context()
	worlds := []string{"b", DefaultWorld, "a"}
	for _, world := range worlds {
		w := must(s.Make(ctx, world))
		if _, err := w.Play(ctx, bent(scenarios.Rule{On: scenarios.Match{Every: 2}, Fault: scenarios.Fault{Stale: true, Header: map[string]string{"Retry-After": "1"}}})); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			got, _ := ask(ctx, s, in(world), "")
			told = append(told, jsonOf([]any{got.status, got.header, got.body}))
			got, _ = ask(ctx, s, "/w/"+world+"/allianz/v1/motor/quickquotes", `{}`)
			told = append(told, jsonOf([]any{got.status, got.header, got.body}))
		}
		later(t, w, 1, "chain", 2)
		told = append(told, jsonOf(must(w.Advance(ctx, 90*time.Minute))))
		snapshot += jsonOf(must(w.Snapshot(ctx)))
	}
	return told, snapshot
}

func TestOneSeedAndOneScriptGiveOneStory(t *testing.T) {
	told, snapshot := script(t, 3)
	again, same := script(t, 3)
	if diff := cmp.Diff(told, again); diff != "" {
		t.Errorf("the answers differ: %s", diff)
	}
	if diff := cmp.Diff(snapshot, same); diff != "" {
		t.Errorf("the snapshots differ: %s", diff)
	}
	if other, differs := script(t, 4); cmp.Equal(told, other) || snapshot == differs {
		t.Error("another seed tells the same story")
	}
}
