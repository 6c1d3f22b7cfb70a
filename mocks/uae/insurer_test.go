package uae_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// The insurer's own doings: it suspends and lets go on, and a customer withdraws in
// the insurer's app. All of it shows at once, in the consent and at the policies.
func TestWhatTheInsurerDoes(t *testing.T) {
	type moment struct {
		after  time.Duration // since the consent was given
		status string
		by     any
		code   int
		reason string
	}
	for _, v := range versions {
		for persona, life := range map[string][]moment{
			suspendedPersona: {
				{0, "Authorized", nil, 200, ""},
				{5*time.Minute - 1, "Authorized", nil, 200, ""},
				{5 * time.Minute, "Suspended", nil, 403, "Consent.AccountTemporarilyBlocked"},
			},
			withdrawnPersona: {
				{5*time.Minute - 1, "Authorized", nil, 200, ""},
				{5 * time.Minute, "Revoked", "LFI.InitiatedByUser", 403, "Consent.Revoked"},
			},
		} {
			t.Run(v.name+"/"+persona, func(t *testing.T) {
				s := start(t)
				p, w := newParty(t, s.URL), world(t, s)
				id := freshID()
				token := p.give(v.asking(id, readPolicies), persona, p.policiesOf(persona)...)
				gone := time.Duration(0)
				for _, m := range life {
					advance(t, w, m.after-gone)
					gone = m.after
					data := p.shown(v, id)["Data"].(map[string]any)
					if data["Status"] != m.status || data["RevokedBy"] != m.by {
						t.Errorf("after %s: got %v, want %s by %v", m.after, data, m.status, m.by)
					}
					p.resources(http.MethodGet, v.list, token).want(t, m.code, m.reason)
				}
				if persona == suspendedPersona {
					advance(t, w, time.Hour)
					if got := p.statusOf(v, id); got != "Authorized" {
						t.Errorf("after the suspension: got %s, want Authorized", got)
					}
				}
			})
		}
	}
}

// What the insurer would do later does not bring back what was revoked meanwhile.
func TestRevokedWhileSuspended(t *testing.T) {
	s := start(t)
	p, w := newParty(t, s.URL), world(t, s)
	id := brought(t, p, w, versions[1], "Suspended")
	p.patch(versions[1], id, revoke).want(t, 204, "")
	advance(t, w, 2*time.Hour)
	if got := p.statusOf(versions[1], id); got != "Revoked" {
		t.Errorf("got %s, want Revoked", got)
	}
}

// A gate decides in the insurer's place.
func TestTheInsurerAtAGate(t *testing.T) {
	for outcome, want := range map[string]string{"": "Suspended", "Revoked": "Revoked", "Suspended": "Suspended", "Authorized": "Authorized", "Expired": "Authorized", "nonsense": "Authorized"} {
		t.Run(outcome, func(t *testing.T) {
			s := start(t)
			p, w := newParty(t, s.URL), world(t, s)
			if err := w.Hold(t.Context(), "consent-turn"); err != nil {
				t.Fatal(err)
			}
			id := freshID()
			p.give(versions[1].asking(id, readPolicies), suspendedPersona, p.policiesOf(suspendedPersona)...)
			advance(t, w, 6*time.Minute)
			if got := p.statusOf(versions[1], id); got != "Authorized" {
				t.Fatalf("behind the gate: got %s", got)
			}
			if _, err := w.Release(t.Context(), "consent-turn", outcome); err != nil {
				t.Fatal(err)
			}
			if got := p.statusOf(versions[1], id); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// A consent expires to the second of its own text, for good.
func TestConsentExpires(t *testing.T) {
	for _, v := range versions {
		s := start(t)
		p, w := newParty(t, s.URL), world(t, s)
		id := freshID()
		item := v.asking(id, readPolicies)
		item["consent"].(claims)["ExpirationDateTime"] = monday.Add(time.Minute).Format(time.RFC3339)
		token := p.give(item, hamad, hamadPolicy)
		advance(t, w, time.Minute-1)
		p.resources(http.MethodGet, v.list, token).want(t, 200, "")
		advance(t, w, 1)
		p.resources(http.MethodGet, v.list, token).want(t, 403, "Consent.Invalid")
		data := p.shown(v, id)["Data"].(map[string]any)
		if data["Status"] != "Expired" || data["StatusUpdateDateTime"] != "2026-03-02T13:01:00+04:00" {
			t.Errorf("%s: got %v, want it expired at that moment", v.name, data)
		}
		if jobs, err := w.Jobs(t.Context()); err != nil || len(jobs) > 0 {
			t.Errorf("got %v %v, want nothing left to do", jobs, err)
		}
	}
}

// Somebody without a motor policy has nothing to consent to.
func TestNoEligiblePolicies(t *testing.T) {
	p := newParty(t, start(t).URL)
	for _, v := range versions {
		id := freshID()
		i := p.mustVisit(p.push(p.requestClaims(v.asking(id, readPolicies)))).Interaction
		back := p.returned(p.decide(i, claims{"persona": uninsured, "decision": "confirm"}))
		if got := fmt.Sprint(back.Get("error"), " ", back.Get("error_description"), " ", back.Get("code")); got != "invalid_request user_lacks_eligible_policies " {
			t.Errorf("came back with %s", got)
		}
		if got := p.statusOf(v, id); got != "Rejected" {
			t.Errorf("the consent is %s, want Rejected", got)
		}
	}
}
