package storetest

import (
	"context"
	"errors"
	"slices"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// bent is a store that works but for the methods that are set.
type bent struct {
	store.Store
	get   func(ctx context.Context, key string) (store.Item, error)
	put   func(ctx context.Context, it store.Item) (store.Item, error)
	del   func(ctx context.Context, key string, version uint64) error
	list  func(ctx context.Context, prefix, after string, limit int) ([]store.Item, error)
	close func() error
}

func (b bent) Get(ctx context.Context, key string) (store.Item, error) {
	if b.get != nil {
		return b.get(ctx, key)
	}
	return b.Store.Get(ctx, key)
}

func (b bent) Put(ctx context.Context, it store.Item) (store.Item, error) {
	if b.put != nil {
		return b.put(ctx, it)
	}
	return b.Store.Put(ctx, it)
}

func (b bent) Delete(ctx context.Context, key string, version uint64) error {
	if b.del != nil {
		return b.del(ctx, key, version)
	}
	return b.Store.Delete(ctx, key, version)
}

func (b bent) List(ctx context.Context, prefix, after string, limit int) ([]store.Item, error) {
	if b.list != nil {
		return b.list(ctx, prefix, after, limit)
	}
	return b.Store.List(ctx, prefix, after, limit)
}

func (b bent) Close() error {
	if b.close != nil {
		return b.close()
	}
	return b.Store.Close()
}

// blind writes over whatever version is there.
func blind(ctx context.Context, s store.Store, it store.Item) (store.Item, error) {
	current, err := s.Get(ctx, it.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Item{}, err
	}
	it.Version = current.Version
	return s.Put(ctx, it)
}

// relist answers a list from the store's whole content.
func relist(s store.Store, keep func(key, prefix, after string) bool) func(context.Context, string, string, int) ([]store.Item, error) {
	return func(ctx context.Context, prefix, after string, limit int) ([]store.Item, error) {
		all, err := s.List(ctx, "", "", 0)
		kept := slices.DeleteFunc(all, func(it store.Item) bool { return !keep(it.Key, prefix, after) })
		if limit > 0 && limit < len(kept) {
			kept = kept[:limit]
		}
		return kept, err
	}
}
