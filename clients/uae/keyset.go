package uae

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// betweenRefetches is how often at most an unknown kid makes the client fetch the
// hub's keys before they are due.
const betweenRefetches = time.Minute

// keySet is the hub's signing keys by kid.
type keySet struct {
	now func() time.Time
	set kept[map[string]*rsa.PublicKey]

	mu   sync.Mutex
	next time.Time // when an unknown kid may have the keys fetched again
}

func newKeySet(now func() time.Time, fetch func(context.Context) (map[string]*rsa.PublicKey, time.Time, error)) *keySet {
	return &keySet{now: now, set: kept[map[string]*rsa.PublicKey]{now: now, fetch: fetch}}
}

// HubKey is the hub's public key of that id, for a [Receiver]. An id that is not
// among those at hand has them fetched once more, at most once a minute; one that
// still is not there is [ErrUnknownKey].
func (c *Client) HubKey(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	return c.keys.key(ctx, kid)
}

func (s *keySet) key(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	set, err := s.set.get(ctx)
	if err != nil {
		return nil, named(callKeys, err)
	}
	if key := set[kid]; key != nil {
		return key, nil
	}
	if pending := s.refetch(ctx); pending != nil {
		set, err = pending.wait(ctx)
	} else {
		set = s.set.last()
	}
	if err != nil {
		return nil, named(callKeys, err)
	}
	if key := set[kid]; key != nil {
		return key, nil
	}
	return nil, ErrUnknownKey
}

// refetch is a fetch that may bring an unknown kid: one under way, or a new one if
// it is time.
func (s *keySet) refetch(ctx context.Context) *fetching[map[string]*rsa.PublicKey] {
	s.mu.Lock()
	defer s.mu.Unlock()
	pending := s.set.underWay()
	if now := s.now(); pending == nil && !now.Before(s.next) {
		s.next = now.Add(betweenRefetches)
		_, pending = s.set.current(ctx, true)
	}
	return pending
}

func (c *Client) fetchKeys(ctx context.Context) (map[string]*rsa.PublicKey, time.Time, error) {
	d, err := c.Discovery(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	asked := c.now()
	a, err := c.do(ctx, call{name: callKeys, method: http.MethodGet, url: d.Keys, want: []int{http.StatusOK}, safe: true})
	if err != nil {
		return nil, time.Time{}, err
	}
	set, err := decodeKeys(a)
	if err != nil {
		return nil, time.Time{}, a.wrong(callKeys, "not a set of keys", err)
	}
	return set, asked.Add(age(a.header)), nil
}

// decodeKeys reads the RSA keys that may verify a PS256 signature. What is of
// another kind or for another use, or cannot be read, is passed over: it is not
// for us.
func decodeKeys(a answer) (map[string]*rsa.PublicKey, error) {
	read, err := decode[struct {
		Keys []json.RawMessage `json:"keys"`
	}](a)
	if err != nil {
		return nil, err
	}
	if read.Keys == nil {
		return nil, missing("keys")
	}
	set := map[string]*rsa.PublicKey{}
	for _, text := range read.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(text) != nil {
			continue
		}
		public, ok := k.Key.(*rsa.PublicKey)
		if !ok || k.KeyID == "" || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != "PS256" || public.N.BitLen() < smallestKey {
			continue
		}
		if set[k.KeyID] != nil {
			return nil, fmt.Errorf("two keys have the id %q", oneLine(k.KeyID))
		}
		set[k.KeyID] = public
	}
	return set, nil
}
