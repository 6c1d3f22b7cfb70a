package mocks

import (
	"context"
	"sync"
	"time"
)

// realNow is the wall clock, which only running clocks, idle worlds and waits
// for a caller are measured by.
func realNow() time.Time { return time.Now() }

// WallClock is the real time. Only what a caller's own clock decided is judged by
// it: an unmodified client signs its tokens by that, also in a frozen world.
func WallClock() time.Time { return realNow() }

// pause waits in real time and says whether the whole time passed before the
// context ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

const sweepEvery = time.Minute

// Run pumps the jobs of all worlds until the context ends or the sandbox closes:
// what falls due on a running clock, and what is due at once on any.
func (s *Sandbox) Run(ctx context.Context) error {
	swept := realNow()
	// One world's receivers may be slow; the others do not wait for them.
	var working sync.WaitGroup
	defer working.Wait()
	for {
		now := realNow()
		if now.Sub(swept) >= sweepEvery {
			s.sweep(ctx, now)
			swept = now
		}
		wait := sweepEvery
		for _, w := range s.Worlds() {
			due, ok := w.dueIn(ctx)
			switch {
			case ok && due <= 0:
				w.begin(ctx, &working)
			case ok:
				wait = min(wait, due)
			}
		}
		timer := time.NewTimer(max(wait, time.Millisecond))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-s.closed.Done():
			timer.Stop()
			return nil
		case <-s.woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}
