package suites

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/contracts"
)

// inbox takes the webhooks of one spec: on a loopback port, or for a live target
// where its file says. Every call is recorded
// and held to the contract like an answer, and then handed on.
type inbox struct {
	URL string // of the receiver

	watch     *watch
	face      string
	operation func(*contracts.Exchange) string
	next      http.Handler

	posted sync.Mutex
	all    []letter
}

// letter is one call that came in, and how it was answered.
type letter struct {
	Header http.Header
	Body   []byte
	Status int
}

// inbox opens one that hands what comes to next. The face is that of the document
// of webhooks, and operation tells by a call which of its operations it is. It
// closes when the spec is over.
func (t *Target) inbox(ctx SpecContext, face string, operation func(*contracts.Exchange) string, next http.Handler) *inbox {
	GinkgoHelper()
	b := &inbox{watch: &watch{target: t}, face: face, operation: operation, next: next}
	address := "127.0.0.1:0"
	if t.live() {
		address = t.Inbox.Listen
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	Expect(err).NotTo(HaveOccurred())
	b.URL = "http://" + l.Addr().String() + "/webhook"
	if t.live() {
		b.URL = t.Inbox.Public.String()
	}
	s := &http.Server{Handler: b, ReadHeaderTimeout: patience, BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l) // it ends when the spec does
	}()
	DeferCleanup(func() {
		_ = s.Close()
		<-done
		b.watch.close()
	})
	return b
}

// longestLetter is far above what an insurer sends.
const longestLetter = 1 << 20

// ServeHTTP implements [http.Handler].
func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestLetter))
	if err != nil {
		return // whoever calls has gone, or is none of ours
	}
	began := b.watch.target.run.now()
	x := &contracts.Exchange{
		Insurer: b.watch.target.Insurer, Face: b.face, Webhook: true, At: began,
		Request: contracts.Request{Method: r.Method, Path: b.URL, Message: contracts.Message{Header: r.Header.Clone()}},
	}
	x.Request.SetBody(body)
	x.Operation = b.operation(x)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := &sealedAnswer{header: http.Header{}}
	b.next.ServeHTTP(answer, r)
	x.Took = b.watch.target.run.now().Sub(began)
	x.Response.Status, x.Response.Header = answer.code(), answer.header.Clone()
	x.Response.SetBody(answer.body.Bytes())
	contract := b.watch.target.run.contracts[b.watch.target.Insurer]
	b.watch.record(contract.Redact(x), contract.Examine(x))

	// It is kept before it is answered, so that a sender that knows of the answer
	// is not ahead of the spec.
	b.posted.Lock()
	b.all = append(b.all, letter{Header: r.Header, Body: body, Status: answer.code()})
	b.posted.Unlock()
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.code())
	_, _ = w.Write(answer.body.Bytes())
}

// letters are the calls so far, in the order in which they were answered.
func (b *inbox) letters() []letter {
	b.posted.Lock()
	defer b.posted.Unlock()
	return slices.Clone(b.all)
}

// await waits until so many calls have come; more fail the spec.
func (b *inbox) await(ctx SpecContext, n int) []letter {
	GinkgoHelper()
	const soon = 10 * time.Second
	Eventually(ctx, b.letters).WithTimeout(soon).Should(HaveLen(n))
	return b.letters()
}

// sealedAnswer is an answer that is whole before any of it is sent.
type sealedAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (a *sealedAnswer) Header() http.Header { return a.header }

// WriteHeader implements [http.ResponseWriter].
func (a *sealedAnswer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements [http.ResponseWriter].
func (a *sealedAnswer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *sealedAnswer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}
