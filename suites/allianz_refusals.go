package suites

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// plate is a row of the insurer's table of registration fields.
type plate struct {
	country      string
	kind         motor.RegistrationType
	state, plate bool // mandatory
}

func (p plate) String() string {
	name := func(text string) string {
		if text == "" {
			return "null"
		}
		return text
	}
	return fmt.Sprintf("country %s, type %s", name(p.country), name(string(p.kind)))
}

// allianzPlates are the ten printed rows; SGP stands for "other".
var allianzPlates = []plate{
	{"THA", motor.PlateGeneral, true, true},
	{"THA", motor.PlateRed, true, false},
	{"THA", motor.PlateGovernment, false, true},
	{"SGP", motor.PlateInternational, false, true},
	{"", "", true, false},
	{"", motor.PlateGeneral, true, true},
	{"", motor.PlateRed, true, false},
	{"", motor.PlateGovernment, false, true},
	{"THA", "", true, false},
	{"SGP", "", false, true},
}

func (a aagi) plates() {
	Context("of a car with a plate of", func() {
		for _, row := range allianzPlates {
			registered := func(q motor.QuickQuoteRequest) motor.QuickQuoteRequest {
				q.Vehicle.RegistrationCountry, q.Vehicle.RegistrationType = row.country, row.kind
				q.Vehicle.RegistrationState, q.Vehicle.RegistrationNumber = "", ""
				if row.state {
					q.Vehicle.RegistrationState = "0"
				}
				if row.plate {
					q.Vehicle.RegistrationNumber = "กข1234"
				}
				return q
			}

			It(row.String()+": is given for what the table demands", liveSafe, func(ctx SpecContext) {
				addsUp(premiumOf(quote(ctx, a.broker(ctx), registered(a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))))))
			})

			It(row.String()+": is refused for less", liveSafe, inferred, func(ctx SpecContext) {
				c := a.broker(ctx)
				if row.state {
					q := registered(a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany)))
					q.Vehicle.RegistrationState = ""
					a.refuses(ctx, c, q, "registrationState")
				}
				if row.plate {
					q := registered(a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany)))
					q.Vehicle.RegistrationNumber = ""
					a.refuses(ctx, c, q, "registrationNumber")
				}
			})
		}

		It("country THA, type INTER: is refused", sandboxOnly, func(ctx SpecContext) {
			q := printedQuote(motor.VMI1, motor.GarageCompany)
			q.Vehicle.RegistrationType = motor.PlateInternational
			a.refuses(ctx, a.broker(ctx), q, "registrationType")
		})
	})
}

