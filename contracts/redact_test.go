package contracts

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/openapi"
)

// signed builds a token of three parts; the signature is what must go.
func signed(header, claims, signature string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + "." + signature
}

func TestRedactText(t *testing.T) {
	token := signed(`{"alg":"PS256"}`, `{"sub":"x"}`, "c2lnbmF0dXJl")
	open := token[:strings.LastIndexByte(token, '.')]
	r := &redactor{secretNames: commonSecrets}
	tests := []struct{ name, text, want string }{
		{"nothing", "policyStartDate is missing", "policyStartDate is missing"},
		{"words", "basic coverage, bearer of the policy", "basic coverage, bearer of the policy"},
		{"bearer", "Authorization: Bearer abc123def", "Authorization: Bearer ***"},
		{"lower-case bearer", "bearer abc123def expired", "bearer *** expired"},
		{"basic without a digit", "Basic dXNlcjpwYXNz", "Basic ***"},
		{"signed token", "got " + token + ".", "got " + open + ".***."},
		{"signed token, again", "got " + open + ".***", "got " + open + ".***"},
		{"unsigned token", signed(`{"alg":"none"}`, `{}`, ""), signed(`{"alg":"none"}`, `{}`, "")},
		{"encrypted token", strings.Split(token, ".")[0] + ".a.b.c.d", strings.Split(token, ".")[0] + ".***"},
		{"a host is no token", "eyes-on.apis.example.com", "eyes-on.apis.example.com"},
		{"pair in an address", `Post "https://x/token?client_secret=abc&oe_id=th": EOF`, `Post "https://x/token?client_secret=***&oe_id=th": EOF`},
		{"code in an address", "Location: https://x/cb?state=1&code=abc", "Location: https://x/cb?state=1&code=***"},
		{"pair in words", "password: hunter2", "password: ***"},
		{"escaped JSON", `{\"access_token\":\"abc\",\"a\":1}`, `{\"access_token\":\"***\",\"a\":1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := r.text(tt.text)
			if got != tt.want {
				t.Errorf("text(%q) = %q, want %q", tt.text, got, tt.want)
			}
			if again := r.text(got); again != got {
				t.Errorf("a second time: %q, want %q", again, got)
			}
		})
	}
}

func TestRedactJSON(t *testing.T) {
	r := &redactor{secretNames: commonSecrets}
	tests := []struct{ name, body, want string }{
		{"by name", `{"access_token": "abc", "expires_in": 3600.0}`, `{"access_token": "***", "expires_in": 3600.0}`},
		{"camel case", `{"refreshToken":"abc"}`, `{"refreshToken":"***"}`},
		{"escaped name", `{"pass\u0077ord":"abc"}`, `{"pass\u0077ord":"***"}`},
		{"number", `{"password":12345,"a":1}`, `{"password":"***","a":1}`},
		{"null", `{"password":null,"id_token":true}`, `{"password":null,"id_token":true}`},
		{"nested value", `[{"token":{"value":"a}\"b"}},{"a":"b"}]`, `[{"token":"***"},{"a":"b"}]`},
		{"quotes in the value", `{"password":"a\"b","c":"d"}`, `{"password":"***","c":"d"}`},
		{"a code of the insurer's", `{"code":"003","message":"token"}`, `{"code":"003","message":"token"}`},
		{"a secret in a text", `{"message":"Bearer abc123def is wrong"}`, `{"message":"Bearer *** is wrong"}`},
		{"cut off", `{"access_token":"ab`, `{"access_token":"***"`},
		{"not JSON", `access_token=abc`, `access_token=***`},
		{"broken quotes", `x" {"access_token": "abc"}`, `x" {"access_token": "***"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := string(r.body(&Message{Body: []byte(tt.body)}))
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if json.Valid([]byte(tt.body)) && !json.Valid([]byte(got)) {
				t.Errorf("%s is JSON no more", got)
			}
		})
	}
}

func TestRedactHeaders(t *testing.T) {
	header := http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("me:s3cretpass"))}, "Cookie": {"a=b; sid=xyz"},
		"Set-Cookie": {"sid=xyz; Path=/; HttpOnly"}, "X-Api-Key": {"k"}, "Token": {"t"}, "Accept": {"application/json"}, "X-Empty": {""},
	}
	want := http.Header{
		"Authorization": {"Basic ***"}, "Cookie": {"a=***; sid=***"},
		"Set-Cookie": {"sid=***; Path=/; HttpOnly"}, "X-Api-Key": {"***"}, "Token": {"***"}, "Accept": {"application/json"}, "X-Empty": {""},
	}
	x := &Exchange{Request: Request{Message: Message{Header: header}}, Notes: []string{"s3cretpass is wrong"}}
	before := header.Clone()
	kept := (&Contract{}).Redact(x)
	if diff := cmp.Diff(want, kept.Request.Header); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"*** is wrong"}, kept.Notes); diff != "" {
		t.Errorf("what a header gave away, in a note (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, header); diff != "" {
		t.Errorf("the exchange itself changed (-before +after):\n%s", diff)
	}
}

// TestRedactByDocument takes the names from what a document marks.
func TestRedactByDocument(t *testing.T) {
	names := newSecretNames([]openapi.Secret{
		{In: "response", Name: "/holders/*/pin"}, {In: "request", Name: "/keys/*"}, {In: "query", Name: "session"}, {In: "header", Name: "X-Partner"},
	})
	c := &Contract{secrets: map[string]*secretNames{"pay": names}}
	x := &Exchange{Operation: "pay", Request: Request{Query: "session=abc&page=2", Message: Message{Header: http.Header{"X-Partner": {"p"}}, Body: []byte(`{"keys":["a","b"]}`)}}}
	x.Response.Body = []byte(`{"holders":[{"pin":"1234","name":"n"}]}`)
	kept := c.Redact(x)
	got := []string{kept.Request.Query, kept.Request.Header.Get("X-Partner"), string(kept.Request.Body), string(kept.Response.Body)}
	want := []string{"session=***&page=2", "***", `{"keys":"***"}`, `{"holders":[{"pin":"***","name":"n"}]}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("marked secrets (-want +got):\n%s", diff)
	}
	x.Operation = "other"
	if kept := c.Redact(x); string(kept.Response.Body) != string(x.Response.Body) {
		t.Errorf("another call has other secrets: got %s", kept.Response.Body)
	}
}

// TestRedactShares demands that an exchange without secrets costs no copy.
func TestRedactShares(t *testing.T) {
	_, x := sample(t)
	x.Request.Header.Del("Authorization")
	c := contractOf(t, "allianz")
	kept := c.Redact(x)
	if &kept.Response.Body[0] != &x.Response.Body[0] || &kept.Request.Body[0] != &x.Request.Body[0] {
		t.Error("a body without a secret was copied")
	}
	if allocated := testing.AllocsPerRun(100, func() { c.Redact(x) }); allocated > 10 {
		t.Errorf("%v allocations, want a handful", allocated)
	}
}

// TestFindingsHoldNoSecret breaks a promise with a secret in the broken place.
func TestFindingsHoldNoSecret(t *testing.T) {
	const canary = "c4n4ry-c4n4ry"
	c := contractOf(t, "allianz")
	tests := map[string]string{
		"a list for a text":   `{"access_token":["` + canary + `"],"token_type":"Bearer","expires_in":1}`,
		"quoted elsewhere":    `{"access_token":"` + canary + `","token_type":"` + canary + `","expires_in":"` + canary + `"}`,
		"in a broken refusal": `{"access_token":"` + canary + `","fault":{"faultstring":"","detail":"Bearer ` + canary + `"}}`,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			x := &Exchange{Insurer: "allianz", Request: Request{Method: "POST", Path: "/api/oauth2/token", Query: "grant_type=client_credentials"}}
			x.Response = Response{Status: 200, Message: Message{Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}}
			c.identify(x)
			found := c.Examine(x)
			if len(found) == 0 {
				t.Fatal("no finding")
			}
			text, err := json.Marshal(found)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), canary) {
				t.Errorf("a finding quotes the token: %s", text)
			}
		})
	}
}

