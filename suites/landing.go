package suites

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// landing is where the insurer sends a person's browser back who has decided on a
// consent: a server on the target's redirect, for as long as a run.
type landing struct {
	path   string
	server *http.Server
	done   chan struct{}

	mu       sync.Mutex
	expected map[string]chan url.Values // by state; each holds one
}

// openLandings opens those of the live targets whose consents a person gives, where
// a run may leave something behind.
func (r *run) openLandings(ctx context.Context) error {
	for _, t := range r.targets {
		if t.ledger == nil || t.Consent != consentManual || t.Redirect == nil {
			continue
		}
		var err error
		if t.landing, err = openLanding(ctx, t.Redirect); err != nil {
			return fmt.Errorf("suites: target %s: %w: redirect: %w", t.Name, ErrInconclusive, err)
		}
	}
	return nil
}

func openLanding(ctx context.Context, at *url.URL) (*landing, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", at.Host)
	if err != nil {
		return nil, err
	}
	b := &landing{path: at.Path, done: make(chan struct{}), expected: map[string]chan url.Values{}}
	if b.path == "" {
		b.path = "/"
	}
	b.server = &http.Server{Handler: b, ReadHeaderTimeout: patience}
	go func() {
		defer close(b.done)
		_ = b.server.Serve(l) // it ends when the run does
	}()
	return b, nil
}

// close ends the server; nil is none.
func (b *landing) close() {
	if b == nil {
		return
	}
	_ = b.server.Close()
	<-b.done
}

// ServeHTTP implements [http.Handler]. A browser that nobody waits for is told so.
func (b *landing) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if r.URL.Path != b.path || !b.hand(query) {
		rw.WriteHeader(http.StatusNotFound)
		fmt.Fprintln(rw, "No run waits for this.")
		return
	}
	fmt.Fprintln(rw, "Thank you. The run goes on, and this window can be closed.")
}

// hand gives a query to whoever waits for its state.
func (b *landing) hand(query url.Values) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	waiting, ok := b.expected[query.Get("state")]
	if ok {
		delete(b.expected, query.Get("state"))
		waiting <- query
	}
	return ok
}

// expect is where the query with a state comes.
func (b *landing) expect(state string) <-chan url.Values {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected[state] = make(chan url.Values, 1)
	return b.expected[state]
}

// longestWait is how long a person has for a decision, where the insurer does not
// say.
const longestWait = 10 * time.Minute

// person has somebody open an address, and waits for the way back with that state.
// Where there is nobody, or nobody comes, the spec is inconclusive.
func (t *Target) person(ctx SpecContext, address, state string) url.Values {
	GinkgoHelper()
	if t.landing == nil || t.run.options.Ask == nil {
		t.unasked("its target file has no consent given by hand")
	}
	back := t.landing.expect(state)
	t.run.options.Ask(address)
	waiting, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	select {
	case query := <-back:
		return query
	case <-waiting.Done():
		Expect(errors.Is(waiting.Err(), context.DeadlineExceeded)).To(BeTrue(), "the run was ended")
		t.unasked(fmt.Sprintf("nobody came back from the insurer's page within %s", longestWait))
		return nil
	}
}

// unasked skips a spec that nobody can go on with.
func (t *Target) unasked(reason string) {
	GinkgoHelper()
	account{Inconclusive: reason}.file()
	Skip(reason)
}
