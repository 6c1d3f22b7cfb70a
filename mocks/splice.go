package mocks

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// setMember puts a value where an RFC 6901 pointer points: in the place of what
// stands there, as a new member at the end of an object, or at the end of an
// array ("-"). Every other byte of the text stays: numbers keep their zeros,
// members their order. False: there is no such place.
func setMember(text []byte, pointer string, value json.RawMessage) ([]byte, bool) {
	at, last, ok := reach(text, pointer)
	switch {
	case !ok && pointer == "":
		return value, true // of whatever was there, or of nothing
	case !ok:
		return text, false
	case pointer == "":
		return splice(text, at, value), true
	}
	items := itemsOf(text, at)
	if i := find(items, last); i >= 0 {
		return splice(text, items[i].value, value), true
	}
	if text[at.from] == '[' {
		if last != "-" && last != strconv.Itoa(len(items)) {
			return text, false
		}
	} else {
		value = slices.Concat(quoted(last), []byte{':'}, value)
	}
	end := at.from + 1
	if len(items) > 0 {
		end = items[len(items)-1].value.to
		value = slices.Concat([]byte{','}, value)
	}
	return splice(text, span{end, end}, value), true
}

// removeMember takes a member or element away, with one comma. False: there is
// none. The whole text is no member.
func removeMember(text []byte, pointer string) ([]byte, bool) {
	at, last, ok := reach(text, pointer)
	if !ok || pointer == "" {
		return text, false
	}
	items := itemsOf(text, at)
	i := find(items, last)
	if i < 0 {
		return text, false
	}
	gone := span{items[i].from, items[i].value.to}
	switch {
	case i > 0:
		gone.from = items[i-1].value.to
	case len(items) > 1:
		gone.to = items[1].from
	}
	return splice(text, gone, nil), true
}

// span is a part of a text.
type span struct{ from, to int }

// item is a member of an object or an element of an array.
type item struct {
	name  string // the index of an element
	from  int    // where the member begins, at its name
	value span
}

// reach follows a pointer to the object or array that holds its last step, and
// gives that step. An empty pointer reaches the whole value.
func reach(text []byte, pointer string) (at span, last string, ok bool) {
	if !json.Valid(text) {
		return span{}, "", false
	}
	from := skipBlanks(text, 0)
	at = span{from, from + len(bytes.TrimRight(text[from:], blanks))}
	if pointer == "" {
		return at, "", true
	}
	steps := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, step := range steps {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		if text[at.from] != '{' && text[at.from] != '[' {
			return span{}, "", false
		}
		if i == len(steps)-1 {
			return at, step, true
		}
		items := itemsOf(text, at)
		held := find(items, step)
		if held < 0 {
			return span{}, "", false
		}
		at = items[held].value
	}
	return span{}, "", false
}

// find is the item with a name, the last of several as decoders have it; -1:
// there is none.
func find(items []item, name string) int {
	for i, it := range slices.Backward(items) {
		if it.name == name {
			return i
		}
	}
	return -1
}

// itemsOf lists what the object or array at a place of a valid text holds.
func itemsOf(text []byte, at span) []item {
	decoder := json.NewDecoder(bytes.NewReader(text[at.from:at.to]))
	here := func() int { return at.from + int(decoder.InputOffset()) }
	// Nothing below can fail: the text is valid.
	_, _ = decoder.Token()
	var items []item
	for decoder.More() {
		it := item{name: strconv.Itoa(len(items)), from: skipBlanks(text, here())}
		if text[it.from] == ',' {
			it.from = skipBlanks(text, it.from+1)
		}
		if text[at.from] == '{' {
			name, _ := decoder.Token()
			it.name, _ = name.(string)
		}
		var value json.RawMessage
		_ = decoder.Decode(&value)
		it.value = span{here() - len(value), here()}
		items = append(items, it)
	}
	return items
}

const blanks = " \t\r\n"

func skipBlanks(text []byte, at int) int {
	return len(text) - len(bytes.TrimLeft(text[at:], blanks))
}

func splice(text []byte, gone span, with []byte) []byte {
	return slices.Concat(text[:gone.from], with, text[gone.to:])
}

// quoted is a text as a JSON string.
func quoted(text string) []byte {
	// A text always encodes.
	encoded, _ := encodeJSON(text)
	return encoded
}
