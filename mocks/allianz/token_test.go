package allianz_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/allianz"
)

const tokens = "/allianz/api/oauth2/token"

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func published() string {
	return basic(credential("client_id"), credential("client_secret"))
}

func credential(name string) string {
	text, _ := allianz.Insurer().Credentials[name].(string)
	return text
}

// grant gets a token at a base URL.
func grant(t *testing.T, base string) string {
	t.Helper()
	status, body := post(t, base+tokens+"?grant_type=client_credentials&oe_id=th-pc", nil, "Authorization", published())
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(body), &answer); status != 200 || err != nil {
		t.Fatalf("got %d %s", status, body)
	}
	if answer.TokenType != "Bearer" || answer.ExpiresIn != 3600 || answer.AccessToken == "" {
		t.Fatalf("got %s, want a bearer token for an hour", body)
	}
	return answer.AccessToken
}

const (
	noClient  = `{"fault":{"faultstring":"Invalid client identifier","detail":{"errorcode":"oauth.v2.InvalidClientIdentifier"}}}`
	noGrant   = `{"fault":{"faultstring":"Unsupported grant type","detail":{"errorcode":"oauth.v2.UnsupportedGrantType"}}}`
	badToken  = `{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}`
	lateToken = `{"fault":{"faultstring":"Access Token expired","detail":{"errorcode":"keymanagement.service.access_token_expired"}}}`
)

func TestTokenRefused(t *testing.T) {
	s := start(t)
	tests := []struct {
		name, query, authorization string
		status                     int
		body                       string
	}{
		{"no credentials", "?grant_type=client_credentials&oe_id=th-pc", "", 401, noClient},
		{"another secret", "?grant_type=client_credentials&oe_id=th-pc", basic(credential("client_id"), "x"), 401, noClient},
		{"another client", "?grant_type=client_credentials&oe_id=th-pc", basic("x", credential("client_secret")), 401, noClient},
		{"not Basic", "?grant_type=client_credentials&oe_id=th-pc", "Bearer x", 401, noClient},
		{"no grant type", "?oe_id=th-pc", published(), 400, noGrant},
		{"another grant type", "?grant_type=password&oe_id=th-pc", published(), 400, noGrant},
		{"who calls comes before what is asked", "", "", 401, noClient},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var header []string
			if test.authorization != "" {
				header = []string{"Authorization", test.authorization}
			}
			if status, body := post(t, s.URL+tokens+test.query, nil, header...); status != test.status || body != test.body {
				t.Errorf("got %d %s\nwant %d %s", status, body, test.status, test.body)
			}
		})
	}
}

// use quotes with a token, or without one.
func use(t *testing.T, base string, authorization ...string) (int, string) {
	t.Helper()
	if len(authorization) > 0 {
		authorization = []string{"Authorization", authorization[0]}
	}
	return post(t, base+quickQuotes, request(t, "vmi1-default.request"), authorization...)
}

func wantUse(t *testing.T, base, authorization string, status int, body string) {
	t.Helper()
	got, text := use(t, base, authorization)
	if got != status || body != "" && text != body {
		t.Errorf("%q: got %d %s, want %d %s", authorization, got, text, status, body)
	}
}

func TestTokenLifetime(t *testing.T) {
	s := start(t)
	world, err := s.Make(t.Context(), mocks.DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	token := "Bearer " + grant(t, s.URL)
	wantUse(t, s.URL, token, 200, "")
	advance(t, world, time.Hour-time.Second)
	wantUse(t, s.URL, token, 200, "")
	advance(t, world, time.Second)
	wantUse(t, s.URL, token, 401, lateToken)
	wantUse(t, s.URL, "Bearer "+grant(t, s.URL), 200, "")
}

func advance(t *testing.T, world *mocks.World, d time.Duration) {
	t.Helper()
	if _, err := world.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

func TestTokenUse(t *testing.T) {
	lenient := start(t)
	strict := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"allianz.auth": "strict"} })
	if status, body := use(t, lenient.URL); status != 200 {
		t.Errorf("lenient, no token: got %d %s, want 200", status, body)
	}
	if status, body := use(t, strict.URL); status != 401 || body != badToken {
		t.Errorf("strict, no token: got %d %s, want 401 %s", status, body, badToken)
	}
	for _, s := range []*mocks.Server{lenient, strict} {
		token := grant(t, s.URL)
		wantUse(t, s.URL, "Bearer "+token, 200, "")
		wantUse(t, s.URL, "bearer "+token, 200, "")
		for _, wrong := range []string{
			"Bearer x", "Bearer", "Bearer ", "Bearer default.x", "Bearer " + token + "x", "Token " + token, token, published(),
		} {
			wantUse(t, s.URL, wrong, 401, badToken)
		}
	}
}

// A token opens its own world alone, and explain says whose it is.
func TestTokenOfAnotherWorld(t *testing.T) {
	s := start(t)
	token := "Bearer " + grant(t, s.URL+"/w/one")
	wantUse(t, s.URL+"/w/one", token, 200, "")
	grant(t, s.URL+"/w/two")
	wantUse(t, s.URL+"/w/two", token, 401, badToken)
	world, err := s.World("two")
	if err != nil {
		t.Fatal(err)
	}
	entries := world.Journal(mocks.Query{Operation: "quickQuote"})
	why := entries[len(entries)-1].Why
	if !strings.Contains(why.Rule, `"one"`) || !strings.Contains(why.Rule, `"two"`) || why.Where != "header Authorization" || why.Remedy == "" {
		t.Errorf("got %+v, want both worlds named", why)
	}
}

// One seed and one script: the same tokens. Another seed: others.
func TestTokensGrowFromTheSeed(t *testing.T) {
	script := func(seed uint64) [2]string {
		s := start(t, func(o *mocks.Options) { o.Seed = seed })
		return [2]string{grant(t, s.URL), grant(t, s.URL)}
	}
	first, again, other := script(7), script(7), script(8)
	if first != again {
		t.Errorf("one seed gave %v and %v", first, again)
	}
	if first[0] == first[1] {
		t.Errorf("two calls gave the token %s", first[0])
	}
	if first[0] == other[0] {
		t.Errorf("two seeds gave the token %s", first[0])
	}
}

func TestOnlyTheNewestTokensAreKept(t *testing.T) {
	const kept = 1_000
	s := start(t)
	oldest, second := grant(t, s.URL), grant(t, s.URL)
	for range kept - 1 {
		grant(t, s.URL)
	}
	wantUse(t, s.URL, "Bearer "+oldest, 401, badToken)
	wantUse(t, s.URL, "Bearer "+second, 200, "")
}
