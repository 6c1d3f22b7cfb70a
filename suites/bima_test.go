package suites

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts/report"
)

// liveBima is the stand as the aggregator's live system.
func liveBima(t *testing.T, s *stand) *Target {
	t.Helper()
	base, err := url.Parse(s.URL + "/bima")
	if err != nil {
		t.Fatal(err)
	}
	return &Target{
		Name: "live", Insurer: "bima", Faces: map[string]*url.URL{bimaFace: base},
		Credentials: map[string]string{"username": "sandbox", "password": "opens-nothing", "contact_no": bimaContact},
		Rate:        Rate{Calls: 1_000_000, Per: time.Second},
	}
}

// At a live system only what is safe runs, and far fewer calls are made than the
// target file allows.
func TestBimaLive(t *testing.T) {
	s := startStand(t, asLive(nil))
	r := check(t, []*Target{liveBima(t, s)}, Options{})
	if r.Outcome != report.Passed || !r.Live {
		t.Errorf("outcome %s\n%s", r.Outcome, textOf(r))
	}
	for _, one := range r.Specs {
		if safe := slices.Contains(one.Labels, safeLabel); safe != (one.Outcome == report.Passed) {
			t.Errorf("%s: got %s because %q", one.Name, one.Outcome, one.Reason)
		}
	}
	uat, err := LoadTarget("targets/uat-bima.yaml", func(string) string { return "set" })
	if err != nil {
		t.Fatal(err)
	}
	if calls := s.calls.Load(); calls < 5 || calls*2 > int64(uat.Budget) {
		t.Errorf("a run makes %d calls, and the budget is %d", calls, uat.Budget)
	}
}

func TestBimaInconclusive(t *testing.T) {
	tests := []struct {
		name   string
		bend   bend
		change func(*Target)
		reason string
	}{
		{
			name: "no credentials", change: func(t *Target) { t.Credentials = nil },
			reason: "the target file has no credentials: it wants username and password",
		},
		{
			name: "a wrong password", change: func(t *Target) { t.Credentials["password"] = "not-the-password" },
			reason: "the credentials are refused: bima: token: answered 200: 401: Invalid username or password",
		},
		{
			name:   "nobody is there",
			bend:   func(rw http.ResponseWriter, _ *http.Request, _ http.Handler) { rw.WriteHeader(http.StatusBadGateway) },
			reason: "nobody is behind the gateway: bima: token: answered 502 Bad Gateway",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := liveBima(t, startStand(t, asLive(tt.bend)))
			if tt.change != nil {
				tt.change(target)
			}
			r := check(t, []*Target{target}, Options{})
			if diff := cmp.Diff([]string{tt.reason}, r.Inconclusive); r.Outcome != report.Inconclusive || diff != "" {
				t.Errorf("outcome %s, reasons (-want +got):\n%s", r.Outcome, diff)
			}
		})
	}
}

// A planted mistake fails the run by the check that is about it, and by a spec
// where no check can know.
func TestBimaPlantedMistakes(t *testing.T) {
	again(t)
	tests := []struct {
		name  string
		bend  bend
		check string // that is broken; empty: none
		spec  string // that fails; empty: any
	}{
		{"a list in small letters", answers("GetCustomerRecentRequests", 200, bimaSwap(`"Data":`, `"data":`)), "bima/body-fits", ""},
		{"a lost decimal", answers("GetPolicyDetails", 200, bimaSwap(`18.000`, `18`)), "bima/order-in-thousandths", ""},
		{"a size of thousands", answers("GetSharedDocuments/", 200, bimaSwap(`7.1KB`, `7.3KB`)), "bima/size-displayed", ""},
		{
			"a file of another size", answers("SharedDownload", 200, bimaSwap("%%EOF", "%%EOF ")), "",
			"bima: a document of the page is there with its printed size and type",
		},
		{
			"a request that is never issued", answers("GetCustomerRecentRequests", 200, bimaSwap(`"Issued"`, `"Pending"`)), "",
			"bima: a customer with a request is issued after a day",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, startStand(t, tt.bend).targets(t, "bima"), Options{})
			if r.Outcome != report.Failed {
				t.Errorf("outcome %s", r.Outcome)
			}
			var want []string
			if tt.check != "" {
				want = []string{tt.check}
			}
			if diff := cmp.Diff(want, weighing(r)); diff != "" {
				t.Errorf("broken checks (-want +got):\n%s", diff)
			}
			if failed := specs(r, report.Failed); tt.spec != "" && !slices.Contains(failed, tt.spec) {
				t.Errorf("%q did not fail; these did:\n%s", tt.spec, strings.Join(failed, "\n"))
			}
		})
	}
}

func bimaSwap(old, wrong string) func(*httptest.ResponseRecorder) string {
	return func(got *httptest.ResponseRecorder) string { return strings.ReplaceAll(got.Body.String(), old, wrong) }
}
