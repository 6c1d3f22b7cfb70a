package contracts

import (
	"errors"
	"fmt"

	"github.com/understudy-sandbox/understudy/openapi"
)

// Evidence says how well a promise is proven.
type Evidence = openapi.Evidence

// The grades, strongest first. What is only inferred never fails a live run.
const (
	Seed     = openapi.Seed
	Upstream = openapi.Upstream
	Observed = openapi.Observed
	Inferred = openapi.Inferred
)

// Level is how binding a promise is, in the words of RFC 2119.
type Level string

// The levels, most binding first. Only a broken Must fails a run.
const (
	Must   Level = "MUST"
	Should Level = "SHOULD"
	May    Level = "MAY"
)

// Side names who broke a promise when a check fails.
type Side string

// The two sides of an exchange.
const (
	Insurer Side = "insurer"
	Caller  Side = "caller"
)

// Check is one promise.
type Check struct {
	ID     string   // stable for ever: "allianz/stamp-and-vat"
	Level  Level    // how binding it is
	Says   string   // the promise, in a sentence
	Clause string   // where the insurer made it
	Proof  Evidence // how well that is proven
	Blame  Side     // who broke it when it fails
	On     []string // operationIds; empty: all

	// turns marks what both sides owe each other by the document: in a webhook,
	// where the insurer is the caller, the other side is to blame.
	turns bool

	// Verify is nil for a kept promise, errBeside for an exchange the check is not
	// about; otherwise a [*Mismatch], or several joined by [errors.Join].
	Verify func(*Exchange) error
}

// errBeside keeps silence from passing for a kept promise: who refuses every
// quote has kept none of the promises about quotes.
var errBeside = errors.New("the check is not about the exchange")

// Mismatch says where an exchange departs from a promise.
type Mismatch struct {
	Where string `json:"where"` // JSON pointer into the answer, "request " before one into the request, "header X", "query x", "status", ...
	Got   string `json:"got"`
	Want  string `json:"want"`

	proof Evidence // of this one place, where it is weaker than the check's own
}

// Error renders the mismatch on one line.
func (m *Mismatch) Error() string {
	return fmt.Sprintf("%s: got %s, want %s", m.Where, m.Got, m.Want)
}

// Finding is a check that an exchange did not keep.
type Finding struct {
	Check     string   `json:"check"`
	Insurer   string   `json:"insurer"`
	Operation string   `json:"operation"`
	Level     Level    `json:"level"`
	Evidence  Evidence `json:"evidence"`
	Blame     Side     `json:"blame"`
	Says      string   `json:"says"`
	Clause    string   `json:"clause"`
	Mismatch
}

// findings turns what Verify returned into findings, one for each mismatch.
func (c *Check) findings(x *Exchange, err error) []Finding {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []Finding
		for _, one := range joined.Unwrap() {
			all = append(all, c.findings(x, one)...)
		}
		return all
	}
	var mismatch *Mismatch
	if !errors.As(err, &mismatch) {
		mismatch = &Mismatch{Where: "exchange", Got: err.Error(), Want: c.Says}
	}
	proof := c.Proof
	if mismatch.proof != "" {
		proof = mismatch.proof
	}
	return []Finding{{
		Check: c.ID, Insurer: x.Insurer, Operation: x.Operation,
		Level: c.Level, Evidence: proof, Blame: c.blame(x), Says: c.Says, Clause: c.Clause,
		Mismatch: *mismatch,
	}}
}

// blame is who broke the promise in one exchange.
func (c *Check) blame(x *Exchange) Side {
	switch {
	case !c.turns || !x.Webhook:
		return c.Blame
	case c.Blame == Insurer:
		return Caller
	default:
		return Insurer
	}
}
