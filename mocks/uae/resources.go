package uae

import (
	"context"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The codes of a refusal at a resource server. All are published; which cause has
// which is mostly inferred.
const (
	codeScope          = "AccessToken.InvalidScope"
	codeRevoked        = "Consent.Revoked"
	codeBlocked        = "Consent.AccountTemporarilyBlocked"
	codeInaccessible   = "Consent.PermanentAccountAccessFailure"
	codeConsentInvalid = "Consent.Invalid"
	codeBusinessRule   = "Consent.BusinessRuleViolation"
	codeJWSSignature   = "JWS.InvalidSignature"
	codeJWSMalformed   = "JWS.Malformed"
	codeJWSClaim       = "JWS.InvalidClaim"
	codeBody           = "Body.InvalidFormat"
	codeFormat         = "Resource.InvalidFormat"
	codeGeneric        = "GenericError"

	notAcceptable = "not acceptable" // our own name: a 406 has no code
)

const (
	mediaJSON = "application/json"
	mediaJWT  = "application/jwt"

	headerInteraction = "x-fapi-interaction-id"
)

// resource is an operation of a resource server: it agrees with the caller on one
// of the media types before anything else, and says whose interaction this is.
func (h *hub) resource(types []string, do mocks.Operation) mocks.Operation {
	return func(r *http.Request) (mocks.Answer, error) {
		ctx := r.Context()
		media := agreed(r.Header.Values("Accept"), types)
		if media == "" {
			return mocks.Answer{}, &mocks.Refusal{
				Kind: mocks.Invalid, Code: notAcceptable, Where: "header Accept", Evidence: contracts.Upstream,
				Rule:   "the caller accepts " + strings.Join(r.Header.Values("Accept"), ", ") + ", and there is " + strings.Join(types, " or "),
				Remedy: "send Accept: " + types[0] + ", or none",
			}
		}
		answer, err := do(r)
		if err != nil {
			return mocks.Answer{}, err
		}
		if answer.Header == nil {
			answer.Header = http.Header{}
		}
		answer.Header.Set(headerInteraction, interactionID(ctx))
		if media == mediaJWT && answer.Body != nil {
			if answer.Body, err = h.signAnswer(r, answer.Body); err != nil {
				return mocks.Answer{}, err
			}
			answer.Header.Set("Content-Type", mediaJWT)
		}
		return answer, nil
	}
}

// agreed is the media type that the caller likes best of what there is, the first
// where it likes several as well; empty where it takes none.
func agreed(accept, types []string) string {
	if strings.TrimSpace(strings.Join(accept, "")) == "" {
		return types[0]
	}
	best, weight := "", 0.0
	for _, offered := range types {
		if q := liking(accept, offered); q > weight {
			best, weight = offered, q
		}
	}
	return best
}

// liking is the weight that Accept gives a media type, by the most exact of the
// ranges that it fits (RFC 9110, 12.5.1).
func liking(accept []string, media string) float64 {
	kind, _, _ := strings.Cut(media, "/")
	weight, exactness := 0.0, 0
	for item := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, parameters, _ := strings.Cut(item, ";")
		exact := map[string]int{"*/*": 1, kind + "/*": 2, media: 3}[strings.ToLower(strings.TrimSpace(name))]
		if exact <= exactness {
			continue
		}
		q := 1.0
		for parameter := range strings.SplitSeq(parameters, ";") {
			name, value, _ := strings.Cut(parameter, "=")
			if strings.EqualFold(strings.TrimSpace(name), "q") {
				var err error
				if q, err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil {
					q = 0
				}
			}
		}
		weight, exactness = q, exact
	}
	return weight
}

var uuidText = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// interactionID is the caller's own, or a new one where it sent none that is a
// UUID: a malformed one is not traced, and not refused either.
func interactionID(ctx context.Context) string {
	if sent := mocks.Header(ctx).Get(headerInteraction); uuidText.MatchString(sent) {
		return sent
	}
	w := mocks.WorldOf(ctx)
	// Where the count cannot be read, the id is one that was given before: better
	// than none on a refusal.
	n, _ := w.Next(ctx, "uae-interaction")
	return w.Fake("uae", "interaction", strconv.FormatUint(n, 10)).UUID()
}

// normaliseResource lets a query name a chain as a public collection of calls does.
func normaliseResource(q *contracts.Request) {
	const lower = "baseConsentId="
	if rest, ok := strings.CutPrefix(q.Query, lower); ok {
		q.Query = baseConsentID + "=" + rest
	}
	q.Query = strings.ReplaceAll(q.Query, "&"+lower, "&"+baseConsentID+"=")
}

