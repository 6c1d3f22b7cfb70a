package uae

import (
	"context"
	"net/http"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The codes of an OAuth refusal: the list is upstream, and there are no others.
const (
	invalidRequest       = "invalid_request"
	invalidClient        = "invalid_client"
	invalidGrant         = "invalid_grant"
	unauthorizedClient   = "unauthorized_client"
	unsupportedGrantType = "unsupported_grant_type"
	invalidScope         = "invalid_scope"
	// At the authorization endpoint and behind it.
	accessDenied           = "access_denied"
	serverError            = "server_error"
	temporarilyUnavailable = "temporarily_unavailable"
)

// refusedOAuth is the body of a refusal at the authorization server.
type refusedOAuth struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// flaw is a refusal in the making: what is wrong, with which part, and what would
// have succeeded. Whoever knows what was sent makes it whole with [as].
func flaw(where, rule, remedy string) *mocks.Refusal {
	return &mocks.Refusal{Where: where, Rule: rule, Remedy: remedy, Evidence: contracts.Upstream}
}

// as gives a refusal its code and places it below the part of the request it is
// about. A nil refusal stays nil.
func as(code, below string, r *mocks.Refusal) *mocks.Refusal {
	if r != nil {
		r.Where = below + r.Where
		if r.Code == "" {
			r.Code = code
		}
	}
	return r
}

// ours grades a refusal whose rule nobody published.
func ours(r *mocks.Refusal) *mocks.Refusal {
	r.Evidence = contracts.Inferred
	return r
}

// refuseOAuth words a refusal of the authorization server. Almost all of them are
// 400, a failed client authentication too: no other status with a body is in its
// file (upstream).
func refuseOAuth(_ context.Context, r *mocks.Refusal) mocks.Answer {
	answer := mocks.Answer{Status: oauthStatus(r.Kind), Header: http.Header{"Cache-Control": {"no-store"}}}
	complete(r)
	switch answer.Status {
	case http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge:
		return answer
	case http.StatusTooManyRequests:
		answer.Header.Set("Retry-After", "1")
		return answer
	}
	answer.Body = refusedOAuth{Error: r.Code, Description: description(r)}
	return answer
}

func oauthStatus(kind mocks.Kind) int {
	switch kind {
	case mocks.WrongMethod:
		return http.StatusMethodNotAllowed
	case mocks.TooLarge:
		return http.StatusRequestEntityTooLarge
	case mocks.Throttled:
		return http.StatusTooManyRequests
	case mocks.Unauthenticated:
		return http.StatusUnauthorized
	case mocks.Broken:
		return http.StatusInternalServerError
	case mocks.Invalid, mocks.Forbidden, mocks.Missing, mocks.Conflict, mocks.Expired:
	}
	return http.StatusBadRequest
}

// complete gives a refusal its code and what explain wants to know.
func complete(r *mocks.Refusal) {
	if len(r.Violations) > 0 {
		judgeForm(r)
	}
	switch {
	case r.Kind == mocks.Broken:
		r.Code, r.Example = serverError, "server-error"
	case r.Code == "":
		r.Code = invalidRequest
	}
	if r.Evidence == "" {
		r.Evidence = contracts.Inferred
	}
}

// judgeForm reads what the document says against a form. Who calls comes before
// what is asked.
func judgeForm(r *mocks.Refusal) {
	for _, v := range r.Violations {
		if v.In == "body" && (v.Where == "/client_assertion" || v.Where == "/client_assertion_type") {
			r.Code, r.Where = invalidClient, v.Where
			r.Rule = "a client authenticates with private_key_jwt: " + strings.TrimPrefix(v.Where, "/") + " is " + v.Got
			r.Remedy = "send client_assertion_type " + assertionType + " and a signed client_assertion"
			r.Evidence = contracts.Upstream
			return
		}
	}
	if v := r.Violations[0]; v.Where == "/grant_type" && v.Rule == "enum" {
		r.Code = unsupportedGrantType
	}
}

// description is the sentence for the caller, in the characters that OAuth has for
// it.
func description(r *mocks.Refusal) string {
	text := r.Detail
	if text == "" {
		text = r.Rule
	}
	return strings.Map(func(c rune) rune {
		switch {
		case c == '"' || c == '\\':
			return '\''
		case c < 0x20 || c > 0x7e:
			return '?'
		}
		return c
	}, text)
}
