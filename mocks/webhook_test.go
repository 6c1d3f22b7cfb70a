package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const toldOperation = "quickQuote" // the toy's webhooks are calls of the one document it has

// subscriber is a receiver that writes down what it was told and when.
type subscriber struct {
	*httptest.Server
	mu     sync.Mutex
	heard  []string
	answer func(n int, body string) int // by the number of the call; nil: 202
}

func newSubscriber(t *testing.T, answer func(n int, body string) int) *subscriber {
	t.Helper()
	r := &subscriber{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Errorf("read a webhook: %v", err)
		}
		r.mu.Lock()
		r.heard = append(r.heard, string(body))
		n := len(r.heard)
		r.mu.Unlock()
		status := http.StatusAccepted
		if r.answer != nil {
			status = r.answer(n, string(body))
		}
		rw.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *subscriber) told() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.heard)
}

// telling is a toy that sends its notices as they are, and a forgery with the
// forger's name before it.
func telling(retry ...time.Duration) toy {
	return toy{webhooks: &Webhooks{
		Document: "allianz/motor", Forgeries: []string{"wrong-key"}, Retry: retry,
		Seal: func(ctx context.Context, n Notice, forgery string) (Sealed, error) {
			return Sealed{Header: http.Header{"X-Notice": {n.ID}}, Body: []byte(forgery + string(n.Message))}, nil
		},
		Events: []Event{{Name: "told", Says: "the toy tells", Make: func(ctx context.Context) (Notice, error) {
			return Notice{ID: "n-event", Event: "told", Operation: toldOperation, Subject: "s", Message: json.RawMessage(`{"a":{"b":"c"}}`)}, nil
		}}},
	}}
}

