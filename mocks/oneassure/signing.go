package oneassure

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// How OneAssure signs is not published. We sign by Standard Webhooks 1.0: HMAC by
// the bytes behind the prefix, over id, timestamp and body.
const (
	secretPrefix = "whsec_"
	// webhookSecret is public and opens nothing but sandboxes.
	webhookSecret = "whsec_c2FuZGJveCBrZXksIG9wZW5zIG5vdGhpbmcgYXQgYWxs"

	shortestSecret, longestSecret = 24, 64 // bytes, as the standard says
	mostSubscribers               = 10
)

// subscriber is a row, kept under a number: who is told of everything.
type subscriber struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
}

// registered is what a subscriber is known by.
type registered struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Secret string `json:"secret"`
}

// register subscribes an address to the events of the world.
func (in *insurer) register(ctx context.Context, asked json.RawMessage) (any, error) {
	var said struct {
		URL    string  `json:"url"`
		Secret *string `json:"secret"`
	}
	decoder := json.NewDecoder(strings.NewReader(string(asked)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&said); err != nil {
		return nil, unregistrable(`a subscriber has a url, and may have a secret; nothing else is read`, `send {"url":"http://127.0.0.1:9000/webhook"}`)
	}
	if err := mocks.CheckReceiver(said.URL); err != nil {
		return nil, unregistrable(err.Error(), `send {"url":"http://127.0.0.1:9000/webhook"}`)
	}
	to := subscriber{URL: said.URL, Secret: webhookSecret}
	if said.Secret != nil {
		to.Secret = *said.Secret
	}
	if _, err := keyOf(to.Secret); err != nil {
		return nil, unregistrable(err.Error(), "send a secret like "+webhookSecret)
	}
	n, err := mocks.WorldOf(ctx).Next(ctx, "oneassure/subscriber")
	if err != nil {
		return nil, fmt.Errorf("count subscribers: %w", err)
	}
	if n > mostSubscribers {
		return nil, unregistrable(fmt.Sprintf("a world has at most %d subscribers", mostSubscribers), "reset the world, or use another")
	}
	id := fmt.Sprintf("sub-%02d", n)
	if err := in.subscribers.Insert(ctx, id, to); err != nil {
		return nil, fmt.Errorf("keep subscriber %s: %w", id, err)
	}
	return registered{ID: id, URL: to.URL, Secret: to.Secret}, nil
}

func unregistrable(rule, remedy string) *mocks.Refusal {
	return &mocks.Refusal{Kind: mocks.Invalid, Rule: rule, Remedy: remedy, Evidence: contracts.Inferred, Err: errors.New(rule)}
}

// keyOf is the bytes that a secret stands for.
func keyOf(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < shortestSecret || len(key) > longestSecret {
		return nil, fmt.Errorf("a secret is %s and the base64 of %d to %d bytes", secretPrefix, shortestSecret, longestSecret)
	}
	return key, nil
}

// What a scenario can have a receiver refuse.
const (
	forgeKey      = "wrong-key" // signed by another secret
	forgeAltered  = "altered"   // the body was changed afterwards
	forgeID       = "other-id"  // the id was changed afterwards
	forgeExpired  = "expired"   // signed an hour ago
	forgeUnsigned = "unsigned"  // without a signature
)

var forgeries = []string{forgeKey, forgeAltered, forgeID, forgeExpired, forgeUnsigned}

// seal signs an attempt. It is dated by the real clock, by which a receiver judges
// it; what it tells is dated by the world's.
func (in *insurer) seal(ctx context.Context, n mocks.Notice, forgery string) (mocks.Sealed, error) {
	var id string
	if err := json.Unmarshal(n.Envelope, &id); err != nil {
		return mocks.Sealed{}, fmt.Errorf("read the envelope of %s: %w", n.ID, err)
	}
	to, err := in.subscribers.Get(ctx, id)
	if err != nil {
		return mocks.Sealed{}, fmt.Errorf("find subscriber %s: %w", id, err)
	}
	key, err := keyOf(to.Secret)
	if err != nil {
		return mocks.Sealed{}, err
	}
	at := mocks.WallClock()
	switch forgery {
	case forgeKey:
		key = []byte("another key, which nobody has")
	case forgeExpired:
		at = at.Add(-time.Hour)
	}
	stamp, body := strconv.FormatInt(at.Unix(), 10), []byte(n.Message)
	signature := "v1," + base64.StdEncoding.EncodeToString(signed(key, n.ID, stamp, body))
	header := http.Header{"Content-Type": {"application/json"}}
	header.Set("webhook-id", n.ID)
	header.Set("webhook-timestamp", stamp)
	header.Set("webhook-signature", signature)
	header.Set("webhook-event", n.Event)
	switch forgery {
	case forgeAltered:
		body = []byte(strings.Replace(string(body), `"status":"`, `"status":"X`, 1))
	case forgeID:
		header.Set("webhook-id", n.ID+"0")
	case forgeUnsigned:
		header.Del("webhook-signature")
	}
	return mocks.Sealed{Header: header, Body: body}, nil
}

func signed(key []byte, id, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
