package suites

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
	"github.com/understudy-sandbox/understudy/mocks/uae"
)

func uaeSwap(old, wrong string) func(*httptest.ResponseRecorder) string {
	return func(got *httptest.ResponseRecorder) string { return strings.ReplaceAll(got.Body.String(), old, wrong) }
}

// deaf is an insurer that says yes to a method and does nothing.
func deaf(method string, status int) bend {
	return func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if r.Method == method && strings.Contains(r.URL.Path, "/uae/") {
			rw.WriteHeader(status)
			return
		}
		honest.ServeHTTP(rw, r)
	}
}

// redirects bends the address that a browser is sent to.
func redirects(change func(string) string) bend {
	return func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		got := httptest.NewRecorder()
		honest.ServeHTTP(got, r)
		maps.Copy(rw.Header(), got.Header())
		if to := got.Header().Get("Location"); to != "" {
			rw.Header().Set("Location", change(to))
		}
		rw.WriteHeader(got.Code)
		_, _ = rw.Write(got.Body.Bytes())
	}
}

var idAlone = regexp.MustCompile(`\{("InsurancePolicyId":"[^"]+")\}`)

// A planted mistake fails the run by the check that is about it, and by a spec
// where no check can know.
func TestUAEPlantedMistakes(t *testing.T) {
	again(t)
	const consents, policies = "consents", "policies"
	tests := []struct {
		name string
		only string // the part of the suite that is about it
		bend bend
		want []string // checks that are broken
		spec string   // that fails; empty: any
	}{
		{"rc1's member in v1.2", policies, answers("/motor-insurance-policies", 200, uaeSwap(`"InsurancePolicyId"`, `"PolicyType":"Motor","InsurancePolicyId"`)), []string{"uae/body-fits", "uae/no-policy-type"}, ""},
		{
			"a code that is not of this cause", "tokens", answers("/token", 400, uaeSwap(`invalid_grant`, `invalid_request`)), nil,
			"uae: a token is void once its code was used twice",
		},
		{
			"no issuer on the way back", "page", redirects(func(to string) string { return to[:strings.LastIndex(to, "&iss=")] }),
			[]string{"uae/redirect-iss"},
			"",
		},
		{
			"a patch that does nothing", consents, deaf(http.MethodPatch, http.StatusNoContent),
			[]string{"uae/interaction-id-echoed", "uae/interaction-id-made"},
			"uae: a consent of v1.2 may be revoked by its third party when it is Authorized",
		},
		{
			"a consent that never expires", consents, answers("", 200, uaeSwap(`"Status":"Expired"`, `"Status":"Authorized"`)), nil,
			"uae: a consent of v1.0-rc1 expires by the clock, to the second",
		},
		{
			"a customer without a permission", policies, answers("insurance-policies", 200, func(got *httptest.ResponseRecorder) string {
				return idAlone.ReplaceAllString(got.Body.String(), `{$1,"Customer":{"CustomerId":"c","FullName":"Hamad Ali","PrimaryLanguage":"English"}}`)
			}), nil, "",
		},
		{"words on a 401", "calls", answers("", 401, func(got *httptest.ResponseRecorder) string {
			if got.Body.String() == "{}" {
				return `{"Errors":[{"Code":"AccessToken.Unauthorized","Message":"no"}]}`
			}
			return got.Body.String()
		}), []string{"uae/body-fits", "uae/empty-refusals", "uae/rc1-empty-refusals"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, startStand(t, tt.bend).targets(t, "uae"), Options{Only: tt.only})
			if r.Outcome != report.Failed {
				t.Errorf("outcome %s", r.Outcome)
			}
			if diff := cmp.Diff(tt.want, weighing(r)); diff != "" {
				t.Errorf("broken checks (-want +got):\n%s", diff)
			}
			if failed := specs(r, report.Failed); tt.spec != "" && !slices.Contains(failed, tt.spec) {
				t.Errorf("%q did not fail; these did:\n%s", tt.spec, strings.Join(failed, "\n"))
			}
		})
	}
}

