package mocks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

var worldName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Errors about worlds.
var (
	ErrNoWorld    = errors.New("no such world")
	ErrWorldName  = errors.New("a world's name is " + worldName.String())
	ErrManyWorlds = errors.New("no room for another world")
	ErrAnew       = errors.New("the world was reset, restored or deleted meanwhile")
)

// World is an existing world, or [ErrNoWorld].
func (s *Sandbox) World(name string) (*World, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if w, ok := s.worlds[name]; ok {
		return w, nil
	}
	return nil, fmt.Errorf("%w: %q", ErrNoWorld, name)
}

// Worlds lists the worlds by name.
func (s *Sandbox) Worlds() []*World {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*World, 0, len(s.worlds))
	for _, name := range slices.Sorted(maps.Keys(s.worlds)) {
		all = append(all, s.worlds[name])
	}
	return all
}

// Make is the world with a name, made if there is none.
func (s *Sandbox) Make(ctx context.Context, name string) (*World, error) {
	if w, err := s.World(name); err == nil {
		return w, nil
	}
	if !worldName.MatchString(name) {
		return nil, fmt.Errorf("%w, not %q", ErrWorldName, name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, ok := s.worlds[name]; ok {
		return w, nil
	}
	if len(s.worlds) >= s.options.MaxWorlds && !s.evict(ctx) {
		return nil, fmt.Errorf("%w: %d are in use; delete one, or serve with a larger --max-worlds", ErrManyWorlds, len(s.worlds))
	}
	w := s.newWorld(name)
	if err := w.clear(ctx, ""); err != nil {
		return nil, err
	}
	if err := w.replace(ctx, s.start.state()); err != nil {
		return nil, err
	}
	s.worlds[name] = w
	return w, nil
}

func (s *Sandbox) newWorld(name string) *World {
	w := &World{Name: name, sandbox: s, key: fmt.Sprintf("%s~%d", name, s.made.Add(1))}
	w.journal.budget = &s.budget
	w.touched.Store(realNow().Unix())
	w.state.Store(s.start.state())
	return w
}

// pass is a pristine world that answers one read: gone from the beginning, it is
// forgotten when the reader leaves.
func (s *Sandbox) pass(name string) *World {
	w := s.newWorld(name)
	w.gone.Store(true)
	return w
}

// Delete removes a world with its rows. The default world is made anew at once.
func (s *Sandbox) Delete(ctx context.Context, name string) error {
	w, err := s.World(name)
	if err != nil {
		return err
	}
	if name == DefaultWorld {
		return w.Reset(ctx, Fresh{})
	}
	return s.drop(ctx, w)
}

func (s *Sandbox) drop(ctx context.Context, w *World) error {
	s.mu.Lock()
	if s.worlds[w.Name] == w {
		delete(s.worlds, w.Name)
	}
	s.mu.Unlock()
	return w.end(ctx)
}

// end takes the world's rows and journal away. It does not wait for who still
// works in the world: then the last of them takes the rows away.
func (w *World) end(ctx context.Context) error {
	w.gone.Store(true)
	w.journal.clear()
	if !w.life.TryLock() {
		return nil
	}
	defer w.life.Unlock()
	w.populated.Clear()
	return w.clear(context.WithoutCancel(ctx), "")
}

// leave is what everybody who held life does when they have let go of it.
func (w *World) leave(ctx context.Context) {
	if !w.gone.Load() {
		return
	}
	if err := w.end(ctx); err != nil {
		w.sandbox.log.ErrorContext(ctx, "forget a world that is gone", slog.String("world", w.Name), slog.Any("error", err))
	}
}

// evict drops the world that nobody called for the longest time, if that is over
// a minute; the caller holds mu.
func (s *Sandbox) evict(ctx context.Context) bool {
	var oldest *World
	for name, w := range s.worlds {
		if name != DefaultWorld && (oldest == nil || w.touched.Load() < oldest.touched.Load()) {
			oldest = w
		}
	}
	if oldest == nil || realNow().Unix()-oldest.touched.Load() < int64(time.Minute/time.Second) {
		return false
	}
	delete(s.worlds, oldest.Name)
	if err := oldest.end(ctx); err != nil {
		s.log.ErrorContext(ctx, "drop an idle world", slog.String("world", oldest.Name), slog.Any("error", err))
	}
	return true
}

// sweep drops the worlds that nobody called for long.
func (s *Sandbox) sweep(ctx context.Context, now time.Time) {
	for _, w := range s.Worlds() {
		if w.Name == DefaultWorld || now.Sub(time.Unix(w.touched.Load(), 0)) < s.options.IdleAfter {
			continue
		}
		if err := s.drop(ctx, w); err != nil {
			s.log.ErrorContext(ctx, "drop an idle world", slog.String("world", w.Name), slog.Any("error", err))
		}
	}
}

// wake tells Run that something may be due.
func (s *Sandbox) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// enter is the world of a call, which says [World.leave] at its end. A read makes
// none.
func (s *Sandbox) enter(r *http.Request, name string) (*World, error) {
	if w, err := s.World(name); err == nil {
		return w, nil
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return s.pass(name), nil
	}
	return s.Make(r.Context(), name)
}

// worldOf is the one place that decides whose world a call belongs to.
func worldOf(path string) (world, rest string) {
	after, ok := strings.CutPrefix(path, "/w/")
	if !ok {
		return DefaultWorld, path
	}
	return cut("/" + after)
}

// cut splits "/first/rest" into "first" and "/rest".
func cut(path string) (first, rest string) {
	first, _, found := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !found {
		return first, ""
	}
	return first, path[1+len(first):]
}
