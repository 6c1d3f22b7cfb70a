package mocks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// sending is one attempt at a delivery.
type sending struct {
	task    *Task
	carrier *carrier
	notice  Notice
	rule    string                 // of the scenario that bends it; empty: honest
	bent    *scenarios.Fault       // what that rule does
	fault   scenarios.WebhookFault // the part of it that is about webhooks
	why     string                 // the scenario's lesson
	count   uint64                 // of attempts since the scenario was armed
	broken  error                  // why the task can never be delivered
	calls   []*Entry               // one, or as many copies as the scenario asks for
	failed  []error                // why no answer came, by call
}

// deliver makes one attempt for each of some deliveries, which are about different
// subjects. What orders and counts is done in their order, what takes time side by
// side and without a lock: a receiver may call the sandbox back.
func (w *World) deliver(ctx context.Context, epoch uint64, batch []*Task) error {
	attempts := make([]*sending, len(batch))
	err := w.within(epoch, func() (err error) {
		for i, t := range batch {
			if attempts[i], err = w.plan(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(sideBySide)
	for _, a := range attempts {
		group.Go(func() error {
			a.carryOut(ctx, w)
			return nil
		})
	}
	_ = group.Wait()                 // an attempt that failed says so itself
	ctx = context.WithoutCancel(ctx) // what was sent is written down
	return w.within(epoch, func() error {
		for _, a := range attempts {
			if err := w.conclude(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// plan decides what the attempt is to be; the caller holds life.
func (w *World) plan(ctx context.Context, t *Task) (*sending, error) {
	a := &sending{task: t, carrier: w.sandbox.carrier(t.Insurer)}
	if a.carrier == nil || a.carrier.api.Webhooks == nil {
		a.broken = fmt.Errorf("%s sends no webhooks here", t.Insurer)
		return a, nil
	}
	if err := json.Unmarshal(t.Payload, &a.notice); err != nil {
		a.broken = fmt.Errorf("not a notice: %w", err)
		return a, nil
	}
	if now, _ := w.Time(); t.Due.Before(now) {
		t.Due = now // it waited for another or for a gate, and goes out now
	}
	if err := w.bendNotice(ctx, a); err != nil {
		return nil, err
	}
	if a.fault.Never || a.fault.Late > 0 {
		return a, nil
	}
	for range min(max(a.fault.Copies, 1), scenarios.MostCopies) {
		a.calls = append(a.calls, &Entry{ID: w.journal.nextID(), Fault: a.rule, Bent: a.bent, Count: a.count})
		a.failed = append(a.failed, nil)
	}
	return a, nil
}

// bendNotice finds the rule of the armed scenario that the attempt falls under.
// What was kept back goes out as it was bent then, and is not counted twice.
func (w *World) bendNotice(ctx context.Context, a *sending) error {
	if k := a.task.Kept; k != nil {
		a.rule, a.why, a.count, a.fault = k.Rule, k.Teaches, k.Count, k.Fault
		a.bent = &scenarios.Fault{Webhook: &k.Fault}
		a.fault.Late = 0
		return nil
	}
	now := w.state.Load()
	scenario, ok := now.Scenarios[a.task.Insurer]
	if !ok {
		return nil
	}
	count, err := w.Next(ctx, armedCount(a.task.Insurer, now.Armed[a.task.Insurer])+a.notice.Operation)
	if err != nil {
		return err
	}
	a.count = count
	tree := func(pointer string) (any, bool) {
		told := contracts.Request{}
		told.SetBody(a.notice.Message)
		return told.Value(pointer)
	}
	for i := range scenario.Rules {
		rule := &scenario.Rules[i]
		if rule.Webhook != nil && rule.On.Holds(a.notice.Operation, int(count), tree) {
			a.rule, a.bent, a.fault = scenario.ID()+"#"+strconv.Itoa(i+1), &rule.Fault, *rule.Webhook
			a.why = scenario.Teaches
			return nil
		}
	}
	return nil
}

// carryOut seals the notice and makes the calls. It holds no lock.
func (a *sending) carryOut(ctx context.Context, w *World) {
	for i, e := range a.calls {
		began := realNow()
		e.Exchange, a.failed[i] = a.seal(ctx, w)
		if a.failed[i] == nil {
			a.failed[i] = w.carry(ctx, a, e.Exchange)
		}
		e.Exchange.Took = took(began)
	}
}

// seal makes the call, as honest or as forged as it is to be.
func (a *sending) seal(ctx context.Context, w *World) (*contracts.Exchange, error) {
	op := a.carrier.sends[a.notice.Operation]
	x := &contracts.Exchange{
		Insurer: a.carrier.Slug, Face: a.carrier.sender, Operation: a.notice.Operation,
		Webhook: true, Bent: a.rule, At: a.task.Due,
		Request:  contracts.Request{Method: op.Method, Path: a.notice.URL, Message: contracts.Message{Header: http.Header{}}},
		Response: contracts.Response{Message: contracts.Message{Header: http.Header{}}},
	}
	if op.ID == "" {
		x.Request.Method = http.MethodPost
		return x, ownFault{fmt.Errorf("the document of webhooks has no operation %q", a.notice.Operation)}
	}
	m := &moment{world: w, insurer: a.task.Insurer, now: a.task.Due, base: a.task.Base}
	sealed, err := a.sealed(withMoment(ctx, m))
	if err != nil {
		return x, ownFault{fmt.Errorf("seal: %w", err)}
	}
	x.Request.Header = sealed.Header
	if x.Request.Header == nil {
		x.Request.Header = http.Header{}
	}
	x.Request.SetBody(sealed.Body)
	return x, nil
}

// ownFault is why a call was never made, which is not the receiver's doing.
type ownFault struct{ error }

func (f ownFault) Unwrap() error { return f.error }

func (a *sending) sealed(ctx context.Context) (sealed Sealed, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return a.carrier.api.Webhooks.Seal(ctx, a.notice, a.fault.Forge)
}

// conclude writes what became of an attempt; the caller holds life.
func (w *World) conclude(ctx context.Context, a *sending) error {
	t := a.task
	switch {
	case a.broken != nil:
		t.Attempts, t.Stuck = append(t.Attempts, Attempt{At: t.Due, Error: a.broken.Error()}), true
		return w.requeue(ctx, t)
	case a.fault.Never:
		w.withhold(a)
		return w.file(ctx, a, Withheld)
	case len(a.calls) == 0:
		t.Due = t.Due.Add(time.Duration(a.fault.Late))
		t.Kept = &kept{Rule: a.rule, Teaches: a.why, Count: a.count, Fault: a.fault}
		return w.requeue(ctx, t)
	}
	t.Tries++
	acknowledged := false
	for i, e := range a.calls {
		attempt := Attempt{At: t.Due, Status: e.Exchange.Response.Status}
		yes := a.failed[i] == nil && a.carrier.acknowledged(attempt.Status)
		switch {
		case a.failed[i] != nil:
			attempt.Error = a.failed[i].Error()
			e.Exchange.Notes = append(e.Exchange.Notes, "no answer: "+attempt.Error)
		case !yes:
			attempt.Error = "answered " + strconv.Itoa(attempt.Status)
		}
		acknowledged = acknowledged || yes
		t.Attempts = append(t.Attempts, attempt)
		if _, ours := errors.AsType[ownFault](a.failed[i]); !ours {
			e.Receiver = a.verdict(yes, attempt)
		}
		w.recordSent(a, e)
	}
	retry := a.carrier.api.Webhooks.Retry
	switch {
	case acknowledged:
		return w.file(ctx, a, Delivered)
	case t.Tries <= len(retry):
		t.Due, t.Kept = t.Due.Add(retry[t.Tries-1]), nil
		return w.requeue(ctx, t)
	}
	return w.file(ctx, a, GivenUp)
}

// verdict judges the receiver: it acknowledges what is honest and refuses what is
// forged.
func (a *sending) verdict(acknowledged bool, attempt Attempt) *Verdict {
	said := attempt.Error
	if acknowledged {
		said = "acknowledged with " + strconv.Itoa(attempt.Status)
	}
	forge := a.fault.Forge
	switch {
	case forge == "" && acknowledged:
		return &Verdict{true, said}
	case forge == "":
		return &Verdict{false, said + ", want an acknowledgement"}
	case acknowledged:
		return &Verdict{false, said + " a forgery: " + forge}
	case attempt.Status >= 400 && attempt.Status <= 499:
		return &Verdict{true, said + " to a forgery: " + forge}
	}
	// Who breaks down has not refused.
	return &Verdict{false, said + " to a forgery, want a status from 400 to 499: " + forge}
}

// recordSent writes an attempt into the journal. What is honest is examined: the
// insurer's message and the receiver's answer.
func (w *World) recordSent(a *sending, e *Entry) {
	x := e.Exchange
	e.Why = Why{Rule: "the insurer tells its subscriber: " + a.notice.Event, Evidence: contracts.Inferred}
	if op, ok := a.carrier.sends[x.Operation]; ok {
		e.Why.Evidence, e.Why.Pointer = op.Evidence, op.Pointer
	}
	if a.rule != "" {
		e.Why.Rule = a.why
	}
	if x.Bent == "" && x.Response.Status != 0 {
		e.Findings = a.carrier.contract.Examine(x)
	}
	w.recordTimed(a.carrier, e)
}

// withhold tells the journal of what a scenario kept from being sent.
func (w *World) withhold(a *sending) {
	x := &contracts.Exchange{
		Insurer: a.carrier.Slug, Face: a.carrier.sender, Operation: a.notice.Operation, Webhook: true, Bent: a.rule, At: a.task.Due,
		Request: contracts.Request{Method: http.MethodPost, Path: a.notice.URL, Message: contracts.Message{Header: http.Header{}}},
		Notes:   []string{"withheld: " + a.notice.Event + " " + a.notice.ID},
	}
	w.recordTimed(a.carrier, &Entry{
		ID: w.journal.nextID(), Exchange: x, Fault: a.rule, Bent: a.bent, Count: a.count,
		Why: Why{Rule: a.why, Evidence: contracts.Inferred},
	})
}

// file keeps a delivery that has ended, the newest so many, and ends its job.
func (w *World) file(ctx context.Context, a *sending, state DeliveryState) error {
	n, err := w.Next(ctx, "sent/"+a.task.Insurer)
	if err != nil {
		return err
	}
	value, err := encodeJSON(Delivery{Notice: a.notice, State: state, Attempts: a.task.Attempts, Base: a.task.Base, Job: a.task.ID})
	if err != nil {
		return err
	}
	rows := sentRows(a.task.Insurer)
	if _, err = w.sandbox.store.Put(ctx, store.Item{Key: w.row(rows + sentKey(n)), Value: value}); err != nil {
		return fmt.Errorf("world %s: file a delivery: %w", w.Name, err)
	}
	if err := w.dequeue(ctx, a.task); err != nil || n <= deliveriesKept {
		return err
	}
	old, err := w.sandbox.store.Get(ctx, w.row(rows+sentKey(n-deliveriesKept)))
	if err == nil {
		err = w.sandbox.store.Delete(ctx, old.Key, old.Version)
	}
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) {
		return nil // gone already
	}
	return err
}

func sentRows(slug string) string { return "sent/" + slug + "/" }

func sentKey(n uint64) string { return fmt.Sprintf("%020d", n) }
