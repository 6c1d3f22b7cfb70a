package store

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/tidwall/btree"
)

var errClosed = errors.New("store is closed")

// Memory is a Store that lives and dies with the process.
type Memory struct {
	mu      sync.RWMutex
	rows    btree.Map[string, row]
	version uint64
	closed  bool
}

// row is never changed once it is in the tree, so its value may be copied
// after the lock is gone.
type row struct {
	value   []byte
	version uint64
}

var _ Store = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{} }

// Get implements Store.
func (m *Memory) Get(ctx context.Context, key string) (Item, error) {
	r, err := m.get(ctx, key)
	if err != nil {
		return Item{}, failed("get", key, err)
	}
	return Item{Key: key, Value: bytes.Clone(r.value), Version: r.version}, nil
}

func (m *Memory) get(ctx context.Context, key string) (row, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.usable(ctx); err != nil {
		return row{}, err
	}
	r, found := m.rows.Get(key)
	if !found {
		return row{}, ErrNotFound
	}
	return r, nil
}

// Put implements Store.
func (m *Memory) Put(ctx context.Context, it Item) (Item, error) {
	if err := checkKey(it.Key); err != nil {
		return Item{}, failed("put", it.Key, err)
	}
	version, err := m.put(ctx, it.Key, row{value: bytes.Clone(it.Value), version: it.Version})
	if err != nil {
		return Item{}, failed("put", it.Key, err)
	}
	it.Version = version
	return it, nil
}

func (m *Memory) put(ctx context.Context, key string, r row) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return 0, err
	}
	// The zero row of a missing key has the version that a new row must name.
	if current, _ := m.rows.Get(key); current.version != r.version {
		return 0, ErrConflict
	}
	// One sequence for all keys: a row that is deleted and written anew never
	// gets a version back that an old reader may still hold.
	m.version++
	r.version = m.version
	m.rows.Set(key, r)
	return r.version, nil
}

// Delete implements Store.
func (m *Memory) Delete(ctx context.Context, key string, version uint64) error {
	if err := m.remove(ctx, key, version); err != nil {
		return failed("delete", key, err)
	}
	return nil
}

func (m *Memory) remove(ctx context.Context, key string, version uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return err
	}
	if current, found := m.rows.Get(key); !found || current.version != version {
		return ErrConflict
	}
	m.rows.Delete(key)
	return nil
}

// List implements Store; it finds the first row in O(log n) and then walks.
func (m *Memory) List(ctx context.Context, prefix, after string, limit int) ([]Item, error) {
	items, err := m.list(ctx, prefix, after, limit)
	if err != nil {
		return nil, failed("list", prefix, err)
	}
	for i := range items {
		items[i].Value = bytes.Clone(items[i].Value)
	}
	return items, nil
}

func (m *Memory) list(ctx context.Context, prefix, after string, limit int) ([]Item, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.usable(ctx); err != nil {
		return nil, err
	}
	var items []Item
	m.rows.Ascend(max(prefix, after), func(key string, r row) bool {
		if !strings.HasPrefix(key, prefix) {
			return false
		}
		if key > after {
			items = append(items, Item{Key: key, Value: r.value, Version: r.version})
		}
		return limit <= 0 || len(items) < limit
	})
	return items, nil
}

// Close implements Store.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return errClosed
	}
	m.closed = true
	m.rows.Clear()
	return nil
}

// usable is asked with the lock held.
func (m *Memory) usable(ctx context.Context) error {
	if m.closed {
		return errClosed
	}
	return ctx.Err()
}