// FuzzRedact plants canaries wherever a secret may stand and hunts for them in
// what a tape would hold.
func FuzzRedact(f *testing.F) {
	f.Add("c4n4ry99", `{"a":"b"}`, "oe_id=th-pc", "Authorization")
	f.Add(`quo"te\d1`, `[`, "a=b&&=", "token")
	f.Add("p%25&=x y9", "plain text", "%zz", "X-Api-Key")
	f.Add("กขคงจฉช1", `{"message":"x`, "", "Cookie")
	f.Fuzz(func(t *testing.T, canary, around, query, name string) {
		const mark = "c4n4ry"
		canary = mark + strings.ToValidUTF8(canary, "")
		quoted, err := json.Marshal(canary)
		if err != nil {
			t.Fatal(err)
		}
		around, query, name = strings.ReplaceAll(around, mark, ""), strings.ReplaceAll(query, mark, ""), strings.ReplaceAll(name, mark, "")
		word := mark + "0123456789" // what a header or an error text can hold
		token := signed(`{"alg":"RS256"}`, `{"a":1}`, word)
		plants := map[string]*Exchange{
			"header": {Request: Request{Message: Message{Header: http.Header{
				"Authorization": {"Bearer " + word}, "Cookie": {name + "=" + word}, "Token": {word}, "X-Api-Key": {word}, "Proxy-Authorization": {word},
			}}}},
			"basic":        {Request: Request{Message: Message{Header: http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("u:"+word))}}}}, Notes: []string{word}},
			"query":        {Request: Request{Query: query + "&client_secret=" + url.QueryEscape(canary) + "&code=" + url.QueryEscape(canary) + "&x=1"}},
			"member":       answering(`{"x":1,"access_token":`+string(quoted)+`,"y":[{"password":`+string(quoted)+`}]}`, ""),
			"broken JSON":  answering(`{"x":1,"access_token":`+string(quoted[:len(quoted)-1]), ""),
			"form":         answering(query+"&client_assertion="+url.QueryEscape(canary)+"&a=b", mediaForm),
			"text":         answering(strings.TrimRight(around, `\`)+" Bearer "+word+" "+around, "text/plain"),
			"error text":   {Notes: []string{`Post "https://x/token?client_secret=` + url.QueryEscape(word) + `": EOF`, "Basic " + word, around + " " + token}},
			"token":        answering(`{"request":"`+token+`"}`, ""),
			"quoted again": {Request: Request{Message: Message{Header: http.Header{"Token": {word}}}}, Response: Response{Message: Message{Header: http.Header{"X-Echo": {word}}, Body: []byte(around + word)}}},
			"path":         {Request: Request{Path: "/a/" + token, Vars: map[string]string{"id": token}}},
		}
		for place, x := range plants {
			for _, c := range []*Contract{{}, contractOf(t, "allianz")} {
				line, err := c.Redact(x).MarshalJSON()
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(line), mark) {
					t.Errorf("the secret in a %s is kept: %s", place, line)
				}
			}
		}
	})
}

func answering(text, media string) *Exchange {
	header := http.Header{}
	if media != "" {
		header.Set("Content-Type", media)
	}
	return &Exchange{Response: Response{Status: 200, Message: Message{Header: header, Body: []byte(text)}}}
}

// TestRedactIsLinear would not end in time if every secret of a hostile body were
// looked for in all the rest.
func TestRedactIsLinear(t *testing.T) {
	var bearers strings.Builder
	for n := range 50_000 {
		fmt.Fprintf(&bearers, "Bearer a1b2c3%d ", n)
	}
	for name, text := range map[string]string{
		"bearers": bearers.String(),
		"members": "[" + strings.Repeat(`{"token":"a1b2c3d4e5"},`, 40_000) + "0]",
		"quotes":  strings.Repeat(`"`, 1<<20-1),
		"depth":   `{"token":` + strings.Repeat("[", 1<<20),
		"dots":    strings.Repeat("eyJhbGciOiJ.", 80_000),
		"escapes": strings.Repeat(`\u`, 500_000),
	} {
		t.Run(name, func(t *testing.T) {
			kept := (&Contract{}).Redact(answering(text, ""))
			if strings.Contains(string(kept.Response.Body), "a1b2c3") {
				t.Error("a secret was kept")
			}
		})
	}
}
