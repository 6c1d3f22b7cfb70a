package allianz_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

// signed is what makes an address open a document; no error may tell it.
const signed = "policy-22-001?signature=S1gn4tur"

func pdf(status int, kind, body string) *http.Response {
	r := reply(status, body)
	r.Header.Set("Content-Type", kind)
	return r
}

func TestDocument(t *testing.T) {
	var elsewhere atomic.Int32
	good := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = io.WriteString(w, body)
		}
	}
	answer := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = []string{kind}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	large := smallPDF + strings.Repeat(" ", 16<<20-len(smallPDF))
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string // the document, or a part of the error
		good    bool
		calls   int32
		kinds   string
	}{
		"a document":         {good(smallPDF), smallPDF, true, 1, ""},
		"with parameters":    {answer(200, "Application/PDF; name=policy.pdf", smallPDF), smallPDF, true, 1, ""},
		"some bytes before":  {good(strings.Repeat("\x00", 1019) + smallPDF), strings.Repeat("\x00", 1019) + smallPDF, true, 1, ""},
		"as large as may be": {good(large), large, true, 1, ""},
		"too large":          {good(large + " "), "longer than 16777216 bytes", false, 1, ""},
		"far too late":       {good(strings.Repeat("\x00", 1020) + smallPDF), "no PDF header", false, 1, ""},
		"called a PDF":       {good("<html>log in"), "not a PDF: no PDF header", false, 1, ""},
		"a page":             {answer(200, "text/html", "<html>"), `the answer is "text/html", not a PDF`, false, 1, ""},
		"JSON":               {answer(200, "application/json", `{}`), `the answer is "application/json", not a PDF`, false, 1, ""},
		"JSON called text":   {answer(200, "text/plain", `{"code":"003"}`), `the answer is "text/plain", not a PDF`, false, 1, ""},
		"no content type":    {answer(200, "", smallPDF), "not a PDF", false, 1, ""},
		"nothing":            {good(""), "empty", false, 1, ""},
		"a refusal in 200":   {answer(200, "application/json", `{"code":"003","message":"a"}`), "answered 200 OK: 003: a", false, 1, "003"},
		"expired":            {answer(410, "application/json", `{"code":"003","message":"a"}`), "answered 410 Gone: 003: a", false, 1, "003, expired"},
		"expired, with page": {answer(410, "text/html", "<html>"), "answered 410 Gone", false, 1, "expired"},
		"expired, as a PDF":  {answer(410, "application/pdf", smallPDF), "answered 410 Gone", false, 1, "expired"},
		"unknown":            {answer(404, "application/json", `{"code":"003","message":"a"}`), "answered 404 Not Found: 003: a", false, 1, "003"},
		"forbidden":          {answer(403, "application/xml", "<Error/>"), "answered 403 Forbidden", false, 1, ""},
		"down":               {answer(503, "", ""), "answered 503", false, 3, ""},
		"sent elsewhere": {
			func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/elsewhere") {
					elsewhere.Add(1)
				}
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
			}, "sends us elsewhere", false, 1, "",
		},
		"to an address that is none": {
			func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "http://[::1/"+r.URL.RawQuery)
				w.WriteHeader(http.StatusFound)
			}, "sends us elsewhere", false, 1, "",
		},
		"connection cut": {
			func(w http.ResponseWriter, r *http.Request) {
				hijacked(t, w, r, "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 90\r\n\r\n"+smallPDF)
			}, "broke off", false, 3, "",
		},
		"connection broken": {func(w http.ResponseWriter, r *http.Request) { hijacked(t, w, r, "") }, "EOF", false, 3, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				if r.Method != http.MethodGet || r.URL.RequestURI() != "/documents/"+signed || r.Header.Get("Accept") != "application/pdf" {
					t.Errorf("got %s %s with %v", r.Method, r.URL.RequestURI(), r.Header)
				}
				test.handler(w, r)
			}))
			defer server.Close()
			c := client(t, allianz.Options{BaseURL: server.URL + "/allianz", Retry: allianz.Retry{Wait: 1}})
			document, err := c.Document(t.Context(), server.URL+"/documents/"+signed)
			if test.good {
				if err != nil || !bytes.Equal(document, []byte(test.want)) {
					t.Errorf("got %d bytes, %v, want %d", len(document), err, len(test.want))
				}
			} else {
				if document != nil || err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "allianz: document: ") {
					t.Fatalf("got %d bytes, %v, want an error with %q", len(document), err, test.want)
				}
				_, refused := errors.AsType[*allianz.Error](err)
				_, nonsense := errors.AsType[*allianz.ProtocolError](err)
				_, unknown := errors.AsType[*allianz.UnknownOutcomeError](err)
				if refused && nonsense || unknown || kindsOf(err) != test.kinds {
					t.Errorf("got %v, of kinds %q, want %q", err, kindsOf(err), test.kinds)
				}
				if strings.Contains(err.Error(), "policy-22") || strings.Contains(err.Error(), "S1gn4tur") {
					t.Errorf("the error tells the address: %v", err)
				}
			}
			if n := calls.Load(); n != test.calls || elsewhere.Load() != 0 {
				t.Errorf("%d calls, and %d elsewhere, want %d and none", n, elsewhere.Load(), test.calls)
			}
		})
	}
}

