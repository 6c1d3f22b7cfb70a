package suites

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// The personas whose insurer does something by itself, and after how long.
const (
	suspendedPersona = "aisha-alsuwaidi"
	withdrawnPersona = "omar-farouk"
	insurersPause    = 5 * time.Minute
	suspensionLasts  = time.Hour
)

// consents is what becomes of a consent, and by whom.
func (h uaeHub) consents() {
	for _, v := range uaeVersions {
		Context("of "+v.name, Label(v.name), func() {
			h.consentResource(v)
			h.transitions(v)
			h.patches(v)
			h.chains(v)
		})
	}
}

// consentResource is how a consent is told.
func (h uaeHub) consentResource(v uaeVersion) {
	all := Label("pushAuthorizationRequest", "issueToken", v.ops.consent)
	It("is told as it was asked for", sandboxOnly, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		asked := asking{
			ID: aUUID(), Base: aUUID(), Permissions: []uae.Permission{uae.ReadPolicies, uae.ReadProduct},
			OnBehalfOf: &uae.OnBehalfOf{TradingName: "Ever Compare", LegalName: "Ever Compare LLC", IdentifierType: "Other", Identifier: "CN-1"},
			Events:     &uae.Webhook{URL: "http://127.0.0.1:9/events?a=1&b=2", IsActive: false},
		}
		before := h.now(ctx)
		pending := p.push(ctx, asked)
		got := p.consent(ctx, pending.ConsentID)
		Expect(got.Data.ID).To(Equal(asked.ID))
		Expect(got.Data.Base).To(Equal(asked.Base))
		Expect(got.Data.Permissions).To(Equal(asked.Permissions))
		Expect(got.Data.OnBehalfOf).To(Equal(asked.OnBehalfOf))
		Expect(got.Data.Status).To(Equal(uae.AwaitingAuthorization))
		Expect(got.Data.RevokedBy).To(BeEmpty())
		Expect(got.Subscription.Webhook).To(Equal(*asked.Events))
		Expect(got.Meta).To(Equal(&uae.Meta{}))
		Expect(got.Links).To(Equal(uae.Links{Self: h.at(v.face(), "/insurance-consents/"+asked.ID)}))
		created, err := got.Data.Created.Time()
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeTemporally("~", before, time.Minute))
		Expect(got.Data.Set).To(Equal(got.Data.Created))
	})

	It("has no Subscription where none was asked for", sandboxOnly, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		Expect(p.consent(ctx, p.push(ctx, asking{}).ConsentID).Subscription).To(BeNil())
	})

	It("tells the permission of payment details by the name of its version", sandboxOnly, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		got := p.consent(ctx, p.push(ctx, asking{Permissions: []uae.Permission{uae.ReadPolicies, uae.ReadPaymentDetails}}).ConsentID)
		want := map[string]uae.Permission{uaeRC1.name: uae.ReadPaymentDetails, uaeV12.name: uae.ReadPaymentDetailsShort}[v.name]
		Expect(got.Data.Permissions).To(Equal([]uae.Permission{uae.ReadPolicies, want}))
	})

	It("is not there where nobody asked for it", liveSafe, inferred, Label("issueToken", v.ops.consent), func(ctx SpecContext) {
		_, err := h.party(ctx, v).look(ctx, aUUID())
		Expect(err).To(MatchError(uae.ErrNotFound))
	})

	It("is not told under the address of another version", sandboxOnly, inferred, all, Label(otherVersion(v).ops.consent), func(ctx SpecContext) {
		id := h.party(ctx, v).push(ctx, asking{}).ConsentID
		_, err := h.party(ctx, otherVersion(v)).look(ctx, id)
		Expect(err).To(MatchError(uae.CodeConsentInvalid))
	})
}

func otherVersion(v uaeVersion) uaeVersion {
	if v.name == uaeRC1.name {
		return uaeV12
	}
	return uaeRC1
}

