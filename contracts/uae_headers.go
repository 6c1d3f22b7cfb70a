package contracts

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func uaeHeaderChecks() []Check {
	insurer := func(name string, on []string, proof Evidence, clause, says string, verify func(*Exchange) error) Check {
		return Check{ID: "uae/" + name, Level: Must, Blame: Insurer, On: on, Proof: proof, Clause: clause, Says: says, Verify: verify}
	}
	return []Check{
		insurer("interaction-id-echoed", uaeResources, Seed, uaeGuide+"; "+uaeHeaders, "a UUID sent as x-fapi-interaction-id comes back letter by letter", interactionEchoed),
		insurer("interaction-id-made", uaeResources, Upstream, uaeHeaders+"; "+uaeProfile, "without an x-fapi-interaction-id the answer has a new UUID", interactionMade),
		insurer("auth-date-refused", uaeResources, Inferred, uaeHeaders+"; that another form is refused is inferred", "an x-fapi-auth-date of another form is refused", authDateRefused),
		insurer("empty-refusals", uaeV12, Upstream, uaeFile, "401, 404, 405, 406, 415 and 429 have the empty object for a body, or none", emptyRefusals),
		insurer("rc1-empty-refusals", uaeRC1, Inferred, uaeFile+"; that rc1 has the same is inferred", "401, 404, 405, 406, 415 and 429 have the empty object for a body, or none", emptyRefusals),
		insurer("errors-listed", uaeV12, Upstream, uaeFile, "400, 403 and 500 have Errors, each with a code of the list and a message", onRefusal(errorsListed, 400, 403, 500)),
		insurer("rc1-errors-listed", uaeRC1, Inferred, uaeFile+"; that rc1 has the same is inferred", "400, 403 and 500 have Errors, each with a code of the list and a message", onRefusal(errorsListed, 400, 403, 500)),
		insurer("code-unprefixed", uaeResources, Upstream, "release notes of v1.0-rc1 (upstream)", "no code of an error begins with UAEOF., which rc1 dropped", onRefusal(codeUnprefixed, 400, 403, 500)),
		insurer("signed-answer", uaeV12, Upstream, uaeFile+"; "+uaeProfile, "an answer that is signed is signed with PS256, names its key and issuer, and has nbf and a later exp", signedAnswer),
		insurer("retry-after", append(uaeResources[:len(uaeResources):len(uaeResources)], uaeOAuth...), Upstream, uaeFile+"; "+uaeAuth, "429 says in whole seconds when to come again", retryAfter),
	}
}

const (
	interactionHeader = "X-Fapi-Interaction-Id"
	authDateHeader    = "X-Fapi-Auth-Date"
)

var anyUUID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func interactionEchoed(x *Exchange) error {
	sent := x.Request.Header.Get(interactionHeader)
	if x.Response.Status == 0 || !anyUUID.MatchString(sent) || undeclared(x) {
		return errBeside
	}
	if got := x.Response.Header.Get(interactionHeader); got != sent {
		return &Mismatch{Where: "header x-fapi-interaction-id", Got: shorten(got), Want: shorten(sent)}
	}
	return nil
}

// undeclared says whether the answer is the one for which no such header is
// declared, a list of consents, and has none.
func undeclared(x *Exchange) bool {
	lists := [...]string{"listConsentsRc1", "listInsuranceConsents"}
	return slices.Contains(lists[:], x.Operation) && x.Response.Status == 200 && x.Response.Header.Get(interactionHeader) == ""
}

func interactionMade(x *Exchange) error {
	if x.Response.Status == 0 || x.Request.Header.Get(interactionHeader) != "" || undeclared(x) {
		return errBeside
	}
	if got := x.Response.Header.Get(interactionHeader); !anyUUID.MatchString(got) {
		return &Mismatch{Where: "header x-fapi-interaction-id", Got: shorten(got), Want: "a UUID"}
	}
	return nil
}

