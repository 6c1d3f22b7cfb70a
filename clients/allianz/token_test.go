package allianz_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

// issuer gives out tokens t1, t2, ... and refuses quotes with any but the newest valid one.
type issuer struct {
	mu      sync.Mutex
	issued  int
	quotes  int
	revoked bool
	answer  string        // of the token call, %d is the count; "" is a plain one
	delay   time.Duration // of the token call
}

func (i *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, tokenPath) {
		if i.delay > 0 {
			select {
			case <-time.After(i.delay):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.issued, i.revoked = i.issued+1, false
		if i.answer != "" {
			return reply(200, fmt.Sprintf(i.answer, i.issued)), nil
		}
		return reply(200, fmt.Sprintf(`{"access_token":"t%d","expires_in":3600,"token_type":"Bearer"}`, i.issued)), nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.quotes++
	if want := fmt.Sprintf("Bearer t%d", i.issued); i.revoked || r.Header.Get("Authorization") != want {
		return reply(401, `{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.access_token_expired"}}}`), nil
	}
	return reply(200, smallQuote), nil
}

func (i *issuer) revoke() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.revoked = true
}

func (i *issuer) client(tb testing.TB) *allianz.Client {
	tb.Helper()
	return client(tb, allianz.Options{ClientID: "id", ClientSecret: "hush-hush", HTTP: &http.Client{Transport: i}})
}

func TestTokenIsKeptUntilShortlyBeforeItsEnd(t *testing.T) {
	const s = time.Second
	tests := map[string]struct {
		answer string
		last   time.Duration // the last moment of use
	}{
		"an hour":             {`{"access_token":"t%d","expires_in":3600}`, 3570*s - 1},
		"an hour, as string":  {`{"access_token":"t%d","expires_in":"3600"}`, 3570*s - 1},
		"a minute":            {`{"access_token":"t%d","expires_in":60}`, 54*s - 1},
		"not said":            {`{"access_token":"t%d"}`, 270*s - 1},
		"said badly":          {`{"access_token":"t%d","expires_in":"soon"}`, 270*s - 1},
		"beyond all patience": {`{"access_token":"t%d","expires_in":9223372036854775807}`, 30*24*time.Hour - 30*s - 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := &issuer{answer: test.answer, delay: 2 * s} // a token ages from when it was asked for
				c := i.client(t)
				quote := func(issued int) {
					t.Helper()
					if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
						t.Fatal(err)
					}
					if i.issued != issued {
						t.Fatalf("%d tokens were fetched, want %d", i.issued, issued)
					}
				}
				quote(1)
				<-time.After(test.last - i.delay)
				quote(1)
				<-time.After(1)
				quote(2)
				quote(2)
			})
		})
	}
}

func TestTokenByAClockOfTheCaller(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	i := &issuer{}
	c := client(t, allianz.Options{
		ClientID: "id", ClientSecret: "hush-hush", HTTP: &http.Client{Transport: i},
		Now: func() time.Time { return now },
	})
	for want, step := range []time.Duration{0, time.Hour, time.Hour} {
		now = now.Add(step)
		if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
			t.Fatal(err)
		}
		if i.issued != want+1 {
			t.Errorf("after %v: %d tokens, want %d", step, i.issued, want+1)
		}
	}
}

func TestTokenWithoutLifeIsUsedOnce(t *testing.T) {
	i := &issuer{answer: `{"access_token":"t%d","expires_in":0}`}
	c := i.client(t)
	for want := 1; want <= 2; want++ {
		if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil || i.issued != want {
			t.Errorf("quote %d: %v with %d tokens", want, err, i.issued)
		}
	}
}

