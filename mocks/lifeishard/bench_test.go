package lifeishard_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkCalls is each kind of call through the whole walk, checks included.
func BenchmarkCalls(b *testing.B) {
	s := start(b)
	const base = "/lifeishard"
	key, _ := token(b, s.URL+base)
	for name, c := range map[string][3]string{
		"log in":     {http.MethodPost, "/auth", login},
		"offer":      {http.MethodPost, "/offer", printed(b, "offer.request")},
		"localities": {http.MethodGet, "/nomenclature/locality/CJ", ""},
		"paper":      {http.MethodGet, "/policy/12", ""},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), c[0], base+c[1], strings.NewReader(c[2]))
				r.Header.Set("Token", key)
				if c[2] != "" {
					r.Header.Set("Content-Type", "application/json")
				}
				got := httptest.NewRecorder()
				s.ServeHTTP(got, r)
				if got.Code != http.StatusOK {
					b.Fatalf("got %d %s", got.Code, got.Body)
				}
			}
		})
	}
}
