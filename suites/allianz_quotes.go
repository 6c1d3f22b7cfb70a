package suites

import (
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

func (a aagi) quotes() {
	DescribeTable("answers a printed request with the printed answer:", sandboxOnly,
		func(ctx SpecContext, name string) {
			c := a.HTTP(ctx)
			got := a.askQuote(ctx, c, a.token(ctx, c), printedText(name+".request"))
			Expect(got.status).To(Equal(http.StatusOK), "%s", got)
			Expect(string(got.body)).To(MatchJSON(printedText(name + ".answer")))
		},
		Entry("VMI1 with the default cover", "vmi1-default"),
		Entry("VMI1 with the default cover for a sum", "vmi1-sum-insured"),
		Entry("VMI1 with cover items", "vmi1-items"),
	)

	DescribeTable("prices a printed request:", sandboxOnly,
		func(ctx SpecContext, name string) {
			c := a.HTTP(ctx)
			got := a.askQuote(ctx, c, a.token(ctx, c), printedText(name+".request"))
			Expect(got.status).To(Equal(http.StatusOK), "%s", got)
		},
		Entry("VMI2+ with the default cover", "vmi2plus-default"),
		Entry("VMI3+ with the default cover", "vmi3plus-default"),
		Entry("VMI3 with the default cover, for a new car", "vmi3-default"),
		Entry("CMI", "cmi-default"),
	)

	DescribeTable("prices the default cover of a plan:", liveSafe,
		func(ctx SpecContext, plan motor.CoverageCode, garage motor.GarageType) {
			got := quote(ctx, a.broker(ctx), a.coming(ctx, printedQuote(plan, garage)))
			addsUp(premiumOf(got))
			Expect(got.ProductPackages[0].Coverages).To(HaveLen(1))
			cover := got.ProductPackages[0].Coverages[0]
			Expect(cover.Code).To(Equal(plan))
			for _, item := range liabilityItems() {
				sum, there := cover.Item(item.Code)
				Expect(there).To(BeTrue(), "%s", item.Code)
				Expect(sum.SumInsured).To(HaveMoney(item.SumInsured.String()), "%s", item.Code)
			}
		},
		Entry("VMI1, repaired by a dealer", motor.VMI1, motor.GarageDealer),
		Entry("VMI1, repaired by the company's garages", motor.VMI1, motor.GarageCompany),
		Entry("VMI2+", motor.VMI2Plus, motor.GarageCompany),
		Entry("VMI3+", motor.VMI3Plus, motor.GarageCompany),
		Entry("VMI3", motor.VMI3, motor.GarageUnspecified),
		Entry("VMI3, without a garage", motor.VMI3, motor.GarageType("")),
	)

	DescribeTable("prices the default cover for a sum of the caller's:", liveSafe,
		func(ctx SpecContext, plan motor.CoverageCode) {
			got := quote(ctx, a.broker(ctx), withSum(a.coming(ctx, printedQuote(plan, motor.GarageCompany)), 500_000))
			addsUp(premiumOf(got))
			cover := got.ProductPackages[0].Coverages[0]
			Expect(cover.SumInsured).To(HaveMoney("500000"))
			own, _ := cover.Item(motor.OwnDamage)
			Expect(own.SumInsured).To(HaveMoney("500000"))
		},
		Entry("VMI1", motor.VMI1),
		Entry("VMI2+", motor.VMI2Plus),
		Entry("VMI3+", motor.VMI3Plus),
	)

	DescribeTable("prices cover items of the caller's:", liveSafe,
		func(ctx SpecContext, plan motor.CoverageCode, garage motor.GarageType, sent []motor.CoverageItem) {
			q := withItems(a.coming(ctx, printedQuote(plan, garage)), sent...)
			if i := slices.IndexFunc(sent, func(item motor.CoverageItem) bool { return item.Code == motor.OwnDamage }); i >= 0 {
				q.ProductPackages[0].Coverages[0].SumInsured = sent[i].SumInsured
			}
			got := quote(ctx, a.broker(ctx), q)
			addsUp(premiumOf(got))
			answered := got.ProductPackages[0].Coverages[0].CoverageItems
			Expect(len(answered)).To(BeNumerically(">=", len(sent)))
			for i, item := range sent {
				Expect(answered[i].Code).To(Equal(item.Code))
				Expect(answered[i].SumInsured).To(HaveMoney(item.SumInsured.String()), "%s", item.Code)
			}
		},
		Entry("VMI1", motor.VMI1, motor.GarageCompany, slices.Concat(ownDamageItems(450_000, 3_000), liabilityItems())),
		Entry("VMI2+", motor.VMI2Plus, motor.GarageCompany, slices.Concat(ownDamageItems(200_000, 0), []motor.CoverageItem{floodItem(200_000)}, liabilityItems())),
		Entry("VMI3+", motor.VMI3Plus, motor.GarageCompany, slices.Concat(ownDamageItems(100_000, 2_000), []motor.CoverageItem{floodItem(100_000)}, liabilityItems())),
		Entry("VMI3", motor.VMI3, motor.GarageUnspecified, liabilityItems()),
	)

	Context("of the cover that the law demands", Label("cmi"), func() {
		BeforeEach(func() { a.needs("cmi") })

		It("is priced without packages", liveSafe, func(ctx SpecContext) {
			addsUp(premiumOf(quote(ctx, a.broker(ctx), a.coming(ctx, compulsoryQuote()))))
		})

		It("needs no model", liveSafe, func(ctx SpecContext) {
			q := a.coming(ctx, compulsoryQuote())
			q.Vehicle.Model = ""
			addsUp(premiumOf(quote(ctx, a.broker(ctx), q)))
		})

		It("needs no province for a plate from abroad", liveSafe, func(ctx SpecContext) {
			q := a.coming(ctx, compulsoryQuote())
			q.Vehicle.RegistrationCountry, q.Vehicle.RegistrationType, q.Vehicle.RegistrationState = "SGP", motor.PlateInternational, ""
			addsUp(premiumOf(quote(ctx, a.broker(ctx), q)))
		})

		It("is refused with 003 for a garage", liveSafe, inferred, func(ctx SpecContext) {
			q := a.coming(ctx, compulsoryQuote())
			q.Vehicle.GarageType = motor.GarageCompany
			a.refuses(ctx, a.broker(ctx), q, "garageType")
		})
	})

	Context("repeats what it was asked", func() {
		It("but keeps the owner to itself", liveSafe, func(ctx SpecContext) {
			q := a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
			q.Vehicle.Owner = &motor.Owner{BirthDate: "1987-01-01", Address: motor.OwnerAddress{PostalCode: "10400"}}
			Expect(quote(ctx, a.broker(ctx), q).Vehicle.Owner).To(BeNil())
		})

		It("with a colour that is text, however it was sent", liveSafe, func(ctx SpecContext) {
			c := a.broker(ctx)
			for _, number := range []bool{true, false} {
				q := a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
				q.Vehicle.Color = motor.Color{Code: "7", Number: number}
				Expect(quote(ctx, c, q).Vehicle.Color).To(Equal(motor.Color{Code: "7"}))
			}
		})

		It("without what the caller left out", liveSafe, func(ctx SpecContext) {
			q := a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
			q.Vehicle.VehicleIdentificationNumber, q.Vehicle.RegistrationType, q.Vehicle.RegistrationCountry = "", "", ""
			got := quote(ctx, a.broker(ctx), q).Vehicle
			Expect(got.VehicleIdentificationNumber).To(BeEmpty())
			Expect(got.RegistrationType).To(BeEmpty())
			Expect(got.RegistrationCountry).To(BeEmpty())
			Expect(got.Color).To(BeZero())
		})

		It("and adds roadside assistance once, asked for or not", liveSafe, func(ctx SpecContext) {
			asked := slices.Concat(ownDamageItems(500_000, 0), liabilityItems(), []motor.CoverageItem{{Name: "Roadside Assistance", Code: motor.Roadside}})
			got := quote(ctx, a.broker(ctx), withSum(withItems(a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany)), asked...), 500_000))
			var codes []string
			for _, item := range got.ProductPackages[0].Coverages[0].CoverageItems {
				codes = append(codes, string(item.Code))
			}
			Expect(strings.Join(codes, " ")).To(Equal("OD DD TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB RA85"))
		})

		It("with an expiry of one year where none was sent", liveSafe, inferred, func(ctx SpecContext) {
			q := a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
			want := q.PolicyExpiryDate
			q.PolicyExpiryDate = ""
			Expect(quote(ctx, a.broker(ctx), q).PolicyExpiryDate).To(Equal(want))
		})
	})

	It("prices several packages in one answer", sandboxOnly, func(ctx SpecContext) {
		q := printedQuote(motor.VMI2Plus, motor.GarageCompany)
		q.ProductPackages = append(q.ProductPackages, printedQuote(motor.VMI3Plus, motor.GarageCompany).ProductPackages...)
		got := quote(ctx, a.broker(ctx), q)
		Expect(got.ProductPackages).To(HaveLen(2))
		for _, p := range got.ProductPackages {
			addsUp(p.Premium)
		}
	})

	It("has the prices of its proposal date, which is today where none was sent", sandboxOnly, func(ctx SpecContext) {
		apart := aagi{a.apart(ctx, "proposal-date")}
		c := apart.broker(ctx)
		apart.freeze(ctx, time.Date(2022, time.July, 1, 9, 0, 0, 0, bangkok))
		q := printedQuote(motor.VMI1, motor.GarageDealer)
		then := premiumOf(quote(ctx, c, q)).GrossPremium
		apart.freeze(ctx, time.Date(2026, time.July, 1, 9, 0, 0, 0, bangkok))
		Expect(premiumOf(quote(ctx, c, q)).GrossPremium).NotTo(HaveMoney(then.String()))
		q.ProposalDate = "2022-07-01"
		Expect(premiumOf(quote(ctx, c, q)).GrossPremium).To(HaveMoney(then.String()))
	})
}

// addsUp says that a premium is something to pay and the sum of its parts, to
// the satang.
func addsUp(p *motor.Premium) {
	GinkgoHelper()
	var total int64
	for _, part := range []motor.Amount{p.NetPremium, p.Cost(motor.Stamp), p.Cost(motor.VAT)} {
		satang, err := part.Satang()
		Expect(err).NotTo(HaveOccurred())
		Expect(satang).To(BeNumerically(">", 0))
		total += satang
	}
	Expect(p.GrossPremium).To(HaveMoney(motor.Satang(total).String()))
}
