package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// Text writes the report for a reader: what was broken, what was skipped and
// why, which calls were made, and one line that sums it up.
func Text(w io.Writer, r *Report) error { return writeText(w, r, false) }

// Coloured is Text for a terminal.
func Coloured(w io.Writer, r *Report) error { return writeText(w, r, true) }

// The colours of a terminal.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
)

// page collects the text, so that there is one place for an error.
type page struct {
	bytes.Buffer
	coloured bool
}

func writeText(w io.Writer, r *Report, coloured bool) error {
	p := &page{coloured: coloured}
	for _, f := range r.Findings {
		if f.Outcome != Passed {
			p.finding(f)
		}
	}
	p.excused(r.Findings)
	for _, s := range r.Specs {
		p.spec(s)
	}
	p.coverage(r)
	for _, reason := range r.Inconclusive {
		p.word(yellow, "INCONCLUSIVE")
		fmt.Fprintf(p, " %s\n", Line(reason))
	}
	p.sum(r)
	if _, err := w.Write(p.Bytes()); err != nil {
		return fmt.Errorf("report: write text: %w", err)
	}
	return nil
}

// word writes a word of the margin, six wide.
func (p *page) word(colour, word string) {
	text := fmt.Sprintf("%-6s", word)
	if p.coloured {
		text = "\x1b[" + colour + "m" + text + "\x1b[0m"
	}
	p.WriteString(text)
}

// detail writes a line under the margin; none for a value that is empty.
func (p *page) detail(name, value string) {
	if value != "" {
		fmt.Fprintf(p, "       %-9s %s\n", name, Line(value))
	}
}

func (p *page) finding(f Finding) {
	if f.Outcome == Failed {
		p.word(red, "FAIL")
	} else {
		p.word(yellow, "NOTE")
	}
	fmt.Fprintf(p, " %-37s %-6s blame %-9s %s\n", Line(f.Check), f.Level, f.Blame, cmp.Or(Line(f.Operation), "no documented call"))
	p.detail("says", f.Says)
	p.detail("where", f.Where)
	p.detail("got", f.Got)
	p.detail("want", f.Want)
	p.detail("clause", f.Clause)
	p.detail("evidence", string(f.Evidence))
	if f.Count > 1 {
		p.detail("seen", fmt.Sprintf("%d times", f.Count))
	}
	p.detail("excuse", f.Excuse)
	p.detail("again", f.Again)
	p.WriteByte('\n')
}

// excused counts what is in the report and cannot fail the run.
func (p *page) excused(all []Finding) {
	counts := map[string]int{}
	var kinds []string
	for _, f := range all {
		if f.Outcome != Passed {
			continue
		}
		kind, _, _ := strings.Cut(f.Excuse, ":")
		if counts[kind] == 0 {
			kinds = append(kinds, kind)
		}
		counts[kind] += f.Count
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		p.word(yellow, "NOTE")
		fmt.Fprintf(p, " %s cannot fail the run: %s\n", plural(counts[kind], "finding"), Line(kind))
	}
	if len(kinds) > 0 {
		p.WriteByte('\n')
	}
}

func (p *page) spec(s Spec) {
	switch s.Outcome {
	case Passed:
		return
	case Skipped:
		p.word(yellow, "SKIP")
	case Inconclusive, InferredOnly:
		p.word(yellow, "NOTE")
	case Failed:
		fallthrough
	default: // a word that is no outcome must not look green
		p.word(red, "FAIL")
	}
	fmt.Fprintf(p, " %s\n", Line(s.Name))
	if s.Outcome != Skipped && s.Outcome != Failed {
		p.detail("outcome", string(s.Outcome))
	}
	p.detail("reason", s.Reason)
	for _, f := range s.Findings {
		p.detail("broken", f.Check+" at "+f.Where)
	}
	p.WriteByte('\n')
}

func (p *page) coverage(r *Report) {
	if len(r.Coverage) == 0 {
		return
	}
	table := tabwriter.NewWriter(p, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "insurer\tface\toperation\tcalled\tstatuses\tnever seen")
	for _, c := range r.Coverage {
		var came, missing []string
		for _, status := range c.Statuses {
			came = append(came, strconv.Itoa(status))
		}
		for _, status := range c.Documented {
			if !slices.Contains(came, status) {
				missing = append(missing, status)
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\n", Line(c.Insurer), Line(c.Face), Line(c.Operation), c.Called,
			cmp.Or(strings.Join(came, " "), "-"), cmp.Or(strings.Join(missing, " "), "-"))
	}
	_ = table.Flush() // into the page's own memory
	p.WriteByte('\n')
}

func (p *page) sum(r *Report) {
	broken := map[string]bool{}
	for _, f := range r.Findings {
		if f.Outcome == Failed {
			broken[f.Check] = true
		}
	}
	colours := map[Outcome]string{Passed: green, Failed: red, Skipped: yellow, Inconclusive: yellow, InferredOnly: yellow}
	p.word(colours[r.Outcome], string(r.Outcome))
	specs := map[Outcome]int{}
	for _, s := range r.Specs {
		specs[s.Outcome]++
	}
	said := []string{plural(len(r.Specs), "spec")}
	for _, outcome := range [...]Outcome{Failed, InferredOnly, Inconclusive, Skipped} {
		if n := specs[outcome]; n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	if len(broken) > 0 {
		said = append(said, plural(len(broken), "broken promise"))
	}
	if holes := r.Holes(); len(holes) > 0 {
		said = append(said, plural(len(holes), "documented operation")+" never called")
	}
	fmt.Fprintf(p, ": %s, %s on %s in %s\n", strings.Join(said, ", "), plural(r.Exchanges, "exchange"), cmp.Or(Line(r.Target), "no target"), r.Took.Round(time.Millisecond))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Line keeps what a server sent on one line and its control characters away from
// the terminal.
func Line(text string) string {
	if !strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return text
	}
	quoted := strconv.Quote(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
