package uae

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// The salt comes from seed and payload, so a signature is the same twice; it
// depends on both, and verifies.
func TestSignaturesAreDeterministic(t *testing.T) {
	k := testkeys().hub
	claims := map[string]int{"a": 1}
	first, err := sign(signer{key: k, seed: 1}, claims)
	if err != nil {
		t.Fatal(err)
	}
	again, err := sign(signer{key: k, seed: 1}, claims)
	if err != nil {
		t.Fatal(err)
	}
	other, err := sign(signer{key: k, seed: 2}, claims)
	if err != nil {
		t.Fatal(err)
	}
	if first != again {
		t.Errorf("one seed and payload gave\n%s\n%s", first, again)
	}
	if first == other {
		t.Error("two seeds gave one signature")
	}
	for _, compact := range []string{first, other} {
		jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.PS256})
		if err != nil {
			t.Fatal(err)
		}
		if jws.Signatures[0].Header.KeyID != k.id {
			t.Errorf("got the kid %q, want %q", jws.Signatures[0].Header.KeyID, k.id)
		}
		signed := compact[:strings.LastIndexByte(compact, '.')]
		digest := sha256.Sum256([]byte(signed))
		// Not the library that signed; and PS256 demands a salt as long as the digest.
		if err := rsa.VerifyPSS(&k.private.PublicKey, crypto.SHA256, digest[:], jws.Signatures[0].Signature, &rsa.PSSOptions{SaltLength: 32}); err != nil {
			t.Errorf("%s: %v", compact, err)
		}
	}
}

// The published private keys are those whose public halves the client has
// registered, kid included.
func TestPublishedKeys(t *testing.T) {
	var registered jose.JSONWebKeySet
	if err := json.Unmarshal(publishedClient().Keys, &registered); err != nil {
		t.Fatal(err)
	}
	credentials := Insurer().Credentials
	for name, use := range map[string]string{"private_jwk": "sig", "encryption_private_jwk": "enc"} {
		text, err := json.Marshal(credentials[name])
		if err != nil {
			t.Fatal(err)
		}
		var private jose.JSONWebKey
		if err := json.Unmarshal(text, &private); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found := registered.Key(private.KeyID)
		if private.IsPublic() || private.KeyID == "" || private.Use != use || len(found) != 1 || !private.Key.(*rsa.PrivateKey).PublicKey.Equal(found[0].Key) {
			t.Errorf("%s: got %v, registered %v", name, private, found)
		}
	}
	if ids := testkeys(); ids.hub.id == ids.wrong.id || len(ids.hub.id) != 43 {
		t.Errorf("the hub's keys have the ids %s and %s", ids.hub.id, ids.wrong.id)
	}
}
