package oneassure_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/oneassure"
)

const (
	oldSecret = "whsec_b2xkIHNlY3JldCBvZiB0aGUgcGFydG5lcidz"
	newSecret = "whsec_bmV3IHNlY3JldCBvZiB0aGUgcGFydG5lcidz"
	pending   = `{"proposal_id":"18kfaYY6UvClEx35","status":"PENDING"}`
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// signature signs as the standard says.
func signature(t testing.TB, secret, id, stamp, body string) string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// delivery is a request that delivers an event.
func delivery(t testing.TB, id, body string, change ...func(*http.Request)) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhook", strings.NewReader(body))
	stamp := fmt.Sprint(noon.Unix())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", stamp)
	r.Header.Set("webhook-signature", signature(t, newSecret, id, stamp, body))
	for _, f := range change {
		f(r)
	}
	return r
}

// desk of a receiver: what it handled and what it thought.
type heard struct {
	mu       sync.Mutex
	handled  []*oneassure.Event
	verdicts []error
	fail     error
}

func receiver(t testing.TB, change ...func(*oneassure.ReceiverOptions)) (*oneassure.Receiver, *heard) {
	t.Helper()
	h := &heard{}
	o := oneassure.ReceiverOptions{
		Secrets: []string{oldSecret, newSecret}, Now: func() time.Time { return noon },
		Handle: func(_ context.Context, e *oneassure.Event) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.fail != nil {
				return h.fail
			}
			h.handled = append(h.handled, e)
			return nil
		},
		Observe: func(_ context.Context, _ *oneassure.Event, err error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.verdicts = append(h.verdicts, err)
		},
	}
	for _, f := range change {
		f(&o)
	}
	r, err := oneassure.NewReceiver(o)
	if err != nil {
		t.Fatal(err)
	}
	return r, h
}

func serve(r http.Handler, q *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, q)
	return answer
}

// The published vector of Standard Webhooks fits, so that others' libraries would
// say the same of our events.
func TestStandardVector(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	if got, want := signature(t, secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", `{"test": 2432232314}`), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReceiver(t *testing.T) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	at := func(when time.Time) func(*http.Request) {
		return func(r *http.Request) {
			stamp := fmt.Sprint(when.Unix())
			r.Header.Set("webhook-timestamp", stamp)
			r.Header.Set("webhook-signature", signature(t, newSecret, "msg_1", stamp, pending))
		}
	}
	good := signature(t, newSecret, "msg_1", fmt.Sprint(noon.Unix()), pending)
	tests := []struct {
		name   string
		body   string
		change func(*http.Request)
		status int
		want   error
	}{
		{"good", pending, func(*http.Request) {}, 204, nil},
		{"by the old secret", pending, set("webhook-signature", signature(t, oldSecret, "msg_1", fmt.Sprint(noon.Unix()), pending)), 204, nil},
		{"beside others", pending, set("webhook-signature", "v1a,AAAA v2,x "+good), 204, nil},
		{"five minutes old", pending, at(noon.Add(-5 * time.Minute)), 204, nil},
		{"five minutes ahead", pending, at(noon.Add(5 * time.Minute)), 204, nil},
		{"older", pending, at(noon.Add(-5*time.Minute - time.Second)), 400, oneassure.ErrStale},
		{"of the future", pending, at(noon.Add(5*time.Minute + time.Second)), 400, oneassure.ErrStale},
		{"without an id", pending, func(r *http.Request) { r.Header.Del("webhook-id") }, 400, oneassure.ErrUnsigned},
		{"without a time", pending, func(r *http.Request) { r.Header.Del("webhook-timestamp") }, 400, oneassure.ErrUnsigned},
		{"without a signature", pending, func(r *http.Request) { r.Header.Del("webhook-signature") }, 400, oneassure.ErrUnsigned},
		{"at no time", pending, set("webhook-timestamp", "noon"), 400, oneassure.ErrUnsigned},
		{"under another id", pending, set("webhook-id", "msg_2"), 400, oneassure.ErrSignature},
		{"at another time", pending, set("webhook-timestamp", fmt.Sprint(noon.Unix()+1)), 400, oneassure.ErrSignature},
		{"by a stranger", pending, set("webhook-signature", signature(t, "whsec_c3RyYW5nZXIncyBzZWNyZXQgb2YgYWxs", "msg_1", fmt.Sprint(noon.Unix()), pending)), 400, oneassure.ErrSignature},
		{"of another version", pending, set("webhook-signature", "v2"+good[2:]), 400, oneassure.ErrSignature},
		{"empty by its signature", pending, set("webhook-signature", "v1,"), 400, oneassure.ErrSignature},
		{"not JSON", `{"proposal_id"`, func(*http.Request) {}, 400, oneassure.ErrMalformed},
		{"about nothing", `{}`, func(*http.Request) {}, 400, oneassure.ErrMalformed},
		{"a list", `[1]`, func(*http.Request) {}, 400, oneassure.ErrMalformed},
		{"too long", `{"a":"` + strings.Repeat("x", 1<<20) + `"}`, func(*http.Request) {}, 413, oneassure.ErrMalformed},
		{"of another type", pending, set("Content-Type", "text/plain"), 415, oneassure.ErrMalformed},
		{"not posted", pending, func(r *http.Request) { r.Method = http.MethodPut }, 405, oneassure.ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, h := receiver(t)
			answer := serve(r, delivery(t, "msg_1", tt.body, tt.change))
			if answer.Code != tt.status || len(h.verdicts) != 1 || !errors.Is(h.verdicts[0], tt.want) || (len(h.handled) == 1) != (tt.want == nil) {
				t.Errorf("got %d %s, %v, %d handled; want %d, %v", answer.Code, answer.Body, h.verdicts, len(h.handled), tt.status, tt.want)
			}
		})
	}
}

