package uae_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

const (
	clientID = "https://rp.directory.test/openid_relying_party/6b5c3bf4-5d5e-4f41-8a3f-7c7d0c7b8a11"
	redirect = "https://tpp.test/callback"
	kid      = "hub-1"

	discoveryPath = "/auth1/.well-known/openid-configuration"
	keysPath      = "/auth1/jwks"
	pushPath      = "/as1/par"
	tokenPath     = "/as1/token"
	rc1           = "/rs1/open-finance/insurance/v1.0-rc1"
	v12           = "/rs1/open-finance/insurance/v1.2"
)

// Keys are slow to make, so that all tests share three.
var (
	hubKey    = sync.OnceValue(newKey)
	clientKey = sync.OnceValue(newKey)
	strayKey  = sync.OnceValue(newKey)
)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

var start = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// request is one call as the hub saw it.
type request struct {
	Method, Path, Query string
	Header              http.Header
	Body                string
}

func (r request) form(tb testing.TB) url.Values {
	tb.Helper()
	values, err := url.ParseQuery(r.Body)
	if err != nil {
		tb.Fatalf("form %q: %v", r.Body, err)
	}
	return values
}

// hub answers as the tests script it, and keeps what it was asked.
type hub struct {
	*httptest.Server
	issuer string

	mu      sync.Mutex
	now     time.Time
	answers map[string]http.HandlerFunc // by method and path
	asked   []request
}

// newHub is a hub that answers everything well: tests replace what they are about.
func newHub(tb testing.TB) *hub {
	tb.Helper()
	h := &hub{now: start, answers: map[string]http.HandlerFunc{}}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	tb.Cleanup(h.Close)
	h.issuer = h.URL + "/auth1"
	h.on("GET "+discoveryPath, says(200, h.discovery(nil)))
	h.on("GET "+keysPath, says(200, keySet(tb, public(kid, hubKey()))))
	h.on("POST "+pushPath, says(201, `{"request_uri":"urn:ietf:params:oauth:request_uri:r1","expires_in":600}`))
	h.on("POST "+tokenPath, says(200, `{"access_token":"own-1","token_type":"Bearer","expires_in":600,"scope":"openid insurance"}`))
	return h
}

func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.asked = append(h.asked, request{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Clone(), string(body)})
	answer := h.answers[r.Method+" "+r.URL.EscapedPath()]
	h.mu.Unlock()
	if answer == nil {
		http.Error(w, "no such thing", http.StatusTeapot)
		return
	}
	answer(w, r)
}

func (h *hub) on(what string, answer http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answers[what] = answer
}

// calls is what the hub was asked at a path, in order.
func (h *hub) calls(path string) []request {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []request
	for _, r := range h.asked {
		if r.Path == path {
			found = append(found, r)
		}
	}
	return found
}

func (h *hub) last(tb testing.TB, path string) request {
	tb.Helper()
	calls := h.calls(path)
	if len(calls) == 0 {
		tb.Fatalf("%s was never called", path)
	}
	return calls[len(calls)-1]
}

func (h *hub) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hub) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// discovery is the hub's document, with members changed; nil takes one out.
func (h *hub) discovery(changed map[string]any) string {
	d := map[string]any{
		"issuer":                                h.issuer,
		"authorization_endpoint":                h.URL + "/insurer/consent?brand=7",
		"token_endpoint":                        h.URL + tokenPath,
		"pushed_authorization_request_endpoint": h.URL + pushPath,
		"jwks_uri":                              h.URL + keysPath,
		"response_types_supported":              []string{"code"},
	}
	for name, value := range changed {
		d[name] = value
		if value == nil {
			delete(d, name)
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// says is an answer in JSON, or in HTML when it looks like a page.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind := "application/json; charset=utf-8"
		if strings.HasPrefix(body, "<") {
			kind = "text/html"
		}
		w.Header().Set("Content-Type", kind)
		if id := r.Header.Get("X-Fapi-Interaction-Id"); id != "" {
			w.Header().Set("X-Fapi-Interaction-Id", id)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn gives each answer once, and the last one for ever.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		next := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		mu.Unlock()
		next(w, r)
	}
}

// breaks cuts the connection.
func breaks(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func public(id string, key *rsa.PrivateKey) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key.Public(), KeyID: id, Use: "sig", Algorithm: "PS256"}
}

func keySet(tb testing.TB, keys ...jose.JSONWebKey) string {
	tb.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func (h *hub) options() uae.Options {
	return uae.Options{
		Issuer:      h.issuer,
		Resources:   h.URL + "/rs1",
		ClientID:    clientID,
		RedirectURI: redirect,
		Key:         uae.Key{ID: "tpp-1", Private: clientKey()},
		Now:         h.clock,
		Retry:       uae.Retry{Wait: 1},
	}
}

func (h *hub) v12(tb testing.TB) *uae.V12 {
	tb.Helper()
	c, err := uae.NewV12(h.options())
	if err != nil {
		tb.Fatalf("NewV12: %v", err)
	}
	return c
}

func (h *hub) rc1(tb testing.TB) *uae.V10RC1 {
	tb.Helper()
	c, err := uae.NewV10RC1(h.options())
	if err != nil {
		tb.Fatalf("NewV10RC1: %v", err)
	}
	return c
}

// visit is a visit of a customer whose access token is good for as long as it takes.
func visit(c *uae.Client) uae.Visit {
	return uae.Visit{Session: c.Session(uae.Token{AccessToken: "user-1"})}
}

// signed is a compact JWS by a library's own signer.
func signed(tb testing.TB, key any, id string, alg jose.SignatureAlgorithm, payload string) string {
	tb.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: id}}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	made, err := signer.Sign([]byte(payload))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := made.CompactSerialize()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// signedByClient is the claims of a JWS that the client made, verified by a library.
func signedByClient(tb testing.TB, text string) map[string]any {
	tb.Helper()
	read, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.PS256})
	if err != nil {
		tb.Fatalf("parse %q: %v", text, err)
	}
	if got := read.Signatures[0].Protected.KeyID; got != "tpp-1" {
		tb.Errorf("kid %q, want tpp-1", got)
	}
	payload, err := read.Verify(clientKey().Public())
	if err != nil {
		tb.Fatalf("verify: %v", err)
	}
	return decoded(tb, string(payload))
}

// decoded is a JSON object with its numbers as they are written.
func decoded(tb testing.TB, text string) map[string]any {
	tb.Helper()
	var value map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	return value
}

func text(tb testing.TB, value any) string {
	tb.Helper()
	made, err := json.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	return string(made)
}
