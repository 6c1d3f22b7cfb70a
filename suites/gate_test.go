package suites

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func gateOf(t *testing.T, target *Target, bound Rate) *gate {
	t.Helper()
	g, err := newGate(target, time.Now, bound)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGateKeepsTheRate(t *testing.T) {
	tests := []struct {
		name  string
		own   Rate
		bound Rate
		took  time.Duration // for seven calls
	}{
		{"polite where nothing is said", Rate{}, Rate{}, 3 * time.Second},
		{"the target's own", Rate{Calls: 1, Per: time.Minute}, Rate{}, 6 * time.Minute},
		{"the caller's", Rate{}, Rate{Calls: 4, Per: time.Second}, 1500 * time.Millisecond},
		{"the target's, which is lower", Rate{Calls: 1, Per: time.Minute}, Rate{Calls: 4, Per: time.Second}, 6 * time.Minute},
		{"the caller's, which is lower", Rate{Calls: 4, Per: time.Second}, Rate{Calls: 1, Per: time.Minute}, 6 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := gateOf(t, &Target{Rate: tt.own}, tt.bound)
				began := time.Now()
				for range 7 {
					if err := g.admit(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(began); took != tt.took {
					t.Errorf("seven calls took %s, want %s", took, tt.took)
				}
			})
		})
	}
}

func TestGateStopsWaitingWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gateOf(t, &Target{Rate: Rate{Calls: 1, Per: time.Hour}}, Rate{})
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Minute)
		defer cancel()
		for i, want := range []error{nil, nil, ErrInconclusive} {
			if err := g.admit(ctx); !errors.Is(err, want) {
				t.Errorf("call %d: got %v, want %v", i+1, err, want)
			}
		}
	})
}

func TestGateKeepsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gateOf(t, &Target{Budget: 3}, Rate{})
		for range 3 {
			if err := g.admit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		err := g.admit(t.Context())
		const want = "inconclusive: the budget of 3 calls is spent"
		if err == nil || err.Error() != want || !errors.Is(err, ErrInconclusive) {
			t.Errorf("got %v, want %s", err, want)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("a refused call waited %s", waited)
		}
	})
}

func TestGateClosesWithTheTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // on Saturday, 1 January 2000, at midnight UTC
		g := gateOf(t, &Target{Open: "Sat 00:00-00:01 UTC", Rate: Rate{Calls: 1, Per: time.Second}}, Rate{})
		calls := 0
		for calls < 100 && g.admit(t.Context()) == nil {
			calls++
		}
		if calls != 60 {
			t.Errorf("%d calls were made within the minute, want 60", calls)
		}
		const want = "the target is closed: it is open Sat 00:00-00:01 UTC, next from Sat 8 Jan 00:00 UTC"
		if g.reason() != want {
			t.Errorf("got %q, want %q", g.reason(), want)
		}
	})
}

func TestGateOfASandbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gateOf(t, &Target{Open: "Sun 00:00-00:01 UTC", Budget: 1, Rate: Rate{Calls: 1, Per: time.Hour}}, Rate{})
		g.lift()
		began := time.Now()
		for range 10 {
			if err := g.admit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("ten calls took %s", took)
		}
	})
}

func TestUnreachable(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"connection refused", fmt.Errorf("post: %w", dial), true},
		{"unknown host", &net.DNSError{Err: "no such host", Name: "uat.example.com"}, true},
		{"a proxy that is not there", &net.OpError{Op: "proxyconnect", Err: errors.New("refused")}, true},
		{"a certificate of somebody else", &tls.CertificateVerificationError{Err: errors.New("wrong host")}, true},
		{"no TLS there", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, true},
		{"cut off", io.ErrUnexpectedEOF, false},
		{"reset", &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, false},
		{"out of time", context.DeadlineExceeded, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := unreachable(tt.err); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			g := gateOf(t, &Target{}, Rate{})
			if says := g.lost(tt.err); !strings.Contains(says, tt.err.Error()) {
				t.Errorf("%q does not say what happened", says)
			}
			if closed := g.reason() != ""; closed != tt.want {
				t.Errorf("closed for the rest of the run: got %v, want %v", closed, tt.want)
			}
		})
	}
}
