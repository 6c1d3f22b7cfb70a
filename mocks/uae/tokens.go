package uae

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantClient  = "client_credentials"

	accessLife = 10 * time.Minute
)

// tokenAnswer is the answer of the token endpoint, in the order of the published
// one.
type tokenAnswer struct {
	AccessToken  string    `json:"access_token"`
	TokenType    string    `json:"token_type"`
	ExpiresIn    int       `json:"expires_in"` // seconds
	Scope        string    `json:"scope"`
	State        string    `json:"state,omitempty"`
	RefreshToken string    `json:"refresh_token,omitempty"`
	IDToken      string    `json:"id_token,omitempty"`
	Details      []granted `json:"authorization_details,omitempty"`
}

// granted is an item of authorization_details with the whole consent.
type granted struct {
	Type    string `json:"type"`
	Consent any    `json:"consent"`
}

func (h *hub) issueToken(r *http.Request) (mocks.Answer, error) {
	body, err := h.issue(r)
	if err != nil {
		return mocks.Answer{}, exampled(err, map[string]string{
			invalidClient: "invalid-assertion", invalidScope: "unknown-scope", unsupportedGrantType: "unsupported-grant-type",
		})
	}
	answer := mocks.OK(body)
	answer.Header = http.Header{"Cache-Control": {"no-store"}}
	return answer, nil
}

func (h *hub) issue(r *http.Request) (tokenAnswer, error) {
	ctx := r.Context()
	form, err := readForm(r)
	if err != nil {
		return tokenAnswer{}, err
	}
	c, err := h.clientOf(ctx, form)
	if err != nil {
		return tokenAnswer{}, err
	}
	bound := thumbprint(r)
	switch kind := form.Get("grant_type"); kind {
	case grantCode:
		return h.redeem(ctx, c, form, bound)
	case grantRefresh:
		return h.refresh(ctx, c, form, bound)
	case grantClient:
		return h.clientToken(ctx, c, form, bound)
	default:
		return tokenAnswer{}, as(unsupportedGrantType, "", flaw("/grant_type", fmt.Sprintf("%.80q is no grant of this hub", kind),
			"send "+grantCode+", "+grantRefresh+" or "+grantClient))
	}
}

// needed is a member of a form that the grant demands.
func needed(form url.Values, name string) (string, error) {
	if value := form.Get(name); value != "" {
		return value, nil
	}
	return "", as(invalidRequest, "", flaw("/"+name, "the grant "+form.Get("grant_type")+" needs "+name, "send "+name))
}

// badGrant refuses what a client wants to exchange.
func badGrant(where, rule, remedy string) *mocks.Refusal {
	return as(invalidGrant, "", flaw(where, rule, remedy))
}

// beyond refuses a scope that was not granted. A narrower one is taken and changes
// nothing (RFC 6749, section 3.3).
func beyond(form url.Values, granted string) *mocks.Refusal {
	for scope := range strings.FieldsSeq(form.Get("scope")) {
		if !slices.Contains(strings.Fields(granted), scope) {
			return as(invalidScope, "", flaw("/scope", fmt.Sprintf("the scope %.80q was not granted", scope), "send "+granted+", or no scope"))
		}
	}
	return nil
}

const anew = "send a person through the authorization again"

