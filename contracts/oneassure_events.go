package contracts

import (
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// toldEvent is what OneAssure tells a partner: a bare proposal or policy.
type toldEvent struct {
	entity any
	call   string // operationId
}

func toldIn(x *Exchange) (toldEvent, bool) {
	entity, ok := x.Request.tree()
	_, object := entity.(map[string]any)
	return toldEvent{entity, x.Operation}, ok && object
}

func (e toldEvent) differs(name, want string) error {
	return &Mismatch{Where: "request /" + name, Got: shown(e.entity, name), Want: want}
}

func toldState(e toldEvent) error {
	status := text(e.entity, "status")
	switch first := e.call == "proposalInitiated"; {
	case first && status != "INITIATED":
		return e.differs("status", `"INITIATED"`)
	case !first && (status == "INITIATED" || !slices.Contains(oneassureStates, status)):
		return e.differs("status", "one of "+strings.Join(oneassureStates[1:], ", "))
	}
	return nil
}

func toldReason(e toldEvent) error {
	for name, status := range map[string]string{"cancelled_reason": "CANCELLED", "rejection_reason": "REJECTED"} {
		if text(e.entity, "status") == status {
			if text(e.entity, name) == "" {
				return e.differs(name, "a reason, as the status is "+status)
			}
			return nil
		}
	}
	return errBeside
}

func toldBriefly(e toldEvent) error {
	var broken []error
	object, _ := e.entity.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains([]string{"proposal_id", "status", "cancelled_reason", "rejection_reason"}, name) {
			broken = append(broken, e.differs(name, "nothing"))
		}
	}
	if text(e.entity, "proposal_id") == "" {
		broken = append(broken, e.differs("proposal_id", "an id"))
	}
	return errors.Join(broken...)
}

func toldNested(e toldEvent) error {
	proposer := toldEvent{member(e.entity, "proposer_details"), e.call}
	differs := func(name, want string) error {
		return &Mismatch{Where: "request /proposer_details/" + name, Got: shown(proposer.entity, name), Want: want}
	}
	if _, object := member(proposer.entity, "address").(map[string]any); !object {
		return differs("address", "an object")
	}
	for _, name := range [...]string{"address_line_1", "bank_id"} {
		if has(proposer.entity, name) {
			return differs(name, "nothing: it stands in an object of its own")
		}
	}
	return nil
}

func toldOffline(e toldEvent) error {
	var broken []error
	for _, name := range [...]string{"quote_id", "proposal_id"} {
		if member(e.entity, name) != nil {
			broken = append(broken, e.differs(name, "null"))
		}
	}
	return errors.Join(broken...)
}

// sealOf is the header of an event that is signed by Standard Webhooks at all.
func sealOf(x *Exchange) (http.Header, bool) {
	h := x.Request.Header
	return h, h.Get("webhook-id") != "" || h.Get("webhook-timestamp") != "" || h.Get("webhook-signature") != ""
}

var sealTime = regexp.MustCompile(`^[0-9]{1,12}$`)

// sealFormed judges the form alone: who judges here has no secret.
func sealFormed(h http.Header) error {
	var broken []error
	differs := func(name, want string) {
		got := "nothing"
		if value := h.Get(name); value != "" {
			got = shorten(value)
		}
		broken = append(broken, &Mismatch{Where: "header " + name, Got: got, Want: want})
	}
	if h.Get("webhook-id") == "" {
		differs("webhook-id", "an id")
	}
	if !sealTime.MatchString(h.Get("webhook-timestamp")) {
		differs("webhook-timestamp", "Unix seconds")
	}
	fits := false
	for one := range strings.FieldsSeq(h.Get("webhook-signature")) {
		version, signature, _ := strings.Cut(one, ",")
		bytes, err := base64.StdEncoding.DecodeString(signature)
		fits = fits || version == "v1" && err == nil && len(bytes) == 32
	}
	if !fits {
		differs("webhook-signature", "v1, and the base64 of 32 bytes")
	}
	return errors.Join(broken...)
}
