package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"
)

const (
	maxBody     = 1 << 20  // bytes of a request
	maxSnapshot = 64 << 20 // bytes of a snapshot
)

// object is one JSON object whose values are still closed.
type object struct {
	values  map[string]json.RawMessage
	allowed []string
}

// readObject reads a body that is one JSON object with no key but the allowed
// ones. No body at all is an object without keys.
func readObject(r *http.Request, allowed ...string) (object, error) {
	body, err := readBody(r, maxBody)
	if err != nil || len(body) == 0 {
		return object{allowed: allowed}, err
	}
	return open("the body", body, allowed)
}

// readNothing refuses a body where a call takes none; an empty object is none.
func readNothing(r *http.Request) error {
	body, err := readBody(r, maxBody)
	if err != nil || len(body) > 0 && string(body) != "{}" {
		return refuse(http.StatusBadRequest, "this call takes no body")
	}
	return nil
}

func readBody(r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refuse(http.StatusRequestEntityTooLarge, "a body here has at most %d bytes", limit)
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "the body ends before its end")
	case !utf8.Valid(body):
		return nil, refuse(http.StatusBadRequest, "the body is not UTF-8")
	}
	return bytes.TrimSpace(body), nil
}

// open reads what a JSON text holds: one object, each key once, each allowed.
func open(what string, source []byte, allowed []string) (object, error) {
	if err := json.Unmarshal(source, new(json.RawMessage)); err != nil {
		return object{}, refuse(http.StatusBadRequest, "%s is not one JSON value: %v", what, err).knowing(allowed)
	}
	decoder := json.NewDecoder(bytes.NewReader(source))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return object{}, refuse(http.StatusBadRequest, "%s is a JSON object, not %s", what, clip(string(source))).knowing(allowed)
	}
	o := object{values: map[string]json.RawMessage{}, allowed: allowed}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return object{}, err
		}
		key, _ := token.(string)
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return object{}, err
		}
		if !slices.Contains(allowed, key) {
			return object{}, o.refuse("%s has no key %s", what, quoted(key))
		}
		if _, twice := o.values[key]; twice {
			return object{}, o.refuse("%s has the key %s twice", what, quoted(key))
		}
		o.values[key] = value
	}
	return o, nil
}

func (o object) refuse(format string, args ...any) *problem {
	return refuse(http.StatusBadRequest, format, args...).knowing(o.allowed)
}

// take decodes the value of a key; false where there is none. Null is no value.
func take[T any](o object, key, want string) (value T, ok bool, err error) {
	source, ok := o.values[key]
	if !ok {
		return value, false, nil
	}
	if string(source) == "null" || json.Unmarshal(source, &value) != nil {
		return value, false, o.refuse("%s is %s, not %s", key, want, clip(string(source)))
	}
	return value, true, nil
}

// parameters reads a query with no name but the allowed ones, each once.
func parameters(r *http.Request, allowed ...string) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the query cannot be read: %v", err).knowing(allowed)
	}
	for name, values := range query {
		if !slices.Contains(allowed, name) {
			return nil, refuse(http.StatusBadRequest, "there is no parameter %s", quoted(name)).knowing(allowed)
		}
		if len(values) > 1 {
			return nil, refuse(http.StatusBadRequest, "the parameter %s is there twice", quoted(name)).knowing(allowed)
		}
	}
	return query, nil
}
