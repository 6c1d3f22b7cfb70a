package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/brianvoe/gofakeit/v7"

	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// World is one isolated sandbox. What changes in it is a row of the store under
// the world's name; what stands here is a copy of such a row, or the journal,
// which only tells what happened.
type World struct {
	Name string

	sandbox *Sandbox
	key     string // the world's rows lie below "w/<key>/"; no two worlds ever share one
	gone    atomic.Bool

	// life is held for reading by whoever works in the world, for writing by
	// what replaces or copies its rows: reset, restore, snapshot.
	life      sync.RWMutex
	state     atomic.Pointer[state]
	change    sync.Mutex // one change of state at a time
	populated sync.Map   // slug -> true
	populate  sync.Mutex
	journal   journal
	queue     queue
	ears      ears
	touched   atomic.Int64 // real time of the last call, Unix seconds
}

// state is how a world stands, apart from its insurers' rows. It is replaced as
// a whole, never changed.
type state struct {
	Seed      uint64                         `json:"seed"`
	Clock     clock.Clock                    `json:"clock"`
	Settings  map[string]string              `json:"settings,omitempty"`
	Scenarios map[string]*scenarios.Scenario `json:"scenarios,omitempty"` // by insurer
	Armed     map[string]uint64              `json:"armed,omitempty"`     // how often a scenario was armed, by insurer
	Held      []string                       `json:"held,omitempty"`      // kinds of job behind a gate

	epoch uint64 // how often the world began anew, by a reset or a restore
}

func (w *World) row(parts string) string { return "w/" + w.key + "/" + parts }

// Place names the rows of one of an insurer's tables in the world of a context,
// for [store.NewTable].
func Place(table string) func(context.Context) string {
	return func(ctx context.Context) string {
		m := momentOf(ctx)
		return m.world.row("rows/" + m.insurer + "/" + table)
	}
}

