package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// TestDefectsAreNoticed hands the suite one broken store for each defect that it
// claims to notice.
func TestDefectsAreNoticed(t *testing.T) {
	tests := []struct {
		defect string
		bend   func(s store.Store) bent
		want   []string // the checks that must fail
	}{
		{"a missing row is empty", func(s store.Store) bent {
			return bent{get: func(ctx context.Context, key string) (store.Item, error) {
				it, err := s.Get(ctx, key)
				if errors.Is(err, store.ErrNotFound) {
					return store.Item{Key: key}, nil
				}
				return it, err
			}}
		}, []string{"get missing", "put missing with a version", "delete"}},
		{"put does not look at the version", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) { return blind(ctx, s, it) }}
		}, []string{"put stale", "put must be new", "put missing with a version"}},
		{"version 0 overwrites", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				if it.Version == 0 {
					return blind(ctx, s, it)
				}
				return s.Put(ctx, it)
			}}
		}, []string{"put must be new"}},
		{"a missing row may have a version", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				if _, err := s.Get(ctx, it.Key); errors.Is(err, store.ErrNotFound) {
					it.Version = 0
				}
				return s.Put(ctx, it)
			}}
		}, []string{"put missing with a version"}},
		{"a conflict is a missing row", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				it, err := s.Put(ctx, it)
				if errors.Is(err, store.ErrConflict) {
					err = store.ErrNotFound
				}
				return it, err
			}}
		}, []string{"put stale", "put must be new", "put missing with a version"}},
		{"put returns the old version", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				_, err := s.Put(ctx, it)
				return it, err
			}}
		}, []string{"put new", "put again", "delete"}},
		{"any key will do", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				put, err := s.Put(ctx, it)
				if err != nil && !errors.Is(err, store.ErrConflict) {
					return it, nil
				}
				return put, err
			}}
		}, []string{"put bad key"}},
		{"delete does not look at the version", func(s store.Store) bent {
			return bent{del: func(ctx context.Context, key string, _ uint64) error {
				it, err := s.Get(ctx, key)
				if errors.Is(err, store.ErrNotFound) {
					return store.ErrConflict
				} else if err != nil {
					return err
				}
				return s.Delete(ctx, key, it.Version)
			}}
		}, []string{"delete stale"}},
		{"delete of nothing succeeds", func(s store.Store) bent {
			return bent{del: func(ctx context.Context, key string, version uint64) error {
				if _, err := s.Get(ctx, key); errors.Is(err, store.ErrNotFound) {
					return nil
				}
				return s.Delete(ctx, key, version)
			}}
		}, []string{"delete missing"}},
		{"delete only empties", func(s store.Store) bent {
			return bent{del: func(ctx context.Context, key string, version uint64) error {
				_, err := s.Put(ctx, store.Item{Key: key, Version: version})
				return err
			}}
		}, []string{"delete"}},
		{"versions start again", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				put, err := s.Put(ctx, it)
				if it.Version == 0 {
					put.Version = 1
				}
				return put, err
			}, del: func(ctx context.Context, key string, version uint64) error {
				it, err := s.Get(ctx, key)
				if version == 1 && err == nil {
					version = it.Version
				}
				return s.Delete(ctx, key, version)
			}}
		}, []string{"versions are not used again"}},
		{"values are text", func(s store.Store) bent {
			return bent{get: func(ctx context.Context, key string) (store.Item, error) {
				it, err := s.Get(ctx, key)
				it.Value = bytes.ToValidUTF8(it.Value, []byte("?"))
				return it, err
			}}
		}, []string{"values of all kinds"}},
		{"put keeps the caller's value", func(s store.Store) bent {
			kept := map[string][]byte{}
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				kept[it.Key] = it.Value
				return s.Put(ctx, it)
			}, get: func(ctx context.Context, key string) (store.Item, error) {
				it, err := s.Get(ctx, key)
				it.Value = bytes.Clone(kept[key])
				return it, err
			}}
		}, []string{"values are copies"}},
		{"get gives its own value away", func(s store.Store) bent {
			given := map[string]store.Item{}
			return bent{get: func(ctx context.Context, key string) (store.Item, error) {
				it, err := s.Get(ctx, key)
				if last := given[key]; err == nil && last.Version == it.Version {
					return last, nil
				}
				given[key] = it
				return it, err
			}}
		}, []string{"values are copies"}},
		{"list gives its own values away", func(s store.Store) bent {
			given := map[string]store.Item{}
			return bent{get: func(ctx context.Context, key string) (store.Item, error) {
				it, err := s.Get(ctx, key)
				if last := given[key]; err == nil && last.Version == it.Version {
					it.Value = bytes.Clone(last.Value)
				}
				return it, err
			}, list: func(ctx context.Context, prefix, after string, limit int) ([]store.Item, error) {
				items, err := s.List(ctx, prefix, after, limit)
				for _, it := range items {
					given[it.Key] = it
				}
				return items, err
			}}
		}, []string{"values are copies"}},
		{"list sorts without case", func(s store.Store) bent {
			return bent{list: func(ctx context.Context, prefix, after string, limit int) ([]store.Item, error) {
				items, err := s.List(ctx, prefix, after, limit)
				slices.SortStableFunc(items, func(a, b store.Item) int {
					return strings.Compare(strings.ToLower(a.Key), strings.ToLower(b.Key))
				})
				return items, err
			}}
		}, []string{"list order"}},
		{"a prefix ends before its slash", func(s store.Store) bent {
			return bent{list: relist(s, func(key, prefix, after string) bool {
				return strings.HasPrefix(key, strings.TrimSuffix(prefix, "/")) && key > after
			})}
		}, []string{"list prefix", "list pages"}},
		{"an underscore in a prefix is any letter", func(s store.Store) bent {
			return bent{list: relist(s, func(key, prefix, after string) bool {
				if i := strings.IndexByte(prefix, '_'); i >= 0 && i < len(key) {
					prefix = strings.Replace(prefix, "_", key[i:i+1], 1)
				}
				return strings.HasPrefix(key, prefix) && key > after
			})}
		}, []string{"list prefix"}},
		{"after is included", func(s store.Store) bent {
			return bent{list: relist(s, func(key, prefix, after string) bool {
				return strings.HasPrefix(key, prefix) && key >= after
			})}
		}, []string{"list after", "list pages"}},
		{"after is only found if it is there", func(s store.Store) bent {
			return bent{list: func(ctx context.Context, prefix, after string, limit int) ([]store.Item, error) {
				if _, err := s.Get(ctx, after); after != "" && err != nil {
					return nil, ctx.Err()
				}
				return s.List(ctx, prefix, after, limit)
			}}
		}, []string{"list after"}},
		{"after leads beyond the prefix", func(s store.Store) bent {
			return bent{list: relist(s, func(key, prefix, after string) bool {
				if after != "" {
					return key > after
				}
				return strings.HasPrefix(key, prefix)
			})}
		}, []string{"list after", "list pages"}},
		{"no limit", func(s store.Store) bent {
			return bent{list: func(ctx context.Context, prefix, after string, _ int) ([]store.Item, error) {
				return s.List(ctx, prefix, after, 0)
			}}
		}, []string{"list pages"}},
		{"always a limit", func(s store.Store) bent {
			return bent{list: func(ctx context.Context, prefix, after string, limit int) ([]store.Item, error) {
				if limit == 0 {
					limit = 20
				}
				return s.List(ctx, prefix, after, limit)
			}}
		}, []string{"list pages"}},
		{"put ignores the context", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				return s.Put(context.WithoutCancel(ctx), it)
			}}
		}, []string{"cancelled contexts"}},
		{"put looks at the context too late", func(s store.Store) bent {
			return bent{put: func(ctx context.Context, it store.Item) (store.Item, error) {
				put, err := s.Put(context.WithoutCancel(ctx), it)
				return put, errors.Join(err, ctx.Err())
			}}
		}, []string{"cancelled contexts"}},
		{"get ignores the context", func(s store.Store) bent {
			return bent{get: func(ctx context.Context, key string) (store.Item, error) {
				return s.Get(context.WithoutCancel(ctx), key)
			}}
		}, []string{"cancelled contexts"}},
		{"delete ignores the context", func(s store.Store) bent {
			return bent{del: func(ctx context.Context, key string, version uint64) error {
				return s.Delete(context.WithoutCancel(ctx), key, version)
			}}
		}, []string{"cancelled contexts"}},
		{"list ignores the context", func(s store.Store) bent {
			return bent{list: func(ctx context.Context, prefix, after string, limit int) ([]store.Item, error) {
				return s.List(context.WithoutCancel(ctx), prefix, after, limit)
			}}
		}, []string{"cancelled contexts"}},
		{"close closes nothing", func(store.Store) bent {
			return bent{close: func() error { return nil }}
		}, []string{"use after close"}},
		{"a closed store seems empty", func(s store.Store) bent {
			closed := false
			return bent{close: func() error {
				closed = true
				return s.Close()
			}, get: func(ctx context.Context, key string) (store.Item, error) {
				if closed {
					return store.Item{}, store.ErrNotFound
				}
				return s.Get(ctx, key)
			}}
		}, []string{"use after close"}},
	}
	noticed := map[string]bool{}
	for _, tt := range tests {
		for _, name := range tt.want {
			noticed[name] = true
		}
		t.Run(tt.defect, func(t *testing.T) {
			for _, name := range tt.want {
				c := checkNamed(t, name)
				s := store.NewMemory()
				if err := c.run(t.Context(), s); err != nil {
					t.Fatalf("%s: fails without the defect: %v", name, err)
				}
				s = store.NewMemory()
				b := tt.bend(s)
				b.Store = s
				if err := c.run(t.Context(), b); err == nil {
					t.Errorf("%s: got no error", name)
				}
			}
		})
	}
	for _, c := range checks {
		if !noticed[c.name] && !slices.Contains(races, c.name) {
			t.Errorf("%s: no defect shows that it can fail", c.name)
		}
	}
}

// races are the checks that run writers side by side, which the bent stores of
// TestDefectsAreNoticed are not made for.
var races = []string{"many writers on one row", "many creators of one row"}

// The first two writers wait for each other before either has written, so that a
// store that does not look at versions must lose one.
func TestLostWritesAreNoticed(t *testing.T) {
	for _, name := range races {
		t.Run(name, func(t *testing.T) {
			s := store.NewMemory()
			var arrived atomic.Int32
			gate := make(chan struct{})
			b := bent{Store: s, put: func(ctx context.Context, it store.Item) (store.Item, error) {
				if len(it.Value) == 0 { // written before the race begins
					return s.Put(ctx, it)
				}
				if arrived.Add(1) == 2 {
					close(gate)
				}
				<-gate
				for {
					if put, err := blind(ctx, s, it); !errors.Is(err, store.ErrConflict) {
						return put, err
					}
				}
			}}
			if err := checkNamed(t, name).run(t.Context(), b); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func checkNamed(t *testing.T, name string) check {
	t.Helper()
	for _, c := range checks {
		if c.name == name {
			return c
		}
	}
	t.Fatalf("no check %q", name)
	return check{}
}
