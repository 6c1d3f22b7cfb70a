package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// Task is a job that waits in a world: a row, ordered by its due moment.
type Task struct {
	ID       string          `json:"id"`
	Insurer  string          `json:"insurer"`
	Kind     string          `json:"kind"`
	Due      time.Time       `json:"due"`
	Base     string          `json:"base,omitempty"` // the address of the insurer for whoever asked for the job
	Payload  json.RawMessage `json:"payload"`
	Attempts []Attempt       `json:"attempts,omitempty"`
	Stuck    bool            `json:"stuck,omitempty"` // failed at every attempt of its schedule

	Held bool `json:"-"` // its kind waits behind a gate
	row  store.Item
}

// Attempt is a run of a job that failed.
type Attempt struct {
	At    time.Time `json:"at"`
	Error string    `json:"error"`
}

// queue runs a world's jobs one after another and remembers when the next is due.
type queue struct {
	running sync.Mutex // held by whoever runs jobs

	mu    sync.Mutex
	known bool
	next  time.Time // zero: none
}

func (q *queue) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.known = false
}

// Later asks for a job of the context's insurer, d from now by the world's
// clock. The insurer's table of jobs says what the kind does.
func (w *World) Later(ctx context.Context, d time.Duration, kind string, payload any) error {
	m := momentOf(ctx)
	body, err := encodeJSON(payload)
	if err != nil {
		return fmt.Errorf("job %s: %w", kind, err)
	}
	n, err := w.Next(ctx, "job")
	if err != nil {
		return fmt.Errorf("job %s: %w", kind, err)
	}
	t := &Task{ID: fmt.Sprintf("j-%d", n), Insurer: m.insurer, Kind: kind, Due: m.now.Add(max(d, 0)), Base: m.base, Payload: body}
	if err := w.enqueue(ctx, t); err != nil {
		return fmt.Errorf("job %s: %w", kind, err)
	}
	w.queue.forget()
	w.sandbox.wake()
	return nil
}

// key sorts by due moment, then by age.
func (t *Task) key() string {
	return fmt.Sprintf("jobs/%s/%20s", t.Due.UTC().Format("2006-01-02T15:04:05.000000000Z"), t.ID)
}

// enqueue writes the task's row.
func (w *World) enqueue(ctx context.Context, t *Task) error {
	value, err := encodeJSON(t)
	if err != nil {
		return err
	}
	_, err = w.sandbox.store.Put(ctx, store.Item{Key: w.row(t.key()), Value: value})
	return err
}

// Jobs lists what waits in the world, the earliest first.
func (w *World) Jobs(ctx context.Context) ([]Task, error) {
	items, err := w.sandbox.store.List(ctx, w.row("jobs/"), "", 0)
	if err != nil {
		return nil, fmt.Errorf("world %s: jobs: %w", w.Name, err)
	}
	held := w.Held()
	all := make([]Task, len(items))
	for i, item := range items {
		if err := json.Unmarshal(item.Value, &all[i]); err != nil {
			return nil, fmt.Errorf("world %s: job %s: %w", w.Name, item.Key, err)
		}
		all[i].row = item
		all[i].Held = slices.Contains(held, all[i].Kind)
	}
	return all, nil
}

// Held lists the kinds of job that wait behind a gate, sorted.
func (w *World) Held() []string { return w.state.Load().Held }

// Hold closes a gate: jobs of the kind wait, whatever the clock says.
func (w *World) Hold(ctx context.Context, kind string) error {
	if !w.sandbox.hasJob(kind) {
		return fmt.Errorf("no insurer here has jobs of kind %q", kind)
	}
	return w.alter(ctx, func(s *state) error {
		s.Held = union(s.Held, []string{kind})
		return nil
	})
}

// Release opens a gate and runs what is due of the kind. With an outcome, every
// waiting job of the kind is decided by it at once, due or not.
func (w *World) Release(ctx context.Context, kind, outcome string) ([]Task, error) {
	if !w.sandbox.hasJob(kind) {
		return nil, fmt.Errorf("no insurer here has jobs of kind %q", kind)
	}
	ctx = context.WithoutCancel(ctx)
	// Before the gate opens: the pump would run what is due without the outcome.
	defer w.run()()
	err := w.alter(ctx, func(s *state) error {
		s.Held = without(s.Held, []string{kind})
		return nil
	})
	if err != nil {
		return nil, err
	}
	start := w.state.Load()
	now := start.Clock.Now(realNow())
	waiting, err := w.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var ran []Task
	for _, t := range waiting {
		// A decision also settles what an earlier one, which nobody understood, left stuck.
		if t.Kind != kind || outcome == "" && (t.Stuck || t.Due.After(now)) {
			continue
		}
		if outcome != "" {
			t.Due, t.Stuck = now, false
		}
		if err := w.perform(ctx, start.epoch, &t, outcome); err != nil {
			return ran, err
		}
		ran = append(ran, t)
	}
	return ran, nil
}

