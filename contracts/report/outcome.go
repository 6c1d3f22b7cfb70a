package report

// Outcome is how a spec, or a run, ended.
type Outcome string

// The outcomes, from what says least to what weighs most: a run takes the
// weightiest of its parts, so that it is skipped only when nothing ran.
const (
	Skipped      Outcome = "skipped"       // did not run
	Passed       Outcome = "passed"        // all held
	Inconclusive Outcome = "inconclusive"  // target down or closed, credentials, budget
	InferredOnly Outcome = "inferred-only" // on a live target, only inferred promises were broken
	Failed       Outcome = "failed"        // a promise was broken
)

var weights = map[Outcome]int{Skipped: 0, Passed: 1, Inconclusive: 2, InferredOnly: 3, Failed: 4}

// With is the weightier of two outcomes; a word that is none counts as Failed,
// because a slip must not be green.
func (o Outcome) With(other Outcome) Outcome {
	for _, one := range [...]Outcome{o, other} {
		if _, known := weights[one]; !known {
			return Failed
		}
	}
	if weights[other] > weights[o] {
		return other
	}
	return o
}

// ExitCode is what the command exits with: 0 all held, 1 a promise was broken, 3
// only inferred ones on a live target, 4 inconclusive, 5 nothing ran.
func (o Outcome) ExitCode() int {
	switch o {
	case Passed:
		return 0
	case InferredOnly:
		return 3
	case Inconclusive:
		return 4
	case Skipped:
		return 5
	case Failed:
		return 1
	}
	return 1
}
