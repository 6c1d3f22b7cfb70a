package suites

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/understudy-sandbox/understudy/contracts/report"
)

// exercised is how many honest answers each check was held to.
func exercised(r *report.Report) map[string]int {
	all := map[string]int{}
	for _, p := range r.Checks {
		all[p.Check] = p.Exercised
	}
	return all
}

func TestReportSaysWhatWasExercised(t *testing.T) {
	const money, refused, token = "allianz/stamp-and-vat", "allianz/refusal-text", "allianz/token-given"
	refusing := answers(quickQuotes, http.StatusOK, func(got *httptest.ResponseRecorder) string {
		got.Code = http.StatusBadRequest
		return `{"code":"003","message":"vehicle ข้อมูลที่ส่งมาไม่ถูกต้อง"}`
	})
	tests := []struct {
		name    string
		bend    bend
		only    string
		want    map[string]bool // of those that the run judges
		unheard []string
	}{
		{name: "honest", want: map[string]bool{money: true, refused: true, token: true}},
		{name: "it refuses every quote", bend: refusing, want: map[string]bool{money: false, refused: true, token: true}},
		{name: "narrowed to one", only: money, want: map[string]bool{money: true}, unheard: []string{refused, token}},
		{name: "narrowed to specs that nobody refuses", only: "tariff && !resilience", want: map[string]bool{money: true, refused: false}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := exercised(check(t, startStand(t, tt.bend).targets(t), Options{Only: tt.only}))
			for id, want := range tt.want {
				if n, judged := got[id]; !judged || (n > 0) != want {
					t.Errorf("%s: judged %v, exercised %d times, want exercised %v", id, judged, n, want)
				}
			}
			for _, id := range tt.unheard {
				if _, judged := got[id]; judged {
					t.Errorf("%s is in the report of a run that did not judge it", id)
				}
			}
		})
	}
}

func TestProgress(t *testing.T) {
	var told []string
	last := 0
	r := check(t, startStand(t, nil).targets(t), Options{Only: "tariff && !resilience", Progress: func(n, of int, spec string) {
		told = append(told, spec)
		if n != last+1 || of != 10 || spec == "" {
			t.Errorf("%d of %d: %q after %d", n, of, spec, last)
		}
		last = n
	}})
	if len(told) != len(r.Specs) {
		t.Errorf("heard of %d specs, and %d ran: %q", len(told), len(r.Specs), told)
	}
}
