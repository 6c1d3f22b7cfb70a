package oneassure

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

const lifetime = time.Hour // of a token (upstream)

// tokenKey signs tokens as the sample is signed, by HS256. It is public and opens
// nothing but sandboxes.
const tokenKey = "sandbox key, opens nothing"

// claims are ours but for the expiry: nobody published what is in a token.
type claims struct {
	Subject string `json:"sub"`
	World   string `json:"world"` // a token is valid in its own world alone
	Scope   string `json:"scope,omitempty"`
	User    string `json:"user_id,omitempty"`
	ID      string `json:"jti"`
	Issued  int64  `json:"iat"`
	Expires int64  `json:"exp"`
}

type tokenAnswer struct {
	Payload tokenPayload `json:"payload"`
}

type tokenPayload struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	TokenType   string `json:"token_type"`
}

func (in *insurer) token(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	if err := in.throttle(ctx); err != nil {
		return mocks.Answer{}, err
	}
	ask, _ := mocks.Decoded(ctx).(map[string]any)
	if ask["client_id"] != clientID || ask["client_secret"] != clientSecret {
		return mocks.Answer{}, &mocks.Refusal{
			Kind: mocks.Unauthenticated, Detail: "The provided access key or secret access key is invalid", Where: "/client_secret",
			Rule:   "a token is given for the published client_id and client_secret",
			Remedy: "send them; `understudy env oneassure` prints them", Evidence: contracts.Upstream,
		}
	}
	world := mocks.WorldOf(ctx)
	n, err := world.Next(ctx, "oneassure/token")
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("count tokens: %w", err)
	}
	user, _ := ask["user_id"].(string)
	now := mocks.Now(ctx)
	text, err := sign(claims{
		Subject: clientID, World: world.Name, Scope: scope(ask["scopes"]), User: user,
		ID: strconv.FormatUint(n, 10), Issued: now.Unix(), Expires: now.Add(lifetime).Unix(),
	})
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.OK(tokenAnswer{tokenPayload{AccessToken: text, ExpiresIn: int(lifetime / time.Second), TokenType: "Bearer"}}), nil
}

func scope(sent any) string {
	list, _ := sent.([]any)
	var words []string
	for _, one := range list {
		if word, ok := one.(string); ok {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// grants is a row: when the newest tokens were asked for.
type grants struct {
	At []time.Time `json:"at"`
}

const (
	limit      = 10
	limitSpan  = time.Minute // upstream: try again in 60 seconds
	grantsSeen = "newest"
)

// throttle counts a token call and refuses one too many, where there is a limit.
func (in *insurer) throttle(ctx context.Context) error {
	if mocks.WorldOf(ctx).Setting(settingLimit) == "none" {
		return nil
	}
	now := mocks.Now(ctx)
	if err := in.grants.Insert(ctx, grantsSeen, grants{At: []time.Time{now}}); !errors.Is(err, store.ErrConflict) {
		return err
	}
	_, err := in.grants.Update(ctx, grantsSeen, func(g *grants) error {
		g.At = slices.DeleteFunc(g.At, func(at time.Time) bool { return !at.After(now.Add(-limitSpan)) || at.After(now) })
		if len(g.At) >= limit {
			return &mocks.Refusal{
				Kind: mocks.Throttled, Detail: "Too many token requests. Please try again in 60 seconds",
				Rule:   fmt.Sprintf("%s is %d here, and so many token calls were answered in the last 60 seconds of the world's clock", settingLimit, limit),
				Remedy: "keep a token for its hour, or wait", Evidence: contracts.Inferred,
			}
		}
		g.At = append(g.At, now)
		return nil
	})
	return err
}

var base64URL = base64.RawURLEncoding

func sign(c claims) (string, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	signed := base64URL.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64URL.EncodeToString(body)
	return signed + "." + base64URL.EncodeToString(seal(signed)), nil
}

func seal(signed string) []byte {
	mac := hmac.New(sha256.New, []byte(tokenKey))
	mac.Write([]byte(signed))
	return mac.Sum(nil)
}

func authenticate(r *http.Request, _ []string) error {
	ctx := r.Context()
	header := r.Header.Get("Authorization")
	if header == "" {
		if mocks.WorldOf(ctx).Setting(settingAuth) != "strict" {
			return nil
		}
		return unauthenticated(settingAuth + " is strict here, which demands a token")
	}
	scheme, text, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return unauthenticated("the call takes a bearer token")
	}
	return checkToken(ctx, strings.TrimSpace(text))
}

func checkToken(ctx context.Context, text string) error {
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 {
		return unauthenticated("the token is none of ours: it has no signature")
	}
	signature, err := base64URL.DecodeString(text[dot+1:])
	if err != nil || !hmac.Equal(signature, seal(text[:dot])) {
		return unauthenticated("the token is none of ours: its signature does not fit")
	}
	_, body, _ := strings.Cut(text[:dot], ".")
	var c claims
	decoded, err := base64URL.DecodeString(body)
	if err == nil {
		err = json.Unmarshal(decoded, &c)
	}
	here := mocks.WorldOf(ctx).Name
	switch ends := time.Unix(c.Expires, 0); {
	case err != nil:
		return unauthenticated("the token is none of ours: it has no claims")
	case c.World != here:
		return unauthenticated(fmt.Sprintf("the token names the world %q and this is %q; a token is valid in its own world alone", c.World, here))
	case !mocks.Now(ctx).Before(ends):
		return unauthenticated("the token expired at " + ends.UTC().Format(time.RFC3339) + " by the world's clock")
	}
	return nil
}

func unauthenticated(rule string) *mocks.Refusal {
	return &mocks.Refusal{
		Kind: mocks.Unauthenticated, Detail: "The access token is missing, invalid or expired", Where: "header Authorization", Rule: rule,
		Remedy: "get a token at POST /v1/auth/token of the same base URL", Evidence: contracts.Inferred,
	}
}
