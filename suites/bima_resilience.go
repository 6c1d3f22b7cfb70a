package suites

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	aggregator "github.com/understudy-sandbox/understudy/clients/bima"
)

// bearing says how the seller's client has to bear each scenario.
func (b oman) bearing() map[string]bearing {
	as := func(judge func(oman, SpecContext)) bearing {
		return func(ctx SpecContext, t *Target) { judge(oman{t}, ctx) }
	}
	return map[string]bearing{
		"connection-dropped":   as(oman.bearsDroppedConnection),
		"decision-held":        as(oman.bearsHeldDecision),
		"documents-late":       as(oman.bearsLateDocuments),
		"failure-in-200":       as(oman.bearsFailure),
		"file-cut-short":       as(oman.bearsAnotherFile),
		"first-two-fail":       as(oman.bearsTwoFailures),
		"list-lags-behind":     as(oman.bearsLaggingList),
		"list-null":            as(oman.bearsNullList),
		"page-instead-of-file": as(oman.bearsAnotherFile),
		"token-expired":        as(oman.bearsDeadToken),
		"token-hangs":          as(oman.bearsHangingToken),
		"wrong-password":       as(oman.bearsRefusedPassword),
	}
}

func (b oman) bearsDroppedConnection(ctx SpecContext) {
	Expect(b.documentsOf(ctx, b.seller(ctx), bimaReference)).To(HaveLen(2))
	Expect(b.count(ctx, "sharedDocuments")).To(Equal(2))
}

func (b oman) bearsHeldDecision(ctx SpecContext) {
	c := b.seller(ctx)
	b.theRequest(ctx, c, bimaIssued)
	b.advance(ctx, 100*time.Hour)
	Expect(b.theRequest(ctx, c, bimaIssued).PolicyStatus).To(Equal(aggregator.StatusPending))
	b.decide(ctx, aggregator.StatusRejected)
	Expect(b.theRequest(ctx, c, bimaIssued).PolicyStatus).To(Equal(aggregator.StatusRejected))
}

func (b oman) bearsLateDocuments(ctx SpecContext) {
	c := b.seller(ctx)
	mine := b.theRequest(ctx, c, bimaIssued)
	b.advance(ctx, 24*time.Hour)
	Expect(b.theRequest(ctx, c, bimaIssued).PolicyStatus).To(Equal(aggregator.StatusIssued))
	Expect(b.documentsOf(ctx, c, mine.ReferenceNo)).To(BeEmpty())
	Expect(b.documentsOf(ctx, c, mine.ReferenceNo)).To(HaveLen(2))
}

func (b oman) bearsFailure(ctx SpecContext) {
	c := b.seller(ctx)
	got, err := c.RecentRequests(ctx, bimaContact, "en")
	Expect(err).To(MatchError(aggregator.CodeFailure))
	Expect(got).To(BeNil(), "no list is made of a failure")
	Expect(b.requests(ctx, c, bimaContact)).To(HaveLen(2))
}

// bearsAnotherFile takes no file that is not the listed one.
func (b oman) bearsAnotherFile(ctx SpecContext) {
	c := b.seller(ctx)
	listed := b.documentsOf(ctx, c, bimaReference)[1]
	got, err := c.Download(ctx, listed)
	_, broken := errors.AsType[*aggregator.ProtocolError](err)
	Expect(broken).To(BeTrue(), "got %v", err)
	Expect(got).To(BeNil())
	got, err = c.Download(ctx, listed)
	Expect(err).NotTo(HaveOccurred())
	Expect(got).To(HaveLen(int(listed.FileSize)))
}

func (b oman) bearsTwoFailures(ctx SpecContext) {
	b.details(ctx, b.seller(ctx), bimaRequest)
	Expect(b.count(ctx, "policyDetails")).To(Equal(3))
	Expect(b.count(ctx, "token")).To(Equal(1))
}

func (b oman) bearsLaggingList(ctx SpecContext) {
	c := b.seller(ctx)
	b.theRequest(ctx, c, bimaIssued)
	b.advance(ctx, 24*time.Hour)
	old := b.theRequest(ctx, c, bimaIssued)
	Expect(old.PolicyStatus).To(Equal(aggregator.StatusPending), "the client hands over the list that came")
	Expect(b.details(ctx, c, old.RequestID).PolicyStatus).To(Equal(aggregator.StatusIssued), "and the details are newer")
	Expect(b.theRequest(ctx, c, bimaIssued).PolicyStatus).To(Equal(aggregator.StatusIssued))
}

func (b oman) bearsNullList(ctx SpecContext) {
	c := b.seller(ctx)
	_, err := c.RecentRequests(ctx, bimaContact, "en")
	_, broken := errors.AsType[*aggregator.ProtocolError](err)
	Expect(broken).To(BeTrue(), "got %v", err)
	Expect(b.requests(ctx, c, bimaContact)).To(HaveLen(2))
}

func (b oman) bearsDeadToken(ctx SpecContext) {
	b.requests(ctx, b.seller(ctx), bimaContact)
	Expect(b.count(ctx, "token")).To(Equal(2), "the refused token is thrown away")
	Expect(b.count(ctx, "recentRequests")).To(Equal(2), "the call is repeated once")
}

func (b oman) bearsHangingToken(ctx SpecContext) {
	_, err := b.seller(ctx, func(o *aggregator.Options) { o.Timeouts.Token = soon }).RecentRequests(ctx, bimaContact, "en")
	Expect(err).To(MatchError(context.DeadlineExceeded))
	Eventually(ctx, b.count).WithArguments(ctx, "token").Should(Equal(1))
	Expect(b.count(ctx, "recentRequests")).To(BeZero(), "nothing is asked without a token")
	b.requests(ctx, b.seller(ctx), bimaContact)
}

func (b oman) bearsRefusedPassword(ctx SpecContext) {
	_, err := b.seller(ctx).RecentRequests(ctx, bimaContact, "en")
	Expect(err).To(MatchError(aggregator.ErrSignIn))
	Expect(b.count(ctx, "token")).To(Equal(1), "a refused password is not tried again")
	Expect(b.count(ctx, "recentRequests")).To(BeZero())
}
