package oneassure

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// margin is how long before its end a token is no longer used.
const margin = time.Minute

// grant is what a token is asked for with.
type grant struct {
	ID     string   `json:"client_id"`
	Secret string   `json:"client_secret"`
	Scopes []string `json:"scopes"`
	User   string   `json:"user_id,omitempty"`
}

// token is a bearer token and how long it lives from the moment it was asked for.
type token struct {
	bearer   string
	lifetime time.Duration
}

func (c *Client) fetchToken(ctx context.Context) (token, error) { return c.askToken(ctx, c.grant) }

func (c *Client) askToken(ctx context.Context, g grant) (token, error) {
	read, err := ask(ctx, c, call{name: "token", method: http.MethodPost, path: "/v1/auth/token", body: g, safe: true, bare: true}, decodeToken)
	if err != nil {
		return token{}, err
	}
	return *read, nil
}

// decodeToken reads the one answer that is wrapped in payload.
func decodeToken(body []byte) (*token, error) {
	var read struct {
		Payload struct {
			AccessToken string `json:"access_token"`
			ExpiresIn   int64  `json:"expires_in"` // seconds
		} `json:"payload"`
	}
	if err := json.Unmarshal(body, &read); err != nil {
		return nil, err
	}
	switch bearer := read.Payload.AccessToken; {
	case bearer == "":
		return nil, errors.New("payload.access_token is missing")
	case strings.ContainsFunc(bearer, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("payload.access_token has characters that no header takes")
	case read.Payload.ExpiresIn <= 0 || read.Payload.ExpiresIn > 365*24*60*60:
		return nil, errors.New("payload.expires_in is no lifetime")
	default:
		return &token{bearer, time.Duration(read.Payload.ExpiresIn) * time.Second}, nil
	}
}

// Journey is the address of the hosted journey for one of the partner's users,
// with a fresh token in it, as OneAssure advises. Whoever has the address has the
// token.
func (c *Client) Journey(ctx context.Context, userID string) (string, error) {
	if c.tokens == nil {
		return "", errors.New("oneassure: the journey needs a token, and there are no credentials")
	}
	g := c.grant
	g.User = userID
	fresh, err := c.askToken(ctx, g)
	if err != nil {
		return "", err
	}
	address := *c.journey
	address.RawQuery = url.Values{"session-token": {fresh.bearer}}.Encode()
	return address.String(), nil
}

// tokens keeps one token for all calls and lets one of them fetch the next.
type tokens struct {
	now   func() time.Time
	fetch func(context.Context) (token, error)

	mu      sync.Mutex
	bearer  string
	until   time.Time
	pending *fetching // nil: nobody fetches
}

// fetching is a token on its way.
type fetching struct {
	done   chan struct{}
	bearer string
	err    error
}

// get is the token to use now. A caller who leaves lets the others have it.
func (t *tokens) get(ctx context.Context) (string, error) {
	bearer, wait := t.current(ctx)
	if wait == nil {
		return bearer, nil
	}
	select {
	case <-wait.done:
		return wait.bearer, wait.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (t *tokens) current(ctx context.Context) (string, *fetching) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bearer != "" && t.now().Before(t.until) {
		return t.bearer, nil
	}
	if t.pending == nil {
		t.pending = &fetching{done: make(chan struct{})}
		go t.run(context.WithoutCancel(ctx), t.pending)
	}
	return "", t.pending
}

func (t *tokens) run(ctx context.Context, f *fetching) {
	asked := t.now()
	got, err := t.fetch(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	f.bearer, f.err = got.bearer, err
	t.bearer, t.until = got.bearer, asked.Add(got.lifetime-min(margin, got.lifetime/10))
	t.pending = nil
	close(f.done)
}

// discard forgets a token that was refused, unless a newer one is already here.
func (t *tokens) discard(bearer string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bearer == bearer {
		t.bearer = ""
	}
}
