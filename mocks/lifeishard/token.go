package lifeishard

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

const (
	lifetime        = 12 * time.Hour // of a token (observed)
	refreshLifetime = 24 * time.Hour // of what renews it (inferred)
	// kept is how many pairs a world remembers, the newest; without an end, a client
	// that logs in for every call would fill the memory.
	kept = 1_000
	// signingKey signs tokens; it is worthless, as everybody may read it here.
	signingKey = "understudy lifeishard sandbox"
)

const (
	headerToken = "Token"
	wordRefresh = "Refresh "
)

// session is a row: a pair of tokens, kept under its place among the newest.
type session struct {
	Token   string    `json:"token"`
	Refresh string    `json:"refresh"`
	Given   time.Time `json:"given"`
	Ended   bool      `json:"ended,omitempty"` // renewed or logged out
}

type sessionAnswer struct {
	Error  bool         `json:"error"`
	Status int          `json:"status"`
	Data   sessionTexts `json:"data"`
}

type sessionTexts struct {
	Token        string `json:"token"`
	ExpiresAt    string `json:"expires_at"`
	RefreshToken string `json:"refresh_token"`
}

// authenticate gives a pair for account and password, which come in a body or in
// the query.
func (b *broker) authenticate(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	body, _ := mocks.Decoded(ctx).(map[string]any)
	sent := members(body)
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		query = nil // the document lets it pass where no member is needed of it
	}
	given := map[string]string{}
	var missing []contracts.Violation
	for _, name := range []string{"account", "password"} {
		given[name] = sent.text(name)
		if given[name] == "" {
			given[name] = query.Get(name)
		}
		if given[name] == "" {
			missing = append(missing, broken("/"+name, ruleRequired))
		}
	}
	switch {
	case len(missing) > 0:
		return mocks.Answer{}, invalid("account and password are both mandatory, in a JSON body or in the query", missing...)
	case given["account"] != account || given["password"] != password:
		return mocks.Answer{}, &mocks.Refusal{
			Kind: mocks.Unauthenticated, Code: codeCredentials, Where: "/account", Evidence: contracts.Inferred,
			Rule:   "a token is given for the published account and password",
			Remedy: "send them; `understudy env lifeishard` prints them",
		}
	}
	return b.open(ctx)
}

// open makes a new pair.
func (b *broker) open(ctx context.Context) (mocks.Answer, error) {
	world, now := mocks.WorldOf(ctx), mocks.Now(ctx)
	n, err := world.Next(ctx, "session")
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("count sessions: %w", err)
	}
	place := n % kept
	number := strconv.FormatUint(n, 10)
	var secret strings.Builder
	fmt.Fprintf(&secret, "%04x", place)
	f := world.Fake("refresh", world.Name, number)
	for secret.Len() < 64 {
		fmt.Fprintf(&secret, "%04x", f.Uint16())
	}
	token, err := newToken(world.Name, now, place)
	if err != nil {
		return mocks.Answer{}, err
	}
	s := session{Token: token, Refresh: secret.String(), Given: now}
	if err := b.sessions.Set(ctx, strconv.FormatUint(place, 10), s); err != nil {
		return mocks.Answer{}, fmt.Errorf("keep session %d: %w", n, err)
	}
	return said(ctx, sessionAnswer{Status: http.StatusOK, Data: sessionTexts{
		Token: s.Token, ExpiresAt: local(now.Add(lifetime)).Format(time.DateTime), RefreshToken: s.Refresh,
	}})
}

// newToken is a JWT as observed: its members and their order, and moments with
// six decimals. The thousandths of a millisecond hold the session's place among
// the newest, so that no two tokens are the same. The world is in the key: a token
// is valid in its own alone.
func newToken(world string, now time.Time, place uint64) (string, error) {
	name, err := json.Marshal(account)
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	at := func(t time.Time) string { return fmt.Sprintf("%d.%03d%03d", t.Unix(), t.Nanosecond()/1_000_000, place) }
	claims := fmt.Sprintf(`{"iss":"Life is hard","iat":%s,"exp":%s,"data":{"account_id":%d,"account":%s}}`,
		at(now), at(now.Add(lifetime)), accountID, name)
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"HS256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	mac := hmac.New(sha256.New, []byte(signingKey+" "+world))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// placeOf is where a token says that its session is kept; false for what no token
// of ours says.
func placeOf(token string) (string, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", false
	}
	var claims struct {
		Issued json.Number `json:"iat"`
	}
	if err := json.Unmarshal(text, &claims); err != nil || len(claims.Issued) < 3 {
		return "", false
	}
	place, err := strconv.ParseUint(string(claims.Issued[len(claims.Issued)-3:]), 10, 64)
	return strconv.FormatUint(place, 10), err == nil
}

