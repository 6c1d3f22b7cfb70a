package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

func getMissing(ctx context.Context, s store.Store) error {
	_, err := s.Get(ctx, "a")
	return wantError("get of a missing row", err, store.ErrNotFound)
}

func putNew(ctx context.Context, s store.Store) error {
	put, err := s.Put(ctx, store.Item{Key: "a", Value: []byte("1")})
	if err != nil {
		return err
	}
	if put.Version == 0 {
		return errors.New("put returned version 0")
	}
	return wantRow(ctx, s, store.Item{Key: "a", Value: []byte("1"), Version: put.Version}, put)
}

func putAgain(ctx context.Context, s store.Store) error {
	first, err := s.Put(ctx, store.Item{Key: "a", Value: []byte("1")})
	if err != nil {
		return err
	}
	second, err := s.Put(ctx, store.Item{Key: "a", Value: []byte("2"), Version: first.Version})
	if err != nil {
		return err
	}
	if second.Version == first.Version || second.Version == 0 {
		return fmt.Errorf("put over version %d returned version %d", first.Version, second.Version)
	}
	return wantRow(ctx, s, store.Item{Key: "a", Value: []byte("2"), Version: second.Version}, second)
}

func putStale(ctx context.Context, s store.Store) error {
	old, current, err := twoVersions(ctx, s)
	if err != nil {
		return err
	}
	_, err = s.Put(ctx, store.Item{Key: "a", Value: []byte("3"), Version: old.Version})
	if err := wantError("put over an old version", err, store.ErrConflict); err != nil {
		return err
	}
	_, err = s.Put(ctx, store.Item{Key: "a", Value: []byte("3"), Version: current.Version + 1})
	if err := wantError("put over a version to come", err, store.ErrConflict); err != nil {
		return err
	}
	return wantRow(ctx, s, current)
}

func putMustBeNew(ctx context.Context, s store.Store) error {
	first, err := s.Put(ctx, store.Item{Key: "a", Value: []byte("1")})
	if err != nil {
		return err
	}
	_, err = s.Put(ctx, store.Item{Key: "a", Value: []byte("2")})
	if err := wantError("put of a new row that exists", err, store.ErrConflict); err != nil {
		return err
	}
	return wantRow(ctx, s, first)
}

func putMissing(ctx context.Context, s store.Store) error {
	_, err := s.Put(ctx, store.Item{Key: "a", Value: []byte("1"), Version: 1})
	if err := wantError("put over a version of a missing row", err, store.ErrConflict); err != nil {
		return err
	}
	_, err = s.Get(ctx, "a")
	return wantError("get after the refused put", err, store.ErrNotFound)
}

func putBadKey(ctx context.Context, s store.Store) error {
	for _, key := range []string{"", "a\x00", "a\xff"} {
		if _, err := s.Put(ctx, store.Item{Key: key}); err == nil {
			return fmt.Errorf("put with the key %q: got no error", key)
		}
	}
	return wantKeys(ctx, s, list{})
}

func deleteCurrent(ctx context.Context, s store.Store) error {
	_, current, err := twoVersions(ctx, s)
	if err != nil {
		return err
	}
	other, err := s.Put(ctx, store.Item{Key: "b", Value: []byte("1")})
	if err != nil {
		return err
	}
	if err := s.Delete(ctx, "a", current.Version); err != nil {
		return err
	}
	_, err = s.Get(ctx, "a")
	if err := wantError("get of the deleted row", err, store.ErrNotFound); err != nil {
		return err
	}
	if err := wantKeys(ctx, s, list{want: []string{"b"}}); err != nil {
		return err
	}
	return wantRow(ctx, s, other)
}

func deleteStale(ctx context.Context, s store.Store) error {
	old, current, err := twoVersions(ctx, s)
	if err != nil {
		return err
	}
	for _, version := range []uint64{0, old.Version, current.Version + 1} {
		err := s.Delete(ctx, "a", version)
		if err := wantError(fmt.Sprintf("delete of version %d", version), err, store.ErrConflict); err != nil {
			return err
		}
	}
	return wantRow(ctx, s, current)
}

func deleteMissing(ctx context.Context, s store.Store) error {
	for _, version := range []uint64{0, 1} {
		err := s.Delete(ctx, "a", version)
		if err := wantError("delete of a missing row", err, store.ErrConflict); err != nil {
			return err
		}
	}
	return nil
}

