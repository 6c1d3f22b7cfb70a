package suites

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Slip is one mistake in a target file and where it is.
type Slip struct {
	File         string
	Line, Column int      // from 1
	Path         string   // "waivers[0].until"; "" is the whole file
	Says         string   // what is wrong
	Allowed      []string // what may stand there, where that is a closed list
}

// Error is one line: "uat.yaml:3:1: unknown key ...".
func (s *Slip) Error() string {
	text := fmt.Sprintf("%s:%d:%d: ", s.File, s.Line, s.Column)
	if s.Path != "" {
		text += s.Path + ": "
	}
	text += s.Says
	if len(s.Allowed) > 0 {
		text += "; allowed here: " + strings.Join(s.Allowed, ", ")
	}
	return text
}

// A key is one key of a map in a target file and what reads its value.
type key struct {
	name     string
	required bool
	read     func(path string, n ast.Node)
}

// reader walks a target file and collects the slips in it.
type reader struct {
	file  string
	slips []*Slip
}

// document is the one map that a target file is.
func (r *reader) document(source []byte, keys []key) error {
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil {
			r.slip("", at.GetToken(), "%s", at.GetMessage())
		} else {
			r.slip("", nil, "%s", err.Error())
		}
		return r.verdict()
	}
	var bodies []ast.Node
	for _, document := range file.Docs {
		if document.Body != nil {
			bodies = append(bodies, document.Body)
		}
	}
	switch len(bodies) {
	case 0:
		r.slip("", nil, "the file is empty")
	case 1:
		r.mapping("", bodies[0], keys)
	default:
		r.slip("", bodies[1].GetToken(), "a second document; one file holds one target")
	}
	return r.verdict()
}

// mapping reads the keys in the order of the list, whatever the order in the
// file, so that what one says can bound the next.
func (r *reader) mapping(path string, n ast.Node, keys []key) {
	entries, ok := entriesOf(n)
	if !ok {
		r.wrong(path, n, "a map")
		return
	}
	byName := map[string]*ast.MappingValueNode{}
	for _, entry := range entries {
		name := entry.Key.GetToken().Value
		if !slices.ContainsFunc(keys, func(k key) bool { return k.name == name }) {
			r.slip(path, entry.Key.GetToken(), "unknown key %q", name)
			r.slips[len(r.slips)-1].Allowed = names(keys)
		}
		byName[name] = entry
	}
	for _, k := range keys {
		entry, there := byName[k.name]
		switch {
		case there:
			k.read(join(path, k.name), entry.Value)
		case k.required:
			r.slip(path, first(n), "the key %q is missing", k.name)
		}
	}
}

// entries reads a map whose keys are the writer's own words.
func (r *reader) entries(path string, n ast.Node, read func(name, path string, at *token.Token, value ast.Node)) {
	entries, ok := entriesOf(n)
	if !ok {
		r.wrong(path, n, "a map")
	}
	for _, entry := range entries {
		name := entry.Key.GetToken().Value
		read(name, join(path, name), entry.Key.GetToken(), entry.Value)
	}
}

func (r *reader) list(path string, n ast.Node, read func(path string, n ast.Node)) {
	items, ok := n.(*ast.SequenceNode)
	if !ok {
		r.wrong(path, n, "a list")
		return
	}
	for i, item := range items.Values {
		read(path+"["+strconv.Itoa(i)+"]", item)
	}
}

// text reads a text that is not empty.
func (r *reader) text(path string, n ast.Node) string {
	var text string
	switch n := n.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = n.Value.Value
	default:
		r.wrong(path, n, "a text")
		return ""
	}
	if strings.TrimSpace(text) == "" {
		r.slip(path, n.GetToken(), "is empty")
	}
	return text
}

func (r *reader) number(path string, n ast.Node) int {
	if whole, ok := n.(*ast.IntegerNode); ok {
		if number, err := strconv.Atoi(whole.GetToken().Value); err == nil && number > 0 {
			return number
		}
	}
	r.wrong(path, n, "a whole number from 1")
	return 0
}

func (r *reader) wrong(path string, n ast.Node, want string) {
	got := "got " + strings.TrimSpace(n.GetToken().Value)
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		got = "got a map"
	case *ast.SequenceNode:
		got = "got a list"
	case *ast.NullNode:
		got = "got nothing"
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		if want == "a text" {
			got += "; put it in quotes"
		}
	}
	r.slip(path, first(n), "wants %s, %s", want, got)
}

func (r *reader) slip(path string, at *token.Token, format string, args ...any) {
	s := &Slip{File: r.file, Line: 1, Column: 1, Path: path, Says: fmt.Sprintf(format, args...)}
	if at != nil && at.Position != nil {
		s.Line, s.Column = at.Position.Line, at.Position.Column
	}
	r.slips = append(r.slips, s)
}

// verdict joins the slips in the order of the file; nil when there are none.
func (r *reader) verdict() error {
	slices.SortStableFunc(r.slips, func(a, b *Slip) int {
		return (a.Line-b.Line)*10_000 + a.Column - b.Column
	})
	all := make([]error, len(r.slips))
	for i, s := range r.slips {
		all[i] = s
	}
	return errors.Join(all...)
}

// entriesOf reads a map; the parser has two shapes for one.
func entriesOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	default:
		return nil, false
	}
}

// first is where a node begins; a map's own token is its first colon.
func first(n ast.Node) *token.Token {
	if entries, ok := entriesOf(n); ok && len(entries) > 0 {
		return entries[0].Key.GetToken()
	}
	return n.GetToken()
}

func names(keys []key) []string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = k.name
	}
	return all
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