type errorsBody struct{ Errors []errorItem }

type errorItem struct {
	Code    string
	Message string
	Path    string `json:",omitzero"`
}

// nothing is the body of the statuses that have none of their own.
type nothing struct{}

// refuseResource words a refusal of a resource server. Only 400, 403 and 500 say
// why.
func refuseResource(ctx context.Context, r *mocks.Refusal) mocks.Answer {
	status, code := resourceStatus(r)
	if unsigned(ctx, r) {
		code = codeJWSMalformed
	}
	if r.Code = code; r.Evidence == "" {
		r.Evidence = contracts.Inferred
	}
	answer := mocks.Answer{Status: status, Header: http.Header{headerCanonical: {interactionID(ctx)}}, Body: nothing{}}
	switch status {
	case http.StatusTooManyRequests:
		answer.Header.Set("Retry-After", "1")
	case http.StatusBadRequest, http.StatusForbidden, http.StatusInternalServerError:
		answer.Body = errorsBody{[]errorItem{{Code: code, Message: message(r), Path: errorPath(r.Where)}}}
	}
	if r.Example == "" {
		r.Example = resourceExamples[status]
		if named := codeExamples[code]; named != "" {
			r.Example = named
		}
	}
	return answer
}

var headerCanonical = http.CanonicalHeaderKey(headerInteraction)

// The examples of the documents that show a refusal, by status and by code.
var (
	resourceExamples = map[int]string{
		http.StatusUnauthorized: "unauthorized", http.StatusNotFound: "not-found", http.StatusTooManyRequests: "too-many-requests",
		http.StatusInternalServerError: "server-error",
	}
	codeExamples = map[string]string{
		codeScope: "wrong-token", codeRevoked: "consent-revoked", codeConsentInvalid: "consent-not-authorized", codeBody: "malformed",
		codeFormat: "malformed-header",
	}
)

// resourceStatus is the status of a refusal and its code.
func resourceStatus(r *mocks.Refusal) (int, string) {
	switch r.Kind {
	case mocks.Invalid:
		return invalidStatus(r)
	case mocks.Unauthenticated:
		return http.StatusUnauthorized, ""
	case mocks.Forbidden:
		if r.Code == "" {
			return http.StatusForbidden, codeScope
		}
		return http.StatusForbidden, r.Code
	case mocks.Missing:
		return http.StatusNotFound, ""
	case mocks.Conflict, mocks.Expired:
		return http.StatusBadRequest, codeBusinessRule
	case mocks.Throttled:
		return http.StatusTooManyRequests, ""
	case mocks.TooLarge:
		return http.StatusBadRequest, codeBody
	case mocks.WrongMethod:
		return http.StatusMethodNotAllowed, ""
	case mocks.Broken:
		return http.StatusInternalServerError, codeGeneric
	}
	return http.StatusInternalServerError, codeGeneric
}

func invalidStatus(r *mocks.Refusal) (int, string) {
	switch {
	case r.Code == notAcceptable:
		return http.StatusNotAcceptable, ""
	case r.Code != "":
		return http.StatusBadRequest, r.Code
	case len(r.Violations) == 0:
		return http.StatusBadRequest, codeBody
	}
	switch r.Violations[0].In {
	case "media type":
		return http.StatusUnsupportedMediaType, ""
	case "body":
		return http.StatusBadRequest, codeBody
	default:
		return http.StatusBadRequest, codeFormat
	}
}

// unsigned says whether a body should be a JWT and is none.
func unsigned(ctx context.Context, r *mocks.Refusal) bool {
	media, _, err := mime.ParseMediaType(mocks.Header(ctx).Get("Content-Type"))
	return err == nil && media == mediaJWT && len(r.Violations) > 0 && r.Violations[0].In == "body" && r.Violations[0].Rule == "syntax"
}

// longestMessage is what the published schema allows.
const longestMessage = 500

func message(r *mocks.Refusal) string {
	text := []rune(r.Detail)
	if len(text) == 0 {
		text = []rune(r.Rule)
	}
	if len(text) == 0 {
		return "The request is refused."
	}
	return string(text[:min(len(text), longestMessage)])
}

// errorPath is the member of the body that a refusal is about, with dots.
func errorPath(where string) string {
	path, ok := strings.CutPrefix(where, "/")
	if !ok || len(path) > longestMessage {
		return ""
	}
	return strings.ReplaceAll(path, "/", ".")
}
