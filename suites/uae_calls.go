package suites

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// calls is what every call of the resource servers has in common.
func (h uaeHub) calls() {
	for _, v := range uaeVersions {
		Context("of "+v.name, Label(v.name), func() {
			h.bearers(v)
			h.headers(v)
			h.wrongCalls(v)
		})
	}
	h.signedPatches()
}

// places are the paths of a version, with ids of nothing.
func (v uaeVersion) places() (consents, customers []string) {
	const id = "00000000-0000-4000-8000-000000000000"
	return []string{"/insurance-consents?BaseConsentId=" + id, "/insurance-consents/" + id},
		[]string{v.policies, v.policies + "/" + id, v.policies + "/" + id + "/customer-payment-details"}
}

// get reads a path with what stands in Authorization.
func (h uaeHub) get(ctx SpecContext, v uaeVersion, path, authorization string, header ...string) heard {
	GinkgoHelper()
	if authorization != "" {
		header = append(header, "Authorization", authorization)
	}
	if !slices.Contains(header, "Accept") {
		header = append(header, "Accept", "application/json")
	}
	return h.call(ctx, said{method: http.MethodGet, address: h.at(v.face(), path), header: header})
}

// empties expects the status of a refusal that says nothing but itself: an empty
// object, or nothing at all.
func (heard heard) empties(status int) {
	GinkgoHelper()
	Expect(heard.status).To(Equal(status), "%s", heard)
	Expect(heard.body).To(BeElementOf("", "{}"))
	Expect(heard.header.Get("X-Fapi-Interaction-Id")).To(MatchRegexp(uuidForm))
}

const uuidForm = `^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`

// bearers are the tokens that open a call, and those that do not.
func (h uaeHub) bearers(v uaeVersion) {
	all := Label(v.ops.chain, v.ops.consent, v.ops.list, v.ops.one, v.ops.payment)
	DescribeTable("is not answered", liveSafe, all,
		func(ctx SpecContext, authorization string) {
			consents, customers := v.places()
			for _, path := range slices.Concat(consents, customers) {
				h.get(ctx, v, path, authorization).empties(http.StatusUnauthorized)
			}
		},
		Entry("without a token", ""),
		Entry("with a token that nobody gave", "Bearer 00000000-0000-4000-8000-000000000000"),
		Entry("with a token of another scheme", "Basic Zm9vOmJhcg=="),
		Entry("with an empty one", "Bearer "),
	)

	It("about a customer is not answered to the client's own token", liveSafe, Label(v.ops.list, "issueToken"), func(ctx SpecContext) {
		got := h.get(ctx, v, v.policies, "Bearer "+h.party(ctx, v).ownToken(ctx))
		Expect(got.status).To(Equal(http.StatusForbidden), "%s", got)
	})

	It("is answered to the token of its kind alone", sandboxOnly, inferred, all, v.journey(v.ops.patch), func(ctx SpecContext) {
		p := h.party(ctx, v)
		given := p.granted(ctx, asking{}, yes(hamad))
		consents, customers := v.places()
		for _, path := range consents {
			got := h.get(ctx, v, path, "Bearer "+given.Token.AccessToken)
			Expect(got.status).To(Equal(http.StatusForbidden), "%s", got)
			Expect(got.code()).To(Equal("AccessToken.InvalidScope"))
		}
		for _, path := range customers {
			got := h.get(ctx, v, path, "Bearer "+p.ownToken(ctx))
			Expect(got.status).To(Equal(http.StatusForbidden), "%s", got)
			Expect(got.code()).To(Equal("AccessToken.InvalidScope"))
		}
		for _, no := range []string{given.Token.RefreshToken, given.Code, given.Token.IDToken} {
			h.get(ctx, v, v.policies, "Bearer "+no).empties(http.StatusUnauthorized)
		}
		h.get(ctx, v, v.policies, "bearer "+given.Token.AccessToken)
	})

	It("is not answered after ten minutes", sandboxOnly, all, v.journey(), func(ctx SpecContext) {
		there := h.alone(ctx, "stale-"+v.name)
		p := there.party(ctx, v)
		given := p.granted(ctx, asking{}, yes(hamad))
		own := p.ownToken(ctx)
		there.advance(ctx, 10*time.Minute-time.Second)
		Expect(there.get(ctx, v, v.policies, "Bearer "+given.Token.AccessToken).status).To(Equal(http.StatusOK))
		there.advance(ctx, time.Second)
		there.get(ctx, v, v.policies, "Bearer "+given.Token.AccessToken).empties(http.StatusUnauthorized)
		there.get(ctx, v, "/insurance-consents/"+given.ID, "Bearer "+own).empties(http.StatusUnauthorized)
	})

	It("is not answered to a token of another world", sandboxOnly, inferred, all, Label("issueToken"), func(ctx SpecContext) {
		p := h.alone(ctx, "foreign-"+v.name).party(ctx, v)
		h.get(ctx, v, "/insurance-consents/"+aUUID(), "Bearer "+p.ownToken(ctx)).empties(http.StatusUnauthorized)
	})
}

