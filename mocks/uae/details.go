package uae

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// readDetails judges authorization_details: one item, of a type that the hub
// speaks, whose version reads the rest.
func readDetails(claims object, now time.Time) (consent, *mocks.Refusal) {
	const at = "/authorization_details"
	list, ok := claims["authorization_details"].([]any)
	if !ok || len(list) != 1 {
		return consent{}, flaw(at, "authorization_details is a list of exactly one item", "send one item for each pushed request")
	}
	item, ok := list[0].(object)
	if !ok {
		return consent{}, flaw(at+"/0", "an item of authorization_details is an object", "send an object with type and consent")
	}
	kind, ok := textOf(item, "type")
	if !ok {
		kind, _ = textOf(item, "Type")
	}
	var kinds []string
	for _, e := range editions() {
		if e.kind == kind {
			c, refusal := e.read(item, now)
			c.Edition = e.name
			return c, as("", at+"/0", refusal)
		}
		kinds = append(kinds, e.kind)
	}
	refusal := flaw(at+"/0/type", fmt.Sprintf("the type %.80q of authorization_details is not registered for the client", kind), "send "+strings.Join(kinds, " or "))
	refusal.Code, refusal.Example = unauthorizedClient, "unauthorized-client"
	return consent{}, refusal
}

// reading walks through what a stranger sent and keeps the first thing that is
// wrong with it.
type reading struct{ refusal *mocks.Refusal }

func (r *reading) fail(at, rule, remedy string) {
	if r.refusal == nil {
		r.refusal = flaw(at, rule, remedy)
	}
}

// closed refuses members that an object does not have.
func (r *reading) closed(o object, at string, members ...string) {
	for name := range o {
		if !slices.Contains(members, name) {
			r.unknown(o, at, members)
			return
		}
	}
}

// unknown names the first unknown member by the alphabet: an object has no order.
func (r *reading) unknown(o object, at string, members []string) {
	var strange []string
	for name := range o {
		if !slices.Contains(members, name) {
			strange = append(strange, name)
		}
	}
	first := slices.Min(strange)
	r.fail(fmt.Sprintf("%s/%.80s", at, first), fmt.Sprintf("the object is closed and has no member %.80q", first), "leave it out; there are "+strings.Join(members, ", "))
}

// object is a required member that is an object; never nil.
func (r *reading) object(o object, at, name string) object {
	inner, ok := o[name].(object)
	if !ok {
		r.fail(at+"/"+name, name+" is required and an object", "send "+name)
		return object{}
	}
	return inner
}

// text is a member of 1 to most characters; absent is "" where it is optional.
func (r *reading) text(o object, at, name string, most int) string {
	value, sent := o[name]
	if !sent {
		return ""
	}
	text, ok := value.(string)
	if n := len([]rune(text)); !ok || n < 1 || n > most {
		r.fail(at+"/"+name, fmt.Sprintf("%s is a text of 1 to %d characters", name, most), "send such a text")
	}
	return text
}

// choice is a text out of a list.
func (r *reading) choice(value any, at string, among []string) string {
	text, ok := value.(string)
	if !ok || !slices.Contains(among, text) {
		r.fail(at, fmt.Sprintf("%s is none of the values there are", show(value)), "send one of "+strings.Join(among, ", "))
	}
	return text
}

// choices is a list of one or more texts out of a list.
func (r *reading) choices(o object, at, name string, among []string) []string {
	at += "/" + name
	list, ok := o[name].([]any)
	if !ok || len(list) == 0 {
		r.fail(at, name+" is a list of one value or more", "send "+name+" with values out of "+strings.Join(among, ", "))
		return nil
	}
	if len(list) > len(among) {
		r.fail(at, fmt.Sprintf("%s has %d values, and there are no more than %d", name, len(list), len(among)), "send each value once")
		return nil
	}
	picked := make([]string, 0, len(list))
	for i, value := range list {
		if one := r.choice(value, at+"/"+strconv.Itoa(i), among); !slices.Contains(picked, one) {
			picked = append(picked, one)
		}
	}
	return picked
}

