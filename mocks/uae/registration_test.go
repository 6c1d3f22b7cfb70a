package uae_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

const directoryID = "https://rp.sandbox.directory.openfinance.ae/openid_relying_party/6a6a826f-0930-4eb0-b365-a8eac3032828"

// registration is the own client of a developer, in the form of the control API.
func registration(t *testing.T, key jose.JSONWebKey) map[string]any {
	t.Helper()
	public := key.Public()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public}})
	if err != nil {
		t.Fatal(err)
	}
	var jwks map[string]any
	if err := json.Unmarshal(text, &jwks); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"client_id": directoryID, "redirect_uris": []any{"https://tpp.example/cb"}, "jwks": jwks}
}

func register(t *testing.T, s *mocks.Server, asked map[string]any) (any, error) {
	t.Helper()
	text, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	return world(t, s).Register(t.Context(), "uae", s.URL+"/uae", text)
}

// A client of one's own goes the whole way, with its own keys and addresses alone.
func TestRegisteredClient(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	p.id, p.key, p.redirect = directoryID, otherKey(t), "https://tpp.example/cb"
	if got := p.token(clientForm()); got.member(t, "error") != "invalid_client" {
		t.Errorf("before: got %d %s", got.status, got.body)
	}
	asked := registration(t, p.key)
	answer, err := register(t, s, asked)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var known map[string]any
	if err := json.Unmarshal(text, &known); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asked, known); diff != "" {
		t.Errorf("known as (-asked +known):\n%s", diff)
	}
	p.mustToken(p.codeForm(p.code(p.requestClaims(detailsV12(freshID())))))
	wantRefused(t, s, p.par(p.requestClaims(detailsV12(freshID())).with("redirect_uri", "http://127.0.0.1:9/callback")), "invalid_request", "/request/redirect_uri")

	// Another registration brings another key, and the former is good no more.
	next := p.key
	next.Key = otherKey(t).Key
	if _, err := register(t, s, registration(t, next)); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, s, p.token(clientForm()), "invalid_client", "/client_assertion")
	p.key = next
	p.mustToken(clientForm())
}

func TestRegistrationRefused(t *testing.T) {
	s := start(t)
	honest := registration(t, otherKey(t))
	with := func(name string, value any) map[string]any {
		changed := maps.Clone(honest)
		changed[name] = value
		return changed
	}
	keyed := func(change func(key map[string]any)) map[string]any {
		key := maps.Clone(honest["jwks"].(map[string]any)["keys"].([]any)[0].(map[string]any))
		change(key)
		return with("jwks", map[string]any{"keys": []any{key}})
	}
	for name, test := range map[string]struct {
		asked map[string]any
		where string
	}{
		"another member":            {with("foo", 1), "/foo"},
		"an id without a UUID":      {with("client_id", "my-client"), "/client_id"},
		"the published client":      {with("client_id", newParty(t, s.URL).id), "/client_id"},
		"no redirect":               {with("redirect_uris", []any{}), "/redirect_uris"},
		"a redirect with fragment":  {with("redirect_uris", []any{"https://a.example/#x"}), "/redirect_uris/0"},
		"a redirect to a script":    {with("redirect_uris", []any{"https://a.example/", "javascript:alert(1)"}), "/redirect_uris/1"},
		"no keys":                   {with("jwks", map[string]any{"keys": []any{}}), "/jwks"},
		"keys that are a list":      {with("jwks", []any{}), "/jwks"},
		"a key that is a secret":    {with("jwks", map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AA", "kid": "x"}}}), "/jwks/keys/0"},
		"a private key":             {with("jwks", map[string]any{"keys": []any{privateKey(t)}}), "/jwks/keys/0"},
		"a key without kid":         {keyed(func(key map[string]any) { delete(key, "kid") }), "/jwks/keys/0/kid"},
		"a key for encryption only": {keyed(func(key map[string]any) { key["use"] = "enc" }), "/jwks"},
		"a small key":               {keyed(func(key map[string]any) { key["n"] = strings.Repeat("w", 170) }), "/jwks/keys/0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := register(t, s, test.asked)
			refusal, ok := errors.AsType[*mocks.Refusal](err)
			if !ok || refusal.Where != test.where || refusal.Rule == "" || refusal.Remedy == "" || !refusal.Evidence.Valid() {
				t.Errorf("got %v (%+v), want a refusal at %s", err, refusal, test.where)
			}
		})
	}
}

// privateKey is a whole key as JSON.
func privateKey(t *testing.T) map[string]any {
	t.Helper()
	key := otherKey(t)
	text, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	var jwk map[string]any
	if err := json.Unmarshal(text, &jwk); err != nil {
		t.Fatal(err)
	}
	return jwk
}

// What was given to one client is worth nothing in another's hands, and is not
// spent there.
func TestAnotherClient(t *testing.T) {
	s := start(t)
	p, thief := newParty(t, s.URL), newParty(t, s.URL)
	thief.id, thief.key = directoryID, otherKey(t)
	if _, err := register(t, s, registration(t, thief.key)); err != nil {
		t.Fatal(err)
	}
	uri := p.push(p.requestClaims(detailsV12(freshID())))
	wantRefused(t, s, thief.visit(uri), "invalid_request", "query request_uri")
	code := p.returned(p.decide(p.mustVisit(uri).Interaction, p.mustVisit(uri).confirm())).Get("code")
	wantRefused(t, s, thief.token(thief.codeForm(code)), "invalid_grant", "/code")
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {p.mustToken(p.codeForm(code)).member(t, "refresh_token")}}
	wantRefused(t, s, thief.token(refresh), "invalid_grant", "/refresh_token")
	refresh.Del("client_assertion")
	p.mustToken(refresh)
}

