package uae

import (
	"container/list"
	"sync"
	"time"
)

// replayKey is the digest of what makes an event the same event, so that each
// entry has one size.
type replayKey [32]byte

// replays remembers the events that were taken on, and whether they are done.
type replays struct {
	most int

	mu      sync.Mutex
	entries map[replayKey]*list.Element
	order   list.List // of *taken, as they came
}

type taken struct {
	key   replayKey
	until time.Time
	done  bool
}

func newReplays(most int) *replays {
	return &replays{most: most, entries: map[replayKey]*list.Element{}}
}

// claim takes an event on, or says that it is here already, and whether it is
// done. Where there is no room, the oldest goes.
func (r *replays) claim(key replayKey, until, now time.Time) (fresh, done bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.entries[key]; e != nil {
		if t := e.Value.(*taken); now.Before(t.until) {
			return false, t.done
		}
		r.remove(e)
	}
	for oldest := r.order.Front(); oldest != nil && (len(r.entries) >= r.most || !now.Before(oldest.Value.(*taken).until)); oldest = r.order.Front() {
		r.remove(oldest)
	}
	r.entries[key] = r.order.PushBack(&taken{key: key, until: until})
	return true, false
}

// settle says that the event is done.
func (r *replays) settle(key replayKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.entries[key]; e != nil {
		e.Value.(*taken).done = true
	}
}

// forget has the event taken on again when it comes again.
func (r *replays) forget(key replayKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.entries[key]; e != nil {
		r.remove(e)
	}
}

func (r *replays) remove(e *list.Element) {
	delete(r.entries, r.order.Remove(e).(*taken).key)
}
