package contracts

import (
	"net/http"
	"time"
)

// Handler watches a server: it hands every request on, and when next returns it
// examines and records the exchange. Paths are relative to the base of the face,
// so strip a mount before. The caller gets the answer as next writes it; flushing
// and taking over the connection pass through.
func (c *Contract) Handler(next http.Handler, record Recorder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		x := &Exchange{Insurer: c.Insurer, At: began}
		x.Request = Request{
			Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
			Message: Message{Header: r.Header.Clone()},
		}
		c.identify(x)

		got := &copied{}
		answer := &copiedAnswer{ResponseWriter: w}
		returned := false
		defer func() {
			x.Took = time.Since(began)
			answer.end(returned)
			got.keep(&x.Request.Message)
			if answer.status != 0 {
				x.answered(answer.status, answer.header)
			}
			answer.body.keep(&x.Response.Message)
			if !returned {
				x.Notes = append(x.Notes, "no whole answer: the handler gave up")
			}
			c.settle(x, record)
		}()
		next.ServeHTTP(answer, got.watch(r))
		returned = true
	})
}

// identify finds the face and the call by the documents alone. A document of
// webhooks is left out: its paths are stand-ins for a subscriber's own.
func (c *Contract) identify(x *Exchange) {
	for _, face := range c.Faces {
		if face.Document.Webhooks {
			continue
		}
		face.Identify(x)
		if x.Operation != "" {
			return
		}
	}
	if len(c.Faces) != 1 {
		x.Face = ""
	}
}

// copiedAnswer is an answer that is kept while it is written.
type copiedAnswer struct {
	http.ResponseWriter
	status int
	header http.Header // as it was when it was sent
	body   copied
}

// WriteHeader notes the first final status.
func (a *copiedAnswer) WriteHeader(status int) {
	if a.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		a.status, a.header = status, a.Header().Clone()
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *copiedAnswer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if _, typed := a.header["Content-Type"]; !typed && len(p) > 0 && a.header.Get("Content-Encoding") == "" {
		a.header.Set("Content-Type", http.DetectContentType(p)) // as net/http will
	}
	n, err := a.ResponseWriter.Write(p)
	a.body.note(p[:n], nil)
	return n, err
}

// Flush implements [http.Flusher] for handlers that ask for it by type.
func (a *copiedAnswer) Flush() {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(a.ResponseWriter).Flush() // a writer that cannot is not asked twice
}

// Unwrap leads [http.ResponseController] to the writer underneath.
func (a *copiedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// end settles what the server will send by itself.
func (a *copiedAnswer) end(returned bool) {
	if a.status == 0 && returned {
		a.status, a.header = http.StatusOK, a.Header().Clone()
	}
	a.body.ended = returned
}
