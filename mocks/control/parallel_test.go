package control_test

import (
	"net/http"
	"sync"
	"testing"
)

// Many callers in few worlds meet no failure of ours, whatever they do to each
// other.
func TestManyCallers(t *testing.T) {
	s := newSandbox(t)
	steps := []struct{ method, path, body string }{
		{"POST", "/reset", `{"seed":7}`},
		{"PUT", "/scenario", brokenSecond},
		{"POST", "/clock", `{"advance":"61m"}`},
		{"GET", "/snapshot", ""},
		{"GET", "/requests?format=scenario", ""},
		{"GET", "/requests", ""},
		{"POST", "/jobs/decide/hold", ""},
		{"POST", "/jobs/decide/release", `{"outcome":"yes"}`},
		{"POST", "/drain", ""},
		{"PUT", "/settings", `{"allianz.envelope":"errors"}`},
		{"GET", "", ""},
		{"DELETE", "/scenario", ""},
		{"DELETE", "", ""},
	}
	var all sync.WaitGroup
	for caller := range 8 {
		all.Go(func() {
			world := []string{"/w/a", "/w/b", ""}[caller%3]
			admin := []string{"/__admin/worlds/a", "/__admin/worlds/b", "/__admin/worlds/default"}[caller%3]
			for i := range 40 {
				if a := s.quote(t, world, "X-Later", "decide"); a.status != 200 && a.status != 500 {
					t.Errorf("a quote: got %d %s", a.status, a.body)
				}
				step := steps[(i*5+caller)%len(steps)]
				a := s.call(t, step.method, admin+step.path, step.body)
				if a.status >= 300 && a.status != http.StatusNotFound && a.status != http.StatusConflict {
					t.Errorf("%s %s: got %d %s", step.method, step.path, a.status, a.body)
				}
			}
		})
	}
	all.Wait()
	s.want(t, 200, "GET", "/__admin/worlds", "")
}
