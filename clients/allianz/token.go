package allianz

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// assumedLifetime is for an answer that does not say how long its token lives.
	assumedLifetime = 5 * time.Minute
	longestLifetime = 30 * 24 * time.Hour
	// margin is how long before its end a token is no longer used; a short-lived
	// one loses a tenth of its life instead.
	margin = 30 * time.Second
)

// grant is what a token is asked for with.
type grant struct{ id, secret, entity string }

// token is a bearer token and how long it lives from the moment it was asked for.
type token struct {
	bearer   string
	lifetime time.Duration
}

// fetchToken asks for a token: client credentials by HTTP Basic, everything else in the query, no body.
func (c *Client) fetchToken(ctx context.Context, g grant) (token, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Token)
	defer cancel()
	query := url.Values{"grant_type": {"client_credentials"}, "oe_id": {g.entity}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/api/oauth2/token?"+query.Encode(), http.NoBody)
	if err != nil {
		return token{}, fmt.Errorf("allianz: %s: %w", callToken, err)
	}
	request.SetBasicAuth(g.id, g.secret)
	basic := base64.StdEncoding.EncodeToString([]byte(g.id + ":" + g.secret))
	a, err := c.send(request, call{name: callToken, form: jsonForm}, basic, g.secret)
	if err != nil {
		return token{}, err
	}
	t, err := decodeToken(a.body)
	if err != nil {
		return token{}, &ProtocolError{Call: callToken, Status: a.status, Problem: "not a token", Err: hush(err, a.hide)}
	}
	return t, nil
}

// decodeToken reads access_token and expires_in. Gateways of this make write
// expires_in as a number or as a string, and token_type in several ways, so the
// first is read either way and the second not at all.
func decodeToken(body []byte) (token, error) {
	var read struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   word   `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &read); err != nil {
		return token{}, err
	}
	if read.AccessToken == "" {
		return token{}, errors.New("access_token is missing")
	}
	if strings.ContainsFunc(read.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return token{}, errors.New("access_token cannot be sent in a header")
	}
	t := token{bearer: read.AccessToken, lifetime: assumedLifetime}
	if seconds, err := strconv.ParseInt(string(read.ExpiresIn), 10, 64); err == nil {
		t.lifetime = time.Duration(min(max(seconds, 0), int64(longestLifetime/time.Second))) * time.Second
	}
	return t, nil
}

// tokens keeps one token until shortly before it expires and fetches the next
// one once, however many callers wait for it.
type tokens struct {
	now   func() time.Time
	fetch func(context.Context) (token, error)

	mu      sync.Mutex
	bearer  string
	until   time.Time
	pending *fetching
}

// fetching is a fetch under way; bearer and err are set when done is closed.
type fetching struct {
	done   chan struct{}
	bearer string
	err    error
}

// get is a token to use now. The fetch behind it belongs to all who wait, so it
// goes on when one of them gives up.
func (t *tokens) get(ctx context.Context) (string, error) {
	bearer, pending := t.current(ctx)
	if pending == nil {
		return bearer, nil
	}
	select {
	case <-pending.done:
		return pending.bearer, pending.err
	case <-ctx.Done():
		return "", fmt.Errorf("allianz: %s: %w", callToken, ctx.Err())
	}
}

// current is the token at hand, or else the fetch that will bring one.
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

// discard forgets a token that the carrier refused, unless a newer one is already here.
func (t *tokens) discard(bearer string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bearer == bearer {
		t.bearer = ""
	}
}
