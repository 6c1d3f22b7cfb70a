package uae

import (
	"encoding/json"
	"time"
)

// status is where a consent stands. Rejected, Revoked and Expired are final.
type status string

const (
	awaiting   status = "AwaitingAuthorization"
	authorized status = "Authorized"
	rejected   status = "Rejected"
	revoked    status = "Revoked"
	expired    status = "Expired"
	suspended  status = "Suspended"
)

// consent is what a person is asked to share, kept under its id, which the client
// chose. It stands as it was written; [consent.at] says how it stands later.
type consent struct {
	ID          string          `json:"id"`
	BaseID      string          `json:"baseId,omitempty"` // the first of a chain of renewals
	Edition     string          `json:"edition"`          // the name of its version: "v1.2"
	ClientID    string          `json:"clientId"`
	Permissions []string        `json:"permissions"` // as sent
	Expires     time.Time       `json:"expires"`
	ExpiresText string          `json:"expiresText"`          // as sent
	Purpose     []string        `json:"purpose,omitempty"`    // of rc1
	Billing     json.RawMessage `json:"billing,omitempty"`    // OpenFinanceBilling, as sent
	OnBehalfOf  json.RawMessage `json:"onBehalfOf,omitempty"` // as sent
	Created     time.Time       `json:"created"`
	Updated     time.Time       `json:"updated"` // when the status last changed
	Status      status          `json:"status"`
	RevokedBy   string          `json:"revokedBy,omitempty"`
	Webhook     *webhook        `json:"webhook,omitempty"`
	Persona     string          `json:"persona,omitempty"` // who decided
	Policies    []string        `json:"policies,omitempty"`
	Base        string          `json:"base"` // the insurer's address when the consent was asked for; all its links begin so
}

// webhook is where a client wants to be told of a consent.
type webhook struct {
	URL    string `json:"url"`
	Active bool   `json:"active"`
}

// at is the consent as it stands at a moment: it expires without anybody's doing.
func (c consent) at(now time.Time) consent {
	if (c.Status == authorized || c.Status == suspended) && !now.Before(c.Expires) {
		c.Status, c.Updated = expired, c.Expires
	}
	return c
}

// issuer is the hub's name towards the consent's client.
func (c consent) issuer() string { return c.Base + hubMount }

// family lists the consents that were sent with one BaseConsentId, kept under that
// id, in the order they came.
type family struct {
	Consents []string `json:"consents"`
}

// client is a registered third party, kept under its id.
type client struct {
	ID           string          `json:"id"`
	RedirectURIs []string        `json:"redirectUris"`
	AnyLoopback  bool            `json:"anyLoopback,omitempty"` // takes any redirect to the caller's own machine
	Keys         json.RawMessage `json:"keys"`                  // its JWKS
}

// pushed is a request that waits for a person, kept under its request_uri.
type pushed struct {
	ConsentID   string    `json:"consentId"`
	ClientID    string    `json:"clientId"`
	RedirectURI string    `json:"redirectUri"`
	State       string    `json:"state,omitempty"`
	Nonce       string    `json:"nonce,omitempty"`
	Challenge   string    `json:"challenge"`
	Scope       string    `json:"scope"`
	Issuer      string    `json:"issuer"` // as the client knows it
	Expires     time.Time `json:"expires"`
	Interaction string    `json:"interaction"` // its id; the row is written when somebody comes
}

// interaction is one visit to the consent page, kept under its id. It is decided
// once.
type interaction struct {
	RequestURI string    `json:"requestUri"`
	Pushed     pushed    `json:"pushed"`
	Decided    bool      `json:"decided,omitempty"`
	Expires    time.Time `json:"expires"`
}

// grant is what a person's yes is worth, kept under its authorization code.
// Tokens name the grant they come from, so that all end with it.
type grant struct {
	ConsentID     string    `json:"consentId"`
	ClientID      string    `json:"clientId"`
	RedirectURI   string    `json:"redirectUri"`
	State         string    `json:"state,omitempty"`
	Nonce         string    `json:"nonce,omitempty"`
	Challenge     string    `json:"challenge"`
	Scope         string    `json:"scope"`
	Subject       string    `json:"subject"`       // the persona
	Authenticated time.Time `json:"authenticated"` // when, by the real clock
	Expires       time.Time `json:"expires"`       // the code, not what it gave
	Used          bool      `json:"used,omitempty"`
	Replayed      bool      `json:"replayed,omitempty"` // the code came again: its tokens are void
}

// Kinds of token.
const (
	kindUser    = "user"    // by authorization code: policies and payment details
	kindClient  = "client"  // by client credentials: consents
	kindRefresh = "refresh" // buys user tokens
)

// token is kept under its value.
type token struct {
	Kind        string    `json:"kind"`
	ClientID    string    `json:"clientId"`
	ConsentID   string    `json:"consentId,omitempty"`
	Grant       string    `json:"grant,omitempty"`
	Scope       string    `json:"scope"`
	Expires     time.Time `json:"expires"`
	Certificate string    `json:"certificate,omitempty"` // x5t#S256 of the client certificate it is bound to
}
