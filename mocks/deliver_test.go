package mocks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/scenarios"
)

func testWebhookFaults(t *testing.T) {
	type want struct {
		told, states, verdicts []string
	}
	on := func(fault scenarios.WebhookFault, nth ...int) scenarios.Rule {
		return scenarios.Rule{On: scenarios.Match{Operation: toldOperation, Nth: nth}, Fault: scenarios.Fault{Webhook: &fault}}
	}
	for name, c := range map[string]struct {
		rule   scenarios.Rule
		answer func(int, string) int
		want   want
	}{
		"never": {on(scenarios.WebhookFault{Never: true}, 1), nil, want{
			[]string{`"a:2"`}, []string{"a:1 withheld 0", "a:2 delivered 1"}, []string{"-", "true acknowledged with 202"},
		}},
		"copies": {on(scenarios.WebhookFault{Copies: 2}, 1), nil, want{
			[]string{`"a:1"`, `"a:1"`, `"a:2"`},
			[]string{"a:1 delivered 2", "a:2 delivered 1"},
			[]string{"true acknowledged with 202", "true acknowledged with 202", "true acknowledged with 202"},
		}},
		"late": {on(scenarios.WebhookFault{Late: scenarios.Duration(time.Minute), Forge: "wrong-key"}, 1), nil, want{
			[]string{`"a:2"`, `wrong-key"a:1"`},
			[]string{"a:2 delivered 1", "a:1 delivered 1"},
			[]string{"true acknowledged with 202", "false acknowledged with 202 a forgery: wrong-key"},
		}},
		"forged and refused": {
			on(scenarios.WebhookFault{Forge: "wrong-key"}, 1),
			func(_ int, body string) int {
				if strings.HasPrefix(body, "wrong") {
					return http.StatusBadRequest
				}
				return http.StatusAccepted
			},
			want{
				[]string{`wrong-key"a:1"`, `"a:1"`, `"a:2"`},
				[]string{"a:1 delivered 2", "a:2 delivered 1"},
				[]string{"true answered 400 to a forgery: wrong-key", "true acknowledged with 202", "true acknowledged with 202"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newSubscriber(t, c.answer)
			_, w := alone(t, telling(time.Minute))
			must(w.Play(t.Context(), bent(c.rule)))
			tell(t, w, r.URL, "a:1", "a:2")
			must(w.Advance(t.Context(), time.Hour))
			got := want{told: r.told(), states: states(t, w)}
			for _, e := range w.Journal(Query{}) {
				if e.Receiver == nil {
					got.verdicts = append(got.verdicts, "-")
					continue
				}
				got.verdicts = append(got.verdicts, fmt.Sprint(e.Receiver.Right, " ", e.Receiver.Says))
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if bent := w.Journal(Query{})[0].Fault; bent != "allianz/bent#1" && name != "late" {
				t.Errorf("the first attempt is bent by %q", bent)
			}
		})
	}
}

// What waited behind another, or behind a gate, is dated by when it goes out.
func TestWebhooksThatWaitedAreSealedWhenTheyGoOut(t *testing.T) {
	refuse := true
	r := newSubscriber(t, func(int, string) int {
		if refuse {
			return http.StatusInternalServerError
		}
		return http.StatusAccepted
	})
	y := telling(time.Minute, 5*time.Minute)
	var sealed []string
	seal := y.webhooks.Seal
	y.webhooks.Seal = func(ctx context.Context, n Notice, forgery string) (Sealed, error) {
		sealed = append(sealed, fmt.Sprint(strings.TrimPrefix(n.ID, "n-"), " +", Now(ctx).Sub(dawn)))
		return seal(ctx, n, forgery)
	}
	_, w := alone(t, y)
	tell(t, w, r.URL, "a:1", "a:2")
	must(w.Advance(t.Context(), 6*time.Minute))
	refuse = false
	must(w.Advance(t.Context(), 6*time.Minute))
	if err := w.Hold(t.Context(), "allianz-webhook"); err != nil {
		t.Fatal(err)
	}
	tell(t, w, r.URL, "b:1")
	must(w.Advance(t.Context(), time.Hour))
	must(w.Release(t.Context(), "allianz-webhook", ""))
	want := []string{"a:1 +0s", "a:1 +1m0s", "a:1 +6m0s", "a:2 +6m0s", "a:2 +7m0s", "b:1 +1h12m0s"}
	if diff := cmp.Diff(want, sealed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCopiesAreOneAttempt(t *testing.T) {
	r := newSubscriber(t, func(int, string) int { return http.StatusInternalServerError })
	_, w := alone(t, telling(time.Minute, time.Minute, time.Minute))
	must(w.Play(t.Context(), bent(scenarios.Rule{
		On: scenarios.Match{Operation: toldOperation, Nth: []int{1}}, Fault: scenarios.Fault{Webhook: &scenarios.WebhookFault{Copies: 3}},
	})))
	tell(t, w, r.URL, "a:1")
	must(w.Advance(t.Context(), time.Hour))
	if diff := cmp.Diff([]string{"a:1 given up 6"}, states(t, w)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A row that can never be delivered keeps nobody else waiting.
func TestARowThatIsNoWebhookIsStuck(t *testing.T) {
	r := newSubscriber(t, nil)
	_, w := alone(t, telling())
	if err := w.enqueue(t.Context(), &Task{ID: "j-0", Insurer: "allianz", Kind: "allianz-webhook", Due: dawn, Payload: json.RawMessage(`5`)}); err != nil {
		t.Fatal(err)
	}
	tell(t, w, r.URL, "a:1")
	_, stuck, err := w.Drain(t.Context())
	if err != nil || len(stuck) != 1 || stuck[0].ID != "j-0" {
		t.Errorf("got %+v %v, want j-0 stuck", stuck, err)
	}
	if diff := cmp.Diff([]string{"a:1 delivered 1"}, states(t, w)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReleaseOfWebhooksTakesNoOutcome(t *testing.T) {
	_, w := alone(t, telling())
	if _, err := w.Release(t.Context(), "allianz-webhook", "accepted"); err == nil {
		t.Error("an outcome was taken")
	}
}

// Our own failure is not the receiver's, and who breaks down has not refused.
func TestVerdicts(t *testing.T) {
	failing := telling()
	failing.webhooks.Seal = func(context.Context, Notice, string) (Sealed, error) { panic("no key") }
	_, w := alone(t, failing)
	tell(t, w, "http://127.0.0.1:9/", "a:1")
	drain(t, w)
	if e := newest(t, w); e.Receiver != nil {
		t.Errorf("the receiver is judged for a call that was never made: %+v", e.Receiver)
	}
	r := newSubscriber(t, func(int, string) int { return http.StatusInternalServerError })
	_, w = alone(t, telling())
	must(w.Play(t.Context(), bent(scenarios.Rule{
		On: scenarios.Match{Operation: toldOperation}, Fault: scenarios.Fault{Webhook: &scenarios.WebhookFault{Forge: "wrong-key"}},
	})))
	tell(t, w, r.URL, "a:1")
	drain(t, w)
	if e := newest(t, w); e.Receiver == nil || e.Receiver.Right {
		t.Errorf("got %+v, want a receiver that did not refuse", e.Receiver)
	}
}
