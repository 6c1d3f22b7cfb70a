package uae_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// FuzzVerify sends any text, as it is, signed by the hub, or signed and sealed: what
// comes back is a whole event that is a replay from then on, or one error alone.
func FuzzVerify(f *testing.F) {
	h := newHub(f)
	for _, test := range refusals(f, h) {
		f.Add(test.raw, byte(0))
	}
	f.Add(h.delivery(f, nil), byte(0))
	for _, payload := range []string{
		h.event(f, nil), h.event(f, map[string]any{"jti": nil, "aud": clientID}), h.event(f, map[string]any{"exp": "x"}),
		`{"iss":"` + h.issuer + `","aud":[["` + clientID + `"]]}`, `{"message":{"Meta":{}}}`, `{}`, `[`, ``,
	} {
		f.Add(payload, byte(1))
		f.Add(payload, byte(2))
	}
	key := hubKey()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.PS256, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string, how byte) {
		if how%3 > 0 {
			made, err := signer.Sign([]byte(raw))
			if err != nil {
				t.Skip(err)
			}
			if raw, err = made.CompactSerialize(); err != nil {
				t.Skip(err)
			}
		}
		if how%3 == 2 {
			raw = sealed(t, "enc-1", jose.RSA_OAEP_256, jose.A256GCM, asJWT(), raw)
		}
		r := h.receiver(t, func(o *uae.ReceiverOptions) {
			decrypting(o)
			o.Keys = func(_ context.Context, id string) (*rsa.PublicKey, error) {
				if id != kid {
					return nil, uae.ErrUnknownKey
				}
				return &key.PublicKey, nil
			}
		})
		e, err := r.Verify(t.Context(), []byte(raw))
		if err == nil {
			if e.Meta.EventType == "" || e.Meta.EventResource == "" || e.Meta.ConsentID == "" || e.Expires.Before(start.Add(-leeway)) {
				t.Errorf("half an event: %+v", e)
			}
			if _, err := r.Verify(t.Context(), []byte(raw)); !errors.Is(err, uae.ErrReplayed) {
				t.Errorf("again: got %v, want ErrReplayed", err)
			}
			return
		}
		kinds := 0
		for _, sentinel := range sentinels {
			if errors.Is(err, sentinel) {
				kinds++
			}
		}
		if e != nil || kinds != 1 {
			t.Errorf("got %v beside %v, which is %d kinds of wrong", e, err, kinds)
		}
		if w := deliver(r, "application/jwt", raw); w.Code < 400 || w.Code >= 500 {
			t.Errorf("answered %d to what Verify refuses: %v", w.Code, err)
		}
	})
}

// leeway is what a receiver allows for when it is not told.
const leeway = 30 * time.Second

// FuzzAnswers sends any body under any status to every call: what comes back is
// whole, or a typed error alone.
func FuzzAnswers(f *testing.F) {
	h := newHub(f)
	c := h.v12(f)
	all := operations(h.rc1(f), c)
	for _, op := range all {
		f.Add(200, op.body)
		f.Add(204, "")
		f.Add(403, `{"Errors":[{"Code":"Consent.Revoked","Message":"a"}]}`)
		f.Add(400, `{"Errors":[null]}`)
	}
	for _, body := range []string{`{"access_token":"a","token_type":"Bearer","expires_in":600}`, `{"request_uri":"u","expires_in":6e2}`, `{"error":"invalid_grant"}`, `{"Data":[]}`, `{"Data":[],"Links":{"Next":"?a"}}`, "null", "[]", "{}", " ", ""} {
		f.Add(200, body)
		f.Add(401, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		status = 200 + (status&0xffff)%400
		if status == http.StatusSwitchingProtocols || status == http.StatusNotModified {
			t.Skip("net/http writes no such answer")
		}
		check := func(what string, got bool, err error) {
			t.Helper()
			_, refused := errors.AsType[*uae.Error](err)
			_, oauth := errors.AsType[*uae.OAuthError](err)
			_, nonsense := errors.AsType[*uae.ProtocolError](err)
			if got != (err == nil) || err != nil && !refused && !oauth && !nonsense {
				t.Errorf("%s: got %t beside %v", what, got, err)
			}
		}
		for _, op := range all {
			h.on(op.at(), says(status, body))
			got, _, err := op.do(t.Context(), visit(c.Client))
			check(op.name, got, err)
		}
		h.on("POST "+pushPath, says(status, body))
		h.on("POST "+tokenPath, says(status, body))
		p, err := c.Push(t.Context(), requestV12())
		check("push", p != nil, err)
		token, err := c.Refresh(t.Context(), "refresh-1")
		check("refresh", token != nil, err)
	})
}
