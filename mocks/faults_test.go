package mocks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/scenarios"
)

func bent(rules ...scenarios.Rule) *scenarios.Scenario {
	return &scenarios.Scenario{Name: "bent", Insurer: "allianz", Teaches: "what a test wants", Trigger: "any call", Rules: rules}
}

// rule bends every answer.
func rule(fault scenarios.Fault) scenarios.Rule {
	return scenarios.Rule{On: scenarios.Match{Every: 1}, Fault: fault}
}

// counted answers with the number of the call.
func counted(calls *atomic.Int64) toy {
	return toy{token: func(*http.Request) (Answer, error) {
		return OK(tokenBody{fmt.Sprint("secret-token-", calls.Add(1)), "Bearer", 3600}), nil
	}}
}

// bend opens a sandbox in whose default world the rules hold.
func bend(t *testing.T, y toy, rules ...scenarios.Rule) (*Server, *World) {
	t.Helper()
	s := open(t, y)
	w := s.world(t)
	if _, err := w.Play(t.Context(), bent(rules...)); err != nil {
		t.Fatal(err)
	}
	return s, w
}

// newest is the entry of the last call.
func newest(t *testing.T, w *World) *Entry {
	t.Helper()
	all := w.Journal(Query{Limit: 1})
	if len(all) == 0 {
		t.Fatal("the journal is empty")
	}
	return all[0]
}

var faultTests = map[string]func(*testing.T){
	"delay": testDelay, "hang": testHang, "drop": testDrop, "status": testStatus, "example": testExample, "lose": testLose,
	"stale": testStale, "set": testSet, "remove": testRemove, "truncate": testTruncate, "header": testHeader,
	"webhook": testWebhookFaults,
}

func TestEveryFaultIsCarriedOut(t *testing.T) {
	for _, field := range scenarios.FaultFields() {
		test, ok := faultTests[field]
		if !ok {
			t.Errorf("the fault %q has no test", field)
			continue
		}
		t.Run(field, test)
	}
}

// still opens a sandbox without a network in a bubble.
func still(t *testing.T, y toy, rules ...scenarios.Rule) (*Sandbox, *World) {
	t.Helper()
	s := must(New(Options{Insurers: []Insurer{y.insurer()}}))
	w := must(s.World(DefaultWorld))
	if _, err := w.Play(t.Context(), bent(rules...)); err != nil {
		t.Fatal(err)
	}
	return s, w
}

func testDelay(t *testing.T) {
	for name, c := range map[string]struct {
		patience, want time.Duration
		closes         bool
	}{
		"patient":     {time.Hour, 9 * time.Second, false},
		"gives up":    {2 * time.Second, 2 * time.Second, false},
		"the end":     {time.Hour, 2 * time.Second, true},
		"just enough": {9*time.Second + 1, 9 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls atomic.Int64
				s, w := still(t, counted(&calls), rule(scenarios.Fault{Delay: scenarios.Duration(9 * time.Second)}))
				ctx, stop := context.WithTimeout(t.Context(), c.patience)
				defer stop()
				if c.closes {
					time.AfterFunc(2*time.Second, func() { s.close() })
				}
				began := time.Now()
				got, aborted := ask(ctx, s, tokenPath, "")
				if took := time.Since(began); took != c.want {
					t.Errorf("took %s, want %s", took, c.want)
				}
				// The insurer works on for a caller who has gone.
				if aborted || got.status != 200 || calls.Load() != 1 {
					t.Errorf("got %d, aborted %t, after %d calls, want an answer", got.status, aborted, calls.Load())
				}
				if e := newest(t, w); e.Fault != "allianz/bent#1" || e.Exchange.Took != c.want || e.Exchange.Response.Status != 200 {
					t.Errorf("journal: got %s, %s, %d", e.Fault, e.Exchange.Took, e.Exchange.Response.Status)
				}
			})
		})
	}
}

