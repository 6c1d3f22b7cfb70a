package suites

import (
	"context"
	"errors"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	liability "github.com/understudy-sandbox/understudy/clients/lifeishard"
)

// bearing says how the broker's client has to bear each scenario.
func (l lih) bearing() map[string]bearing {
	as := func(judge func(lih, SpecContext)) bearing {
		return func(ctx SpecContext, t *Target) { judge(lih{t}, ctx) }
	}
	return map[string]bearing{
		"answer-lost-on-issue":  as(lih.bearsLostIssue),
		"connection-dropped":    as(lih.bearsDroppedList),
		"list-fails-twice":      as(lih.bearsTwoFailures),
		"issue-gateway-timeout": as(lih.bearsIssueAtTheGateway),
		"lei-off-by-a-ban":      as(lih.bearsWrongLei),
		"login-hangs":           as(lih.bearsHangingLogIn),
		"no-offers":             as(lih.bearsNoOffers),
		"numbers-in-quotes":     as(lih.bearsQuotes),
		"offer-expired":         as(lih.bearsExpiredOffer),
		"page-for-a-paper":      as(lih.bearsBrokenPaper),
		"renewal-refused":       as(func(l lih, ctx SpecContext) { l.bearsToken(ctx, 2, 1) }),
		"slow-offer":            as(lih.bearsSlowOffer),
		"token-expired":         as(func(l lih, ctx SpecContext) { l.bearsToken(ctx, 1, 1) }),
		"token-refused-403":     as(func(l lih, ctx SpecContext) { l.bearsToken(ctx, 1, 1) }),
		"truncated-paper":       as(lih.bearsBrokenPaper),
	}
}

// bearsToken expects one offer, without the caller's doing, after so many log-ins
// and renewals.
func (l lih) bearsToken(ctx SpecContext, logIns, renewals int) {
	GinkgoHelper()
	offered(ctx, l.broker(ctx), l.malpractice(ctx))
	Expect([]int{l.count(ctx, "authenticate"), l.count(ctx, "renewToken"), l.count(ctx, "createOffer")}).To(Equal([]int{logIns, renewals, 2}))
}

func (l lih) bearsHangingLogIn(ctx SpecContext) {
	_, err := l.broker(ctx, func(o *liability.Options) { o.Timeouts.Auth = soon }).Counties(ctx)
	Expect(err).To(MatchError(context.DeadlineExceeded))
	Expect(l.count(ctx, "counties")).To(BeZero(), "nothing is asked for without a token")
	_, err = l.broker(ctx).Counties(ctx)
	Expect(err).NotTo(HaveOccurred())
}

func (l lih) bearsSlowOffer(ctx SpecContext) {
	// The token is at hand, so that the client's patience is spent on the offer alone.
	c := l.broker(ctx, func(o *liability.Options) { o.Timeouts.Offer = soon })
	_, err := c.Counties(ctx)
	Expect(err).NotTo(HaveOccurred())
	got, err := c.CreateOffer(ctx, l.malpractice(ctx))
	Expect(err).To(MatchError(context.DeadlineExceeded))
	Expect(got).To(BeNil())
	Eventually(ctx, l.count).WithArguments(ctx, "createOffer").Should(Equal(1), "what ran out of time is not repeated")
	offered(ctx, l.broker(ctx), l.malpractice(ctx))
}

func (l lih) bearsNoOffers(ctx SpecContext) {
	c := l.broker(ctx)
	got, err := c.CreateOffer(ctx, l.malpractice(ctx))
	Expect(err).NotTo(HaveOccurred())
	Expect(got.Offers).To(BeEmpty(), "that is an answer, and no failure")
	offered(ctx, c, l.malpractice(ctx))
}

func (l lih) bearsWrongLei(ctx SpecContext) {
	o := offered(ctx, l.broker(ctx), l.malpractice(ctx))
	Expect(o.PremiumAmount).To(HaveMoney("89"))
	Expect(o.ExchangeRate.ExchangeRate).To(HaveMoney("4.9219"))
	Expect(o.ExchangeRate.Amount).To(HaveMoney("438.06"), "the client passes on what came, so that whoever multiplies finds it")
}

