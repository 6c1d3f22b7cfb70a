package suites

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
)

// knock tries the credentials of a live target; an error says why no spec could
// be judged.
type knock func(context.Context, *http.Client, *Target) error

// approach finds out, before any spec runs, what a target from a file is: a
// sandbox is what answers as one, and anything else is live. A live target that
// is closed, away or does not know us has its gate closed.
func (r *run) approach(ctx context.Context, t *Target) {
	if !t.live() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if r.sandboxed(ctx, t) || t.gate.reason() != "" {
		return
	}
	if try := insurers[t.Insurer].knock; try != nil {
		if err := try(ctx, t.stranger(), t); err != nil {
			t.gate.shut(err.Error())
		}
	}
}

// stranger is a client for calls that belong to no spec: it passes the gate, is
// not examined, and follows nobody elsewhere.
func (t *Target) stranger() *http.Client {
	return &http.Client{
		Transport:     t.gate,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTrip implements [http.RoundTripper].
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := g.admit(r.Context()); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	res, err := g.carry.RoundTrip(r)
	if err != nil {
		g.lost(err)
	}
	return res, err
}

// sandboxed makes a target that lives in a sandbox one: it gets a fresh world
// there, and its gate lets everything through.
func (r *run) sandboxed(ctx context.Context, t *Target) bool {
	origin := t.origin()
	health, err := sandbox.New(origin, t.stranger()).Health(ctx)
	// A sandbox without a control API here says that there is no such call: it is
	// as live as any insurer.
	if refused, ok := errors.AsType[*sandbox.Problem](err); ok && refused.Status != http.StatusNotFound {
		t.gate.shut("the sandbox at " + origin + " refuses: " + refused.Error())
		return true
	}
	if err != nil || health.Status == "" {
		return false
	}
	found, err := within(ctx, sandbox.New(origin, &http.Client{Timeout: patience, Transport: t.gate.wire}), []string{t.Insurer}, "")
	if err != nil {
		t.gate.shut(err.Error())
		return true
	}
	t.Sandbox, t.World, t.Faces = found[0].Sandbox, found[0].World, found[0].Faces
	if len(t.Credentials) == 0 {
		t.Credentials = found[0].Credentials
	}
	t.gate.lift()
	return true
}

// origin is the scheme and host that the target's faces are at.
func (t *Target) origin() string {
	for _, base := range t.Faces {
		return (&url.URL{Scheme: base.Scheme, Host: base.Host}).String()
	}
	return ""
}
