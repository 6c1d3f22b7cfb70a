package uae

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

const (
	scopeOpenID     = "openid"
	scopeInsurance  = "insurance"
	challengeMethod = "S256"

	requestPrefix = "urn:ietf:params:oauth:request_uri:"
	requestLife   = 10 * time.Minute // of a request_uri, and of a request object at most
	highestMaxAge = 3600             // seconds
)

type pushedAnswer struct {
	RequestURI string `json:"request_uri"`
	ExpiresIn  int    `json:"expires_in"` // seconds
}

// pushAuthorizationRequest checks who calls, reads the signed request, and stages
// the consent that it carries.
func (h *hub) pushAuthorizationRequest(r *http.Request) (mocks.Answer, error) {
	answer, err := h.push(r)
	return answer, exampled(err, map[string]string{
		invalidRequest: "invalid-request-object", invalidClient: "invalid-client", invalidScope: "invalid-scope", unauthorizedClient: "unauthorized-client",
	})
}

func (h *hub) push(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	form, err := readForm(r)
	if err != nil {
		return mocks.Answer{}, err
	}
	c, err := h.clientOf(ctx, form)
	if err != nil {
		return mocks.Answer{}, err
	}
	const below = "/request"
	s, refusal := openJWT(form.Get("request"))
	if refusal == nil {
		refusal = s.by(c)
	}
	if refusal != nil {
		return mocks.Answer{}, as(invalidRequest, below, refusal)
	}
	w := mocks.WorldOf(ctx)
	p, staged, refusal := readRequest(s.claims, terms{
		client: c, issuer: issuer(ctx), times: timesOf(ctx),
		nonce: w.Setting(settingNonce) == "required", insuranceAlone: w.Setting(settingScope) == "insurance-too",
	})
	if refusal != nil {
		return mocks.Answer{}, as(invalidRequest, below, refusal)
	}
	uri, err := h.stage(ctx, p, staged)
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.Answer{
		Status: http.StatusCreated,
		Header: http.Header{"Cache-Control": {"no-store"}},
		Body:   pushedAnswer{RequestURI: uri, ExpiresIn: int(requestLife / time.Second)},
	}, nil
}

// exampled names the example of the document that shows a refusal, by its code.
func exampled(err error, examples map[string]string) error {
	if refusal, ok := errors.AsType[*mocks.Refusal](err); ok && refusal.Example == "" {
		refusal.Example = examples[refusal.Code]
	}
	return err
}

// terms are what a request object is judged by.
type terms struct {
	client         client
	issuer         string
	times          times
	nonce          bool // state and nonce are required
	insuranceAlone bool // the scope may lack openid
}

// requestClaims are the claims of a request object, which is closed. The last line
// is what ordinary JWT libraries add; it is let through and not judged.
var requestClaims = []string{
	"iss", "client_id", "aud", "exp", "nbf", "response_type", "response_mode", "redirect_uri", "scope", "state", "nonce",
	"code_challenge", "code_challenge_method", "authorization_details", "max_age", "login_hint",
	"sub", "jti", "iat",
}

// readRequest holds the claims of a request object to the profile: who made it and
// for whom, when, how the answer comes back, and what is asked for.
func readRequest(claims object, t terms) (pushed, consent, *mocks.Refusal) {
	var r reading
	r.closed(claims, "", requestClaims...)
	for _, name := range []string{"iss", "client_id"} {
		if text, _ := textOf(claims, name); text != t.client.ID {
			r.fail("/"+name, "iss and client_id of a request object are both the client that authenticates", "set "+name+" to the client_id")
		}
	}
	if !addressedTo(claims["aud"], t.issuer) {
		r.fail("/aud", "aud of a request object is the issuer, or a list that contains it", "set aud to "+t.issuer)
	}
	if r.refusal == nil {
		r.refusal = judgeDates(claims, t.times)
	}
	if kind, _ := textOf(claims, "response_type"); kind != "code" {
		r.fail("/response_type", "response_type is code", "set response_type to code")
	}
	if mode, sent := claims["response_mode"]; sent && mode != "query" {
		r.fail("/response_mode", "response_mode is query, or left out", "leave response_mode out")
	}
	p := pushed{ClientID: t.client.ID, Issuer: t.issuer}
	p.RedirectURI, _ = textOf(claims, "redirect_uri")
	if !t.client.takes(p.RedirectURI) {
		r.fail("/redirect_uri", fmt.Sprintf("redirect_uri %.80q is not one of the client's, character by character", p.RedirectURI), "send a registered one")
	}
	r.proofOfKey(claims, &p)
	r.correlation(claims, &p, t.nonce)
	r.hints(claims)
	if r.refusal == nil {
		p.Scope, r.refusal = readScope(claims, t.insuranceAlone)
	}
	if r.refusal != nil {
		return pushed{}, consent{}, r.refusal
	}
	c, refusal := readDetails(claims, t.times.world)
	c.ClientID = t.client.ID
	p.ConsentID = c.ID
	return p, c, refusal
}

func addressedTo(aud any, issuer string) bool {
	list, ok := aud.([]any)
	return aud == issuer || ok && slices.Contains(list, any(issuer))
}

