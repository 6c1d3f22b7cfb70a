package oneassure_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/oneassure"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// hook takes what it is sent, and says yes.
type hook struct {
	*httptest.Server
	mu   sync.Mutex
	sent []string // "event body", of those that are signed well, "FORGED event" of others
}

func newHook(t *testing.T, secret string) *hook {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		stamp := r.Header.Get("webhook-timestamp")
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("webhook-id"), stamp, body)
		seconds, err := strconv.ParseInt(stamp, 10, 64)
		fresh := err == nil && time.Since(time.Unix(seconds, 0)).Abs() < 5*time.Minute
		good := r.Header.Get("webhook-signature") == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
		h.mu.Lock()
		defer h.mu.Unlock()
		if !good || !fresh {
			h.sent = append(h.sent, "FORGED "+r.Header.Get("webhook-event"))
			rw.WriteHeader(http.StatusBadRequest)
			return
		}
		h.sent = append(h.sent, r.Header.Get("webhook-event")+" "+string(body))
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) told() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.sent...)
}

func publishedSecret() string { return oneassure.Insurer().Credentials["webhook_secret"].(string) }

// subscribe registers an address, with a secret of its own or none.
func subscribe(t *testing.T, w *mocks.World, url, secret string) {
	t.Helper()
	asked := map[string]string{"url": url}
	if secret != "" {
		asked["secret"] = secret
	}
	body, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Register(t.Context(), "oneassure", "http://127.0.0.1/oneassure", body); err != nil {
		t.Fatal(err)
	}
}

