package allianz_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

// hijacked takes the connection over, once the request has come in whole.
func hijacked(tb testing.TB, w http.ResponseWriter, r *http.Request, say string) {
	tb.Helper()
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		tb.Error(err)
	}
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		tb.Error(err)
		return
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, say); err != nil {
		tb.Error(err)
	}
}

// What is lost after it was sent is unknown, and sent once, whatever the phase in
// which it is lost, and on a new connection as on a used one.
func TestAnswerLost(t *testing.T) {
	raw := func(say string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { hijacked(t, w, r, say) }
	}
	typed := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = []string{kind}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	json := func(status int, body string) http.HandlerFunc { return typed(status, "application/json", body) }
	losses := map[string]http.HandlerFunc{
		"no answer":            raw(""),
		"half a status line":   raw("HTTP/1.1 20"),
		"half a header":        raw("HTTP/1.1 200 OK\r\nContent-Ty"),
		"no body":              raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n"),
		"half a body":          raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n" + smallContract),
		"half a chunk":         raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"c"),
		"not HTTP":             raw("\x16\x03\x01hello"),
		"bad gateway":          typed(502, "text/html", "<html>"),
		"unavailable":          typed(503, "", ""),
		"gateway timeout":      json(504, timeout504),
		"504 with nothing":     typed(504, "", ""),
		"timeout under a 200":  json(200, `{"fault":{"faultstring":"Timeout"}}`),
		"timeout under a 400":  json(400, `{"fault":{"faultstring":"Timeout"}}`),
		"another fault":        json(500, `{"fault":{"faultstring":"Unexpected EOF at target"}}`),
		"fault under a 200":    json(200, `{"fault":{"faultstring":"Unexpected EOF at target"}}`),
		"broken server":        json(500, `{"status":500,"error":"Internal Server Error"}`),
		"request timeout":      typed(408, "text/html", "<html>"),
		"a page":               typed(200, "text/html", "<html>"),
		"nothing":              json(200, ""),
		"no content":           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"half a text":          json(200, smallContract[:20]),
		"not JSON":             json(200, "issued"),
		"null":                 json(200, "null"),
		"an empty object":      json(200, "{}"),
		"members of ill types": json(200, `{"contractId":1,"status":1}`),
		"too long":             json(200, `{"contractId":"`+strings.Repeat("a", 4<<20)+`"}`),
		"sent elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"see other": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusSeeOther) },
	}
	for name, lose := range losses {
		for _, op := range operations() {
			if !op.binds {
				continue
			}
			t.Run(name+" "+op.name, func(t *testing.T) {
				var calls, others atomic.Int32
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch {
					case r.URL.Path != op.path:
						others.Add(1)
					case r.Method == http.MethodPost:
						calls.Add(1)
						lose(w, r)
						return
					}
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, smallContract)
				}))
				defer server.Close()
				for used := range 2 {
					calls.Store(0)
					others.Store(0)
					c := client(t, allianz.Options{BaseURL: server.URL, Retry: allianz.Retry{Times: 5, Wait: 1}})
					if used == 1 {
						if _, err := c.Contract(t.Context(), "warm"); err != nil {
							t.Fatal(err)
						}
					}
					got, err := op.do(t.Context(), c)
					checkUnknown(t, op, got, err)
					if n, m := calls.Load(), others.Load(); n != 1 || int(m) != used {
						t.Errorf("sent %d times, elsewhere %d times, want 1 and %d", n, m, used)
					}
				}
			})
		}
	}
}

func checkUnknown(tb testing.TB, op operation, got bool, err error) {
	tb.Helper()
	e, ok := errors.AsType[*allianz.UnknownOutcomeError](err)
	if got || !ok || e.Call != op.name {
		tb.Fatalf("got %t, %v, want an unknown outcome of %s", got, err, op.name)
	}
	want := "look the contract up before issuing again"
	if op.name == "cancel contract" {
		want = "look the contract up before cancelling again"
	}
	if text := err.Error(); !strings.HasPrefix(text, "allianz: "+op.name+": ") || !strings.Contains(text, want) {
		tb.Errorf("got %v, want the call and %q", err, want)
	}
}

