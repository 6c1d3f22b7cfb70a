package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/understudy-sandbox/understudy/contracts"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var formats = map[string]func(io.Writer, *Report) error{
	"text.golden": Text, "coloured.golden": Coloured, "report.xml": JUnit, "report.json": JSON,
}

var started = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

func allianz(t testing.TB) *contracts.Contract {
	t.Helper()
	c, err := contracts.For("allianz")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// found is a finding of one of Allianz's own checks.
func found(t testing.TB, id, where, got, want string) contracts.Finding {
	t.Helper()
	check, ok := allianz(t).Check(id)
	if !ok {
		t.Fatalf("no check %s", id)
	}
	return contracts.Finding{
		Check: check.ID, Insurer: "allianz", Operation: "quickQuote", Level: check.Level, Evidence: check.Proof, Blame: check.Blame,
		Says: check.Says, Clause: check.Clause, Mismatch: contracts.Mismatch{Where: where, Got: got, Want: want},
	}
}

// call is an exchange on the tape.
func call(tape *contracts.Tape, operation string, status int, bent string, all ...contracts.Finding) {
	x := &contracts.Exchange{Insurer: "allianz", Face: "motor", Operation: operation, Bent: bent, Response: contracts.Response{Status: status}}
	x.Response.Header = http.Header{}
	tape.Record(x, all)
}

// broken is a run in which much went wrong.
func broken(t testing.TB) Run {
	t.Helper()
	const gross = "/productPackages/0/premium/grossPremium"
	money := found(t, "allianz/stamp-and-vat", gross, "20000.43", "20000.44")
	tape := &contracts.Tape{}
	call(tape, "quickQuote", 200, "", money)
	call(tape, "quickQuote", 200, "", found(t, "allianz/stamp-and-vat", gross, "18382.61", "18382.6"))
	call(tape, "quickQuote", 400, "", found(t, "allianz/refusal-text", "/message", "\"<b>\x1b[31m&\"", "<member> text"))
	call(tape, "quickQuote", 503, "allianz/busy#1", found(t, "allianz/documented-status", "status", "503", "one of 200, 400"))
	call(tape, "quickQuote", 400, "", found(t, "allianz/request-fits", "request /channel", "nothing", "present"))
	call(tape, "quickQuote", 200, "", found(t, "allianz/item-order", "/productPackages/0/coverages/0/coverageItems", "DD OD", "OD DD"))
	call(tape, "", 404, "")
	return Run{
		Head: Head{
			Target: "http://127.0.0.1:7800", Insurers: []string{"allianz"}, Version: "v0.1.0", Seed: 42, Started: started,
			Took: 1234567 * time.Microsecond, Complete: true,
		},
		Tape: tape, Contracts: []*contracts.Contract{allianz(t)},
		Specs: []Spec{
			{Name: "Allianz quick quotes: prices the default coverage", Labels: []string{"live-safe"}, Outcome: Failed, Reason: "a promise was broken", Findings: []contracts.Finding{money}, Took: 12 * time.Millisecond},
			{Name: "Allianz quick quotes: prices what was sent", Labels: []string{"live-safe"}, Outcome: Passed, Took: 3 * time.Millisecond},
			{Name: "Allianz token: expires", Labels: []string{"sandbox-only", "slow"}, Outcome: Skipped, Reason: "needs the control API"},
			{Name: "Allianz gateway: times out", Outcome: Inconclusive, Reason: "the budget of 10 calls is spent"},
		},
	}
}

func TestFormats(t *testing.T) {
	r := New(broken(t))
	for i := range r.Coverage { // the layout is tested here, not the document and its checks
		r.Coverage[i].Documented = []string{"200", "400", "401"}
	}
	r.Checks = slices.DeleteFunc(r.Checks, func(p Promise) bool {
		return !slices.Contains([]string{"allianz/documented-status", "allianz/stamp-and-vat", "allianz/token-given"}, p.Check)
	})
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := format(&b, r); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

func TestJSONComesBack(t *testing.T) {
	r := New(broken(t))
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, again, cmp.AllowUnexported(contracts.Mismatch{})); diff != "" {
		t.Errorf("read again (-written +read):\n%s", diff)
	}
}

// TestJSONPromises holds the members that scripts rely on.
func TestJSONPromises(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, New(broken(t))); err != nil {
		t.Fatal(err)
	}
	var top map[string]json.RawMessage
	var findings []map[string]any
	if err := errors.Join(json.Unmarshal(b.Bytes(), &top), json.Unmarshal(top["findings"], &findings)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"outcome", "coverage", "findings"} {
		if top[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"check", "insurer", "operation", "level", "evidence", "where", "got", "want"} {
		if _, ok := findings[0][name].(string); !ok {
			t.Errorf("a finding has no %s: %v", name, findings[0])
		}
	}
}

// failures reads the JUnit form strictly and says whether something is red in it.
func failures(t testing.TB, r *Report) bool {
	t.Helper()
	var b bytes.Buffer
	if err := JUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Cases []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
				Skipped *struct {
					Message string `xml:"message,attr"`
				} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &read); err != nil {
		t.Fatalf("not XML: %v\n%s", err, b.String())
	}
	tests, red, skipped := 0, 0, 0
	for _, suite := range read.Suites {
		for _, one := range suite.Cases {
			tests++
			if one.Failure != nil {
				red++
			}
			if one.Skipped != nil {
				skipped++
				if one.Skipped.Message == "" {
					t.Errorf("%s is skipped without a reason", one.Name)
				}
			}
		}
	}
	if got, want := [3]int{read.Tests, read.Failures, read.Skipped}, [3]int{tests, red, skipped}; got != want {
		t.Errorf("announces %v tests, failures and skips, holds %v", got, want)
	}
	return red > 0
}

