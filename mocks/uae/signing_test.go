package uae_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
)

// verified is the payload of a JWS that the hub's published key signed.
func (p *party) verified(compact string) claims {
	p.t.Helper()
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.PS256})
	if err != nil {
		p.t.Fatalf("%v: %s", err, compact)
	}
	var keys jose.JSONWebKeySet
	p.do(http.MethodGet, p.base+"/auth1/jwks", nil).decode(p.t, &keys)
	found := keys.Key(jws.Signatures[0].Header.KeyID)
	if len(found) != 1 {
		p.t.Fatalf("the JWKS has %d keys %q", len(found), jws.Signatures[0].Header.KeyID)
	}
	payload, err := jws.Verify(found[0])
	if err != nil {
		p.t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(payload)))
	decoder.UseNumber()
	var signed claims
	if err := decoder.Decode(&signed); err != nil {
		p.t.Fatal(err)
	}
	return signed
}

// Each answer of v1.2 comes as a JWT, too, and says in it what it says in JSON.
func TestSignedAnswers(t *testing.T) {
	p := newParty(t, start(t).URL)
	v, id := versions[1], freshID()
	user, own := p.give(v.asking(id, everything...), fatima, p.policiesOf(fatima)...), p.clientToken()
	policy := p.policiesOf(fatima)[0]
	for path, token := range map[string]string{
		v.list: user, v.list + "/" + policy: user, v.list + "/" + policy + "/customer-payment-details": user,
		v.consents + "/" + id: own, v.consents + "?BaseConsentId=" + id: own,
	} {
		address := p.base + "/rs1/open-finance/insurance" + path
		plain := p.do(http.MethodGet, address, nil, "Authorization", "Bearer "+token).want(t, 200, "").tree(t)
		got := p.do(http.MethodGet, address, nil, "Authorization", "Bearer "+token, "Accept", "application/jwt").want(t, 200, "")
		signed := p.verified(got.body)
		if diff := cmp.Diff(plain, signed["message"]); diff != "" {
			t.Errorf("%s: the message (-plain +signed):\n%s", path, diff)
		}
		delete(signed, "message")
		now := time.Now().Unix()
		for name, within := range map[string][2]int64{"iat": {-60, 1}, "nbf": {-60, 1}, "exp": {60, 600}} {
			number, _ := signed[name].(json.Number)
			seconds, err := number.Int64()
			if err != nil || seconds < now+within[0] || seconds > now+within[1] {
				t.Errorf("%s: %s is %v at %d", path, name, signed[name], now)
			}
			delete(signed, name)
		}
		if diff := cmp.Diff(claims{"iss": p.issuer(), "aud": []any{p.id}}, signed); diff != "" {
			t.Errorf("%s: claims (-want +got):\n%s", path, diff)
		}
	}
	// A refusal is JSON, and nothing is nothing.
	p.do(http.MethodGet, p.base+"/rs1/open-finance/insurance"+v.list+"/x", nil, "Authorization", "Bearer "+user, "Accept", "application/jwt").want(t, 404, "")
	refused := p.do(http.MethodGet, p.base+"/rs1/open-finance/insurance"+v.list, nil, "Authorization", "Bearer "+own, "Accept", "application/jwt").want(t, 403, "AccessToken.InvalidScope")
	if refused.header.Get("Content-Type") != "application/json" {
		t.Errorf("a refusal is %s", refused.header.Get("Content-Type"))
	}
}

// v1.2 takes a signed patch, of the consent's own client and of nobody else; rc1
// knows none.
func TestSignedPatches(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	now := time.Now().Unix()
	message := claims{"Data": claims{"Status": "Revoked"}}
	whole := claims{"iss": p.id, "aud": []string{p.issuer()}, "iat": now, "nbf": now, "exp": now + 60, "message": message}
	tampered := p.jwt(whole)
	tampered = tampered[:len(tampered)-8] + "AAAAAAAA"
	stranger := p.key
	stranger.KeyID = "another"
	for _, test := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"whole", p.jwt(whole), 204, ""},
		{"the message alone", p.jwt(claims{"message": message}), 204, ""},
		{"a subscription", p.jwt(whole.with("message", claims{"Subscription": claims{"Webhook": claims{"Url": "http://127.0.0.1:9/e"}}})), 204, ""},
		{"expired", p.jwt(whole.with("exp", now-60)), 400, "JWS.InvalidClaim"},
		{"not yet", p.jwt(whole.with("nbf", now+600)), 400, "JWS.InvalidClaim"},
		{"of another client", p.jwt(whole.with("iss", "somebody")), 400, "JWS.InvalidClaim"},
		{"tampered", tampered, 400, "JWS.InvalidSignature"},
		{"an unknown key", p.sign(whole, jose.PS256, stranger), 400, "JWS.InvalidSignature"},
		{"another algorithm", p.sign(whole, jose.RS256, p.key), 400, "JWS.Malformed"},
		{"no JWT", "a.b", 400, "JWS.Malformed"},
		{"JSON", `{"Data":{"Status":"Revoked"}}`, 400, "JWS.Malformed"},
		{"no message", p.jwt(whole.with("message", gone)), 400, "Body.InvalidFormat"},
		{"no such claim", p.jwt(whole.with("sub", p.id)), 400, "Body.InvalidFormat"},
		{"no such member", p.jwt(whole.with("message", claims{"Data": claims{"Status": "Revoked", "status": 1}})), 400, "Body.InvalidFormat"},
		{"no such member deep down", p.jwt(whole.with("message", claims{"Subscription": claims{"Webhook": claims{"url": "http://127.0.0.1:9/e"}}})), 400, "Body.InvalidFormat"},
		{"not an object", p.jwt(whole.with("message", claims{"Data": "Revoked"})), 400, "Body.InvalidFormat"},
		{"another status", p.jwt(whole.with("message", claims{"Data": claims{"Status": "Authorized"}})), 400, "Body.InvalidFormat"},
		{"in the insurer's name", p.jwt(whole.with("message", claims{"Data": claims{"Status": "Revoked", "RevokedBy": "LFI"}})), 400, "Consent.BusinessRuleViolation"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := *p
			p.t = t
			v, id := versions[1], freshID()
			p.push(p.requestClaims(v.asking(id, readPolicies)))
			address := p.base + "/rs1/open-finance/insurance" + v.consents + "/" + id
			p.do(http.MethodPatch, address, strings.NewReader(test.body), "Authorization", "Bearer "+p.clientToken(), "Content-Type", "application/jwt").want(t, test.status, test.code)
			want := "AwaitingAuthorization"
			if test.status == 204 && test.name != "a subscription" {
				want = "Revoked"
			}
			if got := p.statusOf(v, id); got != want {
				t.Errorf("the consent is %s, want %s", got, want)
			}
		})
	}
	v, id := versions[0], freshID()
	p.push(p.requestClaims(v.asking(id, readPolicies)))
	address := p.base + "/rs1/open-finance/insurance" + v.consents + "/" + id
	p.do(http.MethodPatch, address, strings.NewReader(p.jwt(whole)), "Authorization", "Bearer "+p.clientToken(), "Content-Type", "application/jwt").want(t, 415, "")
}