// headers are what goes along with a call, both ways.
func (h uaeHub) headers(v uaeVersion) {
	all := v.journey(v.ops.list, v.ops.consent)
	It("carries the caller's interaction id back", sandboxOnly, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		given := p.granted(ctx, asking{}, yes(hamad))
		visit := given.Visit
		visit.InteractionID = aUUID()
		got, err := p.list(ctx, visit)
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Interaction.Echoed).To(Equal(visit.InteractionID))

		By("and on a refusal, too")
		refused := h.get(ctx, v, v.policies, "Bearer none", "X-Fapi-Interaction-Id", visit.InteractionID)
		Expect(refused.header.Get("X-Fapi-Interaction-Id")).To(Equal(visit.InteractionID))
	})

	It("gets an interaction id of its own where it has none, or none that is good", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.party(ctx, v)
		token := "Bearer " + p.granted(ctx, asking{}, yes(hamad)).Token.AccessToken
		first := h.get(ctx, v, v.policies, token)
		second := h.get(ctx, v, v.policies, token, "X-Fapi-Interaction-Id", "not a uuid")
		for _, got := range []heard{first, second} {
			Expect(got.status).To(Equal(http.StatusOK), "%s", got)
			Expect(got.header.Get("X-Fapi-Interaction-Id")).To(MatchRegexp(uuidForm))
		}
		Expect(first.header.Get("X-Fapi-Interaction-Id")).NotTo(Equal(second.header.Get("X-Fapi-Interaction-Id")))
	})

	DescribeTable("has a customer who is present", sandboxOnly, inferred, all,
		func(ctx SpecContext, name, value string, status int) {
			p := h.party(ctx, v)
			token := "Bearer " + p.granted(ctx, asking{}, yes(hamad)).Token.AccessToken
			got := h.get(ctx, v, v.policies, token, name, value)
			Expect(got.status).To(Equal(status), "%s", got)
			if status != http.StatusOK {
				Expect(got.code()).To(Equal("Resource.InvalidFormat"))
			}
		},
		Entry("since a day", "X-Fapi-Auth-Date", "Tue, 11 Sep 2012 19:43:31 GMT", http.StatusOK),
		Entry("since a day in UTC", "X-Fapi-Auth-Date", "Tue, 11 Sep 2012 19:43:31 UTC", http.StatusOK),
		Entry("since a day that is written otherwise", "X-Fapi-Auth-Date", "2012-09-11T19:43:31Z", http.StatusBadRequest),
		Entry("since a day of another zone", "X-Fapi-Auth-Date", "Tue, 11 Sep 2012 19:43:31 GST", http.StatusBadRequest),
		Entry("at an address", "X-Fapi-Customer-Ip-Address", "192.0.2.7", http.StatusOK),
		Entry("at a longer address", "X-Fapi-Customer-Ip-Address", "2001:db8::1", http.StatusOK),
		Entry("with a browser", "X-Customer-User-Agent", "Mozilla/5.0", http.StatusOK),
	)
}

