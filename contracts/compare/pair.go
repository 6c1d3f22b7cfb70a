package compare

import (
	"cmp"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// pair is the two reports, and the insurers that both are about.
type pair struct {
	mock, insurer *report.Report
	slugs         []string // none: whichever there are
}

// checks are the promises of the insurers' that either report knows. What a
// caller promises says nothing of who answers.
func (p pair) checks() []string {
	var ids []string
	for _, r := range [...]*report.Report{p.mock, p.insurer} {
		for _, promise := range r.Checks {
			if promise.Blame == contracts.Insurer && (len(p.slugs) == 0 || slices.Contains(p.slugs, promise.Insurer)) {
				ids = append(ids, promise.Check)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// shared says whether both runs judged some check.
func (p pair) shared() bool {
	return slices.ContainsFunc(p.checks(), func(id string) bool {
		return promiseIn(p.mock, id) != nil && promiseIn(p.insurer, id) != nil
	})
}

// promiseIn is a check in a report; nil where the run did not judge it.
func promiseIn(r *report.Report, id string) *report.Promise {
	at := slices.IndexFunc(r.Checks, func(promise report.Promise) bool { return promise.Check == id })
	if at < 0 {
		return nil
	}
	return &r.Checks[at]
}

// check compares one check. Only operations that both sides were asked about
// count: what a mock breaks where the insurer was never asked is no verdict on
// either.
func (p pair) check(id string) Check {
	mock, insurer := promiseIn(p.mock, id), promiseIn(p.insurer, id)
	told := cmp.Or(mock, insurer)
	c := Check{Check: id, Level: told.Level, Evidence: told.Evidence, Says: told.Says, Clause: told.Clause}
	both := common(mock, insurer)
	c.Mock, c.Insurer = recordOf(mock, both), recordOf(insurer, both)

	c.Reason = joined(silence("mock", p.mock, mock, c.Mock), silence("insurer", p.insurer, insurer, c.Insurer))
	if c.Reason == "" && len(both) == 0 {
		c.Reason = "the mock was asked by " + strings.Join(exercised(mock), " ") + ", the insurer by " + strings.Join(exercised(insurer), " ")
	}
	if c.Reason != "" {
		c.Verdict = Inconclusive
		return c
	}
	c.Verdict = verdictOf(c.Mock.Failed > 0, c.Insurer.Failed > 0)
	if worst := worseOf(c.Mock.Worst, c.Insurer.Worst); worst != nil {
		c.Evidence = worst.Evidence
	}
	c.Note = joined(aside("mock", mock, both), aside("insurer", insurer, both))
	c.Hint = p.hint(c)
	return c
}

// aside says what a side broke besides; empty where that is nothing.
func aside(name string, promise *report.Promise, both []string) string {
	var broken []string
	for _, trial := range promise.Trials {
		if trial.Failed > 0 && !slices.Contains(both, trial.Operation) {
			broken = append(broken, trial.Operation)
		}
	}
	if len(broken) == 0 {
		return ""
	}
	return "the " + name + " alone was asked by " + strings.Join(broken, " ") + ", and broke it there"
}

// common are the operations on which both sides were put to the test.
func common(mock, insurer *report.Promise) []string {
	var both []string
	for _, name := range exercised(mock) {
		if slices.Contains(exercised(insurer), name) {
			both = append(both, name)
		}
	}
	return both
}

func exercised(promise *report.Promise) []string {
	var names []string
	if promise != nil {
		for _, trial := range promise.Trials {
			if trial.Exercised > 0 {
				names = append(names, trial.Operation)
			}
		}
	}
	return names
}

// joined is the texts that are not empty.
func joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), "; ")
}

// recordOf sums the trials on some operations up; on all, where there are none.
func recordOf(promise *report.Promise, on []string) Record {
	var r Record
	if promise == nil {
		return r
	}
	for _, trial := range promise.Trials {
		if len(on) > 0 && !slices.Contains(on, trial.Operation) {
			continue
		}
		r.Exercised += trial.Exercised
		r.Failed += trial.Failed
		if trial.Worst != nil {
			r.Worst = worseOf(r.Worst, &Failure{trial.Operation, *trial.Worst})
		}
	}
	return r
}

// worseOf is the failure that says more; nil is none.
func worseOf(a, b *Failure) *Failure {
	if a == nil || b != nil && report.Worse(&a.Breach, &b.Breach) == &b.Breach {
		return b
	}
	return a
}

// silence says why a side proves nothing about a check; empty where it does.
// What it broke it broke, also in a run that did not come to its end.
func silence(name string, r *report.Report, promise *report.Promise, on Record) string {
	switch {
	case len(r.Inconclusive) > 0 && on.Failed == 0:
		return "the run on the " + name + " proves nothing" // why stands with the side
	case promise == nil:
		return "the run on the " + name + " did not judge it"
	}
	bent := false
	for _, trial := range promise.Trials {
		if trial.Waived != "" {
			return "the " + name + " is excused: " + trial.Waived
		}
		bent = bent || trial.Bent > 0
	}
	switch {
	case on.Exercised > 0:
		return ""
	case bent:
		return "the " + name + " was asked only under a scenario"
	default:
		return "the " + name + " was not asked"
	}
}

// hint says what to do about a guess that a live answer has settled.
func (p pair) hint(c Check) string {
	if c.Evidence != contracts.Inferred {
		return ""
	}
	live, broke := false, false
	for _, side := range [...]struct {
		report *report.Report
		record Record
	}{{p.mock, c.Mock}, {p.insurer, c.Insurer}} {
		live = live || side.report.Live
		broke = broke || side.report.Live && side.record.Failed > 0
	}
	switch {
	case broke:
		return "only inferred, and a live answer broke it: correct the promise, and the mock with it"
	case live:
		return "only inferred, and the live answers kept it: raise its grade to observed"
	}
	return ""
}

// specs compares the specs that ended on both sides, and keeps those that failed
// on one of them.
func (p pair) specs() []Spec {
	theirs := map[string]report.Spec{}
	for _, spec := range p.insurer.Specs {
		theirs[spec.Name] = spec
	}
	kept := []Spec{}
	for _, mock := range p.mock.Specs {
		insurer, both := theirs[mock.Name]
		if !both || !ended(mock) || !ended(insurer) {
			continue
		}
		one := Spec{Spec: mock.Name, Verdict: verdictOf(failed(mock), failed(insurer)), outcome: mock.Outcome.With(insurer.Outcome)}
		var reasons []string
		for _, spec := range [...]report.Spec{mock, insurer} {
			if failed(spec) && !slices.Contains(reasons, spec.Reason) {
				reasons = append(reasons, spec.Reason)
			}
		}
		if one.Verdict != SamePass {
			one.Reason = strings.Join(reasons, "; ")
			kept = append(kept, one)
		}
	}
	return kept
}

// ended says whether a spec came to an end that tells something of its own: one
// that failed by a check adds nothing to that check's verdict.
func ended(s report.Spec) bool {
	return s.Outcome == report.Passed && s.Reason == "" || failed(s) && len(s.Findings) == 0
}

func failed(s report.Spec) bool {
	return s.Outcome == report.Failed || s.Outcome == report.InferredOnly
}
