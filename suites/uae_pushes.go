package suites

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// pushes is what a request object may be, and what it may not.
func (h uaeHub) pushes() {
	h.takenRequests()
	h.refusedRequests()
	h.refusedConsents()
	h.refusedOnLive()
	h.pushSettings()
	h.assertions("/par", func(p *thirdParty, ctx SpecContext) url.Values {
		return url.Values{"client_id": {p.options.ClientID}, "request": {p.signed(p.requestClaims(ctx), signature{})}}
	})

	It("is good once for each consent", sandboxOnly, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		request := p.signed(p.requestClaims(ctx), signature{})
		Expect(h.form(ctx, "/par", p.pushForm(request)).status).To(Equal(http.StatusCreated))
		again := h.form(ctx, "/par", p.pushForm(request))
		Expect(again.status).To(Equal(http.StatusBadRequest), "%s", again)
		Expect(again.code()).To(Equal("invalid_request"))
	})

	It("needs a body, which is a form", sandboxOnly, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		got := h.form(ctx, "/par", p.proven(url.Values{}))
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
		Expect(got.code()).To(Equal("invalid_request"))
		got = h.call(ctx, said{
			method: http.MethodPost, address: h.at(uaeAuthFace, "/par"), body: `{"request":"x"}`, header: []string{"Content-Type", "application/json"},
		})
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
	})

	It("is refused where it is longer than anybody's", sandboxOnly, Label("issueToken"), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		for _, path := range []string{"/par", "/token"} {
			form := p.pushForm(strings.Repeat("a", 2<<20))
			got := h.form(ctx, path, form)
			Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
		}
	})

	It("is not asked for with another method", sandboxOnly, inferred, func(ctx SpecContext) {
		got := h.call(ctx, said{method: http.MethodGet, address: h.at(uaeAuthFace, "/par")})
		Expect(got.status).To(Equal(http.StatusMethodNotAllowed), "%s", got)
		Expect(got.body).To(BeEmpty())
	})
}

// bent is a request object with something changed in it.
type bent func(SpecContext, *thirdParty) claims

// claiming is a bent that sets claims.
func claiming(changes claims) bent {
	return func(ctx SpecContext, p *thirdParty) claims { return p.requestClaims(ctx).with(changes) }
}

// dated sets claims to seconds from now.
func dated(seconds map[string]int64) bent {
	return func(ctx SpecContext, p *thirdParty) claims {
		c := p.requestClaims(ctx)
		for name, after := range seconds {
			c[name] = p.options.Now().Unix() + after
		}
		return c
	}
}

// consenting is a bent that sets members of the consent.
func consenting(changes claims) bent {
	return func(ctx SpecContext, p *thirdParty) claims {
		return p.requestClaims(ctx, p.detail(ctx).with(claims{"consent": p.consentClaims(ctx).with(changes)}))
	}
}

// detailing is a bent that sets members of the one item of authorization_details.
func detailing(changes claims) bent {
	return func(ctx SpecContext, p *thirdParty) claims { return p.requestClaims(ctx, p.detail(ctx).with(changes)) }
}

