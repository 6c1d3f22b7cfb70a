package suites

import (
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// codeForm exchanges the code of a request that was made by hand.
func (p *thirdParty) codeForm(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "client_id": {p.options.ClientID}, "code": {code},
		"redirect_uri": {p.options.RedirectURI}, "code_verifier": {aVerifier},
	}
}

func clientForm(scope string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
}

func refreshForm(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// wholeToken is the form that exchanges the code of a consent, as the client would.
func wholeToken(pending *uae.Pending, code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {pending.RedirectURI}, "code_verifier": {pending.Verifier},
	}
}

// declinesToken expects a form at the token endpoint to be refused.
func (h uaeHub) declinesToken(ctx SpecContext, p *thirdParty, form url.Values, code string) {
	GinkgoHelper()
	got := h.form(ctx, "/token", p.proven(form))
	Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
	Expect(got.code()).To(Equal(code), "%s", got)
}

// tokens is who gets one for what, and who does not.
func (h uaeHub) tokens() {
	It("of the client's own is for consents", liveSafe, Label("getDiscovery"), func(ctx SpecContext) {
		token, err := h.party(ctx, uaeV12).OwnToken(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(token.AccessToken).NotTo(BeEmpty())
		Expect(token.RefreshToken).To(BeEmpty())
		Expect(token.Details).To(BeEmpty())
		Expect(token.Scope).To(Equal("openid insurance"))
	})

	DescribeTable("is refused:", liveSafe,
		func(ctx SpecContext, form url.Values, code string) {
			h.declinesToken(ctx, h.party(ctx, uaeV12), form, code)
		},
		Entry("for no grant", url.Values{"scope": {"openid insurance"}}, "invalid_request"),
		Entry("for a grant that there is not", url.Values{"grant_type": {"password"}}, "unsupported_grant_type"),
		Entry("to the client for another scope", clientForm("openid insurance payments"), "invalid_scope"),
		Entry("without a code", url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {"x"}, "code_verifier": {aVerifier}}, "invalid_request"),
		Entry("for a code that nobody gave", url.Values{
			"grant_type": {"authorization_code"}, "code": {"none"}, "redirect_uri": {"x"}, "code_verifier": {aVerifier},
		}, "invalid_grant"),
		Entry("without a refresh token", url.Values{"grant_type": {"refresh_token"}}, "invalid_request"),
		Entry("for a refresh token that nobody gave", refreshForm("none"), "invalid_grant"),
	)

	It("is refused to the client that asks for no scope", liveSafe, inferred, func(ctx SpecContext) {
		h.declinesToken(ctx, h.party(ctx, uaeV12), url.Values{"grant_type": {"client_credentials"}}, "invalid_scope")
	})

	h.assertions("/token", func(*thirdParty, SpecContext) url.Values { return clientForm("openid insurance") })
	h.codes()
	h.refreshes()

	It("is not asked for with another method", sandboxOnly, inferred, func(ctx SpecContext) {
		got := h.call(ctx, said{method: http.MethodGet, address: h.at(uaeAuthFace, "/token")})
		Expect(got.status).To(Equal(http.StatusMethodNotAllowed), "%s", got)
	})

	It("may meet 401 for an assertion that was used, where the hub is set so", sandboxOnly, func(ctx SpecContext) {
		there := h.alone(ctx, "replay")
		there.set(ctx, "uae.replay", "401")
		p := there.party(ctx, uaeV12)
		form := p.proven(clientForm("openid insurance"))
		Expect(there.form(ctx, "/token", form).status).To(Equal(http.StatusOK))
		again := there.form(ctx, "/token", form)
		Expect(again.status).To(Equal(http.StatusUnauthorized), "%s", again)
		Expect(again.code()).To(Equal("invalid_client"))
	})
}

