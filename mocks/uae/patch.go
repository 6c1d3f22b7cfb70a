package uae

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// patch is what a client changes about a consent: revoke it, or tell it where to
// send events and whether to.
type patch struct {
	revoke    bool
	revokedBy string
	url       *string
	active    *bool
}

// patchConsent changes a consent, all or nothing.
func (h *hub) patchConsent(e edition) mocks.Operation {
	return func(r *http.Request) (mocks.Answer, error) {
		ctx := r.Context()
		found, err := h.ownConsent(r, e)
		if err != nil {
			return mocks.Answer{}, err
		}
		body, refusal := h.patchBody(r, found)
		if refusal != nil {
			return mocks.Answer{}, refusal
		}
		asked, refusal := readPatch(body)
		if refusal != nil {
			return mocks.Answer{}, refusal
		}
		var before status
		changed, err := h.consents.Update(ctx, found.ID, func(c *consent) error {
			before = c.Status
			if refusal := asked.apply(ctx, c); refusal != nil {
				return refusal
			}
			return nil
		})
		if err != nil {
			return mocks.Answer{}, err
		}
		if err := h.subscribed(ctx, changed); err != nil {
			return mocks.Answer{}, err
		}
		if changed.Status != before {
			if err := h.announce(ctx, changed, before); err != nil {
				return mocks.Answer{}, err
			}
		}
		return mocks.Answer{Status: http.StatusNoContent}, nil
	}
}

// readPatch reads a patch that fits the document, which has no other Status than
// Revoked.
func readPatch(body object) (patch, *mocks.Refusal) {
	var p patch
	data, _ := body["Data"].(object)
	if _, p.revoke = data["Status"]; p.revoke {
		p.revokedBy = revokedByClient
	}
	if by, given := textOf(data, "RevokedBy"); given {
		switch {
		case !p.revoke:
			return p, unruly("/Data/RevokedBy", "RevokedBy goes with the Status "+string(revoked), "send both, or neither")
		case by != revokedByClient && by != revokedAtClient:
			return p, unruly("/Data/RevokedBy", "a third party does not revoke in the insurer's name", "send "+revokedByClient+" or "+revokedAtClient)
		}
		p.revokedBy = by
	}
	subscription, _ := body["Subscription"].(object)
	webhook, _ := subscription["Webhook"].(object)
	if text, given := textOf(webhook, "Url"); given {
		if at, err := url.Parse(text); err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
			return p, unreadable("/Subscription/Webhook/Url", "Url is an absolute address of http or https")
		}
		p.url = &text
	}
	if active, given := webhook["IsActive"].(bool); given {
		p.active = &active
	}
	return p, nil
}

// apply changes the consent as it stands at this moment.
func (p patch) apply(ctx context.Context, c *consent) *mocks.Refusal {
	now := mocks.Now(ctx)
	stands := c.at(now).Status
	if p.revoke {
		if !stands.may(revoked, byClient) {
			refusal := unruly("/Data/Status", "a consent that is Rejected, Revoked or Expired stays so; this one is "+string(stands), "push a new consent")
			refusal.Example, refusal.Evidence = "already-revoked", contracts.Upstream
			return refusal
		}
		c.Status, c.Updated, c.RevokedBy = revoked, now, p.revokedBy
	}
	if p.url == nil && p.active == nil {
		return nil
	}
	if stands.final() {
		return unruly("/Subscription", fmt.Sprintf("a consent that is %s sends no more events", stands), "subscribe while the consent can still change")
	}
	hook := webhook{}
	if c.Webhook != nil {
		hook = *c.Webhook
	}
	if p.url != nil {
		hook.URL = *p.url
	}
	if p.active != nil {
		hook.Active = *p.active
	}
	if hook.URL == "" {
		return unruly("/Subscription/Webhook", "the consent was pushed without a subscription, so there is no address to send to", "send Url, too")
	}
	c.Webhook = &hook
	return nil
}

// unreadable refuses a body that is not what it should be, unruly one that breaks a
// rule over several values or over the consent as it stands.
func unreadable(where, rule string) *mocks.Refusal {
	return &mocks.Refusal{Kind: mocks.Invalid, Code: codeBody, Where: where, Rule: rule, Remedy: "send such a one", Evidence: contracts.Inferred}
}

func unruly(where, rule, remedy string) *mocks.Refusal {
	return &mocks.Refusal{Kind: mocks.Invalid, Code: codeBusinessRule, Where: where, Rule: rule, Remedy: remedy, Evidence: contracts.Inferred}
}
