package lifeishard

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says where the operator is and how to deal with it.
type Options struct {
	// BaseURL is the address before /auth and /offer, with or without a path of
	// its own and a trailing slash.
	BaseURL string

	// Account and Password are what a token is given for.
	Account  string
	Password string

	// Language is that of refusals, "ro" for Romanian; "" leaves it to the operator.
	Language string

	// ReceiptPath is where the receipt of a policy is, with {id} in it. The
	// operator's page lost it; "" is /policy/{id}/receipt.
	ReceiptPath string

	// HTTP carries the calls; nil is a client of our own. Redirects are never followed.
	HTTP *http.Client

	// Now is the clock that tokens expire by; nil is time.Now.
	Now func() time.Time

	Timeouts Timeouts
	Retry    Retry
}

// Timeouts bound each kind of call as a whole, repeats and pauses included; zero
// is what clients of the family are known to wait.
type Timeouts struct {
	Auth   time.Duration // 10 s
	Offer  time.Duration // 30 s; an insurer takes some 9 s
	Policy time.Duration // 60 s
	File   time.Duration // 60 s
	List   time.Duration // 30 s
}

// Retry says how a call that binds nobody is repeated when the connection breaks
// or the answer is 502, 503 or 504. Issuing is never repeated.
type Retry struct {
	Times int           // after the first try; 0 is 2, negative is never
	Wait  time.Duration // before the first repeat, doubled for each further one; 0 is 200 ms
}

// Format writes the options without the password, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	at := "?"
	if u, err := url.Parse(o.BaseURL); err == nil && u.User == nil {
		at = o.BaseURL
	}
	fmt.Fprintf(f, "lifeishard.Options{BaseURL:%q Account:%q}", at, o.Account)
}

// Client speaks to one address with one account. It is safe for concurrent use;
// all calls share one token.
type Client struct {
	base     string
	receipt  string
	language string
	account  string
	password string
	http     *http.Client
	timeouts Timeouts
	retry    Retry
	now      func() time.Time
	session  session
}

// New is a client for the address and account in the options. It makes no call.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.BaseURL)
	switch {
	case err != nil:
		return nil, errors.New("lifeishard: base URL: cannot be read as a URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, errors.New("lifeishard: base URL: want http://host or https://host, with or without a path")
	case u.User != nil:
		return nil, errors.New("lifeishard: base URL: has a user in it; account and password are options of their own")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(o.BaseURL, "#"):
		return nil, errors.New("lifeishard: base URL: has a query or a fragment")
	case o.Account == "" || o.Password == "":
		return nil, errors.New("lifeishard: account and password are both wanted")
	}
	receipt := cmp.Or(o.ReceiptPath, "/policy/{id}/receipt")
	if !strings.HasPrefix(receipt, "/") || !strings.Contains(receipt, "{id}") {
		return nil, errors.New("lifeishard: the receipt path begins with a slash and holds {id}")
	}
	t := o.Timeouts
	if min(t.Auth, t.Offer, t.Policy, t.File, t.List, o.Retry.Wait) < 0 {
		return nil, errors.New("lifeishard: a timeout or a wait is negative")
	}
	c := &Client{
		base: strings.TrimRight(o.BaseURL, "/"), receipt: receipt, language: o.Language,
		account: o.Account, password: o.Password,
		http: &http.Client{},
		timeouts: Timeouts{
			Auth: cmp.Or(t.Auth, 10*time.Second), Offer: cmp.Or(t.Offer, 30*time.Second), Policy: cmp.Or(t.Policy, time.Minute),
			File: cmp.Or(t.File, time.Minute), List: cmp.Or(t.List, 30*time.Second),
		},
		retry:   Retry{Times: cmp.Or(o.Retry.Times, 2), Wait: cmp.Or(o.Retry.Wait, 200*time.Millisecond)},
		now:     o.Now,
		session: session{turn: make(chan struct{}, 1)},
	}
	if o.HTTP != nil {
		*c.http = *o.HTTP
	}
	if c.http.Transport == nil {
		c.http.Transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second,
		}
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}
