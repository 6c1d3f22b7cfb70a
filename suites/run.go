package suites

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// Options narrow and bound a run.
type Options struct {
	Only         string           // labels or ids of checks; empty: all that fits the target
	AllowBinding bool             // on a live target, also what leaves something behind
	Ledger       string           // file that is then written first; empty: understudy-ledger-<target>.jsonl in the working directory
	Rate         Rate             // of calls to a live target; zero: the target's own
	List         bool             // say what would run, and run nothing
	Now          func() time.Time // nil: the wall clock
	Version      string           // of the program, for the report
	Out          io.Writer        // Ginkgo's own account of the run; nil: none

	// Progress hears of each spec that is about to run: which of how many it is,
	// and its text. Nil: nobody does.
	Progress func(n, of int, spec string)

	// Ask hears of an address that a person must open for a spec to go on, where
	// the target has its consents given by hand. Nil: nobody does, and such a spec
	// is inconclusive.
	Ask func(address string)
}

// run is one call of Run.
type run struct {
	selection
	options   Options
	now       func() time.Time
	contracts map[string]*contracts.Contract // by insurer
	targets   []*Target

	ginkgo   types.SuiteConfig // as its flags say
	reporter types.ReporterConfig
}

// running keeps runs apart: Ginkgo has one tree of specs a process.
var running sync.Mutex

// Run runs the specs of the targets and reports what they showed; t hears of
// what a caller has to act on. An error is a mistake in the options or the
// targets, and then nothing ran. The worlds of sandbox targets are deleted.
//
// Under `ginkgo -p` the first process reports for all, and the reports of the
// others are empty. Run takes Ginkgo's tree of specs for itself: what was
// in it before is gone.
func Run(ctx context.Context, t ginkgo.GinkgoTestingT, targets []*Target, o Options) (*report.Report, error) {
	running.Lock()
	defer running.Unlock()
	r, err := newRun(targets, o)
	if err != nil {
		return nil, err
	}
	defer r.end(ctx)
	defer r.borrow()()
	gomega.RegisterFailHandler(ginkgo.Fail)
	r.register()
	if err := r.choose(); err != nil {
		return nil, err
	}
	if o.List {
		return r.judge(r.preview()), nil
	}
	for _, target := range r.targets {
		r.approach(ctx, target)
	}
	if err := r.alone(); err != nil {
		return nil, err
	}
	if err := r.openLedgers(); err != nil {
		return nil, err
	}
	if err := r.openLandings(ctx); err != nil {
		return nil, err
	}
	r.register() // anew: some targets have turned out to be sandboxes
	whole, failed := r.specs(ctx)
	r.undo(ctx)
	judged := r.judge(whole)
	if failed && !r.first() || r.first() && judged.Outcome.ExitCode() != 0 {
		t.Fail()
	}
	return judged, nil
}

func newRun(targets []*Target, o Options) (*run, error) {
	r := &run{options: o, now: o.Now, contracts: map[string]*contracts.Contract{}}
	if r.now == nil {
		r.now = time.Now //nolint:forbidigo // hours and waivers are about the day on which a run is made
	}
	for _, given := range targets {
		if _, ok := insurers[given.Insurer]; !ok {
			return nil, fmt.Errorf("suites: target %s: no suite for the insurer %q; there are %s", given.Name, given.Insurer, strings.Join(slices.Sorted(maps.Keys(insurers)), ", "))
		}
		contract, err := contracts.For(given.Insurer)
		if err != nil {
			return nil, fmt.Errorf("suites: target %s: %w", given.Name, err)
		}
		if slices.ContainsFunc(r.targets, func(other *Target) bool { return other.Name == given.Name }) {
			return nil, fmt.Errorf("suites: two targets are called %s", given.Name)
		}
		r.contracts[given.Insurer] = contract
		target := *given
		target.run = r
		if err := target.prove(); err != nil {
			return nil, err
		}
		if target.gate, err = newGate(&target, r.now, o.Rate); err != nil {
			return nil, err
		}
		r.targets = append(r.targets, &target)
	}
	if len(r.targets) == 0 {
		return nil, errors.New("suites: there is no target")
	}
	return r, nil
}

// end leaves nothing behind.
func (r *run) end(ctx context.Context) {
	for _, t := range r.targets {
		t.leave(ctx)
		t.landing.close()
		if t.ledger != nil {
			_ = t.ledger.close() // every line was put on the disk when it was written
		}
		t.gate.wire.CloseIdleConnections()
	}
}