func TestTokenIsRenewedOnceWhenRefused(t *testing.T) {
	i := &issuer{}
	c := i.client(t)
	for range 2 {
		i.revoke()
		if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	if i.issued != 2 || i.quotes != 3 {
		t.Errorf("%d tokens and %d quotes, want 2 and 3", i.issued, i.quotes)
	}

	stubborn := &issuer{answer: `{"access_token":"other%d"}`}
	_, err := stubborn.client(t).QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
	e, ok := errors.AsType[*allianz.Error](err)
	if !ok || e.Status != 401 || e.Call != "quick quote" || e.Code != "keymanagement.service.access_token_expired" {
		t.Errorf("got %v, want the second 401", err)
	}
	if stubborn.issued != 2 || stubborn.quotes != 2 {
		t.Errorf("%d tokens and %d quotes, want 2 and 2", stubborn.issued, stubborn.quotes)
	}
}

func TestTokenRefused(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   string
	}{
		"wrong credentials": {401, `{"error":"invalid_client","error_description":"Bad credentials"}`, "allianz: token: answered 401 Unauthorized: invalid_client: Bad credentials"},
		"gateway's words":   {401, `{"ErrorCode":"x","Error":"Client credentials are invalid"}`, "allianz: token: answered 401 Unauthorized: Client credentials are invalid"},
		"under a 200":       {200, `{"error":"invalid_client"}`, "allianz: token: answered 200 OK: invalid_client"},
		"no token":          {200, `{"expires_in":3600}`, "allianz: token: answered 200: not a token: access_token is missing"},
		"empty token":       {200, `{"access_token":""}`, "allianz: token: answered 200: not a token: access_token is missing"},
		"number":            {200, `{"access_token":12345}`, "allianz: token: answered 200: not a token: json: cannot unmarshal number into Go struct field .access_token of type string"},
		"two lines":         {200, `{"access_token":"a\r\nb"}`, "allianz: token: answered 200: not a token: access_token cannot be sent in a header"},
		"not ASCII":         {200, `{"access_token":"ก"}`, "allianz: token: answered 200: not a token: access_token cannot be sent in a header"},
		"a page":            {200, `<html>`, `allianz: token: answered 200: the answer is "text/html", not JSON`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			calls := 0
			c := client(t, allianz.Options{ClientID: "id", ClientSecret: "hush-hush", HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
				calls++
				if !strings.HasSuffix(r.URL.Path, tokenPath) {
					t.Errorf("called %s without a token", r.URL)
				}
				return reply(test.status, test.body), nil
			})}})
			for want := 1; want <= 2; want++ {
				_, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
				if err == nil || err.Error() != test.want {
					t.Errorf("got %v\nwant %s", err, test.want)
				}
				if calls != want {
					t.Errorf("%d calls after %d quotes: a refusal is neither repeated nor kept", calls, want)
				}
			}
		})
	}
}

func TestTokenCallIsRepeatedWithItsQuote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i, failed := &issuer{}, false
		c := client(t, allianz.Options{ClientID: "id", ClientSecret: "hush-hush", HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
			if !failed {
				failed = true
				return reply(503, ""), nil
			}
			return i.RoundTrip(r)
		})}})
		if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
			t.Error(err)
		}
	})
}

func TestOneFetchForAll(t *testing.T) {
	const callers = 50
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{delay: time.Second}
		c := i.client(t)
		for round := 1; round <= 2; round++ {
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if i.issued != round {
				t.Fatalf("round %d: %d tokens were fetched, want %d", round, i.issued, round)
			}
			i.revoke()
		}
	})
}

// One caller's patience is not another's: the fetch goes on for those who wait.
func TestFetchOutlivesTheCallerWhoBeganIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{delay: 5 * time.Second}
		c := i.client(t)
		var both sync.WaitGroup
		both.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := c.QuickQuote(ctx, allianz.QuickQuoteRequest{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the hasty caller got %v, want its own deadline", err)
			}
		})
		synctest.Wait()
		both.Go(func() {
			if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
				t.Errorf("the patient caller got %v", err)
			}
		})
		both.Wait()
		if i.issued != 1 {
			t.Errorf("%d tokens were fetched, want 1", i.issued)
		}
	})
}

func TestConcurrentCallsOverTheNetwork(t *testing.T) {
	var issued, valid atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, tokenPath) {
			n := issued.Add(1)
			valid.Store(n)
			fmt.Fprintf(w, `{"access_token":"t%d","expires_in":"3599"}`, n)
			return
		}
		if r.Header.Get("Authorization") != fmt.Sprintf("Bearer t%d", valid.Load()) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, smallQuote)
	}))
	defer server.Close()
	c := client(t, allianz.Options{BaseURL: server.URL, ClientID: "id", ClientSecret: "hush-hush"})
	for round := int64(1); round <= 3; round++ {
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := issued.Load(); n != round {
			t.Errorf("round %d: %d tokens, want %d", round, n, round)
		}
		valid.Store(-1)
	}
}

func FuzzTokenAnswer(f *testing.F) {
	for _, body := range []string{`{"access_token":"t","expires_in":3600}`, `{"access_token":"t","expires_in":"3599"}`, `{"access_token":"t","expires_in":-1e9}`, `{}`, ``, `{"access_token":"ก"}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		quotes := 0
		c := client(t, allianz.Options{ClientID: "id", ClientSecret: "hush-hush", HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, tokenPath) {
				return reply(200, body), nil
			}
			quotes++
			if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
				t.Errorf("a quote went out with %q", r.Header.Get("Authorization"))
			}
			return reply(200, smallQuote), nil
		})}})
		_, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
		if (err == nil) != (quotes == 1) {
			t.Errorf("%d quotes beside %v", quotes, err)
		}
	})
}
