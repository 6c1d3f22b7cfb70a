package suites

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// The printed customer of the guides, as far as they print him.
const (
	printedPolicy   = "176794ea-ee8c-4621-b824-b8cfa95db0ff"
	printedCustomer = "dcaaef9c-63cb-4c57-9f2a-a4986c4a958e"
	printedAccount  = "SA4420000001234567891234"
)

// policies is what a customer's consent opens.
func (h uaeHub) policies() {
	for _, v := range uaeVersions {
		Context("of "+v.name, Label(v.name), func() {
			h.printed(v)
			h.permissions(v)
			h.personas(v)
		})
	}
	h.signedAnswers()
}

func (h uaeHub) printed(v uaeVersion) {
	It("is the printed one of Hamad Ali", sandboxOnly, v.journey(v.ops.list, v.ops.one, v.ops.payment), func(ctx SpecContext) {
		p := h.party(ctx, v)
		given := p.granted(ctx, asking{Permissions: []uae.Permission{uae.ReadPolicies, uae.ReadCustomerBasic, uae.ReadPaymentDetails}}, yes(hamad, printedPolicy))
		one, err := p.policy(ctx, given.Visit, printedPolicy)
		Expect(err).NotTo(HaveOccurred())
		Expect(one.Data.Customer).To(Equal(&uae.Customer{CustomerID: printedCustomer, FullName: "Hamad Ali", PrimaryLanguage: "English"}))
		Expect(one.Links).To(Equal(uae.Links{Self: h.at(v.face(), v.policies+"/"+printedPolicy)}))
		list, err := p.list(ctx, given.Visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(list.Data).To(Equal([]policySeen{one.Data}))
		Expect(list.Links.Self).To(Equal(h.at(v.face(), v.policies)))
		Expect(list.Meta).To(Equal(&uae.Meta{TotalPages: new(1)}))
		paid, err := p.payment(ctx, given.Visit, printedPolicy)
		Expect(err).NotTo(HaveOccurred())
		Expect(paid.Data).To(Equal(uae.PaymentDetails{SchemeName: "IBAN", Identification: printedAccount, Name: "Mr Hamad Ali"}))
		Expect(paid.Links.Self).To(Equal(h.at(v.face(), v.policies+"/"+printedPolicy+"/customer-payment-details")))
		if v.name == uaeRC1.name {
			Expect(one.Data.Type).To(Equal("Motor"))
			Expect(one.Meta).To(BeNil())
			Expect(paid.Meta).To(BeNil())
			return
		}
		Expect(one.Meta).To(Equal(&uae.Meta{TotalPages: new(1)}))
		Expect(paid.Meta).To(Equal(&uae.Meta{}))
	})

	It("reads the same a second time, and on another day", sandboxOnly, v.journey(v.ops.list), func(ctx SpecContext) {
		p := h.alone(ctx, "same-"+v.name).party(ctx, v)
		given := p.granted(ctx, asking{}, yes(hamad))
		first, err := p.list(ctx, given.Visit)
		Expect(err).NotTo(HaveOccurred())
		p.hub.advance(ctx, 24*time.Hour)
		second, err := p.list(ctx, given.Visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(second.Data).To(Equal(first.Data))
	})
}

// opens is what one set of permissions shows of a policy.
type opens struct{ names, details, product, transactions, payment bool }

// permissions each open a part; what is not opened is left out.
func (h uaeHub) permissions(v uaeVersion) {
	all := v.journey(v.ops.list, v.ops.one, v.ops.payment)
	// This persona has a short name, papers and a job, so that each part has something to show.
	const persona = "fatima-almansoori"
	DescribeTable("is opened by permissions,", sandboxOnly, all,
		func(ctx SpecContext, want opens, more []uae.Permission) {
			p := h.party(ctx, v)
			given := p.granted(ctx, asking{Permissions: append([]uae.Permission{uae.ReadPolicies}, more...)}, yes(persona))
			list, err := p.list(ctx, given.Visit)
			Expect(err).NotTo(HaveOccurred())
			Expect(len(list.Data)).To(BeNumerically(">=", 2))
			for _, one := range list.Data {
				got := opens{product: one.Product != nil, transactions: one.Transactions != nil}
				if c := one.Customer; c != nil {
					Expect(c.CustomerID).NotTo(BeEmpty())
					Expect(c.FullName).NotTo(BeEmpty())
					got.names = c.ShortName != ""
					got.details = c.BackgroundInformation != nil && c.IdentityInformation != nil && len(c.CommunicationPreferences) > 0
					Expect(got.details || c.PermanentAddress == nil && c.EmploymentInformation == nil && c.EmergencyContacts == nil).To(BeTrue())
				}
				_, err := p.payment(ctx, given.Visit, one.ID)
				if got.payment = err == nil; !got.payment {
					Expect(err).To(MatchError(uae.CodeTokenScope))
				}
				Expect(got).To(Equal(want), "%s", one.ID)
				alone, err := p.policy(ctx, given.Visit, one.ID)
				Expect(err).NotTo(HaveOccurred())
				Expect(alone.Data).To(Equal(one))
			}
		},
		Entry("the first alone: its id", opens{}, nil),
		Entry("basic: names", opens{names: true}, []uae.Permission{uae.ReadCustomerBasic}),
		Entry("detail: the rest of the customer", opens{details: true}, []uae.Permission{uae.ReadCustomerDetail}),
		Entry("product", opens{product: true}, []uae.Permission{uae.ReadProduct}),
		Entry("transactions", opens{transactions: true}, []uae.Permission{uae.ReadTransactions}),
		Entry("payment details", opens{payment: true}, []uae.Permission{uae.ReadPaymentDetails}),
		Entry("payment details by the short name", opens{payment: true}, []uae.Permission{uae.ReadPaymentDetailsShort}),
		Entry("all of them", opens{true, true, true, true, true}, allPermissions[1:]),
	)

	It("is not opened without the first permission", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		given := p.granted(ctx, asking{Permissions: allPermissions[1:]}, yes(hamad, printedPolicy))
		_, err := p.list(ctx, given.Visit)
		Expect(err).To(MatchError(uae.CodeTokenScope))
		_, err = p.policy(ctx, given.Visit, printedPolicy)
		Expect(err).To(MatchError(uae.CodeTokenScope))
		_, err = p.payment(ctx, given.Visit, printedPolicy)
		Expect(err).To(MatchError(uae.CodeTokenScope))
	})

	It("is not found under an id that there is not, nor under one that is not shared", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		given := p.granted(ctx, asking{}, yes(persona))
		_, err := p.policy(ctx, given.Visit, printedPolicy)
		Expect(err).To(MatchError(uae.CodeAccessPermanent))
		_, err = p.payment(ctx, given.Visit, printedPolicy)
		Expect(err).To(MatchError(uae.CodeAccessPermanent))
		_, err = p.policy(ctx, given.Visit, aUUID())
		Expect(err).To(MatchError(uae.ErrNotFound))
		_, err = p.payment(ctx, given.Visit, aUUID())
		Expect(err).To(MatchError(uae.ErrNotFound))
	})

	It("is not opened under the address of another version", sandboxOnly, all, Label(otherVersion(v).ops.list), func(ctx SpecContext) {
		given := h.party(ctx, v).granted(ctx, asking{}, yes(hamad))
		other := h.party(ctx, otherVersion(v))
		_, err := other.list(ctx, uae.Visit{Session: other.Session(*given.Token)})
		Expect(err).To(MatchError(uae.CodeConsentInvalid))
	})
}

