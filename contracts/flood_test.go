package contracts

import (
	"net/http"
	"strings"
	"testing"
)

// A stranger may send a body with a mistake in every element. What is kept of
// it is bounded, and a long body is judged up to its first.
func TestViolationsAreBounded(t *testing.T) {
	c, err := For("allianz")
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]struct{ elements, most int }{
		"a few":        {3, 3},
		"many":         {20_000, mostViolations},
		"a whole body": {500_000, 1},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := strings.TrimSuffix(strings.Repeat("7,", at.elements), ",")
			x := &Exchange{Insurer: "allianz", Face: "motor", Operation: "quickQuote"}
			x.Request.Header = http.Header{"Content-Type": {"application/json"}}
			x.Request.SetBody([]byte(`{"policyStartDate":"2022-07-23","channel":"WS","productCode":"VMI","vehicle":{"make":"39","usage":"110"},"productPackages":[` + wrong + `]}`))
			x.Response.Status = http.StatusBadRequest
			if got := len(c.JudgeRequest(x)); got != at.most {
				t.Errorf("%d wrong elements: got %d violations, want %d", at.elements, got, at.most)
			}
			for _, finding := range c.Examine(x) {
				if len(finding.Got) > 8*shortest {
					t.Errorf("%s quotes %d bytes", finding.Check, len(finding.Got))
				}
			}
		})
	}
}
