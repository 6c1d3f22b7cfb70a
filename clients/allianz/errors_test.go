package allianz_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

func TestRefusals(t *testing.T) {
	const coverage = "coverageItems ข้อมูลที่ส่งมาไม่ถูกต้อง"
	const system = "เกิดข้อผิดพลาดในระบบ"
	type verdict struct{ Refused, Timeout bool }
	tests := map[string]struct {
		status  int
		body    string
		want    allianz.Error
		verdict verdict
		text    string
	}{
		"bare pair": {
			400, `{"code":"003","message":"` + coverage + `"}`,
			allianz.Error{Code: allianz.CodeInvalid, Message: coverage},
			verdict{Refused: true},
			"allianz: quick quote: answered 400 Bad Request: 003: " + coverage,
		},
		"system error is a refusal": {
			500, `{"code":"999","message":"` + system + `"}`,
			allianz.Error{Code: allianz.CodeSystem, Message: system},
			verdict{Refused: true},
			"allianz: quick quote: answered 500 Internal Server Error: 999: " + system,
		},
		"list": {
			400, `{"errors":[{"code":"113","message":"a"},{"code":"114","message":"b"}]}`,
			allianz.Error{Code: allianz.CodeEmailTaken, Message: "a", Also: []allianz.Problem{{Code: allianz.CodePhoneTaken, Message: "b"}}},
			verdict{Refused: true},
			"allianz: quick quote: answered 400 Bad Request: 113: a",
		},
		"list under a 200": {
			200, `{"errors":[{"code":"003","message":"a"}]}`,
			allianz.Error{Code: allianz.CodeInvalid, Message: "a"},
			verdict{Refused: true},
			"allianz: quick quote: answered 200 OK: 003: a",
		},
		"message without a code": {
			400, `{"message":"ลูกค้านิติบุคคล"}`,
			allianz.Error{Message: "ลูกค้านิติบุคคล"},
			verdict{Refused: true},
			"allianz: quick quote: answered 400 Bad Request: ลูกค้านิติบุคคล",
		},
		"gateway timeout": {
			504, timeout504,
			allianz.Error{Code: "messaging.adaptors.http.flow.GatewayTimeout", Fault: "Gateway Timeout"},
			verdict{Timeout: true},
			"allianz: quick quote: answered 504 Gateway Timeout: messaging.adaptors.http.flow.GatewayTimeout: Gateway Timeout",
		},
		"timeout fault under a 200": {
			200, `{"fault":{"faultstring":"Timeout"}}`,
			allianz.Error{Fault: "Timeout"},
			verdict{Timeout: true},
			"allianz: quick quote: answered 200 OK: Timeout",
		},
		"504 with a page": {
			504, "<html>", allianz.Error{}, verdict{Timeout: true}, "allianz: quick quote: answered 504 Gateway Timeout",
		},
		"504 with nothing": {
			504, "", allianz.Error{}, verdict{Timeout: true}, "allianz: quick quote: answered 504 Gateway Timeout",
		},
		"fault for a bad token": {
			403, `{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}`,
			allianz.Error{Code: "keymanagement.service.invalid_access_token", Fault: "Invalid Access Token"},
			verdict{Refused: true},
			"allianz: quick quote: answered 403 Forbidden: keymanagement.service.invalid_access_token: Invalid Access Token",
		},
		"fault without words": {
			500, `{"fault":{}}`, allianz.Error{Fault: "fault"}, verdict{}, "allianz: quick quote: answered 500 Internal Server Error: fault",
		},
		"quota": {429, `{"fault":{"faultstring":"Quota"}}`, allianz.Error{Fault: "Quota"}, verdict{}, "allianz: quick quote: answered 429 Too Many Requests: Quota"},
		"broken server": {
			500, `{"timestamp":1,"status":500,"error":"Internal Server Error","message":"boom"}`,
			allianz.Error{Code: "Internal Server Error", Message: "boom"},
			verdict{},
			"allianz: quick quote: answered 500 Internal Server Error: Internal Server Error: boom",
		},
		"code as a number": {400, `{"code":112,"message":"a"}`, allianz.Error{Code: "112", Message: "a"}, verdict{Refused: true}, "allianz: quick quote: answered 400 Bad Request: 112: a"},
		"members of other types": {
			400, `{"code":{"a":1},"message":"a","errors":"no"}`, allianz.Error{Message: "a"}, verdict{Refused: true}, "allianz: quick quote: answered 400 Bad Request: a",
		},
		"half an answer": {503, `{"code":"00`, allianz.Error{}, verdict{}, "allianz: quick quote: answered 503 Service Unavailable"},
		"lines and length": {
			400, `{"message":"a\nb` + strings.Repeat("ก", 300) + `"}`,
			allianz.Error{Message: "a\nb" + strings.Repeat("ก", 300)},
			verdict{Refused: true},
			"allianz: quick quote: answered 400 Bad Request: a b" + strings.Repeat("ก", 197) + "…",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := client(t, allianz.Options{
				Retry: allianz.Retry{Times: -1},
				HTTP:  &http.Client{Transport: carrier(func(*http.Request) (*http.Response, error) { return reply(test.status, test.body), nil })},
			})
			quote, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
			got, ok := errors.AsType[*allianz.Error](err)
			if quote != nil || !ok {
				t.Fatalf("got %v, %v, want an *Error", quote, err)
			}
			test.want.Call, test.want.Status = "quick quote", test.status
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if err.Error() != test.text {
				t.Errorf("text\n got %s\nwant %s", err, test.text)
			}
			if v := (verdict{got.Refused(), got.Timeout()}); v != test.verdict {
				t.Errorf("got %+v, want %+v", v, test.verdict)
			}
			code, has := errors.AsType[allianz.Code](err)
			if code != test.want.Code || has != (test.want.Code != "") {
				t.Errorf("code %q, %t, want %q", code, has, test.want.Code)
			}
			for _, also := range test.want.Also {
				if !errors.Is(err, also.Code) {
					t.Errorf("the error is not %v", also.Code)
				}
			}
			if errors.Is(err, allianz.CodeCustomerMismatch) != (test.want.Code == allianz.CodeCustomerMismatch) {
				t.Errorf("wrong about code 112: %v", err)
			}
		})
	}
}

