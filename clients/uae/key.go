package uae

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Key is a private RSA key and the kid under which the directory publishes its
// other half. The private part may live in a module that never shows it; to
// decrypt it must be a crypto.Decrypter too.
type Key struct {
	ID      string
	Private crypto.Signer
}

// ParseKey reads a private RSA key from a JWK.
func ParseKey(jwk []byte) (Key, error) {
	var read jose.JSONWebKey
	if err := read.UnmarshalJSON(jwk); err != nil {
		return Key{}, errors.New("uae: read key: not a JWK") // what was read may be quoted in the cause
	}
	private, ok := read.Key.(*rsa.PrivateKey)
	if !ok {
		return Key{}, errors.New("uae: read key: not a private RSA key")
	}
	return Key{ID: read.KeyID, Private: private}, nil
}

// smallestKey is what the directory takes, in bits.
const smallestKey = 2048

func (k Key) usable() error {
	if k.Private == nil {
		return errors.New("there is none")
	}
	public, ok := k.Private.Public().(*rsa.PublicKey)
	switch {
	case !ok:
		return errors.New("not an RSA key")
	case public.N.BitLen() < smallestKey:
		return fmt.Errorf("%d bits, want at least %d", public.N.BitLen(), smallestKey)
	case k.ID == "":
		return errors.New("has no id")
	}
	return nil
}

// sign makes a compact JWS by PS256, whose salt is as long as its hash.
func (k Key) sign(claims any) (string, error) {
	header, err := json.Marshal(struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
		Type      string `json:"typ"`
	}{"PS256", k.ID, "JWT"})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload)
	digest := sha256.Sum256([]byte(signed))
	signature, err := k.Private.Sign(rand.Reader, digest[:], pss)
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// pss is PS256 as RFC 7518 section 3.5 has it.
var pss = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}

// unwrapper decrypts the key of an encrypted event.
type unwrapper struct{ crypto.Decrypter }

// DecryptKey is RSA-OAEP-256, which is all that is parsed.
func (u unwrapper) DecryptKey(wrapped []byte, _ jose.Header) ([]byte, error) {
	return u.Decrypt(rand.Reader, wrapped, &rsa.OAEPOptions{Hash: crypto.SHA256})
}

// uuid is a fresh version 4 UUID.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// secret is 256 bits of chance, in 43 characters fit for a URL.
func secret() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
