package uae

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// longestAnswer is far above what is usual, and small enough to hold.
const longestAnswer = 8 << 20

// answer is a successful answer. A 204 has no body; any other is JSON.
type answer struct {
	status      int
	header      http.Header
	body        []byte
	hide        *strings.Replacer
	interaction Interaction
}

// readAnswer reads and closes the response. What is not a success of the call
// becomes an *Error, an *OAuthError or a *ProtocolError; hide takes our secrets
// out of a stranger's text.
func readAnswer(k call, response *http.Response, hide *strings.Replacer) (answer, error) {
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	whole := err == nil && len(body) <= longestAnswer
	a := answer{
		status:      response.StatusCode,
		header:      response.Header,
		body:        body,
		hide:        hide,
		interaction: Interaction{k.visit.InteractionID, response.Header.Get("X-Fapi-Interaction-Id")},
	}
	if a.status >= 400 {
		if !whole {
			a.body = nil
		}
		return answer{}, a.refusal(k)
	}
	kind := response.Header.Get("Content-Type")
	switch {
	case err != nil:
		return answer{}, &ProtocolError{Call: k.name, Status: a.status, Problem: "the answer broke off", Err: hush(err, hide), cut: true}
	case !whole:
		return answer{}, a.wrong(k.name, fmt.Sprintf("the answer is longer than %d bytes", longestAnswer), nil)
	case !slices.Contains(k.want, a.status):
		return answer{}, a.wrong(k.name, "the answer has a status that this call never has", nil)
	case a.status == http.StatusNoContent:
		return a, nil
	case len(body) == 0:
		return answer{}, a.wrong(k.name, "the answer is empty", nil)
	case !isJSON(kind):
		return answer{}, a.wrong(k.name, fmt.Sprintf("the answer is %q, not JSON", oneLine(hide.Replace(kind))), nil)
	}
	return a, nil
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// wrong is the error of an answer that cannot be used.
func (a answer) wrong(call, problem string, err error) *ProtocolError {
	if err != nil {
		err = hush(err, a.hide)
	}
	return &ProtocolError{Call: call, Status: a.status, Problem: problem, Err: err}
}

// refusal is the error that the answer tells of, as far as it can be read.
func (a answer) refusal(k call) error {
	after := retryAfter(a.header)
	if k.oauth {
		var read struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
			URI         string `json:"error_uri"`
		}
		if json.Unmarshal(a.body, &read) != nil {
			read.Error, read.Description, read.URI = "", "", ""
		}
		return &OAuthError{
			Call: k.name, Status: a.status, RetryAfter: after,
			Code:        OAuthCode(a.hide.Replace(read.Error)),
			Description: a.hide.Replace(read.Description),
			URI:         a.hide.Replace(read.URI),
		}
	}
	var read struct{ Errors []Problem }
	if json.Unmarshal(a.body, &read) != nil {
		read.Errors = nil
	}
	for i, p := range read.Errors {
		read.Errors[i] = Problem{Code(a.hide.Replace(string(p.Code))), a.hide.Replace(p.Message), a.hide.Replace(p.Path), a.hide.Replace(p.URL)}
	}
	return &Error{
		Call: k.name, Status: a.status, RetryAfter: after,
		Errors: read.Errors, InteractionID: a.hide.Replace(a.interaction.Echoed),
	}
}

// retryAfter reads whole seconds, up to a day.
func retryAfter(h http.Header) time.Duration {
	const longest = 24 * 60 * 60
	seconds, err := strconv.ParseInt(strings.TrimSpace(h.Get("Retry-After")), 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(min(max(seconds, 0), longest)) * time.Second
}

// missing is the error of an answer without a member.
func missing(member string) error { return fmt.Errorf("%s is missing", member) }

// decode reads a JSON object: names to the letter, none twice.
func decode[T any](a answer) (*T, error) {
	if !strings.HasPrefix(strings.TrimLeft(string(a.body), " \t\r\n"), "{") {
		return nil, errors.New("not a JSON object")
	}
	var read T
	if err := json.Unmarshal(a.body, &read); err != nil {
		return nil, err
	}
	return &read, nil
}