func (l lih) bearsQuotes(ctx SpecContext) {
	c := l.broker(ctx)
	raw := l.HTTP(ctx)
	got := l.send(ctx, raw, http.MethodGet, "/nomenclature/locality/CJ", "", "Token", l.opened(ctx, raw).Token)
	Expect(string(got.body)).To(HavePrefix(`{"error":"false","status":"200","data":[{"`))
	Expect(string(got.body)).To(ContainSubstring(`:"54984"}`))
	o := offered(ctx, c, l.malpractice(ctx))
	Expect(o.PremiumAmount).To(HaveMoney("89"))
	p := issuedFor(ctx, c, o)
	Expect(p.PremiumAmount).To(HaveMoney("438.05"))
	r := l.malpractice(ctx)
	r.Product.Liability.TermTime = 13
	_, err := c.CreateOffer(ctx, r)
	Expect(err).To(MatchError(liability.ErrValidation))
}

func (l lih) bearsLostIssue(ctx SpecContext) {
	c := l.broker(ctx)
	o := offered(ctx, c, l.malpractice(ctx))
	l.inDoubt(ctx, c, o)
	_, err := c.IssuePolicy(ctx, paidInLei(o))
	Expect(refusedBy(err).Message).To(Equal(sayIssued), "the insurer made it")
}

func (l lih) bearsIssueAtTheGateway(ctx SpecContext) {
	c := l.broker(ctx)
	o := offered(ctx, c, l.malpractice(ctx))
	l.inDoubt(ctx, c, o)
	issuedFor(ctx, c, o)
}

// inDoubt expects that one issue leaves its outcome open and is not repeated.
func (l lih) inDoubt(ctx SpecContext, c *liability.Client, o liability.Offer) {
	GinkgoHelper()
	got, err := c.IssuePolicy(ctx, paidInLei(o))
	_, doubt := errors.AsType[*liability.UnknownOutcomeError](err)
	Expect(doubt).To(BeTrue(), "got %v", err)
	Expect(got).To(BeNil())
	Expect(l.count(ctx, "issuePolicy")).To(Equal(1), "what may have been done is not done again")
}

func (l lih) bearsExpiredOffer(ctx SpecContext) {
	c := l.broker(ctx)
	o := offered(ctx, c, l.malpractice(ctx))
	for range 2 {
		_, err := c.IssuePolicy(ctx, paidInLei(o))
		Expect(refusedBy(err).Refused()).To(BeTrue())
		Expect(refusedBy(err).Message).To(Equal(sayExpired))
	}
	Expect(l.count(ctx, "issuePolicy")).To(Equal(2), "a no is an answer")
}

func (l lih) bearsBrokenPaper(ctx SpecContext) {
	c := l.broker(ctx)
	p := issuedFor(ctx, c, offered(ctx, c, l.malpractice(ctx)))
	got, err := c.PolicyFile(ctx, p.PolicyID)
	_, broken := errors.AsType[*liability.ProtocolError](err)
	Expect(broken).To(BeTrue(), "got %v", err)
	Expect(got).To(BeNil(), "half a paper is none")
	_, err = c.PolicyFile(ctx, p.PolicyID)
	Expect(err).NotTo(HaveOccurred())
}

func (l lih) bearsTwoFailures(ctx SpecContext) {
	got, err := l.broker(ctx).Localities(ctx, "CJ")
	Expect(err).NotTo(HaveOccurred())
	Expect(got).NotTo(BeEmpty())
	Expect(l.count(ctx, "localities")).To(Equal(3))
}

func (l lih) bearsDroppedList(ctx SpecContext) {
	_, err := l.broker(ctx).Counties(ctx)
	Expect(err).NotTo(HaveOccurred())
	Expect(l.count(ctx, "counties")).To(Equal(2))
}
