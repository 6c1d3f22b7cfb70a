package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/suites"
)

type cleanup struct {
	Ledger string      `arg:"" help:"The file that a check with --allow-binding wrote."`
	Target []string    `variable:"none" sep:"none" placeholder:"FILE" help:"The target file; default: the one that the ledger names. Repeatable."`
	Rate   suites.Rate `placeholder:"2/s" help:"How often a live target is called at most."`
}

// Help shows how it is used.
func (cleanup) Help() string {
	return "A check with --allow-binding writes down what it is about to leave behind at a live target, and takes it back at its end. " +
		"Where it did not come to that, this command does, within the target's hours, rate and budget. What was cancelled is noted in the ledger, so that it can be repeated.\n\n" +
		"Examples:\n\n    understudy cleanup understudy-ledger-uat-allianz.jsonl\n    understudy cleanup reports/ledger.jsonl --target suites/targets/uat-allianz.yaml\n\n" +
		"Exit codes:\n\n    0  nothing is left\n    1  a person must look\n    2  usage or configuration, or no ledger\n    4  inconclusive: target down or closed, credentials, or budget; try again\n"
}

// exitLeft is the exit code where something stays until a person has looked.
const exitLeft = 1

// Run takes back what is open in the ledger, target by target.
func (c *cleanup) Run(ctx context.Context, p *program) error {
	left, err := suites.Leftovers(c.Ledger)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		fmt.Fprintln(p.out, "nothing to do: nothing is left behind")
		return nil
	}
	byTarget := map[string][]suites.Leftover{}
	for _, l := range left {
		byTarget[l.Target] = append(byTarget[l.Target], l)
	}
	given, err := c.given(p.getenv)
	if err != nil {
		return err
	}
	for name := range given {
		if byTarget[name] == nil {
			return fmt.Errorf("--target: the ledger tells of nothing that is left at %s, only of %s", name, strings.Join(slices.Sorted(maps.Keys(byTarget)), ", "))
		}
	}
	stays := 0
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(byTarget)) {
		done, err := c.undo(ctx, p, given[name], byTarget[name])
		for _, l := range done {
			if l.Cancelled {
				fmt.Fprintf(p.out, "cancelled  %s\n", l)
				continue
			}
			stays++
			fmt.Fprintf(p.out, "left       %s\n", l)
		}
		failed = append(failed, err)
	}
	switch err := errors.Join(failed...); {
	case err != nil:
		return err
	case stays > 0:
		fmt.Fprintf(p.out, "%d left: a person must look at the insurer; then the ledger can go\n", stays)
		return verdict(exitLeft)
	default:
		fmt.Fprintln(p.out, "nothing is left behind")
		return nil
	}
}

// given are the targets of the command line, by name.
func (c *cleanup) given(getenv func(string) string) (map[string]*suites.Target, error) {
	all := map[string]*suites.Target{}
	for _, file := range c.Target {
		t, err := loadTarget(file, getenv)
		if err != nil {
			return nil, err
		}
		all[t.Name] = t
	}
	return all, nil
}

func loadTarget(file string, getenv func(string) string) (*suites.Target, error) {
	t, err := suites.LoadTarget(file, getenv)
	if errors.Is(err, suites.ErrInconclusive) {
		return nil, inconclusive(err)
	}
	return t, err
}

// undo takes back what is left at one target. Where no answer named what was
// left, nobody can, and the target is not needed.
func (c *cleanup) undo(ctx context.Context, p *program, t *suites.Target, left []suites.Leftover) ([]suites.Leftover, error) {
	if t == nil && slices.ContainsFunc(left, func(l suites.Leftover) bool { return l.ID != "" }) {
		file := left[0].File
		if file == "" {
			return nil, fmt.Errorf("the ledger names no target file of %s: say where it is with --target", left[0].Target)
		}
		var err error
		if t, err = loadTarget(file, p.getenv); err != nil {
			return nil, fmt.Errorf("%w (another target file can be named with --target)", err)
		}
	}
	if t == nil {
		for i := range left {
			left[i].Why = suites.WhyUnknown
		}
		return left, nil
	}
	done, err := suites.Cleanup(ctx, c.Ledger, t, suites.Options{Rate: c.Rate, Version: built().version})
	if errors.Is(err, suites.ErrInconclusive) {
		return done, inconclusive(err)
	}
	return done, err
}