func TestCoverage(t *testing.T) {
	r := New(broken(t))
	want := []OperationCoverage{
		{Insurer: "allianz", Face: "motor", Operation: "amendContract", Statuses: []int{}},
		{Insurer: "allianz", Face: "motor", Operation: "downloadDocument", Statuses: []int{}},
		{Insurer: "allianz", Face: "motor", Operation: "getContract", Statuses: []int{}},
		{Insurer: "allianz", Face: "motor", Operation: "issueContract", Statuses: []int{}},
		{Insurer: "allianz", Face: "motor", Operation: "quickQuote", Called: 6, Statuses: []int{200, 400, 503}},
		{Insurer: "allianz", Face: "motor", Operation: "token", Statuses: []int{}},
	}
	for i, op := range allianz(t).Face("motor").Operations() {
		at := slices.IndexFunc(want, func(c OperationCoverage) bool { return c.Operation == op.ID })
		if at < 0 {
			t.Fatalf("operation %d, %s, is new: say how often it is called here", i, op.ID)
		}
		for status := range op.Responses.Map() {
			want[at].Documented = append(want[at].Documented, status)
		}
		slices.Sort(want[at].Documented)
	}
	if diff := cmp.Diff(want, r.Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	want = slices.DeleteFunc(want, func(c OperationCoverage) bool { return c.Called > 0 })
	if diff := cmp.Diff(want, r.Holes()); diff != "" {
		t.Errorf("holes (-want +got):\n%s", diff)
	}
}

// TestHostileText lets a server put anything into a finding.
func TestHostileText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		nasty := rapid.String().Draw(rt, "text") + rapid.SampledFrom([]string{"", "\x00", "\x1b[2J", "]]>", "\xff", "\n", "&<\"", "\u2028"}).Draw(rt, "nasty")
		run := Run{Head: Head{Target: nasty, Inconclusive: []string{nasty}}, Tape: &contracts.Tape{}, Specs: []Spec{{Name: nasty, Outcome: Failed, Reason: nasty}}}
		call(run.Tape, "quickQuote", 200, "", found(t, "allianz/stamp-and-vat", nasty, nasty, nasty))
		r := New(run)
		failures(t, r)
		var b bytes.Buffer
		if err := Text(&b, r); err != nil {
			rt.Fatal(err)
		}
		if i := strings.IndexFunc(b.String(), func(c rune) bool { return c < ' ' && c != '\n' || c == 0x7f || c == 0x9b }); i >= 0 {
			rt.Fatalf("the terminal gets a control character: %q", b.String())
		}
	})
}

