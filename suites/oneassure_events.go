package suites

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	health "github.com/understudy-sandbox/understudy/clients/oneassure"
	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/contracts"
)

const oneassureEvents = "webhooks" // the face of what OneAssure sends

// ear is a partner's receiver behind an inbox: the real one, with what it handled
// and what it thought written down.
type ear struct {
	*inbox
	receiver *health.Receiver

	mu       sync.Mutex
	handled  []*health.Event
	verdicts []error
	refuse   []int // statuses to answer the next deliveries with, before the receiver sees them
}

// listens subscribes a receiver to the events of the partner's world.
func (p partner) listens(ctx SpecContext, secret string) *ear {
	GinkgoHelper()
	e := &ear{}
	var err error
	e.receiver, err = health.NewReceiver(health.ReceiverOptions{
		Secrets: []string{secret},
		Handle: func(_ context.Context, got *health.Event) error {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.handled = append(e.handled, got)
			return nil
		},
		Observe: func(_ context.Context, _ *health.Event, err error) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.verdicts = append(e.verdicts, err)
		},
	})
	Expect(err).NotTo(HaveOccurred())
	e.inbox = p.inbox(ctx, oneassureEvents, oneassureOperation, e)
	_, err = p.world().Register(ctx, p.Insurer, map[string]string{"url": e.URL, "secret": secret})
	p.told(err)
	return e
}

// hears subscribes a receiver with the published secret.
func (p partner) hears(ctx SpecContext) *ear {
	GinkgoHelper()
	return p.listens(ctx, p.Credentials["webhook_secret"])
}

// ServeHTTP implements [http.Handler]: the receiver, unless the delivery is one of
// those to refuse.
func (e *ear) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	status := 0
	if len(e.refuse) > 0 {
		status, e.refuse = e.refuse[0], e.refuse[1:]
	}
	e.mu.Unlock()
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	e.receiver.ServeHTTP(w, r)
}

// oneassureOperation tells an event by its name.
func oneassureOperation(x *contracts.Exchange) string {
	switch x.Request.Header.Get("webhook-event") {
	case "health.proposal.initiated":
		return "proposalInitiated"
	case "health.policy.issued":
		return "policyIssued"
	case "health.policy.uploaded":
		return "policyUploaded"
	default:
		return "proposalChanged"
	}
}

// names are the events that were handled, in that order.
func (e *ear) names() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []string
	for _, one := range e.handled {
		all = append(all, strings.TrimPrefix(one.Name, "health."))
	}
	return all
}

func (e *ear) events() []*health.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.handled)
}

// said are the receiver's verdicts, nil for an event that was handled.
func (e *ear) said() []error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.verdicts)
}

// deliveries are how far each event came.
func (p partner) deliveries(ctx SpecContext) []sandbox.Delivery {
	GinkgoHelper()
	all, err := p.world().Deliveries(ctx, p.Insurer)
	p.told(err)
	return all
}