// brought is a consent that came to a status in the way in which it does; the
// world's clock moves on for some.
func (p *thirdParty) brought(ctx SpecContext, status uae.ConsentStatus) string {
	GinkgoHelper()
	a := asking{Events: &uae.Webhook{URL: "http://127.0.0.1:9/events", IsActive: false}}
	var id string
	switch status {
	case uae.AwaitingAuthorization:
		id = p.push(ctx, a).ConsentID
	case uae.Rejected:
		pending := p.push(ctx, a)
		p.decided(ctx, pending, no())
		id = pending.ConsentID
	case uae.Suspended:
		id = p.granted(ctx, a, yes(suspendedPersona)).ID
		p.hub.advance(ctx, insurersPause)
	case uae.Expired:
		a.For = time.Hour
		id = p.granted(ctx, a, yes(hamad)).ID
		p.hub.advance(ctx, time.Hour)
	case uae.Revoked:
		id = p.granted(ctx, a, yes(hamad)).ID
		_, err := p.Revoke(ctx, uae.Visit{}, id, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
	case uae.Authorized:
		id = p.granted(ctx, a, yes(hamad)).ID
	}
	Expect(p.status(ctx, id)).To(Equal(status))
	return id
}

// transitions are who may take a consent where.
func (h uaeHub) transitions(v uaeVersion) {
	all := v.journey(v.ops.consent, v.ops.patch, v.ops.list)
	DescribeTable("may be revoked by its third party when it is", sandboxOnly, all,
		func(ctx SpecContext, from uae.ConsentStatus) {
			p := h.alone(ctx, "from-"+lower(from)+"-"+v.name).party(ctx, v)
			id := p.brought(ctx, from)
			later := p.hub.advance(ctx, time.Second)
			_, err := p.Revoke(ctx, uae.Visit{}, id, uae.ByCustomerAtTPP)
			Expect(err).NotTo(HaveOccurred())
			got := p.consent(ctx, id).Data
			Expect(got.Status).To(Equal(uae.Revoked))
			Expect(got.RevokedBy).To(Equal(uae.ByCustomerAtTPP))
			changed, err := got.Set.Time()
			Expect(err).NotTo(HaveOccurred())
			Expect(changed).To(BeTemporally("~", later, time.Second))
		},
		Entry("AwaitingAuthorization", uae.AwaitingAuthorization),
		Entry("Authorized", uae.Authorized),
		Entry("Suspended", uae.Suspended),
	)

	DescribeTable("stays as it is once it is", sandboxOnly, all,
		func(ctx SpecContext, final uae.ConsentStatus) {
			p := h.alone(ctx, "final-"+lower(final)+"-"+v.name).party(ctx, v)
			id := p.brought(ctx, final)
			before := p.consent(ctx, id)
			_, err := p.Revoke(ctx, uae.Visit{}, id, uae.ByTPP)
			Expect(err).To(MatchError(uae.CodeConsentRule))
			_, err = p.Subscribe(ctx, uae.Visit{}, id, "http://127.0.0.1:9/another")
			Expect(err).To(MatchError(uae.CodeConsentRule))
			p.hub.advance(ctx, 48*time.Hour)
			after := p.consent(ctx, id)
			Expect(after.Data).To(Equal(before.Data))
			Expect(after.Subscription).To(Equal(before.Subscription))
		},
		Entry("Rejected", uae.Rejected),
		Entry("Revoked", uae.Revoked),
		Entry("Expired", uae.Expired),
	)

	It("is suspended by the insurer, and goes on after that", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.alone(ctx, "suspended-"+v.name).party(ctx, v)
		given := p.granted(ctx, asking{}, yes(suspendedPersona))
		_, err := p.list(ctx, given.Visit)
		Expect(err).NotTo(HaveOccurred())
		p.hub.advance(ctx, insurersPause)
		Expect(p.status(ctx, given.ID)).To(Equal(uae.Suspended))
		_, err = p.list(ctx, given.Visit)
		Expect(err).To(MatchError(uae.CodeAccessBlocked))
		p.hub.advance(ctx, suspensionLasts)
		Expect(p.status(ctx, given.ID)).To(Equal(uae.Authorized))
		_, err = p.list(ctx, given.Visit)
		Expect(err).NotTo(HaveOccurred())
	})

	It("is withdrawn by the customer at the insurer", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.alone(ctx, "withdrawn-"+v.name).party(ctx, v)
		given := p.granted(ctx, asking{}, yes(withdrawnPersona))
		p.hub.advance(ctx, insurersPause)
		got := p.consent(ctx, given.ID).Data
		Expect(got.Status).To(Equal(uae.Revoked))
		Expect(got.RevokedBy).To(Equal(uae.ByCustomerAtInsurer))
		_, err := p.list(ctx, given.Visit)
		Expect(err).To(MatchError(uae.CodeConsentRevoked))
	})

	It("expires by the clock, to the second", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "expires-"+v.name).party(ctx, v)
		given := p.granted(ctx, asking{For: time.Hour}, yes(hamad))
		p.hub.advance(ctx, time.Hour-time.Second)
		_, err := p.list(ctx, given.Visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(p.status(ctx, given.ID)).To(Equal(uae.Authorized))
		p.hub.advance(ctx, time.Second)
		got := p.consent(ctx, given.ID).Data
		Expect(got.Status).To(Equal(uae.Expired))
		ended, err := got.Set.Time()
		Expect(err).NotTo(HaveOccurred())
		due, err := got.Expires.Time()
		Expect(err).NotTo(HaveOccurred())
		Expect(ended).To(BeTemporally("==", due))
		_, err = p.list(ctx, given.Visit)
		Expect(err).To(MatchError(uae.CodeConsentInvalid))
	})

	It("does not come about once its time is over", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.alone(ctx, "past-"+v.name).party(ctx, v)
		pending := p.push(ctx, asking{For: time.Minute})
		page := p.visit(ctx, pending)
		p.hub.advance(ctx, time.Minute)
		back := p.back(p.hub.say(ctx, page.ID, yes(hamad, page.persona(hamad).policies()...)))
		_, err := p.Callback(pending, back)
		Expect(err).To(MatchError(uae.InvalidRequest))
	})
}

