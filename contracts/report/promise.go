package report

import (
	"cmp"
	"slices"

	"github.com/understudy-sandbox/understudy/contracts"
)

// Promise is a check and how it fared in the run, whether it failed, held or was
// never put to the test.
type Promise struct {
	Check     string             `json:"check"`
	Insurer   string             `json:"insurer"`
	Level     contracts.Level    `json:"level"`
	Evidence  contracts.Evidence `json:"evidence"`
	Blame     contracts.Side     `json:"blame"`
	Says      string             `json:"says"`
	Clause    string             `json:"clause"`
	Exercised int                `json:"exercised"` // honest answers that it was held to
	Failed    int                `json:"failed"`    // those among them that did not keep it
	Trials    []Trial            `json:"operations"`
}

// Trial is how a promise fared on one operation.
type Trial struct {
	Operation string  `json:"operation"` // empty: calls that no document has
	Exercised int     `json:"exercised"`
	Failed    int     `json:"failed"`
	Bent      int     `json:"bent,omitempty"`   // answers that a scenario bent, which prove nothing
	Waived    string  `json:"waived,omitempty"` // why its failures are put up with
	Worst     *Breach `json:"worst,omitempty"`  // nil: none failed
}

// Breach is the one failure that says most: it weighs most on the run, and of
// those that weigh alike it is the best proven.
type Breach struct {
	Outcome  Outcome            `json:"outcome"` // what it makes of the run
	Evidence contracts.Evidence `json:"evidence"`
	contracts.Mismatch
}

func promiseOf(insurer string, check contracts.Check) Promise {
	return Promise{
		Check: check.ID, Insurer: insurer, Level: check.Level, Evidence: check.Proof, Blame: check.Blame,
		Says: check.Says, Clause: check.Clause,
	}
}

// held is what one exchange says of each check that it is about.
func (run *Run) held(e contracts.Entry) []Promise {
	x := e.Exchange
	contract, err := contracts.For(x.Insurer)
	if err != nil {
		return nil
	}
	trials := map[string]*Trial{}
	trial := func(id string) *Trial {
		if trials[id] == nil {
			trials[id] = &Trial{Operation: x.Operation}
			if x.Bent == "" {
				trials[id].Exercised = 1
			} else {
				trials[id].Bent = 1
			}
		}
		return trials[id]
	}
	for _, id := range e.Asked {
		trial(id)
	}
	for _, f := range e.Findings {
		t := trial(f.Check)
		if x.Bent != "" {
			continue
		}
		outcome, _ := run.means(f, "")
		t.Failed, t.Waived = 1, first(t.Waived, run.waived(f))
		t.Worst = Worse(t.Worst, &Breach{outcome, f.Evidence, f.Mismatch})
	}
	var all []Promise
	for id, t := range trials {
		if check, known := contract.Check(id); known {
			p := promiseOf(x.Insurer, check)
			p.Trials = []Trial{*t}
			all = append(all, p)
		}
	}
	return all
}

// Worse is the breach that says more; nil is none.
func Worse(a, b *Breach) *Breach {
	if a == nil || b != nil && compareBreaches(b, a) < 0 {
		return b
	}
	return a
}

func compareBreaches(a, b *Breach) int {
	return cmp.Or(
		cmp.Compare(weights[b.Outcome], weights[a.Outcome]), cmp.Compare(grade(a.Evidence), grade(b.Evidence)),
		cmp.Compare(a.Where, b.Where), cmp.Compare(a.Got, b.Got), cmp.Compare(a.Want, b.Want),
		cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Evidence, b.Evidence),
	)
}

// grade counts from the best proven; a word that is no grade comes last.
func grade(e contracts.Evidence) int {
	grades := []contracts.Evidence{contracts.Seed, contracts.Upstream, contracts.Observed, contracts.Inferred}
	if at := slices.Index(grades, e); at >= 0 {
		return at
	}
	return len(grades)
}

// foldPromises has each check once, and each of its operations once.
func foldPromises(all []Promise) []Promise {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Promise) int {
		return cmp.Or(
			cmp.Compare(a.Insurer, b.Insurer), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Evidence, b.Evidence),
			cmp.Compare(a.Blame, b.Blame), cmp.Compare(a.Says, b.Says), cmp.Compare(a.Clause, b.Clause),
		)
	})
	folded := []Promise{}
	for _, p := range all {
		last := len(folded) - 1
		if last < 0 || folded[last].Insurer != p.Insurer || folded[last].Check != p.Check {
			one := p
			one.Trials = nil
			folded = append(folded, one)
			last++
		}
		folded[last].Trials = append(folded[last].Trials, p.Trials...)
	}
	for i := range folded {
		p := &folded[i]
		p.Trials = foldTrials(p.Trials)
		p.Exercised, p.Failed = 0, 0
		for _, t := range p.Trials {
			p.Exercised += t.Exercised
			p.Failed += t.Failed
		}
	}
	return folded
}

func foldTrials(all []Trial) []Trial {
	slices.SortFunc(all, func(a, b Trial) int { return cmp.Compare(a.Operation, b.Operation) })
	folded := []Trial{}
	for _, t := range all {
		last := len(folded) - 1
		if last < 0 || folded[last].Operation != t.Operation {
			folded = append(folded, t)
			continue
		}
		f := &folded[last]
		f.Exercised += t.Exercised
		f.Failed += t.Failed
		f.Bent += t.Bent
		f.Waived, f.Worst = first(f.Waived, t.Waived), Worse(f.Worst, t.Worst)
	}
	return folded
}
