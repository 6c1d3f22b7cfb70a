package suites

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	aggregator "github.com/understudy-sandbox/understudy/clients/bima"
)

// The published customers, whose requests begin at the first look (inferred).
const (
	bimaIssued   = "96890001001"
	bimaRejected = "96890001002"
	bimaWaiting  = "96890001003"
)

// tokens is what is asked before anything else.
func (b oman) tokens() {
	It("is given for a username and a password", liveSafe, Label("recentRequests"), func(ctx SpecContext) {
		b.requests(ctx, b.seller(ctx), b.contact())
	})

	DescribeTable("is refused with 200", sandboxOnly, func(ctx SpecContext, body, code string) {
		got := b.signIn(ctx, b.HTTP(ctx), body)
		Expect(got.status).To(Equal(http.StatusOK), "%s", got)
		Expect(string(got.body)).To(HavePrefix(`{"status_code":"` + code + `","status_message":"`))
	},
		Entry("to a wrong password", `{"username":"sandbox","password":"not-the-password"}`, "401"),
		Entry("to a password that is too short", `{"username":"sandbox","password":"short"}`, "400"),
		Entry("to a name that is too long", `{"username":"a-name-of-more-than-twenty","password":"opens-nothing"}`, "400"),
		Entry("to what is no JSON", `{"username"`, "400"),
		Entry("to a body of more than a mebibyte", strings.Repeat(" ", 1<<20+1), "400"),
	)

	It("opens nothing when nobody gave it", liveSafe, inferred, Label("recentRequests"), func(ctx SpecContext) {
		got := b.look(ctx, b.HTTP(ctx), "never-given", "/api/Insurance/GetCustomerRecentRequests", url.Values{"contactNo": {b.contact()}, "langCode": {"en"}})
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
	})

	It("opens nothing after its day, and then the next is fetched", sandboxOnly, Label("recentRequests"), func(ctx SpecContext) {
		there := oman{b.apart(ctx, "token-dies")}
		now := there.now(ctx)
		c := there.seller(ctx, func(o *aggregator.Options) { o.Now = func() time.Time { return now } })
		b.requests(ctx, c, bimaContact)
		there.advance(ctx, 24*time.Hour) // the client's own clock stands still
		b.requests(ctx, c, bimaContact)
		Expect(there.count(ctx, "token")).To(Equal(2))
		Expect(there.count(ctx, "recentRequests")).To(Equal(3), "one was refused")
	})

	It("is demanded by all calls where the target is set so", sandboxOnly, Label("recentRequests", "policyDetails", "sharedDocuments", "sharedDownload"), func(ctx SpecContext) {
		there := oman{b.apart(ctx, "token-demanded")}
		there.set(ctx, "bima.auth", "strict")
		c := there.HTTP(ctx)
		for path, query := range map[string]url.Values{
			"/api/Insurance/GetCustomerRecentRequests": {"contactNo": {bimaContact}, "langCode": {"en"}},
			"/api/Insurance/GetPolicyDetails":          {"id": {"4463702"}, "langcode": {"en"}},
			"/api/Document/GetSharedDocuments/":        {"entityCode": {"Insurance"}, "refID": {bimaReference}},
			"/Document/SharedDownload":                 {"id": {"x"}, "refID": {bimaReference}},
		} {
			got := there.look(ctx, c, "", path, query)
			Expect(got.status).To(Equal(http.StatusUnauthorized), "%s: %s", path, got)
			Expect(got.body).To(BeEmpty(), "%s", path)
		}
		b.requests(ctx, there.seller(ctx), bimaContact)
	})
}

// customers is what any number shows, at a live target too.
func (b oman) customers() {
	It("has requests, each with its details, documents and files", liveSafe, Label("policyDetails", "sharedDocuments", "sharedDownload"), func(ctx SpecContext) {
		const most = 3
		c := b.seller(ctx)
		for i, r := range b.requests(ctx, c, b.contact()) {
			if i == most {
				break
			}
			full := b.details(ctx, c, r.RequestID)
			Expect(full.EntityCode).To(Equal(r.EntityCode))
			Expect(full.ProviderName).To(Equal(r.ProviderName))
			for _, d := range b.documentsOf(ctx, c, r.ReferenceNo) {
				_, err := c.Download(ctx, d)
				Expect(err).NotTo(HaveOccurred())
			}
		}
	})

	It("that nobody knows has none", liveSafe, inferred, func(ctx SpecContext) {
		Expect(b.requests(ctx, b.seller(ctx), "96800000000")).To(BeEmpty())
	})
}

// printed are the answers of the aggregator's page.
func (b oman) printed() {
	It("of the page has the two printed requests, in any language", sandboxOnly, func(ctx SpecContext) {
		c := b.seller(ctx)
		all := b.requests(ctx, c, bimaContact)
		Expect(all).To(HaveLen(2))
		Expect(all[0].RequestID).To(BeEquivalentTo(bimaRequest))
		Expect(all[1].ReferenceNo).To(Equal(bimaReference))
		Expect(all[0].StepTitle).To(Equal("Working on it "), "with its blank")
		Expect(all[0].Images()).To(HaveLen(2))
		arabic, err := c.RecentRequests(ctx, bimaContact, "ar")
		Expect(err).NotTo(HaveOccurred())
		Expect(arabic).To(Equal(all))
	})

	It("of the page has the printed details", sandboxOnly, Label("policyDetails"), func(ctx SpecContext) {
		full := b.details(ctx, b.seller(ctx), bimaRequest)
		Expect(full.PolicyNo).To(BeEmpty())
		Expect(full.PolicyFrom).To(BeEmpty())
		Expect(full.DocumentsRequired).To(HaveLen(4))
		Expect(full.DocumentsRequired[0].OrderNo).To(BeEquivalentTo("18.000"))
		Expect(full.FollowUp[0].Message).To(Equal("Payment processed successfully\r\n"))
		Expect(full.AdditionalDrivers[0].FirstName).To(BeEmpty())
		Expect(full.Travelers).To(BeNil())
	})

	It("may be asked for by names in any case", sandboxOnly, Label("policyDetails"), func(ctx SpecContext) {
		c := b.HTTP(ctx)
		token := b.token(ctx, c)
		plain := b.look(ctx, c, token, "/api/Insurance/GetPolicyDetails", url.Values{"id": {"4463702"}, "langcode": {"en"}})
		as := b.look(ctx, c, token, "/api/Insurance/GetPolicyDetails", url.Values{"ID": {"4463702"}, "langCode": {"en"}})
		Expect(as.body).To(Equal(plain.body))
	})
}

