package contracts

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

func uaeTokenChecks() []Check {
	pushed, tokens := []string{"pushAuthorizationRequest"}, []string{"issueToken"}
	return []Check{
		{
			ID: "uae/par-created", Level: Must, Blame: Insurer, On: pushed, Proof: Upstream, Clause: uaeAuth + ": 201 up to v2.0, 200 from v2.1 on",
			Says:   "a pushed request that is taken is answered with 201",
			Verify: parCreated,
		},
		{
			ID: "uae/par-request-uri", Level: Must, Blame: Insurer, On: pushed, Proof: Upstream, Clause: uaeAuth,
			Says:   "the request_uri is urn:ietf:params:oauth:request_uri: and a reference behind it",
			Verify: onAnswer(parRequestURI),
		},
		{
			ID: "uae/par-lifetime", Level: Must, Blame: Insurer, On: pushed, Proof: Upstream, Clause: "RFC 9126 section 2.2; the guides show 600",
			Says:   "expires_in of a pushed request is a whole number of seconds, 1 to 600",
			Verify: onAnswer(lifetime),
		},
		{
			ID: "uae/oauth-error", Level: Must, Blame: Insurer, On: uaeOAuth, Proof: Upstream, Clause: uaeAuth,
			Says:   "a refusal names one of the six errors that the programme lists",
			Verify: onRefusal(oauthError, 400, 401),
		},
		{
			ID: "uae/oauth-error-status", Level: Must, Blame: Insurer, On: uaeOAuth, Proof: Upstream, Clause: uaeAuth + ": 400 alone; 401 for a replayed assertion on one page",
			Says:   "an OAuth error comes with 400, and only invalid_client may come with 401",
			Verify: oauthErrorStatus,
		},
		{
			ID: "uae/token-bearer", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: uaeAuth,
			Says:   "a granted token call answers an access_token of the type Bearer",
			Verify: onAnswer(tokenBearer),
		},
		{
			ID: "uae/token-lifetime", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: uaeProfile + ": ten minutes at most",
			Says:   "expires_in of a token is a whole number of seconds, 1 to 600",
			Verify: onAnswer(lifetime),
		},
		{
			ID: "uae/token-scope", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: uaeAuth,
			Says:   "the scope of a token, where it is told, has insurance in it",
			Verify: onParts(tokenScope),
		},
		{
			ID: "uae/token-not-stored", Level: Should, Blame: Insurer, On: tokens, Proof: Inferred, Clause: "RFC 6749 section 5.1; the programme repeats it nowhere",
			Says:   "an answer with tokens forbids caches to keep it",
			Verify: tokenNotStored,
		},
		{
			ID: "uae/code-grant-details", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: uaeAuth + ": authorization_details is required",
			Says:   "a token for a code comes with one of authorization_details, in which the whole consent stands",
			Verify: onGrant(codeGrantDetails, "authorization_code"),
		},
		{
			ID: "uae/code-grant-authorized", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: uaeStates,
			Says:   "the consent that comes with a token for a code is Authorized",
			Verify: onGrant(codeGrantAuthorized, "authorization_code"),
		},
		{
			ID: "uae/id-token", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: uaeProfile + "; OpenID Connect Core section 2",
			Says:   "a token for a code and the scope openid comes with an id_token signed with PS256 that has kid, iss, sub, aud, iat and exp",
			Verify: idToken,
		},
		{
			ID: "uae/refresh-token-kept", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: "guide to refresh tokens (upstream); the answer's schema is closed in v2.1",
			Says:   "a refresh answers no new refresh token",
			Verify: onGrant(refreshTokenKept, "refresh_token"),
		},
		{
			ID: "uae/client-token-alone", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: "guide to client credentials (upstream)",
			Says:   "a token of the client's own comes without refresh_token, id_token and authorization_details",
			Verify: onGrant(clientTokenAlone, "client_credentials"),
		},
	}
}

// onGrant is onAnswer for one grant.
func onGrant(verify func(x *Exchange, c *content), grant string) func(*Exchange) error {
	return onStatus(func(x *Exchange) bool {
		asked, _ := x.Request.Value("/grant_type")
		return uaeAccepted(x) && asked == grant
	}, verify)
}

func parCreated(x *Exchange) error {
	if !uaeAccepted(x) {
		return errBeside
	}
	if x.Response.Status == 201 {
		return nil
	}
	return &Mismatch{Where: "status", Got: shorten(x.Response.Status), Want: "201"}
}

var requestURI = regexp.MustCompile(`^urn:ietf:params:oauth:request_uri:[^\s]+$`)

func parRequestURI(_ *Exchange, c *content) {
	if !requestURI.MatchString(text(c.tree, "request_uri")) {
		c.differs("/request_uri", shown(c.tree, "request_uri"), "urn:ietf:params:oauth:request_uri: and a reference")
	}
}

