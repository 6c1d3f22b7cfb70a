package contracts

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// written is the body that a golden file stands for. A signed body stands there
// as its header and its claims, {"header":…,"claims":…}; a form as an object of
// texts, in which a signed token may stand in the same way.
func written(t testing.TB, media string, body []byte) []byte {
	t.Helper()
	if media != mediaForm && media != mediaJWT || !bytes.HasPrefix(body, []byte("{")) {
		return body
	}
	tree, err := decodeJSON(body)
	if err != nil {
		t.Fatal(err)
	}
	if media == mediaJWT {
		return []byte(tokenOf(t, tree))
	}
	var pairs []string
	members, _ := tree.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value, isText := members[name].(string)
		switch several, isList := members[name].([]any); {
		case isList:
			for _, one := range several {
				value, _ := one.(string)
				pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
			}
			continue
		case !isText:
			value = tokenOf(t, members[name])
		}
		pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	return []byte(strings.Join(pairs, "&"))
}

// tokenOf is a compact token with a signature that nobody made.
func tokenOf(t testing.TB, tree any) string {
	t.Helper()
	if !has(tree, "header") || !has(tree, "claims") {
		return shorten(tree)
	}
	var parts [3]string
	for i, part := range [...]any{member(tree, "header"), member(tree, "claims"), "signature"} {
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(text)
	}
	return strings.Join(parts[:], ".")
}

// readable is what [written] was made of; nil for a body of another kind.
func readable(m *Message) any {
	open := func(token string) any {
		if signed := parseJWS(token); signed != nil {
			return map[string]any{"header": signed.header, "claims": signed.claims}
		}
		return token
	}
	switch m.MediaType() {
	case mediaJWT:
		return open(string(m.Body))
	case mediaForm:
		form, err := url.ParseQuery(string(m.Body))
		if err != nil {
			return nil
		}
		tree := map[string]any{}
		for name := range form {
			tree[name] = open(form.Get(name))
		}
		return tree
	}
	tree, _ := m.tree()
	return tree
}

// uninvited are members that some check forbids.
var uninvited = []string{"Meta", "PolicyType", "OpenFinanceBilling", "refresh_token", "d"}

// others are trees in which one value is another, is gone, has a member more, or
// stands in its list twice.
func others(tree any) func(yield func(any) bool) {
	return func(yield func(any) bool) {
		for _, pointer := range append(pointers(tree, ""), "") {
			steps := strings.Split(pointer, "/")[1:]
			values := []any{nil, "", "x", json.Number("0"), json.Number("1.005"), removed}
			switch there, _ := At(tree, pointer); node := there.(type) {
			case string:
				values = append(values, slips(node)...)
			case []any:
				values = append(values, slices.Concat(node, node))
			case map[string]any:
				values = append(values, exchanged(node)...)
				for _, name := range uninvited {
					if !has(node, name) {
						more := maps.Clone(node)
						more[name] = "x"
						values = append(values, more)
					}
				}
			}
			if pointer == "" {
				values = values[6:]
			}
			for _, value := range values {
				if !yield(changed(tree, steps, value)) {
					return
				}
			}
		}
	}
}

// slips are what a hand writes in the place of a text.
func slips(s string) []any {
	all := []any{"UAEOF." + s, strings.Replace(s, "Motor", "", 1), strings.Replace(s, "ReadInsurance", "ReadMotorInsurance", 1)}
	if s != "" {
		all = append(all, s[:len(s)-1]+string('0'+(s[len(s)-1]+1)%10))
	}
	return all
}

// exchanged are objects in which two texts have changed places.
func exchanged(object map[string]any) []any {
	var all []any
	names := slices.Sorted(maps.Keys(object))
	for i, one := range names {
		for _, other := range names[i+1:] {
			_, text1 := object[one].(string)
			_, text2 := object[other].(string)
			if text1 && text2 {
				swapped := maps.Clone(object)
				swapped[one], swapped[other] = object[other], object[one]
				all = append(all, swapped)
			}
		}
	}
	return all
}

// pointers lists every place below the root of a tree.
func pointers(tree any, at string) []string {
	var all []string
	visit := func(name string, child any) {
		all = append(all, at+"/"+name)
		all = append(all, pointers(child, at+"/"+name)...)
	}
	switch node := tree.(type) {
	case map[string]any:
		for name, child := range node {
			visit(name, child)
		}
	case []any:
		for i, child := range node {
			visit(strconv.Itoa(i), child)
		}
	}
	return all
}

// changed is a copy of a tree with one value replaced, or taken out where the
// new value is removed.
func changed(tree any, steps []string, value any) any {
	if len(steps) == 0 {
		return value
	}
	switch node := tree.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, child := range node {
			if name != steps[0] {
				kept[name] = child
			} else if child = changed(child, steps[1:], value); child != removed {
				kept[name] = child
			}
		}
		return kept
	case []any:
		var kept []any
		for i, child := range node {
			if strconv.Itoa(i) != steps[0] {
				kept = append(kept, child)
			} else if child = changed(child, steps[1:], value); child != removed {
				kept = append(kept, child)
			}
		}
		return kept
	}
	return tree
}
