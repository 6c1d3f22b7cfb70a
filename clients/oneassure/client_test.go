package oneassure_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/oneassure"
)

const (
	secret    = "s3cret-of-the-partner"
	someToken = "header.claims.signature"
	granted   = `{"payload":{"access_token":"` + someToken + `","expires_in":3600,"token_type":"Bearer"}}`
	noPage    = `{"policies":[],"end_cursor":"","start_cursor":"","has_prev":false,"has_next":false,"total_count":0}`
)

// desk answers by path, and keeps what it was asked.
type desk struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

// said is one answer.
type said struct {
	status int
	body   string
	header [2]string
}

func ok(body string) said { return said{status: 200, body: body} }

// open starts a desk that answers calls of a path one after another; the last
// answer is given again and again.
func open(t *testing.T, answers map[string][]said) *desk {
	t.Helper()
	d := &desk{}
	count := map[string]int{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		d.asked = append(d.asked, strings.TrimSpace(fmt.Sprint(r.Method, " ", r.URL.RequestURI(), " ", r.Header.Get("Authorization"), " ", string(body))))
		all := answers[r.URL.EscapedPath()]
		if len(all) == 0 {
			http.Error(rw, "no such path", http.StatusNotFound)
			return
		}
		now := all[min(count[r.URL.EscapedPath()], len(all)-1)]
		count[r.URL.EscapedPath()]++
		if now.status == 0 {
			panic(http.ErrAbortHandler)
		}
		rw.Header().Set("Content-Type", "application/json")
		if now.header[0] != "" {
			rw.Header().Set(now.header[0], now.header[1])
		}
		rw.WriteHeader(now.status)
		_, _ = rw.Write([]byte(now.body))
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *desk) client(t *testing.T, change ...func(*oneassure.Options)) *oneassure.Client {
	t.Helper()
	o := oneassure.Options{BaseURL: d.URL + "/", ClientID: "partner", ClientSecret: secret, Retry: oneassure.Retry{Wait: time.Nanosecond}}
	for _, f := range change {
		f(&o)
	}
	c, err := oneassure.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func anonymous(o *oneassure.Options) { o.ClientID, o.ClientSecret = "", "" }

const (
	tokenPath   = "/v1/auth/token"
	sessionPath = "/v1/business/session"
	policies    = "/v1/business/health/policies"
)

// What goes over the wire, call by call.
func TestRequests(t *testing.T) {
	policy := `{"policy":{"policy_id":"x"}}`
	d := open(t, map[string][]said{
		tokenPath:                         {ok(granted)},
		sessionPath:                       {ok(`{"session_id":"18kfaYY6UvClEx35","metadata":{"a":"b"}}`)},
		policies:                          {ok(noPage)},
		"/v1/business/health/quotes":      {ok(strings.Replace(noPage, "policies", "quotes", 1))},
		"/v1/business/health/proposals":   {ok(strings.Replace(noPage, "policies", "proposals", 1))},
		policies + "/31-24-0134728-00":    {ok(policy)},
		policies + "/..%2F%3Fid=1%20a%25": {ok(policy)},
	})
	c, ctx := d.client(t), t.Context()
	var errs [9]error
	_, errs[0] = c.CreateSession(ctx, map[string]string{"a": "b"})
	_, errs[1] = c.CreateSession(ctx, nil)
	_, errs[2] = c.Quotes(ctx, oneassure.Query{SessionID: "a&b"})
	_, errs[3] = c.Proposals(ctx, oneassure.Query{StartDate: "2024-10-01", EndDate: "2024-10-08"})
	_, errs[4] = c.Policies(ctx, oneassure.Query{Next: "18q79YF6b8aprZse"})
	_, errs[5] = c.Policies(ctx, oneassure.Query{Prev: "18q79YF6b8aprZse"})
	_, errs[6] = c.Policy(ctx, "31-24-0134728-00")
	_, errs[7] = c.Policy(ctx, "../?id=1 a%")
	var address string
	address, errs[8] = c.Journey(ctx, "agent-7")
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	if want := "https://orca.oneassure.in/health?session-token=" + someToken; address != want {
		t.Errorf("got the journey %s, want %s", address, want)
	}
	const bearer = " Bearer " + someToken
	want := []string{
		`POST /v1/auth/token  {"client_id":"partner","client_secret":"` + secret + `","scopes":["business"]}`,
		"POST /v1/business/session" + bearer + ` {"metadata":{"a":"b"}}`,
		"POST /v1/business/session" + bearer + ` {}`,
		"GET /v1/business/health/quotes?session_id=a%26b" + bearer,
		"GET /v1/business/health/proposals?end_date=2024-10-08&start_date=2024-10-01" + bearer,
		"GET /v1/business/health/policies?next=18q79YF6b8aprZse" + bearer,
		"GET /v1/business/health/policies?prev=18q79YF6b8aprZse" + bearer,
		"GET /v1/business/health/policies/31-24-0134728-00" + bearer,
		"GET /v1/business/health/policies/..%2F%3Fid=1%20a%25" + bearer,
		`POST /v1/auth/token  {"client_id":"partner","client_secret":"` + secret + `","scopes":["business"],"user_id":"agent-7"}`,
	}
	if diff := cmp.Diff(want, d.asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// The printed answers are read whole: written again, they are the same.
func TestPrintedAnswers(t *testing.T) {
	text := func(name string) string {
		body, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	d := open(t, map[string][]said{policies: {ok(text("policies"))}, policies + "/x": {ok(text("policy"))}})
	c := d.client(t, anonymous)
	page, err := c.Policies(t.Context(), oneassure.Query{})
	if err != nil {
		t.Fatal(err)
	}
	one, err := c.Policy(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]any{"policies": page, "policy": map[string]any{"policy": one}} {
		again, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(treeOf(t, text(name)), treeOf(t, string(again))); diff != "" {
			t.Errorf("%s (-printed +read):\n%s", name, diff)
		}
	}
}

func treeOf(t *testing.T, text string) any {
	t.Helper()
	var tree any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestRefusals(t *testing.T) {
	problem := func(code string) string {
		return `{"type":"` + code + `","title":"T","detail":"of ` + secret + `","instance":"/v1"}`
	}
	tests := []struct {
		name    string
		answer  said
		want    oneassure.Error
		is      error
		refused bool
	}{
		{"unknown", said{status: 404, body: problem("A4040")}, oneassure.Error{Status: 404, Code: "A4040", Title: "T", Detail: "of [secret]", Instance: "/v1"}, oneassure.ErrUnknownPolicy, true},
		{"throttled", said{status: 429, body: problem("A4290")}, oneassure.Error{Status: 429, Code: "A4290", Title: "T", Detail: "of [secret]", Instance: "/v1"}, oneassure.CodeRateLimited, false},
		{"broken", said{status: 500, body: problem("E5000")}, oneassure.Error{Status: 500, Code: "E5000", Title: "T", Detail: "of [secret]", Instance: "/v1"}, oneassure.CodeUnexpected, false},
		{"without a word", said{status: 404}, oneassure.Error{Status: 404}, nil, true},
		{"by somebody else", said{status: 400, body: `[1]`}, oneassure.Error{Status: 400}, nil, true},
		{"in numbers", said{status: 400, body: `{"type":4000,"title":null}`}, oneassure.Error{Status: 400}, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, map[string][]said{tokenPath: {ok(granted)}, policies + "/x": {tt.answer}})
			got, err := d.client(t).Policy(t.Context(), "x")
			e, typed := errors.AsType[*oneassure.Error](err)
			if got != nil || !typed {
				t.Fatalf("got %v, %v", got, err)
			}
			tt.want.Call = "policy"
			if diff := cmp.Diff(tt.want, *e); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if unknown := errors.Is(err, oneassure.ErrUnknownPolicy); tt.is != nil && !errors.Is(err, tt.is) || unknown != (tt.name == "unknown") {
				t.Errorf("%v is not %v", err, tt.is)
			}
			if e.Refused() != tt.refused || strings.Contains(err.Error(), secret) || len(d.asked) != 2 {
				t.Errorf("refused %v, want %v; asked %d times; %v", e.Refused(), tt.refused, len(d.asked), err)
			}
		})
	}
}

func TestNotAnAnswer(t *testing.T) {
	tests := []struct {
		name    string
		answer  said
		problem string
		calls   int
	}{
		{"cut", said{status: 200, body: `{"policy`, header: [2]string{"Content-Length", "100"}}, "broke off", 3},
		{"HTML", said{status: 200, body: `<html>`, header: [2]string{"Content-Type", "text/html"}}, `"text/html", not JSON`, 1},
		{"elsewhere", said{status: 302, header: [2]string{"Location", "/login"}}, "elsewhere", 1},
		{"without what was asked for", ok(`{"policy":{}}`), "policy_id is missing", 1},
		{"null", ok(`{"policy":null}`), "policy_id is missing", 1},
		{"not JSON", ok(`{"policy":`), "not what the call answers", 1},
		{"another type", ok(`{"policy":{"policy_id":1}}`), "not what the call answers", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, map[string][]said{policies + "/x": {tt.answer}})
			got, err := d.client(t, anonymous).Policy(t.Context(), "x")
			if _, typed := errors.AsType[*oneassure.ProtocolError](err); got != nil || !typed || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("got %v, %v; want a protocol error that says %q", got, err, tt.problem)
			}
			if len(d.asked) != tt.calls {
				t.Errorf("asked %d times, want %d", len(d.asked), tt.calls)
			}
		})
	}
}

// What only reads is repeated; a session is not.
func TestPatience(t *testing.T) {
	dead, down := said{}, said{status: 503}
	d := open(t, map[string][]said{policies: {dead, down, ok(noPage)}, sessionPath: {down}})
	c := d.client(t, anonymous)
	if _, err := c.Policies(t.Context(), oneassure.Query{}); err != nil {
		t.Error(err)
	}
	if _, err := c.CreateSession(t.Context(), nil); err == nil {
		t.Error("a session was opened by nobody")
	}
	if len(d.asked) != 4 {
		t.Errorf("asked %d times, want 3 and 1: %q", len(d.asked), d.asked)
	}
	slow := open(t, map[string][]said{policies: {down}})
	if _, err := slow.client(t, anonymous).Policies(t.Context(), oneassure.Query{}); err == nil || len(slow.asked) != 3 {
		t.Errorf("got %v after %d calls, want a 503 after 3", err, len(slow.asked))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := slow.client(t, anonymous).Policies(ctx, oneassure.Query{}); !errors.Is(err, context.Canceled) || len(slow.asked) != 3 {
		t.Errorf("got %v after %d calls, want that it was cancelled before", err, len(slow.asked))
	}
}

func TestAllPolicies(t *testing.T) {
	page := func(id, end string, more bool) said {
		return ok(fmt.Sprintf(`{"policies":[{"policy_id":%q}],"end_cursor":%q,"start_cursor":"s","has_prev":false,"has_next":%v,"total_count":3}`, id, end, more))
	}
	tests := []struct {
		name  string
		pages []said
		want  string
		err   error
	}{
		{"three pages", []said{page("a", "1", true), page("b", "2", true), page("c", "3", false)}, "a b c", nil},
		{"a list that stands still", []said{page("a", "1", true), page("b", "1", true)}, "a b", oneassure.ErrPagingStuck},
		{"a list without a cursor", []said{page("a", "", true)}, "a", oneassure.ErrPagingStuck},
		{"a list that breaks", []said{page("a", "1", true), {status: 500, body: `{"type":"E5000"}`}}, "a", oneassure.CodeUnexpected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, map[string][]said{policies: tt.pages})
			var got []string
			var last error
			for p, err := range d.client(t, anonymous).AllPolicies(t.Context(), oneassure.Query{SessionID: "s", Prev: "p"}) {
				if last = err; err == nil {
					got = append(got, p.PolicyID)
				}
			}
			if strings.Join(got, " ") != tt.want || !errors.Is(last, tt.err) {
				t.Errorf("got %v, %v; want %s, %v", got, last, tt.want, tt.err)
			}
			if len(d.asked) > 1 && !strings.HasSuffix(d.asked[1], "?next=1&session_id=s") {
				t.Errorf("the second page is asked for by %s", d.asked[1])
			}
		})
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]oneassure.Options{
		"no address":        {},
		"another scheme":    {BaseURL: "ftp://x"},
		"a user":            {BaseURL: "https://u:" + secret + "@x"},
		"a query":           {BaseURL: "https://x?"},
		"half of the pair":  {BaseURL: "https://x", ClientID: "x"},
		"a negative wait":   {BaseURL: "https://x", Retry: oneassure.Retry{Wait: -1}},
		"a journey nowhere": {BaseURL: "https://x", JourneyURL: "x"},
	} {
		if c, err := oneassure.New(o); c != nil || err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, oneassure.Options{BaseURL: "https://x", ClientSecret: secret}); strings.Contains(text, secret) {
			t.Errorf("%s prints the secret: %s", verb, text)
		}
	}
	c, err := oneassure.New(oneassure.Options{BaseURL: "https://x"})
	if err != nil {
		t.Fatal(err)
	}
	if address, err := c.Journey(t.Context(), "x"); address != "" || err == nil {
		t.Errorf("got the journey %q, %v without credentials", address, err)
	}
	if p, err := c.Policy(t.Context(), ""); p != nil || err == nil {
		t.Errorf("got %v, %v for no policy", p, err)
	}
}
