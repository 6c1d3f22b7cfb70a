package suites

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/clients/uae"
)

// longEnough is longer than the hub goes on trying to deliver an event.
const longEnough = 7 * 24 * time.Hour

// listener is a third party whose consent is given, and its receiver of events. The
// first event is under way.
func (h uaeHub) listener(ctx SpecContext, v uaeVersion) (*thirdParty, *subscriber, grantSeen) {
	GinkgoHelper()
	p := h.party(ctx, v)
	s := p.subscriber(ctx)
	given := p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
	p.deliver(ctx)
	return p, s, given
}

// didRight expects the sandbox to say of so many deliveries that their receiver did
// right.
func (h uaeHub) didRight(ctx SpecContext, v uaeVersion, deliveries int) {
	GinkgoHelper()
	page, err := h.world().Requests(ctx, sandbox.Filter{Insurer: h.Insurer, Operation: v.ops.event})
	h.told(err)
	Expect(page.Requests).To(HaveLen(deliveries))
	for _, one := range page.Requests {
		Expect(one.Webhook).To(BeTrue())
		Expect(one.Receiver).NotTo(BeNil())
		Expect(one.Receiver.Right).To(BeTrue(), one.Receiver.Says)
	}
}

// bearsForgery expects a forged event to be refused for what is wrong with it, and
// the honest one that comes after the refusal to be handled.
func (h uaeHub) bearsForgery(ctx SpecContext, v uaeVersion, why error) {
	GinkgoHelper()
	p, s, given := h.listener(ctx, v)
	Expect(s.await(ctx, 1)[0].Status).To(Equal(http.StatusBadRequest))
	Expect(s.said()).To(HaveExactElements(MatchError(why)))
	Expect(s.events()).To(BeEmpty(), "nothing of it reaches whoever acts on events")
	h.advance(ctx, hubRetries[0])
	s.await(ctx, 2)
	Expect(s.events()).To(HaveLen(1))
	p.tells(ctx, s.events()[0], given.ID)
	h.didRight(ctx, v, 2)
}

func (h uaeHub) bearsEventTwice(ctx SpecContext, v uaeVersion) {
	p, s, given := h.listener(ctx, v)
	for _, one := range s.await(ctx, 2) {
		Expect(one.Status).To(Equal(http.StatusAccepted), "a copy is acknowledged too, or it would come again")
	}
	Expect(s.said()).To(ConsistOf(Succeed(), MatchError(uae.ErrReplayed)))
	Expect(s.events()).To(HaveLen(1), "it is acted on once")
	p.tells(ctx, s.events()[0], given.ID)
	h.advance(ctx, longEnough)
	h.didRight(ctx, v, 2)
}

func (h uaeHub) bearsDisorder(ctx SpecContext, v uaeVersion) {
	p, s, given := h.listener(ctx, v)
	h.advance(ctx, time.Minute)
	_, err := p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
	Expect(err).NotTo(HaveOccurred())
	p.deliver(ctx)
	s.await(ctx, 1)
	h.advance(ctx, 10*time.Minute)
	s.await(ctx, 2)
	Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Revoked, uae.Authorized}), "the later one overtook the earlier")
	overtaker, err := s.events()[0].Meta.EventDateTime.Time()
	Expect(err).NotTo(HaveOccurred())
	overtaken, err := s.events()[1].Meta.EventDateTime.Time()
	Expect(err).NotTo(HaveOccurred())
	Expect(overtaken).To(BeTemporally("<", overtaker), "by which a reader knows that it is old news")
	Expect(p.status(ctx, given.ID)).To(Equal(uae.Revoked))
	h.didRight(ctx, v, 2)
}

func (h uaeHub) bearsLateEvent(ctx SpecContext, v uaeVersion) {
	p, s, given := h.listener(ctx, v)
	const late = 6 * time.Hour
	h.advance(ctx, late-time.Second)
	Expect(s.letters()).To(BeEmpty())
	h.advance(ctx, time.Second)
	s.await(ctx, 1)
	Expect(s.said()).To(HaveExactElements(Succeed()), "it was signed when it was sent")
	p.tells(ctx, s.events()[0], given.ID)
	h.didRight(ctx, v, 1)
}

func (h uaeHub) bearsSilence(ctx SpecContext, v uaeVersion) {
	p, s, given := h.listener(ctx, v)
	_, err := p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByCustomerAtTPP)
	Expect(err).NotTo(HaveOccurred())
	h.advance(ctx, longEnough)
	Expect(s.letters()).To(BeEmpty())
	Expect(p.status(ctx, given.ID)).To(Equal(uae.Revoked), "the look-up tells what no event did")
}
