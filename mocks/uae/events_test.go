package uae_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/uae"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// receiver writes down what it is sent.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []answer // of the hub: header and body
	status []int    // what it says to each call; then 202
}

func newReceiver(t testing.TB, status ...int) *receiver {
	t.Helper()
	r := &receiver{status: status}
	r.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		text, err := io.ReadAll(q.Body)
		if err != nil {
			t.Errorf("read an event: %v", err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.calls = append(r.calls, answer{header: q.Header, body: string(text)})
		says := http.StatusAccepted
		if len(r.calls) <= len(r.status) {
			says = r.status[len(r.calls)-1]
		}
		rw.WriteHeader(says)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) heard() []answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// drain waits for what is due.
func drain(t testing.TB, w *mocks.World) {
	t.Helper()
	if _, _, err := w.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func subscribing(details claims, to string) claims {
	return details.with("subscription", claims{"Webhook": claims{"Url": to, "IsActive": true}})
}

// event is a verified event.
type event struct {
	jwt.Claims
	Message struct {
		Data      map[string]any
		Links     map[string]string
		Meta      map[string]string
		EventMeta map[string]string
	} `json:"message"`
}

var errForged = errors.New("forged")

// verify is what an honest receiver does.
func (p *party) verify(compact string) (event, error) {
	p.t.Helper()
	var e event
	token, err := jwt.ParseSigned(compact, []jose.SignatureAlgorithm{jose.PS256})
	if err != nil {
		return e, errors.Join(errForged, err)
	}
	var keys jose.JSONWebKeySet
	p.do(http.MethodGet, p.issuer()+"/jwks", nil).decode(p.t, &keys)
	if err := token.Claims(&keys, &e.Claims, &e); err != nil {
		return e, errors.Join(errForged, err)
	}
	expected := jwt.Expected{Issuer: p.issuer(), AnyAudience: jwt.Audience{p.id}, Time: time.Unix(now(), 0)}
	if err := e.ValidateWithLeeway(expected, 0); err != nil {
		return e, errors.Join(errForged, err)
	}
	return e, nil
}

func (p *party) mustVerify(compact string) event {
	p.t.Helper()
	e, err := p.verify(compact)
	if err != nil {
		p.t.Fatalf("%s: %v", compact, err)
	}
	return e
}

func (p *party) revoke(consents, id string) {
	p.t.Helper()
	if got := p.resources(http.MethodPatch, consents+id, p.clientToken(), []byte(`{"Data":{"Status":"Revoked","RevokedBy":"TPP"}}`)...); got.status != http.StatusNoContent {
		p.t.Fatalf("revoke: got %d %s", got.status, got.body)
	}
}

// A subscriber hears of each change of its consent, in the words of its version.
func TestConsentEvents(t *testing.T) {
	for _, version := range []struct {
		name, consents, resource string
		details                  func(string) claims
	}{
		{"v1.2", "/v1.2/insurance-consents/", "/insurance-consents/", detailsV12},
		{"rc1", "/v1.0-rc1/insurance-consents/", "insurance-consents", detailsRC1},
	} {
		t.Run(version.name, func(t *testing.T) {
			s, r := start(t), newReceiver(t)
			w, p, id := world(t, s), newParty(t, s.URL), freshID()
			p.code(p.requestClaims(subscribing(version.details(id), r.URL)))
			p.revoke(version.consents, id)
			drain(t, w)
			calls := r.heard()
			if len(calls) != 2 {
				t.Fatalf("heard %d events, want 2", len(calls))
			}
			var jtis []string
			for i, want := range []string{"Authorized", "Revoked"} {
				if got := calls[i].header.Get("Content-Type"); got != "application/jwt" || calls[i].header.Get("x-fapi-interaction-id") == "" {
					t.Errorf("sent with %v", calls[i].header)
				}
				e := p.mustVerify(calls[i].body)
				meta := e.Message.Meta
				if version.name == "rc1" {
					meta = e.Message.EventMeta
				}
				if e.Message.Data["Status"] != want || e.Message.Data["ConsentId"] != id {
					t.Errorf("told %v, want the consent %s", e.Message.Data, want)
				}
				resource := version.resource
				if strings.HasSuffix(resource, "/") {
					resource += id
				}
				wantMeta := map[string]string{
					"EventDateTime": "2026-03-02T13:00:00+04:00", "EventResource": resource, "EventType": "Resource.Updated", "ConsentId": id,
				}
				if diff := cmp.Diff(wantMeta, meta); diff != "" {
					t.Errorf("metadata (-want +got):\n%s", diff)
				}
				jtis = append(jtis, e.ID)
			}
			if jtis[0] == jtis[1] || jtis[0] == "" {
				t.Errorf("two events have the ids %v", jtis)
			}
			for _, e := range w.Journal(mocks.Query{}) {
				if len(e.Findings) > 0 {
					t.Errorf("%s: %v", e.Exchange.Operation, e.Findings)
				}
			}
		})
	}
}

// A consent that runs out tells its subscriber, at that moment of the world.
func TestExpiryEvent(t *testing.T) {
	s, r := start(t), newReceiver(t)
	w, p, id := world(t, s), newParty(t, s.URL), freshID()
	p.code(p.requestClaims(subscribing(detailsV12(id), r.URL)))
	advance(t, w, monday.AddDate(0, 6, 0).Sub(monday))
	calls := r.heard()
	last := p.mustVerify(calls[len(calls)-1].body)
	if last.Message.Data["Status"] != "Expired" || last.Message.Data["StatusUpdateDateTime"] != "2026-09-02T13:00:00+04:00" {
		t.Errorf("told %v", last.Message.Data)
	}
}

// Who has not subscribed, or no more, hears nothing.
func TestInactiveSubscription(t *testing.T) {
	s, r := start(t), newReceiver(t)
	w, p := world(t, s), newParty(t, s.URL)
	off, once := freshID(), freshID()
	p.code(p.requestClaims(detailsV12(off).with("subscription", claims{"Webhook": claims{"Url": r.URL, "IsActive": false}})))
	p.code(p.requestClaims(subscribing(detailsV12(once), r.URL)))
	patch := func(id, active string) {
		got := p.resources(http.MethodPatch, "/v1.2/insurance-consents/"+id, p.clientToken(), []byte(`{"Subscription":{"Webhook":{"IsActive":`+active+`}}}`)...)
		if got.status != http.StatusNoContent {
			t.Fatalf("patch: got %d %s", got.status, got.body)
		}
	}
	patch(once, "false")
	patch(off, "true")
	p.revoke("/v1.2/insurance-consents/", once)
	p.revoke("/v1.2/insurance-consents/", off)
	drain(t, w)
	var told []string
	for _, call := range r.heard() {
		e := p.mustVerify(call.body)
		told = append(told, e.Message.Data["ConsentId"].(string)+" "+e.Message.Data["Status"].(string))
	}
	slices.Sort(told)
	want := []string{off + " Revoked", once + " Authorized"}
	slices.Sort(want)
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// An event that is not acknowledged comes again by the schedule, with its id, and
// then no more. A 200 is no acknowledgement.
func TestEventsAreRetried(t *testing.T) {
	s, r := start(t), newReceiver(t, 500, 200, 404, 503, 301, 400)
	w, p := world(t, s), newParty(t, s.URL)
	p.code(p.requestClaims(subscribing(detailsV12(freshID()), r.URL)))
	drain(t, w)
	heard := []int{1}
	for _, wait := range []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour, 1000 * time.Hour} {
		advance(t, w, wait)
		heard = append(heard, len(r.heard()))
	}
	if diff := cmp.Diff([]int{1, 2, 3, 4, 5, 6, 6}, heard); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	first := p.mustVerify(r.heard()[0].body)
	for _, call := range r.heard() {
		if e := p.mustVerify(call.body); e.ID != first.ID {
			t.Errorf("sent again as %s, want %s", e.ID, first.ID)
		}
	}
	deliveries, err := w.Deliveries(t.Context(), "uae")
	if err != nil || len(deliveries) != 1 || deliveries[0].State != mocks.GivenUp {
		t.Errorf("got %+v, %v, want one given up", deliveries, err)
	}
}

// Each forgery is one that an honest receiver refuses; the last is no forgery.
func TestForgeries(t *testing.T) {
	s := start(t)
	w, p := world(t, s), newParty(t, s.URL)
	known := s.Knowledge()["uae"].Forgeries
	if len(known) < 6 {
		t.Fatalf("there are the forgeries %v", known)
	}
	seen := map[string]bool{}
	for _, forgery := range append(slices.Clone(known), "") {
		r := newReceiver(t)
		if forgery != "" {
			_, err := w.Play(t.Context(), &scenarios.Scenario{
				Name: "forged", Insurer: "uae", Teaches: "what to refuse", Trigger: "revoke a consent",
				Rules: []scenarios.Rule{{On: scenarios.Match{Operation: "receiveEvent"}, Fault: scenarios.Fault{Webhook: &scenarios.WebhookFault{Forge: forgery}}}},
			})
			if err != nil {
				t.Fatal(err)
			}
		} else if err := w.Disarm(t.Context(), "uae"); err != nil {
			t.Fatal(err)
		}
		p.code(p.requestClaims(subscribing(detailsV12(freshID()), r.URL)))
		drain(t, w)
		calls := r.heard()
		if len(calls) != 1 {
			t.Fatalf("%s: heard %d calls", forgery, len(calls))
		}
		_, err := p.verify(calls[0].body)
		if (err == nil) != (forgery == "") {
			t.Errorf("%q: verifying says %v", forgery, err)
		}
		if err != nil && seen[err.Error()] && forgery != "unsigned" && forgery != "other-algorithm" && forgery != "altered" {
			t.Errorf("%q is refused as another forgery is: %v", forgery, err)
		}
		if err != nil {
			seen[err.Error()] = true
		}
	}
}

// The later form is for the client's eyes alone: it opens with the published
// encryption key, and holds the signed event.
func TestEncryptedEvents(t *testing.T) {
	s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"uae.events": "jwe"} })
	w, p, r := world(t, s), newParty(t, s.URL), newReceiver(t)
	p.code(p.requestClaims(subscribing(detailsV12(freshID()), r.URL)))
	drain(t, w)
	call := r.heard()[0]
	if got := call.header.Get("Content-Type"); got != "application/jwe" {
		t.Errorf("sent as %s", got)
	}
	sealed, err := jose.ParseEncryptedCompact(call.body, []jose.KeyAlgorithm{jose.RSA_OAEP_256}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(uae.Insurer().Credentials["encryption_private_jwk"])
	if err != nil {
		t.Fatal(err)
	}
	var private jose.JSONWebKey
	if err := json.Unmarshal(text, &private); err != nil {
		t.Fatal(err)
	}
	if sealed.Header.KeyID != private.KeyID || sealed.Header.ExtraHeaders["cty"] != "JWT" {
		t.Errorf("the header is %+v", sealed.Header)
	}
	open, err := sealed.Decrypt(private)
	if err != nil {
		t.Fatal(err)
	}
	if e := p.mustVerify(string(open)); e.Message.Data["Status"] != "Authorized" {
		t.Errorf("told %v", e.Message.Data)
	}
}
