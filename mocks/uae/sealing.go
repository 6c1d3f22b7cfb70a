package uae

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/mocks"
)

// eventLife is how long the signature of an attempt is good (inferred).
const eventLife = 5 * time.Minute

// What a scenario can have a receiver refuse.
const (
	forgeWrongKey  = "wrong-key"       // signed by another key under the hub's kid
	forgeKid       = "unknown-kid"     // signed by a key that is in no JWKS
	forgeExpired   = "expired"         // exp is past
	forgeAltered   = "altered"         // the payload was changed afterwards
	forgeAudience  = "other-audience"  // for another client
	forgeIssuer    = "other-issuer"    // of another hub
	forgeUnsigned  = "unsigned"        // alg none
	forgeAlgorithm = "other-algorithm" // RS256, by the right key
)

var forgeries = []string{forgeWrongKey, forgeKid, forgeExpired, forgeAltered, forgeAudience, forgeIssuer, forgeUnsigned, forgeAlgorithm}

// eventClaims are the payload of an event. They are dated by the real clock, by
// which a receiver judges them; the message is dated by the world's.
type eventClaims struct {
	Issuer    string          `json:"iss"`
	Expires   int64           `json:"exp"`
	NotBefore int64           `json:"nbf"`
	Audience  []string        `json:"aud"`
	Issued    int64           `json:"iat"`
	ID        string          `json:"jti"`
	Message   json.RawMessage `json:"message"`
}

// seal signs a notice for an attempt, and wraps it where the setting says so.
func (h *hub) seal(ctx context.Context, n mocks.Notice, forgery string) (mocks.Sealed, error) {
	var to addressee
	if err := json.Unmarshal(n.Envelope, &to); err != nil {
		return mocks.Sealed{}, fmt.Errorf("read the envelope of %s: %w", n.ID, err)
	}
	now := mocks.WallClock()
	body, err := forged(eventClaims{
		Issuer: to.Issuer, Audience: []string{to.ClientID}, ID: n.ID, Message: n.Message,
		Issued: now.Unix(), NotBefore: now.Unix(), Expires: now.Add(eventLife).Unix(),
	}, mocks.WorldOf(ctx).Seed(), forgery)
	if err != nil {
		return mocks.Sealed{}, err
	}
	header := http.Header{"Content-Type": {mediaJWT}}
	header.Set(headerInteraction, mocks.WorldOf(ctx).Fake("uae", "event-interaction", n.ID).UUID())
	if mocks.WorldOf(ctx).Setting(settingEvents) == "jwe" {
		header.Set("Content-Type", "application/jwe")
		if body, err = h.wrap(ctx, body, to.ClientID); err != nil {
			return mocks.Sealed{}, err
		}
	}
	return mocks.Sealed{Header: header, Body: []byte(body)}, nil
}

// forged is the signed event, or one that only looks like it; no forgery is an
// honest one.
func forged(c eventClaims, seed uint64, forgery string) (string, error) {
	by := signer{key: testkeys().hub, seed: seed}
	switch forgery {
	case forgeWrongKey:
		by.key = key{id: by.key.id, private: testkeys().wrong.private}
	case forgeKid:
		by.key = testkeys().wrong
	case forgeExpired:
		c.Issued, c.NotBefore, c.Expires = c.Issued-7200, c.NotBefore-7200, c.Expires-7200
	case forgeAudience:
		c.Audience = []string{"another-client"}
	case forgeIssuer:
		c.Issuer = "https://auth1.another-hub.example"
	}
	honest, err := sign(by, c)
	if err != nil {
		return "", err
	}
	header, rest, _ := strings.Cut(honest, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	switch forgery {
	case forgeAltered:
		c.Issued--
		other, err := json.Marshal(c)
		if err != nil {
			return "", fmt.Errorf("claims to alter: %w", err)
		}
		payload = base64.RawURLEncoding.EncodeToString(other)
	case forgeUnsigned:
		header, signature = "eyJhbGciOiJub25lIn0", "" // {"alg":"none"}
	case forgeAlgorithm:
		return signRS256(testkeys().hub, c)
	}
	return header + "." + payload + "." + signature, nil
}

// signRS256 signs with the right key by an algorithm that the profile refuses.
func signRS256(k key, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("claims to sign: %w", err)
	}
	by, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: k.private, KeyID: k.id}}, nil)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", k.id, err)
	}
	signed, err := by.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", k.id, err)
	}
	return signed.CompactSerialize()
}

// wrap encrypts a signed event to its client, as later versions do. Its bytes are
// new every time: encryption takes no salt of ours.
func (h *hub) wrap(ctx context.Context, compact, clientID string) (string, error) {
	c, err := h.clients.Get(ctx, clientID)
	if err != nil {
		return "", fmt.Errorf("read client %s: %w", clientID, err)
	}
	to, err := c.encryptionKey()
	if err != nil {
		return "", err
	}
	options := new(jose.EncrypterOptions).WithContentType("JWT")
	by, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: to.Key, KeyID: to.KeyID}, options)
	if err != nil {
		return "", fmt.Errorf("encrypt to %s: %w", to.KeyID, err)
	}
	wrapped, err := by.Encrypt([]byte(compact))
	if err != nil {
		return "", fmt.Errorf("encrypt to %s: %w", to.KeyID, err)
	}
	return wrapped.CompactSerialize()
}

// encryptionKey is where events can be encrypted to; without one they cannot be
// delivered.
func (c client) encryptionKey() (jose.JSONWebKey, error) {
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(c.Keys, &keys); err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("the keys of client %s: %w", c.ID, err)
	}
	at := slices.IndexFunc(keys.Keys, func(k jose.JSONWebKey) bool {
		_, ok := k.Key.(*rsa.PublicKey)
		return ok && k.Use == useEncryption
	})
	if at < 0 {
		return jose.JSONWebKey{}, errors.New("the client has registered no encryption key (use enc), so no event can reach it")
	}
	return keys.Keys[at], nil
}
