package suites

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"

	"github.com/understudy-sandbox/understudy/contracts/report"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/control"
)

// TestSuites runs every suite: on a target file that UNDERSTUDY_TARGET names, on
// the running sandbox at UNDERSTUDY_URL, or else on one in this process. With
// `ginkgo -p` every process has a world of its own.
func TestSuites(t *testing.T) {
	config, _ := ginkgo.GinkgoConfiguration()
	world := fmt.Sprintf("p%d", config.ParallelProcess)
	targets, err := chosenTargets(t, world)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), t, targets, Options{Version: "test", Out: os.Stdout})
	if err != nil {
		t.Fatal(err)
	}
	if config.ParallelProcess == 1 && r.Outcome != report.Passed {
		t.Error(textOf(r))
	}
}

func chosenTargets(t *testing.T, world string) ([]*Target, error) {
	t.Helper()
	if file := os.Getenv("UNDERSTUDY_TARGET"); file != "" {
		target, err := LoadTarget(file, os.Getenv)
		return []*Target{target}, err
	}
	url := os.Getenv("UNDERSTUDY_URL")
	if url == "" {
		url = startSandbox(t)
	}
	return Sandbox(t.Context(), url, nil, world)
}

// TestSuitesOnOtherSandboxes: whatever a sandbox is set to, its own suites hold. What
// can be set together is, because a run takes its time.
func TestSuitesOnOtherSandboxes(t *testing.T) {
	again(t)
	tests := []struct {
		name   string
		change func(*mocks.Options)
	}{
		{"what is lenient, open or marked is strict, otherwise and hidden", func(o *mocks.Options) {
			o.Stealth, o.Seed = true, 77
			o.Settings = map[string]string{
				"allianz.auth": "strict", "allianz.envelope": "errors", "bima.auth": "strict", "oneassure.auth": "strict",
				"uae.scope": "insurance-too", "uae.nonce": "required", "uae.replay": "401", "uae.events": "jwe",
			}
		}},
		{"answers that break the contract are not sent, in a still 2031", func(o *mocks.Options) {
			o.Strict, o.Clock = true, clock.Frozen(time.Date(2031, time.May, 5, 9, 0, 0, 0, time.UTC))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := sandboxOptions()
			tt.change(&o)
			targets, err := Sandbox(t.Context(), mocks.Start(t, o).URL, nil, "")
			if err != nil {
				t.Fatal(err)
			}
			if r := check(t, targets, Options{}); r.Outcome != report.Passed {
				t.Error(textOf(r))
			}
		})
	}
}

// again is for a test that runs whole suites over and over. Once is enough for the
// race detector, which makes them five times slower: `make test` runs both ways.
func again(tb testing.TB) {
	tb.Helper()
	if racing {
		tb.Skip("runs without the race detector: go test ./suites")
	}
}

// startSandbox is the address of a sandbox in this process.
func startSandbox(tb mocks.TB) string {
	tb.Helper()
	return mocks.Start(tb, sandboxOptions()).URL
}

func sandboxOptions() mocks.Options {
	return mocks.Options{
		Insurers: catalog.All(),
		Control:  control.New(control.Options{Version: "test"}),
	}
}

func textOf(r *report.Report) string {
	var b bytes.Buffer
	_ = report.Text(&b, r)
	return b.String()
}
