package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	yaml "github.com/oasdiff/yaml3"
)

// decode reads YAML into maps, slices and scalars, with numbers as json.Number: a premium of 18.000 must not come back as 18.
// It takes the part of YAML that JSON can say. The parser is the one that kin links anyway; it is three times as fast as the one that reads
// scenarios, and these documents are read at every start.
func decode(source []byte) (any, memberOrder, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(source, &file); err != nil {
		return nil, nil, fmt.Errorf("read yaml: %w", err)
	}
	if len(file.Content) == 0 {
		return nil, nil, errors.New("the document is empty: write openapi, info and paths")
	}
	order := memberOrder{}
	tree, err := order.value(file.Content[0])
	return tree, order, err
}

// memberOrder remembers in which order the members of each decoded object were written, by the object's address. Some insurers' clients read
// answers by place, so an example is sent as it was written.
type memberOrder map[uintptr][]string

func (o memberOrder) value(n *yaml.Node) (any, error) {
	switch {
	case n.Anchor != "" || n.Kind == yaml.AliasNode:
		return nil, fmt.Errorf("line %d: anchors and aliases are not read: repeat the text or use $ref", n.Line)
	case n.Kind == yaml.MappingNode:
		object := make(map[string]any, len(n.Content)/2)
		names := make([]string, 0, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
				return nil, fmt.Errorf("line %d: a key must be a plain text: write it as one", key.Line)
			}
			if _, twice := object[key.Value]; twice {
				return nil, fmt.Errorf("line %d: %q is written twice: remove one", key.Line, key.Value)
			}
			v, err := o.value(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			object[key.Value] = v
			names = append(names, key.Value)
		}
		o[reflect.ValueOf(object).Pointer()] = names
		return object, nil
	case n.Kind == yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, item := range n.Content {
			v, err := o.value(item)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	}
	switch tag := n.ShortTag(); tag {
	case "!!str":
		return n.Value, nil
	case "!!null":
		return nil, nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	case "!!int", "!!float":
		if !json.Valid([]byte(n.Value)) {
			return nil, fmt.Errorf("line %d: JSON cannot say the number %s: write it in decimal, or in quotes", n.Line, n.Value)
		}
		return json.Number(n.Value), nil
	default:
		return nil, fmt.Errorf("line %d: JSON cannot say %s, which YAML reads as %s: write it in quotes", n.Line, n.Value, tag)
	}
}

// text is a decoded value as JSON, its members as they were written.
func (o memberOrder) text(value any) (json.RawMessage, error) {
	var b bytes.Buffer
	err := o.write(&b, value)
	return b.Bytes(), err
}

func (o memberOrder) write(b *bytes.Buffer, value any) error {
	switch v := value.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, name := range o[reflect.ValueOf(v).Pointer()] {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := o.write(b, name); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := o.write(b, v[name]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := o.write(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}