// personas have records that differ, and all that they may have is somewhere.
func (h uaeHub) personas(v uaeVersion) {
	It("of every persona can be read", sandboxOnly, v.journey(v.ops.list, v.ops.payment), func(ctx SpecContext) {
		p := h.party(ctx, v)
		page := p.visit(ctx, p.push(ctx, asking{}))
		seen := map[string]bool{}
		for _, who := range page.Personas {
			if len(who.Policies) == 0 {
				continue
			}
			given := p.granted(ctx, asking{}, yes(who.ID))
			list, err := p.list(ctx, given.Visit)
			Expect(err).NotTo(HaveOccurred())
			Expect(list.Data).To(HaveLen(len(who.Policies)))
			for _, one := range list.Data {
				Expect(seen).NotTo(HaveKey(one.ID), "two personas share a policy")
				seen[one.ID] = true
				Expect(one.Customer.FullName).To(Equal(who.Name))
			}
			_, err = p.payment(ctx, given.Visit, list.Data[0].ID)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(len(seen)).To(BeNumerically(">=", 12))
	})
}

// signedAnswers are those of v1.2 to a caller that wants them as a JWT.
func (h uaeHub) signedAnswers() {
	It("is signed by the hub for a caller that accepts application/jwt", sandboxOnly, inferred, uaeV12.journey(uaeV12.ops.list, "getJwks"), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		given := p.granted(ctx, asking{}, yes(hamad, printedPolicy))
		ask := func(media string) heard {
			return h.call(ctx, said{
				method: http.MethodGet, address: h.at(uaeV12.face(), uaeV12.policies),
				header: []string{"Authorization", "Bearer " + given.Token.AccessToken, "Accept", media},
			})
		}
		plain, signed := ask("application/json"), ask("application/jwt")
		Expect(signed.status).To(Equal(http.StatusOK), "%s", signed)
		Expect(signed.header.Get("Content-Type")).To(HavePrefix("application/jwt"))
		read := p.opened(ctx, signed.body)
		Expect(read.Issuer).To(Equal(h.issuer()))
		Expect(read.Audience).To(ContainElement(p.options.ClientID))
		Expect(read.Message).To(MatchJSON(plain.body))
	})
}