// takenRequests are the liberties that a client has.
func (h uaeHub) takenRequests() {
	taken := func(ctx SpecContext, v uaeVersion, b bent) {
		p := h.party(ctx, v)
		c := b(ctx, p)
		got := h.form(ctx, "/par", p.pushForm(p.signed(c, signature{})))
		Expect(got.status).To(Equal(http.StatusCreated), "%s", got)
	}
	DescribeTable("may be made otherwise:", sandboxOnly, taken,
		Entry("for a list of audiences with the issuer among them", uaeV12, bent(func(ctx SpecContext, p *thirdParty) claims {
			return p.requestClaims(ctx).with(claims{"aud": []string{"https://another.example", h.issuer()}})
		})),
		Entry("with the claims that JWT libraries add", uaeV12, claiming(claims{"iat": 1, "jti": "one", "sub": "somebody"})),
		Entry("with the scopes in another order", uaeV12, claiming(claims{"scope": "insurance openid"})),
		Entry("with response_mode query", uaeV12, claiming(claims{"response_mode": "query"})),
		Entry("with a max_age", uaeV12, claiming(claims{"max_age": 3600})),
		Entry("with an encrypted login_hint", uaeV12, claiming(claims{"login_hint": "a.b.c.d.e"})),
		Entry("signed nine minutes ago", uaeV12, dated(map[string]int64{"nbf": -540, "exp": 30})),
		Entry("with the short name of the payment permission", uaeV12,
			consenting(claims{"Permissions": []string{string(uae.ReadPolicies), string(uae.ReadPaymentDetailsShort)}})),
		Entry("on behalf of somebody", uaeV12,
			consenting(claims{"OnBehalfOf": claims{"TradingName": "Compare", "LegalName": "Compare LLC", "IdentifierType": "Other", "Identifier": "1"}})),
		Entry("until a year from now", uaeV12, bent(func(ctx SpecContext, p *thirdParty) claims {
			until := h.now(ctx).AddDate(1, 0, 0).Add(-time.Minute).Format(time.RFC3339)
			return consenting(claims{"ExpirationDateTime": until})(ctx, p)
		})),
		Entry("in rc1 without a purpose", uaeRC1, consenting(claims{"Purpose": nil})),
		Entry("in rc1 with several purposes", uaeRC1, consenting(claims{"Purpose": []string{"MotorInsuranceQuote", "CreditAssessment", "Other"}})),
		Entry("in rc1 with the capitals of its guide", uaeRC1, bent(func(ctx SpecContext, p *thirdParty) claims {
			return p.requestClaims(ctx, claims{
				"Type": p.version.kind(), "Consent": p.consentClaims(ctx),
				"Subscription": claims{"Webhook": claims{"Url": "http://127.0.0.1:9/events", "IsActive": false}},
			})
		})),
	)

	It("may come without client_id in the form", sandboxOnly, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		form := p.pushForm(p.signed(p.requestClaims(ctx), signature{}))
		form.Del("client_id")
		got := h.form(ctx, "/par", form)
		Expect(got.status).To(Equal(http.StatusCreated), "%s", got)
		var said struct {
			RequestURI string `json:"request_uri"`
			ExpiresIn  int    `json:"expires_in"`
		}
		got.read(&said)
		Expect(said.RequestURI).To(HavePrefix("urn:ietf:params:oauth:request_uri:"))
		Expect(said.ExpiresIn).To(Equal(600))
	})
}

// declinesPush expects a push to be refused, and to have left no consent behind.
func (h uaeHub) declinesPush(ctx SpecContext, p *thirdParty, c claims, by signature, code string) {
	GinkgoHelper()
	got := h.form(ctx, "/par", p.pushForm(p.signed(c, by)))
	Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
	Expect(got.code()).To(Equal(code), "%s", got)
	details, _ := c["authorization_details"].([]any)
	for _, one := range details {
		asked, _ := one.(claims)["consent"].(claims)
		if id, _ := asked["ConsentId"].(string); len(id) == len(aUUID()) {
			_, err := p.look(ctx, id)
			Expect(err).To(HaveOccurred())
			if !h.live() { // how a hub says so is not published
				Expect(err).To(MatchError(uae.ErrNotFound))
			}
		}
	}
}

