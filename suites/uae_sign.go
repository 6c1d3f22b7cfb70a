package suites

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// claims are those of a JWT that no client of ours would make.
type claims map[string]any

// with is the claims with others in their place; a nil value takes one away.
func (c claims) with(changes claims) claims {
	changed := maps.Clone(c)
	for name, value := range changes {
		if changed[name] = value; value == nil {
			delete(changed, name)
		}
	}
	return changed
}

// aVerifier is the printed example of PKCE (RFC 7636, appendix B).
const aVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// aUUID is a fresh one of version 4.
func aUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// requestClaims are those of a request object that is as it should be, for a
// consent of everything.
func (p *thirdParty) requestClaims(ctx SpecContext, details ...any) claims {
	GinkgoHelper()
	if details == nil {
		details = []any{p.detail(ctx)}
	}
	now := p.options.Now().Unix()
	return claims{
		"iss": p.options.ClientID, "client_id": p.options.ClientID, "aud": p.hub.issuer(), "nbf": now - 10, "exp": now + 290,
		"response_type": "code", "redirect_uri": p.options.RedirectURI, "scope": "openid insurance", "state": "a state", "nonce": "a nonce",
		"code_challenge": challengeOf(aVerifier), "code_challenge_method": "S256", "authorization_details": details,
	}
}

// detail is the item of authorization_details for a fresh consent.
func (p *thirdParty) detail(ctx SpecContext) claims {
	GinkgoHelper()
	return claims{"type": p.version.kind(), "consent": p.consentClaims(ctx)}
}

func (p *thirdParty) consentClaims(ctx SpecContext) claims {
	GinkgoHelper()
	c := claims{
		"ConsentId": aUUID(), "Permissions": allPermissions,
		"ExpirationDateTime": p.hub.now(ctx).Add(halfYear).Format(time.RFC3339),
	}
	if p.rc1 != nil {
		c["Purpose"] = []string{string(uae.ForMotorQuote)}
	} else {
		c["OpenFinanceBilling"] = claims{"Purpose": string(uae.BillQuoteComparison)}
	}
	return c
}

// assertionClaims are those of a client assertion that is as it should be.
func (p *thirdParty) assertionClaims() claims {
	now := p.options.Now().Unix()
	return claims{
		"iss": p.options.ClientID, "sub": p.options.ClientID, "aud": p.hub.issuer(), "iat": now, "exp": now + 60, "jti": aUUID(),
	}
}

// signature is how something is signed; the zero value is as the profile has it.
type signature struct {
	algorithm jose.SignatureAlgorithm
	key       *uae.Key
}

// signed is a compact JWS of the claims.
func (p *thirdParty) signed(c claims, by signature) string {
	GinkgoHelper()
	key := p.options.Key
	if by.key != nil {
		key = *by.key
	}
	if by.algorithm == "" {
		by.algorithm = jose.PS256
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: by.algorithm, Key: jose.JSONWebKey{Key: key.Private, KeyID: key.ID}}, nil)
	Expect(err).NotTo(HaveOccurred())
	payload, err := json.Marshal(c)
	Expect(err).NotTo(HaveOccurred())
	made, err := signer.Sign(payload)
	Expect(err).NotTo(HaveOccurred())
	compact, err := made.CompactSerialize()
	Expect(err).NotTo(HaveOccurred())
	return compact
}

// assertionKind is the only one that the profile has.
const assertionKind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// proven is a form with the client's proof.
func (p *thirdParty) proven(form url.Values) url.Values {
	GinkgoHelper()
	form.Set("client_assertion_type", assertionKind)
	form.Set("client_assertion", p.signed(p.assertionClaims(), signature{}))
	return form
}

// pushForm is a push by hand.
func (p *thirdParty) pushForm(request string) url.Values {
	GinkgoHelper()
	return p.proven(url.Values{"client_id": {p.options.ClientID}, "request": {request}})
}

// freshKey is a key that no directory has, one for all specs: making one takes
// long.
var freshKey = sync.OnceValue(func() uae.Key {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // it never fails
	}
	return uae.Key{ID: "a-key-of-the-suite", Private: private}
})

// publicKeys is the set of keys that a directory would publish for a client.
func publicKeys(key uae.Key) jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Private.Public(), KeyID: key.ID, Use: "sig", Algorithm: "PS256"}}}
}
