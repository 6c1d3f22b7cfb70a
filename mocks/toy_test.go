package mocks

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/openapi"
)

// The tests of the sandbox play an insurer of their own on the document of a
// real one, so that they need no other package's behaviour.

var dawn = time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 7*3600))

// toy is an insurer whose handlers and jobs a test supplies.
type toy struct {
	token, quote Operation
	jobs         map[string]Job
	retry        []time.Duration
	populate     func(context.Context, store.Store) error
	authenticate func(*http.Request, []string) error
	refuse       func(context.Context, *Refusal) Answer
	mount        string
	normalise    func(*contracts.Request)
	webhooks     *Webhooks
}

func (y toy) insurer() Insurer {
	return Insurer{
		Slug: "allianz", Title: "A toy",
		Credentials: map[string]any{"client_id": "toy"},
		Settings: []Setting{
			{Key: "allianz.envelope", Values: []string{"bare", "errors"}, Default: "bare"},
			{Key: "allianz.auth", Values: []string{"lenient", "strict"}, Default: "lenient"},
		},
		New: func(s store.Store) API {
			refuse := y.refuse
			if refuse == nil {
				refuse = toyRefusal
			}
			return API{
				Faces: []Face{{
					Document: "allianz/motor", Mount: y.mount, Normalise: y.normalise,
					Operations: played(map[string]Operation{"token": y.token, "quickQuote": y.quote}),
				}},
				Jobs: y.jobs, Retry: y.retry, Authenticate: y.authenticate, Webhooks: y.webhooks,
				Populate: func(ctx context.Context) error {
					if y.populate == nil {
						return nil
					}
					return y.populate(ctx, s)
				},
				Refuse: refuse,
			}
		},
	}
}

// played answers the calls of the document that a test does not care for.
func played(own map[string]Operation) map[string]Operation {
	for _, op := range must(openapi.Load("allianz/motor")).Operations() {
		own[op.ID] = or(own[op.ID], tokenAnswer)
	}
	return own
}

// toyRefusal words a refusal as the document's insurer does, so that no check of
// its contract finds fault with the toy.
func toyRefusal(_ context.Context, r *Refusal) Answer {
	if r.Kind == Invalid {
		r.Code = "003"
		return Answer{Status: http.StatusBadRequest, Body: said{r.Code, "vehicle ข้อมูลที่ส่งมาไม่ถูกต้อง"}}
	}
	r.Code = cmp.Or(r.Code, "999")
	return Answer{Status: http.StatusInternalServerError, Body: said{r.Code, "เกิดข้อผิดพลาดในระบบ"}}
}

type said struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

const (
	said999 = `{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}`
	said401 = `{"code":"401","message":"เกิดข้อผิดพลาดในระบบ"}`
)

func or(a, b Operation) Operation {
	if a != nil {
		return a
	}
	return b
}

type tokenBody struct {
	Token   string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"`
}

func tokenAnswer(*http.Request) (Answer, error) {
	return OK(tokenBody{"abc<&>", "Bearer", 3600}), nil
}

const tokenPath = "/allianz/api/oauth2/token?grant_type=client_credentials"

// open starts a toy sandbox at a frozen moment.
func open(t *testing.T, y toy, change ...func(*Options)) *Server {
	t.Helper()
	o := Options{Insurers: []Insurer{y.insurer()}, Clock: clock.Frozen(dawn)}
	for _, c := range change {
		c(&o)
	}
	return Start(t, o)
}

// reply is an answer read to its end.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

func send(t *testing.T, method, url, body string, header ...string) reply {
	t.Helper()
	return sendContext(t.Context(), t, method, url, body, header...)
}

func sendContext(ctx context.Context, t *testing.T, method, url, body string, header ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	return reply{answer.StatusCode, answer.Header, string(read), err}
}

// ask posts to a sandbox without a network, for tests in which time stands still
// while nobody computes. Aborted: the connection was cut.
func ask(ctx context.Context, s *Sandbox, path, body string) (got reply, aborted bool) {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	rw := httptest.NewRecorder()
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			aborted = true
		default:
			panic(cause)
		}
	}()
	s.ServeHTTP(rw, r)
	return reply{rw.Code, rw.Result().Header, rw.Body.String(), nil}, false
}

// rows lists the keys in the sandbox's store that begin so.
func rows(t *testing.T, s *Sandbox, prefix string) []string {
	t.Helper()
	items, err := s.store.List(t.Context(), prefix, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	return keys
}

// world is the default world of a server.
func (s *Server) world(t *testing.T) *World {
	t.Helper()
	w, err := s.World(DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// inWorld is a context of a request in a world, for what needs one.
func inWorld(t *testing.T, w *World) context.Context {
	t.Helper()
	now, _ := w.Time()
	return withMoment(t.Context(), &moment{world: w, insurer: "allianz", now: now, base: "http://toy/allianz"})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var errToy = errors.New("the toy broke: invalid character")

func jsonOf(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

const quoteBody = `{"policyStartDate":"2022-07-23","channel":"WS","productCode":"CMI","vehicle":{"make":"39","usage":"1.10"}}`
