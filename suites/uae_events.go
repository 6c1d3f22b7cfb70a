package suites

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/clients/uae"
)

// events is what a subscriber hears, and when.
func (h uaeHub) events() {
	for _, v := range uaeVersions {
		Context("of "+v.name, Label(v.name), func() {
			h.turnsTold(v)
			h.subscriptions(v)
			h.policyEvents(v)
		})
	}
	h.triggers()
	h.acknowledgements()
	h.retries()
	h.disorder()
	h.encryptedEvents()
	h.forwardedEvents()
}

// eventLabels are those of a spec about the events of a version.
func eventLabels(v uaeVersion, more ...string) Labels {
	return v.journey(append([]string{"webhook", v.ops.event, "getJwks"}, more...)...)
}

// statuses are what the events of consents told, in the order in which they were
// handled.
func statuses(events []*uae.Event) []uae.ConsentStatus {
	GinkgoHelper()
	all := make([]uae.ConsentStatus, len(events))
	for i, e := range events {
		all[i] = toldOf(e).Status
	}
	return all
}

// turnsTold are the turns of a consent that are told.
func (h uaeHub) turnsTold(v uaeVersion) {
	all := eventLabels(v, v.ops.consent, v.ops.patch)
	It("tells of a consent that was given, and of its end, as it can be looked up then", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "told-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		given := p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.deliver(ctx)
		s.await(ctx, 1)
		p.tells(ctx, s.events()[0], given.ID)

		p.hub.advance(ctx, time.Hour)
		_, err := p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		p.deliver(ctx)
		s.await(ctx, 2)
		p.tells(ctx, s.events()[1], given.ID)
		Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Authorized, uae.Revoked}))
		Expect(s.events()[0].ID).NotTo(Equal(s.events()[1].ID))
		for _, one := range s.letters() {
			Expect(one.Header.Get("Content-Type")).To(Equal("application/jwt"))
			Expect(one.Header.Get("X-Fapi-Interaction-Id")).To(MatchRegexp(uuidForm))
			Expect(one.Status).To(Equal(http.StatusAccepted))
		}
		Expect(p.hub.count(ctx, v.ops.event)).To(Equal(2))
	})

	It("tells of a consent that was declined", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "declined-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		pending := p.push(ctx, asking{Events: s.hook()})
		p.decided(ctx, pending, no())
		p.deliver(ctx)
		s.await(ctx, 1)
		p.tells(ctx, s.events()[0], pending.ConsentID)
		Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Rejected}))
	})

	It("tells of a consent that its third party took back before anybody saw it", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "unseen-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		pending := p.push(ctx, asking{Events: s.hook()})
		_, err := p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		p.deliver(ctx)
		s.await(ctx, 1)
		Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Revoked}))
	})

	It("tells of a suspension and of its end", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.alone(ctx, "pause-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		p.granted(ctx, asking{Events: s.hook()}, yes(suspendedPersona))
		p.hub.advance(ctx, insurersPause+suspensionLasts)
		s.await(ctx, 3)
		Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Authorized, uae.Suspended, uae.Authorized}))
	})

	It("tells that the customer withdrew it at the insurer", sandboxOnly, inferred, all, func(ctx SpecContext) {
		p := h.alone(ctx, "gone-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		given := p.granted(ctx, asking{Events: s.hook()}, yes(withdrawnPersona))
		p.hub.advance(ctx, insurersPause)
		s.await(ctx, 2)
		p.tells(ctx, s.events()[1], given.ID)
		Expect(toldOf(s.events()[1]).RevokedBy).To(Equal(uae.ByCustomerAtInsurer))
	})

	It("tells that it has expired, when it does", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "expired-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		given := p.granted(ctx, asking{For: time.Hour, Events: s.hook()}, yes(hamad))
		p.hub.advance(ctx, time.Hour-time.Second)
		s.await(ctx, 1)
		p.hub.advance(ctx, time.Second)
		s.await(ctx, 2)
		p.tells(ctx, s.events()[1], given.ID)
		Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Authorized, uae.Expired}))
	})

	It("tells nothing that did not change", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "still-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		given := p.granted(ctx, asking{For: time.Hour, Events: s.hook()}, yes(hamad))
		_, err := p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
		Expect(err).To(MatchError(uae.CodeConsentRule))
		p.hub.advance(ctx, 2*time.Hour)
		s.await(ctx, 2)
	})
}

// tells expects an event to be about a consent as it stands now.
func (p *thirdParty) tells(ctx SpecContext, e *uae.Event, id string) {
	GinkgoHelper()
	stands := p.consent(ctx, id)
	Expect(e.Meta.ConsentID).To(Equal(id))
	Expect(e.Meta.EventType).To(Equal("Resource.Updated"))
	Expect(e.Meta.EventDateTime).To(Equal(stands.Data.Set))
	Expect(toldOf(e)).To(Equal(stands.Data))
	if p.rc1 != nil {
		Expect(e.Meta.EventResource).To(Equal("insurance-consents"))
		Expect(e.Links).To(Equal(&uae.Links{Self: stands.Links.Self}))
		return
	}
	Expect(e.Meta.EventResource).To(Equal("/insurance-consents/" + id))
	Expect(e.Links).To(BeNil())
}

// subscriptions are switched on and off, and moved.
func (h uaeHub) subscriptions(v uaeVersion) {
	all := eventLabels(v, v.ops.patch, v.ops.consent)
	It("is sent while the subscription is on", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "switch-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		off := s.hook()
		off.IsActive = false
		given := p.granted(ctx, asking{Events: off}, yes(suspendedPersona))
		p.deliver(ctx)
		Expect(s.letters()).To(BeEmpty())

		_, err := p.Subscribe(ctx, uae.Visit{}, given.ID, "")
		Expect(err).NotTo(HaveOccurred())
		p.hub.advance(ctx, insurersPause)
		s.await(ctx, 1)
		Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Suspended}))

		_, err = p.Unsubscribe(ctx, uae.Visit{}, given.ID)
		Expect(err).NotTo(HaveOccurred())
		p.hub.advance(ctx, suspensionLasts)
		Expect(p.status(ctx, given.ID)).To(Equal(uae.Authorized))
		s.await(ctx, 1)
	})

	It("goes to where the subscription was moved", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "moved-"+v.name).party(ctx, v)
		first, second := p.subscriber(ctx), p.subscriber(ctx)
		given := p.granted(ctx, asking{Events: first.hook()}, yes(hamad))
		p.deliver(ctx)
		first.await(ctx, 1)
		_, err := p.Subscribe(ctx, uae.Visit{}, given.ID, second.URL)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		p.deliver(ctx)
		second.await(ctx, 1)
		Expect(first.letters()).To(HaveLen(1))
	})

	It("is not sent about consents of others, or without a subscription", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "others-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		mine := p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.granted(ctx, asking{}, yes(withdrawnPersona))
		p.hub.advance(ctx, insurersPause)
		s.await(ctx, 1)
		Expect(s.events()[0].Meta.ConsentID).To(Equal(mine.ID))
	})
}

// policyEvents are printed in the guide of rc1, and listed nowhere.
func (h uaeHub) policyEvents(v uaeVersion) {
	It("tells of a policy that has changed", sandboxOnly, inferred, eventLabels(v, v.ops.one), func(ctx SpecContext) {
		p := h.alone(ctx, "policy-"+v.name).party(ctx, v)
		s := p.subscriber(ctx)
		given := p.granted(ctx, asking{Events: s.hook()}, yes(hamad, printedPolicy))
		p.deliver(ctx)
		s.await(ctx, 1)
		sent := p.hub.trigger(ctx, sandbox.Trigger{Event: "policy.updated"})
		Expect(sent.State).To(Equal("delivered"))
		s.await(ctx, 2)
		e := s.events()[1]
		stands, err := p.policy(ctx, given.Visit, printedPolicy)
		Expect(err).NotTo(HaveOccurred())
		var changed policySeen
		if p.rc1 != nil {
			var one uae.PolicyRC1
			Expect(json.Unmarshal(e.Data, &one)).To(Succeed())
			changed = policyRC1(one)
			Expect(e.Meta.EventType).To(Equal("UAEOF.Resource.Updated"))
			Expect(e.Meta.EventResource).To(Equal("insurance-policies"))
			Expect(e.Links).To(Equal(&uae.Links{Self: stands.Links.Self}))
		} else {
			var one uae.PolicyV12
			Expect(json.Unmarshal(e.Data, &one)).To(Succeed())
			changed = policyV12(one)
			Expect(e.Meta.EventType).To(Equal("Resource.Updated"))
			Expect(e.Meta.EventResource).To(Equal(v.policies + "/" + printedPolicy))
			Expect(e.Links).To(BeNil())
		}
		Expect(changed).To(Equal(stands.Data))
		Expect(e.Meta.ConsentID).To(Equal(given.ID))
	})
}

// trigger asks for an event.
func (h uaeHub) trigger(ctx SpecContext, t sandbox.Trigger) sandbox.Delivery {
	GinkgoHelper()
	d, err := h.world().Trigger(ctx, h.Insurer, t)
	h.told(err)
	return d
}

// triggers are the events that somebody asks for.
func (h uaeHub) triggers() {
	all := eventLabels(uaeV12, uaeV12.ops.consent)
	DescribeTable("comes when it is asked for, and is true:", sandboxOnly, all,
		func(ctx SpecContext, first, event string, want uae.ConsentStatus) {
			p := h.alone(ctx, "trigger-"+strings.ReplaceAll(event, ".", "-")).party(ctx, uaeV12)
			s := p.subscriber(ctx)
			var id string
			if event == "consent.rejected" {
				id = p.push(ctx, asking{Events: s.hook()}).ConsentID
			} else {
				id = p.granted(ctx, asking{Events: s.hook()}, yes(hamad)).ID
				p.deliver(ctx)
			}
			if first != "" {
				p.hub.trigger(ctx, sandbox.Trigger{Event: first})
			}
			before := len(s.letters())
			sent := p.hub.trigger(ctx, sandbox.Trigger{Event: event})
			Expect(sent.State).To(Equal("delivered"))
			Expect(sent.Subject).To(Equal(id))
			s.await(ctx, before+1)
			last := s.events()[before]
			Expect(last.ID).To(Equal(sent.ID))
			Expect(toldOf(last).Status).To(Equal(want))
			Expect(p.status(ctx, id)).To(Equal(want))
		},
		Entry("consent.revoked", "", "consent.revoked", uae.Revoked),
		Entry("consent.suspended", "", "consent.suspended", uae.Suspended),
		Entry("consent.expired", "", "consent.expired", uae.Expired),
		Entry("consent.rejected", "", "consent.rejected", uae.Rejected),
		Entry("consent.authorized", "consent.suspended", "consent.authorized", uae.Authorized),
	)

	It("says what the caller wants it to say, and goes where the caller wants it", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "override").party(ctx, uaeV12)
		s, other := p.subscriber(ctx), p.subscriber(ctx)
		p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.deliver(ctx)
		p.hub.trigger(ctx, sandbox.Trigger{
			Event: "consent.suspended", To: other.URL, Override: map[string]any{"/Meta/EventResource": "https://elsewhere.example/insurance-consents/" + p.idOf(s.events()[0])},
		})
		other.await(ctx, 1)
		Expect(other.events()[0].Meta.EventResource).To(HavePrefix("https://elsewhere.example/"))
		Expect(s.letters()).To(HaveLen(1))
	})

	It("is not made up where nobody has subscribed, nor where the consent cannot change so", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "untrue").party(ctx, uaeV12)
		_, err := p.hub.world().Trigger(ctx, h.Insurer, sandbox.Trigger{Event: "consent.revoked"})
		Expect(problemOf(err)).To(Equal(http.StatusConflict))
		s := p.subscriber(ctx)
		p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.hub.trigger(ctx, sandbox.Trigger{Event: "consent.revoked"})
		_, err = p.hub.world().Trigger(ctx, h.Insurer, sandbox.Trigger{Event: "consent.authorized"})
		Expect(problemOf(err)).To(Equal(http.StatusConflict))
		_, err = p.hub.world().Trigger(ctx, h.Insurer, sandbox.Trigger{Event: "no.such"})
		Expect(problemOf(err)).To(Equal(http.StatusNotFound))
		s.await(ctx, 2)
	})

	It("is of all the kinds that are listed", sandboxOnly, all, func(ctx SpecContext) {
		played, err := h.Sandbox.Insurers(ctx)
		h.told(err)
		for _, insurer := range played {
			if insurer.Slug != h.Insurer {
				continue
			}
			var names []string
			for _, one := range insurer.Events {
				names = append(names, one.Name)
			}
			Expect(names).To(ConsistOf(
				"consent.authorized", "consent.rejected", "consent.suspended", "consent.revoked", "consent.expired", "policy.updated"))
		}
	})
}

// idOf is the consent that an event is about.
func (p *thirdParty) idOf(e *uae.Event) string { return e.Meta.ConsentID }

// problemOf is the status with which the control API refused.
func problemOf(err error) int {
	if problem, ok := errors.AsType[*sandbox.Problem](err); ok {
		return problem.Status
	}
	return 0
}

// deliveries are the events of the hub's world, oldest first.
func (h uaeHub) deliveries(ctx SpecContext) []sandbox.Delivery {
	GinkgoHelper()
	all, err := h.world().Deliveries(ctx, h.Insurer)
	h.told(err)
	return all
}

// failing is a handle that fails a number of times, and then takes what comes.
func failing(times int, then func(context.Context, *uae.Event) error) func(context.Context, *uae.Event) error {
	return func(ctx context.Context, e *uae.Event) error {
		if times > 0 {
			times--
			return errors.New("the disk is full")
		}
		return then(ctx, e)
	}
}

// ids are the jti of events.
func ids(events []*uae.Event) []string {
	all := make([]string, len(events))
	for i, e := range events {
		all[i] = e.ID
	}
	return slices.Clone(all)
}
