package contracts

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/understudy-sandbox/understudy/openapi"
)

// parameters are the documented query, path and header parameters of a call.
// The documents describe each as one text or a list of texts; a number or a
// boolean is judged by the value its text spells.
type parameters []parameter

type parameter struct {
	in, name string
	required bool
	list     bool
	schema   *schema
	pointer  string
}

func newParameters(op openapi.Operation) parameters {
	var all parameters
	add := func(list openapi3.Parameters, at string) {
		for i, ref := range list {
			described := ref.Value
			p := parameter{in: described.In, name: described.Name, required: described.Required}
			p.pointer = at + "/parameters/" + strconv.Itoa(i)
			if ref.Ref != "" {
				p.pointer = strings.TrimPrefix(ref.Ref, "#")
			}
			if described.Schema != nil {
				p.list = described.Schema.Value.Type.Is("array")
				p.schema = newSchema(described.Schema, p.pointer+"/schema", openapi3.VisitAsRequest())
			}
			all = append(all, p)
		}
	}
	path := op.Pointer[:strings.LastIndexByte(op.Pointer, '/')]
	add(op.Item.Parameters, path)
	add(op.Parameters, op.Pointer)
	return all
}

func (all parameters) judge(q *Request) []Violation {
	if len(all) == 0 {
		return nil
	}
	query, err := url.ParseQuery(q.Query)
	if err != nil {
		return []Violation{{In: "query", Rule: "syntax", Got: "a query that does not parse", Want: "name=value pairs"}}
	}
	var found []Violation
	for _, p := range all {
		values := p.values(q, query)
		if len(values) == 0 {
			if p.required {
				found = append(found, Violation{In: p.in, Where: p.name, Rule: "required", Got: "nothing", Want: "present", Pointer: p.pointer})
			}
			continue
		}
		if p.schema == nil {
			continue
		}
		for _, v := range p.schema.judge(p.value(values)) {
			v.In, v.Where = p.in, p.name
			found = append(found, v)
		}
	}
	return found
}

func (p parameter) values(q *Request, query url.Values) []string {
	switch p.in {
	case openapi3.ParameterInQuery:
		return query[p.name]
	case openapi3.ParameterInHeader:
		return q.Header.Values(p.name)
	case openapi3.ParameterInPath:
		if value, ok := q.Vars[p.name]; ok {
			plain, err := url.PathUnescape(value)
			if err != nil {
				return []string{value}
			}
			return []string{plain}
		}
	}
	return nil
}

func (p parameter) value(values []string) any {
	if p.list {
		list := make([]any, 0, len(values))
		for _, value := range values {
			for part := range strings.SplitSeq(value, ",") {
				list = append(list, scalar(p.schema.ref.Value.Items.Value, part))
			}
		}
		return list
	}
	return scalar(p.schema.ref.Value, values[0])
}

// scalar is the value a text spells, for a schema that asks for a number or a
// boolean; the text itself where it spells none, so that the schema refuses it.
func scalar(s *openapi3.Schema, text string) any {
	switch {
	case s.Type.Is("boolean") && (text == "true" || text == "false"):
		return text == "true"
	case s.Type.Is("integer"), s.Type.Is("number"):
		if n := json.Number(text); json.Valid([]byte(text)) && text != "" && strings.IndexByte("-0123456789", text[0]) >= 0 {
			return n
		}
	}
	return text
}