func TestNonsenseAnswers(t *testing.T) {
	long := `{"a":"` + strings.Repeat("a", 4<<20) + `"}`
	typed := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = []string{kind}
			_, _ = io.WriteString(w, body)
		}
	}
	json200 := func(body string) http.HandlerFunc { return typed("application/json", body) }
	var elsewhere atomic.Int32
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string
		status  int
	}{
		"not JSON":               {json200("hello"), "invalid character", 200},
		"cut off":                {json200(smallQuote[:50]), "unexpected end of JSON input", 200},
		"two values":             {json200(smallQuote + smallQuote), "after top-level value", 200},
		"a page":                 {typed("text/html; charset=utf-8", "<html>"), `"text/html; charset=utf-8", not JSON`, 200},
		"JSON called text":       {typed("text/plain", smallQuote), "not JSON", 200},
		"no content type":        {typed("", smallQuote), "not JSON", 200},
		"nothing":                {json200(""), "empty", 200},
		"too long":               {json200(long), "longer than 4194304 bytes", 200},
		"null":                   {json200("null"), "productPackages is missing", 200},
		"a list":                 {json200("[]"), "cannot unmarshal array", 200},
		"an empty object":        {json200("{}"), "productPackages is missing", 200},
		"no premium":             {json200(`{"productPackages":[{"name":"GRANU"}]}`), "productPackages[0] has no premium", 200},
		"no gross":               {json200(`{"productPackages":[{"premium":{"netPremium":1}}]}`), "productPackages[0] has no premium", 200},
		"no net":                 {json200(`{"productPackages":[{"premium":{"grossPremium":1}}]}`), "productPackages[0] has no premium", 200},
		"gross is null":          {json200(`{"productPackages":[{"premium":{"netPremium":1,"grossPremium":null}}]}`), "productPackages[0] has no premium", 200},
		"gross is a string":      {json200(`{"productPackages":[{"premium":{"netPremium":1,"grossPremium":"1.00"}}]}`), "not a JSON number", 200},
		"second package is bare": {json200(`{"productPackages":[{"premium":{"netPremium":1,"grossPremium":1}},{}]}`), "productPackages[1] has no premium", 200},
		"seats are a word":       {json200(`{"vehicle":{"numberOfSeats":"seven"}}`), "vehicle.numberOfSeats", 200},
		"color is true":          {json200(`{"vehicle":{"color":true}}`), "color is neither", 200},
		"color is an object":     {json200(`{"vehicle":{"color":{}}}`), "color is neither", 200},
		"no content":             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, "empty", 204},
		"not modified":           {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, "sends us elsewhere", 304},
		"sent elsewhere": {
			func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/elsewhere") {
					elsewhere.Add(1)
					_, _ = io.WriteString(w, smallQuote)
					return
				}
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			}, "sends us elsewhere", 307,
		},
		"connection cut": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Length", "1000")
				_, _ = io.WriteString(w, smallQuote)
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}, "broke off: unexpected EOF", 200,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.handler)
			defer server.Close()
			c := client(t, allianz.Options{BaseURL: server.URL, Retry: allianz.Retry{Wait: 1}})
			quote, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
			e, ok := errors.AsType[*allianz.ProtocolError](err)
			if quote != nil || !ok {
				t.Fatalf("got %v, %v, want a *ProtocolError", quote, err)
			}
			if e.Call != "quick quote" || e.Status != test.status || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want status %d and %q", err, test.status, test.want)
			}
			if n := elsewhere.Load(); n != 0 {
				t.Errorf("a redirect was followed %d times", n)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c := client(t, allianz.Options{BaseURL: server.URL, Retry: allianz.Retry{Wait: 1}})
	quote, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
	if quote != nil || err == nil || !strings.HasPrefix(err.Error(), "allianz: quick quote: ") {
		t.Errorf("got %v, %v, want an error that names the call", quote, err)
	}
}