// judgeDates demands exp and nbf, close together and around now.
func judgeDates(claims object, t times) *mocks.Refusal {
	nbf, refusal := wantDate(claims, "nbf")
	if refusal != nil {
		return refusal
	}
	exp, refusal := wantDate(claims, "exp")
	if refusal != nil {
		return refusal
	}
	if exp.Sub(nbf) > requestLife {
		return flaw("/exp", "exp lies at most 600 seconds after nbf", "set exp to nbf + 300, as the guide does")
	}
	return t.either(func(now time.Time) *mocks.Refusal {
		if now.Sub(nbf) > requestLife {
			return flaw("/nbf", "nbf lies at most 600 seconds back, and "+stamp(nbf)+" is longer ago", "sign a new request object for each push")
		}
		if r := notBefore("nbf", nbf, now); r != nil {
			return r
		}
		return notExpired(exp, now)
	})
}

// challengeLength is that of every SHA-256 digest in base64url.
const challengeLength = 43

func (r *reading) proofOfKey(claims object, p *pushed) {
	if method, _ := textOf(claims, "code_challenge_method"); method != challengeMethod {
		r.fail("/code_challenge_method", "PKCE is demanded, with the method S256", "set code_challenge_method to S256")
	}
	p.Challenge, _ = textOf(claims, "code_challenge")
	if len(p.Challenge) != challengeLength || strings.Trim(p.Challenge, base64URL) != "" {
		r.fail("/code_challenge", "code_challenge is a SHA-256 digest in base64url: 43 characters", "send the digest of a fresh code_verifier")
	}
}

const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func (r *reading) correlation(claims object, p *pushed, required bool) {
	for _, one := range []struct {
		name string
		to   *string
	}{{"state", &p.State}, {"nonce", &p.Nonce}} {
		value, sent := claims[one.name]
		text, ok := value.(string)
		switch {
		case !sent && required:
			r.fail("/"+one.name, settingNonce+" is required here, which demands "+one.name, "send a fresh value")
		case sent && !ok:
			r.fail("/"+one.name, one.name+" is a text", "send a text")
		}
		*one.to = text
	}
}

// hints are what the consent page could use and the mock's has no use for.
func (r *reading) hints(claims object) {
	if _, sent := claims["max_age"]; sent {
		seconds, ok := secondsOf(claims, "max_age")
		if !ok || seconds < 0 || seconds > highestMaxAge {
			r.fail("/max_age", "max_age is a whole number of seconds, at most 3600: what is capped is refused here", "send 0 to 3600, or leave it out")
		}
	}
	if hint, sent := claims["login_hint"]; sent {
		if text, _ := hint.(string); strings.Count(text, ".") != 4 {
			r.fail("/login_hint", "login_hint is a JWE in compact form", "leave it out, or encrypt it to the insurer")
		}
	}
}

// readScope is the scope as the token repeats it.
func readScope(claims object, insuranceAlone bool) (string, *mocks.Refusal) {
	text, _ := textOf(claims, "scope")
	sent := strings.Fields(text)
	slices.Sort(sent)
	switch {
	case slices.Equal(sent, []string{scopeInsurance, scopeOpenID}):
		return scopeOpenID + " " + scopeInsurance, nil
	case insuranceAlone && slices.Equal(sent, []string{scopeInsurance}):
		return scopeInsurance, nil
	}
	refusal := flaw("/scope", "the scope of a consent to insurance is openid and insurance", "send openid insurance")
	refusal.Code = invalidScope
	return "", refusal
}

// stage writes the consent, which waits for a person, and what leads to it.
func (h *hub) stage(ctx context.Context, p pushed, c consent) (string, error) {
	now := mocks.Now(ctx)
	c.Created, c.Updated, c.Status, c.Base = now, now, awaiting, mocks.Base(ctx)
	err := h.consents.Insert(ctx, c.ID, c)
	if errors.Is(err, store.ErrConflict) {
		refusal := flaw("/request/authorization_details/0/consent/ConsentId", "there is a consent with this ConsentId already", "choose a fresh UUID for each consent")
		refusal.Code, refusal.Evidence = invalidRequest, contracts.Inferred
		return "", refusal
	}
	if err != nil {
		return "", fmt.Errorf("write consent %s: %w", c.ID, err)
	}
	if err := h.join(ctx, c); err != nil {
		return "", err
	}
	if err := h.subscribed(ctx, c); err != nil {
		return "", err
	}
	id, n, err := mint(ctx, "request")
	if err != nil {
		return "", err
	}
	var visits uint64
	if p.Interaction, visits, err = mint(ctx, "interaction"); err != nil {
		return "", err
	}
	p.Expires = now.Add(requestLife)
	if err := h.requests.Insert(ctx, id, p); err != nil {
		return "", fmt.Errorf("keep a pushed request: %w", err)
	}
	if err := retire(ctx, h.requests, "request", n, h.kept); err != nil {
		return "", err
	}
	if err := retire(ctx, h.interactions, "interaction", visits, h.kept); err != nil {
		return "", err
	}
	return requestPrefix + id, nil
}

// join adds a consent to those of its BaseConsentId.
func (h *hub) join(ctx context.Context, c consent) error {
	if c.BaseID == "" || c.BaseID == c.ID { // the root is listed by its own id
		return nil
	}
	err := h.families.Insert(ctx, c.BaseID, family{Consents: []string{c.ID}})
	if errors.Is(err, store.ErrConflict) {
		_, err = h.families.Update(ctx, c.BaseID, func(f *family) error {
			f.Consents = append(f.Consents, c.ID)
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("add consent %s to %s: %w", c.ID, c.BaseID, err)
	}
	return nil
}
