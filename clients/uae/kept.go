package uae

import (
	"context"
	"sync"
	"time"
)

// kept is a value that is fetched when it is asked for and kept while it is good.
// However many callers wait, one fetch is under way; it belongs to all of them, so
// it goes on when one gives up.
type kept[T any] struct {
	now   func() time.Time
	fetch func(context.Context) (value T, until time.Time, err error)

	mu      sync.Mutex
	value   T
	until   time.Time
	pending *fetching[T]
}

// fetching is a fetch under way; value and err are set when done is closed.
type fetching[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// get is the value at hand, or a new one.
func (k *kept[T]) get(ctx context.Context) (T, error) {
	value, pending := k.current(ctx, false)
	if pending == nil {
		return value, nil
	}
	return pending.wait(ctx)
}

func (f *fetching[T]) wait(ctx context.Context) (T, error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// current is the value at hand, or else the fetch that will bring one. With anew
// it is always that; the old value stays if there is none to be had.
func (k *kept[T]) current(ctx context.Context, anew bool) (T, *fetching[T]) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !anew && k.now().Before(k.until) {
		return k.value, nil
	}
	if k.pending == nil {
		k.pending = &fetching[T]{done: make(chan struct{})}
		go k.run(context.WithoutCancel(ctx), k.pending)
	}
	var none T
	return none, k.pending
}

func (k *kept[T]) run(ctx context.Context, f *fetching[T]) {
	value, until, err := k.fetch(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	f.value, f.err = value, err
	if err == nil {
		k.value, k.until = value, until
	}
	k.pending = nil
	close(f.done)
}

// underWay is the fetch under way, if there is one.
func (k *kept[T]) underWay() *fetching[T] {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pending
}

// last is the value at hand, good or not.
func (k *kept[T]) last() T {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.value
}

// discard makes the value no longer good, unless it is another one by now.
func (k *kept[T]) discard(spent func(T) bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if spent(k.value) {
		k.until = time.Time{}
	}
}
