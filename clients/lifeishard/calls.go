package lifeishard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// call is one kind of request.
type call struct {
	name    string
	method  string
	path    string // escaped, with its query
	body    any    // nil for none
	timeout time.Duration
	binds   bool // may leave a policy behind, so it is never repeated
}

const longestAnswer = 32 << 20 // bytes, far above any paper

// ask carries a call through and reads its answer, which is nil beside an error.
func ask[T any](ctx context.Context, c *Client, k call) (*T, error) {
	ctx, cancel := context.WithTimeout(ctx, k.timeout)
	defer cancel()
	status, body, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	read := new(T)
	if err := json.Unmarshal(body, read); err != nil {
		return nil, k.doubt(&ProtocolError{Call: k.name, Status: status, Problem: "the answer has another form", Err: err})
	}
	return read, nil
}

// do carries a call through: token, request, one new token if the operator refuses
// the old one, and repeats where nothing is bound.
func (c *Client) do(ctx context.Context, k call) (status int, body []byte, err error) {
	renewed := false
	for repeats := 0; ; {
		token, err := c.token(ctx)
		sent := err == nil
		if sent {
			status, body, err = c.send(ctx, k, token)
		}
		switch {
		case err == nil:
			return status, body, nil
		case sent && !renewed && errors.Is(err, ErrToken):
			renewed = true
			c.refuse(token)
		case (!sent || !k.binds) && repeats < c.retry.Times && passing(ctx, err):
			if ended := pause(ctx, c.retry.Wait<<min(repeats, 8)); ended != nil {
				return 0, nil, fmt.Errorf("%w (not repeated: %w)", err, ended)
			}
			repeats++
		default:
			return 0, nil, err
		}
	}
}

// send exchanges one request for its answer. What goes wrong once it is under way
// leaves the outcome of a binding call open.
func (c *Client) send(ctx context.Context, k call, token string) (status int, body []byte, err error) {
	if err := ctx.Err(); err != nil {
		return 0, nil, fmt.Errorf("lifeishard: %s: not sent: %w", k.name, err)
	}
	var sent []byte
	if k.body != nil {
		if sent, err = json.Marshal(k.body); err != nil {
			return 0, nil, fmt.Errorf("lifeishard: %s: write request: %w", k.name, err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, k.method, c.base+k.path, bytes.NewReader(sent))
	if err != nil {
		return 0, nil, fmt.Errorf("lifeishard: %s: %w", k.name, err)
	}
	request.Header.Set("Accept", "application/json")
	if sent != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Token", token)
	}
	if c.language != "" {
		request.Header.Set("Content-Language", c.language)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, k.doubt(fmt.Errorf("lifeishard: %s: %w", k.name, discreet(err)))
	}
	body, err = read(k, response, c.hiding(token))
	if err != nil {
		return 0, nil, k.doubt(err)
	}
	return response.StatusCode, body, nil
}

// read reads and closes the response. What is not a success in JSON becomes an
// *Error or a *ProtocolError.
func read(k call, response *http.Response, hide *strings.Replacer) ([]byte, error) {
	defer response.Body.Close()
	status := response.StatusCode
	wrong := func(problem string, cause error) error {
		return &ProtocolError{Call: k.name, Status: status, Problem: problem, Err: cause, cut: cause != nil}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	said, isRefusal := refusalOf(body)
	switch {
	case status >= 400, err == nil && isRefusal:
		return nil, said.from(k.name, status, hide)
	case err != nil:
		return nil, wrong("the answer broke off", err)
	case len(body) > longestAnswer:
		return nil, wrong("the answer is too long", nil)
	case status < 200 || status > 299:
		return nil, wrong("the answer sends us elsewhere, which this API never does", nil)
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, wrong("the answer is not JSON", nil)
	}
	if !json.Valid(body) {
		return nil, wrong("the answer is not whole JSON", nil)
	}
	return body, nil
}

// refusal is the envelope that was observed. Newer siblings list errors instead,
// which we read as far as they are texts.
type refusal struct {
	Error   truth           `json:"error"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
	Errors  []string        `json:"errors"`
}

// refusalOf reads what it can; said is whether the body is a refusal by its own
// word, whatever the status.
func refusalOf(body []byte) (r refusal, said bool) {
	if err := json.Unmarshal(body, &r); err != nil {
		return r, false // what was read until then is kept
	}
	return r, bool(r.Error)
}

func (r refusal) from(name string, status int, hide *strings.Replacer) *Error {
	e := &Error{Call: name, Status: status, Message: hide.Replace(r.Message)}
	if e.Message == "" {
		e.Message = hide.Replace(strings.Join(r.Errors, "; "))
	}
	var fields map[string][]string
	if err := json.Unmarshal(r.Data, &fields); err == nil && len(fields) > 0 {
		e.Fields = map[string][]string{}
		for path, texts := range fields {
			for _, text := range texts {
				e.Fields[hide.Replace(path)] = append(e.Fields[hide.Replace(path)], hide.Replace(text))
			}
		}
	}
	return e
}

// doubt is the error of a call that was sent, and says so if a policy may have
// been issued all the same.
func (k call) doubt(err error) error {
	if !k.binds {
		return err
	}
	if e, ok := errors.AsType[*Error](err); ok && (e.Refused() || e.Status == http.StatusTooManyRequests) {
		return err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return err // nobody heard it
	}
	return &UnknownOutcomeError{Call: k.name, Err: err}
}

// passing says that the next try may well be answered.
func passing(ctx context.Context, err error) bool {
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return false // what ran out of time is not given more of it
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status == http.StatusBadGateway || e.Status == http.StatusServiceUnavailable || e.Status == http.StatusGatewayTimeout
	}
	if e, ok := errors.AsType[*ProtocolError](err); ok {
		return e.cut
	}
	_, broken := errors.AsType[*url.Error](err)
	return broken
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// discreet is the error of an exchange without the path and query it went to.
func discreet(err error) error {
	e, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	told := *e
	if u, err := url.Parse(e.URL); err == nil {
		told.URL = u.Scheme + "://" + u.Host
	}
	return &told
}

// hiding takes our secrets out of a stranger's text.
func (c *Client) hiding(token string) *strings.Replacer {
	pairs := []string{c.password, "[secret]"}
	if token = strings.TrimPrefix(token, refreshWord); token != "" {
		pairs = append(pairs, token, "[secret]")
	}
	return strings.NewReplacer(pairs...)
}
