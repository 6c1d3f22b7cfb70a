package suites

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	health "github.com/understudy-sandbox/understudy/clients/oneassure"
)

// printedRange is a week that the printed page fits.
var printedRange = health.Query{StartDate: "2024-10-02", EndDate: "2024-10-08"}

// lists is what the three lists have in common.
func (p partner) lists() {
	for _, list := range []string{"quotes", "proposals", "policies"} {
		Context("of "+list, func() {
			It("of last week is answered", liveSafe, func(ctx SpecContext) {
				c := p.HTTP(ctx)
				got := p.ask(ctx, c, http.MethodGet, oneassureLists+list+p.lastWeek(ctx), p.token(ctx, c), "")
				Expect(got.status).To(Equal(http.StatusOK), "%s", got)
			})

			DescribeTable("is refused for", liveSafe, func(ctx SpecContext, query, says string) {
				c := p.HTTP(ctx)
				got := p.ask(ctx, c, http.MethodGet, oneassureLists+list+query, p.token(ctx, c), "")
				Expect(got.status).To(BeNumerically(">=", 400), "%s", got)
				if !p.live() {
					Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
					Expect(got.says()).To(Equal("A4000 " + says))
				}
			},
				Entry("a range of eight days", "?start_date=2024-10-01&end_date=2024-10-09", "start_date and end_date must be within a 7-day range"),
				Entry("a session and a range", "?session_id=18kfaYY6UvClEx35&start_date=2024-10-02&end_date=2024-10-08", "session_id cannot be used together with start_date and end_date"),
				Entry("a session and one date", "?session_id=18kfaYY6UvClEx35&end_date=2024-10-08", "session_id cannot be used together with start_date and end_date"),
			)

			DescribeTable("is refused, though nobody printed that, for", sandboxOnly, func(ctx SpecContext, query, says string) {
				c := p.HTTP(ctx)
				got := p.ask(ctx, c, http.MethodGet, oneassureLists+list+query, p.token(ctx, c), "")
				Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
				Expect(got.says()).To(Equal("A4000 " + says))
			},
				Entry("the first day alone", "?start_date=2024-10-02", "start_date and end_date must be used together"),
				Entry("the last day alone", "?end_date=2024-10-02", "start_date and end_date must be used together"),
				Entry("a range that runs backwards", "?start_date=2024-10-02&end_date=2024-10-01", "end_date must not be before start_date"),
				Entry("a day that no calendar has", "?start_date=2024-02-30&end_date=2024-03-01", "start_date is invalid"),
				Entry("a day in another form", "?start_date=2024-10-01&end_date=02-10-2024", "end_date is invalid"),
				Entry("both cursors", "?next=18q79YF6b8aprZse&prev=18qFYnYsTGJR5uDb", "next and prev cannot be used together"),
				Entry("a cursor that is none", "?next=..", "next is invalid"),
				Entry("a cursor back that is none", "?prev=18q79YF6b8aprZs", "prev is invalid"),
			)

			It("is refused for a body larger than a mebibyte", sandboxOnly, func(ctx SpecContext) {
				c := p.HTTP(ctx)
				got := p.ask(ctx, c, http.MethodGet, oneassureLists+list, p.token(ctx, c), strings.Repeat(" ", 1<<20+1))
				Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
			})

			It("of a session that nobody opened is empty", sandboxOnly, func(ctx SpecContext) {
				c := p.HTTP(ctx)
				got := p.ask(ctx, c, http.MethodGet, oneassureLists+list+"?session_id=18nobodysSession", p.token(ctx, c), "")
				Expect(string(got.body)).To(MatchJSON(`{"` + list + `":[],"end_cursor":"","start_cursor":"","has_prev":false,"has_next":false,"total_count":0}`))
			})
		})
	}
}

