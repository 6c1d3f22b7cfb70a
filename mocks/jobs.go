package mocks

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// Task is a job that waits in a world: a row, ordered by its due moment.
type Task struct {
	ID       string          `json:"id"`
	Insurer  string          `json:"insurer"`
	Kind     string          `json:"kind"`
	Due      time.Time       `json:"due"`
	Base     string          `json:"base,omitempty"`    // the address of the insurer for whoever asked for the job
	Subject  string          `json:"subject,omitempty"` // jobs of one subject run in the order in which they were asked for
	Payload  json.RawMessage `json:"payload"`
	Attempts []Attempt       `json:"attempts,omitempty"`
	Stuck    bool            `json:"stuck,omitempty"` // failed at every attempt of its schedule
	Tries    int             `json:"tries,omitempty"` // how often a delivery was attempted; copies are one attempt
	Kept     *kept           `json:"kept,omitempty"`  // a scenario keeps it back, and others overtake it

	Held bool `json:"-"` // its kind waits behind a gate
	age  uint64
	row  store.Item
}

// kept is how a webhook that was kept back is to go out.
type kept struct {
	Rule    string                 `json:"rule"` // "slug/name#rule"
	Teaches string                 `json:"teaches"`
	Count   uint64                 `json:"count"` // of attempts, when the rule was found
	Fault   scenarios.WebhookFault `json:"fault"`
}

// Attempt is a run of a job that failed, or a try at a delivery.
type Attempt struct {
	At     time.Time `json:"at"`
	Error  string    `json:"error"`
	Status int       `json:"status,omitempty"` // that a receiver answered
}

// queue runs a world's jobs one after another and remembers when the next is due.
type queue struct {
	running sync.Mutex // held by whoever runs jobs

	mu      sync.Mutex
	changes uint64
	known   bool
	next    time.Time // zero: none
}

// forget has the next job looked up again.
func (q *queue) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.changes++
	q.known = false
}

// expect adds a job to what is remembered. That it may have to wait for another,
// or behind a gate, is found out when it is due.
func (q *queue) expect(due time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.changes++
	if q.next.IsZero() || due.Before(q.next) {
		q.next = due
	}
}

// Later asks for a job of the context's insurer, d from now by the world's
// clock. The insurer's table of jobs says what the kind does.
func (w *World) Later(ctx context.Context, d time.Duration, kind string, payload any) error {
	m := momentOf(ctx)
	return w.later(ctx, &Task{Insurer: m.insurer, Kind: kind, Due: m.now.Add(max(d, 0)), Base: m.base}, payload)
}

func (w *World) later(ctx context.Context, t *Task, payload any) error {
	var err error
	if t.Payload, err = encodeJSON(payload); err != nil {
		return fmt.Errorf("job %s: %w", t.Kind, err)
	}
	if t.age, err = w.Next(ctx, "job"); err != nil {
		return fmt.Errorf("job %s: %w", t.Kind, err)
	}
	t.ID = fmt.Sprintf("j-%d", t.age)
	if err := w.enqueue(ctx, t); err != nil {
		return fmt.Errorf("job %s: %w", t.Kind, err)
	}
	w.queue.expect(t.Due)
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
		all[i].age = ageOf(all[i].ID)
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
	if outcome != "" && w.sandbox.delivers(kind) {
		return nil, &Refusal{Kind: Invalid, Rule: kind + " delivers, and is decided by whoever receives", Remedy: "release it without an outcome"}
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
	if outcome == "" {
		return w.runUntil(ctx, start.epoch, now, func(t *Task) bool { return t.Kind == kind })
	}
	waiting, err := w.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var ran []Task
	for _, t := range waiting {
		if t.Kind != kind {
			continue
		}
		// A decision also settles what an earlier one, which nobody understood, left stuck.
		t.Due, t.Stuck = now, false
		if err := w.perform(ctx, start.epoch, []*Task{&t}, outcome); err != nil {
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

// delivers says that jobs of the kind are an insurer's webhooks.
func (s *Sandbox) delivers(kind string) bool {
	return slices.ContainsFunc(s.carriers, func(c *carrier) bool { return c.api.Webhooks != nil && kind == webhookKind(c.Slug) })
}

func (s *Sandbox) hasJob(kind string) bool {
	return slices.Contains(s.JobKinds(), kind)
}

// ageOf is the number of a job: those asked for earlier have lower ones.
func ageOf(id string) uint64 {
	n, _ := strconv.ParseUint(strings.TrimPrefix(id, "j-"), 10, 64) // an id of ours has one
	return n
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func without(all, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(gone, one) })
}
