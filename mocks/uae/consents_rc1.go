package uae

import (
	"encoding/json"
	"net/url"
	"time"
)

// consentDataRC1 is in the order of the printed sample; what that has not stands
// where v1.2 has it.
type consentDataRC1 struct {
	ConsentID            string `json:"ConsentId"`
	BaseConsentID        string `json:"BaseConsentId,omitzero"`
	CreationDateTime     string
	Status               status
	StatusUpdateDateTime string
	Permissions          []string
	ExpirationDateTime   string
	OnBehalfOf           json.RawMessage `json:",omitempty"`
	Purpose              []string        `json:",omitempty"`
	RevokedBy            string          `json:",omitzero"`
}

type consentBodyRC1 struct {
	Data         consentDataRC1
	Subscription *subscription `json:",omitzero"`
	Links        selfLink
	Meta         nothing
}

type consentsBodyRC1 struct {
	Data  []consentDataRC1
	Links selfLink
}

func (c consent) dataRC1() consentDataRC1 {
	return consentDataRC1{
		ConsentID: c.ID, BaseConsentID: c.BaseID, CreationDateTime: moment(c.Created), Status: c.Status, StatusUpdateDateTime: moment(c.Updated),
		Permissions: c.Permissions, ExpirationDateTime: c.ExpiresText, OnBehalfOf: c.OnBehalfOf, Purpose: c.Purpose, RevokedBy: c.RevokedBy,
	}
}

func consentRC1(c consent) any {
	return consentBodyRC1{Data: c.dataRC1(), Subscription: c.subscription(), Links: selfLink{c.self()}}
}

func consentListRC1(self string, all []consent) any {
	list := consentsBodyRC1{Data: make([]consentDataRC1, len(all)), Links: selfLink{self}}
	for i, c := range all {
		list.Data[i] = c.dataRC1()
	}
	return list
}

// What both versions of v1 have.

type selfLink struct{ Self string }

type totalPages struct{ TotalPages int }

// pagesOf is one page of all there is; none where there is nothing.
func pagesOf(n int) totalPages { return totalPages{min(n, 1)} }

type subscription struct{ Webhook hookBody }

type hookBody struct {
	URL      string `json:"Url"`
	IsActive bool
}

func (c consent) subscription() *subscription {
	if c.Webhook == nil {
		return nil
	}
	return &subscription{hookBody{URL: c.Webhook.URL, IsActive: c.Webhook.Active}}
}

func (c consent) self() string {
	return c.Base + resourceMount(c.Edition) + "/insurance-consents/" + url.PathEscape(c.ID)
}

// moment is a time as the hub prints it, with the offset of the Emirates.
func moment(t time.Time) string { return t.In(gulf).Format(time.RFC3339) }
