package uae

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Links are the addresses beside an answer. All but Self belong to lists.
type Links struct {
	Self  string `json:"Self"`
	First string `json:"First,omitempty"`
	Prev  string `json:"Prev,omitempty"`
	Next  string `json:"Next,omitempty"`
	Last  string `json:"Last,omitempty"`
}

// Meta is what is said about an answer.
type Meta struct {
	TotalPages *int `json:"TotalPages,omitempty"`
}

// Answer is an answer of the resource server: Data, and what stands around it.
type Answer[T any] struct {
	Data         T             `json:"Data"`
	Subscription *Subscription `json:"Subscription,omitempty"` // of a consent that has one
	Links        Links         `json:"Links"`
	Meta         *Meta         `json:"Meta,omitempty"` // nil where the version or the call has none
	Interaction  Interaction   `json:"-"`
}

// at is the address of a resource, each segment as one.
func (c *Client) at(segments ...string) (string, error) {
	parts := []string{c.resources + "/open-finance/insurance", c.version}
	for _, s := range segments {
		if strings.Trim(s, ".") == "" {
			return "", fmt.Errorf("%q is no id", s)
		}
		parts = append(parts, url.PathEscape(s))
	}
	return strings.Join(parts, "/"), nil
}

// resource is a call to read what is at the segments.
func (c *Client) resource(name string, v Visit, segments ...string) (call, error) {
	address, err := c.at(segments...)
	if err != nil {
		return call{}, fmt.Errorf("uae: %s: %w", name, err)
	}
	v.InteractionID = cmp.Or(v.InteractionID, uuid())
	k := call{name: name, method: http.MethodGet, url: address, want: []int{http.StatusOK}, visit: v, session: v.Session, safe: true}
	if k.session == nil {
		k.session = c.own
	}
	return k, nil
}

// read gets one resource, and has its Data checked.
func read[T any](ctx context.Context, c *Client, k call, check func(T) error) (*Answer[T], error) {
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	r, err := decode[Answer[T]](a)
	if err == nil {
		err = check(r.Data)
	}
	if err != nil {
		return nil, a.wrong(k.name, "not the resource", err)
	}
	r.Interaction = a.interaction
	return r, nil
}

const (
	mostPages = 100
	mostBytes = 64 << 20 // of all pages
)

// readAll gets a list and follows Links.Next to its end. What stands around Data
// is the first page's.
func readAll[T any](ctx context.Context, c *Client, k call, check func(T) error) (*Answer[[]T], error) {
	var all *Answer[[]T]
	total := 0
	seen := map[string]bool{}
	for {
		seen[k.url] = true
		a, err := c.do(ctx, k)
		if err != nil {
			return nil, err
		}
		page, err := decode[Answer[[]T]](a)
		if err == nil && page.Data == nil {
			err = missing("Data")
		}
		for i := 0; err == nil && i < len(page.Data); i++ {
			err = check(page.Data[i])
		}
		if err != nil {
			return nil, a.wrong(k.name, "not a list of the resource", err)
		}
		if all == nil {
			all = page
			all.Interaction = a.interaction
		} else {
			all.Data = append(all.Data, page.Data...)
		}
		if page.Links.Next == "" {
			return all, nil
		}
		total += len(a.body)
		if k.url, err = c.next(k.url, page.Links.Next); err != nil {
			return nil, a.wrong(k.name, "the next page is elsewhere", err)
		}
		if seen[k.url] || len(seen) >= mostPages || total > mostBytes {
			return nil, a.wrong(k.name, "the list does not end", nil)
		}
	}
}

// next is the address of the next page, which the token may go to only if it is
// among the resources of this version.
func (c *Client) next(here, link string) (string, error) {
	base, err := url.Parse(here)
	if err != nil {
		return "", err
	}
	u, err := base.Parse(link)
	if err != nil {
		return "", errors.New("not an address")
	}
	u.Fragment = ""
	within := base.EscapedPath()
	if u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) || u.User != nil || u.EscapedPath() != within {
		return "", errors.New("not the same list")
	}
	return u.String(), nil
}

// identified says that the answer is about what was asked for.
func identified(member, got, asked string) error {
	switch {
	case got == "":
		return missing(member)
	case asked != "" && got != asked:
		return fmt.Errorf("%s is not the one asked for", member)
	}
	return nil
}

