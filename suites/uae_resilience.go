package suites

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// bearing says how a third party's client, and its receiver of events, have to bear
// each scenario.
func (h uaeHub) bearing() map[string]bearing {
	as := func(judge func(uaeHub, SpecContext)) bearing {
		return func(ctx SpecContext, t *Target) { judge(uaeHub{t}, ctx) }
	}
	each := func(judge func(uaeHub, SpecContext, uaeVersion)) bearing {
		return as(func(h uaeHub, ctx SpecContext) {
			for _, v := range uaeVersions {
				By("in " + v.name)
				judge(h, ctx, v)
			}
		})
	}
	refused := func(why error) bearing {
		return each(func(h uaeHub, ctx SpecContext, v uaeVersion) { h.bearsForgery(ctx, v, why) })
	}
	return map[string]bearing{
		"amount-as-text":             each(uaeHub.bearsAmountAsText),
		"callback-of-another":        as(uaeHub.bearsCallbackOfAnother),
		"consent-revoked-midway":     as(uaeHub.bearsRevocation),
		"consent-suspended":          as(uaeHub.bearsSuspension),
		"discovery-of-another":       as(uaeHub.bearsDiscoveryOfAnother),
		"discovery-stale":            as(uaeHub.bearsStaleDiscovery),
		"event-altered":              refused(uae.ErrSignature),
		"event-expired":              refused(uae.ErrExpired),
		"event-late":                 each(uaeHub.bearsLateEvent),
		"event-never":                each(uaeHub.bearsSilence),
		"event-other-algorithm":      refused(uae.ErrAlgorithm),
		"event-other-audience":       refused(uae.ErrAudience),
		"event-other-issuer":         refused(uae.ErrIssuer),
		"event-out-of-order":         each(uaeHub.bearsDisorder),
		"event-twice":                each(uaeHub.bearsEventTwice),
		"event-unknown-kid":          refused(uae.ErrUnknownKey),
		"event-unsigned":             refused(uae.ErrAlgorithm),
		"event-wrong-key":            refused(uae.ErrSignature),
		"interaction-id-missing":     each(uaeHub.bearsNoInteractionID),
		"keys-down":                  as(uaeHub.bearsKeysDown),
		"next-page-elsewhere":        each(uaeHub.bearsBrokenList),
		"par-answer-lost":            as(uaeHub.bearsLostPush),
		"par-timeout":                as(uaeHub.bearsHangingPush),
		"par-too-many-requests":      as(uaeHub.bearsTooManyPushes),
		"policies-gateway-timeout":   each(uaeHub.bearsGatewayTimeout),
		"policies-recoverable-error": each(uaeHub.bearsRecoverableError),
		"policy-of-another":          each(uaeHub.bearsPolicyOfAnother),
		"revoke-answer-lost":         each(uaeHub.bearsLostRevocation),
		"token-answer-lost":          as(uaeHub.bearsLostToken),
		"token-expires-midway":       as(uaeHub.bearsExpiredToken),
		"token-unavailable":          as(uaeHub.bearsTokenUnavailable),
		"truncated-answer":           each(uaeHub.bearsBrokenList),
		"unauthorized-midway":        each(uaeHub.bearsUnauthorized),
	}
}

// unanswered expects an error that tells of no answer of the hub's.
func unanswered(err error) {
	GinkgoHelper()
	Expect(err).To(HaveOccurred())
	_, oauth := errors.AsType[*uae.OAuthError](err)
	_, refused := errors.AsType[*uae.Error](err)
	Expect(oauth || refused).To(BeFalse(), "nobody has said no: %v", err)
}

func (h uaeHub) bearsHangingPush(ctx SpecContext) {
	const short = time.Second // also for discovery, which is on the way
	p := h.party(ctx, uaeV12, func(o *uae.Options) { o.Timeout = short })
	id := aUUID()
	_, err := p.tryPush(ctx, asking{ID: id})
	Expect(err).To(MatchError(context.DeadlineExceeded))
	Expect(h.count(ctx, "pushAuthorizationRequest")).To(Equal(1), "what ran out of time is not repeated")
	patient := h.party(ctx, uaeV12)
	_, err = patient.look(ctx, id)
	Expect(err).To(MatchError(uae.ErrNotFound), "the look-up says that nothing was staged")
	patient.push(ctx, asking{ID: id})
}

func (h uaeHub) bearsLostPush(ctx SpecContext) {
	p := h.party(ctx, uaeV12)
	id := aUUID()
	_, err := p.tryPush(ctx, asking{ID: id})
	unanswered(err)
	Expect(h.count(ctx, "pushAuthorizationRequest")).To(Equal(1), "what may have been done is not done again")
	Expect(p.status(ctx, id)).To(Equal(uae.AwaitingAuthorization), "the hub staged it")
	_, err = p.tryPush(ctx, asking{ID: id})
	Expect(err).To(MatchError(uae.InvalidRequest), "an id is taken once")
	_, err = p.Revoke(ctx, uae.Visit{}, id, uae.ByTPP)
	Expect(err).NotTo(HaveOccurred())
	p.granted(ctx, asking{}, yes(hamad))
}

