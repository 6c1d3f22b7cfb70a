package oneassure

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// problem is a refusal: RFC 7807 without a status, and a code for the type.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`
}

// word is how OneAssure says no. A4001, A4290 and E5000 are published for the
// token call; the other codes are formed like them (inferred).
type word struct {
	status          int
	code, title     string
	detail          string // where the refusal has none of its own
	example, tokens string // names of the examples, of any call and of the token call
}

var words = map[mocks.Kind]word{
	mocks.Invalid:         {http.StatusBadRequest, "A4000", "Invalid Request", "The request is invalid", "invalid-parameter", "invalid-token-request"},
	mocks.Unauthenticated: {http.StatusUnauthorized, "A4001", "Invalid Authentication Credentials", "", "invalid-access-token", "invalid-credentials"},
	mocks.Missing:         {http.StatusNotFound, "A4040", "Resource Not Found", "", "unknown-policy", ""},
	mocks.TooLarge:        {http.StatusRequestEntityTooLarge, "A4130", "Request Too Large", "The request body is too large", "body-too-large", "token-body-too-large"},
	mocks.Throttled:       {http.StatusTooManyRequests, "A4290", "Rate Limit Exceeded", "", "", "rate-limited"},
	mocks.Broken:          {http.StatusInternalServerError, "E5000", "An unexpected error occurred", "", "server-error", "token-server-error"},
}

const (
	tokenPath   = "/v1/auth/token"
	sessionPath = "/v1/business/session"
)

func refuse(ctx context.Context, r *mocks.Refusal) mocks.Answer {
	path := mocks.Path(ctx)
	say, known := words[r.Kind]
	if !known {
		say = words[mocks.Broken]
	}
	if len(r.Violations) > 0 {
		judge(r)
	}
	r.Code = say.code
	r.Evidence = cmp.Or(r.Evidence, contracts.Inferred)
	switch {
	case path == tokenPath:
		r.Example = say.tokens
	case path == sessionPath && r.Kind == mocks.Invalid:
		r.Example = "invalid-session"
	case r.Example == "":
		r.Example = say.example
	}
	return mocks.Answer{
		Status: say.status,
		Body:   problem{Type: say.code, Title: say.title, Detail: cmp.Or(r.Detail, say.detail), Instance: path},
	}
}

// judge reads what the document says against a request: the first that is wrong
// is named.
func judge(r *mocks.Refusal) {
	v := r.Violations[0]
	r.Evidence = contracts.Inferred
	switch name := strings.ReplaceAll(strings.TrimPrefix(v.Where, "/"), "/", "."); {
	case v.Rule == "syntax":
		r.Detail = "The request could not be read"
	case name != "" && v.In != "header":
		r.Detail = name + " is invalid"
	}
}
