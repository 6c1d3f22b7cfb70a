package mocks

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

func TestAnswerIsEncodedOnceInTheOrderOfItsStruct(t *testing.T) {
	s := open(t, toy{})
	got := send(t, "POST", s.URL+tokenPath, "")
	if want := `{"access_token":"abc<&>","token_type":"Bearer","expires_in":3600}`; got.status != 200 || got.body != want {
		t.Errorf("got %d %s, want 200 %s", got.status, got.body, want)
	}
	want := map[string]string{
		"Content-Type": "application/json", "Date": "Mon, 02 Mar 2026 02:00:00 GMT", "X-Sandbox-Request-Id": "r-1",
		"X-Sandbox-Fault": "", "X-Sandbox-Violations": "",
	}
	for name, value := range want {
		if got.header.Get(name) != value {
			t.Errorf("header %s: got %q, want %q", name, got.header.Get(name), value)
		}
	}
}

func TestStealthAddsNoHeaders(t *testing.T) {
	s := open(t, toy{}, func(o *Options) { o.Stealth = true })
	for name := range send(t, "POST", s.URL+tokenPath, "").header {
		if strings.HasPrefix(name, "X-Sandbox") {
			t.Errorf("header %s on a stealthy answer", name)
		}
	}
}

func TestTablesMustMatchTheDocument(t *testing.T) {
	whole := toy{}.insurer()
	for name, c := range map[string]struct {
		bend func(*API)
		want string
	}{
		"missing handler": {func(a *API) { delete(a.Faces[0].Operations, "token") }, "operation token of the document has no handler"},
		"surplus handler": {func(a *API) { a.Faces[0].Operations["cancel"] = tokenAnswer }, "handler cancel answers no operation of the document"},
		"unknown face":    {func(a *API) { a.Faces[0].Document = "allianz/boat" }, "face allianz/boat: no such document"},
		"unplayed":        {func(a *API) { a.Faces = nil }, "document allianz/motor: no face plays it"},
		"one mount twice": {func(a *API) { a.Faces = append(a.Faces, a.Faces[0]) }, `face allianz/motor: another stands at "" already`},
		"no refusals":     {func(a *API) { a.Refuse = nil }, "no words for a refusal"},
	} {
		t.Run(name, func(t *testing.T) {
			bent := whole
			bent.New = func(s store.Store) API {
				api := whole.New(s)
				c.bend(&api)
				return api
			}
			_, err := New(Options{Insurers: []Insurer{bent}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestNoGoErrorReachesTheCaller(t *testing.T) {
	answers := func(a Answer, err error) toy {
		return toy{token: func(*http.Request) (Answer, error) { return a, err }}
	}
	const broke = `{"type":"about:blank","title":"The mock broke","status":500,"detail":"the sandbox failed; its log says why"}`
	for name, c := range map[string]struct {
		toy  toy
		want string
	}{
		"error":                 {answers(Answer{}, fmt.Errorf("quote: %w", errToy)), said999},
		"panic":                 {toy{token: func(*http.Request) (Answer, error) { panic("invalid character") }}, said999},
		"no JSON":               {answers(OK(func() {}), nil), said999},
		"no status":             {answers(Answer{}, nil), said999},
		"no such status":        {answers(Answer{Status: 1000}, nil), said999},
		"an interim status":     {answers(Answer{Status: 100}, nil), said999},
		"a panic at the door":   {toy{authenticate: func(*http.Request, []string) error { panic("invalid character") }}, said999},
		"an error at the door":  {toy{authenticate: func(*http.Request, []string) error { return errToy }}, said999},
		"fixtures fail":         {toy{populate: func(context.Context, store.Store) error { return errToy }}, said999},
		"fixtures panic":        {toy{populate: func(context.Context, store.Store) error { panic("invalid character") }}, said999},
		"a refusal's own cause": {answers(Answer{}, &Refusal{Kind: Broken, Err: errToy}), said999},
		"a refusal of no JSON": {
			toy{token: answers(Answer{}, errToy).token, refuse: func(context.Context, *Refusal) Answer { return OK(func() {}) }}, broke,
		},
		"a refusal of no status": {
			toy{token: answers(Answer{}, errToy).token, refuse: func(context.Context, *Refusal) Answer { return Answer{} }}, broke,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, c.toy)
			got := send(t, "POST", s.URL+tokenPath, "")
			if got.status != 500 || got.body != c.want {
				t.Errorf("got %d %s %v, want 500 %s", got.status, got.body, got.err, c.want)
			}
			e := newest(t, s.world(t))
			if shown := fmt.Sprintf("%+v %+v", e.Why, e.Findings); e.Why.Rule == "" || strings.Contains(shown, "invalid character") || strings.Contains(shown, "json:") {
				t.Errorf("the explanation has Go's words or none: %s", shown)
			}
		})
	}
}

func TestAnAnswerWithoutABody(t *testing.T) {
	for _, c := range []struct {
		answer              Answer
		length, contentType string
	}{
		{Answer{Status: 204}, "", ""},
		{Answer{Status: 200}, "0", ""},
		{Answer{Status: 200, Body: []byte("<html>")}, "6", ""},
		{Answer{Status: 200, Body: []byte("<html>"), Header: http.Header{"Content-Type": {"text/html"}}}, "6", "text/html"},
		{Answer{Status: 200, Body: map[string]int{}, Header: http.Header{"Content-Type": {"application/jwt"}}}, "2", "application/jwt"},
	} {
		s := open(t, toy{token: func(*http.Request) (Answer, error) { return c.answer, nil }})
		got := send(t, "POST", s.URL+tokenPath, "")
		if got.err != nil || got.status != c.answer.Status || got.header.Get("Content-Length") != c.length || got.header.Get("Content-Type") != c.contentType {
			t.Errorf("got %d %v %v, want length %q and type %q", got.status, got.header, got.err, c.length, c.contentType)
		}
		if e := newest(t, s.world(t)); e.Exchange.Response.Header.Get("Content-Type") != got.header.Get("Content-Type") {
			t.Errorf("the journal has another type than the wire: %v", e.Exchange.Response.Header)
		}
	}
}

func TestRefusalsOfTheDocument(t *testing.T) {
	asked := false
	s := open(t, toy{quote: func(*http.Request) (Answer, error) { asked = true; return tokenAnswer(nil) }})
	for name, c := range map[string]struct{ path, body, where, pointer string }{
		"not JSON":     {"/allianz/v1/motor/quickquotes", `{"a":`, "", "/paths/~1v1~1motor~1quickquotes/post/requestBody"},
		"no body":      {"/allianz/v1/motor/quickquotes", "", "", "/paths/~1v1~1motor~1quickquotes/post/requestBody"},
		"wrong type":   {"/allianz/v1/motor/quickquotes", strings.Replace(quoteBody, `"WS"`, `7`, 1), "/channel", "/components/schemas/QuickQuoteRequest/properties/channel"},
		"missing":      {"/allianz/v1/motor/quickquotes", strings.Replace(quoteBody, `"make":"39",`, ``, 1), "/vehicle/make", "/components/schemas/QuickQuoteRequest/properties/vehicle/properties/make"},
		"query":        {"/allianz/api/oauth2/token?grant_type=password", "", "query grant_type", "/paths/~1api~1oauth2~1token/post/parameters/0"},
		"broken query": {"/allianz/api/oauth2/token?%zz", "", "query", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, "POST", s.URL+c.path, c.body)
			if got.status != 400 {
				t.Fatalf("got %d %s, want 400", got.status, got.body)
			}
			e := s.world(t).Find(got.header.Get("X-Sandbox-Request-Id"))
			if e.Why.Where != c.where || !strings.HasPrefix(e.Why.Pointer, c.pointer) || e.Why.Rule == "" || e.Why.Remedy == "" {
				t.Errorf("got explanation %+v, want where %q below %q", e.Why, c.where, c.pointer)
			}
			if got.header.Get("X-Sandbox-Violations") == "" {
				t.Error("the caller's violation is not counted")
			}
		})
	}
	if asked {
		t.Error("the operation saw a request that breaks its document")
	}
}

func TestBodyOverOneMebibyteIsRefused(t *testing.T) {
	s := open(t, toy{})
	for name, header := range map[string][]string{"known length": nil, "chunked": {"Transfer-Encoding", "chunked"}} {
		t.Run(name, func(t *testing.T) {
			got := send(t, "POST", s.URL+"/allianz/v1/motor/quickquotes", strings.Repeat(" ", maxBody+1), header...)
			if got.err == nil && got.body != said999 {
				t.Errorf("got %d %.80s", got.status, got.body)
			}
		})
	}
	if got := send(t, "POST", s.URL+"/allianz/v1/motor/quickquotes", quoteBody); got.status != 200 {
		t.Errorf("afterwards: got %d %s", got.status, got.body)
	}
}

func TestIdentityComesBeforeTheDocument(t *testing.T) {
	refuse := func(_ *http.Request, schemes []string) error {
		if diff := cmp.Diff([]string{"bearer"}, schemes); diff != "" {
			t.Errorf("schemes: %s", diff)
		}
		return &Refusal{Kind: Unauthenticated, Code: "401"}
	}
	s := open(t, toy{authenticate: refuse})
	if got := send(t, "POST", s.URL+"/allianz/v1/motor/quickquotes", "{"); got.body != said401 {
		t.Errorf("got %s", got.body)
	}
}

func TestPathsThatNoDocumentHas(t *testing.T) {
	s := open(t, toy{})
	for name, c := range map[string]struct {
		method, path string
		status       int
		want         string
	}{
		"nearest":        {"POST", "/allianz/v1/motor/quickquote", 404, "the nearest is POST /allianz/v1/motor/quickquotes (A toy, base URL " + s.URL + "/allianz)"},
		"in a world":     {"POST", "/w/ci-7/alianz/v1/motor/quickquotes", 404, "POST /w/ci-7/allianz/v1/motor/quickquotes (A toy, base URL " + s.URL + "/w/ci-7/allianz)"},
		"method":         {"GET", "/allianz/v1/motor/quickquotes", 405, "the nearest is POST"},
		"world name":     {"POST", "/w/CI_7/allianz/v1/motor/quickquotes", 404, "^[a-z0-9][a-z0-9-]{0,62}$"},
		"trailing slash": {"POST", "/allianz/v1/motor/quickquotes/", 404, "nearest"},
		"double slash":   {"POST", "//allianz/v1/motor/quickquotes", 404, "nearest"},
		"dots":           {"POST", "/allianz/v1/x/../motor/quickquotes", 404, "nearest"},
		"slug alone":     {"POST", "/allianz", 404, "nearest"},
		"long":           {"POST", "/" + strings.Repeat("ก", 3000), 404, "nearest"},
		"w":              {"GET", "/w/", 404, "^[a-z0-9]"},
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, c.method, s.URL+c.path, "")
			if got.status != c.status || !strings.Contains(got.body, c.want) || got.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("got %d %s %s, want %d %s", got.status, got.header.Get("Content-Type"), got.body, c.status, c.want)
			}
		})
	}
	if got := send(t, "GET", s.URL+"/allianz/v1/motor/quickquotes", ""); got.header.Get("Allow") != "POST" {
		t.Errorf("Allow: got %q, want POST", got.header.Get("Allow"))
	}
	if worlds := s.Worlds(); len(worlds) != 1 {
		t.Errorf("a path that nobody answers made a world: %d", len(worlds))
	}
}

