package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts/report"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/mocks/control"
	"github.com/understudy-sandbox/understudy/suites"
)

type check struct {
	Insurer      []string    `placeholder:"SLUG" help:"Check this insurer alone; repeatable."`
	At           string      `xor:"where" variable:"none" placeholder:"URL" help:"Check a running sandbox; default: one of our own."`
	Target       []string    `xor:"where" variable:"none" sep:"none" placeholder:"FILE" help:"Check what a target file describes; repeatable."`
	Only         string      `placeholder:"LABELS" help:"Run what fits: labels such as 'live-safe && quickQuote', or ids of checks, with commas between."`
	AllowBinding bool        `help:"On a live target, run also what leaves something behind."`
	Rate         suites.Rate `placeholder:"2/s" help:"How often a live target is called at most."`
	Out          string      `placeholder:"DIR" help:"Write report.xml (JUnit) and report.json there, and the ledger of --allow-binding."`
	Ledger       string      `placeholder:"FILE" help:"Where --allow-binding writes down what it leaves behind at a live target, before it does; default: ledger.jsonl in --out, else understudy-ledger-<target>.jsonl."`
	List         bool        `variable:"none" help:"Print what would run, and run nothing."`
}

// Help shows how it is used.
func (check) Help() string {
	return "A target that answers as a sandbox gets a fresh world, and every broken promise fails the run. " +
		"Any other is live: only what is safe runs unless --allow-binding, which takes back what it leaves behind, at most 2 calls a second, within its opening hours and budget, " +
		"and a promise that is only inferred cannot fail the run.\n\n" +
		"Examples:\n\n    understudy check\n    understudy check --at http://127.0.0.1:7800 --insurer allianz --out reports\n" +
		"    understudy check --target suites/targets/uat-allianz.yaml --list\n    understudy check --only allianz/stamp-and-vat\n" +
		"    understudy check --target suites/targets/uat-allianz.yaml --allow-binding --out reports\n\n" +
		"Exit codes:\n\n" + checkMeanings.help()
}

// meanings say what the exit codes of a command stand for, from 0 on.
type meanings []string

// help is the list for a command's help.
func (m meanings) help() string {
	var b strings.Builder
	for code, meaning := range m {
		fmt.Fprintf(&b, "    %d  %s\n", code, meaning)
	}
	return b.String()
}

// last is the line that a command prints last.
func (m meanings) last(code int) string { return fmt.Sprintf("exit %d: %s", code, m[code]) }

var checkMeanings = meanings{
	"all held",
	"a promise was broken",
	"usage or configuration",
	"on a live target only inferred checks failed",
	"inconclusive: target down or closed, credentials, or budget",
	"nothing ran",
}

const exitEmpty = 5

// Run lets a child of the same program run the suites, so that however that ends
// it is never mistaken for a broken promise, and tells what it found.
func (c *check) Run(ctx context.Context, p *program) error {
	if file := p.getenv(childFile); file != "" {
		go orphaned(p.in)
		return writeFound(file, c.find(ctx, p))
	}
	if err := c.usable(); err != nil {
		return c.end(p, exitUsage, err)
	}
	if err := c.sayLedger(p); err != nil {
		return c.end(p, exitInconclusive, err)
	}
	found, err := p.child(ctx)
	switch {
	case err != nil:
		return c.end(p, exitInconclusive, err)
	case found.Report == nil:
		return c.end(p, exitUsage, errors.New(found.Error))
	case c.List:
		return c.list(p, found.Report)
	}
	if err := c.tell(p, found.Report); err != nil {
		return c.end(p, exitInconclusive, err)
	}
	return c.end(p, found.Report.Outcome.ExitCode(), nil)
}

// ledger is the file that a binding run writes; empty: the suites name it.
func (c *check) ledger() string {
	if c.Ledger == "" && c.Out != "" {
		return filepath.Join(c.Out, "ledger.jsonl")
	}
	return c.Ledger
}

// sayLedger says where a binding run leaves its traces, before it leaves any.
func (c *check) sayLedger(p *program) error {
	if !c.AllowBinding || c.List || len(c.Target) == 0 {
		return nil
	}
	file := c.ledger()
	if file == "" {
		file = "understudy-ledger-<target>.jsonl"
	}
	fmt.Fprintf(p.out, "binding is allowed: what is left behind at a live target is written to %s first;\n"+
		"should this run not come to its end, take it back with: understudy cleanup %s\n", file, file)
	if c.Out == "" {
		return nil
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("make room for the ledger: %w", err)
	}
	return nil
}

// end prints the exit code with its meaning as the last line, and an error before
// it.
func (c *check) end(p *program, code int, err error) error {
	if err != nil {
		fmt.Fprintf(p.errors, "understudy: check: %v\n", err)
	}
	fmt.Fprintln(p.out, checkMeanings.last(code))
	return verdict(code)
}

// usable finds what is wrong with the flags before anything is started.
func (c *check) usable() error {
	for _, slug := range c.Insurer {
		if _, err := insurerOf(slug); err != nil {
			return fmt.Errorf("--insurer: %w", err)
		}
	}
	if c.At != "" {
		return checkAddress("--at", c.At)
	}
	return nil
}

