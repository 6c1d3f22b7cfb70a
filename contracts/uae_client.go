package contracts

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

// What a caller signs, and whether the hub refuses what is signed wrongly.

func uaeClientChecks() []Check {
	pushed := []string{"pushAuthorizationRequest"}
	caller := func(name, says, clause string, on []string, judge func(*Exchange) ([]error, bool)) Check {
		return Check{
			ID: "uae/" + name, Level: Must, Blame: Caller, On: on, Proof: Upstream, Clause: clause, Says: says,
			Verify: func(x *Exchange) error {
				broken, seen := judge(x)
				if !seen {
					return errBeside
				}
				return errors.Join(broken...)
			},
		}
	}
	enforced := func(name, says string, on []string, judge func(*Exchange) ([]error, bool)) Check {
		return Check{
			ID: "uae/" + name, Level: Must, Blame: Insurer, On: on, Proof: Inferred, Says: says,
			Clause: uaeProfile + "; that a hub enforces it is inferred",
			Verify: func(x *Exchange) error {
				broken, _ := judge(x)
				if len(broken) == 0 || x.Response.Status == 0 {
					return errBeside
				}
				if !uaeAccepted(x) {
					return nil
				}
				return errors.Join(broken...)
			},
		}
	}
	return []Check{
		caller("signed-with-ps256", "what a caller signs is signed with PS256 and names its key", uaeProfile, uaeOAuth, weaklySigned),
		caller("assertion-claims", "a client assertion has iss and sub that are the same, aud, jti, iat and exp", uaeProfile, uaeOAuth, assertionClaims),
		caller("assertion-lifetime", "a client assertion lives for five minutes at most", uaeProfile, uaeOAuth, assertionLifetime),
		caller("request-claims", "a request object has every claim that is required, PKCE with S256 among them", uaeProfile, pushed, requestClaims),
		caller("request-lifetime", "a request object lives for ten minutes at most, from nbf to exp", uaeProfile, pushed, requestLifetime),
		caller("one-consent-asked", "a request object asks for exactly one consent of an insurance type", uaeAuth, pushed, consentAsked),
		caller("code-verifier", "the code_verifier has 43 to 128 of the characters that PKCE allows", "RFC 7636 section 4.1", []string{"issueToken"}, codeVerifier),
		enforced("weak-signature-refused", "what is signed otherwise than with PS256 is refused", uaeOAuth, weaklySigned),
		enforced("assertion-misfit-refused", "a client assertion without a required claim is refused", uaeOAuth, assertionClaims),
		enforced("request-misfit-refused", "a request object without a required claim is refused", pushed, requestClaims),
		enforced("stale-request-refused", "a request object that lives for longer than ten minutes is refused", pushed, requestLifetime),
		enforced("other-consent-refused", "a request object with several consents, or one of another type, is refused", pushed, consentAsked),
	}
}

// signedBy is a member of the form that should be a signed token; false where the
// member is missing, which the document's check says.
func signedBy(x *Exchange, name string) (*jws, bool) {
	value, ok := x.Request.Value("/" + name)
	token, isText := value.(string)
	if !ok || !isText || token == "" || x.Request.MediaType() != mediaForm {
		return nil, false
	}
	return x.Request.read.tokens[name], true // which Value has read
}

// misfits collects what is wrong with one signed member of the form.
type misfits struct {
	name   string
	broken []error
}

func (m *misfits) add(where, got, want string) {
	m.broken = append(m.broken, &Mismatch{Where: "request /" + m.name + where, Got: got, Want: want})
}

func weaklySigned(x *Exchange) ([]error, bool) {
	var all []error
	seen := false
	for _, name := range [...]string{"client_assertion", "request"} {
		token, there := signedBy(x, name)
		if !there {
			continue
		}
		seen = true
		m := misfits{name: name}
		if token == nil {
			m.add("", "a text that is none", "a compact JWS")
			all = append(all, m.broken...)
			continue
		}
		if text(token.header, "alg") != "PS256" {
			m.add(" header/alg", shown(token.header, "alg"), "PS256")
		}
		if text(token.header, "kid") == "" {
			m.add(" header/kid", shown(token.header, "kid"), "a text")
		}
		all = append(all, m.broken...)
	}
	return all, seen
}

func assertionClaims(x *Exchange) ([]error, bool) {
	token, _ := signedBy(x, "client_assertion")
	if token == nil {
		return nil, false
	}
	m := misfits{name: "client_assertion"}
	for _, name := range [...]string{"iss", "sub", "jti"} {
		if text(token.claims, name) == "" {
			m.add(" claims/"+name, shown(token.claims, name), "a text")
		}
	}
	if iss, sub := text(token.claims, "iss"), text(token.claims, "sub"); iss != "" && sub != "" && iss != sub {
		m.add(" claims/sub", shown(token.claims, "sub"), "the same as iss")
	}
	if !audience(token.claims) {
		m.add(" claims/aud", shown(token.claims, "aud"), "the issuer")
	}
	for _, name := range [...]string{"iat", "exp"} {
		if _, ok := whole(member(token.claims, name)); !ok {
			m.add(" claims/"+name, shown(token.claims, name), "whole seconds")
		}
	}
	return m.broken, true
}

