package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// readJSON reads one JSON value, numbers with their text, and remembers where everything stands.
func readJSON(source []byte) (node, *Error) {
	c := cursor{source: source, decoder: json.NewDecoder(bytes.NewReader(source)), place: place{1, 1}}
	c.decoder.UseNumber()
	if err := json.Unmarshal(source, new(json.RawMessage)); err != nil {
		if at := (*json.SyntaxError)(nil); errors.As(err, &at) {
			c.advance(max(at.Offset-1, 0))
		}
		return node{}, wrongAt(c.place, "%s", err.Error())
	}
	return c.value(0)
}

// A cursor walks through JSON that is known to be valid.
type cursor struct {
	source  []byte
	decoder *json.Decoder
	offset  int64
	place   place // of offset
}

func (c *cursor) advance(to int64) {
	for c.offset < min(to, int64(len(c.source))) {
		r, size := utf8.DecodeRune(c.source[c.offset:])
		c.offset += int64(size)
		c.place.column++
		if r == '\n' {
			c.place = place{c.place.line + 1, 1}
		}
	}
}

// next is the next token and where it begins.
func (c *cursor) next() (json.Token, place) {
	c.advance(c.decoder.InputOffset())
	for c.offset < int64(len(c.source)) && bytes.IndexByte([]byte(" \t\r\n,:"), c.source[c.offset]) >= 0 {
		c.advance(c.offset + 1)
	}
	t, _ := c.decoder.Token()
	return t, c.place
}

func (c *cursor) value(depth int) (node, *Error) {
	t, where := c.next()
	return c.rest(t, node{place: where}, depth)
}

// rest is the value that begins with a token.
func (c *cursor) rest(t json.Token, got node, depth int) (node, *Error) {
	if depth > deepest {
		return got, wrongAt(got.place, "nested more than %d levels deep", deepest)
	}
	switch t {
	case json.Delim('['):
		items := []node{}
		for c.decoder.More() {
			item, wrong := c.value(depth + 1)
			if wrong != nil {
				return got, wrong
			}
			items = append(items, item)
		}
		c.next()
		got.value = items
	case json.Delim('{'):
		entries := []entry{}
		for c.decoder.More() {
			key, where := c.next()
			value, wrong := c.value(depth + 1)
			if wrong != nil {
				return got, wrong
			}
			name, _ := key.(string)
			entries = append(entries, entry{key: name, at: where, node: value})
		}
		c.next()
		got.value = entries
		return got, twin(entries)
	default:
		got.value = t
	}
	return got, nil
}
