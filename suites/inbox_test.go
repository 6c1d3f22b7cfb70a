package suites

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/contracts/report"
)

// posing runs one spec in the place of an insurer's own.
func posing(t *testing.T, slug string, body func(SpecContext, *Target)) *report.Report {
	t.Helper()
	own := insurers[slug]
	t.Cleanup(func() { insurers[slug] = own })
	posed := own
	posed.specs = func(there *Target) {
		It("is posed", sandboxOnly, Label("receiveEvent"), func(ctx SpecContext) { body(ctx, there) })
	}
	insurers[slug] = posed
	return check(t, startStand(t, nil).targets(t, slug), Options{Only: "receiveEvent"})
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// anEvent is one that is signed by nobody, with an algorithm and the type of what
// happened.
func anEvent(algorithm, kind string) string {
	return encoded(`{"alg":"`+algorithm+`","kid":"k"}`) + "." + encoded(`{"iss":"https://hub.example","exp":200,"nbf":100,"message":{`+
		`"Data":{"ConsentId":"c","Status":"Revoked"},"Meta":{"EventDateTime":"2026-03-02T09:00:00Z","EventResource":"/insurance-consents/c",`+
		`"EventType":"`+kind+`","ConsentId":"c"}}}`) + "." + encoded("signature")
}

// What comes to an inbox counts as called, and what is wrong with it is the
// insurer's broken promise.
func TestInbox(t *testing.T) {
	tests := []struct {
		name   string
		event  string
		status int // that the subscriber answers
		want   []string
	}{
		{"a good event", anEvent("PS256", "Resource.Updated"), http.StatusAccepted, nil},
		{"a good event that is refused", anEvent("PS256", "Resource.Updated"), http.StatusServiceUnavailable, nil},
		{"an event signed otherwise", anEvent("RS256", "Resource.Updated"), http.StatusAccepted, []string{"uae/event-signed"}},
		{"an event of a type that there is not", anEvent("PS256", "Consent.Revoked"), http.StatusAccepted, []string{"uae/event-type", "uae/request-fits"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := posing(t, "uae", func(ctx SpecContext, there *Target) {
				var heard string
				box := there.inbox(ctx, uaeEventsFace, uaeEventOperation, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					heard = r.Header.Get("X-Told")
					w.Header().Set("X-Answered", "yes")
					w.WriteHeader(tt.status)
				}))
				got := uaeHub{there}.call(ctx, said{
					method: http.MethodPost, address: box.URL, body: tt.event, header: []string{"Content-Type", "application/jwt", "X-Told", "once"},
				})
				Expect(got.status).To(Equal(tt.status))
				Expect(got.header.Get("X-Answered")).To(Equal("yes"))
				Expect(heard).To(Equal("once"))
				letters := box.await(ctx, 1)
				Expect(string(letters[0].Body)).To(Equal(tt.event))
				Expect(letters[0].Status).To(Equal(tt.status))
			})
			if got := weighing(r); !slices.Equal(got, tt.want) {
				t.Errorf("broken checks: got %q, want %q\n%s", got, tt.want, textOf(r))
			}
			if want := map[bool]report.Outcome{true: report.Passed, false: report.Failed}[tt.want == nil]; r.Outcome != want {
				t.Errorf("outcome %s, want %s", r.Outcome, want)
			}
			for _, c := range r.Coverage {
				if c.Operation == "receiveEvent" && (c.Called != 1 || !slices.Equal(c.Statuses, []int{tt.status})) {
					t.Errorf("coverage: called %d times, answered %v", c.Called, c.Statuses)
				}
			}
		})
	}
}

// A letter without an end is not taken, and nothing is recorded of it.
func TestInboxIsBounded(t *testing.T) {
	r := posing(t, "uae", func(ctx SpecContext, there *Target) {
		box := there.inbox(ctx, uaeEventsFace, uaeEventOperation, http.NotFoundHandler())
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, box.URL, strings.NewReader(strings.Repeat("x", longestLetter+1)))
		Expect(err).NotTo(HaveOccurred())
		if got, err := there.HTTP(ctx).Do(request); err == nil {
			Expect(got.StatusCode).NotTo(Equal(http.StatusNotFound))
			_ = got.Body.Close()
		}
		Expect(box.letters()).To(BeEmpty())
	})
	if r.Outcome != report.Passed {
		t.Error(textOf(r))
	}
}