func isConsent(got, asked string, status ConsentStatus) error {
	if status == "" {
		return missing("Status")
	}
	return identified("ConsentId", got, asked)
}

// customers is a call for a customer's data.
func (c *Client) customers(name string, v Visit, segments ...string) (call, error) {
	if v.Session == nil {
		return call{}, fmt.Errorf("uae: %s: %w", name, ErrNoSession)
	}
	return c.resource(name, v, segments...)
}

// RevokedBy is who ended a consent.
type RevokedBy string

// Who may end a consent.
const (
	ByTPP               RevokedBy = "TPP"
	ByInsurer           RevokedBy = "LFI"
	ByCustomerAtTPP     RevokedBy = "TPP.InitiatedByUser"
	ByCustomerAtInsurer RevokedBy = "LFI.InitiatedByUser"
)

// ConsentStatus is where a consent stands. Rejected, Revoked and Expired are final.
type ConsentStatus string

// The statuses of a consent to share insurance data.
const (
	AwaitingAuthorization ConsentStatus = "AwaitingAuthorization"
	Authorized            ConsentStatus = "Authorized"
	Rejected              ConsentStatus = "Rejected"
	Revoked               ConsentStatus = "Revoked"
	Expired               ConsentStatus = "Expired"
	Suspended             ConsentStatus = "Suspended"
)

// ConsentPatch is a change of a consent. What is left out stays as it is.
type ConsentPatch struct {
	Data         *ConsentStatusPatch `json:"Data,omitempty"`
	Subscription *SubscriptionPatch  `json:"Subscription,omitempty"`
}

// ConsentStatusPatch ends a consent: Status is Revoked, and there is no other.
type ConsentStatusPatch struct {
	Status    ConsentStatus `json:"Status,omitempty"`
	RevokedBy RevokedBy     `json:"RevokedBy,omitempty"`
}

// SubscriptionPatch changes where events go, and whether they do.
type SubscriptionPatch struct {
	Webhook WebhookPatch `json:"Webhook"`
}

// WebhookPatch is the webhook's members that change.
type WebhookPatch struct {
	URL      string `json:"Url,omitempty"`
	IsActive *bool  `json:"IsActive,omitempty"`
}

// Patch changes a consent. It is sent once: after a broken connection, look the
// consent up.
func (c *Client) Patch(ctx context.Context, v Visit, id string, p ConsentPatch) (Interaction, error) {
	k, err := c.resource(callPatch, v, "insurance-consents", id)
	if err != nil {
		return Interaction{}, err
	}
	body, err := json.Marshal(p)
	if err != nil {
		return Interaction{}, fmt.Errorf("uae: %s: write request: %w", callPatch, err)
	}
	k.method, k.want, k.safe = http.MethodPatch, []int{http.StatusNoContent}, false
	k.body = func(context.Context) (payload, error) { return payload{kind: "application/json", text: body}, nil }
	a, err := c.do(ctx, k)
	return a.interaction, err
}

// Revoke ends a consent, for good. By "" leaves out who ends it.
func (c *Client) Revoke(ctx context.Context, v Visit, id string, by RevokedBy) (Interaction, error) {
	return c.Patch(ctx, v, id, ConsentPatch{Data: &ConsentStatusPatch{Revoked, by}})
}

// Subscribe has events about the consent sent, to the address given or, with "",
// to the one that the consent has.
func (c *Client) Subscribe(ctx context.Context, v Visit, id, address string) (Interaction, error) {
	return c.Patch(ctx, v, id, ConsentPatch{Subscription: &SubscriptionPatch{WebhookPatch{address, new(true)}}})
}

// Unsubscribe ends the events about the consent.
func (c *Client) Unsubscribe(ctx context.Context, v Visit, id string) (Interaction, error) {
	return c.Patch(ctx, v, id, ConsentPatch{Subscription: &SubscriptionPatch{WebhookPatch{"", new(false)}}})
}

// granted is the consent inside a customer's token.
func granted[T any](c *Client, t *Token, check func(T) error) (*Answer[T], error) {
	for _, d := range t.Details {
		if d.Type != consentType+c.version {
			continue
		}
		r, err := decode[Answer[T]](answer{body: d.Consent})
		if err == nil {
			err = check(r.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("uae: consent in the token: %w", err)
		}
		return r, nil
	}
	return nil, fmt.Errorf("uae: consent in the token: there is none of %s", c.version)
}
