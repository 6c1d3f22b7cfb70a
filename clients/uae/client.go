package uae

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says where the hub is and who is calling.
type Options struct {
	// Issuer is the hub's issuer, as its discovery document names it. Every other
	// address of the authorization server is read from that document.
	Issuer string

	// Resources is the address before /open-finance/insurance. With a client
	// certificate it is the one that takes it.
	Resources string

	ClientID    string
	RedirectURI string // exactly as registered; needed for Push only
	Key         Key    // signs assertions and requests

	// HTTP carries the calls, with the client certificate if there is one; nil is
	// a client of our own. It is copied, and redirects are never followed.
	HTTP *http.Client

	// Certificate says that HTTP shows a client certificate: where discovery has
	// mtls_endpoint_aliases, those are called.
	Certificate bool

	// Now is the clock of everything that is signed, verified and kept; nil is time.Now.
	Now func() time.Time

	// Timeout bounds each call as a whole, repeats and pauses included; 0 is 30 s.
	Timeout time.Duration

	Retry Retry
}

// Retry says how a call that leaves nothing behind is repeated when the connection
// breaks or the answer is 502, 503 or 504. Reading, discovery, refreshing and the
// client's own token are such calls; what is sent once never is.
type Retry struct {
	Times int           // after the first try; 0 is 2, negative is never
	Wait  time.Duration // before the first repeat, doubled for each further one; 0 is 200 ms
}

// Format writes the options without the key, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "uae.Options{Issuer:%q Resources:%q ClientID:%q Key.ID:%q}", redacted(o.Issuer), redacted(o.Resources), o.ClientID, o.Key.ID)
}

func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "?"
	}
	return address
}

// Client is what all versions have in common. It is safe for concurrent use, and
// all consent calls share one token of its own.
type Client struct {
	issuer      string
	resources   string
	version     string // the segment of the path, and the end of the consent's type
	id          string
	redirect    string
	key         Key
	certificate bool
	http        *http.Client
	now         func() time.Time
	timeout     time.Duration
	retry       Retry

	discovery *kept[Discovery]
	keys      *keySet
	own       *Session
}

// newClient is a client for one version. It makes no call.
func newClient(o Options, version string) (*Client, error) {
	// The issuer is compared to the letter, so it keeps its trailing slash.
	if _, err := baseOf(o.Issuer); err != nil {
		return nil, fmt.Errorf("uae: issuer: %w", err)
	}
	resources, err := baseOf(o.Resources)
	if err != nil {
		return nil, fmt.Errorf("uae: resources: %w", err)
	}
	if o.ClientID == "" {
		return nil, errors.New("uae: client id is missing")
	}
	if err := o.Key.usable(); err != nil {
		return nil, fmt.Errorf("uae: key: %w", err)
	}
	if min(o.Timeout, o.Retry.Wait) < 0 {
		return nil, errors.New("uae: a timeout or a wait is negative")
	}
	c := &Client{
		issuer:      o.Issuer,
		resources:   resources,
		version:     version,
		id:          o.ClientID,
		redirect:    o.RedirectURI,
		key:         o.Key,
		certificate: o.Certificate,
		http:        carrier(o.HTTP),
		now:         o.Now,
		timeout:     cmp.Or(o.Timeout, 30*time.Second),
		retry:       Retry{Times: cmp.Or(o.Retry.Times, 2), Wait: cmp.Or(o.Retry.Wait, 200*time.Millisecond)},
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.discovery = &kept[Discovery]{now: c.now, fetch: c.fetchDiscovery}
	c.keys = newKeySet(c.now, c.fetchKeys)
	c.own = &Session{renewable: func(Token) bool { return true }, tokens: kept[Token]{now: c.now, fetch: c.fetchOwnToken}}
	return c, nil
}

// carrier is a copy of the caller's HTTP client, or one of our own, that stays
// where it is sent.
func carrier(given *http.Client) *http.Client {
	own := &http.Client{}
	var next http.RoundTripper = &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     90 * time.Second,
	}
	if given != nil {
		*own = *given
		next = given.Transport
	}
	if next == nil {
		next = http.DefaultTransport
	}
	own.Transport = staying{next}
	return own
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
		return "", errors.New("has a user in it; a client is known by its key")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return "", errors.New("has a query or a fragment")
	}
	return strings.TrimRight(address, "/"), nil
}
