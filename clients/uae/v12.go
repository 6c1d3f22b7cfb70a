package uae

import (
	"context"
	"net/url"
)

// V12 is a client of v1.2: motor policies under /motor-insurance-policies, and a
// consent that says what it is billed as.
type V12 struct{ *Client }

// NewV12 is a client of v1.2. It makes no call.
func NewV12(o Options) (*V12, error) {
	c, err := newClient(o, "v1.2")
	if err != nil {
		return nil, err
	}
	return &V12{c}, nil
}

// Push stages a consent: a signed request with PKCE, a state and a nonce of its
// own. The hub then waits for the customer, at [Client.AuthorizationURL].
func (c *V12) Push(ctx context.Context, r ConsentRequestV12) (*Pending, error) {
	r.ConsentID = consentID(r.ConsentID)
	return c.push(ctx, r.ConsentID, r, r.Events)
}

// Consent looks a consent up.
func (c *V12) Consent(ctx context.Context, v Visit, id string) (*Answer[ConsentV12], error) {
	k, err := c.resource(callConsent, v, "insurance-consents", id)
	if err != nil {
		return nil, err
	}
	return read(ctx, c.Client, k, isConsentV12(id))
}

// ListByBase finds the consents of a chain of renewals by the id of its first.
func (c *V12) ListByBase(ctx context.Context, v Visit, base string) (*Answer[[]ConsentV12], error) {
	k, err := c.resource(callConsents, v, "insurance-consents")
	if err != nil {
		return nil, err
	}
	k.url += "?" + url.Values{"BaseConsentId": {base}}.Encode()
	return readAll(ctx, c.Client, k, isConsentV12(""))
}

// Granted is the consent inside a customer's token, as it stood when the token was given.
func (c *V12) Granted(t *Token) (*Answer[ConsentV12], error) {
	return granted(c.Client, t, isConsentV12(""))
}

// Policies is all motor policies that the customer's consent opens, from all pages.
func (c *V12) Policies(ctx context.Context, v Visit) (*Answer[[]PolicyV12], error) {
	k, err := c.customers(callPolicies, v, "motor-insurance-policies")
	if err != nil {
		return nil, err
	}
	return readAll(ctx, c.Client, k, isPolicyV12(""))
}

// Policy is one motor policy, as far as the consent opens it.
func (c *V12) Policy(ctx context.Context, v Visit, id string) (*Answer[PolicyV12], error) {
	k, err := c.customers(callPolicy, v, "motor-insurance-policies", id)
	if err != nil {
		return nil, err
	}
	return read(ctx, c.Client, k, isPolicyV12(id))
}

// PaymentDetails is the account from which a policy is paid.
func (c *V12) PaymentDetails(ctx context.Context, v Visit, policy string) (*Answer[PaymentDetails], error) {
	k, err := c.customers(callPayment, v, "motor-insurance-policies", policy, "customer-payment-details")
	if err != nil {
		return nil, err
	}
	return read(ctx, c.Client, k, isPayment)
}
