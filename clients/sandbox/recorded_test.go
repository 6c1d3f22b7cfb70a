package sandbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
)

// recorded is one call to a sandbox and its answer, from testdata.
type recorded struct {
	method, target, body string // of the request
	status               int
	media, answer        string
}

func load(tb testing.TB, name string) recorded {
	tb.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		tb.Fatal(err)
	}
	var r recorded
	for _, file := range archive.Files {
		head, body, _ := strings.Cut(string(file.Data), "\n\n")
		switch file.Name {
		case "request":
			r.body = strings.TrimSpace(body)
			r.method, r.target, _ = strings.Cut(head, " ")
		case "answer":
			r.answer = body
			if _, err := fmt.Sscanf(head, "%d", &r.status); err != nil {
				tb.Fatalf("%s: %v", name, err)
			}
			_, r.media, _ = strings.Cut(head, " ")
		}
	}
	return r
}

// RoundTrip gives the recorded answer to the recorded request and to no other.
func (r recorded) RoundTrip(q *http.Request) (*http.Response, error) {
	var body []byte
	if q.Body != nil {
		var err error
		if body, err = io.ReadAll(q.Body); err != nil {
			return nil, err
		}
	}
	media := ""
	if r.body != "" {
		media = "application/json"
	}
	got := []string{q.Method, q.URL.Host, q.URL.RequestURI(), string(body), q.Header.Get("Content-Type")}
	want := []string{r.method, "127.0.0.1:7800", r.target, r.body, media}
	if diff := cmp.Diff(want, got); diff != "" {
		return nil, fmt.Errorf("another request than the recorded one (-want +got):\n%s", diff)
	}
	return answer(q, r.status, r.media, r.answer), nil
}

func answer(q *http.Request, status int, media, body string) *http.Response {
	response := &http.Response{
		StatusCode: status, Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), Request: q,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)),
	}
	if media != "" {
		response.Header.Set("Content-Type", media)
	}
	return response
}

func speak(transport http.RoundTripper) *sandbox.Client {
	return sandbox.New("http://127.0.0.1:7800/", &http.Client{Transport: transport})
}

var (
	start  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 7*60*60))
	frozen = sandbox.Clock{Now: start, Mode: "frozen"}

	decide  = sandbox.Job{ID: "j-1", Kind: "decide", Insurer: "allianz", Due: start.Add(time.Hour), Held: true, Attempts: []sandbox.Attempt{}}
	deliver = sandbox.Job{
		ID: "j-2", Kind: "deliver", Insurer: "allianz", Due: start.Add(time.Hour), Stuck: true,
		Attempts: []sandbox.Attempt{{At: start.Add(time.Hour), Error: "the receiver answered 500"}},
	}

	twoFail = sandbox.Scenario{
		Name: "first-two-fail", Insurer: "allianz",
		Teaches: "a status without a body is an answer too; do not parse it, wait a little longer each time, and the third call succeeds",
		Trigger: "Ask for any quick quote three times; two calls get a bare 503, the third is answered.",
	}
	mine = `{"name":"mine","insurer":"allianz","teaches":"a","trigger":"b","clock":"2026-03-02T09:00:00+07:00",` +
		`"rules":[{"on":{"every":3},"set":{"/a":18.000}}]}`
	stateRow = `{"version":1,"world":"snap","rows":[{"key":"state","value":{"seed":1,"clock":{"mode":"frozen","at":"2026-03-02T09:00:00+07:00"}}}]}`

	channel = sandbox.Finding{
		Check: "allianz/request-fits", Insurer: "allianz", Operation: "quickQuote", Level: "MUST", Evidence: "seed", Blame: "caller",
		Says: "parameters and body fit the document", Clause: "the OpenAPI document of allianz",
		Where: "request /channel", Got: "1", Want: `one of ["WS"]`,
	}
)

func state(name string, change ...func(*sandbox.State)) sandbox.State {
	s := sandbox.State{Name: name, Seed: 1, Clock: frozen, Scenarios: []string{}}
	for _, c := range change {
		c(&s)
	}
	return s
}

type calls map[string]struct {
	call func(context.Context, *sandbox.Client) (any, error)
	want any
}

// world is a call in ci-17, or, for a snapshot, in snap.
func world[T any](do func(*sandbox.World, context.Context) (T, error)) func(context.Context, *sandbox.Client) (any, error) {
	return func(ctx context.Context, c *sandbox.Client) (any, error) { return do(c.World("ci-17"), ctx) }
}

func snap[T any](do func(*sandbox.World, context.Context) (T, error)) func(context.Context, *sandbox.Client) (any, error) {
	return func(ctx context.Context, c *sandbox.Client) (any, error) { return do(c.World("snap"), ctx) }
}

// done is a call that answers nothing.
func done(do func(*sandbox.World, context.Context) error) func(context.Context, *sandbox.Client) (any, error) {
	return world(func(w *sandbox.World, ctx context.Context) (any, error) { return nil, do(w, ctx) })
}