// refusedRequests are the rules of the request object.
func (h uaeHub) refusedRequests() {
	DescribeTable("is refused, and stages nothing:", liveBinds, Label(uaeV12.ops.consent, "issueToken"),
		func(ctx SpecContext, b bent, code string) {
			p := h.party(ctx, uaeV12)
			h.declinesPush(ctx, p, b(ctx, p), signature{}, code)
		},
		Entry("without iss", claiming(claims{"iss": nil}), "invalid_request"),
		Entry("by another iss", claiming(claims{"iss": "another"}), "invalid_request"),
		Entry("without client_id", claiming(claims{"client_id": nil}), "invalid_request"),
		Entry("for another client_id", claiming(claims{"client_id": "another"}), "invalid_request"),
		Entry("without aud", claiming(claims{"aud": nil}), "invalid_request"),
		Entry("for another audience", claiming(claims{"aud": "https://auth1.another.example"}), "invalid_request"),
		Entry("for the endpoint", bent(func(ctx SpecContext, p *thirdParty) claims {
			return p.requestClaims(ctx).with(claims{"aud": h.at(uaeAuthFace, "/par")})
		}), "invalid_request"),
		Entry("without exp", claiming(claims{"exp": nil}), "invalid_request"),
		Entry("without nbf", claiming(claims{"nbf": nil}), "invalid_request"),
		Entry("with more than 600 seconds from nbf to exp", dated(map[string]int64{"nbf": -10, "exp": 600}), "invalid_request"),
		Entry("that has expired", dated(map[string]int64{"nbf": -400, "exp": -120}), "invalid_request"),
		Entry("signed more than 600 seconds ago", dated(map[string]int64{"nbf": -700, "exp": -101}), "invalid_request"),
		Entry("from the future", dated(map[string]int64{"nbf": 120, "exp": 300}), "invalid_request"),
		Entry("for a response_type token", claiming(claims{"response_type": "token"}), "invalid_request"),
		Entry("without response_type", claiming(claims{"response_type": nil}), "invalid_request"),
		Entry("with response_mode fragment", claiming(claims{"response_mode": "fragment"}), "invalid_request"),
		Entry("without redirect_uri", claiming(claims{"redirect_uri": nil}), "invalid_request"),
		Entry("to a redirect_uri that is not registered", claiming(claims{"redirect_uri": "https://evil.example/callback"}), "invalid_request"),
		Entry("without scope", claiming(claims{"scope": nil}), "invalid_scope"),
		Entry("without insurance", claiming(claims{"scope": "openid"}), "invalid_scope"),
		Entry("with accounts, too", claiming(claims{"scope": "openid insurance accounts"}), "invalid_scope"),
		Entry("with the method plain", claiming(claims{"code_challenge_method": "plain"}), "invalid_request"),
		Entry("without the method", claiming(claims{"code_challenge_method": nil}), "invalid_request"),
		Entry("with a challenge that is no digest", claiming(claims{"code_challenge": "short"}), "invalid_request"),
		Entry("with a claim that there is not", claiming(claims{"prompt": "login"}), "invalid_request"),
		Entry("with a max_age of more than an hour", claiming(claims{"max_age": 3601}), "invalid_request"),
		Entry("with a login_hint in the clear", claiming(claims{"login_hint": "784-1985-1234567-1"}), "invalid_request"),
	)

	DescribeTable("is refused for how it is signed, and stages nothing:", liveBinds, Label(uaeV12.ops.consent, "issueToken"),
		func(ctx SpecContext, by signature) {
			p := h.party(ctx, uaeV12)
			h.declinesPush(ctx, p, p.requestClaims(ctx), by, "invalid_request")
		},
		Entry("with RS256", signature{algorithm: jose.RS256}),
		Entry("with PS512", signature{algorithm: jose.PS512}),
		Entry("with a key that nobody knows", signature{key: new(freshKey())}),
		Entry("with another key under the client's kid", signature{key: &uae.Key{ID: h.ownKeyID(), Private: freshKey().Private}}),
	)
}

// ownKeyID is the kid of the target's client; a spec with a key that cannot be
// read fails elsewhere.
func (h uaeHub) ownKeyID() string {
	key, _ := uae.ParseKey([]byte(h.Credentials["private_jwk"]))
	return key.ID
}

