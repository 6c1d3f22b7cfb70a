package uae

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// codeLife is how long an authorization code is good: "minutes" is all that is
// published.
const codeLife = 5 * time.Minute

// decision is what a person says at the consent page.
type decision struct {
	Persona     string   `json:"persona"`
	Policies    []string `json:"policies"`
	Decision    string   `json:"decision"`
	Error       string   `json:"error"`
	Description string   `json:"error_description"`
}

func readDecision(r *http.Request) (decision, error) {
	var d decision
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media == "application/json" {
		err := json.NewDecoder(r.Body).Decode(&d)
		return d, err
	}
	form, err := readForm(r)
	if err != nil {
		return d, err
	}
	d = decision{
		Persona: form.Get("persona"), Policies: form["policies"], Decision: form.Get("decision"),
		Error: form.Get("error"), Description: form.Get("error_description"),
	}
	return d, nil
}

// decideInteraction is the person's answer, and the end of the visit.
func (h *hub) decideInteraction(r *http.Request) (mocks.Answer, error) {
	ctx, id := r.Context(), r.PathValue("interactionId")
	d, err := readDecision(r)
	if err != nil {
		return mocks.Answer{}, err
	}
	i, err := h.interactions.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && i.Decided {
		return mocks.Answer{}, noInteraction()
	}
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("read an interaction: %w", err)
	}
	end := failure{}
	if !mocks.Now(ctx).Before(i.Expires) {
		end = failure{accessDenied, sessionExpired}
	} else if d.Decision == "confirm" {
		chosen, refusal, err := h.chosen(ctx, d)
		switch {
		case err != nil:
			return mocks.Answer{}, err
		case refusal != nil && wantsPage(r.Header, false):
			return h.again(ctx, i, refusal)
		case refusal != nil:
			return mocks.Answer{}, refusal
		case len(chosen) == 0:
			end = failure{invalidRequest, lacksPolicies}
		}
		d.Policies = chosen
	} else {
		end = d.failure()
	}
	if _, err := h.interactions.Update(ctx, id, func(i *interaction) error {
		if i.Decided {
			return noInteraction()
		}
		i.Decided = true
		return nil
	}); err != nil {
		return mocks.Answer{}, err
	}
	return h.decide(ctx, i.Pushed, d, end)
}

func noInteraction() *mocks.Refusal {
	refusal := ours(as(invalidRequest, "", flaw("path interactionId", "there is no such interaction in this world, or it is decided", "push a new request and visit its page")))
	refusal.Kind, refusal.Example = mocks.Missing, "unknown-interaction"
	return refusal
}

// failure is how a no ends the visit: as the person's own, or as the caller plays
// it. What is no code of OAuth becomes invalid_request, as the hub overwrites it.
func (d decision) failure() failure {
	switch {
	case d.Error == "" && d.Description == "":
		return failures[0]
	case !slices.Contains(redirectable, d.Error):
		return failure{invalidRequest, d.Description}
	}
	return failure{d.Error, d.Description}
}

// redirectable are the codes of RFC 6749 and OpenID Connect for an authorization
// endpoint.
var redirectable = []string{
	invalidRequest, unauthorizedClient, accessDenied, "unsupported_response_type", invalidScope, serverError, temporarilyUnavailable,
	"interaction_required", "login_required", "account_selection_required", "consent_required", "invalid_request_uri", "invalid_request_object",
	"request_not_supported", "request_uri_not_supported", "registration_not_supported", "invalid_authorization_details",
}

// chosen are the policies that a persona shares: none where she has none.
func (h *hub) chosen(ctx context.Context, d decision) ([]string, *mocks.Refusal, error) {
	policies, err := h.choose(ctx, d.Persona, d.Policies)
	if refusal, ok := errors.AsType[*mocks.Refusal](err); ok {
		refusal.Code = invalidRequest
		return nil, refusal, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("choose policies: %w", err)
	}
	return policies, nil, nil
}

// again shows the page once more, with what was wrong.
func (h *hub) again(ctx context.Context, i interaction, refusal *mocks.Refusal) (mocks.Answer, error) {
	c, err := h.consents.Get(ctx, i.Pushed.ConsentID)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("read consent %s: %w", i.Pushed.ConsentID, err)
	}
	v, err := h.view(ctx, i.Pushed, c)
	if err != nil {
		return mocks.Answer{}, err
	}
	v.Problem = refusal.Rule
	answer, err := page(http.StatusBadRequest, v)
	answer.Rule, answer.Evidence = refusal.Rule, refusal.Evidence
	return answer, err
}

// decide takes the consent where the decision leads and the browser back to the
// client. A zero end is a yes.
func (h *hub) decide(ctx context.Context, p pushed, d decision, end failure) (mocks.Answer, error) {
	now, yes := mocks.Now(ctx), end == failure{}
	var passed status
	c, err := h.consents.Update(ctx, p.ConsentID, func(c *consent) error {
		if passed = c.Status; passed != awaiting {
			return errStays
		}
		switch {
		case yes && !now.Before(c.Expires):
			return errStays
		case yes:
			c.Status, c.Updated, c.Persona, c.Policies = authorized, now, d.Persona, d.Policies
		case end.rejects():
			c.Status, c.Updated = rejected, now
		}
		return nil
	})
	switch {
	case errors.Is(err, errStays):
		// Its client revoked it, or let it run out, while the person looked at the page.
		if passed == awaiting {
			passed = expired
		}
		return sendBack(p, failure{invalidRequest, "the consent is " + string(passed)}), nil
	case err != nil:
		return mocks.Answer{}, fmt.Errorf("decide consent %s: %w", p.ConsentID, err)
	}
	if c.Status != awaiting {
		if err := h.announce(ctx, c, awaiting); err != nil {
			return mocks.Answer{}, err
		}
	}
	if !yes {
		return sendBack(p, end), nil
	}
	if err := h.afterwards(ctx, c); err != nil {
		return mocks.Answer{}, err
	}
	code, err := h.give(ctx, p, d.Persona)
	if err != nil {
		return mocks.Answer{}, err
	}
	answer := redirect(p, "code="+code)
	answer.Rule, answer.Evidence = "the person consented", contracts.Upstream
	return answer, nil
}

// give keeps a grant under a fresh code.
func (h *hub) give(ctx context.Context, p pushed, persona string) (string, error) {
	code, n, err := mint(ctx, "code")
	if err != nil {
		return "", err
	}
	g := grant{
		ConsentID: p.ConsentID, ClientID: p.ClientID, RedirectURI: p.RedirectURI, State: p.State, Nonce: p.Nonce, Challenge: p.Challenge,
		Scope: p.Scope, Subject: persona, Authenticated: mocks.WallClock(), Expires: mocks.Now(ctx).Add(codeLife),
	}
	if err := h.grants.Insert(ctx, code, g); err != nil {
		return "", fmt.Errorf("keep a grant: %w", err)
	}
	return code, retire(ctx, h.grants, "code", n, h.kept)
}
