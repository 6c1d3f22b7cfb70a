package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

type quote struct {
	Plate string          `json:"plate"`
	Net   json.Number     `json:"net,omitempty"`
	Calls int             `json:"calls"`
	Extra any             `json:"extra,omitempty"`
	Body  json.RawMessage `json:"body,omitempty"`
}

type worldKey struct{}

// in returns a context that stands in a world.
func in(ctx context.Context, world string) context.Context {
	return context.WithValue(ctx, worldKey{}, world)
}

func quotesOf(ctx context.Context) string {
	world, _ := ctx.Value(worldKey{}).(string)
	return world + "/quotes"
}

func quotes(s store.Store) store.Table[quote] {
	return store.NewTable[quote](s, quotesOf)
}

// raced is a store that calls before ahead of every write.
type raced struct {
	store.Store
	before func() error
}

func (r raced) Put(ctx context.Context, it store.Item) (store.Item, error) {
	if err := r.before(); err != nil {
		return store.Item{}, err
	}
	return r.Store.Put(ctx, it)
}

func (r raced) Delete(ctx context.Context, key string, version uint64) error {
	if err := r.before(); err != nil {
		return err
	}
	return r.Store.Delete(ctx, key, version)
}

// must is for what a test needs and is not about.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

func wantQuote(t *testing.T, table store.Table[quote], id string, want quote) {
	t.Helper()
	got, err := table.Get(in(t.Context(), "w"), id)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("row %q (-want +got):\n%s", id, diff)
	}
}

func TestTableRow(t *testing.T) {
	ctx, table := in(t.Context(), "w"), quotes(store.NewMemory())
	change := func(q *quote) error { q.Calls++; return nil }

	_, err := table.Get(ctx, "q")
	wantError(t, "get of a missing row", err, store.ErrNotFound)
	_, err = table.Update(ctx, "q", change)
	wantError(t, "update of a missing row", err, store.ErrNotFound)
	wantError(t, "delete of a missing row", table.Delete(ctx, "q"), store.ErrNotFound)

	must(t, table.Insert(ctx, "q", quote{Plate: "1"}))
	wantQuote(t, table, "q", quote{Plate: "1"})
	wantError(t, "insert over a row", table.Insert(ctx, "q", quote{Plate: "2"}), store.ErrConflict)
	wantQuote(t, table, "q", quote{Plate: "1"})

	got, err := table.Update(ctx, "q", change)
	must(t, err)
	if diff := cmp.Diff(quote{Plate: "1", Calls: 1}, got); diff != "" {
		t.Errorf("update returned (-want +got):\n%s", diff)
	}
	wantQuote(t, table, "q", quote{Plate: "1", Calls: 1})

	must(t, table.Set(ctx, "q", quote{Plate: "3"}))
	wantQuote(t, table, "q", quote{Plate: "3"})
	must(t, table.Delete(ctx, "q"))
	_, err = table.Get(ctx, "q")
	wantError(t, "get of a deleted row", err, store.ErrNotFound)
	must(t, table.Set(ctx, "q", quote{Plate: "4"}))
	wantQuote(t, table, "q", quote{Plate: "4"})
}

func TestTableKeepsText(t *testing.T) {
	table := quotes(store.NewMemory())
	want := quote{
		Plate: "<ขก&1>",
		Net:   "18.000",
		Extra: map[string]any{"sum": json.Number("1.10"), "big": json.Number("12345678901234567890")},
		Body:  json.RawMessage(`{"html":"<b>&</b>","escaped":"\u003c","n":1e2}`),
	}
	must(t, table.Insert(in(t.Context(), "w"), "q", want))
	wantQuote(t, table, "q", want)
}

func TestTableIDs(t *testing.T) {
	tests := []struct{ name, id, key string }{
		{"plain", "Q-1_a.b~c", "w/quotes/Q-1_a.b~c"},
		{"slash", "a/b", "w/quotes/a%2Fb"},
		{"percent", "a%2Fb", "w/quotes/a%252Fb"},
		{"space and plus", "a b+c", "w/quotes/a%20b+c"},
		{"NUL", "a\x00", "w/quotes/a%00"},
		{"no UTF-8", "\xff", "w/quotes/%FF"},
		{"Thai", "ก", "w/quotes/%E0%B8%81"},
		{"dots", "..", "w/quotes/.."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, s := in(t.Context(), "w"), store.NewMemory()
			table := quotes(s)
			must(t, table.Insert(ctx, tt.id, quote{Plate: "1"}))
			wantQuote(t, table, tt.id, quote{Plate: "1"})
			rows, err := table.Rows(ctx, "", 0)
			must(t, err)
			if diff := cmp.Diff([]store.Row[quote]{{ID: tt.id, Value: quote{Plate: "1"}}}, rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if _, err := s.Get(ctx, tt.key); err != nil {
				t.Errorf("not at its key: %v", err)
			}
		})
	}
}

