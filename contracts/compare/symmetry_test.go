package compare

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// mirrored is the comparison with its sides exchanged.
func mirrored(p *Parity) *Parity {
	other := map[Verdict]Verdict{InsurerChanged: MockWrong, MockWrong: InsurerChanged}
	m := *p
	m.Mock, m.Insurer = p.Insurer, p.Mock
	m.Checks, m.Specs = slices.Clone(p.Checks), slices.Clone(p.Specs)
	for i := range m.Checks {
		c := &m.Checks[i]
		c.Mock, c.Insurer = c.Insurer, c.Mock
		if v, blames := other[c.Verdict]; blames {
			c.Verdict = v
		}
	}
	for i := range m.Specs {
		if v, blames := other[m.Specs[i].Verdict]; blames {
			m.Specs[i].Verdict = v
		}
	}
	return &m
}

// unordered leaves out what follows the order of the sides: that of the rows,
// and the words of a reason.
func unordered(p *Parity) *Parity {
	u := *p
	u.Checks, u.Specs = slices.Clone(p.Checks), slices.Clone(p.Specs)
	for i := range u.Checks {
		u.Checks[i].Reason, u.Checks[i].Note = "", ""
	}
	for i := range u.Specs {
		u.Specs[i].Reason = ""
	}
	slices.SortFunc(u.Checks, func(a, b Check) int { return strings.Compare(a.Check, b.Check) })
	slices.SortFunc(u.Specs, func(a, b Spec) int { return strings.Compare(a.Spec, b.Spec) })
	return &u
}

// drawRun makes up a run.
func drawRun(rt *rapid.T, name string) run {
	ids := []string{vat, order, garage, body, sent}
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 3, rapid.ID[string])
	r := run{live: rapid.Bool().Draw(rt, name+" live"), waived: some.Draw(rt, name+" waived")}
	if rapid.IntRange(0, 3).Draw(rt, name+" narrowed") == 0 {
		r.only = some.Draw(rt, name+" only")
	}
	if rapid.IntRange(0, 3).Draw(rt, name+" away") == 0 {
		r.inconclusive = []string{"away"}
	}
	asks := func(id string) bool { return r.only == nil || slices.Contains(r.only, id) }
	for range rapid.IntRange(0, 6).Draw(rt, name+" answers") {
		s := sight{
			operation: rapid.SampledFrom([]string{"token", "quickQuote"}).Draw(rt, "operation"),
			bent:      rapid.SampledFrom([]string{"", "", "", "allianz/busy#1"}).Draw(rt, "bent"),
		}
		for _, id := range ids {
			switch rapid.IntRange(0, 2).Draw(rt, id) {
			case 1:
				s.kept = append(s.kept, id)
			case 2:
				s.broke = append(s.broke, id)
			}
		}
		s.kept, s.broke = slices.DeleteFunc(s.kept, func(id string) bool { return !asks(id) }), slices.DeleteFunc(s.broke, func(id string) bool { return !asks(id) })
		r.seen = append(r.seen, s)
	}
	for _, spec := range []string{"a", "b"} {
		outcome := rapid.SampledFrom([]report.Outcome{report.Passed, report.Failed, report.InferredOnly, report.Skipped, report.Inconclusive}).Draw(rt, spec)
		one := report.Spec{Name: spec, Outcome: outcome}
		if outcome != report.Passed {
			one.Reason = name
		}
		r.specs = append(r.specs, one)
	}
	return r
}

// TestParityIsSymmetric exchanges the sides: the same comes out, and the blame is
// exchanged. Where the reports tell the sides apart, their order is nothing.
func TestParityIsSymmetric(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := drawRun(rt, "a").report(t), drawRun(rt, "b").report(t)
		ab, err := compare(a, b)
		if err != nil {
			rt.Fatal(err)
		}
		ba, err := compare(b, a)
		if err != nil {
			rt.Fatal(err)
		}
		same := cmp.AllowUnexported(Spec{}, contracts.Mismatch{})
		if diff := cmp.Diff(unordered(mirrored(ab)), unordered(ba), same); diff != "" {
			rt.Fatalf("mirrored(a, b) and (b, a) (-one +other):\n%s", diff)
		}
		if a.Live != b.Live {
			one, _ := Reports(a, b)
			other, _ := Reports(b, a)
			if diff := cmp.Diff(one, other, same); diff != "" {
				rt.Fatalf("the order of the reports shows (-one +other):\n%s", diff)
			}
			if one.Mock.Live {
				rt.Fatal("the live report is on the mock's side")
			}
		}
		holds(rt, ab)
	})
}
