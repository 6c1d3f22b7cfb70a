package allianz_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

const (
	quotePath = "/v1/motor/quickquotes"
	tokenPath = "/api/oauth2/token"

	smallQuote = `{"channel":"WS","productCode":"CMI","productPackages":[{"premium":{"netPremium":600,"grossPremium":645.21}}]}`
	timeout504 = `{"fault":{"faultstring":"Gateway Timeout","detail":{"errorcode":"messaging.adaptors.http.flow.GatewayTimeout"}}}`
)

// carrier answers calls in memory, so that tests can run on virtual time.
type carrier func(*http.Request) (*http.Response, error)

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

// reply is a JSON answer, or an HTML page when the body looks like one.
func reply(status int, body string) *http.Response {
	kind := "application/json;charset=UTF-8"
	if strings.HasPrefix(body, "<") {
		kind = "text/html"
	}
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {kind}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

// open is a client without credentials whose every call goes to the carrier given.
func open(tb testing.TB, c carrier) *allianz.Client {
	tb.Helper()
	return client(tb, allianz.Options{HTTP: &http.Client{Transport: c}})
}

func client(tb testing.TB, o allianz.Options) *allianz.Client {
	tb.Helper()
	if o.BaseURL == "" {
		o.BaseURL = "http://carrier.test/allianz"
	}
	c, err := allianz.New(o)
	if err != nil {
		tb.Fatalf("New: %v", err)
	}
	return c
}

func TestNewRefuses(t *testing.T) {
	tests := map[string]struct {
		options allianz.Options
		want    string
	}{
		"no address":          {allianz.Options{}, "want http://host"},
		"no scheme":           {allianz.Options{BaseURL: "carrier.test"}, "want http://host"},
		"another scheme":      {allianz.Options{BaseURL: "ftp://carrier.test"}, "want http://host"},
		"no host":             {allianz.Options{BaseURL: "https:///v1"}, "want http://host"},
		"not a URL":           {allianz.Options{BaseURL: "http://u:hunter2@host:port"}, "cannot be read"},
		"user in the address": {allianz.Options{BaseURL: "http://u:hunter2@host"}, "has a user"},
		"query":               {allianz.Options{BaseURL: "http://host?a=b"}, "has a query"},
		"fragment":            {allianz.Options{BaseURL: "http://host#a"}, "has a query or a fragment"},
		"id without secret":   {allianz.Options{BaseURL: "http://host", ClientID: "id"}, "go together"},
		"secret without id":   {allianz.Options{BaseURL: "http://host", ClientSecret: "hunter2"}, "go together"},
		"negative timeout":    {allianz.Options{BaseURL: "http://host", Timeouts: allianz.Timeouts{Quote: -1}}, "negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := allianz.New(test.options)
			if c != nil || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, %v, want an error with %q", c, err, test.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for base, want := range map[string][]string{
		"":               {tokenPath, quotePath},
		"/":              {tokenPath, quotePath},
		"/allianz":       {"/allianz" + tokenPath, "/allianz" + quotePath},
		"/w/p1/allianz/": {"/w/p1/allianz" + tokenPath, "/w/p1/allianz" + quotePath},
	} {
		t.Run("base "+base, func(t *testing.T) {
			var got []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = append(got, r.URL.Path)
				w.Header().Set("Content-Type", "application/json")
				if strings.HasSuffix(r.URL.Path, tokenPath) {
					_, _ = io.WriteString(w, `{"access_token":"t"}`)
					return
				}
				_, _ = io.WriteString(w, smallQuote)
			}))
			defer server.Close()
			c := client(t, allianz.Options{BaseURL: server.URL + base, ClientID: "id", ClientSecret: "hush-hush"})
			if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	type seen struct {
		Method, Host, Query string
		Header              map[string]string
		Body                bool
	}
	want := map[string]seen{
		tokenPath: {"POST", "carrier.test", "grant_type=client_credentials&oe_id=th-uat", map[string]string{
			"Accept": "application/json", "Authorization": "Basic aWQ6czpl",
		}, false},
		quotePath: {"POST", "carrier.test", "", map[string]string{
			"Accept": "application/json", "Authorization": "Bearer tok", "Content-Type": "application/json", "Content-Language": "th",
		}, true},
	}
	got := map[string]seen{}
	c := client(t, allianz.Options{
		BaseURL: "https://carrier.test", ClientID: "id", ClientSecret: "s:e", OEID: "th-uat",
		HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
			s := seen{r.Method, r.URL.Host, r.URL.RawQuery, map[string]string{}, r.ContentLength > 0}
			for name := range r.Header {
				s.Header[name] = r.Header.Get(name)
			}
			got[r.URL.Path] = s
			if r.URL.Path == tokenPath {
				return reply(200, `{"access_token":"tok"}`), nil
			}
			return reply(200, smallQuote), nil
		})},
	})
	if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestWithoutCredentials(t *testing.T) {
	var calls []string
	c := open(t, func(r *http.Request) (*http.Response, error) {
		calls = append(calls, r.URL.Path+" "+r.Header.Get("Authorization"))
		return reply(401, `{"code":"401"}`), nil
	})
	_, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
	if e, ok := errors.AsType[*allianz.Error](err); !ok || e.Status != 401 {
		t.Errorf("got %v, want the carrier's 401", err)
	}
	if want := []string{"/allianz" + quotePath + " "}; !slices.Equal(calls, want) {
		t.Errorf("calls %q, want %q: one, without a token", calls, want)
	}
}

