package uae

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/mocks"
)

// object is a decoded JSON object whose numbers keep their text.
type object = map[string]any

// signed is a JWT as a client sent it; its claims are not to be believed before
// [signed.by].
type signed struct {
	jws    *jose.JSONWebSignature
	kid    string
	claims object
}

// openJWT reads a JWT without judging who made it.
func openJWT(compact string) (*signed, *mocks.Refusal) {
	if strings.Count(compact, ".") == 4 {
		return nil, flaw("", "a JWT is signed and not encrypted: discovery names no encryption for it", "send a JWS in compact form")
	}
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.PS256})
	if wrong, ok := errors.AsType[*jose.ErrUnexpectedSignatureAlgorithm](err); ok {
		return nil, flaw("", fmt.Sprintf("every JWS is signed with PS256, and this one says %.20q", wrong.Got), "sign with PS256")
	}
	if err != nil {
		return nil, flaw("", "this is no JWS in compact form", "send three parts of base64url with dots between them")
	}
	s := &signed{jws: jws, kid: jws.Signatures[0].Header.KeyID}
	if s.claims, err = readObject(jws.UnsafePayloadWithoutVerification()); err != nil {
		return nil, flaw("", "the payload of a JWT is one JSON object", "sign a JSON object of claims")
	}
	return s, nil
}

// by demands that one of the client's keys made the signature.
func (s *signed) by(c client) *mocks.Refusal {
	if s.kid == "" {
		return flaw("", "the header of a JWS names its key", "set kid to the id of a key in the client's JWKS")
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(c.Keys, &keys); err != nil {
		return flaw("", "the client's registered JWKS cannot be read", "register the client again")
	}
	found := keys.Key(s.kid)
	if len(found) == 0 {
		return flaw("", fmt.Sprintf("the client has registered no key with the kid %.80q", s.kid), "set kid to the id of a key in the client's JWKS")
	}
	for _, candidate := range found {
		if candidate.Use == useEncryption {
			continue
		}
		if _, err := s.jws.Verify(candidate); err == nil {
			return nil
		}
	}
	return flaw("", fmt.Sprintf("the signature was not made with the client's key %.80q", s.kid), "sign with the private half of the registered key, and change nothing afterwards")
}

// readObject decodes one JSON object and nothing behind it.
func readObject(text []byte) (object, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var o object
	if err := decoder.Decode(&o); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	if o == nil {
		return nil, errors.New("null")
	}
	return o, nil
}

// textOf is a claim that is a text; false: it is absent or something else.
func textOf(o object, name string) (string, bool) {
	text, ok := o[name].(string)
	return text, ok
}

// furthest is the last second that a NumericDate may name, in the year 9999.
const furthest = 253_402_300_799

// dateOf is a claim that is a NumericDate: seconds since 1970, fractions allowed.
func dateOf(o object, name string) (time.Time, bool) {
	number, ok := o[name].(json.Number)
	if !ok {
		return time.Time{}, false
	}
	seconds, err := number.Float64()
	if err != nil || math.Abs(seconds) > furthest {
		return time.Time{}, false
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)), true
}

// wantDate is a claim that must be a NumericDate.
func wantDate(o object, name string) (time.Time, *mocks.Refusal) {
	at, ok := dateOf(o, name)
	if !ok {
		return at, flaw("/"+name, name+" is required: a number of seconds since 1970", "send "+name)
	}
	return at, nil
}

// notBefore refuses a date that lies in the future.
func notBefore(name string, at, now time.Time) *mocks.Refusal {
	if at.After(now.Add(leeway)) {
		return flaw("/"+name, fmt.Sprintf("%s is %s, which is still to come", name, stamp(at)), "set the clock by which the JWT is dated")
	}
	return nil
}

// notExpired refuses what is over.
func notExpired(at, now time.Time) *mocks.Refusal {
	if !now.Before(at) {
		return flaw("/exp", "the JWT expired at "+stamp(at), "sign a new one for each call")
	}
	return nil
}

// secondsOf is a claim that is a whole number.
func secondsOf(o object, name string) (int64, bool) {
	number, ok := o[name].(json.Number)
	if !ok {
		return 0, false
	}
	seconds, err := number.Int64()
	return seconds, err == nil
}
