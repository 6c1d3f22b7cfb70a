package uae

import (
	"context"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// envelope is the payload of a signed answer: claims around the body that a plain
// one would have had. They are dated by the real time, by which the caller judges
// them.
type envelope struct {
	Issuer    string   `json:"iss"`
	Expires   int64    `json:"exp"`
	NotBefore int64    `json:"nbf"`
	Audience  []string `json:"aud"`
	Issued    int64    `json:"iat"`
	Message   any      `json:"message"`
}

// signedFor is how many seconds a signed answer is good for (inferred).
const signedFor = 300

// signAnswer is the body of an answer as a JWT for whoever holds the token.
func (h *hub) signAnswer(r *http.Request, body any) ([]byte, error) {
	ctx := r.Context()
	caller, err := h.bearer(r, kindUser)
	if err != nil {
		caller, err = h.bearer(r, kindClient)
	}
	if err != nil {
		return nil, err
	}
	now := mocks.WallClock().Unix()
	compact, err := sign(signer{key: testkeys().hub, seed: mocks.WorldOf(ctx).Seed()}, envelope{
		Issuer: issuer(ctx), Expires: now + signedFor, NotBefore: now, Audience: []string{caller.ClientID}, Issued: now, Message: body,
	})
	return []byte(compact), err
}

// patchBody is what a PATCH says: a JSON object, or the message of a JWT that the
// consent's client signed.
func (h *hub) patchBody(r *http.Request, c consent) (object, *mocks.Refusal) {
	ctx := r.Context()
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaJWT {
		tree, ok := mocks.Decoded(ctx).(object)
		if !ok {
			return nil, unreadable("", "a PATCH is an object with Data or Subscription, or both")
		}
		return tree, nil
	}
	compact, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadable("", "the body could not be read")
	}
	return h.signedPatch(ctx, string(compact), c)
}

// signedPatch reads a patch out of a JWT. The schema makes no claim required, so
// those that are there must hold, and those that are not, need not.
func (h *hub) signedPatch(ctx context.Context, compact string, c consent) (object, *mocks.Refusal) {
	jwt, refusal := openJWT(compact)
	if refusal != nil {
		return nil, invalidJWS(codeJWSMalformed, refusal)
	}
	owner, err := h.clients.Get(ctx, c.ClientID)
	if err != nil {
		return nil, invalidJWS(codeJWSSignature, flaw("", "the client is no longer registered", "register it again"))
	}
	if refusal := jwt.by(owner); refusal != nil {
		return nil, invalidJWS(codeJWSSignature, refusal)
	}
	if refusal := judgeEnvelope(jwt.claims, c, timesOf(ctx)); refusal != nil {
		return nil, invalidJWS(codeJWSClaim, refusal)
	}
	message, ok := jwt.claims["message"].(object)
	if !ok {
		return nil, unreadable("", "the claim message is the PATCH: an object with Data or Subscription, or both")
	}
	return message, nil
}

func judgeEnvelope(claims object, c consent, t times) *mocks.Refusal {
	if iss, sent := claims["iss"]; sent && iss != c.ClientID {
		return flaw("/iss", "iss is the client's id", "send iss "+c.ClientID)
	}
	return t.either(func(now time.Time) *mocks.Refusal {
		if _, sent := claims["exp"]; sent {
			at, refusal := wantDate(claims, "exp")
			if refusal != nil {
				return refusal
			}
			if refusal := notExpired(at, now); refusal != nil {
				return refusal
			}
		}
		if _, sent := claims["nbf"]; sent {
			at, refusal := wantDate(claims, "nbf")
			if refusal != nil {
				return refusal
			}
			return notBefore("nbf", at, now)
		}
		return nil
	})
}

// invalidJWS is a refusal of a signed body, which explain finds in no JSON.
func invalidJWS(code string, r *mocks.Refusal) *mocks.Refusal {
	r.Kind, r.Code, r.Where, r.Evidence = mocks.Invalid, code, "body", contracts.Inferred
	return r
}
