package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

func TestAHeldKindWaits(t *testing.T) {
	for name, c := range map[string]struct {
		outcome string
		ran     string
		want    []string
	}{
		"released":        {"", "j-1", []string{"gated 1 at 1h0m0s by a clock at 2h0m0s"}},
		"with an outcome": {" rejected", "j-1 j-2", []string{"gated 1 rejected at 2h0m0s", "gated 5 rejected at 2h0m0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			var d diary
			_, w := alone(t, d.toy())
			ctx := t.Context()
			later(t, w, 1, "gated", 1)
			later(t, w, 5, "gated", 5)
			later(t, w, 5, "note", 5)
			if err := w.Hold(ctx, "gated"); err != nil {
				t.Fatal(err)
			}
			if moved := must(w.Advance(ctx, 2*time.Hour)); len(moved.Ran) > 0 || len(moved.Due) != 3 || !moved.Due[0].Held || moved.Due[2].Held {
				t.Errorf("held: got %+v", moved)
			}
			if ran, stuck, err := w.Drain(ctx); err != nil || len(ran) > 0 || ids(stuck) != "j-1" {
				t.Errorf("drain: ran %s, stuck %s, %v, want j-1 stuck", ids(ran), ids(stuck), err)
			}
			ran, err := w.Release(ctx, "gated", c.outcome)
			if err != nil || ids(ran) != c.ran {
				t.Errorf("release: ran %s, %v, want %s", ids(ran), err, c.ran)
			}
			if diff := cmp.Diff(c.want, d.read()); diff != "" {
				t.Error(diff)
			}
			if len(w.Held()) > 0 {
				t.Errorf("the gate is closed: %v", w.Held())
			}
		})
	}
	_, w := alone(t, toy{})
	for what, err := range map[string]error{"hold": w.Hold(t.Context(), "inspect"), "release": second(w.Release(t.Context(), "inspect", ""))} {
		if err == nil || !strings.Contains(err.Error(), `no insurer here has jobs of kind "inspect"`) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestAFailingJobIsRunAgainAndThenStuck(t *testing.T) {
	var d diary
	fails := 0
	y := d.toy()
	y.retry = []time.Duration{time.Minute, 5 * time.Minute}
	y.jobs["fail"] = func(ctx context.Context, payload json.RawMessage) error {
		d.write(ctx, "fail")
		if fails++; fails == 8 {
			return nil
		}
		if string(payload) == `"panic"` {
			panic("at the disco")
		}
		return fmt.Errorf("no %d", fails)
	}
	_, w := alone(t, y)
	ctx := t.Context()
	later(t, w, 1, "fail", nil)
	moved := must(w.Advance(ctx, time.Hour+time.Minute))
	if ids(moved.Ran) != "j-1 j-1" || len(moved.Due) != 1 || moved.Due[0].Stuck {
		t.Fatalf("got %+v", moved)
	}
	moved = must(w.Advance(ctx, 24*time.Hour))
	at := func(d time.Duration) time.Time { return dawn.Add(time.Hour + d) }
	want := []Attempt{{At: at(0), Error: "no 1"}, {At: at(time.Minute), Error: "no 2"}, {At: at(6 * time.Minute), Error: "no 3"}}
	if len(moved.Due) != 1 || !moved.Due[0].Stuck || moved.Due[0].ID != "j-1" {
		t.Fatalf("got %+v, want one stuck job", moved.Due)
	}
	if diff := cmp.Diff(want, moved.Due[0].Attempts); diff != "" {
		t.Error(diff)
	}
	later(t, w, 0, "fail", "panic")
	if moved := must(w.Advance(ctx, time.Hour)); len(moved.Due) != 2 || !strings.Contains(moved.Due[1].Attempts[0].Error, "panic: at the disco") {
		t.Errorf("a panic: got %+v", moved.Due)
	}
	later(t, w, 0, "fail", nil) // fails once
	moved = must(w.Advance(ctx, time.Hour))
	if ids(moved.Due) != "j-1 j-2" || ids(moved.Ran) != "j-3 j-3" {
		t.Errorf("one that succeeds in the end: ran %s, waiting %s", ids(moved.Ran), ids(moved.Due))
	}
	if _, stuck, err := w.Drain(ctx); err != nil || ids(stuck) != "j-1 j-2" {
		t.Errorf("drain: got stuck %s, %v", ids(stuck), err)
	}
	if fails != 8 {
		t.Errorf("got %d runs, want 8: a stuck job is not run again", fails)
	}
}

// A kind can vanish between two versions of the program that share a snapshot.
func TestAJobOfAKindThatVanishedIsStuck(t *testing.T) {
	for _, insurer := range []string{"allianz", "bima"} {
		_, w := alone(t, toy{})
		if err := w.enqueue(t.Context(), &Task{ID: "j-1", Insurer: insurer, Kind: "inspect", Due: dawn, Payload: json.RawMessage("1")}); err != nil {
			t.Fatal(err)
		}
		_, stuck, err := w.Drain(t.Context())
		if err != nil || len(stuck) != 1 || !strings.Contains(stuck[0].Attempts[0].Error, "no insurer here has jobs of this kind") {
			t.Errorf("got %+v, %v", stuck, err)
		}
	}
}

// pumped runs a test in a bubble, with the pump.
func pumped(t *testing.T, y toy, c clock.Clock, test func(t *testing.T, w *World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, w := alone(t, y, func(o *Options) { o.Clock, o.IdleAfter = c, 10_000*time.Hour })
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		synctest.Wait() // until it has looked and found nothing
		test(t, w)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestThePumpRunsWhatFallsDueOnARunningClock(t *testing.T) {
	ran := make(chan [2]time.Time, 9)
	record := func(ctx context.Context, _ json.RawMessage) error {
		ran <- [2]time.Time{Now(ctx), realNow()}
		return nil
	}
	pumped(t, toy{jobs: map[string]Job{"note": record}}, clock.Running(time.Hour), func(t *testing.T, w *World) {
		began := realNow()
		later(t, w, 1, "note", nil)
		later(t, w, 3, "note", nil)
		<-time.After(time.Hour - 1)
		synctest.Wait()
		if len(ran) > 0 {
			t.Errorf("one ran before its time: %v", <-ran)
		}
		<-time.After(3 * time.Hour)
		synctest.Wait()
		close(ran)
		var got []time.Duration
		for moment := range ran {
			got = append(got, moment[0].Sub(began), moment[1].Sub(began))
		}
		// The world's clock is an hour ahead.
		if diff := cmp.Diff([]time.Duration{2 * time.Hour, time.Hour, 4 * time.Hour, 3 * time.Hour}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestThePumpOnAFrozenClock(t *testing.T) {
	var d diary
	pumped(t, d.toy(), clock.Frozen(dawn), func(t *testing.T, w *World) {
		later(t, w, 0, "note", 0)
		later(t, w, 1, "note", 1)
		<-time.After(24 * time.Hour)
		if diff := cmp.Diff([]string{"0 at 0s"}, d.read()); diff != "" {
			t.Error(diff)
		}
		if _, err := w.Freeze(t.Context(), dawn.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if len(d.read()) != 2 {
			t.Errorf("got %v, want both", d.read())
		}
	})
}

// A job behind a gate is due for long; the pump must neither run it nor spin.
func TestThePumpAndGates(t *testing.T) {
	for name, c := range map[string]struct {
		clock clock.Clock
		open  func(context.Context, *World) error
	}{
		"disarm":         {clock.Clock{}, func(ctx context.Context, w *World) error { return w.Disarm(ctx, "") }},
		"release":        {clock.Clock{}, func(ctx context.Context, w *World) error { return second(w.Release(ctx, "gated", "")) }},
		"disarm, frozen": {clock.Frozen(dawn), func(ctx context.Context, w *World) error { return w.Disarm(ctx, "") }},
		"another scenario": {clock.Frozen(dawn), func(ctx context.Context, w *World) error {
			return second(w.Play(ctx, bent(rule(refuse(503)))))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var ran atomic.Int64
			y := toy{jobs: map[string]Job{"gated": func(context.Context, json.RawMessage) error { ran.Add(1); return nil }}}
			pumped(t, y, c.clock, func(t *testing.T, w *World) {
				holding := bent()
				holding.Hold = []string{"gated"}
				// The pump has seen the job before the gate closes.
				later(t, w, 0.5, "gated", 1)
				synctest.Wait()
				if _, err := w.Play(t.Context(), holding); err != nil {
					t.Fatal(err)
				}
				if w.state.Load().Clock.Mode() == "frozen" {
					if _, err := w.Advance(t.Context(), time.Hour); err != nil {
						t.Fatal(err)
					}
				}
				<-time.After(20 * time.Hour)
				synctest.Wait()
				if ran.Load() != 0 {
					t.Fatal("the job ran behind its gate")
				}
				if err := c.open(t.Context(), w); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if ran.Load() != 1 {
					t.Errorf("the gate is open and the job ran %d times", ran.Load())
				}
			})
		})
	}
}

func TestAResetTakesWaitingJobsAway(t *testing.T) {
	var d diary
	_, w := alone(t, d.toy())
	later(t, w, 1, "note", 1)
	if err := w.Reset(t.Context(), Fresh{}); err != nil {
		t.Fatal(err)
	}
	if moved := must(w.Advance(t.Context(), 24*time.Hour)); len(moved.Ran)+len(moved.Due) > 0 {
		t.Errorf("got %+v, want nothing", moved)
	}
}

// resetting is a store in which a world is reset as soon as a job is done.
type resetting struct {
	store.Store
	reset func()
}

func (r *resetting) Delete(ctx context.Context, key string, version uint64) error {
	err := r.Store.Delete(ctx, key, version)
	if reset := r.reset; reset != nil && strings.Contains(key, "/jobs/") {
		r.reset = nil
		reset()
	}
	return err
}

// A world that begins anew while its clock moves keeps its new clock and jobs.
func TestAResetEndsAMove(t *testing.T) {
	newYear := dawn.AddDate(1, 0, 0)
	for name, due := range map[string]time.Time{
		"nothing to do": {},
		"a job to run":  newYear.Add(-time.Hour),
		"a job later":   newYear.Add(time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			hooked := &resetting{Store: store.NewMemory()}
			var d diary
			_, w := alone(t, d.toy(), func(o *Options) { o.Store = hooked })
			later(t, w, 1, "note", 1)
			later(t, w, 2, "note", 2)
			hooked.reset = func() {
				// What Reset does, which waits for the job to end.
				next := w.sandbox.start.state()
				next.Clock = clock.Frozen(newYear)
				if err := errors.Join(w.clear(t.Context(), ""), w.replace(t.Context(), next)); err != nil {
					t.Error(err)
				}
				if due.IsZero() {
					return
				}
				if err := w.enqueue(t.Context(), &Task{ID: "j-1", Insurer: "allianz", Kind: "note", Due: due, Payload: json.RawMessage("3")}); err != nil {
					t.Error(err)
				}
			}
			if _, err := w.Advance(t.Context(), 100_000*time.Hour); !errors.Is(err, ErrAnew) {
				t.Errorf("got %v, want %v", err, ErrAnew)
			}
			if diff := cmp.Diff([]string{"1 at 1h0m0s"}, d.read()); diff != "" {
				t.Error(diff)
			}
			if now, _ := w.Time(); !now.Equal(newYear) {
				t.Errorf("the new clock stands at %s, want %s", now, newYear)
			}
		})
	}
}

// While somebody else runs a world's jobs the pump rests, and it looks again
// when they are done.
func TestThePumpRestsWhileOthersRunJobs(t *testing.T) {
	var noted atomic.Int64
	y := toy{jobs: map[string]Job{
		"note": func(context.Context, json.RawMessage) error { noted.Add(1); return nil },
		"slow": func(ctx context.Context, _ json.RawMessage) error {
			err := WorldOf(ctx).Later(ctx, 0, "note", nil)
			<-time.After(20 * time.Hour)
			return err
		},
	}}
	pumped(t, y, clock.Frozen(dawn), func(t *testing.T, w *World) {
		if err := w.Hold(t.Context(), "slow"); err != nil {
			t.Fatal(err)
		}
		later(t, w, 0, "slow", nil)
		if _, err := w.Release(t.Context(), "slow", "done"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if noted.Load() != 1 {
			t.Errorf("the job that the slow one asked for ran %d times", noted.Load())
		}
	})
}

// The pump must not run what a gate lets go before the decision reaches it.
func TestAReleaseDecidesBeforeThePumpLooks(t *testing.T) {
	var undecided atomic.Int64
	y := toy{jobs: map[string]Job{"gated": func(ctx context.Context, _ json.RawMessage) error {
		if Outcome(ctx) != "yes" {
			undecided.Add(1)
		}
		return nil
	}}}
	s := open(t, y) // with the pump
	w := s.world(t)
	for range 200 {
		if err := w.Hold(t.Context(), "gated"); err != nil {
			t.Fatal(err)
		}
		later(t, w, 0, "gated", 1)
		ran, err := w.Release(t.Context(), "gated", "yes")
		if err != nil || len(ran) != 1 {
			t.Fatalf("ran %s, %v, want one", ids(ran), err)
		}
	}
	if n := undecided.Load(); n > 0 {
		t.Errorf("%d jobs ran without the decision", n)
	}
}
