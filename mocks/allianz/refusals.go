package allianz

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The codes of the service are printed; those of the gateway in front of it are
// what such gateways answer in general (inferred).
const (
	codeInvalid  = "003"
	codeCustomer = "112"
	codeEmail    = "113"
	codePhone    = "114"
	codeBroken   = "999"

	codeInvalidClient = "oauth.v2.InvalidClientIdentifier"
	codeGrantType     = "oauth.v2.UnsupportedGrantType"
	codeInvalidToken  = "keymanagement.service.invalid_access_token"
	codeExpiredToken  = "keymanagement.service.access_token_expired"
	codeTooLarge      = "protocol.http.TooBigBody"
)

// What the service refuses without a code, by the names of their examples. The
// first is printed so; for the others we invent no code.
const (
	ePolicy         = "e-policy"
	cancelTooLate   = "cancel-too-late"
	cancelledTwice  = "cancelled-twice"
	documentExpired = "document-expired"
)

// word is how the insurer says a code. The texts of the printed codes are
// printed; no status is (inferred).
type word struct {
	status  int
	text    string
	example string
	gateway bool
	uncoded bool
}

var words = map[string]word{
	codeInvalid: {status: http.StatusBadRequest, text: "ข้อมูลที่ส่งมาไม่ถูกต้อง", example: "003"},
	codeBroken:  {status: http.StatusInternalServerError, text: "เกิดข้อผิดพลาดในระบบ", example: "999"},
	codeCustomer: {
		status: http.StatusBadRequest, example: "112",
		text: "ข้อมูลลูกค้า (ชื่อนามสกุล ชื่อบริษัท) ไม่ตรงกับฐานข้อมูล กรุณาติดต่อเจ้าหน้าที่",
	},
	codeEmail: {status: http.StatusBadRequest, text: "อีเมล์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้อีเมล์อื่น", example: "113"},
	codePhone: {status: http.StatusBadRequest, text: "หมายเลขโทรศัพท์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้หมายเลขโทรศัพท์อื่น", example: "114"},

	ePolicy: {status: http.StatusBadRequest, text: "ลูกค้านิติบุคคล ไม่สามารถออกกรมธรรม์ E-Policy ได้", example: ePolicy, uncoded: true},
	// Our own texts: the policy can no longer be cancelled, as more than a day has
	// passed since its issue; it is not in force any more; the document has expired.
	cancelTooLate: {
		status: http.StatusBadRequest, example: cancelTooLate, uncoded: true,
		text: "ไม่สามารถยกเลิกกรมธรรม์ได้ เนื่องจากเกิน 1 วันนับจากวันที่ออกกรมธรรม์",
	},
	cancelledTwice:  {status: http.StatusBadRequest, text: "กรมธรรม์นี้ไม่มีผลบังคับแล้ว ไม่สามารถยกเลิกได้", example: cancelledTwice, uncoded: true},
	documentExpired: {status: http.StatusGone, text: "เอกสารหมดอายุแล้ว", example: documentExpired, uncoded: true},

	codeInvalidClient: {status: http.StatusUnauthorized, text: "Invalid client identifier", example: "invalid-client", gateway: true},
	codeGrantType:     {status: http.StatusBadRequest, text: "Unsupported grant type", example: "unsupported-grant-type", gateway: true},
	codeInvalidToken:  {status: http.StatusUnauthorized, text: "Invalid Access Token", example: "invalid-token", gateway: true},
	codeExpiredToken:  {status: http.StatusUnauthorized, text: "Access Token expired", example: "expired-token", gateway: true},
	codeTooLarge:      {status: http.StatusRequestEntityTooLarge, text: "Body buffer overflow", example: "body-too-large", gateway: true},
}

// coded is a refusal of the service.
type coded struct {
	Code    string `json:"code,omitempty"` // none where the insurer prints none
	Message string `json:"message"`
}

type envelope struct {
	Errors []coded `json:"errors"`
}

// faulted is a refusal of the gateway.
type faulted struct {
	Fault fault `json:"fault"`
}

type fault struct {
	Faultstring string      `json:"faultstring"`
	Detail      faultDetail `json:"detail"`
}

type faultDetail struct {
	Errorcode string `json:"errorcode"`
}

func refuse(ctx context.Context, r *mocks.Refusal) mocks.Answer {
	return answerTo(r, mocks.WorldOf(ctx).Setting(settingEnvelope) == "errors")
}