// FuzzErrorBodies sends any body under any status: there is never a quote beside
// an error, and the error always tells the status.
func FuzzErrorBodies(f *testing.F) {
	for _, body := range []string{
		`{"code":"003","message":"a"}`, `{"errors":[{"code":"003"}]}`, timeout504, `{"error":"invalid_client"}`,
		`{"code":1e999}`, `{"errors":[null]}`, `{"fault":null}`, `{"fault":[]}`, `[`, ``,
	} {
		f.Add(400, body)
		f.Add(200, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		status = 200 + (status&0xffff)%400
		c := client(t, allianz.Options{
			Retry: allianz.Retry{Times: -1},
			HTTP:  &http.Client{Transport: carrier(func(*http.Request) (*http.Response, error) { return reply(status, body), nil })},
		})
		quote, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
		if (quote == nil) == (err == nil) {
			t.Fatalf("got %v beside %v", quote, err)
		}
		if e, ok := errors.AsType[*allianz.Error](err); ok {
			if e.Status != status || strings.ContainsAny(e.Error(), "\n\r\x00") {
				t.Errorf("status %d gave %q", status, e)
			}
			if e.Refused() && e.Timeout() {
				t.Errorf("both refused and timed out: %+v", e)
			}
		} else if status >= 400 {
			t.Errorf("status %d gave %T", status, err)
		}
	})
}

// A code is an error, and not something that JSON writers treat specially.
func TestCodeIsPlainText(t *testing.T) {
	if got, err := json.Marshal(allianz.CodeInvalid); err != nil || string(got) != `"003"` {
		t.Errorf("got %s, %v", got, err)
	}
}
