package uae_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/mocks"
)

// wantRefused demands an OAuth error, and that explain says all there is to say
// about it.
func wantRefused(t *testing.T, s *mocks.Server, got answer, code, where string) {
	t.Helper()
	if got.status != http.StatusBadRequest || got.member(t, "error") != code || got.member(t, "error_description") == "" {
		t.Errorf("got %d %s, want 400 %s with a description", got.status, got.body, code)
	}
	entries := world(t, s).Journal(mocks.Query{})
	why := entries[len(entries)-1].Why
	if why.Rule == "" || !why.Evidence.Valid() || why.Remedy == "" || why.Where != where {
		t.Errorf("explained by %+v, want rule, evidence, remedy and the place %s", why, where)
	}
}

// now is the real time, by which a client dates.
func now() int64 { return time.Now().Unix() }

// A client assertion is refused in the same way at both endpoints, whatever else
// is wrong with the call.
func TestAssertionRefused(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	other := newParty(t, s.URL)
	other.key = otherKey(t)
	honest := p.assertionClaims
	for _, test := range []struct {
		name, where string
		assertion   string
	}{
		{"no JWT", "", "abc"},
		{"empty parts", "", ".."},
		{"encrypted", "", "a.b.c.d.e"},
		{"RS256", "", p.sign(honest(), jose.RS256, p.key)},
		{"HS256", "", p.sign(honest(), jose.HS256, jose.JSONWebKey{Key: []byte(strings.Repeat("k", 32)), KeyID: p.key.KeyID})},
		{"none", "", "eyJhbGciOiJub25lIn0.e30."},
		{"a list for claims", "", p.jwt([]string{"iss"})},
		{"no kid", "", p.sign(honest(), jose.PS256, p.key.Key)},
		{"unknown kid", "", p.sign(honest(), jose.PS256, jose.JSONWebKey{Key: p.key.Key, KeyID: "another"})},
		{"encryption key's kid", "", p.sign(honest(), jose.PS256, jose.JSONWebKey{Key: p.key.Key, KeyID: encryptionKid(t)})},
		{"wrong key", "", p.sign(honest(), jose.PS256, jose.JSONWebKey{Key: other.key.Key, KeyID: p.key.KeyID})},
		{"altered", "", altered(p.jwt(honest()))},
		{"no sub", "/sub", p.jwt(honest().with("sub", gone))},
		{"unknown client", "/sub", p.jwt(honest().with("sub", "x"))},
		{"no iss", "/iss", p.jwt(honest().with("iss", gone))},
		{"another iss", "/iss", p.jwt(honest().with("iss", "x"))},
		{"no aud", "/aud", p.jwt(honest().with("aud", gone))},
		{"aud is the endpoint", "/aud", p.jwt(honest().with("aud", p.base+"/as1/token"))},
		{"aud is a list", "/aud", p.jwt(honest().with("aud", []string{p.issuer()}))},
		{"no iat", "/iat", p.jwt(honest().with("iat", gone))},
		{"iat is a text", "/iat", p.jwt(honest().with("iat", "1"))},
		{"iat to come", "/iat", p.jwt(honest().with("iat", now()+61, "exp", now()+120))},
		{"no exp", "/exp", p.jwt(honest().with("exp", gone))},
		{"exp beyond all time", "/exp", p.jwt(honest().with("exp", 1e300))},
		{"expired", "/exp", p.jwt(honest().with("iat", now()-100, "exp", now()-1))},
		{"lives too long", "/exp", p.jwt(honest().with("exp", now()+301))},
		{"nbf to come", "/nbf", p.jwt(honest().with("nbf", now()+61))},
		{"nbf is a text", "/nbf", p.jwt(honest().with("nbf", "x"))},
		{"no jti", "/jti", p.jwt(honest().with("jti", gone))},
		{"empty jti", "/jti", p.jwt(honest().with("jti", ""))},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := url.Values{"request": {"nonsense"}, "client_assertion": {test.assertion}}
			wantRefused(t, s, p.post("/as1/par", p.proven(form)), "invalid_client", "/client_assertion"+test.where)
			form = url.Values{"grant_type": {"authorization_code"}, "client_assertion": {test.assertion}}
			wantRefused(t, s, p.post("/as1/token", p.proven(form)), "invalid_client", "/client_assertion"+test.where)
		})
	}
	for name, form := range map[string]url.Values{
		"no assertion":      {"client_assertion_type": {assertionType}},
		"no assertion type": {"client_assertion": {p.jwt(honest())}},
		"another type":      {"client_assertion": {p.jwt(honest())}, "client_assertion_type": {"x"}},
		"a secret":          {"client_id": {p.id}, "client_secret": {"x"}},
	} {
		form.Set("grant_type", "client_credentials")
		form.Set("request", "x")
		where := "/client_assertion"
		if form.Has("client_assertion") {
			where += "_type"
		}
		if name == "a secret" {
			where = "/client_assertion"
		}
		t.Run(name, func(t *testing.T) {
			wantRefused(t, s, p.post("/as1/par", form), "invalid_client", where)
			wantRefused(t, s, p.post("/as1/token", form), "invalid_client", where)
		})
	}
	form := clientForm()
	form.Set("client_id", "another")
	wantRefused(t, s, p.token(form), "invalid_client", "/client_id")
}

