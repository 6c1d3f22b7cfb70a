package uae

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	mostRedirects = 20
	mostKeys      = 20
	smallestKey   = 2048 // bits of an RSA key
	longestClient = 512  // characters of a client_id
)

// registered is what is known of a client that was registered.
type registered struct {
	ClientID     string          `json:"client_id"`
	RedirectURIs []string        `json:"redirect_uris"`
	JWKS         json.RawMessage `json:"jwks"`
}

// register takes a client into the world, or its new keys and addresses. In the
// programme a directory does that.
func (h *hub) register(ctx context.Context, asked json.RawMessage) (any, error) {
	c, refusal := readClient(asked)
	if refusal != nil {
		return nil, ours(refusal)
	}
	if err := h.clients.Set(ctx, c.ID, c); err != nil {
		return nil, fmt.Errorf("register client %s: %w", c.ID, err)
	}
	return registered{ClientID: c.ID, RedirectURIs: c.RedirectURIs, JWKS: c.Keys}, nil
}

func readClient(asked json.RawMessage) (client, *mocks.Refusal) {
	o, err := readObject(asked)
	if err != nil {
		return client{}, flaw("", "a registration is a JSON object", "send client_id, redirect_uris and jwks")
	}
	var r reading
	r.closed(o, "", "client_id", "redirect_uris", "jwks")
	var c client
	c.ID, _ = textOf(o, "client_id")
	switch id := c.ID[strings.LastIndexByte(c.ID, '/')+1:]; {
	case !uuid4.MatchString(id) || len(c.ID) > longestClient:
		r.fail("/client_id", "client_id is a UUID of version 4, or an address that ends in one", "send such an id")
	case c.ID == testClient:
		r.fail("/client_id", "this is the published client, which every world has", "choose another id")
	}
	c.RedirectURIs = r.redirects(o)
	c.Keys = r.jwks(o)
	return c, r.refusal
}

func (r *reading) redirects(o object) []string {
	const at = "/redirect_uris"
	list, ok := o["redirect_uris"].([]any)
	if !ok || len(list) == 0 || len(list) > mostRedirects {
		r.fail(at, "redirect_uris is a list of 1 to 20 addresses", "send the addresses to which browsers come back")
		return nil
	}
	var all []string
	for i, value := range list {
		text, _ := value.(string)
		if u, err := url.Parse(text); err != nil || u.Host == "" || u.Fragment != "" || !webAddress(text) {
			r.fail(at+"/"+strconv.Itoa(i), "a redirect URI is an absolute address of http or https without a fragment", "send such an address")
		}
		all = append(all, text)
	}
	return all
}

// jwks reads a set of public keys, one of which can verify what the client signs.
func (r *reading) jwks(o object) json.RawMessage {
	const at = "/jwks"
	text, err := json.Marshal(r.object(o, "", "jwks"))
	if err != nil {
		return nil // it was decoded from JSON
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(text, &keys); err != nil || len(keys.Keys) == 0 || len(keys.Keys) > mostKeys {
		r.fail(at, "jwks is a set of 1 to 20 keys (RFC 7517)", `send {"keys":[…]}`)
		return nil
	}
	signs := false
	for i, k := range keys.Keys {
		at := at + "/keys/" + strconv.Itoa(i)
		public, ok := k.Key.(*rsa.PublicKey)
		switch {
		case !k.IsPublic():
			r.fail(at, "a JWKS has public keys alone", "leave the private members out, and change the key: it was sent")
		case !ok || public.N.BitLen() < smallestKey:
			r.fail(at, "a key is one of RSA with 2048 bits or more", "send such a key")
		case k.KeyID == "":
			r.fail(at+"/kid", "every key has a kid, by which a JWS names it", "send kid")
		}
		signs = signs || k.Use != useEncryption
	}
	if !signs {
		r.fail(at, "one key at least is for signatures", "send a key with use sig")
	}
	return text
}
