package uae

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

//go:embed testkeys/*.pem
var pems embed.FS

// key is one of the committed keys. They are public and worthless, and the same
// everywhere: a client can be set up once, and two runs sign alike.
type key struct {
	id      string // its thumbprint (RFC 7638)
	private *rsa.PrivateKey
}

// testkeys are the keys there are: the hub signs with one, another is in no JWKS
// at all, two belong to the published client.
var testkeys = sync.OnceValue(func() (k struct{ hub, wrong, client, clientEncryption key }) {
	k.hub, k.wrong = mustKey("hub"), mustKey("wrong")
	k.client, k.clientEncryption = mustKey("client"), mustKey("client-encryption")
	return k
})

func mustKey(name string) key {
	text, err := pems.ReadFile("testkeys/" + name + ".pem")
	if err != nil {
		panic(err) // embedded
	}
	block, _ := pem.Decode(text)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(fmt.Sprintf("testkeys/%s.pem: %v", name, err))
	}
	private := parsed.(*rsa.PrivateKey)
	thumb, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		panic(fmt.Sprintf("testkeys/%s.pem: %v", name, err))
	}
	return key{id: base64.RawURLEncoding.EncodeToString(thumb), private: private}
}

const (
	useSignature  = "sig"
	useEncryption = "enc"
)

func (k key) public(use string, alg string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Use: use, Algorithm: alg}
}

// published is the whole key as a JSON object, private members included.
func (k key) published(use, alg string) map[string]any {
	whole := k.public(use, alg)
	whole.Key = k.private
	text, err := json.Marshal(whole)
	if err != nil {
		panic(err) // a key that was parsed
	}
	var jwk map[string]any
	if err := json.Unmarshal(text, &jwk); err != nil {
		panic(err)
	}
	return jwk
}

// signer signs with PS256 and a salt that depends on seed and payload alone, so
// that one script under one seed gives the same bytes twice. A salt need not be
// secret, and these keys are not.
type signer struct {
	key  key
	seed uint64
}

var _ jose.OpaqueSigner = signer{}

// Public implements [jose.OpaqueSigner].
func (s signer) Public() *jose.JSONWebKey {
	public := s.key.public(useSignature, string(jose.PS256))
	return &public
}

// Algs implements [jose.OpaqueSigner].
func (s signer) Algs() []jose.SignatureAlgorithm { return []jose.SignatureAlgorithm{jose.PS256} }

// SignPayload implements [jose.OpaqueSigner].
func (s signer) SignPayload(payload []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	mac := hmac.New(sha256.New, binary.BigEndian.AppendUint64(nil, s.seed))
	mac.Write(payload)
	digest := sha256.Sum256(payload)
	// SignPSS reads the salt, and nothing else, from its reader.
	options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	return rsa.SignPSS(bytes.NewReader(mac.Sum(nil)), s.key.private, crypto.SHA256, digest[:], options)
}

// sign is a compact JWS of the claims.
func sign(s signer, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("claims to sign: %w", err)
	}
	options := new(jose.SignerOptions).WithType("JWT")
	by, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.PS256, Key: s}, options)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", s.key.id, err)
	}
	signed, err := by.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign with %s: %w", s.key.id, err)
	}
	return signed.CompactSerialize()
}
