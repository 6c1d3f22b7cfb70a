package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
)

// Webhooks are what an insurer sends to those who subscribe. The shared code
// delivers, retries and writes the journal; what is sent and how it is signed is
// the insurer's.
type Webhooks struct {
	Document string // of the receiver's operations: "uae/events"
	// Seal makes a call of a notice, anew for every attempt. A forgery, one of
	// Forgeries, asks for a call that a receiver must refuse.
	Seal      func(ctx context.Context, n Notice, forgery string) (Sealed, error)
	Forgeries []string
	// Acknowledged says whether an answer ends the delivery. Nil: any 2xx.
	Acknowledged func(status int) bool
	// Retry is the schedule by the world's clock on which a delivery that was not
	// acknowledged is tried again; after it the delivery is given up.
	Retry  []time.Duration
	Events []Event
}

// Event is a webhook that can be sent on request.
type Event struct {
	Name     string             `json:"name"` // "consent.revoked"
	Says     string             `json:"says"`
	Evidence contracts.Evidence `json:"evidence"`
	// Make is the notice for whoever subscribed last; a [*Refusal] says that nobody
	// has, and what to do. Where [Receiver] names an address, an insurer may make up
	// who would have.
	Make func(context.Context) (Notice, error) `json:"-"`
}

// Notice is something that a subscriber is to be told.
type Notice struct {
	ID        string          `json:"id"`                 // the same at every attempt
	Event     string          `json:"event"`              // "consent.revoked"
	Operation string          `json:"operation"`          // operationId in the document of webhooks
	Subject   string          `json:"subject"`            // notices about one subject are delivered in order
	URL       string          `json:"url"`                // of the receiver
	Message   json.RawMessage `json:"message"`            // what is told, as JSON
	Envelope  json.RawMessage `json:"envelope,omitempty"` // what the insurer needs to seal it
}

// Sealed is a call as it goes out.
type Sealed struct {
	Header http.Header
	Body   []byte
}

// DeliveryState is how far a delivery has come.
type DeliveryState string

// The states of a delivery. Only the first goes on.
const (
	Waiting   DeliveryState = "waiting"
	Delivered DeliveryState = "delivered"
	GivenUp   DeliveryState = "given up"
	Withheld  DeliveryState = "withheld" // by a scenario
)

// Delivery is a notice on its way, or at its end.
type Delivery struct {
	Notice
	State    DeliveryState `json:"state"`
	Due      time.Time     `json:"due,omitzero"` // of the next attempt
	Attempts []Attempt     `json:"attempts"`
	Base     string        `json:"base,omitempty"` // where the insurer's addresses began for whoever asked for it
	Job      string        `json:"job"`            // by which it is delivered
}

const (
	deliveriesKept = 1000 // that have ended, the newest
	deliveryKind   = "webhook"
)

// webhookKind is the kind of job that delivers an insurer's webhooks; every
// insurer has a gate of its own.
func webhookKind(slug string) string { return slug + "-" + deliveryKind }

func (c *carrier) acknowledged(status int) bool {
	if acknowledged := c.api.Webhooks.Acknowledged; acknowledged != nil {
		return acknowledged(status)
	}
	return status >= 200 && status <= 299
}

// Notify sends a notice of the context's insurer, at once and until it is
// acknowledged. It only writes a row: who asks does not wait for the receiver.
func (w *World) Notify(ctx context.Context, n Notice) error {
	m := momentOf(ctx)
	t := &Task{Insurer: m.insurer, Kind: webhookKind(m.insurer), Due: m.now, Base: m.base}
	if n.Subject != "" {
		t.Subject = n.Subject + " " + n.URL
	}
	return w.later(ctx, t, n)
}

// Events are what an insurer can be asked to send, in the insurer's order.
func (s *Sandbox) Events(slug string) []Event {
	c := s.carrier(slug)
	if c == nil || c.api.Webhooks == nil {
		return nil
	}
	return c.api.Webhooks.Events
}

// Webhooks is the face of an insurer's subscribers, which the insurer calls; nil
// where it calls none.
func (s *Sandbox) Webhooks(slug string) *contracts.Face {
	c := s.carrier(slug)
	if c == nil || c.api.Webhooks == nil {
		return nil
	}
	return c.contract.Face(c.sender)
}

// Register adds a client of an insurer to the world, as the insurer understands
// what is asked; a [*Refusal] says what is wrong with it.
func (w *World) Register(ctx context.Context, slug, base string, asked json.RawMessage) (answer any, err error) {
	register := w.sandbox.carrier(slug).api.Register
	if register == nil {
		return nil, &Refusal{
			Kind: Conflict, Rule: slug + " takes no clients but those it publishes", Evidence: contracts.Inferred,
			Remedy: "GET /__admin/insurers lists them",
		}
	}
	err = w.act(ctx, slug, base, func(ctx context.Context) (err error) {
		answer, err = register(ctx, asked)
		return err
	})
	return answer, err
}

// Errors about webhooks.
var (
	ErrNoEvent    = errors.New("no such event")
	ErrNoDelivery = errors.New("no such delivery")
)

// Trigger asks for an event now.
type Trigger struct {
	Insurer, Event string
	Base           string // where the insurer's addresses begin for the caller
	To             string // the receiver; empty: the subscriber's own address
	// Override sets members of the message by JSON pointer.
	Override map[string]any
}

