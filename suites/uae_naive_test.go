package suites

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/clients/uae"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// TestNaiveReceivers: whoever believes what comes is told that it is wrong, and so
// is whoever refuses what is good.
func TestNaiveReceivers(t *testing.T) {
	forgeries := slices.DeleteFunc(scenarios.All("uae"), func(s *scenarios.Scenario) bool {
		return len(s.Rules) == 0 || s.Rules[0].Webhook == nil || s.Rules[0].Webhook.Forge == ""
	})
	if len(forgeries) != 8 {
		t.Errorf("%d scenarios forge events, want one for each of the 8 forgeries", len(forgeries))
	}
	base := startSandbox(t)
	for _, s := range forgeries {
		t.Run(s.Name, func(t *testing.T) {
			all := toldTo(t, base, s.ID(), http.StatusAccepted)
			if len(all) != 1 || all[0].Receiver.Right || !strings.Contains(all[0].Receiver.Says, "a forgery: "+s.Rules[0].Webhook.Forge) {
				t.Errorf("one that believes all: got %s", verdicts(all))
			}
			if all := toldTo(t, base, s.ID(), http.StatusForbidden); len(all) != 1 || !all[0].Receiver.Right {
				t.Errorf("one that refuses all is right once: got %s", verdicts(all))
			}
		})
	}
	t.Run("an honest event", func(t *testing.T) {
		if all := toldTo(t, base, "", http.StatusForbidden); len(all) != 1 || all[0].Receiver.Right {
			t.Errorf("one that refuses all: got %s", verdicts(all))
		}
		if all := toldTo(t, base, "", http.StatusAccepted); len(all) != 1 || !all[0].Receiver.Right {
			t.Errorf("one that believes all: got %s", verdicts(all))
		}
	})
}

// toldTo is what the journal tells of an event, under a scenario, that went to a
// receiver which answers all with one status.
func toldTo(t *testing.T, base, scenario string, status int) []sandbox.Entry {
	t.Helper()
	ctx := t.Context()
	var calls atomic.Int32
	receiver := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		rw.WriteHeader(status)
	}))
	defer receiver.Close()
	targets, err := Sandbox(ctx, base, []string{"uae"}, "")
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRun(targets, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.end(ctx)
	h := uaeHub{r.targets[0]}
	if scenario != "" {
		if _, err := h.world().Play(ctx, scenario); err != nil {
			t.Fatal(err)
		}
	}
	p, err := h.newParty(uaeV12, h.stranger())
	if err != nil {
		t.Fatal(err)
	}
	pending, err := p.v12.Push(ctx, uae.ConsentRequestV12{
		Permissions: allPermissions, ExpirationDateTime: uae.At(r.now().Add(halfYear)),
		OpenFinanceBilling: uae.Billing{Purpose: uae.BillQuoteComparison}, Events: &uae.Webhook{URL: receiver.URL, IsActive: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP); err != nil {
		t.Fatal(err)
	}
	if _, err := h.world().Drain(ctx); err != nil {
		t.Fatal(err)
	}
	page, err := h.world().Requests(ctx, sandbox.Filter{Insurer: "uae", Operation: uaeV12.ops.event})
	if err != nil {
		t.Fatal(err)
	}
	if int(calls.Load()) != len(page.Requests) {
		t.Errorf("the journal tells of %d deliveries, and %d came", len(page.Requests), calls.Load())
	}
	return page.Requests
}

func verdicts(all []sandbox.Entry) string {
	var told []*sandbox.Verdict
	for _, one := range all {
		told = append(told, one.Receiver)
	}
	text, _ := json.Marshal(told)
	return string(text)
}
