package openapi

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is one call of a document.
type Operation struct {
	ID, Method, Path string
	Evidence         Evidence // empty for our own API
	Pointer          string   // into the document
	*openapi3.Operation
	Item     *openapi3.PathItem
	Examples []Example
	Secrets  []Secret
}

// ResponseEvidence grades that a call is answered with a status at all: by x-evidence on the response where it differs from the operation's.
func (o Operation) ResponseEvidence(status string) Evidence {
	if response := o.Responses.Value(status); response != nil {
		if grade, ok := response.Value.Extensions["x-evidence"].(string); ok {
			return Evidence(grade)
		}
	}
	return o.Evidence
}

// Example is a named body that fits the schema it stands beside; its name is unique among the requests, or the responses, of its operation.
type Example struct {
	Name      string
	In        string // "request" or "response"
	Status    int    // of a response
	MediaType string
	Value     any             // decoded, numbers as json.Number
	Text      json.RawMessage // the value as JSON, its members in the order in which they are written
	Evidence  Evidence
	Refusal   bool   // the insurer says no, with whatever status
	Pointer   string // into the document as written; a $ref on its way must be followed
}

// Secret is a place in a call that no journal may hold.
// Name is a parameter's or header's name, or a JSON pointer into a body in which * stands for any one member.
type Secret struct {
	In   string // "query", "header", "path", "cookie", "request" or "response"
	Name string
}

// operations builds the view of a document that kin has accepted, and refuses operations that cannot be shown or bent.
func (r *reader) operations(doc *openapi3.T) []Operation {
	var all []Operation
	for _, p := range doc.Paths.InMatchingOrder() { // the map's own order differs per start
		item := doc.Paths.Value(p)
		calls := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(calls)) {
			op, pointer := calls[method], "/paths/"+escape(p)+"/"+strings.ToLower(method)
			grade, _ := op.Extensions["x-evidence"].(string)
			all = append(all, Operation{
				ID: op.OperationID, Method: method, Path: p, Evidence: Evidence(grade), Pointer: pointer, Operation: op, Item: item,
				Examples: r.examples(pointer, op), Secrets: secrets(doc, item, op),
			})
		}
	}
	return all
}

func (r *reader) examples(pointer string, op *openapi3.Operation) []Example {
	var all []Example
	if body := op.RequestBody; body != nil {
		all = r.named(pointer+"/requestBody", Example{In: "request"}, body.Value.Content)
	}
	needed, shown, refused := false, false, false
	for _, code := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		status, _ := strconv.Atoi(code)
		response := op.Responses.Value(code)
		content := response.Value.Content
		at := pointer + "/responses/" + code
		if response.Ref != "" { // a pointer does not pass through a reference
			at = strings.TrimPrefix(response.Ref, "#")
		}
		needed = needed || status < 400 && len(content) > 0
		for _, x := range r.named(at, Example{In: "response", Status: status}, content) {
			shown, refused = shown || !x.Refusal, refused || x.Refusal
			all = append(all, x)
		}
	}
	if needed && !shown {
		r.refuse(pointer, "no response example: show an answer that succeeds")
	}
	if !refused {
		r.refuse(pointer, "no refusal example: show an answer with a 4xx or 5xx status, or mark one with x-refusal")
	}
	first := map[[2]string]string{}
	for _, x := range all {
		key := [2]string{x.In, x.Name}
		if other, twice := first[key]; twice {
			r.refuse(x.Pointer, "the name is taken by %s: a scenario could not tell them apart, choose another", other)
		}
		first[key] = x.Pointer
	}
	return all
}

// named lists the examples of one body and holds each against its schema. Kin would do the second too, but its error knows neither status nor
// media type, and prints the whole schema and the whole value.
func (r *reader) named(pointer string, like Example, content openapi3.Content) []Example {
	var all []Example
	direction := openapi3.VisitAsResponse()
	if like.In == "request" {
		direction = openapi3.VisitAsRequest()
	}
	for _, media := range slices.Sorted(maps.Keys(content)) {
		at := pointer + "/content/" + escape(media) + "/examples"
		written, _ := r.lookup(at).(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(written)) {
			x := like
			x.Name, x.MediaType, x.Pointer = name, media, at+"/"+escape(name)
			o, _ := r.lookup(x.Pointer).(map[string]any)
			grade, _ := o["x-evidence"].(string)
			x.Value, x.Evidence = o["value"], Evidence(grade)
			var err error
			if x.Text, err = r.order.text(x.Value); err != nil {
				r.refuse(x.Pointer, "the value is no JSON: %v", err)
			}
			x.Refusal = x.Status >= 400 || o["x-refusal"] == true
			if err := content[media].Schema.Value.VisitJSON(x.Value, direction); err != nil {
				r.refuse(x.Pointer, "the value breaks its schema at %s: mend one of them", reason(err))
			}
			all = append(all, x)
		}
	}
	return all
}

// reason says where and why a value breaks a schema, without the schema and the value that kin's own text would print.
func reason(err error) string {
	var broken *openapi3.SchemaError
	if !errors.As(err, &broken) {
		return "/: " + err.Error()
	}
	text := "/" + strings.Join(broken.JSONPointer(), "/") + ": " + broken.Reason
	if broken.Reason == "" {
		text += broken.SchemaField
	}
	return text
}

func secrets(doc *openapi3.T, item *openapi3.PathItem, op *openapi3.Operation) []Secret {
	found := map[Secret]bool{}
	for _, p := range slices.Concat(item.Parameters, op.Parameters) {
		if p.Value.Extensions["x-secret"] == true {
			found[Secret{p.Value.In, p.Value.Name}] = true
		}
	}
	required := doc.Security
	if op.Security != nil {
		required = *op.Security
	}
	for _, alternative := range required {
		for name := range alternative {
			if scheme := doc.Components.SecuritySchemes[name].Value; scheme.Type == "apiKey" {
				found[Secret{scheme.In, scheme.Name}] = true
			} else {
				found[Secret{"header", "Authorization"}] = true
			}
		}
	}
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Value.Content {
			secretMembers(found, Secret{In: "request"}, media.Schema.Value, nil)
		}
	}
	for _, response := range op.Responses.Map() {
		for _, media := range response.Value.Content {
			secretMembers(found, Secret{In: "response"}, media.Schema.Value, nil)
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b Secret) int { return strings.Compare(a.In+a.Name, b.In+b.Name) })
}

// secretMembers walks a schema; above holds the schemas on the way down, because a schema may contain itself.
func secretMembers(found map[Secret]bool, at Secret, s *openapi3.Schema, above []*openapi3.Schema) {
	if slices.Contains(above, s) {
		return
	}
	above = append(above, s)
	if s.Extensions["x-secret"] == true {
		found[at] = true
	}
	for name, member := range s.Properties {
		secretMembers(found, Secret{at.In, at.Name + "/" + escape(name)}, member.Value, above)
	}
	for _, any := range []*openapi3.SchemaRef{s.Items, s.AdditionalProperties.Schema} {
		if any != nil {
			secretMembers(found, Secret{at.In, at.Name + "/*"}, any.Value, above)
		}
	}
	for _, same := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		secretMembers(found, at, same.Value, above)
	}
}