// TestUAEDeeds: what a call may leave behind is known before it is made.
func TestUAEDeeds(t *testing.T) {
	const id = "6a6a826f-0930-4eb0-b365-a8eac3032828"
	header := func(alg string) string { return encoded(`{"alg":"` + alg + `"}`) }
	push := func(head, payload string) string {
		return "request=" + head + "." + encoded(payload) + ".c2ln&client_assertion=x"
	}
	whole := `{"code_challenge":"c","authorization_details":[{"consent":{"ConsentId":"` + id + `"}}]}`
	tests := []struct {
		name, operation, body string
		want                  deed
	}{
		{"a push", "pushAuthorizationRequest", push(header("PS256"), whole), deed{binds: true, key: "consent " + id, id: id}},
		{"a push signed otherwise", "pushAuthorizationRequest", push(header("RS256"), whole), deed{harmless: true}},
		{"a push without a proof of key", "pushAuthorizationRequest", push(header("PS256"), strings.Replace(whole, "code_challenge", "other", 1)), deed{harmless: true}},
		{"a push of two consents", "pushAuthorizationRequest", push(header("PS256"), strings.Replace(whole, "}}]", "}},{}]", 1)), deed{harmless: true}},
		{"a push of no JWT", "pushAuthorizationRequest", "request=hello", deed{harmless: true}},
		{"a token", "issueToken", "grant_type=client_credentials", deed{harmless: true}},
		{"a subscription", "patchInsuranceConsent", `{"Subscription":{"Webhook":{"IsActive":true}}}`, deed{harmless: true}},
		{"a revocation", "patchInsuranceConsent", `{"Data":{"Status":"Revoked"}}`, deed{ends: id}},
		{"a patch that cannot be read", "patchConsentRc1", `a.b.c`, deed{ends: id}},
		{"a call that nobody knows", "", `{}`, deed{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := &contracts.Exchange{Insurer: "uae", Operation: tt.operation, Request: contracts.Request{Vars: map[string]string{"ConsentId": id}}}
			x.Request.SetBody([]byte(tt.body))
			got := readUAE(x)
			if !got.binds {
				got.key = ""
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(deed{})); diff != "" {
				t.Errorf("deed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUAEMagic: every value that is published as a special one is sent by a spec,
// to the operation that it is published for.
func TestUAEMagic(t *testing.T) {
	again(t)
	var (
		mu   sync.Mutex
		sent = map[string][]string{} // by operation: paths and bodies
	)
	contract, err := contracts.For("uae")
	if err != nil {
		t.Fatal(err)
	}
	s := startStand(t, func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if _, path, ok := strings.Cut(r.URL.Path, "/uae"); ok && !strings.HasPrefix(r.URL.Path, "/__admin/") {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			mu.Lock()
			for _, mount := range []string{"/auth1", "/rs1/open-finance/insurance/v1.0-rc1", "/rs1/open-finance/insurance/v1.2"} {
				below, under := strings.CutPrefix(path, mount)
				for _, face := range contract.Faces {
					if op, _, _ := face.Match(r.Method, below); under && op != "" {
						sent[op] = append(sent[op], path, string(body))
					}
				}
			}
			mu.Unlock()
		}
		honest.ServeHTTP(rw, r)
	})
	if r := check(t, s.targets(t, "uae"), Options{Only: "consents || policies || page"}); r.Outcome != report.Passed {
		t.Fatal(textOf(r))
	}
	published := uae.Insurer().Magic
	if len(published) == 0 {
		t.Error("nothing is published")
	}
	for _, m := range published {
		if !slices.ContainsFunc(sent[m.Operation], func(text string) bool { return strings.Contains(text, m.Value) }) {
			t.Errorf("no spec sends %s as %s of %s", m.Value, m.Pointer, m.Operation)
		}
	}
}
