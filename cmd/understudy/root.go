package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Serve   serve   `cmd:"" help:"Start all insurers."`
	Wait    wait    `cmd:"" help:"Return when the sandbox is ready."`
	Env     env     `cmd:"" help:"Print what a client of an insurer needs, as export lines."`
	Play    play    `cmd:"" help:"Arm a scenario: break answers on purpose."`
	Clock   clocks  `cmd:"" help:"Read or move a world's clock."`
	Reset   reset   `cmd:"" help:"Make a world as new."`
	Trigger trigger `cmd:"" help:"Send a webhook now."`
	Listen  listen  `cmd:"" help:"Forward webhooks to a receiver that the sandbox cannot reach."`
	Check   check   `cmd:"" help:"Hold insurers, real or played, to their promises."`
	Cleanup cleanup `cmd:"" help:"Take back what a check left behind at a live target."`
	Parity  parity  `cmd:"" help:"Tell from two reports whether the mock is wrong or the insurer changed."`
	List    list    `cmd:"" help:"Show what there is, and how well each thing is proven."`
	Version version `cmd:"" help:"Print version, commit and Go version."`
	Readme  readme  `cmd:"" hidden:"" help:"Write the generated parts of a README."`
}

const description = "understudy stands in for insurers: it plays their APIs, breaks them on demand, " +
	"and checks the real ones against the same promises."

// program is what a command may touch of the outside world.
type program struct {
	self   string // the file it was started from; empty: unknown
	args   []string
	in     io.Reader
	out    io.Writer
	errors io.Writer
	getenv func(string) string
}

// The exit codes. They are promises: scripts and CI jobs branch on them.
const (
	exitUsage        = 2 // what was asked makes no sense
	exitInconclusive = 4 // nothing is known: the target is down or closed, credentials or budget are missing
)

// failure is an error with the exit code it stands for; any other error is
// exitUsage.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }

func (f *failure) Unwrap() error { return f.err }

// inconclusive marks an error that is nobody's mistake on the command line.
func inconclusive(err error) error { return &failure{exitInconclusive, err} }

// verdict is an exit code that needs no message of its own.
type verdict int

func (v verdict) Error() string { return fmt.Sprintf("exit code %d", int(v)) }

// run is the program: it reads a command line and answers the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer, getenv func(string) string) int {
	// Where it is not known, a check says so.
	self, _ := os.Executable()
	p := &program{self: self, args: args, in: in, out: out, errors: errs, getenv: getenv}
	helped := false
	var all commands
	parser, err := kong.New(&all,
		kong.Name("understudy"), kong.Description(description),
		kong.Writers(out, errs), kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, Compact: true, WrapUpperBound: 100}),
		kong.ValueFormatter(helpOf), kong.Resolvers(environment{getenv}), kong.Bind(p),
	)
	if err != nil {
		fmt.Fprintf(errs, "understudy: the command line is broken: %v\n", err)
		return exitUsage
	}
	if len(args) == 0 {
		parser.Stdout, args = errs, []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	switch {
	case helped && len(p.args) == 0:
		return exitUsage
	case helped:
		return 0
	case err != nil:
		p.misunderstood(err)
		return exitUsage
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return p.exit(parsed.Run())
}

// misunderstood says what is wrong with a command line and where to read on.
func (p *program) misunderstood(err error) {
	command := "understudy"
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil {
		if node := wrong.Context.Selected(); node != nil {
			command = node.FullPath()
		}
	}
	fmt.Fprintf(p.errors, "understudy: %v\nrun '%s --help' for the flags and an example\n", err, command)
	if command == "understudy check" {
		fmt.Fprintln(p.out, checkMeanings.last(exitUsage))
	}
}

// exit tells an error, where there is one, and answers its code.
func (p *program) exit(err error) int {
	var (
		silent verdict
		known  *failure
	)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &silent):
		return int(silent)
	}
	fmt.Fprintf(p.errors, "understudy: %v\n", err)
	if errors.As(err, &known) {
		return known.code
	}
	return exitUsage
}
