package uae_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// signsOnly is a key in a module that signs and no more.
type signsOnly struct{ key *rsa.PrivateKey }

func (s signsOnly) Public() crypto.PublicKey { return s.key.Public() }
func (s signsOnly) Sign(random io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	return s.key.Sign(random, digest, o)
}

// longSalt is a JWS whose signature is right but for a salt longer than PS256 has.
func longSalt(tb testing.TB, payload string) string {
	tb.Helper()
	signed := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"PS256","kid":"`+kid+`"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPSS(rand.Reader, hubKey(), crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: 64})
	if err != nil {
		tb.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// counting is a handle that counts what it handled, and fails as it is told.
type counting struct {
	mu    sync.Mutex
	ids   []string
	fails error
}

func (c *counting) handle(_ context.Context, e *uae.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails != nil {
		return c.fails
	}
	c.ids = append(c.ids, e.ID)
	return nil
}

func TestReplays(t *testing.T) {
	for name, test := range map[string]struct {
		refuse bool
		again  int
	}{"acknowledged again": {false, 202}, "refused": {true, 409}} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			var handled counting
			var seen []error
			r := h.receiver(t, func(o *uae.ReceiverOptions) {
				o.Handle, o.RefuseReplays = handled.handle, test.refuse
				o.Observe = func(_ context.Context, e *uae.Event, err error) {
					if e == nil {
						t.Error("observed without the event")
					}
					seen = append(seen, err)
				}
			})
			first := h.delivery(t, nil)
			for i, step := range []struct {
				raw  string
				want int
				is   error
			}{
				{first, 202, nil},
				{first, test.again, uae.ErrReplayed},
				// Signed anew, with a later end: still the same event.
				{h.delivery(t, map[string]any{"exp": start.Add(time.Hour).Unix()}), test.again, uae.ErrReplayed},
				{h.delivery(t, map[string]any{"jti": "e2"}), 202, nil},
				// Without a jti, the message is what makes it the same.
				{h.delivery(t, map[string]any{"jti": nil}), 202, nil},
				{h.delivery(t, map[string]any{"jti": nil, "iat": 1}), test.again, uae.ErrReplayed},
			} {
				w := deliver(r, "application/jwt", step.raw)
				if w.Code != step.want || !errors.Is(seen[i], step.is) || (seen[i] == nil) != (step.is == nil) {
					t.Errorf("step %d: answered %d, observed %v, want %d, %v", i, w.Code, seen[i], step.want, step.is)
				}
			}
			if got := fmt.Sprint(handled.ids); got != "[e1 e2 ]" {
				t.Errorf("handled %s, want each once", got)
			}
			// What was handled over HTTP is a replay for Verify too.
			if _, err := r.Verify(t.Context(), []byte(first)); !errors.Is(err, uae.ErrReplayed) {
				t.Errorf("got %v, want ErrReplayed", err)
			}
		})
	}
}

func TestVerifyRemembers(t *testing.T) {
	h := newHub(t)
	r := h.receiver(t, nil)
	raw := []byte(h.delivery(t, nil))
	e, err := r.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Verify(t.Context(), raw); !errors.Is(err, uae.ErrReplayed) {
		t.Errorf("got %v, want ErrReplayed", err)
	}
	r.Forget(e)
	if _, err := r.Verify(t.Context(), raw); err != nil {
		t.Errorf("got %v, want it taken again", err)
	}
	if w := deliver(r, "application/jwt", string(raw)); w.Code != 202 {
		t.Errorf("answered %d, want it acknowledged", w.Code)
	}
}

// An event that could not be handled is handled when it comes again.
func TestHandleFails(t *testing.T) {
	h := newHub(t)
	handled := counting{fails: errors.New("no room")}
	var seen error
	r := h.receiver(t, func(o *uae.ReceiverOptions) {
		o.Handle = handled.handle
		o.Observe = func(_ context.Context, _ *uae.Event, err error) { seen = err }
	})
	raw := h.delivery(t, nil)
	if w := deliver(r, "application/jwt", raw); w.Code != 500 || !errors.Is(seen, handled.fails) || w.Body.Len() != 0 {
		t.Errorf("answered %d %s, observed %v, want 500 and nothing told", w.Code, w.Body, seen)
	}
	handled.fails = nil
	if w := deliver(r, "application/jwt", raw); w.Code != 202 || len(handled.ids) != 1 {
		t.Errorf("answered %d after %d events, want 202 after one", w.Code, len(handled.ids))
	}

	r = h.receiver(t, func(o *uae.ReceiverOptions) { o.Handle = func(context.Context, *uae.Event) error { panic("oh") } })
	for range 2 { // a panic leaves nothing remembered either
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was lost")
				}
			}()
			deliver(r, "application/jwt", raw)
		}()
	}
}

