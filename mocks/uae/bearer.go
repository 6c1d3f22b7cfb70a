package uae

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// bearer is the live token of a call, which must be of the kind that the resource
// takes: consents are the client's, policies a person's.
func (h *hub) bearer(r *http.Request, kind string) (token, error) {
	ctx, where := r.Context(), "header Authorization"
	refuse := func(rule, remedy string) error {
		refusal := flaw(where, rule, remedy)
		refusal.Kind, refusal.Code = mocks.Unauthenticated, "AccessToken.Unauthorized"
		return refusal
	}
	const ask = "get a token at the token endpoint that discovery names"
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if value = strings.TrimSpace(value); !strings.EqualFold(scheme, "Bearer") || value == "" {
		return token{}, refuse("the call takes a bearer token, and there is none", ask)
	}
	t, err := h.tokens.Get(ctx, value)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return token{}, fmt.Errorf("read a token: %w", err)
	case err != nil, t.Kind == kindRefresh:
		return token{}, refuse(fmt.Sprintf("the world %q gave no such access token, or long ago; a token is valid in its own world alone", mocks.WorldOf(ctx).Name), ask)
	case !mocks.Now(ctx).Before(t.Expires):
		return token{}, refuse("the token expired at "+stamp(t.Expires)+" by the world's clock", "refresh it")
	case t.Certificate != "" && t.Certificate != thumbprint(r):
		return token{}, refuse("the token is bound to the client certificate with which it was asked for (RFC 8705), and this call shows another or none", "call with that certificate")
	}
	if t.Grant != "" {
		g, err := h.grants.Get(ctx, t.Grant)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return token{}, fmt.Errorf("read a grant: %w", err)
		}
		if err != nil {
			return token{}, refuse(fmt.Sprintf("the world remembers the newest %d grants, and the token's is older", h.kept), anew)
		}
		if g.Replayed {
			return token{}, refuse("the token is void: its code was used twice", anew)
		}
	}
	return t, fits(t, kind)
}

// fits demands kind and scope. That a wrong kind is refused is published, with
// which code is inferred.
func fits(t token, kind string) error {
	refusal := &mocks.Refusal{
		Kind: mocks.Forbidden, Code: codeScope, Where: "header Authorization", Evidence: contracts.Inferred, Example: "wrong-token",
	}
	switch {
	case t.Kind != kind && kind == kindClient:
		refusal.Rule, refusal.Remedy = "consents are read with a token by client credentials, and this one is a person's", "ask for a token with grant_type client_credentials"
	case t.Kind != kind:
		refusal.Rule, refusal.Remedy = "policies are read with a token by authorization code, and this one is the client's own", "exchange the code of a person's consent"
	case kind == kindClient && !slices.Contains(strings.Fields(t.Scope), scopeOpenID):
		refusal.Rule, refusal.Remedy = "the token has the scope "+t.Scope+", and consents take openid too", "ask for a token with the scope openid insurance"
		refusal.Evidence = contracts.Upstream
	default:
		return nil
	}
	return refusal
}

// granted is the consent behind a person's token, as it stands now: Authorized,
// and of the version whose server is called.
func (h *hub) granted(r *http.Request, version string) (consent, error) {
	ctx := r.Context()
	t, err := h.bearer(r, kindUser)
	if err != nil {
		return consent{}, err
	}
	c, err := h.consents.Get(ctx, t.ConsentID)
	if err != nil {
		return consent{}, fmt.Errorf("read consent %s: %w", t.ConsentID, err)
	}
	c = c.at(mocks.Now(ctx))
	refusal := &mocks.Refusal{Kind: mocks.Forbidden, Code: codeConsentInvalid, Where: "header Authorization", Evidence: contracts.Inferred}
	switch {
	case c.Edition != version:
		refusal.Rule, refusal.Remedy = "the consent is one of "+c.Edition+", and opens nothing of "+version, "call the resources of "+c.Edition
	case c.Status == authorized:
		return c, nil
	case c.Status == revoked:
		refusal.Code = codeRevoked
		refusal.Rule, refusal.Remedy = "the consent was revoked at "+stamp(c.Updated), anew
	case c.Status == suspended:
		refusal.Code = codeBlocked
		refusal.Rule, refusal.Remedy = "the insurer has suspended the consent", "wait until it is Authorized again"
	default:
		refusal.Rule, refusal.Remedy = "the consent is "+string(c.Status), anew
	}
	return consent{}, refusal
}

// thumbprint is the x5t#S256 of a caller's certificate, "" where it shows none.
func thumbprint(r *http.Request) string {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return ""
	}
	sum := sha256.Sum256(r.TLS.PeerCertificates[0].Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
