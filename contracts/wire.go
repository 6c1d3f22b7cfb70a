package contracts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// exchangeJSON is an exchange on a tape, in this order. A body is text where it
// is UTF-8 and base64 where it is not.
type exchangeJSON struct {
	Insurer   string       `json:"insurer"`
	Face      string       `json:"face"`
	Operation string       `json:"operation"`
	Webhook   bool         `json:"webhook,omitempty"`
	Bent      string       `json:"bent"`
	At        time.Time    `json:"at"`
	Took      string       `json:"took,omitempty"` // as time.Duration prints it
	Request   requestJSON  `json:"request"`
	Response  responseJSON `json:"response"`
	Notes     []string     `json:"notes,omitempty"`
}

type requestJSON struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Query  string            `json:"query,omitempty"`
	Vars   map[string]string `json:"vars,omitempty"`
	messageJSON
}

type responseJSON struct {
	Status int `json:"status"`
	messageJSON
}

type messageJSON struct {
	Header http.Header `json:"header,omitempty"`
	Text   *string     `json:"body,omitempty"`
	Binary []byte      `json:"body_base64,omitempty"`
	Cut    bool        `json:"cut,omitempty"`
}

// MarshalJSON writes the form that tapes and journals hold, members in a fixed
// order. It redacts nothing.
func (x *Exchange) MarshalJSON() ([]byte, error) { return encodeJSON(x.wire()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (x *Exchange) UnmarshalJSON(text []byte) error {
	var w exchangeJSON
	if err := json.Unmarshal(text, &w); err != nil {
		return fmt.Errorf("contracts: read an exchange: %w", err)
	}
	read, err := w.exchange()
	if err != nil {
		return fmt.Errorf("contracts: read an exchange: %w", err)
	}
	*x = *read
	return nil
}

func (x *Exchange) wire() exchangeJSON {
	w := exchangeJSON{
		Insurer: x.Insurer, Face: x.Face, Operation: x.Operation, Webhook: x.Webhook, Bent: x.Bent, At: x.At,
		Request: requestJSON{
			Method: x.Request.Method, Path: x.Request.Path, Query: x.Request.Query, Vars: x.Request.Vars,
			messageJSON: x.Request.wire(),
		},
		Response: responseJSON{Status: x.Response.Status, messageJSON: x.Response.wire()},
		Notes:    x.Notes,
	}
	if x.Took != 0 {
		w.Took = x.Took.String()
	}
	return w
}

func (w exchangeJSON) exchange() (*Exchange, error) {
	x := &Exchange{
		Insurer: w.Insurer, Face: w.Face, Operation: w.Operation, Webhook: w.Webhook, Bent: w.Bent, At: w.At, Notes: w.Notes,
		Request:  Request{Method: w.Request.Method, Path: w.Request.Path, Query: w.Request.Query, Vars: w.Request.Vars},
		Response: Response{Status: w.Response.Status},
	}
	var err1, err2, err3 error
	x.Request.Message, err1 = w.Request.message()
	x.Response.Message, err2 = w.Response.message()
	if w.Took != "" {
		x.Took, err3 = time.ParseDuration(w.Took)
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	return x, nil
}

func (m *Message) wire() messageJSON {
	w := messageJSON{Header: m.Header, Cut: m.Cut}
	switch {
	case len(m.Body) == 0:
	case utf8.Valid(m.Body):
		text := string(m.Body)
		w.Text = &text
	default:
		w.Binary = m.Body
	}
	return w
}

func (w messageJSON) message() (Message, error) {
	m := Message{Header: w.Header, Body: w.Binary, Cut: w.Cut}
	if w.Text != nil {
		if w.Binary != nil {
			return m, errors.New("a message has either body or body_base64")
		}
		m.Body = []byte(*w.Text)
	}
	return m, nil
}

// encodeJSON is json.Marshal without the escaping that is meant for HTML.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
