package suites

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// credentialRefresh is a refresh token of an earlier run, or of another program.
const credentialRefresh = "refresh_token"

// persons are the specs that a customer has a part in: in a sandbox the run plays
// one, and at a live hub it asks for one.
func (h uaeHub) persons() {
	h.subscribes()
	for _, v := range uaeVersions {
		It("gives a consent at the insurer's page, and its policies can be read until it is revoked, in "+v.name, liveBinds,
			Label(v.name, "getDiscovery", "pushAuthorizationRequest", "issueToken", "getJwks", v.ops.list, v.ops.one, v.ops.payment, v.ops.consent, v.ops.patch),
			func(ctx SpecContext) {
				p := h.party(ctx, v)
				if h.live() && h.Consent == "" {
					Skip("the target file does not say that consents are given by hand")
				}
				pending := p.push(ctx, asking{For: 24 * time.Hour})
				code, err := p.Callback(pending, p.consented(ctx, pending))
				if refusal, no := errors.AsType[*uae.AuthorizationError](err); no && h.live() {
					h.unasked("the person at the page did not consent: " + refusal.Error())
				}
				Expect(err).NotTo(HaveOccurred())
				token, err := p.Exchange(ctx, pending, code)
				Expect(err).NotTo(HaveOccurred())
				h.readsAll(ctx, p, token)

				_, err = p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
				Expect(err).NotTo(HaveOccurred())
				Expect(p.status(ctx, pending.ConsentID)).To(Equal(uae.Revoked))
				_, err = p.list(ctx, uae.Visit{Session: p.Session(*token)})
				Expect(err).To(MatchError(uae.CodeConsentRevoked))
			})
	}

	It("who gave a consent before has it read by its refresh token", liveSafe,
		Label(uaeV12.name, "getDiscovery", "issueToken", uaeV12.ops.list, uaeV12.ops.one, uaeV12.ops.payment),
		func(ctx SpecContext) {
			p := h.party(ctx, uaeV12)
			refresh := h.Credentials[credentialRefresh]
			if refresh == "" && h.live() {
				Skip("the target file has no refresh_token")
			}
			if refresh == "" {
				refresh = p.granted(ctx, asking{}, yes(hamad)).Token.RefreshToken
			}
			token, err := p.Refresh(ctx, refresh)
			Expect(err).NotTo(HaveOccurred())
			h.readsAll(ctx, p, token)
		})
}

// subscribes is the spec of a third party that the hub can reach.
func (h uaeHub) subscribes() {
	It("hears of the end of a consent", liveBinds,
		Label(uaeV12.name, "getDiscovery", "pushAuthorizationRequest", "issueToken", "getJwks", uaeV12.ops.consent, uaeV12.ops.patch, uaeV12.ops.event),
		func(ctx SpecContext) {
			if h.live() && h.Inbox == nil {
				Skip("the target file has no inbox")
			}
			p := h.party(ctx, uaeV12)
			s := p.subscriber(ctx)
			pending := p.push(ctx, asking{For: 24 * time.Hour, Events: s.hook()})
			_, err := p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
			Expect(err).NotTo(HaveOccurred())
			if !h.live() {
				p.deliver(ctx)
			}
			if !s.heard(ctx) && h.live() {
				h.unasked(fmt.Sprintf("no event came to %s within %s", s.URL, longestDelivery))
			}
			Expect(s.said()).To(HaveExactElements(Succeed()))
			p.tells(ctx, s.events()[0], pending.ConsentID)
			Expect(toldOf(s.events()[0]).Status).To(Equal(uae.Revoked))
		})
}

// longestDelivery is how long a live hub has for an event. It promises none.
const longestDelivery = time.Minute

// heard says whether an event came in time.
func (s *subscriber) heard(ctx SpecContext) bool {
	silent := NewGomega(func(string, ...int) {})
	return silent.Eventually(ctx, s.letters).WithTimeout(longestDelivery).ShouldNot(BeEmpty())
}

// versionsThere skips a spec of a version that the target does not speak.
func (h uaeHub) versionsThere() {
	for _, v := range uaeVersions {
		if slices.Contains(CurrentSpecReport().Labels(), v.name) {
			h.needs(v.name)
		}
	}
}

// consented is the way through the page: what the browser comes back with.
func (p *thirdParty) consented(ctx SpecContext, pending *uae.Pending) url.Values {
	GinkgoHelper()
	if !p.hub.live() {
		return p.decided(ctx, pending, yes(hamad))
	}
	address, err := p.AuthorizationURL(ctx, pending)
	Expect(err).NotTo(HaveOccurred())
	return p.hub.person(ctx, address, pending.State)
}

// readsAll reads what a consent opens, whoever gave it, and expects lists and
// single policies to agree.
func (h uaeHub) readsAll(ctx SpecContext, p *thirdParty, token *uae.Token) {
	GinkgoHelper()
	consent, err := p.grantedConsent(token)
	Expect(err).NotTo(HaveOccurred())
	Expect(consent.Data.Status).To(Equal(uae.Authorized))
	visit := uae.Visit{Session: p.Session(*token)}
	list, err := p.list(ctx, visit)
	Expect(err).NotTo(HaveOccurred())
	pays := slices.ContainsFunc(consent.Data.Permissions, func(one uae.Permission) bool {
		return one == uae.ReadPaymentDetails || one == uae.ReadPaymentDetailsShort
	})
	for _, shared := range list.Data {
		one, err := p.policy(ctx, visit, shared.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(one.Data).To(Equal(shared))
		if pays {
			_, err = p.payment(ctx, visit, shared.ID)
			Expect(err).NotTo(HaveOccurred())
		}
	}
}