// events is what a partner is told while a visitor is on the way.
func (p partner) events() {
	DescribeTable("is told step by step", sandboxOnly, func(ctx SpecContext, journey string, want ...string) {
		apart := partner{p.apart(ctx, "told")}
		e := apart.hears(ctx)
		v := apart.enters(ctx, journey)
		v.advance(ctx, 10*24*time.Hour)
		e.await(ctx, len(want))
		Expect(e.names()).To(Equal(want))
		seen := map[string]bool{}
		for _, one := range e.events() {
			Expect(seen).NotTo(HaveKey(one.ID))
			seen[one.ID] = true
		}
		for _, one := range apart.deliveries(ctx) {
			Expect(one.State).To(Equal("delivered"))
		}
	},
		Entry("to the policy", "", "proposal.initiated", "proposal.pending", "proposal.submitted", "proposal.underwriting", "proposal.accepted", "policy.issued"),
		Entry("to the insurer's no", "rejected", "proposal.initiated", "proposal.pending", "proposal.submitted", "proposal.underwriting", "proposal.rejected"),
		Entry("to OneAssure's no", "cancelled", "proposal.initiated", "proposal.cancelled"),
		Entry("to a policy made by hand", "offline", "proposal.initiated", "proposal.offline", "policy.uploaded", "policy.issued"),
	)

	It("is told what the lists say, in the shapes of events", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "shapes")}
		e := apart.hears(ctx)
		v := apart.enters(ctx, "")
		v.advance(ctx, 12*time.Minute)
		made := v.is(ctx, health.Initiated)
		v.advance(ctx, tillIssue-12*time.Minute)
		all := e.await(ctx, 6)
		Expect(string(all[1].Body)).To(MatchJSON(`{"proposal_id":"` + made.ProposalID + `","status":"PENDING"}`))
		told := e.events()
		Expect(told[0].Proposal.Whole).NotTo(BeNil())
		Expect(*told[0].Proposal.Whole).To(Equal(made))
		Expect(told[4].Proposal).To(Equal(&health.ProposalEvent{ProposalID: made.ProposalID, Status: health.Accepted}))
		sold := v.sold(ctx)[0]
		got := told[5].Policy
		Expect(got.PolicyID).To(Equal(sold.PolicyID))
		Expect(*got.ProposalID).To(Equal(made.ProposalID))
		Expect(got.ProposerDetails.Address.AddressLine1).To(Equal(sold.ProposerDetails.AddressLine1))
		Expect(got.ProposerDetails.BankDetails != nil).To(Equal(sold.ProposerDetails.BankID != nil))
	})

	DescribeTable("is told why it ends", sandboxOnly, func(ctx SpecContext, journey string, want health.ProposalStatus) {
		apart := partner{p.apart(ctx, "why")}
		e := apart.hears(ctx)
		v := apart.enters(ctx, journey)
		v.advance(ctx, 2*24*time.Hour)
		got := v.is(ctx, want)
		events := e.events()
		last := events[len(events)-1].Proposal
		Expect(last.Status).To(Equal(want))
		if want == health.Rejected {
			Expect(last.RejectionReason).To(Equal(*got.RejectionReason))
		} else {
			Expect(last.CancelledReason).To(Equal(*got.CancelledReason))
		}
	},
		Entry("at the insurer", "rejected", health.Rejected),
		Entry("at OneAssure", "cancelled-pending", health.Cancelled),
	)

	It("is told of a policy made by hand without its quote and proposal", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "by-hand")}
		e := apart.hears(ctx)
		v := apart.enters(ctx, "offline")
		v.advance(ctx, 3*24*time.Hour)
		e.await(ctx, 4)
		uploaded, issued := e.events()[2].Policy, e.events()[3].Policy
		Expect(uploaded.QuoteID).To(BeNil())
		Expect(uploaded.ProposalID).To(BeNil())
		Expect(issued).To(Equal(uploaded))
		Expect(v.sold(ctx)[0].PolicyID).To(Equal(issued.PolicyID))
	})

	It("is told again what was not taken, under one id and in order", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "again")}
		e := apart.hears(ctx)
		e.refuse = []int{http.StatusInternalServerError, http.StatusServiceUnavailable}
		v := apart.enters(ctx, "cancelled")
		v.advance(ctx, 12*time.Minute)
		e.await(ctx, 1)
		Expect(e.names()).To(BeEmpty())
		v.advance(ctx, 5*time.Second)
		e.await(ctx, 2)
		v.advance(ctx, 5*time.Minute)
		all := e.await(ctx, 4)
		for _, one := range all[:3] {
			Expect(one.Header.Get("webhook-id")).To(Equal(all[0].Header.Get("webhook-id")))
			Expect(one.Body).To(Equal(all[0].Body))
		}
		Expect(e.names()).To(Equal([]string{"proposal.initiated", "proposal.cancelled"}), "what follows waits")
	})

	It("is told no more once it was not taken for a day", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "given-up")}
		e := apart.hears(ctx)
		for range 7 {
			e.refuse = append(e.refuse, http.StatusBadGateway)
		}
		v := apart.enters(ctx, "cancelled")
		v.advance(ctx, 2*24*time.Hour)
		e.await(ctx, 8)
		all := apart.deliveries(ctx)
		Expect(all).To(HaveLen(2))
		Expect(all[0].State).To(Equal("given up"))
		Expect(all[0].Attempts).To(HaveLen(7))
		Expect(e.names()).To(Equal([]string{"proposal.cancelled"}))
		again, err := apart.world().Resend(ctx, apart.Insurer, all[0].ID)
		apart.told(err)
		Expect(again.State).To(Equal("delivered"))
		Expect(e.names()).To(Equal([]string{"proposal.cancelled", "proposal.initiated"}))
	})

	It("is told to everybody who has subscribed, each by their own secret", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "two-ears")}
		first, second := apart.hears(ctx), apart.listens(ctx, "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHBhcnRuZXIncw==")
		apart.enters(ctx, "cancelled").advance(ctx, time.Hour)
		first.await(ctx, 2)
		second.await(ctx, 2)
		Expect(first.names()).To(Equal(second.names()))
		Expect(slices.Concat(first.said(), second.said())).To(HaveEach(BeNil()))
	})

	It("can be told on request", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "triggered")}
		_, err := apart.world().Trigger(ctx, apart.Insurer, sandbox.Trigger{Event: "health.policy.issued"})
		Expect(err).To(HaveOccurred(), "nobody has subscribed")
		e := apart.hears(ctx)
		_, err = apart.world().Trigger(ctx, apart.Insurer, sandbox.Trigger{Event: "health.proposal.accepted"})
		Expect(err).To(HaveOccurred(), "there is no proposal")
		apart.enters(ctx, "").advance(ctx, 12*time.Minute)
		for n, event := range []string{
			"health.proposal.initiated", "health.proposal.pending", "health.proposal.submitted", "health.proposal.underwriting", "health.proposal.cancelled",
			"health.proposal.accepted", "health.proposal.rejected", "health.proposal.offline", "health.policy.issued", "health.policy.uploaded",
		} {
			d, err := apart.world().Trigger(ctx, apart.Insurer, sandbox.Trigger{Event: event})
			apart.told(err)
			Expect(d.State).To(Equal("delivered"), event)
			Expect(e.events()[n+1].Name).To(Equal(event), "after the one of the journey")
		}
	})
}

