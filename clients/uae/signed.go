package uae

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	jsonjose "github.com/go-jose/go-jose/v4/json"
)

// leeway is how far the hub's clock may be from ours.
const leeway = 30 * time.Second

// opened is the payload of a compact JWS whose PS256 signature is right.
func opened(ctx context.Context, keys func(context.Context, string) (*rsa.PublicKey, error), compact string) ([]byte, error) {
	read, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.PS256})
	if err != nil {
		if _, other := errors.AsType[*jose.ErrUnexpectedSignatureAlgorithm](err); other {
			return nil, ErrAlgorithm
		}
		return nil, fmt.Errorf("%w: not a compact JWS", ErrMalformed)
	}
	header := read.Signatures[0].Protected
	for _, extension := range []jose.HeaderKey{"crit", "b64"} {
		if _, there := header.ExtraHeaders[extension]; there {
			return nil, fmt.Errorf("%w: the header has %s", ErrMalformed, extension)
		}
	}
	if header.KeyID == "" {
		return nil, fmt.Errorf("%w: the header has no kid", ErrUnknownKey)
	}
	key, err := keys(ctx, header.KeyID)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, ErrUnknownKey
	}
	digest := sha256.Sum256([]byte(compact[:strings.LastIndexByte(compact, '.')]))
	// The salt is as long as the hash; verifying any length would pass what is not PS256.
	if err := rsa.VerifyPSS(key, crypto.SHA256, digest[:], read.Signatures[0].Signature, pss); err != nil {
		return nil, ErrSignature
	}
	return read.UnsafePayloadWithoutVerification(), nil
}

// audience is a string or a list of strings.
type audience []string

func (a *audience) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = nil
		if one != "" {
			*a = audience{one}
		}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// claims is what every signed thing of the hub says about itself.
type claims struct {
	Issuer    string   `json:"iss"`
	Audience  audience `json:"aud"`
	Expires   Number   `json:"exp"`
	NotBefore Number   `json:"nbf"`
}

// readClaims reads a payload by names to the letter, none twice.
func readClaims[T any](payload []byte) (*T, error) {
	var read T
	if !strings.HasPrefix(strings.TrimLeft(string(payload), " \t\r\n"), "{") {
		return nil, fmt.Errorf("%w: the payload is not a JSON object", ErrMalformed)
	}
	if err := jsonjose.Unmarshal(payload, &read); err != nil {
		return nil, fmt.Errorf("%w: the payload cannot be read", ErrMalformed)
	}
	return &read, nil
}

// judge says what is wrong with the claims, first by whom and for whom they are.
func (c claims) judge(issuer, audience string, now time.Time, leeway time.Duration) (expires time.Time, err error) {
	if c.Issuer != issuer {
		return time.Time{}, ErrIssuer
	}
	if !slices.Contains(c.Audience, audience) {
		return time.Time{}, ErrAudience
	}
	if expires, err = c.Expires.moment(); err != nil {
		return time.Time{}, fmt.Errorf("%w: exp: %w", ErrMalformed, err)
	}
	if !now.Before(expires.Add(leeway)) {
		return time.Time{}, ErrExpired
	}
	if c.NotBefore == "" {
		return expires, nil
	}
	begins, err := c.NotBefore.moment()
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: nbf: %w", ErrMalformed, err)
	}
	if now.Add(leeway).Before(begins) {
		return time.Time{}, ErrNotYet
	}
	return expires, nil
}

// identity verifies an id_token and gives its claims. Its nonce is looked at only
// where there is one to compare with.
func (c *Client) identity(ctx context.Context, compact string, nonce *string) (json.RawMessage, error) {
	payload, err := opened(ctx, c.HubKey, compact)
	if err != nil {
		return nil, err
	}
	read, err := readClaims[struct {
		claims
		Nonce      string `json:"nonce"`
		Authorized string `json:"azp"`
	}](payload)
	if err != nil {
		return nil, err
	}
	if _, err := read.judge(c.issuer, c.id, c.now(), leeway); err != nil {
		return nil, err
	}
	if read.Authorized != "" && read.Authorized != c.id {
		return nil, fmt.Errorf("%w: by azp", ErrAudience)
	}
	if nonce != nil && (*nonce == "" || read.Nonce != *nonce) {
		return nil, ErrNonce
	}
	return payload, nil
}
