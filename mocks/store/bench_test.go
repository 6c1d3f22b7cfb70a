package store_test

import (
	"fmt"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// crowd is how many rows of other worlds are around.
const crowd = 10_000

// value is about as long as a quote.
var value = make([]byte, 2048)

func crowded(b *testing.B) *store.Memory {
	b.Helper()
	s := store.NewMemory()
	for i := range crowd {
		if _, err := s.Put(b.Context(), store.Item{Key: fmt.Sprintf("w%d/quotes/1", i), Value: value}); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func BenchmarkMemoryGet(b *testing.B) {
	ctx, s := b.Context(), crowded(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Get(ctx, "w5000/quotes/1"); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkMemoryPut(b *testing.B) {
	ctx, s := b.Context(), crowded(b)
	it := store.Item{Key: "w5000/quotes/2", Value: value}
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if it, err = s.Put(ctx, it); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMemoryList(b *testing.B) {
	ctx, s := b.Context(), crowded(b)
	b.ReportAllocs()
	for b.Loop() {
		items, err := s.List(ctx, "w5000/", "", 0)
		if err != nil || len(items) != 1 {
			b.Fatalf("got %d rows and error %v, want 1", len(items), err)
		}
	}
}

func BenchmarkTableUpdate(b *testing.B) {
	ctx, table := in(b.Context(), "w5000"), quotes(crowded(b))
	if err := table.Insert(ctx, "q", quote{Plate: "1"}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := table.Update(ctx, "q", func(q *quote) error { q.Calls++; return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	ctx, s := b.Context(), crowded(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := store.Next(ctx, s, "w5000/counter"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNextContended(b *testing.B) {
	ctx, s := b.Context(), crowded(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := store.Next(ctx, s, "w5000/counter"); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
