package contracts

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func uaeHubChecks() []Check {
	discovery, keys := []string{"getDiscovery"}, []string{"getJwks"}
	front, decided := []string{"authorize", "decideInteraction"}, []string{"decideInteraction"}
	const metadata = "page on the metadata (upstream)"
	insurer := func(name string, on []string, proof Evidence, clause, says string, verify func(*Exchange) error) Check {
		return Check{ID: "uae/" + name, Level: Must, Blame: Insurer, On: on, Proof: proof, Clause: clause, Says: says, Verify: verify}
	}
	return []Check{
		insurer("discovery-issuer", discovery, Upstream, metadata+"; RFC 8414 section 2", "the issuer is an address without query and fragment", onAnswer(discoveryIssuer)),
		insurer("discovery-endpoints", discovery, Upstream, metadata, "the endpoints that a caller needs are absolute addresses", onAnswer(discoveryEndpoints)),
		insurer("discovery-ps256", discovery, Upstream, metadata, "PS256 is the one algorithm for assertions, request objects and id tokens", onAnswer(onlyOne(
			"PS256", "token_endpoint_auth_signing_alg_values_supported", "request_object_signing_alg_values_supported", "id_token_signing_alg_values_supported",
		))),
		insurer("discovery-private-key-jwt", discovery, Upstream, metadata, "private_key_jwt is the one way in which a client proves itself", onAnswer(onlyOne(
			"private_key_jwt", "token_endpoint_auth_methods_supported",
		))),
		insurer("discovery-s256", discovery, Upstream, metadata, "S256 is the one method of PKCE", onAnswer(onlyOne("S256", "code_challenge_methods_supported"))),
		insurer("discovery-code", discovery, Upstream, metadata, "code is the one response type", onAnswer(onlyOne("code", "response_types_supported"))),
		insurer("discovery-par", discovery, Upstream, metadata, "pushed authorization requests are required", onAnswer(isTrue("require_pushed_authorization_requests"))),
		insurer("discovery-iss", discovery, Upstream, metadata, "redirects carry iss", onAnswer(isTrue("authorization_response_iss_parameter_supported"))),
		insurer("discovery-grants", discovery, Upstream, metadata, "codes, refresh tokens and client credentials are among the grants", onAnswer(includes(
			"grant_types_supported", "authorization_code", "refresh_token", "client_credentials",
		))),
		insurer("discovery-insurance", discovery, Upstream, metadata, "the types of authorization_details have one of insurance, where they are told", onParts(discoveryInsurance)),
		insurer("jwks-signing-key", keys, Inferred, uaeProfile+": PS256; that the keys are RSA follows", "one key at least is RSA, for signatures, and not for another algorithm than PS256", onAnswer(signingKey)),
		insurer("jwks-key-size", keys, Upstream, "page on certificates (upstream)", "an RSA key has 2048 bits or more", onParts(keySize)),
		insurer("jwks-kids-unique", keys, Inferred, "RFC 7517 section 4.5", "no two keys have one kid", onAnswer(kidsUnique)),
		insurer("jwks-public", keys, Inferred, "RFC 7517; FAPI 2.0 section 5.6", "no key has a private part", onAnswer(keysPublic)),
		insurer("redirect-outcome", front, Upstream, uaeAuth, "a redirect carries a code or an error, and not both", onRedirect(redirectOutcome)),
		insurer("redirect-iss", front, Upstream, metadata+"; RFC 9207", "a redirect carries the issuer as iss", onRedirect(redirectIssuer)),
		insurer("redirect-error", front, Upstream, "page on failed authorization (upstream): an error that OAuth does not know becomes invalid_request", "the error of a redirect is one that OAuth knows", onRedirect(redirectError)),
		insurer("rejection-told", decided, Upstream, "page on failed authorization (upstream); what is sent without a pair is inferred", "a rejection redirects with the error that was chosen for it, and with access_denied where none was", rejectionTold),
		insurer("shown-not-redirected", []string{"authorize"}, Upstream, "headless Heimdall (upstream): render, never redirect", "an error that is shown is not redirected", shownNotRedirected),
	}
}

func discoveryIssuer(_ *Exchange, c *content) {
	issuer := text(c.tree, "issuer")
	if u, err := url.Parse(issuer); err != nil || !absolute(issuer) || u.RawQuery != "" || u.Fragment != "" {
		c.differs("/issuer", shown(c.tree, "issuer"), "an address without query and fragment")
	}
}

func discoveryEndpoints(_ *Exchange, c *content) {
	for _, name := range [...]string{"authorization_endpoint", "token_endpoint", "jwks_uri", "pushed_authorization_request_endpoint"} {
		if !absolute(text(c.tree, name)) {
			c.differs("/"+name, shown(c.tree, name), "an absolute address")
		}
	}
}

func onlyOne(want string, names ...string) func(*Exchange, *content) {
	return func(_ *Exchange, c *content) {
		for _, name := range names {
			if all := list(c.tree, name); len(all) != 1 || all[0] != want {
				c.differs("/"+name, shown(c.tree, name), `["`+want+`"]`)
			}
		}
	}
}

func isTrue(name string) func(*Exchange, *content) {
	return func(_ *Exchange, c *content) {
		if member(c.tree, name) != true {
			c.differs("/"+name, shown(c.tree, name), "true")
		}
	}
}