func lifetime(_ *Exchange, c *content) {
	if seconds, ok := whole(member(c.tree, "expires_in")); !ok || seconds < 1 || seconds > 600 {
		c.differs("/expires_in", shown(c.tree, "expires_in"), "a whole number, 1 to 600")
	}
}

// whole is a JSON number that is written as an integer.
func whole(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	n, err := number.Int64()
	return n, err == nil
}

var oauthErrors = []string{
	"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
}

func oauthError(_ *Exchange, c *content) {
	if !slices.Contains(oauthErrors, text(c.tree, "error")) {
		c.differs("/error", shown(c.tree, "error"), "one of "+strings.Join(oauthErrors, ", "))
	}
}

func oauthErrorStatus(x *Exchange) error {
	c, ok := contentOf(&x.Response.Message)
	if !ok || x.Response.Status == 0 || !slices.Contains(oauthErrors, text(c.tree, "error")) {
		return errBeside
	}
	switch told := text(c.tree, "error"); {
	case x.Response.Status == 400, x.Response.Status == 401 && told == "invalid_client":
		return nil
	case told == "invalid_client":
		return &Mismatch{Where: "status", Got: shorten(x.Response.Status), Want: "400 or 401"}
	}
	return &Mismatch{Where: "status", Got: shorten(x.Response.Status), Want: "400"}
}

func tokenBearer(_ *Exchange, c *content) {
	if text(c.tree, "access_token") == "" {
		c.differs("/access_token", shown(c.tree, "access_token"), "a token")
	}
	c.wants(c.tree, "", "token_type", "Bearer")
}

func tokenScope(_ *Exchange, c *content) bool {
	if !has(c.tree, "scope") {
		return false
	}
	if !slices.Contains(strings.Fields(text(c.tree, "scope")), "insurance") {
		c.differs("/scope", shown(c.tree, "scope"), "insurance among the scopes")
	}
	return true
}

func tokenNotStored(x *Exchange) error {
	if !uaeAccepted(x) {
		return errBeside
	}
	if got := x.Response.Header.Get("Cache-Control"); !strings.Contains(strings.ToLower(got), "no-store") {
		return &Mismatch{Where: "header Cache-Control", Got: shorten(got), Want: "no-store"}
	}
	return nil
}

func codeGrantDetails(_ *Exchange, c *content) {
	details := list(c.tree, "authorization_details")
	if len(details) != 1 {
		c.differs("/authorization_details", shown(c.tree, "authorization_details"), "a list of one")
		return
	}
	const at = "/authorization_details/0"
	if !insuranceType.MatchString(text(details[0], "type")) {
		c.differs(at+"/type", shown(details[0], "type"), "urn:openfinanceuae:insurance-consent: and a version")
	}
	consent := member(details[0], "consent")
	for _, name := range [...]string{"Data", "Links", "Meta"} {
		if _, object := member(consent, name).(map[string]any); !object {
			c.differs(at+"/consent/"+name, shown(consent, name), "an object")
		}
	}
}

func codeGrantAuthorized(_ *Exchange, c *content) {
	for _, detail := range list(c.tree, "authorization_details") {
		c.wants(member(member(detail, "consent"), "Data"), "/authorization_details/0/consent/Data", "Status", "Authorized")
	}
}

// idToken passes over a token whose scope, where it is told, is without openid:
// OpenID Connect promises nothing then.
func idToken(x *Exchange) error {
	c, ok := contentOf(&x.Response.Message)
	if ok && has(c.tree, "scope") && !slices.Contains(strings.Fields(text(c.tree, "scope")), "openid") && !has(c.tree, "id_token") {
		return errBeside
	}
	return onGrant(idTokenSigned, "authorization_code")(x)
}

func idTokenSigned(_ *Exchange, c *content) {
	token := parseJWS(text(c.tree, "id_token"))
	if token == nil {
		got := "nothing"
		if has(c.tree, "id_token") {
			got = "a value that is none"
		}
		c.differs("/id_token", got, "a compact JWS")
		return
	}
	c.wants(token.header, "/id_token header", "alg", "PS256")
	if text(token.header, "kid") == "" {
		c.differs("/id_token header/kid", shown(token.header, "kid"), "a text")
	}
	for _, name := range [...]string{"iss", "sub", "aud", "iat", "exp"} {
		if member(token.claims, name) == nil {
			c.differs("/id_token claims/"+name, shown(token.claims, name), "present")
		}
	}
}

func refreshTokenKept(_ *Exchange, c *content) {
	if has(c.tree, "refresh_token") {
		c.differs("/refresh_token", "a token", "nothing")
	}
}

func clientTokenAlone(_ *Exchange, c *content) {
	for _, name := range [...]string{"refresh_token", "id_token", "authorization_details"} {
		if has(c.tree, name) {
			c.differs("/"+name, "a value", "nothing")
		}
	}
}
