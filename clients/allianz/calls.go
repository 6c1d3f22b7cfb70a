package allianz

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// The calls, as errors name them.
const (
	callToken    = "token"
	callQuote    = "quick quote"
	callIssue    = "issue contract"
	callVerify   = "verify contract"
	callContract = "get contract"
	callCancel   = "cancel contract"
	callDocument = "document"
)

// call is one kind of request.
type call struct {
	name    string
	method  string
	url     string
	body    any    // nil for none
	form    form   // of the answer
	subject string // what the answer is about: "a quote"
	timeout time.Duration
	safe    bool // leaves nothing behind at the carrier, so it may be repeated
	abroad  bool // goes to an origin that is not the carrier's, so without a token
}

// ask carries a call through and reads its answer, which is nil beside an error.
func ask[T any](ctx context.Context, c *Client, k call, decode func([]byte) (*T, error)) (*T, error) {
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	read, err := decode(a.body)
	if err != nil {
		return nil, k.doubt(&ProtocolError{Call: k.name, Status: a.status, Problem: "not " + k.subject, Err: hush(err, a.hide)})
	}
	return read, nil
}

// do carries a call through: token, request, one new token if the carrier refuses
// the old one, and repeats where the call is safe.
func (c *Client) do(ctx context.Context, k call) (answer, error) {
	var body []byte
	if k.body != nil {
		var err error
		if body, err = json.Marshal(k.body); err != nil {
			return answer{}, fmt.Errorf("allianz: %s: write request: %w", k.name, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, k.timeout)
	defer cancel()

	renewed := false
	for repeats := 0; ; {
		bearer, a, err := c.try(ctx, k, body)
		switch {
		case err == nil:
			return a, nil
		case bearer != "" && !renewed && unauthorized(err):
			renewed = true
			c.tokens.discard(bearer)
		case k.safe && repeats < c.retry.Times && passing(ctx, err):
			if ended := pause(ctx, c.retry.Wait<<min(repeats, 8)); ended != nil {
				return answer{}, fmt.Errorf("%w (not repeated: %w)", err, ended)
			}
			repeats++
		default:
			return answer{}, err
		}
	}
}

// try makes one attempt and says which token it used.
func (c *Client) try(ctx context.Context, k call, body []byte) (bearer string, a answer, err error) {
	if c.tokens != nil && !k.abroad {
		if bearer, err = c.tokens.get(ctx); err != nil {
			return "", answer{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return "", answer{}, fmt.Errorf("allianz: %s: not sent: %w", k.name, err)
	}
	var sent delivery
	request, err := http.NewRequestWithContext(sent.watch(ctx), k.method, k.url, bytes.NewReader(body))
	if err != nil {
		return "", answer{}, fmt.Errorf("allianz: %s: %w", k.name, err)
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if !k.abroad {
		request.Header.Set("Content-Language", "th")
	}
	a, err = c.send(request, k, bearer)
	if err != nil && !sent.impossible() {
		err = k.doubt(err)
	}
	return bearer, a, err
}

// send exchanges one request for its answer; secrets are kept out of what it says.
func (c *Client) send(request *http.Request, k call, secrets ...string) (answer, error) {
	hide := hiding(secrets...)
	request.Header.Set("Accept", k.form.media)
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, fmt.Errorf("allianz: %s: %w", k.name, discreet(err, hide))
	}
	return readAnswer(k, response, hide)
}

// discreet is the error of an exchange without the path and query that it went
// to, since whoever knows a document's address may read it, and without secrets.
func discreet(err error, hide *strings.Replacer) error {
	e, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	told := *e
	if u, err := url.Parse(e.URL); err == nil {
		told.URL = u.Scheme + "://" + u.Host
	}
	told.Err = hush(e.Err, hide)
	return &told
}

// hush is the error with secrets taken out of its text: what a stranger sent may be quoted there.
func hush(err error, hide *strings.Replacer) error {
	text := err.Error()
	if told := hide.Replace(text); told != text {
		return hushed{told, err}
	}
	return err
}

type hushed struct {
	text string
	err  error
}

func (h hushed) Error() string { return h.text }
func (h hushed) Unwrap() error { return h.err }

// staying is a transport whose answers name no other place, so that an
// http.Client neither goes there nor quotes it in an error.
type staying struct{ next http.RoundTripper }

func (s staying) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := s.next.RoundTrip(r)
	if err != nil || response == nil || response.Header.Get("Location") == "" {
		return response, err
	}
	here := *response
	here.Header = response.Header.Clone()
	here.Header.Del("Location")
	return &here, nil
}

func hiding(secrets ...string) *strings.Replacer {
	var pairs []string
	for _, s := range secrets {
		if s != "" {
			pairs = append(pairs, s, "[secret]")
		}
	}
	return strings.NewReplacer(pairs...)
}

// delivery watches how far a request got.
type delivery struct{ wanted, connected atomic.Bool }

func (d *delivery) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { d.wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { d.connected.Store(true) },
	})
}

// impossible says that the request cannot have arrived, since a connection was
// sought and never had. A transport that does not tell leaves it possible.
func (d *delivery) impossible() bool { return d.wanted.Load() && !d.connected.Load() }

func unauthorized(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusUnauthorized
}

// passing says that a repeat may succeed: the gateway stumbled or the connection
// broke. Running out of time is never repeated.
func passing(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.passing()
	}
	if e, ok := errors.AsType[*ProtocolError](err); ok {
		return e.cut
	}
	e, ok := errors.AsType[*url.Error](err)
	return ok && !e.Timeout()
}

// pause waits, or says why the context ended first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
