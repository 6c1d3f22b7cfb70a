package bima

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

// call is one kind of request.
type call struct {
	name    string
	method  string
	path    string
	query   url.Values
	body    []byte
	file    bool // the answer may be anything
	timeout time.Duration
}

// read carries a call through that only reads: a token, one new token where the
// old one is refused, and repeats.
func (c *Client) read(ctx context.Context, k call) (answer, error) {
	k.method, k.timeout = http.MethodGet, c.timeouts.Read
	if k.file {
		k.timeout = c.timeouts.Download
	}
	renewed := false
	return c.repeat(ctx, k, func(ctx context.Context) (answer, error) {
		for {
			bearer, err := c.token(ctx)
			if err != nil {
				return answer{}, err
			}
			a, err := c.try(ctx, k, bearer)
			if bearer == "" || renewed || !errors.Is(err, ErrSignIn) {
				return a, err
			}
			renewed = true
			c.tokens.discard(bearer)
		}
	})
}

// repeat tries until an answer is final, within the call's timeout.
func (c *Client) repeat(ctx context.Context, k call, try func(context.Context) (answer, error)) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, k.timeout)
	defer cancel()
	for repeats := 0; ; repeats++ {
		a, err := try(ctx)
		if err == nil || repeats >= c.retry.Times || ctx.Err() != nil || !passing(err) {
			return a, err
		}
		pause := time.NewTimer(c.retry.Wait << min(repeats, 8))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return answer{}, fmt.Errorf("%w (not repeated: %w)", err, ctx.Err())
		}
	}
}

// passing says that a repeat may succeed: a gateway stumbled or the connection
// broke. Running out of time, and a token that could not be had, are final.
func passing(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.passing()
	}
	if e, ok := errors.AsType[*ProtocolError](err); ok {
		return e.cut
	}
	e, ok := errors.AsType[*url.Error](err)
	return ok && !e.Timeout()
}

// answer is a whole answer that is no error by its status.
type answer struct {
	call   string
	status int
	media  string
	body   []byte
	hide   *strings.Replacer
}

// try makes one attempt.
func (c *Client) try(ctx context.Context, k call, bearer string, secrets ...string) (answer, error) {
	const longestJSON, longestFile = 4 << 20, 64 << 20
	address := c.base + k.path
	if k.query != nil {
		address += "?" + k.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, k.method, address, bytes.NewReader(k.body))
	if err != nil {
		return answer{}, fmt.Errorf("bima: %s: %w", k.name, err)
	}
	request.Header.Set("Accept", "application/json")
	if k.file {
		request.Header.Set("Accept", "*/*")
	}
	if k.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, fmt.Errorf("bima: %s: %w", k.name, discreet(err))
	}
	defer response.Body.Close()
	a := answer{call: k.name, status: response.StatusCode, hide: hiding(append(secrets, bearer)...)}
	longest := longestJSON
	if k.file {
		longest = longestFile
	}
	a.body, err = io.ReadAll(io.LimitReader(response.Body, int64(longest)+1))
	a.media, _, _ = mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case a.status >= 400:
		return answer{}, &Error{Call: k.name, Status: a.status}
	case err != nil:
		return answer{}, &ProtocolError{Call: k.name, Status: a.status, Problem: "the answer broke off", Err: err, cut: true}
	case len(a.body) > longest:
		return answer{}, a.wrong(fmt.Sprintf("the answer is longer than %d bytes", longest), nil)
	case a.status != http.StatusOK:
		return answer{}, a.wrong("the answer sends us elsewhere, which this API never does", nil)
	}
	return a, nil
}

// discreet is the error of an exchange without the query that it went with: it
// holds a customer's number.
func discreet(err error) error {
	e, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	told := *e
	if u, err := url.Parse(e.URL); err == nil {
		told.URL = u.Scheme + "://" + u.Host + u.Path
	}
	return &told
}

// decode reads an answer that must be JSON.
func (a answer) decode(into any) error {
	switch {
	case len(bytes.TrimSpace(a.body)) == 0:
		return a.wrong("the answer is empty", nil)
	case a.media != "application/json":
		return a.wrong(fmt.Sprintf("the answer is %q, not JSON", oneLine(a.media)), nil)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return a.wrong("the answer cannot be read", err)
	}
	return nil
}

// judge makes an error of every code but OK.
func (a answer) judge(code Code, message string) error {
	switch {
	case code == "OK":
		return nil
	case code == "":
		return a.wrong("the answer has no code", nil)
	default:
		return a.refused(code, message)
	}
}

func (a answer) refused(code Code, message string) *Error {
	return &Error{Call: a.call, Status: a.status, Code: Code(a.hide.Replace(string(code))), Message: a.hide.Replace(message)}
}

// wrong is an answer that cannot be meant. What encoding/json says of it quotes no
// more than a character or a type.
func (a answer) wrong(problem string, err error) *ProtocolError {
	return &ProtocolError{Call: a.call, Status: a.status, Problem: a.hide.Replace(problem), Err: err}
}

// hiding takes secrets out of a stranger's text.
func hiding(secrets ...string) *strings.Replacer {
	var pairs []string
	for _, s := range secrets {
		if s != "" {
			pairs = append(pairs, s, "[secret]")
		}
	}
	return strings.NewReplacer(pairs...)
}
