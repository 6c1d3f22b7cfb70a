package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// Snapshot is all rows of a world: its insurers' data, counts, jobs, clock,
// settings and scenarios. The journal is not in it.
type Snapshot struct {
	Version int           `json:"version"`
	World   string        `json:"world"`
	Rows    []SnapshotRow `json:"rows"`
}

// SnapshotRow is one row; its key is relative to the world.
type SnapshotRow struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

const snapshotVersion = 1

// Snapshot takes the world's rows at one moment.
func (w *World) Snapshot(ctx context.Context) (*Snapshot, error) {
	defer w.leave(ctx)
	w.life.Lock()
	defer w.life.Unlock()
	items, err := w.sandbox.store.List(ctx, w.row(""), "", 0)
	if err != nil {
		return nil, fmt.Errorf("snapshot of world %s: %w", w.Name, err)
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("snapshot of world %s: %w", w.Name, ErrNoWorld)
	}
	taken := &Snapshot{Version: snapshotVersion, World: w.Name, Rows: []SnapshotRow{}}
	for _, item := range items {
		taken.Rows = append(taken.Rows, SnapshotRow{strings.TrimPrefix(item.Key, w.row("")), item.Value})
	}
	return taken, nil
}

// Restore puts a snapshot, of this world or another, in the place of the world's
// rows. A snapshot that cannot be used changes nothing.
func (w *World) Restore(ctx context.Context, s *Snapshot) error {
	next, err := w.usable(s)
	if err != nil {
		return fmt.Errorf("restore world %s: %w", w.Name, err)
	}
	ctx = context.WithoutCancel(ctx) // a world half restored would help nobody
	defer w.leave(ctx)
	w.life.Lock()
	defer w.life.Unlock()
	if err := w.clear(ctx, ""); err != nil {
		return err
	}
	for _, row := range s.Rows {
		if row.Key == "state" {
			continue // replace writes it, for others may write it meanwhile
		}
		if _, err := w.sandbox.store.Put(ctx, store.Item{Key: w.row(row.Key), Value: row.Value}); err != nil {
			return fmt.Errorf("restore world %s: row %s: %w", w.Name, row.Key, err)
		}
	}
	return w.replace(ctx, next)
}

// usable is the state of a snapshot that this sandbox can go on from.
func (w *World) usable(s *Snapshot) (*state, error) {
	if s == nil {
		return nil, errors.New("no snapshot")
	}
	if s.Version != snapshotVersion {
		return nil, fmt.Errorf("a snapshot of version %d; this program reads version %d", s.Version, snapshotVersion)
	}
	var next *state
	seen := map[string]bool{}
	for _, row := range s.Rows {
		if seen[row.Key] {
			return nil, fmt.Errorf("row %q is twice there", row.Key)
		}
		seen[row.Key] = true
		if err := row.check(); err != nil {
			return nil, fmt.Errorf("row %q: %w", row.Key, err)
		}
		if row.Key == "state" {
			next = &state{}
			if err := json.Unmarshal(row.Value, next); err != nil {
				return nil, fmt.Errorf("row state: %w", err)
			}
		}
	}
	if next == nil || next.Seed == 0 {
		return nil, errors.New(`no row "state": not a whole snapshot`)
	}
	if err := w.sandbox.CheckSettings(next.Settings); err != nil {
		return nil, err
	}
	for slug, scenario := range next.Scenarios {
		if err := w.sandbox.CheckScenario(scenario); err != nil {
			return nil, err
		}
		if scenario.Insurer != slug {
			return nil, fmt.Errorf("scenario %s is armed for %s", scenario.ID(), slug)
		}
	}
	return next, nil
}

// check refuses a row that the sandbox itself could not read, or no store keep.
func (r *SnapshotRow) check() error {
	switch {
	case r.Key == "" || !utf8.ValidString(r.Key) || strings.Contains(r.Key, "\x00"):
		return errors.New("not a key")
	case !json.Valid(r.Value):
		return errors.New("not JSON")
	case strings.HasPrefix(r.Key, "count/"):
		if _, err := strconv.ParseUint(string(r.Value), 10, 64); err != nil {
			return fmt.Errorf("not a count: %w", err)
		}
	case strings.HasPrefix(r.Key, "jobs/"):
		var t Task
		if err := json.Unmarshal(r.Value, &t); err != nil {
			return fmt.Errorf("not a job: %w", err)
		}
		if t.key() != r.Key {
			return fmt.Errorf("the job is due at %s, which its key does not say", t.Due)
		}
		if t.delivers() {
			if err := json.Unmarshal(t.Payload, &Notice{}); err != nil {
				return fmt.Errorf("not a webhook: %w", err)
			}
		}
	case strings.HasPrefix(r.Key, "sent/"):
		if err := json.Unmarshal(r.Value, &Delivery{}); err != nil {
			return fmt.Errorf("not a delivery: %w", err)
		}
	}
	return nil
}
