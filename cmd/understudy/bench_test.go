package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// BenchmarkQuote compares whole servers, each in a process of its own, that are
// asked for the same quick quote over loopback by callers that keep their
// connections: understudy with all it does (validation of request and answer,
// checks, state, journal, a line per request), a naive stack that only
// validates, and a bare handler. A ratio is to the bare one, or where it says so
// to the naive one: requests per second that were answered, and CPU time that the
// server alone needed for one.
//
// One operation is a round of calls to every server in turn, so that a busy
// machine is busy for all of them.
func BenchmarkQuote(b *testing.B) { measure(b, typicals[0]) }

// BenchmarkCall is the same comparison for a call of each insurer.
func BenchmarkCall(b *testing.B) {
	for _, t := range typicals {
		slug, _, _ := strings.Cut(t.document, "/")
		b.Run(slug, func(b *testing.B) { measure(b, t) })
	}
}

func measure(b *testing.B, t typical) {
	b.Helper()
	const each = 200 // calls of a round to each server
	ours := startStack(b, "understudy")
	call := t.record(b, ours.url)
	said, err := ours.callers[0].ask(call.request)
	if err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(b.TempDir(), "answer.json")
	if err := os.WriteFile(file, said, 0o644); err != nil {
		b.Fatal(err)
	}
	naive, bare := startStack(b, "naive", file, t.document, call.mount), startStack(b, "bare", file)
	for _, s := range []*stack{naive, bare} {
		if got, err := s.callers[0].ask(call.request); err != nil || !sameJSON(b, got, said) {
			b.Fatalf("%s answers %s, %v; want %s", s.kind, got, err, said)
		}
	}
	stacks := []*stack{ours, naive, bare}
	for _, s := range stacks {
		s.round(b, call.request, each)
		s.took, s.asked, s.began = 0, 0, s.cpu(b)
	}
	for b.Loop() {
		for _, s := range stacks {
			s.round(b, call.request, each)
		}
	}
	for _, s := range stacks {
		s.ended = s.cpu(b)
		b.ReportMetric(s.perSecond(), s.kind+"-req/s")
		b.ReportMetric(s.cpuEach(), s.kind+"-cpu-µs/req")
	}
	for _, pair := range [][2]*stack{{ours, bare}, {naive, bare}, {ours, naive}} {
		of := pair[0].kind + "-of-" + pair[1].kind
		b.ReportMetric(pair[0].perSecond()/pair[1].perSecond(), of+"-req/s")
		b.ReportMetric(pair[1].cpuEach()/pair[0].cpuEach(), of+"-cpu")
	}
	b.ReportMetric(0, "ns/op")
}

// stack is a server under measurement.
type stack struct {
	kind, url, usage string
	callers          []*connection

	took         time.Duration
	asked        int
	began, ended time.Duration
}

// startStack starts serveStack with what that kind of server is told.
func startStack(b *testing.B, kind string, told ...string) *stack {
	b.Helper()
	command := exec.CommandContext(context.WithoutCancel(b.Context()), "stack", append([]string{kind}, told...)...)
	command.Stderr = os.Stderr
	alive, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	s := &stack{kind: kind}
	for lines := bufio.NewScanner(out); s.url == "" && lines.Scan(); {
		if at, ok := strings.CutPrefix(lines.Text(), "usage on "); ok {
			s.usage = at
		}
		if at, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			s.url = at
		}
	}
	for range 4 * runtime.GOMAXPROCS(0) {
		s.callers = append(s.callers, connect(b, s.url))
	}
	b.Cleanup(func() {
		alive.Close()
		if err := command.Wait(); err != nil {
			b.Errorf("%s ended with %v", kind, err)
		}
	})
	return s
}

// connection is a caller that keeps its connection and does little itself: what
// it costs is shared out to every server alike, and would hide what they do.
type connection struct {
	net.Conn
	answers *bufio.Reader
}

func connect(b *testing.B, url string) *connection {
	b.Helper()
	c, err := new(net.Dialer).DialContext(b.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return &connection{c, bufio.NewReader(c)}
}

// ask sends a whole request and reads the whole answer.
func (c *connection) ask(request []byte) ([]byte, error) {
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s: %s", answer.Status, body)
	}
	return body, err
}

// round lets the callers share so many calls.
func (s *stack) round(b *testing.B, request []byte, calls int) {
	b.Helper()
	var group sync.WaitGroup
	began := time.Now()
	for i, caller := range s.callers {
		group.Go(func() {
			for n := i; n < calls; n += len(s.callers) {
				if _, err := caller.ask(request); err != nil {
					b.Errorf("%s: %v", s.kind, err)
					return
				}
			}
		})
	}
	group.Wait()
	s.took += time.Since(began)
	s.asked += calls
}

// cpu is the CPU time that the server has used since it started.
func (s *stack) cpu(b *testing.B) time.Duration {
	b.Helper()
	text, err := fetch(b.Context(), http.DefaultClient, http.MethodGet, s.usage, nil)
	if err != nil {
		b.Fatal(err)
	}
	micros, err := strconv.Atoi(string(text))
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(micros) * time.Microsecond
}

// fetch makes one call and wants a 200.
func fetch(ctx context.Context, client *http.Client, method, url string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s: %s", url, answer.Status, said)
	}
	return said, err
}

func (s *stack) perSecond() float64 { return float64(s.asked) / s.took.Seconds() }

func (s *stack) cpuEach() float64 {
	return float64((s.ended - s.began).Microseconds()) / float64(s.asked)
}

// BenchmarkStart is the time from the start of a process to its first answer.
func BenchmarkStart(b *testing.B) {
	question := golden(b)["vmi1-default"]
	for b.Loop() {
		p, err := spawn(b.TempDir(), os.Environ())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := fetch(b.Context(), http.DefaultClient, http.MethodPost, p.url+quickQuotes, question); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		http.DefaultClient.CloseIdleConnections()
		if err := p.stop(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkMemory asks for two hundred thousand quotes, the most that anybody
// lets run overnight, and fails where memory grows with them.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		quotesStayFlat(b, 50_000, 200_000)
	}
}

func TestMemoryStaysFlat(t *testing.T) {
	quotesStayFlat(t, 2_000, 6_000)
}

// quotesStayFlat compares the heap after some quotes with the heap after many.
func quotesStayFlat(tb testing.TB, some, many int) {
	tb.Helper()
	const spare = 4 << 20 // bytes that a heap may differ by itself
	question := golden(tb)["vmi1-default"]
	sandbox := newSandbox(tb, mocks.Options{})
	quote := func(n int) {
		tb.Helper()
		for range n {
			if answer := ask(tb.Context(), sandbox, quickQuotes, question); answer.Code != http.StatusOK {
				tb.Fatalf("status %d: %s", answer.Code, answer.Body)
			}
		}
	}
	quote(some)
	before := heap()
	quote(many - some)
	after := heap()
	tb.Logf("heap after %d quotes %d KiB, after %d quotes %d KiB", some, before>>10, many, after>>10)
	if after > before+spare {
		tb.Errorf("heap grew from %d to %d bytes between %d and %d quotes", before, after, some, many)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