func testHang(t *testing.T) {
	for name, end := range map[string]func(*Sandbox, context.CancelFunc){
		"with the caller":  func(_ *Sandbox, stop context.CancelFunc) { stop() },
		"with the sandbox": func(s *Sandbox, _ context.CancelFunc) { must(0, s.Close()) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls atomic.Int64
				s, w := still(t, counted(&calls), rule(scenarios.Fault{Hang: true}))
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				done := make(chan bool)
				go func() {
					_, aborted := ask(ctx, s, tokenPath, "")
					done <- aborted
				}()
				<-time.After(24 * time.Hour)
				if e := newest(t, w); e.Fault != "allianz/bent#1" || e.Exchange.Response.Status != 0 {
					t.Errorf("journal while it hangs: got %s, %d", e.Fault, e.Exchange.Response.Status)
				}
				end(s, stop)
				if aborted := <-done; !aborted || calls.Load() != 0 {
					t.Errorf("aborted %t after %d calls of the insurer, want a cut connection after none", aborted, calls.Load())
				}
			})
		})
	}
	t.Run("over the wire", func(t *testing.T) {
		s, w := bend(t, toy{}, rule(scenarios.Fault{Hang: true}))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan reply)
		go func() { done <- sendContext(ctx, t, "POST", s.URL+tokenPath, "") }()
		w.Await(t.Context(), Query{})
		select {
		case got := <-done:
			t.Errorf("got %d %v, want nothing", got.status, got.err)
		default:
		}
		stop()
		if got := <-done; got.err == nil {
			t.Errorf("got %d, want nothing", got.status)
		}
		// Another one is left to the end of the test, which must not wait for it.
		go func() { _ = sendContext(context.WithoutCancel(t.Context()), t, "POST", s.URL+tokenPath, "") }()
		w.Await(t.Context(), Query{After: "r-1"})
	})
}

func testDrop(t *testing.T) {
	var calls atomic.Int64
	s, w := bend(t, counted(&calls), rule(scenarios.Fault{Drop: true}))
	got := send(t, "POST", s.URL+tokenPath, "")
	if got.err == nil || calls.Load() != 0 {
		t.Errorf("got %d %v after %d calls of the insurer, want a cut connection after none", got.status, got.err, calls.Load())
	}
	e := newest(t, w)
	if e.Fault != "allianz/bent#1" || e.Exchange.Bent != e.Fault || e.Exchange.Response.Status != 0 || e.Why.Rule != "what a test wants" {
		t.Errorf("journal: got %+v of %+v", e, e.Exchange)
	}
}

