package uae

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// actor is who changes a consent.
type actor string

const (
	byCustomer actor = "customer" // at the insurer's page
	byInsurer  actor = "insurer"
	byClient   actor = "client" // the third party, with a PATCH
	byClock    actor = "clock"
)

type transition struct {
	from, to status
	by       actor
}

// transitions are all there are; what is not here is refused. That a client may
// revoke what still awaits authorization, or is suspended, the sources say in
// different places, and each of only one.
var transitions = []transition{
	{awaiting, authorized, byCustomer},
	{awaiting, rejected, byCustomer},
	{awaiting, rejected, byInsurer},
	{awaiting, revoked, byClient},
	{authorized, suspended, byInsurer},
	{suspended, authorized, byInsurer},
	{authorized, revoked, byClient},
	{suspended, revoked, byClient},
	{authorized, revoked, byInsurer},
	{suspended, revoked, byInsurer},
	{authorized, expired, byClock},
	{suspended, expired, byClock},
}

func (s status) may(to status, by actor) bool {
	return slices.Contains(transitions, transition{s, to, by})
}

// final says that nothing follows.
func (s status) final() bool {
	return !slices.ContainsFunc(transitions, func(t transition) bool { return t.from == s })
}

// Who revoked a consent, as the standard words it.
const (
	revokedByInsurer = "LFI"
	revokedByClient  = "TPP"
	revokedAtInsurer = "LFI.InitiatedByUser"
	revokedAtClient  = "TPP.InitiatedByUser"
)

// turn takes a consent to another status, if it can go there from where it stands,
// and tells its client.
func (h *hub) turn(ctx context.Context, id string, to status, by actor, revokedBy string) error {
	now, before := mocks.Now(ctx), status("")
	c, err := h.consents.Update(ctx, id, func(c *consent) error {
		before = c.Status
		if by == byClock {
			if *c = c.at(now); c.Status == before {
				return errStays
			}
			return nil
		}
		if !c.at(now).Status.may(to, by) {
			return errStays
		}
		c.Status, c.Updated, c.RevokedBy = to, now, revokedBy
		return nil
	})
	switch {
	case errors.Is(err, errStays), errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("take consent %s to %s: %w", id, to, err)
	}
	return h.announce(ctx, c, before)
}

// errStays leaves a row as it is.
var errStays = errors.New("the consent stays as it is")

// What happens to a consent later.
const (
	jobExpiry = "consent-expiry" // tells its client; that it is expired shows by itself
	jobTurn   = "consent-turn"   // the insurer's doing; a gate may name another status as outcome
)

// later is the payload of both.
type later struct {
	ConsentID string `json:"consentId"`
	To        status `json:"to"`
	RevokedBy string `json:"revokedBy,omitempty"`
}

func (h *hub) jobs() map[string]mocks.Job {
	return map[string]mocks.Job{jobExpiry: h.expire, jobTurn: h.act}
}

// afterwards asks for what a consent that was just given has before it: its
// expiry, and what the insurer does to this persona's.
func (h *hub) afterwards(ctx context.Context, c consent) error {
	w, now := mocks.WorldOf(ctx), mocks.Now(ctx)
	if err := w.Later(ctx, c.Expires.Sub(now), jobExpiry, later{ConsentID: c.ID, To: expired}); err != nil {
		return err
	}
	who, err := h.personas.Get(ctx, c.Persona)
	if err != nil {
		return fmt.Errorf("persona %s: %w", c.Persona, err)
	}
	for _, t := range who.Turns {
		if err := w.Later(ctx, t.After, jobTurn, later{ConsentID: c.ID, To: t.To, RevokedBy: t.RevokedBy}); err != nil {
			return err
		}
	}
	return nil
}

func (h *hub) expire(ctx context.Context, payload json.RawMessage) error {
	var due later
	if err := json.Unmarshal(payload, &due); err != nil {
		return err
	}
	return h.turn(ctx, due.ConsentID, expired, byClock, "")
}

func (h *hub) act(ctx context.Context, payload json.RawMessage) error {
	var due later
	if err := json.Unmarshal(payload, &due); err != nil {
		return err
	}
	if outcome := mocks.Outcome(ctx); outcome != "" {
		due.To = status(outcome)
		switch due.To {
		case authorized, suspended:
			due.RevokedBy = ""
		case revoked:
			if due.RevokedBy == "" {
				due.RevokedBy = revokedByInsurer
			}
		case awaiting, rejected, expired:
			return fmt.Errorf("an insurer makes no given consent %s", outcome)
		default:
			return fmt.Errorf("an insurer suspends a consent (%s), lets it go on (%s) or revokes it (%s), not %q", suspended, authorized, revoked, outcome)
		}
	}
	return h.turn(ctx, due.ConsentID, due.To, byInsurer, due.RevokedBy)
}

// ownConsent is the consent of a path, as it stands now. A client sees none of another
// client's: they are not there for it (inferred).
func (h *hub) ownConsent(r *http.Request, e edition) (consent, error) {
	ctx, id := r.Context(), r.PathValue("ConsentId")
	caller, err := h.bearer(r, kindClient)
	if err != nil {
		return consent{}, err
	}
	c, err := h.consents.Get(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && c.ClientID != caller.ClientID:
		return consent{}, &mocks.Refusal{
			Kind: mocks.Missing, Where: "path ConsentId", Rule: "the client has no such consent", Evidence: contracts.Inferred,
			Remedy: "send the ConsentId of a consent that this client pushed in this world",
		}
	case err != nil:
		return consent{}, fmt.Errorf("consent %s: %w", id, err)
	case c.Edition != e.name:
		return consent{}, &mocks.Refusal{
			Kind: mocks.Forbidden, Code: codeConsentInvalid, Where: "path ConsentId", Evidence: contracts.Inferred,
			Rule:   "a consent of " + c.Edition + " is read under the address of " + c.Edition,
			Remedy: "call the resource server of " + c.Edition,
		}
	}
	return c.at(mocks.Now(ctx)), nil
}

func (h *hub) getConsent(e edition) mocks.Operation {
	return func(r *http.Request) (mocks.Answer, error) {
		c, err := h.ownConsent(r, e)
		if err != nil {
			return mocks.Answer{}, err
		}
		return mocks.OK(e.resource(c)), nil
	}
}

// listConsents finds the consents of a chain: its root, then the renewals that name
// it, in the order they came. That the root is among them is inferred. The edition
// words the list.
func (h *hub) listConsents(e edition, word func(self string, all []consent) any) mocks.Operation {
	return func(r *http.Request) (mocks.Answer, error) {
		ctx, root := r.Context(), r.URL.Query().Get(baseConsentID)
		caller, err := h.bearer(r, kindClient)
		if err != nil {
			return mocks.Answer{}, err
		}
		chain, err := h.families.Get(ctx, root)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return mocks.Answer{}, fmt.Errorf("consents of %s: %w", root, err)
		}
		all := []consent{}
		for _, id := range slices.Concat([]string{root}, chain.Consents) {
			c, err := h.consents.Get(ctx, id)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return mocks.Answer{}, fmt.Errorf("consent %s: %w", id, err)
			}
			if c.ClientID == caller.ClientID && c.Edition == e.name {
				all = append(all, c.at(mocks.Now(ctx)))
			}
		}
		return mocks.OK(word(mocks.Base(ctx)+resourceMount(e.name)+"/insurance-consents?"+baseConsentID+"="+url.QueryEscape(root), all)), nil
	}
}

const baseConsentID = "BaseConsentId"

// resourceMount is where the resource server of a version stands.
func resourceMount(version string) string { return "/rs1/open-finance/insurance/" + version }