func versionsNotReused(ctx context.Context, s store.Store) error {
	seen := map[uint64]bool{}
	for range 5 {
		it, err := s.Put(ctx, store.Item{Key: "a", Value: []byte("1")})
		if err != nil {
			return err
		}
		if seen[it.Version] {
			return fmt.Errorf("version %d was given again to a row that was deleted and written anew", it.Version)
		}
		seen[it.Version] = true
		if err := s.Delete(ctx, "a", it.Version); err != nil {
			return err
		}
	}
	return nil
}

func valuesOfAllKinds(ctx context.Context, s store.Store) error {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	values := map[string][]byte{
		"nil": nil, "empty": {}, "every byte": every, "long": bytes.Repeat(every, 4096),
	}
	for key, value := range values {
		put, err := s.Put(ctx, store.Item{Key: key, Value: value})
		if err != nil {
			return err
		}
		got, err := s.Get(ctx, key)
		if err != nil {
			return err
		}
		if !bytes.Equal(got.Value, value) || !bytes.Equal(put.Value, value) {
			return fmt.Errorf("value %q: put %d bytes, put returned %d, get %d, or others",
				key, len(value), len(put.Value), len(got.Value))
		}
	}
	return nil
}

func valuesAreCopies(ctx context.Context, s store.Store) error {
	want := store.Item{Key: "a", Value: []byte("kept")}
	mine := []byte("kept")
	put, err := s.Put(ctx, store.Item{Key: "a", Value: mine})
	if err != nil {
		return err
	}
	want.Version = put.Version
	got, err := s.Get(ctx, "a")
	if err != nil {
		return err
	}
	items, err := s.List(ctx, "", "", 0)
	if err != nil {
		return err
	}
	if len(items) != 1 {
		return fmt.Errorf("list: got %d rows, want 1", len(items))
	}
	for _, tt := range []struct {
		name  string
		value []byte
	}{
		{"given to put", mine}, {"returned by put", put.Value}, {"returned by get", got.Value}, {"returned by list", items[0].Value},
	} {
		copy(tt.value, "lost")
		if err := wantRow(ctx, s, want); err != nil {
			return fmt.Errorf("after the value %s was changed: %w", tt.name, err)
		}
	}
	return nil
}

const writers = 100

func manyWriters(ctx context.Context, s store.Store) error {
	if _, err := s.Put(ctx, store.Item{Key: "a"}); err != nil {
		return err
	}
	var group errgroup.Group
	for writer := range byte(writers) {
		group.Go(func() error {
			for {
				it, err := s.Get(ctx, "a")
				if err != nil {
					return err
				}
				it.Value = append(it.Value, writer)
				if _, err = s.Put(ctx, it); !errors.Is(err, store.ErrConflict) {
					return err
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	it, err := s.Get(ctx, "a")
	if err != nil {
		return err
	}
	for writer := range byte(writers) {
		if n := bytes.Count(it.Value, []byte{writer}); n != 1 {
			return fmt.Errorf("writer %d of %d is in the row %d times, want once", writer, writers, n)
		}
	}
	return nil
}

func manyCreators(ctx context.Context, s store.Store) error {
	won := make([]bool, writers)
	var group errgroup.Group
	for writer := range writers {
		group.Go(func() error {
			_, err := s.Put(ctx, store.Item{Key: "a", Value: []byte{byte(writer)}})
			if won[writer] = err == nil; won[writer] || errors.Is(err, store.ErrConflict) {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	it, err := s.Get(ctx, "a")
	if err != nil {
		return err
	}
	for writer, won := range won {
		if last := bytes.Equal(it.Value, []byte{byte(writer)}); won != last {
			return fmt.Errorf("creator %d: put succeeded: %t, its row is there: %t", writer, won, last)
		}
	}
	return nil
}

func cancelledContexts(ctx context.Context, s store.Store) error {
	_, current, err := twoVersions(ctx, s)
	if err != nil {
		return err
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for name, err := range methods(cancelled, s, current) {
		if err := wantError(name+" with a cancelled context", err, context.Canceled); err != nil {
			return err
		}
	}
	if err := wantKeys(ctx, s, list{want: []string{"a"}}); err != nil {
		return err
	}
	return wantRow(ctx, s, current)
}

func useAfterClose(ctx context.Context, s store.Store) error {
	_, current, err := twoVersions(ctx, s)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	results := methods(ctx, s, current)
	results["close"] = s.Close()
	for name, err := range results {
		if err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("%s after close: got error %w, want one of its own", name, err)
		}
	}
	return nil
}