func TestTableRefusesAnEmptyID(t *testing.T) {
	ctx, s := in(t.Context(), "w"), store.NewMemory()
	table := quotes(s)
	for what, err := range map[string]error{
		"insert": table.Insert(ctx, "", quote{}),
		"set":    table.Set(ctx, "", quote{}),
	} {
		if err == nil {
			t.Errorf("%s: got no error", what)
		}
	}
	if items, err := s.List(ctx, "", "", 0); len(items) != 0 || err != nil {
		t.Errorf("got %d rows and error %v, want none", len(items), err)
	}
	_, err := table.Get(ctx, "")
	wantError(t, "get", err, store.ErrNotFound)
}

func TestTablePages(t *testing.T) {
	ctx, table := in(t.Context(), "w"), quotes(store.NewMemory())
	for _, id := range []string{"c", "a/b", "a", "b"} {
		must(t, table.Insert(ctx, id, quote{Plate: id}))
	}
	must(t, table.Insert(in(ctx, "w2"), "other", quote{}))
	tests := []struct {
		name, after string
		limit       int
		want        []string
	}{
		{"all", "", 0, []string{"a", "a/b", "b", "c"}},
		{"the first", "", 1, []string{"a"}},
		{"the second page", "a", 2, []string{"a/b", "b"}},
		{"after an id with a slash", "a/b", 0, []string{"b", "c"}},
		{"after an id that is gone", "aa", 0, []string{"b", "c"}},
		{"after the last", "c", 3, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := table.Rows(ctx, tt.after, tt.limit)
			must(t, err)
			values, err := table.List(ctx, tt.after, tt.limit)
			must(t, err)
			var ids, plates []string
			for _, r := range rows {
				ids = append(ids, r.ID)
			}
			for _, v := range values {
				plates = append(plates, v.Plate)
			}
			if diff := cmp.Diff(tt.want, ids); diff != "" {
				t.Errorf("ids of Rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, plates); diff != "" {
				t.Errorf("values of List (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTableRefusesForeignRows(t *testing.T) {
	tests := []struct {
		name, key, value, want string
	}{
		{"of a table below", "w/quotes/old/1", "{}", "not of this table"},
		{"with an id that nobody escaped", "w/quotes/100%", "{}", "not of this table"},
		{"of another type", "w/quotes/1", `{"plate":[]}`, "decode"},
		{"not in JSON", "w/quotes/1", "plate", "decode"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, s := in(t.Context(), "w"), store.NewMemory()
			_, err := s.Put(ctx, store.Item{Key: tt.key, Value: []byte(tt.value)})
			must(t, err)
			_, rowsErr := quotes(s).Rows(ctx, "", 0)
			_, listErr := quotes(s).List(ctx, "", 0)
			for what, err := range map[string]error{"rows": rowsErr, "list": listErr} {
				if got := fmt.Sprint(err); !strings.Contains(got, tt.want) || !strings.Contains(got, tt.key) {
					t.Errorf("%s: got error %q, want one with %q and %q", what, got, tt.want, tt.key)
				}
			}
		})
	}
}

func TestTableRefusesWhatIsNoJSON(t *testing.T) {
	ctx := in(t.Context(), "w")
	table := quotes(store.NewMemory())
	bad := quote{Extra: func() {}}
	must(t, table.Insert(ctx, "q", quote{Plate: "1"}))
	_, err := table.Update(ctx, "q", func(q *quote) error { *q = bad; return nil })
	for what, err := range map[string]error{
		"insert": table.Insert(ctx, "new", bad), "set": table.Set(ctx, "q", bad), "update": err,
	} {
		if _, ok := errors.AsType[*json.UnsupportedTypeError](err); !ok {
			t.Errorf("%s: got error %v, want a *json.UnsupportedTypeError", what, err)
		}
	}
	wantQuote(t, table, "q", quote{Plate: "1"})
}

func TestUpdateAborts(t *testing.T) {
	ctx, table := in(t.Context(), "w"), quotes(store.NewMemory())
	must(t, table.Insert(ctx, "q", quote{Plate: "1"}))
	refused := errors.New("refused")
	got, err := table.Update(ctx, "q", func(q *quote) error {
		q.Plate = "2"
		return refused
	})
	if err != refused { //nolint:errorlint // wrapped would not be as it came
		t.Errorf("got error %v, want %v as it came", err, refused)
	}
	if diff := cmp.Diff(quote{}, got); diff != "" {
		t.Errorf("returned (-want +got):\n%s", diff)
	}
	wantQuote(t, table, "q", quote{Plate: "1"})
}

// Somebody else is faster once, for every method that does not care which version it meets.
func TestConflictsAreRetried(t *testing.T) {
	m := store.NewMemory()
	ctx, other := in(t.Context(), "w"), quotes(m)
	meanwhile := func(change func() error) store.Table[quote] {
		first := true
		return quotes(raced{m, func() error {
			if !first {
				return nil
			}
			first = false
			return change()
		}})
	}

	must(t, other.Insert(ctx, "updated", quote{Plate: "1"}))
	runs := 0
	got, err := meanwhile(func() error { return other.Set(ctx, "updated", quote{Plate: "2"}) }).
		Update(ctx, "updated", func(q *quote) error {
			runs++
			q.Calls++
			return nil
		})
	must(t, err)
	if want := (quote{Plate: "2", Calls: 1}); runs != 2 || got.Plate != want.Plate || got.Calls != want.Calls {
		t.Errorf("update: got %v after %d runs, want %v after 2", got, runs, want)
	}
	wantQuote(t, other, "updated", got)

	must(t, meanwhile(func() error { return other.Insert(ctx, "created", quote{Plate: "1"}) }).
		Set(ctx, "created", quote{Plate: "2"}))
	wantQuote(t, other, "created", quote{Plate: "2"})

	must(t, other.Insert(ctx, "changed", quote{Plate: "1"}))
	must(t, meanwhile(func() error { return other.Set(ctx, "changed", quote{Plate: "2"}) }).
		Delete(ctx, "changed"))
	_, err = other.Get(ctx, "changed")
	wantError(t, "get of a row deleted though it changed", err, store.ErrNotFound)

	must(t, other.Insert(ctx, "deleted", quote{Plate: "1"}))
	err = meanwhile(func() error { return other.Delete(ctx, "deleted") }).Delete(ctx, "deleted")
	wantError(t, "delete of a row deleted meanwhile", err, store.ErrNotFound)

	must(t, other.Insert(ctx, "deleted", quote{Plate: "1"}))
	_, err = meanwhile(func() error { return other.Delete(ctx, "deleted") }).
		Update(ctx, "deleted", func(*quote) error { return nil })
	wantError(t, "update of a row deleted meanwhile", err, store.ErrNotFound)
}

// Every write meets a conflict, so only the context can end the retries.
func TestRetriesEndWithTheContext(t *testing.T) {
	tests := []struct {
		name string
		call func(ctx context.Context, s store.Store) error
	}{
		{"update", func(ctx context.Context, s store.Store) error {
			_, err := quotes(s).Update(ctx, "q", func(*quote) error { return nil })
			return err
		}},
		{"set", func(ctx context.Context, s store.Store) error { return quotes(s).Set(ctx, "q", quote{}) }},
		{"next", func(ctx context.Context, s store.Store) error {
			_, err := store.Next(ctx, s, "w/counter")
			return err
		}},
		{"delete", func(ctx context.Context, s store.Store) error { return quotes(s).Delete(ctx, "q") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := store.NewMemory()
			ctx, cancel := context.WithCancel(in(t.Context(), "w"))
			defer cancel()
			must(t, quotes(m).Insert(ctx, "q", quote{}))
			tries := 0
			err := tt.call(ctx, raced{m, func() error {
				if tries++; tries == 3 {
					cancel()
				}
				return store.ErrConflict
			}})
			wantError(t, tt.name, err, context.Canceled)
			if tries != 3 {
				t.Errorf("got %d tries, want 3", tries)
			}
		})
	}
}

func TestUpdatesLoseNothing(t *testing.T) {
	const writers, rounds = 20, 20
	ctx, table := in(t.Context(), "w"), quotes(store.NewMemory())
	must(t, table.Insert(ctx, "q", quote{}))
	var group errgroup.Group
	for range writers {
		group.Go(func() error {
			for range rounds {
				if _, err := table.Update(ctx, "q", func(q *quote) error { q.Calls++; return nil }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	must(t, group.Wait())
	wantQuote(t, table, "q", quote{Calls: writers * rounds})
}
