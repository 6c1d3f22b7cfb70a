package uae_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

func TestDiscovery(t *testing.T) {
	s := start(t)
	got := newParty(t, s.URL+"/w/ci").do(http.MethodGet, s.URL+"/w/ci/uae/auth1/.well-known/openid-configuration", nil)
	if got.header.Get("Cache-Control") != "max-age=900" {
		t.Errorf("got %v, want max-age 900", got.header)
	}
	var document map[string]any
	got.decode(t, &document)
	base := s.URL + "/w/ci/uae"
	for name, want := range map[string]any{
		"issuer":                                base + "/auth1",
		"authorization_endpoint":                base + "/auth1/auth",
		"jwks_uri":                              base + "/auth1/jwks",
		"token_endpoint":                        base + "/as1/token",
		"pushed_authorization_request_endpoint": base + "/as1/par",
		"require_pushed_authorization_requests": true,
		"authorization_response_iss_parameter_supported": true,
		"tls_client_certificate_bound_access_tokens":     false,
		"token_endpoint_auth_methods_supported":          []any{"private_key_jwt"},
		"request_object_encryption_alg_values_supported": []any{},
		"authorization_details_types_supported":          []any{"urn:openfinanceuae:insurance-consent:v1.0-rc1", "urn:openfinanceuae:insurance-consent:v1.2"},
	} {
		if diff := cmp.Diff(want, document[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, sent := document["mtls_endpoint_aliases"]; sent {
		t.Error("aliases without a listener for client certificates")
	}
	jwks := newParty(t, s.URL).do(http.MethodGet, s.URL+"/uae/auth1/jwks", nil)
	for _, private := range []string{`"d":`, `"p":`, `"q":`, `"dp":`} {
		if strings.Contains(jwks.body, private) {
			t.Errorf("the JWKS gives %s away", private)
		}
	}
}

// What cannot be told to the client is shown, and never redirected.
func TestAuthorizeRefused(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	uri := p.push(p.requestClaims(detailsV12(freshID())))
	ask := func(query url.Values, accept string) answer {
		return p.do(http.MethodGet, p.base+"/auth1/auth?"+query.Encode(), nil, "Accept", accept)
	}
	for _, test := range []struct {
		name, code, where string
		query             url.Values
	}{
		{"no client", "invalid_request", "query client_id", url.Values{"request_uri": {uri}}},
		{"unknown client", "invalid_client", "query client_id", url.Values{"client_id": {"x"}, "request_uri": {uri}}},
		{"no request_uri", "invalid_request", "query request_uri", url.Values{"client_id": {p.id}}},
		{"unknown request_uri", "invalid_request", "query request_uri", url.Values{"client_id": {p.id}, "request_uri": {uri + "x"}}},
		{"without the prefix", "invalid_request", "query request_uri", url.Values{"client_id": {p.id}, "request_uri": {uri[strings.LastIndex(uri, ":")+1:]}}},
		{"a request that was not pushed", "invalid_request", "query request_uri", url.Values{"client_id": {p.id}, "request": {p.jwt(p.requestClaims(detailsV12(freshID())))}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantRefused(t, s, ask(test.query, "application/json"), test.code, test.where)
			page := ask(test.query, "text/html,application/xhtml+xml,*/*;q=0.8")
			if page.status != http.StatusBadRequest || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") || page.header.Get("Location") != "" {
				t.Errorf("in a browser: got %d %v %s", page.status, page.header, page.body)
			}
		})
	}
	ignored := url.Values{"client_id": {p.id}, "request_uri": {uri}, "scope": {"accounts"}, "redirect_uri": {"https://evil.example"}, "response_type": {"token"}}
	if got := ask(ignored, "application/json"); got.status != http.StatusOK {
		t.Errorf("with what does not count: got %d %s", got.status, got.body)
	}
}

// A request is decided once, by whichever visit is the first.
func TestRequestUsedTwice(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	uri := p.push(p.requestClaims(detailsV12(freshID())))
	v := p.mustVisit(uri)
	const visitors = 8
	answers := make([]answer, visitors)
	var group sync.WaitGroup
	for i := range visitors {
		group.Go(func() { answers[i] = p.decide(v.Interaction, v.confirm()) })
	}
	group.Wait()
	decided := 0
	for _, a := range answers {
		switch a.status {
		case http.StatusSeeOther:
			decided++
		case http.StatusNotFound:
		default:
			t.Errorf("got %d %s", a.status, a.body)
		}
	}
	if decided != 1 {
		t.Errorf("%d of %d decisions counted, want 1", decided, visitors)
	}
	wantRefused(t, s, p.visit(uri), "invalid_request", "query request_uri")
}

// The failures that an insurer can end a visit with, and one that is no code.
func TestPlayedFailures(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	for _, test := range []struct {
		decision claims
		want     string
		status   string
	}{
		{claims{}, "access_denied user_rejected_consent", "Rejected"},
		{claims{"error": "access_denied", "error_description": "consent_not_supported"}, "access_denied consent_not_supported", "Rejected"},
		{claims{"error": "temporarily_unavailable", "error_description": "lfi_temporarily_unavailable"}, "temporarily_unavailable lfi_temporarily_unavailable", "AwaitingAuthorization"},
		{claims{"error": "out_of_order", "error_description": "the house burns & nobody \"cares\""}, "invalid_request the house burns & nobody \"cares\"", "Rejected"},
		{claims{"error": "server_error"}, "server_error ", "AwaitingAuthorization"},
	} {
		id := freshID()
		v := p.mustVisit(p.push(p.requestClaims(detailsV12(id))))
		back := p.returned(p.decide(v.Interaction, test.decision.with("decision", "reject")))
		if got := back.Get("error") + " " + back.Get("error_description"); got != test.want || back.Get("state") != "st" || back.Get("iss") != p.issuer() || back.Has("code") {
			t.Errorf("%v: came back with %v, want %s", test.decision, back, test.want)
		}
		consent := p.resources(http.MethodGet, "/v1.2/insurance-consents/"+id, p.clientToken())
		if !strings.Contains(consent.body, `"Status":"`+test.status+`"`) {
			t.Errorf("%v: got %s, want %s", test.decision, consent.body, test.status)
		}
	}
}

func TestDecisionRefused(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	v := p.mustVisit(p.push(p.requestClaims(detailsV12(freshID()))))
	yes := v.confirm()
	for name, test := range map[string]struct {
		decision claims
		where    string
	}{
		"no decision":          {yes.with("decision", gone), "/decision"},
		"another decision":     {yes.with("decision", "maybe"), "/decision"},
		"no persona":           {yes.with("persona", gone), "/persona"},
		"an unknown persona":   {yes.with("persona", "nobody"), "/persona"},
		"no policy":            {yes.with("policies", gone), "/policies"},
		"an empty list":        {yes.with("policies", []string{}), "/policies"},
		"somebody else's":      {yes.with("policies", []string{v.Personas[1].Policies[0].ID}), "/policies"},
		"another member":       {yes.with("foo", "bar"), ""},
		"policies that is one": {yes.with("policies", "x"), "/policies"},
	} {
		t.Run(name, func(t *testing.T) {
			wantRefused(t, s, p.decide(v.Interaction, test.decision), "invalid_request", test.where)
		})
	}
	if got := p.decide("x", yes); got.status != http.StatusNotFound || got.member(t, "error") != "invalid_request" {
		t.Errorf("an unknown interaction: got %d %s", got.status, got.body)
	}
	// None of that was a decision.
	if back := p.returned(p.decide(v.Interaction, yes)); back.Get("code") == "" {
		t.Errorf("came back with %v", back)
	}
}

// A consent that its client took back is no longer there to be given.
func TestConsentRevokedMeanwhile(t *testing.T) {
	p := newParty(t, start(t).URL)
	revoke := func(id string) {
		got := p.resources(http.MethodPatch, "/v1.2/insurance-consents/"+id, p.clientToken(), []byte(`{"Data":{"Status":"Revoked"}}`)...)
		if got.status != http.StatusNoContent {
			t.Fatalf("revoke: got %d %s", got.status, got.body)
		}
	}
	id := freshID()
	uri := p.push(p.requestClaims(detailsV12(id)))
	v := p.mustVisit(uri)
	revoke(id)
	for _, back := range []url.Values{p.returned(p.visit(uri)), p.returned(p.decide(v.Interaction, v.confirm()))} {
		if back.Get("error") != "invalid_request" || back.Get("error_description") != "the consent is Revoked" {
			t.Errorf("came back with %v", back)
		}
	}
	id = freshID()
	code := p.code(p.requestClaims(detailsV12(id)))
	revoke(id)
	if got := p.token(p.codeForm(code)); got.member(t, "error") != "invalid_grant" {
		t.Errorf("its code: got %d %s", got.status, got.body)
	}
}

// The client's redirect URI may have a query of its own.
func TestRedirectKeepsItsQuery(t *testing.T) {
	p := newParty(t, start(t).URL)
	p.redirect = "http://localhost:4711/cb?tenant=a%20b"
	v := p.mustVisit(p.push(p.requestClaims(detailsV12(freshID()))))
	got := p.decide(v.Interaction, v.confirm()).header.Get("Location")
	if !strings.HasPrefix(got, p.redirect+"&code=") || !strings.HasSuffix(got, "&state=st&iss="+url.QueryEscape(p.issuer())) {
		t.Errorf("got %s", got)
	}
}

// A wrong method has the status of the document and no body.
func TestWrongMethod(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	for _, path := range []string{"/as1/par", "/as1/token"} {
		if got := p.do(http.MethodGet, p.base+path, nil); got.status != http.StatusMethodNotAllowed || got.body != "" || got.header.Get("Allow") != "POST" {
			t.Errorf("%s: got %d %s %v", path, got.status, got.body, got.header)
		}
	}
	if got := p.post("/as1/par", url.Values{"request": {strings.Repeat("x", 2<<20)}}); got.status != http.StatusRequestEntityTooLarge || got.body != "" {
		t.Errorf("a huge request: got %d %s", got.status, got.body)
	}
}

// One seed and one script: the same ids and tokens. Another seed: others.
func TestIdsGrowFromTheSeed(t *testing.T) {
	script := func(seed uint64) []string {
		s := start(t, func(o *mocks.Options) { o.Seed = seed })
		p := newParty(t, s.URL)
		uri := p.push(p.requestClaims(detailsV12(freshID())))
		v := p.mustVisit(uri)
		code := p.returned(p.decide(v.Interaction, v.confirm())).Get("code")
		token := p.mustToken(p.codeForm(code))
		return []string{uri, v.Interaction, code, token.member(t, "access_token"), token.member(t, "refresh_token"), p.clientToken()}
	}
	first, again, other := script(7), script(7), script(8)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("one seed, two runs (-first +again):\n%s", diff)
	}
	for i := range first {
		if first[i] == other[i] {
			t.Errorf("two seeds gave %s", first[i])
		}
	}
}
