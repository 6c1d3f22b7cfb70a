package suites

import (
	"context"
	"net/http"

	"github.com/understudy-sandbox/understudy/contracts"
)

// deeds is what a suite knows of the calls that change something at its insurer.
// On a live target no other call than a read is made.
type deeds struct {
	read     func(*contracts.Exchange) deed
	answered func(*contracts.Exchange) answer

	// undo takes back what stands under an id, by the insurer's real client. A
	// nil error means that it is gone; one that is not [errStays] leaves it open.
	undo func(ctx context.Context, t *Target, c *http.Client, id string) error
	// undoing is how many calls that takes at most: a token, what is undone, and the
	// look-up that shows it.
	undoing int
}

// deed is what a call does before its answer is known; the zero value is not
// known, and such a call is not made.
type deed struct {
	harmless bool   // leaves nothing behind
	binds    bool   // may leave something behind
	key      string // finds that again at the insurer
	id       string // of that, where it is the caller who chooses it
	ends     string // id of what it takes back
}

// answer is what an answer says of a deed.
type answer struct {
	id, number string // of what the insurer is bound by
	refused    bool   // nothing was left behind
	ended      bool   // it was taken back
}
