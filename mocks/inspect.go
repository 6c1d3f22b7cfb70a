package mocks

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// PublicURL is what addresses in answers begin with; empty: the caller's Host.
func (s *Sandbox) PublicURL() string { return s.options.PublicURL }

// Ready says whether the sandbox answers: from New until Close.
func (s *Sandbox) Ready() bool { return s.closed.Err() == nil }

// CheckWorldName is [ErrWorldName] for a name that no world can have.
func CheckWorldName(name string) error {
	if !worldName.MatchString(name) {
		return fmt.Errorf("%w, not %q", ErrWorldName, name)
	}
	return nil
}

// Peek is the world with a name for someone who only looks: where there is none,
// a pristine one that nobody else sees. The caller says done when it has looked.
func (s *Sandbox) Peek(ctx context.Context, name string) (w *World, done func(), err error) {
	if err := CheckWorldName(name); err != nil {
		return nil, nil, err
	}
	if w, err := s.World(name); err == nil {
		w.touched.Store(realNow().Unix())
		return w, func() {}, nil
	}
	w = s.pass(name)
	// With its state in a row, as every world has it, it can be put away.
	if err := w.replace(ctx, s.start.state()); err != nil {
		w.leave(ctx)
		return nil, nil, err
	}
	return w, func() { w.leave(ctx) }, nil
}

// Enter is the world with a name for someone who changes something in it, made
// if there is none.
func (s *Sandbox) Enter(ctx context.Context, name string) (*World, error) {
	w, err := s.Make(ctx, name)
	if err == nil {
		w.touched.Store(realNow().Unix())
	}
	return w, err
}

const appearEvery = 20 * time.Millisecond

// Appear is the world with a name as soon as somebody makes it; nil when the
// context ends before. Nothing tells of a new world, so it looks again and again.
func (s *Sandbox) Appear(ctx context.Context, name string) *World {
	for {
		if w, err := s.World(name); err == nil {
			return w
		}
		if !pause(ctx, appearEvery) || !s.Ready() {
			return nil
		}
	}
}

// CheckAdvance refuses to move the clock further than a clock can go, or back.
func (w *World) CheckAdvance(d time.Duration) error {
	_, err := w.state.Load().Clock.Advance(d)
	return err
}

// CheckSnapshot refuses a snapshot that [World.Restore] would refuse.
func (s *Sandbox) CheckSnapshot(taken *Snapshot) error {
	_, err := (&World{sandbox: s}).usable(taken)
	return err
}

// JobKinds lists what happens later at any insurer here, sorted.
func (s *Sandbox) JobKinds() []string {
	var kinds []string
	for _, c := range s.carriers {
		kinds = append(kinds, c.jobKinds()...)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// Nearest is the one of several texts that takes the fewest changes of a
// character to reach; empty when there are none.
func Nearest(text string, among []string) string {
	best, least := "", 0
	for _, one := range among {
		if d := distance(text, one); best == "" || d < least {
			best, least = one, d
		}
	}
	return best
}
