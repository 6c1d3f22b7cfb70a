package uae

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	consentType   = "urn:openfinanceuae:insurance-consent:" // and the version
	scope         = "openid insurance"

	// What is signed is good from a little before now, for a clock that is behind,
	// and for five minutes from there.
	behind   = 10 * time.Second
	lifetime = 5 * time.Minute
)

// Webhook is where events about a consent go, and whether they do.
type Webhook struct {
	URL      string `json:"Url"`
	IsActive bool   `json:"IsActive"`
}

// Subscription is the events of a consent.
type Subscription struct {
	Webhook Webhook `json:"Webhook"`
}

// OnBehalfOf is for whom the third party asks, if not for itself.
type OnBehalfOf struct {
	TradingName    string `json:"TradingName,omitempty"`
	LegalName      string `json:"LegalName,omitempty"`
	IdentifierType string `json:"IdentifierType,omitempty"` // Other
	Identifier     string `json:"Identifier,omitempty"`
}

// Pending is a consent that the customer has yet to decide on: what must be kept,
// in the customer's session and out of sight, until the callback.
type Pending struct {
	ConsentID   string
	RequestURI  string
	Expires     time.Time // of the request URI
	RedirectURI string
	State       string
	Nonce       string
	Verifier    string // of PKCE
}

// Format writes what may be seen in a log, whatever the verb.
func (p Pending) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "uae.Pending{ConsentID:%q Expires:%s}", p.ConsentID, p.Expires.Format(time.RFC3339))
}

// detail is the one entry of authorization_details.
type detail struct {
	Type         string        `json:"type"`
	Consent      any           `json:"consent"`
	Subscription *Subscription `json:"subscription,omitempty"`
}

// requestObject is the closed set of claims that a hub takes: no iat, jti or sub.
type requestObject struct {
	Issuer              string   `json:"iss"`
	ClientID            string   `json:"client_id"`
	Audience            string   `json:"aud"`
	NotBefore           int64    `json:"nbf"`
	Expires             int64    `json:"exp"`
	ResponseType        string   `json:"response_type"`
	RedirectURI         string   `json:"redirect_uri"`
	Scope               string   `json:"scope"`
	State               string   `json:"state"`
	Nonce               string   `json:"nonce"`
	CodeChallenge       string   `json:"code_challenge"`
	CodeChallengeMethod string   `json:"code_challenge_method"`
	Details             []detail `json:"authorization_details"`
}

// push stages a consent under the id given. It is sent once.
func (c *Client) push(ctx context.Context, id string, consent any, events *Webhook) (*Pending, error) {
	if c.redirect == "" {
		return nil, fmt.Errorf("uae: %s: the options have no redirect URI", callPush)
	}
	address, _, err := c.endpoints(ctx)
	if err != nil {
		return nil, err
	}
	p := &Pending{ConsentID: id, RedirectURI: c.redirect, State: secret(), Nonce: secret(), Verifier: secret()}
	now := c.now()
	challenge := sha256.Sum256([]byte(p.Verifier))
	d := detail{Type: consentType + c.version, Consent: consent}
	if events != nil {
		d.Subscription = &Subscription{*events}
	}
	request, err := c.key.sign(requestObject{
		Issuer:              c.id,
		ClientID:            c.id,
		Audience:            c.issuer,
		NotBefore:           now.Add(-behind).Unix(),
		Expires:             now.Add(lifetime - behind).Unix(),
		ResponseType:        "code",
		RedirectURI:         p.RedirectURI,
		Scope:               scope,
		State:               p.State,
		Nonce:               p.Nonce,
		CodeChallenge:       base64.RawURLEncoding.EncodeToString(challenge[:]),
		CodeChallengeMethod: "S256",
		Details:             []detail{d},
	})
	if err != nil {
		return nil, fmt.Errorf("uae: %s: sign request: %w", callPush, err)
	}
	a, err := c.do(ctx, call{
		name:   callPush,
		method: http.MethodPost,
		url:    address,
		want:   []int{http.StatusCreated, http.StatusOK}, // 200 from v2.1 on
		body:   c.form(url.Values{"request": {request}}, request, p.Verifier),
		oauth:  true,
	})
	if err != nil {
		return nil, err
	}
	read, err := decode[struct {
		RequestURI string `json:"request_uri"`
		ExpiresIn  Number `json:"expires_in"`
	}](a)
	var good time.Duration
	if err == nil {
		good, err = read.ExpiresIn.seconds()
	}
	if err == nil && read.RequestURI == "" {
		err = missing("request_uri")
	}
	if err != nil {
		return nil, a.wrong(callPush, "not a pushed request", err)
	}
	p.RequestURI, p.Expires = read.RequestURI, now.Add(good)
	return p, nil
}