// TestMergeInAnyOrder deals one run out to several processes and merges them in
// several orders, in one step and in two.
func TestMergeInAnyOrder(t *testing.T) {
	checks := allianz(t).Checks
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.SampledFrom([]string{"", "a", "b", "c"})
		var parts []*Report
		for range rapid.IntRange(1, 4).Draw(rt, "processes") {
			run := Run{
				Head: Head{
					Target: word.Draw(rt, "target"), Version: word.Draw(rt, "version"), Seed: rapid.Uint64Max(3).Draw(rt, "seed"),
					Started:  started.Add(time.Duration(rapid.IntRange(0, 5).Draw(rt, "started")) * time.Second),
					Took:     time.Duration(rapid.IntRange(0, 5).Draw(rt, "took")) * time.Second,
					Complete: rapid.Bool().Draw(rt, "complete"), Live: rapid.Bool().Draw(rt, "live"),
					Insurers: []string{"allianz"}, Inconclusive: []string{word.Draw(rt, "inconclusive")},
				},
				Tape: &contracts.Tape{},
			}
			if rapid.Bool().Draw(rt, "contract") {
				run.Contracts = []*contracts.Contract{allianz(t)}
			}
			for range rapid.IntRange(0, 3).Draw(rt, "specs") {
				run.Specs = append(run.Specs, Spec{
					Name: word.Draw(rt, "name"), Reason: word.Draw(rt, "reason"), Labels: []string{word.Draw(rt, "label")},
					Outcome: rapid.SampledFrom([]Outcome{Skipped, Passed, Inconclusive, InferredOnly, Failed}).Draw(rt, "outcome"),
				})
			}
			for range rapid.IntRange(0, 4).Draw(rt, "exchanges") {
				check := checks[rapid.IntRange(0, 12).Draw(rt, "check")]
				call(run.Tape, rapid.SampledFrom([]string{"", "token", "quickQuote"}).Draw(rt, "operation"), rapid.SampledFrom([]int{0, 200, 400}).Draw(rt, "status"), word.Draw(rt, "bent"),
					found(t, check.ID, word.Draw(rt, "where"), word.Draw(rt, "got"), word.Draw(rt, "want")))
			}
			parts = append(parts, New(run))
		}
		want := Merge(parts...)
		shuffled := rapid.Permutation(parts).Draw(rt, "order")
		same := cmp.AllowUnexported(contracts.Mismatch{})
		if diff := cmp.Diff(want, Merge(shuffled...), same); diff != "" {
			rt.Fatalf("another order, another report (-one +other):\n%s", diff)
		}
		half := rapid.IntRange(1, len(parts)).Draw(rt, "half")
		in := []*Report{Merge(shuffled[:half]...)}
		in = append(in, shuffled[half:]...)
		if diff := cmp.Diff(want, Merge(in...), same); diff != "" {
			rt.Fatalf("in two steps, another report (-one +other):\n%s", diff)
		}
	})
}

// TestMergeJudgesCoverageOnce does not fail a process for what another called.
func TestMergeJudgesCoverageOnce(t *testing.T) {
	part := func(operations ...string) *Report {
		run := Run{Head: Head{Complete: true}, Tape: &contracts.Tape{}, Contracts: []*contracts.Contract{allianz(t)}}
		for _, operation := range operations {
			call(run.Tape, operation, 200, "")
		}
		return New(run)
	}
	quotes, tokens := part("quickQuote", "issueContract", "getContract"), part("token", "amendContract", "downloadDocument")
	if quotes.Outcome != Failed || tokens.Outcome != Failed {
		t.Fatalf("alone they are %s and %s, want both failed", quotes.Outcome, tokens.Outcome)
	}
	if m := Merge(quotes, tokens); m.Outcome != Passed || m.Exchanges != 6 {
		t.Errorf("together they are %s with %d exchanges, want passed with 6", m.Outcome, m.Exchanges)
	}
}

func TestNewLeavesTheRunAlone(t *testing.T) {
	run := broken(t)
	before := slices.Clone(run.Specs)
	New(run)
	if diff := cmp.Diff(before, run.Specs, cmp.AllowUnexported(contracts.Mismatch{})); diff != "" {
		t.Errorf("specs (-before +after):\n%s", diff)
	}
}

func TestSkipsHaveAReason(t *testing.T) {
	r := New(Run{Specs: []Spec{{Name: "a", Outcome: Skipped}}})
	if r.Specs[0].Reason == "" {
		t.Error("a spec was skipped without a reason")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestFormatsSayWhatTheyCouldNotWrite(t *testing.T) {
	for name, format := range formats {
		if err := format(brokenWriter{}, New(broken(t))); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
