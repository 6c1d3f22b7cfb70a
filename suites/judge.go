package suites

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// judge turns what Ginkgo tells of all specs, of all processes, into a report.
func (r *run) judge(whole types.Report) *report.Report {
	reports := make([]*report.Report, len(r.targets))
	for i, t := range r.targets {
		reports[i] = t.judge(whole)
	}
	if len(reports) == 1 {
		return reports[0]
	}
	return report.Merge(reports...)
}

func (t *Target) judge(whole types.Report) *report.Report {
	v := &verdict{target: t, asked: map[string]bool{}, broken: map[string]bool{}, run: report.Run{
		Head: report.Head{
			Target: t.Name, Live: t.live(), Insurers: []string{t.Insurer}, Version: t.run.options.Version,
			Seed: uint64(whole.SuiteConfig.RandomSeed), Started: whole.StartTime, Took: whole.RunTime,
			Inconclusive: slices.Clone(whole.SpecialSuiteFailureReasons),
			Complete:     !t.live() && t.run.everything(),
		},
		Tape:      &contracts.Tape{},
		Contracts: []*contracts.Contract{t.run.contracts[t.Insurer]},
		Asks:      t.run.asks,
		Waive:     t.waive,
	}}
	if reason := t.gate.reason(); reason != "" {
		v.run.Inconclusive = append(v.run.Inconclusive, reason)
	}
	for _, spec := range whole.SpecReports {
		if spec.LeafNodeType.Is(types.NodeTypeIt) && spec.ContainerHierarchyTexts[0] == t.Name {
			v.spec(spec)
		}
	}
	if !v.deserted() {
		v.tape()
		v.vacuous()
	}
	v.waivers()
	v.leftovers()
	judged := report.New(v.run)
	t.gate.secrets.scrub(judged)
	return judged
}

// everything says that the run was not narrowed, so that what nobody called is a
// hole.
func (r *run) everything() bool {
	return !r.options.List && r.options.Only == "" && r.ginkgo.LabelFilter == "" &&
		len(r.ginkgo.FocusStrings)+len(r.ginkgo.SkipStrings)+len(r.ginkgo.FocusFiles)+len(r.ginkgo.SkipFiles) == 0
}

// verdict is the judgement of one target in the making.
type verdict struct {
	target *Target
	run    report.Run
	seen   []contracts.Entry
	asked  map[string]bool // checks that some honest exchange was held to
	broken map[string]bool // checks that one did not keep
}

// spec judges one spec, and keeps what it saw.
func (v *verdict) spec(s types.SpecReport) {
	one := report.Spec{Name: v.name(s), Labels: s.Labels(), Took: s.RunTime}
	inconclusive := ""
	for _, a := range accounts(s) {
		v.seen = append(v.seen, a.Seen...)
		one.Findings = append(one.Findings, a.Broken...)
		if inconclusive == "" {
			inconclusive = a.Inconclusive
		}
	}
	one.Outcome, one.Reason = report.Passed, ""
	switch {
	case s.State.Is(types.SpecStateSkipped | types.SpecStatePending):
		if one.Outcome, one.Reason = v.skipped(s, inconclusive); one.Reason == "" {
			return
		}
	case v.target.run.options.List:
		one.Outcome, one.Reason = report.Skipped, "listed"
	case s.State.Is(types.SpecStateInterrupted | types.SpecStateAborted | types.SpecStateTimedout):
		one.Outcome, one.Reason = report.Inconclusive, s.FailureMessage()
	case !s.Failed():
	case len(one.Findings) > 0:
		one.Outcome, one.Reason = report.Failed, s.FailureMessage()
	case inconclusive != "":
		one.Outcome, one.Reason = report.Inconclusive, inconclusive
	case v.target.run.checks != nil && !v.reached(s):
		one.Outcome, one.Reason = report.Inconclusive, "it came to no answer that the chosen checks are about: "+s.FailureMessage()
	case v.target.run.checks != nil:
		one.Reason = "what it expects beside the chosen checks is not judged: " + s.FailureMessage()
	case v.target.live() && slices.Contains(s.Labels(), inferredLabel):
		one.Outcome, one.Reason = report.InferredOnly, s.FailureMessage()
	case v.waived(s) != "":
		one.Reason = "waived, " + v.waived(s) + ": " + s.FailureMessage()
	default:
		one.Outcome, one.Reason = report.Failed, s.FailureMessage()
	}
	v.run.Specs = append(v.run.Specs, one)
}

// waived is why a spec that failed by its own expectation is put up with: an
// honest answer in it broke only what is waived, and an expectation of the same
// thing is no second promise.
func (v *verdict) waived(s types.SpecReport) string {
	for _, a := range accounts(s) {
		for _, e := range a.Seen {
			for _, f := range e.Findings {
				if why := v.target.waive(f); why != "" && e.Exchange.Bent == "" {
					return f.Check + " (" + why + ")"
				}
			}
		}
	}
	return ""
}

