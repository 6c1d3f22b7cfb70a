package scenarios

import (
	"bytes"
	"cmp"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// unnamed stands for the file's name where there is none.
const unnamed = "scenario"

const (
	largest = 1 << 20 // bytes of a file
	deepest = 64      // levels of maps and lists in a file
)

// Parse reads a scenario from YAML or JSON; the name is what errors call the file, and one that ends in .json is JSON.
// Every error is an *Error, or several joined. A scenario that is returned is valid.
func Parse(name string, source []byte) (*Scenario, error) { return ParseFor(nil, name, source) }

// ParseJSON is Parse for a source that may only be JSON, such as one that came over the network.
func ParseJSON(name string, source []byte) (*Scenario, error) {
	return parse(name, source, readJSON, nil)
}

// ParseFor is Parse and Check in one, so that a name which no insurer has is
// refused with its line and column too.
func ParseFor(insurers map[string]Knowledge, name string, source []byte) (*Scenario, error) {
	read := readYAML
	if path.Ext(name) == ".json" || len(source) <= largest && json.Valid(source) {
		read = readJSON
	}
	return parse(name, source, read, insurers)
}

func parse(name string, source []byte, read func([]byte) (node, *Error), insurers map[string]Knowledge) (*Scenario, error) {
	root, wrong := node{}, tooRaw(source)
	if wrong == nil {
		root, wrong = read(bytes.TrimPrefix(source, []byte("\ufeff")))
	}
	if wrong != nil {
		wrong.File = name
		return nil, wrong
	}
	var s Scenario
	if err := s.fill(name, root, insurers); err != nil {
		return nil, err
	}
	return &s, nil
}

// tooRaw refuses what no reader should be given.
func tooRaw(source []byte) *Error {
	switch {
	case len(source) > largest:
		return &Error{Line: 1, Column: 1, Says: "the file is larger than 1 MiB"}
	case len(bytes.TrimSpace(source)) == 0:
		return empty()
	case !utf8.Valid(source):
		return &Error{Line: 1, Column: 1, Says: "the file is not UTF-8"}
	}
	return nil
}

func empty() *Error {
	e := &Error{Line: 1, Column: 1, Says: "the file is empty"}
	e.Allowed = keys(new(Scenario).fields())
	return e
}

// fill reads the fields and judges them; where insurers are given, also by what
// those have.
func (s *Scenario) fill(name string, root node, insurers map[string]Knowledge) error {
	r := reader{places: map[string]place{"": root.place}}
	var got Scenario
	r.fields("", root, got.fields())
	if len(r.found) == 0 {
		wrong := got.problems()
		if len(wrong) == 0 && insurers != nil {
			wrong = got.unknowns(insurers)
		}
		for _, e := range wrong {
			where, ok := r.places[e.Path]
			if !ok {
				where = r.places[parent(e.Path)]
			}
			e.Line, e.Column = where.line, where.column
			r.found = append(r.found, e)
		}
	}
	slices.SortStableFunc(r.found, func(a, b *Error) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column)
	})
	if err := verdict(name, r.found); err != nil {
		return err
	}
	*s = got
	return nil
}

// parent is where a key stands that is not there itself.
func parent(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// A place is a line and a column, both from 1.
type place struct{ line, column int }

// A node is one value of a file: nil, bool, string, json.Number, []node or []entry.
type node struct {
	place
	value any
}

type entry struct {
	key  string
	at   place
	node node
}

// numbers is JSON's grammar of them.
var numbers = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// json is the value in encoding/json's terms.
func (n node) json() any {
	switch v := n.value.(type) {
	case []node:
		all := make([]any, len(v))
		for i, item := range v {
			all[i] = item.json()
		}
		return all
	case []entry:
		all := make(map[string]any, len(v))
		for _, e := range v {
			all[e.key] = e.node.json()
		}
		return all
	}
	return n.value
}

func (n node) String() string {
	switch v := n.value.(type) {
	case nil:
		return "nothing"
	case bool:
		if v {
			return "true"
		}
		return "false"
	case string:
		return "the text " + quoted(v)
	case json.Number:
		return "the number " + clipped(string(v))
	case []node:
		return "a list"
	}
	return "a map"
}

// twin is the error for a key that stands in a map twice; nil when none does.
func twin(entries []entry) *Error {
	first := make(map[string]place, len(entries))
	for _, e := range entries {
		if before, twice := first[e.key]; twice {
			return wrongAt(e.at, "the key %s is already on line %d", quoted(e.key), before.line)
		}
		first[e.key] = e.at
	}
	return nil
}

// A reader fills fields from nodes, remembers where each was and collects what is wrong.
type reader struct {
	places map[string]place
	found  problems
}

func (r *reader) fields(path string, n node, fields []field) {
	r.places[path] = n.place
	entries, ok := n.value.([]entry)
	if !ok {
		r.wrong(path, n, "a map")
		r.found[len(r.found)-1].Allowed = keys(fields)
		return
	}
	byKey := make(map[string]field, len(fields))
	for _, f := range fields {
		byKey[f.key] = f
	}
	met := make(map[string]bool, len(fields))
	for _, e := range entries {
		f, known := byKey[e.key]
		if !known {
			r.add(path, e.at, "unknown key %s", quoted(e.key))
			wrong := r.found[len(r.found)-1]
			wrong.Allowed = keys(fields)
			wrong.Near = near(e.key, wrong.Allowed)
			continue
		}
		met[e.key] = true
		where := under(path, e.key)
		r.places[where] = e.node.place
		f.read(r, where, e.node)
	}
	for _, f := range fields {
		if f.required && !met[f.key] {
			r.add(path, n.place, "the key %q is missing", f.key)
			r.found[len(r.found)-1].Allowed = keys(fields)
		}
	}
}

func (r *reader) add(path string, where place, format string, args ...any) {
	r.found.add(path, format, args...)
	e := r.found[len(r.found)-1]
	e.Line, e.Column = where.line, where.column
}

func (r *reader) wrong(path string, n node, want string) {
	hint := ""
	switch n.value.(type) {
	case bool, json.Number:
		if want == texty.want {
			hint = "; put it in quotes"
		}
	}
	r.add(path, n.place, "wants %s, got %s%s", want, n, hint)
}

func (r *reader) empty(path string, n node) {
	r.add(path, n.place, "says nothing; leave it out or give it a value")
}

func (r *reader) tooMany(path string, n node, size int) {
	r.add(path, n.place, "has %d entries; %d are the most", size, mostItems)
}
