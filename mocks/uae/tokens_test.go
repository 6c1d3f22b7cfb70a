package uae_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

// members are the names of a JSON object's members, in their order.
func members(t *testing.T, object string) []string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(object))
	var names []string
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// Each grant answers with its own members; a refresh brings no refresh token.
func TestGrants(t *testing.T) {
	p := newParty(t, start(t).URL)
	own := p.mustToken(clientForm())
	if diff := cmp.Diff([]string{"access_token", "token_type", "expires_in", "scope"}, members(t, own.body)); diff != "" {
		t.Errorf("client credentials (-want +got):\n%s", diff)
	}
	id := freshID()
	first := p.mustToken(p.codeForm(p.code(p.requestClaims(detailsV12(id)))))
	want := []string{"access_token", "token_type", "expires_in", "scope", "state", "refresh_token", "id_token", "authorization_details"}
	if diff := cmp.Diff(want, members(t, first.body)); diff != "" {
		t.Errorf("code (-want +got):\n%s", diff)
	}
	var answer struct {
		ExpiresIn int    `json:"expires_in"`
		TokenType string `json:"token_type"`
		Scope     string
		State     string
		Details   []struct {
			Type    string
			Consent struct {
				Data struct {
					ConsentID string `json:"ConsentId"`
					Status    string
				}
			}
		} `json:"authorization_details"`
	}
	first.decode(t, &answer)
	if answer.ExpiresIn != 600 || answer.TokenType != "Bearer" || answer.Scope != "openid insurance" || answer.State != "st" || len(answer.Details) != 1 ||
		answer.Details[0].Type != "urn:openfinanceuae:insurance-consent:v1.2" || answer.Details[0].Consent.Data.ConsentID != id || answer.Details[0].Consent.Data.Status != "Authorized" {
		t.Errorf("got %s", first.body)
	}
	if first.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %v, want no-store", first.header)
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.member(t, "refresh_token")}}
	for range 2 {
		again := p.mustToken(form)
		want := []string{"access_token", "token_type", "expires_in", "scope", "state", "id_token", "authorization_details"}
		if diff := cmp.Diff(want, members(t, again.body)); diff != "" {
			t.Errorf("refresh (-want +got):\n%s", diff)
		}
		if again.member(t, "access_token") == first.member(t, "access_token") {
			t.Error("a refresh gave the token that there was")
		}
		if got := p.resources(http.MethodGet, listV12, again.member(t, "access_token")); got.status != http.StatusOK {
			t.Errorf("with the refreshed token: got %d %s", got.status, got.body)
		}
		form.Del("client_assertion")
	}
}

// The id_token verifies with the key that the JWKS of discovery has under its kid.
func TestIDToken(t *testing.T) {
	p := newParty(t, start(t).URL)
	discovery := p.do(http.MethodGet, p.issuer()+"/.well-known/openid-configuration", nil)
	var keys jose.JSONWebKeySet
	p.do(http.MethodGet, discovery.member(t, "jwks_uri"), nil).decode(t, &keys)
	answer := p.mustToken(p.codeForm(p.code(p.requestClaims(detailsV12(freshID())))))
	token, err := jwt.ParseSigned(answer.member(t, "id_token"), []jose.SignatureAlgorithm{jose.PS256})
	if err != nil {
		t.Fatal(err)
	}
	var standard jwt.Claims
	var more struct {
		Nonce         string           `json:"nonce"`
		Authenticated *jwt.NumericDate `json:"auth_time"`
	}
	if err := token.Claims(&keys, &standard, &more); err != nil {
		t.Fatalf("verify: %v", err)
	}
	if err := standard.ValidateWithLeeway(jwt.Expected{Issuer: p.issuer(), AnyAudience: jwt.Audience{p.id}, Time: time.Unix(now(), 0)}, 0); err != nil {
		t.Errorf("claims %+v: %v", standard, err)
	}
	if more.Nonce != "no" || standard.Subject != "hamad-ali" || more.Authenticated == nil {
		t.Errorf("got %+v %+v, want the nonce, who consented and when", standard, more)
	}
}

