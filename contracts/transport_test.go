package contracts

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// watched is a client whose transport records on a tape, and the tape.
func watched(t *testing.T, base string, change func(*Transport)) (*http.Client, *Tape) {
	t.Helper()
	tape := &Tape{}
	transport := &Transport{Contract: contractOf(t, "allianz"), Faces: map[string]*url.URL{"motor": parseURL(t, base)}, Record: tape.Record}
	if change != nil {
		change(transport)
	}
	client := &http.Client{Transport: transport}
	t.Cleanup(client.CloseIdleConnections)
	return client, tape
}

func parseURL(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func post(t *testing.T, client *http.Client, address string, body io.Reader) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer c4n4ry0123")
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// only is the one exchange that a tape holds.
func only(t *testing.T, tape *Tape) Entry {
	t.Helper()
	entries := tape.Entries()
	if len(entries) != 1 {
		t.Fatalf("the tape holds %d exchanges, want 1", len(entries))
	}
	return entries[0]
}

func TestTransportRecords(t *testing.T) {
	_, x := sample(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(body, x.Request.Body) {
			t.Errorf("the server got %q, %v", body, err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Date", "Mon, 02 Mar 2026 02:00:00 GMT")
		w.Header().Set("X-Sandbox-Fault", "allianz/cheap#1")
		_, _ = w.Write(bytes.Replace(x.Response.Body, []byte("1308.44"), []byte("1308.43"), 1))
	}))
	defer server.Close()
	moment := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	client, tape := watched(t, server.URL+"/allianz/", func(tr *Transport) {
		tr.Now = func() time.Time { moment = moment.Add(time.Second); return moment }
	})
	res := post(t, client, server.URL+"/allianz/v1/motor/quickquotes?a=b", bytes.NewReader(x.Request.Body))
	got, err := io.ReadAll(res.Body)
	if err != nil || !bytes.Contains(got, []byte("1308.43")) {
		t.Errorf("the client got %q, %v", got, err)
	}
	res.Body.Close()

	entry := only(t, tape)
	kept := entry.Exchange
	if kept.Insurer != "allianz" || kept.Face != "motor" || kept.Operation != "quickQuote" || kept.Request.Path != "/v1/motor/quickquotes" || kept.Request.Query != "a=b" {
		t.Errorf("identified as %q %q %q %q %q", kept.Insurer, kept.Face, kept.Operation, kept.Request.Path, kept.Request.Query)
	}
	if kept.Bent != "allianz/cheap#1" || kept.Took != time.Second || !kept.At.Equal(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)) {
		t.Errorf("bent %q, took %v, at %v", kept.Bent, kept.Took, kept.At)
	}
	if kept.Request.Header.Get("Authorization") != "Bearer ***" || kept.Request.Cut || kept.Response.Cut || kept.Response.Status != 200 {
		t.Errorf("request header %v, cut %v; response cut %v, status %d", kept.Request.Header, kept.Request.Cut, kept.Response.Cut, kept.Response.Status)
	}
	if len(entry.Findings) != 1 || entry.Findings[0].Check != "allianz/stamp-and-vat" {
		t.Errorf("findings:\n%s", render(entry.Findings))
	}
}

// TestTransportStreams reads the first half of an answer while the server still
// holds back the second.
func TestTransportStreams(t *testing.T) {
	more := make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		w.(http.Flusher).Flush()
		<-more
		_, _ = io.WriteString(w, "second\n")
	}))
	defer server.Close()
	client, tape := watched(t, server.URL, nil)
	res := post(t, client, server.URL+"/v1/motor/quickquotes", nil)
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	if line, err := lines.ReadString('\n'); line != "first\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	if n := len(tape.Entries()); n != 0 {
		t.Errorf("%d exchanges recorded before the end", n)
	}
	close(more)
	if _, err := io.ReadAll(lines); err != nil {
		t.Fatal(err)
	}
	if got := string(only(t, tape).Exchange.Response.Body); got != "first\nsecond\n" {
		t.Errorf("kept %q", got)
	}
}

