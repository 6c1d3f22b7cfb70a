package uae_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

func TestNewRefuses(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		change func(*uae.Options)
		want   string
	}{
		"no issuer":         {func(o *uae.Options) { o.Issuer = "" }, "issuer: want http://host"},
		"issuer with user":  {func(o *uae.Options) { o.Issuer = "https://u:hunter2@h" }, "issuer: has a user"},
		"not an address":    {func(o *uae.Options) { o.Issuer = "http://u:hunter2@h:port" }, "issuer: cannot be read"},
		"issuer with query": {func(o *uae.Options) { o.Issuer = "https://h?a=b" }, "issuer: has a query"},
		"no resources":      {func(o *uae.Options) { o.Resources = "" }, "resources: want http://host"},
		"resources, ftp":    {func(o *uae.Options) { o.Resources = "ftp://h" }, "resources: want http://host"},
		"no client id":      {func(o *uae.Options) { o.ClientID = "" }, "client id is missing"},
		"no key":            {func(o *uae.Options) { o.Key = uae.Key{ID: "a"} }, "key: there is none"},
		"no kid":            {func(o *uae.Options) { o.Key.ID = "" }, "key: has no id"},
		"weak key":          {func(o *uae.Options) { o.Key.Private = weak }, "1024 bits"},
		"curve":             {func(o *uae.Options) { o.Key.Private = curve }, "not an RSA key"},
		"negative timeout":  {func(o *uae.Options) { o.Timeout = -1 }, "negative"},
		"negative wait":     {func(o *uae.Options) { o.Retry.Wait = -1 }, "negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := uae.Options{Issuer: "https://h", Resources: "https://r", ClientID: "c", Key: uae.Key{ID: "k", Private: clientKey()}}
			test.change(&o)
			c, err := uae.NewV12(o)
			if c != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want an error with %q", c, err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells the secret: %v", err)
			}
			if c, err := uae.NewV10RC1(o); c != nil || err == nil {
				t.Errorf("v1.0-rc1 took it")
			}
		})
	}
}

func TestParseKey(t *testing.T) {
	jwk, err := jose.JSONWebKey{Key: clientKey(), KeyID: "tpp-1"}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	key, err := uae.ParseKey(jwk)
	if err != nil || key.ID != "tpp-1" || !clientKey().Equal(key.Private) {
		t.Errorf("got %q, %v, want the key that was written", key.ID, err)
	}
	half, err := jose.JSONWebKey{Key: clientKey().Public(), KeyID: "tpp-1"}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"public": string(half), "secret": `{"kty":"oct","k":"c2VjcmV0"}`, "nonsense": `{"d":"hunter2"`, "empty": ""} {
		if _, err := uae.ParseKey([]byte(text)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want an error that quotes nothing", name, err)
		}
	}
}

// Nothing secret is told by printing what is often printed.
func TestPrinting(t *testing.T) {
	h := newHub(t)
	o := h.options()
	o.Resources = "https://u:hunter2@host"
	c := h.v12(t)
	token := uae.Token{AccessToken: "acc3ss", RefreshToken: "refr3sh", IDToken: "id3nt", Expires: start}
	pending := uae.Pending{ConsentID: "c1", RequestURI: "urn:r", State: "st4te", Nonce: "n0nce", Verifier: "v3rifier"}
	d := clientKey().D.String()
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", slog.Any("options", o), slog.Any("client", c), slog.Any("token", token), slog.Any("pending", pending))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		for _, value := range []any{o, &o, c, token, &token, pending, &pending, c.Session(token)} {
			fmt.Fprintf(&log, verb, value)
		}
	}
	told := log.String()
	for _, hidden := range []string{"hunter2", "acc3ss", "refr3sh", "id3nt", "st4te", "n0nce", "v3rifier", d} {
		if strings.Contains(told, hidden) {
			t.Errorf("printing tells %q", hidden)
		}
	}
	for _, shown := range []string{`ClientID:"` + clientID, `ConsentID:"c1"`, "Expires:2026-03-02T09:30:00Z"} {
		if !strings.Contains(told, shown) {
			t.Errorf("printing does not tell %q", shown)
		}
	}
}

// The caller's http.Client is used and not changed, and no redirect is followed.
func TestHTTP(t *testing.T) {
	h := newHub(t)
	elsewhere := 0
	h.on("GET /elsewhere", func(http.ResponseWriter, *http.Request) { elsewhere++ })
	h.on("GET "+discoveryPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", h.URL+"/elsewhere")
		w.WriteHeader(http.StatusFound)
	})
	carried := 0
	given := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		carried++
		return http.DefaultTransport.RoundTrip(r)
	})}
	o := h.options()
	o.HTTP = given
	c, err := uae.NewV12(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Discovery(t.Context()); err == nil || !strings.Contains(err.Error(), "answered 302") {
		t.Errorf("got %v, want the 302 as an error", err)
	}
	if carried != 1 || elsewhere != 0 || given.CheckRedirect != nil {
		t.Errorf("carried %d, went elsewhere %d times, changed the client: %t", carried, elsewhere, given.CheckRedirect != nil)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Without options of its own, a client goes by the time of day and finds its way.
func TestDefaults(t *testing.T) {
	h := newHub(t)
	o := h.options()
	o.Now = nil
	o.HTTP = &http.Client{}
	c, err := uae.NewV12(o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Push(t.Context(), requestV12())
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(p.Expires); left < 9*time.Minute || left > 10*time.Minute {
		t.Errorf("the request is good for %v, want ten minutes from now", left)
	}
}

func TestTimeout(t *testing.T) {
	h := newHub(t)
	h.on("GET "+discoveryPath, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	o := h.options()
	o.Timeout = 20 * time.Millisecond
	c, err := uae.NewV12(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Discovery(t.Context()); err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		t.Errorf("got %v, want deadline exceeded", err)
	}
}
