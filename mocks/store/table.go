package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Table is one kind of row, kept as JSON in a Store.
//
// A row lies at prefix + "/" + id, with the id percent-escaped as one segment of
// a path. An id may therefore hold any bytes, "/" included, but not be empty, and
// no table may lie below another: "w1/quotes" and "w1/quotes/old" do not go together.
//
// Numbers keep their text, in fields of type any too, and a json.RawMessage comes
// back as it went in, save for white space.
type Table[T any] struct {
	store  Store
	prefix func(context.Context) string
}

// Row is a value and the id it is kept under.
type Row[T any] struct {
	ID    string
	Value T
}

// NewTable returns the table whose rows lie, for a caller's context, below what
// prefix says; tables of one prefix and type are the same table.
func NewTable[T any](s Store, prefix func(context.Context) string) Table[T] {
	return Table[T]{store: s, prefix: prefix}
}

// Get returns the row, or ErrNotFound.
func (t Table[T]) Get(ctx context.Context, id string) (T, error) {
	it, err := t.store.Get(ctx, t.key(ctx, id))
	if err != nil {
		var none T
		return none, err
	}
	return decode[T](it)
}

// Insert writes a new row, or returns ErrConflict if the id is taken.
func (t Table[T]) Insert(ctx context.Context, id string, v T) error {
	it, err := t.item(ctx, id, v)
	if err != nil {
		return err
	}
	_, err = t.store.Put(ctx, it)
	return err
}

// Set writes the row, whether or not there is one.
func (t Table[T]) Set(ctx context.Context, id string, v T) error {
	it, err := t.item(ctx, id, v)
	if err != nil {
		return err
	}
	return swap(ctx, t.store, it.Key, func(Item) ([]byte, error) { return it.Value, nil })
}

// Update lets change alter the row and returns what was written. When somebody
// else writes the row meanwhile, change runs again on what they wrote, until it
// comes through or the context ends. A missing row is ErrNotFound; an error from
// change leaves the row as it is and is returned as it came.
func (t Table[T]) Update(ctx context.Context, id string, change func(*T) error) (T, error) {
	var v, none T
	err := swap(ctx, t.store, t.key(ctx, id), func(it Item) ([]byte, error) {
		if it.Version == 0 {
			return nil, failed("update", it.Key, ErrNotFound)
		}
		var err error
		if v, err = decode[T](it); err != nil {
			return nil, err
		}
		if err = change(&v); err != nil {
			return nil, err
		}
		return encode(it.Key, v)
	})
	if err != nil {
		return none, err
	}
	return v, nil
}

// Delete removes the row, whatever its version, or returns ErrNotFound.
func (t Table[T]) Delete(ctx context.Context, id string) error {
	key := t.key(ctx, id)
	for {
		it, err := t.store.Get(ctx, key)
		if err != nil {
			return err
		}
		if err = t.store.Delete(ctx, key, it.Version); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// Rows returns the rows after the id after ("" for all of them), at most limit of
// them (0: no limit), in the byte order of their escaped ids; for ids of letters,
// digits and "-_.~" that is their own byte order.
func (t Table[T]) Rows(ctx context.Context, after string, limit int) ([]Row[T], error) {
	prefix := t.prefix(ctx) + "/"
	items, err := t.store.List(ctx, prefix, prefix+url.PathEscape(after), limit)
	if err != nil {
		return nil, err
	}
	rows := make([]Row[T], len(items))
	for i, it := range items {
		segment := strings.TrimPrefix(it.Key, prefix)
		id, err := url.PathUnescape(segment)
		if err != nil || strings.Contains(segment, "/") {
			return nil, fmt.Errorf("store: list %q: the row %q is not of this table", prefix, it.Key)
		}
		v, err := decode[T](it)
		if err != nil {
			return nil, err
		}
		rows[i] = Row[T]{ID: id, Value: v}
	}
	return rows, nil
}

// List returns the values of Rows.
func (t Table[T]) List(ctx context.Context, after string, limit int) ([]T, error) {
	rows, err := t.Rows(ctx, after, limit)
	if err != nil {
		return nil, err
	}
	values := make([]T, len(rows))
	for i, r := range rows {
		values[i] = r.Value
	}
	return values, nil
}

func (t Table[T]) key(ctx context.Context, id string) string {
	return t.prefix(ctx) + "/" + url.PathEscape(id)
}

// item is the row as it would be written new.
func (t Table[T]) item(ctx context.Context, id string, v T) (Item, error) {
	key := t.key(ctx, id)
	if id == "" {
		return Item{}, failed("put", key, errors.New("empty id"))
	}
	value, err := encode(key, v)
	return Item{Key: key, Value: value}, err
}

func encode[T any](key string, v T) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	// Otherwise a json.RawMessage, the body of a webhook say, would come back with other bytes.
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, failed("encode", key, err)
	}
	return b.Bytes(), nil
}

func decode[T any](it Item) (T, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader(it.Value))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return v, failed("decode", it.Key, err)
	}
	return v, nil
}