// A client without an encryption key cannot be told in the later form, and the
// delivery says why.
func TestNoEncryptionKey(t *testing.T) {
	s, r := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"uae.events": "jwe"} }), newReceiver(t)
	w, p := world(t, s), newParty(t, s.URL)
	p.id, p.key, p.redirect = directoryID, otherKey(t), "https://tpp.example/cb"
	if _, err := register(t, s, registration(t, p.key)); err != nil {
		t.Fatal(err)
	}
	p.code(p.requestClaims(subscribing(detailsV12(freshID()), r.URL)))
	drain(t, w)
	deliveries, err := w.Deliveries(t.Context(), "uae")
	if err != nil || len(deliveries) != 1 || len(deliveries[0].Attempts) != 1 || !strings.Contains(deliveries[0].Attempts[0].Error, "no encryption key") {
		t.Errorf("got %+v, %v", deliveries, err)
	}
	if len(r.heard()) != 0 {
		t.Error("the event was sent in the clear")
	}
}

// What a user types first works against any base.
func TestCurlAndEnvironment(t *testing.T) {
	s := start(t)
	insurer, p := s.Insurers()[0], newParty(t, s.URL)
	command, address, _ := strings.Cut(insurer.Curl(p.base), " -s ")
	if got := p.do(http.MethodGet, address, nil); command != "curl" || got.status != http.StatusOK || got.member(t, "issuer") != p.issuer() {
		t.Errorf("%s %s: got %d %s", command, address, got.status, got.body)
	}
	exported := map[string]string{}
	for _, pair := range insurer.Export(p.base) {
		exported[pair[0]] = pair[1]
	}
	var key jose.JSONWebKey
	if err := json.Unmarshal([]byte(exported["UAE_PRIVATE_JWK"]), &key); err != nil || key.KeyID != p.key.KeyID || key.IsPublic() {
		t.Errorf("exported the key %v, %v", key, err)
	}
	if exported["UAE_ISSUER"] != p.issuer() || exported["UAE_CLIENT_ID"] != p.id || exported["UAE_REDIRECT_URI"] != p.redirect {
		t.Errorf("exported %v", exported)
	}
}
