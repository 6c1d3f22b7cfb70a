package contracts

import (
	"encoding/base64"
	"strings"
)

const (
	mediaJWT = "application/jwt"
	mediaJWE = "application/jwe"
)

// jws is a compact JWS as far as a check may read it: no signature is verified
// here, because the key is not in the exchange, and redaction has cut it off.
type jws struct {
	header, claims any // objects, with numbers as json.Number
}

// parseJWS reads header and claims; nil for a text that is no compact JWS of
// JSON objects. What stands where a signature should is not looked at.
func parseJWS(text string) *jws {
	parts := strings.Split(strings.TrimSpace(text), ".")
	if len(parts) != 3 {
		return nil
	}
	var trees [2]any
	for i, part := range parts[:2] {
		plain, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return nil
		}
		tree, err := decodeJSON(plain)
		if _, object := tree.(map[string]any); err != nil || !object {
			return nil
		}
		trees[i] = tree
	}
	return &jws{header: trees[0], claims: trees[1]}
}

// jws is the body where it is a compact JWS, read once; otherwise nil.
func (m *Message) jws() *jws {
	if m.Cut {
		return nil
	}
	if !m.read.opened {
		m.read.opened, m.read.signed = true, parseJWS(string(m.Body))
	}
	return m.read.signed
}
