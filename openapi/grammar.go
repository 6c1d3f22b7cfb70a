package openapi

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// grammar is OpenAPI 3.0.3 as far as this program keeps its promises: the members of each kind of object, and after the colon the kind of what
// they hold: in braces for a map of names, in brackets for a list, with a question mark where true or false will do. A member that is not here is
// refused, whatever the standard says, because nothing would act on it. Schema examples and media type examples without a name are left out: they
// have no place for their evidence.
var grammar = func(kinds map[string]string) map[string]map[string]string {
	g := make(map[string]map[string]string, len(kinds))
	for kind, members := range kinds {
		g[kind] = map[string]string{}
		for member := range strings.FieldsSeq(members) {
			name, holds, _ := strings.Cut(member, ":")
			g[kind][name] = holds
		}
	}
	return g
}(map[string]string{
	"document":       "openapi info:info servers:[server] tags:[tag] security paths:{path} components:components x-webhooks",
	"info":           "title version description",
	"server":         "url description",
	"tag":            "name description",
	"components":     "schemas:{schema} parameters:{parameter} requestBodies:{requestBody} responses:{response} headers:{header} examples:{example} securitySchemes:{securityScheme}",
	"path":           "summary description parameters:[parameter] get:operation put:operation post:operation delete:operation options:operation head:operation patch:operation",
	"operation":      "operationId summary description tags deprecated security parameters:[parameter] requestBody:requestBody responses:{response} x-evidence",
	"parameter":      "name in description required deprecated allowEmptyValue style explode allowReserved schema:schema x-secret",
	"requestBody":    "description required content:{mediaType}",
	"response":       "description headers:{header} content:{mediaType} x-evidence",
	"header":         "description required schema:schema",
	"mediaType":      "schema:schema examples:{example}",
	"example":        "summary description value x-evidence x-refusal",
	"securityScheme": "type description name in scheme bearerFormat",
	"schema": "title description type format enum default nullable deprecated readOnly writeOnly x-secret " +
		"minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern " +
		"items:schema minItems maxItems uniqueItems required properties:{schema} additionalProperties:schema? minProperties maxProperties " +
		"allOf:[schema] anyOf:[schema] oneOf:[schema] not:schema",
})

// sections says where a $ref to each kind of object may point.
var sections = map[string]string{
	"schema": "schemas", "parameter": "parameters", "requestBody": "requestBodies", "response": "responses", "header": "headers", "example": "examples",
}

var (
	formats = []string{"date", "date-time", "uuid", "email", "int32", "int64", "byte", "binary", "uri", "password"}
	version = regexp.MustCompile(`^3\.0\.[0-9]+$`)
	status  = regexp.MustCompile(`^[1-5][0-9]{2}$`)
)

// reader checks one document and collects all that is wrong with it.
type reader struct {
	name  string
	tree  any
	order memberOrder
	ids   map[string]string // operationId to the pointer of its operation
	used  map[string]bool   // components that something refers to
	errs  []error
}

func (r *reader) refuse(pointer, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("openapi: %s: %s: %s", r.name, pointer, fmt.Sprintf(format, args...)))
}

// check holds node against the grammar and returns it without servers and examples, which is what kin is to see: reading examples twice over
// costs kin more than all the rest.
func (r *reader) check(kind, pointer string, node any) any {
	switch {
	case kind == "":
		return node
	case strings.HasPrefix(kind, "["):
		list, ok := node.([]any)
		if !ok {
			r.refuse(pointer, "this must be a list: write one")
			return nil
		}
		clean := make([]any, len(list))
		for i, item := range list {
			clean[i] = r.check(strings.Trim(kind, "[]"), fmt.Sprintf("%s/%d", pointer, i), item)
		}
		return clean
	}
	if _, ok := node.(bool); ok && kind == "schema?" {
		return node
	}
	kind = strings.TrimSuffix(kind, "?")
	object, ok := node.(map[string]any)
	if !ok {
		r.refuse(pointer, "this must be an object: write one")
		return nil
	}
	if _, ok := object["$ref"]; ok {
		r.reference(kind, pointer, object)
		return node
	}
	clean := make(map[string]any, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		holds, isMap := strings.Trim(kind, "{}"), strings.HasPrefix(kind, "{")
		if !isMap {
			var known bool
			if holds, known = grammar[kind][name]; !known {
				r.refuse(pointer, "%q means nothing in this %s: remove it, or teach this package and the judge what it means", name, kind)
				continue
			}
		}
		r.key(kind, pointer, name)
		checked := r.check(holds, pointer+"/"+escape(name), object[name])
		if !isMap && (name == "servers" || name == "examples") {
			continue
		}
		clean[name] = checked
	}
	r.object(kind, pointer, object)
	return clean
}

// key checks the names of maps in which kin would take some names for something else.
func (r *reader) key(kind, pointer, name string) {
	switch {
	case kind == "{path}" && !strings.HasPrefix(name, "/"):
		r.refuse(pointer, "the path %q must start with a slash: add it", name)
	case kind == "{response}" && strings.HasSuffix(pointer, "/responses") && !strings.HasPrefix(pointer, "/components/") && !status.MatchString(name):
		r.refuse(pointer, "the status %q is not three digits: write one response per status", name)
	}
}

