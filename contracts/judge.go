package contracts

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/understudy-sandbox/understudy/openapi"
)

// Violation is one place where a message departs from its document.
type Violation struct {
	In    string // "body", "query", "header", "path", "media type", "status"
	Where string // JSON pointer into the body, or the name of the parameter
	Rule  string // the schema keyword that is broken: "required", "type", "enum", ...; "syntax" for a body that is not JSON
	Got   string // what stands there, shortened
	Want  string
	// Pointer is the JSON pointer into the document at which the rule stands.
	Pointer string
}

func (v Violation) mismatch() *Mismatch {
	where := v.Where
	if v.In != "body" || where == "" {
		where = strings.TrimSpace(v.In + " " + v.Where)
	}
	return &Mismatch{Where: where, Got: v.Got, Want: v.Want}
}

// schema judges a decoded value. kin-openapi walks it today; a compiled scanner
// may stand here later, held to the same verdicts.
type schema struct {
	ref     *openapi3.SchemaRef
	pointer string                            // into the document
	all     []openapi3.SchemaValidationOption // collect every violation
	first   []openapi3.SchemaValidationOption // stop at one
}

func newSchema(ref *openapi3.SchemaRef, pointer string, as openapi3.SchemaValidationOption) *schema {
	s := &schema{ref: ref, pointer: pointer, first: []openapi3.SchemaValidationOption{
		as,
		openapi3.EnableFormatValidation(),
		openapi3.WithStringFormatValidator("date", dateFormat{}),
		openapi3.WithStringFormatValidator("email", openapi3.NewCallbackValidator(validEmail)),
		openapi3.WithStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC4122)),
		openapi3.WithStringFormatValidator("uri", openapi3.NewCallbackValidator(validURI)),
	}}
	s.all = append(slices.Clone(s.first), openapi3.MultiErrors())
	return s
}

// dateFormat is a full-date of RFC 3339 that the calendar has; kin's own
// pattern lets 31 April pass.
type dateFormat struct{}

func (dateFormat) Validate(value string) error {
	if !validDate(value) {
		return errors.New("not a calendar date yyyy-mm-dd")
	}
	return nil
}

func validDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	year, ok1 := digits(s[:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:])
	if !ok1 || !ok2 || !ok3 || month < 1 || month > 12 || day < 1 {
		return false
	}
	last := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		last = 29
	}
	return day <= last
}

func digits(s string) (int, bool) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func validEmail(s string) error {
	_, err := mail.ParseAddress(s)
	return err
}

func validURI(s string) error {
	u, err := url.Parse(s)
	if err == nil && !u.IsAbs() {
		return errors.New("not an absolute URI")
	}
	return err
}

const (
	longBody       = 64 << 10 // bytes; a longer body is judged up to its first violation
	mostViolations = 100      // of one body: nobody mends more at once, and a stranger may send a million
)

// judge lists where a decoded value departs from the schema, sorted by place.
func (s *schema) judge(tree any) []Violation {
	return s.verdict(s.ref.Value.VisitJSON(tree, s.all...))
}

// judgeFirst is judge that stops at the first departure it meets.
func (s *schema) judgeFirst(tree any) []Violation {
	return s.verdict(s.ref.Value.VisitJSON(tree, s.first...))
}

func (s *schema) verdict(err error) []Violation {
	if err == nil {
		return nil
	}
	violations := s.violations(nil, err)
	slices.SortStableFunc(violations, func(a, b Violation) int { return strings.Compare(a.Where, b.Where) })
	return violations
}

func (s *schema) violations(into []Violation, err error) []Violation {
	// Not errors.As: one error with several behind it is one violation.
	if several, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // as said above
		for _, one := range several {
			if len(into) == mostViolations {
				break
			}
			into = s.violations(into, one)
		}
		return into
	}
	var broken *openapi3.SchemaError
	if !errors.As(err, &broken) {
		return append(into, Violation{In: "body", Rule: "schema", Got: "a value that it refuses", Want: "a value the schema fits", Pointer: s.pointer})
	}
	steps := broken.JSONPointer()
	v := Violation{
		In:      "body",
		Where:   pointerOf(steps),
		Rule:    broken.SchemaField,
		Got:     shorten(broken.Value),
		Want:    want(broken),
		Pointer: s.at(steps),
	}
	if v.Rule == "required" {
		v.Got = "nothing"
	}
	return append(into, v)
}

