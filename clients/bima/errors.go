package bima

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// Code is a code out of an answer that says no, in the aggregator's spelling. It
// is an error itself, so that both of these read as they mean:
//
//	errors.Is(err, bima.CodeNotFound)
//	code, ok := errors.AsType[bima.Code](err)
type Code string

// The aggregator prints no code but OK. These are its likely brothers, names of
// HTTP statuses (inferred); others are passed on as they come.
const (
	CodeBadRequest Code = "BadRequest"
	CodeNotFound   Code = "NotFound"
	CodeFailure    Code = "InternalServerError"
)

// Error makes a Code fit for errors.Is and errors.As.
func (c Code) Error() string { return "bima: code " + string(c) }

// ErrSignIn is a username and password that no token is given for, or a token that
// is refused although it is new.
var ErrSignIn = errors.New("bima: not let in")

// Error is an answer that says no, by its code or by its status.
type Error struct {
	Call    string // which call was refused: "token", "recent requests"
	Status  int    // the HTTP status, as sent; 200 as a rule
	Code    Code   // "" when the answer has none
	Message string // the text for people
}

// Error says which call failed, with status, code and text in one line.
func (e *Error) Error() string {
	var line strings.Builder
	fmt.Fprintf(&line, "bima: %s: answered %d", e.Call, e.Status)
	if e.Status >= 400 {
		line.WriteString(" " + http.StatusText(e.Status))
	}
	for _, part := range []string{string(e.Code), e.Message} {
		if part != "" {
			line.WriteString(": " + oneLine(part))
		}
	}
	return line.String()
}

// Unwrap is the code of the answer, and [ErrSignIn] where it is about who calls.
func (e *Error) Unwrap() []error {
	var all []error
	if e.Code != "" {
		all = append(all, e.Code)
	}
	if e.Status == http.StatusUnauthorized || e.Call == callToken && e.Code == "401" {
		all = append(all, ErrSignIn)
	}
	return all
}

// passing says that the next try may well be answered: a gateway said no.
func (e *Error) passing() bool {
	switch e.Status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return e.Code == ""
	default:
		return false
	}
}

// ProtocolError is an answer that this API cannot have meant: cut off, too long,
// redirected, not JSON, without its code or its list, or not the file that was listed.
type ProtocolError struct {
	Call    string // which call was answered
	Status  int    // the HTTP status, as sent
	Problem string // what is wrong, in words
	Err     error  // the cause, if there is one

	cut bool // the connection ended before the answer did
}

// Error says which call was answered how, without quoting the answer.
func (e *ProtocolError) Error() string {
	text := fmt.Sprintf("bima: %s: answered %d: %s", e.Call, e.Status, e.Problem)
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
