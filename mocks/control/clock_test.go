package control_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/control"
)

const aJob = `{"id":"j-1","kind":"decide","insurer":"allianz","due":"2026-03-02T10:00:00+07:00","held":false,"stuck":false,"attempts":[]}`

// A clock that moves runs what falls due on the way, each job at its own moment.
func TestClock(t *testing.T) {
	s := newSandbox(t)
	move := func(body, want string) {
		t.Helper()
		equal(t, s.want(t, 200, "POST", "/__admin/worlds/ci/clock", body), want)
	}
	s.quote(t, "/w/ci", "X-Later", "decide").want(t, 200)
	move(`{"advance":"59m"}`, `{"now":"2026-03-02T09:59:00+07:00","mode":"frozen","ran":[],"due":[`+aJob+`]}`)
	move(`{"advance":"48h"}`, `{"now":"2026-03-04T09:59:00+07:00","mode":"frozen","ran":[`+aJob+`],"due":[]}`)
	if want := []string{"2026-03-02T10:00:00+07:00 "}; !slices.Equal(s.jobs.seen, want) {
		t.Errorf("jobs ran at %q, want %q", s.jobs.seen, want)
	}
	move(`{"freeze":"2026-03-01T00:00:00Z"}`, `{"now":"2026-03-01T00:00:00Z","mode":"frozen","ran":[],"due":[]}`)
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/ci/clock", ""), `{"now":"2026-03-01T00:00:00Z","mode":"frozen"}`)
	// Nobody else's clock moved.
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/default/clock", ""), `{"now":"2026-03-02T09:00:00+07:00","mode":"frozen"}`)
}

func TestClockRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSandbox(t)
		got := s.want(t, 200, "POST", "/__admin/worlds/ci/clock", `{"run":true}`)
		if got["mode"] != "running" || got["now"] != "2026-03-02T02:00:00Z" {
			t.Errorf("got %v, want it to run from where it stood", got)
		}
		<-time.After(time.Hour)
		equal(t, s.want(t, 200, "GET", "/__admin/worlds/ci/clock", ""), `{"now":"2026-03-02T03:00:00Z","mode":"running"}`)
	})
}

// A clock that cannot go so far says so, before anything has run.
func TestClockHasAnEnd(t *testing.T) {
	for name, begin := range map[string]clock.Clock{
		"frozen":  clock.Frozen(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)),
		"running": clock.Running(200 * 365 * 24 * time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t, func(o *mocks.Options, _ *control.Options) { o.Clock = begin })
			refused(t, s.call(t, "POST", quiet+"/clock", `{"advance":"2000000h"}`), 400)
			if _, err := s.World("quiet"); err == nil {
				t.Error("the refused call made the world")
			}
		})
	}
}

func TestGates(t *testing.T) {
	s := newSandbox(t)
	jobs := func(want string) {
		t.Helper()
		equal(t, s.want(t, 200, "GET", "/__admin/worlds/ci/jobs", ""), want)
	}
	held := `{"id":"j-1","kind":"decide","insurer":"allianz","due":"2026-03-02T10:00:00+07:00","held":true,"stuck":false,"attempts":[]}`
	s.want(t, 204, "POST", "/__admin/worlds/ci/jobs/decide/hold", "")
	s.quote(t, "/w/ci", "X-Later", "decide").want(t, 200)
	equal(t, s.want(t, 200, "POST", "/__admin/worlds/ci/clock", `{"advance":"2h"}`),
		`{"now":"2026-03-02T11:00:00+07:00","mode":"frozen","ran":[],"due":[`+held+`]}`)
	jobs(`{"jobs":[` + held + `],"held":["decide"]}`)
	equal(t, s.want(t, 200, "POST", "/__admin/worlds/ci/drain", ""), `{"ran":[],"stuck":[`+held+`]}`)

	released := s.want(t, 200, "POST", "/__admin/worlds/ci/jobs/decide/release", `{"outcome":"rejected"}`)
	if ran, ok := released["ran"].([]any); !ok || len(ran) != 1 {
		t.Errorf("got %v, want one job that ran", released)
	}
	if want := []string{"2026-03-02T11:00:00+07:00 rejected"}; !slices.Equal(s.jobs.seen, want) {
		t.Errorf("jobs ran at %q, want %q", s.jobs.seen, want)
	}
	jobs(`{"jobs":[],"held":[]}`)
}

// A job that fails is run again by the insurer's schedule, and then is stuck.
func TestAttempts(t *testing.T) {
	s := newSandbox(t)
	s.quote(t, "/w/ci", "X-Later", "fail").want(t, 200)
	s.want(t, 200, "POST", "/__admin/worlds/ci/clock", `{"advance":"61m"}`)
	stuck := `{"id":"j-1","kind":"fail","insurer":"allianz","due":"2026-03-02T10:01:00+07:00","held":false,"stuck":true,"attempts":[
		{"at":"2026-03-02T10:00:00+07:00","error":"the receiver is away"},
		{"at":"2026-03-02T10:01:00+07:00","error":"the receiver is away"}]}`
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/ci/jobs", ""), `{"jobs":[`+stuck+`],"held":[]}`)
	equal(t, s.want(t, 200, "POST", "/__admin/worlds/ci/drain", ""), `{"ran":[],"stuck":[`+stuck+`]}`)
}
