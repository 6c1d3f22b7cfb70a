package uae

import (
	"net/http"

	"github.com/understudy-sandbox/understudy/mocks"
)

// v12 is v1.2, the oldest version whose file is public whole: motor policies under
// a path of their own, closed objects, Meta on every answer but the list of
// consents.
func v12() edition {
	const version = "v1.2"
	return edition{
		name: version, kind: kindPrefix + version, read: readV12, face: faceV12, resource: consentV12,
		tell: tellV12, receives: "receiveEvent",
	}
}

const policiesV12 = "/motor-insurance-policies"

func faceV12(h *hub) mocks.Face {
	e := v12()
	types := []string{mediaJSON, mediaJWT}
	return mocks.Face{
		Document: "uae/insurance-" + e.name, Mount: resourceMount(e.name), Normalise: normaliseResource, Refuse: refuseResource,
		Operations: map[string]mocks.Operation{
			"listInsuranceConsents":                   h.resource(types, h.listConsents(e, consentListV12)),
			"getInsuranceConsent":                     h.resource(types, h.getConsent(e)),
			"patchInsuranceConsent":                   h.resource(types, h.patchConsent(e)),
			"listMotorInsurancePolicies":              h.resource(types, h.listPoliciesV12),
			"getMotorInsurancePolicy":                 h.resource(types, h.getPolicyV12),
			"getMotorInsuranceCustomerPaymentDetails": h.resource(types, h.getPaymentDetailsV12),
		},
	}
}

type policyV12 struct {
	InsurancePolicyID string        `json:"InsurancePolicyId"`
	Customer          *customer     `json:",omitzero"`
	Product           *product      `json:",omitzero"`
	Transactions      *transactions `json:",omitzero"`
}

type policyListV12 struct {
	Data  []policyV12
	Links selfLink
	Meta  totalPages
}

// singlePolicyV12 has pages, odd as that is: the file demands them.
type singlePolicyV12 struct {
	Data  policyV12
	Links selfLink
	Meta  totalPages
}

type paymentDetailsV12 struct {
	Data  account
	Links selfLink
	Meta  nothing
}

func (p opened) v12() policyV12 {
	return policyV12{InsurancePolicyID: p.ID, Customer: p.Customer, Product: p.Product, Transactions: p.Transactions}
}

func (h *hub) listPoliciesV12(r *http.Request) (mocks.Answer, error) {
	in, err := h.read(r, v12(), policiesV12)
	if err != nil {
		return mocks.Answer{}, err
	}
	all, err := h.all(r.Context(), in)
	if err != nil {
		return mocks.Answer{}, err
	}
	list := policyListV12{Data: make([]policyV12, len(all)), Links: selfLink{in.self}, Meta: pagesOf(len(all))}
	for i, p := range all {
		list.Data[i] = p.v12()
	}
	return mocks.OK(list), nil
}

func (h *hub) getPolicyV12(r *http.Request) (mocks.Answer, error) {
	in, err := h.read(r, v12(), policiesV12)
	if err != nil {
		return mocks.Answer{}, err
	}
	p, self, err := h.one(r, in)
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.OK(singlePolicyV12{p.v12(), selfLink{self}, totalPages{1}}), nil
}

func (h *hub) getPaymentDetailsV12(r *http.Request) (mocks.Answer, error) {
	in, err := h.read(r, v12(), policiesV12)
	if err != nil {
		return mocks.Answer{}, err
	}
	paid, self, err := h.payment(r, in)
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.OK(paymentDetailsV12{Data: paid, Links: selfLink{self}}), nil
}