func TestLandingPageListsEveryBaseURL(t *testing.T) {
	s := open(t, toy{})
	got := send(t, "GET", s.URL+"/", "")
	if got.status != 200 || !strings.Contains(got.body, "<code>"+s.URL+"/allianz</code>") || !strings.Contains(got.body, "/allianz/v1/motor/quickquotes") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestBrowsersMayCall(t *testing.T) {
	s := open(t, toy{})
	preflight := []string{"Origin", "https://app.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type"}
	got := send(t, "OPTIONS", s.URL+tokenPath, "", preflight...)
	if got.status != 204 || got.header.Get("Access-Control-Allow-Headers") != "content-type" || got.header.Get("Access-Control-Allow-Methods") != "POST" {
		t.Errorf("preflight: got %d %v", got.status, got.header)
	}
	if got := send(t, "POST", s.URL+tokenPath, "", "Origin", "https://app.example"); got.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("call: got %v", got.header)
	}
	closed := open(t, toy{}, func(o *Options) { o.NoCORS = true })
	if got := send(t, "POST", closed.URL+tokenPath, "", "Origin", "https://app.example"); got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("with CORS off: got %v", got.header)
	}
}

func TestBaseIsWhereTheCallerFindsTheInsurer(t *testing.T) {
	y := toy{token: func(r *http.Request) (Answer, error) { return OK(tokenBody{Base(r.Context()), "Bearer", 1}), nil }}
	here := open(t, y)
	public := open(t, y, func(o *Options) { o.PublicURL = "https://fake.example" })
	for _, c := range []struct{ call, want string }{
		{here.URL + tokenPath, here.URL + "/allianz"},
		{here.URL + "/w/ci-7" + tokenPath, here.URL + "/w/ci-7/allianz"},
		{public.URL + tokenPath, "https://fake.example/allianz"},
	} {
		if got := send(t, "POST", c.call, ""); !strings.Contains(got.body, `"`+c.want+`"`) {
			t.Errorf("%s: got %s, want %s", c.call, got.body, c.want)
		}
	}
}