// patches are what a third party may change.
func (h uaeHub) patches(v uaeVersion) {
	all := v.journey(v.ops.consent, v.ops.patch)
	DescribeTable("takes the patch", sandboxOnly, all,
		func(ctx SpecContext, body string, status uae.ConsentStatus) {
			p := h.party(ctx, v)
			id := p.brought(ctx, uae.Authorized)
			got := p.patchWith(ctx, id, body, "application/json")
			Expect(got.status).To(Equal(http.StatusNoContent), "%s", got)
			Expect(got.body).To(BeEmpty())
			Expect(p.status(ctx, id)).To(Equal(status))
		},
		Entry("of nothing", `{}`, uae.Authorized),
		Entry("of empty Data", `{"Data":{}}`, uae.Authorized),
		Entry("that revokes, and does not say for whom", `{"Data":{"Status":"Revoked"}}`, uae.Revoked),
		Entry("that revokes for the third party", `{"Data":{"Status":"Revoked","RevokedBy":"TPP"}}`, uae.Revoked),
		Entry("that revokes and subscribes", `{"Data":{"Status":"Revoked"},"Subscription":{"Webhook":{"IsActive":false}}}`, uae.Revoked),
		Entry("of the subscription alone", `{"Subscription":{"Webhook":{"IsActive":true}}}`, uae.Authorized),
	)

	DescribeTable("takes no patch", sandboxOnly, inferred, all,
		func(ctx SpecContext, body, code string) {
			p := h.party(ctx, v)
			id := p.brought(ctx, uae.Authorized)
			before := p.consent(ctx, id)
			got := p.patchWith(ctx, id, body, "application/json")
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			Expect(got.code()).To(Equal(code), "%s", got)
			after := p.consent(ctx, id)
			Expect(after.Data).To(Equal(before.Data))
			Expect(after.Subscription).To(Equal(before.Subscription))
		},
		Entry("to another status", `{"Data":{"Status":"Authorized"}}`, "Body.InvalidFormat"),
		Entry("to a status in small letters", `{"Data":{"Status":"revoked"}}`, "Body.InvalidFormat"),
		Entry("in the insurer's name", `{"Data":{"Status":"Revoked","RevokedBy":"LFI"}}`, "Consent.BusinessRuleViolation"),
		Entry("in the name of a customer at the insurer", `{"Data":{"Status":"Revoked","RevokedBy":"LFI.InitiatedByUser"}}`, "Consent.BusinessRuleViolation"),
		Entry("of RevokedBy alone", `{"Data":{"RevokedBy":"TPP"}}`, "Consent.BusinessRuleViolation"),
		Entry("by somebody else", `{"Data":{"Status":"Revoked","RevokedBy":"Somebody"}}`, "Body.InvalidFormat"),
		Entry("of IsActive in a text", `{"Subscription":{"Webhook":{"IsActive":"true"}}}`, "Body.InvalidFormat"),
		Entry("that is a list", `[]`, "Body.InvalidFormat"),
		Entry("that ends early", `{"Data":`, "Body.InvalidFormat"),
	)

	It("has no more permissions by a patch", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		id := p.granted(ctx, asking{Permissions: []uae.Permission{uae.ReadPolicies}}, yes(hamad)).ID
		before := p.consent(ctx, id)
		// rc1's objects are not said to be closed: there it may be let through, unheard.
		p.patchWith(ctx, id, `{"Data":{"Permissions":["ReadMotorInsurancePolicies","ReadMotorInsuranceTransactions"]}}`, "application/json")
		Expect(p.consent(ctx, id).Data).To(Equal(before.Data))
	})

	It("gets an address for events only together with it", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		id := p.granted(ctx, asking{}, yes(hamad)).ID
		_, err := p.Subscribe(ctx, uae.Visit{}, id, "")
		Expect(err).To(MatchError(uae.CodeConsentRule))
		_, err = p.Subscribe(ctx, uae.Visit{}, id, "http://127.0.0.1:9/events")
		Expect(err).NotTo(HaveOccurred())
		Expect(p.consent(ctx, id).Subscription.Webhook).To(Equal(uae.Webhook{URL: "http://127.0.0.1:9/events", IsActive: true}))
		_, err = p.Unsubscribe(ctx, uae.Visit{}, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(p.consent(ctx, id).Subscription.Webhook).To(Equal(uae.Webhook{URL: "http://127.0.0.1:9/events", IsActive: false}))
	})

	It("is not patched by another client", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p, other := h.party(ctx, uaeV12), h.registered(ctx)
		id := p.brought(ctx, uae.Authorized)
		_, err := other.Revoke(ctx, uae.Visit{}, id, uae.ByTPP)
		Expect(err).To(MatchError(uae.ErrNotFound))
		Expect(p.status(ctx, id)).To(Equal(uae.Authorized))
	})
}

