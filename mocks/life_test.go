package mocks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/scenarios"
)

func TestReset(t *testing.T) {
	refuse := bent(scenarios.Rule{On: scenarios.Match{Nth: []int{2}}, Fault: scenarios.Fault{Status: 503}})
	later := dawn.AddDate(0, 1, 0)
	for name, c := range map[string]struct {
		fresh Fresh
		seed  uint64
		now   time.Time
		mode  string
	}{
		"as the sandbox begins": {Fresh{}, 5, dawn, "frozen"},
		"seed":                  {Fresh{Seed: 8}, 8, dawn, "frozen"},
		"clock":                 {Fresh{Clock: new(clock.Frozen(later))}, 5, later, "frozen"},
		"running clock":         {Fresh{Clock: new(clock.Clock)}, 5, time.Time{}, "running"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, teller(), func(o *Options) {
				o.Seed, o.Scenarios, o.Settings = 5, []*scenarios.Scenario{refuse}, map[string]string{"allianz.auth": "strict"}
			})
			w := s.world(t)
			first := send(t, "POST", s.URL+tokenPath, "")
			if err := w.Set(t.Context(), map[string]string{"allianz.envelope": "errors", "allianz.auth": "lenient"}); err != nil {
				t.Fatal(err)
			}
			if err := w.Disarm(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			if err := w.Reset(t.Context(), c.fresh); err != nil {
				t.Fatal(err)
			}
			if w.Seed() != c.seed {
				t.Errorf("seed: got %d, want %d", w.Seed(), c.seed)
			}
			if now, mode := w.Time(); mode != c.mode || mode == "frozen" && !now.Equal(c.now) {
				t.Errorf("clock: got %s %s, want %s %s", mode, now, c.mode, c.now)
			}
			if diff := cmp.Diff(map[string]string{"allianz.envelope": "bare", "allianz.auth": "strict"}, w.Settings()); diff != "" {
				t.Errorf("settings: %s", diff)
			}
			if n := len(w.Journal(Query{})); n != 0 {
				t.Errorf("the journal has %d entries", n)
			}
			again := send(t, "POST", s.URL+tokenPath, "")
			if again.header.Get("X-Sandbox-Request-Id") != "r-1" || !strings.HasPrefix(again.body, fmt.Sprintf(`{"access_token":"1 %d `, c.seed)) {
				t.Errorf("the first call: got %s %s, want counts from 1", again.header.Get("X-Sandbox-Request-Id"), again.body)
			}
			if name == "as the sandbox begins" && again.body != first.body {
				t.Errorf("got %s, want %s again", again.body, first.body)
			}
			if fixtures := rows(t, s.Sandbox, w.row("rows/allianz/tokens/magic")); len(fixtures) != 1 {
				t.Error("the fixtures are not there again")
			}
			if second := send(t, "POST", s.URL+tokenPath, ""); second.status != 503 {
				t.Errorf("the second call: got %d, want the 503 of the scenario that the sandbox began with", second.status)
			}
		})
	}
}

func TestWhatWorksInADeletedWorldLeavesNothing(t *testing.T) {
	working, deleted := make(chan bool), make(chan bool)
	y := teller()
	honest := y.token
	y.token = func(r *http.Request) (Answer, error) {
		if WorldOf(r.Context()).Name == "a" && r.Header.Get("Slow") != "" {
			working <- true
			<-deleted
			// Its rows are there, all or none, as long as somebody works with them.
			rows := store.NewTable[int](WorldOf(r.Context()).sandbox.store, Place("tokens"))
			if magic, err := rows.Get(r.Context(), "magic"); magic != 7 {
				return Answer{}, fmt.Errorf("a row went away: %w", err)
			}
		}
		return honest(r)
	}
	s := open(t, y)
	answered := make(chan reply)
	go func() { answered <- send(t, "POST", s.URL+in("a"), "", "Slow", "1") }()
	<-working
	gone := must(s.World("a"))
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	anew := send(t, "POST", s.URL+in("a"), "")
	kept := append(rows(t, s.Sandbox, "w/a~3/"), rows(t, s.Sandbox, "w/default")...)
	deleted <- true
	if late := <-answered; late.status != 200 {
		t.Errorf("the call that the deletion met: got %d %s, want an honest answer", late.status, late.body)
	}
	taken := must(must(s.World("a")).Snapshot(t.Context()))
	for what, work := range map[string]func() error{
		"set":     func() error { return gone.Set(t.Context(), map[string]string{"allianz.auth": "strict"}) },
		"reset":   func() error { return gone.Reset(t.Context(), Fresh{}) },
		"restore": func() error { return gone.Restore(t.Context(), taken) },
		"later":   func() error { return gone.Later(inWorld(t, gone), 0, "note", 1) },
		"drain":   func() error { _, _, err := gone.Drain(t.Context()); return err },
	} {
		if err := work(); err != nil {
			t.Errorf("%s in the world that is gone: %v", what, err)
		}
		if left := rows(t, s.Sandbox, gone.row("")); len(left) > 0 && what != "later" {
			t.Errorf("%s left %v", what, left)
		}
		gone.leave(t.Context())
	}
	if !strings.HasPrefix(anew.body, `{"access_token":"1 `) {
		t.Errorf("the world made anew: got %s, want counts from 1", anew.body)
	}
	if diff := cmp.Diff(kept, rows(t, s.Sandbox, "")); diff != "" {
		t.Errorf("rows: %s", diff)
	}
	if n := s.budget.journals.Load(); n != 1 {
		t.Errorf("the budget counts %d journals, want that of the world made anew", n)
	}
}

