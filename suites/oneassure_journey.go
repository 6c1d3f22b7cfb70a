package suites

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	health "github.com/understudy-sandbox/understudy/clients/oneassure"
)

// The steps of a journey are gates; how long each takes is inferred.
const (
	gateQuote        = "oneassure.quote"
	gateProposal     = "oneassure.proposal"
	gateChecks       = "oneassure.checks"
	gateSubmission   = "oneassure.submission"
	gateUnderwriting = "oneassure.underwriting"
	gateDecision     = "oneassure.decision"
	gateUpload       = "oneassure.upload"
	gateIssue        = "oneassure.issue"
)

// visit is a session in a world of its own, and what its lists say.
type visit struct {
	partner
	client  *health.Client
	session string
}

// visitor opens a session with a journey, "" for the usual one.
func (p partner) visitor(ctx SpecContext, journey string) visit {
	GinkgoHelper()
	apart := partner{p.apart(ctx, "visit")}
	return apart.enters(ctx, journey)
}

// enters opens a session here.
func (p partner) enters(ctx SpecContext, journey string) visit {
	GinkgoHelper()
	c := p.client(ctx)
	metadata := map[string]string{"lead_id": "L-1001"}
	if journey != "" {
		metadata["journey"] = journey
	}
	opened, err := c.CreateSession(ctx, metadata)
	Expect(err).NotTo(HaveOccurred())
	return visit{p, c, opened.SessionID}
}

func (v visit) query() health.Query { return health.Query{SessionID: v.session} }

func (v visit) quotes(ctx SpecContext) []health.Quote {
	GinkgoHelper()
	page, err := v.client.Quotes(ctx, v.query())
	Expect(err).NotTo(HaveOccurred())
	Expect(page.TotalCount).To(Equal(len(page.Quotes)))
	return page.Quotes
}

func (v visit) sold(ctx SpecContext) []health.Policy {
	GinkgoHelper()
	page, err := v.client.Policies(ctx, v.query())
	Expect(err).NotTo(HaveOccurred())
	Expect(page.TotalCount).To(Equal(len(page.Policies)))
	return page.Policies
}

// proposal is the one proposal of the session.
func (v visit) proposal(ctx SpecContext) health.Proposal {
	GinkgoHelper()
	page, err := v.client.Proposals(ctx, v.query())
	Expect(err).NotTo(HaveOccurred())
	Expect(page.Proposals).To(HaveLen(1))
	return page.Proposals[0]
}

// is says the status of the proposal, and how far what comes with it has come.
func (v visit) is(ctx SpecContext, want health.ProposalStatus) health.Proposal {
	GinkgoHelper()
	got := v.proposal(ctx)
	Expect(got.Status).To(Equal(want))
	Expect(got.CancelledReason != nil).To(Equal(want == health.Cancelled), "cancelled_reason")
	Expect(got.RejectionReason != nil).To(Equal(want == health.Rejected), "rejection_reason")
	return got
}

// decide ends a step that is held, as it is told.
func (v visit) decide(ctx SpecContext, gate, outcome string) {
	GinkgoHelper()
	ran, err := v.world().Release(ctx, gate, outcome)
	v.told(err)
	Expect(ran).To(HaveLen(1))
}

