package uae_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var uuidText = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// Every answer says whose interaction it is: the caller's, or a new one each time.
func TestInteractionID(t *testing.T) {
	const sent = "942A7EE7-d29a-45aa-93b7-c5f292d86602"
	p := newParty(t, start(t).URL)
	for _, v := range versions {
		id := freshID()
		user, own := p.give(v.asking(id, everything...), hamad, hamadPolicy), p.clientToken()
		seen := map[string]bool{}
		for _, call := range []struct {
			name, method, path, token, body string
			status                          int
		}{
			{"list", "GET", v.list, user, "", 200},
			{"policy", "GET", v.list + "/" + hamadPolicy, user, "", 200},
			{"account", "GET", v.list + "/" + hamadPolicy + "/customer-payment-details", user, "", 200},
			{"consent", "GET", v.consents + "/" + id, own, "", 200},
			{"chain", "GET", v.consents + "?BaseConsentId=" + id, own, "", 200},
			{"patch", "PATCH", v.consents + "/" + id, own, `{}`, 204},
			{"a bad patch", "PATCH", v.consents + "/" + id, own, `{"Data":1}`, 400},
			{"no token", "GET", v.list, "none", "", 401},
			{"the wrong token", "GET", v.list, own, "", 403},
			{"nobody's policy", "GET", v.list + "/x", user, "", 404},
			{"a wrong method", "DELETE", v.list, user, "", 405},
		} {
			do := func(header ...string) answer {
				if call.body != "" {
					header = append(header, "Content-Type", "application/json")
				}
				header = append(header, "Authorization", "Bearer "+call.token)
				return p.do(call.method, p.base+"/rs1/open-finance/insurance"+call.path, strings.NewReader(call.body), header...)
			}
			got := do("x-fapi-interaction-id", sent)
			if got.status != call.status || got.header.Get("x-fapi-interaction-id") != sent {
				t.Errorf("%s %s: got %d and %q, want %d and the caller's", v.name, call.name, got.status, got.header.Get("x-fapi-interaction-id"), call.status)
			}
			for _, header := range [][]string{nil, {"x-fapi-interaction-id", "not a UUID"}} {
				got := do(header...)
				made := got.header.Get("x-fapi-interaction-id")
				if got.status != call.status || !uuidText.MatchString(made) || seen[made] {
					t.Errorf("%s %s with %v: got %d and %q, want %d and a new UUID", v.name, call.name, header, got.status, made, call.status)
				}
				seen[made] = true
			}
		}
	}
}

// What a status says in its body: only 400, 403 and 500 say why.
func TestBodiesOfRefusals(t *testing.T) {
	p := newParty(t, start(t).URL)
	for _, v := range versions {
		user := p.give(v.asking(freshID(), readPolicies), hamad, hamadPolicy)
		for _, test := range []struct {
			name   string
			got    answer
			status int
			code   string
		}{
			{"no token", p.do("GET", p.base+"/rs1/open-finance/insurance"+v.list, nil), 401, ""},
			{"the client's token", p.resources("GET", v.list, p.clientToken()), 403, "AccessToken.InvalidScope"},
			{"a person's token", p.resources("GET", v.consents+"/x", user), 403, "AccessToken.InvalidScope"},
			{"no such policy", p.resources("GET", v.list+"/x", user), 404, ""},
			{"a wrong method", p.resources("POST", v.list, user), 405, ""},
			{"another media type wanted", p.do("GET", p.base+"/rs1/open-finance/insurance"+v.list, nil, "Authorization", "Bearer "+user, "Accept", "text/xml"), 406, ""},
			{
				"another media type sent",
				p.do("PATCH", p.base+"/rs1/open-finance/insurance"+v.consents+"/x", strings.NewReader(`{}`), "Authorization", "Bearer "+p.clientToken(), "Content-Type", "text/plain"),
				415, "",
			},
			{"too long", p.resources("PATCH", v.consents+"/x", p.clientToken(), []byte(`{"Data":{"Status":"`+strings.Repeat("x", 1<<20)+`"}}`)...), 400, "Body.InvalidFormat"},
		} {
			t.Run(v.name+"/"+test.name, func(t *testing.T) {
				test.got.want(t, test.status, test.code)
				if test.got.header.Get("Content-Type") != "application/json" {
					t.Errorf("got %s", test.got.header.Get("Content-Type"))
				}
				if test.code == "" && test.got.body != "{}" {
					t.Errorf("got %s, want {}", test.got.body)
				}
				if test.status == 405 && test.got.header.Get("Allow") == "" {
					t.Error("a 405 names no method that is allowed")
				}
			})
		}
	}
}

func TestAuthDate(t *testing.T) {
	p := newParty(t, start(t).URL)
	for _, v := range versions {
		token := p.give(v.asking(freshID(), readPolicies), hamad, hamadPolicy)
		for sent, want := range map[string]int{
			"Tue, 11 Sep 2012 19:43:31 GMT":  200,
			"Tue, 11 Sep 2012 19:43:31 UTC":  200,
			"Tue, 11 Sep 2012 19:43:31 +00":  400,
			"2012-09-11T19:43:31Z":           400,
			"Tuesday, 11 Sep 2012 19:43 GMT": 400,
		} {
			got := p.do("GET", p.base+"/rs1/open-finance/insurance"+v.list, nil, "Authorization", "Bearer "+token, "x-fapi-auth-date", sent)
			if got.status != want || want == 400 && !strings.Contains(got.body, `"Code":"Resource.InvalidFormat"`) {
				t.Errorf("%s, %q: got %d %s, want %d", v.name, sent, got.status, got.body, want)
			}
		}
	}
}

// Accept is read by weight, and JSON is preferred where both are liked.
func TestAccept(t *testing.T) {
	p := newParty(t, start(t).URL)
	const json, jwt = "application/json", "application/jwt"
	for i, v := range versions {
		token := p.give(v.asking(freshID(), readPolicies), hamad, hamadPolicy)
		for _, test := range []struct{ accept, rc1, v12 string }{
			{"", json, json},
			{"*/*", json, json},
			{"application/*", json, json},
			{"application/json", json, json},
			{"Application/JSON; charset=utf-8", json, json},
			{"text/html, application/json;q=0.1", json, json},
			{"application/jwt", "", jwt},
			{"application/json;q=0.5, application/jwt", json, jwt},
			{"application/jwt;q=0.5, application/json;q=0.5", json, json},
			{"application/json;q=0, */*", "", jwt},
			{"application/json;q=x", "", ""},
			{"text/html", "", ""},
			{"*/*;q=0", "", ""},
			{"application/json;q=0", "", ""},
			{",,;", "", ""},
		} {
			want := test.rc1
			if i == 1 {
				want = test.v12
			}
			got := p.do(http.MethodGet, p.base+"/rs1/open-finance/insurance"+v.list, nil, "Authorization", "Bearer "+token, "Accept", test.accept)
			switch {
			case want == "" && (got.status != 406 || got.body != "{}"):
				t.Errorf("%s, %q: got %d %s, want 406 {}", v.name, test.accept, got.status, got.body)
			case want != "" && (got.status != 200 || got.header.Get("Content-Type") != want):
				t.Errorf("%s, %q: got %d %s, want 200 %s", v.name, test.accept, got.status, got.header.Get("Content-Type"), want)
			}
		}
	}
}