// An event is handled once, however often it comes; one that failed comes again.
func TestReplays(t *testing.T) {
	r, h := receiver(t, func(o *oneassure.ReceiverOptions) { o.Remember = 2 })
	h.fail = errors.New("the database is away")
	for n, step := range []struct {
		id              string
		fail            error
		status, handled int
	}{
		{"a", h.fail, 500, 0},
		{"a", nil, 204, 1},
		{"a", nil, 204, 1},
		{"b", nil, 204, 2},
		{"c", nil, 204, 3},
		{"b", nil, 204, 3},
		{"a", nil, 204, 4}, // of two that are remembered, a is the third
	} {
		h.fail = step.fail
		if answer := serve(r, delivery(t, step.id, pending)); answer.Code != step.status || len(h.handled) != step.handled {
			t.Errorf("step %d: got %d, %d handled; want %d, %d", n, answer.Code, len(h.handled), step.status, step.handled)
		}
	}
	if got := h.verdicts[2]; !errors.Is(got, oneassure.ErrReplayed) {
		t.Errorf("the second time it is %v", got)
	}
}

// While an event is being handled, the same one is put off.
func TestReplayMeanwhile(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	r, _ := receiver(t, func(o *oneassure.ReceiverOptions) {
		o.Handle = func(context.Context, *oneassure.Event) error { close(inside); <-leave; return nil }
	})
	done := make(chan int)
	go func() { done <- serve(r, delivery(t, "a", pending)).Code }()
	<-inside
	if got := serve(r, delivery(t, "a", pending)).Code; got != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", got)
	}
	close(leave)
	if got := <-done; got != http.StatusNoContent {
		t.Errorf("got %d, want 204", got)
	}
}

func TestEvents(t *testing.T) {
	r, h := receiver(t)
	const initiated = `{"proposal_id":"18kfaYY6UvClEx35","session_id":"s","name":"John Doe","tenure":2,"net_premium":"7282.20","status":"INITIATED","cancelled_reason":null}`
	const issued = `{"policy_id":"p","proposal_id":null,"status":"ISSUED","tenure":1,"proposer_details":{"name":"John Doe","address":{"city":"Bangalore"},"bank_details":null}}`
	for id, body := range []string{initiated, `{"proposal_id":"x","status":"REJECTED","rejection_reason":"declined"}`, issued} {
		q := delivery(t, fmt.Sprint(id), body, func(r *http.Request) { r.Header.Set("webhook-event", "health.told") })
		if answer := serve(r, q); answer.Code != 204 {
			t.Fatalf("%s: %d %s", body, answer.Code, answer.Body)
		}
	}
	first, second, third := h.handled[0], h.handled[1], h.handled[2]
	if first.Name != "health.told" || first.ID != "0" || !first.Time.Equal(noon) || string(first.Raw) != initiated || first.Policy != nil {
		t.Errorf("got %+v", first)
	}
	if p := first.Proposal; p.Status != oneassure.Initiated || p.Whole == nil || p.Whole.Tenure != "2" || p.Whole.NetPremium != "7282.20" || *p.Whole.SessionID != "s" {
		t.Errorf("got %+v", p)
	}
	if diff := cmp.Diff(&oneassure.ProposalEvent{ProposalID: "x", Status: oneassure.Rejected, RejectionReason: "declined"}, second.Proposal); diff != "" {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
	if p := third.Policy; third.Proposal != nil || p.PolicyID != "p" || p.Tenure != 1 || p.ProposerDetails.Address.City != "Bangalore" || p.ProposerDetails.BankDetails != nil || p.ProposalID != nil {
		t.Errorf("got %+v", p)
	}
	for _, bad := range []string{`{"proposal_id":"x","status":"INITIATED","tenure":"1"}`, `{"policy_id":"p","tenure":"1"}`, `{"policy_id":1}`} {
		if answer := serve(r, delivery(t, bad[:5]+fmt.Sprint(len(bad)), bad)); answer.Code != 400 {
			t.Errorf("%s: got %d", bad, answer.Code)
		}
	}
}

func TestReceiverOptions(t *testing.T) {
	handle := func(context.Context, *oneassure.Event) error { return nil }
	for name, o := range map[string]oneassure.ReceiverOptions{
		"nothing":            {},
		"no handle":          {Secrets: []string{newSecret}},
		"no secret":          {Handle: handle},
		"no prefix":          {Handle: handle, Secrets: []string{newSecret[6:]}},
		"a short secret":     {Handle: handle, Secrets: []string{"whsec_eA=="}},
		"no base64":          {Handle: handle, Secrets: []string{"whsec_???"}},
		"a memory below 0":   {Handle: handle, Secrets: []string{newSecret}, Remember: -1},
		"a tolerance below0": {Handle: handle, Secrets: []string{newSecret}, Tolerance: -1},
	} {
		if r, err := oneassure.NewReceiver(o); r != nil || err == nil || strings.Contains(err.Error(), "eA==") {
			t.Errorf("%s: got %v, %v", name, r, err)
		}
	}
}

// Whatever a stranger sends, nothing unsigned is handled.
func FuzzReceiver(f *testing.F) {
	f.Add("msg_1", fmt.Sprint(noon.Unix()), "v1,AAAA", pending)
	f.Add("", "-1", "v1,", "{}")
	f.Add("a.b", "1", "v1, v1,x", "\x00")
	f.Fuzz(func(t *testing.T, id, stamp, signed, body string) {
		r, h := receiver(t)
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		q.Header = http.Header{"Content-Type": {"application/json"}, "Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signed}}
		if answer := serve(r, q); answer.Code < 400 || len(h.handled) > 0 {
			t.Errorf("got %d, %d handled", answer.Code, len(h.handled))
		}
	})
}