// run waits until nobody else runs the world's jobs; the caller says done at the
// end, which lets the pump look again.
func (w *World) run() (done func()) {
	w.queue.running.Lock()
	return func() {
		w.queue.running.Unlock()
		w.sandbox.wake()
	}
}

// Moved is what a clock's move set going.
type Moved struct {
	Ran []Task // in the order they ran, each at its own due moment
	Due []Task // what still waits
}

// Advance moves the clock d on and runs what falls due on the way, each job at
// its own moment, the jobs they ask for included. A job must not call it, nor
// anything else that runs jobs.
func (w *World) Advance(ctx context.Context, d time.Duration) (Moved, error) {
	if d < 0 {
		return Moved{}, fmt.Errorf("advance by %s: a clock never runs backwards; freeze it at an earlier moment, or reset the world", d)
	}
	return w.move(ctx, func(c clock.Clock, _ time.Time) (clock.Clock, error) { return c.Advance(d) })
}

// Freeze stands the clock still at a moment. What falls due up to it runs on the
// way; to an earlier moment the clock is set without running anything.
func (w *World) Freeze(ctx context.Context, at time.Time) (Moved, error) {
	return w.move(ctx, func(c clock.Clock, _ time.Time) (clock.Clock, error) { return c.Freeze(at), nil })
}

// Run lets the clock go on from where it stands, and runs what is due there.
func (w *World) Run(ctx context.Context) (Moved, error) {
	return w.move(ctx, func(c clock.Clock, wall time.Time) (clock.Clock, error) { return c.Run(wall), nil })
}

// Drain runs what is due now and names what is stuck: held, or failed for good.
func (w *World) Drain(ctx context.Context) (ran, stuck []Task, err error) {
	now, _ := w.Time()
	moved, err := w.move(ctx, func(c clock.Clock, _ time.Time) (clock.Clock, error) { return c, nil })
	for _, t := range moved.Due {
		if t.Stuck || t.Held && !t.Due.After(now) {
			stuck = append(stuck, t)
		}
	}
	return moved.Ran, stuck, err
}

// move takes the clock to what aim makes of it, and runs what falls due on the
// way. It goes on when the caller leaves: a clock that stopped half way would
// help nobody.
func (w *World) move(ctx context.Context, aim func(c clock.Clock, wall time.Time) (clock.Clock, error)) (Moved, error) {
	ctx = context.WithoutCancel(ctx)
	defer w.run()()
	start, wall := w.state.Load(), realNow()
	end, err := aim(start.Clock, wall)
	if err != nil {
		return Moved{}, err
	}
	var ran []Task
	if to := end.Now(wall); !to.Before(start.Clock.Now(wall)) {
		ran, err = w.runUntil(ctx, start.epoch, to)
	}
	if err == nil && end != start.Clock {
		err = w.setClock(ctx, start.epoch, func(clock.Clock) (clock.Clock, error) { return end, nil })
	}
	if err != nil {
		return Moved{Ran: ran}, fmt.Errorf("world %s: move the clock: %w", w.Name, err)
	}
	due, err := w.Jobs(ctx)
	return Moved{Ran: ran, Due: due}, err
}

func (w *World) setClock(ctx context.Context, epoch uint64, set func(clock.Clock) (clock.Clock, error)) error {
	return w.alter(ctx, func(s *state) (err error) {
		if s.epoch != epoch {
			return ErrAnew
		}
		s.Clock, err = set(s.Clock)
		return err
	})
}

// runUntil runs the jobs due up to a moment, the clock moving from one to the
// next; the caller runs the world's jobs.
func (w *World) runUntil(ctx context.Context, epoch uint64, to time.Time) ([]Task, error) {
	var ran []Task
	for {
		t, err := w.first(ctx)
		if err != nil || t == nil || t.Due.After(to) {
			return ran, err
		}
		if now, _ := w.Time(); t.Due.After(now) {
			err := w.setClock(ctx, epoch, func(c clock.Clock) (clock.Clock, error) {
				return c.Advance(max(t.Due.Sub(c.Now(realNow())), 0))
			})
			if err != nil {
				return ran, err
			}
		}
		if err := w.perform(ctx, epoch, t, ""); err != nil {
			return ran, err
		}
		ran = append(ran, *t)
	}
}

