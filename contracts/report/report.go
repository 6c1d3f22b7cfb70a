package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
)

// Head is what a run was, before anything is said of how it went.
type Head struct {
	Target   string        `json:"target"`
	Live     bool          `json:"live"` // not a sandbox: inferred promises cannot fail the run
	Insurers []string      `json:"insurers"`
	Version  string        `json:"version"` // of understudy
	Seed     uint64        `json:"seed"`
	Started  time.Time     `json:"started"`
	Took     time.Duration `json:"took_ns"`
	// Complete says that every documented operation had to be called.
	Complete bool `json:"complete"`
	// Inconclusive says why the run as a whole proves nothing: "the target is
	// closed until 08:00". Empty when it proves something.
	Inconclusive []string `json:"inconclusive"`
}

// Run is a run that is over.
type Run struct {
	Head
	Specs     []Spec
	Tape      *contracts.Tape       // what was seen; nil: nothing
	Contracts []*contracts.Contract // whose operations coverage is told of
	// Callers makes a promise that the caller broke fail the run too. A suite
	// breaks some on purpose and leaves it off.
	Callers bool
	// Asks says whether the run judges a check. Nil: it judges all.
	Asks func(check string) bool
	// Waive says why a finding is put up with, "" when it is not. Nil: none is.
	Waive func(contracts.Finding) string
}

// Spec is one spec of a suite.
type Spec struct {
	Name     string              `json:"name"`
	Labels   []string            `json:"labels"`
	Outcome  Outcome             `json:"outcome"`
	Reason   string              `json:"reason,omitempty"`   // never empty for one that was skipped
	Findings []contracts.Finding `json:"findings,omitempty"` // that it failed by
	Took     time.Duration       `json:"took_ns"`
}

// Finding is a promise that was broken at one place, as often as it was.
type Finding struct {
	contracts.Finding
	Count   int     `json:"count"`
	Outcome Outcome `json:"outcome"`          // what it makes of the run
	Excuse  string  `json:"excuse,omitempty"` // why it does not fail the run
	Again   string  `json:"again"`            // the command that runs the check alone
}

// OperationCoverage is what was seen of a documented operation.
type OperationCoverage struct {
	Insurer    string   `json:"insurer"`
	Face       string   `json:"face"`
	Operation  string   `json:"operation"`
	Called     int      `json:"called"`
	Statuses   []int    `json:"statuses"`   // that came, sorted
	Documented []string `json:"documented"` // that the document gives, sorted
}

// Format is the version of a report's JSON form. It grows when a member changes
// its meaning, and not when one is added.
const Format = 1

// Report is what a run found, sorted.
type Report struct {
	Format int `json:"format"`
	Head
	Outcome   Outcome             `json:"outcome"`
	Exchanges int                 `json:"exchanges"`
	Specs     []Spec              `json:"specs"`
	Findings  []Finding           `json:"findings"`
	Checks    []Promise           `json:"checks"`
	Coverage  []OperationCoverage `json:"coverage"`
}

// New reports a run. Findings are folded by check, operation and place: of the
// values that stood there the report keeps one and the count.
func New(run Run) *Report {
	r := &Report{Head: run.Head, Specs: run.Specs}
	for _, contract := range run.Contracts {
		for _, check := range contract.Checks {
			if run.Asks == nil || run.Asks(check.ID) {
				r.Checks = append(r.Checks, promiseOf(contract.Insurer, check))
			}
		}
		for _, face := range contract.Faces {
			for _, op := range face.Operations() {
				r.Coverage = append(r.Coverage, OperationCoverage{
					Insurer: contract.Insurer, Face: face.Name, Operation: op.ID,
					Documented: slices.Sorted(maps.Keys(op.Responses.Map())),
				})
			}
		}
	}
	var entries []contracts.Entry
	if run.Tape != nil {
		entries = run.Tape.Entries()
	}
	r.Exchanges = len(entries)
	for _, entry := range entries {
		x := entry.Exchange
		r.Coverage = append(r.Coverage, seen(x)...)
		r.Checks = append(r.Checks, run.held(entry)...)
		for _, found := range entry.Findings {
			outcome, excuse := run.means(found, x.Bent)
			r.Findings = append(r.Findings, Finding{
				Finding: found, Count: 1, Outcome: outcome, Excuse: excuse,
				Again: fmt.Sprintf("understudy check --insurer %s --only %s", found.Insurer, found.Check),
			})
		}
	}
	return r.settle()
}

