package contracts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Exchange is one request and its answer as they crossed the wire.
//
// An Exchange belongs to one goroutine while it is examined: bodies are decoded
// once, on first use, for all checks. Replace a body with [Message.SetBody].
type Exchange struct {
	Insurer   string        // slug
	Face      string        // which of the insurer's servers and versions, "motor"
	Operation string        // operationId; empty when the document has no such call
	Webhook   bool          // the insurer was the caller: Request is its message, Response the subscriber's answer
	Bent      string        // the scenario rule that bent this answer, "slug/name#rule"; empty when honest
	At        time.Time     // by the target's clock
	Took      time.Duration // by ours
	Request   Request
	Response  Response
	Notes     []string // what redaction keeps of a secret: which key verified a token

	judged     bool
	violations []Violation
}

// Message is what request and answer have in common.
type Message struct {
	Header http.Header
	Body   []byte
	Cut    bool // the body went on, or cannot be read as it is; no check judges it

	read reading
}

// reading is what was decoded of a body, once for all checks.
type reading struct {
	decoded bool
	value   any
	err     error

	opened bool
	signed *jws

	parsed bool
	form   url.Values      // nil: the body is no form
	tokens map[string]*jws // of the form's members by name, nil where one is no token
}

// Request is the caller's half. Path is escaped as it was sent and relative to
// the base of its face; Query is raw.
type Request struct {
	Method string
	Path   string
	Query  string
	Vars   map[string]string // path parameters by name
	Message
}

// Response is the answerer's half.
type Response struct {
	Status int // 0: no answer came
	Message
}

// Why a message holds no JSON that could be judged.
var (
	ErrNoBody = errors.New("the body is empty")
	ErrCut    = errors.New("the body was not kept whole")
)

// SetBody replaces the body and forgets what was decoded of the old one.
func (m *Message) SetBody(body []byte) {
	*m = Message{Header: m.Header, Body: body}
}

// JSON is the body as a tree of map[string]any, []any, string, bool, nil and
// [json.Number], decoded once. A number keeps the text it had on the wire.
func (m *Message) JSON() (any, error) {
	if m.Cut {
		return nil, ErrCut
	}
	if !m.read.decoded {
		m.read.value, m.read.err = decodeJSON(m.Body)
		m.read.decoded = true
	}
	return m.read.value, m.read.err
}

// tree is the body where it is JSON; what is not is another check's business.
func (m *Message) tree() (any, bool) {
	tree, err := m.JSON()
	return tree, err == nil
}

// Forget drops what was decoded, so that a kept exchange weighs only its bytes.
func (x *Exchange) Forget() {
	for _, m := range [...]*Message{&x.Request.Message, &x.Response.Message} {
		m.read = reading{}
	}
}

// Value is the member of the request that an RFC 6901 pointer names, in a JSON
// body or, with one level, in a form; false when there is none.
func (q *Request) Value(pointer string) (any, bool) {
	if q.MediaType() == mediaForm && !q.Cut {
		form, name := q.formed(), unescapePointer(strings.TrimPrefix(pointer, "/"))
		if !form.Has(name) {
			return nil, false
		}
		return form.Get(name), true
	}
	tree, err := q.JSON()
	if err != nil {
		return nil, false
	}
	return At(tree, pointer)
}

// formed is the body where it is a form, read once with the tokens in it;
// otherwise nil.
func (m *Message) formed() url.Values {
	if !m.read.parsed {
		m.read.parsed = true
		if form, err := url.ParseQuery(string(m.Body)); err == nil {
			m.read.form, m.read.tokens = form, make(map[string]*jws, len(form))
			for name := range form {
				m.read.tokens[name] = parseJWS(form.Get(name))
			}
		}
	}
	return m.read.form
}

const mediaForm = "application/x-www-form-urlencoded"

// MediaType is the Content-Type without its parameters, in lower case; empty
// when there is none or it cannot be read.
func (m *Message) MediaType() string {
	switch header := m.Header.Get("Content-Type"); header {
	case "", "application/json":
		return header
	default:
		media, _, err := mime.ParseMediaType(header)
		if err != nil {
			return ""
		}
		return media
	}
}

func decodeJSON(body []byte) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, ErrNoBody
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, brokenJSON(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not JSON: more than one value")
	}
	return tree, nil
}

// brokenJSON says where a text stops being JSON, in words of our own: findings
// and explanations quote it to people who do not write Go.
func brokenJSON(err error) error {
	var wrong *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("JSON that ends early")
	case errors.As(err, &wrong):
		return fmt.Errorf("not JSON at byte %d", wrong.Offset)
	}
	return errors.New("not JSON")
}

// At is the member of a decoded JSON tree that an RFC 6901 pointer names; false
// when there is none.
func At(tree any, pointer string) (any, bool) {
	if pointer == "" {
		return tree, true
	}
	if pointer[0] != '/' {
		return nil, false
	}
	for step := range strings.SplitSeq(pointer[1:], "/") {
		step = unescapePointer(step)
		switch node := tree.(type) {
		case map[string]any:
			child, ok := node[step]
			if !ok {
				return nil, false
			}
			tree = child
		case []any:
			n, ok := index(step, len(node))
			if !ok {
				return nil, false
			}
			tree = node[n]
		default:
			return nil, false
		}
	}
	return tree, true
}

// index reads an array index of RFC 6901: digits without a leading zero.
func index(step string, length int) (int, bool) {
	if step == "" || len(step) > 9 || step[0] == '0' && step != "0" {
		return 0, false
	}
	n := 0
	for _, digit := range []byte(step) {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		n = n*10 + int(digit-'0')
	}
	return n, n < length
}

var (
	pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")
	pointerEscaper   = strings.NewReplacer("~", "~0", "/", "~1")
)

func unescapePointer(step string) string {
	if !strings.Contains(step, "~") {
		return step
	}
	return pointerUnescaper.Replace(step)
}

func pointerOf(steps []string) string {
	var b strings.Builder
	for _, step := range steps {
		b.WriteByte('/')
		b.WriteString(pointerEscaper.Replace(step))
	}
	return b.String()
}
