package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// list is a call of List and the keys it should answer with.
type list struct {
	prefix, after string
	limit         int
	want          []string
}

// Keys that an engine with a locale would sort differently.
var ordered = []string{"%", "A/1", "Z", "a", "a b", "a-1", "a/1", "a/10", "a/2", "aB", "ab", "a~", "b", "é", "ü", "日本"}

func listOrder(ctx context.Context, s store.Store) error {
	if err := putKeys(ctx, s, ordered); err != nil {
		return err
	}
	return wantKeys(ctx, s, list{want: ordered})
}

func listPrefix(ctx context.Context, s store.Store) error {
	keys := []string{"a", "a-1", "a/", "a/1", "a/2", "a/2/3", "a0", "aa/1", "ab", "b%/1", "b_/1", "bb/1", "c\\/1", "c/1", "é/1", "\U0010ffff", "\U0010ffff/1"}
	if err := putKeys(ctx, s, keys); err != nil {
		return err
	}
	return wantLists(ctx, s,
		list{prefix: "a/", want: []string{"a/", "a/1", "a/2", "a/2/3"}},
		list{prefix: "a/2", want: []string{"a/2", "a/2/3"}},
		list{prefix: "aa", want: []string{"aa/1"}},
		list{prefix: "A/", want: nil},
		list{prefix: "b%/", want: []string{"b%/1"}},
		list{prefix: "b_/", want: []string{"b_/1"}},
		list{prefix: "c\\/", want: []string{"c\\/1"}},
		list{prefix: "é", want: []string{"é/1"}},
		list{prefix: "\U0010ffff", want: []string{"\U0010ffff", "\U0010ffff/1"}},
		list{prefix: "missing", want: nil},
	)
}

func listAfter(ctx context.Context, s store.Store) error {
	if err := putKeys(ctx, s, []string{"a/1", "a/2", "a/4", "b/1"}); err != nil {
		return err
	}
	return wantLists(ctx, s,
		list{prefix: "a/", after: "a/1", want: []string{"a/2", "a/4"}},
		list{prefix: "a/", after: "a/3", want: []string{"a/4"}},
		list{prefix: "a/", after: "a/4", want: nil},
		list{prefix: "a/", after: "a/", want: []string{"a/1", "a/2", "a/4"}},
		list{prefix: "a/", after: "Z", want: []string{"a/1", "a/2", "a/4"}},
		list{prefix: "a/", after: "b/1", want: nil},
		list{prefix: "a/1", after: "a/1", want: nil},
		list{after: "a/2", want: []string{"a/4", "b/1"}},
		list{after: "b/1", want: nil},
	)
}

func listPages(ctx context.Context, s store.Store) error {
	var keys []string
	for i := range 25 {
		keys = append(keys, fmt.Sprintf("a/%02d", i))
	}
	if err := putKeys(ctx, s, append([]string{"Z", "a", "b"}, keys...)); err != nil {
		return err
	}
	for _, limit := range []int{1, 2, 10, 25, 26} {
		after := ""
		for page := range slices.Chunk(keys, limit) {
			if err := wantKeys(ctx, s, list{prefix: "a/", after: after, limit: limit, want: page}); err != nil {
				return err
			}
			after = page[len(page)-1]
		}
		if err := wantKeys(ctx, s, list{prefix: "a/", after: after, limit: limit}); err != nil {
			return err
		}
	}
	return wantKeys(ctx, s, list{prefix: "a/", want: keys})
}

// putKeys writes the rows last to first, each with its key as value.
func putKeys(ctx context.Context, s store.Store, keys []string) error {
	for _, key := range slices.Backward(keys) {
		if _, err := s.Put(ctx, store.Item{Key: key, Value: []byte(key)}); err != nil {
			return err
		}
	}
	return nil
}

func wantLists(ctx context.Context, s store.Store, lists ...list) error {
	for _, l := range lists {
		if err := wantKeys(ctx, s, l); err != nil {
			return err
		}
	}
	return nil
}

func wantKeys(ctx context.Context, s store.Store, l list) error {
	items, err := s.List(ctx, l.prefix, l.after, l.limit)
	if err != nil {
		return err
	}
	var got []string
	for _, it := range items {
		got = append(got, it.Key)
		if err := wantRow(ctx, s, it); err != nil {
			return fmt.Errorf("list and get: %w", err)
		}
	}
	if !slices.Equal(got, l.want) {
		return fmt.Errorf("list prefix %q after %q limit %d: got %q, want %q", l.prefix, l.after, l.limit, got, l.want)
	}
	return nil
}