// listed is the reason that the suites give for a spec that would run.
const listed = "listed"

// list prints the specs that would run, and why others would not.
func (c *check) list(p *program, r *report.Report) error {
	n := 0
	for _, spec := range r.Specs {
		if spec.Reason == listed {
			n++
			fmt.Fprintf(p.out, "run   %s  [%s]\n", spec.Name, strings.Join(spec.Labels, ", "))
		} else {
			fmt.Fprintf(p.out, "skip  %s  (%s)\n", spec.Name, spec.Reason)
		}
	}
	fmt.Fprintf(p.out, "%d of %d specs would run\n", n, len(r.Specs))
	if n == 0 {
		return c.end(p, exitEmpty, nil)
	}
	return nil
}

// tell prints the report and writes it to files.
func (c *check) tell(p *program, r *report.Report) error {
	text := report.Text
	if p.coloursFor(p.out) {
		text = report.Coloured
	}
	if err := text(p.out, r); err != nil || c.Out == "" {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	for name, write := range map[string]func(io.Writer, *report.Report) error{"report.xml": report.JUnit, "report.json": report.JSON} {
		if err := writeReport(filepath.Join(c.Out, name), r, write); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

func writeReport(name string, r *report.Report, write func(io.Writer, *report.Report) error) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return write(file, r)
}

// find runs the suites and answers a report, or what is wrong with the options or
// the targets. What kept the run from judging is a report too.
func (c *check) find(ctx context.Context, p *program) found {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	targets, err := c.targets(ctx, p.getenv)
	if err == nil && len(targets) == 0 {
		return found{Report: report.New(report.Run{Head: report.Head{Insurers: c.Insurer, Version: built().version}})}
	}
	var r *report.Report
	if err == nil {
		progress, done := p.progress()
		r, err = suites.Run(ctx, silent{}, targets, suites.Options{
			Only: c.Only, AllowBinding: c.AllowBinding, Ledger: c.ledger(), Rate: c.Rate, List: c.List, Version: built().version, Progress: progress, Ask: p.ask,
		})
		done()
	}
	switch {
	case errors.Is(err, suites.ErrInconclusive):
		return found{Report: report.New(report.Run{Head: report.Head{
			Target: c.At, Insurers: c.Insurer, Version: built().version, Inconclusive: []string{err.Error()},
		}})}
	case err != nil:
		return found{Error: err.Error()}
	}
	return found{Report: r}
}

// cleared takes a line of a terminal back.
const cleared = "\r\x1b[K"

// progress keeps one line of the terminal at the spec that runs, because a live
// target is called slowly, and clears it when the run is done. Anywhere else than
// on a terminal nothing is told.
func (p *program) progress() (tell func(n, of int, spec string), done func()) {
	if !p.terminal(p.errors) {
		return nil, func() {}
	}
	most := cmp.Or(widthOf(p.errors), 80) - 1
	tell = func(n, of int, spec string) {
		text := []rune(fmt.Sprintf("%d of %d  %s", n, of, report.Line(spec)))
		fmt.Fprint(p.errors, cleared+string(text[:min(len(text), most)]))
	}
	return tell, func() { fmt.Fprint(p.errors, cleared) }
}

// ask has a person open an address. It is all that a child says on its standard
// output, which its parent shows as its own progress.
func (p *program) ask(address string) {
	if p.terminal(p.errors) {
		fmt.Fprint(p.errors, cleared)
	}
	fmt.Fprintf(p.out, "a consent is needed: open this address, and decide there\n\n    %s\n\n", address)
}

// silent hears from the suites that something failed; the report says it.
type silent struct{}

// Fail is told.
func (silent) Fail() {}

// targets are what is to be checked: those of the files, or of a sandbox.
func (c *check) targets(ctx context.Context, getenv func(string) string) ([]*suites.Target, error) {
	if len(c.Target) == 0 {
		base := c.At
		if base == "" {
			var err error
			if base, err = c.ownSandbox(ctx); err != nil {
				return nil, err
			}
		}
		return suites.Sandbox(ctx, base, c.Insurer, "")
	}
	var all []*suites.Target
	for _, file := range c.Target {
		target, err := suites.LoadTarget(file, getenv)
		if err != nil {
			return nil, err
		}
		if len(c.Insurer) == 0 || slices.Contains(c.Insurer, target.Insurer) {
			all = append(all, target)
		}
	}
	return all, nil
}

// ownSandbox starts a sandbox on a port of its own, which lives as long as the
// context.
func (c *check) ownSandbox(ctx context.Context) (base string, err error) {
	s, err := mocks.New(mocks.Options{
		Insurers: catalog.All(),
		Control:  control.New(control.Options{Version: built().version}),
	})
	if err != nil {
		return "", err
	}
	l, err := listenOn("--addr", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	go func() { _ = s.Run(ctx) }()
	go func() { _ = answer(ctx, l, s, slog.New(slog.DiscardHandler)) }()
	return address(l), nil
}
