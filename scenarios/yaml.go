package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The YAML parser's time grows with the square of the tokens and with the nesting, and it keeps the path of every value
// as a text, so its memory grows with the keys times the tokens. A file is measured before it is parsed.
const (
	mostTokens = 20_000
	mostPaths  = 128 << 20 // bytes of all keys times tokens
)

// readYAML reads one document of plain YAML: maps with text keys, lists, scalars.
func readYAML(source []byte) (node, *Error) {
	tokens := lexer.Tokenize(string(source))
	if wrong := measure(tokens); wrong != nil {
		return node{}, wrong
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return node{}, syntax(err)
	}
	var found []*ast.DocumentNode
	for _, doc := range file.Docs {
		if doc.Body != nil {
			found = append(found, doc)
		}
	}
	switch len(found) {
	case 0:
		return node{}, empty()
	case 1:
		return fromYAML(found[0].Body, 0)
	}
	where := placeOf(found[1].Start)
	if found[1].Start == nil {
		where = placeOf(found[1].Body.GetToken())
	}
	return node{}, wrongAt(where, "a second document; one file holds one scenario")
}

// unread is what scenarios do without.
var unread = map[token.Type]string{
	token.AnchorType:     "anchors, aliases and merge keys are not read; write the value out",
	token.AliasType:      "anchors, aliases and merge keys are not read; write the value out",
	token.MergeKeyType:   "anchors, aliases and merge keys are not read; write the value out",
	token.TagType:        "tags are not read; write a text in quotes",
	token.DirectiveType:  "directives are not read",
	token.MappingKeyType: "a key is a plain text",
}

// nesting is how many levels of flow style a token goes down.
var nesting = map[token.Type]int{
	token.SequenceStartType: 1,
	token.MappingStartType:  1,
	token.SequenceEndType:   -1,
	token.MappingEndType:    -1,
}

// measure refuses what is not read, and what would make the parser work for minutes.
func measure(tokens token.Tokens) *Error {
	depth, dashes, line, paths := 0, 0, 0, 0
	for i, t := range tokens {
		where := placeOf(t)
		if says := unread[t.Type]; says != "" {
			return wrongAt(where, "%s", says)
		}
		depth += nesting[t.Type]
		if where.line != line {
			line, dashes = where.line, 0
		}
		if t.Type == token.SequenceEntryType {
			dashes++
		}
		if t.Type == token.MappingValueType && i > 0 {
			paths += len(tokens[i-1].Value)
		}
		if depth > deepest || dashes > deepest {
			return wrongAt(where, "nested more than %d levels deep", deepest)
		}
		if i >= mostTokens || paths*i > mostPaths {
			return wrongAt(where, "too much YAML for a scenario; make it shorter or write it as JSON")
		}
	}
	return nil
}

func syntax(err error) *Error {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		return wrongAt(place{1, 1}, "%s", err.Error())
	}
	return wrongAt(placeOf(at.GetToken()), "%s", at.GetMessage())
}

func wrongAt(where place, format string, args ...any) *Error {
	return &Error{Line: where.line, Column: where.column, Says: fmt.Sprintf(format, args...)}
}

func placeOf(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{t.Position.Line, t.Position.Column}
}

func fromYAML(n ast.Node, depth int) (node, *Error) {
	got := node{place: placeOf(n.GetToken())}
	if depth > deepest {
		return got, wrongAt(got.place, "nested more than %d levels deep", deepest)
	}
	var wrong *Error
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.BoolNode:
		got.value = n.Value
	case *ast.LiteralNode:
		got.value = n.Value.Value
	case *ast.StringNode:
		got.value = n.Value
		if n.Token.Type == token.StringType && numbers.MatchString(n.Value) {
			got.value = json.Number(n.Value) // the parser takes 1e5 for a text
		}
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		written := strings.TrimSpace(n.GetToken().Value)
		if !numbers.MatchString(written) {
			return got, wrongAt(got.place, "%s is a number that JSON cannot write; if it is a text, put it in quotes", clipped(written))
		}
		got.value = json.Number(written)
	case *ast.SequenceNode:
		items := make([]node, len(n.Values))
		for i, value := range n.Values {
			if items[i], wrong = fromYAML(value, depth+1); wrong != nil {
				return got, wrong
			}
		}
		got.value = items
	case *ast.MappingNode:
		got.value, wrong = entriesOf(n.Values, depth)
		if len(n.Values) > 0 && !n.IsFlowStyle {
			got.place = placeOf(n.Values[0].Key.GetToken())
		}
	case *ast.MappingValueNode:
		got.value, wrong = entriesOf([]*ast.MappingValueNode{n}, depth)
		got.place = placeOf(n.Key.GetToken())
	default:
		wrong = wrongAt(got.place, "anchors, aliases and tags are not read; write the value out")
	}
	return got, wrong
}

func entriesOf(values []*ast.MappingValueNode, depth int) ([]entry, *Error) {
	entries := make([]entry, len(values))
	for i, v := range values {
		key, ok := v.Key.(*ast.StringNode)
		if !ok {
			return nil, wrongAt(placeOf(v.Key.GetToken()), "a key is a text; put it in quotes")
		}
		value, wrong := fromYAML(v.Value, depth+1)
		if wrong != nil {
			return nil, wrong
		}
		entries[i] = entry{key: key.Value, at: placeOf(key.Token), node: value}
	}
	return entries, twin(entries)
}
