package uae

import (
	"context"
	"net/url"
)

// V10RC1 is a client of v1.0-rc1, the first public version: any line's policies
// under /insurance-policies, and a consent with a list of purposes.
type V10RC1 struct{ *Client }

// NewV10RC1 is a client of v1.0-rc1. It makes no call.
func NewV10RC1(o Options) (*V10RC1, error) {
	c, err := newClient(o, "v1.0-rc1")
	if err != nil {
		return nil, err
	}
	return &V10RC1{c}, nil
}

// Push stages a consent: a signed request with PKCE, a state and a nonce of its
// own. The hub then waits for the customer, at [Client.AuthorizationURL].
func (c *V10RC1) Push(ctx context.Context, r ConsentRequestRC1) (*Pending, error) {
	r.ConsentID = consentID(r.ConsentID)
	return c.push(ctx, r.ConsentID, r, r.Events)
}

// Consent looks a consent up.
func (c *V10RC1) Consent(ctx context.Context, v Visit, id string) (*Answer[ConsentRC1], error) {
	k, err := c.resource(callConsent, v, "insurance-consents", id)
	if err != nil {
		return nil, err
	}
	return read(ctx, c.Client, k, isConsentRC1(id))
}

// ListByBase finds the consents of a chain of renewals by the id of its first.
func (c *V10RC1) ListByBase(ctx context.Context, v Visit, base string) (*Answer[[]ConsentRC1], error) {
	k, err := c.resource(callConsents, v, "insurance-consents")
	if err != nil {
		return nil, err
	}
	k.url += "?" + url.Values{"BaseConsentId": {base}}.Encode()
	return readAll(ctx, c.Client, k, isConsentRC1(""))
}

// Granted is the consent inside a customer's token, as it stood when the token was given.
func (c *V10RC1) Granted(t *Token) (*Answer[ConsentRC1], error) {
	return granted(c.Client, t, isConsentRC1(""))
}

// Policies is all policies that the customer's consent opens, from all pages.
func (c *V10RC1) Policies(ctx context.Context, v Visit) (*Answer[[]PolicyRC1], error) {
	k, err := c.customers(callPolicies, v, "insurance-policies")
	if err != nil {
		return nil, err
	}
	return readAll(ctx, c.Client, k, isPolicyRC1(""))
}

// Policy is one policy, as far as the consent opens it.
func (c *V10RC1) Policy(ctx context.Context, v Visit, id string) (*Answer[PolicyRC1], error) {
	k, err := c.customers(callPolicy, v, "insurance-policies", id)
	if err != nil {
		return nil, err
	}
	return read(ctx, c.Client, k, isPolicyRC1(id))
}

// PaymentDetails is the account from which a policy is paid.
func (c *V10RC1) PaymentDetails(ctx context.Context, v Visit, policy string) (*Answer[PaymentDetails], error) {
	k, err := c.customers(callPayment, v, "insurance-policies", policy, "customer-payment-details")
	if err != nil {
		return nil, err
	}
	return read(ctx, c.Client, k, isPayment)
}