// altered changes a letter of the payload.
func altered(compact string) string {
	at := strings.Index(compact, ".") + 12
	letter := "A"
	if compact[at] == 'A' {
		letter = "B"
	}
	return compact[:at] + letter + compact[at+1:]
}

// What an ordinary client may do with an assertion.
func TestAssertionAccepted(t *testing.T) {
	p := newParty(t, start(t).URL)
	honest := p.assertionClaims
	for name, c := range map[string]claims{
		"with nbf":                 honest().with("nbf", now()),
		"a clock 10 seconds ahead": honest().with("iat", now()+10, "exp", now()+70),
		"five minutes":             honest().with("exp", now()+300, "iat", now()),
		"dated by the world":       honest().with("iat", monday.Unix(), "exp", monday.Unix()+60),
		"a claim of its own":       honest().with("foo", "bar"),
	} {
		form := clientForm()
		form.Set("client_assertion", p.jwt(c))
		if got := p.token(form); got.status != http.StatusOK {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
}

func TestReplayedAssertion(t *testing.T) {
	for _, status := range []string{"400", "401"} {
		s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"uae.replay": status} })
		p := newParty(t, s.URL)
		assertion := p.jwt(p.assertionClaims())
		form := clientForm()
		form.Set("client_assertion", assertion)
		p.mustToken(form)
		got := p.token(form)
		if fmt.Sprint(got.status) != status || got.member(t, "error") != "invalid_client" {
			t.Errorf("again: got %d %s, want %s", got.status, got.body, status)
		}
		request := url.Values{"request": {p.jwt(p.requestClaims(detailsV12(freshID())))}, "client_assertion": {assertion}}
		if got := p.post("/as1/par", p.proven(request)); fmt.Sprint(got.status) != status {
			t.Errorf("at the other endpoint: got %d %s, want %s", got.status, got.body, status)
		}
		entries := world(t, s).Journal(mocks.Query{})
		if why := entries[len(entries)-1].Why; why.Where != "/client_assertion/jti" || why.Remedy == "" || !strings.HasSuffix(why.Pointer, "/replayed-assertion") && status == "401" {
			t.Errorf("explained by %+v", why)
		}
	}
}