// form is the body of a call to the authorization server: the values, who is
// calling, and an assertion of that, made anew for each try since a hub takes
// each once.
func (c *Client) form(values url.Values, secrets ...string) func(context.Context) (payload, error) {
	return func(context.Context) (payload, error) {
		assertion, err := c.assertion()
		if err != nil {
			return payload{}, fmt.Errorf("sign assertion: %w", err)
		}
		values.Set("client_id", c.id)
		values.Set("client_assertion_type", assertionType)
		values.Set("client_assertion", assertion)
		return payload{
			kind:    "application/x-www-form-urlencoded",
			text:    []byte(values.Encode()),
			secrets: append([]string{assertion}, secrets...),
		}, nil
	}
}

func (c *Client) assertion() (string, error) {
	now := c.now()
	return c.key.sign(struct {
		Issuer    string `json:"iss"`
		Subject   string `json:"sub"`
		Audience  string `json:"aud"` // the issuer, never the endpoint
		ID        string `json:"jti"`
		IssuedAt  int64  `json:"iat"`
		NotBefore int64  `json:"nbf"`
		Expires   int64  `json:"exp"`
	}{c.id, c.id, c.issuer, uuid(), now.Unix(), now.Add(-behind).Unix(), now.Add(lifetime - behind).Unix()})
}

// AuthorizationURL is where the customer's browser goes to decide.
func (c *Client) AuthorizationURL(ctx context.Context, p *Pending) (string, error) {
	d, err := c.Discovery(ctx)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(d.Authorization)
	if err != nil {
		return "", fmt.Errorf("uae: authorization endpoint: %w", err)
	}
	query := u.Query()
	query.Set("client_id", c.id)
	query.Set("request_uri", p.RequestURI)
	query.Set("response_type", "code")
	query.Set("scope", scope)
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Reason is the error_description of a callback that is known to mean one thing.
type Reason = string

// The reasons that the hub publishes for insurance.
const (
	ReasonUserRejected   Reason = "user_rejected_consent"        // with access_denied
	ReasonNoPolicies     Reason = "user_lacks_eligible_policies" // with invalid_request
	ReasonNotSupported   Reason = "consent_not_supported"        // with access_denied
	ReasonSessionExpired Reason = "session_expired"              // with access_denied
	ReasonInsurerFailed  Reason = "lfi_internal_error"           // with server_error
	ReasonHubFailed      Reason = "api_hub_communication_error"  // with server_error
	ReasonInsurerDown    Reason = "lfi_temporarily_unavailable"  // with temporarily_unavailable
)

// AuthorizationError is a callback that says no. It unwraps to its code.
type AuthorizationError struct {
	Code        OAuthCode
	Description Reason // one of the reasons above, or any sentence
	URI         string
}

// Error says the code and the description in one line.
func (e *AuthorizationError) Error() string {
	return "uae: authorization" + part(string(e.Code)) + part(e.Description)
}

// Unwrap is the code.
func (e *AuthorizationError) Unwrap() error { return e.Code }

// Callback reads the query that the customer's browser came back with: the code,
// to be exchanged at once, or an [*AuthorizationError]. A state that is not the one
// sent out is [ErrState], an answer of another hub [ErrIssuer]; nothing else in
// such a query is believed.
func (c *Client) Callback(p *Pending, query url.Values) (code string, err error) {
	for _, name := range []string{"code", "state", "iss", "error"} {
		if len(query[name]) > 1 {
			return "", fmt.Errorf("uae: callback: %s is there %d times: %w", name, len(query[name]), ErrMalformed)
		}
	}
	code, refusal := query.Get("code"), query.Get("error")
	switch {
	case p.State == "" || query.Get("state") != p.State:
		return "", fmt.Errorf("uae: callback: %w", ErrState)
	case query.Get("iss") != c.issuer:
		return "", fmt.Errorf("uae: callback: %w", ErrIssuer)
	case (code == "") == (refusal == ""):
		return "", fmt.Errorf("uae: callback: want a code or an error: %w", ErrMalformed)
	case refusal != "":
		return "", &AuthorizationError{OAuthCode(refusal), query.Get("error_description"), query.Get("error_uri")}
	}
	return code, nil
}

// consentID is the id chosen by the caller, or a fresh one.
func consentID(chosen string) string { return cmp.Or(chosen, uuid()) }
