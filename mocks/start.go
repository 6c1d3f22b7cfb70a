package mocks

import (
	"context"
	"net/http/httptest"
)

// TB is what Start needs of a test: [testing.TB], or Ginkgo's GinkgoT().
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server is a sandbox that listens on a loopback port of its own.
type Server struct {
	*Sandbox
	URL string // "http://127.0.0.1:41234"
}

// Start runs a sandbox for a test, with its pump, and closes it when the test
// ends.
func Start(tb TB, o Options) *Server {
	tb.Helper()
	s, err := New(o)
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	listening := httptest.NewServer(s)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Run ends only with its context.
		_ = s.Run(ctx)
	}()
	tb.Cleanup(func() {
		stop()
		<-done
		// Closing the sandbox first ends what hangs, so that the server can.
		defer listening.Close()
		if err := s.Close(); err != nil {
			tb.Fatalf("close the sandbox: %v", err)
		}
	})
	return &Server{Sandbox: s, URL: listening.URL}
}
