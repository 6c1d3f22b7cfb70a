package suites

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// liveUAE is the stand as the live hub of the UAE, with a redirect of its own.
func (s *stand) liveUAE(t *testing.T) *Target {
	t.Helper()
	faces := map[string]*url.URL{}
	for name, mount := range map[string]string{
		uaeHubFace: "auth1", uaeAuthFace: "as1",
		uaeRC1.face(): "rs1/open-finance/insurance/v1.0-rc1", uaeV12.face(): "rs1/open-finance/insurance/v1.2",
	} {
		base, err := url.Parse(s.URL + "/uae/" + mount)
		if err != nil {
			t.Fatal(err)
		}
		faces[name] = base
	}
	published := &Target{Insurer: "uae"}
	for _, insurer := range s.sandbox.Insurers() {
		if insurer.Slug == "uae" {
			if err := published.settle(sandbox.New(s.URL, nil), sandbox.Insurer{Slug: "uae", Credentials: insurer.Credentials}, "default"); err != nil {
				t.Fatal(err)
			}
		}
	}
	free := httptest.NewServer(nil)
	free.Close()
	redirect, err := url.Parse(free.URL + "/callback")
	if err != nil {
		t.Fatal(err)
	}
	return &Target{
		Name: "live", Insurer: "uae", Faces: faces, Credentials: published.Credentials, Redirect: redirect,
		Rate: Rate{Calls: 1_000_000, Per: time.Second},
	}
}

func TestLiveUAE(t *testing.T) {
	target := startStand(t, asLive(nil)).liveUAE(t)
	r := check(t, []*Target{target}, Options{Ask: func(address string) { t.Errorf("a person is asked to open %s", address) }})
	if r.Outcome != report.Passed || !r.Live {
		t.Errorf("outcome %s, live %v\n%s", r.Outcome, r.Live, textOf(r))
	}
	for _, one := range r.Specs {
		if safe := slices.Contains(one.Labels, "live-safe"); safe && one.Outcome != report.Passed && one.Reason != "the target file has no refresh_token" {
			t.Errorf("%s: got %s because %q, want it passed", one.Name, one.Outcome, one.Reason)
		}
	}
}

// TestLiveUAEWithoutAPerson: a run that is ended while it waits for a person takes
// back what it has pushed.
func TestLiveUAEWithoutAPerson(t *testing.T) {
	target := startStand(t, asLive(nil)).liveUAE(t)
	target.Consent = consentManual
	o := binds(t)
	o.Only = "customer"
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	o.Ask = func(string) {
		asked++
		cancel()
	}
	serial(t)
	r := checkWithin(ctx, t, []*Target{target}, o)
	if asked != 1 || r.Outcome != report.Inconclusive {
		t.Errorf("outcome %s after a person was asked %d times\n%s", r.Outcome, asked, textOf(r))
	}
	got := states(t, o.Ledger)
	if !slices.Equal(got, []string{"begun", "sent", "came", "cancelled"}) {
		t.Errorf("the ledger says %q\n%s", got, textOf(r))
	}
}

// TestBindingUAE: what is pushed is in the ledger under its own id before the hub
// has it, so that it is found again whether an answer comes or not.
func TestBindingUAE(t *testing.T) {
	const par, consents = "/as1/par", "/insurance-consents/"
	tests := []struct {
		name    string
		bend    bend
		outcome report.Outcome
		states  []string
		says    string // of what was left behind
	}{
		{name: "pushed and revoked", outcome: report.Passed, states: []string{"begun", "sent", "came", "cancelled"}},
		{name: "the answer is lost", bend: of(par, lost), outcome: report.Inconclusive, states: []string{"begun", "sent", "unknown", "cancelled"}},
		{
			name: "the push is lost", bend: of(par, func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }),
			outcome: report.Inconclusive, states: []string{"begun", "sent", "unknown", "cancelled"},
		},
		{name: "the push is refused", bend: of(par, status(400, `{"error":"invalid_request"}`)), outcome: report.Failed, states: []string{"begun", "sent", "refused"}},
		{
			name: "the hub revokes nothing", bend: func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				if r.Method == http.MethodPatch && strings.Contains(r.URL.Path, consents) {
					status(503, `{}`)(rw, r, honest)
					return
				}
				honest.ServeHTTP(rw, r)
			},
			outcome: report.Failed, states: []string{"begun", "sent", "came"}, says: "consent ",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bent := tt.bend
			s := startStand(t, asLive(func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				if bent == nil {
					honest.ServeHTTP(rw, r)
					return
				}
				bent(rw, r, honest)
			}))
			target := s.liveUAE(t)
			target.Abilities = []string{uaeV12.name}
			o := binds(t)
			o.Only = "live-binds && journey"
			r := check(t, []*Target{target}, o)
			if got := states(t, o.Ledger); r.Outcome != tt.outcome || !slices.Equal(got, tt.states) {
				t.Errorf("outcome %s, want %s; the ledger says %q, want %q\n%s", r.Outcome, tt.outcome, got, tt.states, textOf(r))
			}
			left := ""
			for _, one := range r.Specs {
				if one.Name == "uae: the run leaves nothing behind" {
					left = one.Reason
				}
			}
			if (left == "") != (tt.says == "") || !strings.Contains(left, tt.says) {
				t.Errorf("of what was left: got %q, want %q in it", left, tt.says)
			}
			if tt.says == "" {
				return
			}
			bent = nil
			done, err := Cleanup(t.Context(), o.Ledger, target, Options{})
			if err != nil || len(done) != 1 || !done[0].Cancelled {
				t.Errorf("cleaning up: got %v, %v", done, err)
			}
		})
	}
}
