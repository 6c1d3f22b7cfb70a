package suites

import (
	"encoding/json"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// journeys are the whole way in each version, by the client alone.
func (h uaeHub) journeys() {
	for _, v := range uaeVersions {
		ops := v.ops
		It("leads from a consent to the policies, and ends with the consent, in "+v.name, sandboxOnly,
			v.journey(ops.list, ops.one, ops.payment, ops.consent, ops.patch),
			func(ctx SpecContext) {
				p := h.party(ctx, v)
				pending := p.push(ctx, asking{})
				Expect(pending.RequestURI).To(HavePrefix("urn:ietf:params:oauth:request_uri:"))
				Expect(p.status(ctx, pending.ConsentID)).To(Equal(uae.AwaitingAuthorization))

				page := p.visit(ctx, pending)
				chosen := page.persona(hamad).policies()
				code := p.code(ctx, pending, yes(hamad, chosen...))
				token, err := p.Exchange(ctx, pending, code)
				Expect(err).NotTo(HaveOccurred())
				Expect(token.RefreshToken).NotTo(BeEmpty())
				Expect(token.Scope).To(Equal("openid insurance"))

				inToken, err := p.grantedConsent(token)
				Expect(err).NotTo(HaveOccurred())
				stands := p.consent(ctx, pending.ConsentID)
				Expect(inToken.Data).To(Equal(stands.Data))
				Expect(stands.Data.Status).To(Equal(uae.Authorized))

				visit := uae.Visit{Session: p.Session(*token)}
				list, err := p.list(ctx, visit)
				Expect(err).NotTo(HaveOccurred())
				Expect(list.Data).To(HaveLen(len(chosen)))
				for i, shared := range list.Data {
					Expect(shared.ID).To(Equal(chosen[i]))
					one, err := p.policy(ctx, visit, shared.ID)
					Expect(err).NotTo(HaveOccurred())
					Expect(one.Data).To(Equal(shared))
					Expect(one.Links.Self).To(HaveSuffix(v.policies + "/" + shared.ID))
				}
				paid, err := p.payment(ctx, visit, chosen[0])
				Expect(err).NotTo(HaveOccurred())
				Expect(paid.Data.Name).NotTo(BeEmpty())

				_, err = p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
				Expect(err).NotTo(HaveOccurred())
				Expect(p.status(ctx, pending.ConsentID)).To(Equal(uae.Revoked))
				_, err = p.list(ctx, visit)
				Expect(err).To(MatchError(uae.CodeConsentRevoked))
			})

		It("goes on by a refresh token that stays as it is, in "+v.name, sandboxOnly, v.journey(ops.list), func(ctx SpecContext) {
			p := h.party(ctx, v)
			given := p.granted(ctx, asking{}, yes(hamad))
			before, err := p.list(ctx, given.Visit)
			Expect(err).NotTo(HaveOccurred())
			for range 2 {
				next, err := p.Refresh(ctx, given.Token.RefreshToken)
				Expect(err).NotTo(HaveOccurred())
				Expect(next.AccessToken).NotTo(Equal(given.Token.AccessToken))
				Expect(next.RefreshToken).To(Equal(given.Token.RefreshToken))
				after, err := p.list(ctx, uae.Visit{Session: p.Session(*next)})
				Expect(err).NotTo(HaveOccurred())
				Expect(after.Data).To(Equal(before.Data))
			}
		})

		It("is renewed under the id of the first consent, in "+v.name, sandboxOnly, v.journey(ops.chain, ops.consent, ops.patch, ops.list), func(ctx SpecContext) {
			p := h.party(ctx, v)
			first := p.granted(ctx, asking{Permissions: []uae.Permission{uae.ReadPolicies}}, yes(hamad))
			second := p.granted(ctx, asking{Base: first.ID}, yes(hamad))
			_, err := p.Revoke(ctx, uae.Visit{}, first.ID, uae.ByCustomerAtTPP)
			Expect(err).NotTo(HaveOccurred())
			chain, err := p.chain(ctx, first.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(chain.Data).To(HaveLen(2))
			Expect(chain.Data[0].ID).To(Equal(first.ID))
			Expect(chain.Data[0].RevokedBy).To(Equal(uae.ByCustomerAtTPP))
			Expect(chain.Data[1]).To(Equal(p.consent(ctx, second.ID).Data))
			Expect(chain.Data[1].Base).To(Equal(first.ID))
			_, err = p.list(ctx, second.Visit)
			Expect(err).NotTo(HaveOccurred())
		})

		It("begins at the insurer's page, where a person gives a consent by hand, in "+v.name, liveBinds,
			Label(v.name, "getDiscovery", "pushAuthorizationRequest", "issueToken", ops.consent, ops.patch),
			func(ctx SpecContext) {
				p := h.party(ctx, v)
				pending := p.push(ctx, asking{For: 24 * time.Hour})
				address, err := p.AuthorizationURL(ctx, pending)
				Expect(err).NotTo(HaveOccurred())
				Expect(address).To(ContainSubstring("request_uri="))
				Expect(p.status(ctx, pending.ConsentID)).To(Equal(uae.AwaitingAuthorization))
				_, err = p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
				Expect(err).NotTo(HaveOccurred())
				Expect(p.status(ctx, pending.ConsentID)).To(Equal(uae.Revoked))
			})
	}

	It("is the same for a client that registered itself", sandboxOnly, uaeV12.journey(uaeV12.ops.list), func(ctx SpecContext) {
		const id = "https://rp.example/openid_relying_party/5a0f8c7e-0e53-4d8e-9a37-0b7f2c4d6e81"
		key := freshKey()
		_, err := h.world().Register(ctx, h.Insurer, map[string]any{
			"client_id": id, "redirect_uris": []string{"https://tpp.example/callback"}, "jwks": publicKeys(key),
		})
		h.told(err)
		p := h.party(ctx, uaeV12, func(o *uae.Options) {
			o.ClientID, o.RedirectURI, o.Key = id, "https://tpp.example/callback", key
		})
		given := p.granted(ctx, asking{}, yes(hamad))
		var claims struct {
			Audience string `json:"aud"`
		}
		Expect(json.Unmarshal(given.Token.Claims, &claims)).To(Succeed())
		Expect(claims.Audience).To(Equal(id))
		_, err = p.list(ctx, given.Visit)
		Expect(err).NotTo(HaveOccurred())

		By("seeing nothing of another client's")
		own := h.party(ctx, uaeV12)
		_, err = own.look(ctx, given.ID)
		Expect(err).To(MatchError(uae.ErrNotFound))

		By("being called back nowhere else")
		elsewhere := h.party(ctx, uaeV12, func(o *uae.Options) {
			o.ClientID, o.RedirectURI, o.Key = id, "http://127.0.0.1:9/callback", key
		})
		_, err = elsewhere.tryPush(ctx, asking{})
		Expect(err).To(MatchError(uae.InvalidRequest))
	})
}

// discovery is what the hub publishes about itself.
func (h uaeHub) discovery() {
	It("says where everything is", liveSafe, Label("getDiscovery"), func(ctx SpecContext) {
		found, err := h.party(ctx, uaeV12).Discovery(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Issuer).To(Equal(h.issuer()))
	})

	It("can do what the profile of FAPI 2.0 demands", liveSafe, Label("getDiscovery"), func(ctx SpecContext) {
		got := h.call(ctx, said{method: http.MethodGet, address: h.at(uaeHubFace, "/.well-known/openid-configuration")})
		Expect(got.status).To(Equal(http.StatusOK), "%s", got)
		var says struct {
			Types  []string `json:"authorization_details_types_supported"`
			Grants []string `json:"grant_types_supported"`
			Client []string `json:"token_endpoint_auth_methods_supported"`
			PKCE   []string `json:"code_challenge_methods_supported"`
			Signed []string `json:"request_object_signing_alg_values_supported"`
			PAR    bool     `json:"require_pushed_authorization_requests"`
			Iss    bool     `json:"authorization_response_iss_parameter_supported"`
		}
		got.read(&says)
		Expect(says.Grants).To(ContainElements("authorization_code", "refresh_token", "client_credentials"))
		Expect(says.Client).To(Equal([]string{"private_key_jwt"}))
		Expect(says.PKCE).To(Equal([]string{"S256"}))
		Expect(says.Signed).To(Equal([]string{"PS256"}))
		Expect(says.PAR).To(BeTrue())
		Expect(says.Iss).To(BeTrue())
		Expect(says.Types).To(ContainElement(uaeV12.kind()))
	})

	It("publishes the keys that it signs with", liveSafe, Label("getDiscovery", "getJwks"), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		found, err := p.Discovery(ctx)
		Expect(err).NotTo(HaveOccurred())
		got := h.call(ctx, said{method: http.MethodGet, address: found.Keys})
		var set struct {
			Keys []struct{ Kid, Use string }
		}
		got.read(&set)
		Expect(set.Keys).NotTo(BeEmpty())
		for _, key := range set.Keys {
			if key.Use == "sig" {
				public, err := p.HubKey(ctx, key.Kid)
				Expect(err).NotTo(HaveOccurred())
				Expect(public.N.BitLen()).To(BeNumerically(">=", 2048))
			}
		}
		_, err = p.HubKey(ctx, "no such key")
		Expect(err).To(MatchError(uae.ErrUnknownKey))
	})
}
