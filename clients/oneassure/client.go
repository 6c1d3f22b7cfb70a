package oneassure

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says where OneAssure is and how to deal with it.
type Options struct {
	// BaseURL is the address before /v1, with or without a path of its own and a
	// trailing slash.
	BaseURL string

	// JourneyURL is the address of the hosted journey; "" is the published one.
	JourneyURL string

	// ClientID and ClientSecret are the partner's credentials. With both empty
	// every call goes without a token.
	ClientID     string
	ClientSecret string

	// HTTP carries the calls; nil is a client of our own. It is copied, and
	// redirects are never followed.
	HTTP *http.Client

	// Now is the clock that tokens expire by; nil is time.Now.
	Now func() time.Time

	// Timeout bounds each call as a whole, repeats and pauses included, the token
	// that it needs apart; zero is 30 s.
	Timeout time.Duration

	Retry Retry
}

// Retry says how a call that only reads, and the token call, are repeated when
// the connection breaks or the answer is 502, 503 or 504. OneAssure's own
// refusals are final, the rate limit of tokens among them. Opening a session is
// never repeated.
type Retry struct {
	Times int           // after the first try; 0 is 2, negative is never
	Wait  time.Duration // before the first repeat, doubled for each further one; 0 is 200 ms
}

// Format writes the options without the secret, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "oneassure.Options{BaseURL:%q ClientID:%q}", redacted(o.BaseURL), o.ClientID)
}

func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "?"
	}
	return address
}

const publishedJourney = "https://orca.oneassure.in/health"

// Client speaks to one address with one partner's credentials. It is safe for
// concurrent use; all calls share one token.
type Client struct {
	base    string
	journey *url.URL
	http    *http.Client
	tokens  *tokens // nil: calls go without one
	grant   grant
	timeout time.Duration
	retry   Retry
}

// New is a client for the address and credentials in the options. It makes no call.
func New(o Options) (*Client, error) {
	base, err := addressOf(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("oneassure: base URL: %w", err)
	}
	journey, err := addressOf(cmp.Or(o.JourneyURL, publishedJourney))
	if err != nil {
		return nil, fmt.Errorf("oneassure: journey URL: %w", err)
	}
	if (o.ClientID == "") != (o.ClientSecret == "") {
		return nil, errors.New("oneassure: client id and client secret go together: give both or neither")
	}
	if min(o.Timeout, o.Retry.Wait) < 0 {
		return nil, errors.New("oneassure: a timeout or a wait is negative")
	}
	c := &Client{
		base:    strings.TrimRight(base.String(), "/"),
		journey: journey,
		http:    &http.Client{},
		grant:   grant{ID: o.ClientID, Secret: o.ClientSecret, Scopes: []string{"business"}},
		timeout: cmp.Or(o.Timeout, 30*time.Second),
		retry:   Retry{Times: cmp.Or(o.Retry.Times, 2), Wait: cmp.Or(o.Retry.Wait, 200*time.Millisecond)},
	}
	if o.HTTP != nil {
		*c.http = *o.HTTP
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if o.ClientID != "" {
		now := o.Now
		if now == nil {
			now = time.Now
		}
		c.tokens = &tokens{now: now, fetch: c.fetchToken}
	}
	return c, nil
}

// addressOf reads a base address. Its errors do not quote it: it may hold a
// password.
func addressOf(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("cannot be read as a URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, errors.New("want http://host or https://host, with or without a path")
	case u.User != nil:
		return nil, errors.New("has a user in it; credentials are options of their own")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return nil, errors.New("has a query or a fragment")
	}
	return u, nil
}
