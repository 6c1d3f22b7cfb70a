package suites

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
	"github.com/understudy-sandbox/understudy/scenarios"
)

func TestEveryInsurerHasASuite(t *testing.T) {
	for _, slug := range contracts.Slugs() {
		if _, ok := insurers[slug]; !ok {
			t.Errorf("%s has a contract and no suite", slug)
		}
	}
}

func TestEveryScenarioHasASpec(t *testing.T) {
	for slug := range insurers {
		var want, got []string
		for _, s := range scenarios.All(slug) {
			want = append(want, s.Name)
		}
		for name := range insurers[slug].bears() {
			got = append(got, name)
		}
		if diff := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
			t.Errorf("%s: scenarios and the specs for them (-scenarios +specs):\n%s", slug, diff)
		}
	}
}

func TestEverySpecSaysWhatItNeeds(t *testing.T) {
	listed := check(t, startStand(t, nil).targets(t, contracts.Slugs()...), Options{List: true})
	if len(listed.Specs) < 50 {
		t.Fatalf("only %d specs are listed", len(listed.Specs))
	}
	operations := map[string]bool{}
	for slug := range insurers {
		contract, err := contracts.For(slug)
		if err != nil {
			t.Fatal(err)
		}
		for _, face := range contract.Faces {
			for _, op := range face.Operations() {
				operations[op.ID] = true
			}
		}
	}
	seen := map[string]bool{}
	for _, s := range listed.Specs {
		if s.Outcome != report.Skipped || s.Reason != "listed" {
			t.Errorf("%s: %s because %q", s.Name, s.Outcome, s.Reason)
		}
		if seen[s.Name] {
			t.Errorf("two specs are called %s", s.Name)
		}
		seen[s.Name] = true
		needs, calls := 0, 0
		for _, label := range s.Labels {
			if slices.Contains([]string{"live-safe", "live-binds", "sandbox-only"}, label) {
				needs++
			}
			if operations[label] {
				calls++
			}
		}
		if needs != 1 || calls == 0 {
			t.Errorf("%s: the labels %v have %d of live-safe, live-binds and sandbox-only, and name %d operations", s.Name, s.Labels, needs, calls)
		}
	}
}
