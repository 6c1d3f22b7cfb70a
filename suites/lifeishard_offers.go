package suites

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	liability "github.com/understudy-sandbox/understudy/clients/lifeishard"
)

// The tax ids that a fresh sandbox knows; their check digits are right.
const (
	unwantedTaxID = "2910202123453"
	insuredTaxID  = "1850101123451"
)

// rat is an amount as it can be computed with.
func rat(a liability.Amount) *big.Rat {
	GinkgoHelper()
	r, ok := new(big.Rat).SetString(a.String())
	Expect(ok).To(BeTrue(), "%q is no amount", a)
	return r
}

// inAll is what instalments come to.
func inAll(all []liability.Installment) liability.Amount {
	GinkgoHelper()
	sum := new(big.Rat)
	for _, one := range all {
		sum.Add(sum, rat(one.Amount))
	}
	return liability.Amount(strings.TrimSuffix(sum.FloatString(2), ".00"))
}

// offers is what comes of a request that is right.
func (l lih) offers() {
	It("has a premium in euro, and says it in lei", liveSafe, func(ctx SpecContext) {
		o := offered(ctx, l.broker(ctx), l.malpractice(ctx))
		Expect(o.Currency).To(Equal("EUR"))
		Expect(o.ExchangeRate.Currency).To(Equal("RON"))
		exact := new(big.Rat).Mul(rat(o.PremiumAmount), rat(o.ExchangeRate.ExchangeRate))
		Expect(o.ExchangeRate.Amount).To(HaveMoney(exact.FloatString(2)))
		Expect(o.OfferExpiryDate >= l.now(ctx).In(bucharest).Format(time.DateOnly)).To(BeTrue(), "it ends on %s", o.OfferExpiryDate)
	})

	It("costs the printed 89 euro for the printed request, with its quotes", sandboxOnly, func(ctx SpecContext) {
		c := l.HTTP(ctx)
		got := l.send(ctx, c, http.MethodPost, "/offer", l.printed("offer.request"), "Token", l.opened(ctx, c).Token)
		Expect(got.status).To(Equal(http.StatusOK), "%s", got)
		var read struct {
			Data struct{ Offers []liability.Offer }
		}
		Expect(json.Unmarshal(got.body, &read)).To(Succeed())
		Expect(read.Data.Offers).To(HaveLen(1))
		Expect(read.Data.Offers[0].PremiumAmount).To(HaveMoney("89"))
		Expect(read.Data.Offers[0].EndDate).To(Equal("2021-12-31"))
	})

	DescribeTable("is spread over instalments that add up,", liveSafe,
		func(ctx SpecContext, count, months int) {
			r := l.malpractice(ctx)
			r.Product.Liability.InstallmentCount, r.Product.Liability.TermTime = count, months
			o := offered(ctx, l.broker(ctx), r)
			Expect(o.Installments).To(HaveLen(count))
			Expect(inAll(o.Installments)).To(HaveMoney(o.PremiumAmount.String()))
			Expect(o.Installments[0].DueDate).To(Equal(o.StartDate))
			Expect(o.Installments[count-1].DueDate < o.EndDate).To(BeTrue(), "the last is due on %s", o.Installments[count-1].DueDate)
		},
		Entry("two", 2, 12), Entry("four", 4, 12), Entry("twelve", 12, 12), Entry("four of half a year", 4, 6),
	)

	It("ends with the month where the last has no such day", sandboxOnly, func(ctx SpecContext) {
		r := l.malpractice(ctx)
		r.Product.Liability.StartDate, r.Product.Liability.TermTime = "2027-08-31", 6
		Expect(offered(ctx, l.broker(ctx), r).EndDate).To(Equal("2028-02-29"))
		r.Product.Liability.StartDate, r.Product.Liability.TermTime = "2028-02-29", 12
		Expect(offered(ctx, l.broker(ctx), r).EndDate).To(Equal("2029-02-28"))
	})

	It("costs more with more cover", sandboxOnly, inferred, func(ctx SpecContext) {
		c, r := l.broker(ctx), l.malpractice(ctx)
		less := offered(ctx, c, r)
		r.Product.Liability.Coverage.PolicyLimit.Value = "100000"
		more := offered(ctx, c, r)
		Expect(rat(more.PremiumAmount).Cmp(rat(less.PremiumAmount))).To(Equal(1), "%s for more than %s", more.PremiumAmount, less.PremiumAmount)
	})

	It("is not made to somebody whom the insurer does not want", sandboxOnly, func(ctx SpecContext) {
		r := l.malpractice(ctx)
		r.Product.Policyholder.TaxID = unwantedTaxID
		got, err := l.broker(ctx).CreateOffer(ctx, r)
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Offers).To(BeEmpty())
	})

	It("is made to a tax id with a wrong check digit, such as the printed one", sandboxOnly, func(ctx SpecContext) {
		r := l.malpractice(ctx)
		r.Product.Customer.TaxID, r.Product.Policyholder.TaxID = "1910716000000", "1910716000000"
		offered(ctx, l.broker(ctx), r)
	})

	It("can be fetched as a PDF", liveSafe, Label("downloadOffer"), func(ctx SpecContext) {
		c := l.broker(ctx)
		got, err := c.OfferFile(ctx, offered(ctx, c, l.malpractice(ctx)).OfferID)
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Name).To(HaveSuffix(".pdf"))
	})

	It("cannot be fetched where there is none", sandboxOnly, inferred, Label("downloadOffer"), func(ctx SpecContext) {
		c := l.HTTP(ctx)
		token := l.opened(ctx, c).Token
		Expect(l.send(ctx, c, http.MethodGet, "/offer/999999", "", "Token", token).status).To(Equal(http.StatusNotFound))
		got := l.send(ctx, c, http.MethodGet, "/offer/twelve", "", "Token", token)
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
		_, fields := got.said()
		Expect(fields).To(HaveKeyWithValue("id", []string{"The id must be an integer."}))
	})
}

