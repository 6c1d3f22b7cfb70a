package suites

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/scenarios"
)

// bearing drives the client through one scenario and judges how it bore it. The
// target is a world of its own in which the scenario is armed.
type bearing func(SpecContext, *Target)

// resilience is one spec for each scenario of the insurer that comes with the
// program.
func resilience(t *Target, borne map[string]bearing) {
	Describe("the client", sandboxOnly, Label("resilience"), func() {
		for _, s := range scenarios.All(t.Insurer) {
			It("bears "+s.Name, Label(t.operations(s)...), func(ctx SpecContext) {
				Expect(borne).To(HaveKey(s.Name), "%s has no resilience spec", s.ID())
				borne[s.Name](ctx, t.play(ctx, s))
			})
		}
	})
}

// operations are the calls whose answers a scenario bends: all of them, where it
// names none.
func (t *Target) operations(s *scenarios.Scenario) []string {
	var named, all []string
	for _, face := range t.run.contracts[t.Insurer].Faces {
		for _, op := range face.Operations() {
			all = append(all, op.ID)
		}
	}
	for _, rule := range s.Rules {
		if rule.On.Operation == "" {
			return all
		}
		named = append(named, rule.On.Operation)
	}
	if len(named) == 0 {
		return all
	}
	return named
}
