package allianz

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
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
	Token time.Duration // 10 s
	Quote time.Duration // 60 s
}

// Retry says how a call that stores nothing is repeated when the connection
// breaks or the gateway answers 502, 503, 504 or a timeout. An answer with a code
// of the carrier's own is final, and so is the caller's deadline.
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
	http     *http.Client
	tokens   *tokens // nil: calls go without one
	timeouts Timeouts
	retry    Retry
}

// New is a client for the address and credentials in the options. It makes no call.
func New(o Options) (*Client, error) {
	base, err := baseOf(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("allianz: base URL: %w", err)
	}
	if (o.ClientID == "") != (o.ClientSecret == "") {
		return nil, errors.New("allianz: client id and client secret go together: give both or neither")
	}
	if o.Timeouts.Token < 0 || o.Timeouts.Quote < 0 || o.Retry.Wait < 0 {
		return nil, errors.New("allianz: a timeout or a wait is negative")
	}
	c := &Client{
		base: base,
		http: &http.Client{},
		timeouts: Timeouts{
			Token: cmp.Or(o.Timeouts.Token, 10*time.Second),
			Quote: cmp.Or(o.Timeouts.Quote, 60*time.Second),
		},
		retry: Retry{
			Times: cmp.Or(o.Retry.Times, 2),
			Wait:  cmp.Or(o.Retry.Wait, 200*time.Millisecond),
		},
	}
	if o.HTTP != nil {
		*c.http = *o.HTTP
	} else {
		c.http.Transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 16,
			IdleConnTimeout:     90 * time.Second,
		}
	}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
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
		return "", errors.New("has a user in it; credentials are options of their own")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#"):
		return "", errors.New("has a query or a fragment")
	}
	return strings.TrimRight(address, "/"), nil
}

// call is one kind of request to the carrier.
type call struct {
	name    string // as errors give it
	method  string
	path    string // after the base URL
	body    any    // nil for none
	timeout time.Duration
	safe    bool // leaves nothing behind at the carrier, so it may be repeated
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
	if c.tokens != nil {
		if bearer, err = c.tokens.get(ctx); err != nil {
			return "", answer{}, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, k.method, c.base+k.path, bytes.NewReader(body))
	if err != nil {
		return "", answer{}, fmt.Errorf("allianz: %s: %w", k.name, err)
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Content-Language", "th")
	a, err = c.send(request, k.name, bearer)
	return bearer, a, err
}

// send exchanges one request for its answer; secrets are kept out of what it says.
func (c *Client) send(request *http.Request, name string, secrets ...string) (answer, error) {
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, fmt.Errorf("allianz: %s: %w", name, err)
	}
	return readAnswer(name, response, hiding(secrets...))
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
