package lifeishard

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The operator has no codes; these are the names of the examples that show what
// it says.
const (
	codeInvalid        = "VALIDATION_ERROR" // its own word (observed)
	codeCredentials    = "wrong-credentials"
	codeToken          = "unauthenticated"
	codeExpired        = "token-expired"
	codeUnknownOffer   = "unknown-offer"
	codeUnknownPolicy  = "unknown-policy"
	codeOfferExpired   = "offer-expired"
	codeAlreadyIssued  = "already-issued"
	codeAlreadyInsured = "already-insured"
	codeTooLarge       = "body-too-large"
	codeBroken         = "broken"
)

// word is how a refusal is said, in English and in Romanian. All of these are
// inferred.
type word struct {
	status int
	en, ro string
}

var words = map[string]word{
	codeCredentials:   {http.StatusUnauthorized, "These credentials do not match our records.", "Datele de autentificare nu sunt corecte."},
	codeToken:         {http.StatusUnauthorized, "Unauthenticated.", "Neautentificat."},
	codeExpired:       {http.StatusUnauthorized, "The token has expired.", "Tokenul a expirat."},
	codeUnknownOffer:  {http.StatusNotFound, "The offer was not found.", "Oferta nu a fost găsită."},
	codeUnknownPolicy: {http.StatusNotFound, "The policy was not found.", "Polița nu a fost găsită."},
	codeOfferExpired:  {http.StatusBadRequest, "The offer has expired.", "Oferta a expirat."},
	codeAlreadyIssued: {http.StatusBadRequest, "A policy has already been issued for this offer.", "A fost deja emisă o poliță pentru această ofertă."},
	// The sibling says so of a vehicle, and was asked for Romanian.
	codeAlreadyInsured: {http.StatusBadRequest, "Există deja o poliță validă pentru această persoană", "Există deja o poliță validă pentru această persoană"},
	codeTooLarge:       {http.StatusRequestEntityTooLarge, "The body is too large.", "Corpul cererii este prea mare."},
	codeBroken:         {http.StatusInternalServerError, "Server Error", "Eroare de server"},
}

// refusal is the observed envelope.
type refusal struct {
	Error   bool                `json:"error"`
	Status  int                 `json:"status"`
	Message string              `json:"message"`
	Data    map[string][]string `json:"data,omitempty"`
}

// refuse words a refusal in the language that the request asks for.
func refuse(ctx context.Context, r *mocks.Refusal) mocks.Answer {
	complete(r)
	world := mocks.WorldOf(ctx)
	romanian := strings.HasPrefix(strings.ToLower(mocks.Header(ctx).Get("Content-Language")), "ro")
	body := refusal{Error: true, Status: http.StatusBadRequest, Message: codeInvalid}
	if say, plain := words[r.Code]; plain {
		body.Status, body.Message = say.status, say.en
		if romanian {
			body.Message = say.ro
		}
		r.Example = r.Code
	} else {
		body.Data = textsOf(r.Violations, romanian)
	}
	if r.Code == codeToken || r.Code == codeExpired {
		if status, err := strconv.Atoi(world.Setting(settingTokenStatus)); err == nil && status != body.Status {
			body.Status = status
			r.Example += "-" + strconv.Itoa(status)
		}
	}
	if r.Code != codeInvalid {
		r.Code = "" // its name is ours
	}
	answer := mocks.Answer{Status: body.Status, Body: body}
	if world.Setting(settingLiterals) == "seed" {
		if text, err := quoted(body); err == nil {
			answer.Body = text
		}
	}
	return answer
}

// complete gives a refusal its code and what explain wants to know.
func complete(r *mocks.Refusal) {
	switch r.Kind {
	case mocks.Invalid:
		r.Code = cmp.Or(r.Code, codeInvalid)
	case mocks.Unauthenticated, mocks.Forbidden:
		r.Code = cmp.Or(r.Code, codeToken)
	case mocks.Missing:
		r.Code = cmp.Or(r.Code, codeUnknownPolicy)
	case mocks.TooLarge:
		r.Code = codeTooLarge
	case mocks.Conflict, mocks.Expired: // whoever refuses so names the words
	case mocks.Throttled, mocks.WrongMethod, mocks.Broken:
		r.Code = codeBroken
	}
	switch {
	case r.Code == codeInvalid && slices.ContainsFunc(r.Violations, observed):
		r.Evidence = contracts.Observed
	case r.Evidence == "", r.Code == codeInvalid:
		r.Evidence = contracts.Inferred // that it is enforced is printed nowhere
	}
}

// observed says whether the sibling was seen to refuse for a member.
func observed(v contracts.Violation) bool {
	return v.Where == "/provider/organization/businessName" || v.Where == "/product/policyholder/address/floor"
}

// invalid refuses a request for members that the document lets pass.
func invalid(rule string, all ...contracts.Violation) *mocks.Refusal {
	return &mocks.Refusal{
		Kind: mocks.Invalid, Code: codeInvalid, Violations: all, Where: all[0].Where,
		Rule: rule, Remedy: "mend " + all[0].Where,
	}
}

// broken is a member at fault by a rule of the service.
func broken(pointer, rule string) contracts.Violation {
	return contracts.Violation{In: "body", Where: pointer, Rule: rule, Got: "what was sent", Want: "another"}
}

func unknown(code, what, where string) error {
	return &mocks.Refusal{
		Kind: mocks.Missing, Code: code, Where: where, Evidence: contracts.Inferred,
		Rule:   "this world has no such " + what + "; it belongs to the world that made it",
		Remedy: "send the one of an answer, as it is",
	}
}
