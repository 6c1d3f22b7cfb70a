package suites

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// tariff is what any sane tariff keeps to. The insurer has promised none of it,
// so no live target is asked.
func (a aagi) tariff() {
	Context("is never cheaper for more cover", sandboxOnly, Label("tariff"), func() {
		for _, plan := range []motor.CoverageCode{motor.VMI1, motor.VMI2Plus, motor.VMI3Plus} {
			It("of a higher sum insured, under "+string(plan), func(ctx SpecContext) {
				a.rises(ctx, printedQuote(plan, motor.GarageCompany), func(q motor.QuickQuoteRequest, step int) motor.QuickQuoteRequest {
					return withSum(q, int64(300_000+100_000*step))
				})
			})

			It("of a lower deductible, under "+string(plan), func(ctx SpecContext) {
				a.rises(ctx, printedQuote(plan, motor.GarageCompany), func(q motor.QuickQuoteRequest, step int) motor.QuickQuoteRequest {
					cover := ownDamageItems(600_000, int64(5_000-1_000*step))
					if plan != motor.VMI1 {
						cover = append(cover, floodItem(600_000))
					}
					return withSum(withItems(q, slices.Concat(cover, liabilityItems())...), 600_000)
				})
			})
		}

		It("of third parties", func(ctx SpecContext) {
			a.rises(ctx, printedQuote(motor.VMI3, motor.GarageUnspecified), func(q motor.QuickQuoteRequest, step int) motor.QuickQuoteRequest {
				cover := liabilityItems()
				cover[0].SumInsured = motor.Baht(int64(500_000 + 250_000*step))
				return withItems(q, cover...)
			})
		})

		It("by a dealer", func(ctx SpecContext) {
			garages := []motor.GarageType{motor.GarageCompany, motor.GarageDealer}
			a.rises(ctx, printedQuote(motor.VMI1, ""), func(q motor.QuickQuoteRequest, step int) motor.QuickQuoteRequest {
				q.Vehicle.GarageType = garages[min(step, 1)]
				return q
			})
		})

		It("under VMI1 than VMI2+, VMI3+ and VMI3", func(ctx SpecContext) {
			c := a.broker(ctx)
			var last int64
			for _, plan := range []motor.CoverageCode{motor.VMI3, motor.VMI3Plus, motor.VMI2Plus, motor.VMI1} {
				garage := motor.GarageCompany
				if plan == motor.VMI3 {
					garage = motor.GarageUnspecified
				}
				last = notCheaper(quote(ctx, c, printedQuote(plan, garage)), last)
			}
		})
	})

	It("costs the same whenever it is asked for again", sandboxOnly, Label("tariff"), func(ctx SpecContext) {
		c := a.broker(ctx)
		first := premiumOf(quote(ctx, c, printedQuote(motor.VMI1, motor.GarageCompany)))
		for range 3 {
			Expect(premiumOf(quote(ctx, c, printedQuote(motor.VMI1, motor.GarageCompany)))).To(Equal(first))
		}
	})
}

// rises asks for ever more cover and expects no quote to cost less than the one
// before.
func (a aagi) rises(ctx SpecContext, q motor.QuickQuoteRequest, more func(motor.QuickQuoteRequest, int) motor.QuickQuoteRequest) {
	GinkgoHelper()
	c := a.broker(ctx)
	var last int64
	for step := range 5 {
		last = notCheaper(quote(ctx, c, more(q, step)), last)
	}
}

func notCheaper(q *motor.QuickQuote, than int64) int64 {
	GinkgoHelper()
	satang, err := premiumOf(q).GrossPremium.Satang()
	Expect(err).NotTo(HaveOccurred())
	Expect(satang).To(BeNumerically(">=", than))
	return satang
}
