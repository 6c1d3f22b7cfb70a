package uae

import (
	"net/http"

	"github.com/understudy-sandbox/understudy/mocks"
)

// rc1 is v1.0-rc1, the version of the printed guide. Its file is public in its head
// alone: what no sample shows is taken from v1.2.
func rc1() edition {
	const version = "v1.0-rc1"
	return edition{
		name: version, kind: kindPrefix + version, read: readRC1, face: faceRC1, resource: consentRC1,
		tell: tellRC1, receives: "receiveEventRc1",
	}
}

const policiesRC1 = "/insurance-policies"

func faceRC1(h *hub) mocks.Face {
	e := rc1()
	types := []string{mediaJSON}
	return mocks.Face{
		Document: "uae/insurance-" + e.name, Mount: resourceMount(e.name), Normalise: normaliseResource, Refuse: refuseResource,
		Operations: map[string]mocks.Operation{
			"listConsentsRc1":              h.resource(types, h.listConsents(e, consentListRC1)),
			"getConsentRc1":                h.resource(types, h.getConsent(e)),
			"patchConsentRc1":              h.resource(types, h.patchConsent(e)),
			"listInsurancePoliciesRc1":     h.resource(types, h.listPoliciesRC1),
			"getInsurancePolicyRc1":        h.resource(types, h.getPolicyRC1),
			"getCustomerPaymentDetailsRc1": h.resource(types, h.getPaymentDetailsRC1),
		},
	}
}

// policyRC1 is a policy in the order of the printed sample.
type policyRC1 struct {
	InsurancePolicyID string `json:"InsurancePolicyId"`
	PolicyType        string
	Customer          *customer     `json:",omitzero"`
	Product           *product      `json:",omitzero"`
	Transactions      *transactions `json:",omitzero"`
}

type policyListRC1 struct {
	Data  []policyRC1
	Links selfLink
	Meta  totalPages
}

// singlePolicyRC1 and paymentDetailsRC1 have no Meta, as printed.
type singlePolicyRC1 struct {
	Data  policyRC1
	Links selfLink
}

type paymentDetailsRC1 struct {
	Data  account
	Links selfLink
}

func (p opened) rc1() policyRC1 {
	return policyRC1{InsurancePolicyID: p.ID, PolicyType: "Motor", Customer: p.Customer, Product: p.Product, Transactions: p.Transactions}
}

func (h *hub) listPoliciesRC1(r *http.Request) (mocks.Answer, error) {
	in, err := h.read(r, rc1(), policiesRC1)
	if err != nil {
		return mocks.Answer{}, err
	}
	all, err := h.all(r.Context(), in)
	if err != nil {
		return mocks.Answer{}, err
	}
	list := policyListRC1{Data: make([]policyRC1, len(all)), Links: selfLink{in.self}, Meta: pagesOf(len(all))}
	for i, p := range all {
		list.Data[i] = p.rc1()
	}
	return mocks.OK(list), nil
}

func (h *hub) getPolicyRC1(r *http.Request) (mocks.Answer, error) {
	in, err := h.read(r, rc1(), policiesRC1)
	if err != nil {
		return mocks.Answer{}, err
	}
	p, self, err := h.one(r, in)
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.OK(singlePolicyRC1{p.rc1(), selfLink{self}}), nil
}

func (h *hub) getPaymentDetailsRC1(r *http.Request) (mocks.Answer, error) {
	in, err := h.read(r, rc1(), policiesRC1)
	if err != nil {
		return mocks.Answer{}, err
	}
	paid, self, err := h.payment(r, in)
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.OK(paymentDetailsRC1{paid, selfLink{self}}), nil
}
