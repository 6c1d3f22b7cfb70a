package lifeishard

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// Kinds of refusal, for errors.Is.
var (
	// ErrValidation is a request with members that are missing or invalid; the
	// error's Fields name them.
	ErrValidation = errors.New("lifeishard: the request is not valid")

	// ErrToken is a call whose token was refused, or a log-in whose account or
	// password was. Sources disagree on the status, so it is 401 or 403.
	ErrToken = errors.New("lifeishard: the token or the account is refused")

	// ErrUnknown is a 404: there is no such offer or policy, or no such call.
	ErrUnknown = errors.New("lifeishard: not known")
)

// validation is the one message that is known.
const validation = "VALIDATION_ERROR"

// Error is an answer that says no. It carries what the answer said, with our
// password and tokens taken out.
type Error struct {
	Call    string              // which call was refused: "create offer"
	Status  int                 // the HTTP status, as sent
	Message string              // the text for people, or VALIDATION_ERROR
	Fields  map[string][]string // texts by the path of a member, "product.policyholder.address.floor"
}

// Error says which call failed, with status, message and members in one line.
func (e *Error) Error() string {
	var line strings.Builder
	fmt.Fprintf(&line, "lifeishard: %s: answered %d", e.Call, e.Status)
	if name := http.StatusText(e.Status); name != "" {
		line.WriteString(" " + name)
	}
	if e.Message != "" {
		line.WriteString(": " + oneLine(e.Message))
	}
	for i, path := range slices.Sorted(maps.Keys(e.Fields)) {
		if i == 5 {
			fmt.Fprintf(&line, "; and %d more", len(e.Fields)-i)
			break
		}
		fmt.Fprintf(&line, "; %s: %s", oneLine(path), oneLine(strings.Join(e.Fields[path], " ")))
	}
	return line.String()
}

// Is says that the error is of one of the kinds.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrValidation:
		return e.Message == validation
	case ErrToken:
		return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
	case ErrUnknown:
		return e.Status == http.StatusNotFound
	default:
		return false
	}
}

// Refused says that the request was understood and turned down, so that the same
// request will be turned down again. When false, the server failed.
func (e *Error) Refused() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusRequestTimeout && e.Status != http.StatusTooManyRequests
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
	text := fmt.Sprintf("lifeishard: %s: answered %d: %s", e.Call, e.Status, e.Problem)
	if e.Err != nil {
		text += ": " + oneLine(e.Err.Error())
	}
	return text
}

// Unwrap is the cause.
func (e *ProtocolError) Unwrap() error { return e.Err }

// UnknownOutcomeError is the issue of a policy that was sent and whose answer is
// lost or cannot be read: the insurer may have issued or not. The client does not
// repeat it. An offer becomes one policy only, as far as is known, so whoever asks
// again for the same offer learns whether there is one.
type UnknownOutcomeError struct {
	Call string
	Err  error // what was seen of it
}

// Error says what was seen and what to do next.
func (e *UnknownOutcomeError) Error() string {
	return e.Err.Error() + " (outcome unknown: a policy may have been issued for the offer)"
}

// Unwrap is what was seen.
func (e *UnknownOutcomeError) Unwrap() error { return e.Err }

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
