package uae

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// opened is one policy as far as a consent opens it. What it does not open is nil
// and left out.
type opened struct {
	ID           string
	Customer     *customer
	Product      *product
	Transactions *transactions
}

// access is a customer's consent in use: what it shares, and where its answers
// say that they lie.
type access struct {
	consent consent
	self    string // the address of the list
}

// read demands a consent of this version that opens policies.
func (h *hub) read(r *http.Request, e edition, list string) (access, error) {
	c, err := h.granted(r, e.name)
	if err != nil {
		return access{}, err
	}
	if !permissions(c.Permissions).open(readPolicies) {
		return access{}, ungranted(readPolicies)
	}
	return access{consent: c, self: c.Base + resourceMount(e.name) + list}, nil
}

func ungranted(code string) *mocks.Refusal {
	return &mocks.Refusal{
		Kind: mocks.Forbidden, Code: codeScope, Where: "header Authorization", Evidence: contracts.Inferred, Example: "wrong-token",
		Rule: "the customer's consent has not the permission " + code, Remedy: "push a consent that asks for " + code,
	}
}

// all are the consent's policies, in the order in which the insurer keeps them.
func (h *hub) all(ctx context.Context, in access) ([]opened, error) {
	policies, err := h.owned(ctx, in.consent.Policies)
	if err != nil {
		return nil, err
	}
	may := permissions(in.consent.Permissions)
	who, err := h.customer(ctx, in.consent)
	if err != nil {
		return nil, err
	}
	shown := make([]opened, len(policies))
	for i, p := range policies {
		shown[i] = opened{ID: p.ID, Customer: who, Product: may.product(p.Product), Transactions: may.transactions(p.Transactions)}
	}
	return shown, nil
}

// one is the policy of a path, with its address.
func (h *hub) one(r *http.Request, in access) (opened, string, error) {
	ctx := r.Context()
	p, self, err := h.shared(r, in)
	if err != nil {
		return opened{}, "", err
	}
	who, err := h.customer(ctx, in.consent)
	if err != nil {
		return opened{}, "", err
	}
	may := permissions(in.consent.Permissions)
	return opened{ID: p.ID, Customer: who, Product: may.product(p.Product), Transactions: may.transactions(p.Transactions)}, self, nil
}

// shared is the policy of a path, which must be one of the consent.
func (h *hub) shared(r *http.Request, in access) (policy, string, error) {
	id := r.PathValue("InsurancePolicyId")
	p, err := h.policies.Get(r.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return policy{}, "", &mocks.Refusal{
			Kind: mocks.Missing, Where: "path InsurancePolicyId", Rule: "the insurer has no such policy", Evidence: contracts.Inferred,
			Remedy: "send an InsurancePolicyId of the list",
		}
	case err != nil:
		return policy{}, "", fmt.Errorf("policy %s: %w", id, err)
	case !slices.Contains(in.consent.Policies, id):
		return policy{}, "", &mocks.Refusal{
			Kind: mocks.Forbidden, Code: codeInaccessible, Where: "path InsurancePolicyId", Evidence: contracts.Inferred,
			Detail: "The policy is permanently inaccessible.", Rule: "the customer shares some policies, and this is none of them",
			Remedy: "send an InsurancePolicyId of the list",
		}
	}
	return p, in.self + "/" + url.PathEscape(id), nil
}

// payment is the account from which a policy of the consent is paid.
func (h *hub) payment(r *http.Request, in access) (account, string, error) {
	_, self, err := h.shared(r, in)
	if err != nil {
		return account{}, "", err
	}
	if !permissions(in.consent.Permissions).payment() {
		return account{}, "", ungranted(readPayment)
	}
	who, err := h.personas.Get(r.Context(), in.consent.Persona)
	if err != nil {
		return account{}, "", fmt.Errorf("persona %s: %w", in.consent.Persona, err)
	}
	return who.Account, self + "/customer-payment-details", nil
}

// customer is who gave the consent, as far as it opens her record.
func (h *hub) customer(ctx context.Context, c consent) (*customer, error) {
	who, err := h.personas.Get(ctx, c.Persona)
	if err != nil {
		return nil, fmt.Errorf("persona %s: %w", c.Persona, err)
	}
	shown := permissions(c.Permissions).customer(who.Customer)
	if shown == nil || !who.Licence || shown.IdentityInformation == nil {
		return shown, nil
	}
	first, err := h.owned(ctx, who.Policies[:1])
	if err != nil || len(first) == 0 {
		return shown, err
	}
	own := *shown.IdentityInformation
	if own.MulkiyaCard, err = drawLicence(who, first[0].Product.InsuredVehicle); err != nil {
		return nil, fmt.Errorf("the vehicle licence of %s: %w", who.ID, err)
	}
	shown.IdentityInformation = &own
	return shown, nil
}
