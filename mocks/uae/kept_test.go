package uae

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// What nobody needs for long is forgotten when much has come after it: here, after
// three. The newest still work.
func TestOnlyTheNewestRowsAreKept(t *testing.T) {
	const few = 3
	insurer := Insurer()
	rows := store.NewMemory()
	insurer.New = func(s store.Store) mocks.API { return newHub(s, few).api() }
	s := mocks.Start(t, mocks.Options{Insurers: []mocks.Insurer{insurer}, Clock: clock.Frozen(noon), Store: rows, Strict: true})
	base := s.URL + "/uae"
	send := func(r *http.Request) (int, map[string]any) {
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		var body map[string]any
		if err := json.Unmarshal(text, &body); err != nil {
			t.Fatalf("%d %s: %v", got.StatusCode, text, err)
		}
		return got.StatusCode, body
	}
	ask := func(jti int) (int, string) {
		assertion, err := sign(signer{key: testkeys().client}, map[string]any{
			"iss": testClient, "sub": testClient, "aud": base + hubMount, "iat": noon.Unix(), "exp": noon.Unix() + 60, "jti": strconv.Itoa(jti),
		})
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{"grant_type": {grantClient}, "scope": {"openid insurance"}, "client_assertion_type": {assertionType}, "client_assertion": {assertion}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+authMount+"/token", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		status, body := send(r)
		token, _ := body["access_token"].(string)
		return status, token
	}
	use := func(token string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+resourceMount("v1.2")+"/insurance-consents?BaseConsentId=x", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		status, _ := send(r)
		return status
	}
	var tokens []string
	for jti := range 5 {
		status, token := ask(jti)
		if status != http.StatusOK {
			t.Fatalf("jti %d: got %d", jti, status)
		}
		tokens = append(tokens, token)
	}
	for i, want := range []int{401, 401, 200, 200, 200} {
		if got := use(tokens[i]); got != want {
			t.Errorf("token %d of 5: got %d, want %d", i+1, got, want)
		}
	}
	for _, test := range []struct{ jti, want int }{{4, 400}, {2, 400}, {0, 200}} {
		if got, _ := ask(test.jti); got != test.want {
			t.Errorf("jti %d again: got %d, want %d", test.jti, got, test.want)
		}
	}
	count := func(table string) int {
		items, err := rows.List(t.Context(), "w/", "", 0)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, item := range items {
			if strings.Contains(item.Key, "/uae/"+table+"/") {
				n++
			}
		}
		return n
	}
	if tokens, assertions := count("tokens"), count("assertions"); tokens != few || assertions != 2*few {
		t.Errorf("got %d tokens and %d rows of assertions, want %d and %d", tokens, assertions, few, 2*few)
	}
}
