package suites

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
	"github.com/understudy-sandbox/understudy/contracts"
)

// subscriber is a third party's receiver of events behind an inbox: the real one,
// with its verdicts written down.
type subscriber struct {
	*inbox
	receiver *uae.Receiver

	mu       sync.Mutex
	handled  []*uae.Event
	verdicts []error // on every delivery that the receiver saw
	refuse   []int   // statuses to answer the next deliveries with, before the receiver sees them
}

// subscriber opens an inbox for the events that the hub sends to a third party,
// signed or encrypted.
func (p *thirdParty) subscriber(ctx SpecContext, change ...func(*uae.ReceiverOptions)) *subscriber {
	GinkgoHelper()
	s := &subscriber{}
	o := uae.ReceiverOptions{
		Keys: p.HubKey, Issuer: p.hub.issuer(), Audience: p.options.ClientID, Now: p.options.Now,
		Handle: func(_ context.Context, e *uae.Event) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.handled = append(s.handled, e)
			return nil
		},
		Observe: func(_ context.Context, _ *uae.Event, err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.verdicts = append(s.verdicts, err)
		},
	}
	if jwk := p.hub.Credentials["encryption_private_jwk"]; jwk != "" {
		key, err := uae.ParseKey([]byte(jwk))
		Expect(err).NotTo(HaveOccurred())
		o.Decrypt = []uae.Key{key}
	}
	for _, f := range change {
		f(&o)
	}
	var err error
	s.receiver, err = uae.NewReceiver(o)
	Expect(err).NotTo(HaveOccurred())
	s.inbox = p.hub.inbox(ctx, uaeEventsFace, uaeEventOperation, s)
	return s
}

// ServeHTTP implements [http.Handler]: the receiver, unless the delivery is one of
// those to refuse.
func (s *subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status := s.refusal(); status != 0 {
		w.WriteHeader(status)
		return
	}
	s.receiver.ServeHTTP(w, r)
}

func (s *subscriber) refusal() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.refuse) == 0 {
		return 0
	}
	status := s.refuse[0]
	s.refuse = s.refuse[1:]
	return status
}

// answers has the next deliveries answered with statuses, without a look at them.
func (s *subscriber) answers(statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = append(s.refuse, statuses...)
}

// events are those that were handled, in that order.
func (s *subscriber) events() []*uae.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.handled)
}

// said are the receiver's verdicts, nil for an event that was handled.
func (s *subscriber) said() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.verdicts)
}

// hook is a subscription that is on.
func (s *subscriber) hook() *uae.Webhook { return &uae.Webhook{URL: s.URL, IsActive: true} }

// uaeEventOperation tells the shape of rc1 from the later one. What is encrypted
// nobody but its receiver can tell; that form is later than rc1.
func uaeEventOperation(x *contracts.Exchange) string {
	parts := strings.Split(string(x.Request.Body), ".")
	if len(parts) == 3 {
		var claims struct {
			Message struct{ EventMeta json.RawMessage } `json:"message"`
		}
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err == nil && json.Unmarshal(payload, &claims) == nil && claims.Message.EventMeta != nil {
			return uaeRC1.ops.event
		}
	}
	return uaeV12.ops.event
}

// toldOf decodes what an event tells of a consent.
func toldOf(e *uae.Event) consentSeen {
	GinkgoHelper()
	var c uae.ConsentV12
	Expect(json.Unmarshal(e.Data, &c)).To(Succeed())
	return seenV12(c)
}

// deliver has what is due delivered, and waits until it is.
func (p *thirdParty) deliver(ctx SpecContext) {
	GinkgoHelper()
	_, err := p.hub.world().Drain(ctx)
	p.hub.told(err)
}