func TestRequestObjectRefused(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	other := otherKey(t)
	honest := func() claims { return p.requestClaims(detailsV12(freshID())) }
	const invalid = "invalid_request"
	for _, test := range []struct {
		name, code, where string
		request           string
	}{
		{"no JWT", invalid, "", "abc"},
		{"unsigned", invalid, "", "eyJhbGciOiJub25lIn0.e30."},
		{"RS256", invalid, "", p.sign(honest(), jose.RS256, p.key)},
		{"wrong key", invalid, "", p.sign(honest(), jose.PS256, jose.JSONWebKey{Key: other.Key, KeyID: p.key.KeyID})},
		{"no iss", invalid, "/iss", p.jwt(honest().with("iss", gone))},
		{"another iss", invalid, "/iss", p.jwt(honest().with("iss", "x"))},
		{"no client_id", invalid, "/client_id", p.jwt(honest().with("client_id", gone))},
		{"another client_id", invalid, "/client_id", p.jwt(honest().with("client_id", "x"))},
		{"no aud", invalid, "/aud", p.jwt(honest().with("aud", gone))},
		{"another aud", invalid, "/aud", p.jwt(honest().with("aud", "https://server.example.com"))},
		{"a list without the issuer", invalid, "/aud", p.jwt(honest().with("aud", []any{"x", 1}))},
		{"no exp", invalid, "/exp", p.jwt(honest().with("exp", gone))},
		{"no nbf", invalid, "/nbf", p.jwt(honest().with("nbf", gone))},
		{"expired", invalid, "/exp", p.jwt(honest().with("nbf", now()-100, "exp", now()))},
		{"lives too long", invalid, "/exp", p.jwt(honest().with("nbf", now(), "exp", now()+601))},
		{"nbf too long ago", invalid, "/nbf", p.jwt(honest().with("nbf", now()-610, "exp", now()-20))},
		{"nbf to come", invalid, "/nbf", p.jwt(honest().with("nbf", now()+61, "exp", now()+120))},
		{"no response_type", invalid, "/response_type", p.jwt(honest().with("response_type", gone))},
		{"another response_type", invalid, "/response_type", p.jwt(honest().with("response_type", "code id_token"))},
		{"another response_mode", invalid, "/response_mode", p.jwt(honest().with("response_mode", "fragment"))},
		{"no redirect_uri", invalid, "/redirect_uri", p.jwt(honest().with("redirect_uri", gone))},
		{"a foreign redirect_uri", invalid, "/redirect_uri", p.jwt(honest().with("redirect_uri", "https://openbanking.tpp1.ae/simple-redirect-url"))},
		{"not quite loopback", invalid, "/redirect_uri", p.jwt(honest().with("redirect_uri", "http://127.0.0.1.example.com/cb"))},
		{"loopback with a fragment", invalid, "/redirect_uri", p.jwt(honest().with("redirect_uri", "http://localhost/cb#x"))},
		{"loopback with a user", invalid, "/redirect_uri", p.jwt(honest().with("redirect_uri", "http://a@localhost/cb"))},
		{"no scope", "invalid_scope", "/scope", p.jwt(honest().with("scope", gone))},
		{"insurance alone", "invalid_scope", "/scope", p.jwt(honest().with("scope", "insurance"))},
		{"openid alone", "invalid_scope", "/scope", p.jwt(honest().with("scope", "openid"))},
		{"another scope, too", "invalid_scope", "/scope", p.jwt(honest().with("scope", "openid insurance accounts"))},
		{"no code_challenge", invalid, "/code_challenge", p.jwt(honest().with("code_challenge", gone))},
		{"a short code_challenge", invalid, "/code_challenge", p.jwt(honest().with("code_challenge", "abc"))},
		{"no method", invalid, "/code_challenge_method", p.jwt(honest().with("code_challenge_method", gone))},
		{"plain", invalid, "/code_challenge_method", p.jwt(honest().with("code_challenge_method", "plain"))},
		{"state is a number", invalid, "/state", p.jwt(honest().with("state", 1))},
		{"nonce is a list", invalid, "/nonce", p.jwt(honest().with("nonce", []string{"x"}))},
		{"max_age too high", invalid, "/max_age", p.jwt(honest().with("max_age", 3601))},
		{"max_age negative", invalid, "/max_age", p.jwt(honest().with("max_age", -1))},
		{"max_age broken", invalid, "/max_age", p.jwt(honest().with("max_age", 1.5))},
		{"login_hint in the clear", invalid, "/login_hint", p.jwt(honest().with("login_hint", "784-1990-1234567-1"))},
		{"another member", invalid, "/prompt", p.jwt(honest().with("prompt", "login"))},
		{"no details", invalid, "/authorization_details", p.jwt(honest().with("authorization_details", gone))},
		{"no item", invalid, "/authorization_details", p.jwt(honest().with("authorization_details", []any{}))},
		{"two items", invalid, "/authorization_details", p.jwt(p.requestClaims(detailsV12(freshID()), detailsV12(freshID())))},
		{"an item that is a text", invalid, "/authorization_details/0", p.jwt(p.requestClaims("x"))},
		{"no type", "unauthorized_client", "/authorization_details/0/type", p.jwt(p.requestClaims(detailsV12(freshID()).with("type", gone)))},
		{"a draft's type", "unauthorized_client", "/authorization_details/0/type", p.jwt(p.requestClaims(detailsV12(freshID()).with("type", "urn:openfinanceuae:insurance-consent:v1.0-draft3")))},
		{"a detail", invalid, "/authorization_details/0/consent/ConsentId", p.jwt(p.requestClaims(detailsV12("aac-1")))},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := p.post("/as1/par", p.proven(url.Values{"request": {test.request}}))
			wantRefused(t, s, got, test.code, "/request"+test.where)
		})
	}
	t.Run("the request is missing", func(t *testing.T) {
		got := p.post("/as1/par", p.proven(url.Values{}))
		wantRefused(t, s, got, invalid, "/request")
	})
	t.Run("not a form", func(t *testing.T) {
		got := p.do(http.MethodPost, p.base+"/as1/par", strings.NewReader("{}"), "Content-Type", "application/json")
		wantRefused(t, s, got, invalid, "media type")
	})
	t.Run("the ConsentId is taken", func(t *testing.T) {
		id := freshID()
		p.push(p.requestClaims(detailsV12(id)))
		wantRefused(t, s, p.par(p.requestClaims(detailsRC1(id))), invalid, "/request/authorization_details/0/consent/ConsentId")
	})
}

