package mocks

import (
	"context"
	"net/http"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
)

// moment is one request or one job: in one world, at one time. It travels in
// the context, so that everything done for one request agrees on the time.
type moment struct {
	world    *World
	insurer  string
	now      time.Time
	base     string // where the insurer's addresses begin for this caller; stored with a job
	mtls     string // the same on the listener that asks for client certificates; empty: there is none
	outcome  string // what a released gate decided
	receiver string // to whom a triggered webhook is to go; empty: to who subscribed
	exchange *contracts.Exchange
}

type momentKey struct{}

func withMoment(ctx context.Context, m *moment) context.Context {
	return context.WithValue(ctx, momentKey{}, m)
}

func momentOf(ctx context.Context) *moment {
	m, ok := ctx.Value(momentKey{}).(*moment)
	if !ok {
		panic("mocks: the context belongs to no request and no job")
	}
	return m
}

// WorldOf is the world that a request or job belongs to. It panics on a context
// that belongs to neither.
func WorldOf(ctx context.Context) *World { return momentOf(ctx).world }

// Now is the moment of a request or job by its world's clock; it stays the same
// until the request is answered.
func Now(ctx context.Context) time.Time { return momentOf(ctx).now }

// Base is the address at which the caller finds the insurer, without a trailing
// slash: the public URL or the caller's Host, the world's prefix, the slug. A
// job has the base of the request that asked for it.
func Base(ctx context.Context) string { return momentOf(ctx).base }

// MTLSBase is [Base] on the listener that asks for client certificates; empty
// where there is none.
func MTLSBase(ctx context.Context) string { return momentOf(ctx).mtls }

// Path is the path of the request, escaped as it was sent and relative to the
// base of its face; empty in a job.
func Path(ctx context.Context) string {
	if x := momentOf(ctx).exchange; x != nil {
		return x.Request.Path
	}
	return ""
}

// Outcome is what a released gate decided for a job; empty when it decides itself.
func Outcome(ctx context.Context) string { return momentOf(ctx).outcome }

// Receiver is the address that a triggered webhook was asked for, whoever has
// subscribed; empty where it goes to a subscriber.
func Receiver(ctx context.Context) string { return momentOf(ctx).receiver }

// Called is the operationId of the call that a request makes; empty in a job. An
// insurer whose calls refuse in envelopes of their own words a refusal by it.
func Called(ctx context.Context) string {
	if x := momentOf(ctx).exchange; x != nil {
		return x.Operation
	}
	return ""
}

// Decoded is the request's JSON body as it was judged: a tree whose numbers
// keep their text, decoded once and not to be changed. Nil when there is none.
func Decoded(ctx context.Context) any {
	x := momentOf(ctx).exchange
	if x == nil {
		return nil
	}
	tree, err := x.Request.JSON()
	if err != nil {
		return nil
	}
	return tree
}

// Header is the header of the request, not to be changed: what an insurer repeats
// of it in a refusal, too. Nil in a job.
func Header(ctx context.Context) http.Header {
	if x := momentOf(ctx).exchange; x != nil {
		return x.Request.Header
	}
	return nil
}