// The token goes to the carrier's own origin and to nobody else.
func TestDocumentOrigin(t *testing.T) {
	tests := map[string]struct {
		base, document string
		same           bool
	}{
		"same":                 {"https://carrier.test/allianz", "https://carrier.test/d/" + signed, true},
		"another path":         {"https://carrier.test/w/p1/allianz", "https://carrier.test/" + signed, true},
		"port by default":      {"https://carrier.test", "https://carrier.test:443/" + signed, true},
		"port by default, too": {"http://carrier.test:80", "http://carrier.test/" + signed, true},
		"letters":              {"https://carrier.test", "HTTPS://Carrier.TEST/" + signed, true},
		"IPv6":                 {"http://[::1]:7800", "http://[::1]:7800/" + signed, true},
		"another host":         {"https://carrier.test", "https://example.com/" + signed, false},
		"a host within":        {"https://carrier.test", "https://docs.carrier.test/" + signed, false},
		"a host around":        {"https://carrier.test", "https://carrier.test.evil.test/" + signed, false},
		"the host without dot": {"https://carrier.test", "https://carrier.test./" + signed, false},
		"in the clear":         {"https://carrier.test", "http://carrier.test/" + signed, false},
		"same port, in clear":  {"https://carrier.test:443", "http://carrier.test:443/" + signed, false},
		"another port":         {"http://127.0.0.1:7800", "http://127.0.0.1:7801/" + signed, false},
		"another name of it":   {"http://127.0.0.1:7800", "http://localhost:7800/" + signed, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tokens := 0
			var sent http.Header
			c := client(t, allianz.Options{BaseURL: test.base, ClientID: "id", ClientSecret: "hush-hush", HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, tokenPath) {
					tokens++
					return reply(200, `{"access_token":"T0ken"}`), nil
				}
				sent = r.Header
				return pdf(200, "application/pdf", smallPDF), nil
			})}})
			if _, err := c.Document(t.Context(), test.document); err != nil {
				t.Fatal(err)
			}
			got, fetched := sent.Get("Authorization"), tokens
			want, wantFetched := "", 0
			if test.same {
				want, wantFetched = "Bearer T0ken", 1
			}
			if got != want || fetched != wantFetched {
				t.Errorf("sent %q after %d token calls, want %q after %d", got, fetched, want, wantFetched)
			}
			if !test.same && len(sent) != 1 {
				t.Errorf("a stranger got %v, want Accept alone", sent)
			}
		})
	}
}

func TestDocumentAddresses(t *testing.T) {
	c := open(t, func(r *http.Request) (*http.Response, error) {
		t.Errorf("called %s", r.URL)
		return nil, errors.New("not expected")
	})
	for _, address := range []string{
		"", "/documents/" + signed, signed, "//carrier.test/" + signed, "file:///" + signed, "ftp://carrier.test/" + signed, "https:///" + signed,
		"https:" + signed, "https://policy-22:hunter2@carrier.test/" + signed, "https://host:port/" + signed, "https://carrier.test\\@evil.test/" + signed,
		"https://carrier.test/\n" + signed,
	} {
		document, err := c.Document(t.Context(), address)
		if document != nil || err == nil || !strings.HasPrefix(err.Error(), "allianz: document: ") || strings.Contains(err.Error(), "policy-22") {
			t.Errorf("%q: got %d bytes, %v, want an error without the address", address, len(document), err)
		}
	}
}
