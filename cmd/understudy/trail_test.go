package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

func TestTrailText(t *testing.T) {
	quote := func(status int) *contracts.Exchange {
		return &contracts.Exchange{
			Insurer: "allianz", Face: "motor", Operation: "quickQuote", At: firstMoment, Took: 3 * time.Millisecond,
			Request:  contracts.Request{Method: "POST", Path: "/v1/motor/quickquotes", Query: "secret=1"},
			Response: contracts.Response{Status: status},
		}
	}
	broken := func(check string, side contracts.Side) contracts.Finding {
		return contracts.Finding{Check: check, Blame: side}
	}
	tests := []struct {
		name, world string
		entry       mocks.Entry
		want        string
	}{
		{"a quote", "default", mocks.Entry{ID: "r-1", Exchange: quote(200)}, "POST /allianz/v1/motor/quickquotes 200 · explain r-1\n"},
		{
			"a refusal names its code and not what it is about", "default",
			mocks.Entry{ID: "r-17", Code: "003", Exchange: quote(400), Findings: []contracts.Finding{broken("allianz/request-fits", contracts.Caller)}},
			"POST /allianz/v1/motor/quickquotes 400 003 · explain r-17\n",
		},
		{"a world of its own", "ci-7", mocks.Entry{ID: "r-2", Exchange: quote(200)}, "POST /w/ci-7/allianz/v1/motor/quickquotes 200 · explain r-2\n"},
		{
			"a bent answer", "default",
			mocks.Entry{ID: "r-3", Exchange: quote(504), Fault: "allianz/gateway-timeout#1"},
			"POST /allianz/v1/motor/quickquotes 504 · fault allianz/gateway-timeout#1 · explain r-3\n",
		},
		{
			"no answer", "default",
			mocks.Entry{ID: "r-4", Exchange: quote(0), Fault: "allianz/lost#1"},
			"POST /allianz/v1/motor/quickquotes 000 · fault allianz/lost#1 · explain r-4\n",
		},
		{
			"a mistake of the mock's own", "default",
			mocks.Entry{ID: "r-5", Exchange: quote(200), Findings: []contracts.Finding{
				broken("allianz/stamp-and-vat", contracts.Insurer), broken("allianz/stamp-and-vat", contracts.Insurer),
			}},
			"POST /allianz/v1/motor/quickquotes 200 · the mock broke allianz/stamp-and-vat · explain r-5\n",
		},
		{
			"a caller's that was let through", "default",
			mocks.Entry{ID: "r-6", Exchange: quote(200), Findings: []contracts.Finding{broken("allianz/all-items-sent", contracts.Caller)}},
			"POST /allianz/v1/motor/quickquotes 200 · the caller broke allianz/all-items-sent · explain r-6\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			trail := newTrail(&out, "text", false)
			trail.learn(newSandbox(t, mocks.Options{}))
			trail.watch(tt.world, &tt.entry)
			trail.close()
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("line (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTrailJSON(t *testing.T) {
	var out strings.Builder
	trail := newTrail(&out, "json", false)
	trail.watch("ci-7", &mocks.Entry{
		ID: "r-9", Code: "003", Fault: "allianz/x#2",
		Exchange: &contracts.Exchange{
			Insurer: "allianz", Face: "motor", Operation: "quickQuote", At: firstMoment, Took: 3 * time.Millisecond,
			Request: contracts.Request{Method: "POST", Path: "/v1/motor/quickquotes"}, Response: contracts.Response{Status: 400},
		},
		Findings: []contracts.Finding{{Check: "allianz/a", Blame: contracts.Insurer}, {Check: "allianz/b", Blame: contracts.Caller}},
	})
	trail.close()
	var got map[string]any
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	want := map[string]any{
		"time": "2026-03-02T09:00:00+07:00", "msg": "request", "method": "POST", "path": "/w/ci-7/allianz/v1/motor/quickquotes",
		"status": 400.0, "code": "003", "world": "ci-7", "insurer": "allianz", "operation": "quickQuote", "exchange": "r-9",
		"fault": "allianz/x#2", "broken": []any{"allianz/a"}, "caller_broke": []any{"allianz/b"}, "took": "3ms",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

// TestTrailDoesNotWait lets nobody read the lines: calls go on, and what was left
// out is counted once somebody reads again.
func TestTrailDoesNotWait(t *testing.T) {
	out, in := io.Pipe()
	trail := newTrail(in, "text", false)
	entry := &mocks.Entry{ID: "r-1", Exchange: &contracts.Exchange{Insurer: "allianz", Request: contracts.Request{Method: "GET"}}}
	for range 3 * waitingLines {
		trail.watch("default", entry)
	}
	text := make(chan string)
	go func() {
		all, err := io.ReadAll(out)
		if err != nil {
			t.Error(err)
		}
		text <- string(all)
	}()
	trail.close()
	in.Close()
	got := <-text
	if n := strings.Count(got, "explain r-1"); n < waitingLines || n > 2*waitingLines {
		t.Errorf("%d lines were printed, want those that could wait, %d or a few more", n, waitingLines)
	}
	if !strings.Contains(got, "lines left out") {
		t.Error("what was left out is not counted")
	}
}