func TestTransportKeepsWhatIsWhole(t *testing.T) {
	tests := []struct {
		name   string
		body   string
		length string // what the server announces; empty: nothing
		read   func(io.Reader) error
		cut    bool
		note   string
	}{
		{"read to its end", `{}`, "", func(r io.Reader) error { _, err := io.ReadAll(r); return err }, false, ""},
		{"one JSON value", `{"a":1}` + "\n", "", func(r io.Reader) error { return json.NewDecoder(r).Decode(new(any)) }, false, ""},
		{"never read", `{"a":1}`, "", func(io.Reader) error { return nil }, true, ""},
		{"abandoned", `{"a":1}`, "", func(r io.Reader) error { _, err := io.ReadFull(r, make([]byte, 3)); return err }, true, ""},
		{"all that was announced", `{"a":1} `, "8", func(r io.Reader) error { _, err := io.ReadFull(r, make([]byte, 8)); return err }, false, ""},
		{"too long", strings.Repeat("x", longestBody+1), "", func(r io.Reader) error { _, err := io.ReadAll(r); return err }, true, ""},
		{"broken off", `{"a":1`, "100", func(r io.Reader) error { _, _ = io.ReadAll(r); return nil }, true, "no whole answer: unexpected EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if tt.length != "" {
					w.Header().Set("Content-Length", tt.length)
				}
				_, _ = io.WriteString(w, tt.body)
				if tt.length == "" {
					w.(http.Flusher).Flush() // chunked
				}
			}))
			defer server.Close()
			client, tape := watched(t, server.URL, nil)
			res := post(t, client, server.URL+"/v1/motor/quickquotes", strings.NewReader("{}"))
			if err := tt.read(res.Body); err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			res.Body.Close()
			entry := only(t, tape)
			if got := strings.Join(entry.Exchange.Notes, "\n"); entry.Exchange.Response.Cut != tt.cut || got != tt.note {
				t.Errorf("cut %v with note %q, want %v with %q", entry.Exchange.Response.Cut, got, tt.cut, tt.note)
			}
			if n := len(entry.Exchange.Response.Body); n > longestBody {
				t.Errorf("kept %d bytes", n)
			}
			for _, f := range entry.Findings {
				if tt.cut && (f.Check == "allianz/body-fits" || f.Check == "allianz/refusal-shape") {
					t.Errorf("a body that was cut is judged: %s", f.Error())
				}
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTransportRecordsFailures(t *testing.T) {
	for _, armed := range []string{"", "allianz/answer-lost"} {
		client, tape := watched(t, "http://insurer.test", func(tr *Transport) {
			tr.Next = roundTripper(func(*http.Request) (*http.Response, error) {
				return nil, errors.New("dial with client_secret=c4n4ry0123 refused")
			})
			tr.Armed = func() string { return armed }
		})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://insurer.test/v1/motor/quickquotes", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if res, err := client.Do(r); err == nil {
			res.Body.Close()
			t.Fatal("the error did not reach the client")
		}
		entry := only(t, tape)
		x := entry.Exchange
		if diff := cmp.Diff([]string{"no whole answer: dial with client_secret=*** refused"}, x.Notes); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		if x.Response.Status != 0 || x.Bent != armed || x.Operation != "quickQuote" {
			t.Errorf("status %d, bent %q, operation %q", x.Response.Status, x.Bent, x.Operation)
		}
		for _, f := range entry.Findings {
			if f.Blame == Insurer {
				t.Errorf("an insurer who did not answer broke %s: %s", f.Check, f.Error())
			}
		}
	}
}

