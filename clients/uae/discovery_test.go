package uae_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

func TestDiscovery(t *testing.T) {
	h := newHub(t)
	h.on("GET "+discoveryPath, says(200, h.discovery(map[string]any{"mtls_endpoint_aliases": map[string]string{"token_endpoint": h.URL + "/mtls/token"}})))
	d, err := h.v12(t).Discovery(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := uae.Discovery{
		Issuer: h.issuer, Authorization: h.URL + "/insurer/consent?brand=7",
		Token: h.URL + tokenPath, Pushed: h.URL + pushPath, Keys: h.URL + keysPath,
	}
	want.Aliases.Token = h.URL + "/mtls/token"
	if *d != want {
		t.Errorf("got %+v, want %+v", *d, want)
	}
}

func TestDiscoveryRefuses(t *testing.T) {
	h := newHub(t)
	tests := map[string]struct {
		body string
		want string
	}{
		"another issuer":    {h.discovery(map[string]any{"issuer": h.issuer + "/"}), "the issuer is another"},
		"no issuer":         {h.discovery(map[string]any{"issuer": nil}), "the issuer is another"},
		"issuer miscased":   {strings.Replace(h.discovery(nil), `"issuer"`, `"Issuer"`, 1), "the issuer is another"},
		"issuer twice":      {strings.Replace(h.discovery(nil), `{`, `{"issuer":"https://evil.test",`, 1), "issuer"},
		"no token endpoint": {h.discovery(map[string]any{"token_endpoint": nil}), "token_endpoint is missing"},
		"no PAR":            {h.discovery(map[string]any{"pushed_authorization_request_endpoint": nil}), "pushed_authorization_request_endpoint is missing"},
		"no keys":           {h.discovery(map[string]any{"jwks_uri": nil}), "jwks_uri is missing"},
		"no page":           {h.discovery(map[string]any{"authorization_endpoint": nil}), "authorization_endpoint is missing"},
		"relative":          {h.discovery(map[string]any{"token_endpoint": "/token"}), "token_endpoint is not an address"},
		"bad alias":         {h.discovery(map[string]any{"mtls_endpoint_aliases": map[string]string{"token_endpoint": "mailto:a@b"}}), "aliases.token_endpoint is not an address"},
		"not an object":     {"[]", "not a JSON object"},
		"not JSON":          {"<html>", "not JSON"},
		"empty":             {"", "empty"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h.on("GET "+discoveryPath, says(200, test.body))
			d, err := h.v12(t).Discovery(t.Context())
			if e, ok := errors.AsType[*uae.ProtocolError](err); d != nil || !ok || e.Status != 200 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want a *ProtocolError with %q", d, err, test.want)
			}
			if strings.Contains(name, "another issuer") && !errors.Is(err, uae.ErrIssuer) {
				t.Errorf("%v is not ErrIssuer", err)
			}
		})
	}
}

// An issuer on https names no address in the clear.
func TestDiscoveryStaysSafe(t *testing.T) {
	h := newHub(t)
	o := h.options()
	o.Issuer = "https://auth1.hub.test"
	o.HTTP = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		body := strings.NewReplacer(h.issuer, o.Issuer).Replace(h.discovery(map[string]any{"jwks_uri": "https://auth1.hub.test/jwks", "authorization_endpoint": "https://insurer.test/"}))
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
	})}
	c, err := uae.NewV12(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Discovery(t.Context()); err == nil || !strings.Contains(err.Error(), "token_endpoint is http and the issuer is https") {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestDiscoveryIsKept(t *testing.T) {
	tests := map[string]struct {
		cache []string
		good  time.Duration // 0 is fetched each time
	}{
		"as the hub says":     {[]string{"max-age=900"}, 900 * time.Second},
		"among others":        {[]string{"public, Max-Age=60 , must-revalidate"}, time.Minute},
		"in a second header":  {[]string{"public", `max-age="60"`}, time.Minute},
		"not said":            {nil, 15 * time.Minute},
		"unreadable":          {[]string{"max-age=soon"}, 15 * time.Minute},
		"no-store":            {[]string{"max-age=900, no-store"}, 0},
		"no-cache":            {[]string{"no-cache"}, 0},
		"nothing":             {[]string{"max-age=0"}, 0},
		"negative":            {[]string{"max-age=-9"}, 0},
		"longer than a day":   {[]string{"max-age=31536000"}, 24 * time.Hour},
		"longer than numbers": {[]string{"max-age=99999999999999999999"}, 24 * time.Hour},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			h.on("GET "+discoveryPath, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Cache-Control"] = test.cache
				says(200, h.discovery(nil))(w, r)
			})
			c := h.v12(t)
			ask := func(want int) {
				t.Helper()
				if _, err := c.Discovery(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := len(h.calls(discoveryPath)); got != want {
					t.Errorf("fetched %d times, want %d", got, want)
				}
			}
			ask(1)
			if test.good == 0 {
				ask(2)
				return
			}
			h.pass(test.good - time.Second)
			ask(1)
			h.pass(time.Second)
			ask(2)
		})
	}
}

func TestDiscoveryIsFetchedOnceForAll(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.Discovery(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := len(h.calls(discoveryPath)); got != 1 {
		t.Errorf("fetched %d times, want once", got)
	}
}

func TestAliases(t *testing.T) {
	both := map[string]string{"token_endpoint": "/mtls/token", "pushed_authorization_request_endpoint": "/mtls/par"}
	tests := map[string]struct {
		certificate bool
		aliases     map[string]string
		push, token string
	}{
		"without a certificate": {false, both, pushPath, tokenPath},
		"with one":              {true, both, "/mtls/par", "/mtls/token"},
		"one alias only":        {true, map[string]string{"token_endpoint": "/mtls/token"}, pushPath, "/mtls/token"},
		"no aliases":            {true, nil, pushPath, tokenPath},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			aliases := map[string]string{}
			for name, path := range test.aliases {
				aliases[name] = h.URL + path
			}
			h.on("GET "+discoveryPath, says(200, h.discovery(map[string]any{"mtls_endpoint_aliases": aliases})))
			h.on("POST /mtls/par", h.answers["POST "+pushPath])
			h.on("POST /mtls/token", h.answers["POST "+tokenPath])
			o := h.options()
			o.Certificate = test.certificate
			c, err := uae.NewV12(o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Push(t.Context(), uae.ConsentRequestV12{}); err != nil {
				t.Fatal(err)
			}
			if _, err := c.OwnToken(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(h.calls(test.push)) != 1 || len(h.calls(test.token)) != 1 {
				t.Errorf("pushed to %s %d times, asked %s for tokens %d times, want once each", test.push, len(h.calls(test.push)), test.token, len(h.calls(test.token)))
			}
			// The audience is the issuer wherever the call goes.
			if got := signedByClient(t, h.last(t, test.token).form(t).Get("client_assertion"))["aud"]; got != h.issuer {
				t.Errorf("aud %v, want %s", got, h.issuer)
			}
		})
	}
}