func (h uaeHub) bearsTooManyPushes(ctx SpecContext) {
	p := h.party(ctx, uaeV12)
	id := aUUID()
	_, err := p.tryPush(ctx, asking{ID: id})
	Expect(err).To(MatchError(uae.ErrTooManyRequests))
	refusal, ok := errors.AsType[*uae.OAuthError](err)
	Expect(ok).To(BeTrue())
	Expect(refusal.RetryAfter).To(Equal(30 * time.Second))
	Expect(h.count(ctx, "pushAuthorizationRequest")).To(Equal(1), "a client that is told to wait does not push on")
	h.advance(ctx, refusal.RetryAfter)
	p.push(ctx, asking{ID: id})
}

func (h uaeHub) bearsTokenUnavailable(ctx SpecContext) {
	_, err := h.party(ctx, uaeV12).OwnToken(ctx)
	Expect(err).NotTo(HaveOccurred(), "a token of the client's own is asked for again, with another assertion")
	Expect(h.count(ctx, "issueToken")).To(Equal(2))
}

func (h uaeHub) bearsLostToken(ctx SpecContext) {
	p := h.party(ctx, uaeV12)
	pending := p.push(ctx, asking{})
	code := p.code(ctx, pending, yes(hamad))
	got, err := p.Exchange(ctx, pending, code)
	unanswered(err)
	Expect(got).To(BeNil())
	Expect(h.count(ctx, "issueToken")).To(Equal(1), "a code is sent once")

	By("starting over")
	given := p.granted(ctx, asking{}, yes(hamad))
	_, err = p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
	Expect(err).NotTo(HaveOccurred())
	_, err = p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred())

	By("sending the code again, as no client of ours does")
	_, err = p.Exchange(ctx, pending, code)
	Expect(err).To(MatchError(uae.InvalidGrant))
}

func (h uaeHub) bearsExpiredToken(ctx SpecContext) {
	p := h.party(ctx, uaeV12)
	given := p.granted(ctx, asking{}, yes(hamad))
	list, err := p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred())
	h.advance(ctx, 11*time.Minute)
	one, err := p.policy(ctx, given.Visit, list.Data[0].ID)
	Expect(err).NotTo(HaveOccurred())
	Expect(one.Data).To(Equal(list.Data[0]))
	Expect(h.count(ctx, uaeV12.ops.one)).To(Equal(2), "the call is repeated once")
	Expect(h.count(ctx, "issueToken")).To(Equal(2), "for the code, and to refresh")
}

func (h uaeHub) bearsUnauthorized(ctx SpecContext, v uaeVersion) {
	p, given := h.customer(ctx, v)
	tokens := h.count(ctx, "issueToken")
	_, err := p.policy(ctx, given.Visit, "any")
	Expect(err).To(MatchError(uae.ErrUnauthorized))
	Expect(h.count(ctx, v.ops.one)).To(Equal(2), "a fresh token is tried once, and then that is that")
	Expect(h.count(ctx, "issueToken") - tokens).To(Equal(1))
	_, err = p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred(), "the session is as good as before")
}

func (h uaeHub) bearsKeysDown(ctx SpecContext) {
	given := h.party(ctx, uaeV12).granted(ctx, asking{}, yes(hamad))
	Expect(given.Token.Claims).NotTo(BeEmpty(), "the id_token is verified")
	Expect(h.count(ctx, "getJwks")).To(Equal(3), "the keys are asked for until they come")
	Expect(h.count(ctx, "issueToken")).To(Equal(1))
}

func (h uaeHub) bearsStaleDiscovery(ctx SpecContext) {
	const good = 15 * time.Minute
	now := h.now(ctx)
	p := h.party(ctx, uaeV12, func(o *uae.Options) { o.Now = func() time.Time { return now } })
	_, err := p.OwnToken(ctx)
	unanswered(err)
	Expect(h.count(ctx, "getDiscovery")).To(Equal(1))
	Expect(h.count(ctx, "issueToken")).To(BeZero())
	now = h.advance(ctx, good)
	_, err = p.OwnToken(ctx)
	Expect(err).NotTo(HaveOccurred(), "what has run out is read again")
	Expect(h.count(ctx, "getDiscovery")).To(Equal(2))
}

func (h uaeHub) bearsDiscoveryOfAnother(ctx SpecContext) {
	p := h.party(ctx, uaeV12)
	_, err := p.tryPush(ctx, asking{})
	Expect(err).To(MatchError(uae.ErrIssuer))
	_, err = p.OwnToken(ctx)
	Expect(err).To(MatchError(uae.ErrIssuer))
	Expect(h.count(ctx, "pushAuthorizationRequest")).To(BeZero())
	Expect(h.count(ctx, "issueToken")).To(BeZero(), "no proof is sent to a stranger")
}

func (h uaeHub) bearsCallbackOfAnother(ctx SpecContext) {
	p := h.party(ctx, uaeV12)
	pending := p.push(ctx, asking{})
	code, err := p.Callback(pending, p.decided(ctx, pending, yes(hamad)))
	Expect(err).To(MatchError(uae.ErrState))
	Expect(code).To(BeEmpty(), "there is nothing to exchange")
	Expect(h.count(ctx, "issueToken")).To(BeZero())
	_, err = p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
	Expect(err).NotTo(HaveOccurred(), "the consent was given all the same, and is given up")
}
