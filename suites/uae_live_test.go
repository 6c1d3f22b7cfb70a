package suites

import (
	"context"
	"net/http/httptest"
	"net/url"
	"slices"
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
