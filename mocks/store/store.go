package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

var (
	// ErrNotFound says that no row has the key.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that the version given is not the row's current one.
	ErrConflict = errors.New("version conflict")
)

// Item is one row.
type Item struct {
	// Key orders the rows, byte by byte; it is valid UTF-8, not empty and free of NUL.
	Key string
	// Value is the caller's own copy.
	Value []byte
	// Version is given by the store, never 0, and never given twice to one key,
	// not even when the row is deleted and written anew.
	Version uint64
}

// Store is a set of rows in key order, safe for concurrent use; a method whose
// context is cancelled changes nothing and returns the context's error, and after
// Close every method returns an error.
type Store interface {
	// Get returns the row with the key, or ErrNotFound.
	Get(ctx context.Context, key string) (Item, error)
	// Put writes the row and returns it with its new version; it returns
	// ErrConflict unless it.Version is current, where 0 means that the row must be new.
	Put(ctx context.Context, it Item) (Item, error)
	// Delete removes the row, or returns ErrConflict unless the version is current;
	// a missing row has no current version.
	Delete(ctx context.Context, key string, version uint64) error
	// List returns, in key order, the rows whose key begins with prefix and comes
	// after the key after ("" for all of them), at most limit of them (0: no limit).
	List(ctx context.Context, prefix, after string, limit int) ([]Item, error)
	// Close releases the rows and whatever else the store holds.
	Close() error
}

// checkKey refuses what not every engine can keep as a key.
func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("empty key")
	case !utf8.ValidString(key):
		return errors.New("key is not valid UTF-8")
	case strings.Contains(key, "\x00"):
		return errors.New("key contains NUL")
	}
	return nil
}

// swap writes what change makes of the row, as often as it takes until nobody
// came in between; the row that change sees has version 0 if there is none.
// It ends with the context, because Get does.
func swap(ctx context.Context, s Store, key string, change func(Item) ([]byte, error)) error {
	for {
		it, err := s.Get(ctx, key)
		if errors.Is(err, ErrNotFound) {
			it = Item{Key: key}
		} else if err != nil {
			return err
		}
		if it.Value, err = change(it); err != nil {
			return err
		}
		if _, err = s.Put(ctx, it); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// failed names the operation and the row that an error is about.
func failed(operation, key string, err error) error {
	return fmt.Errorf("store: %s %q: %w", operation, key, err)
}