// object checks what the grammar cannot say about one kind of object.
func (r *reader) object(kind, pointer string, o map[string]any) {
	switch kind {
	case "document":
		if v, _ := o["openapi"].(string); !version.MatchString(v) {
			r.refuse("/openapi", "version %v is not read: write 3.0.3", o["openapi"])
		}
		r.mark("/", "x-webhooks", o)
	case "operation":
		id, _ := o["operationId"].(string)
		if first, twice := r.ids[id]; id == "" {
			r.refuse(pointer, "operationId is missing: name the call")
		} else if twice {
			r.refuse(pointer, "operationId %q is taken by %s: choose another", id, first)
		}
		r.ids[id] = pointer
		r.evidence(pointer, o)
	case "mediaType":
		if o["schema"] == nil {
			r.refuse(pointer, "schema is missing: say what the body looks like")
		}
	case "example":
		if _, ok := o["value"]; !ok {
			r.refuse(pointer, "value is missing: write the body")
		}
		r.mark(pointer, "x-refusal", o)
		r.evidence(pointer, o)
	case "response":
		if _, ok := o["x-evidence"]; ok { // optional: a status is as well known as its operation
			r.evidence(pointer, o)
		}
	case "parameter":
		r.mark(pointer, "x-secret", o)
	case "schema":
		r.mark(pointer, "x-secret", o)
		r.schema(pointer, o)
	}
}

func (r *reader) schema(pointer string, o map[string]any) {
	if f, ok := o["format"]; ok && !slices.Contains(formats, fmt.Sprint(f)) {
		r.refuse(pointer, "nothing checks the format %q: use one of %s", f, strings.Join(formats, ", "))
	}
	if o["nullable"] != nil && o["type"] == nil {
		r.refuse(pointer, "nullable means nothing without type: write the type") // OpenAPI 3.0.3; kin lets null through all the same
	}
	if enum, ok := o["enum"].([]any); ok && slices.Contains(enum, nil) {
		r.refuse(pointer, "enum lists null: write nullable: true instead")
	}
	if pattern, ok := o["pattern"].(string); ok {
		if _, err := regexp.Compile(pattern); err != nil {
			r.refuse(pointer, "pattern does not compile: %v: write it in RE2 syntax", err)
		}
	}
}

// mark checks an extension that is either absent or true.
func (r *reader) mark(pointer, name string, o map[string]any) {
	if v, ok := o[name]; ok && v != true {
		r.refuse(pointer, "%s is %v: write true, or remove it", name, v)
	}
}

func (r *reader) evidence(pointer string, o map[string]any) {
	v, ok := o["x-evidence"]
	text, _ := v.(string)
	switch own := strings.HasPrefix(r.name, ours+"/"); {
	case own && ok:
		r.refuse(pointer, "x-evidence grades what is known of an insurer, and this is our own API: remove it")
	case !own && !Evidence(text).Valid():
		r.refuse(pointer, "x-evidence is missing or unknown: write seed, upstream, observed or inferred")
	}
}

func (r *reader) reference(kind, pointer string, o map[string]any) {
	target, _ := o["$ref"].(string)
	name, found := strings.CutPrefix(target, "#/components/"+sections[kind]+"/")
	if sections[kind] == "" || !found || strings.Contains(name, "/") || r.lookup(strings.TrimPrefix(target, "#")) == nil {
		r.refuse(pointer, "$ref %q leads nowhere: name a component of this document that is a %s", target, kind)
	}
	if len(o) > 1 {
		r.refuse(pointer, "members beside $ref are ignored: remove them")
	}
	r.used[strings.TrimPrefix(target, "#")] = true
}

// unused refuses components that nothing refers to, because their examples would never be held against a schema.
func (r *reader) unused() {
	for _, section := range slices.Sorted(maps.Values(sections)) {
		components, _ := r.lookup("/components/" + section).(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(components)) {
			if pointer := "/components/" + section + "/" + escape(name); !r.used[pointer] {
				r.refuse(pointer, "nothing refers to this: remove it")
			}
		}
	}
}

// lookup returns what a JSON pointer leads to, through any $ref on its way, or nil.
func (r *reader) lookup(pointer string) any {
	node := r.tree
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		object, _ := r.follow(node).(map[string]any)
		node = object[unescape(token)]
	}
	return r.follow(node)
}

// follow replaces a reference by its component. A chain of more references than a person would write is a circle, and leads nowhere.
func (r *reader) follow(node any) any {
	for range 8 {
		object, _ := node.(map[string]any)
		target, ok := object["$ref"].(string)
		if !ok {
			return node
		}
		node = r.tree
		for token := range strings.SplitSeq(strings.TrimPrefix(target, "#/"), "/") {
			object, _ := node.(map[string]any)
			node = object[unescape(token)]
		}
	}
	return nil
}

var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1").Replace
	unescape = strings.NewReplacer("~1", "/", "~0", "~").Replace
)