// alone refuses parallel processes on a live target: each would keep a budget
// and a rate of its own.
func (r *run) alone() error {
	for _, t := range r.targets {
		if t.live() && r.ginkgo.ParallelTotal > 1 {
			return fmt.Errorf("suites: target %s is live: run without parallel processes", t.Name)
		}
	}
	return nil
}

// register makes Ginkgo's tree of specs that of the targets.
func (r *run) register() {
	globals.Reset()
	for _, t := range r.targets {
		t.register()
	}
}

func (t *Target) register() {
	where := onLive
	if !t.live() {
		where = onSandbox
	}
	ginkgo.Describe(t.Name, ginkgo.Label(t.Insurer, where), func() {
		ginkgo.BeforeEach(func() {
			if reason := t.gate.reason(); reason != "" {
				account{Inconclusive: reason}.file()
				ginkgo.Skip(reason)
			}
		})
		insurers[t.Insurer].specs(t)
	})
}

// needs skips a spec that asks for more than the target can do.
func (t *Target) needs(ability string) {
	if t.Abilities != nil && !slices.Contains(t.Abilities, ability) {
		ginkgo.Skip(t.Name + " cannot do " + ability)
	}
}

// choose turns the user's choice into a filter over the specs that there are.
func (r *run) choose() error {
	labels := []string{safeLabel, bindsLabel, sandboxLabel, onLive, onSandbox}
	for _, spec := range r.preview().SpecReports {
		for _, label := range spec.Labels() {
			if !slices.Contains(labels, label) {
				labels = append(labels, label)
			}
		}
	}
	slices.Sort(labels)
	var err error
	r.selection, err = newSelection(r.options.Only, r.options.AllowBinding, labels, r.contracts)
	return err
}

// preview is the tree of specs with the filter as it is now, and nothing run.
func (r *run) preview() types.Report {
	return ginkgo.PreviewSpecs("understudy", r.config(), r.reporter)
}

// config is what Ginkgo was given, with our filter on top of its own.
func (r *run) config() types.SuiteConfig {
	config := r.ginkgo
	switch {
	case config.LabelFilter == "":
		config.LabelFilter = r.filter
	case r.filter != "":
		config.LabelFilter = "(" + config.LabelFilter + ") && " + r.filter
	}
	return config
}

// specs runs the specs. The report is whole in the first of parallel processes.
func (r *run) specs(ctx context.Context) (whole types.Report, failed bool) {
	ginkgo.ReportAfterSuite("understudy", func(all types.Report) { whole = all })
	r.follow()
	defer context.AfterFunc(ctx, func() {
		for _, t := range r.targets {
			t.gate.shut("the run was ended: " + context.Cause(ctx).Error())
		}
	})()
	c := &collector{}
	ginkgo.RunSpecs(c, "understudy", r.config(), r.reporter, ginkgo.AroundNode(until(ctx)))
	return whole, c.failed
}

// follow tells of the specs while they run.
func (r *run) follow() {
	if r.options.Progress == nil {
		return
	}
	n, of := 0, 0
	ginkgo.ReportBeforeSuite(func(all types.Report) { of = all.PreRunStats.SpecsThatWillRun })
	ginkgo.ReportBeforeEach(func(spec types.SpecReport) {
		if spec.State.Is(types.SpecStateSkipped | types.SpecStatePending) {
			return
		}
		n++
		r.options.Progress(n, of, spec.FullText())
	})
}

// first says whether this process reports for all.
func (r *run) first() bool { return r.ginkgo.ParallelProcess == 1 }

// collector hears from Ginkgo that something failed; the report says what.
type collector struct{ failed bool }

// Fail implements [ginkgo.GinkgoTestingT].
func (c *collector) Fail() { c.failed = true }

// until ends every node with the context of the run.
func until(ctx context.Context) func(context.Context, func(context.Context)) {
	return func(node context.Context, body func(context.Context)) {
		both, cancel := context.WithCancel(node)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		body(both)
	}
}

// borrow takes over what Ginkgo keeps in variables of its process - the tree of
// specs, the configuration, where its own account goes - and returns what gives
// it all back as it was.
func (r *run) borrow() (giveBack func()) {
	out := formatter.ColorableStdOut
	if formatter.ColorableStdOut = r.options.Out; r.options.Out == nil {
		formatter.ColorableStdOut = io.Discard
	}
	r.ginkgo, r.reporter = ginkgo.GinkgoConfiguration()
	return func() {
		globals.Reset()
		// Whoever passes a configuration leaves it behind.
		ginkgo.PreviewSpecs("understudy", r.ginkgo, r.reporter)
		globals.Reset()
		formatter.ColorableStdOut = out
	}
}
