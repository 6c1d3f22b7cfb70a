package oneassure_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	credentials = `{"client_id":"sandbox-partner","client_secret":"sandbox-secret-opens-nothing","scopes":["business"]}`
	tokenDenied = `{"type":"A4001","title":"Invalid Authentication Credentials","detail":"The access token is missing, invalid or expired","instance":"/v1/business/health/policies"}`
)

func invalid(detail, instance string) string {
	return `{"type":"A4000","title":"Invalid Request","detail":"` + detail + `","instance":"` + instance + `"}`
}

// Whatever is wrong with a request, it is refused in OneAssure's words, and the
// journal explains it.
func TestRefusals(t *testing.T) {
	const (
		token, session = "/v1/auth/token", "/v1/business/session"
		list           = "/v1/business/health/policies"
		large          = `{"type":"A4130","title":"Request Too Large","detail":"The request body is too large","instance":"`
	)
	tests := []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"a wrong secret", "POST", token, `{"client_id":"sandbox-partner","client_secret":"x"}`, 401, `{"type":"A4001","title":"Invalid Authentication Credentials","detail":"The provided access key or secret access key is invalid","instance":"/v1/auth/token"}`},
		{"another partner", "POST", token, `{"client_id":"x","client_secret":"sandbox-secret-opens-nothing"}`, 401, `{"type":"A4001","title":"Invalid Authentication Credentials","detail":"The provided access key or secret access key is invalid","instance":"/v1/auth/token"}`},
		{"no body", "POST", token, "", 400, invalid("The request is invalid", token)},
		{"not JSON", "POST", token, "{", 400, invalid("The request could not be read", token)},
		{"two values", "POST", token, "{} {}", 400, invalid("The request could not be read", token)},
		{"a list", "POST", token, "[]", 400, invalid("The request is invalid", token)},
		{"an empty id", "POST", token, `{"client_id":"","client_secret":"x"}`, 400, invalid("client_id is invalid", token)},
		{"a scope that is no text", "POST", token, `{"client_id":"x","client_secret":"x","scopes":[1]}`, 400, invalid("scopes.0 is invalid", token)},
		{"a token for a large body", "POST", token, strings.Repeat(" ", 1<<20+1), 413, large + token + `"}`},
		{"metadata as a list", "POST", session, `{"metadata":[]}`, 400, invalid("metadata is invalid", session)},
		{"metadata within metadata", "POST", session, `{"metadata":{"a":{"b":"c"}}}`, 400, invalid("metadata.a is invalid", session)},
		{"a session for a large body", "POST", session, strings.Repeat(" ", 1<<20+1), 413, large + session + `"}`},
		{"eight days", "GET", list + "?start_date=2024-10-01&end_date=2024-10-09", "", 400, invalid("start_date and end_date must be within a 7-day range", list)},
		{"a leap week too long", "GET", list + "?start_date=2024-02-28&end_date=2024-03-07", "", 400, invalid("start_date and end_date must be within a 7-day range", list)},
		{"no session", "GET", list + "?session_id=", "", 400, invalid("session_id is invalid", list)},
		{"a query that does not parse", "GET", list + "?session_id=%zz", "", 400, invalid("The request could not be read", list)},
		{"an unknown policy", "GET", list + "/nobody", "", 404, `{"type":"A4040","title":"Resource Not Found","detail":"The requested policy does not exist","instance":"/v1/business/health/policies/nobody"}`},
		{"a policy with a name that is escaped", "GET", list + "/a%2Fb%20c", "", 404, `{"type":"A4040","title":"Resource Not Found","detail":"The requested policy does not exist","instance":"/v1/business/health/policies/a%2Fb%20c"}`},
	}
	s := start(t)
	w := world(t, s)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, got := call(t, tt.method, s.URL+"/oneassure"+tt.path, tt.body)
			if diff := cmp.Diff(tt.want, got); status != tt.status || diff != "" {
				t.Errorf("got %d, want %d (-want +got):\n%s", status, tt.status, diff)
			}
			entries := w.Journal(mocks.Query{})
			last := entries[len(entries)-1]
			if last.Why.Pointer == "" || last.Why.Rule == "" || last.Why.Remedy == "" || last.Why.Evidence == "" {
				t.Errorf("explained by %+v, which says too little", last.Why)
			}
			for _, f := range last.Findings {
				if f.Blame == "insurer" {
					t.Errorf("the mock broke %s: %s", f.Check, f.Error())
				}
			}
		})
	}
}

