package mocks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/understudy-sandbox/understudy/mocks/clock"
)

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
		ran, err = w.runUntil(ctx, start.epoch, to, nil)
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
// next: those that are picked, or all where pick is nil. The caller runs the
// world's jobs.
func (w *World) runUntil(ctx context.Context, epoch uint64, to time.Time, pick func(*Task) bool) ([]Task, error) {
	var ran []Task
	for {
		batch, err := w.ready(ctx, to, pick)
		if err != nil || len(batch) == 0 {
			return ran, err
		}
		if now, _ := w.Time(); batch[0].Due.After(now) {
			err := w.setClock(ctx, epoch, func(c clock.Clock) (clock.Clock, error) {
				return c.Advance(max(batch[0].Due.Sub(c.Now(realNow())), 0))
			})
			if err != nil {
				return ran, err
			}
		}
		err = w.perform(ctx, epoch, batch, "")
		for _, t := range batch {
			ran = append(ran, *t)
		}
		if err != nil {
			return ran, err
		}
	}
}

// mostAtOnce bounds how many deliveries are between two looks at the queue.
const mostAtOnce = 128

// ready is what runs next of what is due up to a moment: one job, or deliveries to
// several subjects, which go side by side because none of them waits for the clock
// to move.
func (w *World) ready(ctx context.Context, to time.Time, pick func(*Task) bool) ([]*Task, error) {
	waiting, err := w.runnable(ctx)
	if pick != nil {
		waiting = slices.DeleteFunc(waiting, func(t *Task) bool { return !pick(t) })
	}
	if err != nil || len(waiting) == 0 || waiting[0].Due.After(to) {
		return nil, err
	}
	now, _ := w.Time()
	if waiting[0].Due.After(now) {
		now = waiting[0].Due
	}
	if !waiting[0].delivers() {
		return waiting[:1], nil
	}
	batch, subjects := waiting[:0], map[string]bool{}
	for _, t := range waiting {
		if t.Due.After(now) || !t.delivers() || len(batch) == mostAtOnce {
			break
		}
		if t.Kept != nil || !subjects[t.lane()] {
			batch = append(batch, t)
			subjects[t.lane()] = true
		}
	}
	return batch, nil
}

// runnable are the jobs that neither a gate nor an earlier job of their subject
// keeps back, in the order of their due moments.
func (w *World) runnable(ctx context.Context) ([]*Task, error) {
	all, err := w.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	oldest := map[string]uint64{}
	for i := range all {
		if t := &all[i]; t.delivers() && !t.Stuck && t.Kept == nil {
			if first, ok := oldest[t.lane()]; !ok || t.age < first {
				oldest[t.lane()] = t.age
			}
		}
	}
	var may []*Task
	for i := range all {
		t := &all[i]
		if t.Stuck || t.Held || t.delivers() && t.Kept == nil && t.age != oldest[t.lane()] {
			continue
		}
		may = append(may, t)
	}
	return may, nil
}

// delivers says that the job is a webhook.
func (t *Task) delivers() bool { return t.Kind == webhookKind(t.Insurer) }

// lane is what orders deliveries. One without a subject is a lane of its own.
func (t *Task) lane() string {
	if t.Subject == "" {
		return t.Insurer + "/" + t.ID
	}
	return t.Insurer + "//" + t.Subject
}

// dueIn says how long until the next job falls due by itself, nothing where it is
// due now; false: none will.
func (w *World) dueIn(ctx context.Context) (time.Duration, bool) {
	now := w.state.Load().Clock
	next, err := w.nextDue(ctx)
	if err != nil {
		w.sandbox.log.ErrorContext(ctx, "look for jobs", slog.String("world", w.Name), slog.Any("error", err))
		return sweepEvery, true
	}
	wait := next.Sub(now.Now(realNow()))
	if next.IsZero() || wait > 0 && now.Mode() == "frozen" {
		return 0, false
	}
	return max(wait, 0), true
}

// begin runs what is due by now beside the pump, unless somebody does already:
// who runs a world's jobs wakes the pump at the end.
func (w *World) begin(ctx context.Context, working *sync.WaitGroup) {
	if !w.queue.running.TryLock() {
		return
	}
	working.Go(func() {
		defer w.sandbox.wake()
		defer w.queue.forget() // what was due and could not run is not due by itself
		defer w.queue.running.Unlock()
		start := w.state.Load()
		_, err := w.runUntil(ctx, start.epoch, start.Clock.Now(realNow()), nil)
		if err != nil && !errors.Is(err, ErrAnew) {
			w.sandbox.log.ErrorContext(ctx, "run jobs", slog.String("world", w.Name), slog.Any("error", err))
			pause(ctx, time.Second) // a store that fails is not asked without end
		}
	})
}

// nextDue is when the next job that may run is due, zero where there is none;
// remembered until something changes.
func (w *World) nextDue(ctx context.Context) (time.Time, error) {
	q := &w.queue
	q.mu.Lock()
	known, next, changes := q.known, q.next, q.changes
	q.mu.Unlock()
	if known {
		return next, nil
	}
	waiting, err := w.runnable(ctx)
	if err != nil {
		return time.Time{}, err
	}
	next = time.Time{}
	if len(waiting) > 0 {
		next = waiting[0].Due
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.changes == changes { // otherwise it is looked up again
		q.known, q.next = true, next
	}
	return next, nil
}