// show is a value as a report may repeat it.
func show(value any) string {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("%.80q", v)
	case nil:
		return "null"
	case []any:
		return "a list"
	case object:
		return "an object"
	default:
		return fmt.Sprint(v) // a number, true or false
	}
}

var uuid4 = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$`)

// consentOf reads what a consent has in each v1: its ids, permissions, expiry, on
// whose behalf, and beside it the subscription.
func (r *reading) consentOf(o object, at string, now time.Time) consent {
	c := consent{BaseID: r.text(o, at, "BaseConsentId", longestID)}
	c.ID, _ = textOf(o, "ConsentId")
	if !uuid4.MatchString(c.ID) {
		r.fail(at+"/ConsentId", "ConsentId is a UUID of version 4, which the client chooses", "make a fresh one for each consent")
	}
	c.Permissions = r.choices(o, at, "Permissions", permissionsV1)
	c.ExpiresText, c.Expires = r.expiry(o, at, now)
	c.OnBehalfOf = r.onBehalfOf(o, at)
	return c
}

const longestID = 128 // characters

// permissionsV1 are the codes of v1. The published files spell the last one in two
// ways, so both are taken.
var permissionsV1 = []string{
	readPolicies, readBasic, readDetail, readProduct, readTransactions, readPayment, readPaymentShort,
}

// expiry is when a consent ends: by the world's clock, like all that happens to it.
func (r *reading) expiry(o object, at string, now time.Time) (string, time.Time) {
	at += "/ExpirationDateTime"
	text, _ := textOf(o, "ExpirationDateTime")
	end, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil || len(text) > 40:
		r.fail(at, "ExpirationDateTime is a date-time of RFC 3339, its offset with a colon", "send one such as "+now.AddDate(0, 6, 0).Format(time.RFC3339))
	case !end.After(now):
		r.fail(at, "ExpirationDateTime is "+text+", which is past: it is "+now.Format(time.RFC3339)+" by the world's clock", "send a later one")
	case end.After(now.AddDate(1, 0, 0)):
		r.fail(at, "ExpirationDateTime lies at most a year ahead; it is "+now.Format(time.RFC3339)+" by the world's clock", "send "+now.AddDate(1, 0, 0).Format(time.RFC3339)+" or earlier")
	}
	return text, end
}

func (r *reading) onBehalfOf(o object, at string) json.RawMessage {
	const name = "OnBehalfOf"
	if _, sent := o[name]; !sent {
		return nil
	}
	whom := r.object(o, at, name)
	at += "/" + name
	r.closed(whom, at, "TradingName", "LegalName", "IdentifierType", "Identifier")
	for _, member := range []string{"TradingName", "LegalName", "Identifier"} {
		r.text(whom, at, member, longestID)
	}
	if kind, sent := whom["IdentifierType"]; sent {
		r.choice(kind, at+"/IdentifierType", []string{"Other"})
	}
	return ordered(whom, "TradingName", "LegalName", "IdentifierType", "Identifier")
}

// subscription is where the client wants to be told.
func (r *reading) subscription(item object, name string) *webhook {
	if _, sent := item[name]; !sent {
		return nil
	}
	subscription := r.object(item, "", name)
	at := "/" + name
	r.closed(subscription, at, "Webhook")
	hook := r.object(subscription, at, "Webhook")
	at += "/Webhook"
	r.closed(hook, at, "Url", "IsActive")
	address, _ := textOf(hook, "Url")
	if !webAddress(address) {
		r.fail(at+"/Url", "Url is required: an absolute address of http or https", "send the address of the receiver")
	}
	active, ok := hook["IsActive"].(bool)
	if !ok {
		r.fail(at+"/IsActive", "IsActive is required: true or false", "send true to be told of changes")
	}
	return &webhook{URL: address, Active: active}
}

func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// ordered writes the members that an object has, in the order of the wire.
func ordered(o object, names ...string) json.RawMessage {
	text := []byte{'{'}
	for _, name := range names {
		value, sent := o[name]
		if !sent {
			continue
		}
		key, _ := json.Marshal(name) // a name of ours
		member, err := json.Marshal(value)
		if err != nil {
			continue // it was decoded from JSON
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(append(text, key...), ':'), member...)
	}
	return append(text, '}')
}