// Whoever drops a world has looked at it a while ago.
func TestAWorldMadeAnewIsNotDroppedForItsForerunner(t *testing.T) {
	s := open(t, teller())
	former := must(s.Make(t.Context(), "a"))
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	later := must(s.Make(t.Context(), "a"))
	if err := s.drop(t.Context(), former); err != nil {
		t.Fatal(err)
	}
	if w, err := s.World("a"); w != later || err != nil || len(rows(t, s.Sandbox, later.row(""))) == 0 {
		t.Errorf("got %v, %v, want the world made anew with its rows", w, err)
	}
}

// A handler that never ends must not keep others from making and deleting worlds.
func TestDeletionDoesNotWaitForHandlers(t *testing.T) {
	working, release := make(chan bool), make(chan bool)
	s := open(t, toy{token: func(r *http.Request) (Answer, error) {
		if WorldOf(r.Context()).Name == "slow" {
			working <- true
			<-release
		}
		return tokenAnswer(r)
	}}, func(o *Options) { o.MaxWorlds = 3 })
	answered := make(chan reply)
	go func() { answered <- send(t, "POST", s.URL+in("slow"), "") }()
	<-working
	must(s.World("slow")).touched.Store(0)
	for _, world := range []string{"a", "b"} { // b takes the place of slow
		if got := send(t, "POST", s.URL+in(world), ""); got.status != 200 {
			t.Errorf("%s: got %d %s", world, got.status, got.body)
		}
	}
	release <- true
	if got := <-answered; got.status != 200 {
		t.Errorf("slow: got %d %s", got.status, got.body)
	}
}

func TestWorldsUnderLoad(t *testing.T) {
	y := teller()
	y.jobs = map[string]Job{"inspect": func(context.Context, json.RawMessage) error { return nil }}
	var logged bytes.Buffer
	s := open(t, y, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&logged, nil)) })
	defer func() {
		if t.Failed() {
			t.Log(logged.String())
		}
	}()
	worlds := []string{DefaultWorld, "a", "b", "c"}
	var clients, others sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			for n := range 40 {
				world := worlds[(i+n)%len(worlds)]
				if got := send(t, "POST", s.URL+in(world), ""); got.status != 200 {
					t.Errorf("%s: got %d %s %v", world, got.status, got.body, got.err)
				}
			}
		})
	}
	ctx := t.Context()
	for name, disturb := range map[string]func(*World) error{
		"reset":    func(w *World) error { return w.Reset(ctx, Fresh{Seed: 3}) },
		"delete":   func(w *World) error { return s.Delete(ctx, w.Name) },
		"play":     func(w *World) error { _, err := w.Play(ctx, bent(rule(scenarios.Fault{Delay: 1}))); return err },
		"advance":  func(w *World) error { _, err := w.Advance(ctx, time.Hour); return err },
		"hold":     func(w *World) error { return w.Hold(ctx, "inspect") },
		"snapshot": func(w *World) error { return restored(ctx, w) },
		"look": func(w *World) error {
			s.sweep(ctx, realNow())
			w.Journal(Query{After: "r-3"})
			_, err := w.Jobs(ctx)
			return err
		},
	} {
		others.Go(func() {
			for n := range 60 {
				w, err := s.World(worlds[n%len(worlds)])
				if errors.Is(err, ErrNoWorld) {
					continue
				}
				if err = errors.Join(err, disturb(w)); err != nil && !errors.Is(err, ErrNoWorld) && !errors.Is(err, ErrAnew) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	clients.Wait()
	others.Wait()
	for _, world := range worlds[1:] {
		if err := s.Delete(ctx, world); err != nil && !errors.Is(err, ErrNoWorld) {
			t.Error(err)
		}
	}
	if left := rows(t, s.Sandbox, "w/"); strings.Contains(strings.Join(left, " "), "w/a") {
		t.Errorf("left behind: %v", left)
	}
	if err := s.Delete(ctx, DefaultWorld); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"w/default~1/state"}, rows(t, s.Sandbox, "")); diff != "" {
		t.Errorf("left behind: %s", diff)
	}
	if held, journals := s.budget.held.Load(), s.budget.journals.Load(); held != 0 || journals != 0 {
		t.Errorf("the journals' budget holds %d bytes of %d journals that are gone", held, journals)
	}
}

func restored(ctx context.Context, w *World) error {
	taken, err := w.Snapshot(ctx)
	if err != nil {
		return err
	}
	return w.Restore(ctx, taken)
}

// A caller who leaves in the middle must not leave half a world.
func TestAResetIsNotStoppedByItsCaller(t *testing.T) {
	s := open(t, teller())
	send(t, "POST", s.URL+tokenPath, "")
	w := s.world(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := w.Reset(ctx, Fresh{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"w/default~1/state"}, rows(t, s.Sandbox, "")); diff != "" {
		t.Error(diff)
	}
}

func TestAFailingStoreIsNotToldToTheCaller(t *testing.T) {
	s := open(t, teller())
	broken := must(New(Options{Insurers: []Insurer{teller().insurer()}, Clock: clock.Frozen(dawn)}))
	broken.store = failing{broken.store}
	for _, path := range []string{in("new"), tokenPath} {
		got, _ := ask(t.Context(), broken, path, "")
		if got.status != 500 || strings.Contains(got.body, "disk") {
			t.Errorf("%s: got %d %s, want a 500 that does not tell why", path, got.status, got.body)
		}
	}
	if got := send(t, "POST", s.URL+tokenPath, ""); got.status != 200 {
		t.Errorf("another sandbox: got %d", got.status)
	}
}

// failing is a store whose disk is full.
type failing struct{ store.Store }

func (failing) Put(context.Context, store.Item) (store.Item, error) {
	return store.Item{}, errors.New("put: disk full")
}
