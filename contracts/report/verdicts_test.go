package report

import (
	"testing"

	"github.com/understudy-sandbox/understudy/contracts"
)

func TestOutcome(t *testing.T) {
	broke := found(t, "allianz/stamp-and-vat", "/a", "1", "2")
	inferred := found(t, "allianz/token-lifetime", "/a", "1", "2")
	caller := found(t, "allianz/all-items-sent", "/a", "1", "2")
	should := found(t, "allianz/item-order", "/a", "1", "2")
	one := func(outcome Outcome) []Spec { return []Spec{{Name: "a", Outcome: outcome, Reason: "why"}} }
	tests := []struct {
		name string
		run  Run
		with []contracts.Finding // of one exchange; nil: there was none
		bent string
		want Outcome
		exit int
	}{
		{"nothing ran", Run{}, nil, "", Skipped, 5},
		{"all were skipped", Run{Specs: one(Skipped)}, nil, "", Skipped, 5},
		{"one passed, one was skipped", Run{Specs: append(one(Skipped), one(Passed)...)}, nil, "", Passed, 0},
		{"an exchange without a spec", Run{}, []contracts.Finding{}, "", Passed, 0},
		{"a broken MUST", Run{Specs: one(Passed)}, []contracts.Finding{broke}, "", Failed, 1},
		{"a broken MUST on a live target", Run{Head: Head{Live: true}}, []contracts.Finding{broke}, "", Failed, 1},
		{"an inferred one", Run{}, []contracts.Finding{inferred}, "", Failed, 1},
		{"an inferred one on a live target", Run{Head: Head{Live: true}, Specs: one(Inconclusive)}, []contracts.Finding{inferred}, "", InferredOnly, 3},
		{"a broken SHOULD", Run{}, []contracts.Finding{should}, "", Passed, 0},
		{"a caller's", Run{}, []contracts.Finding{caller}, "", Passed, 0},
		{"a caller's that counts", Run{Callers: true}, []contracts.Finding{caller}, "", Failed, 1},
		{"a bent answer", Run{Callers: true}, []contracts.Finding{broke}, "allianz/busy#1", Passed, 0},
		{"a caller's under a bent answer", Run{Callers: true}, []contracts.Finding{caller}, "allianz/busy#1", Failed, 1},
		{"a waived one", Run{Waive: func(f contracts.Finding) string { return "ticket 7 for " + f.Check }}, []contracts.Finding{broke}, "", Passed, 0},
		{"one that is not waived", Run{Waive: func(contracts.Finding) string { return "" }}, []contracts.Finding{broke}, "", Failed, 1},
		{"a failed spec", Run{Specs: one(Failed)}, nil, "", Failed, 1},
		{"a word that is no outcome", Run{Specs: one("nearly")}, nil, "", Failed, 1},
		{"the target is down", Run{Head: Head{Inconclusive: []string{"connection refused"}}}, nil, "", Inconclusive, 4},
		{"down in the middle of a complete run", Run{Head: Head{Inconclusive: []string{"closed"}, Complete: true}, Contracts: []*contracts.Contract{allianz(t)}, Specs: one(Passed)}, nil, "", Inconclusive, 4},
		{"down after a broken promise", Run{Head: Head{Inconclusive: []string{"closed"}}}, []contracts.Finding{broke}, "", Failed, 1},
		{"an operation that nobody called", Run{Head: Head{Complete: true}, Contracts: []*contracts.Contract{allianz(t)}, Specs: one(Passed)}, nil, "", Failed, 1},
		{"the same, where it is no duty", Run{Contracts: []*contracts.Contract{allianz(t)}, Specs: one(Passed)}, nil, "", Passed, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.with != nil {
				tt.run.Tape = &contracts.Tape{}
				call(tt.run.Tape, "quickQuote", 200, tt.bent, tt.with...)
			}
			r := New(tt.run)
			if r.Outcome != tt.want || r.Outcome.ExitCode() != tt.exit {
				t.Errorf("%s with exit code %d, want %s with %d", r.Outcome, r.Outcome.ExitCode(), tt.want, tt.exit)
			}
			for _, f := range r.Findings {
				if (f.Excuse == "") != (f.Outcome == Failed) {
					t.Errorf("outcome %s with excuse %q", f.Outcome, f.Excuse)
				}
			}
			if red := failures(t, r); red != (r.Outcome == Failed) {
				t.Errorf("JUnit is red: %v, and the run %s", red, r.Outcome)
			}
		})
	}
}