// refusedConsents are the rules of authorization_details.
func (h uaeHub) refusedConsents() {
	refused := func(ctx SpecContext, v uaeVersion, b bent) {
		p := h.party(ctx, v)
		h.declinesPush(ctx, p, b(ctx, p), signature{}, "invalid_request")
	}
	hook := func(webhook claims) bent { return detailing(claims{"subscription": claims{"Webhook": webhook}}) }
	inDays := func(days int) bent {
		return func(ctx SpecContext, p *thirdParty) claims {
			return consenting(claims{"ExpirationDateTime": h.now(ctx).AddDate(0, 0, days).Format(time.RFC3339)})(ctx, p)
		}
	}
	for _, v := range uaeVersions {
		DescribeTable("for no good consent of "+v.name+" is refused, and stages nothing:", liveBinds, Label(v.name, v.ops.consent, "issueToken"), refused,
			Entry("an empty one", v, detailing(claims{"consent": claims{}})),
			Entry("none", v, detailing(claims{"consent": nil})),
			Entry("a member beside it that there is not", v, detailing(claims{"locations": []string{"x"}})),
			Entry("a member in it that there is not", v, consenting(claims{"Note": "hello"})),
			Entry("without ConsentId", v, consenting(claims{"ConsentId": nil})),
			Entry("a ConsentId that is no UUID", v, consenting(claims{"ConsentId": "aac-1"})),
			Entry("a ConsentId of UUID version 1", v, consenting(claims{"ConsentId": "2c1d43b8-bc8e-11ee-a506-0242ac120002"})),
			Entry("without Permissions", v, consenting(claims{"Permissions": nil})),
			Entry("no Permissions", v, consenting(claims{"Permissions": []string{}})),
			Entry("a permission that there is not", v, consenting(claims{"Permissions": []string{"ReadInsurancePoliciesMotor"}})),
			Entry("Permissions in a text", v, consenting(claims{"Permissions": "ReadMotorInsurancePolicies"})),
			Entry("without ExpirationDateTime", v, consenting(claims{"ExpirationDateTime": nil})),
			Entry("an offset without a colon", v, consenting(claims{"ExpirationDateTime": "2099-05-02T00:00:00+0300"})),
			Entry("an expiry that is past", v, inDays(-1)),
			Entry("an expiry in more than a year", v, inDays(367)),
			Entry("an empty BaseConsentId", v, consenting(claims{"BaseConsentId": ""})),
			Entry("an OnBehalfOf with a member that there is not", v, consenting(claims{"OnBehalfOf": claims{"Name": "x"}})),
			Entry("an OnBehalfOf with another IdentifierType", v, consenting(claims{"OnBehalfOf": claims{"IdentifierType": "Passport"}})),
			Entry("a subscription without a Webhook", v, detailing(claims{"subscription": claims{}})),
			Entry("a webhook without Url", v, hook(claims{"IsActive": true})),
			Entry("a webhook without IsActive", v, hook(claims{"Url": "http://127.0.0.1:9/"})),
			Entry("a webhook by another scheme", v, hook(claims{"Url": "ftp://127.0.0.1/", "IsActive": true})),
			Entry("a webhook with a member that there is not", v, hook(claims{"Url": "http://127.0.0.1:9/", "IsActive": true, "Secret": "x"})),
		)
	}

	DescribeTable("in the words of the other version is refused:", liveBinds, Label(uaeV12.ops.consent, uaeRC1.ops.consent, "issueToken"), refused,
		Entry("rc1's Purpose in v1.2", uaeV12, consenting(claims{"Purpose": []string{"MotorInsuranceQuote"}})),
		Entry("v1.2 without OpenFinanceBilling", uaeV12, consenting(claims{"OpenFinanceBilling": nil})),
		Entry("v1.2 with a purpose of a later version", uaeV12, consenting(claims{"OpenFinanceBilling": claims{"Purpose": "Other"}})),
		Entry("v1.2 with a list of purposes", uaeV12, consenting(claims{"OpenFinanceBilling": claims{"Purpose": []string{"QuoteComparison"}}})),
		Entry("v1.2 with what the hub alone tells", uaeV12, consenting(claims{"OpenFinanceBilling": claims{"Purpose": "QuoteComparison", "IsLargeCorporate": true}})),
		Entry("v1.2 in capitals", uaeV12, bent(func(ctx SpecContext, p *thirdParty) claims {
			return p.requestClaims(ctx, claims{"type": p.version.kind(), "Consent": p.consentClaims(ctx)})
		})),
		Entry("OpenFinanceBilling in rc1", uaeRC1, consenting(claims{"OpenFinanceBilling": claims{"Purpose": "QuoteComparison"}})),
		Entry("rc1 with a purpose of v1.2", uaeRC1, consenting(claims{"Purpose": []string{"QuoteComparison"}})),
		Entry("rc1 with one purpose in a text", uaeRC1, consenting(claims{"Purpose": "MotorInsuranceQuote"})),
	)

	It("of a type that the client is not registered for is refused", liveBinds, inferred, Label(uaeV12.ops.consent, "issueToken"), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		for _, kind := range []any{"urn:openfinanceuae:account-access-consent:v1.2", "urn:openfinanceuae:insurance-consent:v9.9", nil} {
			h.declinesPush(ctx, p, p.requestClaims(ctx, p.detail(ctx).with(claims{"type": kind})), signature{}, "unauthorized_client")
		}
	})
}

