package suites

import (
	"errors"
	"net/url"
	"time"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
)

// Target is one insurer at one address: a sandbox or a live system.
type Target struct {
	Name, Insurer string
	Faces         map[string]*url.URL // where each server lives, by the last element of its document's name
	Credentials   map[string]string   // by the name that the insurer's suite knows them by
	Abilities     []string            // what the target can do; nil: all that the suite asks about
	Waivers       []Waiver
	Open          string // "Mon-Fri 08:00-20:00 Asia/Bangkok"; empty: always
	Budget        int    // calls that a run may make; 0: no bound
	Rate          Rate   // zero: 2/s on a live target

	TLS      *TLS     // nil: what the system does
	Signing  *Signing // nil: a key among the credentials, or none
	Redirect *url.URL // where the insurer sends a browser back, and a run listens
	Consent  string   // "manual": a person gives it; empty: the run does
	Inbox    *Inbox   // nil: a live target's webhooks reach nobody

	// Sandbox controls the target, and World is where in it the target lives;
	// nil and empty for a live target.
	Sandbox *sandbox.Client
	World   string

	file   string  // that it was read from, absolute; empty: none
	run    *run    // nil until Run
	gate   *gate   // what every call passes
	ledger *ledger // of what is left behind; nil: nothing may be
	armed  string  // the scenario that is played here; empty: none

	landing *landing // where a person comes back who gave a consent; nil: nobody does
}

// Waiver excuses a check that a target is known to break. An expired one and a
// needless one fail the run.
type Waiver struct {
	Check  string
	Reason string
	Issue  string // where it is being dealt with
	Until  string // the last day on which it holds, yyyy-mm-dd
}

// ErrInconclusive marks what keeps a run from judging and is nobody's broken
// promise: a missing credential, a target that is down or closed.
var ErrInconclusive = errors.New("inconclusive")

// live says that the target is not ours to play with.
func (t *Target) live() bool { return t.Sandbox == nil }

// expired says whether the waiver no longer holds on a day.
func (w Waiver) expired(now time.Time) bool { return now.Format(time.DateOnly) > w.Until }