// What each journey tells, in order, in the bare entities.
func TestEvents(t *testing.T) {
	for journey, want := range map[string]string{
		"":                  "initiated pending submitted underwriting accepted issued",
		"rejected":          "initiated pending submitted underwriting rejected",
		"cancelled":         "initiated cancelled",
		"cancelled-pending": "initiated pending cancelled",
		"offline":           "initiated offline uploaded issued",
		"abandoned":         "",
	} {
		t.Run(journey, func(t *testing.T) {
			s := start(t)
			w := world(t, s)
			h := newHook(t, publishedSecret())
			subscribe(t, w, h.URL, "")
			visit(t, s, journey)
			if _, err := w.Advance(t.Context(), 100*time.Hour); err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, one := range h.told() {
				name, body, _ := strings.Cut(one, " ")
				names = append(names, name[strings.LastIndexByte(name, '.')+1:])
				if !json.Valid([]byte(body)) {
					t.Errorf("%s tells %s", name, body)
				}
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			for _, e := range w.Journal(mocks.Query{}) {
				for _, f := range e.Findings {
					t.Errorf("%s breaks %s: %s", e.Exchange.Operation, f.Check, f.Error())
				}
			}
		})
	}
}

// The shapes of the events, of a world with a seed.
func TestEventShapes(t *testing.T) {
	s := start(t)
	w := world(t, s)
	h := newHook(t, publishedSecret())
	subscribe(t, w, h.URL, "")
	visit(t, s, "")
	if _, err := w.Advance(t.Context(), 100*time.Hour); err != nil {
		t.Fatal(err)
	}
	told := h.told()
	body := func(n int) string { _, body, _ := strings.Cut(told[n], " "); return body }
	_, listed, _ := strings.Cut(fetchedText(t, s.URL+proposals), "[")
	listed, _, _ = strings.Cut(listed, "],\"end_cursor\"")
	listed = strings.Replace(strings.Replace(listed, `"status":"ACCEPTED"`, `"status":"INITIATED"`, 1), `"tenure":"`, `"tenure":`, 1)
	listed = strings.Replace(listed, `","net_premium"`, `,"net_premium"`, 1)
	before, after, _ := strings.Cut(listed, `"insurer_proposal_id":"`)
	_, after, _ = strings.Cut(after, `"`)
	if diff := cmp.Diff(before+`"insurer_proposal_id":"`+`"`+after, body(0)); diff != "" {
		t.Errorf("initiated, beside what is listed (-want +got):\n%s", diff)
	}
	id := read[map[string]any](t, body(0))["proposal_id"].(string)
	if want := `{"proposal_id":"` + id + `","status":"UNDERWRITING"}`; body(3) != want {
		t.Errorf("got %s, want %s", body(3), want)
	}
	issued := read[map[string]any](t, body(5))
	proposer := issued["proposer_details"].(map[string]any)
	if _, nested := proposer["address"].(map[string]any); !nested || proposer["address_line_1"] != nil || issued["proposal_id"] != id {
		t.Errorf("issued tells %s", body(5))
	}
}

func fetchedText(t *testing.T, address string) string {
	t.Helper()
	status, text := get(t, address)
	if status != 200 {
		t.Fatalf("%s: %d %s", address, status, text)
	}
	return text
}

// Whoever subscribes says where, and may say by which secret.
func TestSubscribers(t *testing.T) {
	s := start(t)
	w := world(t, s)
	const own = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHBhcnRuZXIncw=="
	plain, secret := newHook(t, publishedSecret()), newHook(t, own)
	for name, asked := range map[string]string{
		"nothing":            `{}`,
		"no address":         `{"url":"nowhere"}`,
		"another scheme":     `{"url":"ftp://127.0.0.1/"}`,
		"a secret that is":   `{"url":"http://127.0.0.1/","secret":"x"}`,
		"a short secret":     `{"url":"http://127.0.0.1/","secret":"whsec_eA=="}`,
		"more than is known": `{"url":"http://127.0.0.1/","events":[]}`,
		"a list":             `[]`,
		"a number":           `{"url":1}`,
	} {
		_, err := w.Register(t.Context(), "oneassure", "", json.RawMessage(asked))
		if refusal, refused := errors.AsType[*mocks.Refusal](err); !refused || refusal.Rule == "" || refusal.Remedy == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := w.Trigger(t.Context(), mocks.Trigger{Insurer: "oneassure", Event: "health.policy.issued"}); err == nil {
		t.Error("somebody was told before anybody subscribed")
	}
	subscribe(t, w, plain.URL, "")
	subscribe(t, w, secret.URL, own)
	visit(t, s, "cancelled")
	if _, err := w.Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain.told(), secret.told()); diff != "" || len(plain.told()) != 2 {
		t.Errorf("the two were told (-first +second):\n%s", diff)
	}
	taken := 2
	for range 12 {
		if _, err := w.Register(t.Context(), "oneassure", "", json.RawMessage(`{"url":"http://127.0.0.1:9/"}`)); err == nil {
			taken++
		}
	}
	if taken != 10 {
		t.Errorf("a world took %d subscribers, want 10", taken)
	}
}

// Each forgery is one that a receiver can tell.
func TestForgeries(t *testing.T) {
	for _, forgery := range oneassure.Insurer().New(nil).Webhooks.Forgeries {
		t.Run(forgery, func(t *testing.T) {
			s := start(t)
			w := world(t, s)
			h := newHook(t, publishedSecret())
			subscribe(t, w, h.URL, "")
			play(t, w, forgery, "proposalInitiated", "policyIssued")
			visit(t, s, "")
			if _, err := w.Advance(t.Context(), 100*time.Hour); err != nil {
				t.Fatal(err)
			}
			var forged, taken int
			for _, one := range h.told() {
				if strings.HasPrefix(one, "FORGED ") {
					forged++
				} else {
					taken++
				}
			}
			if forged != 2 || taken != 6 {
				t.Errorf("%d refused and %d taken, want 2 and 6: %q", forged, taken, h.told())
			}
		})
	}
}

// play forges the first event of each operation.
func play(t *testing.T, w *mocks.World, forgery string, operations ...string) {
	t.Helper()
	scenario := &scenarios.Scenario{Name: "forged", Insurer: "oneassure", Teaches: "t", Trigger: "t"}
	for _, operation := range operations {
		scenario.Rules = append(scenario.Rules, scenarios.Rule{
			On:    scenarios.Match{Operation: operation, Nth: []int{1}},
			Fault: scenarios.Fault{Webhook: &scenarios.WebhookFault{Forge: forgery}},
		})
	}
	if _, err := w.Play(context.WithoutCancel(t.Context()), scenario); err != nil {
		t.Fatal(err)
	}
}
