package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/scenarios"
)

type play struct {
	place
	Scenario string `arg:"" help:"SLUG/NAME of one that comes with the program, a FILE of your own, or none to end what is armed."`
}

// Help shows how it is used.
func (play) Help() string {
	return "One scenario per insurer is armed in a world; a new one takes its place.\n\n" +
		"Examples:\n\n    understudy play allianz/gateway-timeout\n    understudy play ./mine.yaml --world ci-17\n    understudy play none\n\n" +
		"'understudy list scenarios' shows what there is."
}

// Run arms the scenario and says what it is for.
func (a *play) Run(ctx context.Context, p *program) error {
	world, err := a.world()
	if err != nil {
		return fmt.Errorf("play: %w", err)
	}
	if a.Scenario == "none" {
		if err := a.told("play", world.Disarm(ctx, "")); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "nothing is armed in world %s\n", a.World)
		return nil
	}
	scenario, err := loadScenario(a.Scenario)
	if err != nil {
		return fmt.Errorf("play: %w", err)
	}
	whole, err := json.Marshal(scenario)
	if err != nil {
		return fmt.Errorf("play: %w", err)
	}
	armed, err := world.PlayScenario(ctx, whole)
	if err := a.told("play", err); err != nil {
		return err
	}
	c := p.coloursFor(p.out)
	fmt.Fprintf(p.out, "playing %s in world %s\n\n", c.bold(armed.Scenario.ID()), a.World)
	fmt.Fprintf(p.out, "teaches  %s\n", armed.Scenario.Teaches)
	fmt.Fprintf(p.out, "trigger  %s\n", armed.Scenario.Trigger)
	if armed.Froze {
		fmt.Fprintf(p.out, "clock    %s; let it run with: understudy clock run%s\n", showClock(armed.Clock), a.flags())
	}
	fmt.Fprintf(p.out, "undo     understudy play none%s\n", a.flags())
	return nil
}

// loadScenario reads a scenario, embedded or from a file, and holds it to the
// insurers here while it is still known where in the file everything stands.
func loadScenario(ref string) (*scenarios.Scenario, error) {
	s, err := mocks.New(mocks.Options{Insurers: catalog.All()})
	if err != nil {
		return nil, err
	}
	scenario, err := scenarios.LoadFor(s.Knowledge(), ref, os.ReadFile)
	return scenario, errors.Join(err, s.Close())
}

// showClock is a clock as "frozen at 2026-03-02T09:00:00+07:00".
func showClock(c sandbox.Clock) string {
	return c.Mode + " at " + c.Now.Format(time.RFC3339)
}

// clocks is what one can do with a world's clock.
type clocks struct {
	place
	Now     clockNow     `cmd:"" help:"Print the time of the world."`
	Advance clockAdvance `cmd:"" help:"Move the clock on; what falls due on the way runs, each job at its own moment."`
	Freeze  clockFreeze  `cmd:"" help:"Stand the clock still at a time."`
	Go      clockRun     `cmd:"" name:"run" help:"Let the clock go on from where it stands."`
}

// Help shows how it is used.
func (clocks) Help() string {
	return "Examples:\n\n    understudy clock now\n    understudy clock advance 48h --world ci-17\n" +
		"    understudy clock freeze 2026-03-02T09:00:00+07:00\n    understudy clock run"
}

type clockNow struct{}

// Help shows how it is used.
func (clockNow) Help() string { return "Example:\n\n    understudy clock now --world ci-17" }

// Run prints the clock.
func (clockNow) Run(ctx context.Context, p *program, at *clocks) error {
	world, err := at.world()
	if err != nil {
		return fmt.Errorf("clock: %w", err)
	}
	clock, err := world.Clock(ctx)
	if err := at.told("clock", err); err != nil {
		return err
	}
	fmt.Fprintln(p.out, showClock(clock))
	return nil
}

// move moves the clock and tells what that set going.
func (at *clocks) move(p *program, move func(*sandbox.World) (sandbox.Moved, error)) error {
	world, err := at.world()
	if err != nil {
		return fmt.Errorf("clock: %w", err)
	}
	moved, err := move(world)
	if err := at.told("clock", err); err != nil {
		return err
	}
	fmt.Fprintln(p.out, showClock(moved.Clock))
	showJobs(p.out, "ran", moved.Ran)
	showJobs(p.out, "due", moved.Due)
	return nil
}

func showJobs(w io.Writer, what string, jobs []sandbox.Job) {
	for _, job := range jobs {
		fmt.Fprintf(w, "%s  %s %s of %s at %s", what, job.ID, job.Kind, job.Insurer, job.Due.Format(time.RFC3339))
		switch {
		case job.Held:
			fmt.Fprint(w, ", held")
		case job.Stuck:
			fmt.Fprintf(w, ", stuck after %d attempts: %s", len(job.Attempts), job.Attempts[len(job.Attempts)-1].Error)
		}
		fmt.Fprintln(w)
	}
}

// span is a length of time on the command line.
type span struct{ time.Duration }

// UnmarshalText reads 90m or 48h.
func (s *span) UnmarshalText(text []byte) (err error) {
	if s.Duration, err = time.ParseDuration(string(text)); err != nil {
		return fmt.Errorf("%q is no length of time such as 90m or 48h", text)
	}
	return nil
}

// instant is a moment on the command line.
type instant struct{ time.Time }

// UnmarshalText reads a time as RFC 3339 writes it.
func (i *instant) UnmarshalText(text []byte) (err error) {
	if i.Time, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return fmt.Errorf("%q is no time such as 2026-03-02T09:00:00+07:00", text)
	}
	return nil
}

type clockAdvance struct {
	By span `arg:"" name:"duration" help:"How far, as in 90m or 48h."`
}

// Help shows how it is used.
func (clockAdvance) Help() string {
	return "Example:\n\n    understudy clock advance 48h --world ci-17"
}

// Run moves the clock on.
func (a *clockAdvance) Run(ctx context.Context, p *program, at *clocks) error {
	return at.move(p, func(w *sandbox.World) (sandbox.Moved, error) { return w.Advance(ctx, a.By.Duration) })
}

type clockFreeze struct {
	Time instant `arg:"" name:"time" help:"When, as RFC 3339 writes it: 2026-03-02T09:00:00+07:00."`
}

// Help shows how it is used.
func (clockFreeze) Help() string {
	return "Example:\n\n    understudy clock freeze 2026-03-02T09:00:00+07:00"
}

// Run stands the clock still.
func (f *clockFreeze) Run(ctx context.Context, p *program, at *clocks) error {
	return at.move(p, func(w *sandbox.World) (sandbox.Moved, error) { return w.Freeze(ctx, f.Time.Time) })
}

type clockRun struct{}

// Help shows how it is used.
func (clockRun) Help() string { return "Example:\n\n    understudy clock run --world ci-17" }

// Run lets the clock go on.
func (clockRun) Run(ctx context.Context, p *program, at *clocks) error {
	return at.move(p, func(w *sandbox.World) (sandbox.Moved, error) { return w.Run(ctx) })
}

type reset struct{ place }

// Help shows how it is used.
func (reset) Help() string {
	return "Rows, counts, jobs, journal and scenarios go; seed, clock and settings are as the sandbox was started with.\n\n" +
		"Example:\n\n    understudy reset --world ci-17"
}

// Run makes the world as new.
func (r *reset) Run(ctx context.Context, p *program) error {
	world, err := r.world()
	if err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	state, err := world.Reset(ctx, sandbox.Reset{})
	if err := r.told("reset", err); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "world %s is as new: seed %d, clock %s\n", state.Name, state.Seed, showClock(state.Clock))
	return nil
}
