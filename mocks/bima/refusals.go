package bima

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The codes are names of HTTP statuses, of which only OK is printed. No refusal
// is printed: the other names and all texts are inferred.
const (
	codeOK         = "OK"
	codeBadRequest = "BadRequest"
	codeNotFound   = "NotFound"
	codeFailure    = "InternalServerError"
)

const (
	textBadRequest = "Invalid value: "
	textNotFound   = "Record not found"
	textFailure    = "An error occurred"
	textPassword   = "Invalid username or password"
)

// numbers are the codes of the token call, where they are numbers in a text.
var numbers = map[string]string{codeBadRequest: "400", codeNotFound: "404", codeFailure: "500"}

// bare is a refusal of the details, which have no envelope.
type bare struct {
	StatusCode    string `json:"status_code"`
	StatusMessage string `json:"status_message"`
}

// refuse words a refusal in the envelope of its call, with status 200. Only the
// question who calls has a status of its own, and no body.
func refuse(ctx context.Context, r *mocks.Refusal) mocks.Answer {
	operation := mocks.Called(ctx)
	if r.Kind == mocks.Unauthenticated && operation != "token" {
		return mocks.Answer{Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {challenge(r)}}}
	}
	text := complete(r)
	r.Example = examples[operation] + r.Example
	switch operation {
	case "token":
		r.Code = cmp.Or(numbers[r.Code], r.Code)
		return mocks.OK(tokenAnswer{StatusCode: r.Code, StatusMessage: text, Messages: []string{text}})
	case "policyDetails":
		return mocks.OK(bare{r.Code, text})
	case "recentRequests":
		return mocks.OK(requestList{StatusCode: r.Code, StatusMessage: &text, Data: []requestItem{}})
	default:
		return mocks.OK(documentList{Data: []documentItem{}, StatusCode: r.Code, StatusMessage: &text})
	}
}

// examples begin the names of the document's examples of refusals.
var examples = map[string]string{
	"recentRequests": "requests-", "policyDetails": "details-", "sharedDocuments": "documents-", "sharedDownload": "download-",
}

// complete gives a refusal its code and its example, and says its text.
func complete(r *mocks.Refusal) string {
	r.Evidence = contracts.Inferred
	switch r.Kind {
	case mocks.Missing:
		r.Code, r.Example = codeNotFound, "not-found"
		return textNotFound
	case mocks.Unauthenticated:
		r.Code, r.Example = "401", "wrong-password"
		return textPassword
	case mocks.Invalid, mocks.TooLarge:
		r.Code, r.Example = codeBadRequest, "bad-request"
		if r.Where = cmp.Or(r.Where, "body"); r.Where == "media type" {
			r.Where = "body"
		}
		return textBadRequest + r.Where[strings.LastIndexAny(r.Where, " /")+1:]
	case mocks.Broken, mocks.Forbidden, mocks.Conflict, mocks.Expired, mocks.Throttled, mocks.WrongMethod: // the first alone comes here
	}
	r.Code, r.Example = codeFailure, "failure"
	return textFailure
}

func invalid(name, remedy string) *mocks.Refusal {
	return &mocks.Refusal{Kind: mocks.Invalid, Where: "query " + name, Rule: "the value cannot be read", Remedy: remedy}
}

func missing(where, rule, remedy string) *mocks.Refusal {
	return &mocks.Refusal{Kind: mocks.Missing, Where: where, Rule: rule, Remedy: remedy}
}
