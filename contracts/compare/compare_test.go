package compare

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// The checks that the tests speak of: printed, a SHOULD, inferred, of every
// operation, and the caller's own.
const (
	vat    = "allianz/stamp-and-vat"
	order  = "allianz/item-order"
	garage = "allianz/garage-fits-plan"
	body   = "allianz/body-fits"
	sent   = "allianz/all-items-sent"
)

var started = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

func contract(t testing.TB) *contracts.Contract {
	t.Helper()
	c, err := contracts.For("allianz")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sight is one answer and the checks that it kept or broke.
type sight struct {
	kept, broke []string
	operation   string // default: quickQuote
	bent        string
}

// run is what a report is made of.
type run struct {
	live         bool
	seen         []sight
	specs        []report.Spec
	only         []string // the checks that are judged; nil: all
	waived       []string
	inconclusive []string
	nobody       bool // it never began, and knows no insurer
}

func (r run) report(t testing.TB) *report.Report {
	t.Helper()
	tape := &contracts.Tape{}
	for _, s := range r.seen {
		x := &contracts.Exchange{Insurer: "allianz", Face: "motor", Operation: s.operation, Bent: s.bent, Response: contracts.Response{Status: 200}}
		if x.Operation == "" {
			x.Operation = "quickQuote"
		}
		e := contracts.Entry{Exchange: x, Asked: slices.Concat(s.kept, s.broke)}
		for _, id := range s.broke {
			check, known := contract(t).Check(id)
			if !known {
				t.Fatalf("no check %s", id)
			}
			e.Findings = append(e.Findings, contracts.Finding{
				Check: id, Insurer: "allianz", Operation: x.Operation, Level: check.Level, Evidence: check.Proof, Blame: check.Blame,
				Mismatch: contracts.Mismatch{Where: "/" + x.Operation, Got: "1", Want: "2"},
			})
		}
		tape.Keep(e)
	}
	head := report.Head{Target: "t", Live: r.live, Insurers: []string{"allianz"}, Started: started, Inconclusive: r.inconclusive}
	all := report.Run{
		Head: head, Tape: tape, Specs: r.specs, Contracts: []*contracts.Contract{contract(t)},
		Asks: func(id string) bool { return r.only == nil || slices.Contains(r.only, id) },
		Waive: func(f contracts.Finding) string {
			if slices.Contains(r.waived, f.Check) {
				return "ticket 7"
			}
			return ""
		},
	}
	if r.nobody {
		all.Insurers, all.Contracts = nil, nil
	}
	return report.New(all)
}

// row is what a test wants of a check.
type row struct {
	verdict  Verdict
	evidence contracts.Evidence
	reason   string
	hint     string
	note     string
}

func TestVerdicts(t *testing.T) {
	only := func(id string, r run) run {
		r.only = []string{id}
		return r
	}
	kept := func(id string) run { return only(id, run{seen: []sight{{kept: []string{id}}}}) }
	broke := func(id string) run { return only(id, run{seen: []sight{{kept: []string{id}}, {broke: []string{id}}}}) }
	live := func(r run) run { r.live = true; return r }
	away := func(r run) run { r.inconclusive = []string{"it is closed"}; return r }
	const (
		raise   = "only inferred, and the live answers kept it: raise its grade to observed"
		correct = "only inferred, and a live answer broke it: correct the promise, and the mock with it"
	)
	tests := []struct {
		name          string
		check         string
		mock, insurer run
		want          row
		exit          int
	}{
		{"both keep it", vat, kept(vat), live(kept(vat)), row{SamePass, "seed", "", "", ""}, 0},
		{"both break it", vat, broke(vat), live(broke(vat)), row{SameFail, "seed", "", "", ""}, 1},
		{"the mock breaks it", vat, broke(vat), live(kept(vat)), row{MockWrong, "seed", "", "", ""}, 1},
		{"the insurer breaks it", vat, kept(vat), live(broke(vat)), row{InsurerChanged, "seed", "", "", ""}, 1},

		{"a SHOULD fails no run", order, kept(order), live(broke(order)), row{InsurerChanged, "seed", "", "", ""}, 0},
		{"a guess that holds", garage, kept(garage), live(kept(garage)), row{SamePass, "inferred", "", raise, ""}, 0},
		{"a guess that does not", garage, kept(garage), live(broke(garage)), row{InsurerChanged, "inferred", "", correct, ""}, 3},
		{"a guess that only the mock breaks", garage, broke(garage), live(kept(garage)), row{MockWrong, "inferred", "", raise, ""}, 1},
		{"a guess that both break", garage, broke(garage), live(broke(garage)), row{SameFail, "inferred", "", correct, ""}, 1},
		{"a guess between two sandboxes", garage, kept(garage), broke(garage), row{InsurerChanged, "inferred", "", "", ""}, 1},

		{"the insurer is not asked", vat, kept(vat), live(only(vat, run{})), row{Inconclusive, "seed", "the insurer was not asked", "", ""}, 4},
		{"nobody is asked", vat, only(vat, run{}), live(only(vat, run{})), row{Inconclusive, "seed", "the mock was not asked; the insurer was not asked", "", ""}, 4},
		{
			"the mock is asked under a scenario alone", vat,
			only(vat, run{seen: []sight{{broke: []string{vat}, bent: "allianz/vat-off-by-a-satang#1"}}}), live(kept(vat)),
			row{Inconclusive, "seed", "the mock was asked only under a scenario", "", ""},
			4,
		},
		{
			"a bent answer beside an honest one", vat,
			only(vat, run{seen: []sight{{broke: []string{vat}, bent: "allianz/vat-off-by-a-satang#1"}, {kept: []string{vat}}}}), live(kept(vat)),
			row{SamePass, "seed", "", "", ""},
			0,
		},
		{
			"the insurer is excused", vat, kept(vat),
			live(only(vat, run{seen: []sight{{broke: []string{vat}}}, waived: []string{vat}})),
			row{Inconclusive, "seed", "the insurer is excused: ticket 7", "", ""},
			4,
		},
		{"the insurer is closed", vat, kept(vat), away(live(only(vat, run{}))), row{Inconclusive, "seed", "the run on the insurer proves nothing", "", ""}, 4},
		{"the insurer closes, having kept it", vat, kept(vat), away(live(kept(vat))), row{Inconclusive, "seed", "the run on the insurer proves nothing", "", ""}, 4},
		{"the insurer closes, having broken it", vat, kept(vat), away(live(broke(vat))), row{InsurerChanged, "seed", "", "", ""}, 1},
		{"the insurer was never reached", vat, kept(vat), away(run{nobody: true}), row{Inconclusive, "seed", "the run on the insurer proves nothing", "", ""}, 4},
		{"only the mock's run judges it", vat, kept(vat), live(kept(garage)), row{Inconclusive, "seed", "the run on the insurer did not judge it", "", ""}, 5},
		{
			"they are asked by different calls", body,
			only(body, run{seen: []sight{{kept: []string{body}, operation: "token"}}}), live(kept(body)),
			row{Inconclusive, "inferred", "the mock was asked by token, the insurer by quickQuote", "", ""},
			4,
		},
		{
			"the mock breaks it where the insurer is not asked", body,
			only(body, run{seen: []sight{{broke: []string{body}, operation: "token"}, {kept: []string{body}}}}), live(kept(body)),
			row{SamePass, "inferred", "", raise, "the mock alone was asked by token, and broke it there"},
			0,
		},
		{
			"each breaks it in a call of its own", body,
			only(body, run{seen: []sight{{broke: []string{body}, operation: "token"}, {kept: []string{body}}}}),
			live(only(body, run{seen: []sight{{kept: []string{body}, operation: "token"}, {broke: []string{body}}}})),
			row{SameFail, "inferred", "", correct, ""},
			1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Reports(tt.mock.report(t), tt.insurer.report(t))
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(p.Checks, func(c Check) bool { return c.Check == tt.check })
			if at < 0 {
				t.Fatalf("no verdict on %s in %+v", tt.check, p.Checks)
			}
			c := p.Checks[at]
			if diff := cmp.Diff(tt.want, row{c.Verdict, c.Evidence, c.Reason, c.Hint, c.Note}, cmp.AllowUnexported(row{})); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			if p.Outcome.ExitCode() != tt.exit {
				t.Errorf("outcome %s with exit code %d, want %d", p.Outcome, p.Outcome.ExitCode(), tt.exit)
			}
		})
	}
}

