package store_test

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// wantSame demands that an operation succeeded, or failed with want.
func wantSame(t *rapid.T, what string, got, want error) {
	if !errors.Is(got, want) {
		t.Fatalf("%s: got error %v, want %v", what, got, want)
	}
}

// page returns what a list with the limit answers of the sorted keys.
func page(keys []string, limit int) []string {
	if limit > 0 && limit < len(keys) {
		return keys[:limit]
	}
	return keys
}

// Memory does what a map does, with versions.
func TestMemoryIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, s, model := t.Context(), store.NewMemory(), map[string]store.Item{}
		key := rapid.StringOfN(rapid.SampledFrom([]rune("ab/é")), 1, 4, -1)
		edge := rapid.StringOfN(rapid.SampledFrom([]rune("ab/é")), 0, 3, -1)
		version := func(key string) uint64 {
			if rapid.IntRange(0, 3).Draw(t, "honest") > 0 {
				return model[key].Version
			}
			return rapid.Uint64Range(0, 20).Draw(t, "version")
		}
		t.Repeat(map[string]func(*rapid.T){
			"get": func(t *rapid.T) {
				key := key.Draw(t, "key")
				want, found := model[key]
				var wantErr error
				if !found {
					wantErr = store.ErrNotFound
				}
				got, err := s.Get(ctx, key)
				wantSame(t, "get", err, wantErr)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("get %q (-want +got):\n%s", key, diff)
				}
			},
			"put": func(t *rapid.T) {
				key := key.Draw(t, "key")
				it := store.Item{Key: key, Value: rapid.SliceOfN(rapid.Byte(), 1, 3).Draw(t, "value"), Version: version(key)}
				var want error
				if it.Version != model[key].Version {
					want = store.ErrConflict
				}
				put, err := s.Put(ctx, it)
				wantSame(t, "put", err, want)
				if err == nil {
					model[key] = put
				}
			},
			"delete": func(t *rapid.T) {
				key := key.Draw(t, "key")
				version := version(key)
				var want error
				if current, found := model[key]; !found || version != current.Version {
					want = store.ErrConflict
				}
				wantSame(t, "delete", s.Delete(ctx, key, version), want)
				if want == nil {
					delete(model, key)
				}
			},
			"list": func(t *rapid.T) {
				prefix, after := edge.Draw(t, "prefix"), edge.Draw(t, "after")
				limit := rapid.IntRange(0, 4).Draw(t, "limit")
				keys := slices.DeleteFunc(slices.Sorted(maps.Keys(model)), func(key string) bool {
					return !strings.HasPrefix(key, prefix) || key <= after
				})
				var want []store.Item
				for _, key := range page(keys, limit) {
					want = append(want, model[key])
				}
				got, err := s.List(ctx, prefix, after, limit)
				wantSame(t, "list", err, nil)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("list %q after %q limit %d (-want +got):\n%s", prefix, after, limit, diff)
				}
			},
		})
	})
}

// A table does what a map does, whatever the ids, and in one world nothing is seen of another.
func TestTableIsAMap(t *testing.T) {
	refused := errors.New("refused")
	rapid.Check(t, func(t *rapid.T) {
		table := quotes(store.NewMemory())
		models := map[string]map[string]quote{"w": {}, "w2": {}}
		pieces := rapid.SampledFrom([]string{"a", "b", "/", "%", "%2F", " ", "+", "é", "\x00", "\xff", ".", "~"})
		ids := rapid.Map(rapid.SliceOfN(pieces, 1, 2), func(p []string) string { return strings.Join(p, "") })
		values := rapid.Custom(func(t *rapid.T) quote {
			return quote{Plate: rapid.String().Draw(t, "plate"), Calls: rapid.Int().Draw(t, "calls")}
		})
		draw := func(t *rapid.T) (context.Context, map[string]quote, string, quote, bool) {
			world := rapid.SampledFrom([]string{"w", "w2"}).Draw(t, "world")
			id := ids.Draw(t, "id")
			row, found := models[world][id]
			return in(t.Context(), world), models[world], id, row, found
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				for world, model := range models {
					keys := slices.SortedFunc(maps.Keys(model), func(a, b string) int {
						return strings.Compare(url.PathEscape(a), url.PathEscape(b))
					})
					var want []store.Row[quote]
					for _, id := range keys {
						want = append(want, store.Row[quote]{ID: id, Value: model[id]})
					}
					got, err := table.Rows(in(t.Context(), world), "", 0)
					wantSame(t, "rows", err, nil)
					if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
						t.Fatalf("rows of %s (-want +got):\n%s", world, diff)
					}
				}
			},
			"get": func(t *rapid.T) {
				ctx, _, id, row, found := draw(t)
				var want error
				if !found {
					want = store.ErrNotFound
				}
				got, err := table.Get(ctx, id)
				wantSame(t, "get", err, want)
				if diff := cmp.Diff(row, got); diff != "" {
					t.Fatalf("get %q (-want +got):\n%s", id, diff)
				}
			},
			"insert": func(t *rapid.T) {
				ctx, model, id, _, found := draw(t)
				v := values.Draw(t, "value")
				var want error
				if found {
					want = store.ErrConflict
				} else {
					model[id] = v
				}
				wantSame(t, "insert", table.Insert(ctx, id, v), want)
			},
			"set": func(t *rapid.T) {
				ctx, model, id, _, _ := draw(t)
				v := values.Draw(t, "value")
				model[id] = v
				wantSame(t, "set", table.Set(ctx, id, v), nil)
			},
			"update": func(t *rapid.T) {
				ctx, model, id, row, found := draw(t)
				refuse := rapid.Bool().Draw(t, "refuse")
				var want error
				switch {
				case !found:
					want = store.ErrNotFound
				case refuse:
					want = refused
				default:
					row.Calls++
					model[id] = row
				}
				_, err := table.Update(ctx, id, func(q *quote) error {
					q.Calls++
					if refuse {
						return refused
					}
					return nil
				})
				wantSame(t, "update", err, want)
			},
			"delete": func(t *rapid.T) {
				ctx, model, id, _, found := draw(t)
				var want error
				if !found {
					want = store.ErrNotFound
				}
				delete(model, id)
				wantSame(t, "delete", table.Delete(ctx, id), want)
			},
			"page": func(t *rapid.T) {
				ctx, model, after, _, _ := draw(t)
				limit := rapid.IntRange(0, 4).Draw(t, "limit")
				var keys []string
				for id := range model {
					if key := url.PathEscape(id); key > url.PathEscape(after) {
						keys = append(keys, key)
					}
				}
				slices.Sort(keys)
				rows, err := table.Rows(ctx, after, limit)
				wantSame(t, "rows", err, nil)
				var got []string
				for _, r := range rows {
					got = append(got, url.PathEscape(r.ID))
				}
				if diff := cmp.Diff(page(keys, limit), got, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("ids after %q limit %d (-want +got):\n%s", after, limit, diff)
				}
			},
		})
	})
}
