package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/control"
)

const quiet = "/__admin/worlds/quiet"

// A refusal says what is wrong and what would be known, and changes nothing: the
// world is not even made.
func TestRefusals(t *testing.T) {
	state := `{"key":"state","value":{"seed":1,"clock":{"mode":"running","offset":"0s"}}}`
	moves := []string{"advance", "freeze", "run"}
	tests := map[string]struct {
		method, path, body string
		status             int
		detail             string
		allowed            []string
	}{
		"unknown key":            {"POST", "/clock", `{"advace":"1h"}`, 400, `the body has no key "advace"`, moves},
		"a key in another case":  {"POST", "/clock", `{"Advance":"1h"}`, 400, `the body has no key "Advance"`, moves},
		"a key twice":            {"POST", "/clock", `{"advance":"1h","advance":"2h"}`, 400, `the body has the key "advance" twice`, moves},
		"two documents":          {"POST", "/clock", `{"advance":"1h"} {}`, 400, "not one JSON value", moves},
		"no JSON":                {"POST", "/clock", `advance`, 400, "not one JSON value", moves},
		"a list":                 {"POST", "/clock", `["advance"]`, 400, "the body is a JSON object, not", moves},
		"null":                   {"POST", "/clock", `null`, 400, "the body is a JSON object, not null", moves},
		"not UTF-8":              {"POST", "/clock", "{\"advance\":\"\xff\"}", 400, "the body is not UTF-8", nil},
		"no move":                {"POST", "/clock", `{}`, 400, "exactly one", moves},
		"no body":                {"POST", "/clock", ``, 400, "exactly one", moves},
		"two moves":              {"POST", "/clock", `{"advance":"1h","run":true}`, 400, "exactly one", moves},
		"advance by a number":    {"POST", "/clock", `{"advance":3600}`, 400, "advance is a duration such as 48h or 1m30s, not 3600", moves},
		"advance by null":        {"POST", "/clock", `{"advance":null}`, 400, "advance is a duration such as 48h or 1m30s, not null", moves},
		"advance by days":        {"POST", "/clock", `{"advance":"2d"}`, 400, `advance is a duration such as 48h or 1m30s, not "2d"`, moves},
		"advance back":           {"POST", "/clock", `{"advance":"-1h"}`, 400, "clocks never run backwards; to go back, freeze", moves},
		"freeze on a day":        {"POST", "/clock", `{"freeze":"monday"}`, 400, `freeze is a moment such as 2026-03-02T09:00:00+07:00, not "monday"`, moves},
		"freeze without a zone":  {"POST", "/clock", `{"freeze":"2026-03-02T09:00:00"}`, 400, "freeze is a moment such as", moves},
		"run false":              {"POST", "/clock", `{"run":false}`, 400, "to stop a clock, freeze it", moves},
		"run as text":            {"POST", "/clock", `{"run":"true"}`, 400, "run is true, not", moves},
		"a seed below zero":      {"POST", "/reset", `{"seed":-1}`, 400, "seed is a whole number", []string{"seed", "clock"}},
		"half a seed":            {"POST", "/reset", `{"seed":1.5}`, 400, "seed is a whole number", []string{"seed", "clock"}},
		"a clock that is none":   {"POST", "/reset", `{"seed":1,"clock":7}`, 400, "clock is a moment", []string{"seed", "clock"}},
		"no settings":            {"PUT", "/settings", `{}`, 400, "the body names no setting", []string{"allianz.envelope", "allianz.greeting"}},
		"settings as a list":     {"PUT", "/settings", `[]`, 400, "the body is a JSON object", []string{"allianz.envelope", "allianz.greeting"}},
		"an unknown setting":     {"PUT", "/settings", `{"allianz.envelop":"bare"}`, 400, `the body has no key "allianz.envelop"`, []string{"allianz.envelope", "allianz.greeting"}},
		"a setting twice":        {"PUT", "/settings", `{"allianz.greeting":"a","allianz.greeting":"b"}`, 400, "twice", []string{"allianz.envelope", "allianz.greeting"}},
		"a setting as a number":  {"PUT", "/settings", `{"allianz.greeting":1}`, 400, "allianz.greeting is a text, not 1", []string{"allianz.envelope", "allianz.greeting"}},
		"an unknown value":       {"PUT", "/settings", `{"allianz.envelope":"bar"}`, 400, "it is one of bare, errors", []string{"allianz.envelope", "allianz.greeting"}},
		"an empty snapshot":      {"PUT", "/snapshot", `{}`, 400, "the snapshot cannot be used", nil},
		"a later snapshot":       {"PUT", "/snapshot", `{"version":2,"world":"a","rows":[` + state + `]}`, 400, "version 2", nil},
		"a snapshot of no state": {"PUT", "/snapshot", `{"version":1,"world":"a","rows":[]}`, 400, "state", nil},
		"an unknown row key":     {"PUT", "/snapshot", `{"version":1,"world":"a","rows":[{"key":"state","valeu":1}]}`, 400, `a row has no key "valeu"`, []string{"key", "value"}},
		"a row without a value":  {"PUT", "/snapshot", `{"version":1,"world":"a","rows":[{"key":"x"}]}`, 400, `the row "x" has no value`, []string{"key", "value"}},
		"a row of null":          {"PUT", "/snapshot", `{"version":1,"world":"a","rows":[{"key":"x","value":null}]}`, 400, `the row "x" has no value`, []string{"key", "value"}},
		"a row that is a text":   {"PUT", "/snapshot", `{"version":1,"world":"a","rows":["state"]}`, 400, "a row is a JSON object", []string{"key", "value"}},
		"rows of a number":       {"PUT", "/snapshot", `{"version":1,"world":"a","rows":1}`, 400, "rows is a list, not 1", []string{"version", "world", "rows"}},
		"an unpublished name":    {"PUT", "/scenario", `{"name":"allianz/first-two-fial"}`, 400, `did you mean "allianz/first-two-fail"`, nil},
		"a name without a slug":  {"PUT", "/scenario", `{"name":"vat-off-by-a-satang"}`, 400, `did you mean "allianz/vat-off-by-a-satang"`, nil},
		"a file":                 {"PUT", "/scenario", `{"name":"./mine.yaml"}`, 400, "files are not read here", nil},
		"a name twice":           {"PUT", "/scenario", `{"name":"a/b","name":"allianz/first-two-fail"}`, 400, "twice", []string{"name"}},
		"a name of a number":     {"PUT", "/scenario", `{"name":1}`, 400, "name is the slug/name of a published scenario, not 1", []string{"name"}},
		"half a scenario": {
			"PUT", "/scenario", `{"name":"mine","insurer":"allianz"}`, 400, "is missing",
			[]string{"name", "insurer", "teaches", "trigger", "seed", "clock", "settings", "hold", "rules"},
		},
		"a scenario of nobody": {"PUT", "/scenario", strings.Replace(brokenSecond, `"allianz"`, `"acme"`, 1), 400, "acme", []string{"allianz"}},
		"an unknown fault": {
			"PUT", "/scenario", strings.Replace(brokenSecond, `"example"`, `"sample"`, 1), 400, `unknown key "sample"`,
			[]string{"on", "delay", "hang", "drop", "status", "example", "lose", "stale", "set", "remove", "truncate", "header", "webhook"},
		},
		"a scenario of no JSON":  {"PUT", "/scenario", `name: mine`, 400, "the body:1:", nil},
		"an unknown parameter":   {"DELETE", "/scenario?insurr=allianz", ``, 400, `there is no parameter "insurr"`, []string{"insurer"}},
		"an insurer not played":  {"DELETE", "/scenario?insurer=acme", ``, 400, `there is no insurer "acme"; there is allianz`, nil},
		"an unknown kind":        {"POST", "/jobs/decid/hold", ``, 404, `there is no kind of job "decid"; there is allianz-webhook, decide, fail`, nil},
		"a body for hold":        {"POST", "/jobs/decide/hold", `{"outcome":"yes"}`, 400, "this call takes no body", nil},
		"a body for drain":       {"POST", "/drain", `{"until":"1h"}`, 400, "this call takes no body", nil},
		"no outcome":             {"POST", "/jobs/decide/release", `{"outcome":null}`, 400, "outcome is a text, not null", []string{"outcome"}},
		"a limit of nothing":     {"GET", "/requests?limit=0", ``, 400, "limit is a whole number from 1 to 1000", nil},
		"a limit of much":        {"GET", "/requests?limit=1001", ``, 400, "limit is a whole number from 1 to 1000", nil},
		"a long wait":            {"GET", "/requests?wait=61s", ``, 400, "wait is a duration of at most 60s", nil},
		"a wait of a number":     {"GET", "/requests?wait=5", ``, 400, "wait is a duration of at most 60s", nil},
		"after no id":            {"GET", "/requests?after=12", ``, 400, "after is the id of an exchange, such as r-17", nil},
		"another format":         {"GET", "/requests?format=yaml", ``, 400, "format is json or scenario", nil},
		"a parameter twice":      {"GET", "/requests?limit=1&limit=2", ``, 400, `the parameter "limit" is there twice`, []string{"insurer", "operation", "after", "limit", "wait", "format"}},
		"a query of no encoding": {"GET", "/requests?insurer=%zz", ``, 400, "the query cannot be read", []string{"insurer", "operation", "after", "limit", "wait", "format"}},
		"count with a limit":     {"GET", "/requests/count?limit=1", ``, 400, `there is no parameter "limit"`, []string{"insurer", "operation", "after"}},
		"an unknown operation":   {"GET", "/requests/count?operation=quote", ``, 400, `there is no operation "quote"; there is amendContract, downloadDocument, getContract, issueContract, quickQuote, token`, nil},
		"nothing was bent":       {"GET", "/requests?format=scenario", ``, 404, "no answer was bent", nil},
		"no such exchange":       {"GET", "/requests/r-1/explain", ``, 404, `does not hold the exchange "r-1"`, nil},
		"no such world":          {"GET", "", ``, 404, `no such world: "quiet"`, nil},
		"a world never made":     {"DELETE", "", ``, 404, `no such world: "quiet"`, nil},
	}
	s := newSandbox(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := s.call(t, test.method, quiet+test.path, test.body)
			p := refused(t, a, test.status)
			if !strings.Contains(p.Detail, test.detail) {
				t.Errorf("detail: got %q, want it to contain %q", p.Detail, test.detail)
			}
			if diff := cmp.Diff(test.allowed, p.Allowed); diff != "" {
				t.Errorf("allowed (-want +got):\n%s", diff)
			}
			if _, err := s.World("quiet"); !errors.Is(err, mocks.ErrNoWorld) {
				t.Errorf("the refused call made the world: %v", err)
			}
		})
	}
}