func testStatus(t *testing.T) {
	var calls atomic.Int64
	for _, status := range []int{200, 204, 304, 429, 503, 599} {
		s, w := bend(t, counted(&calls), rule(scenarios.Fault{Status: status}))
		got := send(t, "POST", s.URL+tokenPath, "")
		if got.err != nil || got.status != status || got.body != "" || got.header.Get("Content-Type") != "" {
			t.Errorf("%d: got %d %q %v %v, want nothing but the status", status, got.status, got.body, got.header, got.err)
		}
		wantLength := "0"
		if status == 204 || status == 304 {
			wantLength = ""
		}
		if length := got.header.Get("Content-Length"); length != wantLength {
			t.Errorf("%d: got Content-Length %q, want %q", status, length, wantLength)
		}
		if e := newest(t, w); e.Why.Rule != "what a test wants" || len(e.Findings) > 0 {
			t.Errorf("%d: got explanation %+v and findings %v", status, e.Why, e.Findings)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("the insurer was asked %d times", calls.Load())
	}
}

func testExample(t *testing.T) {
	var calls atomic.Int64
	for _, c := range []struct {
		fault  scenarios.Fault
		status int
		body   string
	}{
		{scenarios.Fault{Example: "invalid-client"}, 401, `{"fault":{"faultstring":"Invalid client identifier","detail":{"errorcode":"oauth.v2.InvalidClientIdentifier"}}}`},
		{scenarios.Fault{Example: "invalid-client", Status: 418}, 418, `{"fault":{"faultstring":"Invalid client identifier","detail":{"errorcode":"oauth.v2.InvalidClientIdentifier"}}}`},
		{scenarios.Fault{Example: "invalid-client", Set: map[string]any{"/fault": nil}}, 401, `{"fault":null}`},
	} {
		s, w := bend(t, counted(&calls), scenarios.Rule{On: scenarios.Match{Operation: "token"}, Fault: c.fault})
		got := send(t, "POST", s.URL+tokenPath, "")
		if got.status != c.status || got.body != c.body || got.header.Get("Content-Type") != "application/json" || got.header.Get("Content-Length") != fmt.Sprint(len(c.body)) {
			t.Errorf("got %d %s %v, want %d %s", got.status, got.body, got.header, c.status, c.body)
		}
		want := Why{
			Rule: "what a test wants", Evidence: contracts.Inferred,
			Pointer: "/paths/~1api~1oauth2~1token/post/responses/401/content/application~1json/examples/invalid-client",
		}
		if diff := cmp.Diff(want, newest(t, w).Why); diff != "" {
			t.Errorf("explanation: %s", diff)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("the insurer was asked %d times", calls.Load())
	}
}

func testLose(t *testing.T) {
	var calls atomic.Int64
	s, w := bend(t, counted(&calls), rule(scenarios.Fault{Lose: true}))
	got := send(t, "POST", s.URL+tokenPath, "")
	if got.err == nil || calls.Load() != 1 {
		t.Errorf("got %d %v after %d calls of the insurer, want a cut connection after one", got.status, got.err, calls.Load())
	}
	if e := newest(t, w); e.Fault != "allianz/bent#1" || e.Exchange.Response.Status != 0 || len(e.Exchange.Response.Body) > 0 {
		t.Errorf("journal: got %s, %d %s", e.Fault, e.Exchange.Response.Status, e.Exchange.Response.Body)
	}
}

func testStale(t *testing.T) {
	var calls atomic.Int64
	s, w := bend(t, counted(&calls),
		scenarios.Rule{On: scenarios.Match{Nth: []int{1, 4, 5}}, Fault: scenarios.Fault{Stale: true}},
		scenarios.Rule{On: scenarios.Match{Nth: []int{3}}, Fault: scenarios.Fault{Set: map[string]any{"/expires_in": json.Number("1")}}})
	var got []string
	for range 5 {
		answer := send(t, "POST", s.URL+tokenPath, "")
		got = append(got, fmt.Sprintf("%s %s %s", answer.header.Get("X-Sandbox-Request-Id"), answer.header.Get("X-Sandbox-Fault"), answer.body))
	}
	want := []string{
		`r-1 allianz/bent#1 {"access_token":"secret-token-1","token_type":"Bearer","expires_in":3600}`, // nothing to repeat
		`r-2  {"access_token":"secret-token-2","token_type":"Bearer","expires_in":3600}`,
		`r-3 allianz/bent#2 {"access_token":"secret-token-3","token_type":"Bearer","expires_in":1}`,
		`r-4 allianz/bent#1 {"access_token":"secret-token-2","token_type":"Bearer","expires_in":3600}`, // a bent answer is not repeated
		`r-5 allianz/bent#1 {"access_token":"secret-token-2","token_type":"Bearer","expires_in":3600}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if calls.Load() != 5 {
		t.Errorf("the insurer was asked %d times, want 5: it works also where its answer is not sent", calls.Load())
	}
	elsewhere := copyOf(newest(t, w).Exchange)
	elsewhere.Request.Path += "/7"
	if _, ok := w.lastAccepted(elsewhere); ok {
		t.Error("an answer to another path would be repeated")
	}
	if why := w.Find("r-1").Why.Rule; !strings.Contains(why, "stale: no earlier answer to this path") {
		t.Errorf("the first: got explanation %q", why)
	}
	for _, e := range w.Journal(Query{}) {
		if strings.Contains(string(e.Exchange.Response.Body), "secret-token") {
			t.Errorf("%s: the journal holds the token: %s", e.ID, e.Exchange.Response.Body)
		}
	}
}