var all = calls{
	"health": {
		func(ctx context.Context, c *sandbox.Client) (any, error) { return c.Health(ctx) },
		sandbox.Health{Status: "ok", Version: "v0.1.0", Insurers: []string{"allianz"}},
	},
	"insurers": {
		func(ctx context.Context, c *sandbox.Client) (any, error) { return c.Insurers(ctx) },
		[]sandbox.Insurer{{
			Slug: "allianz", Title: "Allianz Ayudhya, Thailand, motor",
			BaseURLs: map[string]string{"motor": "http://127.0.0.1:7800/allianz"}, Credentials: map[string]any{"client_id": "sandbox-client"},
			Operations: []sandbox.Operation{
				{ID: "quickQuote", Method: "POST", Path: "/v1/motor/quickquotes", Face: "motor", Evidence: "seed"},
				{ID: "token", Method: "POST", Path: "/api/oauth2/token", Face: "motor", Evidence: "upstream"},
			},
			Magic:    []sandbox.Magic{{Operation: "quickQuote", Pointer: "/vehicle/make", Value: json.RawMessage(`"999"`), Outcome: "refused with 003", Evidence: "inferred"}},
			Settings: []sandbox.Setting{{Key: "allianz.envelope", Values: []string{"bare", "errors"}, Default: "bare", Says: "how a refusal is wrapped", Evidence: "upstream"}},
		}},
	},
	"worlds": {
		func(ctx context.Context, c *sandbox.Client) (any, error) { return c.Worlds(ctx) },
		[]sandbox.State{state("ci-17", func(s *sandbox.State) { s.Requests, s.Jobs = 5, 1 }), state("default")},
	},

	"state":  {world((*sandbox.World).State), state("ci-17", func(s *sandbox.State) { s.Requests, s.Jobs = 5, 1 })},
	"delete": {done((*sandbox.World).Delete), nil},
	"reset": {
		world(func(w *sandbox.World, ctx context.Context) (sandbox.State, error) {
			return w.Reset(ctx, sandbox.Reset{Seed: 7, Clock: start})
		}),
		state("ci-17", func(s *sandbox.State) { s.Seed = 7 }),
	},
	"reset-plain": {
		world(func(w *sandbox.World, ctx context.Context) (sandbox.State, error) {
			return w.Reset(ctx, sandbox.Reset{})
		}),
		state("ci-17"),
	},
	"settings": {world((*sandbox.World).Settings), map[string]string{"allianz.envelope": "bare"}},
	"set": {
		world(func(w *sandbox.World, ctx context.Context) (map[string]string, error) {
			return w.Set(ctx, map[string]string{"allianz.envelope": "errors"})
		}),
		map[string]string{"allianz.envelope": "errors"},
	},
	"snapshot": {snap((*sandbox.World).Snapshot), json.RawMessage(stateRow)},
	"restore": {
		snap(func(w *sandbox.World, ctx context.Context) (sandbox.State, error) {
			return w.Restore(ctx, json.RawMessage(stateRow))
		}),
		state("snap"),
	},

	"clock": {world((*sandbox.World).Clock), frozen},
	"advance": {
		world(func(w *sandbox.World, ctx context.Context) (sandbox.Moved, error) {
			return w.Advance(ctx, 48*time.Hour)
		}),
		sandbox.Moved{Clock: sandbox.Clock{Now: start.Add(48 * time.Hour), Mode: "frozen"}, Ran: []sandbox.Job{deliver}, Due: []sandbox.Job{decide, deliver}},
	},
	"freeze": {
		world(func(w *sandbox.World, ctx context.Context) (sandbox.Moved, error) { return w.Freeze(ctx, start) }),
		sandbox.Moved{Clock: frozen, Ran: []sandbox.Job{}, Due: []sandbox.Job{deliver}},
	},
	"run": {
		world(func(w *sandbox.World, ctx context.Context) (string, error) {
			moved, err := w.Run(ctx)
			return moved.Mode, err
		}),
		"running",
	},

	"play": {
		world(func(w *sandbox.World, ctx context.Context) (sandbox.Armed, error) {
			armed, err := w.Play(ctx, "allianz/first-two-fail")
			armed.Scenario.Text = nil
			return armed, err
		}),
		sandbox.Armed{Scenario: twoFail, Clock: frozen},
	},
	"play-scenario": {
		world(func(w *sandbox.World, ctx context.Context) (sandbox.Armed, error) {
			return w.PlayScenario(ctx, json.RawMessage(mine))
		}),
		sandbox.Armed{
			Scenario: sandbox.Scenario{Name: "mine", Insurer: "allianz", Teaches: "a", Trigger: "b", Text: json.RawMessage(mine)},
			Clock:    frozen, Froze: true,
		},
	},
	"scenarios": {
		world(func(w *sandbox.World, ctx context.Context) (string, error) {
			armed, err := w.Scenarios(ctx)
			if err != nil || len(armed) != 1 {
				return "", fmt.Errorf("%d scenarios: %w", len(armed), err)
			}
			return armed[0].ID(), nil
		}),
		"allianz/first-two-fail",
	},
	"disarm":     {done(func(w *sandbox.World, ctx context.Context) error { return w.Disarm(ctx, "allianz") }), nil},
	"disarm-all": {done(func(w *sandbox.World, ctx context.Context) error { return w.Disarm(ctx, "") }), nil},

	"requests-wait": {
		world(func(w *sandbox.World, ctx context.Context) (sandbox.Page, error) {
			return w.Requests(ctx, sandbox.Filter{Insurer: "allianz", Operation: "token", After: "r-3", Limit: 10, Wait: 10 * time.Millisecond})
		}),
		sandbox.Page{Requests: []sandbox.Entry{}, Next: "r-3"},
	},
	"requests": {
		world(func(w *sandbox.World, ctx context.Context) ([]string, error) {
			page, err := w.Requests(ctx, sandbox.Filter{Limit: 3})
			var seen []string
			for _, e := range page.Requests {
				seen = append(seen, fmt.Sprintf("%s %s %s %s %s %d %q %d %q", e.ID, e.Method, e.Path, e.Query, e.Operation, e.Status, e.Fault, e.Violations, e.Request.Body))
			}
			if len(page.Requests) == 3 {
				second := page.Requests[1]
				if second.Findings[0] != channel || second.Response.Header.Get("X-Sandbox-Request-Id") != "r-2" || !second.At.Equal(start) {
					err = fmt.Errorf("the second entry is %+v", second)
				}
				second.Request.Body = second.Request.Body[:13]
				seen[1] = fmt.Sprintf("%s %s", second.ID, second.Request.Body)
			}
			return append(seen, page.Next), err
		}),
		[]string{
			`r-1 POST /v1/motor/quickquotes trace=1 quickQuote 503 "allianz/first-two-fail#1" 0 "{}"`,
			`r-2 {"channel":1,`,
			`r-3 POST /v1/motor/quickquotes trace=1 quickQuote 500 "" 1 "\xff\xfe"`,
			"r-3",
		},
	},
	"count": {
		world(func(w *sandbox.World, ctx context.Context) (int, error) {
			return w.Count(ctx, sandbox.Filter{Insurer: "allianz", Operation: "quickQuote", After: "r-1", Limit: 5, Wait: time.Second})
		}),
		2,
	},
	"explain": {
		world(func(w *sandbox.World, ctx context.Context) (sandbox.Explanation, error) { return w.Explain(ctx, "r-2") }),
		sandbox.Explanation{
			ID: "r-2", Operation: "quickQuote", Status: 500, Rule: `/channel breaks the document: got 1, want one of ["WS"]`, Evidence: "seed",
			Pointer: "/components/schemas/QuickQuoteRequest/properties/channel", Where: "/channel", Remedy: `send one of ["WS"]`,
			Findings: []sandbox.Finding{channel},
		},
	},

	"jobs": {world((*sandbox.World).Jobs), sandbox.Jobs{Jobs: []sandbox.Job{decide, deliver}, Held: []string{"decide"}}},
	"hold": {done(func(w *sandbox.World, ctx context.Context) error { return w.Hold(ctx, "decide") }), nil},
	"release": {
		world(func(w *sandbox.World, ctx context.Context) ([]sandbox.Job, error) {
			return w.Release(ctx, "decide", "rejected")
		}),
		[]sandbox.Job{{ID: "j-1", Kind: "decide", Insurer: "allianz", Due: start.Add(48 * time.Hour), Attempts: []sandbox.Attempt{}}},
	},
	"release-plain": {
		world(func(w *sandbox.World, ctx context.Context) ([]sandbox.Job, error) {
			return w.Release(ctx, "decide", "")
		}),
		[]sandbox.Job{},
	},
	"drain": {world((*sandbox.World).Drain), sandbox.Drained{Ran: []sandbox.Job{}, Stuck: []sandbox.Job{decide, deliver}}},
}

// texts are calls whose answers are files.
var texts = calls{
	"document": {
		func(ctx context.Context, c *sandbox.Client) (any, error) { return c.Document(ctx, "allianz", "motor") }, nil,
	},
	"recording": {
		world(func(w *sandbox.World, ctx context.Context) ([]byte, error) {
			return w.Recording(ctx, sandbox.Filter{Insurer: "allianz"})
		}), nil,
	},
}

func TestCalls(t *testing.T) {
	for name, test := range all {
		t.Run(name, func(t *testing.T) {
			got, err := test.call(t.Context(), speak(load(t, name)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	for name, test := range texts {
		t.Run(name, func(t *testing.T) {
			file := load(t, name)
			got, err := test.call(t.Context(), speak(file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(file.answer, string(got.([]byte))); diff != "" || file.answer == "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestEveryRecordingIsUsed(t *testing.T) {
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".txtar")
		_, a := all[name]
		_, b := texts[name]
		_, c := refusals[name]
		if used := []bool{a, b, c}; !slices.Contains(used, true) {
			t.Errorf("no test uses testdata/%s", file.Name())
		}
	}
}