// What an ordinary client may put into a request object.
func TestRequestObjectAccepted(t *testing.T) {
	p := newParty(t, start(t).URL)
	honest := func() claims { return p.requestClaims(detailsV12(freshID())) }
	for name, request := range map[string]claims{
		"the other order of scopes":        honest().with("scope", "insurance openid"),
		"a list with the issuer":           honest().with("aud", []string{"x", p.issuer()}),
		"without state and nonce":          honest().with("state", gone, "nonce", gone),
		"with what JWT libraries add":      honest().with("jti", "j", "iat", now(), "sub", p.id),
		"response_mode query":              honest().with("response_mode", "query"),
		"max_age":                          honest().with("max_age", 3600),
		"an encrypted login_hint":          honest().with("login_hint", "a.b.c.d.e"),
		"another port of this machine":     honest().with("redirect_uri", "http://localhost:4711/x?y=z"),
		"this machine, version 6":          honest().with("redirect_uri", "http://[::1]:80/cb"),
		"ten minutes":                      honest().with("nbf", now()-5, "exp", now()+595),
		"dated by the world":               honest().with("nbf", monday.Unix(), "exp", monday.Unix()+300),
		"the printed spelling of rc1":      p.requestClaims(claims{"Type": detailsRC1("")["type"], "Consent": detailsRC1(freshID())["consent"]}),
		"rc1 without a purpose":            p.requestClaims(detailsRC1(freshID())),
		"the guide's spelling of payments": honest(),
	} {
		if got := p.par(request); got.status != http.StatusCreated || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
	got := p.post("/as1/par", p.proven(url.Values{"request": {p.jwt(honest())}}))
	if got.status != http.StatusCreated || !strings.Contains(got.body, `"expires_in":600`) {
		t.Errorf("without the form's client_id: got %d %s", got.status, got.body)
	}
}

func TestSettingsOfRequests(t *testing.T) {
	s := start(t, func(o *mocks.Options) {
		o.Settings = map[string]string{"uae.nonce": "required", "uae.scope": "insurance-too"}
	})
	p := newParty(t, s.URL)
	honest := func() claims { return p.requestClaims(detailsRC1(freshID())) }
	wantRefused(t, s, p.par(honest().with("nonce", gone)), "invalid_request", "/request/nonce")
	wantRefused(t, s, p.par(honest().with("state", gone)), "invalid_request", "/request/state")
	got := p.mustToken(p.codeForm(p.code(honest().with("scope", "insurance"))))
	if got.member(t, "scope") != "insurance" {
		t.Errorf("got %s, want the scope insurance", got.body)
	}
	if list := p.resources(http.MethodGet, listRC1, got.member(t, "access_token")); list.status != http.StatusOK {
		t.Errorf("list: got %d %s", list.status, list.body)
	}
}
