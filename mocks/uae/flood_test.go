package uae_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/uae"
)

// ledger is a receiver that counts what it was told of each consent.
type ledger struct {
	*httptest.Server
	mu     sync.Mutex
	heard  map[string][]string // consent -> jti, as they came
	refuse int                 // how often it refuses each event first
}

func newLedger(tb testing.TB, p *party, refuse int) *ledger {
	tb.Helper()
	l := &ledger{heard: map[string][]string{}, refuse: refuse}
	l.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			tb.Error(err)
		}
		told, err := p.verify(string(body))
		if err != nil {
			tb.Errorf("an event that does not verify: %v", err)
		}
		if l.count(told.Message.Meta["ConsentId"], told.ID) <= refuse {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		rw.WriteHeader(http.StatusAccepted)
	}))
	tb.Cleanup(l.Close)
	return l
}

// count writes an event down and says how often it has come.
func (l *ledger) count(consent, jti string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard[consent] = append(l.heard[consent], jti)
	n := 0
	for _, other := range l.heard[consent] {
		if other == jti {
			n++
		}
	}
	return n
}

// flood pushes so many consents with a subscription, and revokes them all at once.
func flood(tb testing.TB, p *party, to string, consents int) {
	tb.Helper()
	ids := make([]string, consents)
	var group errgroup.Group
	group.SetLimit(8)
	for i := range ids {
		ids[i] = freshID()
		group.Go(func() error {
			if got := p.par(p.requestClaims(subscribing(detailsV12(ids[i]), to))); got.status != http.StatusCreated {
				return fmt.Errorf("push %s: %d %s", ids[i], got.status, got.body)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		tb.Fatal(err)
	}
	token := p.clientToken()
	for _, id := range ids {
		group.Go(func() error {
			got := p.resources("PATCH", "/v1.2/insurance-consents/"+url.PathEscape(id), token, []byte(`{"Data":{"Status":"Revoked"}}`)...)
			if got.status != http.StatusNoContent {
				return fmt.Errorf("revoke %s: %d %s", id, got.status, got.body)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		tb.Fatal(err)
	}
}

func TestAThousandRevokedAtOnce(t *testing.T) {
	for name, c := range map[string]struct{ consents, refuse int }{
		"a healthy receiver":   {1000, 0},
		"one that fails twice": {200, 2}, // whose thousand would take longer and show no more
	} {
		t.Run(name, func(t *testing.T) {
			consents, refuse := c.consents, c.refuse
			s := start(t, func(o *mocks.Options) { o.Strict = false })
			p, w := newParty(t, s.URL), world(t, s)
			l := newLedger(t, p, refuse)
			flood(t, p, l.URL, consents)
			advance(t, w, 24*time.Hour)
			if len(l.heard) != consents {
				t.Errorf("the receiver heard of %d consents, want %d", len(l.heard), consents)
			}
			for id, events := range l.heard {
				if len(events) != refuse+1 {
					t.Errorf("consent %s: %d calls, want %d", id, len(events), refuse+1)
				}
				for _, jti := range events {
					if jti != events[0] {
						t.Errorf("consent %s: another jti at a later attempt: %v", id, events)
					}
				}
			}
		})
	}
}

// What a snapshot held is delivered though the process is killed: it is restored in
// another sandbox, as the next process would.
func TestKilledBetweenRevocationAndDelivery(t *testing.T) {
	const consents = 50
	killed := start(t)
	p, w := newParty(t, killed.URL), world(t, killed)
	l := newLedger(t, p, 0)
	if err := w.Hold(t.Context(), "uae-webhook"); err != nil {
		t.Fatal(err)
	}
	flood(t, p, l.URL, consents)
	taken, err := w.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next, err := mocks.New(mocks.Options{Insurers: []mocks.Insurer{uae.Insurer()}})
	if err != nil {
		t.Fatal(err)
	}
	again := world(t, &mocks.Server{Sandbox: next})
	if err := again.Restore(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Release(t.Context(), "uae-webhook", ""); err != nil {
		t.Fatal(err)
	}
	if len(l.heard) != consents {
		t.Errorf("the receiver heard of %d consents, want %d", len(l.heard), consents)
	}
}

// An event is signed, sent, acknowledged, examined and journaled; compare with a
// signature alone.
func BenchmarkEvent(b *testing.B) {
	s, err := mocks.New(mocks.Options{Insurers: []mocks.Insurer{uae.Insurer()}, Clock: clock.Frozen(monday)})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	p := newParty(b, server.URL)
	healthy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusAccepted) }))
	defer healthy.Close()
	w := world(b, &mocks.Server{Sandbox: s, URL: server.URL})
	const at = 500
	for b.Loop() {
		b.StopTimer()
		flood(b, p, healthy.URL, at)
		b.StartTimer()
		if _, _, err := w.Drain(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*at)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkSignatureAlone(b *testing.B) {
	s := start(b)
	p := newParty(b, s.URL)
	b.ResetTimer()
	for b.Loop() {
		p.jwt(claims{"iss": p.id})
	}
}
