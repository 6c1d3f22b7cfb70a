package control

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

type deliveriesAnswer struct {
	Deliveries []deliveryAnswer `json:"deliveries"` // those that ended, oldest first, then those that wait
}

type deliveryAnswer struct {
	ID       string              `json:"id"` // the same at every attempt
	Event    string              `json:"event"`
	Subject  string              `json:"subject"`
	URL      string              `json:"url"`
	State    mocks.DeliveryState `json:"state"`
	Due      time.Time           `json:"due,omitzero"` // of the next attempt
	Attempts []mocks.Attempt     `json:"attempts"`
	Message  json.RawMessage     `json:"message"` // before it is signed
}

func deliveryOf(d mocks.Delivery) deliveryAnswer {
	return deliveryAnswer{d.ID, d.Event, d.Subject, d.URL, d.State, d.Due, listed(d.Attempts), d.Message}
}

// sender is the insurer of the path, if it sends webhooks.
func (h *handler) sender(r *http.Request) (string, error) {
	var senders []string
	for _, slug := range h.slugs() {
		if h.sandbox.Webhooks(slug) == nil {
			continue
		}
		if slug == r.PathValue("slug") {
			return slug, nil
		}
		senders = append(senders, slug)
	}
	return "", missing("insurer that sends webhooks,", r.PathValue("slug"), senders)
}

func (h *handler) listDeliveries(r *http.Request) (any, error) {
	slug, err := h.sender(r)
	if err != nil {
		return nil, err
	}
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	all, err := w.Deliveries(r.Context(), slug)
	if err != nil {
		return nil, err
	}
	answer := deliveriesAnswer{Deliveries: []deliveryAnswer{}}
	for _, d := range all {
		answer.Deliveries = append(answer.Deliveries, deliveryOf(d))
	}
	return answer, nil
}

func (h *handler) triggerEvent(r *http.Request) (any, error) {
	slug, err := h.sender(r)
	if err != nil {
		return nil, err
	}
	body, err := readObject(r, "event", "to", "override")
	if err != nil {
		return nil, err
	}
	t := mocks.Trigger{Insurer: slug}
	if t.Event, _, err = take[string](body, "event", "a text"); err != nil {
		return nil, err
	}
	var known []string
	for _, event := range h.sandbox.Events(slug) {
		known = append(known, event.Name)
	}
	to, given, err := take[string](body, "to", "the address of a receiver")
	if err != nil {
		return nil, err
	}
	if given {
		if err := mocks.CheckReceiver(to); err != nil {
			return nil, body.refuse("to: %v", err)
		}
		t.To = to
	}
	override, _, err := take[map[string]json.RawMessage](body, "override", "an object of JSON pointers and values")
	if err != nil {
		return nil, err
	}
	t.Override = map[string]any{}
	for pointer, value := range override {
		t.Override[pointer] = value
	}
	if !slices.Contains(known, t.Event) {
		return nil, missing("event", t.Event, known)
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	t.Base = mocks.BaseOf(h.rootOf(r), w.Name, slug)
	d, err := w.Trigger(r.Context(), t)
	if err != nil {
		return nil, err
	}
	return deliveryOf(d), nil
}

func (h *handler) resendDelivery(r *http.Request) (any, error) {
	slug, err := h.sender(r)
	if err != nil {
		return nil, err
	}
	if err := readNothing(r); err != nil {
		return nil, err
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	d, err := w.Resend(r.Context(), slug, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return deliveryOf(d), nil
}

type parcelsAnswer struct {
	Parcels []*mocks.Parcel `json:"parcels"` // one at most
}

// listen waits for a webhook that the caller is to deliver.
func (h *handler) listen(r *http.Request) (any, error) {
	slug, err := h.sender(r)
	if err != nil {
		return nil, err
	}
	body, err := readObject(r, "wait")
	if err != nil {
		return nil, err
	}
	given, _, err := take[string](body, "wait", "a duration")
	if err != nil {
		return nil, err
	}
	wait := 30 * time.Second
	if given != "" {
		if wait, err = time.ParseDuration(given); err != nil || wait < 0 || wait > maxWait {
			return nil, body.refuse("wait is a duration of at most 60s, such as 5s, not %s", quoted(given))
		}
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	answer := parcelsAnswer{Parcels: []*mocks.Parcel{}}
	if p := w.Listen(ctx, slug); p != nil {
		answer.Parcels = append(answer.Parcels, p)
	}
	return answer, nil
}

func (h *handler) stopListening(r *http.Request) (any, error) {
	slug, err := h.sender(r)
	if err != nil {
		return nil, err
	}
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	w.Deaf(slug)
	return nil, nil
}

func (h *handler) giveReceipt(r *http.Request) (any, error) {
	slug, err := h.sender(r)
	if err != nil {
		return nil, err
	}
	body, err := readObject(r, "status", "header", "body", "error")
	if err != nil {
		return nil, err
	}
	var receipt mocks.Receipt
	if receipt.Status, _, err = take[int](body, "status", "a whole number"); err != nil {
		return nil, err
	}
	if receipt.Header, _, err = take[http.Header](body, "header", "an object of lists of texts"); err != nil {
		return nil, err
	}
	if receipt.Body, _, err = take[[]byte](body, "body", "base64"); err != nil {
		return nil, err
	}
	if receipt.Error, _, err = take[string](body, "error", "a text"); err != nil {
		return nil, err
	}
	if receipt.Error == "" && (receipt.Status < 100 || receipt.Status > 599) {
		return nil, body.refuse("a receipt has the status that the receiver answered, or an error")
	}
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	return nil, w.Told(slug, r.PathValue("id"), receipt)
}

// registerClient adds a client of an insurer to a world.
func (h *handler) registerClient(r *http.Request) (any, error) {
	slug := r.PathValue("slug")
	if !slices.Contains(h.slugs(), slug) {
		return nil, missing("insurer", slug, h.slugs())
	}
	asked, err := readBody(r, maxBody)
	if err != nil {
		return nil, err
	}
	if !json.Valid(asked) {
		return nil, refuse(http.StatusBadRequest, "the body is not JSON")
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	return w.Register(r.Context(), slug, mocks.BaseOf(h.rootOf(r), w.Name, slug), asked)
}
