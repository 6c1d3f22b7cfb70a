package suites

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/understudy-sandbox/understudy/contracts"
)

// account is what a spec leaves in its Ginkgo report: with `ginkgo -p`, the only
// thing that comes home from every process.
type account struct {
	Seen         []contracts.Entry   `json:"seen,omitempty"` // without bodies and headers
	Broken       []contracts.Finding `json:"broken,omitempty"`
	Inconclusive string              `json:"inconclusive,omitempty"` // why some call could not be judged
}

// entryName is under which an account stands in a Ginkgo report.
const entryName = "understudy"

func (a account) file() {
	text, err := json.Marshal(a)
	if err != nil {
		Fail("write down what was seen: " + err.Error())
	}
	AddReportEntry(entryName, ReportEntryVisibilityNever, string(text))
}

// watch is the client side of one spec: it records and examines what the spec
// does, and speaks up when the spec is over, because a call may be made on a
// goroutine that must not fail it.
type watch struct {
	target *Target
	next   http.RoundTripper
	// bind ends a call with the spec: it may outlive its caller, but not that.
	bind func(context.CancelFunc)

	mu   sync.Mutex
	over bool
	kept account
}

// patience is longer than any client of ours waits, for calls made by hand.
const patience = 90 * time.Second

// HTTP is a client for one spec. Every exchange it carries is recorded and held
// to the contract; a broken promise of the insurer's fails the spec at its end.
// It works until the node that ctx belongs to is over.
func (t *Target) HTTP(ctx SpecContext) *http.Client {
	w := &watch{target: t, bind: func(cancel context.CancelFunc) { context.AfterFunc(ctx, cancel) }}
	w.next = &contracts.Transport{
		Contract: t.run.contracts[t.Insurer],
		Faces:    t.Faces,
		Next:     t.gate.carry,
		Record:   w.record,
		Now:      t.run.now,
		Armed:    func() string { return t.armed },
	}
	DeferCleanup(w.close)
	return &http.Client{Transport: w, Timeout: patience}
}

// markHeader is on every answer of a sandbox that does not hide.
const markHeader = "X-Sandbox-Request-Id"

// RoundTrip implements [http.RoundTripper].
func (w *watch) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := w.target.gate.admit(r.Context()); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		w.inconclusive(err.Error())
		return nil, err
	}
	ctx, cancel := context.WithCancel(r.Context())
	w.bind(cancel)
	res, err := w.next.RoundTrip(r.WithContext(ctx))
	if err != nil && w.target.armed == "" {
		w.inconclusive(w.target.gate.lost(err))
	}
	return res, err
}

func (w *watch) inconclusive(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.kept.Inconclusive == "" {
		w.kept.Inconclusive = reason
	}
}

func (w *watch) record(x *contracts.Exchange, found []contracts.Finding) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	bent := x.Bent
	if bent == "" && x.Response.Header.Get(markHeader) == "" {
		bent = w.target.armed // a sandbox that hides itself does not say which answers it bent
	}
	kept := &contracts.Exchange{Insurer: x.Insurer, Face: x.Face, Operation: x.Operation, Bent: bent, At: x.At, Took: x.Took}
	kept.Response.Status = x.Response.Status
	asked := w.target.run.contracts[w.target.Insurer].Asked(x)
	w.kept.Seen = append(w.kept.Seen, contracts.Entry{Exchange: kept, Findings: found, Asked: asked})
	for _, f := range found {
		if w.target.fails(bent, f) {
			w.kept.Broken = append(w.kept.Broken, f)
		}
	}
}

// close files the account and fails the spec for what the insurer broke.
func (w *watch) close() {
	w.mu.Lock()
	w.over = true
	kept := w.kept
	w.mu.Unlock()
	if kept.Inconclusive == "" {
		kept.Inconclusive = w.target.gate.reason()
	}
	kept.file()
	if len(kept.Broken) == 0 {
		return
	}
	var text strings.Builder
	text.WriteString("the insurer broke its contract")
	for _, f := range kept.Broken {
		fmt.Fprintf(&text, "\n%s: %s: got %s, want %s (%s)", f.Check, f.Where, f.Got, f.Want, f.Says)
	}
	Fail(text.String())
}

// fails says whether a finding fails the run: a Must that the insurer broke by
// itself. On a live target what is only inferred cannot fail.
func (t *Target) fails(bent string, f contracts.Finding) bool {
	shown := t.live() && f.Evidence == contracts.Inferred
	return t.run.asks(f.Check) && f.Level == contracts.Must && f.Blame == contracts.Insurer && bent == "" && !shown && t.waive(f) == ""
}

// waive says why a finding is excused today; empty when it is not.
func (t *Target) waive(f contracts.Finding) string {
	for _, w := range t.Waivers {
		if w.Check == f.Check && !w.expired(t.run.now()) {
			return fmt.Sprintf("%s (%s, until %s)", w.Reason, w.Issue, w.Until)
		}
	}
	return ""
}