// oneassureForgeries are the scenarios that forge an event, and what the receiver
// makes of each.
var oneassureForgeries = map[string]error{
	"event-wrong-key": health.ErrSignature,
	"event-altered":   health.ErrSignature,
	"event-other-id":  health.ErrSignature,
	"event-expired":   health.ErrStale,
	"event-unsigned":  health.ErrUnsigned,
}

// bearsForgery refuses the forged PENDING, and takes the true one.
func (p partner) bearsForgery(ctx SpecContext, want error) {
	e := p.hears(ctx)
	p.enters(ctx, "").advance(ctx, 17*time.Minute)
	e.await(ctx, 2)
	Expect(e.names()).To(Equal([]string{"proposal.initiated"}))
	Expect(e.said()[1]).To(MatchError(want))
	p.advance(ctx, 5*time.Second)
	e.await(ctx, 3)
	Expect(e.names()).To(Equal([]string{"proposal.initiated", "proposal.pending"}))
	page, err := p.world().Requests(ctx, sandbox.Filter{Insurer: p.Insurer, Operation: "proposalChanged"})
	p.told(err)
	Expect(page.Requests).To(HaveLen(2))
	Expect(page.Requests[0].Receiver.Right).To(BeTrue(), page.Requests[0].Receiver.Says)
}

func (p partner) bearsDouble(ctx SpecContext) {
	e := p.hears(ctx)
	p.enters(ctx, "").advance(ctx, 17*time.Minute)
	e.await(ctx, 3)
	Expect(e.names()).To(Equal([]string{"proposal.initiated", "proposal.pending"}), "it is handled once")
	Expect(errors.Join(e.said()...)).To(MatchError(health.ErrReplayed))
	for _, one := range e.letters() {
		Expect(one.Status).To(Equal(http.StatusNoContent), "and acknowledged each time")
	}
}

func (p partner) bearsOvertaking(ctx SpecContext) {
	e := p.hears(ctx)
	v := p.enters(ctx, "")
	v.advance(ctx, 2*time.Hour)
	e.await(ctx, 4)
	Expect(e.names()).To(Equal([]string{"proposal.initiated", "proposal.submitted", "proposal.pending", "proposal.underwriting"}))
	v.is(ctx, health.Underwriting)
}

func (p partner) bearsSilence(ctx SpecContext) {
	e := p.hears(ctx)
	v := p.enters(ctx, "")
	v.advance(ctx, 2*24*time.Hour)
	e.await(ctx, 5)
	Expect(e.names()).NotTo(ContainElement("proposal.accepted"))
	v.is(ctx, health.Accepted)
}
