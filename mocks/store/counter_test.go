package store_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

func TestNext(t *testing.T) {
	ctx, s := t.Context(), store.NewMemory()
	for _, tt := range []struct {
		key  string
		want uint64
	}{{"a", 1}, {"a", 2}, {"b", 1}, {"a", 3}, {"b", 2}} {
		got, err := store.Next(ctx, s, tt.key)
		must(t, err)
		if got != tt.want {
			t.Errorf("next of %q: got %d, want %d", tt.key, got, tt.want)
		}
	}
	it, err := s.Get(ctx, "a")
	must(t, err)
	if got, want := string(it.Value), "3"; got != want {
		t.Errorf("row: got %s, want %s", got, want)
	}
}

func TestNextConcurrently(t *testing.T) {
	const callers, rounds = 20, 50
	s := store.NewMemory()
	counted := make([][]uint64, callers)
	var group errgroup.Group
	for i := range callers {
		group.Go(func() error {
			for range rounds {
				n, err := store.Next(t.Context(), s, "n")
				if err != nil {
					return err
				}
				counted[i] = append(counted[i], n)
			}
			return nil
		})
	}
	must(t, group.Wait())
	got := slices.Sorted(slices.Values(slices.Concat(counted...)))
	want := make([]uint64, callers*rounds)
	for i := range want {
		want[i] = uint64(i) + 1
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

func TestNextRefuses(t *testing.T) {
	ctx, s := t.Context(), store.NewMemory()
	_, err := s.Put(ctx, store.Item{Key: "a", Value: []byte(`{"plate":"1"}`)})
	must(t, err)
	_, err = store.Next(ctx, s, "a")
	if _, ok := errors.AsType[*strconv.NumError](err); !ok {
		t.Errorf("next of a row that is no counter: got error %v, want a *strconv.NumError", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = store.Next(cancelled, s, "b")
	wantError(t, "next with a cancelled context", err, context.Canceled)
	if n, err := store.Next(ctx, s, "b"); n != 1 || err != nil {
		t.Errorf("next after that: got %d and error %v, want 1", n, err)
	}
}