// codes are good once, for a few minutes, for whom they were given to.
func (h uaeHub) codes() {
	all := uaeV12.journey(uaeV12.ops.list)
	DescribeTable("is not given for a code", sandboxOnly, all,
		func(ctx SpecContext, name, value, code string) {
			p := h.party(ctx, uaeV12)
			pending := p.push(ctx, asking{})
			given := p.code(ctx, pending, yes(hamad))
			form := wholeToken(pending, given)
			if form.Set(name, value); value == "" {
				form.Del(name)
			}
			h.declinesToken(ctx, p, form, code)

			By("which is still good")
			_, err := p.Exchange(ctx, pending, given)
			Expect(err).NotTo(HaveOccurred())
		},
		Entry("with another redirect_uri", "redirect_uri", "http://127.0.0.1:9/another", "invalid_grant"),
		Entry("with another verifier", "code_verifier", aVerifier, "invalid_grant"),
		Entry("with a verifier that is too short", "code_verifier", "short", "invalid_grant"),
		Entry("without redirect_uri", "redirect_uri", "", "invalid_request"),
		Entry("without a verifier", "code_verifier", "", "invalid_request"),
	)

	It("is void once its code was used twice", sandboxOnly, all, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		given := p.granted(ctx, asking{}, yes(hamad))
		renewed, err := p.Refresh(ctx, given.Token.RefreshToken)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Exchange(ctx, given.Pending, given.Code)
		Expect(err).To(MatchError(uae.InvalidGrant))
		for _, token := range []string{given.Token.AccessToken, renewed.AccessToken} {
			_, err = p.list(ctx, uae.Visit{Session: p.Session(uae.Token{AccessToken: token})})
			Expect(err).To(MatchError(uae.ErrUnauthorized))
		}
		_, err = p.Refresh(ctx, given.Token.RefreshToken)
		Expect(err).To(MatchError(uae.InvalidGrant))
	})

	It("is not given for a code of another client", sandboxOnly, all, func(ctx SpecContext) {
		other := h.registered(ctx)
		pending := other.push(ctx, asking{})
		code := other.code(ctx, pending, yes(hamad))
		p := h.party(ctx, uaeV12)
		h.declinesToken(ctx, p, wholeToken(pending, code), "invalid_grant")
		_, err := other.Exchange(ctx, pending, code)
		Expect(err).NotTo(HaveOccurred())
	})

	It("is not given for a code that is five minutes old", sandboxOnly, inferred, all, func(ctx SpecContext) {
		there := h.alone(ctx, "code")
		p := there.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		code := p.code(ctx, pending, yes(hamad))
		there.advance(ctx, 5*time.Minute)
		_, err := p.Exchange(ctx, pending, code)
		Expect(err).To(MatchError(uae.InvalidGrant))
	})

	It("is not given once the consent has been revoked", sandboxOnly, uaeV12.journey(uaeV12.ops.patch), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		code := p.code(ctx, pending, yes(hamad))
		_, err := p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Exchange(ctx, pending, code)
		Expect(err).To(MatchError(uae.InvalidGrant))
	})
}

// refreshes bring a new token for as long as the consent lasts.
func (h uaeHub) refreshes() {
	for _, v := range uaeVersions {
		It("is renewed by the session when its ten minutes are over, in "+v.name, sandboxOnly, v.journey(v.ops.list), func(ctx SpecContext) {
			there := h.alone(ctx, "over-"+v.name)
			p := there.party(ctx, v)
			given := p.granted(ctx, asking{}, yes(hamad))
			_, err := p.list(ctx, given.Visit)
			Expect(err).NotTo(HaveOccurred())
			there.advance(ctx, 10*time.Minute)
			_, err = p.list(ctx, uae.Visit{Session: p.Session(uae.Token{AccessToken: given.Token.AccessToken})})
			Expect(err).To(MatchError(uae.ErrUnauthorized))
			_, err = p.list(ctx, given.Visit)
			Expect(err).NotTo(HaveOccurred())
		})
	}

	It("is not renewed by a token of another kind", sandboxOnly, uaeV12.journey(), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		given := p.granted(ctx, asking{}, yes(hamad))
		h.declinesToken(ctx, p, refreshForm(given.Token.AccessToken), "invalid_grant")
		h.declinesToken(ctx, p, refreshForm(given.Code), "invalid_grant")
	})

	It("is not renewed by another client", sandboxOnly, uaeV12.journey(), func(ctx SpecContext) {
		other := h.registered(ctx)
		given := other.granted(ctx, asking{}, yes(hamad))
		h.declinesToken(ctx, h.party(ctx, uaeV12), refreshForm(given.Token.RefreshToken), "invalid_grant")
	})

	It("is not renewed once the consent has been revoked", sandboxOnly, uaeV12.journey(uaeV12.ops.patch), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		given := p.granted(ctx, asking{}, yes(hamad))
		_, err := p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Refresh(ctx, given.Token.RefreshToken)
		Expect(err).To(MatchError(uae.InvalidGrant))
	})

	It("is not renewed once the consent has expired", sandboxOnly, uaeV12.journey(), func(ctx SpecContext) {
		there := h.alone(ctx, "refresh")
		p := there.party(ctx, uaeV12)
		given := p.granted(ctx, asking{For: time.Hour}, yes(hamad))
		there.advance(ctx, time.Hour)
		_, err := p.Refresh(ctx, given.Token.RefreshToken)
		Expect(err).To(MatchError(uae.InvalidGrant))
	})
}

// registered is another client of the hub than the published one.
func (h uaeHub) registered(ctx SpecContext) *thirdParty {
	GinkgoHelper()
	const redirect = "https://tpp.example/callback"
	id, key := aUUID(), freshKey()
	_, err := h.world().Register(ctx, h.Insurer, map[string]any{"client_id": id, "redirect_uris": []string{redirect}, "jwks": publicKeys(key)})
	h.told(err)
	return h.party(ctx, uaeV12, func(o *uae.Options) { o.ClientID, o.RedirectURI, o.Key = id, redirect, key })
}