// courses is how a request goes on, by the clock or by whoever decides.
func (b oman) courses() {
	DescribeTable("with a request", sandboxOnly, Label("policyDetails", "sharedDocuments"), func(ctx SpecContext, contact string, after time.Duration, status aggregator.Status, step string) {
		there := oman{b.apart(ctx, "course")}
		c := there.seller(ctx)
		begun := b.theRequest(ctx, c, contact)
		Expect(begun.PolicyStatus).To(Equal(aggregator.StatusPending))
		there.advance(ctx, after)
		got := b.theRequest(ctx, c, contact)
		Expect(got.PolicyStatus).To(Equal(status))
		Expect(got.StepCode).To(Equal(step))
		full := b.details(ctx, c, got.RequestID)
		Expect(full.PolicyStatus).To(Equal(status))
		documents := b.documentsOf(ctx, c, got.ReferenceNo)
		if status != aggregator.StatusIssued {
			Expect(full.PolicyNo).To(BeEmpty())
			Expect(full.IssueDate).To(BeEmpty())
			Expect(documents).To(BeEmpty())
			return
		}
		Expect(full.PolicyNo).NotTo(BeEmpty())
		Expect(full.IssueDate.Time()).To(BeTemporally("~", there.now(ctx), time.Second), "by the clocks of Oman")
		Expect(documents).To(HaveLen(2))
	},
		Entry("is worked on for an hour", bimaIssued, time.Hour-time.Second, aggregator.StatusPending, "working_on_it"),
		Entry("is then asked for documents", bimaIssued, time.Hour, aggregator.StatusIncomplete, "waiting_documents"),
		Entry("is reviewed once they are there", bimaIssued, 6*time.Hour, aggregator.StatusPending, "under_review"),
		Entry("is issued after a day", bimaIssued, 24*time.Hour, aggregator.StatusIssued, "policy_issued"),
		Entry("may be rejected after a day", bimaRejected, 24*time.Hour, aggregator.StatusRejected, "request_rejected"),
		Entry("waits as long as the documents do not come", bimaWaiting, 1000*time.Hour, aggregator.StatusIncomplete, "waiting_documents"),
	)

	DescribeTable("waits for whoever decides on", sandboxOnly, func(ctx SpecContext, outcome aggregator.Status) {
		there := oman{b.apart(ctx, "decided")}
		there.told(there.world().Hold(ctx, bimaDecision))
		c := there.seller(ctx)
		b.theRequest(ctx, c, bimaRejected)
		there.advance(ctx, 100*time.Hour)
		Expect(b.theRequest(ctx, c, bimaRejected).StepCode).To(Equal("under_review"), "nobody has decided")
		there.decide(ctx, outcome)
		Expect(b.theRequest(ctx, c, bimaRejected).PolicyStatus).To(Equal(outcome))
	},
		Entry("an issue", aggregator.StatusIssued),
		Entry("a rejection", aggregator.StatusRejected),
	)
}

// bimaDecision is the gate that the insurer's decision can be held behind.
const bimaDecision = "bima.decide"

// decide ends the request that waits.
func (b oman) decide(ctx SpecContext, outcome aggregator.Status) {
	GinkgoHelper()
	ended, err := b.world().Release(ctx, bimaDecision, string(outcome))
	b.told(err)
	Expect(ended).To(HaveLen(1))
}

// misfits is what is refused, with 200 and a code.
func (b oman) misfits() {
	DescribeTable("is not shown for", sandboxOnly, func(ctx SpecContext, contact, lang string) {
		_, err := b.seller(ctx).RecentRequests(ctx, contact, lang)
		Expect(err).To(MatchError(aggregator.CodeBadRequest))
	},
		Entry("a number of ten characters", "9689554293", "en"),
		Entry("a number of sixteen characters", "9689554293096895", "en"),
		Entry("a language of three characters", bimaContact, "eng"),
		Entry("nothing", "", ""),
	)

	It("has no details for a number that is no request's", sandboxOnly, Label("policyDetails"), func(ctx SpecContext) {
		_, err := b.seller(ctx).PolicyDetails(ctx, 1, "en")
		Expect(err).To(MatchError(aggregator.CodeNotFound))
	})

	It("has no details for what is no number", sandboxOnly, Label("policyDetails"), func(ctx SpecContext) {
		c := b.HTTP(ctx)
		got := b.look(ctx, c, b.token(ctx, c), "/api/Insurance/GetPolicyDetails", url.Values{"id": {"x"}, "langcode": {"en"}})
		Expect(got.status).To(Equal(http.StatusOK), "%s", got)
		Expect(string(got.body)).To(Equal(`{"status_code":"BadRequest","status_message":"Invalid value: id"}`))
	})
}