func TestTokenRefused(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	code := func() string { return p.code(p.requestClaims(detailsV12(freshID()))) }
	with := func(form url.Values, changes ...string) url.Values {
		for i := 0; i < len(changes); i += 2 {
			form.Del(changes[i])
			if changes[i+1] != "" {
				form.Set(changes[i], changes[i+1])
			}
		}
		return form
	}
	refresh := func(value string) url.Values {
		return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {value}}
	}
	access := p.mustToken(p.codeForm(code())).member(t, "access_token")
	for _, test := range []struct {
		name, code, where string
		form              url.Values
	}{
		{"no grant_type", "invalid_request", "/grant_type", url.Values{}},
		{"another grant_type", "unsupported_grant_type", "/grant_type", url.Values{"grant_type": {"password"}}},
		{"no code", "invalid_request", "/code", with(p.codeForm("x"), "code", "")},
		{"no redirect_uri", "invalid_request", "/redirect_uri", with(p.codeForm("x"), "redirect_uri", "")},
		{"no code_verifier", "invalid_request", "/code_verifier", with(p.codeForm("x"), "code_verifier", "")},
		{"unknown code", "invalid_grant", "/code", p.codeForm("x")},
		{"another redirect_uri", "invalid_grant", "/redirect_uri", with(p.codeForm(code()), "redirect_uri", p.redirect+"/")},
		{"another verifier", "invalid_grant", "/code_verifier", with(p.codeForm(code()), "code_verifier", strings.Repeat("a", 43))},
		{"the challenge as verifier", "invalid_grant", "/code_verifier", with(p.codeForm(code()), "code_verifier", challenge())},
		{"no refresh_token", "invalid_request", "/refresh_token", with(refresh("x"), "refresh_token", "")},
		{"unknown refresh_token", "invalid_grant", "/refresh_token", refresh("x")},
		{"an access token to refresh", "invalid_grant", "/refresh_token", refresh(access)},
		{"no scope", "invalid_scope", "/scope", with(clientForm(), "scope", "")},
		{"openid alone", "invalid_scope", "/scope", with(clientForm(), "scope", "openid")},
		{"another scope, too", "invalid_scope", "/scope", with(clientForm(), "scope", "insurance accounts")},
		{"a scope that was not granted", "invalid_scope", "/scope", with(p.codeForm(code()), "scope", "openid insurance accounts")},
		{"a code where a verifier has a strange letter", "invalid_grant", "/code_verifier", with(p.codeForm(code()), "code_verifier", strings.Repeat("é", 43))},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantRefused(t, s, p.token(test.form), test.code, test.where)
		})
	}
	t.Run("a code in two copies", func(t *testing.T) {
		form := p.codeForm(code())
		form.Add("code", "x")
		wantRefused(t, s, p.token(form), "invalid_request", "/code")
	})
	t.Run("a mistake does not burn the code", func(t *testing.T) {
		form := p.codeForm(code())
		p.token(with(url.Values{"grant_type": form["grant_type"], "code": form["code"], "redirect_uri": form["redirect_uri"]}, "code_verifier", strings.Repeat("a", 43)))
		p.mustToken(form)
	})
}

// A code is good once; its second use voids what the first gave.
func TestCodeUsedTwice(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	code := p.code(p.requestClaims(detailsV12(freshID())))
	first := p.mustToken(p.codeForm(code))
	access := first.member(t, "access_token")
	if got := p.resources(http.MethodGet, listV12, access); got.status != http.StatusOK {
		t.Fatalf("before: got %d %s", got.status, got.body)
	}
	got := p.token(p.codeForm(code))
	wantRefused(t, s, got, "invalid_grant", "/code")
	entries := world(t, s).Journal(mocks.Query{})
	if why := entries[len(entries)-1].Why; !strings.HasSuffix(why.Pointer, "/used-code") {
		t.Errorf("explained by %+v", why)
	}
	if got := p.resources(http.MethodGet, listV12, access); got.status != http.StatusUnauthorized || got.body != "{}" {
		t.Errorf("its access token: got %d %s, want 401 {}", got.status, got.body)
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.member(t, "refresh_token")}}
	wantRefused(t, s, p.token(refresh), "invalid_grant", "/refresh_token")
}