func TestVerdictQuotesTheSideThatFailed(t *testing.T) {
	p, err := Reports(
		run{seen: []sight{{kept: []string{vat}}, {kept: []string{vat}}}}.report(t),
		run{live: true, seen: []sight{{kept: []string{vat}}, {broke: []string{vat}}, {broke: []string{vat}}}}.report(t),
	)
	if err != nil {
		t.Fatal(err)
	}
	c := p.Checks[0] // what needs action stands first
	want := Check{
		Check: vat, Verdict: InsurerChanged, Level: contracts.Must, Evidence: contracts.Seed, Says: c.Says, Clause: c.Clause,
		Mock: Record{Exercised: 2},
		Insurer: Record{Exercised: 3, Failed: 2, Worst: &Failure{"quickQuote", report.Breach{
			Outcome: report.Failed, Evidence: contracts.Seed, Mismatch: contracts.Mismatch{Where: "/quickQuote", Got: "1", Want: "2"},
		}}},
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(contracts.Mismatch{})); diff != "" || c.Says == "" {
		t.Errorf("first check (-want +got):\n%s", diff)
	}
	if want := (Score{SamePass: 0, Conclusive: 1, Inconclusive: len(p.Checks) - 1}); p.Score != want {
		t.Errorf("score %+v, want %+v", p.Score, want)
	}
	if slices.ContainsFunc(p.Checks, func(c Check) bool { return c.Check == sent }) {
		t.Errorf("%s is the caller's promise, and has a verdict", sent)
	}
}

