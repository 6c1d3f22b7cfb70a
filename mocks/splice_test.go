package mocks

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestSetMember(t *testing.T) {
	for name, c := range map[string]struct{ text, pointer, value, want string }{
		"member":           {`{"a":1,"b":18.000}`, "/a", `"x"`, `{"a":"x","b":18.000}`},
		"nested":           {`{"a":{"b":[1,{"c":2}]}}`, "/a/b/1/c", `null`, `{"a":{"b":[1,{"c":null}]}}`},
		"new member":       {`{"b":1}`, "/a", `2`, `{"b":1,"a":2}`},
		"into nothing":     {`{}`, "/a", `2`, `{"a":2}`},
		"element":          {`[1,2]`, "/1", `3`, `[1,3]`},
		"end":              {`[1,2]`, "/-", `3`, `[1,2,3]`},
		"end by number":    {`[1,2]`, "/2", `3`, `[1,2,3]`},
		"end of nothing":   {`[]`, "/-", `3`, `[3]`},
		"whole":            {" {\"a\":1}\n", "", `3`, " 3\n"},
		"blanks stay":      {"{ \"a\" :\t1 ,\n \"b\": [ ] }", "/a", `2`, "{ \"a\" :\t2 ,\n \"b\": [ ] }"},
		"blanks at an end": {"{ \"a\" : 1 }", "/b", `2`, "{ \"a\" : 1,\"b\":2 }"},
		"escapes stay":     {`{"\u0061":"\u00e9\/","b":1}`, "/b", `2`, `{"\u0061":"\u00e9\/","b":2}`},
		"an escaped name":  {`{"\u0061":1}`, "/a", `2`, `{"\u0061":2}`},
		"steps":            {`{"a/b":{"c~d":1}}`, "/a~1b/c~0d", `2`, `{"a/b":{"c~d":2}}`},
		"order of escapes": {`{"~1":1}`, "/~01", `2`, `{"~1":2}`},
		"an empty name":    {`{"":{"":1}}`, "//", `2`, `{"":{"":2}}`},
		"a name to escape": {`{}`, "/<\"\n", `2`, `{"<\"\n":2}`},
		"the last of two":  {`{"a":1,"a":2}`, "/a", `3`, `{"a":1,"a":3}`},
		"no parent":        {`{"a":1}`, "/b/c", `2`, ""},
		"below a number":   {`{"a":1}`, "/a/b", `2`, ""},
		"beyond the end":   {`[1]`, "/2", `2`, ""},
		"minus one":        {`[1]`, "/-1", `2`, ""},
		"a leading zero":   {`[1,2]`, "/01", `2`, ""},
		"a sign":           {`[1,2]`, "/+1", `2`, ""},
		"a name in a list": {`[1]`, "/a", `2`, ""},
		"below the end":    {`[1]`, "/-/a", `2`, ""},
		"not JSON":         {`{"a":1`, "/a", `2`, ""},
		"two values":       {`{"a":1}{"a":1}`, "/a", `2`, ""},
		"whole of nothing": {``, "", `2`, `2`},
		"whole of no JSON": {`<html>`, "", `2`, `2`},
		"nothing":          {``, "/a", `2`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := setMember([]byte(c.text), c.pointer, json.RawMessage(c.value))
			if ok != (c.want != "") {
				t.Fatalf("got %t, want %t", ok, !ok)
			}
			if c.want == "" {
				c.want = c.text
			}
			if string(got) != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestRemoveMember(t *testing.T) {
	for name, c := range map[string]struct{ text, pointer, want string }{
		"first":            {`{"a":1,"b":2,"c":3}`, "/a", `{"b":2,"c":3}`},
		"middle":           {`{"a":1,"b":2,"c":3}`, "/b", `{"a":1,"c":3}`},
		"last":             {`{"a":1,"b":2,"c":3}`, "/c", `{"a":1,"b":2}`},
		"only":             {`{"a":{"x":[]}}`, "/a", `{}`},
		"nested":           {`{"a":[{"b":1.0},2]}`, "/a/0/b", `{"a":[{},2]}`},
		"element":          {`[1,2,3]`, "/1", `[1,3]`},
		"first element":    {`[1,2]`, "/0", `[2]`},
		"only element":     {`[[1]]`, "/0", `[]`},
		"blanks":           {"[ 1 , 2 , 3 ]", "/1", "[ 1 , 3 ]"},
		"blanks at first":  {"{ \"a\" : 1 , \"b\" : 2 }", "/a", "{ \"b\" : 2 }"},
		"the last of two":  {`{"a":1,"a":2}`, "/a", `{"a":1}`},
		"missing":          {`{"a":1}`, "/b", ""},
		"no such element":  {`[1]`, "/1", ""},
		"the end":          {`[1]`, "/-", ""},
		"the whole":        {`{"a":1}`, "", ""},
		"not JSON":         {`{"a":1,}`, "/a", ""},
		"below a text":     {`"a"`, "/a", ""},
		"of a text in one": {`{"a":"b"}`, "/a/0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := removeMember([]byte(c.text), c.pointer)
			if ok != (c.want != "") {
				t.Fatalf("got %t, want %t", ok, !ok)
			}
			if c.want == "" {
				c.want = c.text
			}
			if string(got) != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// tree decodes a text; false where it is not JSON or names a member twice, of
// which decoders keep one.
func tree(text []byte) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var all any
	if !json.Valid(text) || decoder.Decode(&all) != nil {
		return nil, false
	}
	return all, sizeOfTree(all) == sizeOfText(text)
}

// sizeOfTree is how many values a tree has.
func sizeOfTree(node any) int {
	n := 1
	switch node := node.(type) {
	case map[string]any:
		for _, child := range node {
			n += sizeOfTree(child)
		}
	case []any:
		for _, child := range node {
			n += sizeOfTree(child)
		}
	}
	return n
}

// sizeOfText is how many values a text has, those under one name included.
func sizeOfText(text []byte) int {
	at, _, _ := reach(text, "")
	n := 1
	if text[at.from] == '{' || text[at.from] == '[' {
		for _, it := range itemsOf(text, at) {
			n += sizeOfText(text[it.value.from:it.value.to])
		}
	}
	return n
}

// edited does to a tree what setMember and removeMember do to a text.
func edited(node any, steps []string, value any, remove bool) (any, bool) {
	if len(steps) == 0 {
		return value, !remove
	}
	step, last := steps[0], len(steps) == 1
	switch node := node.(type) {
	case map[string]any:
		child, ok := node[step]
		if !ok && (!last || remove) {
			return node, false
		}
		if last && remove {
			delete(node, step)
			return node, true
		}
		changed, ok := edited(child, steps[1:], value, remove)
		if ok {
			node[step] = changed
		}
		return node, ok
	case []any:
		at, err := strconv.Atoi(step)
		if step == "-" {
			at, err = len(node), nil
		} else if step != strconv.Itoa(at) {
			return node, false
		}
		switch {
		case err != nil || at < 0 || at > len(node) || at == len(node) && (!last || remove):
			return node, false
		case last && remove:
			return slices.Delete(node, at, at+1), true
		case at == len(node):
			return append(node, value), true
		}
		changed, ok := edited(node[at], steps[1:], value, remove)
		if ok {
			node[at] = changed
		}
		return node, ok
	}
	return node, false
}

func seeds(f *testing.F) {
	f.Helper()
	for _, text := range []string{
		`{"a":1,"b":[18.000,{"c":null}]}`, " [ 1 , \"\\u0061\" , {} ] ", `{"a":{"a":{"a":[]}},"":""}`, `"x"`, `{"a":1,"a":2}`, `{"\ud800":1}`, "{\"\xff\":1}",
	} {
		for _, pointer := range []string{"", "/a", "/b/1/c", "/0", "/-", "/a/a/x", "/~0~1", "//"} {
			f.Add([]byte(text), pointer, []byte(`{"n":1.50}`))
		}
	}
}

// same compares what an edit made of a text with what it makes of its tree.
func same(t *testing.T, text []byte, pointer string, value []byte, got []byte, ok bool) {
	t.Helper()
	if !ok && !bytes.Equal(got, text) {
		t.Errorf("there is no %q, and %s became %s", pointer, text, got)
	}
	if json.Valid(text) && !json.Valid(got) {
		t.Errorf("%s is JSON, %s at %q is not", text, got, pointer)
	}
	before, plain := tree(text)
	if !plain || pointer != "" && pointer[0] != '/' || !utf8.ValidString(pointer) {
		return // scenarios refuse such a pointer
	}
	var steps []string
	if pointer != "" {
		steps = strings.Split(pointer[1:], "/")
	}
	for i := range steps {
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(steps[i], "~1", "/"), "~0", "~")
	}
	var put any
	if value != nil {
		put, _ = tree(value)
	}
	want, fits := edited(before, steps, put, value == nil)
	if fits != ok {
		t.Fatalf("%s at %q: got %t, want %t", text, pointer, ok, fits)
	}
	after, _ := tree(got)
	if diff := cmp.Diff(want, after); ok && diff != "" {
		t.Errorf("%s at %q: %s", text, pointer, diff)
	}
}

// untouched checks that one stretch of the text is replaced and all else stays.
func untouched(t *testing.T, text, got []byte, most int) {
	t.Helper()
	head := 0
	for head < min(len(text), len(got)) && text[head] == got[head] {
		head++
	}
	tail := 0
	for tail < min(len(text), len(got))-head && text[len(text)-1-tail] == got[len(got)-1-tail] {
		tail++
	}
	if added := len(got) - head - tail; added > most {
		t.Errorf("%s became %s: %d bytes are new, want at most %d", text, got, added, most)
	}
}

func FuzzSetMember(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text []byte, pointer string, value []byte) {
		if _, plain := tree(value); !plain {
			return
		}
		got, ok := setMember(text, pointer, value)
		same(t, text, pointer, value, got, ok)
		if ok {
			untouched(t, text, got, len(value)+len(quoted(pointer))+2)
		}
	})
}

func FuzzRemoveMember(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text []byte, pointer string, _ []byte) {
		got, ok := removeMember(text, pointer)
		same(t, text, pointer, nil, got, ok)
		if ok {
			untouched(t, text, got, 0)
		}
	})
}