// Of many who use a code at once, one gets tokens at most, and keeps none.
func TestCodeUsedAtOnce(t *testing.T) {
	p := newParty(t, start(t).URL)
	code := p.code(p.requestClaims(detailsV12(freshID())))
	const callers = 8
	answers := make([]answer, callers)
	forms := make([]url.Values, callers)
	for i := range forms {
		forms[i] = p.proven(p.codeForm(code))
	}
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() { answers[i] = p.post("/as1/token", forms[i]) })
	}
	group.Wait()
	given := ""
	for _, a := range answers {
		switch {
		case a.status == http.StatusOK && given == "":
			given = a.member(t, "access_token")
		case a.status == http.StatusOK:
			t.Fatal("two got tokens for one code")
		case a.member(t, "error") != "invalid_grant":
			t.Errorf("got %d %s", a.status, a.body)
		}
	}
	if given == "" {
		t.Fatal("nobody got a token")
	}
	if got := p.resources(http.MethodGet, listV12, given); got.status != http.StatusUnauthorized {
		t.Errorf("the token of a code used twice: got %d, want 401", got.status)
	}
}

// Of many who send one assertion at once, one is served.
func TestAssertionUsedAtOnce(t *testing.T) {
	p := newParty(t, start(t).URL)
	form := p.proven(clientForm())
	const callers = 8
	answers := make([]answer, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() { answers[i] = p.post("/as1/token", form) })
	}
	group.Wait()
	served := 0
	for _, a := range answers {
		if a.status == http.StatusOK {
			served++
		}
	}
	if served != 1 {
		t.Errorf("%d of %d were served, want 1", served, callers)
	}
}

// What lives, lives by the world's clock.
func TestLifetimes(t *testing.T) {
	s := start(t)
	w, p := world(t, s), newParty(t, s.URL)
	request := func() claims { return p.requestClaims(detailsV12(freshID())) }

	uri := p.push(request())
	advance(t, w, 10*time.Minute-time.Second)
	v := p.mustVisit(uri)
	late := p.push(request())
	advance(t, w, 10*time.Minute)
	wantRefused(t, s, p.visit(late), "invalid_request", "query request_uri")
	if again := p.mustVisit(uri); again.Interaction != v.Interaction {
		t.Errorf("the page loaded again is the interaction %s, want %s", again.Interaction, v.Interaction)
	}
	code := p.returned(p.decide(v.Interaction, v.confirm())).Get("code")
	advance(t, w, 5*time.Minute-time.Second)
	answer := p.mustToken(p.codeForm(code))
	stale := p.code(request())
	advance(t, w, 5*time.Minute)
	wantRefused(t, s, p.token(p.codeForm(stale)), "invalid_grant", "/code")

	access, own := answer.member(t, "access_token"), p.clientToken()
	advance(t, w, 5*time.Minute-time.Second)
	if got := p.resources(http.MethodGet, listV12, access); got.status != http.StatusOK {
		t.Errorf("a second before its end: got %d %s", got.status, got.body)
	}
	advance(t, w, time.Second)
	if got := p.resources(http.MethodGet, listV12, access); got.status != http.StatusUnauthorized || got.body != "{}" {
		t.Errorf("at its end: got %d %s, want 401 {}", got.status, got.body)
	}
	advance(t, w, 5*time.Minute)
	if got := p.resources(http.MethodGet, "/v1.2/insurance-consents?BaseConsentId=x", own); got.status != http.StatusUnauthorized {
		t.Errorf("the client's own token at its end: got %d %s, want 401", got.status, got.body)
	}

	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {answer.member(t, "refresh_token")}}
	advance(t, w, monday.AddDate(0, 6, 0).Sub(monday)-time.Hour)
	p.mustToken(refresh)
	refresh.Del("client_assertion")
	advance(t, w, time.Hour)
	wantRefused(t, s, p.token(refresh), "invalid_grant", "/refresh_token")
}

