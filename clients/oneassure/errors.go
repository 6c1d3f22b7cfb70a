package oneassure

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// Code is the type of a refusal, in OneAssure's spelling. It is an error itself,
// so that both of these read as they mean:
//
//	errors.Is(err, oneassure.CodeRateLimited)
//	code, ok := errors.AsType[oneassure.Code](err)
type Code string

// The published codes, all of the token call. Others are passed on as they come.
const (
	CodeCredentials Code = "A4001" // the credentials are wrong; with status 401, whatever its digits say
	CodeRateLimited Code = "A4290" // too many tokens were asked for; try again in 60 seconds
	CodeUnexpected  Code = "E5000" // the server failed
)

// Error makes a Code fit for errors.Is and errors.As.
func (c Code) Error() string { return "oneassure: code " + string(c) }

// ErrUnknownPolicy is a look-up that was answered by 404 in OneAssure's own words.
// That it answers so is inferred; a 404 without them may come from a wrong base
// URL and is not this.
var ErrUnknownPolicy = errors.New("oneassure: the policy is not known")

// Error is an answer that says no. It carries what the answer said, with our
// credentials and token taken out, and unwraps to its code.
type Error struct {
	Call     string // which call was refused: "token", "policies"
	Status   int    // of the answer; its body has none
	Code     Code   // "" when the answer has none, or could not be read
	Title    string
	Detail   string // may be empty
	Instance string // the path, as OneAssure knows it
}

// Error says which call failed, with status, code and text in one line.
func (e *Error) Error() string {
	var line strings.Builder
	fmt.Fprintf(&line, "oneassure: %s: answered %d", e.Call, e.Status)
	if name := http.StatusText(e.Status); name != "" {
		line.WriteString(" " + name)
	}
	for _, part := range []string{string(e.Code), e.Title, e.Detail} {
		if part != "" {
			line.WriteString(": " + oneLine(part))
		}
	}
	return line.String()
}

// Unwrap is the code of the answer.
func (e *Error) Unwrap() error {
	if e.Code == "" {
		return nil
	}
	return e.Code
}

// Is says that the error is a refusal that has a name of its own.
func (e *Error) Is(target error) bool {
	return target == ErrUnknownPolicy && e.Call == callPolicy && e.Status == http.StatusNotFound && e.Code != ""
}

// Refused says that the request was understood and turned down, so that the same
// request will be turned down again, a throttled one apart.
func (e *Error) Refused() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
}

// refusalOf reads what it can of a refusal.
func refusalOf(call string, status int, body []byte, hide *strings.Replacer) *Error {
	var said map[string]any
	_ = json.Unmarshal(body, &said) // what is no JSON says nothing
	text := func(name string) string {
		word, _ := said[name].(string)
		return hide.Replace(word)
	}
	return &Error{
		Call: call, Status: status, Code: Code(text("type")), Title: text("title"), Detail: text("detail"), Instance: text("instance"),
	}
}

// ProtocolError is an answer that this API cannot have meant: cut off, too long,
// redirected, not JSON, or without what the call is for.
type ProtocolError struct {
	Call    string // which call was answered
	Status  int    // the HTTP status, as sent
	Problem string // what is wrong, in words
	Err     error  // the cause, if there is one

	cut bool // the connection ended before the answer did
}

// Error says which call was answered how, without quoting the answer.
func (e *ProtocolError) Error() string {
	text := fmt.Sprintf("oneassure: %s: answered %d: %s", e.Call, e.Status, e.Problem)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is the cause.
func (e *ProtocolError) Unwrap() error { return e.Err }

// oneLine keeps a stranger's text from filling or breaking a log line.
func oneLine(text string) string {
	const most = 200
	runes := []rune(text)
	if len(runes) > most {
		runes = append(runes[:most], '…')
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, string(runes))
}