func TestStrictWithholdsAnAnswerThatBreaksItsContract(t *testing.T) {
	broken := func(*http.Request) (Answer, error) { return OK(map[string]any{"access_token": 7}), nil }
	s := open(t, toy{token: broken}, func(o *Options) { o.Strict = true })
	got := send(t, "POST", s.URL+tokenPath, "")
	if got.status != 500 || !strings.Contains(got.body, "allianz/body-fits") {
		t.Errorf("got %d %s, want a 500 that names allianz/body-fits", got.status, got.body)
	}
	lenient := open(t, toy{token: broken})
	got = send(t, "POST", lenient.URL+tokenPath, "")
	if got.status != 200 || got.header.Get("X-Sandbox-Violations") == "" {
		t.Errorf("not strict: got %d %v", got.status, got.header)
	}
}

func TestOneRequestSeesOneMoment(t *testing.T) {
	var w *World
	y := toy{token: func(r *http.Request) (Answer, error) {
		before := Now(r.Context())
		if _, err := w.Freeze(t.Context(), dawn.AddDate(1, 0, 0)); err != nil {
			return Answer{}, err
		}
		if after := Now(r.Context()); !after.Equal(before) {
			t.Errorf("the moment went from %s to %s", before, after)
		}
		return tokenAnswer(r)
	}}
	s := open(t, y)
	w = s.world(t)
	if got := send(t, "POST", s.URL+tokenPath, ""); got.header.Get("Date") != "Mon, 02 Mar 2026 02:00:00 GMT" {
		t.Errorf("got Date %s", got.header.Get("Date"))
	}
}