// While an event is being handled, the same one is not acknowledged: it may fail yet.
func TestSameEventTwiceAtOnce(t *testing.T) {
	h := newHub(t)
	key := hubKey()
	raw := h.delivery(t, nil)
	synctest.Test(t, func(t *testing.T) {
		fail := make(chan error)
		r := h.receiver(t, func(o *uae.ReceiverOptions) {
			o.Keys = func(context.Context, string) (*rsa.PublicKey, error) { return &key.PublicKey, nil }
			o.Handle = func(context.Context, *uae.Event) error { return <-fail }
		})
		first := make(chan int)
		go func() { first <- deliver(r, "application/jwt", raw).Code }()
		synctest.Wait()
		if w := deliver(r, "application/jwt", raw); w.Code != 503 || w.Header().Get("Retry-After") != "1" {
			t.Errorf("answered %d %v, want 503 and to try again", w.Code, w.Header())
		}
		fail <- errors.New("no room")
		if got := <-first; got != 500 {
			t.Errorf("the first was answered %d, want 500", got)
		}
		go func() { fail <- nil }()
		if w := deliver(r, "application/jwt", raw); w.Code != 202 {
			t.Errorf("answered %d, want 202", w.Code)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	h := newHub(t)
	r := h.receiver(t, func(o *uae.ReceiverOptions) { o.Remember = 2 })
	verify := func(id string, want error) {
		t.Helper()
		if _, err := r.Verify(t.Context(), []byte(h.delivery(t, map[string]any{"jti": id, "exp": start.Add(72 * time.Hour).Unix()}))); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", id, err, want)
		}
	}
	verify("e1", nil)
	verify("e2", nil)
	verify("e1", uae.ErrReplayed)
	verify("e3", nil) // no room: the oldest goes
	verify("e2", uae.ErrReplayed)
	verify("e3", uae.ErrReplayed)
	verify("e1", nil)
}

// What has expired need not be remembered, but for a day: it may be signed anew.
func TestMemoryEnds(t *testing.T) {
	h := newHub(t)
	r := h.receiver(t, nil)
	verify := func(want error) {
		t.Helper()
		exp := h.clock().Add(time.Minute).Unix()
		if _, err := r.Verify(t.Context(), []byte(h.delivery(t, map[string]any{"exp": exp}))); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	verify(nil)
	h.pass(24*time.Hour - 1)
	verify(uae.ErrReplayed)
	h.pass(1)
	verify(nil)
}

func TestLeeway(t *testing.T) {
	h := newHub(t)
	raw := []byte(h.delivery(t, map[string]any{"exp": start.Add(-time.Second).Unix()}))
	for leeway, want := range map[time.Duration]error{0: nil, time.Second: uae.ErrExpired, 2 * time.Second: nil, -1: uae.ErrExpired} {
		r := h.receiver(t, func(o *uae.ReceiverOptions) { o.Leeway = leeway })
		if _, err := r.Verify(t.Context(), raw); !errors.Is(err, want) {
			t.Errorf("leeway %v: got %v, want %v", leeway, err, want)
		}
	}
}

// Keys that cannot be had are no fault of the event's: it is to come again.
func TestKeysCannotBeHad(t *testing.T) {
	h := newHub(t)
	h.on("GET "+keysPath, says(500, ""))
	r := h.receiver(t, nil)
	raw := h.delivery(t, nil)
	if w := deliver(r, "application/jwt", raw); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("answered %d, want 503", w.Code)
	}
	_, err := r.Verify(t.Context(), []byte(raw))
	for _, sentinel := range sentinels {
		if err == nil || errors.Is(err, sentinel) {
			t.Errorf("got %v, want none of what is wrong with an event", err)
		}
	}
	r = h.receiver(t, func(o *uae.ReceiverOptions) {
		o.Keys = func(context.Context, string) (*rsa.PublicKey, error) { return nil, nil }
	})
	if _, err := r.Verify(t.Context(), []byte(raw)); !errors.Is(err, uae.ErrUnknownKey) {
		t.Errorf("got %v, want ErrUnknownKey", err)
	}
}

// A key that the hub signs with from now on is fetched when its first event comes.
func TestRotation(t *testing.T) {
	h := newHub(t)
	r := h.receiver(t, nil)
	if w := deliver(r, "application/jwt", h.delivery(t, nil)); w.Code != 202 {
		t.Fatalf("answered %d", w.Code)
	}
	h.on("GET "+keysPath, says(200, keySet(t, public(kid, hubKey()), public("hub-2", strayKey()))))
	if w := deliver(r, "application/jwt", signed(t, strayKey(), "hub-2", "PS256", h.event(t, map[string]any{"jti": "e2"}))); w.Code != 202 {
		t.Errorf("answered %d, want the new key found", w.Code)
	}
	// One that is unknown altogether does not have the keys fetched again and again.
	for range 5 {
		deliver(r, "application/jwt", signed(t, strayKey(), "hub-3", "PS256", h.event(t, map[string]any{"jti": "e3"})))
	}
	if got := len(h.calls(keysPath)); got != 2 {
		t.Errorf("the keys were fetched %d times, want twice", got)
	}
}