// seen is the coverage that one exchange adds; none for a call that no document
// has.
func seen(x *contracts.Exchange) []OperationCoverage {
	if x.Operation == "" {
		return nil
	}
	one := OperationCoverage{Insurer: x.Insurer, Face: x.Face, Operation: x.Operation, Called: 1}
	if x.Response.Status != 0 {
		one.Statuses = []int{x.Response.Status}
	}
	return []OperationCoverage{one}
}

// means is what a finding makes of the run, and why not more.
func (run *Run) means(f contracts.Finding, bent string) (Outcome, string) {
	waived := run.waived(f)
	switch {
	case f.Blame == contracts.Caller && !run.Callers:
		return Passed, "the caller's own doing"
	case f.Blame == contracts.Insurer && bent != "":
		return Passed, "bent by a scenario: " + bent
	case f.Level != contracts.Must:
		return Passed, "only a MUST fails a run"
	case waived != "":
		return Passed, "waived: " + waived
	case run.Live && f.Evidence == contracts.Inferred:
		return InferredOnly, "only inferred, and the target is live"
	default:
		return Failed, ""
	}
}

func (run *Run) waived(f contracts.Finding) string {
	if run.Waive == nil {
		return ""
	}
	return run.Waive(f)
}

// Merge is the report of several processes that shared one run, whatever their
// order. Coverage is judged anew, over what all of them called.
func Merge(reports ...*Report) *Report {
	m := &Report{}
	var ended time.Time
	for i, r := range reports {
		m.Target, m.Version = first(m.Target, r.Target), first(m.Version, r.Version)
		m.Live, m.Complete = m.Live || r.Live, m.Complete || r.Complete
		m.Insurers = append(m.Insurers, r.Insurers...)
		m.Inconclusive = append(m.Inconclusive, r.Inconclusive...)
		if i == 0 || r.Seed < m.Seed {
			m.Seed = r.Seed
		}
		if i == 0 || r.Started.Before(m.Started) {
			m.Started = r.Started
		}
		if end := r.Started.Add(r.Took); i == 0 || end.After(ended) {
			ended = end
		}
		m.Exchanges += r.Exchanges
		m.Specs = append(m.Specs, r.Specs...)
		m.Findings = append(m.Findings, r.Findings...)
		m.Checks = append(m.Checks, r.Checks...)
		m.Coverage = append(m.Coverage, r.Coverage...)
	}
	m.Took = ended.Sub(m.Started)
	return m.settle()
}

// first is the first in the alphabet of two words that should be the same, and
// the other where one is empty.
func first(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return min(a, b)
}

// Holes are the documented operations that nobody called.
func (r *Report) Holes() []OperationCoverage {
	return slices.DeleteFunc(slices.Clone(r.Coverage), func(c OperationCoverage) bool { return c.Called > 0 })
}