// redeem exchanges a code, once. A code that comes a second time is refused, and
// what the first gave is void (RFC 6749, section 4.1.2).
func (h *hub) redeem(ctx context.Context, c client, form url.Values, bound string) (tokenAnswer, error) {
	var sent [3]string
	for i, name := range []string{"code", "redirect_uri", "code_verifier"} {
		value, err := needed(form, name)
		if err != nil {
			return tokenAnswer{}, err
		}
		sent[i] = value
	}
	code, redirect, verifier := sent[0], sent[1], sent[2]
	now, again := mocks.Now(ctx), false
	g, err := h.grants.Update(ctx, code, func(g *grant) error {
		switch again = g.Used; {
		case g.ClientID != c.ID:
			return badGrant("/code", "the code was given to another client", anew)
		case g.Used:
			g.Replayed = true
			return nil
		case !now.Before(g.Expires):
			return badGrant("/code", "the code expired at "+stamp(g.Expires)+" by the world's clock", anew)
		case redirect != g.RedirectURI:
			return badGrant("/redirect_uri", "redirect_uri is not the one of the request object", "send "+g.RedirectURI)
		case !proves(verifier, g.Challenge):
			return badGrant("/code_verifier", "code_verifier is not what the code_challenge was made from", "send the verifier whose SHA-256 in base64url was the challenge")
		}
		if refusal := beyond(form, g.Scope); refusal != nil {
			return refusal
		}
		g.Used = true
		return nil
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return tokenAnswer{}, badGrant("/code", "the hub gave no such code in this world", anew)
	case err != nil:
		return tokenAnswer{}, err
	case again:
		refusal := badGrant("/code", "the code was used before; the tokens it gave are void now", anew)
		refusal.Example = "used-code"
		return tokenAnswer{}, refusal
	}
	consent, err := h.usable(ctx, g, "/code")
	if err != nil {
		return tokenAnswer{}, err
	}
	answer, err := h.userToken(ctx, consent, code, g, bound)
	if err != nil {
		return tokenAnswer{}, err
	}
	if answer.RefreshToken, err = h.keep(ctx, token{Kind: kindRefresh, ClientID: c.ID, ConsentID: g.ConsentID, Grant: code, Scope: g.Scope, Expires: consent.Expires}); err != nil {
		return tokenAnswer{}, err
	}
	answer.IDToken, err = h.idToken(ctx, consent, g, g.Nonce)
	return answer, err
}

// proves says whether a verifier has the form of RFC 7636 and the digest that was
// announced.
func proves(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	digest := base64.RawURLEncoding.EncodeToString(sum[:])
	formed := len(verifier) >= 43 && len(verifier) <= 128 && strings.Trim(verifier, base64URL+".~") == ""
	return subtle.ConstantTimeCompare([]byte(digest), []byte(challenge)) == 1 && formed
}

// usable is the consent behind a grant, which must be Authorized.
func (h *hub) usable(ctx context.Context, g grant, where string) (consent, error) {
	c, err := h.consents.Get(ctx, g.ConsentID)
	if err != nil {
		return consent{}, fmt.Errorf("read consent %s: %w", g.ConsentID, err)
	}
	if c = c.at(mocks.Now(ctx)); c.Status != authorized {
		return consent{}, badGrant(where, "the consent is "+string(c.Status)+", and a token needs one that is "+string(authorized), anew)
	}
	return c, nil
}

// refresh buys another access token. The refresh token stays as it is: there is no
// rotation.
func (h *hub) refresh(ctx context.Context, c client, form url.Values, bound string) (tokenAnswer, error) {
	const where = "/refresh_token"
	value, err := needed(form, "refresh_token")
	if err != nil {
		return tokenAnswer{}, err
	}
	t, err := h.tokens.Get(ctx, value)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return tokenAnswer{}, fmt.Errorf("read a token: %w", err)
	case err != nil, t.Kind != kindRefresh:
		return tokenAnswer{}, badGrant(where, "the hub gave no such refresh token in this world", anew)
	case t.ClientID != c.ID:
		return tokenAnswer{}, badGrant(where, "the refresh token was given to another client", anew)
	case !mocks.Now(ctx).Before(t.Expires):
		return tokenAnswer{}, badGrant(where, "the refresh token expired with its consent at "+stamp(t.Expires), anew)
	}
	g, err := h.grants.Get(ctx, t.Grant)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return tokenAnswer{}, fmt.Errorf("read a grant: %w", err)
	case err != nil, g.Replayed:
		return tokenAnswer{}, badGrant(where, "the refresh token is void: its code was used twice", anew)
	}
	if refusal := beyond(form, g.Scope); refusal != nil {
		return tokenAnswer{}, refusal
	}
	consent, err := h.usable(ctx, g, where)
	if err != nil {
		return tokenAnswer{}, err
	}
	answer, err := h.userToken(ctx, consent, t.Grant, g, bound)
	if err != nil {
		return tokenAnswer{}, err
	}
	answer.IDToken, err = h.idToken(ctx, consent, g, "")
	return answer, err
}

