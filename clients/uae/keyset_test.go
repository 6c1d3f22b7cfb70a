package uae_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

func TestHubKey(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	find := func(id string, want error, fetches int) {
		t.Helper()
		key, err := c.HubKey(t.Context(), id)
		if !errors.Is(err, want) || (key == nil) != (want != nil) || len(h.calls(keysPath)) != fetches {
			t.Errorf("%s: got %v, %v after %d fetches, want %v after %d", id, key != nil, err, len(h.calls(keysPath)), want, fetches)
		}
	}
	find(kid, nil, 1)
	find(kid, nil, 1)
	// The first unknown id asks again at once, the next ones once a minute.
	find("hub-2", uae.ErrUnknownKey, 2)
	find("hub-2", uae.ErrUnknownKey, 2)
	h.pass(59 * time.Second)
	find("hub-3", uae.ErrUnknownKey, 2)
	h.pass(time.Second)
	h.on("GET "+keysPath, says(200, keySet(t, public("hub-2", strayKey()))))
	find("hub-2", nil, 3)
	find(kid, uae.ErrUnknownKey, 3) // rotated away

	// A hub that cannot be asked takes no key away that is at hand.
	h.pass(time.Minute)
	h.on("GET "+keysPath, says(404, ""))
	if _, err := c.HubKey(t.Context(), "hub-4"); !errors.Is(err, uae.ErrNotFound) || errors.Is(err, uae.ErrUnknownKey) {
		t.Errorf("got %v, want the hub's 404", err)
	}
	find("hub-2", nil, 4)
	h.pass(15 * time.Minute)
	if _, err := c.HubKey(t.Context(), "hub-2"); !errors.Is(err, uae.ErrNotFound) {
		t.Errorf("got %v, want the hub's 404 once the keys are old", err)
	}
}

func TestUnknownKeysAreFetchedOnceForAll(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	if _, err := c.HubKey(t.Context(), kid); err != nil {
		t.Fatal(err)
	}
	h.on("GET "+keysPath, says(200, keySet(t, public(kid, hubKey()), public("hub-2", strayKey()))))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.HubKey(t.Context(), "hub-2"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := len(h.calls(keysPath)); got != 2 {
		t.Errorf("fetched %d times, want twice", got)
	}
}

func TestWhichKeysCount(t *testing.T) {
	good := text(t, public(kid, hubKey()))
	encrypts := public("enc", hubKey())
	encrypts.Use, encrypts.Algorithm = "enc", "RSA-OAEP-256"
	other := public("rs256", hubKey())
	other.Algorithm = "RS256"
	plain := jose.JSONWebKey{Key: hubKey().Public(), KeyID: "plain"}
	nameless := jose.JSONWebKey{Key: hubKey().Public()}
	h := newHub(t)
	h.on("GET "+keysPath, says(200, `{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"oct"},{"kty":"new","kid":"new"},7,null,`+
		text(t, encrypts)+`,`+text(t, other)+`,`+text(t, plain)+`,`+text(t, nameless)+`,`+good+`]}`))
	c := h.v12(t)
	for id, want := range map[string]bool{kid: true, "plain": true, "enc": false, "rs256": false, "oct": false, "new": false, "": false} {
		if _, err := c.HubKey(t.Context(), id); errors.Is(err, uae.ErrUnknownKey) == want {
			t.Errorf("%q: got %v, want found %t", id, err, want)
		}
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"two of one id": {says(200, `{"keys":[`+good+`,`+good+`]}`), "two keys have the id"},
		"no keys":       {says(200, `{}`), "keys is missing"},
		"a list":        {says(200, `[]`), "not a JSON object"},
		"a page":        {says(200, `<html>`), "not JSON"},
	} {
		h := newHub(t)
		h.on("GET "+keysPath, test.answer)
		if _, err := h.v12(t).HubKey(t.Context(), kid); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, test.want)
		}
	}
}