// settle sorts and folds the parts and draws the outcome from them.
func (r *Report) settle() *Report {
	r.Format = Format
	r.Insurers, r.Inconclusive = set(r.Insurers), set(r.Inconclusive)
	r.Started = r.Started.UTC().Round(0)
	r.Specs = slices.Clone(r.Specs)
	for i := range r.Specs {
		s := &r.Specs[i]
		s.Labels = set(s.Labels)
		if s.Outcome == Skipped && s.Reason == "" {
			s.Reason = "no reason was given"
		}
	}
	slices.SortFunc(r.Specs, compareSpecs)
	r.Findings, r.Checks, r.Coverage = foldFindings(r.Findings), foldPromises(r.Checks), foldCoverage(r.Coverage)

	r.Outcome = Skipped
	if r.Exchanges > 0 {
		r.Outcome = Passed
	}
	for _, spec := range r.Specs {
		r.Outcome = r.Outcome.With(spec.Outcome)
	}
	for _, found := range r.Findings {
		r.Outcome = r.Outcome.With(found.Outcome)
	}
	if len(r.Inconclusive) > 0 {
		r.Outcome = r.Outcome.With(Inconclusive)
	}
	if r.Complete && r.Outcome == Passed && len(r.Holes()) > 0 {
		r.Outcome = Failed
	}
	return r
}

// set is the sorted set of the words that are not empty; never nil.
func set(words []string) []string {
	kept := slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "" })
	slices.Sort(kept)
	return append([]string{}, slices.Compact(kept)...)
}

func compareSpecs(a, b Spec) int {
	return cmp.Or(
		cmp.Compare(a.Name, b.Name), cmp.Compare(weights[b.Outcome], weights[a.Outcome]), cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.Took, b.Took), slices.Compare(a.Labels, b.Labels), slices.CompareFunc(a.Findings, b.Findings, compareFound),
	)
}

// compareFound orders findings for a reader: by check, then by place.
func compareFound(a, b contracts.Finding) int {
	return cmp.Or(
		cmp.Compare(a.Insurer, b.Insurer), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Where, b.Where),
		cmp.Compare(a.Level, b.Level), cmp.Compare(a.Evidence, b.Evidence), cmp.Compare(a.Blame, b.Blame),
		cmp.Compare(a.Says, b.Says), cmp.Compare(a.Clause, b.Clause), cmp.Compare(a.Got, b.Got), cmp.Compare(a.Want, b.Want),
	)
}

// foldFindings puts what weighs most first and counts what is the same but for
// the values that stood there.
func foldFindings(all []Finding) []Finding {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(weights[b.Outcome], weights[a.Outcome]), cmp.Compare(a.Excuse, b.Excuse),
			compareFound(a.Finding, b.Finding), cmp.Compare(a.Again, b.Again), cmp.Compare(a.Count, b.Count),
		)
	})
	folded := []Finding{}
	for _, f := range all {
		if n := len(folded); n > 0 && samePlace(folded[n-1], f) {
			folded[n-1].Count += f.Count
			continue
		}
		folded = append(folded, f)
	}
	return folded
}

// samePlace compares all but what stood there, what should, and how often.
func samePlace(a, b Finding) bool {
	where := b.Where
	b.Count, b.Mismatch = a.Count, a.Mismatch
	return where == a.Where && a == b
}

func foldCoverage(all []OperationCoverage) []OperationCoverage {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b OperationCoverage) int {
		return cmp.Or(cmp.Compare(a.Insurer, b.Insurer), cmp.Compare(a.Face, b.Face), cmp.Compare(a.Operation, b.Operation))
	})
	folded := []OperationCoverage{}
	for _, c := range all {
		last := len(folded) - 1
		if last < 0 || folded[last].Insurer != c.Insurer || folded[last].Face != c.Face || folded[last].Operation != c.Operation {
			folded = append(folded, OperationCoverage{Insurer: c.Insurer, Face: c.Face, Operation: c.Operation})
			last++
		}
		folded[last].Called += c.Called
		folded[last].Statuses = append(folded[last].Statuses, c.Statuses...)
		folded[last].Documented = append(folded[last].Documented, c.Documented...)
	}
	for i := range folded {
		slices.Sort(folded[i].Statuses)
		folded[i].Statuses = append([]int{}, slices.Compact(folded[i].Statuses)...)
		folded[i].Documented = set(folded[i].Documented)
	}
	return folded
}
