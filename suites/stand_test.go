package suites

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"

	"github.com/understudy-sandbox/understudy/contracts/report"
	"github.com/understudy-sandbox/understudy/mocks"
)

// stand is a server that plays a sandbox with a mistake in it, or a live insurer.
type stand struct {
	*httptest.Server
	sandbox *mocks.Sandbox
	calls   atomic.Int64 // of the insurer
}

// bend stands between a caller and the honest handler.
type bend func(rw http.ResponseWriter, r *http.Request, honest http.Handler)

func startStand(t *testing.T, b bend) *stand {
	t.Helper()
	s, err := mocks.New(sandboxOptions())
	if err != nil {
		t.Fatal(err)
	}
	st := &stand{sandbox: s}
	st.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/__admin/") {
			st.calls.Add(1)
		}
		if b == nil {
			s.ServeHTTP(rw, r)
			return
		}
		b(rw, r, s)
	}))
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		st.Close()
	})
	return st
}

// targets are those of the stand as a sandbox: the insurers that are named, or
// the one that the tests here are told in.
func (s *stand) targets(t *testing.T, slugs ...string) []*Target {
	t.Helper()
	if len(slugs) == 0 {
		slugs = []string{"allianz"}
	}
	all, err := Sandbox(t.Context(), s.URL, slugs, "")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// live is the stand as a live insurer, with what a target file would say.
func (s *stand) live(t *testing.T) *Target {
	t.Helper()
	base, err := url.Parse(s.URL + "/allianz")
	if err != nil {
		t.Fatal(err)
	}
	return &Target{
		Name: "live", Insurer: "allianz", Faces: map[string]*url.URL{"motor": base},
		Credentials: map[string]string{"client_id": "sandbox-client", "client_secret": "sandbox-secret-opens-nothing", "oe_id": "th-pc"},
		Rate:        Rate{Calls: 1_000_000, Per: time.Second},
	}
}

// asLive hides that there is a sandbox.
func asLive(b bend) bend {
	return func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/__admin/"):
			http.NotFound(rw, r)
		case b == nil:
			honest.ServeHTTP(rw, r)
		default:
			b(rw, r, honest)
		}
	}
}

// answers bends every answer of an operation's path that has a status.
func answers(path string, status int, change func(*httptest.ResponseRecorder) string) bend {
	return func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if !strings.HasSuffix(r.URL.Path, path) {
			honest.ServeHTTP(rw, r)
			return
		}
		got := httptest.NewRecorder()
		honest.ServeHTTP(got, r)
		body := got.Body.String()
		if got.Code == status {
			body = change(got)
		}
		maps.Copy(rw.Header(), got.Header())
		rw.Header().Del("Content-Length")
		rw.WriteHeader(got.Code)
		_, _ = rw.Write([]byte(body))
	}
}

// quotes bends the text of every quote.
func quotes(change func(body string) string) bend {
	return answers(quickQuotes, http.StatusOK, func(got *httptest.ResponseRecorder) string { return change(got.Body.String()) })
}

// swap is a change of every place where a text stands.
func swap(old, wrong string) func(string) string {
	return func(body string) string { return strings.ReplaceAll(body, old, wrong) }
}

// told hears what Run tells a caller of the library.
type told struct{ failed bool }

func (c *told) Fail() { c.failed = true }

// check runs the targets and holds the report, what the caller hears and the
// exit code together.
func check(t *testing.T, targets []*Target, o Options) *report.Report {
	t.Helper()
	serial(t)
	return checkWithin(t.Context(), t, targets, o)
}

func checkWithin(ctx context.Context, t *testing.T, targets []*Target, o Options) *report.Report {
	t.Helper()
	heard := &told{}
	r, err := Run(ctx, heard, targets, o)
	if err != nil {
		t.Fatal(err)
	}
	if want := r.Outcome.ExitCode() != 0; heard.failed != want && !o.List {
		t.Errorf("the caller hears of a failure: got %v, want %v for %s", heard.failed, want, r.Outcome)
	}
	return r
}

// serial skips what `ginkgo -p` cannot run: it is there for the suites.
func serial(t *testing.T) {
	t.Helper()
	if config, _ := ginkgo.GinkgoConfiguration(); config.ParallelTotal > 1 {
		t.Skip("a parallel process runs the suites and nothing else")
	}
}
