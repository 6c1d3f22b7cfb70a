package oneassure

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Why an event is not taken.
var (
	ErrUnsigned  = errors.New("oneassure: the event is not signed")
	ErrSignature = errors.New("oneassure: the signature of the event does not fit")
	ErrStale     = errors.New("oneassure: the event was signed too long ago, or in the future")
	ErrMalformed = errors.New("oneassure: the event cannot be read")
	ErrReplayed  = errors.New("oneassure: the event was handled before")
)

const largestEvent = 1 << 20 // bytes

// ReceiverOptions says whose events are taken, and what becomes of them.
type ReceiverOptions struct {
	// Secrets are those that events may be signed with, "whsec_" and base64: one,
	// or two while one takes the place of the other.
	Secrets []string

	// Handle is called once for each event, and again for one that it failed on,
	// when it is sent again. The sender waits for it: store the event and return.
	Handle func(context.Context, *Event) error

	// Observe is told of every delivery, after it is decided: nil for an event that
	// was handled, else why not. The event is nil unless it was verified.
	Observe func(context.Context, *Event, error)

	Tolerance time.Duration    // between the clocks, either way; 0 is 5 min
	Remember  int              // how many events are remembered to know a replay; 0 is 10,000
	Now       func() time.Time // nil is time.Now
}

// Receiver takes events signed by Standard Webhooks 1.0, as the sandbox signs
// them: how OneAssure itself does is not published. As an [http.Handler] it
// answers 204 for an event that was handled, now or before; 400 for one that must
// not be believed; 405, 413 and 415 for what is no delivery; 500 where Handle
// failed; 503 while the same event is being handled. It is safe for concurrent use.
type Receiver struct {
	o    ReceiverOptions
	keys [][]byte

	mu    sync.Mutex
	seen  map[string]bool // id -> handled; false while it is being handled
	order []string        // of those handled, the oldest first
}

// NewReceiver is a receiver with an empty memory.
func NewReceiver(o ReceiverOptions) (*Receiver, error) {
	if o.Handle == nil || len(o.Secrets) == 0 || o.Tolerance < 0 || o.Remember < 0 {
		return nil, errors.New("oneassure: a receiver needs a secret and a handle, and nothing negative")
	}
	r := &Receiver{o: o, seen: map[string]bool{}}
	for _, secret := range o.Secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) < 16 || !strings.HasPrefix(secret, "whsec_") {
			return nil, errors.New("oneassure: a secret is whsec_ and the base64 of 16 bytes or more")
		}
		r.keys = append(r.keys, key)
	}
	r.o.Tolerance = cmp.Or(o.Tolerance, 5*time.Minute)
	r.o.Remember = cmp.Or(o.Remember, 10_000)
	if r.o.Now == nil {
		r.o.Now = time.Now
	}
	return r, nil
}

// Verify judges an event outside of HTTP, and remembers nothing of it. What is
// wrong is one of ErrUnsigned, ErrStale, ErrSignature and ErrMalformed.
func (r *Receiver) Verify(header http.Header, body []byte) (*Event, error) {
	id, stamp, signature := header.Get("webhook-id"), header.Get("webhook-timestamp"), header.Get("webhook-signature")
	if id == "" || stamp == "" || signature == "" {
		return nil, ErrUnsigned
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return nil, fmt.Errorf("%w: its time is none", ErrUnsigned)
	}
	if !r.fits(id, stamp, body, signature) {
		return nil, ErrSignature
	}
	// After the signature: whoever cannot sign learns nothing about our clock.
	at := time.Unix(seconds, 0)
	if off := r.o.Now().Sub(at); off > r.o.Tolerance || off < -r.o.Tolerance {
		return nil, ErrStale
	}
	e := &Event{ID: id, Time: at, Name: header.Get("webhook-event")}
	if err := e.readEntity(bytes.Clone(body)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return e, nil
}

// fits says whether one of the signatures is of one of the secrets.
func (r *Receiver) fits(id, stamp string, body []byte, signatures string) bool {
	ok := false
	for one := range strings.FieldsSeq(signatures) {
		version, text, _ := strings.Cut(one, ",")
		got, err := base64.StdEncoding.DecodeString(text)
		if version != "v1" || err != nil {
			continue // other versions stand beside ours
		}
		for _, key := range r.keys {
			mac := hmac.New(sha256.New, key)
			mac.Write([]byte(id + "." + stamp + "."))
			mac.Write(body)
			ok = hmac.Equal(got, mac.Sum(nil)) || ok
		}
	}
	return ok
}

// ServeHTTP takes one delivery.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	e, status, err := r.deliver(w, q)
	if status == http.StatusBadRequest {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		body, _ := json.Marshal(map[string]string{"error": oneLine(err.Error())})
		_, _ = w.Write(body) // whoever sent the event may be gone
	} else {
		w.WriteHeader(status)
	}
	if r.o.Observe != nil {
		r.o.Observe(q.Context(), e, err)
	}
}

func (r *Receiver) deliver(w http.ResponseWriter, q *http.Request) (*Event, int, error) {
	if q.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, http.StatusMethodNotAllowed, fmt.Errorf("%w: not a POST", ErrMalformed)
	}
	if media, _, err := mime.ParseMediaType(q.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, http.StatusUnsupportedMediaType, fmt.Errorf("%w: not JSON by its type", ErrMalformed)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, largestEvent))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, http.StatusRequestEntityTooLarge, fmt.Errorf("%w: too long", ErrMalformed)
	}
	if err != nil {
		return nil, http.StatusBadRequest, fmt.Errorf("%w: it broke off", ErrMalformed)
	}
	e, err := r.Verify(q.Header, body)
	if err != nil {
		return nil, http.StatusBadRequest, err
	}
	fresh, done := r.claim(e.ID)
	switch {
	case fresh:
		status, err := r.handle(q.Context(), e)
		return e, status, err
	case !done:
		return e, http.StatusServiceUnavailable, fmt.Errorf("%w: it is being handled", ErrReplayed)
	}
	return e, http.StatusNoContent, ErrReplayed
}

// claim says whether the event is new, and whether it was handled to the end.
func (r *Receiver) claim(id string) (fresh, done bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if done, known := r.seen[id]; known {
		return false, done
	}
	r.seen[id] = false
	return true, false
}

// handle hands the event on, and forgets it if that fails or panics.
func (r *Receiver) handle(ctx context.Context, e *Event) (int, error) {
	handled := false
	defer func() { r.settle(e.ID, handled) }()
	if err := r.o.Handle(ctx, e); err != nil {
		return http.StatusInternalServerError, fmt.Errorf("oneassure: handle event: %w", err)
	}
	handled = true
	return http.StatusNoContent, nil
}

func (r *Receiver) settle(id string, handled bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !handled {
		delete(r.seen, id)
		return
	}
	r.seen[id] = true
	r.order = append(r.order, id)
	for len(r.order) > r.o.Remember {
		delete(r.seen, r.order[0])
		r.order = r.order[1:]
	}
}
