package oneassure_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/oneassure"
)

// Whatever a stranger answers, the client says no in its own words.
func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"policies", "policy"} {
		text, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(200, text)
	}
	f.Add(200, []byte(granted))
	f.Add(401, []byte(`{"type":"A4001","title":"T","detail":"D","instance":"I"}`))
	f.Add(200, []byte(`{"quotes":[null],"end_cursor":"a","start_cursor":"b","has_prev":true,"has_next":true,"total_count":1e3}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 {
			t.Skip()
		}
		o := oneassure.Options{BaseURL: "https://x", Retry: oneassure.Retry{Times: -1}}
		o.HTTP = &http.Client{Transport: answering(func(r *http.Request) *http.Response {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(body))), Request: r}
		})}
		c, err := oneassure.New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		judge := func(got bool, err error) {
			if got == (err != nil) {
				t.Errorf("an answer %v beside the error %v", got, err)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("an error of two lines: %q", err)
			}
		}
		p, err := c.Policy(ctx, "x")
		judge(p != nil, err)
		pp, err := c.Policies(ctx, oneassure.Query{})
		judge(pp != nil, err)
		q, err := c.Quotes(ctx, oneassure.Query{})
		judge(q != nil, err)
		s, err := c.CreateSession(ctx, nil)
		judge(s != nil, err)
	})
}

type answering func(*http.Request) *http.Response

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }
