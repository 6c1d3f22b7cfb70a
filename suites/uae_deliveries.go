package suites

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/clients/uae"
)

// hubRetries are the pauses of the sandbox before an event that was not
// acknowledged comes again; nothing is published about them.
var hubRetries = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour}

// acknowledgements end a delivery; what is none does not.
func (h uaeHub) acknowledgements() {
	all := eventLabels(uaeV12, uaeV12.ops.patch)
	DescribeTable("is delivered once it is answered", sandboxOnly, all,
		func(ctx SpecContext, status int) {
			p := h.alone(ctx, fmt.Sprint("ack-", status)).party(ctx, uaeV12)
			s := p.subscriber(ctx)
			s.answers(status)
			p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
			p.deliver(ctx)
			s.await(ctx, 1)
			p.hub.advance(ctx, 48*time.Hour)
			s.await(ctx, 1)
			sent := p.hub.deliveries(ctx)
			Expect(sent).To(HaveLen(1))
			Expect(sent[0].State).To(Equal("delivered"))
			Expect(sent[0].Attempts).To(HaveLen(1))
			Expect(sent[0].Attempts[0].Status).To(Equal(status))
		},
		Entry("202, as the guides have it", http.StatusAccepted),
		Entry("204, as the template has it", http.StatusNoContent),
	)

	DescribeTable("comes again, the same, after", sandboxOnly, inferred, all,
		func(ctx SpecContext, name string, status int) {
			p := h.alone(ctx, "nak-"+name).party(ctx, uaeV12)
			s := p.subscriber(ctx)
			s.answers(status)
			p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
			p.deliver(ctx)
			s.await(ctx, 1)
			Expect(s.events()).To(BeEmpty())
			waiting := p.hub.deliveries(ctx)[0]
			Expect(waiting.State).To(Equal("waiting"))
			Expect(waiting.Due).To(BeTemporally("==", p.hub.now(ctx).Add(hubRetries[0])))
			p.hub.advance(ctx, hubRetries[0])
			s.await(ctx, 2)
			Expect(ids(s.events())).To(Equal([]string{waiting.ID}))
			Expect(p.hub.deliveries(ctx)[0].State).To(Equal("delivered"))
		},
		Entry("200, which is no acknowledgement", "ok", http.StatusOK),
		Entry("303, which leads nowhere", "elsewhere", http.StatusSeeOther),
		Entry("400", "bad", http.StatusBadRequest),
		Entry("401", "unauthorized", http.StatusUnauthorized),
		Entry("404", "missing", http.StatusNotFound),
		Entry("429", "busy", http.StatusTooManyRequests),
		Entry("500", "broken", http.StatusInternalServerError),
		Entry("503", "away", http.StatusServiceUnavailable),
	)

	It("comes again to a receiver that failed on it, and is handled once", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "disk").party(ctx, uaeV12)
		s := p.subscriber(ctx, func(o *uae.ReceiverOptions) { o.Handle = failing(2, o.Handle) })
		p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.hub.advance(ctx, hubRetries[0]+hubRetries[1])
		got := s.await(ctx, 3)
		Expect([]int{got[0].Status, got[1].Status, got[2].Status}).To(Equal([]int{http.StatusInternalServerError, http.StatusInternalServerError, http.StatusAccepted}))
		Expect(s.events()).To(HaveLen(1))
	})

	It("that is handled already is acknowledged and not handled again", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "again").party(ctx, uaeV12)
		s := p.subscriber(ctx)
		p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.deliver(ctx)
		s.await(ctx, 1)
		sent, err := p.hub.world().Resend(ctx, h.Insurer, s.events()[0].ID)
		h.told(err)
		Expect(sent.State).To(Equal("delivered"))
		got := s.await(ctx, 2)
		Expect(got[1].Status).To(Equal(http.StatusAccepted))
		Expect(s.events()).To(HaveLen(1))
		Expect(s.said()[1]).To(MatchError(uae.ErrReplayed))
	})

	It("that is sent again is refused by a receiver that wants it so", sandboxOnly, all, func(ctx SpecContext) {
		p := h.alone(ctx, "strict").party(ctx, uaeV12)
		s := p.subscriber(ctx, func(o *uae.ReceiverOptions) { o.RefuseReplays = true })
		p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.deliver(ctx)
		s.await(ctx, 1)
		_, err := p.hub.world().Resend(ctx, h.Insurer, s.events()[0].ID)
		h.told(err)
		Expect(s.await(ctx, 2)[1].Status).To(Equal(http.StatusConflict))
	})
}

// retries go on for a while, and then end.
func (h uaeHub) retries() {
	for _, v := range uaeVersions {
		all := eventLabels(v, v.ops.patch)
		It("is tried six times under one jti, then given up, and the next one is sent, in "+v.name, sandboxOnly, inferred, all, func(ctx SpecContext) {
			p := h.alone(ctx, "giveup-"+v.name).party(ctx, v)
			s := p.subscriber(ctx)
			began := p.hub.now(ctx)
			s.answers(500, 500, 500, 500, 500, 500)
			given := p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
			p.deliver(ctx)
			s.await(ctx, 1)
			for i, pause := range hubRetries {
				p.hub.advance(ctx, pause-time.Second)
				s.await(ctx, i+1)
				p.hub.advance(ctx, time.Second)
				s.await(ctx, i+2)
			}
			p.hub.advance(ctx, 48*time.Hour)
			s.await(ctx, 6)
			lost := p.hub.deliveries(ctx)[0]
			Expect(lost.State).To(Equal("given up"))
			Expect(lost.Attempts).To(HaveLen(6))
			due := began
			for i, one := range lost.Attempts {
				if i > 0 {
					due = due.Add(hubRetries[i-1])
				}
				Expect(one.At).To(BeTemporally("~", due, time.Second))
				Expect(one.Status).To(Equal(500))
			}
			Expect(p.hub.count(ctx, v.ops.event)).To(Equal(6))

			By("sending the next")
			_, err := p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
			Expect(err).NotTo(HaveOccurred())
			p.deliver(ctx)
			s.await(ctx, 7)
			Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Revoked}))

			By("sending the lost one again when it is asked for")
			again, err := p.hub.world().Resend(ctx, h.Insurer, lost.ID)
			h.told(err)
			Expect(again.State).To(Equal("delivered"))
			s.await(ctx, 8)
			Expect(ids(s.events())[1]).To(Equal(lost.ID))
		})
	}

	It("is tried again where nobody answered at all", sandboxOnly, inferred, eventLabels(uaeV12, uaeV12.ops.patch), func(ctx SpecContext) {
		p := h.alone(ctx, "nobody").party(ctx, uaeV12)
		given := p.granted(ctx, asking{Events: &uae.Webhook{URL: "http://127.0.0.1:9/nobody", IsActive: true}}, yes(hamad))
		p.deliver(ctx)
		first := p.hub.deliveries(ctx)[0]
		Expect(first.State).To(Equal("waiting"))
		Expect(first.Attempts[0].Status).To(BeZero())
		Expect(first.Attempts[0].Error).NotTo(BeEmpty())

		By("also when its receiver has moved in the meantime: the address is that of the event")
		s := p.subscriber(ctx)
		_, err := p.Subscribe(ctx, uae.Visit{}, given.ID, s.URL)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		p.hub.advance(ctx, 48*time.Hour)
		s.await(ctx, 1)
		// The one address does not wait for the other.
		Expect(p.hub.deliveries(ctx)[0].State).To(Equal("delivered"))
		Expect(p.hub.deliveries(ctx)[1].State).To(Equal("given up"))
	})
}

// disorder is what a receiver need not fear of an honest hub.
func (h uaeHub) disorder() {
	It("waits for the one before it about the same consent", sandboxOnly, eventLabels(uaeV12, uaeV12.ops.patch), func(ctx SpecContext) {
		p := h.alone(ctx, "order").party(ctx, uaeV12)
		s := p.subscriber(ctx)
		s.answers(503)
		given := p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.deliver(ctx)
		s.await(ctx, 1)
		_, err := p.Revoke(ctx, uae.Visit{}, given.ID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		p.deliver(ctx)
		s.await(ctx, 1)
		p.hub.advance(ctx, hubRetries[0])
		s.await(ctx, 3)
		Expect(statuses(s.events())).To(Equal([]uae.ConsentStatus{uae.Authorized, uae.Revoked}))
	})

	It("about another consent does not wait", sandboxOnly, eventLabels(uaeV12, uaeV12.ops.patch), func(ctx SpecContext) {
		p := h.alone(ctx, "aside").party(ctx, uaeV12)
		stuck, s := p.subscriber(ctx), p.subscriber(ctx)
		stuck.answers(503)
		p.granted(ctx, asking{Events: stuck.hook()}, yes(hamad))
		p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.deliver(ctx)
		stuck.await(ctx, 1)
		s.await(ctx, 1)
		Expect(stuck.events()).To(BeEmpty())
		Expect(s.events()).To(HaveLen(1))
	})

	It("comes once each to a healthy receiver when many consents end at once", sandboxOnly, eventLabels(uaeV12, uaeV12.ops.patch), func(ctx SpecContext) {
		const many = 20
		p := h.alone(ctx, "many").party(ctx, uaeV12)
		s := p.subscriber(ctx)
		given := make([]string, many)
		for i := range given {
			given[i] = p.push(ctx, asking{Events: s.hook()}).ConsentID
		}
		var wait sync.WaitGroup
		failures := make([]error, many)
		for i, id := range given {
			wait.Go(func() { _, failures[i] = p.Revoke(ctx, uae.Visit{}, id, uae.ByTPP) })
		}
		wait.Wait()
		Expect(failures).To(HaveEach(BeNil()))
		p.deliver(ctx)
		s.await(ctx, many)
		p.hub.advance(ctx, 48*time.Hour)
		s.await(ctx, many)
		told := map[string]bool{}
		for _, e := range s.events() {
			Expect(toldOf(e).Status).To(Equal(uae.Revoked))
			told[e.Meta.ConsentID] = true
		}
		Expect(told).To(HaveLen(many))
		Expect(s.said()).To(HaveEach(BeNil()))
	})

	It("is refused by a receiver of somebody else", sandboxOnly, eventLabels(uaeV12), func(ctx SpecContext) {
		for name, one := range map[string]struct {
			change func(*uae.ReceiverOptions)
			want   error
		}{
			"another-client": {func(o *uae.ReceiverOptions) { o.Audience = aUUID() }, uae.ErrAudience},
			"another-hub":    {func(o *uae.ReceiverOptions) { o.Issuer = "https://auth1.another.example" }, uae.ErrIssuer},
			"next-week":      {func(o *uae.ReceiverOptions) { o.Now = func() time.Time { return h.run.now().Add(168 * time.Hour) } }, uae.ErrExpired},
			"last-week":      {func(o *uae.ReceiverOptions) { o.Now = func() time.Time { return h.run.now().Add(-168 * time.Hour) } }, uae.ErrNotYet},
		} {
			p := h.alone(ctx, name).party(ctx, uaeV12)
			s := p.subscriber(ctx, one.change)
			p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
			p.deliver(ctx)
			Expect(s.await(ctx, 1)[0].Status).To(Equal(http.StatusBadRequest))
			Expect(s.said()[0]).To(MatchError(one.want))
			Expect(s.events()).To(BeEmpty())
		}
	})
}

// encryptedEvents are those of the later form: signed, and then encrypted.
func (h uaeHub) encryptedEvents() {
	encrypted := func(ctx SpecContext, name string) uaeHub {
		GinkgoHelper()
		there := h.alone(ctx, name)
		there.set(ctx, "uae.events", "jwe")
		return there
	}
	It("is encrypted to its receiver, where the hub is set so", sandboxOnly, eventLabels(uaeV12, uaeV12.ops.consent), func(ctx SpecContext) {
		p := encrypted(ctx, "jwe").party(ctx, uaeV12)
		s := p.subscriber(ctx)
		given := p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.deliver(ctx)
		got := s.await(ctx, 1)[0]
		Expect(got.Header.Get("Content-Type")).To(Equal("application/jwe"))
		Expect(strings.Count(string(got.Body), ".")).To(Equal(4))
		p.tells(ctx, s.events()[0], given.ID)
	})

	It("that is encrypted is not taken by a receiver without a key for it", sandboxOnly, eventLabels(uaeV12), func(ctx SpecContext) {
		p := encrypted(ctx, "no-jwe").party(ctx, uaeV12)
		s := p.subscriber(ctx, func(o *uae.ReceiverOptions) { o.Decrypt = nil })
		p.granted(ctx, asking{Events: s.hook()}, yes(hamad))
		p.deliver(ctx)
		Expect(s.await(ctx, 1)[0].Status).To(Equal(http.StatusUnsupportedMediaType))
		Expect(p.hub.deliveries(ctx)).To(HaveLen(1))
		Expect(p.hub.deliveries(ctx)[0].State).To(Equal("waiting"))
	})
}

// forwardedEvents go to somebody who listens, where the receiver cannot be reached.
func (h uaeHub) forwardedEvents() {
	It("is handed to somebody who listens, for a receiver that the sandbox cannot reach", sandboxOnly, eventLabels(uaeV12, uaeV12.ops.consent), func(ctx SpecContext) {
		const far, soon = "https://tpp.example/events", 10 * time.Second
		p := h.alone(ctx, "far").party(ctx, uaeV12)
		s := p.subscriber(ctx)
		world := p.hub.world()
		none, err := world.Listen(ctx, h.Insurer, time.Millisecond) // from now on somebody is expected
		h.told(err)
		Expect(none).To(BeNil())
		given := p.granted(ctx, asking{Events: &uae.Webhook{URL: far, IsActive: true}}, yes(hamad))
		parcel, err := world.Listen(ctx, h.Insurer, soon)
		h.told(err)
		Expect(parcel).NotTo(BeNil())
		Expect(parcel.URL).To(Equal(far))
		header := []string{"Content-Type", parcel.Header.Get("Content-Type")}
		got := p.hub.call(ctx, said{method: parcel.Method, address: s.URL, body: string(parcel.Body), header: header})
		Expect(got.status).To(Equal(http.StatusAccepted), "%s", got)
		h.told(world.Receipt(ctx, h.Insurer, parcel.ID, sandbox.Receipt{Status: got.status, Header: got.header}))
		h.told(world.StopListening(ctx, h.Insurer))
		p.deliver(ctx)
		sent := p.hub.deliveries(ctx)
		Expect(sent).To(HaveLen(1))
		Expect(sent[0].State).To(Equal("delivered"))
		p.tells(ctx, s.events()[0], given.ID)
	})
}
