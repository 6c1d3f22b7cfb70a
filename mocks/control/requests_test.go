package control_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/control"
)

const ofCI = "/__admin/worlds/ci/requests"

// ids are the exchanges that a query lists, and where to go on from.
func (s sandbox) ids(tb testing.TB, query string) string {
	tb.Helper()
	got := s.want(tb, 200, "GET", ofCI+"?"+query, "")
	all := []string{}
	for _, e := range got["requests"].([]any) {
		all = append(all, e.(map[string]any)["id"].(string))
	}
	next, _ := got["next"].(string)
	return strings.Join(all, " ") + " | " + next
}

func (s sandbox) token(tb testing.TB, base string) answered {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, base+"/allianz/api/oauth2/token", strings.NewReader("grant_type=client_credentials&client_secret=hush"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r)
}

func TestJournalPages(t *testing.T) {
	s := newSandbox(t)
	for range 3 {
		s.quote(t, "/w/ci")
	}
	s.token(t, "/w/ci")
	s.quote(t, "/w/ci")
	s.quote(t, "/w/other")
	for query, want := range map[string]string{
		"":                           "r-1 r-2 r-3 r-4 r-5 | r-5",
		"limit=2":                    "r-4 r-5 | r-5",
		"after=r-1&limit=2":          "r-2 r-3 | r-3",
		"after=r-3&limit=2":          "r-4 r-5 | r-5",
		"after=r-5":                  " | r-5",
		"operation=token":            "r-4 | r-4",
		"insurer=allianz&after=r-4":  "r-5 | r-5",
		"operation=token&after=r-4":  " | r-4",
		"format=json&after=r-4":      "r-5 | r-5",
		"after=r-99&format=&wait=0s": " | r-99",
	} {
		if got := s.ids(t, query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"": `{"count":5}`, "?operation=quickQuote": `{"count":4}`, "?after=r-3": `{"count":2}`, "?insurer=allianz&operation=token": `{"count":1}`,
	} {
		equal(t, s.want(t, 200, "GET", ofCI+"/count"+query, ""), want)
	}
}

func TestEntry(t *testing.T) {
	s := newSandbox(t)
	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", brokenSecond)
	s.quote(t, "/w/ci", "Authorization", "Bearer hush", "X-Example", "vmi3").want(t, 200)
	s.quote(t, "/w/ci").want(t, 500)
	got := s.want(t, 200, "GET", ofCI, "")["requests"].([]any)
	honest, bent := got[0].(map[string]any), got[1].(map[string]any)
	for name, want := range map[string]any{
		"id": "r-1", "at": "2026-03-02T09:00:00+07:00", "insurer": "allianz", "face": "motor", "operation": "quickQuote",
		"method": "POST", "path": "/v1/motor/quickquotes", "query": "", "fault": "", "code": "", "truncated": false,
	} {
		if diff := cmp.Diff(want, honest[name]); diff != "" {
			t.Errorf("%s (-want +got): %s", name, diff)
		}
	}
	// The fixture answered with another quote than the one asked for.
	findings := honest["findings"].([]any)
	if n := honest["violations"]; len(findings) == 0 || cmp.Diff(len(findings), number(t, n)) != "" {
		t.Errorf("got %v violations and %d findings, want some, and as many", n, len(findings))
	}
	if text := string(s.call(t, "GET", ofCI, "").body); strings.Contains(text, "hush") {
		t.Errorf("a secret is in the journal: %s", text)
	}
	if bent["fault"] != "allianz/second-call-fails#1" || number(t, bent["status"]) != 500 {
		t.Errorf("got fault %v and status %v, want that of the scenario", bent["fault"], bent["status"])
	}
}

func number(tb testing.TB, n any) int {
	tb.Helper()
	got, err := n.(interface{ Int64() (int64, error) }).Int64()
	if err != nil {
		tb.Fatal(err)
	}
	return int(got)
}

func TestExplain(t *testing.T) {
	s := newSandbox(t)
	s.quote(t, "/w/ci").want(t, 200)
	equal(t, s.want(t, 200, "GET", ofCI+"/r-1/explain", ""), `{
		"id":"r-1","operation":"quickQuote","status":200,"rule":"quickQuote answers by the document","evidence":"seed",
		"pointer":"/paths/~1v1~1motor~1quickquotes/post/responses/200","where":"","remedy":"","fault":"","findings":[]}`)
	r := httptest.NewRequest(http.MethodPost, "/w/ci/allianz/v1/motor/quickquotes", strings.NewReader(`{"channel":1}`))
	r.Header.Set("Content-Type", "application/json")
	s.do(r).want(t, 400)
	refusal := s.want(t, 200, "GET", ofCI+"/r-2/explain", "")
	if refusal["remedy"] == "" || refusal["where"] == "" {
		t.Errorf("got %v, want where it went wrong and what would have succeeded", refusal)
	}
}

// A body that is no text is shown as it is, and a cut through a letter is no
// reason not to show the text before it.
func TestBodiesInTheJournal(t *testing.T) {
	s := newSandbox(t)
	post := func(body string) {
		r := httptest.NewRequest(http.MethodPost, "/w/ci/allianz/v1/motor/quickquotes", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		s.do(r)
	}
	post("\xff\x00binary")
	post("x" + strings.Repeat("ก", 30_000))
	got := s.want(t, 200, "GET", ofCI, "")["requests"].([]any)
	binary := got[0].(map[string]any)["request"].(map[string]any)
	if binary["body"] != "" || binary["body_base64"] != "/wBiaW5hcnk=" {
		t.Errorf("got %v, want the bytes in base64", binary)
	}
	long := got[1].(map[string]any)
	body := long["request"].(map[string]any)["body"].(string)
	if long["truncated"] != true || len(body) < 60_000 || !strings.HasSuffix(body, "ก") {
		t.Errorf("truncated %v, %d bytes, want the most of 64 KiB", long["truncated"], len(body))
	}
}

// event is what somebody else does while a call waits.
type event struct {
	after time.Duration // after the one before it
	what  string
}

func (s sandbox) happen(tb testing.TB, events []event) {
	tb.Helper()
	for _, e := range events {
		<-time.After(e.after)
		switch e.what {
		case "quote":
			s.quote(tb, "/w/ci")
		case "token":
			s.token(tb, "/w/ci")
		case "reset":
			s.want(tb, 200, "POST", "/__admin/worlds/ci/reset", "")
		case "close":
			if err := s.Close(); err != nil {
				tb.Error(err)
			}
		}
	}
}

func TestWait(t *testing.T) {
	tests := map[string]struct {
		query  string
		before int // quotes in the world before the call
		events []event
		want   string
		took   time.Duration
	}{
		"one more comes":                       {"after=r-1&wait=5s", 1, []event{{time.Second, "quote"}}, "r-2 | r-2", time.Second},
		"one more has come":                    {"after=r-1&wait=5s", 2, nil, "r-2 | r-2", 0},
		"none comes":                           {"after=r-1&wait=5s", 1, nil, " | r-1", 5 * time.Second},
		"one more than now":                    {"wait=5s", 1, []event{{time.Second, "quote"}}, "r-1 r-2 | r-2", time.Second},
		"none comes to those that are there":   {"wait=60s", 1, nil, "r-1 | r-1", time.Minute},
		"another operation comes":              {"operation=token&wait=5s", 1, []event{{0, "quote"}, {2 * time.Second, "token"}}, "r-3 | r-3", 2 * time.Second},
		"the world is made":                    {"wait=5s", 0, []event{{1001 * time.Millisecond, "quote"}}, "r-1 | r-1", 1020 * time.Millisecond},
		"the world is made and nothing called": {"wait=5s", 0, []event{{0, "reset"}}, " | ", 5 * time.Second},
		"no world is made":                     {"wait=5s", 0, nil, " | ", 5 * time.Second},
		"the sandbox closes":                   {"wait=5s", 1, []event{{time.Second, "close"}}, "r-1 | r-1", time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSandbox(t)
				for range test.before {
					s.quote(t, "/w/ci")
				}
				var got string
				var took time.Duration
				began, done := time.Now(), make(chan struct{})
				go func() {
					defer close(done)
					got = s.ids(t, test.query)
					took = time.Since(began)
				}()
				synctest.Wait()
				s.happen(t, test.events)
				<-done
				if got != test.want || took != test.took {
					t.Errorf("got %q after %s, want %q after %s", got, took, test.want, test.took)
				}
			})
		})
	}
}

// A caller who hangs up does not wait on, and is no failure of ours.
func TestWaitEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s := newSandbox(t, func(_ *mocks.Options, c *control.Options) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		for _, made := range []bool{false, true} {
			if made {
				s.quote(t, "/w/ci")
			}
			began, done := time.Now(), make(chan struct{})
			caller, hangUp := context.WithCancel(t.Context())
			go func() {
				defer close(done)
				s.do(httptest.NewRequestWithContext(caller, http.MethodGet, ofCI+"?wait=60s", nil))
			}()
			synctest.Wait()
			hangUp()
			<-done
			if took := time.Since(began); took != 0 || log.Len() > 0 {
				t.Errorf("made %t: took %s and logged %q, want neither", made, took, &log)
			}
		}
	})
}