// refusedOnLive are requests that stage nothing at any hub, since there is nothing
// in them to stage or no way to take it for one.
func (h uaeHub) refusedOnLive() {
	DescribeTable("of which no hub could make a consent is refused:", liveSafe,
		func(ctx SpecContext, b bent, by signature) {
			p := h.party(ctx, uaeV12)
			got := h.form(ctx, "/par", p.pushForm(p.signed(b(ctx, p), by)))
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			Expect(got.code()).To(HavePrefix("invalid_"), "%s", got)
		},
		Entry("signed with RS256", claiming(nil), signature{algorithm: jose.RS256}),
		Entry("without a proof of key", claiming(claims{"code_challenge": nil, "code_challenge_method": nil}), signature{}),
		Entry("without authorization_details", claiming(claims{"authorization_details": nil}), signature{}),
		Entry("with empty authorization_details", claiming(claims{"authorization_details": []any{}}), signature{}),
		Entry("with two items", bent(func(ctx SpecContext, p *thirdParty) claims {
			return p.requestClaims(ctx, p.detail(ctx), p.detail(ctx))
		}), signature{}),
	)

	DescribeTable("that is no JWT is refused:", liveSafe,
		func(ctx SpecContext, text string) {
			p := h.party(ctx, uaeV12)
			got := h.form(ctx, "/par", p.pushForm(text))
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			Expect(got.code()).To(Equal("invalid_request"))
		},
		Entry("a word", "hello"),
		Entry("three words", "a.b.c"),
		Entry("without a signature", "eyJhbGciOiJub25lIn0.e30."),
		Entry("encrypted", strings.Repeat("eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0.", 4)+"x"),
	)
}

// pushSettings are what the sources leave open about a push.
func (h uaeHub) pushSettings() {
	It("may ask for the scope insurance alone, where the hub is set so", sandboxOnly, Label("authorize", "decideInteraction", "issueToken", uaeV12.ops.list),
		func(ctx SpecContext) {
			there := h.alone(ctx, "scope")
			there.set(ctx, "uae.scope", "insurance-too")
			p := there.party(ctx, uaeV12)
			got := there.form(ctx, "/par", p.pushForm(p.signed(p.requestClaims(ctx).with(claims{"scope": "insurance"}), signature{})))
			Expect(got.status).To(Equal(http.StatusCreated), "%s", got)
			var pushed struct {
				RequestURI string `json:"request_uri"`
			}
			got.read(&pushed)
			visited := p.goTo(ctx, &uae.Pending{RequestURI: pushed.RequestURI})
			var page interaction
			visited.read(&page)
			back := p.back(there.say(ctx, page.ID, yes(hamad, page.persona(hamad).policies()...)))
			given := there.form(ctx, "/token", p.proven(p.codeForm(back.Get("code"))))
			Expect(given.status).To(Equal(http.StatusOK), "%s", given)
			var token struct {
				Access string `json:"access_token"`
				Scope  string
			}
			given.read(&token)
			Expect(token.Scope).To(Equal("insurance"))
			_, err := p.list(ctx, uae.Visit{Session: p.Session(uae.Token{AccessToken: token.Access})})
			Expect(err).NotTo(HaveOccurred())
		})

	It("must ask for openid, too, where the hub is not set so", sandboxOnly, func(ctx SpecContext) {
		there := h.alone(ctx, "openid")
		p := there.party(ctx, uaeV12)
		there.declinesPush(ctx, p, p.requestClaims(ctx).with(claims{"scope": "insurance"}), signature{}, "invalid_scope")
	})

	It("may have no state and no nonce", sandboxOnly, func(ctx SpecContext) {
		there := h.alone(ctx, "no-nonce")
		p := there.party(ctx, uaeV12)
		got := there.form(ctx, "/par", p.pushForm(p.signed(p.requestClaims(ctx).with(claims{"state": nil, "nonce": nil}), signature{})))
		Expect(got.status).To(Equal(http.StatusCreated), "%s", got)
	})

	It("must have state and nonce, where the hub is set so", sandboxOnly, func(ctx SpecContext) {
		there := h.alone(ctx, "nonce")
		there.set(ctx, "uae.nonce", "required")
		p := there.party(ctx, uaeV12)
		for _, name := range []string{"state", "nonce"} {
			there.declinesPush(ctx, p, p.requestClaims(ctx).with(claims{name: nil}), signature{}, "invalid_request")
		}
		p.push(ctx, asking{})
	})
}
