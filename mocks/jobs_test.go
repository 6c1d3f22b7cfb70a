package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks/clock"
)

func noJob(context.Context, json.RawMessage) error { return nil }

// diary is a toy whose jobs write down when they ran, in hours after dawn.
type diary struct {
	mu    sync.Mutex
	pages []string
}

func (d *diary) write(ctx context.Context, what string) {
	clocked, _ := WorldOf(ctx).Time()
	line := fmt.Sprintf("%s at %s", what, Now(ctx).Sub(dawn))
	if !clocked.Equal(Now(ctx)) {
		line += fmt.Sprintf(" by a clock at %s", clocked.Sub(dawn))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pages = append(d.pages, line)
}

func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.pages)
}

func (d *diary) toy() toy {
	return toy{jobs: map[string]Job{
		"note": func(ctx context.Context, payload json.RawMessage) error {
			d.write(ctx, string(payload)+Outcome(ctx))
			return nil
		},
		"gated": func(ctx context.Context, payload json.RawMessage) error {
			d.write(ctx, "gated "+string(payload)+Outcome(ctx))
			return nil
		},
		// chain asks for itself an hour later, n times, and for a note at once.
		"chain": func(ctx context.Context, payload json.RawMessage) error {
			d.write(ctx, "chain "+string(payload))
			var n int
			if err := json.Unmarshal(payload, &n); err != nil || n == 0 {
				return err
			}
			w := WorldOf(ctx)
			return errors.Join(w.Later(ctx, time.Hour, "chain", n-1), w.Later(ctx, 0, "note", fmt.Sprint("of ", n)))
		},
	}}
}

// later asks for a note after some hours.
func later(t *testing.T, w *World, hours float64, kind string, payload any) {
	t.Helper()
	if err := w.Later(inWorld(t, w), time.Duration(hours*float64(time.Hour)), kind, payload); err != nil {
		t.Fatal(err)
	}
}

// alone opens a sandbox without a pump.
func alone(t *testing.T, y toy, change ...func(*Options)) (*Sandbox, *World) {
	t.Helper()
	o := Options{Insurers: []Insurer{y.insurer()}, Clock: clock.Frozen(dawn)}
	for _, c := range change {
		c(&o)
	}
	s := must(New(o))
	return s, must(s.World(DefaultWorld))
}

func ids(tasks []Task) string {
	var all []string
	for _, t := range tasks {
		all = append(all, t.ID)
	}
	return strings.Join(all, " ")
}

func TestAdvanceRunsEachJobAtItsOwnMoment(t *testing.T) {
	var first []string
	for range 2 {
		var d diary
		_, w := alone(t, d.toy())
		for _, hours := range []float64{3, 1, 100, 2.5, 1, 0, -4} {
			later(t, w, hours, "note", hours)
		}
		later(t, w, 1.5, "chain", 2)
		moved, err := w.Advance(t.Context(), 72*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"0 at 0s", "-4 at 0s", "1 at 1h0m0s", "1 at 1h0m0s", "chain 2 at 1h30m0s", `"of 2" at 1h30m0s`,
			"2.5 at 2h30m0s", "chain 1 at 2h30m0s", `"of 1" at 2h30m0s`, "3 at 3h0m0s", "chain 0 at 3h30m0s",
		}
		if diff := cmp.Diff(want, d.read()); diff != "" {
			t.Error(diff)
		}
		if now, mode := w.Time(); !now.Equal(dawn.Add(72*time.Hour)) || mode != "frozen" {
			t.Errorf("the clock stands at %s, %s", now, mode)
		}
		if got := ids(moved.Ran) + " | " + ids(moved.Due); got != "j-6 j-7 j-2 j-5 j-8 j-10 j-4 j-9 j-12 j-1 j-11 | j-3" {
			t.Errorf("ran and due: got %s", got)
		}
		if first == nil {
			first = d.read()
		} else if diff := cmp.Diff(first, d.read()); diff != "" {
			t.Errorf("the second time: %s", diff)
		}
	}
}

