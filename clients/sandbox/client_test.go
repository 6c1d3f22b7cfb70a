package sandbox_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
)

// server answers in memory, so that tests can run on virtual time.
type server func(*http.Request) (*http.Response, error)

func (s server) RoundTrip(q *http.Request) (*http.Response, error) { return s(q) }

func TestURL(t *testing.T) {
	tests := []struct{ base, world, want string }{
		{"http://127.0.0.1:7800", "ci-17", "http://127.0.0.1:7800/w/ci-17/allianz"},
		{"http://127.0.0.1:7800/", "default", "http://127.0.0.1:7800/allianz"},
		{"https://sandbox.example/under/", "", "https://sandbox.example/under/allianz"},
	}
	for _, test := range tests {
		if got := sandbox.New(test.base, nil).World(test.world).URL("allianz"); got != test.want {
			t.Errorf("%q in %q: got %s, want %s", test.world, test.base, got, test.want)
		}
	}
}

func TestNowIsTheClock(t *testing.T) {
	got, err := speak(load(t, "clock")).World("ci-17").Now(t.Context())
	if err != nil || !got.Equal(start) {
		t.Errorf("got %v, %v, want %v", got, err, start)
	}
}

// What is not the control API is told from it, whatever it answers.
func TestOtherServers(t *testing.T) {
	tests := map[string]struct {
		status            int
		media, body, want string
	}{
		"a web page":             {200, "text/html", "<p>It works!", `got "text/html" instead of JSON`},
		"another API":            {200, "application/json", `{"healthy":true}`, "not as a sandbox does"},
		"no JSON":                {200, "application/json", `{"status":`, "read the answer"},
		"a gateway":              {502, "text/html", "<p>Bad Gateway", `got 502 Bad Gateway with "text/html"`},
		"nothing":                {200, "", "", `got "" instead of JSON`},
		"an empty answer":        {204, "", "", "got 204 No Content"},
		"a problem without JSON": {400, "application/problem+json", "oops", "read a refusal"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := speak(server(func(q *http.Request) (*http.Response, error) {
				return answer(q, test.status, test.media, test.body), nil
			}))
			_, err := c.Health(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			var refused *sandbox.Problem
			if errors.As(err, &refused) {
				t.Errorf("got a *Problem: %v", refused)
			}
		})
	}
}

// A call that is answered with a body where none belongs did not reach a sandbox.
func TestChangesWantTheirAnswer(t *testing.T) {
	c := speak(server(func(q *http.Request) (*http.Response, error) { return answer(q, 200, "text/html", "<p>hello"), nil }))
	if err := c.World("ci-17").Delete(t.Context()); err == nil {
		t.Error("a page was taken for the deletion of a world")
	}
}

func TestAddressThatIsNone(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:7800", "localhost:7800", "/tmp", "http://", "http://a b"} {
		err := sandbox.New(address, nil).Wait(t.Context())
		if err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:7800") {
			t.Errorf("%q: got %v, want an error that shows an address", address, err)
		}
	}
}

func TestWait(t *testing.T) {
	health := `{"status":"ok","version":"v0.1.0","insurers":[]}`
	refusal := `{"type":"about:blank","title":"Forbidden","status":403,"detail":"another host"}`
	away := errors.New("connection refused")
	tests := map[string]struct {
		then func(*http.Request) (*http.Response, error) // after two failures
		want string
		took time.Duration
	}{
		"it comes up": {
			func(q *http.Request) (*http.Response, error) { return answer(q, 200, "application/json", health), nil }, "", 100 * time.Millisecond,
		},
		"it refuses us": {
			func(q *http.Request) (*http.Response, error) {
				return answer(q, 403, "application/problem+json", refusal), nil
			}, "another host", 100 * time.Millisecond,
		},
		"it stays away": {
			func(*http.Request) (*http.Response, error) { return nil, away }, "connection refused", 10 * time.Second,
		},
		"it shuts down": {
			func(q *http.Request) (*http.Response, error) {
				return answer(q, 503, "application/problem+json", strings.ReplaceAll(refusal, "403", "503")), nil
			}, "503", 10 * time.Second,
		},
		"it accepts and is silent": {
			func(q *http.Request) (*http.Response, error) { <-q.Context().Done(); return nil, q.Context().Err() }, "deadline exceeded", 10 * time.Second,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				c := speak(server(func(q *http.Request) (*http.Response, error) {
					if tries++; tries <= 2 {
						return nil, away
					}
					return test.then(q)
				}))
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began := time.Now()
				err := c.Wait(ctx)
				if took := time.Since(began); took != test.took {
					t.Errorf("took %s, want %s", took, test.took)
				}
				if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want %q", err, test.want)
				}
			})
		})
	}
}

// One silent try does not use up the whole wait.
func TestWaitTriesAgainAfterSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		c := speak(server(func(q *http.Request) (*http.Response, error) {
			if tries++; tries == 1 {
				<-q.Context().Done()
				return nil, q.Context().Err()
			}
			return answer(q, 200, "application/json", `{"status":"ok"}`), nil
		}))
		if err := c.Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// The context that ends a wait can be found in its error.
func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := speak(server(func(q *http.Request) (*http.Response, error) { return nil, q.Context().Err() }))
	if err := c.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// The client of our own, without one given, speaks over the network.
func TestOwnClient(t *testing.T) {
	listening := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"status":"ok","version":"v1","insurers":["allianz"]}`))
	}))
	defer listening.Close()
	health, err := sandbox.New(listening.URL, nil).Health(t.Context())
	if err != nil || health.Version != "v1" {
		t.Errorf("got %+v, %v, want version v1", health, err)
	}
}
