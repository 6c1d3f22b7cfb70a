package uae_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

// What is triggered is true of the consent, too; the policy event is the one that
// the rc1 guide prints.
func TestTriggeredEvents(t *testing.T) {
	s, r := start(t), newReceiver(t)
	w, p, id := world(t, s), newParty(t, s.URL), freshID()
	trigger := func(event string) (mocks.Delivery, error) {
		return w.Trigger(t.Context(), mocks.Trigger{Insurer: "uae", Event: event, Base: s.URL + "/uae"})
	}
	if _, err := trigger("consent.revoked"); err == nil {
		t.Error("an event without a subscriber was sent")
	}
	v := p.mustVisit(p.push(p.requestClaims(subscribing(detailsRC1(id), r.URL))))
	if _, err := trigger("policy.updated"); err == nil {
		t.Error("a policy event of a consent that nobody gave was sent")
	}
	if _, err := trigger("consent.authorized"); err == nil {
		t.Error("a consent was authorized without a person")
	}
	p.returned(p.decide(v.Interaction, v.confirm()))
	drain(t, w)
	delivered, err := trigger("policy.updated")
	if err != nil || delivered.State != mocks.Delivered {
		t.Fatalf("got %+v, %v", delivered, err)
	}
	calls := r.heard()
	e := p.mustVerify(calls[len(calls)-1].body)
	policy := v.Personas[0].Policies[0].ID
	want := map[string]string{"EventDateTime": "2026-03-02T13:00:00+04:00", "EventResource": "insurance-policies", "EventType": "UAEOF.Resource.Updated", "ConsentId": id}
	if diff := cmp.Diff(want, e.Message.EventMeta); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if e.Message.Data["InsurancePolicyId"] != policy || e.Message.Data["PolicyType"] != "Motor" || e.Message.Links["Self"] != p.base+"/rs1/open-finance/insurance"+listRC1+"/"+policy {
		t.Errorf("told %v, %v", e.Message.Data, e.Message.Links)
	}
	for _, step := range []struct{ event, status string }{
		{"consent.suspended", "Suspended"}, {"consent.authorized", "Authorized"}, {"consent.expired", "Expired"}, {"consent.expired", "Expired"},
	} {
		if _, err := trigger(step.event); err != nil {
			t.Fatal(err)
		}
		calls := r.heard()
		if e := p.mustVerify(calls[len(calls)-1].body); e.Message.Data["Status"] != step.status {
			t.Errorf("%s told %v", step.event, e.Message.Data)
		}
		if got := p.resources(http.MethodGet, "/v1.0-rc1/insurance-consents/"+id, p.clientToken()); !strings.Contains(got.body, `"Status":"`+step.status+`"`) {
			t.Errorf("after %s the consent is %s", step.event, got.body)
		}
	}
	refusal, ok := errors.AsType[*mocks.Refusal](func() error { _, err := trigger("consent.suspended"); return err }())
	if !ok || refusal.Rule == "" || refusal.Remedy == "" {
		t.Errorf("from Expired: got %+v", refusal)
	}
}

// Who names a receiver needs no consent: one is made up, and what the event tells of
// it is true.
func TestTriggeredToAReceiver(t *testing.T) {
	s, r := start(t), newReceiver(t)
	w, p := world(t, s), newParty(t, s.URL)
	for _, step := range []struct{ event, status string }{
		{"consent.rejected", "Rejected"},
		{"consent.authorized", "Authorized"},
		{"consent.suspended", "Suspended"},
		{"consent.revoked", "Revoked"},
		{"consent.revoked", "Revoked"},
		{"consent.expired", "Expired"},
	} {
		if got, err := w.Trigger(t.Context(), mocks.Trigger{Insurer: "uae", Event: step.event, Base: s.URL + "/uae", To: r.URL}); err != nil || got.State != mocks.Delivered {
			t.Fatalf("%s: got %+v, %v", step.event, got, err)
		}
		calls := r.heard()
		e := p.mustVerify(calls[len(calls)-1].body)
		id := e.Message.Meta["ConsentId"]
		got := p.resources(http.MethodGet, "/v1.2/insurance-consents/"+id, p.clientToken())
		if e.Message.Data["Status"] != step.status || !strings.Contains(got.body, `"Status":"`+step.status+`"`) {
			t.Errorf("%s told %v, and the consent is %d %s", step.event, e.Message.Data, got.status, got.body)
		}
	}
	if got, err := w.Trigger(t.Context(), mocks.Trigger{Insurer: "uae", Event: "policy.updated", Base: s.URL + "/uae", To: r.URL}); err != nil || got.State != mocks.Delivered {
		t.Errorf("policy.updated: got %+v, %v", got, err)
	}
}