// at follows an instance pointer through the schema as far as the document
// spells it out, so that the answer resolves in the document.
func (s *schema) at(steps []string) string {
	ref, pointer := s.ref, s.pointer
	for _, step := range steps {
		if ref.Ref != "" {
			pointer = strings.TrimPrefix(ref.Ref, "#")
		}
		if child, ok := ref.Value.Properties[step]; ok {
			ref, pointer = child, pointer+"/properties/"+pointerEscaper.Replace(step)
			continue
		}
		if ref.Value.Items != nil {
			ref, pointer = ref.Value.Items, pointer+"/items"
			continue
		}
		return pointer
	}
	if ref.Ref != "" {
		pointer = strings.TrimPrefix(ref.Ref, "#")
	}
	return pointer
}

func want(broken *openapi3.SchemaError) string {
	s := broken.Schema
	if s == nil {
		return broken.Reason
	}
	nullable := ""
	if s.Nullable {
		nullable = " or null"
	}
	switch broken.SchemaField {
	case "required":
		return "present"
	case "type", "nullable":
		if s.Type == nil {
			return broken.Reason
		}
		return strings.Join(s.Type.Slice(), " or ") + nullable
	case "enum":
		return "one of " + shorten(s.Enum) + nullable
	case "pattern":
		return "text that matches " + s.Pattern
	case "format":
		if s.Format == "date" {
			return "a calendar date yyyy-mm-dd"
		}
		return s.Format
	case "minimum":
		return fmt.Sprintf("%v or more", *s.Min)
	case "maximum":
		return fmt.Sprintf("%v or less", *s.Max)
	case "minItems":
		return fmt.Sprintf("a list of %d values or more", s.MinItems)
	case "maxItems":
		return fmt.Sprintf("a list of at most %d values", *s.MaxItems)
	case "oneOf":
		return "one of the documented forms" + nullable
	case "minLength":
		return fmt.Sprintf("at least %d characters", s.MinLength)
	case "maxLength":
		return fmt.Sprintf("at most %d characters", *s.MaxLength)
	default:
		return broken.Reason
	}
}

const (
	shortest    = 80 // characters of a value that a report shows
	longestList = 40 // values of a list that may be shown
)

// shorten renders a value as compact JSON, cut where it is long: a report names
// what is wrong and does not repeat a customer's record.
func shorten(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return fmt.Sprintf("an object of %d members", len(v))
	case []any:
		if len(v) > longestList {
			return fmt.Sprintf("a list of %d values", len(v))
		}
	case string:
		if len(v) > 4*shortest {
			value = strings.ToValidUTF8(v[:4*shortest], "")
		}
	case nil:
		return "null"
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%T", value)
	}
	runes := []rune(string(text))
	if len(runes) > shortest {
		return string(runes[:shortest]) + "..."
	}
	return string(runes)
}

// response is what a document says of one status.
type response struct {
	body    *body
	headers map[string]*header
	proof   Evidence // how well it is proven that this status comes at all
}

type header struct {
	required bool
	schema   *schema
}

func newOperation(op openapi.Operation) *operation {
	o := &operation{Operation: op, responses: map[string]*response{}}
	o.parameters = newParameters(op)
	if op.RequestBody != nil && op.RequestBody.Value != nil {
		described := op.RequestBody.Value
		o.request = newBody(described.Content, described.Required, op.Pointer+"/requestBody", openapi3.VisitAsRequest())
	}
	for status, ref := range op.Responses.Map() {
		at := op.Pointer + "/responses/" + status
		answer := &response{
			body:    newBody(ref.Value.Content, false, at, openapi3.VisitAsResponse()),
			headers: map[string]*header{},
			proof:   op.ResponseEvidence(status),
		}
		for name, described := range ref.Value.Headers {
			h := &header{required: described.Value.Required}
			if described.Value.Schema != nil {
				h.schema = newSchema(described.Value.Schema, at+"/headers/"+pointerEscaper.Replace(name)+"/schema", openapi3.VisitAsResponse())
			}
			answer.headers[name] = h
		}
		o.responses[status] = answer
	}
	return o
}
