package bima

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// lifetime is how long a token is used: it lives for 24 hours, and the last
// minute is left to the clocks.
const lifetime = 24*time.Hour - time.Minute

// tokens keeps one token, and lets one caller at a time fetch the next.
type tokens struct {
	now                func() time.Time
	username, password string

	turn   chan struct{} // held by who reads or writes what follows
	bearer string
	until  time.Time
}

// token is one to use now. Whoever waits for another's fetch waits no longer than
// their own context.
func (c *Client) token(ctx context.Context) (string, error) {
	t := c.tokens
	if t == nil {
		return "", nil
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", fmt.Errorf("bima: %s: %w", callToken, ctx.Err())
	}
	if t.bearer != "" && t.now().Before(t.until) {
		return t.bearer, nil
	}
	asked := t.now()
	bearer, err := c.fetchToken(ctx)
	if err != nil {
		return "", err
	}
	t.bearer, t.until = bearer, asked.Add(lifetime)
	return bearer, nil
}

// discard forgets a token that was refused, unless a newer one is already here.
func (t *tokens) discard(bearer string) {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	if t.bearer == bearer {
		t.bearer = ""
	}
}

func (c *Client) fetchToken(ctx context.Context) (string, error) {
	body, err := json.Marshal(map[string]string{"username": c.tokens.username, "password": c.tokens.password})
	if err != nil {
		return "", fmt.Errorf("bima: %s: write request: %w", callToken, err)
	}
	k := call{name: callToken, method: http.MethodPost, path: "/api/Auth/Token", body: body, timeout: c.timeouts.Token}
	a, err := c.repeat(ctx, k, func(ctx context.Context) (answer, error) { return c.try(ctx, k, "", c.tokens.password) })
	if err != nil {
		return "", err
	}
	var read struct {
		Code    Code   `json:"status_code"` // a number in a text, here alone
		Message string `json:"status_message"`
		Data    string `json:"data"`
	}
	switch err := a.decode(&read); {
	case err != nil:
		return "", err
	case read.Code == "":
		return "", a.wrong("the answer has no code", nil)
	case read.Code != "200":
		return "", a.refused(read.Code, read.Message)
	case read.Data == "" || strings.ContainsFunc(read.Data, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", a.wrong("the token cannot be sent in a header", nil)
	}
	return read.Data, nil
}