// skipped says why a spec did not run; no reason for one that the user did not
// choose.
func (v *verdict) skipped(s types.SpecReport, inconclusive string) (report.Outcome, string) {
	if inconclusive != "" {
		return report.Inconclusive, inconclusive
	}
	if s.Failure.Message != "" {
		return report.Skipped, s.Failure.Message
	}
	labels := s.Labels()
	if chosen, err := types.ParseLabelFilter(v.target.run.chosen); err != nil || !chosen(labels) || !v.target.live() {
		return report.Skipped, ""
	}
	switch {
	case slices.Contains(labels, safeLabel):
		return report.Skipped, ""
	case slices.Contains(labels, bindsLabel):
		return report.Skipped, "it leaves something behind, which a live target is spared unless binding is allowed"
	default:
		return report.Skipped, "it needs a sandbox"
	}
}

// name is the spec's text under its insurer, or under its target where several
// are of one insurer. Labels are left out: they change more often than specs.
func (v *verdict) name(s types.SpecReport) string {
	under := v.target.Insurer
	for _, other := range v.target.run.targets {
		if other != v.target && other.Insurer == under {
			under = v.target.Name
			break
		}
	}
	return under + ": " + strings.Join(append(slices.Clone(s.ContainerHierarchyTexts[1:]), s.LeafNodeText), " ")
}

func accounts(s types.SpecReport) []account {
	var all []account
	for _, entry := range s.ReportEntries {
		text, ok := entry.GetRawValue().(string)
		if entry.Name != entryName || !ok {
			continue
		}
		var a account
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			a.Inconclusive = "what it saw cannot be read: " + err.Error()
		}
		all = append(all, a)
	}
	return all
}

// tape hands over what was seen, with the findings that the run is about.
func (v *verdict) tape() {
	for _, entry := range v.seen {
		kept := contracts.Entry{Exchange: entry.Exchange}
		for _, id := range entry.Asked {
			if v.target.run.asks(id) {
				kept.Asked = append(kept.Asked, id)
				v.asked[id] = v.asked[id] || entry.Exchange.Bent == ""
			}
		}
		for _, f := range entry.Findings {
			if v.target.run.asks(f.Check) {
				kept.Findings = append(kept.Findings, f)
				v.broken[f.Check] = v.broken[f.Check] || entry.Exchange.Bent == ""
			}
		}
		v.run.Tape.Keep(kept)
	}
}

// about says whether an exchange is one that a check can be held against.
func about(check contracts.Check, x *contracts.Exchange) bool {
	return x.Bent == "" && x.Response.Status != 0 && (len(check.On) == 0 || slices.Contains(check.On, x.Operation))
}

// reached says whether a spec came to an answer that the chosen checks are about.
func (v *verdict) reached(s types.SpecReport) bool {
	for _, a := range accounts(s) {
		for _, entry := range a.Seen {
			for _, check := range v.target.run.contracts[v.target.Insurer].Checks {
				if v.target.run.checks[check.ID] && about(check, entry.Exchange) {
					return true
				}
			}
		}
	}
	return false
}

// deserted says whether every answer was the gateway's that nobody is behind it.
// Then nothing that was seen says anything about the insurer.
func (v *verdict) deserted() bool {
	status := 0
	for _, entry := range v.seen {
		switch status = entry.Exchange.Response.Status; status {
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		default:
			return false
		}
	}
	if status == 0 || !v.target.live() {
		return false
	}
	reason := fmt.Sprintf("nobody is behind the gateway: every call was answered %d", status)
	v.run.Inconclusive = append(v.run.Inconclusive, reason)
	for i := range v.run.Specs {
		if s := &v.run.Specs[i]; s.Outcome == report.Failed || s.Outcome == report.InferredOnly {
			s.Outcome, s.Reason, s.Findings = report.Inconclusive, reason, nil
		}
	}
	return true
}

// vacuous keeps a run that was narrowed to checks from being green where no spec
// was content with any answer: such an insurer keeps many a promise by silence.
func (v *verdict) vacuous() {
	content := func(s report.Spec) bool { return s.Outcome == report.Passed && s.Reason == "" }
	if v.target.run.checks == nil || len(v.seen) == 0 || slices.ContainsFunc(v.run.Specs, content) {
		return
	}
	v.run.Inconclusive = append(v.run.Inconclusive, "no answer was what a spec expects, so the chosen checks prove nothing")
}

// waivers fails the run for one that holds no longer, and for one that nothing
// needed although its check was asked.
func (v *verdict) waivers() {
	for _, w := range v.target.Waivers {
		reason := ""
		switch {
		case !v.target.run.asks(w.Check):
		case w.expired(v.target.run.now()):
			reason = fmt.Sprintf("it expired on %s: %s (%s)", w.Until, w.Reason, w.Issue)
		case v.asked[w.Check] && !v.broken[w.Check] && v.target.run.everything():
			reason = fmt.Sprintf("the target keeps the promise, so it is not needed: %s (%s)", w.Reason, w.Issue)
		}
		if reason != "" {
			v.run.Specs = append(v.run.Specs, report.Spec{
				Name: v.target.Insurer + ": waiver of " + w.Check, Outcome: report.Failed, Reason: reason,
			})
		}
	}
}
