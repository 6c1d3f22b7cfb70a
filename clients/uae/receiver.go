package uae

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	largestEvent = 64 << 10 // bytes
	// leastMemory is how long an event is remembered at least, for a hub that signs
	// anew what it sends again.
	leastMemory = 24 * time.Hour
)

// ReceiverOptions says whose events are taken, and what becomes of them.
type ReceiverOptions struct {
	// Keys finds the hub's public key, and says ErrUnknownKey where there is none;
	// see [Client.HubKey].
	Keys func(ctx context.Context, kid string) (*rsa.PublicKey, error)

	Issuer   string // of the hub
	Audience string // the client id

	// Handle is called once for each event, and again for one that it failed on,
	// when the hub sends it again. The hub waits for it: store the event and return.
	Handle func(context.Context, *Event) error

	// Decrypt is the keys for application/jwe; without any, such events are refused.
	// Events that are only signed are taken either way.
	Decrypt []Key

	// Observe is told of every delivery, after it is decided: nil for an event that
	// was handled, else why not. The event is nil unless it was verified.
	Observe func(context.Context, *Event, error)

	// RefuseReplays has an event that was handled already answered with 409. Without
	// it the answer is 202 again, since the hub sends the same event again when an
	// acknowledgement is lost. It is never handled twice either way.
	RefuseReplays bool

	// Remember is how many events are remembered to know a replay; 0 is 10,000. More
	// than that within their lifetime, and the oldest may be replayed.
	Remember int

	Leeway time.Duration    // between the clocks; 0 is 30 s, negative is none
	Now    func() time.Time // nil is time.Now
}

// Receiver takes the hub's events. As an [http.Handler] it answers
//
//	202  the event was handled, now or before
//	400  it is not a good event of the hub's for us; the body names the code
//	405, 413, 415  it is not a delivery at all
//	409  it was handled before, with RefuseReplays
//	500  Handle failed, and may do better when the event is sent again
//	503  the hub's keys cannot be had, or the same event is being handled right now
//
// It is safe for concurrent use.
type Receiver struct {
	o    ReceiverOptions
	seen *replays
}

// NewReceiver is a receiver with an empty memory.
func NewReceiver(o ReceiverOptions) (*Receiver, error) {
	if o.Keys == nil || o.Handle == nil || o.Issuer == "" || o.Audience == "" {
		return nil, errors.New("uae: a receiver needs keys, issuer, audience and a handle")
	}
	if o.Remember < 0 {
		return nil, errors.New("uae: a receiver cannot remember less than nothing")
	}
	for _, k := range o.Decrypt {
		if err := k.usable(); err != nil {
			return nil, fmt.Errorf("uae: key to decrypt: %w", err)
		}
		if _, ok := k.Private.(crypto.Decrypter); !ok {
			return nil, errors.New("uae: key to decrypt: it cannot")
		}
	}
	o.Decrypt = slices.Clone(o.Decrypt)
	o.Leeway = max(cmp.Or(o.Leeway, leeway), 0)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Receiver{o: o, seen: newReplays(cmp.Or(o.Remember, 10_000))}, nil
}

// Verify judges an event outside of HTTP: a compact JWS by PS256, or one inside a
// compact JWE. What is wrong is one of ErrMalformed, ErrAlgorithm, ErrUnknownKey,
// ErrDecryption, ErrSignature, ErrIssuer, ErrAudience, ErrExpired, ErrNotYet and
// ErrReplayed; any other error means that the keys could not be had. A good event
// is remembered at once, so that the same one is ErrReplayed from then on, unless
// Forget is called.
func (r *Receiver) Verify(ctx context.Context, raw []byte) (*Event, error) {
	e, err := r.verified(ctx, strings.TrimSpace(string(raw)))
	if err != nil {
		return nil, err
	}
	if fresh, _ := r.claim(e); !fresh {
		return nil, ErrReplayed
	}
	r.seen.settle(e.key)
	return e, nil
}

// Forget has an event that could not be handled after all pass Verify again.
func (r *Receiver) Forget(e *Event) { r.seen.forget(e.key) }

