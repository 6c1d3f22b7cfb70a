package uae

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Token is what the hub gave for a code, a refresh token or the client itself.
type Token struct {
	AccessToken  string
	RefreshToken string    // "" when there is none, and for the client itself
	Expires      time.Time // of the access token; zero is not known
	Scope        string
	Details      []Detail        // what was granted, for a customer's token
	IDToken      string          // verified; "" when there is none
	Claims       json.RawMessage // of the id_token
}

// Detail is one entry of authorization_details in an answer: the whole consent, in
// the shape of its version. See Granted.
type Detail struct {
	Type    string          `json:"type"`
	Consent json.RawMessage `json:"consent"`
}

// Format writes what may be seen in a log, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "uae.Token{Expires:%s Scope:%q Refreshable:%t}", t.Expires.Format(time.RFC3339), t.Scope, t.RefreshToken != "")
}

// Session is one customer's grant: an access token, and the refresh token that
// brings the next one. It is safe for concurrent use.
type Session struct {
	tokens    kept[Token]
	renewable func(spent Token) bool
}

// Format writes what may be seen in a log, whatever the verb.
func (s *Session) Format(f fmt.State, verb rune) { s.tokens.last().Format(f, verb) }

// Session is a session of a token that was given: now, or kept from an earlier
// run. Either of access token and refresh token may be missing.
func (c *Client) Session(t Token) *Session {
	s := &Session{renewable: func(spent Token) bool { return spent.RefreshToken != "" }}
	s.tokens = kept[Token]{now: c.now, value: t, fetch: func(ctx context.Context) (Token, time.Time, error) {
		spent := s.tokens.last()
		if spent.RefreshToken == "" {
			return Token{}, time.Time{}, ErrNoRefresh
		}
		asked := c.now()
		t, err := c.Refresh(ctx, spent.RefreshToken)
		if err != nil {
			return Token{}, time.Time{}, err
		}
		return *t, spentBy(*t, asked), nil
	}}
	if t.AccessToken != "" {
		s.tokens.until = spentBy(t, c.now())
	}
	return s
}

// Token is a token to use now, refreshed if need be. It is what to keep for a
// later run.
func (s *Session) Token(ctx context.Context) (Token, error) {
	t, err := s.tokens.get(ctx)
	if err != nil {
		return Token{}, named(callToken, err)
	}
	return t, nil
}

const (
	// assumedLifetime is for an answer that does not say how long its token lives.
	assumedLifetime = 5 * time.Minute
	// margin is how long before its end a token is no longer used; a short-lived
	// one loses a tenth of its life instead.
	margin = 30 * time.Second
)

// spentBy is when a token is no longer used. One of unknown end is used until it
// is refused.
func spentBy(t Token, asked time.Time) time.Time {
	if t.Expires.IsZero() {
		return asked.AddDate(100, 0, 0)
	}
	return t.Expires.Add(-min(margin, max(t.Expires.Sub(asked), 0)/10))
}

// Exchange gives a code for the customer's token, once. Its id_token is verified,
// the nonce included.
func (c *Client) Exchange(ctx context.Context, p *Pending, code string) (*Token, error) {
	_, address, err := c.endpoints(ctx)
	if err != nil {
		return nil, err
	}
	values := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.RedirectURI}, "code_verifier": {p.Verifier}}
	t, a, err := c.token(ctx, call{
		name:   callToken,
		method: http.MethodPost,
		url:    address,
		body:   c.form(values, code, p.Verifier),
	})
	if err != nil {
		return nil, err
	}
	if t.IDToken == "" {
		return nil, a.wrong(callToken, "not a customer's token", missing("id_token"))
	}
	if t.Claims, err = c.identity(ctx, t.IDToken, &p.Nonce); err != nil {
		return nil, fmt.Errorf("uae: %s: id_token: %w", callToken, err)
	}
	return t, nil
}

// Refresh gives a refresh token for a new access token. The hub keeps the refresh
// token as it is, so the answer holds the same one unless it brings another.
func (c *Client) Refresh(ctx context.Context, refresh string) (*Token, error) {
	_, address, err := c.endpoints(ctx)
	if err != nil {
		return nil, err
	}
	t, _, err := c.token(ctx, call{
		name:   callRefresh,
		method: http.MethodPost,
		url:    address,
		body:   c.form(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}, refresh),
		safe:   true,
	})
	if err != nil {
		return nil, err
	}
	if t.RefreshToken == "" {
		t.RefreshToken = refresh
	}
	if t.IDToken != "" {
		if t.Claims, err = c.identity(ctx, t.IDToken, nil); err != nil {
			return nil, fmt.Errorf("uae: %s: id_token: %w", callRefresh, err)
		}
	}
	return t, nil
}

// OwnToken is the client's own token, from the last answer while it is good. It
// opens consents and no customer's data.
func (c *Client) OwnToken(ctx context.Context) (Token, error) { return c.own.Token(ctx) }

func (c *Client) fetchOwnToken(ctx context.Context) (Token, time.Time, error) {
	_, address, err := c.endpoints(ctx)
	if err != nil {
		return Token{}, time.Time{}, err
	}
	asked := c.now()
	t, _, err := c.token(ctx, call{
		name:   callOwn,
		method: http.MethodPost,
		url:    address,
		body:   c.form(url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}),
		safe:   true,
	})
	if err != nil {
		return Token{}, time.Time{}, err
	}
	return *t, spentBy(*t, asked), nil
}

// token makes a call to the token endpoint and reads its answer.
func (c *Client) token(ctx context.Context, k call) (*Token, answer, error) {
	asked := c.now()
	k.oauth, k.want = true, []int{http.StatusOK}
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, answer{}, err
	}
	t, err := decodeToken(a, asked)
	if err != nil {
		return nil, answer{}, a.wrong(k.name, "not a token", err)
	}
	return t, a, nil
}

func decodeToken(a answer, asked time.Time) (*Token, error) {
	read, err := decode[struct {
		AccessToken  string   `json:"access_token"`
		TokenType    string   `json:"token_type"`
		ExpiresIn    Number   `json:"expires_in"`
		RefreshToken string   `json:"refresh_token"`
		IDToken      string   `json:"id_token"`
		Scope        string   `json:"scope"`
		Details      []Detail `json:"authorization_details"`
	}](a)
	switch {
	case err != nil:
		return nil, err
	case read.AccessToken == "":
		return nil, missing("access_token")
	case strings.ContainsFunc(read.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, errors.New("access_token cannot be sent in a header")
	case !strings.EqualFold(read.TokenType, "Bearer"):
		return nil, errors.New("token_type is not Bearer")
	}
	good := assumedLifetime
	if read.ExpiresIn != "" {
		if good, err = read.ExpiresIn.seconds(); err != nil {
			return nil, err
		}
	}
	return &Token{
		AccessToken:  read.AccessToken,
		RefreshToken: read.RefreshToken,
		Expires:      asked.Add(good),
		Scope:        read.Scope,
		Details:      read.Details,
		IDToken:      read.IDToken,
	}, nil
}
