package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Event is a webhook that can be triggered.
type Event struct {
	Name     string `json:"name"` // "consent.revoked"
	Says     string `json:"says"`
	Evidence string `json:"evidence"`
}

// Delivery is a webhook on its way, or at its end.
type Delivery struct {
	ID       string          `json:"id"` // the same at every attempt
	Event    string          `json:"event"`
	Subject  string          `json:"subject"` // webhooks about one subject arrive in order
	URL      string          `json:"url"`
	State    string          `json:"state"` // "waiting", "delivered", "given up" or "withheld"
	Due      time.Time       `json:"due"`   // of the next attempt; zero when there is none
	Attempts []Attempt       `json:"attempts"`
	Message  json.RawMessage `json:"message"` // before it is signed
}

// Trigger asks for a webhook now.
type Trigger struct {
	Event    string         `json:"event"`
	To       string         `json:"to,omitempty"`       // the receiver; empty: the subscriber's own address
	Override map[string]any `json:"override,omitempty"` // JSON pointer into the message -> value
}

// Parcel is a webhook that the caller delivers in the sandbox's place.
type Parcel struct {
	ID     string      `json:"id"`
	Event  string      `json:"event"`
	Method string      `json:"method"`
	URL    string      `json:"url"` // where it was meant to go
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

// Receipt is what a receiver answered to a parcel, or why it did not.
type Receipt struct {
	Status int         `json:"status,omitempty"`
	Header http.Header `json:"header,omitempty"`
	Body   []byte      `json:"body,omitempty"`
	Error  string      `json:"error,omitempty"`
}

func of(slug, rest string) string { return "/" + url.PathEscape(slug) + rest }

// Register adds a client of an insurer to the world, in the insurer's own words,
// and answers what the insurer said.
func (w *World) Register(ctx context.Context, slug string, client any) (json.RawMessage, error) {
	var said json.RawMessage
	err := w.post(ctx, of(slug, "/clients"), client, &said)
	return said, err
}

// Trigger sends a webhook now and says how far it came.
func (w *World) Trigger(ctx context.Context, slug string, t Trigger) (Delivery, error) {
	var d Delivery
	err := w.post(ctx, of(slug, "/events"), t, &d)
	return d, err
}

// Deliveries are the webhooks of an insurer: those that ended, oldest first, then
// those that wait.
func (w *World) Deliveries(ctx context.Context, slug string) ([]Delivery, error) {
	var answer struct {
		Deliveries []Delivery `json:"deliveries"`
	}
	err := w.get(ctx, of(slug, "/deliveries"), &answer)
	return answer.Deliveries, err
}

// Resend sends a webhook again under its own id and says how far it came.
func (w *World) Resend(ctx context.Context, slug, id string) (Delivery, error) {
	var d Delivery
	err := w.post(ctx, of(slug, "/deliveries/"+url.PathEscape(id)+"/resend"), nil, &d)
	return d, err
}

// Listen waits, for at most a minute, for a webhook that the caller delivers and
// then gives a receipt for; nil when none came. While somebody listens, the
// sandbox sends none itself.
func (w *World) Listen(ctx context.Context, slug string, wait time.Duration) (*Parcel, error) {
	var answer struct {
		Parcels []*Parcel `json:"parcels"`
	}
	err := w.post(ctx, of(slug, "/listen"), map[string]string{"wait": wait.String()}, &answer)
	if err != nil || len(answer.Parcels) == 0 {
		return nil, err
	}
	return answer.Parcels[0], nil
}

// StopListening lets the sandbox send webhooks itself again.
func (w *World) StopListening(ctx context.Context, slug string) error {
	return w.client.do(ctx, call{method: http.MethodDelete, path: w.path(of(slug, "/listen"))})
}

// Receipt tells what became of a parcel; a [*Problem] with status 404 when nobody
// waits for it any more.
func (w *World) Receipt(ctx context.Context, slug, id string, r Receipt) error {
	return w.post(ctx, of(slug, "/parcels/"+url.PathEscape(id)+"/receipt"), r, nil)
}