// Trigger sends an event, runs what is due and says how far the delivery came.
func (w *World) Trigger(ctx context.Context, t Trigger) (Delivery, error) {
	at := slices.IndexFunc(w.sandbox.Events(t.Insurer), func(e Event) bool { return e.Name == t.Event })
	if at < 0 {
		return Delivery{}, fmt.Errorf("%w: %q of %s", ErrNoEvent, t.Event, t.Insurer)
	}
	var id string
	err := w.act(ctx, t.Insurer, t.Base, func(ctx context.Context) error {
		momentOf(ctx).receiver = t.To
		n, err := w.sandbox.Events(t.Insurer)[at].Make(ctx)
		if err != nil {
			return err
		}
		if t.To != "" {
			n.URL = t.To
		}
		for _, pointer := range slices.Sorted(maps.Keys(t.Override)) {
			whole, err := encodeJSON(t.Override[pointer])
			if err != nil {
				return err
			}
			message, ok := setMember(n.Message, pointer, whole)
			if !ok {
				return fmt.Errorf("%w: the message of %s has no place %s", ErrNoEvent, t.Event, pointer)
			}
			n.Message = message
		}
		id = n.ID
		return w.Notify(ctx, n)
	})
	if err != nil {
		return Delivery{}, err
	}
	return w.delivered(ctx, t.Insurer, id)
}

// Resend delivers a notice again that was delivered or given up, with the same
// id.
func (w *World) Resend(ctx context.Context, slug, id string) (Delivery, error) {
	all, err := w.Deliveries(ctx, slug)
	if err != nil {
		return Delivery{}, err
	}
	// The newest comes last, and one that waits after all that have ended.
	all = slices.DeleteFunc(all, func(d Delivery) bool { return d.ID != id })
	if len(all) == 0 {
		return Delivery{}, fmt.Errorf("%w: %q; the newest %d that ended are kept", ErrNoDelivery, id, deliveriesKept)
	}
	if last := all[len(all)-1]; last.State != Waiting {
		err := w.act(ctx, slug, last.Base, func(ctx context.Context) error { return w.Notify(ctx, last.Notice) })
		if err != nil {
			return Delivery{}, err
		}
	}
	return w.delivered(ctx, slug, id)
}

// act works in the world as the insurer, outside any request.
func (w *World) act(ctx context.Context, slug, base string, do func(context.Context) error) error {
	now, _ := w.Time()
	ctx = withMoment(context.WithoutCancel(ctx), &moment{world: w, insurer: slug, now: now, base: base})
	defer w.leave(ctx)
	w.life.RLock()
	defer w.life.RUnlock()
	if err := w.settle(ctx, w.sandbox.carrier(slug)); err != nil {
		return err
	}
	return do(ctx)
}

// delivered runs what is due of a delivery's lane, and finds it after that. Others
// it does not wait for: their receivers may be slow.
func (w *World) delivered(ctx context.Context, slug, id string) (Delivery, error) {
	ctx = context.WithoutCancel(ctx)
	epoch := w.state.Load().epoch
	waiting, err := w.Jobs(ctx)
	if err != nil {
		return Delivery{}, err
	}
	lane := ""
	for i := range waiting {
		var n Notice
		if t := &waiting[i]; t.delivers() && t.Insurer == slug && json.Unmarshal(t.Payload, &n) == nil && n.ID == id {
			lane = t.lane()
		}
	}
	if lane != "" {
		done := w.run()
		now, _ := w.Time()
		_, err = w.runUntil(ctx, epoch, now, func(t *Task) bool { return t.delivers() && t.lane() == lane })
		done()
		if err != nil {
			return Delivery{}, err
		}
	}
	all, err := w.Deliveries(ctx, slug)
	if err != nil {
		return Delivery{}, err
	}
	for _, d := range slices.Backward(all) {
		if d.ID == id {
			return d, nil
		}
	}
	if w.state.Load().epoch != epoch {
		return Delivery{}, ErrAnew
	}
	return Delivery{}, fmt.Errorf("%w: %q", ErrNoDelivery, id)
}

// Deliveries lists an insurer's webhooks: the newest that ended, oldest first,
// then those that wait.
func (w *World) Deliveries(ctx context.Context, slug string) ([]Delivery, error) {
	// First those that wait: one that ends meanwhile is there twice, not never.
	waiting, err := w.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	items, err := w.sandbox.store.List(ctx, w.row(sentRows(slug)), "", 0)
	if err != nil {
		return nil, fmt.Errorf("world %s: deliveries: %w", w.Name, err)
	}
	all := make([]Delivery, len(items))
	for i, item := range items {
		if err := json.Unmarshal(item.Value, &all[i]); err != nil {
			return nil, fmt.Errorf("world %s: delivery %s: %w", w.Name, item.Key, err)
		}
	}
	ended := map[string]bool{}
	for _, d := range all {
		ended[d.Job] = true
	}
	for _, t := range waiting {
		d := Delivery{State: Waiting, Due: t.Due, Attempts: t.Attempts, Base: t.Base, Job: t.ID}
		// What holds no notice is stuck among the jobs.
		if t.Kind == webhookKind(slug) && t.Insurer == slug && !ended[t.ID] && json.Unmarshal(t.Payload, &d.Notice) == nil {
			all = append(all, d)
		}
	}
	return all, nil
}