// The defaults of net/http belong to the whole program.
func TestOwnHTTPClient(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, smallQuote)
	}))
	defer server.Close()
	shared := http.DefaultTransport
	defer func() { http.DefaultTransport = shared }()
	http.DefaultTransport = carrier(func(*http.Request) (*http.Response, error) {
		t.Error("the program's default transport was used")
		return nil, errors.New("not ours")
	})
	if _, err := client(t, allianz.Options{BaseURL: server.URL}).QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
		t.Error(err)
	}

	given := &http.Client{}
	client(t, allianz.Options{HTTP: given})
	if given.CheckRedirect != nil || given.Transport != nil {
		t.Error("the caller's http.Client was changed")
	}
}

func TestRepeats(t *testing.T) {
	broken := func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset by peer") }
	late := func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded }
	status := func(status int, body string) carrier {
		return func(*http.Request) (*http.Response, error) { return reply(status, body), nil }
	}
	cut := func(*http.Request) (*http.Response, error) {
		r := reply(200, "")
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a`), errorReader{io.ErrUnexpectedEOF}))
		return r, nil
	}
	good := status(200, smallQuote)
	const ms = time.Millisecond
	tests := map[string]struct {
		steps []carrier // the last one goes on for ever
		retry allianz.Retry
		calls int
		took  time.Duration
		good  bool
	}{
		"good at once":                   {[]carrier{good}, allianz.Retry{}, 1, 0, true},
		"first two calls fail":           {[]carrier{status(503, ""), status(502, "<html>"), good}, allianz.Retry{}, 3, 600 * ms, true},
		"connection broken":              {[]carrier{broken, good}, allianz.Retry{}, 2, 200 * ms, true},
		"answer cut off by a connection": {[]carrier{cut, good}, allianz.Retry{}, 2, 200 * ms, true},
		"gateway timeout":                {[]carrier{status(504, timeout504), good}, allianz.Retry{}, 2, 200 * ms, true},
		"timeout fault under another status": {
			[]carrier{status(500, timeout504), good}, allianz.Retry{}, 2, 200 * ms, true,
		},
		"a timeout of the http.Client":  {[]carrier{late, good}, allianz.Retry{}, 1, 0, false},
		"never better":                  {[]carrier{status(503, "")}, allianz.Retry{}, 3, 600 * ms, false},
		"own policy":                    {[]carrier{status(503, "")}, allianz.Retry{Times: 3, Wait: time.Second}, 4, 7 * time.Second, false},
		"switched off":                  {[]carrier{status(503, ""), good}, allianz.Retry{Times: -1}, 1, 0, false},
		"999 is final":                  {[]carrier{status(500, `{"code":"999"}`), good}, allianz.Retry{}, 1, 0, false},
		"999 is final with a 503":       {[]carrier{status(503, `{"code":"999"}`), good}, allianz.Retry{}, 1, 0, false},
		"003 is final":                  {[]carrier{status(400, `{"code":"003"}`), good}, allianz.Retry{}, 1, 0, false},
		"500 of unknown ground":         {[]carrier{status(500, "<html>"), good}, allianz.Retry{}, 1, 0, false},
		"nonsense is final":             {[]carrier{status(200, "<html>"), good}, allianz.Retry{}, 1, 0, false},
		"half a JSON text is final too": {[]carrier{status(200, smallQuote[:40]), good}, allianz.Retry{}, 1, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				c := client(t, allianz.Options{Retry: test.retry, HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
					body, err := io.ReadAll(r.Body)
					if err != nil || len(body) == 0 {
						t.Errorf("call %d came with body %q, %v", calls+1, body, err)
					}
					step := test.steps[min(calls, len(test.steps)-1)]
					calls++
					return step(r)
				})}})
				start := time.Now()
				quote, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
				if got := err == nil; got != test.good || got != (quote != nil) {
					t.Errorf("got %v, %v, want success %t", quote, err, test.good)
				}
				if took := time.Since(start); calls != test.calls || took != test.took {
					t.Errorf("%d calls in %v, want %d in %v", calls, took, test.calls, test.took)
				}
			})
		})
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestTimeouts(t *testing.T) {
	hang := carrier(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	hangOn := func(path string) carrier {
		return func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, path) {
				return hang(r)
			}
			return reply(200, `{"access_token":"t"}`), nil
		}
	}
	// A body that never ends: the header came in time, the rest does not.
	stall := func(r *http.Request) (*http.Response, error) {
		answer := reply(200, "")
		read, write := io.Pipe()
		context.AfterFunc(r.Context(), func() { write.CloseWithError(r.Context().Err()) })
		answer.Body = read
		return answer, nil
	}
	down := func(*http.Request) (*http.Response, error) { return reply(503, ""), nil }
	tests := map[string]struct {
		carrier carrier
		options allianz.Options
		caller  time.Duration
		want    time.Duration
	}{
		"quote":              {hang, allianz.Options{}, time.Hour, 60 * time.Second},
		"quote, own":         {hang, allianz.Options{Timeouts: allianz.Timeouts{Quote: time.Second}}, time.Hour, time.Second},
		"body stalls":        {stall, allianz.Options{}, time.Hour, 60 * time.Second},
		"token":              {hangOn(tokenPath), allianz.Options{ClientID: "id", ClientSecret: "hush-hush"}, time.Hour, 10 * time.Second},
		"token, own":         {hangOn(tokenPath), allianz.Options{ClientID: "id", ClientSecret: "hush-hush", Timeouts: allianz.Timeouts{Token: time.Second}}, time.Hour, time.Second},
		"quote after token":  {hangOn(quotePath), allianz.Options{ClientID: "id", ClientSecret: "hush-hush"}, time.Hour, 60 * time.Second},
		"caller is shorter":  {hang, allianz.Options{}, time.Second, time.Second},
		"caller, for token":  {hangOn(tokenPath), allianz.Options{ClientID: "id", ClientSecret: "hush-hush"}, time.Second, time.Second},
		"repeats count in":   {down, allianz.Options{Retry: allianz.Retry{Times: 9, Wait: 40 * time.Second}}, time.Hour, 60 * time.Second},
		"caller in a repeat": {down, allianz.Options{Retry: allianz.Retry{Wait: time.Minute}}, time.Second, time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test.options.HTTP = &http.Client{Transport: test.carrier}
				c := client(t, test.options)
				ctx, cancel := context.WithTimeout(t.Context(), test.caller)
				defer cancel()
				start := time.Now()
				quote, err := c.QuickQuote(ctx, allianz.QuickQuoteRequest{})
				if took := time.Since(start); took != test.want {
					t.Errorf("took %v, want %v", took, test.want)
				}
				if quote != nil || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, %v, want deadline exceeded", quote, err)
				}
				<-time.After(time.Minute) // in the bubble: a token fetch may outlive its caller
			})
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := open(t, func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	quote, err := c.QuickQuote(ctx, allianz.QuickQuoteRequest{})
	if quote != nil || !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "repeated") {
		t.Errorf("got %v, %v, want cancelled and no thought of a repeat", quote, err)
	}
}