func TestTransportPicksFace(t *testing.T) {
	tr := &Transport{Faces: map[string]*url.URL{
		"root": parseURL(t, "https://Insurer.test"), "motor": parseURL(t, "https://insurer.test/w/a%20b/allianz/"),
		"api": parseURL(t, "https://insurer.test/w/a%20b/allianz/api"), "also": parseURL(t, "https://insurer.test/w/a%20b/allianz/api/"),
	}}
	tests := []struct{ address, face, path string }{
		{"https://insurer.test/v1", "root", "/v1"},
		{"https://insurer.test", "root", "/"},
		{"https://insurer.test/w/a%20b/allianz/v1/x%2Fy", "motor", "/v1/x%2Fy"},
		{"https://insurer.test/w/a%20b/allianz", "motor", "/"},
		{"https://insurer.test/w/a%20b/allianzx/v1", "root", "/w/a%20b/allianzx/v1"},
		{"https://insurer.test/w/a%20b/allianz/api/token", "also", "/token"},
		{"https://insurer.test/w/a%20b/allianz//v1", "motor", "//v1"},
		{"http://insurer.test/v1", "", ""},
		{"https://other.test/v1", "", ""},
	}
	for _, tt := range tests {
		face, path, ok := tr.face(parseURL(t, tt.address))
		if face != tt.face || path != tt.path || ok != (tt.face != "") {
			t.Errorf("%s is %q at %q (%v), want %q at %q", tt.address, face, path, ok, tt.face, tt.path)
		}
	}
}

// TestTransportPassesOthersOn is not asked about addresses of nobody's.
func TestTransportPassesOthersOn(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	client, tape := watched(t, server.URL+"/allianz", nil)
	res := post(t, client, server.URL+"/elsewhere", nil)
	res.Body.Close()
	if n := len(tape.Entries()); n != 0 {
		t.Errorf("%d exchanges recorded", n)
	}
}

// TestTransportResends keeps the body that was sent last, when a transport sends
// it again on a new connection.
func TestTransportResends(t *testing.T) {
	client, tape := watched(t, "http://insurer.test", func(tr *Transport) {
		tr.Next = roundTripper(func(r *http.Request) (*http.Response, error) {
			if _, err := io.CopyN(io.Discard, r.Body, 4); err != nil {
				return nil, err
			}
			again, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			if _, err := io.Copy(io.Discard, again); err != nil {
				return nil, err
			}
			return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		})
	})
	post(t, client, "http://insurer.test/v1/motor/quickquotes", strings.NewReader(`{"a":1}`)).Body.Close()
	x := only(t, tape).Exchange
	if string(x.Request.Body) != `{"a":1}` || x.Request.Cut {
		t.Errorf("kept %q, cut %v", x.Request.Body, x.Request.Cut)
	}
}

// TestTransportLeavesEncodedBodiesAlone does not judge what it cannot read.
func TestTransportLeavesEncodedBodiesAlone(t *testing.T) {
	client, tape := watched(t, "http://insurer.test", func(tr *Transport) {
		tr.Next = roundTripper(func(r *http.Request) (*http.Response, error) {
			header := http.Header{"Content-Encoding": {"br"}, "Content-Type": {"application/json"}}
			return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader("\x0b\x02")), Request: r}, nil
		})
	})
	res := post(t, client, "http://insurer.test/v1/motor/quickquotes", nil)
	defer res.Body.Close()
	_, _ = io.ReadAll(res.Body)
	if x := only(t, tape).Exchange; !x.Response.Cut {
		t.Error("a compressed body is judged as it is")
	}
}

func TestTransportConcurrently(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized) // before the body was read
	}))
	defer server.Close()
	client, tape := watched(t, server.URL, nil)
	done := make(chan error)
	for range 8 {
		go func() {
			r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, server.URL+"/v1/motor/quickquotes", strings.NewReader(strings.Repeat(" ", 1<<20)))
			if err == nil {
				var res *http.Response
				if res, err = client.Do(r); err == nil {
					res.Body.Close()
				}
			}
			done <- err
		}()
	}
	failed := 0
	for range 8 {
		if err := <-done; err != nil {
			failed++
		}
	}
	if n := len(tape.Entries()); n != 8 {
		t.Errorf("%d exchanges recorded with %d failures, want 8", n, failed)
	}
}
