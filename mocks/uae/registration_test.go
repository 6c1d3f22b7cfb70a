package uae_test

import (
	"encoding/json"
	"errors"
	"maps"
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