var authDate = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (GMT|UTC)$`)

func authDateRefused(x *Exchange) error {
	sent := x.Request.Header.Get(authDateHeader)
	if sent == "" || authDate.MatchString(sent) || x.Response.Status == 0 {
		return errBeside
	}
	if uaeAccepted(x) {
		return &Mismatch{Where: "request header x-fapi-auth-date", Got: shorten(sent), Want: "Sun, 10 Sep 2017 19:43:31 UTC, or a refusal"}
	}
	return nil
}

func emptyRefusals(x *Exchange) error {
	if !slices.Contains([]int{401, 404, 405, 406, 415, 429}, x.Response.Status) || x.Response.Cut {
		return errBeside
	}
	if len(x.Response.Body) == 0 {
		return nil
	}
	tree, ok := x.Response.tree()
	if object, isObject := tree.(map[string]any); !ok || !isObject || len(object) > 0 {
		return &Mismatch{Where: "body", Got: shorten(string(x.Response.Body)), Want: "{}"}
	}
	return nil
}

var uaeCodes = []string{
	"AccessToken.Unauthorized", "AccessToken.InvalidScope",
	"Consent.Revoked", "Consent.TransientAccountAccessFailure", "Consent.AccountTemporarilyBlocked", "Consent.PermanentAccountAccessFailure",
	"Consent.Invalid", "Consent.BusinessRuleViolation",
	"JWS.InvalidSignature", "JWS.Malformed", "JWS.InvalidClaim", "JWS.InvalidHeader", "JWE.DecryptionError", "JWE.InvalidHeader",
	"Event.UnexpectedEvent", "Body.InvalidFormat", "Resource.InvalidResourceId", "Resource.InvalidFormat", "GenericRecoverableError", "GenericError",
}

func errorsListed(_ *Exchange, c *content) {
	all := list(c.tree, "Errors")
	if len(all) == 0 {
		c.differs("/Errors", shown(c.tree, "Errors"), "a list of one error or more")
	}
	for i, one := range all {
		at := fmt.Sprintf("/Errors/%d", i)
		if !slices.Contains(uaeCodes, text(one, "Code")) {
			c.differs(at+"/Code", shown(one, "Code"), "a code of the list")
		}
		if message := text(one, "Message"); message == "" || len([]rune(message)) > 500 {
			c.differs(at+"/Message", shown(one, "Message"), "1 to 500 characters")
		}
	}
}

func codeUnprefixed(_ *Exchange, c *content) {
	for i, one := range list(c.tree, "Errors") {
		if code := text(one, "Code"); strings.HasPrefix(code, "UAEOF.") {
			c.differs(fmt.Sprintf("/Errors/%d/Code", i), shorten(code), strings.TrimPrefix(code, "UAEOF."))
		}
	}
}

func signedAnswer(x *Exchange) error {
	if x.Response.Status == 0 || x.Response.MediaType() != mediaJWT || x.Response.Cut {
		return errBeside
	}
	token := x.Response.jws()
	if token == nil {
		return &Mismatch{Where: "body", Got: "a text that is none", Want: "a compact JWS"}
	}
	c := &content{}
	c.wants(token.header, "header", "alg", "PS256")
	if text(token.header, "kid") == "" {
		c.differs("header/kid", shown(token.header, "kid"), "the id of a key")
	}
	if text(token.claims, "iss") == "" {
		c.differs("/iss", shown(token.claims, "iss"), "the issuer")
	}
	begins, ok1 := whole(member(token.claims, "nbf"))
	ends, ok2 := whole(member(token.claims, "exp"))
	if !ok1 || !ok2 || ends <= begins {
		c.differs("/exp", shown(token.claims, "exp"), "whole seconds, later than nbf")
	}
	return c.err()
}

func retryAfter(x *Exchange) error {
	if x.Response.Status != 429 {
		return errBeside
	}
	got := x.Response.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(got, 10, 31); err != nil || strconv.FormatUint(seconds, 10) != got {
		return &Mismatch{Where: "header retry-after", Got: shorten(got), Want: "whole seconds"}
	}
	return nil
}
