package lifeishard

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSession(t *testing.T) {
	ok := `{"error":false,"status":200,"data":[]}`
	tests := []struct {
		name   string
		answer func(n int, r *http.Request) (int, string)
		calls  int // to counties
		want   []string
	}{
		{
			"one log-in serves all calls",
			func(_ int, r *http.Request) (int, string) {
				if r.URL.Path == "/auth" {
					return 200, pair(jwt(), "r1")
				}
				return 200, ok
			}, 2,
			[]string{"POST /auth", "GET /nomenclature/county " + jwt(), "GET /nomenclature/county " + jwt()},
		},
		{
			"a refused token is renewed",
			func(n int, r *http.Request) (int, string) {
				switch {
				case r.Method == http.MethodPost:
					return 200, pair("t1", "r1")
				case r.Method == http.MethodPatch:
					return 200, pair("t2", "r2")
				case r.Header.Get("Token") == "t1":
					return 401, unauthenticated
				}
				return 200, ok
			}, 1,
			[]string{"POST /auth", "GET /nomenclature/county t1", "PATCH /auth Refresh r1", "GET /nomenclature/county t2"},
		},
		{
			"with 403 too",
			func(n int, r *http.Request) (int, string) {
				switch {
				case r.Method == http.MethodPost:
					return 200, pair("t1", "r1")
				case r.Method == http.MethodPatch:
					return 200, pair("t2", "r2")
				case r.Header.Get("Token") == "t1":
					return 403, `{"error":"true","status":"403","message":"no"}`
				}
				return 200, ok
			}, 1,
			[]string{"POST /auth", "GET /nomenclature/county t1", "PATCH /auth Refresh r1", "GET /nomenclature/county t2"},
		},
		{
			"a refused renewal is followed by a log-in",
			func(n int, r *http.Request) (int, string) {
				switch {
				case n == 1:
					return 200, pair("t1", "r1")
				case r.Method == http.MethodPost:
					return 200, pair("t2", "r2")
				case r.Method == http.MethodPatch, r.Header.Get("Token") == "t1":
					return 401, unauthenticated
				}
				return 200, ok
			}, 1,
			[]string{"POST /auth", "GET /nomenclature/county t1", "PATCH /auth Refresh r1", "POST /auth", "GET /nomenclature/county t2"},
		},
		{
			"a token that is always refused is not renewed for ever",
			func(n int, r *http.Request) (int, string) {
				if r.URL.Path == "/auth" {
					return 200, pair(fmt.Sprint("t", n), fmt.Sprint("r", n))
				}
				return 401, unauthenticated
			}, 1,
			[]string{"POST /auth", "GET /nomenclature/county t1", "PATCH /auth Refresh r1", "GET /nomenclature/county t3"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, o := start(t, tt.answer)
			for range tt.calls {
				_, _ = c.Counties(t.Context())
			}
			if diff := cmp.Diff(tt.want, o.calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTokenExpiresByTheClock(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c, o := start(t, func(n int, r *http.Request) (int, string) {
		if r.URL.Path == "/auth" {
			return 200, pair(jwt(), fmt.Sprint("r", n))
		}
		return 200, `{"data":[]}`
	}, func(o *Options) { o.Now = func() time.Time { return now } })
	for _, d := range []time.Duration{0, 11 * time.Hour, time.Hour} {
		now = now.Add(d)
		if _, err := c.Countries(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(o.calls(), "\n"); strings.Count(got, "PATCH /auth Refresh r1") != 1 || strings.Count(got, "POST /auth") != 1 {
		t.Errorf("calls:\n%s", got)
	}
}

func TestLogOut(t *testing.T) {
	c, o := start(t, withToken(func(*http.Request) (int, string) { return 200, `{"data":[]}` }))
	if err := c.LogOut(t.Context()); err != nil || len(o.calls()) > 0 {
		t.Errorf("without a token: %v, %v", err, o.calls())
	}
	if _, err := c.Counties(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.LogOut(t.Context()); err != nil || o.calls()[len(o.calls())-1] != "DELETE /auth t0ken" {
		t.Errorf("with a token: %v, %v", err, o.calls())
	}
	if err := c.LogOut(t.Context()); err != nil || len(o.calls()) != 3 {
		t.Errorf("a second time: %v, %v", err, o.calls())
	}
}
