package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/control"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/openapi"
)

// ran is what the fixture's jobs saw.
type ran struct {
	mu   sync.Mutex
	seen []string
}

func (r *ran) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, line)
}

// fixture is an insurer with the documents of a real one: it answers a quote
// with the example that belongs to the request, and a header of the request asks
// for a job in an hour.
func fixture(jobs *ran) mocks.Insurer {
	return mocks.Insurer{
		Slug: "allianz", Title: "A fixture",
		Credentials: map[string]any{"client_id": "fixture"},
		Magic:       []mocks.Magic{{Operation: "quickQuote", Pointer: "/channel", Value: "X", Outcome: "refused", Evidence: openapi.Inferred}},
		Settings: []mocks.Setting{
			{Key: "allianz.envelope", Values: []string{"bare", "errors"}, Default: "bare", Says: "how a refusal is wrapped", Evidence: openapi.Inferred},
			{Key: "allianz.greeting", Default: "sawasdee", Says: "any text", Evidence: openapi.Inferred},
		},
		New: func(store.Store) mocks.API {
			return mocks.API{
				Faces: []mocks.Face{{Document: "allianz/motor", Operations: played(map[string]mocks.Operation{"quickQuote": quote})}},
				Jobs: map[string]mocks.Job{
					"decide": func(ctx context.Context, _ json.RawMessage) error {
						jobs.add(mocks.Now(ctx).Format(time.RFC3339) + " " + mocks.Outcome(ctx))
						return nil
					},
					"fail": func(context.Context, json.RawMessage) error { return errors.New("the receiver is away") },
				},
				Retry: []time.Duration{time.Minute},
				Webhooks: &mocks.Webhooks{
					Document: "allianz/motor",
					Seal: func(_ context.Context, n mocks.Notice, _ string) (mocks.Sealed, error) {
						return mocks.Sealed{Body: n.Message}, nil
					},
					Events: []mocks.Event{
						{Name: "told", Says: "somebody is told", Evidence: openapi.Inferred, Make: notice},
						{Name: "untold", Says: "nobody is", Evidence: openapi.Inferred, Make: func(context.Context) (mocks.Notice, error) {
							return mocks.Notice{}, &mocks.Refusal{Kind: mocks.Conflict, Rule: "nobody subscribes", Remedy: "subscribe"}
						}},
					},
				},
				Register: func(_ context.Context, asked json.RawMessage) (any, error) {
					var client struct{ Name string }
					if json.Unmarshal(asked, &client) != nil || client.Name == "" {
						return nil, &mocks.Refusal{Kind: mocks.Invalid, Rule: "a client has a name"}
					}
					if client.Name == "taken" {
						return nil, &mocks.Refusal{Kind: mocks.Conflict, Rule: "the name is taken"}
					}
					return client, nil
				},
				Refuse: func(_ context.Context, r *mocks.Refusal) mocks.Answer {
					return mocks.Answer{Status: 400, Body: struct{}{}}
				},
			}
		},
	}
}

// notice goes to an address that no sandbox may call.
func notice(context.Context) (mocks.Notice, error) {
	return mocks.Notice{ID: "n-1", Event: "told", Operation: "quickQuote", URL: "http://192.0.2.7/", Message: json.RawMessage(`{}`)}, nil
}

func quote(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	if kind := r.Header.Get("X-Later"); kind != "" {
		if err := mocks.WorldOf(ctx).Later(ctx, time.Hour, kind, struct{}{}); err != nil {
			return mocks.Answer{}, err
		}
	}
	return mocks.OK(example("response", r.Header.Get("X-Example"))), nil
}

func token(*http.Request) (mocks.Answer, error) { return mocks.OK(example("response", "token")), nil }

// played answers the calls of the document that no test here cares for.
func played(own map[string]mocks.Operation) map[string]mocks.Operation {
	document, err := openapi.Load("allianz/motor")
	if err != nil {
		panic(err)
	}
	for _, op := range document.Operations() {
		if own[op.ID] == nil {
			own[op.ID] = token
		}
	}
	return own
}

// example is a named example of the fixture's document.
func example(in, name string) any {
	document, err := openapi.Load("allianz/motor")
	if err != nil {
		panic(err)
	}
	for _, op := range document.Operations() {
		for _, e := range op.Examples {
			if e.In == in && e.Name == name {
				return e.Value
			}
		}
	}
	panic(fmt.Sprintf("no %s example %q", in, name))
}

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 7*60*60))

// sandbox is one of the fixture, frozen at start.
type sandbox struct {
	*mocks.Sandbox
	jobs *ran
}

func newSandbox(tb testing.TB, change ...func(*mocks.Options, *control.Options)) sandbox {
	tb.Helper()
	jobs := new(ran)
	options := mocks.Options{Insurers: []mocks.Insurer{fixture(jobs)}, Clock: clock.Frozen(start)}
	controls := control.Options{Version: "v0.0.1"}
	for _, c := range change {
		c(&options, &controls)
	}
	options.Control = control.New(controls)
	s, err := mocks.New(options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if !s.Ready() {
			return // a test closed it
		}
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return sandbox{s, jobs}
}

// answered is what a call was answered with.
type answered struct {
	status int
	header http.Header
	body   []byte
}

func (s sandbox) do(r *http.Request) answered {
	if r.Host == "example.com" { // what httptest invents
		r.Host = "127.0.0.1:7800"
	}
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, r)
	return answered{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

func (s sandbox) call(tb testing.TB, method, path, body string) answered {
	tb.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	return s.do(httptest.NewRequest(method, path, reader))
}

// want is a call that must be answered with a status; its JSON answer is decoded.
func (s sandbox) want(tb testing.TB, status int, method, path, body string) map[string]any {
	tb.Helper()
	return s.call(tb, method, path, body).want(tb, status)
}

func (a answered) want(tb testing.TB, status int) map[string]any {
	tb.Helper()
	if a.status != status {
		tb.Fatalf("got status %d, want %d: %s", a.status, status, a.body)
	}
	if len(a.body) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		tb.Fatalf("the answer is no JSON object: %v: %s", err, a.body)
	}
	return tree
}

// quote asks for a quote; base is "" or "/w/NAME", header holds pairs. The panic
// of a cut connection is an answer with status 0.
func (s sandbox) quote(tb testing.TB, base string, header ...string) (a answered) {
	tb.Helper()
	body, err := json.Marshal(example("request", "cmi"))
	if err != nil {
		tb.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, base+"/allianz/v1/motor/quickquotes", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Example", "cmi")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	defer func() {
		cause := recover()
		if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			a = answered{}
		} else if cause != nil {
			panic(cause)
		}
	}()
	return s.do(r)
}