// userToken is an access token for what a consent opens.
func (h *hub) userToken(ctx context.Context, c consent, code string, g grant, bound string) (tokenAnswer, error) {
	e, ok := editionNamed(c.Edition)
	if !ok {
		return tokenAnswer{}, fmt.Errorf("consent %s is of the version %q, which there is not", c.ID, c.Edition)
	}
	value, err := h.keep(ctx, token{
		Kind: kindUser, ClientID: c.ClientID, ConsentID: c.ID, Grant: code, Scope: g.Scope,
		Expires: mocks.Now(ctx).Add(accessLife), Certificate: bound,
	})
	if err != nil {
		return tokenAnswer{}, err
	}
	return tokenAnswer{
		AccessToken: value, TokenType: "Bearer", ExpiresIn: int(accessLife / time.Second), Scope: g.Scope, State: g.State,
		Details: []granted{{Type: e.kind, Consent: e.resource(c)}},
	}, nil
}

// clientToken is an access token for consents, which nobody has to agree to.
func (h *hub) clientToken(ctx context.Context, c client, form url.Values, bound string) (tokenAnswer, error) {
	scopes := strings.Fields(form.Get("scope"))
	strange := func(scope string) bool { return scope != scopeOpenID && scope != scopeInsurance }
	if len(scopes) > 2 || !slices.Contains(scopes, scopeInsurance) || slices.ContainsFunc(scopes, strange) {
		return tokenAnswer{}, as(invalidScope, "", flaw("/scope", fmt.Sprintf("the scope is openid and insurance, and %.80q was sent", form.Get("scope")), "send openid insurance"))
	}
	scope := strings.Join(scopes, " ")
	value, err := h.keep(ctx, token{Kind: kindClient, ClientID: c.ID, Scope: scope, Expires: mocks.Now(ctx).Add(accessLife), Certificate: bound})
	if err != nil {
		return tokenAnswer{}, err
	}
	return tokenAnswer{AccessToken: value, TokenType: "Bearer", ExpiresIn: int(accessLife / time.Second), Scope: scope}, nil
}

// keep writes a token and forgets the oldest of its kind where there are many.
func (h *hub) keep(ctx context.Context, t token) (string, error) {
	value, n, err := mint(ctx, t.Kind+"-token")
	if err != nil {
		return "", err
	}
	if err := h.tokens.Insert(ctx, value, t); err != nil {
		return "", fmt.Errorf("keep a token: %w", err)
	}
	return value, retire(ctx, h.tokens, t.Kind+"-token", n, h.kept)
}

// idClaims say who consented, dated by the real clock, by which a client judges.
type idClaims struct {
	Issuer        string `json:"iss"`
	Subject       string `json:"sub"`
	Audience      string `json:"aud"`
	Expires       int64  `json:"exp"`
	NotBefore     int64  `json:"nbf"`
	IssuedAt      int64  `json:"iat"`
	Authenticated int64  `json:"auth_time"`
	Nonce         string `json:"nonce,omitempty"`
}

// idToken tells the client who consented.
func (h *hub) idToken(ctx context.Context, c consent, g grant, nonce string) (string, error) {
	now := mocks.WallClock()
	return sign(signer{key: testkeys().hub, seed: mocks.WorldOf(ctx).Seed()}, idClaims{
		Issuer: c.issuer(), Subject: g.Subject, Audience: c.ClientID,
		Expires: now.Add(accessLife).Unix(), NotBefore: now.Unix(), IssuedAt: now.Unix(), Authenticated: g.Authenticated.Unix(), Nonce: nonce,
	})
}