func includes(name string, wanted ...string) func(*Exchange, *content) {
	return func(_ *Exchange, c *content) {
		for _, want := range wanted {
			if !slices.Contains(list(c.tree, name), any(want)) {
				c.differs("/"+name, shown(c.tree, name), want+" among them")
			}
		}
	}
}

func discoveryInsurance(_ *Exchange, c *content) bool {
	const name = "authorization_details_types_supported"
	if !has(c.tree, name) {
		return false
	}
	if !slices.ContainsFunc(list(c.tree, name), func(one any) bool {
		kind, _ := one.(string)
		return insuranceType.MatchString(kind)
	}) {
		c.differs("/"+name, shown(c.tree, name), "urn:openfinanceuae:insurance-consent: and a version among them")
	}
	return true
}

func signingKey(_ *Exchange, c *content) {
	for _, key := range list(c.tree, "keys") {
		use, alg := text(key, "use"), text(key, "alg")
		if text(key, "kty") == "RSA" && (use == "sig" || use == "") && (alg == "PS256" || alg == "") && text(key, "kid") != "" {
			return
		}
	}
	c.differs("/keys", shown(c.tree, "keys"), "a key with kty RSA, use sig, alg PS256 and a kid")
}

func keySize(_ *Exchange, c *content) bool {
	seen := false
	for i, key := range list(c.tree, "keys") {
		if text(key, "kty") != "RSA" {
			continue
		}
		seen = true
		modulus, err := base64.RawURLEncoding.DecodeString(text(key, "n"))
		if err != nil || len(modulus) < 256 {
			c.differs("/keys/"+strconv.Itoa(i)+"/n", strconv.Itoa(8*len(modulus))+" bits", "2048 bits or more")
		}
	}
	return seen
}

func kidsUnique(_ *Exchange, c *content) {
	seen := map[string]bool{}
	for i, key := range list(c.tree, "keys") {
		kid := text(key, "kid")
		if seen[kid] {
			c.differs("/keys/"+strconv.Itoa(i)+"/kid", shown(key, "kid"), "a kid of its own")
		}
		seen[kid] = true
	}
}

func keysPublic(_ *Exchange, c *content) {
	for i, key := range list(c.tree, "keys") {
		for _, name := range [...]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			if has(key, name) {
				c.differs("/keys/"+strconv.Itoa(i)+"/"+name, "a value", "nothing")
			}
		}
	}
}

// onRedirect makes a check of what it says about redirects to the caller.
func onRedirect(verify func(outcome url.Values) (got, want string)) func(*Exchange) error {
	return func(x *Exchange) error {
		if x.Response.Status != 303 {
			return errBeside
		}
		outcome, ok := redirect(x)
		if !ok {
			return &Mismatch{Where: "header Location", Got: "an address that does not parse", Want: "the redirect URI with the outcome in its query"}
		}
		if got, want := verify(outcome); want != "" {
			return &Mismatch{Where: "header Location", Got: got, Want: want}
		}
		return nil
	}
}

func redirectOutcome(outcome url.Values) (got, want string) {
	switch code, failed := outcome.Get("code") != "", outcome.Get("error") != ""; {
	case code && failed:
		return "both", "code or error"
	case !code && !failed:
		return "neither", "code or error"
	}
	return "", ""
}

func redirectIssuer(outcome url.Values) (got, want string) {
	if issuer := outcome.Get("iss"); !absolute(issuer) {
		return "iss=" + issuer, "iss and the issuer"
	}
	return "", ""
}

// redirectErrors are those of RFC 6749 section 4.1.2.1, OpenID Connect Core
// section 3.1.2.6, and RFC 9101 and 9396.
var redirectErrors = []string{
	"invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable",
	"interaction_required", "login_required", "account_selection_required", "consent_required", "invalid_request_uri", "invalid_request_object",
	"invalid_authorization_details",
}

func redirectError(outcome url.Values) (got, want string) {
	if told := outcome.Get("error"); outcome.Has("error") && !slices.Contains(redirectErrors, told) {
		return "error=" + told, "an error of OAuth, such as invalid_request"
	}
	return "", ""
}

func rejectionTold(x *Exchange) error {
	asked := func(name string) string {
		value, _ := x.Request.Value("/" + name)
		word, _ := value.(string)
		return word
	}
	if asked("decision") != "reject" || x.Response.Status != 303 {
		return errBeside
	}
	want := asked("error")
	switch {
	case want == "":
		want = "access_denied"
	case !slices.Contains(redirectErrors, want):
		want = "invalid_request"
	}
	outcome, _ := redirect(x)
	if got := outcome.Get("error"); got != want {
		return &Mismatch{Where: "header Location", Got: "error=" + got, Want: "error=" + want}
	}
	if told := asked("error_description"); told != "" && outcome.Get("error_description") != told {
		return &Mismatch{Where: "header Location", Got: "error_description=" + outcome.Get("error_description"), Want: "error_description=" + told}
	}
	return nil
}

func shownNotRedirected(x *Exchange) error {
	if x.Response.Status != 400 {
		return errBeside
	}
	if to := x.Response.Header.Get("Location"); strings.TrimSpace(to) != "" {
		return &Mismatch{Where: "header Location", Got: to, Want: "nothing"}
	}
	return nil
}
