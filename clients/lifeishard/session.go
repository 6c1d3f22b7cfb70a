package lifeishard

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	refreshWord = "Refresh "
	// assumed is for a token that does not say when it ends. What expires_at says
	// has no zone and is not relied on.
	assumed = 10 * time.Minute
	// margin is how long before its end a token is no longer used.
	margin = time.Minute
)

// session is the pair of tokens that all calls share. Whoever holds the turn may
// read and change it, and fetches while others wait.
type session struct {
	turn    chan struct{}
	token   string
	refresh string
	until   time.Time
}

func (s *session) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("lifeishard: authenticate: %w", ctx.Err())
	}
}

func (s *session) give() { <-s.turn }

// token is a token to use now: the one at hand, a renewed one, or a new one.
func (c *Client) token(ctx context.Context) (string, error) {
	s := &c.session
	if err := s.take(ctx); err != nil {
		return "", err
	}
	defer s.give()
	if s.token != "" && c.now().Before(s.until) {
		return s.token, nil
	}
	s.token = ""
	if s.refresh != "" {
		err := c.open(ctx, call{name: "renew token", method: http.MethodPatch, path: "/auth"}, refreshWord+s.refresh)
		if err == nil {
			return s.token, nil
		}
		// Only a plain no sends us back to the password.
		if e, ok := errors.AsType[*Error](err); !ok || !e.Refused() {
			return "", err
		}
		s.refresh = ""
	}
	body := struct {
		Account  string `json:"account"`
		Password string `json:"password"`
	}{c.account, c.password}
	if err := c.open(ctx, call{name: "authenticate", method: http.MethodPost, path: "/auth", body: body}, ""); err != nil {
		return "", err
	}
	return s.token, nil
}

// open fetches a pair. The caller has the turn.
func (c *Client) open(ctx context.Context, k call, header string) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Auth)
	defer cancel()
	asked := c.now()
	status, body, err := c.send(ctx, k, header)
	if err != nil {
		return err
	}
	var read struct {
		Data struct {
			Token        string `json:"token"`
			RefreshToken string `json:"refresh_token"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &read); err != nil {
		return &ProtocolError{Call: k.name, Status: status, Problem: "the answer has another form"}
	}
	for _, text := range []string{read.Data.Token, read.Data.RefreshToken} {
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			return &ProtocolError{Call: k.name, Status: status, Problem: "the token cannot be sent in a header"}
		}
	}
	if read.Data.Token == "" {
		return &ProtocolError{Call: k.name, Status: status, Problem: "there is no token"}
	}
	s := &c.session
	s.token, s.refresh = read.Data.Token, read.Data.RefreshToken
	life := lifetime(s.token)
	s.until = asked.Add(life - min(margin, life/10))
	return nil
}

// lifetime is how long a JWT lives from its own beginning to its end, so that the
// server's clock need not be ours.
func lifetime(token string) time.Duration {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return assumed
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return assumed
	}
	var claims struct {
		Issued json.Number `json:"iat"`
		Ends   json.Number `json:"exp"`
	}
	if err := json.Unmarshal(text, &claims); err != nil {
		return assumed
	}
	issued, err1 := wholeSeconds(claims.Issued)
	ends, err2 := wholeSeconds(claims.Ends)
	const longest = 30 * 24 * 60 * 60
	if err1 != nil || err2 != nil || ends <= issued || ends-issued > longest {
		return assumed
	}
	return time.Duration(ends-issued) * time.Second
}

// wholeSeconds drops the decimals that moments have in these tokens.
func wholeSeconds(moment json.Number) (int64, error) {
	whole, _, _ := strings.Cut(moment.String(), ".")
	return strconv.ParseInt(whole, 10, 64)
}

// refuse throws a token away that the operator refused, unless a newer one is
// already here.
func (c *Client) refuse(token string) {
	c.session.turn <- struct{}{}
	defer c.session.give()
	if c.session.token == token {
		c.session.token = ""
	}
}

// LogOut ends the token, if there is one. Later calls log in again.
func (c *Client) LogOut(ctx context.Context) error {
	s := &c.session
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	if s.token == "" {
		return nil
	}
	token := s.token
	s.token, s.refresh = "", ""
	ctx, cancel := context.WithTimeout(ctx, c.timeouts.Auth)
	defer cancel()
	_, _, err := c.send(ctx, call{name: "log out", method: http.MethodDelete, path: "/auth"}, token)
	if errors.Is(err, ErrToken) {
		return nil // it had ended before
	}
	return err
}
