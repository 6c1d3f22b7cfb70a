package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// perform runs jobs at their due moments and settles their rows: gone, due again
// by the insurer's schedule, or stuck. Several at once are deliveries.
func (w *World) perform(ctx context.Context, epoch uint64, batch []*Task, outcome string) error {
	defer w.leave(ctx)
	if batch[0].delivers() {
		return w.deliver(ctx, epoch, batch)
	}
	return w.within(epoch, func() error { return w.do(ctx, batch[0], outcome) })
}

// within works in the world as it was when an epoch began, or not at all.
func (w *World) within(epoch uint64, work func() error) error {
	w.life.RLock()
	defer w.life.RUnlock()
	if w.state.Load().epoch != epoch {
		return ErrAnew
	}
	return work()
}

// do runs one job of the insurer's own; the caller holds life.
func (w *World) do(ctx context.Context, t *Task, outcome string) error {
	c := w.sandbox.carrier(t.Insurer)
	failure := errors.New("no insurer here has jobs of this kind")
	if c != nil && c.api.Jobs[t.Kind] != nil {
		m := &moment{world: w, insurer: t.Insurer, now: t.Due, base: t.Base, outcome: outcome}
		failure = runJob(withMoment(ctx, m), c.api.Jobs[t.Kind], t.Payload)
	}
	if failure == nil {
		return w.dequeue(ctx, t)
	}
	t.Attempts = append(t.Attempts, Attempt{At: t.Due, Error: failure.Error()})
	if c != nil && len(t.Attempts) <= len(c.api.Retry) {
		t.Due = t.Due.Add(c.api.Retry[len(t.Attempts)-1])
	} else {
		t.Stuck = true
	}
	return w.requeue(ctx, t)
}

// dequeue takes the task's row away.
func (w *World) dequeue(ctx context.Context, t *Task) error {
	if err := w.sandbox.store.Delete(ctx, t.row.Key, t.row.Version); errors.Is(err, store.ErrConflict) {
		return ErrAnew // the world is gone, and with it the row
	} else if err != nil {
		return fmt.Errorf("world %s: job %s: %w", w.Name, t.ID, err)
	}
	w.queue.forget()
	return nil
}

// requeue writes the task as it is now in the place of its row. The new row comes
// before the old one goes, so that nothing can be lost in between.
func (w *World) requeue(ctx context.Context, t *Task) error {
	value, err := encodeJSON(t)
	if err != nil {
		return fmt.Errorf("world %s: job %s: %w", w.Name, t.ID, err)
	}
	next := store.Item{Key: w.row(t.key()), Value: value}
	if next.Key == t.row.Key {
		next.Version = t.row.Version
	}
	if _, err := w.sandbox.store.Put(ctx, next); errors.Is(err, store.ErrConflict) {
		return ErrAnew
	} else if err != nil {
		return fmt.Errorf("world %s: job %s: %w", w.Name, t.ID, err)
	}
	if next.Key != t.row.Key {
		return w.dequeue(ctx, t)
	}
	w.queue.forget()
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