func TestFixturesAreWrittenOncePerWorld(t *testing.T) {
	var mu sync.Mutex
	count := map[string]int{}
	s := open(t, toy{populate: func(ctx context.Context, _ store.Store) error {
		mu.Lock()
		defer mu.Unlock()
		count[WorldOf(ctx).Name]++
		return nil
	}})
	var calls sync.WaitGroup
	for i := range 20 {
		calls.Go(func() { send(t, "POST", fmt.Sprintf("%s/w/w%d%s", s.URL, i%2, tokenPath), "") })
	}
	calls.Wait()
	if diff := cmp.Diff(map[string]int{"w0": 1, "w1": 1}, count); diff != "" {
		t.Error(diff)
	}
}

func TestCallerBlameIsCountedButStrictLetsItPass(t *testing.T) {
	s := open(t, toy{}, func(o *Options) { o.Strict = true })
	got := send(t, "POST", s.URL+"/allianz/v1/motor/quickquotes", `{}`)
	if got.status != 400 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	e := s.world(t).Find("r-1")
	for _, finding := range e.Findings {
		if finding.Blame != contracts.Caller {
			t.Errorf("the insurer is blamed: %+v", finding)
		}
	}
	if len(e.Findings) == 0 {
		t.Error("no finding against the caller")
	}
}
