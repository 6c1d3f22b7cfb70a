package suites

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts/report"
	"github.com/understudy-sandbox/understudy/mocks"
)

// TestPlantedMistakesAtOneAssure: a check names each by itself, or a spec does
// where the wire alone cannot show it.
func TestPlantedMistakesAtOneAssure(t *testing.T) {
	again(t)
	swapped := func(path, old, wrong string) bend {
		return answers(path, http.StatusOK, func(got *httptest.ResponseRecorder) string {
			return strings.ReplaceAll(got.Body.String(), old, wrong)
		})
	}
	const lists = "/v1/business/health/"
	tests := []struct {
		name   string
		bend   bend
		checks []string
		spec   string // that fails
	}{
		{"a token without its wrapper", swapped(oneassureToken, `"payload"`, `"data"`), []string{"oneassure/body-fits", "oneassure/token-wrapped"}, "a partner's token is given for the partner's id and secret"},
		{"a token for a day", swapped(oneassureToken, `"expires_in":3600`, `"expires_in":86400`), []string{"oneassure/token-lifetime"}, ""},
		{"a count under the name of the table", swapped(lists+"policies", `"total_count"`, `"count"`), []string{"oneassure/body-fits"}, ""},
		{"a tenure as a text", swapped(lists+"policies", `"tenure":1,`, `"tenure":"1",`), []string{"oneassure/body-fits"}, ""},
		{"a premium of whole rupees", swapped(lists+"policies/"+printedPolicyNumber, `"10417.00"`, `"10417"`), []string{"oneassure/amounts-as-text"}, ""},
		{"a cover of a day too many", swapped(lists+"policies/"+printedPolicyNumber, `"2025-10-07"`, `"2025-10-08"`), []string{"oneassure/expiry-from-tenure"}, ""},
		{"reasons that are left out", swapped(lists+"proposals", `,"cancelled_reason":null`, ``), []string{"oneassure/body-fits"}, ""},
		{
			"another word for a wrong secret", answers(oneassureToken, http.StatusUnauthorized, func(got *httptest.ResponseRecorder) string {
				return strings.ReplaceAll(got.Body.String(), "Invalid Authentication Credentials", "Unauthorized")
			}), []string{"oneassure/refusal-text"}, "",
		},
		{
			"eight days are answered", func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				if q := r.URL.Query(); q.Get("end_date") == "2024-10-09" {
					q.Set("end_date", "2024-10-08")
					r.URL.RawQuery = q.Encode()
				}
				honest.ServeHTTP(rw, r)
			}, []string{"oneassure/range-of-7-days"}, "",
		},
		{
			"a session that is passed over", func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				if q := r.URL.Query(); strings.HasSuffix(r.URL.Path, "policies") && q.Get("start_date") == "" && q.Get("end_date") == "" {
					q.Del("session_id")
					r.URL.RawQuery = q.Encode()
				}
				honest.ServeHTTP(rw, r)
			}, []string{"oneassure/session-filtered"}, "",
		},
		{
			"a cursor that counts rows", func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				if q := r.URL.Query(); q.Get("prev") != "" {
					q.Del("prev")
					r.URL.RawQuery = q.Encode()
				}
				honest.ServeHTTP(rw, r)
			}, nil, "a health policy in a list that is paged comes once while others are sold, forwards and back",
		},
		{
			"journeys that never end", func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				got := httptest.NewRecorder()
				honest.ServeHTTP(got, r)
				body := strings.ReplaceAll(got.Body.String(), `"ACCEPTED"`, `"UNDERWRITING"`)
				maps.Copy(rw.Header(), got.Header())
				rw.Header().Del("Content-Length")
				rw.WriteHeader(got.Code)
				_, _ = rw.Write([]byte(body))
			}, nil, "a visitor's journey leads from a quote to a policy, step by step",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, startStand(t, tt.bend).targets(t, "oneassure"), brisk)
			if tt.checks != nil {
				if diff := cmp.Diff(tt.checks, weighing(r)); diff != "" {
					t.Errorf("broken checks (-want +got):\n%s", diff)
				}
			}
			if failed := specs(r, report.Failed); tt.spec != "" && !slices.Contains(failed, "oneassure: "+tt.spec) {
				t.Errorf("%q did not fail; these did:\n%s", tt.spec, strings.Join(failed, "\n"))
			}
		})
	}
}

// TestOneAssureOnOtherSandboxes: whatever a sandbox is set to, the suite holds.
func TestOneAssureOnOtherSandboxes(t *testing.T) {
	again(t)
	for name, settings := range map[string]map[string]string{
		"a token is demanded": {"oneassure.auth": "strict"},
	} {
		t.Run(name, func(t *testing.T) {
			o := sandboxOptions()
			o.Settings = settings
			targets, err := Sandbox(t.Context(), mocks.Start(t, o).URL, []string{"oneassure"}, "")
			if err != nil {
				t.Fatal(err)
			}
			if r := check(t, targets, Options{}); r.Outcome != report.Passed {
				t.Error(textOf(r))
			}
		})
	}
}

// TestOneAssureTarget: the target file is one, once its variables are set.
func TestOneAssureTarget(t *testing.T) {
	target, err := LoadTarget("targets/uat-oneassure.yaml", func(name string) string { return "of " + name })
	if err != nil {
		t.Fatal(err)
	}
	if got := target.Credentials["client_secret"]; got != "of ONEASSURE_CLIENT_SECRET" || len(target.Faces) != 1 {
		t.Errorf("got %+v", target)
	}
}

// TestOneAssureLive: a live partner's account is read and left as it was.
func TestOneAssureLive(t *testing.T) {
	st := startStand(t, asLive(nil))
	base, err := url.Parse(st.URL + "/oneassure")
	if err != nil {
		t.Fatal(err)
	}
	target := &Target{
		Name: "live", Insurer: "oneassure", Faces: map[string]*url.URL{"health": base},
		Credentials: map[string]string{"client_id": "sandbox-partner", "client_secret": "sandbox-secret-opens-nothing"},
		Rate:        Rate{Calls: 1_000_000, Per: time.Second},
	}
	r := check(t, []*Target{target}, Options{})
	if r.Outcome != report.Passed {
		t.Error(textOf(r))
	}
	if calls := st.calls.Load(); calls == 0 || calls > 100 {
		t.Errorf("made %d calls, more than the target file allows", calls)
	}
	w, err := st.sandbox.Make(t.Context(), mocks.DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	if jobs, err := w.Jobs(t.Context()); err != nil || len(jobs) > 0 {
		t.Errorf("a session was opened: %v, %v", jobs, err)
	}
	target.Credentials["client_secret"] = "wrong"
	if r := check(t, []*Target{target}, Options{}); r.Outcome != report.Inconclusive {
		t.Errorf("with a wrong secret the run is %s", r.Outcome)
	}
}