func (a aagi) refusals() {
	Context("is refused with 003", func() {
		DescribeTable("for cover items that the plan does not have:", liveSafe,
			func(ctx SpecContext, plan motor.CoverageCode, garage motor.GarageType, sent []motor.CoverageItem) {
				q := withItems(a.coming(ctx, printedQuote(plan, garage)), sent...)
				a.refuses(ctx, a.broker(ctx), q, "coverageItems")
			},
			Entry("VMI1 with flood", motor.VMI1, motor.GarageCompany, slices.Concat(ownDamageItems(500_000, 0), []motor.CoverageItem{floodItem(500_000)}, liabilityItems())),
			Entry("VMI3 with flood", motor.VMI3, motor.GarageUnspecified, slices.Concat([]motor.CoverageItem{floodItem(500_000)}, liabilityItems())),
			Entry("VMI3 with own damage", motor.VMI3, motor.GarageUnspecified, slices.Concat(ownDamageItems(500_000, 0), liabilityItems())),
			Entry("VMI3 with a deductible", motor.VMI3, motor.GarageUnspecified, slices.Concat(ownDamageItems(0, 2_000), liabilityItems())),
		)

		It("for cover items that are not all there", sandboxOnly, func(ctx SpecContext) {
			q := withItems(printedQuote(motor.VMI1, motor.GarageCompany), ownDamageItems(500_000, 0)...)
			a.refuses(ctx, a.broker(ctx), q, "coverageItems")
		})

		DescribeTable("for a garage that is not the plan's:", liveSafe, inferred,
			func(ctx SpecContext, plan motor.CoverageCode, garage motor.GarageType) {
				a.refuses(ctx, a.broker(ctx), a.coming(ctx, printedQuote(plan, garage)), "garageType")
			},
			Entry("VMI1 without one", motor.VMI1, motor.GarageType("")),
			Entry("VMI1, unspecified", motor.VMI1, motor.GarageUnspecified),
			Entry("VMI2+ by a dealer", motor.VMI2Plus, motor.GarageDealer),
			Entry("VMI3+ by a dealer", motor.VMI3Plus, motor.GarageDealer),
			Entry("VMI3 by a dealer", motor.VMI3, motor.GarageDealer),
			Entry("VMI3 by the company's garages", motor.VMI3, motor.GarageCompany),
		)

		DescribeTable("for a voluntary cover without", sandboxOnly,
			func(ctx SpecContext, member string, leave func(*motor.QuickQuoteRequest)) {
				q := printedQuote(motor.VMI1, motor.GarageCompany)
				leave(&q)
				a.refuses(ctx, a.broker(ctx), q, member)
			},
			Entry("a model", "model", func(q *motor.QuickQuoteRequest) { q.Vehicle.Model = "" }),
			Entry("a year of manufacture", "yearOfManufacture", func(q *motor.QuickQuoteRequest) { q.Vehicle.YearOfManufacture = "" }),
			Entry("packages", "productPackages", func(q *motor.QuickQuoteRequest) { q.ProductPackages = nil }),
		)

		DescribeTable("for a value that the insurer does not have:", sandboxOnly,
			func(ctx SpecContext, member, old, wrong string) {
				c := a.HTTP(ctx)
				got := a.askQuote(ctx, c, a.token(ctx, c), replaced(printedText("vmi1-default.request"), old, wrong))
				Expect(got).To(Refuse("003"))
				Expect(string(got.body)).To(ContainSubstring(member + " "))
			},
			Entry("a channel other than WS", "channel", `"WS"`, `"WEB"`),
			Entry("a plan that is not printed", "code", `"code": "VMI1"`, `"code": "VMI2"`),
			Entry("a product that is not printed", "productCode", `"productCode": "VMI"`, `"productCode": "LIFE"`),
			Entry("a day that the calendar lacks", "policyStartDate", `"2022-07-23"`, `"2022-02-30"`),
		)

		It("in a list of errors, where the target is set to answer so", sandboxOnly, func(ctx SpecContext) {
			apart := aagi{a.apart(ctx, "envelope")}
			apart.set(ctx, "allianz.envelope", "errors")
			apart.refuses(ctx, apart.broker(ctx), printedQuote(motor.VMI3, motor.GarageDealer), "garageType")
		})
	})

	Context("is refused with 999", func() {
		DescribeTable("for an owner that is an empty text:", liveSafe,
			func(ctx SpecContext, member string) {
				a.breaks(ctx, replaced(a.body(a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))), `"owner":null`, fmt.Sprintf("%q:%q", member, "")))
			},
			Entry("as owner", "owner"),
			Entry("as owners", "owners"),
		)

		DescribeTable("for a body that cannot be read:", liveSafe, inferred,
			func(ctx SpecContext, old, wrong string) {
				a.breaks(ctx, replaced(a.body(a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))), old, wrong))
			},
			Entry("cut off", `}]}]}`, ``),
			Entry("with a number for a text", `"make":"39"`, `"make":39`),
			Entry("with a list for a vehicle", `"vehicle":{`, `"vehicle":[],"car":{`),
		)
	})

	It("is refused when its body is larger than a mebibyte", sandboxOnly, func(ctx SpecContext) {
		c := a.HTTP(ctx)
		body := replaced(printedText("vmi1-default.request"), "52WVC10337", strings.Repeat("5", 1<<20))
		got := a.askQuote(ctx, c, a.token(ctx, c), body)
		Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
	})
}

// refuses expects a request to be turned down with 003 and the member that is to
// blame.
func (a aagi) refuses(ctx SpecContext, c *motor.Client, q motor.QuickQuoteRequest, member string) {
	GinkgoHelper()
	got, err := c.QuickQuote(ctx, q)
	Expect(err).To(Refuse("003"))
	Expect(err.Error()).To(ContainSubstring(member + " "))
	Expect(got).To(BeNil())
}

// breaks expects a body to be answered with 999.
func (a aagi) breaks(ctx SpecContext, body string) {
	GinkgoHelper()
	c := a.HTTP(ctx)
	Expect(a.askQuote(ctx, c, a.token(ctx, c), body)).To(Refuse("999"))
}

// replaced plants a mistake in a body that must hold its place.
func replaced(body, old, wrong string) string {
	GinkgoHelper()
	Expect(body).To(ContainSubstring(old))
	return strings.Replace(body, old, wrong, 1)
}
