package uae_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/uae"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// start runs a sandbox whose worlds stand still on a Monday morning. An answer
// that breaks its contract is not sent.
func start(t testing.TB, change ...func(*mocks.Options)) *mocks.Server {
	t.Helper()
	o := mocks.Options{Insurers: []mocks.Insurer{uae.Insurer()}, Clock: clock.Frozen(monday), Strict: true}
	for _, c := range change {
		c(&o)
	}
	return mocks.Start(t, o)
}

func world(t testing.TB, s *mocks.Server) *mocks.World {
	t.Helper()
	w, err := s.Make(t.Context(), mocks.DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func advance(t testing.TB, w *mocks.World, d time.Duration) {
	t.Helper()
	if _, err := w.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// party is a third party that signs as the published client does, by its own real
// clock.
type party struct {
	t        testing.TB
	base     string // of the insurer
	id       string
	redirect string
	key      jose.JSONWebKey
	http     *http.Client
}

var jtis atomic.Int64

func newParty(t testing.TB, base string) *party {
	t.Helper()
	published := uae.Insurer().Credentials
	text, err := json.Marshal(published["private_jwk"])
	if err != nil {
		t.Fatal(err)
	}
	p := &party{
		t: t, base: base + "/uae", id: published["client_id"].(string), redirect: published["redirect_uri"].(string),
		http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	if err := json.Unmarshal(text, &p.key); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *party) issuer() string { return p.base + "/auth1" }

// claims are those of a JWT; a change is a name and a value, and gone takes the
// claim away.
type claims map[string]any

var gone = &struct{ string }{"gone"}

func (c claims) with(changes ...any) claims {
	changed := maps.Clone(c)
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == gone {
			delete(changed, changes[i].(string))
		} else {
			changed[changes[i].(string)] = changes[i+1]
		}
	}
	return changed
}

// sign makes a compact JWS by any algorithm.
func (p *party) sign(c any, alg jose.SignatureAlgorithm, key any) string {
	p.t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		p.t.Fatal(err)
	}
	signed, err := s.Sign(payload)
	if err != nil {
		p.t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return compact
}

func (p *party) jwt(c any) string { return p.sign(c, jose.PS256, p.key) }

func (p *party) assertionClaims() claims {
	now := time.Now().Unix() // a client dates by the real clock
	return claims{
		"iss": p.id, "sub": p.id, "aud": p.issuer(), "iat": now, "exp": now + 60,
		"jti": "jti-" + strconv.FormatInt(jtis.Add(1), 10),
	}
}

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

var consents atomic.Int64

// freshID is a UUID of version 4 that no test has used.
func freshID() string { return fmt.Sprintf("6a6a826f-0930-4eb0-b365-%012d", consents.Add(1)) }

// detailsV12 is an item of authorization_details with all permissions.
func detailsV12(id string) claims {
	return claims{
		"type": "urn:openfinanceuae:insurance-consent:v1.2",
		"consent": claims{
			"ConsentId": id,
			"Permissions": []string{
				"ReadMotorInsurancePolicies", "ReadMotorInsuranceCustomerBasic", "ReadMotorInsuranceCustomerDetail", "ReadMotorInsuranceProduct",
				"ReadMotorInsuranceTransactions", "ReadMotorInsuranceCustomerPaymentDetails",
			},
			"ExpirationDateTime": monday.AddDate(0, 6, 0).Format(time.RFC3339),
			"OpenFinanceBilling": claims{"Purpose": "QuoteComparison"},
		},
	}
}

func detailsRC1(id string) claims {
	return claims{
		"type": "urn:openfinanceuae:insurance-consent:v1.0-rc1",
		"consent": claims{
			"ConsentId":          id,
			"Permissions":        []string{"ReadMotorInsurancePolicies", "ReadMotorInsuranceCustomerBasic", "ReadMotorInsuranceCustomerPaymentDetails"},
			"ExpirationDateTime": monday.AddDate(0, 6, 0).Format(time.RFC3339),
			"Purpose":            []string{"MotorInsuranceQuote"},
		},
	}
}

func (p *party) requestClaims(details ...any) claims {
	now := time.Now().Unix() // a client dates by the real clock
	return claims{
		"iss": p.id, "client_id": p.id, "aud": p.issuer(), "nbf": now - 10, "exp": now + 290,
		"response_type": "code", "redirect_uri": p.redirect, "scope": "openid insurance", "state": "st", "nonce": "no",
		"code_challenge": challenge(), "code_challenge_method": "S256", "authorization_details": details,
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) decode(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
}

// member is a text of the body.
func (a answer) member(t testing.TB, name string) string {
	t.Helper()
	var body map[string]any
	a.decode(t, &body)
	text, _ := body[name].(string)
	return text
}

func (p *party) do(method, address string, body io.Reader, header ...string) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, address, body)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got, err := p.http.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(text)}
}

func (p *party) post(path string, form url.Values) answer {
	p.t.Helper()
	return p.do(http.MethodPost, p.base+path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// proven adds the client's proof to a form.
func (p *party) proven(form url.Values) url.Values {
	p.t.Helper()
	form.Set("client_assertion_type", assertionType)
	if !form.Has("client_assertion") {
		form.Set("client_assertion", p.jwt(p.assertionClaims()))
	}
	return form
}

func (p *party) par(request claims) answer {
	p.t.Helper()
	return p.post("/as1/par", p.proven(url.Values{"client_id": {p.id}, "request": {p.jwt(request)}}))
}

// push is a request_uri.
func (p *party) push(request claims) string {
	p.t.Helper()
	got := p.par(request)
	if got.status != http.StatusCreated {
		p.t.Fatalf("PAR: got %d %s", got.status, got.body)
	}
	return got.member(p.t, "request_uri")
}

func (p *party) visit(uri string) answer {
	p.t.Helper()
	query := url.Values{"client_id": {p.id}, "request_uri": {uri}}
	return p.do(http.MethodGet, p.base+"/auth1/auth?"+query.Encode(), nil, "Accept", "application/json")
}

// visited is what the consent page shows.
type visited struct {
	Interaction string `json:"interactionId"`
	Consent     string `json:"consentId"`
	Personas    []struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Policies []struct {
			ID    string `json:"id"`
			Label string `json:"label"`
		} `json:"policies"`
	} `json:"personas"`
}

func (p *party) mustVisit(uri string) visited {
	p.t.Helper()
	got := p.visit(uri)
	if got.status != http.StatusOK {
		p.t.Fatalf("visit: got %d %s", got.status, got.body)
	}
	var v visited
	got.decode(p.t, &v)
	return v
}

func (p *party) decide(interaction string, decision claims) answer {
	p.t.Helper()
	text, err := json.Marshal(decision)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(http.MethodPost, p.base+"/auth1/interactions/"+interaction, bytes.NewReader(text), "Content-Type", "application/json")
}

// returned is the query with which the browser comes back.
func (p *party) returned(got answer) url.Values {
	p.t.Helper()
	at, err := url.Parse(got.header.Get("Location"))
	if got.status != http.StatusSeeOther || err != nil || !strings.HasPrefix(at.String(), p.redirect) {
		p.t.Fatalf("got %d to %s %s, want a redirect to %s", got.status, at, got.body, p.redirect)
	}
	return at.Query()
}

// confirm is the yes of the first persona to her first policy.
func (v visited) confirm() claims {
	one := v.Personas[0]
	return claims{"persona": one.ID, "policies": []string{one.Policies[0].ID}, "decision": "confirm"}
}

// code is what a person's yes gives.
func (p *party) code(request claims) string {
	p.t.Helper()
	v := p.mustVisit(p.push(request))
	return p.returned(p.decide(v.Interaction, v.confirm())).Get("code")
}

func (p *party) codeForm(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.redirect}, "code_verifier": {verifier}}
}

