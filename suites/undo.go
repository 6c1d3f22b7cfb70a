package suites

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts/report"
)

// errStays marks what an insurer will not take back, whoever asks again.
var errStays = errors.New("the insurer keeps it, so a person must look")

// WhyUnknown is why nobody but a person can take back what no answer named.
const WhyUnknown = "no answer says whether it was made, so a person must look at the insurer for it"

// undoTime is how long a run may take to undo what it left behind.
const undoTime = time.Minute

// ledgerOf is the file that a run on a target writes.
func (o Options) ledgerOf(t *Target) string {
	if o.Ledger != "" {
		return o.Ledger
	}
	return "understudy-ledger-" + t.Name + ".jsonl"
}

// openLedgers lets a run leave something behind at its live targets, where that
// is allowed.
func (r *run) openLedgers() error {
	if !r.options.AllowBinding {
		return nil
	}
	for _, t := range r.targets {
		if t.live() {
			if err := t.openLedger(r.options.ledgerOf(t)); err != nil {
				return fmt.Errorf("suites: target %s: %w", t.Name, err)
			}
		}
	}
	return nil
}

func (t *Target) openLedger(path string) error {
	l, err := openLedger(path, t.run.now)
	if err != nil {
		return err
	}
	if err := l.begin(t); err != nil {
		return errors.Join(err, l.close())
	}
	t.ledger, t.gate.carry = l, &clerk{target: t, deeds: insurers[t.Insurer].deeds, next: t.gate.wire, ledger: l}
	return nil
}

// undo takes back what this run left behind, also when it was interrupted.
func (r *run) undo(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	for _, t := range r.targets {
		if t.ledger != nil {
			t.undo(ctx, t.ledger.left(t.Name, t.ledger.earlier))
		}
	}
}

// undo takes entries back, one by one, and notes in each why it could not.
func (t *Target) undo(ctx context.Context, open []*entry) {
	there := *t
	there.gate = t.gate.last()
	keeper := &clerk{target: &there, deeds: insurers[t.Insurer].deeds, next: there.gate.wire, ledger: t.ledger}
	there.gate.carry = keeper
	for _, e := range open {
		if e.ID == "" {
			e.Why, e.stays = WhyUnknown, true
			continue
		}
		err := keeper.deeds.undo(ctx, &there, there.stranger(), e.ID)
		if err == nil {
			err = keeper.ended(e)
		}
		if err != nil {
			e.Why, e.stays = t.gate.secrets.hide(err.Error()), errors.Is(err, errStays)
		}
	}
}

// leftovers tells in the report what became of what the run left behind.
func (v *verdict) leftovers() {
	l := v.target.ledger
	if l == nil || len(l.entries) == l.earlier {
		return
	}
	made := l.entries[l.earlier:]
	one := report.Spec{Name: v.target.Insurer + ": the run leaves nothing behind", Outcome: report.Passed}
	var left []string
	for _, e := range made {
		if e.Target == v.target.Name && e.open() {
			left = append(left, e.String())
		}
	}
	if len(left) > 0 {
		one.Outcome = report.Inconclusive
		one.Reason = "this was left behind, and 'understudy cleanup " + l.path + "' takes it back: " + strings.Join(left, "; ")
	}
	v.run.Specs = append(v.run.Specs, one)
}

// String names what was left and where, and why it is still there.
func (l Leftover) String() string {
	what := l.Key
	switch {
	case l.ID == "":
		what = l.Operation + " for " + l.Key
	case l.Number != "":
		what = "contract " + l.ID + " (policy " + l.Number + ")"
	}
	text := fmt.Sprintf("%s at %s, %s", what, l.Target, l.At.Format(time.RFC3339))
	if l.Why != "" {
		text += ": " + l.Why
	}
	return text
}

// Cleanup takes back what a ledger says is left behind at a live target, within
// its hours, rate and budget, and answers what it tried: each is cancelled or
// says why not. What keeps it from trying is [ErrInconclusive].
func Cleanup(ctx context.Context, path string, given *Target, o Options) ([]Leftover, error) {
	r, err := newRun([]*Target{given}, o)
	if err != nil {
		return nil, err
	}
	t := r.targets[0]
	defer t.gate.wire.CloseIdleConnections()
	if t.ledger, err = openLedger(path, r.now); err != nil {
		return nil, fmt.Errorf("suites: clean up: %w", err)
	}
	defer func() { _ = t.ledger.close() }()
	open := t.ledger.left(t.Name, 0)
	asks := false
	for _, e := range open {
		if !t.at(e.Address) {
			return nil, fmt.Errorf("suites: clean up: the ledger tells of %s, which is not where the target file says that %s is", e.Address, t.Name)
		}
		asks = asks || e.ID != ""
	}
	if try := insurers[t.Insurer].knock; asks && try != nil {
		if err := try(ctx, t.stranger(), t); err != nil {
			return nil, fmt.Errorf("suites: clean up: target %s: %w: %s", t.Name, ErrInconclusive, t.gate.secrets.hide(err.Error()))
		}
	}
	t.undo(ctx, open)
	var (
		all   []Leftover
		again []error
	)
	for _, e := range open {
		all = append(all, e.Leftover)
		if !e.Cancelled && !e.stays {
			again = append(again, fmt.Errorf("suites: clean up: target %s: %w: contract %s: %s", t.Name, ErrInconclusive, e.ID, e.Why))
		}
	}
	return all, errors.Join(again...)
}

// at says whether an address is under one of the target's.
func (t *Target) at(address string) bool {
	for _, base := range t.Faces {
		if strings.HasPrefix(address, strings.TrimSuffix(base.String(), "/")+"/") {
			return true
		}
	}
	return false
}
