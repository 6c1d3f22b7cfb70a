package contracts

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHandlerRecords(t *testing.T) {
	c, x := sample(t)
	tests := []struct {
		name    string
		handler http.HandlerFunc
		check   func(t *testing.T, entry Entry)
	}{
		{
			"a quote", func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusOK)
				w.Header().Set("Content-Type", "too/late")
				_, _ = w.Write(x.Response.Body)
			},
			func(t *testing.T, entry Entry) {
				kept := entry.Exchange
				if kept.Operation != "quickQuote" || kept.Face != "motor" || !bytes.Equal(kept.Response.Body, x.Response.Body) || !bytes.Equal(kept.Request.Body, x.Request.Body) {
					t.Errorf("kept %q %q\n%s\n%s", kept.Face, kept.Operation, kept.Request.Body, kept.Response.Body)
				}
				if len(entry.Findings) > 0 {
					t.Errorf("findings:\n%s", render(entry.Findings))
				}
			},
		},
		{
			"nothing written", func(http.ResponseWriter, *http.Request) {},
			func(t *testing.T, entry Entry) {
				if entry.Exchange.Response.Status != 200 || !entry.Exchange.Request.Cut {
					t.Errorf("status %d, request cut %v: want 200 and a request that nobody read", entry.Exchange.Response.Status, entry.Exchange.Request.Cut)
				}
			},
		},
		{
			"no media type", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
			func(t *testing.T, entry Entry) {
				if got := entry.Exchange.Response.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
					t.Errorf("media type %q, want what net/http sends", got)
				}
			},
		},
		{
			"bent", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Sandbox-Fault", "allianz/busy#2")
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusServiceUnavailable)
			},
			func(t *testing.T, entry Entry) {
				if entry.Exchange.Bent != "allianz/busy#2" || entry.Exchange.Response.Status != 503 {
					t.Errorf("bent %q, status %d", entry.Exchange.Bent, entry.Exchange.Response.Status)
				}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tape := &Tape{}
			server := httptest.NewServer(c.Handler(tt.handler, tape.Record))
			res := post(t, server.Client(), server.URL+"/v1/motor/quickquotes", bytes.NewReader(x.Request.Body))
			_, _ = io.ReadAll(res.Body)
			res.Body.Close()
			server.Close() // waits until the handler has recorded
			tt.check(t, only(t, tape))
		})
	}
}

func TestHandlerStreams(t *testing.T) {
	more := make(chan bool)
	tape := &Tape{}
	server := httptest.NewServer(contractOf(t, "allianz").Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		w.(http.Flusher).Flush()
		<-more
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			t.Errorf("the writer underneath is out of reach: %v", err)
		}
		_, _ = io.WriteString(w, "second\n")
	}), tape.Record))
	res := post(t, server.Client(), server.URL+"/anything", nil)
	lines := bufio.NewReader(res.Body)
	if line, err := lines.ReadString('\n'); line != "first\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	close(more)
	_, _ = io.ReadAll(lines)
	res.Body.Close()
	server.Close()
	x := only(t, tape).Exchange
	if string(x.Response.Body) != "first\nsecond\n" || x.Operation != "" || x.Face != "motor" {
		t.Errorf("kept %q as %q of %q", x.Response.Body, x.Operation, x.Face)
	}
}

// TestHandlerRecordsAbortion keeps what was sent before a handler gave up, and
// lets the server cut the connection.
func TestHandlerRecordsAbortion(t *testing.T) {
	tape := &Tape{}
	server := httptest.NewServer(contractOf(t, "allianz").Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		panic(http.ErrAbortHandler)
	}), tape.Record))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/motor/quickquotes", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if res, err := server.Client().Do(r); err == nil {
		if _, err := io.ReadAll(res.Body); err == nil {
			t.Error("the client got a whole answer")
		}
		res.Body.Close()
	}
	server.Close()
	x := only(t, tape).Exchange
	if !x.Response.Cut || string(x.Response.Body) != "half" || len(x.Notes) != 1 {
		t.Errorf("kept %q, cut %v, notes %q", x.Response.Body, x.Response.Cut, x.Notes)
	}
}
