package allianz

import (
	"context"
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

const (
	lifetime = time.Hour // of a token (inferred)
	kept     = 1_000     // the newest tokens of a world; without an end, a client that never reuses one would fill the memory
)

// token is a row, kept under its number.
type token struct {
	Text    string    `json:"text"`
	Expires time.Time `json:"expires"`
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// token gives a token. Basic credentials have been judged by authenticate, the
// grant type by the document.
func (in *insurer) token(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	world := mocks.WorldOf(ctx)
	n, err := world.Next(ctx, "token")
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("count tokens: %w", err)
	}
	number := strconv.FormatUint(n, 10)
	text := newToken(world.Name, number, world.Fake("token", number).Password(true, true, true, false, false, 28))
	if err := in.tokens.Insert(ctx, number, token{Text: text, Expires: mocks.Now(ctx).Add(lifetime)}); err != nil {
		return mocks.Answer{}, fmt.Errorf("keep token %d: %w", n, err)
	}
	if n > kept {
		if err := in.tokens.Delete(ctx, strconv.FormatUint(n-kept, 10)); err != nil && !errors.Is(err, store.ErrNotFound) {
			return mocks.Answer{}, fmt.Errorf("forget token %d: %w", n-kept, err)
		}
	}
	return mocks.OK(tokenAnswer{AccessToken: text, TokenType: "Bearer", ExpiresIn: int(lifetime / time.Second)}), nil
}

// newToken puts the world's name and the token's number before the secret: a
// token is valid in its world alone, and elsewhere one can say whose it is
// without a look at other worlds' rows.
func newToken(world, number, secret string) string { return world + "." + number + "." + secret }

func (in *insurer) authenticate(r *http.Request, schemes []string) error {
	if slices.Contains(schemes, "basic") {
		return checkClient(r)
	}
	header := r.Header.Get("Authorization")
	if header == "" {
		if mocks.WorldOf(r.Context()).Setting(settingAuth) != "strict" {
			return nil
		}
		return unauthenticated(codeInvalidToken, settingAuth+" is strict here, which demands a token")
	}
	scheme, text, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return unauthenticated(codeInvalidToken, "the call takes a bearer token")
	}
	return in.checkToken(r.Context(), strings.TrimSpace(text))
}

func checkClient(r *http.Request) error {
	id, secret, ok := r.BasicAuth()
	if ok && id == clientID && secret == clientSecret {
		return nil
	}
	return &mocks.Refusal{
		Kind: mocks.Unauthenticated, Code: codeInvalidClient, Where: "header Authorization",
		Rule:     "a token is given for the published client_id and client_secret, sent as Basic credentials",
		Remedy:   "send them; `understudy env allianz` prints them",
		Evidence: contracts.Inferred,
	}
}

func (in *insurer) checkToken(ctx context.Context, text string) error {
	here := mocks.WorldOf(ctx).Name
	there, rest, ok := strings.Cut(text, ".")
	if ok && there != here {
		return unauthenticated(codeInvalidToken, fmt.Sprintf("the token names the world %q and this is %q; a token is valid in its own world alone", there, here))
	}
	if text == "" {
		return unauthenticated(codeInvalidToken, "there is no token after Bearer")
	}
	number, _, _ := strings.Cut(rest, ".")
	row, err := in.tokens.Get(ctx, number)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("read a token: %w", err)
	case err != nil, row.Text != text:
		return unauthenticated(codeInvalidToken, fmt.Sprintf("the token is not one of the newest %d that the world gave since it began", kept))
	case !mocks.Now(ctx).Before(row.Expires):
		return unauthenticated(codeExpiredToken, "the token expired at "+row.Expires.Format(time.RFC3339)+" by the world's clock")
	}
	return nil
}

func unauthenticated(code, rule string) *mocks.Refusal {
	return &mocks.Refusal{
		Kind: mocks.Unauthenticated, Code: code, Where: "header Authorization", Rule: rule,
		Remedy: "get a token at POST /api/oauth2/token of the same base URL", Evidence: contracts.Inferred,
	}
}
