package uae

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// change is something that a subscriber hears of.
type change struct {
	consent consent
	policy  *opened // nil: the consent itself has changed
	at      time.Time
}

const resourceUpdated = "Resource.Updated"

// eventMeta is the metadata of an event, under one name or another.
type eventMeta struct {
	EventDateTime string
	EventResource string
	EventType     string
	ConsentID     string `json:"ConsentId"`
}

func (x change) meta(resource, kind string) eventMeta {
	return eventMeta{EventDateTime: moment(x.at), EventResource: resource, EventType: kind, ConsentID: x.consent.ID}
}

// Events by name. Those of a consent are listed, that of a policy is printed in the
// rc1 guide and listed nowhere.
const (
	consentEvent = "consent." // with the status in small letters behind it
	policyEvent  = "policy.updated"
)

// retries are when an event that was not acknowledged is sent again, by the
// world's clock. That it may be is published, how often is not (inferred).
var retries = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour}

func (h *hub) webhooks() *mocks.Webhooks {
	hooks := &mocks.Webhooks{
		Document: "uae/events", Seal: h.seal, Forgeries: forgeries, Retry: retries,
		// The template says 204, the guides 202.
		Acknowledged: func(status int) bool { return status == http.StatusAccepted || status == http.StatusNoContent },
	}
	for _, to := range []status{authorized, rejected, suspended, revoked, expired} {
		hooks.Events = append(hooks.Events, mocks.Event{
			Name: eventOf(to), Says: "the newest subscriber's consent becomes " + string(to), Evidence: contracts.Upstream,
			Make: func(ctx context.Context) (mocks.Notice, error) { return h.force(ctx, to) },
		})
	}
	hooks.Events = append(hooks.Events, mocks.Event{
		Name: policyEvent, Says: "a policy that the newest subscriber may read has changed", Evidence: contracts.Seed,
		Make: h.policyChanged,
	})
	return hooks
}

func eventOf(to status) string { return consentEvent + strings.ToLower(string(to)) }

// announce tells the client of a consent that its status changed, if it wants to
// know.
func (h *hub) announce(ctx context.Context, c consent, before status) error {
	if c.Status == before || c.Webhook == nil || !c.Webhook.Active {
		return nil
	}
	n, err := h.notice(ctx, eventOf(c.Status), change{consent: c, at: c.Updated})
	if err != nil {
		return err
	}
	return mocks.WorldOf(ctx).Notify(ctx, n)
}

// addressee is what sealing needs to know besides the message.
type addressee struct {
	ClientID string `json:"clientId"`
	Issuer   string `json:"issuer"`
}

// notice is a change as it is delivered. Its id is the jti of every attempt.
func (h *hub) notice(ctx context.Context, event string, x change) (mocks.Notice, error) {
	e, ok := editionNamed(x.consent.Edition)
	if !ok {
		return mocks.Notice{}, fmt.Errorf("consent %s is of the version %q, which there is not", x.consent.ID, x.consent.Edition)
	}
	id, _, err := mint(ctx, "event")
	if err != nil {
		return mocks.Notice{}, err
	}
	message, err := json.Marshal(e.tell(x))
	if err != nil {
		return mocks.Notice{}, fmt.Errorf("word the event %s: %w", event, err)
	}
	envelope, err := json.Marshal(addressee{ClientID: x.consent.ClientID, Issuer: x.consent.issuer()})
	if err != nil {
		return mocks.Notice{}, fmt.Errorf("address the event %s: %w", event, err)
	}
	return mocks.Notice{
		ID: id, Event: event, Operation: e.receives, Subject: x.consent.ID, URL: x.consent.Webhook.URL, Message: message, Envelope: envelope,
	}, nil
}

// subscriber is a row: the consent that was last pushed or patched with a
// subscription that is on. It is kept under one name.
type subscriber struct {
	ConsentID string `json:"consentId"`
}

const newest = "newest"

// subscribed remembers whose subscription is the newest.
func (h *hub) subscribed(ctx context.Context, c consent) error {
	if c.Webhook == nil || !c.Webhook.Active {
		return nil
	}
	if err := h.subscribers.Set(ctx, newest, subscriber{ConsentID: c.ID}); err != nil {
		return fmt.Errorf("remember who subscribed: %w", err)
	}
	return nil
}

