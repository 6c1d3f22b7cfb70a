package uae

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// EventMeta says what happened to which resource. v1.0-rc1 puts UAEOF. before the
// event types of policies.
type EventMeta struct {
	EventDateTime DateTime `json:"EventDateTime"`
	EventResource string   `json:"EventResource"` // an address, or a path
	EventType     string   `json:"EventType"`     // Resource.Created, Resource.Updated or Resource.Deleted
	ConsentID     string   `json:"ConsentId"`
}

// Event is a verified event of the hub, in either of its shapes: v1.0-rc1 calls
// what Meta is here EventMeta, and adds Links.
type Event struct {
	ID      string          // jti, the same whenever the event is sent again; "" when the hub gave none
	Meta    EventMeta       // all of it but EventDateTime is there
	Links   *Links          // v1.0-rc1 only
	Data    json.RawMessage // the resource in the shape of its version; nil when the event has none
	Expires time.Time       // of the signature

	key replayKey
}

// decrypted is the compact JWS in a compact JWE, or the text itself if it is one.
func (r *Receiver) decrypted(raw string) (string, error) {
	if strings.Count(raw, ".") != 4 {
		return raw, nil
	}
	read, err := jose.ParseEncryptedCompact(raw, []jose.KeyAlgorithm{jose.RSA_OAEP_256}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return "", otherAlgorithm(raw)
	}
	if _, there := read.Header.ExtraHeaders["zip"]; there {
		return "", fmt.Errorf("%w: the event is compressed", ErrMalformed)
	}
	if kind, _ := read.Header.ExtraHeaders["cty"].(string); !strings.EqualFold(kind, "JWT") {
		return "", fmt.Errorf("%w: what is encrypted is not a JWT by its cty", ErrMalformed)
	}
	at := slices.IndexFunc(r.o.Decrypt, func(k Key) bool { return k.ID == read.Header.KeyID })
	if at < 0 {
		return "", fmt.Errorf("%w: to decrypt with", ErrUnknownKey)
	}
	key, ok := r.o.Decrypt[at].Private.(crypto.Decrypter)
	if !ok {
		return "", ErrDecryption
	}
	inner, err := read.Decrypt(unwrapper{key})
	if err != nil {
		return "", ErrDecryption
	}
	if strings.Count(string(inner), ".") != 2 {
		return "", fmt.Errorf("%w: what is encrypted is not a compact JWS", ErrMalformed)
	}
	return string(inner), nil
}

// otherAlgorithm tells a JWE by other algorithms from a text that is none.
func otherAlgorithm(raw string) error {
	protected, _, _ := strings.Cut(raw, ".")
	var header struct{ Alg, Enc string }
	text, err := base64.RawURLEncoding.DecodeString(protected)
	if err == nil {
		err = json.Unmarshal(text, &header)
	}
	if err == nil && header.Alg != "" && header.Enc != "" && (header.Alg != string(jose.RSA_OAEP_256) || header.Enc != string(jose.A256GCM)) {
		return ErrAlgorithm
	}
	return fmt.Errorf("%w: not a compact JWE", ErrMalformed)
}

// verified judges everything about an event but whether it was here before.
func (r *Receiver) verified(ctx context.Context, raw string) (*Event, error) {
	compact, err := r.decrypted(raw)
	if err != nil {
		return nil, err
	}
	payload, err := opened(ctx, r.o.Keys, compact)
	if err != nil {
		return nil, err
	}
	read, err := readClaims[struct {
		claims
		ID      string          `json:"jti"`
		Message json.RawMessage `json:"message"`
	}](payload)
	if err != nil {
		return nil, err
	}
	expires, err := read.judge(r.o.Issuer, r.o.Audience, r.o.Now(), r.o.Leeway)
	if err != nil {
		return nil, err
	}
	if read.NotBefore == "" {
		return nil, fmt.Errorf("%w: nbf is missing", ErrMalformed)
	}
	e, err := readEvent(read.Message)
	if err != nil {
		return nil, err
	}
	e.ID, e.Expires = read.ID, expires
	e.key = sha256.Sum256([]byte("jti " + read.ID))
	if read.ID == "" {
		e.key = sha256.Sum256(append([]byte("message "), read.Message...))
	}
	return e, nil
}

func readEvent(message json.RawMessage) (*Event, error) {
	read, err := readClaims[struct {
		Data      json.RawMessage
		Links     *Links
		Meta      *EventMeta
		EventMeta *EventMeta
	}](message)
	if err != nil {
		return nil, err
	}
	if (read.Meta == nil) == (read.EventMeta == nil) {
		return nil, fmt.Errorf("%w: the event has no Meta, or two", ErrMalformed)
	}
	meta := read.Meta
	if meta == nil {
		meta = read.EventMeta
	}
	if meta.EventType == "" || meta.EventResource == "" || meta.ConsentID == "" {
		return nil, fmt.Errorf("%w: the event does not say what happened to which resource", ErrMalformed)
	}
	return &Event{Meta: *meta, Links: read.Links, Data: read.Data}, nil
}

// codeOf is how the standard's error codes name what is wrong with an event.
func codeOf(err error) Code {
	for _, known := range []struct {
		err  error
		code Code
	}{
		{ErrReplayed, CodeEventUnexpected},
		{ErrSignature, CodeJWSSignature},
		{ErrAlgorithm, CodeJWSHeader},
		{ErrUnknownKey, CodeJWSHeader},
		{ErrDecryption, CodeJWEDecryption},
		{ErrIssuer, CodeJWSClaim},
		{ErrAudience, CodeJWSClaim},
		{ErrExpired, CodeJWSClaim},
		{ErrNotYet, CodeJWSClaim},
		{ErrMalformed, CodeJWSMalformed},
	} {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return ""
}
