package bima_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

const credentials = `{"username":"sandbox","password":"opens-nothing"}`

func token(t *testing.T, base string) string {
	t.Helper()
	got := read[struct{ Data string }](t, send(t, http.MethodPost, base+tokenPath, credentials, ""))
	return got.Data
}

func TestToken(t *testing.T) {
	s := start(t)
	got := send(t, http.MethodPost, s.URL+tokenPath, credentials, "")
	text := read[struct{ Data string }](t, got).Data
	if want := `{"status_code":"200","status_message":"Token Created Successfully","data":"` + text + `","messages":[]}`; got.body != want {
		t.Errorf("got %s, want %s", got.body, want)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("got %d parts", len(parts))
	}
	header, err1 := base64.RawURLEncoding.DecodeString(parts[0])
	body, err2 := base64.RawURLEncoding.DecodeString(parts[1])
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if string(header) != `{"alg":"HS256","typ":"JWT"}` {
		t.Errorf("header: got %s", header)
	}
	jti := read[struct{ JTI string }](t, answer{200, nil, string(body)}).JTI
	want := `{"sub":"sandbox","jti":"` + jti + `","role":"APIUser","clientCode":"BIMAAPP","paymentGateway":"External_BIMA",` +
		`"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":"sandbox",` +
		fmt.Sprintf(`"exp":%d,"iss":"http://localhost","aud":"http://localhost"}`, monday.Add(24*time.Hour).Unix())
	if string(body) != want {
		t.Errorf("claims: got %s, want %s", body, want)
	}
	if again := token(t, s.URL); again == text {
		t.Error("two tokens are the same")
	}
}

func TestTokenIsJudged(t *testing.T) {
	s := start(t)
	mine, other := token(t, s.URL), token(t, s.URL+"/w/other")
	forged := mine[:strings.IndexByte(mine, '.')+1] + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":99999999999}`)) + mine[strings.LastIndexByte(mine, '.'):]
	if got := get(t, s.URL+printedRequests, mine); got.status != 200 {
		t.Errorf("a good token: got %d", got.status)
	}
	for name, test := range map[string]struct{ token, challenge string }{
		"another world's": {other, `error="invalid_token", error_description="The signature is invalid"`},
		"forged":          {forged, `error="invalid_token", error_description="The signature is invalid"`},
		"nonsense":        {"x", `error="invalid_token"`},
		"dots":            {"..", `error="invalid_token"`},
	} {
		for _, path := range []string{printedRequests, printedDetails, printedDocuments, printedStamp} {
			got := get(t, s.URL+path, test.token)
			if got.status != 401 || got.body != "" || !strings.Contains(got.header.Get("WWW-Authenticate"), test.challenge) {
				t.Errorf("%s at %s: got %d %q, %v", name, path, got.status, got.body, got.header)
			}
		}
	}
	advance(t, world(t, s), 24*time.Hour-time.Second)
	if got := get(t, s.URL+printedRequests, mine); got.status != 200 {
		t.Errorf("a second before its end: got %d", got.status)
	}
	advance(t, world(t, s), time.Second)
	got := get(t, s.URL+printedRequests, mine)
	if want := `Bearer error="invalid_token", error_description="The token expired at '03/03/2026 09:00:00'"`; got.status != 401 || got.header.Get("WWW-Authenticate") != want {
		t.Errorf("at its end: got %d %v", got.status, got.header)
	}
}

func TestAuthSetting(t *testing.T) {
	s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"bima.auth": "strict"} })
	got := get(t, s.URL+printedRequests, "")
	if diff := cmp.Diff([]string{"Bearer"}, got.header.Values("WWW-Authenticate")); got.status != 401 || diff != "" {
		t.Errorf("without a token: got %d, challenge %s", got.status, diff)
	}
	if got := get(t, s.URL+printedRequests, token(t, s.URL)); got.status != 200 {
		t.Errorf("with one: got %d", got.status)
	}
	wantKept(t, world(t, s))
}