func (b *broker) renewToken(r *http.Request) (mocks.Answer, error) {
	refresh := strings.TrimPrefix(r.Header.Get(headerToken), wordRefresh)
	if err := b.end(r.Context(), refresh, func(s session) string { return s.Refresh }, refreshPlace); err != nil {
		return mocks.Answer{}, err
	}
	return b.open(r.Context())
}

func (b *broker) logOut(r *http.Request) (mocks.Answer, error) {
	token := r.Header.Get(headerToken)
	if err := b.end(r.Context(), token, func(s session) string { return s.Token }, placeOf); err != nil {
		return mocks.Answer{}, err
	}
	return said(r.Context(), struct {
		Error  bool `json:"error"`
		Status int  `json:"status"`
	}{Status: http.StatusOK})
}

func refreshPlace(refresh string) (string, bool) {
	if len(refresh) < 4 {
		return "", false
	}
	place, err := strconv.ParseUint(refresh[:4], 16, 64)
	return strconv.FormatUint(place, 10), err == nil
}

// end ends the session of a text that has been judged before; who comes second
// is refused.
func (b *broker) end(ctx context.Context, text string, of func(session) string, place func(string) (string, bool)) error {
	at, _ := place(text)
	_, err := b.sessions.Update(ctx, at, func(s *session) error {
		if s.Ended || of(*s) != text {
			return unauthenticated(codeToken, "the pair was renewed or logged out meanwhile")
		}
		s.Ended = true
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return unauthenticated(codeToken, "the world does not know the pair")
	}
	return err
}

// identify judges the header Token of every call but authenticate.
func (b *broker) identify(r *http.Request, schemes []string) error {
	ctx, text := r.Context(), r.Header.Get(headerToken)
	if text == "" {
		return unauthenticated(codeToken, "the call has no header Token")
	}
	if slices.Contains(schemes, "refresh") {
		refresh, ok := strings.CutPrefix(text, wordRefresh)
		if !ok {
			return unauthenticated(codeToken, "a token is renewed by the header `Token: Refresh <refresh token>`")
		}
		return b.check(ctx, refresh, refreshLifetime, func(s session) string { return s.Refresh }, refreshPlace)
	}
	return b.check(ctx, text, lifetime, func(s session) string { return s.Token }, placeOf)
}

// check holds a token, or a refresh token, to the session that it names.
func (b *broker) check(ctx context.Context, text string, life time.Duration, of func(session) string, place func(string) (string, bool)) error {
	const stranger = "the token is not one of the newest 1000 that this world gave since it began; a token is valid in its own world alone, bare and without Bearer"
	at, ok := place(text)
	if !ok {
		return unauthenticated(codeToken, stranger)
	}
	s, err := b.sessions.Get(ctx, at)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("read a session: %w", err)
	case err != nil, of(s) != text:
		return unauthenticated(codeToken, stranger)
	case s.Ended:
		return unauthenticated(codeToken, "the pair of tokens ended when it was renewed or logged out")
	case !mocks.Now(ctx).Before(s.Given.Add(life)):
		return unauthenticated(codeExpired, "the token expired at "+s.Given.Add(life).UTC().Format(time.RFC3339)+" by the world's clock")
	}
	return nil
}

func unauthenticated(code, rule string) error {
	return &mocks.Refusal{
		Kind: mocks.Unauthenticated, Code: code, Where: "header " + headerToken, Rule: rule,
		Remedy: "get a token at POST /auth of the same base URL, and send it as it is in the header Token", Evidence: contracts.Inferred,
	}
}