// proof makes a client assertion that is not as it should be.
type proof func(p *thirdParty) string

// assertion is a proof with claims changed.
func assertion(changes func(now int64) claims) proof {
	return func(p *thirdParty) string {
		return p.signed(p.assertionClaims().with(changes(p.options.Now().Unix())), signature{})
	}
}

// assertions are the rules of client authentication, which both endpoints share.
func (h uaeHub) assertions(path string, form func(*thirdParty, SpecContext) url.Values) {
	set := func(c claims) proof { return assertion(func(int64) claims { return c }) }
	cost := liveSafe
	if path == "/par" {
		cost = liveBinds // a hub that takes what it should refuse stages a consent
	}
	DescribeTable("needs a good client assertion, at "+path+", and has", cost, Label("issueToken", "pushAuthorizationRequest"),
		func(ctx SpecContext, proves proof) {
			p := h.party(ctx, uaeV12)
			sent := p.proven(form(p, ctx))
			sent.Set("client_assertion", proves(p))
			got := h.form(ctx, path, sent)
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			Expect(got.code()).To(Equal("invalid_client"), "%s", got)
		},
		Entry("no word in it", proof(func(*thirdParty) string { return "" })),
		Entry("one that is no JWT", proof(func(*thirdParty) string { return "hello" })),
		Entry("one without a signature", proof(func(*thirdParty) string { return "eyJhbGciOiJub25lIn0.e30." })),
		Entry("one signed with RS256", proof(func(p *thirdParty) string { return p.signed(p.assertionClaims(), signature{algorithm: jose.RS256}) })),
		Entry("one signed with an unknown key", proof(func(p *thirdParty) string { return p.signed(p.assertionClaims(), signature{key: new(freshKey())}) })),
		Entry("one signed with another key under the client's kid", proof(func(p *thirdParty) string {
			return p.signed(p.assertionClaims(), signature{key: &uae.Key{ID: p.options.Key.ID, Private: freshKey().Private}})
		})),
		Entry("one by another issuer", set(claims{"iss": "another"})),
		Entry("one without iss", set(claims{"iss": nil})),
		Entry("one about another client", set(claims{"sub": "another"})),
		Entry("one without aud", set(claims{"aud": nil})),
		Entry("one for another audience", set(claims{"aud": "https://auth1.another.example"})),
		Entry("one for the endpoint", proof(func(p *thirdParty) string {
			return p.signed(p.assertionClaims().with(claims{"aud": p.hub.at(uaeAuthFace, path)}), signature{})
		})),
		Entry("one without jti", set(claims{"jti": nil})),
		Entry("one without iat", set(claims{"iat": nil})),
		Entry("one without exp", set(claims{"exp": nil})),
		Entry("one that lives for more than five minutes", assertion(func(now int64) claims { return claims{"iat": now, "exp": now + 301} })),
		Entry("one that has expired", assertion(func(now int64) claims { return claims{"iat": now - 200, "exp": now - 100} })),
		Entry("one from the future", assertion(func(now int64) claims { return claims{"iat": now + 100, "exp": now + 200} })),
		Entry("one that is not good yet", assertion(func(now int64) claims { return claims{"nbf": now + 100} })),
	)

	It("takes each client assertion once, at "+path, sandboxOnly, Label("issueToken", "pushAuthorizationRequest"), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		used := p.proven(clientForm("openid insurance"))
		Expect(h.form(ctx, "/token", used).status).To(Equal(http.StatusOK))
		again := form(p, ctx)
		again.Set("client_assertion_type", assertionKind)
		again.Set("client_assertion", used.Get("client_assertion"))
		got := h.form(ctx, path, again)
		Expect(got.status).To(BeElementOf(http.StatusBadRequest, http.StatusUnauthorized), "%s", got)
		Expect(got.code()).To(Equal("invalid_client"), "%s", got)
	})

	DescribeTable("knows its client by private_key_jwt alone, at "+path+":", cost, Label("issueToken", "pushAuthorizationRequest"),
		func(ctx SpecContext, change func(url.Values)) {
			p := h.party(ctx, uaeV12)
			sent := p.proven(form(p, ctx))
			change(sent)
			got := h.form(ctx, path, sent)
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			Expect(got.code()).To(Equal("invalid_client"), "%s", got)
		},
		Entry("no assertion", func(f url.Values) { f.Del("client_assertion"); f.Del("client_assertion_type") }),
		Entry("an assertion without its type", func(f url.Values) { f.Del("client_assertion_type") }),
		Entry("another type of assertion", func(f url.Values) {
			f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
		}),
		Entry("a secret", func(f url.Values) {
			f.Del("client_assertion")
			f.Del("client_assertion_type")
			f.Set("client_secret", "open sesame")
		}),
		Entry("another client_id beside the assertion", func(f url.Values) { f.Set("client_id", aUUID()) }),
	)
}
