package allianz

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// form is the form of an answer. The limits are far above what is usual, and
// small enough to hold.
type form struct {
	media   string
	text    string // as errors call it
	longest int    // bytes
}

var (
	jsonForm = form{"application/json", "JSON", 4 << 20}
	pdfForm  = form{"application/pdf", "a PDF", 16 << 20}
)

// fits says that a content type is of this form.
func (f form) fits(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == f.media || f == jsonForm && strings.HasSuffix(kind, "+json"))
}

// answer is a successful answer in the form that the call wants.
type answer struct {
	status int
	body   []byte
	hide   *strings.Replacer
}

// readAnswer reads and closes the response. What is not a success in the call's
// form becomes an *Error or a *ProtocolError; hide takes our secrets out of a
// stranger's text.
func readAnswer(k call, response *http.Response, hide *strings.Replacer) (answer, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, int64(k.form.longest)+1))
	whole := err == nil && len(body) <= k.form.longest
	status := response.StatusCode
	if status >= 400 {
		if !whole {
			body = nil
		}
		refusal, _ := readRefusal(body)
		return answer{}, refusal.from(k.name, status, hide)
	}

	wrong := func(format string, args ...any) error {
		return &ProtocolError{Call: k.name, Status: status, Problem: fmt.Sprintf(format, args...)}
	}
	kind := response.Header.Get("Content-Type")
	switch {
	case err != nil:
		return answer{}, &ProtocolError{Call: k.name, Status: status, Problem: "the answer broke off", Err: err, cut: true}
	case !whole:
		return answer{}, wrong("the answer is longer than %d bytes", k.form.longest)
	case status < 200 || status >= 300:
		return answer{}, wrong("the answer sends us elsewhere, which this API never does")
	case len(body) == 0:
		return answer{}, wrong("the answer is empty")
	}
	if jsonForm.fits(kind) {
		if refusal, said := readRefusal(body); said {
			return answer{}, refusal.from(k.name, status, hide)
		}
	}
	if !k.form.fits(kind) {
		return answer{}, wrong("the answer is %q, not %s", oneLine(hide.Replace(kind)), k.form.text)
	}
	return answer{status, body, hide}, nil
}

// refusal is every error body seen or to be expected on this API: the insurer's
// bare pair, the same pairs in a list, the gateway's fault, and OAuth's.
type refusal struct {
	Code    word   `json:"code"`
	Message string `json:"message"`
	Errors  []struct {
		Code    word   `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
	Fault *struct {
		FaultString string `json:"faultstring"`
		Detail      struct {
			ErrorCode word `json:"errorcode"`
		} `json:"detail"`
	} `json:"fault"`
	Error            word   `json:"error"`
	ErrorDescription string `json:"error_description"`
}

// readRefusal reads what it can; said is whether the body is an error by its own
// members, whatever the status: a message alone is one only in words that are
// known. A member of an unexpected type is passed over.
func readRefusal(body []byte) (r refusal, said bool) {
	if err := json.Unmarshal(body, &r); err != nil {
		if _, partly := errors.AsType[*json.UnmarshalTypeError](err); !partly {
			return refusal{}, false
		}
	}
	return r, r.Fault != nil || len(r.Errors) > 0 || r.Code != "" || r.Error != "" || saysCompanyEPolicy(r.Message)
}

// from is the error that the body tells of.
func (r refusal) from(name string, status int, hide *strings.Replacer) *Error {
	e := &Error{Call: name, Status: status}
	problem := func(code word, message string) Problem {
		return Problem{Code(hide.Replace(string(code))), hide.Replace(message)}
	}
	switch first := problem(r.Code, r.Message); {
	case r.Fault != nil:
		e.Code = problem(r.Fault.Detail.ErrorCode, "").Code
		e.Fault = hide.Replace(r.Fault.FaultString)
		if e.Fault == "" {
			e.Fault = "fault"
		}
	case len(r.Errors) > 0:
		for i, one := range r.Errors {
			if p := problem(one.Code, one.Message); i == 0 {
				e.Code, e.Message = p.Code, p.Message
			} else {
				e.Also = append(e.Also, p)
			}
		}
	case r.Error != "" && r.Code == "":
		e.Code = problem(r.Error, "").Code
		e.Message = first.Message
		if e.Message == "" {
			e.Message = hide.Replace(r.ErrorDescription)
		}
	default:
		e.Code, e.Message = first.Code, first.Message
	}
	return e
}

// word is a string, or a number by its text; anything else reads as "".
type word string

func (w *word) UnmarshalJSON(text []byte) error {
	var read string
	if err := json.Unmarshal(text, &read); err != nil && startsNumber(text[0]) {
		read = string(text)
	}
	*w = word(read)
	return nil
}