// audience says whether aud is a text, or a list that begins with one.
func audience(claims any) bool {
	if several := list(claims, "aud"); len(several) > 0 {
		first, _ := several[0].(string)
		return first != ""
	}
	return text(claims, "aud") != ""
}

func assertionLifetime(x *Exchange) ([]error, bool) {
	token, _ := signedBy(x, "client_assertion")
	if token == nil {
		return nil, false
	}
	return span("client_assertion", token.claims, "iat", 300)
}

func requestLifetime(x *Exchange) ([]error, bool) {
	token, _ := signedBy(x, "request")
	if token == nil {
		return nil, false
	}
	return span("request", token.claims, "nbf", 600)
}

// span judges the seconds from one claim to exp, where both are told.
func span(name string, claims any, from string, most int64) ([]error, bool) {
	begins, ok1 := whole(member(claims, from))
	ends, ok2 := whole(member(claims, "exp"))
	if !ok1 || !ok2 {
		return nil, false
	}
	m := misfits{name: name}
	if ends <= begins || ends-begins > most || ends-begins < 0 {
		m.add(" claims/exp", shown(claims, "exp"), "at most "+shorten(most)+" seconds after "+from)
	}
	return m.broken, true
}

func requestClaims(x *Exchange) ([]error, bool) {
	token, _ := signedBy(x, "request")
	if token == nil {
		return nil, false
	}
	m := misfits{name: "request"}
	for _, name := range [...]string{"iss", "client_id", "redirect_uri", "code_challenge"} {
		if text(token.claims, name) == "" {
			m.add(" claims/"+name, shown(token.claims, name), "a text")
		}
	}
	for name, want := range map[string]string{"response_type": "code", "code_challenge_method": "S256"} {
		if text(token.claims, name) != want {
			m.add(" claims/"+name, shown(token.claims, name), want)
		}
	}
	if !audience(token.claims) {
		m.add(" claims/aud", shown(token.claims, "aud"), "the issuer")
	}
	for _, name := range [...]string{"exp", "nbf"} {
		if _, ok := whole(member(token.claims, name)); !ok {
			m.add(" claims/"+name, shown(token.claims, name), "whole seconds")
		}
	}
	if !slices.Contains(strings.Fields(text(token.claims, "scope")), "insurance") {
		m.add(" claims/scope", shown(token.claims, "scope"), "insurance among the scopes")
	}
	slices.SortStableFunc(m.broken, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return m.broken, true
}

var insuranceType = regexp.MustCompile(`^urn:openfinanceuae:insurance-consent:v[0-9].*$`)

// consentAsked reads the consent under the names of v1.2 and, as the guide of
// rc1 writes them, with capitals.
func consentAsked(x *Exchange) ([]error, bool) {
	token, _ := signedBy(x, "request")
	if token == nil {
		return nil, false
	}
	m := misfits{name: "request"}
	details := list(token.claims, "authorization_details")
	if len(details) != 1 {
		m.add(" claims/authorization_details", shown(token.claims, "authorization_details"), "a list of one")
		return m.broken, true
	}
	either := func(name, capital string) (any, string) {
		if !has(details[0], name) && has(details[0], capital) {
			name = capital
		}
		return member(details[0], name), " claims/authorization_details/0/" + name
	}
	kind, at := either("type", "Type")
	if named, _ := kind.(string); !insuranceType.MatchString(named) {
		m.add(at, shorten(kind), "urn:openfinanceuae:insurance-consent: and a version")
	}
	consent, at := either("consent", "Consent")
	for _, name := range [...]string{"ConsentId", "ExpirationDateTime"} {
		if text(consent, name) == "" {
			m.add(at+"/"+name, shown(consent, name), "a text")
		}
	}
	if len(list(consent, "Permissions")) == 0 {
		m.add(at+"/Permissions", shown(consent, "Permissions"), "a list of one permission or more")
	}
	return m.broken, true
}

var pkceVerifier = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

func codeVerifier(x *Exchange) ([]error, bool) {
	value, ok := x.Request.Value("/code_verifier")
	verifier, _ := value.(string)
	if !ok || verifier == removed {
		return nil, false
	}
	m := misfits{name: "code_verifier"}
	if !pkceVerifier.MatchString(verifier) {
		m.add("", removed, "43 to 128 letters, digits and -._~")
	}
	return m.broken, true
}
