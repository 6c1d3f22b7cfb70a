package bima

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says where the aggregator is and how to deal with it.
type Options struct {
	// BaseURL is the address before /api and /Document, with or without a path of
	// its own and a trailing slash.
	BaseURL string

	// Username and Password are what a token is asked for with. With both empty
	// every call goes without a token.
	Username string
	Password string

	// HTTP carries the calls; nil is a client of our own. It is copied, and
	// redirects are never followed.
	HTTP *http.Client

	// Now is the clock that tokens expire by; nil is time.Now.
	Now func() time.Time

	Timeouts Timeouts
	Retry    Retry
}

// Timeouts bound each kind of call as a whole, repeats and pauses included. Zero is
// 30 s, and for a file 60 s; the aggregator says nothing of how long it takes.
type Timeouts struct {
	Token    time.Duration
	Read     time.Duration
	Download time.Duration
}

// Retry says how a call is repeated when the connection breaks or the answer is a
// 502, 503 or 504. An answer with a code is final, and so is the caller's deadline.
type Retry struct {
	Times int           // after the first try; 0 is 2, negative is never
	Wait  time.Duration // before the first repeat, doubled for each further one; 0 is 200 ms
}

// Format writes the options without the password, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "bima.Options{Username:%q}", o.Username)
}

// Client speaks to one address with one user. It is safe for concurrent use; all
// calls share one token.
type Client struct {
	base     string
	http     *http.Client
	tokens   *tokens // nil: calls go without one
	timeouts Timeouts
	retry    Retry
}

// New is a client for the address and user in the options. It makes no call.
func New(o Options) (*Client, error) {
	base, err := baseOf(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("bima: base URL: %w", err)
	}
	if (o.Username == "") != (o.Password == "") {
		return nil, errors.New("bima: username and password go together: give both or neither")
	}
	if min(o.Timeouts.Token, o.Timeouts.Read, o.Timeouts.Download, o.Retry.Wait) < 0 {
		return nil, errors.New("bima: a timeout or a wait is negative")
	}
	c := &Client{
		base: base,
		http: &http.Client{},
		timeouts: Timeouts{
			Token:    cmp.Or(o.Timeouts.Token, 30*time.Second),
			Read:     cmp.Or(o.Timeouts.Read, 30*time.Second),
			Download: cmp.Or(o.Timeouts.Download, time.Minute),
		},
		retry: Retry{Times: cmp.Or(o.Retry.Times, 2), Wait: cmp.Or(o.Retry.Wait, 200*time.Millisecond)},
	}
	if o.HTTP != nil {
		*c.http = *o.HTTP
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if o.Username != "" {
		now := o.Now
		if now == nil {
			now = time.Now
		}
		c.tokens = &tokens{now: now, username: o.Username, password: o.Password, turn: make(chan struct{}, 1)}
	}
	return c, nil
}

// baseOf is the address without its trailing slashes. Its errors do not quote the
// address, which may hold a password.
func baseOf(address string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", errors.New("cannot be read as a URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return "", errors.New("want http://host or https://host, with or without a path")
	case u.User != nil:
		return "", errors.New("has a user in it; username and password are options of their own")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return "", errors.New("has a query or a fragment")
	}
	return strings.TrimRight(address, "/"), nil
}