// patchWith sends a patch as it stands.
func (p *thirdParty) patchWith(ctx SpecContext, id, body, media string) heard {
	GinkgoHelper()
	return p.hub.call(ctx, said{
		method: http.MethodPatch, address: p.hub.at(p.version.face(), "/insurance-consents/"+id), body: body,
		header: []string{"Authorization", "Bearer " + p.ownToken(ctx), "Content-Type", media, "Accept", "application/json"},
	})
}

func (p *thirdParty) ownToken(ctx SpecContext) string {
	GinkgoHelper()
	token, err := p.OwnToken(ctx)
	Expect(err).NotTo(HaveOccurred())
	return token.AccessToken
}

// chains are consents under the id of their first.
func (h uaeHub) chains(v uaeVersion) {
	all := Label("pushAuthorizationRequest", "issueToken", v.ops.chain)
	It("is found with its renewals, in the order in which they came", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		root := p.push(ctx, asking{}).ConsentID
		want := []string{root}
		for range 3 {
			want = append(want, p.push(ctx, asking{Base: root}).ConsentID)
		}
		got, err := p.chain(ctx, root)
		Expect(err).NotTo(HaveOccurred())
		var ids []string
		for _, one := range got.Data {
			ids = append(ids, one.ID)
		}
		Expect(ids).To(Equal(want))
		Expect(got.Links.Self).To(Equal(h.at(v.face(), "/insurance-consents?BaseConsentId="+root)))
		Expect(got.Meta).To(BeNil())
	})

	It("has no renewals where nobody made one", liveSafe, Label("issueToken", v.ops.chain), func(ctx SpecContext) {
		got, err := h.party(ctx, v).chain(ctx, aUUID())
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Data).To(BeEmpty())
	})

	It("is asked for with the id of the first, in either spelling", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		root := p.push(ctx, asking{}).ConsentID
		ask := func(query string) heard {
			return h.call(ctx, said{
				method: http.MethodGet, address: h.at(v.face(), "/insurance-consents"+query),
				header: []string{"Authorization", "Bearer " + p.ownToken(ctx), "Accept", "application/json"},
			})
		}
		Expect(ask("?BaseConsentId=" + root).body).To(ContainSubstring(root))
		Expect(ask("?baseConsentId=" + root).body).To(ContainSubstring(root))
		for _, query := range []string{"", "?BaseConsentId="} {
			got := ask(query)
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			Expect(got.code()).To(Equal("Resource.InvalidFormat"))
		}
	})
}