// policies is what a partner learns of what was sold.
func (p partner) policies() {
	It("is answered as printed, by OneAssure's id and by the insurer's number", sandboxOnly, func(ctx SpecContext) {
		c := p.client(ctx)
		byID, err := c.Policy(ctx, printedPolicyID)
		Expect(err).NotTo(HaveOccurred())
		byNumber, err := c.Policy(ctx, printedPolicyNumber)
		Expect(err).NotTo(HaveOccurred())
		Expect(byNumber).To(Equal(byID))
		Expect(byID.InsurerPolicyNumber).To(Equal(printedPolicyNumber))
		Expect(byID.GrossPremium).To(Equal("10417.00"))
		Expect(byID.ExpiryDate).To(Equal("2025-10-07"))
		Expect(byID.Nominees).To(HaveLen(1))
		Expect(*byID.ProposerDetails.IFSCCode).To(Equal("ICIC0000001"))
	})

	It("is listed on the printed page", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "printed-page")}
		c := apart.client(ctx)
		page, err := c.Policies(ctx, printedRange)
		Expect(err).NotTo(HaveOccurred())
		Expect(page.Place).To(Equal(health.Place{EndCursor: "18q79YF6b8aprZse", StartCursor: "18qFYnYsTGJR5uDb", HasNext: true, TotalCount: 35}))
		one, err := c.Policy(ctx, printedPolicyID)
		Expect(err).NotTo(HaveOccurred())
		Expect(page.Policies[0]).To(Equal(*one))
		last, err := c.Policies(ctx, health.Query{StartDate: "2024-10-06", EndDate: "2024-10-08"})
		Expect(err).NotTo(HaveOccurred())
		Expect(last).To(Equal(page), "all 35 were issued within three days")
	})

	It("is the only one of its session", sandboxOnly, func(ctx SpecContext) {
		page, err := p.client(ctx).Policies(ctx, health.Query{SessionID: printedPolicyID})
		Expect(err).NotTo(HaveOccurred())
		Expect(page.TotalCount).To(Equal(1))
		Expect(page.Policies[0].PolicyID).To(Equal(printedPolicyID))
	})

	It("that nobody sold is not known", liveSafe, inferred, func(ctx SpecContext) {
		got, err := p.client(ctx).Policy(ctx, "18nobodysPolicy0")
		Expect(err).To(MatchError(health.ErrUnknownPolicy))
		Expect(got).To(BeNil())
	})

	It("with a name that is hard to write is not known either", sandboxOnly, func(ctx SpecContext) {
		for _, name := range []string{"31/24", "..", "ü", "%", "a b", strings.Repeat("x", 3000)} {
			_, err := p.client(ctx).Policy(ctx, name)
			Expect(err).To(MatchError(health.ErrUnknownPolicy), name)
		}
	})

	It("is not answered for a body larger than a mebibyte", sandboxOnly, func(ctx SpecContext) {
		c := p.HTTP(ctx)
		got := p.ask(ctx, c, http.MethodGet, oneassureLists+"policies/"+printedPolicyID, p.token(ctx, c), strings.Repeat(" ", 1<<20+1))
		Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
	})

	It("is looked up by either name when it is listed", liveSafe, func(ctx SpecContext) {
		c := p.client(ctx)
		q := printedRange
		if p.live() {
			week, err := url.ParseQuery(p.lastWeek(ctx)[1:])
			Expect(err).NotTo(HaveOccurred())
			q = health.Query{StartDate: week.Get("start_date"), EndDate: week.Get("end_date")}
		}
		page, err := c.Policies(ctx, q)
		Expect(err).NotTo(HaveOccurred())
		for _, listed := range page.Policies[:min(2, len(page.Policies))] {
			for _, name := range []string{listed.PolicyID, listed.InsurerPolicyNumber} {
				got, err := c.Policy(ctx, name)
				Expect(err).NotTo(HaveOccurred())
				Expect(*got).To(Equal(listed))
			}
		}
	})

	Context("in a list that is paged", sandboxOnly, func() {
		It("comes once, forwards", func(ctx SpecContext) {
			apart := partner{p.apart(ctx, "paged")}
			Expect(apart.all(ctx, apart.client(ctx), printedRange)).To(HaveLen(35))
			Expect(apart.count(ctx, "listPolicies")).To(Equal(4))
		})

		It("comes once, backwards", func(ctx SpecContext) {
			apart := partner{p.apart(ctx, "backwards")}
			c := apart.client(ctx)
			forwards := apart.all(ctx, c, printedRange)
			q := printedRange
			q.Prev = "0000000000000000"
			var backwards []string
			for more := true; more; {
				page, err := c.Policies(ctx, q)
				Expect(err).NotTo(HaveOccurred())
				var ids []string
				for _, one := range page.Policies {
					ids = append(ids, one.PolicyID)
				}
				backwards = append(ids, backwards...)
				q.Prev, more = page.StartCursor, page.HasPrev
			}
			Expect(backwards).To(Equal(forwards))
		})

		It("comes once while others are sold, forwards and back", Label("createSession"), func(ctx SpecContext) {
			apart := partner{p.apart(ctx, "sold-meanwhile")}
			c := apart.client(ctx)
			first, err := c.Policies(ctx, health.Query{})
			Expect(err).NotTo(HaveOccurred())
			apart.sell(ctx, c, 3)
			second, err := c.Policies(ctx, health.Query{Next: first.EndCursor})
			Expect(err).NotTo(HaveOccurred())
			Expect(second.TotalCount).To(Equal(38))
			again, err := c.Policies(ctx, health.Query{Prev: second.StartCursor})
			Expect(err).NotTo(HaveOccurred())
			Expect(again.Policies).To(Equal(first.Policies))
			Expect(again.HasPrev).To(BeTrue(), "what was sold meanwhile is before")
			newest, err := c.Policies(ctx, health.Query{Prev: again.StartCursor})
			Expect(err).NotTo(HaveOccurred())
			Expect(newest.Policies).To(HaveLen(3))
			Expect(newest.HasPrev).To(BeFalse())
			Expect(newest.HasNext).To(BeTrue())
			Expect(apart.all(ctx, c, health.Query{})).To(HaveLen(38))
		})

		DescribeTable("is found by its day in India", Label("createSession"), func(ctx SpecContext, moment, day string) {
			apart := partner{p.apart(ctx, "day")}
			at, err := time.Parse(time.RFC3339, moment)
			Expect(err).NotTo(HaveOccurred())
			c := apart.client(ctx)
			apart.freeze(ctx, at.Add(-tillIssue))
			apart.sell(ctx, c, 1)
			page, err := c.Policies(ctx, health.Query{StartDate: day, EndDate: day})
			Expect(err).NotTo(HaveOccurred())
			Expect(page.TotalCount).To(Equal(1), "sold at %s", apart.now(ctx))
			Expect(page.Policies[0].IssuanceDate).To(Equal(day))
		},
			Entry("a second before midnight", "2026-05-04T18:29:59Z", "2026-05-04"),
			Entry("at midnight", "2026-05-04T18:30:00Z", "2026-05-05"),
		)
	})
}

// all are the ids of the policies that a query picks, each there once.
func (p partner) all(ctx SpecContext, c *health.Client, q health.Query) []string {
	GinkgoHelper()
	var ids []string
	seen := map[string]bool{}
	for one, err := range c.AllPolicies(ctx, q) {
		Expect(err).NotTo(HaveOccurred())
		Expect(seen).NotTo(HaveKey(one.PolicyID))
		seen[one.PolicyID] = true
		ids = append(ids, one.PolicyID)
	}
	return ids
}

// tillIssue is how long a journey takes from its session to its policy (inferred).
const tillIssue = 2*time.Minute + 10*time.Minute + 5*time.Minute + 30*time.Minute + time.Hour + 24*time.Hour + time.Hour

// sell lets so many visitors go all the way.
func (p partner) sell(ctx SpecContext, c *health.Client, visitors int) {
	GinkgoHelper()
	for n := range visitors {
		_, err := c.CreateSession(ctx, map[string]string{"visitor": fmt.Sprint(n)})
		Expect(err).NotTo(HaveOccurred())
	}
	p.advance(ctx, tillIssue)
}
