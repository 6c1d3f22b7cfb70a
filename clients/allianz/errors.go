package allianz

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// Code is a code out of an error answer, in the carrier's spelling. It is an
// error itself, so that both of these read as they mean:
//
//	errors.Is(err, allianz.CodeInvalid)
//	code, ok := errors.AsType[allianz.Code](err)
//
// The gateway's and OAuth's codes ("invalid_client") are kept here too.
type Code string

// The codes that the carrier's page explains. Others exist and are passed on as they come.
const (
	CodeInvalid          Code = "003" // a value or the coverage items do not fit; the message begins with the member's name
	CodeCustomerMismatch Code = "112" // the identity is known under another name
	CodeEmailTaken       Code = "113" // the e-mail address belongs to an agent; asked for e-policies only
	CodePhoneTaken       Code = "114" // the phone number belongs to an agent; asked for e-policies only
	CodeSystem           Code = "999" // says system error, and as a rule means a malformed request
)

// Error makes a Code fit for errors.Is and errors.As.
func (c Code) Error() string { return "allianz: code " + string(c) }

// carriers says that the insurer itself wrote the code: three digits, padded with zeros.
func (c Code) carriers() bool {
	return len(c) == 3 && isDigit(c[0]) && isDigit(c[1]) && isDigit(c[2])
}

// Refusals that have no code of their own, for errors.Is. The statuses behind the
// last three are inferred: the carrier's page prints none.
var (
	// ErrCompanyEPolicy is the refusal of an e-policy for a company, known by its
	// printed text: send IsDigitalPolicy false instead.
	ErrCompanyEPolicy = errors.New("allianz: a company cannot have an e-policy")

	// ErrUnknownContract is a 404 in the insurer's own words, to a look-up or a
	// cancellation. A 404 without them may come from a wrong base URL and is not this.
	ErrUnknownContract = errors.New("allianz: the contract is not known")

	// ErrCancelRefused is a cancellation that the insurer turned down, whatever the
	// code: it is later than one day after the issue, or done already, or the reason does not fit.
	ErrCancelRefused = errors.New("allianz: the cancellation is refused")

	// ErrDocumentExpired is a document asked for after its fifteen days.
	ErrDocumentExpired = errors.New("allianz: the document has expired")
)

// Problem is one code with its message, either of which may be missing.
type Problem struct {
	Code    Code
	Message string
}

// Error is an answer that says no. It carries what the answer said, with our
// credentials and token taken out, and unwraps to its codes.
type Error struct {
	Call    string // which call was refused: "token", "quick quote", "issue contract"
	Status  int    // the HTTP status, as sent
	Code    Code   // "" when the answer has none, or could not be read
	Message string // the text for people, in Thai as a rule
	Fault   string // the gateway's faultstring; "" unless the gateway itself answered
	Also    []Problem
}

// Error says which call failed, with status, code and text in one line.
func (e *Error) Error() string {
	var line strings.Builder
	fmt.Fprintf(&line, "allianz: %s: answered %d", e.Call, e.Status)
	if name := http.StatusText(e.Status); name != "" {
		line.WriteString(" " + name)
	}
	for _, part := range []string{string(e.Code), e.Fault, e.Message} {
		if part != "" {
			line.WriteString(": " + oneLine(part))
		}
	}
	return line.String()
}

// Unwrap is the codes of the answer, the first one first.
func (e *Error) Unwrap() []error {
	var codes []error
	if e.Code != "" {
		codes = append(codes, e.Code)
	}
	for _, p := range e.Also {
		if p.Code != "" {
			codes = append(codes, p.Code)
		}
	}
	return codes
}

// Is says that the error is one of the refusals without a code of their own.
func (e *Error) Is(target error) bool {
	ofContract := e.Call == callContract || e.Call == callCancel
	worded := e.Fault == "" && (e.Code != "" || e.Message != "")
	switch target {
	case ErrCompanyEPolicy:
		return e.says(saysCompanyEPolicy)
	case ErrUnknownContract:
		return ofContract && e.Status == http.StatusNotFound && worded
	case ErrCancelRefused:
		return e.Call == callCancel && e.Refused() && worded && !slices.Contains(notOfThePolicy, e.Status)
	case ErrDocumentExpired:
		return e.Call == callDocument && e.Status == http.StatusGone
	default:
		return false
	}
}

// byInsurer says that the insurer itself decided, whatever the status.
func (e *Error) byInsurer() bool { return e.Code.carriers() || e.says(saysCompanyEPolicy) }

// notOfThePolicy is the statuses that refuse the caller or the address.
var notOfThePolicy = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}

// says asks each message of the answer.
func (e *Error) says(what func(message string) bool) bool {
	return what(e.Message) || slices.ContainsFunc(e.Also, func(p Problem) bool { return what(p.Message) })
}

// saysCompanyEPolicy knows the one refusal that is printed without a code, by its words.
func saysCompanyEPolicy(message string) bool {
	return strings.Contains(message, "ลูกค้านิติบุคคล ไม่สามารถออกกรมธรรม์ E-Policy ได้")
}

// Timeout says that the gateway gave up waiting for the insurer: whether the
// insurer has acted is not known. A client that gave up itself gets a
// context.DeadlineExceeded, which has the same method.
func (e *Error) Timeout() bool {
	return e.Status == http.StatusGatewayTimeout ||
		e.Fault != "" && strings.Contains(strings.ToLower(e.Fault+" "+string(e.Code)), "timeout")
}

// Refused says that the request was understood and turned down, so that the same
// request will be turned down again. When false, the server or the gateway failed.
// Code 999 counts as refused whatever its status: the carrier sends it for malformed requests.
func (e *Error) Refused() bool {
	switch {
	case e.Timeout(), e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooManyRequests:
		return false
	case e.byInsurer():
		return true
	default:
		return e.Status >= 400 && e.Status < 500
	}
}

// passing says that the next try may well be answered.
func (e *Error) passing() bool {
	switch e.Status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !e.byInsurer()
	default:
		return e.Timeout()
	}
}

// ProtocolError is an answer that this API cannot have meant: cut off, too long,
// empty, redirected, not JSON, or without what the call is for.
type ProtocolError struct {
	Call    string // which call was answered
	Status  int    // the HTTP status, as sent
	Problem string // what is wrong, in words
	Err     error  // the cause, if there is one

	cut bool // the connection ended before the answer did
}

// Error says which call was answered how, without quoting the answer.
func (e *ProtocolError) Error() string {
	text := fmt.Sprintf("allianz: %s: answered %d: %s", e.Call, e.Status, e.Problem)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is the cause.
func (e *ProtocolError) Unwrap() error { return e.Err }

// oneLine keeps a stranger's text from filling or breaking a log line.
func oneLine(text string) string {
	const longest = 200
	runes := []rune(text)
	if len(runes) > longest {
		runes = append(runes[:longest], '…')
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, string(runes))
}
