package uae_test

import (
	"net/http"
	"strings"
	"testing"
)

// The whole way in each version: pushed, consented, exchanged, read, revoked.
func TestJourney(t *testing.T) {
	for _, version := range []struct {
		name, list, consents string
		details              func(string) claims
	}{
		{"v1.2", listV12, "/v1.2/insurance-consents/", detailsV12},
		{"rc1", listRC1, "/v1.0-rc1/insurance-consents/", detailsRC1},
	} {
		t.Run(version.name, func(t *testing.T) {
			p := newParty(t, start(t).URL)
			id := freshID()
			v := p.mustVisit(p.push(p.requestClaims(version.details(id))))
			if v.Consent != id {
				t.Errorf("the page is about consent %s, want %s", v.Consent, id)
			}
			back := p.returned(p.decide(v.Interaction, v.confirm()))
			if back.Get("state") != "st" || back.Get("iss") != p.issuer() || back.Get("code") == "" {
				t.Errorf("came back with %v, want code, state and iss", back)
			}
			token := p.mustToken(p.codeForm(back.Get("code"))).member(t, "access_token")
			got := p.resources(http.MethodGet, version.list, token)
			policy := v.Personas[0].Policies[0].ID
			if got.status != http.StatusOK || !strings.Contains(got.body, policy) || got.header.Get("x-fapi-interaction-id") == "" {
				t.Fatalf("list: got %d %s %v", got.status, got.body, got.header)
			}
			if got := p.resources(http.MethodGet, version.list+"/"+policy, token); got.status != http.StatusOK {
				t.Errorf("one: got %d %s", got.status, got.body)
			}
			if got := p.resources(http.MethodGet, version.list+"/"+policy+"/customer-payment-details", token); got.status != http.StatusOK {
				t.Errorf("payment details: got %d %s", got.status, got.body)
			}
			own := p.clientToken()
			if got := p.resources(http.MethodGet, version.consents+id, own); got.status != http.StatusOK || !strings.Contains(got.body, `"Status":"Authorized"`) {
				t.Errorf("consent: got %d %s", got.status, got.body)
			}
			got = p.resources(http.MethodPatch, version.consents+id, own, []byte(`{"Data":{"Status":"Revoked","RevokedBy":"TPP"}}`)...)
			if got.status != http.StatusNoContent || got.body != "" {
				t.Errorf("revoke: got %d %s, want 204", got.status, got.body)
			}
			if got := p.resources(http.MethodGet, version.list, token); got.status != http.StatusForbidden || !strings.Contains(got.body, `"Consent.Revoked"`) {
				t.Errorf("after it was revoked: got %d %s, want 403", got.status, got.body)
			}
		})
	}
}