// tell asks for notices "subject:number" to an address.
func tell(t *testing.T, w *World, url string, notices ...string) {
	t.Helper()
	for _, n := range notices {
		subject, _, _ := strings.Cut(n, ":")
		err := w.Notify(inWorld(t, w), Notice{ID: "n-" + n, Event: "told", Operation: toldOperation, Subject: subject, URL: url, Message: json.RawMessage(`"` + n + `"`)})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// states are the deliveries as "id state attempts".
func states(t *testing.T, w *World) []string {
	t.Helper()
	var all []string
	for _, d := range must(w.Deliveries(t.Context(), "allianz")) {
		all = append(all, fmt.Sprintf("%s %s %d", strings.TrimPrefix(d.ID, "n-"), d.State, len(d.Attempts)))
	}
	return all
}

func drain(t *testing.T, w *World) {
	t.Helper()
	if _, _, err := w.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWebhooksAreDeliveredOnceAndInOrder(t *testing.T) {
	r := newSubscriber(t, nil)
	_, w := alone(t, telling())
	const subjects, each = 200, 5
	for n := range each {
		for s := range subjects {
			tell(t, w, r.URL, fmt.Sprintf("%d:%d", s, n))
		}
	}
	drain(t, w)
	next := map[string]int{}
	for _, body := range r.told() {
		subject, n, _ := strings.Cut(strings.Trim(body, `"`), ":")
		if fmt.Sprint(next[subject]) != n {
			t.Fatalf("subject %s: got notice %s, want %d", subject, n, next[subject])
		}
		next[subject]++
	}
	if len(r.told()) != subjects*each || len(next) != subjects {
		t.Errorf("got %d notices about %d subjects", len(r.told()), len(next))
	}
	if got := states(t, w); len(got) != deliveriesKept || got[0] != "0:0 delivered 1" {
		t.Errorf("got %d deliveries, the first %s", len(got), got[0])
	}
	tell(t, w, r.URL, "one:more")
	drain(t, w)
	if got := states(t, w); len(got) != deliveriesKept || got[deliveriesKept-1] != "one:more delivered 1" {
		t.Errorf("got %d deliveries, the last %s", len(got), got[len(got)-1])
	}
}

func TestWebhooksAreRetriedInOrder(t *testing.T) {
	r := newSubscriber(t, func(n int, _ string) int {
		if n <= 3 {
			return http.StatusInternalServerError
		}
		return http.StatusNoContent
	})
	_, w := alone(t, telling(time.Minute, time.Hour))
	tell(t, w, r.URL, "a:1", "a:2", "b:1")
	drain(t, w)
	if diff := cmp.Diff([]string{"a:1 waiting 1", "b:1 waiting 1", "a:2 waiting 0"}, sorted(states(t, w), "a:1", "b:1", "a:2")); diff != "" {
		t.Errorf("after the first attempts (-want +got):\n%s", diff)
	}
	must(w.Advance(t.Context(), 30*time.Second))
	if got := len(r.told()); got != 2 {
		t.Fatalf("got %d calls before the schedule says so, want 2", got)
	}
	must(w.Advance(t.Context(), 2*time.Hour))
	got := r.told()
	if a1, a2 := slices.Index(got[3:], `"a:1"`), slices.Index(got, `"a:2"`); a1 < 0 || a2 < 3+a1 {
		t.Errorf("a:2 overtook a:1: %v", got)
	}
	for _, state := range states(t, w) {
		if !strings.Contains(state, " delivered ") {
			t.Errorf("got %s, want it delivered", state)
		}
	}
}

// sorted picks states by their notices.
func sorted(states []string, order ...string) []string {
	var all []string
	for _, id := range order {
		for _, state := range states {
			if strings.HasPrefix(state, id+" ") {
				all = append(all, state)
			}
		}
	}
	return all
}

func TestWebhooksAreGivenUpAndSentAgain(t *testing.T) {
	refuse := true
	r := newSubscriber(t, func(int, string) int {
		if refuse {
			return http.StatusBadGateway
		}
		return http.StatusOK
	})
	_, w := alone(t, telling(time.Minute))
	tell(t, w, r.URL, "a:1", "a:2")
	must(w.Advance(t.Context(), time.Hour))
	if diff := cmp.Diff([]string{"a:1 given up 2", "a:2 given up 2"}, states(t, w)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for _, e := range w.Journal(Query{}) {
		if !e.Exchange.Webhook || e.Exchange.Response.Status != http.StatusBadGateway || e.Receiver == nil || e.Receiver.Right {
			t.Errorf("got %+v by %+v, want an attempt that the receiver spoiled", e.Exchange, e.Receiver)
		}
	}
	refuse = false
	again, err := w.Resend(t.Context(), "allianz", "n-a:1")
	if err != nil || again.State != Delivered || again.ID != "n-a:1" {
		t.Errorf("got %+v %v, want it delivered under its own id", again, err)
	}
	if _, err := w.Resend(t.Context(), "allianz", "n-none"); !errors.Is(err, ErrNoDelivery) {
		t.Errorf("got %v, want %v", err, ErrNoDelivery)
	}
}

func TestTrigger(t *testing.T) {
	r := newSubscriber(t, nil)
	_, w := alone(t, telling())
	got, err := w.Trigger(t.Context(), Trigger{Insurer: "allianz", Event: "told", To: r.URL, Override: map[string]any{"/a/b": json.Number("1.0"), "/z": nil}})
	if err != nil || got.State != Delivered {
		t.Fatalf("got %+v %v", got, err)
	}
	if diff := cmp.Diff([]string{`{"a":{"b":1.0},"z":null}`}, r.told()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, trigger := range map[string]Trigger{
		"no such event":   {Insurer: "allianz", Event: "sung"},
		"no such insurer": {Insurer: "bima", Event: "told"},
		"no such place":   {Insurer: "allianz", Event: "told", Override: map[string]any{"/x/y": 1}},
	} {
		if _, err := w.Trigger(t.Context(), trigger); !errors.Is(err, ErrNoEvent) {
			t.Errorf("%s: got %v, want %v", name, err, ErrNoEvent)
		}
	}
}

func TestWebhooksGoNowhereFar(t *testing.T) {
	_, w := alone(t, telling())
	tell(t, w, "http://192.0.2.7/hook", "a:1") // TEST-NET-1, RFC 5737
	drain(t, w)
	got := must(w.Deliveries(t.Context(), "allianz"))
	if len(got) != 1 || got[0].State != GivenUp || !strings.Contains(got[0].Attempts[0].Error, "loopback and private") {
		t.Errorf("got %+v", got)
	}
	for _, c := range []struct {
		allow, to string
		let       bool
	}{
		{"192.0.2.0/24", "192.0.2.7", true},
		{"192.0.2.0/24", "198.51.100.1", false},
		{"fd00::/8", "fd00::1", true},
		{"203.0.113.9/32", "::ffff:203.0.113.9", true},
		{"203.0.113.9/32", "169.254.169.254", false},
		{"203.0.113.9/32", "10.1.2.3", true},
		{"203.0.113.9/32", "127.0.0.9", true},
	} {
		p := must(newPost([]string{c.allow}))
		if got := p.near(netip.MustParseAddr(c.to).Unmap()); got != c.let {
			t.Errorf("deliver to %s: %s: got %t, want %t", c.allow, c.to, got, c.let)
		}
	}
	for _, bad := range []string{"", "http://a", "a b", "192.0.2.0/99"} {
		if _, err := newPost([]string{bad}); err == nil {
			t.Errorf("deliver to %q: taken", bad)
		}
	}
}

func TestReceiverMayCallBack(t *testing.T) {
	s := open(t, telling())
	w := s.world(t)
	r := newSubscriber(t, func(int, string) int {
		return send(t, "GET", s.URL+tokenPath, "").status - 405 + 202
	})
	tell(t, w, r.URL, "a:1")
	drain(t, w)
	if diff := cmp.Diff([]string{"a:1 delivered 1"}, states(t, w)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResetWhileDelivering(t *testing.T) {
	s := open(t, telling())
	w := s.world(t)
	r := newSubscriber(t, func(int, string) int {
		if err := w.Reset(t.Context(), Fresh{}); err != nil {
			t.Error(err)
		}
		return http.StatusAccepted
	})
	tell(t, w, r.URL, "a:1")
	if _, _, err := w.Drain(t.Context()); err != nil && !errors.Is(err, ErrAnew) {
		t.Error(err)
	}
	if got := states(t, w); len(got) != 0 {
		t.Errorf("the new world has the old one's deliveries: %v", got)
	}
}

func TestSnapshotKeepsWhatWaits(t *testing.T) {
	r := newSubscriber(t, nil)
	_, killed := alone(t, telling())
	tell(t, killed, r.URL, "a:1", "a:2", "b:1")
	taken := must(killed.Snapshot(t.Context()))
	_, w := alone(t, telling())
	if err := w.Restore(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	drain(t, w)
	got := r.told()
	slices.Sort(got)
	if diff := cmp.Diff([]string{`"a:1"`, `"a:2"`, `"b:1"`}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func BenchmarkDeliver(b *testing.B) {
	r := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusAccepted) }))
	defer r.Close()
	s := must(New(Options{Insurers: []Insurer{telling().insurer()}}))
	w := must(s.World(DefaultWorld))
	ctx := withMoment(b.Context(), &moment{world: w, insurer: "allianz", now: dawn})
	for n := 0; b.Loop(); n++ {
		if err := w.Notify(ctx, Notice{ID: fmt.Sprint(n), Operation: toldOperation, Subject: fmt.Sprint(n), URL: r.URL, Message: json.RawMessage(`"x"`)}); err != nil {
			b.Fatal(err)
		}
		if n%1000 == 999 {
			if _, _, err := w.Drain(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
