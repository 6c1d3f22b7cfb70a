package contracts

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseJWS(t *testing.T) {
	whole := signed(`{"alg":"PS256","kid":"k"}`, `{"exp":1664950125.0,"aud":["x"]}`, "c2lnbmF0dXJl")
	parts := strings.Split(whole, ".")
	encode := base64.RawURLEncoding.EncodeToString
	tests := []struct {
		name, text string
		want       bool
	}{
		{"whole", whole, true},
		{"without its signature", parts[0] + "." + parts[1] + "." + removed, true},
		{"with a line end", whole + "\n", true},
		{"unsigned", parts[0] + "." + parts[1] + ".", true},
		{"two parts", parts[0] + "." + parts[1], false},
		{"encrypted", parts[0] + ".a.b.c.d", false},
		{"no base64", "{}." + parts[1] + ".x", false},
		{"padded", base64.URLEncoding.EncodeToString([]byte(`{"a":1}`)) + "=." + parts[1] + ".x", false},
		{"a header that is no object", encode([]byte(`[]`)) + "." + parts[1] + ".x", false},
		{"claims that are no JSON", parts[0] + "." + encode([]byte(`{`)) + ".x", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseJWS(tt.text) != nil; got != tt.want {
				t.Errorf("read %v, want %v", got, tt.want)
			}
		})
	}
	want := map[string]any{"exp": json.Number("1664950125.0"), "aud": []any{"x"}}
	if diff := cmp.Diff(want, parseJWS(whole).claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

// TestMessageJWS demands that a body is read once, and anew when it is replaced.
func TestMessageJWS(t *testing.T) {
	m := &Message{Body: []byte(signed(`{"alg":"PS256"}`, `{"n":1}`, "x"))}
	first := m.jws()
	if first == nil || m.jws() != first {
		t.Fatal("the body was not read, or read twice")
	}
	m.SetBody([]byte(signed(`{"alg":"PS256"}`, `{"n":2}`, "x")))
	if again := m.jws(); again == nil || member(again.claims, "n") != json.Number("2") {
		t.Errorf("a new body gave %v", again)
	}
	m.Cut = true
	if m.jws() != nil {
		t.Error("half a body was read")
	}
}

func FuzzParseJWS(f *testing.F) {
	f.Add(signed(`{"alg":"PS256"}`, `{"message":{}}`, "x"))
	f.Add("..")
	f.Add("e30.e30.***")
	f.Fuzz(func(t *testing.T, text string) {
		token := parseJWS(text)
		if token == nil {
			return
		}
		for _, part := range []any{token.header, token.claims} {
			if _, object := part.(map[string]any); !object {
				t.Errorf("%q gave %v", text, part)
			}
		}
	})
}

// TestRedactTokens: of a token the tape keeps what it says and not what makes it
// good, wherever it stands.
func TestRedactTokens(t *testing.T) {
	const signature = "c2lnbmF0dXJlLXRoYXQtbXVzdC1nbw"
	token := signed(`{"alg":"PS256","kid":"hub-1"}`, `{"iss":"https://hub.example"}`, signature)
	open := strings.TrimSuffix(token, signature)
	odd := base64.RawURLEncoding.EncodeToString([]byte(" \n{}")) + ".e30."
	c := contractOf(t, "uae")
	message := func(media, body string) Message {
		return Message{Header: http.Header{"Content-Type": {media}}, Body: []byte(body)}
	}
	tests := []struct {
		name, operation string
		request, answer Message
		want            [2]string
	}{
		{"an event", "receiveEvent", message("application/jwt", token), Message{}, [2]string{open + removed, ""}},
		{"an event with a line end", "receiveEvent", message("application/jwt", token+"\r\n"), Message{}, [2]string{open + removed, ""}},
		{"an event, again", "receiveEvent", message("application/jwt", open+removed), Message{}, [2]string{open + removed, ""}},
		{"an event with an odd header", "receiveEvent", message("application/jwt", odd+signature), Message{}, [2]string{odd + removed, ""}},
		{"an event without a signature", "receiveEvent", message("application/jwt", odd), Message{}, [2]string{odd, ""}},
		{"an encrypted event", "receiveEvent", message("application/jwe", "eyJhbGciOiJSU0EtT0FFUC0yNTYifQ.a2V5a2V5a2V5.aXY.dGV4dHRleHQ.dGFn"), Message{}, [2]string{"eyJhbGciOiJSU0EtT0FFUC0yNTYifQ.***", ""}},
		{"no token", "receiveEvent", message("application/jwt", "hello"), Message{}, [2]string{"hello", ""}},
		{"a signed answer", "getInsuranceConsent", Message{}, message("application/jwt", token), [2]string{"", open + removed}},
		{
			"a pushed request", "pushAuthorizationRequest",
			message(mediaForm, "client_id=x&request="+token+"&client_assertion="+url.QueryEscape(token)),
			Message{},
			[2]string{"client_id=x&request=" + open + removed + "&client_assertion=" + open + removed, ""},
		},
		{
			"a request object that is none", "pushAuthorizationRequest", message(mediaForm, "request=opaque12345&client_id=x"),
			Message{},
			[2]string{"request=***&client_id=x", ""},
		},
		{
			"tokens", "issueToken", message(mediaForm, "code=6f5f1c3a-22d4&code_verifier=dBjftJeZ4CVP&refresh_token=5d3c2b1a-0f9e"),
			message("application/json", `{"access_token":"caa1b60d-61ff","id_token":"`+token+`","refresh_token":"5d3c2b1a-0f9e"}`),
			[2]string{"code=***&code_verifier=***&refresh_token=***", `{"access_token":"***","id_token":"` + open + `***","refresh_token":"***"}`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := &Exchange{Insurer: "uae", Operation: tt.operation, Request: Request{Message: tt.request}, Response: Response{Message: tt.answer}}
			kept := c.Redact(x)
			if diff := cmp.Diff(tt.want, [2]string{string(kept.Request.Body), string(kept.Response.Body)}); diff != "" {
				t.Errorf("bodies (-want +got):\n%s", diff)
			}
			again := c.Redact(kept)
			if diff := cmp.Diff(string(kept.Request.Body), string(again.Request.Body)); diff != "" {
				t.Errorf("a second time (-first +second):\n%s", diff)
			}
		})
	}
	// The way back to the caller carries a code.
	x := &Exchange{Insurer: "uae", Operation: "decideInteraction"}
	x.Response = Response{Status: 303, Message: Message{Header: http.Header{"Location": {"https://tpp.example/cb?code=6f5f1c3a-22d4&state=s&iss=https%3A%2F%2Fhub.example"}}}}
	want := "https://tpp.example/cb?code=***&state=s&iss=https%3A%2F%2Fhub.example"
	if got := c.Redact(x).Response.Header.Get("Location"); got != want {
		t.Errorf("Location: got %s, want %s", got, want)
	}
}

// TestChecksReadRedactedExchanges: a tape is examined again without its secrets,
// so no verdict may hang on one.
func TestChecksReadRedactedExchanges(t *testing.T) {
	secret := []string{"uae/code-verifier", "lifeishard/refresh-token-form", "lifeishard/refresh-word"} // what they look at
	for _, slug := range Slugs() {
		c := contractOf(t, slug)
		for _, check := range c.Checks {
			file := "testdata/" + slug + "/" + strings.TrimPrefix(check.ID, slug+"/")
			for _, kind := range []string{".pass.txtar", ".fail.txtar"} {
				x := exchangeIn(t, c, readArchive(t, file+kind))
				before := of(check, c.Examine(x))
				after := of(check, c.Examine(c.Redact(x)))
				if kind == ".pass.txtar" && len(after) > 0 {
					t.Errorf("%s refuses its own redacted example:\n%s", check.ID, render(after))
				}
				if len(before) > 0 && len(after) == 0 && !slices.Contains(secret, check.ID) {
					t.Errorf("%s accepts, redacted, what it refused", check.ID)
				}
			}
		}
	}
}