type problem struct {
	Type, Title, Detail string
	Status              int
	Allowed             []string
}

func refused(tb testing.TB, a answered, status int) problem {
	tb.Helper()
	if a.status != status || a.header.Get("Content-Type") != "application/problem+json" {
		tb.Fatalf("got %d %s, want %d application/problem+json: %s", a.status, a.header.Get("Content-Type"), status, a.body)
	}
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		tb.Fatal(err)
	}
	if p.Status != status || p.Title != http.StatusText(status) || p.Type != "about:blank" || p.Detail == "" {
		tb.Errorf("got %+v, want a problem of status %d", p, status)
	}
	return p
}

func TestUnknownPaths(t *testing.T) {
	tests := map[string]struct {
		method, path string
		status       int
		allow        string
		detail       string
	}{
		"a typing slip":     {"GET", "/__admin/helth", 404, "", "there is no call GET /__admin/helth; the nearest is GET /__admin/health"},
		"in a world":        {"POST", "/__admin/worlds/ci-17/rest", 404, "", "the nearest is POST /__admin/worlds/ci-17/reset"},
		"the root":          {"GET", "/__admin/", 404, "", "the nearest is GET /__admin/"},
		"a slash too many":  {"GET", "/__admin/worlds/", 404, "", "the nearest is GET /__admin/worlds"},
		"a wrong method":    {"POST", "/__admin/health", 405, "GET", "POST is no call on /__admin/health; there is GET"},
		"of several":        {"PATCH", "/__admin/worlds/ci/scenario", 405, "DELETE, GET, PUT", "there is DELETE, GET, PUT"},
		"a preflight":       {"OPTIONS", "/__admin/worlds/ci/reset", 405, "POST", "OPTIONS is no call"},
		"a very long path":  {"GET", "/__admin/" + strings.Repeat("x", 1<<16), 404, "", "the nearest is"},
		"a bad world":       {"GET", "/__admin/worlds/CI/clock", 404, "", "^[a-z0-9][a-z0-9-]{0,62}$"},
		"a bad world alone": {"DELETE", "/__admin/worlds/CI", 404, "", "^[a-z0-9][a-z0-9-]{0,62}$"},
		"a world with dots": {"POST", "/__admin/worlds/a%2F..%2Fb/reset", 404, "", "^[a-z0-9][a-z0-9-]{0,62}$"},
	}
	s := newSandbox(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := s.call(t, test.method, test.path, "")
			p := refused(t, a, test.status)
			if got := a.header.Get("Allow"); got != test.allow {
				t.Errorf("Allow: got %q, want %q", got, test.allow)
			}
			if !strings.Contains(p.Detail, test.detail) {
				t.Errorf("detail: got %q, want it to contain %q", p.Detail, test.detail)
			}
			if len(p.Detail) > 1000 {
				t.Errorf("detail has %d bytes", len(p.Detail))
			}
		})
	}
}

