package uae

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	assertionLife = 5 * time.Minute // from iat to exp
)

// assertion is a row: a jti that a client has used up, kept under their digest, or
// under its own number the digest that is forgotten some day.
type assertion struct {
	Digest string `json:"digest,omitempty"`
}

// issuer is the hub's name for the caller of a request.
func issuer(ctx context.Context) string { return mocks.Base(ctx) + hubMount }

// readForm is the form of a call, which the document has judged.
func readForm(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, flaw("", "the body is a form", "send application/x-www-form-urlencoded")
	}
	return r.PostForm, nil
}

// clientOf is the client that signed the assertion of a form.
func (h *hub) clientOf(ctx context.Context, form url.Values) (client, error) {
	const below = "/client_assertion"
	s, refusal := openJWT(form.Get("client_assertion"))
	if refusal != nil {
		return client{}, as(invalidClient, below, refusal)
	}
	id, _ := textOf(s.claims, "sub")
	c, err := h.clients.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return client{}, as(invalidClient, below, flaw("/sub", fmt.Sprintf("no client %.80q is registered in this world", id),
			"send the published client_id, or register the client in this world"))
	}
	if err != nil {
		return client{}, fmt.Errorf("read a client: %w", err)
	}
	if refusal = s.by(c); refusal == nil {
		refusal = judgeAssertion(s.claims, c.ID, issuer(ctx), timesOf(ctx))
	}
	if refusal != nil {
		return client{}, as(invalidClient, below, refusal)
	}
	if sent := form.Get("client_id"); form.Has("client_id") && sent != c.ID {
		return client{}, as(invalidClient, "", flaw("/client_id", "client_id is not the client that signed the assertion", "send the same client, or leave client_id out"))
	}
	jti, _ := textOf(s.claims, "jti")
	return c, h.useUp(ctx, c.ID, jti)
}

// judgeAssertion holds the claims of a client assertion to the profile.
func judgeAssertion(claims object, client, issuer string, t times) *mocks.Refusal {
	for _, name := range []string{"iss", "sub"} {
		if text, _ := textOf(claims, name); text != client {
			return flaw("/"+name, "iss and sub of a client assertion are both the client_id", "set "+name+" to the client_id")
		}
	}
	if aud, ok := textOf(claims, "aud"); !ok || aud != issuer {
		return flaw("/aud", "aud of a client assertion is the issuer, one text, and never the address of an endpoint", "set aud to "+issuer)
	}
	iat, refusal := wantDate(claims, "iat")
	if refusal != nil {
		return refusal
	}
	exp, refusal := wantDate(claims, "exp")
	if refusal != nil {
		return refusal
	}
	if exp.Sub(iat) > assertionLife {
		return flaw("/exp", "exp of a client assertion lies at most five minutes after iat", "set exp to iat + 300 or less")
	}
	nbf := iat
	if _, sent := claims["nbf"]; sent {
		if nbf, refusal = wantDate(claims, "nbf"); refusal != nil {
			return refusal
		}
	}
	if jti, _ := textOf(claims, "jti"); jti == "" {
		return flaw("/jti", "jti is required, another for each assertion", "set jti to a fresh UUID")
	}
	return t.either(func(now time.Time) *mocks.Refusal {
		if r := notExpired(exp, now); r != nil {
			return r
		}
		if r := notBefore("iat", iat, now); r != nil {
			return r
		}
		return notBefore("nbf", nbf, now)
	})
}

// useUp demands that a jti is new. A world remembers the newest of them, which is
// longer than an assertion lives unless somebody calls without pause.
func (h *hub) useUp(ctx context.Context, client, jti string) error {
	sum := sha256.Sum256([]byte(client + "\x00" + jti))
	digest := hex.EncodeToString(sum[:])
	err := h.assertions.Insert(ctx, digest, assertion{})
	if errors.Is(err, store.ErrConflict) {
		refusal := as(invalidClient, "/client_assertion", flaw("/jti", "the jti was used before: an assertion is good for one call", "sign a new assertion, with a new jti, for each call"))
		if mocks.WorldOf(ctx).Setting(settingReplay) == "401" {
			refusal.Kind, refusal.Example = mocks.Unauthenticated, "replayed-assertion"
		}
		return refusal
	}
	if err != nil {
		return fmt.Errorf("remember a jti: %w", err)
	}
	n, err := mocks.WorldOf(ctx).Next(ctx, "uae/assertion")
	if err != nil {
		return fmt.Errorf("count assertions: %w", err)
	}
	if err := h.assertions.Insert(ctx, strconv.FormatUint(n, 10), assertion{Digest: digest}); err != nil {
		return fmt.Errorf("remember a jti: %w", err)
	}
	if n <= h.kept {
		return nil
	}
	number := strconv.FormatUint(n-h.kept, 10)
	oldest, err := h.assertions.Get(ctx, number)
	if err == nil {
		err = forget(ctx, h.assertions, oldest.Digest)
	}
	if err == nil {
		err = forget(ctx, h.assertions, number)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forget a jti: %w", err)
	}
	return nil
}