// listening is the consent of the newest subscriber. Whoever names a receiver needs
// none: a consent of the published client is made up, so that a receiver can be
// tried before there is anything else.
func (h *hub) listening(ctx context.Context, begins status) (consent, error) {
	to := mocks.Receiver(ctx)
	last, err := h.subscribers.Get(ctx, newest)
	if err == nil {
		var c consent
		if c, err = h.consents.Get(ctx, last.ConsentID); err == nil && c.Webhook != nil && c.Webhook.Active {
			if c = c.at(mocks.Now(ctx)); to == "" || !c.Status.final() {
				return c, nil
			}
		}
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return consent{}, fmt.Errorf("find a subscriber: %w", err)
	}
	if to != "" {
		return h.madeUp(ctx, to, begins)
	}
	return consent{}, untellable("nobody in this world has subscribed", "push a consent whose authorization_details have a subscription with IsActive true, or name a receiver")
}

const madeUpLife = 30 * 24 * time.Hour

// madeUp is a consent of the published client to all that the printed customer
// has, subscribed to by a receiver.
func (h *hub) madeUp(ctx context.Context, to string, begins status) (consent, error) {
	id, _, err := mint(ctx, "consent")
	if err != nil {
		return consent{}, err
	}
	now := mocks.Now(ctx)
	c := consent{
		ID: id, Edition: v12().name, ClientID: testClient, Status: begins, Created: now, Updated: now, Base: mocks.Base(ctx),
		Permissions: []string{readPolicies, readBasic, readDetail, readProduct, readTransactions, readPaymentShort},
		Expires:     now.Add(madeUpLife), ExpiresText: moment(now.Add(madeUpLife)), Billing: json.RawMessage(`{"Purpose":"QuoteComparison"}`),
		Webhook: &webhook{URL: to, Active: true},
	}
	if begins == authorized {
		c.Persona, c.Policies = hamadID, []string{hamadPolicy}
	}
	if err := h.consents.Insert(ctx, c.ID, c); err != nil {
		return consent{}, fmt.Errorf("make up a consent: %w", err)
	}
	return c, h.subscribed(ctx, c)
}

func untellable(rule, remedy string) *mocks.Refusal {
	return &mocks.Refusal{Kind: mocks.Conflict, Rule: rule, Remedy: remedy, Evidence: contracts.Inferred}
}

// force takes the newest subscriber's consent to a status, as whoever may, so that
// what the event tells is true. Expired comes before its hour, which only the clock
// brings otherwise.
func (h *hub) force(ctx context.Context, to status) (mocks.Notice, error) {
	begins := authorized
	if to == rejected {
		begins = awaiting
	}
	c, err := h.listening(ctx, begins)
	if err != nil {
		return mocks.Notice{}, err
	}
	c, err = h.consents.Update(ctx, c.ID, func(c *consent) error {
		now := mocks.Now(ctx)
		*c = c.at(now)
		switch {
		case c.Status == to:
			return nil
		case !slices.ContainsFunc(transitions, func(t transition) bool { return t.from == c.Status && t.to == to }):
			return untellable("the newest subscriber's consent is "+string(c.Status)+", and none that is becomes "+string(to), "push a new consent and subscribe with it")
		case c.Status == awaiting && to == authorized:
			return untellable("a person authorizes a consent, by picking policies", "visit the consent page of the newest subscriber's request")
		}
		c.Status, c.Updated = to, now
		if to == revoked {
			c.RevokedBy = revokedByInsurer
		}
		return nil
	})
	if err != nil {
		return mocks.Notice{}, err
	}
	return h.notice(ctx, eventOf(to), change{consent: c, at: mocks.Now(ctx)})
}

// policyChanged is the event that the rc1 guide prints, about the first policy of
// the newest subscriber's consent, as far as that opens it. What it tells is true:
// the car has been driven.
func (h *hub) policyChanged(ctx context.Context) (mocks.Notice, error) {
	c, err := h.listening(ctx, authorized)
	if err != nil {
		return mocks.Notice{}, err
	}
	if c.Status != authorized {
		return mocks.Notice{}, untellable("the newest subscriber's consent is "+string(c.Status)+", and opens no policy", "authorize it, or push another")
	}
	if len(c.Policies) == 0 {
		return mocks.Notice{}, untellable("the newest subscriber's consent shares no policy", "push another and confirm it with a policy")
	}
	if err := h.drive(ctx, c.Policies[0]); err != nil {
		return mocks.Notice{}, err
	}
	all, err := h.all(ctx, access{consent: c})
	if err != nil {
		return mocks.Notice{}, err
	}
	return h.notice(ctx, policyEvent, change{consent: c, policy: &all[0], at: mocks.Now(ctx)})
}
