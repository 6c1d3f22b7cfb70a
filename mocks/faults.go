package mocks

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// bending is what a scenario does to one answer; nil does nothing.
type bending struct {
	scenario *scenarios.Scenario
	rule     int // counted from 1
	fault    *scenarios.Fault
	sandbox  *Sandbox
}

// bend finds the rule of the armed scenario that the request falls under: the
// first that holds. Calls are counted per operation since the scenario was
// armed, bent ones included.
func (w *World) bend(ctx context.Context, f *face, x *contracts.Exchange) (*bending, error) {
	w.life.RLock()
	defer w.life.RUnlock()
	now := w.state.Load()
	scenario, ok := now.Scenarios[x.Insurer]
	if !ok {
		return nil, nil
	}
	count, err := w.Next(ctx, armedCount(x.Insurer, now.Armed[x.Insurer])+x.Operation)
	if err != nil {
		return nil, err
	}
	for i := range scenario.Rules {
		rule := &scenario.Rules[i]
		if rule.On.Holds(x.Operation, int(count), x.Request.Value) {
			return &bending{scenario: scenario, rule: i + 1, fault: &rule.Fault, sandbox: f.carrier.sandbox}, nil
		}
	}
	return nil, nil
}

// armedCount is where the calls since a scenario was armed are counted.
func armedCount(insurer string, arming uint64) string {
	return fmt.Sprintf("armed/%s/%d/", insurer, arming)
}

// id is how the rule announces itself: "slug/name#rule".
func (b *bending) id() string {
	if b == nil {
		return ""
	}
	return b.scenario.ID() + "#" + strconv.Itoa(b.rule)
}

// what is the fault of the rule; nil when nothing is bent.
func (b *bending) what() *scenarios.Fault {
	if b == nil {
		return nil
	}
	return b.fault
}

// before carries out what comes before the insurer looks, and says whether the
// insurer is to look at all. A delay ends with the caller's patience, and the
// insurer works on all the same.
func (b *bending) before(caller context.Context, e *Entry) bool {
	if b == nil {
		return true
	}
	if b.fault.Delay > 0 {
		ctx, cancel := b.patience(caller)
		pause(ctx, time.Duration(b.fault.Delay))
		cancel()
	}
	if b.fault.Hang || b.fault.Drop {
		e.Exchange.Bent = e.Fault
		e.Why = Why{Rule: b.scenario.Teaches, Evidence: contracts.Inferred}
		return false
	}
	return true
}

// wait hangs until the caller gives up or the sandbox closes.
func (b *bending) wait(caller context.Context) {
	if b.fault.Hang {
		ctx, cancel := b.patience(caller)
		defer cancel()
		<-ctx.Done()
	}
}

func (b *bending) patience(caller context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(caller)
	stop := context.AfterFunc(b.sandbox.closed, cancel)
	return ctx, func() { stop(); cancel() }
}

// refuses says that the answer comes from something before the insurer, a
// gateway, which did not let it look.
func (b *bending) refuses() bool {
	return b != nil && (b.fault.Status != 0 || b.fault.Example != "")
}

// refuse answers with an example of the document, or with no body.
func (b *bending) refuse(op served, e *Entry) {
	x := e.Exchange
	e.Why = Why{Rule: b.scenario.Teaches, Evidence: contracts.Inferred, Pointer: op.Pointer}
	x.Response = contracts.Response{Status: b.fault.Status}
	x.Response.Header = http.Header{}
	example, ok := exampleOf(op, b.fault.Example, b.fault.Status)
	if !ok {
		return
	}
	e.Why.Evidence, e.Why.Pointer = example.Evidence, example.Pointer
	x.Response.Status = cmp.Or(x.Response.Status, example.Status)
	x.Response.Body = example.Text
	x.Response.Header.Set("Content-Type", example.MediaType)
}

func (b *bending) loses() bool { return b != nil && b.fault.Lose }

// repeat puts an old answer in the place of what the insurer meant.
func (b *bending) repeat(w *World, e *Entry) {
	if b == nil || !b.fault.Stale {
		return
	}
	if old, ok := w.lastAccepted(e.Exchange); ok {
		e.Exchange.Response = old
	} else {
		e.miss("stale: no earlier answer to this path")
	}
}

// dress carries out what can be done to any answer: set, remove, truncate,
// header. What finds no place in it is said in the explanation.
func (b *bending) dress(e *Entry) {
	if b == nil {
		return
	}
	x := e.Exchange
	body := x.Response.Body
	for _, pointer := range slices.Sorted(maps.Keys(b.fault.Set)) {
		value, err := encodeJSON(b.fault.Set[pointer])
		ok := err == nil
		if ok {
			body, ok = setMember(body, pointer, value)
		}
		if !ok {
			e.miss("set " + pointer + ": no such place in the answer")
		}
	}
	for _, pointer := range b.fault.Remove {
		var ok bool
		if body, ok = removeMember(body, pointer); !ok {
			e.miss("remove " + pointer + ": no such place in the answer")
		}
	}
	if len(x.Response.Body) == 0 && len(body) > 0 && x.Response.Header.Get("Content-Type") == "" {
		x.Response.Header.Set("Content-Type", "application/json")
	}
	if b.fault.Truncate > 0 {
		body = body[:min(b.fault.Truncate, len(body))]
	}
	x.Response.SetBody(body)
	for name, value := range b.fault.Header {
		if value == "" {
			x.Response.Header.Del(name)
			continue
		}
		x.Response.Header.Set(name, value)
	}
}

func (e *Entry) miss(what string) {
	if e.Why.Rule != "" {
		e.Why.Rule += "; "
	}
	e.Why.Rule += what
}

// lastAccepted is the newest honest answer to the same path that said yes.
func (w *World) lastAccepted(x *contracts.Exchange) (contracts.Response, bool) {
	c := w.sandbox.carrier(x.Insurer)
	entries := w.Journal(Query{Insurer: x.Insurer, Operation: x.Operation})
	for _, e := range slices.Backward(entries) {
		same := e.Exchange.Request.Method == x.Request.Method && e.Exchange.Request.Path == x.Request.Path
		if same && e.Fault == "" && !e.Truncated && c.contract.Accepted(copyOf(e.Exchange)) {
			old := contracts.Response{Status: e.answer.Status}
			old.Header, old.Body = e.answer.Header.Clone(), e.answer.Body
			for _, marker := range []string{headerID, headerFault, headerViolations} {
				old.Header.Del(marker)
			}
			return old, true
		}
	}
	return contracts.Response{}, false
}

// copyOf lets a kept exchange, which many may read, be examined by one.
func copyOf(x *contracts.Exchange) *contracts.Exchange {
	mine := *x
	return &mine
}
