package suites

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	health "github.com/understudy-sandbox/understudy/clients/oneassure"
)

// bearing says how the partner's client has to bear each scenario.
func (p partner) bearing() map[string]bearing {
	as := func(judge func(partner, SpecContext)) bearing {
		return func(ctx SpecContext, t *Target) { judge(partner{t}, ctx) }
	}
	all := map[string]bearing{
		"event-late":          as(partner.bearsOvertaking),
		"event-never":         as(partner.bearsSilence),
		"event-twice":         as(partner.bearsDouble),
		"connection-dropped":  as(func(p partner, ctx SpecContext) { p.pages(ctx, 2, 1) }),
		"gst-off-by-a-rupee":  as(partner.bearsWrongGST),
		"page-comes-again":    as(partner.bearsOldPage),
		"proposal-cancelled":  as(partner.bearsCancellation),
		"proposal-rejected":   as(partner.bearsRejection),
		"server-error":        as(partner.bearsServerError),
		"session-answer-lost": as(partner.bearsLostSession),
		"slow-list":           as(partner.bearsSlowList),
		"tenure-as-text":      as(partner.bearsTenure),
		"token-expired":       as(func(p partner, ctx SpecContext) { p.pages(ctx, 2, 2) }),
		"token-rate-limited":  as(partner.bearsRateLimit),
		"truncated-page":      as(partner.bearsHalfPage),
	}
	for name, want := range oneassureForgeries {
		all[name] = as(func(p partner, ctx SpecContext) { p.bearsForgery(ctx, want) })
	}
	return all
}

// pages expects one page, without the caller's doing, after as many calls.
func (p partner) pages(ctx SpecContext, lists, tokens int) {
	GinkgoHelper()
	page, err := p.client(ctx).Policies(ctx, printedRange)
	Expect(err).NotTo(HaveOccurred())
	Expect(page.TotalCount).To(Equal(35))
	Expect(p.count(ctx, "listPolicies")).To(Equal(lists))
	Expect(p.count(ctx, "token")).To(Equal(tokens))
}

func (p partner) bearsRateLimit(ctx SpecContext) {
	c := p.client(ctx)
	page, err := c.Policies(ctx, printedRange)
	Expect(err).To(MatchError(health.CodeRateLimited))
	Expect(page).To(BeNil())
	refusal, ok := errors.AsType[*health.Error](err)
	Expect(ok).To(BeTrue())
	Expect(refusal.Refused()).To(BeFalse(), "it may be asked for again")
	Expect(p.count(ctx, "token")).To(Equal(1), "but not at once")
	Expect(p.count(ctx, "listPolicies")).To(BeZero())
	p.advance(ctx, time.Minute)
	_, err = c.Policies(ctx, printedRange)
	Expect(err).NotTo(HaveOccurred())
}

func (p partner) bearsServerError(ctx SpecContext) {
	c := p.client(ctx)
	page, err := c.Policies(ctx, printedRange)
	Expect(err).To(MatchError(health.CodeUnexpected))
	Expect(page).To(BeNil(), "no page is not an empty page")
	Expect(p.count(ctx, "listPolicies")).To(Equal(1))
	_, err = c.Policies(ctx, printedRange)
	Expect(err).NotTo(HaveOccurred())
}

func (p partner) bearsLostSession(ctx SpecContext) {
	c := p.client(ctx)
	opened, err := c.CreateSession(ctx, map[string]string{"lead_id": "L-1001"})
	Expect(err).To(HaveOccurred())
	Expect(opened).To(BeNil())
	Expect(p.count(ctx, "createSession")).To(Equal(1), "a session is not opened twice by itself")
	today := p.advance(ctx, 3*time.Minute).In(india).Format(time.DateOnly)
	page, err := c.Quotes(ctx, health.Query{StartDate: today, EndDate: today})
	Expect(err).NotTo(HaveOccurred())
	Expect(page.Quotes).To(HaveLen(1), "the session is open, and its visitor there")
}

func (p partner) bearsHalfPage(ctx SpecContext) {
	c := p.client(ctx)
	page, err := c.Policies(ctx, printedRange)
	_, broken := errors.AsType[*health.ProtocolError](err)
	Expect(broken).To(BeTrue(), "got %v", err)
	Expect(page).To(BeNil(), "half an answer is no page")
	_, err = c.Policies(ctx, printedRange)
	Expect(err).NotTo(HaveOccurred())
}

func (p partner) bearsOldPage(ctx SpecContext) {
	c := p.client(ctx)
	seen := 0
	var last error
	for _, last = range c.AllPolicies(ctx, printedRange) {
		if last == nil {
			seen++
		}
	}
	Expect(last).To(MatchError(health.ErrPagingStuck))
	Expect(p.count(ctx, "listPolicies")).To(Equal(2))
	Expect(seen).To(Equal(20), "the caller has seen ten of them twice, and knows that something is wrong")
	Expect(p.all(ctx, c, printedRange)).To(HaveLen(35))
}

func (p partner) bearsSlowList(ctx SpecContext) {
	c := p.client(ctx)
	_, err := c.Quotes(ctx, health.Query{}) // the token is at hand, so that patience is spent on the list alone
	Expect(err).NotTo(HaveOccurred())
	brief, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	page, err := c.Policies(brief, printedRange)
	Expect(err).To(MatchError(context.DeadlineExceeded))
	Expect(page).To(BeNil())
	Eventually(ctx, p.count).WithArguments(ctx, "listPolicies").Should(Equal(1), "what ran out of time is not repeated")
	_, err = c.Policies(ctx, printedRange)
	Expect(err).NotTo(HaveOccurred())
}

func (p partner) bearsTenure(ctx SpecContext) {
	c := p.client(ctx)
	got, err := c.Policy(ctx, printedPolicyNumber)
	_, broken := errors.AsType[*health.ProtocolError](err)
	Expect(broken).To(BeTrue(), "got %v", err)
	Expect(got).To(BeNil())
	got, err = c.Policy(ctx, printedPolicyNumber)
	Expect(err).NotTo(HaveOccurred())
	Expect(got.Tenure).To(Equal(1))
}

func (p partner) bearsWrongGST(ctx SpecContext) {
	v := p.enters(ctx, "")
	v.advance(ctx, 12*time.Minute)
	got := v.proposal(ctx)
	Expect(got.NetPremium).To(Equal("7282.20"), "the client passes on what came")
	Expect(got.GrossPremium).To(Equal("8594.00"), "so that whoever adds it up finds the difference")
}

func (p partner) bearsRejection(ctx SpecContext) {
	v := p.enters(ctx, "")
	v.advance(ctx, 3*24*time.Hour)
	v.is(ctx, health.Underwriting)
	v.decide(ctx, gateDecision, string(health.Rejected))
	got := v.is(ctx, health.Rejected)
	Expect(*got.RejectionReason).NotTo(BeEmpty())
	Expect(got.Status.Active()).To(BeFalse())
	v.advance(ctx, 3*24*time.Hour)
	Expect(v.sold(ctx)).To(BeEmpty())
}

func (p partner) bearsCancellation(ctx SpecContext) {
	v := p.enters(ctx, "")
	v.advance(ctx, time.Hour)
	v.is(ctx, health.Pending)
	v.decide(ctx, gateSubmission, string(health.Cancelled))
	got := v.is(ctx, health.Cancelled)
	Expect(*got.CancelledReason).NotTo(BeEmpty())
	Expect(got.InsurerProposalID).To(BeEmpty(), "no insurer has seen it")
	Expect(got.Status.Active()).To(BeFalse())
}