func TestSpecs(t *testing.T) {
	spec := func(o report.Outcome, reason string, broke ...contracts.Finding) []report.Spec {
		return []report.Spec{{Name: "prices", Outcome: o, Reason: reason, Findings: broke}}
	}
	passed, failed := spec(report.Passed, ""), spec(report.Failed, "got 400")
	tests := []struct {
		name          string
		mock, insurer []report.Spec
		want          []Spec
		exit          int
	}{
		{"both pass", passed, passed, nil, 0},
		{"the insurer fails", passed, failed, []Spec{{"prices", InsurerChanged, "got 400", report.Failed}}, 1},
		{"the mock fails", failed, passed, []Spec{{"prices", MockWrong, "got 400", report.Failed}}, 1},
		{"both fail", failed, failed, []Spec{{"prices", SameFail, "got 400", report.Failed}}, 1},
		{"a guess", passed, spec(report.InferredOnly, "got 200"), []Spec{{"prices", InsurerChanged, "got 200", report.InferredOnly}}, 3},
		{"a check explains it", passed, spec(report.Failed, "broken", contracts.Finding{Check: vat}), nil, 0},
		{"it was not run there", passed, spec(report.Skipped, "it needs a sandbox"), nil, 0},
		{"it proves nothing there", passed, spec(report.Inconclusive, "the budget is spent"), nil, 0},
		{"it was judged by some checks alone", failed, spec(report.Passed, "what it expects is not judged"), nil, 0},
		{"it is not known there", passed, nil, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := []sight{{kept: []string{vat}}}
			p, err := Reports(run{seen: seen, specs: tt.mock}.report(t), run{live: true, seen: seen, specs: tt.insurer}.report(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append([]Spec{}, tt.want...), p.Specs, cmp.AllowUnexported(Spec{})); diff != "" {
				t.Errorf("specs (-want +got):\n%s", diff)
			}
			if p.Outcome.ExitCode() != tt.exit {
				t.Errorf("outcome %s, want exit code %d", p.Outcome, tt.exit)
			}
		})
	}
}

func TestOtherInsurers(t *testing.T) {
	a, b := run{}.report(t), run{live: true}.report(t)
	b.Insurers = []string{"bima"}
	if _, err := Reports(a, b); err == nil || err.Error() != "compare: the reports are of different insurers: allianz, and bima" {
		t.Errorf("error %v", err)
	}
	b.Insurers = []string{"allianz", "bima"}
	b.Checks = append(b.Checks, report.Promise{Check: "bima/x", Insurer: "bima", Blame: contracts.Insurer})
	p, err := Reports(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(p.Checks, func(c Check) bool { return strings.HasPrefix(c.Check, "bima/") }) {
		t.Error("an insurer that only one report is about has a verdict")
	}
}

// holds is what every comparison keeps.
func holds(t interface{ Fatalf(string, ...any) }, p *Parity) {
	counts := map[Verdict]int{}
	for _, c := range p.Checks {
		counts[c.Verdict]++
		if (c.Verdict == Inconclusive) != (c.Reason != "") {
			t.Fatalf("%s is %s because %q", c.Check, c.Verdict, c.Reason)
		}
		if c.Verdict != Inconclusive && (c.Mock.Exercised == 0 || c.Insurer.Exercised == 0) {
			t.Fatalf("%s is %s, and a side was not asked: %+v", c.Check, c.Verdict, c)
		}
		if c.Verdict == SamePass && c.Mock.Failed+c.Insurer.Failed > 0 {
			t.Fatalf("%s is %s, and a side failed: %+v", c.Check, c.Verdict, c)
		}
	}
	score := Score{SamePass: counts[SamePass], Conclusive: len(p.Checks) - counts[Inconclusive], Inconclusive: counts[Inconclusive], Percent: p.Score.Percent}
	if p.Score != score {
		t.Fatalf("score %+v, want %+v", p.Score, score)
	}
	if (score.Percent == 100) != (score.Conclusive > 0 && score.Conclusive == score.SamePass) {
		t.Fatalf("score %+v", score)
	}
	if p.Outcome == report.Passed && score.Conclusive == 0 {
		t.Fatalf("it passed, and nothing is conclusive: %+v", p)
	}
}

// FuzzReports compares whatever can be read as a report.
func FuzzReports(f *testing.F) {
	written := func(r run) []byte {
		var b bytes.Buffer
		r.only = []string{vat, garage}
		if err := report.JSON(&b, r.report(f)); err != nil {
			f.Fatal(err)
		}
		return b.Bytes()
	}
	honest := written(run{seen: []sight{{kept: []string{vat}, broke: []string{garage}}}})
	f.Add(honest, written(run{live: true, seen: []sight{{broke: []string{vat, garage}}}, waived: []string{garage}}))
	f.Add(honest, written(run{live: true, nobody: true, inconclusive: []string{"away"}}))
	f.Add([]byte(`{"format":1,"insurers":["x"],"outcome":"passed","checks":[{"check":"x/y","insurer":"x","blame":"insurer"}]}`), honest)
	f.Fuzz(func(t *testing.T, one, other []byte) {
		a, err := report.Read(bytes.NewReader(one))
		if err != nil {
			return
		}
		b, err := report.Read(bytes.NewReader(other))
		if err != nil {
			return
		}
		if p, err := Reports(a, b); err == nil {
			holds(t, p)
		}
	})
}
