package mocks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/scenarios"
)

// The faults that bend an answer which the insurer gave.

type amounts struct {
	Net  json.Number `json:"net"`
	List []string    `json:"list"`
}

var amountsAnswer = toy{token: func(*http.Request) (Answer, error) {
	return Answer{Status: 200, Header: http.Header{"X-Gateway": {"kong"}}, Body: amounts{"18.000", []string{"a"}}}, nil
}}

type dressed = map[string]struct {
	fault scenarios.Fault
	body  string
	miss  string // what the explanation says found no place
}

func testDressed(t *testing.T, cases dressed) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, w := bend(t, amountsAnswer, rule(c.fault))
			got := send(t, "POST", s.URL+tokenPath, "")
			if got.err != nil || got.status != 200 || got.body != c.body || got.header.Get("Content-Length") != fmt.Sprint(len(c.body)) {
				t.Errorf("got %d %s %v %v, want %s", got.status, got.body, got.header, got.err, c.body)
			}
			if got.header.Get("X-Sandbox-Fault") != "allianz/bent#1" {
				t.Errorf("X-Sandbox-Fault: got %q", got.header.Get("X-Sandbox-Fault"))
			}
			e := newest(t, w)
			if missed := strings.Contains(e.Why.Rule, "no such place"); missed != (c.miss != "") || !strings.Contains(e.Why.Rule, c.miss) {
				t.Errorf("got explanation %q, want %q in it", e.Why.Rule, c.miss)
			}
			if string(e.Exchange.Response.Body) != got.body {
				t.Errorf("journal: got %s, want what the caller saw", e.Exchange.Response.Body)
			}
		})
	}
}

func testSet(t *testing.T) {
	set := func(pointer string, value any) scenarios.Fault {
		return scenarios.Fault{Set: map[string]any{pointer: value}}
	}
	testDressed(t, dressed{
		"value":       {set("/net", json.Number("1.10")), `{"net":1.10,"list":["a"]}`, ""},
		"another":     {set("/net", "<&>"), `{"net":"<&>","list":["a"]}`, ""},
		"null":        {set("/list", nil), `{"net":18.000,"list":null}`, ""},
		"new member":  {set("/vat", true), `{"net":18.000,"list":["a"],"vat":true}`, ""},
		"element":     {set("/list/0", "b"), `{"net":18.000,"list":["b"]}`, ""},
		"end of list": {set("/list/-", map[string]any{"x": []any{}}), `{"net":18.000,"list":["a",{"x":[]}]}`, ""},
		"whole":       {set("", "no"), `"no"`, ""},
		"no place":    {set("/premium/net", 1), `{"net":18.000,"list":["a"]}`, "set /premium/net: no such place in the answer"},
		"one of two": {
			scenarios.Fault{Set: map[string]any{"/a/b": 1, "/net": 2}},
			`{"net":2,"list":["a"]}`, "set /a/b: no such place in the answer",
		},
		"in order": {scenarios.Fault{Set: map[string]any{"/new/x": 1, "/new": map[string]any{}}}, `{"net":18.000,"list":["a"],"new":{"x":1}}`, ""},
	})
}

func TestASetBodyWhereThereWasNone(t *testing.T) {
	s, _ := bend(t, toy{}, rule(scenarios.Fault{Status: 502, Set: map[string]any{"": map[string]any{"error": "no"}}}))
	got := send(t, "POST", s.URL+tokenPath, "")
	if got.status != 502 || got.body != `{"error":"no"}` || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("got %d %s %v", got.status, got.body, got.header)
	}
}

func testRemove(t *testing.T) {
	testDressed(t, dressed{
		"member":   {scenarios.Fault{Remove: []string{"/net"}}, `{"list":["a"]}`, ""},
		"element":  {scenarios.Fault{Remove: []string{"/list/0"}}, `{"net":18.000,"list":[]}`, ""},
		"both":     {scenarios.Fault{Remove: []string{"/net", "/list"}}, `{}`, ""},
		"no place": {scenarios.Fault{Remove: []string{"/list/1", "/net"}}, `{"list":["a"]}`, "remove /list/1: no such place in the answer"},
		"after set": {
			scenarios.Fault{Set: map[string]any{"/list/-": "b"}, Remove: []string{"/list/0"}},
			`{"net":18.000,"list":["b"]}`, "",
		},
	})
}

func testTruncate(t *testing.T) {
	testDressed(t, dressed{
		"some":       {scenarios.Fault{Truncate: 5}, `{"net`, ""},
		"more":       {scenarios.Fault{Truncate: 5000}, `{"net":18.000,"list":["a"]}`, ""},
		"after all":  {scenarios.Fault{Set: map[string]any{"/net": 1}, Remove: []string{"/list"}, Truncate: 8}, `{"net":1`, ""},
		"all but }":  {scenarios.Fault{Truncate: 26}, `{"net":18.000,"list":["a"]`, ""},
		"everything": {scenarios.Fault{Truncate: 27}, `{"net":18.000,"list":["a"]}`, ""},
	})
}

func testHeader(t *testing.T) {
	for name, c := range map[string]struct{ header, value, want string }{
		"new":                 {"Retry-After", "30", "30"},
		"instead":             {"Content-Type", "text/html", "text/html"},
		"in any case":         {"content-TYPE", "text/html", "text/html"},
		"the insurer's":       {"X-Gateway", "", ""},
		"what Go would add":   {"Content-Type", "", ""},
		"no date":             {"Date", "", ""},
		"date":                {"Date", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"},
		"what was not there":  {"X-None", "", ""},
		"our own cannot go":   {"X-Sandbox-Fault", "", "allianz/bent#1"},
		"length as it stands": {"Content-Length", "27", "27"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := bend(t, amountsAnswer, rule(scenarios.Fault{Header: map[string]string{c.header: c.value}}))
			got := send(t, "POST", s.URL+tokenPath, "")
			if got.err != nil || got.header.Get(c.header) != c.want || got.body != `{"net":18.000,"list":["a"]}` {
				t.Errorf("got %q of %v, body %s, %v, want %q", got.header.Get(c.header), got.header, got.body, got.err, c.want)
			}
		})
	}
	t.Run("too long a length", func(t *testing.T) {
		s, _ := bend(t, amountsAnswer, rule(scenarios.Fault{Header: map[string]string{"Content-Length": "100"}}))
		if got := send(t, "POST", s.URL+tokenPath, ""); got.err == nil || got.body != `{"net":18.000,"list":["a"]}` {
			t.Errorf("got %s %v, want an answer that ends early", got.body, got.err)
		}
	})
}
