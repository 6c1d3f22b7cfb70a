package allianz

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says where the carrier is and how to deal with it.
type Options struct {
	// BaseURL is the address before /api/oauth2 and /v1/motor, with or without
	// a path of its own and a trailing slash.
	BaseURL string

	// ClientID and ClientSecret are the credentials of the token call. With both
	// empty every call goes without a token.
	ClientID     string
	ClientSecret string

	// OEID names the operating entity in the token call; "" is "th-pc".
	OEID string

	// HTTP carries the calls; nil is a client of our own. It is copied, and
	// redirects are never followed.
	HTTP *http.Client

	// Now is the clock that tokens expire by; nil is time.Now.
	Now func() time.Time

	Timeouts Timeouts
	Retry    Retry
}

// Timeouts bound each kind of call as a whole, repeats and pauses included; zero
// is what clients of this carrier are known to wait.
type Timeouts struct {
	Token    time.Duration // 10 s
	Quote    time.Duration // 60 s
	Issue    time.Duration // 60 s; for verifying too
	Contract time.Duration // 30 s; for looking a contract up
	Cancel   time.Duration // 30 s
	Document time.Duration // 30 s, a choice of our own
}

// filled is the timeouts with zero replaced.
func (t Timeouts) filled() Timeouts {
	return Timeouts{
		Token:    cmp.Or(t.Token, 10*time.Second),
		Quote:    cmp.Or(t.Quote, 60*time.Second),
		Issue:    cmp.Or(t.Issue, 60*time.Second),
		Contract: cmp.Or(t.Contract, 30*time.Second),
		Cancel:   cmp.Or(t.Cancel, 30*time.Second),
		Document: cmp.Or(t.Document, 30*time.Second),
	}
}

// Retry says how a call that stores nothing is repeated when the connection
// breaks or the gateway answers 502, 503, 504 or a timeout. An answer with a code
// of the carrier's own is final, and so is the caller's deadline. Issuing and
// cancelling are never repeated.
type Retry struct {
	Times int           // after the first try; 0 is 2, negative is never
	Wait  time.Duration // before the first repeat, doubled for each further one; 0 is 200 ms
}

// Format writes the options without the secret, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "allianz.Options{BaseURL:%q ClientID:%q OEID:%q}", redacted(o.BaseURL), o.ClientID, o.OEID)
}

func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "?"
	}
	return address
}

// Client speaks to one carrier address with one set of credentials. It is safe
// for concurrent use; all calls share one token.
type Client struct {
	base     string
	origin   origin // of base: the token goes nowhere else
	http     *http.Client
	tokens   *tokens // nil: calls go without one
	timeouts Timeouts
	retry    Retry
}

// New is a client for the address and credentials in the options. It makes no call.
func New(o Options) (*Client, error) {
	base, at, err := baseOf(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("allianz: base URL: %w", err)
	}
	if (o.ClientID == "") != (o.ClientSecret == "") {
		return nil, errors.New("allianz: client id and client secret go together: give both or neither")
	}
	t := o.Timeouts.filled()
	if min(t.Token, t.Quote, t.Issue, t.Contract, t.Cancel, t.Document, o.Retry.Wait) < 0 {
		return nil, errors.New("allianz: a timeout or a wait is negative")
	}
	c := &Client{
		base:     base,
		origin:   at,
		http:     &http.Client{},
		timeouts: t,
		retry: Retry{
			Times: cmp.Or(o.Retry.Times, 2),
			Wait:  cmp.Or(o.Retry.Wait, 200*time.Millisecond),
		},
	}
	var carried http.RoundTripper = &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     90 * time.Second,
	}
	if o.HTTP != nil {
		*c.http = *o.HTTP
		carried = o.HTTP.Transport
	}
	if carried == nil {
		carried = http.DefaultTransport
	}
	c.http.Transport = staying{carried}
	if o.ClientID != "" {
		now := o.Now
		if now == nil {
			now = time.Now
		}
		grant := grant{id: o.ClientID, secret: o.ClientSecret, entity: cmp.Or(o.OEID, "th-pc")}
		c.tokens = &tokens{now: now, fetch: func(ctx context.Context) (token, error) { return c.fetchToken(ctx, grant) }}
	}
	return c, nil
}

// baseOf is the address without its trailing slashes, and its origin. Its errors
// do not quote the address, which may hold a password.
func baseOf(address string) (string, origin, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", origin{}, errors.New("cannot be read as a URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return "", origin{}, errors.New("want http://host or https://host, with or without a path")
	case u.User != nil:
		return "", origin{}, errors.New("has a user in it; credentials are options of their own")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return "", origin{}, errors.New("has a query or a fragment")
	}
	return strings.TrimRight(address, "/"), originOf(u), nil
}
