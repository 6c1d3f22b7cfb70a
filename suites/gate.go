package suites

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// gate is what every call to a target passes. On a live target it keeps hours,
// budget and rate; on any target it closes for good once nobody answers, so that
// a run ends soon and is not red for it.
type gate struct {
	now     func() time.Time
	hours   *hours // nil: always open
	budget  int    // 0: no bound
	limiter *rate.Limiter
	wire    *http.Transport
	carry   http.RoundTripper // the wire, on a live target behind its clerk
	secrets *secrets
	undoing int // calls that it takes to undo one

	mu     sync.Mutex
	made   int
	kept   int    // calls of the budget that are kept back for undoing
	closed string // why no further call is made
}

// newGate is the gate of a target; the zero rate leaves the target's own, and
// where that is zero too, the polite one.
func newGate(t *Target, now func() time.Time, bound Rate) (*gate, error) {
	g := &gate{now: now, wire: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       time.Minute,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}}
	var err error
	if g.wire.TLSClientConfig, err = t.TLS.config(); err != nil {
		return nil, fmt.Errorf("suites: target %s: %w", t.Name, err)
	}
	g.carry, g.secrets = g.wire, &secrets{}
	if !t.live() {
		return g, nil
	}
	does := insurers[t.Insurer].deeds
	g.carry, g.undoing = &clerk{target: t, deeds: does, next: g.wire}, does.undoing
	for name, value := range t.Credentials {
		if !slices.Contains(insurers[t.Insurer].public, name) {
			g.secrets.add(value)
		}
	}
	if t.Open != "" {
		if g.hours, err = parseHours(t.Open); err != nil {
			return nil, fmt.Errorf("suites: target %s: open: %w", t.Name, err)
		}
	}
	g.limiter = cmp.Or(slower(bound, t.Rate), politeRate).limiter()
	g.budget = t.Budget
	return g, nil
}

// lift makes the gate that of a sandbox: it keeps no hours, budget, rate or ledger.
func (g *gate) lift() {
	g.hours, g.budget, g.limiter, g.carry, g.secrets = nil, 0, nil, g.wire, &secrets{}
}

// keep holds calls of the budget back, so that what is left behind can be undone.
func (g *gate) keep() error {
	g.mu.Lock()
	if g.closed == "" && g.budget > 0 && g.made+g.kept+g.undoing > g.budget {
		g.closed = fmt.Sprintf("the budget of %d calls has no room for undoing what the next one leaves behind", g.budget)
	}
	g.kept += g.undoing
	g.mu.Unlock()
	if err := g.refusal(); err != nil {
		g.release()
		return err
	}
	return nil
}

// release gives back what keep held.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kept = max(0, g.kept-g.undoing)
}

// last is the gate for undoing what a run left behind: hours and rate are the
// same, and of the budget it has the rest.
func (g *gate) last() *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &gate{now: g.now, hours: g.hours, budget: g.budget, made: g.made, limiter: g.limiter, wire: g.wire, carry: g.carry, secrets: g.secrets}
}

// shut closes the gate; the first reason stays.
func (g *gate) shut(reason string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed == "" {
		g.closed = reason
	}
}

// reason says why the gate is closed; empty while it is open.
func (g *gate) reason() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

// admit lets one call through, or says why none is made.
func (g *gate) admit(ctx context.Context) error {
	if err := g.spend(); err != nil || g.limiter == nil {
		return err
	}
	if err := g.limiter.Wait(ctx); err != nil {
		return fmt.Errorf("%w: waiting for the rate of the target: %w", ErrInconclusive, err)
	}
	g.closeByHours() // the target may have closed in the meantime
	return g.refusal()
}

// spend takes one call from the budget.
func (g *gate) spend() error {
	g.closeByHours()
	g.mu.Lock()
	if g.closed == "" && g.budget > 0 && g.made+g.kept >= g.budget {
		g.closed = fmt.Sprintf("the budget of %d calls is spent", g.budget)
	}
	if g.closed == "" {
		g.made++
	}
	g.mu.Unlock()
	return g.refusal()
}

func (g *gate) refusal() error {
	if reason := g.reason(); reason != "" {
		return fmt.Errorf("%w: %s", ErrInconclusive, reason)
	}
	return nil
}

func (g *gate) closeByHours() {
	if g.hours == nil {
		return
	}
	if now := g.now(); !g.hours.open(now) {
		g.shut(fmt.Sprintf("the target is closed: it is open %s, next from %s", g.hours.text, g.hours.opens(now).Format("Mon 2 Jan 15:04 MST")))
	}
}

// lost says what a call without an answer means, and closes the gate where
// nobody is there at all.
func (g *gate) lost(err error) string {
	if unreachable(err) {
		g.shut("the target cannot be reached: " + err.Error())
		return g.reason()
	}
	return "no answer came: " + err.Error()
}

// unreachable tells a target that is not there from one that broke off: no
// address, no connection, no agreement on encryption.
func unreachable(err error) bool {
	_, dns := errors.AsType[*net.DNSError](err)
	op, network := errors.AsType[*net.OpError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	return dns || certificate || plain || network && (op.Op == "dial" || op.Op == "proxyconnect")
}
