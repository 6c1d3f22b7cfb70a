package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/control"
	"github.com/understudy-sandbox/understudy/openapi"
)

const quickQuotes = "/allianz/v1/motor/quickquotes"

// golden are the requests that the document shows for a quick quote, by name.
func golden(tb testing.TB) map[string][]byte {
	tb.Helper()
	bodies := requestsOf(tb, "allianz/motor", "quickQuote")
	if len(bodies["vmi1-default"]) == 0 {
		tb.Fatal("the document shows no request vmi1-default for quickQuote")
	}
	return bodies
}

// requestsOf are the requests that a document shows for an operation, by name.
func requestsOf(tb testing.TB, name, operation string) map[string][]byte {
	tb.Helper()
	document, err := openapi.Load(name)
	if err != nil {
		tb.Fatal(err)
	}
	bodies := map[string][]byte{}
	for _, op := range document.Operations() {
		for _, x := range op.Examples {
			if op.ID != operation || x.In != "request" {
				continue
			}
			if bodies[x.Name], err = json.Marshal(x.Value); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return bodies
}

// troubles is a log that a sandbox must leave empty.
type troubles struct{ lockedText }

func (t *troubles) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(t, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// none fails the test for anything that the sandbox complained of.
func (t *troubles) none(tb testing.TB) {
	tb.Helper()
	if text := t.String(); text != "" {
		tb.Errorf("the sandbox logged:\n%s", text)
	}
}

// newSandbox is a whole sandbox in this process, with a frozen clock.
func newSandbox(tb testing.TB, o mocks.Options) *mocks.Sandbox {
	tb.Helper()
	o.Insurers = catalog.All()
	o.Control = control.New(control.Options{Version: "test"})
	if o.Clock == (clock.Clock{}) {
		o.Clock = clock.Frozen(firstMoment)
	}
	s, err := mocks.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// ask posts a quick quote without a network between.
func ask(ctx context.Context, handler http.Handler, path string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer
}

// reply is what a caller sees of an answer: status, headers in order, body; or
// that there was none.
func reply(answer *http.Response, err error) string {
	if err != nil {
		return "no answer"
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	var b strings.Builder
	b.WriteString(answer.Status + "\n")
	if err := answer.Header.Write(&b); err != nil {
		return err.Error()
	}
	b.WriteString("\n" + string(body))
	if err != nil {
		b.WriteString("(cut)")
	}
	return b.String()
}

// sameJSON compares two texts by value.
func sameJSON(tb testing.TB, a, b []byte) bool {
	tb.Helper()
	var left, right any
	if err := errors.Join(json.Unmarshal(a, &left), json.Unmarshal(b, &right)); err != nil {
		tb.Fatal(err)
	}
	return reflect.DeepEqual(left, right)
}
