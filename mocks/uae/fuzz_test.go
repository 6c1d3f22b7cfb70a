package uae

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/mocks"
)

// wantExplained demands that a refusal can be told and explained.
func wantExplained(t *testing.T, r *mocks.Refusal) {
	t.Helper()
	if r.Rule == "" || r.Remedy == "" || !r.Evidence.Valid() {
		t.Fatalf("refused by %+v, want rule, remedy and evidence", r)
	}
	for _, c := range description(r) {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			t.Fatalf("the description %q has %q, which OAuth has not", description(r), c)
		}
	}
}

// FuzzOpenJWT hands any text to what reads strangers' JWTs: it is refused, or what
// it claims is an object, and nobody's key verifies it but its own.
func FuzzOpenJWT(f *testing.F) {
	honest, err := sign(signer{key: testkeys().client, seed: 1}, map[string]string{"iss": "x"})
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		honest, honest + "x", strings.ToUpper(honest), "", "..", "a.b.c", "a.b.c.d.e", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJQUzI1NiJ9.bnVsbA.AA",
		"eyJhbGciOiJQUzI1NiIsImNyaXQiOlsieCJdLCJ4IjoxfQ.e30.AA", "eyJhbGciOiJQUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19.e30.AA",
		`{"payload":"e30","signatures":[]}`,
	} {
		f.Add(text)
	}
	c := publishedClient()
	f.Fuzz(func(t *testing.T, text string) {
		s, refusal := openJWT(text)
		if refusal != nil {
			wantExplained(t, refusal)
			return
		}
		if s.claims == nil {
			t.Fatal("a JWT without claims was opened")
		}
		if refusal := s.by(c); refusal != nil {
			wantExplained(t, refusal)
		} else if !strings.HasPrefix(text, honest[:strings.LastIndexByte(honest, '.')]) {
			t.Fatalf("%q verifies, and the client signed only %q", text, honest)
		}
	})
}

// FuzzClaims hands any JSON object to what judges an assertion and a request
// object: it must accept or refuse, and what it accepts survives its row.
func FuzzClaims(f *testing.F) {
	at := noon.Unix()
	request := func(item string) string {
		text, err := json.Marshal(map[string]any{
			"iss": testClient, "client_id": testClient, "aud": []string{"i"}, "nbf": at, "exp": at + 60, "response_type": "code", "redirect_uri": testRedirect,
			"scope": "openid insurance", "code_challenge": strings.Repeat("a", 43), "code_challenge_method": "S256", "max_age": 1, "login_hint": "a.b.c.d.e",
			"authorization_details": []json.RawMessage{json.RawMessage(item)},
		})
		if err != nil {
			f.Fatal(err)
		}
		return string(text)
	}
	for _, text := range []string{
		request(itemV12), request(itemRC1), request(`{}`), request(`null`), request(`{"type":"urn:openfinanceuae:insurance-consent:v1.2"}`), `{}`,
		`{"iss":"` + testClient + `","sub":"` + testClient + `","aud":"i","iat":1772452800,"exp":1772452860.5,"jti":"j"}`,
		`{"iss":"` + testClient + `","sub":"` + testClient + `","aud":"i","iat":-1e400,"exp":1e11,"jti":"j","nbf":null}`,
	} {
		f.Add([]byte(text))
	}
	t := terms{client: publishedClient(), issuer: "i", times: times{world: noon, wall: noon.AddDate(1, 0, 0)}}
	f.Fuzz(func(test *testing.T, text []byte) {
		claims, err := readObject(text)
		if err != nil {
			return
		}
		if refusal := judgeAssertion(claims, testClient, "i", t.times); refusal != nil {
			wantExplained(test, refusal)
		}
		p, c, refusal := readRequest(claims, t)
		if refusal != nil {
			wantExplained(test, refusal)
			return
		}
		if p.Challenge == "" || !c.Expires.After(noon) || c.Expires.After(noon.AddDate(1, 0, 0)) || len(c.Permissions) == 0 || c.ID == "" || c.Edition == "" || c.ClientID != testClient {
			test.Fatalf("accepted as %+v and %+v", p, c)
		}
		row, err := json.Marshal(c)
		if err != nil {
			test.Fatalf("write the row: %v", err)
		}
		var kept consent
		if err := json.Unmarshal(row, &kept); err != nil || !kept.Expires.Equal(c.Expires) {
			test.Fatalf("read the row: %v, %+v", err, kept)
		}
		e, _ := editionNamed(c.Edition)
		if _, err := json.Marshal(e.resource(kept)); err != nil {
			test.Fatalf("print the consent: %v", err)
		}
	})
}

// FuzzRegistration hands any JSON to what registers a client.
func FuzzRegistration(f *testing.F) {
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{testkeys().client.public(useSignature, "PS256")}})
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		`{"client_id":"https://rp.example/6a6a826f-0930-4eb0-b365-a8eac3032828","redirect_uris":["https://tpp.example/cb"],"jwks":` + string(jwks) + `}`,
		`{"client_id":"6a6a826f-0930-4eb0-b365-a8eac3032828","redirect_uris":[1],"jwks":{"keys":[{"kty":"RSA"}]}}`,
		`{"jwks":{"keys":[{"kty":"oct","k":"AA"}]}}`, `{}`, `[]`, `null`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, refusal := readClient(text)
		if refusal != nil {
			wantExplained(t, refusal)
			return
		}
		if len(c.RedirectURIs) == 0 || !c.takes(c.RedirectURIs[0]) || c.AnyLoopback {
			t.Fatalf("accepted as %+v", c)
		}
	})
}

// A year has a last day in every calendar that a world may show.
func FuzzExpiry(f *testing.F) {
	f.Add("2026-06-27T15:27:13+03:00", int64(1772452800))
	f.Add("9999-12-31T23:59:60Z", int64(253402300799))
	f.Add("0000-01-01T00:00:00-23:59", int64(-62135596800))
	f.Fuzz(func(t *testing.T, text string, at int64) {
		now := time.Unix(at%furthest, 0).UTC()
		var r reading
		_, end := r.expiry(object{"ExpirationDateTime": text}, "", now)
		if r.refusal != nil {
			wantExplained(t, r.refusal)
		} else if !end.After(now) || end.After(now.AddDate(1, 0, 0)) {
			t.Fatalf("%s is taken at %s", text, now)
		}
	})
}