// A visit that lasts too long ends as the insurer would end it.
func TestSessionExpires(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	uri := p.push(p.requestClaims(detailsV12(freshID())))
	v := p.mustVisit(uri)
	advance(t, world(t, s), 15*time.Minute)
	wantRefused(t, s, p.visit(uri), "invalid_request", "query request_uri")
	back := p.returned(p.decide(v.Interaction, v.confirm()))
	if back.Get("error") != "access_denied" || back.Get("error_description") != "session_expired" || back.Get("state") != "st" || back.Get("iss") != p.issuer() {
		t.Errorf("came back with %v", back)
	}
}

// Consents take the client's own token, policies a person's, with the scopes of
// each; no call takes a refresh token.
func TestWrongToken(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	id := freshID()
	user := p.mustToken(p.codeForm(p.code(p.requestClaims(detailsV12(id)))))
	insurance := clientForm()
	insurance.Set("scope", "insurance")
	consent := "/v1.2/insurance-consents/" + id
	const scope = `"Code":"AccessToken.InvalidScope"`
	for name, test := range map[string]struct {
		path, token string
		status      int
		body        string
	}{
		"a person's token for a consent":    {consent, user.member(t, "access_token"), http.StatusForbidden, scope},
		"the client's token for policies":   {listV12, p.clientToken(), http.StatusForbidden, scope},
		"the client's token without openid": {consent, p.mustToken(insurance).member(t, "access_token"), http.StatusForbidden, scope},
		"a refresh token":                   {listV12, user.member(t, "refresh_token"), http.StatusUnauthorized, "{}"},
		"a token that is none":              {listV12, "x", http.StatusUnauthorized, "{}"},
		"no token":                          {listV12, "", http.StatusUnauthorized, "{}"},
		"a consent of the other version":    {listRC1, user.member(t, "access_token"), http.StatusForbidden, `"Code":"Consent.Invalid"`},
	} {
		got := p.resources(http.MethodGet, test.path, test.token)
		if got.status != test.status || !strings.Contains(got.body, test.body) {
			t.Errorf("%s: got %d %s, want %d %s", name, got.status, got.body, test.status, test.body)
		}
		entries := world(t, s).Journal(mocks.Query{})
		if why := entries[len(entries)-1].Why; why.Rule == "" || why.Remedy == "" || why.Where != "header Authorization" || !why.Evidence.Valid() || why.Pointer == "" {
			t.Errorf("%s: explained by %+v", name, why)
		}
	}
	if got := p.do(http.MethodGet, p.base+"/rs1/open-finance/insurance"+listV12, nil, "Authorization", "Basic "+user.member(t, "access_token")); got.status != http.StatusUnauthorized {
		t.Errorf("Basic: got %d, want 401", got.status)
	}
}

// Codes, tokens and requests belong to the world that gave them.
func TestAnotherWorld(t *testing.T) {
	s := start(t)
	one, two := newParty(t, s.URL+"/w/one"), newParty(t, s.URL+"/w/two")
	request := func(p *party) claims { return p.requestClaims(detailsV12(freshID())) }
	uri, code := one.push(request(one)), one.code(request(one))
	access := one.mustToken(one.codeForm(one.code(request(one)))).member(t, "access_token")
	two.push(request(two))
	two.mustToken(two.codeForm(two.code(request(two))))
	if got := two.visit(uri); got.status != http.StatusBadRequest {
		t.Errorf("the request_uri of another world: got %d %s", got.status, got.body)
	}
	if got := two.token(two.codeForm(code)); got.member(t, "error") != "invalid_grant" {
		t.Errorf("the code of another world: got %d %s", got.status, got.body)
	}
	if got := two.resources(http.MethodGet, listV12, access); got.status != http.StatusUnauthorized {
		t.Errorf("the token of another world: got %d %s", got.status, got.body)
	}
	form := clientForm()
	form.Set("client_assertion", one.jwt(one.assertionClaims()))
	if got := two.token(form); got.member(t, "error") != "invalid_client" {
		t.Errorf("an assertion for another world: got %d %s", got.status, got.body)
	}
}
