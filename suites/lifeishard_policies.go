package suites

import (
	"encoding/json"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	liability "github.com/understudy-sandbox/understudy/clients/lifeishard"
)

// The words of the refusals are the sandbox's own.
const (
	sayExpired = "The offer has expired."
	sayIssued  = "A policy has already been issued for this offer."
	sayInsured = "Există deja o poliță validă pentru această persoană"
)

// issues is how an offer becomes a policy.
func (l lih) issues() {
	It("is what an offer becomes, in lei where it is paid in lei", sandboxOnly, func(ctx SpecContext) {
		c, r := l.broker(ctx), l.malpractice(ctx)
		r.Product.Liability.InstallmentCount = 4
		o := offered(ctx, c, r)
		p := issuedFor(ctx, c, o)
		Expect(p.Currency).To(Equal("RON"))
		Expect(p.PremiumAmount).To(HaveMoney(o.ExchangeRate.Amount.String()))
		Expect(inAll(p.Installments)).To(HaveMoney(o.ExchangeRate.Amount.String()))
		Expect([]string{p.StartDate, p.EndDate}).To(Equal([]string{o.StartDate, o.EndDate}))
		Expect(p.Payment).To(Equal(paidInLei(o).Payment))
	})

	It("is in euro where it is paid in euro", sandboxOnly, inferred, func(ctx SpecContext) {
		c := l.broker(ctx)
		o := offered(ctx, c, l.malpractice(ctx))
		r := paidInLei(o)
		r.Payment.Currency, r.Payment.Amount = "EUR", o.PremiumAmount
		p, err := c.IssuePolicy(ctx, r)
		Expect(err).NotTo(HaveOccurred())
		Expect(p.PremiumAmount).To(HaveMoney(o.PremiumAmount.String()))
	})

	It("is what the printed request makes of the printed offer, in a fresh world", sandboxOnly, func(ctx SpecContext) {
		apart := lih{l.apart(ctx, "printed-issue")}
		c := apart.HTTP(ctx)
		token := apart.opened(ctx, c).Token
		got := apart.send(ctx, c, http.MethodPost, "/policy", l.printed("policy.request"), "Token", token)
		Expect(got.status).To(Equal(http.StatusOK), "%s", got)
		var read struct {
			Data struct{ Policies []liability.Policy }
		}
		Expect(json.Unmarshal(got.body, &read)).To(Succeed())
		Expect(read.Data.Policies[0].EndDate).To(Equal("2024-07-09"))
		again := apart.send(ctx, c, http.MethodPost, "/policy", l.printed("policy.request"), "Token", token)
		message, _ := again.said()
		Expect(message).To(Equal(sayIssued))
	})

	It("is made once of an offer, also when two ask at the same time", sandboxOnly, inferred, func(ctx SpecContext) {
		c := l.broker(ctx)
		o := offered(ctx, c, l.malpractice(ctx))
		errs := make(chan error, 4)
		for range cap(errs) {
			go func() {
				_, err := c.IssuePolicy(ctx, paidInLei(o))
				errs <- err
			}()
		}
		made := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				made++
			} else {
				Expect(refusedBy(err).Message).To(Equal(sayIssued))
			}
		}
		Expect(made).To(Equal(1))
	})

	It("is made until the end of the offer's last day, and not afterwards", sandboxOnly, inferred, func(ctx SpecContext) {
		apart := lih{l.apart(ctx, "offer-stands")}
		apart.freeze(ctx, time.Date(2026, time.June, 1, 9, 0, 0, 0, time.UTC))
		c := apart.broker(ctx)
		first, second := offered(ctx, c, apart.malpractice(ctx)), offered(ctx, c, apart.malpractice(ctx))
		Expect(first.OfferExpiryDate).To(Equal("2026-07-01"))
		apart.freeze(ctx, time.Date(2026, time.July, 1, 20, 59, 59, 0, time.UTC)) // a second before midnight in Romania
		issuedFor(ctx, c, first)
		apart.advance(ctx, time.Second)
		_, err := c.IssuePolicy(ctx, paidInLei(second))
		Expect(refusedBy(err).Message).To(Equal(sayExpired))
	})

	It("is not made of an offer that nobody made", sandboxOnly, inferred, func(ctx SpecContext) {
		c := l.broker(ctx, romanian)
		r := paidInLei(liability.Offer{OfferID: 999_999, StartDate: "2026-04-01", ExchangeRate: liability.ExchangeRate{Amount: "1"}})
		_, err := c.IssuePolicy(ctx, r)
		Expect(err).To(MatchError(liability.ErrValidation))
		Expect(refusedBy(err).Fields).To(HaveKeyWithValue("offerId", []string{"Câmpul id ofertă selectat este invalid."}))
	})

	It("is not made for somebody who has one", sandboxOnly, inferred, func(ctx SpecContext) {
		c, r := l.broker(ctx), l.malpractice(ctx)
		r.Product.Policyholder.TaxID = insuredTaxID
		_, err := c.IssuePolicy(ctx, paidInLei(offered(ctx, c, r)))
		Expect(refusedBy(err).Message).To(Equal(sayInsured))
	})

	It("is not made for a payment in dollars, by barter or of fractions of a cent", sandboxOnly, inferred, func(ctx SpecContext) {
		c := l.broker(ctx)
		o := offered(ctx, c, l.malpractice(ctx))
		for path, spoil := range map[string]func(*liability.Payment){
			"payment.currency": func(p *liability.Payment) { p.Currency = "USD" },
			"payment.method":   func(p *liability.Payment) { p.Method = "barter" },
			"payment.amount":   func(p *liability.Payment) { p.Amount = "1.005" },
			"payment.date":     func(p *liability.Payment) { p.Date = "2026-13-01" },
		} {
			r := paidInLei(o)
			spoil(&r.Payment)
			_, err := c.IssuePolicy(ctx, r)
			Expect(refusedBy(err).Fields).To(HaveKey(path))
		}
		issuedFor(ctx, c, o)
	})
}