// A cancellation is done when its status says so.
func TestCancellationWithoutSuccess(t *testing.T) {
	for _, body := range []string{`{"type":"CANCEL"}`, `{"type":"CANCEL","status":"PROCESSING"}`, `{"status":null}`} {
		c := open(t, func(*http.Request) (*http.Response, error) { return reply(200, body), nil })
		k, err := c.CancelContract(t.Context(), someID, "sold")
		if _, ok := errors.AsType[*allianz.UnknownOutcomeError](err); !ok || k != nil {
			t.Errorf("%s: got %v, %v, want an unknown outcome", body, k, err)
		}
	}
}

// HTTP/2 loses answers in its own ways, and its transport repeats on its own.
func TestAnswerLostOverHTTP2(t *testing.T) {
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.ProtoMajor != 2 {
					t.Errorf("got HTTP/%d", r.ProtoMajor)
				}
				calls.Add(1)
				panic(http.ErrAbortHandler)
			}))
			server.EnableHTTP2 = true
			server.StartTLS()
			defer server.Close()
			c := client(t, allianz.Options{BaseURL: server.URL, HTTP: server.Client(), Retry: allianz.Retry{Times: 2, Wait: 1}})
			got, err := op.do(t.Context(), c)
			if op.binds {
				checkUnknown(t, op, got, err)
			} else if _, unknown := errors.AsType[*allianz.UnknownOutcomeError](err); got || err == nil || unknown {
				t.Errorf("got %t, %v, want a plain error", got, err)
			}
			if n, want := calls.Load(), map[bool]int32{true: 1, false: 3}[op.binds]; n != want {
				t.Errorf("sent %d times, want %d", n, want)
			}
		})
	}
}

// What never left is no unknown outcome.
func TestNotSent(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	var handshakes atomic.Int32
	untrusted := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { handshakes.Add(1) }))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	never := carrier(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, tokenPath) {
			return reply(503, ""), nil
		}
		t.Errorf("called %s", r.URL)
		return nil, errors.New("not expected")
	})
	for name, options := range map[string]allianz.Options{
		"connection refused":  {BaseURL: gone.URL},
		"certificate unknown": {BaseURL: untrusted.URL},
		"no token":            {ClientID: "id", ClientSecret: "hush-hush", HTTP: &http.Client{Transport: never}},
		"context at its end":  {HTTP: &http.Client{Transport: never}},
	} {
		for _, op := range operations() {
			t.Run(name+" "+op.name, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if name == "context at its end" {
					cancel()
				}
				options.Retry.Times = -1
				got, err := op.do(ctx, client(t, options))
				if _, unknown := errors.AsType[*allianz.UnknownOutcomeError](err); got || err == nil || unknown {
					t.Errorf("got %t, %v, want a plain error", got, err)
				}
			})
		}
	}
	if n := handshakes.Load(); n != 0 {
		t.Errorf("%d requests went to an untrusted server", n)
	}
}

// A transport that tried more than once may have been heard the first time.
func TestTransportThatRepeats(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		hijacked(t, w, r, "")
	}))
	defer server.Close()
	plain := &http.Transport{}
	stubborn := carrier(func(r *http.Request) (*http.Response, error) {
		if response, err := plain.RoundTrip(r); err == nil {
			return response, nil
		}
		plain.CloseIdleConnections()
		again := r.Clone(r.Context())
		again.URL.Host = "127.0.0.1:1"
		return plain.RoundTrip(again)
	})
	c := client(t, allianz.Options{BaseURL: server.URL, HTTP: &http.Client{Transport: stubborn}})
	for _, op := range operations() {
		if op.binds {
			got, err := op.do(t.Context(), c)
			checkUnknown(t, op, got, err)
		}
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("heard %d times, want 2", n)
	}
}
