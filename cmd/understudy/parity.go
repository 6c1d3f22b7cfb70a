package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts/compare"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

type parity struct {
	A      string `arg:"" help:"A report.json, or the folder that check --out wrote it to."`
	B      string `arg:"" help:"Another one, of the same insurer."`
	Format string `enum:"text,markdown,json" default:"text" help:"One of text, markdown, json."`
}

// Help shows how it is used.
func (parity) Help() string {
	return "Run the same checks against a sandbox and against the insurer's UAT, and hold the reports together. Each check gets a verdict: " +
		"same-pass, same-fail, mock-wrong (the mock broke what the insurer keeps), insurer-changed (the insurer broke what the mock keeps) " +
		"or inconclusive (a side was not asked, was away, is waived, or was bent by a scenario). " +
		"The order of the reports does not matter: they say themselves which is of a sandbox. Of two sandboxes the first is the mock. " +
		"Only a MUST counts in the exit code, as in a check.\n\n" +
		"Examples:\n\n    understudy check --out mock\n    understudy check --target suites/targets/uat-allianz.yaml --out uat\n" +
		"    understudy parity mock uat\n    understudy parity mock/report.json uat/report.json --format json | jq '.checks[] | select(.verdict != \"same-pass\")'\n\n" +
		"Exit codes:\n\n" + parityMeanings.help()
}

var parityMeanings = meanings{
	"mock and insurer keep the same promises",
	"a promise was broken: the mock is wrong, the insurer changed, or both fail",
	"usage or configuration: no report, or reports that cannot be compared",
	"a live insurer broke only what is inferred",
	"inconclusive: there is nothing to compare, or one of the runs proves nothing",
	"the reports have no check in common",
}

// Run prints the verdicts.
func (c *parity) Run(p *program) error {
	var reports [2]*report.Report
	for i, name := range [...]string{c.A, c.B} {
		var err error
		if reports[i], err = readReport(name); err != nil {
			return fmt.Errorf("parity: %w", err)
		}
	}
	found, err := compare.Reports(reports[0], reports[1])
	if err != nil {
		return fmt.Errorf("parity: %w", err)
	}
	code := found.Outcome.ExitCode()
	switch c.Format {
	case "json":
		encoder := json.NewEncoder(p.out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(found); err != nil {
			return inconclusive(fmt.Errorf("parity: %w", err))
		}
	case "markdown":
		tellParity(p.out, found, "- %s: %s\n", table.markdown)
	default:
		tellParity(p.out, found, "%-8s %s\n", func(t table, w io.Writer) { t.text(w, p.coloursFor(w), widthOf(w)) })
		fmt.Fprintln(p.out, parityMeanings.last(code))
	}
	return verdict(code)
}

// readReport reads a report.json, or the one in a folder.
func readReport(name string) (*report.Report, error) {
	const remedy = "'understudy check --out DIR' writes one"
	if at, err := os.Stat(name); err == nil && at.IsDir() {
		name = filepath.Join(name, "report.json")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", err, remedy)
	}
	defer file.Close()
	r, err := report.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; %s", name, err, remedy)
	}
	return r, nil
}

// tellParity writes the comparison: which runs, the verdicts, and what sums them
// up. A fact is a name and a text in the given form.
func tellParity(w io.Writer, p *compare.Parity, fact string, write func(table, io.Writer)) {
	fmt.Fprintf(w, fact, "mock", sideText(p.Mock))
	fmt.Fprintf(w, fact, "insurer", sideText(p.Insurer))
	if len(p.Checks) > 0 {
		fmt.Fprintln(w)
		write(verdictTable(p.Checks), w)
	}
	if len(p.Specs) > 0 {
		fmt.Fprintln(w)
		write(specTable(p.Specs), w)
	}
	fmt.Fprintln(w)
	for _, hint := range hintsOf(p.Checks) {
		fmt.Fprintf(w, fact, "note", hint)
	}
	fmt.Fprintf(w, fact, "score", scoreText(p.Score))
}

func sideText(s compare.Side) string {
	kind := "a sandbox"
	if s.Live {
		kind = "live"
	}
	text := fmt.Sprintf("%s, %s, %s, %s", cmp.Or(s.Target, "no target"), kind, s.Started.UTC().Format("2006-01-02 15:04 MST"), s.Outcome)
	if len(s.Inconclusive) > 0 {
		text += ": " + strings.Join(s.Inconclusive, "; ")
	}
	return report.Line(text)
}

func verdictTable(checks []compare.Check) table {
	t := table{head: []string{"verdict", "check", "level", "evidence", "mock", "insurer", "why"}}
	for _, c := range checks {
		t.rows = append(t.rows, []string{
			string(c.Verdict), report.Line(c.Check), report.Line(string(c.Level)), report.Line(string(c.Evidence)),
			recordText(c.Mock), recordText(c.Insurer), report.Line(whyText(c)),
		})
	}
	return t
}

func recordText(r compare.Record) string {
	switch {
	case r.Exercised == 0:
		return "not asked"
	case r.Failed == 0:
		return fmt.Sprintf("kept %d", r.Exercised)
	}
	return fmt.Sprintf("broke %d of %d", r.Failed, r.Exercised)
}

// whyText is what the side that failed answered, or why there is no verdict.
func whyText(c compare.Check) string {
	var said []string
	for _, side := range [...]struct {
		name   string
		record compare.Record
	}{{"mock", c.Mock}, {"insurer", c.Insurer}} {
		if w := side.record.Worst; w != nil {
			said = append(said, fmt.Sprintf("%s: %s %s: got %s, want %s", side.name, w.Operation, w.Where, w.Got, w.Want))
		}
	}
	if first := c.Reason + c.Note; first != "" { // a check has one of them at most
		said = append([]string{first}, said...)
	}
	return strings.Join(said, "; ")
}

func specTable(specs []compare.Spec) table {
	const most = 200 // of a reason, which may quote a whole answer
	t := table{head: []string{"verdict", "spec that failed by itself", "why"}}
	for _, s := range specs {
		reason := []rune(strings.Join(strings.Fields(s.Reason), " "))
		if len(reason) > most {
			reason = append(reason[:most], '…')
		}
		t.rows = append(t.rows, []string{string(s.Verdict), report.Line(s.Spec), report.Line(string(reason))})
	}
	return t
}

// hintsOf has each hint once, with the checks that it is about.
func hintsOf(checks []compare.Check) []string {
	about := map[string][]string{}
	for _, c := range checks {
		if c.Hint != "" {
			about[c.Hint] = append(about[c.Hint], c.Check)
		}
	}
	var all []string
	for _, hint := range slices.Sorted(maps.Keys(about)) {
		all = append(all, report.Line(hint+" - "+strings.Join(about[hint], ", ")))
	}
	return all
}

func scoreText(s compare.Score) string {
	if s.Conclusive == 0 {
		return fmt.Sprintf("no check is conclusive, %d are inconclusive", s.Inconclusive)
	}
	return fmt.Sprintf("%d of %d conclusive checks are same-pass (%d%%), %d are inconclusive", s.SamePass, s.Conclusive, s.Percent, s.Inconclusive)
}