// papers is how policies and receipts are fetched.
func (l lih) papers() {
	It("can be fetched as a PDF by its id and by its number, and its receipt too", sandboxOnly,
		Label("downloadPolicy", "downloadPolicyByNumber", "downloadReceipt"), func(ctx SpecContext) {
			c := l.broker(ctx)
			p := issuedFor(ctx, c, offered(ctx, c, l.malpractice(ctx)))
			byID, err := c.PolicyFile(ctx, p.PolicyID)
			Expect(err).NotTo(HaveOccurred())
			byNumber, err := c.PolicyFileByNumber(ctx, p.Series, p.Number)
			Expect(err).NotTo(HaveOccurred())
			Expect(byNumber).To(Equal(byID))
			receipt, err := c.ReceiptFile(ctx, p.PolicyID)
			Expect(err).NotTo(HaveOccurred())
			Expect(receipt.Content).NotTo(Equal(byID.Content))
			Expect(receipt.Name).NotTo(Equal(byID.Name))
		})

	It("is found by the printed name of its number", sandboxOnly, Label("downloadPolicyByNumber"), func(ctx SpecContext) {
		c := l.HTTP(ctx)
		token := l.opened(ctx, c).Token
		slip := l.send(ctx, c, http.MethodGet, "/policy?series=XX/XX&string=243245345", "", "Token", token)
		Expect(slip.status).To(Equal(http.StatusOK), "%s", slip)
		both := l.send(ctx, c, http.MethodGet, "/policy?series=XX%2FXX&number=243245345&string=1", "", "Token", token)
		Expect(both.body).To(Equal(slip.body), "number goes before string")
	})

	DescribeTable("is not found", sandboxOnly, inferred, Label("downloadPolicyByNumber", "downloadPolicy", "downloadReceipt"),
		func(ctx SpecContext, path string, status int) {
			c := l.HTTP(ctx)
			got := l.send(ctx, c, http.MethodGet, path, "", "Token", l.opened(ctx, c).Token)
			Expect(got.status).To(Equal(status), "%s", got)
		},
		Entry("by an id that is none", "/policy/999999", http.StatusNotFound),
		Entry("by a word", "/policy/twelve", http.StatusBadRequest),
		Entry("by the receipt of none", "/policy/999999/receipt", http.StatusNotFound),
		Entry("by another series", "/policy?series=YY/YY&number=243245345", http.StatusNotFound),
		Entry("without a series", "/policy?number=243245345", http.StatusBadRequest),
		Entry("without a number", "/policy?series=XX/XX", http.StatusBadRequest),
	)

	It("is there from the beginning, as it is printed", sandboxOnly, Label("downloadPolicy"), func(ctx SpecContext) {
		_, err := l.broker(ctx).PolicyFile(ctx, 12)
		Expect(err).NotTo(HaveOccurred())
	})
}

// places is what addresses are made of.
func (l lih) places() {
	It("has the printed town with the printed code", liveSafe, Label("localities"), func(ctx SpecContext) {
		got, err := l.broker(ctx).Localities(ctx, "CJ")
		Expect(err).NotTo(HaveOccurred())
		Expect(got).To(ContainElement(liability.Locality{Name: "CLUJ-NAPOCA", CountyCode: "CJ", Siruta: 54984}))
	})

	It("is empty for a county that nobody knows", liveSafe, Label("localities"), func(ctx SpecContext) {
		got, err := l.broker(ctx).Localities(ctx, "ZZ")
		Expect(err).NotTo(HaveOccurred())
		Expect(got).To(BeEmpty())
	})

	It("is the same under the names that the sibling's server uses", sandboxOnly, Label("localities"), func(ctx SpecContext) {
		apart := lih{l.apart(ctx, "english-places")}
		c := apart.broker(ctx)
		before, err := c.Localities(ctx, "TM")
		Expect(err).NotTo(HaveOccurred())
		apart.set(ctx, "lifeishard.nomenclature", "observed")
		after, err := c.Localities(ctx, "TM")
		Expect(err).NotTo(HaveOccurred())
		Expect(after).To(Equal(before))
	})

	It("has towns for every county", sandboxOnly, Label("counties", "localities"), func(ctx SpecContext) {
		c := l.broker(ctx)
		counties, err := c.Counties(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(counties).To(HaveLen(42))
		for _, county := range counties {
			got, err := c.Localities(ctx, county.Code)
			Expect(err).NotTo(HaveOccurred())
			Expect(got).NotTo(BeEmpty(), county.Name)
		}
	})

	It("has Romania among the countries", liveSafe, inferred, Label("countries"), func(ctx SpecContext) {
		got, err := l.broker(ctx).Countries(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(got).To(ContainElement(HaveField("ISO3", "ROU")))
	})
}