// wrongCalls are refused by a status that says it all.
func (h uaeHub) wrongCalls(v uaeVersion) {
	all := Label(v.ops.list, v.ops.consent, v.ops.patch, "issueToken")
	It("is not acceptable for a caller who takes no JSON", liveSafe, Label(v.ops.chain, "issueToken"), func(ctx SpecContext) {
		token := "Bearer " + h.party(ctx, v).ownToken(ctx)
		h.get(ctx, v, "/insurance-consents?BaseConsentId="+aUUID(), token, "Accept", "text/html").empties(http.StatusNotAcceptable)
	})

	It("is not found where there is nothing", sandboxOnly, inferred, all, v.journey(v.ops.one, v.ops.payment), func(ctx SpecContext) {
		p := h.party(ctx, v)
		consents, customers := v.places()
		h.get(ctx, v, consents[1], "Bearer "+p.ownToken(ctx)).empties(http.StatusNotFound)
		given := p.granted(ctx, asking{}, yes(hamad))
		for _, path := range customers[1:] {
			h.get(ctx, v, path, "Bearer "+given.Token.AccessToken).empties(http.StatusNotFound)
		}
	})

	DescribeTable("is not allowed with the method", sandboxOnly, inferred, all,
		func(ctx SpecContext, method string) {
			token := h.party(ctx, v).ownToken(ctx)
			for _, path := range []string{"/insurance-consents", v.policies} {
				h.call(ctx, said{
					method: method, address: h.at(v.face(), path), header: []string{"Authorization", "Bearer " + token, "Accept", "application/json"},
				}).empties(http.StatusMethodNotAllowed)
			}
		},
		Entry("POST", http.MethodPost),
		Entry("PUT", http.MethodPut),
		Entry("DELETE", http.MethodDelete),
	)

	It("with a body of another media type is not read", sandboxOnly, all, v.journey(), func(ctx SpecContext) {
		p := h.party(ctx, v)
		id := p.brought(ctx, uae.Authorized)
		for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "application/xml"} {
			p.patchWith(ctx, id, `{"Data":{"Status":"Revoked"}}`, media).empties(http.StatusUnsupportedMediaType)
		}
		Expect(p.status(ctx, id)).To(Equal(uae.Authorized))
	})

	It("with an id that is too long is malformed", sandboxOnly, inferred, all, func(ctx SpecContext) {
		token := "Bearer " + h.party(ctx, v).ownToken(ctx)
		got := h.get(ctx, v, "/insurance-consents/"+regexp.MustCompile(`.`).ReplaceAllString(aUUID(), "longer"), token)
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
		Expect(got.code()).To(Equal("Resource.InvalidFormat"))
	})
}

// envelopeSeen is what stands around a signed body.
type envelopeSeen struct {
	Issuer   string          `json:"iss"`
	Audience []string        `json:"aud"`
	Message  json.RawMessage `json:"message"`
}

// opened is a JWT of the hub, whose signature must be right.
func (p *thirdParty) opened(ctx SpecContext, compact string) envelopeSeen {
	GinkgoHelper()
	read, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.PS256})
	Expect(err).NotTo(HaveOccurred())
	key, err := p.HubKey(ctx, read.Signatures[0].Protected.KeyID)
	Expect(err).NotTo(HaveOccurred())
	payload, err := read.Verify(key)
	Expect(err).NotTo(HaveOccurred())
	var e envelopeSeen
	Expect(json.Unmarshal(payload, &e)).To(Succeed())
	return e
}

// signedPatches are those of v1.2 that come as a JWT.
func (h uaeHub) signedPatches() {
	all := uaeV12.journey(uaeV12.ops.patch, uaeV12.ops.consent)
	revoke := claims{"Data": claims{"Status": "Revoked", "RevokedBy": "TPP"}}
	It("may be a patch that the client signed", sandboxOnly, all, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		id := p.brought(ctx, uae.Authorized)
		now := p.options.Now().Unix()
		signed := p.signed(claims{"iss": p.options.ClientID, "aud": []string{h.issuer()}, "nbf": now - 10, "exp": now + 60, "message": revoke}, signature{})
		got := p.patchWith(ctx, id, signed, "application/jwt")
		Expect(got.status).To(Equal(http.StatusNoContent), "%s", got)
		Expect(p.status(ctx, id)).To(Equal(uae.Revoked))
	})

	DescribeTable("may not be a signed patch", sandboxOnly, inferred, all,
		func(ctx SpecContext, sealed func(p *thirdParty, c claims) string, code string) {
			p := h.party(ctx, uaeV12)
			id := p.brought(ctx, uae.Authorized)
			now := p.options.Now().Unix()
			good := claims{"iss": p.options.ClientID, "aud": []string{h.issuer()}, "nbf": now - 10, "exp": now + 60, "message": revoke}
			got := p.patchWith(ctx, id, sealed(p, good), "application/jwt")
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			Expect(got.code()).To(Equal(code), "%s", got)
			Expect(p.status(ctx, id)).To(Equal(uae.Authorized))
		},
		Entry("by another key", func(p *thirdParty, c claims) string { return p.signed(c, signature{key: new(freshKey())}) }, "JWS.InvalidSignature"),
		Entry("that has expired", func(p *thirdParty, c claims) string {
			return p.signed(c.with(claims{"nbf": p.options.Now().Unix() - 7200, "exp": p.options.Now().Unix() - 3600}), signature{})
		}, "JWS.InvalidClaim"),
		Entry("of another client", func(p *thirdParty, c claims) string { return p.signed(c.with(claims{"iss": "another"}), signature{}) }, "JWS.InvalidClaim"),
		Entry("of no message", func(p *thirdParty, c claims) string { return p.signed(c.with(claims{"message": nil}), signature{}) }, "Body.InvalidFormat"),
		Entry("that is none", func(*thirdParty, claims) string { return "hello" }, "JWS.Malformed"),
	)
}
