package control

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
)

type worldsAnswer struct {
	Worlds []worldAnswer `json:"worlds"`
}

type worldAnswer struct {
	Name      string      `json:"name"`
	Seed      uint64      `json:"seed"`
	Clock     clockAnswer `json:"clock"`
	Scenarios []string    `json:"scenarios"` // armed, "slug/name", sorted
	Requests  int         `json:"requests"`  // that the journal holds
	Jobs      int         `json:"jobs"`      // that wait
}

func worldOf(ctx context.Context, w *mocks.World) (worldAnswer, error) {
	jobs, err := w.Jobs(ctx)
	if err != nil {
		return worldAnswer{}, err
	}
	armed := []string{}
	for _, scenario := range w.Scenarios() {
		armed = append(armed, scenario.ID())
	}
	slices.Sort(armed)
	return worldAnswer{
		Name: w.Name, Seed: w.Seed(), Clock: clockOf(w), Scenarios: armed,
		Requests: len(w.Journal(mocks.Query{})), Jobs: len(jobs),
	}, nil
}

func (h *handler) listWorlds(r *http.Request) (any, error) {
	all := worldsAnswer{Worlds: []worldAnswer{}}
	for _, w := range h.sandbox.Worlds() {
		one, err := worldOf(r.Context(), w)
		if err != nil {
			return nil, err
		}
		all.Worlds = append(all.Worlds, one)
	}
	return all, nil
}

// peek is the world of a call that only looks.
func (h *handler) peek(r *http.Request) (w *mocks.World, done func(), err error) {
	return h.sandbox.Peek(r.Context(), r.PathValue("world"))
}

// enter is the world of a call that changes something. It comes after all that
// may refuse the call, because it makes the world.
func (h *handler) enter(r *http.Request) (*mocks.World, error) {
	return h.sandbox.Enter(r.Context(), r.PathValue("world"))
}

func (h *handler) getWorld(r *http.Request) (any, error) {
	w, err := h.sandbox.World(r.PathValue("world"))
	if err != nil {
		return nil, err
	}
	return worldOf(r.Context(), w)
}

func (h *handler) deleteWorld(r *http.Request) (any, error) {
	return nil, h.sandbox.Delete(r.Context(), r.PathValue("world"))
}

func (h *handler) resetWorld(r *http.Request) (any, error) {
	body, err := readObject(r, "seed", "clock")
	if err != nil {
		return nil, err
	}
	var fresh mocks.Fresh
	if fresh.Seed, _, err = take[uint64](body, "seed", "a whole number from 0, which is the sandbox's own seed, to 18446744073709551615"); err != nil {
		return nil, err
	}
	at, given, err := takeTime(body, "clock")
	if err != nil {
		return nil, err
	}
	if given {
		fresh.Clock = new(clock.Frozen(at))
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	if err := w.Reset(r.Context(), fresh); err != nil {
		return nil, err
	}
	return worldOf(r.Context(), w)
}

func takeTime(o object, key string) (time.Time, bool, error) {
	const want = "a moment such as 2026-03-02T09:00:00+07:00"
	given, ok, err := take[string](o, key, want)
	if !ok || err != nil {
		return time.Time{}, false, err
	}
	at, err := time.Parse(time.RFC3339, given)
	if err != nil {
		return time.Time{}, false, o.refuse("%s is %s, not %s", key, want, quoted(given))
	}
	return at, true, nil
}

func (h *handler) getSettings(r *http.Request) (any, error) {
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	return w.Settings(), nil
}

func (h *handler) putSettings(r *http.Request) (any, error) {
	var known []string
	for _, insurer := range h.sandbox.Insurers() {
		for _, setting := range insurer.Settings {
			known = append(known, setting.Key)
		}
	}
	chosen, err := readObject(r, known...)
	if err != nil {
		return nil, err
	}
	settings := map[string]string{}
	for key := range chosen.values {
		if settings[key], _, err = take[string](chosen, key, "a text"); err != nil {
			return nil, err
		}
	}
	if len(settings) == 0 {
		return nil, chosen.refuse("the body names no setting")
	}
	if err := h.sandbox.CheckSettings(settings); err != nil {
		return nil, chosen.refuse("%v", err)
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	if err := w.Set(r.Context(), settings); err != nil {
		return nil, err
	}
	return w.Settings(), nil
}

func (h *handler) getSnapshot(r *http.Request) (any, error) {
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	return w.Snapshot(r.Context())
}

func (h *handler) putSnapshot(r *http.Request) (any, error) {
	taken, err := readSnapshot(r)
	if err != nil {
		return nil, err
	}
	if err := h.sandbox.CheckSnapshot(taken); err != nil {
		return nil, refuse(http.StatusBadRequest, "the snapshot cannot be used: %v", err)
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	if err := w.Restore(r.Context(), taken); err != nil {
		return nil, err
	}
	return worldOf(r.Context(), w)
}

func readSnapshot(r *http.Request) (*mocks.Snapshot, error) {
	source, err := readBody(r, maxSnapshot)
	if err != nil {
		return nil, err
	}
	body, err := open("the snapshot", source, []string{"version", "world", "rows"})
	if err != nil {
		return nil, err
	}
	var taken mocks.Snapshot
	if taken.Version, _, err = take[int](body, "version", "a whole number"); err != nil {
		return nil, err
	}
	if taken.World, _, err = take[string](body, "world", "a text"); err != nil {
		return nil, err
	}
	rows, _, err := take[[]json.RawMessage](body, "rows", "a list")
	if err != nil {
		return nil, err
	}
	for _, source := range rows {
		row, err := open("a row", source, []string{"key", "value"})
		if err != nil {
			return nil, err
		}
		key, _, err := take[string](row, "key", "a text")
		if err != nil {
			return nil, err
		}
		if value := row.values["value"]; value == nil || string(value) == "null" {
			return nil, row.refuse("the row %s has no value", quoted(key))
		}
		taken.Rows = append(taken.Rows, mocks.SnapshotRow{Key: key, Value: row.values["value"]})
	}
	return &taken, nil
}