func (r *Receiver) claim(e *Event) (fresh, done bool) {
	now := r.o.Now()
	until := e.Expires.Add(r.o.Leeway)
	if least := now.Add(leastMemory); until.Before(least) {
		until = least
	}
	return r.seen.claim(e.key, until, now)
}

// ServeHTTP takes one delivery.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if id := q.Header.Get("X-Fapi-Interaction-Id"); id != "" && len(id) <= 128 {
		w.Header().Set("X-Fapi-Interaction-Id", id)
	}
	e, d := r.deliver(w, q)
	d.write(w)
	if r.o.Observe != nil {
		r.o.Observe(q.Context(), e, d.err)
	}
}

// decision is how a delivery is answered, and why.
type decision struct {
	status int
	err    error
	wait   bool // try again soon
}

func (r *Receiver) deliver(w http.ResponseWriter, q *http.Request) (*Event, decision) {
	raw, refused := r.read(w, q)
	if refused.status != 0 {
		return nil, refused
	}
	e, err := r.verified(q.Context(), raw)
	switch {
	case err != nil && codeOf(err) != "":
		return nil, decision{status: http.StatusBadRequest, err: err}
	case err != nil:
		return nil, decision{status: http.StatusServiceUnavailable, err: err, wait: true}
	}
	fresh, done := r.claim(e)
	switch {
	case fresh:
		return e, r.handle(q.Context(), e)
	case !done:
		return e, decision{http.StatusServiceUnavailable, fmt.Errorf("%w: it is being handled", ErrReplayed), true}
	case r.o.RefuseReplays:
		return e, decision{status: http.StatusConflict, err: ErrReplayed}
	}
	return e, decision{status: http.StatusAccepted, err: ErrReplayed}
}

// handle hands the event on, and forgets it if that fails or panics.
func (r *Receiver) handle(ctx context.Context, e *Event) decision {
	done := false
	defer func() {
		if !done {
			r.seen.forget(e.key)
		}
	}()
	if err := r.o.Handle(ctx, e); err != nil {
		return decision{status: http.StatusInternalServerError, err: fmt.Errorf("uae: handle event: %w", err)}
	}
	done = true
	r.seen.settle(e.key)
	return decision{status: http.StatusAccepted}
}

// read is the text of a delivery, or why it is none.
func (r *Receiver) read(w http.ResponseWriter, q *http.Request) (string, decision) {
	refuse := func(status int, why string) (string, decision) {
		return "", decision{status: status, err: fmt.Errorf("%w: %s", ErrMalformed, why)}
	}
	if q.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return refuse(http.StatusMethodNotAllowed, "not a POST")
	}
	kind, _, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	dots := map[string]int{"application/jwt": 2, "application/jwe": 4}[kind]
	if err != nil || dots == 0 || dots == 4 && len(r.o.Decrypt) == 0 {
		return refuse(http.StatusUnsupportedMediaType, "not of a type that is taken")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, largestEvent))
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return refuse(http.StatusRequestEntityTooLarge, "too long")
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "the delivery broke off")
	}
	raw := strings.TrimSpace(string(body))
	if strings.Count(raw, ".") != dots {
		return refuse(http.StatusBadRequest, "not in compact form, or of the other type")
	}
	return raw, decision{}
}

// write answers, with a code of the standard's where it has one.
func (d decision) write(w http.ResponseWriter) {
	if d.wait {
		w.Header().Set("Retry-After", "1")
	}
	code := codeOf(d.err)
	if d.status != http.StatusBadRequest && d.status != http.StatusConflict || code == "" {
		w.WriteHeader(d.status)
		return
	}
	body, err := json.Marshal(struct{ Errors []refused }{[]refused{{code, d.err.Error()}}})
	if err != nil {
		w.WriteHeader(d.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(d.status)
	_, _ = w.Write(body) // whoever sent the event may be gone
}

// refused is an error entry as the standard writes it.
type refused struct {
	Code    Code
	Message string
}