// Fake is a generator of plausible data that depends on the world's seed and the
// key alone: not on the order of calls, not on the world's name. The same key
// gives the same data, so a key names what the data is for.
func (w *World) Fake(key ...string) *gofakeit.Faker {
	h := fnv.New64a()
	for _, part := range key {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return gofakeit.NewFaker(rand.NewPCG(w.state.Load().Seed, h.Sum64()), false)
}

// Next counts 1, 2, 3, ... in a row of the world.
func (w *World) Next(ctx context.Context, name string) (uint64, error) {
	return store.Next(ctx, w.sandbox.store, w.row("count/"+name))
}

// Setting is the value of a documented setting, the default where none was chosen.
func (w *World) Setting(key string) string {
	if value, ok := w.state.Load().Settings[key]; ok {
		return value
	}
	return w.sandbox.settings[key].Default
}

// Settings are all settings with their values in this world.
func (w *World) Settings() map[string]string {
	all := make(map[string]string, len(w.sandbox.settings))
	for key := range w.sandbox.settings {
		all[key] = w.Setting(key)
	}
	return all
}

// Set chooses settings; an unknown key or value is an error that lists what there is.
func (w *World) Set(ctx context.Context, settings map[string]string) error {
	if err := w.sandbox.CheckSettings(settings); err != nil {
		return err
	}
	return w.alter(ctx, func(s *state) error {
		s.Settings = merged(s.Settings, settings)
		return nil
	})
}

// Seed is what the world's data grows from.
func (w *World) Seed() uint64 { return w.state.Load().Seed }

// Time is the moment by the world's clock, now, and the clock's mode, "frozen"
// or "running".
func (w *World) Time() (now time.Time, mode string) {
	c := w.state.Load().Clock
	return c.Now(realNow()), c.Mode()
}

// alter changes the world's state row and the copy of it.
func (w *World) alter(ctx context.Context, change func(*state) error) error {
	defer w.leave(ctx)
	w.change.Lock()
	defer w.change.Unlock()
	next := *w.state.Load()
	if err := change(&next); err != nil {
		return err
	}
	return w.adopt(ctx, &next)
}

// adopt sets the state, row and copy; the caller holds change.
func (w *World) adopt(ctx context.Context, next *state) error {
	if err := w.save(ctx, next); err != nil {
		return err
	}
	w.state.Store(next)
	// A gate that opened or closed makes another job the next.
	w.queue.forget()
	w.sandbox.wake()
	return nil
}

func (w *World) save(ctx context.Context, s *state) error {
	value, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("world %s: %w", w.Name, err)
	}
	key := w.row("state")
	for {
		item, err := w.sandbox.store.Get(ctx, key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("world %s: read state: %w", w.Name, err)
		}
		item.Key, item.Value = key, value
		if _, err = w.sandbox.store.Put(ctx, item); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// Play arms a scenario, in the place of the insurer's former one, and says
// whether it froze the clock. The world keeps the scenario, which must not change
// afterwards.
func (w *World) Play(ctx context.Context, s *scenarios.Scenario) (froze bool, err error) {
	if err := w.sandbox.CheckScenario(s); err != nil {
		return false, err
	}
	var former uint64
	err = w.alter(ctx, func(next *state) error {
		former = next.Armed[s.Insurer]
		next.arm(s)
		froze = !s.Clock.IsZero()
		return nil
	})
	if err != nil {
		return false, err
	}
	return froze, w.clear(context.WithoutCancel(ctx), "count/"+armedCount(s.Insurer, former))
}

// arm lets a scenario rule in the place of the insurer's former one: from here
// on its seed, clock, settings and gates hold, and its counts begin anew.
func (s *state) arm(scenario *scenarios.Scenario) {
	s.disarm(scenario.Insurer)
	s.Scenarios = merged(s.Scenarios, map[string]*scenarios.Scenario{scenario.Insurer: scenario})
	s.Armed = merged(s.Armed, map[string]uint64{scenario.Insurer: s.Armed[scenario.Insurer] + 1})
	s.Settings = merged(s.Settings, scenario.Settings)
	s.Held = union(s.Held, scenario.Hold)
	if scenario.Seed != 0 {
		s.Seed = scenario.Seed
	}
	if !scenario.Clock.IsZero() {
		s.Clock = s.Clock.Freeze(scenario.Clock)
	}
}

// Scenarios are the armed scenarios, by insurer.
func (w *World) Scenarios() map[string]*scenarios.Scenario { return w.state.Load().Scenarios }

// Disarm takes an insurer's scenario away, or every insurer's where none is
// named. Clock, seed and settings stay as the scenario left them; its gates open.
func (w *World) Disarm(ctx context.Context, insurer string) error {
	return w.alter(ctx, func(s *state) error {
		s.disarm(insurer)
		return nil
	})
}

// disarm opens the gates that no other scenario keeps closed.
func (s *state) disarm(insurer string) {
	kept := map[string]*scenarios.Scenario{}
	var opened, closed []string
	for slug, scenario := range s.Scenarios {
		if insurer == "" || slug == insurer {
			opened = append(opened, scenario.Hold...)
		} else {
			kept[slug] = scenario
			closed = append(closed, scenario.Hold...)
		}
	}
	s.Scenarios = kept
	s.Held = without(s.Held, without(opened, closed))
}

// Fresh says how a reset world begins; zero values stand for the sandbox's own.
type Fresh struct {
	Seed  uint64
	Clock *clock.Clock
}

// Reset makes the world as new: its rows, counts, jobs, journal and scenarios go,
// and it begins as the sandbox's options say, but for what start says. It waits
// for who works in the world, so neither a handler nor a job may call it.
func (w *World) Reset(ctx context.Context, start Fresh) error {
	next := w.sandbox.start.state()
	if start.Seed != 0 {
		next.Seed = start.Seed
	}
	if start.Clock != nil {
		next.Clock = *start.Clock
	}
	ctx = context.WithoutCancel(ctx) // a world half cleared would help nobody
	defer w.leave(ctx)
	w.life.Lock()
	defer w.life.Unlock()
	if err := w.clear(ctx, ""); err != nil {
		return err
	}
	w.journal.clear()
	return w.replace(ctx, next)
}

// replace sets the state without regard to the old one; the caller holds life.
func (w *World) replace(ctx context.Context, next *state) error {
	w.change.Lock()
	defer w.change.Unlock()
	next.epoch = w.state.Load().epoch + 1
	w.populated.Clear()
	return w.adopt(ctx, next)
}

// clear removes every row of the world whose key begins so.
func (w *World) clear(ctx context.Context, prefix string) error {
	const page = 1000
	for {
		items, err := w.sandbox.store.List(ctx, w.row(prefix), "", page)
		if err != nil {
			return fmt.Errorf("world %s: clear: %w", w.Name, err)
		}
		for _, item := range items {
			if err := w.sandbox.store.Delete(ctx, item.Key, item.Version); err != nil && !errors.Is(err, store.ErrConflict) {
				return fmt.Errorf("world %s: clear: %w", w.Name, err)
			}
		}
		if len(items) < page {
			return nil
		}
	}
}

// settle writes an insurer's rows of a fresh world on the first touch.
func (w *World) settle(ctx context.Context, c *carrier) error {
	if _, done := w.populated.Load(c.Slug); done {
		return nil
	}
	w.populate.Lock()
	defer w.populate.Unlock()
	mark := w.row("populated/" + c.Slug)
	_, err := w.sandbox.store.Get(ctx, mark)
	if errors.Is(err, store.ErrNotFound) {
		if c.api.Populate != nil {
			if err := c.api.Populate(ctx); err != nil {
				return fmt.Errorf("populate %s in world %s: %w", c.Slug, w.Name, err)
			}
		}
		_, err = w.sandbox.store.Put(ctx, store.Item{Key: mark, Value: []byte("true")})
	}
	if err != nil {
		return fmt.Errorf("populate %s in world %s: %w", c.Slug, w.Name, err)
	}
	w.populated.Store(c.Slug, true)
	return nil
}

func merged[V any](old, added map[string]V) map[string]V {
	all := make(map[string]V, len(old)+len(added))
	maps.Copy(all, old)
	maps.Copy(all, added)
	return all
}
