package suites

import (
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// customer is a third party in the middle of a journey: the consent is given.
func (h uaeHub) customer(ctx SpecContext, v uaeVersion) (*thirdParty, grantSeen) {
	GinkgoHelper()
	p := h.party(ctx, v)
	return p, p.granted(ctx, asking{}, yes(hamad))
}

// unreadable expects an answer that the client will not hand out.
func unreadable(err error) {
	GinkgoHelper()
	_, broken := errors.AsType[*uae.ProtocolError](err)
	Expect(broken).To(BeTrue(), "got %v", err)
}

// bearsBrokenList expects no list, not even a part of one, and then all of it.
func (h uaeHub) bearsBrokenList(ctx SpecContext, v uaeVersion) {
	p, given := h.customer(ctx, v)
	got, err := p.list(ctx, given.Visit)
	unreadable(err)
	Expect(got).To(BeNil())
	Expect(h.count(ctx, v.ops.list)).To(Equal(1))
	got, err = p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred())
	Expect(got.Data).NotTo(BeEmpty())
}

func (h uaeHub) bearsAmountAsText(ctx SpecContext, v uaeVersion) {
	p, given := h.customer(ctx, v)
	got, err := p.list(ctx, given.Visit)
	unreadable(err)
	Expect(got).To(BeNil(), "a list with one wrong amount is none")
	Expect(h.count(ctx, v.ops.list)).To(Equal(1), "what is wrong is not asked for again")
}

func (h uaeHub) bearsPolicyOfAnother(ctx SpecContext, v uaeVersion) {
	p, given := h.customer(ctx, v)
	list, err := p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred())
	_, err = p.policy(ctx, given.Visit, list.Data[0].ID)
	unreadable(err)
	one, err := p.policy(ctx, given.Visit, list.Data[0].ID)
	Expect(err).NotTo(HaveOccurred())
	Expect(one.Data).To(Equal(list.Data[0]))
}

func (h uaeHub) bearsNoInteractionID(ctx SpecContext, v uaeVersion) {
	p, given := h.customer(ctx, v)
	got, err := p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred(), "a good answer without the id is good")
	Expect(got.Interaction.Sent).NotTo(BeEmpty(), "the client tells which id it sent")
	Expect(got.Interaction.Echoed).To(BeEmpty())
}

func (h uaeHub) bearsRecoverableError(ctx SpecContext, v uaeVersion) {
	p, given := h.customer(ctx, v)
	_, err := p.list(ctx, given.Visit)
	Expect(err).To(MatchError(uae.CodeGenericRecoverableError))
	Expect(h.count(ctx, v.ops.list)).To(Equal(1), "when to ask again is its caller's to say")
	_, err = p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred())
}

func (h uaeHub) bearsGatewayTimeout(ctx SpecContext, v uaeVersion) {
	p, given := h.customer(ctx, v)
	_, err := p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred(), "what only reads is repeated")
	Expect(h.count(ctx, v.ops.list)).To(Equal(2))
}

func (h uaeHub) bearsRevocation(ctx SpecContext) {
	p := h.party(ctx, uaeV12)
	given := p.granted(ctx, asking{}, yes(withdrawnPersona))
	list, err := p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred())
	h.advance(ctx, insurersPause)
	_, err = p.policy(ctx, given.Visit, list.Data[0].ID)
	Expect(err).To(MatchError(uae.CodeConsentRevoked))
	Expect(h.count(ctx, uaeV12.ops.one)).To(Equal(1), "a 403 is not repeated")
	Expect(h.count(ctx, "issueToken")).To(Equal(1), "and no fresh token is tried on it")
	stands := p.consent(ctx, given.ID).Data
	Expect(stands.Status).To(Equal(uae.Revoked))
	Expect(stands.RevokedBy).To(Equal(uae.ByCustomerAtInsurer), "the look-up tells who ended it")
}

func (h uaeHub) bearsSuspension(ctx SpecContext) {
	p := h.party(ctx, uaeV12)
	given := p.granted(ctx, asking{}, yes(suspendedPersona))
	h.advance(ctx, insurersPause)
	_, err := p.list(ctx, given.Visit)
	Expect(err).To(MatchError(uae.CodeAccessBlocked))
	Expect(p.status(ctx, given.ID)).To(Equal(uae.Suspended))
	h.advance(ctx, suspensionLasts)
	_, err = p.list(ctx, given.Visit)
	Expect(err).NotTo(HaveOccurred(), "the same session goes on, with a refreshed token")
}

func (h uaeHub) bearsLostRevocation(ctx SpecContext, v uaeVersion) {
	p, given := h.customer(ctx, v)
	_, err := p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
	unanswered(err)
	Expect(h.count(ctx, v.ops.patch)).To(Equal(1), "what may have been done is not done again")
	Expect(p.status(ctx, given.ID)).To(Equal(uae.Revoked), "the look-up tells")
	_, err = p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
	Expect(err).To(MatchError(uae.CodeConsentRule), "a second one is refused")
}