// invalid is how a request that is wrong is refused.
func (l lih) invalid() {
	const floor, insurer = "product.policyholder.address.floor", "provider.organization.businessName"

	DescribeTable("is refused in Romanian with the observed text", sandboxOnly,
		func(ctx SpecContext, path, text string, spoil func(*liability.OfferRequest)) {
			r := l.malpractice(ctx)
			spoil(&r)
			_, err := l.broker(ctx, romanian).CreateOffer(ctx, r)
			Expect(err).To(MatchError(liability.ErrValidation))
			Expect(refusedBy(err).Fields).To(Equal(map[string][]string{path: {text}}))
		},
		Entry("for a floor that is missing", floor, "Câmpul etaj adresă asigurat este obligatoriu.",
			func(r *liability.OfferRequest) { r.Product.Policyholder.Address.Floor = "" }),
		Entry("for an unknown insurer", insurer, "Câmpul nume asigurator selectat este invalid.",
			func(r *liability.OfferRequest) { r.Provider.Organization.BusinessName = "nobody" }),
	)

	DescribeTable("is refused in English without a language", sandboxOnly, inferred,
		func(ctx SpecContext, path, text string, spoil func(*liability.OfferRequest)) {
			r := l.malpractice(ctx)
			spoil(&r)
			_, err := l.broker(ctx).CreateOffer(ctx, r)
			Expect(refusedBy(err).Fields).To(Equal(map[string][]string{path: {text}}))
		},
		Entry("for a floor that is missing", floor, "The policyholder address floor field is required.",
			func(r *liability.OfferRequest) { r.Product.Policyholder.Address.Floor = "" }),
		Entry("for a start that is missing", "product.liability.startDate", "The start date field is required.",
			func(r *liability.OfferRequest) { r.Product.Liability.StartDate = "" }),
		Entry("for a day that no calendar has", "product.liability.startDate", "The start date is not a valid date.",
			func(r *liability.OfferRequest) { r.Product.Liability.StartDate = "2026-02-30" }),
		Entry("for a term of more than a year", "product.liability.termTime", "The term time must be between 1 and 12.",
			func(r *liability.OfferRequest) { r.Product.Liability.TermTime = 13 }),
		Entry("for three instalments", "product.liability.installmentCount", "The selected installment count is invalid.",
			func(r *liability.OfferRequest) { r.Product.Liability.InstallmentCount = 3 }),
		Entry("for a person without a tax id", "product.customer.taxId", "The customer tax id field is required.",
			func(r *liability.OfferRequest) { r.Product.Customer.TaxID = "" }),
		Entry("for a county that is missing", "product.customer.address.county", "The customer address county field is required.",
			func(r *liability.OfferRequest) { r.Product.Customer.Address.County = "" }),
		Entry("for another product", "product.name", "The selected name is invalid.",
			func(r *liability.OfferRequest) { r.Product.Name = "motor" }),
	)

	It("names every member at fault", sandboxOnly, func(ctx SpecContext) {
		c := l.HTTP(ctx)
		got := l.send(ctx, c, http.MethodPost, "/offer", `{"provider":{},"product":{"liability":{"termTime":"x"}}}`, "Token", l.opened(ctx, c).Token, "Content-Language", "ro-RO")
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
		_, fields := got.said()
		for _, path := range []string{"provider.organization", "product.name", "product.customer", "product.policyholder", "product.liability.startDate", "product.liability.termTime"} {
			Expect(fields).To(HaveKey(path))
		}
		Expect(fields["product.customer"]).To(Equal([]string{"Câmpul contractant este obligatoriu."}))
	})

	DescribeTable("is refused without a fuss for a body that is", sandboxOnly, inferred,
		func(ctx SpecContext, body string) {
			c := l.HTTP(ctx)
			got := l.send(ctx, c, http.MethodPost, "/offer", body, "Token", l.opened(ctx, c).Token)
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			message, fields := got.said()
			Expect(message).To(Equal("VALIDATION_ERROR"))
			Expect(fields).NotTo(BeEmpty())
		},
		Entry("empty", ""), Entry("half JSON", `{"provider":`), Entry("a list", `[]`), Entry("a null", `null`),
		Entry("a number too large to be one", `{"product":{"liability":{"termTime":1e999999999}}}`),
	)

	It("is refused in quotes where all is in quotes", sandboxOnly, func(ctx SpecContext) {
		apart := lih{l.apart(ctx, "quoted-refusal")}
		apart.set(ctx, "lifeishard.literals", "seed")
		c := apart.HTTP(ctx)
		got := apart.send(ctx, c, http.MethodPost, "/offer", `{}`, "Token", apart.opened(ctx, c).Token)
		Expect(string(got.body)).To(HavePrefix(fmt.Sprintf(`{"error":"true","status":"%d","message":"VALIDATION_ERROR"`, got.status)))
	})
}