// journeys is what a visitor does on the hosted pages, and what becomes of it.
func (p partner) journeys() {
	It("leads from a quote to a policy, step by step", sandboxOnly, Label("getPolicy"), func(ctx SpecContext) {
		v := p.visitor(ctx, "")
		Expect(v.quotes(ctx)).To(BeEmpty())
		v.advance(ctx, 2*time.Minute)
		asked := v.quotes(ctx)
		Expect(asked).To(HaveLen(1))
		Expect(asked[0].CompletedVariants).To(BeZero())
		v.advance(ctx, 24*time.Second)
		Expect(v.quotes(ctx)[0].CompletedVariants).To(Equal(12), "of %d", asked[0].TotalVariants)
		v.advance(ctx, 10*time.Minute-24*time.Second)
		offered := v.quotes(ctx)[0]
		Expect(offered.Complete()).To(BeTrue())
		Expect(offered.Recommendations).To(HaveLen(23))

		made := v.is(ctx, health.Initiated)
		Expect(*made.QuoteID).To(Equal(offered.QuoteID))
		Expect(made.Name).To(Equal(offered.CustomerName))
		Expect(made.InsurerProposalID).To(BeEmpty())
		for _, next := range []struct {
			after  time.Duration
			status health.ProposalStatus
		}{
			{5 * time.Minute, health.Pending},
			{30 * time.Minute, health.Submitted},
			{time.Hour, health.Underwriting},
			{24 * time.Hour, health.Accepted},
		} {
			before := v.proposal(ctx)
			v.advance(ctx, next.after-time.Second)
			Expect(v.proposal(ctx)).To(Equal(before), "a second before it is %s", next.status)
			v.advance(ctx, time.Second)
			v.is(ctx, next.status)
		}
		accepted := v.proposal(ctx)
		Expect(accepted.InsurerProposalID).NotTo(BeEmpty())
		Expect(accepted.Status.Active()).To(BeTrue())
		Expect(v.sold(ctx)).To(BeEmpty())

		v.advance(ctx, time.Hour)
		sold := v.sold(ctx)
		Expect(sold).To(HaveLen(1))
		got := sold[0]
		Expect(*got.ProposalID).To(Equal(accepted.ProposalID))
		Expect(*got.QuoteID).To(Equal(offered.QuoteID))
		Expect(got.Status).To(Equal("ISSUED"))
		Expect(got.GrossPremium).To(Equal(accepted.GrossPremium))
		Expect(got.SumInsured).To(Equal(offered.SumInsured))
		Expect(got.InsurerName).To(Equal(accepted.InsurerName))
		Expect(got.IssuanceDate).To(Equal(v.now(ctx).In(india).Format(time.DateOnly)))
		Expect(got.InsuredMembers).To(HaveLen(len(offered.MemberDetails)))
		for i, one := range got.InsuredMembers {
			Expect(one.Relationship).To(Equal(strings.ToUpper(offered.MemberDetails[i].Relation)))
		}
		found, err := v.client.Policy(ctx, got.InsurerPolicyNumber)
		Expect(err).NotTo(HaveOccurred())
		Expect(*found).To(Equal(got))
	})

	DescribeTable("that the partner names in the metadata", sandboxOnly, func(ctx SpecContext, journey string, end health.ProposalStatus, policies int) {
		v := p.visitor(ctx, journey)
		v.advance(ctx, 10*24*time.Hour)
		Expect(v.quotes(ctx)).To(HaveLen(1))
		Expect(v.sold(ctx)).To(HaveLen(policies))
		if end == "" {
			page, err := v.client.Proposals(ctx, v.query())
			Expect(err).NotTo(HaveOccurred())
			Expect(page.Proposals).To(BeEmpty())
			return
		}
		v.is(ctx, end)
	},
		Entry("abandoned: ends with the quote", "abandoned", health.ProposalStatus(""), 0),
		Entry("cancelled: ends in OneAssure's checks", "cancelled", health.Cancelled, 0),
		Entry("cancelled-pending: ends after them", "cancelled-pending", health.Cancelled, 0),
		Entry("rejected: ends at the insurer", "rejected", health.Rejected, 0),
		Entry("offline: ends with a policy made by hand", "offline", health.Offline, 1),
		Entry("as nobody knows it: is the usual one", "unheard-of", health.Accepted, 1),
	)

	It("by hand leaves a policy without a quote or a proposal, once it is approved", sandboxOnly, func(ctx SpecContext) {
		v := p.visitor(ctx, "offline")
		v.advance(ctx, 17*time.Minute)
		v.is(ctx, health.Offline)
		v.advance(ctx, 24*time.Hour)
		Expect(v.sold(ctx)).To(BeEmpty(), "it is uploaded and not approved")
		v.advance(ctx, time.Hour)
		sold := v.sold(ctx)
		Expect(sold).To(HaveLen(1))
		Expect(sold[0].QuoteID).To(BeNil())
		Expect(sold[0].ProposalID).To(BeNil())
	})

	DescribeTable("waits at", sandboxOnly, func(ctx SpecContext, journey, gate, outcome string, before, after health.ProposalStatus) {
		apart := partner{p.apart(ctx, "gate")}
		apart.told(apart.world().Hold(ctx, gate))
		v := apart.enters(ctx, journey)
		v.advance(ctx, 10*24*time.Hour)
		if before != "" {
			v.is(ctx, before)
		}
		v.decide(ctx, gate, outcome)
		if after != "" {
			v.is(ctx, after)
		}
		if gate == gateQuote {
			Expect(v.quotes(ctx)).To(HaveLen(1))
		}
		if gate == gateIssue {
			Expect(v.sold(ctx)).To(HaveLen(1))
		}
	},
		Entry("the quote", "", gateQuote, "QUOTED", health.ProposalStatus(""), health.ProposalStatus("")),
		Entry("the quote, and is abandoned", "", gateQuote, "ABANDONED", health.ProposalStatus(""), health.ProposalStatus("")),
		Entry("the proposal", "", gateProposal, "INITIATED", health.ProposalStatus(""), health.Initiated),
		Entry("the checks", "", gateChecks, "PENDING", health.Initiated, health.Pending),
		Entry("the checks, and is cancelled", "", gateChecks, "CANCELLED", health.Initiated, health.Cancelled),
		Entry("the checks, and goes offline", "", gateChecks, "OFFLINE", health.Initiated, health.Offline),
		Entry("the submission", "", gateSubmission, "SUBMITTED", health.Pending, health.Submitted),
		Entry("the submission, and is cancelled", "", gateSubmission, "CANCELLED", health.Pending, health.Cancelled),
		Entry("underwriting", "", gateUnderwriting, "UNDERWRITING", health.Submitted, health.Underwriting),
		Entry("the decision, and is accepted", "rejected", gateDecision, "ACCEPTED", health.Underwriting, health.Accepted),
		Entry("the decision, and is rejected", "", gateDecision, "REJECTED", health.Underwriting, health.Rejected),
		Entry("the upload", "offline", gateUpload, "UPLOADED", health.Offline, health.Offline),
		Entry("the issue", "", gateIssue, "ISSUED", health.Accepted, health.Accepted),
	)

	It("is not played where the target is set so", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "no-journey")}
		apart.set(ctx, "oneassure.journey", "none")
		v := apart.enters(ctx, "")
		v.advance(ctx, 10*24*time.Hour)
		Expect(v.quotes(ctx)).To(BeEmpty())
		page, err := v.client.Proposals(ctx, v.query())
		Expect(err).NotTo(HaveOccurred())
		Expect(page.Proposals).To(BeEmpty())
	})
}
