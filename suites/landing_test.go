package suites

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLanding(t *testing.T) {
	b := &landing{path: "/callback", expected: map[string]chan url.Values{}}
	back := b.expect("mine")
	for _, tt := range []struct {
		name, address string
		status        int
		says          string
	}{
		{"another path", "/favicon.ico?state=mine", http.StatusNotFound, "No run waits for this."},
		{"no state", "/callback?code=c", http.StatusNotFound, "No run waits for this."},
		{"another state", "/callback?code=c&state=another", http.StatusNotFound, "No run waits for this."},
		{"the state", "/callback?code=c&state=mine", http.StatusOK, "Thank you."},
		{"the state, a second time", "/callback?code=d&state=mine", http.StatusNotFound, "No run waits for this."},
	} {
		got := httptest.NewRecorder()
		b.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, tt.address, http.NoBody))
		if got.Code != tt.status || !strings.HasPrefix(got.Body.String(), tt.says) {
			t.Errorf("%s: got %d %q, want %d %q", tt.name, got.Code, got.Body, tt.status, tt.says)
		}
	}
	if diff := cmp.Diff(url.Values{"code": {"c"}, "state": {"mine"}}, <-back); diff != "" {
		t.Errorf("came back (-want +got):\n%s", diff)
	}
}

func TestLandingOnItsAddress(t *testing.T) {
	free := httptest.NewServer(http.NotFoundHandler())
	at, err := url.Parse(free.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openLanding(t.Context(), at); err == nil {
		t.Error("it listens where somebody else does")
	}
	free.Close()
	b, err := openLanding(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	back := b.expect("s")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at.String()+"?state=s", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || !strings.HasPrefix(string(said), "Thank you.") || (<-back).Get("state") != "s" {
		t.Errorf("got %q, %v", said, err)
	}
	b.close()
	if res, err := http.DefaultTransport.RoundTrip(r); err == nil {
		_ = res.Body.Close()
		t.Error("it listens after its end")
	}
	(*landing)(nil).close()
}