func (p *party) token(form url.Values) answer {
	p.t.Helper()
	return p.post("/as1/token", p.proven(form))
}

func (p *party) mustToken(form url.Values) answer {
	p.t.Helper()
	got := p.token(form)
	if got.status != http.StatusOK {
		p.t.Fatalf("token: got %d %s", got.status, got.body)
	}
	return got
}

func clientForm() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "scope": {"openid insurance"}}
}

// clientToken is a token for consents.
func (p *party) clientToken() string {
	p.t.Helper()
	return p.mustToken(clientForm()).member(p.t, "access_token")
}

// resources calls a resource server.
func (p *party) resources(method, path, token string, body ...byte) answer {
	p.t.Helper()
	header := []string{"Authorization", "Bearer " + token}
	if len(body) > 0 {
		header = append(header, "Content-Type", "application/json")
	}
	return p.do(method, p.base+"/rs1/open-finance/insurance"+path, bytes.NewReader(body), header...)
}

const (
	listV12 = "/v1.2/motor-insurance-policies"
	listRC1 = "/v1.0-rc1/insurance-policies"
)

// otherKey is a key that nobody has registered.
func otherKey(t testing.TB) jose.JSONWebKey {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: private, KeyID: "other", Use: "sig", Algorithm: "PS256"}
}

func encryptionKid(t testing.TB) string {
	t.Helper()
	return uae.Insurer().Credentials["encryption_private_jwk"].(map[string]any)["kid"].(string)
}
