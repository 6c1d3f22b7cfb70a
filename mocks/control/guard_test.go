package control_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/control"
)

func TestGuard(t *testing.T) {
	tests := map[string]struct {
		method, host, origin, site string
		want                       int
	}{
		"loopback":                        {"GET", "127.0.0.1:7800", "", "", 200},
		"another loopback":                {"GET", "127.8.9.1:7800", "", "", 200},
		"loopback without a port":         {"GET", "127.0.0.1", "", "", 200},
		"localhost":                       {"GET", "localhost:7800", "", "", 200},
		"localhost, loud":                 {"GET", "LocalHost", "", "", 200},
		"IPv6":                            {"GET", "[::1]:7800", "", "", 200},
		"IPv6 without a port":             {"GET", "[::1]", "", "", 200},
		"IPv4 in IPv6":                    {"GET", "[::ffff:127.0.0.1]:7800", "", "", 200},
		"the public URL":                  {"GET", "sandbox.example:8443", "", "", 200},
		"an allowed host":                 {"GET", "admin.example", "", "", 200},
		"a name rebound to us":            {"GET", "evil.example:7800", "", "", 403},
		"a name that only looks like one": {"GET", "localhost.evil.example", "", "", 403},
		"an address that only looks":      {"GET", "127.0.0.1.evil.example:7800", "", "", 403},
		"a neighbour":                     {"GET", "192.168.0.7:7800", "", "", 403},
		"everywhere":                      {"GET", "0.0.0.0:7800", "", "", 403},
		"a change from nowhere":           {"POST", "127.0.0.1:7800", "", "", 200},
		"a change from our own page":      {"POST", "localhost:7800", "http://localhost:7800", "", 200},
		"a change from the public URL":    {"POST", "127.0.0.1:7800", "https://sandbox.example", "cross-site", 200},
		"a change from a foreign page":    {"POST", "127.0.0.1:7800", "https://evil.example", "", 403},
		"a change from another port":      {"POST", "localhost:7800", "http://localhost:3000", "", 403},
		"a change from a hidden page":     {"POST", "127.0.0.1:7800", "null", "", 403},
		"a change that a browser marks":   {"POST", "127.0.0.1:7800", "", "cross-site", 403},
		"a change of a rebound page":      {"POST", "evil.example", "http://evil.example", "same-origin", 403},
		"a look from a foreign page":      {"GET", "127.0.0.1:7800", "https://evil.example", "cross-site", 200},
	}
	s := newSandbox(t, func(o *mocks.Options, c *control.Options) {
		o.PublicURL = "https://sandbox.example"
		c.AllowHosts = []string{"Admin.example"}
	})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := "/__admin/worlds"
			if test.method == "POST" {
				path = "/__admin/worlds/ci/reset"
			}
			r := httptest.NewRequest(test.method, path, nil)
			r.Host = test.host
			r.Header.Set("Origin", test.origin)
			if test.origin == "" {
				r.Header.Del("Origin")
			}
			if test.site != "" {
				r.Header.Set("Sec-Fetch-Site", test.site)
			}
			a := s.do(r)
			if a.status != test.want {
				t.Errorf("got %d, want %d: %s", a.status, test.want, a.body)
			}
			if test.want == 403 {
				refused(t, a, 403)
			}
			if got := a.header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("a page of %q may read it", got)
			}
		})
	}
}

// Without a public URL nothing but loopback is ours, and the health of the
// sandbox is no exception.
func TestGuardWithoutPublicURL(t *testing.T) {
	s := newSandbox(t)
	for _, path := range []string{"/__admin/health", "/livez", "/readyz", "/__admin/nowhere"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "sandbox.example"
		refused(t, s.do(r), 403)
	}
}