// answerTo completes a refusal for explain and words it.
func answerTo(r *mocks.Refusal, enveloped bool) mocks.Answer {
	complete(r)
	say := words[r.Code]
	answer := mocks.Answer{Status: say.status}
	if r.Kind == mocks.Missing {
		answer.Status = http.StatusNotFound
	}
	if r.Example == "" {
		r.Example = say.example
	}
	if say.gateway {
		answer.Body = faulted{fault{Faultstring: say.text, Detail: faultDetail{r.Code}}}
		return answer
	}
	body := coded{Code: r.Code, Message: say.text}
	switch {
	case r.Code == codeInvalid:
		body.Message = r.Detail + " " + say.text
	case say.uncoded:
		body.Code, r.Code = "", "" // its name is ours
	}
	if enveloped {
		r.Example += "-errors"
		answer.Body = envelope{[]coded{body}}
		return answer
	}
	if r.Example == codeInvalid && r.Detail != coverItems {
		r.Example += "-field"
	}
	answer.Body = body
	return answer
}

// complete gives a refusal its code and what explain wants to know.
func complete(r *mocks.Refusal) {
	switch r.Kind {
	case mocks.Invalid:
		if len(r.Violations) > 0 {
			judge(r)
		}
		if r.Code == "" {
			r.Code = codeInvalid
		}
	case mocks.Unauthenticated:
		if r.Code == "" {
			r.Code = codeInvalidToken
		}
	case mocks.TooLarge:
		r.Code = codeTooLarge
	case mocks.Missing:
		r.Code = codeInvalid
	case mocks.Conflict, mocks.Expired: // whoever refuses so names the words
	case mocks.Forbidden, mocks.Throttled, mocks.WrongMethod, mocks.Broken:
		r.Code = codeBroken
	}
	if r.Code == codeInvalid && r.Detail == "" {
		r.Detail = lastMember(r.Where)
	}
	if r.Evidence == "" {
		r.Evidence = contracts.Inferred
	}
}

// judge reads what the document says against a request. What cannot be read at
// all comes before what is read and wrong.
func judge(r *mocks.Refusal) {
	first := max(slices.IndexFunc(r.Violations, malformed), 0)
	v := r.Violations[first]
	// Explain points at the first.
	r.Violations = slices.Concat([]contracts.Violation{v}, r.Violations[:first], r.Violations[first+1:])
	r.Evidence = contracts.Inferred
	r.Remedy = "send " + v.Want
	r.Where = v.Where
	if v.In != "body" {
		r.Where = strings.TrimSpace(v.In + " " + v.Where)
	}
	switch {
	case v.In == "query":
		r.Code = codeGrantType
		r.Rule = v.Where + " is " + v.Want
	case !malformed(v):
		r.Code = codeInvalid
		r.Rule = "a value that is missing or invalid: got " + v.Got + ", want " + v.Want
	case isOwner(v.Where):
		r.Code = codeBroken
		r.Rule = "an owner is an object or null; the insurer's FAQ prints 999 for an empty string"
		r.Remedy = "send owner: null or leave it out"
		r.Evidence = contracts.Seed
	case v.Rule == "syntax":
		r.Code = codeBroken
		r.Rule = "a request that is not well formed; the insurer's FAQ prints 999 for it"
		r.Evidence = contracts.Seed
	default:
		r.Code = codeBroken
		r.Rule = "a value of the wrong JSON type, which we read as not well formed: got " + v.Got + ", want " + v.Want
	}
}

// malformed says whether a violation is one of form: not JSON, or the wrong JSON
// type. A list of values also refuses values of other types.
//
// Null is a value that is missing: the insurer asks for null where nothing is sent.
func malformed(v contracts.Violation) bool {
	if v.Got == "null" && v.Where != "" && v.Where != "body" {
		return false
	}
	switch v.Rule {
	case "syntax", "content", "type", "nullable", "oneOf", "schema":
		return true
	case "required":
		return v.In == "body" && v.Where == "" // no body
	case "enum":
		return v.In == "body" && !strings.HasPrefix(v.Got, `"`)
	default:
		return false
	}
}

func isOwner(pointer string) bool {
	return pointer == "/vehicle/owner" || pointer == "/vehicle/owners"
}

const coverItems = "coverageItems"

// lastMember is the member that a refusal names: the last of a pointer that is no
// index, and coverageItems for whatever lies in it.
func lastMember(pointer string) string {
	name := ""
	for step := range strings.SplitSeq(pointer, "/") {
		if step == coverItems {
			return coverItems
		}
		if step != "" && strings.Trim(step, "0123456789") != "" {
			name = step
		}
	}
	return name
}
