package uae

import "encoding/json"

type consentDataV12 struct {
	ConsentID            string `json:"ConsentId"`
	BaseConsentID        string `json:"BaseConsentId,omitzero"`
	Permissions          []string
	ExpirationDateTime   string
	OnBehalfOf           json.RawMessage `json:",omitempty"`
	OpenFinanceBilling   json.RawMessage
	CreationDateTime     string
	Status               status
	StatusUpdateDateTime string
	RevokedBy            string `json:",omitzero"`
}

type consentBodyV12 struct {
	Data         consentDataV12
	Subscription *subscription `json:",omitzero"`
	Links        selfLink
	Meta         nothing
}

type consentsBodyV12 struct {
	Data  []consentDataV12
	Links selfLink
}

func (c consent) dataV12() consentDataV12 {
	return consentDataV12{
		ConsentID: c.ID, BaseConsentID: c.BaseID, Permissions: permissions(c.Permissions).v12(), ExpirationDateTime: c.ExpiresText,
		OnBehalfOf: c.OnBehalfOf, OpenFinanceBilling: c.Billing, CreationDateTime: moment(c.Created), Status: c.Status,
		StatusUpdateDateTime: moment(c.Updated), RevokedBy: c.RevokedBy,
	}
}

// v12 spells them as the file of the resources does, which has a shorter name for
// the last than the one by which it is asked for.
func (p permissions) v12() []string {
	spelt := make([]string, 0, len(p))
	for _, code := range p {
		switch {
		case code != readPayment && code != readPaymentShort:
			spelt = append(spelt, code)
		case !permissions(spelt).open(readPaymentShort):
			spelt = append(spelt, readPaymentShort)
		}
	}
	return spelt
}

func consentV12(c consent) any {
	return consentBodyV12{Data: c.dataV12(), Subscription: c.subscription(), Links: selfLink{c.self()}}
}

func consentListV12(self string, all []consent) any {
	list := consentsBodyV12{Data: make([]consentDataV12, len(all)), Links: selfLink{self}}
	for i, c := range all {
		list.Data[i] = c.dataV12()
	}
	return list
}
