package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A flag beats the environment, the environment beats the file, the file beats
// the default. Kong knows the first and the last; what stands between are its
// resolvers. Values are tried where they are read, so that a mistake is told
// with its place.

// environment gives a flag the value of UNDERSTUDY_<FLAG>.
type environment struct{ getenv func(string) string }

func (environment) Validate(*kong.Application) error { return nil }

// Resolve tells kong nothing where the variable is unset or empty.
func (e environment) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	name := variable(flag)
	if name == "" {
		return nil, nil
	}
	value := e.getenv(name)
	if value == "" {
		return nil, nil
	}
	var given any = value
	if flag.IsSlice() {
		given = items(strings.Split(value, ","))
	}
	if err := try(flag, given); err != nil {
		return nil, fmt.Errorf("$%s: %w", name, err)
	}
	return given, nil
}

// variable is the environment variable of a flag; empty where it has none. A
// field tag says so where the name is not made from the flag's.
func variable(flag *kong.Flag) string {
	switch given := flag.Tag.Get("variable"); given {
	case "":
		if flag.Name == "help" {
			return ""
		}
		return "UNDERSTUDY_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
	case "none":
		return ""
	default:
		return given
	}
}

// helpOf is a flag's help with the variable that sets it too.
func helpOf(value *kong.Value) string {
	if value.Flag == nil || variable(value.Flag) == "" {
		return value.Help
	}
	return fmt.Sprintf("%s ($%s)", value.Help, variable(value.Flag))
}

// try decodes a value as the flag would, without setting it.
func try(flag *kong.Flag, value any) error {
	scratch := reflect.New(flag.Target.Type()).Elem()
	err := flag.Mapper.Decode(&kong.DecodeContext{
		Value: flag.Value, Scan: kong.Scan().PushTyped(value, kong.FlagValueToken),
	}, scratch)
	if err != nil {
		return err
	}
	if allowed := flag.EnumSlice(); flag.Enum != "" && !slices.Contains(allowed, scratch.String()) {
		return fmt.Errorf("%q is none of %s", scratch.String(), strings.Join(allowed, ", "))
	}
	return nil
}

func items(values []string) []any {
	all := make([]any, len(values))
	for i, value := range values {
		all[i] = strings.TrimSpace(value)
	}
	return all
}

// defaultFile is read where it lies in the working directory.
const defaultFile = "understudy.yaml"

// file gives the flags of one command the values of a YAML file.
type file struct {
	environment
	values map[string]any // by flag name
}

// Resolve leaves to the environment what it sets.
func (f file) Resolve(ctx *kong.Context, path *kong.Path, flag *kong.Flag) (any, error) {
	if value, err := f.environment.Resolve(ctx, path, flag); value != nil || err != nil {
		return nil, err
	}
	return f.values[flag.Name], nil
}

// readFile reads a file of settings for the flags of a command. Without a name it
// is the default file, which need not exist.
func readFile(name string, flags []*kong.Flag) (map[string]any, error) {
	named := name != ""
	if !named {
		name = defaultFile
	}
	source, err := os.ReadFile(name)
	switch {
	case !named && errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	root, err := parser.ParseBytes(source, 0)
	if err != nil {
		return nil, syntax(name, err)
	}
	values := map[string]any{}
	for _, document := range root.Docs {
		if err := settle(name, document.Body, flags, values); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// settle reads one document; its keys are the command's flags and no other.
func settle(name string, body ast.Node, flags []*kong.Flag, values map[string]any) error {
	if body == nil || body.Type() == ast.NullType {
		return nil
	}
	entries, ok := entriesOf(body)
	if !ok {
		return wrong(name, body.GetToken(), "want a map of flags to values")
	}
	byName := map[string]*kong.Flag{}
	for _, flag := range flags {
		if flag.Tag.Get("file") != "none" {
			byName[flag.Name] = flag
		}
	}
	for _, entry := range entries {
		key := entry.Key.GetToken()
		flag, known := byName[key.Value]
		if !known {
			return wrong(name, key, fmt.Sprintf("unknown key %q; allowed here: %s", key.Value, strings.Join(slices.Sorted(maps.Keys(byName)), ", ")))
		}
		value, err := plain(name, entry.Value, flag)
		if err != nil {
			return err
		}
		if err := try(flag, value); err != nil {
			return wrong(name, entry.Value.GetToken(), fmt.Sprintf("%s: %v", key.Value, err))
		}
		values[key.Value] = value
	}
	return nil
}

// entriesOf reads a map; the parser has two shapes for one.
func entriesOf(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch node := node.(type) {
	case *ast.MappingNode:
		return node.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{node}, true
	}
	return nil, false
}

// plain turns a YAML value into what a flag decodes: text, texts, or a map of texts.
func plain(name string, node ast.Node, flag *kong.Flag) (any, error) {
	amiss := func(at ast.Node, want string) error {
		return wrong(name, at.GetToken(), fmt.Sprintf("%s: want %s", flag.Name, want))
	}
	if entries, ok := entriesOf(node); ok {
		if !flag.IsMap() {
			return nil, amiss(node, "no map here")
		}
		values := map[string]any{}
		for _, entry := range entries {
			if _, ok := entry.Value.(ast.ScalarNode); !ok {
				return nil, amiss(entry.Value, "plain values in the map")
			}
			values[entry.Key.GetToken().Value] = entry.Value.GetToken().Value
		}
		return values, nil
	}
	switch node := node.(type) {
	case *ast.SequenceNode:
		if !flag.IsSlice() {
			return nil, amiss(node, "one value, not a list")
		}
		values := make([]any, len(node.Values))
		for i, item := range node.Values {
			if _, ok := item.(ast.ScalarNode); !ok {
				return nil, amiss(item, "plain values in the list")
			}
			values[i] = item.GetToken().Value
		}
		return values, nil
	case ast.ScalarNode:
		switch {
		case flag.IsMap():
			return nil, amiss(node, "a map of keys to values")
		case flag.IsSlice():
			return []any{node.GetToken().Value}, nil
		}
		return node.GetToken().Value, nil
	}
	return nil, amiss(node, "a plain value; anchors, aliases and tags are not read")
}

func wrong(name string, at *token.Token, says string) error {
	return fmt.Errorf("%s:%d:%d: %s", name, at.Position.Line, at.Position.Column, says)
}

func syntax(name string, err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		return wrong(name, at.GetToken(), at.GetMessage())
	}
	return fmt.Errorf("%s: %w", name, err)
}
