package suites

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/contracts/report"
)

// TestPlantedMistakesInContracts: a spec of the suite finds each, whatever the
// checks say.
func TestPlantedMistakesInContracts(t *testing.T) {
	again(t)
	tests := []struct {
		name string
		bend bend
		spec string // that fails
	}{
		{
			"a verified contract is made",
			contractBodies(`"contractProcessState":"VERIFY"`, `"contractProcessState":"ISSUE"`),
			"a contract that was only verified leaves nothing behind",
		},
		{
			"an e-policy is made on paper",
			contractBodies(`"isDigitalPolicy":true`, `"isDigitalPolicy":false`),
			"a contract is refused for an electronic policy of a company",
		},
		{
			"a stranger is told the wrong code",
			answers(contractsPath, http.StatusBadRequest, func(got *httptest.ResponseRecorder) string {
				return strings.ReplaceAll(got.Body.String(), `"112"`, `"003"`)
			}),
			"a contract is refused with 112 when the insurer knows the identity under another name: a person",
		},
		{
			"a late cancellation says yes",
			answers("/amendments", http.StatusBadRequest, func(got *httptest.ResponseRecorder) string {
				got.Code = http.StatusOK
				return `{"type":"CANCEL","reason":"sold","effectiveDate":"2022-06-17","policyNumber":"22-001-M01-000001-2","status":"SUCCESS"}`
			}),
			"a policy that is cancelled after a day, stays",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, startStand(t, tt.bend).targets(t), brisk)
			found := false
			for _, name := range specs(r, report.Failed) {
				found = found || name == "allianz: "+tt.spec
			}
			if !found {
				t.Errorf("%q did not fail; these did:\n%s", tt.spec, strings.Join(specs(r, report.Failed), "\n"))
			}
		})
	}
}

// contractBodies bends what the insurer gets to read of a contract.
func contractBodies(old, wrong string) bend {
	return func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if strings.HasSuffix(r.URL.Path, contractsPath) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(rw, err.Error(), http.StatusInternalServerError)
				return
			}
			body = bytes.ReplaceAll(body, []byte(old), []byte(wrong))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		honest.ServeHTTP(rw, r)
	}
}
