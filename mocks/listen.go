package mocks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
)

const (
	listenerPatience = 10 * time.Second // that an attempt waits for a listener, in real time
	listenerAbsence  = 15 * time.Second // after which nobody listens any more
)

// Parcel is a call that somebody else makes in the place of the sandbox, because
// the receiver cannot be reached from here.
type Parcel struct {
	ID     string      `json:"id"`
	Event  string      `json:"event"`
	Method string      `json:"method"`
	URL    string      `json:"url"` // where it was meant to go
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`

	answer chan Receipt
}

// Receipt is what came back for a parcel: an answer, or why there was none.
type Receipt struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
	Error  string      `json:"error"`
}

// ErrNoParcel says that nobody waits for what a listener brings.
var ErrNoParcel = errors.New("no such call waits for an answer; it has been given up")

// ears are those who listen for the webhooks of a world, by insurer.
type ears struct {
	mu    sync.Mutex
	by    map[string]*ear
	count uint64
}

type ear struct {
	parcels chan *Parcel       // to whoever listens now
	waiting map[string]*Parcel // handed over, without an answer yet
	here    int                // listeners that wait for a parcel
	last    time.Time          // real time at which one went to carry a parcel
}

func (e *ears) of(slug string) *ear {
	if e.by == nil {
		e.by = map[string]*ear{}
	}
	if e.by[slug] == nil {
		e.by[slug] = &ear{parcels: make(chan *Parcel), waiting: map[string]*Parcel{}}
	}
	return e.by[slug]
}

// open says whether somebody listens.
func (e *ears) open(slug string, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	one, ok := e.by[slug]
	return ok && (one.here > 0 || len(one.waiting) > 0 || now.Sub(one.last) < listenerAbsence)
}

// Listen waits for the next webhook of an insurer, which the caller delivers and
// then tells of with [World.Told]; nil when the context ends before one comes.
// While somebody listens, nothing is sent from here.
func (w *World) Listen(ctx context.Context, slug string) *Parcel {
	e := &w.ears
	e.mu.Lock()
	one := e.of(slug)
	one.here++
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		one.here--
		if !errors.Is(ctx.Err(), context.Canceled) { // who hung up does not come back
			one.last = realNow()
		}
	}()
	select {
	case p := <-one.parcels:
		return p
	case <-ctx.Done():
	case <-w.sandbox.closed.Done():
	}
	return nil
}

// Deaf says that a listener has gone for good.
func (w *World) Deaf(slug string) {
	w.ears.mu.Lock()
	defer w.ears.mu.Unlock()
	w.ears.of(slug).last = time.Time{}
}

// Told is what became of a parcel; [ErrNoParcel] when nobody waits for it any more.
func (w *World) Told(slug, id string, r Receipt) error {
	e := &w.ears
	e.mu.Lock()
	one := e.of(slug)
	p := one.waiting[id]
	delete(one.waiting, id)
	one.last = realNow()
	e.mu.Unlock()
	if p == nil {
		return ErrNoParcel
	}
	p.answer <- r
	return nil
}

// carry makes the call of an attempt, or has whoever listens make it.
func (w *World) carry(ctx context.Context, a *sending, x *contracts.Exchange) error {
	if !w.ears.open(a.carrier.Slug, realNow()) {
		return w.sandbox.post.send(ctx, a.notice.URL, x)
	}
	ctx, cancel := context.WithTimeout(ctx, listenerPatience)
	defer cancel()
	p := &Parcel{
		Event: a.notice.Event, Method: x.Request.Method, URL: a.notice.URL,
		Header: x.Request.Header, Body: x.Request.Body, answer: make(chan Receipt, 1),
	}
	e := &w.ears
	e.mu.Lock()
	one := e.of(a.carrier.Slug)
	e.count++
	p.ID = "p-" + strconv.FormatUint(e.count, 10)
	one.waiting[p.ID] = p
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(one.waiting, p.ID)
	}()
	select {
	case one.parcels <- p:
	case <-ctx.Done():
		return ownFault{fmt.Errorf("no listener took it within %s", listenerPatience)}
	case <-w.sandbox.closed.Done():
		return ownFault{errors.New("the sandbox closed")}
	}
	select {
	case got := <-p.answer:
		if got.Error != "" {
			return errors.New(got.Error)
		}
		x.Response.Status, x.Response.Header = got.Status, got.Header
		x.Response.SetBody(got.Body)
		return nil
	case <-ctx.Done():
		return ownFault{fmt.Errorf("the listener told nothing within %s", listenerPatience)}
	case <-w.sandbox.closed.Done():
		return ownFault{errors.New("the sandbox closed")}
	}
}