// first is the earliest job that may run.
func (w *World) first(ctx context.Context) (*Task, error) {
	const page = 64
	held := w.Held()
	for after := ""; ; {
		items, err := w.sandbox.store.List(ctx, w.row("jobs/"), after, page)
		if err != nil {
			return nil, fmt.Errorf("world %s: jobs: %w", w.Name, err)
		}
		for _, item := range items {
			t := &Task{row: item}
			if err := json.Unmarshal(item.Value, t); err != nil {
				return nil, fmt.Errorf("world %s: job %s: %w", w.Name, item.Key, err)
			}
			if !t.Stuck && !slices.Contains(held, t.Kind) {
				return t, nil
			}
			after = item.Key
		}
		if len(items) < page {
			return nil, nil
		}
	}
}

// perform runs one job at its due moment and settles its row: gone, due again by
// the insurer's schedule, or stuck.
func (w *World) perform(ctx context.Context, epoch uint64, t *Task, outcome string) error {
	defer w.leave(ctx)
	w.life.RLock()
	defer w.life.RUnlock()
	if w.state.Load().epoch != epoch {
		return ErrAnew
	}
	c := w.sandbox.carrier(t.Insurer)
	failure := errors.New("no insurer here has jobs of this kind")
	if c != nil && c.api.Jobs[t.Kind] != nil {
		m := &moment{world: w, insurer: t.Insurer, now: t.Due, base: t.Base, outcome: outcome}
		failure = runJob(withMoment(ctx, m), c.api.Jobs[t.Kind], t.Payload)
	}
	if err := w.sandbox.store.Delete(ctx, t.row.Key, t.row.Version); errors.Is(err, store.ErrConflict) {
		return ErrAnew // the world is gone, and with it the row
	} else if err != nil {
		return fmt.Errorf("world %s: job %s: %w", w.Name, t.ID, err)
	}
	w.queue.forget()
	if failure == nil {
		return nil
	}
	t.Attempts = append(t.Attempts, Attempt{At: t.Due, Error: failure.Error()})
	if c != nil && len(t.Attempts) <= len(c.api.Retry) {
		t.Due = t.Due.Add(c.api.Retry[len(t.Attempts)-1])
	} else {
		t.Stuck = true
	}
	if err := w.enqueue(ctx, t); err != nil {
		return fmt.Errorf("world %s: job %s: %w", w.Name, t.ID, err)
	}
	return nil
}

func runJob(ctx context.Context, do Job, payload json.RawMessage) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return do(ctx, payload)
}

// runDue runs what is due by now and says how long until the next job; false:
// nothing will fall due by itself.
func (w *World) runDue(ctx context.Context) (time.Duration, bool) {
	start := w.state.Load()
	now := start.Clock.Now(realNow())
	next, err := w.nextDue(ctx)
	if err == nil && !next.IsZero() && !next.After(now) {
		if !w.queue.running.TryLock() {
			return 0, false // whoever runs them wakes the pump at the end
		}
		_, err = w.runUntil(ctx, start.epoch, now)
		w.queue.running.Unlock()
		if err == nil {
			next, err = w.nextDue(ctx)
		}
	}
	switch {
	case errors.Is(err, ErrAnew):
		return 0, true
	case err != nil:
		w.sandbox.log.ErrorContext(ctx, "run jobs", slog.String("world", w.Name), slog.Any("error", err))
		return sweepEvery, true
	case next.IsZero() || next.After(now) && start.Clock.Mode() == "frozen":
		return 0, false
	}
	return next.Sub(now), true
}

// nextDue is when the next job that may run is due, zero where there is none;
// remembered until something changes.
func (w *World) nextDue(ctx context.Context) (time.Time, error) {
	w.queue.mu.Lock()
	defer w.queue.mu.Unlock()
	if !w.queue.known {
		t, err := w.first(ctx)
		if err != nil {
			return time.Time{}, err
		}
		w.queue.known, w.queue.next = true, time.Time{}
		if t != nil {
			w.queue.next = t.Due
		}
	}
	return w.queue.next, nil
}

func (s *Sandbox) hasJob(kind string) bool {
	return slices.ContainsFunc(s.carriers, func(c *carrier) bool { return c.api.Jobs[kind] != nil })
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func without(all, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(gone, one) })
}