func TestJobsSortByTheirMomentInAnyYear(t *testing.T) {
	var d diary
	_, w := alone(t, d.toy())
	var want []time.Time
	for _, year := range []int{1, 1677, 1969, 1970, 2026, 2262, 2263, 9998} {
		want = append(want, time.Date(year, 6, 1, 0, 0, 0, 5, time.FixedZone("", -5*3600)))
	}
	for _, at := range []int{5, 0, 7, 2, 1, 6, 3, 4} {
		ctx := withMoment(t.Context(), &moment{world: w, insurer: "allianz", now: want[at]})
		if err := w.Later(ctx, 0, "note", at); err != nil {
			t.Fatal(err)
		}
	}
	waiting, err := w.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, task := range waiting {
		if !task.Due.Equal(want[i]) {
			t.Errorf("place %d: got %s, want %s", i, task.Due, want[i])
		}
	}
}

func TestJobsOfOneMomentRunInTheOrderOfTheirAge(t *testing.T) {
	_, w := alone(t, toy{jobs: map[string]Job{"note": noJob}})
	for range 12 {
		later(t, w, 1, "note", nil)
	}
	moved := must(w.Advance(t.Context(), time.Hour))
	if got, want := ids(moved.Ran), "j-1 j-2 j-3 j-4 j-5 j-6 j-7 j-8 j-9 j-10 j-11 j-12"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// overdue asks for a note that was due an hour before dawn.
func overdue(t *testing.T, w *World) {
	t.Helper()
	ctx := withMoment(t.Context(), &moment{world: w, insurer: "allianz", now: dawn.Add(-time.Hour)})
	if err := w.Later(ctx, 0, "note", -1); err != nil {
		t.Fatal(err)
	}
}

func TestMovesOfTheClock(t *testing.T) {
	late := "-1 at -1h0m0s by a clock at 0s"
	for name, c := range map[string]struct {
		move func(context.Context, *World) (Moved, error)
		now  time.Duration
		mode string
		ran  []string
	}{
		"advance":         {func(ctx context.Context, w *World) (Moved, error) { return w.Advance(ctx, 2*time.Hour) }, 2 * time.Hour, "frozen", []string{late, "1 at 1h0m0s"}},
		"advance by none": {func(ctx context.Context, w *World) (Moved, error) { return w.Advance(ctx, 0) }, 0, "frozen", []string{late}},
		"freeze ahead":    {func(ctx context.Context, w *World) (Moved, error) { return w.Freeze(ctx, dawn.Add(time.Hour)) }, time.Hour, "frozen", []string{late, "1 at 1h0m0s"}},
		"freeze here":     {func(ctx context.Context, w *World) (Moved, error) { return w.Freeze(ctx, dawn) }, 0, "frozen", []string{late}},
		"freeze back":     {func(ctx context.Context, w *World) (Moved, error) { return w.Freeze(ctx, dawn.Add(-time.Minute)) }, -time.Minute, "frozen", nil},
		"run":             {func(ctx context.Context, w *World) (Moved, error) { return w.Run(ctx) }, 0, "running", []string{late}},
		"drain": {func(ctx context.Context, w *World) (Moved, error) {
			ran, _, err := w.Drain(ctx)
			return Moved{Ran: ran}, err
		}, 0, "frozen", []string{late}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var d diary
				_, w := alone(t, d.toy())
				overdue(t, w)
				later(t, w, 1, "note", 1)
				later(t, w, 5, "note", 5)
				moved, err := c.move(t.Context(), w)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.ran, d.read()); diff != "" || len(moved.Ran) != len(c.ran) {
					t.Errorf("%d ran: %s", len(moved.Ran), diff)
				}
				if now, mode := w.Time(); !now.Equal(dawn.Add(c.now)) || mode != c.mode {
					t.Errorf("the clock: got %s, %s, want %s, %s", now.Sub(dawn), mode, c.now, c.mode)
				}
			})
		})
	}
}

func TestMovesThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		by   time.Duration
		want string
	}{
		"backwards": {-time.Hour, "advance by -1h0m0s: a clock never runs backwards; freeze it at an earlier moment, or reset the world"},
		"too far":   {math.MaxInt64, "beyond the year 9999"},
	} {
		t.Run(name, func(t *testing.T) {
			var d diary
			start := time.Date(9800, 1, 1, 0, 0, 0, 0, time.UTC)
			_, w := alone(t, d.toy(), func(o *Options) { o.Clock = clock.Frozen(start) })
			overdue(t, w)
			if _, err := w.Advance(t.Context(), c.by); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if now, _ := w.Time(); !now.Equal(start) || len(d.read()) > 0 {
				t.Errorf("the clock stands at %s and %v ran, want nothing moved", now, d.read())
			}
		})
	}
}

func TestAdvancesAddUp(t *testing.T) {
	_, w := alone(t, toy{})
	var moving sync.WaitGroup
	for range 20 {
		moving.Go(func() {
			if _, err := w.Advance(t.Context(), time.Hour); err != nil {
				t.Error(err)
			}
		})
	}
	moving.Wait()
	if now, _ := w.Time(); !now.Equal(dawn.Add(20 * time.Hour)) {
		t.Errorf("got %s, want 20h", now.Sub(dawn))
	}
}

func TestAMoveGoesOnWithoutItsCaller(t *testing.T) {
	var d diary
	_, w := alone(t, d.toy())
	later(t, w, 1, "note", 1)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := w.Advance(ctx, 2*time.Hour); err != nil || len(d.read()) != 1 {
		t.Errorf("got %v and %v, want the note", err, d.read())
	}
}

func TestAJobThatNeverEndsEndsWithTheSandbox(t *testing.T) {
	var s *Sandbox
	runs := 0
	s, w := alone(t, toy{jobs: map[string]Job{"again": func(ctx context.Context, _ json.RawMessage) error {
		if runs++; runs == 100 {
			return s.Close()
		}
		return WorldOf(ctx).Later(ctx, 0, "again", nil)
	}}})
	later(t, w, 0, "again", nil)
	if _, err := w.Advance(t.Context(), time.Hour); err == nil || runs != 100 {
		t.Errorf("got %v after %d runs, want an end", err, runs)
	}
}

func TestAJobHasTheBaseOfItsRequest(t *testing.T) {
	bases := make(chan string, 1)
	s := open(t, toy{
		token: func(r *http.Request) (Answer, error) {
			if err := WorldOf(r.Context()).Later(r.Context(), time.Hour, "post", map[string]string{"to": "<you>"}); err != nil {
				return Answer{}, err
			}
			return tokenAnswer(r)
		},
		jobs: map[string]Job{"post": func(ctx context.Context, payload json.RawMessage) error {
			if Decoded(ctx) != nil || Called(ctx) != "" || Outcome(ctx) != "" {
				t.Errorf("a job has the request %v of %q and the outcome %q", Decoded(ctx), Called(ctx), Outcome(ctx))
			}
			bases <- Base(ctx) + " " + WorldOf(ctx).Name + " " + string(payload)
			return nil
		}},
	})
	if got := send(t, "POST", s.URL+in("ci-7"), ""); got.status != 200 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	if _, err := must(s.World("ci-7")).Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if got, want := <-bases, s.URL+`/w/ci-7/allianz ci-7 {"to":"<you>"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAPayloadThatIsNoJSON(t *testing.T) {
	_, w := alone(t, toy{jobs: map[string]Job{"note": noJob}})
	if err := w.Later(inWorld(t, w), 0, "note", func() {}); err == nil || !strings.Contains(err.Error(), "job note: ") {
		t.Errorf("got %v, want an error that names the job", err)
	}
}
