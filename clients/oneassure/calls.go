package oneassure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// longest is more than any answer has, and small enough to hold.
const longest = 8 << 20

// call is one kind of request.
type call struct {
	name   string // as errors give it
	method string
	path   string // with its query
	body   any    // nil for none
	safe   bool   // leaves nothing behind, so it may be repeated
	bare   bool   // goes without a token
}

// ask carries a call through and reads its answer, which is nil beside an error.
func ask[T any](ctx context.Context, c *Client, k call, decode func([]byte) (*T, error)) (*T, error) {
	status, body, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	read, err := decode(body)
	if err != nil {
		return nil, &ProtocolError{Call: k.name, Status: status, Problem: "not what the call answers", Err: err}
	}
	return read, nil
}

// do carries a call through: token, request, one new token if the old one is
// refused, and repeats where the call is safe.
func (c *Client) do(ctx context.Context, k call) (status int, answer []byte, err error) {
	var body []byte
	if k.body != nil {
		if body, err = json.Marshal(k.body); err != nil {
			return 0, nil, fmt.Errorf("oneassure: %s: write request: %w", k.name, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	renewed := false
	for repeats := 0; ; {
		bearer, status, answer, err := c.try(ctx, k, body)
		switch {
		case err == nil:
			return status, answer, nil
		case bearer != "" && !renewed && unauthorized(err):
			renewed = true
			c.tokens.discard(bearer)
		case k.safe && repeats < c.retry.Times && passing(ctx, err):
			if ended := pause(ctx, c.retry.Wait<<min(repeats, 8)); ended != nil {
				return 0, nil, fmt.Errorf("%w (not repeated: %w)", err, ended)
			}
			repeats++
		default:
			return 0, nil, err
		}
	}
}

// try makes one attempt and says which token it used.
func (c *Client) try(ctx context.Context, k call, body []byte) (bearer string, status int, answer []byte, err error) {
	if c.tokens != nil && !k.bare {
		if bearer, err = c.tokens.get(ctx); err != nil {
			return "", 0, nil, fmt.Errorf("oneassure: %s: %w", k.name, err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, k.method, c.base+k.path, bytes.NewReader(body))
	if err != nil {
		return "", 0, nil, fmt.Errorf("oneassure: %s: %w", k.name, err)
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return bearer, 0, nil, fmt.Errorf("oneassure: %s: %w", k.name, c.discreet(err, bearer))
	}
	status, answer, err = c.read(k, response, bearer)
	return bearer, status, answer, err
}

// read reads and closes the response; what is no answer becomes an error.
func (c *Client) read(k call, response *http.Response, bearer string) (int, []byte, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longest+1))
	status := response.StatusCode
	wrong := func(problem string, err error) error {
		return &ProtocolError{Call: k.name, Status: status, Problem: problem, Err: err, cut: err != nil}
	}
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case status >= 400:
		if err != nil || len(body) > longest {
			body = nil
		}
		return status, nil, refusalOf(k.name, status, body, c.hiding(bearer))
	case err != nil:
		return status, nil, wrong("the answer broke off", err)
	case len(body) > longest:
		return status, nil, wrong(fmt.Sprintf("the answer is longer than %d bytes", longest), nil)
	case status < 200 || status >= 300:
		return status, nil, wrong("the answer sends us elsewhere, which this API never does", nil)
	case media != "application/json":
		return status, nil, wrong(fmt.Sprintf("the answer is %q, not JSON", oneLine(media)), nil)
	}
	return status, body, nil
}

// hiding takes our secrets out of a stranger's text.
func (c *Client) hiding(bearer string) *strings.Replacer {
	var pairs []string
	for _, secret := range []string{c.grant.Secret, bearer} {
		if secret != "" {
			pairs = append(pairs, secret, "[secret]")
		}
	}
	return strings.NewReplacer(pairs...)
}

// discreet is the error of an exchange without our secrets: a stranger's header
// may be quoted in it.
func (c *Client) discreet(err error, bearer string) error {
	hide := c.hiding(bearer)
	if text := err.Error(); hide.Replace(text) != text {
		return hushed{hide.Replace(text), err}
	}
	return err
}

type hushed struct {
	text string
	err  error
}

func (h hushed) Error() string { return h.text }
func (h hushed) Unwrap() error { return h.err }

func unauthorized(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusUnauthorized
}

// passing says that a repeat may succeed. Running out of time is never repeated.
func passing(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if e, ok := errors.AsType[*Error](err); ok {
		switch e.Status {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
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