// bearer is a token that a world gave.
func bearer(t *testing.T, base string) string {
	t.Helper()
	status, text := call(t, http.MethodPost, base+tokens, credentials)
	if status != 200 {
		t.Fatalf("token: got %d %s", status, text)
	}
	return "Bearer " + read[struct {
		Payload struct {
			AccessToken string `json:"access_token"`
		}
	}](t, text).Payload.AccessToken
}

// A token opens its own world for an hour; without one the lenient world is open
// and the strict one is not.
func TestTokens(t *testing.T) {
	s := start(t)
	here, there := s.URL, s.URL+"/w/other"
	good := bearer(t, here)
	header, rest, _ := strings.Cut(good, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	tests := []struct {
		name, base, header string
		status             int
	}{
		{"none", here, "", 200},
		{"its own", here, good, 200},
		{"in small letters", here, "bearer" + good[len("Bearer"):], 200},
		{"another world's", there, good, 401},
		{"nobody's", here, "Bearer never-given", 401},
		{"empty", here, "Bearer ", 401},
		{"as Basic", here, "Basic c2FuZGJveDp4", 401},
		{"without a signature", here, header + "." + claims, 401},
		{"with another's claims", here, header + "." + strings.ToUpper(claims) + "." + signature, 401},
		{"cut", here, good[:len(good)-1], 401},
		{"with more behind it", here, good + "A", 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var sent []string
			if tt.header != "" {
				sent = []string{"Authorization", tt.header}
			}
			status, got := get(t, tt.base+policies, sent...)
			if status != tt.status || status == 401 && got != tokenDenied {
				t.Errorf("got %d %s, want %d", status, got, tt.status)
			}
		})
	}
	t.Run("until its hour is over", func(t *testing.T) {
		w := world(t, s)
		for _, step := range []struct {
			on     time.Duration
			status int
		}{{time.Hour - time.Second, 200}, {time.Second, 401}} {
			if _, err := w.Advance(t.Context(), step.on); err != nil {
				t.Fatal(err)
			}
			if status, got := get(t, here+policies, "Authorization", good); status != step.status {
				t.Errorf("%s on: got %d %s, want %d", step.on, status, got, step.status)
			}
		}
	})
	t.Run("strict", func(t *testing.T) {
		strict := start(t, set("oneassure.auth", "strict"))
		if status, got := get(t, strict.URL+policies); status != 401 || got != tokenDenied {
			t.Errorf("got %d %s, want 401", status, got)
		}
		if status, got := get(t, strict.URL+policies, "Authorization", bearer(t, strict.URL)); status != 200 {
			t.Errorf("got %d %s, want 200", status, got)
		}
	})
}

// The limit counts what was granted and what was refused for another reason, in
// the last minute.
func TestTokenLimit(t *testing.T) {
	s := start(t, set("oneassure.tokenLimit", "10"))
	w := world(t, s)
	ask := func(want int) {
		t.Helper()
		if status, text := call(t, http.MethodPost, s.URL+tokens, credentials); status != want {
			t.Errorf("got %d %s, want %d", status, text, want)
		}
	}
	for n := range 10 {
		ask(200)
		if _, err := w.Advance(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			if status, _ := get(t, s.URL+"/w/other"+policies); status != 200 {
				t.Errorf("another world is limited too: %d", status)
			}
		}
	}
	ask(429)
	if _, err := w.Advance(t.Context(), 50*time.Second); err != nil {
		t.Fatal(err)
	}
	ask(200) // the first is a minute ago
	ask(429)
}
