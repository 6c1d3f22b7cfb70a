package mocks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/scenarios"
)

// person is drawn in several steps, so that a shared generator would show.
func person(w *World, key ...string) string {
	f := w.Fake(key...)
	return fmt.Sprintf("%s %s %d %s", f.FirstName(), f.LastName(), f.IntRange(1, 1_000_000), f.LetterN(8))
}

func TestFakeDependsOnSeedAndKeyAlone(t *testing.T) {
	s := open(t, toy{})
	w := s.world(t)
	keys := []string{"a", "b", "c", "d"}
	want := map[string]string{}
	for _, key := range keys {
		want[key] = person(w, "quote", key)
	}
	if distinct := slices.Compact(slices.Sorted(maps.Values(want))); len(distinct) != len(keys) {
		t.Fatalf("four keys gave %d people: %v", len(distinct), distinct)
	}
	var drawing sync.WaitGroup
	for i := range 200 {
		drawing.Go(func() {
			for n := range keys {
				key := keys[(i+n)%len(keys)]
				if got := person(w, "quote", key); got != want[key] {
					t.Errorf("goroutine %d, key %s: got %s, want %s", i, key, got, want[key])
				}
			}
		})
	}
	drawing.Wait()
	if got := person(must(s.Make(t.Context(), "other")), "quote", "a"); got != want["a"] {
		t.Errorf("in another world of the same seed: got %s, want %s", got, want["a"])
	}
	if got := person(w, "quotea"); got == want["a"] {
		t.Error("two parts of a key and one that joins them are the same")
	}
}

func TestEveryWayToSeedAWorldChangesItsData(t *testing.T) {
	ctx := t.Context()
	first := person(open(t, toy{}).world(t), "a")
	seeded := bent(rule(scenarios.Fault{Drop: true}))
	seeded.Seed = 7
	for name, seed := range map[string]func(t *testing.T) *World{
		"options": func(t *testing.T) *World {
			return open(t, toy{}, func(o *Options) { o.Seed = 7 }).world(t)
		},
		"a world made later": func(t *testing.T) *World {
			return must(open(t, toy{}, func(o *Options) { o.Seed = 7 }).Make(ctx, "later"))
		},
		"reset": func(t *testing.T) *World {
			w := open(t, toy{}).world(t)
			return must(w, w.Reset(ctx, Fresh{Seed: 7}))
		},
		"scenario": func(t *testing.T) *World {
			w := open(t, toy{}).world(t)
			_, err := w.Play(ctx, seeded)
			return must(w, err)
		},
		"scenario from the beginning": func(t *testing.T) *World {
			return open(t, toy{}, func(o *Options) { o.Scenarios = []*scenarios.Scenario{seeded} }).world(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := seed(t)
			if got := person(w, "a"); got == first || w.Seed() != 7 {
				t.Errorf("seed %d gives %s, which seed 1 gave", w.Seed(), got)
			}
		})
	}
	if got := person(open(t, toy{}, func(o *Options) { o.Seed = 1 }).world(t), "a"); got != first {
		t.Errorf("no seed and seed 1: got %s, want %s", got, first)
	}
}

func TestNextCountsFromOneInItsWorld(t *testing.T) {
	s := open(t, toy{})
	w := s.world(t)
	var mu sync.Mutex
	seen := map[uint64]int{}
	var counting sync.WaitGroup
	for range 50 {
		counting.Go(func() {
			n, err := w.Next(t.Context(), "contract")
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[n]++
		})
	}
	counting.Wait()
	for n := range uint64(50) {
		if seen[n+1] != 1 {
			t.Errorf("%d was given %d times", n+1, seen[n+1])
		}
	}
	if n := must(w.Next(t.Context(), "token")); n != 1 {
		t.Errorf("another name: got %d, want 1", n)
	}
	if n := must(must(s.Make(t.Context(), "other")).Next(t.Context(), "contract")); n != 1 {
		t.Errorf("another world: got %d, want 1", n)
	}
}

func TestSettings(t *testing.T) {
	w := open(t, toy{}, func(o *Options) { o.Settings = map[string]string{"allianz.auth": "strict"} }).world(t)
	for _, c := range []struct{ key, want string }{
		{"allianz.envelope", "bare"},
		{"allianz.auth", "strict"},
		{"allianz.unheard-of", ""},
	} {
		if got := w.Setting(c.key); got != c.want {
			t.Errorf("%s: got %q, want %q", c.key, got, c.want)
		}
	}
	if err := w.Set(t.Context(), map[string]string{"allianz.envelope": "errors"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"allianz.envelope": "errors", "allianz.auth": "strict"}, w.Settings()); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct{ key, value, want string }{
		{"allianz.envelop", "errors", `setting "allianz.envelop": there are allianz.auth, allianz.envelope`},
		{"allianz.envelope", "error", `setting allianz.envelope="error": it is one of bare, errors`},
	} {
		err := w.Set(t.Context(), map[string]string{c.key: c.value, "allianz.auth": "lenient"})
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
		if w.Setting("allianz.auth") != "strict" {
			t.Error("a refused change changed the other setting")
		}
		_, err = New(Options{Insurers: []Insurer{toy{}.insurer()}, Settings: map[string]string{c.key: c.value}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("new: got %v, want %s", err, c.want)
		}
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	one, two := bent(rule(scenarios.Fault{Drop: true})), bent(rule(scenarios.Fault{Hang: true}))
	two.Name = "other"
	foreign := bent(rule(scenarios.Fault{Drop: true}))
	foreign.Insurer = "bima"
	insurer := toy{}.insurer()
	for name, c := range map[string]struct {
		options Options
		want    string
	}{
		"insurer twice":    {Options{Insurers: []Insurer{insurer, insurer}}, "allianz: the insurer is there twice"},
		"no contract":      {Options{Insurers: []Insurer{{Slug: "nobody"}}}, `no insurer "nobody"`},
		"two scenarios":    {Options{Insurers: []Insurer{insurer}, Scenarios: []*scenarios.Scenario{one, two}}, "scenarios allianz/bent and allianz/other: one per insurer"},
		"foreign scenario": {Options{Insurers: []Insurer{insurer}, Scenarios: []*scenarios.Scenario{foreign}}, `unknown insurer "bima"`},
		"no scenario":      {Options{Insurers: []Insurer{insurer}, Scenarios: []*scenarios.Scenario{nil}}, "no scenario"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(c.options); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestThePublicURLNeedsNoTrailingSlash(t *testing.T) {
	s := open(t, toy{}, func(o *Options) { o.PublicURL = "https://fake.example/" })
	if got := s.PublicURL(); got != "https://fake.example" {
		t.Errorf("got %s", got)
	}
}
