package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// twoVersions leaves one row, "a", in its second version.
func twoVersions(ctx context.Context, s store.Store) (old, current store.Item, err error) {
	if old, err = s.Put(ctx, store.Item{Key: "a", Value: []byte("1")}); err != nil {
		return old, current, err
	}
	current, err = s.Put(ctx, store.Item{Key: "a", Value: []byte("2"), Version: old.Version})
	return old, current, err
}

// methods calls every method but Close, in a way that would succeed on the row it.
func methods(ctx context.Context, s store.Store, it store.Item) map[string]error {
	errs := map[string]error{}
	_, errs["get"] = s.Get(ctx, it.Key)
	_, errs["list"] = s.List(ctx, "", "", 0)
	_, errs["put new"] = s.Put(ctx, store.Item{Key: it.Key + "/new"})
	_, errs["put again"] = s.Put(ctx, store.Item{Key: it.Key, Value: []byte("changed"), Version: it.Version})
	errs["delete"] = s.Delete(ctx, it.Key, it.Version)
	return errs
}

func wantError(what string, got, want error) error {
	if !errors.Is(got, want) {
		return fmt.Errorf("%s: got error %w, want %w", what, got, want)
	}
	return nil
}

// wantRow demands that the store holds the row, and that every answer says so too.
func wantRow(ctx context.Context, s store.Store, want store.Item, answers ...store.Item) error {
	held, err := s.Get(ctx, want.Key)
	if err != nil {
		return err
	}
	for _, got := range append(answers, held) {
		if got.Key != want.Key || got.Version != want.Version || !bytes.Equal(got.Value, want.Value) {
			return fmt.Errorf("got row %q version %d value %q, want %q version %d value %q",
				got.Key, got.Version, got.Value, want.Key, want.Version, want.Value)
		}
	}
	return nil
}
