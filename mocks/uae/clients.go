package uae

import (
	"encoding/json"
	"net"
	"net/url"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// The published client; it opens nothing but sandboxes.
const (
	testClient   = "3e8f3f3c-53c1-4c6a-9a5b-2f4d3a0f1b77"
	testRedirect = "http://127.0.0.1:9/callback" // where nobody listens: a caller reads the address
)

// publishedClient is the row of the client that every fresh world knows.
func publishedClient() client {
	keys := testkeys()
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		keys.client.public(useSignature, string(jose.PS256)),
		keys.clientEncryption.public(useEncryption, string(jose.RSA_OAEP_256)),
	}})
	if err != nil {
		panic(err) // the committed keys
	}
	return client{ID: testClient, RedirectURIs: []string{testRedirect}, AnyLoopback: true, Keys: jwks}
}

// takes says whether the client may be called back at an address, which is one it
// registered, character by character.
func (c client) takes(redirect string) bool {
	return slices.Contains(c.RedirectURIs, redirect) || c.AnyLoopback && loopback(redirect)
}

// loopback says whether an address is one of the caller's own machine.
func loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