func TestHeadIsGet(t *testing.T) {
	s := newSandbox(t)
	if a := s.call(t, http.MethodHead, "/__admin/health", ""); a.status != http.StatusOK {
		t.Errorf("got %d, want 200", a.status)
	}
}

// A body that ends early is the caller's fault; one that nobody can read is not
// read to its end.
func TestBodies(t *testing.T) {
	s := newSandbox(t)
	early := httptest.NewRequest(http.MethodPost, quiet+"/reset", io.MultiReader(strings.NewReader(`{"seed"`), broken{}))
	refused(t, s.do(early), http.StatusBadRequest)
	count := &counted{Reader: blanks{}}
	refused(t, s.do(httptest.NewRequest(http.MethodPost, quiet+"/reset", count)), http.StatusRequestEntityTooLarge)
	if count.n > 2<<20 {
		t.Errorf("read %d bytes of a body that may have 1 MiB", count.n)
	}
	if _, err := s.World("quiet"); err == nil {
		t.Error("a refused call made the world")
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func TestNoRoomForAnotherWorld(t *testing.T) {
	s := newSandbox(t, func(o *mocks.Options, _ *control.Options) { o.MaxWorlds = 2 })
	s.want(t, 200, "POST", "/__admin/worlds/one/reset", "")
	p := refused(t, s.call(t, "POST", "/__admin/worlds/two/reset", ""), http.StatusServiceUnavailable)
	if !strings.Contains(p.Detail, "--max-worlds") {
		t.Errorf("detail: got %q, want it to name --max-worlds", p.Detail)
	}
	s.want(t, 200, "GET", "/__admin/worlds/two/clock", "")
}

// What fails inside is not told to the caller, and a caller who has gone does
// not stop what it began.
func TestFailuresInside(t *testing.T) {
	var log strings.Builder
	s := newSandbox(t, func(_ *mocks.Options, c *control.Options) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	s.do(httptest.NewRequestWithContext(gone, http.MethodPost, "/__admin/worlds/ci/reset", strings.NewReader(`{"seed":7}`))).want(t, 200)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p := refused(t, s.call(t, "GET", "/__admin/worlds/default/jobs", ""), http.StatusInternalServerError)
	if want := "the sandbox failed; its log says why"; p.Detail != want {
		t.Errorf("got %q, want %q", p.Detail, want)
	}
	if !strings.Contains(log.String(), "store is closed") {
		t.Errorf("logged %q, want the cause", &log)
	}
}

// Whatever is sent, it is done or refused, and a refusal makes no world.
func FuzzBody(f *testing.F) {
	calls := [][2]string{
		{"POST", "/reset"},
		{"POST", "/clock"},
		{"PUT", "/settings"},
		{"PUT", "/snapshot"},
		{"PUT", "/scenario"},
		{"POST", "/jobs/decide/release"},
		{"POST", "/jobs/decide/hold"},
		{"POST", "/drain"},
	}
	for i, body := range []string{
		`{"seed":7,"clock":"2026-03-02T09:00:00+07:00"}`, `{"advance":"48h"}`, `{"allianz.envelope":"bare"}`,
		`{"version":1,"world":"a","rows":[{"key":"state","value":{"seed":1,"clock":{"mode":"running","offset":"0s"}}}]}`,
		brokenSecond, `{"outcome":"yes"}`, ``, `{}`,
	} {
		f.Add(uint8(i), []byte(body))
		f.Add(uint8(i), []byte("\ufeff"+body+body))
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		s := newSandbox(t)
		one := calls[int(which)%len(calls)]
		a := s.call(t, one[0], quiet+one[1], string(body))
		if a.status < 300 {
			return
		}
		if a.status < 400 || a.status > 499 {
			t.Fatalf("%s %s: got %d %s for %q", one[0], one[1], a.status, a.body, body)
		}
		refused(t, a, a.status)
		if _, err := s.World("quiet"); err == nil {
			t.Errorf("%s %s: the refused call made the world: %q", one[0], one[1], body)
		}
	})
}

// Whatever a query says, the journal is shown or the query refused.
func FuzzQuery(f *testing.F) {
	f.Add("insurer=allianz&operation=quickQuote&after=r-1&limit=5&format=scenario")
	f.Add("wait=1ns&after=r-99999999999999999999")
	f.Add("limit=%31&limit;=2&&=")
	s := newSandbox(f)
	f.Fuzz(func(t *testing.T, query string) {
		if strings.Contains(query, "wait") {
			t.Skip("waits in real time")
		}
		r := httptest.NewRequest(http.MethodGet, quiet+"/requests", nil)
		r.URL.RawQuery = query
		if a := s.do(r); a.status != 200 && a.status != 400 && a.status != 404 {
			t.Fatalf("got %d %s for %q", a.status, a.body, query)
		}
	})
}
