package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// Verdict is what two reports together say of a check or a spec.
type Verdict string

// The verdicts, from what a reader has to act on first to what needs nothing.
const (
	InsurerChanged Verdict = "insurer-changed" // the insurer broke what the mock keeps
	MockWrong      Verdict = "mock-wrong"      // the mock broke what the insurer keeps
	SameFail       Verdict = "same-fail"       // both broke it
	Inconclusive   Verdict = "inconclusive"    // a side was not asked, was away or is excused
	SamePass       Verdict = "same-pass"       // both keep it
)

var verdicts = []Verdict{InsurerChanged, MockWrong, SameFail, Inconclusive, SamePass}

// verdictOf is the verdict on a promise that each side kept or broke.
func verdictOf(mockBroke, insurerBroke bool) Verdict {
	switch {
	case mockBroke && insurerBroke:
		return SameFail
	case mockBroke:
		return MockWrong
	case insurerBroke:
		return InsurerChanged
	}
	return SamePass
}

// Parity is two reports side by side, sorted by verdict.
type Parity struct {
	Mock    Side `json:"mock"`
	Insurer Side `json:"insurer"`
	// Outcome is the weightiest of what was broken; [report.Skipped] where the
	// reports have no check in common.
	Outcome report.Outcome `json:"outcome"`
	Score   Score          `json:"score"`
	Checks  []Check        `json:"checks"`
	// Specs are those that failed by themselves, and not by a broken check: an
	// insurer may answer otherwise than a caller expects and break no promise.
	Specs []Spec `json:"specs"`
}

// Side is one of the two runs.
type Side struct {
	Target       string         `json:"target"`
	Live         bool           `json:"live"`
	Version      string         `json:"version"` // of understudy
	Started      time.Time      `json:"started"`
	Outcome      report.Outcome `json:"outcome"`
	Inconclusive []string       `json:"inconclusive"` // why the run as a whole proves nothing
}

// Score is how far the two agree.
type Score struct {
	SamePass     int `json:"same_pass"`
	Conclusive   int `json:"conclusive"`
	Inconclusive int `json:"inconclusive"`
	Percent      int `json:"percent"` // of the conclusive that are same-pass, rounded down; 0 where none is conclusive
}

// Check is one promise of the insurer's, and how either side kept it.
type Check struct {
	Check    string             `json:"check"`
	Verdict  Verdict            `json:"verdict"`
	Level    contracts.Level    `json:"level"`
	Evidence contracts.Evidence `json:"evidence"` // of what was broken, where something was
	Says     string             `json:"says"`
	Clause   string             `json:"clause"`
	Reason   string             `json:"reason,omitempty"` // why it is inconclusive
	Note     string             `json:"note,omitempty"`   // what a side broke where the other was not asked
	Hint     string             `json:"hint,omitempty"`   // what a live answer says of a guess
	Mock     Record             `json:"mock"`
	Insurer  Record             `json:"insurer"`
}

// Record is how one side kept a promise on the operations that both were asked
// about; where there is none, on all of its own.
type Record struct {
	Exercised int      `json:"exercised"`
	Failed    int      `json:"failed"`
	Worst     *Failure `json:"worst,omitempty"`
}

// Failure is the worst breach of a promise, and the operation it was seen on.
type Failure struct {
	Operation string `json:"operation"`
	report.Breach
}

// Spec is a spec that did not pass on both sides.
type Spec struct {
	Spec    string  `json:"spec"`
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason"` // why it failed

	outcome report.Outcome
}

// Reports compares two reports, whatever their order: the sandbox's is the
// mock's side. Of two sandboxes, or two live systems, the first is. An error
// means that they are of different insurers.
func Reports(a, b *report.Report) (*Parity, error) {
	if a.Live && !b.Live {
		a, b = b, a
	}
	return compare(a, b)
}

func compare(mock, insurer *report.Report) (*Parity, error) {
	pair := pair{mock: mock, insurer: insurer}
	// A run that never began knows no insurer.
	if len(mock.Insurers) > 0 && len(insurer.Insurers) > 0 {
		for _, slug := range mock.Insurers {
			if slices.Contains(insurer.Insurers, slug) {
				pair.slugs = append(pair.slugs, slug)
			}
		}
		if len(pair.slugs) == 0 {
			return nil, fmt.Errorf("compare: the reports are of different insurers: %s, and %s", strings.Join(mock.Insurers, " "), strings.Join(insurer.Insurers, " "))
		}
	}
	p := &Parity{Mock: sideOf(mock), Insurer: sideOf(insurer), Outcome: report.Skipped, Checks: []Check{}, Specs: pair.specs()}
	for _, id := range pair.checks() {
		p.add(pair.check(id))
	}
	if p.Score.Conclusive > 0 {
		p.Score.Percent = 100 * p.Score.SamePass / p.Score.Conclusive
	} else if pair.shared() {
		p.Outcome = p.Outcome.With(report.Inconclusive)
	}
	for _, spec := range p.Specs {
		p.Outcome = p.Outcome.With(spec.outcome)
	}
	if len(mock.Inconclusive)+len(insurer.Inconclusive) > 0 {
		p.Outcome = p.Outcome.With(report.Inconclusive)
	}
	slices.SortFunc(p.Checks, func(a, b Check) int {
		return cmp.Or(cmp.Compare(slices.Index(verdicts, a.Verdict), slices.Index(verdicts, b.Verdict)), cmp.Compare(a.Check, b.Check))
	})
	slices.SortFunc(p.Specs, func(a, b Spec) int {
		return cmp.Or(cmp.Compare(slices.Index(verdicts, a.Verdict), slices.Index(verdicts, b.Verdict)), cmp.Compare(a.Spec, b.Spec))
	})
	return p, nil
}

func sideOf(r *report.Report) Side {
	return Side{Target: r.Target, Live: r.Live, Version: r.Version, Started: r.Started, Outcome: r.Outcome, Inconclusive: r.Inconclusive}
}

// add counts a check and lets it weigh: what neither report lets fail its own
// run cannot fail the comparison.
func (p *Parity) add(c Check) {
	p.Checks = append(p.Checks, c)
	if c.Verdict == Inconclusive {
		p.Score.Inconclusive++
		return
	}
	p.Score.Conclusive++
	if c.Verdict == SamePass {
		p.Score.SamePass++
	}
	p.Outcome = p.Outcome.With(report.Passed)
	for _, r := range [...]Record{c.Mock, c.Insurer} {
		if r.Worst != nil {
			p.Outcome = p.Outcome.With(r.Worst.Outcome)
		}
	}
}
