package uae

import (
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// edition is one version of the standard: what it asks of a consent, and the
// server that answers in it. A version is added by a file of its own and a line
// in [editions]; no handler asks which one it is in.
type edition struct {
	name string // "v1.2", as in the paths
	kind string // the type of its authorization_details
	// read judges one item of authorization_details and fills in what the consent
	// has of it.
	read func(item object, now time.Time) (consent, *mocks.Refusal)
	// face is the server that answers in this version.
	face func(h *hub) mocks.Face
	// resource is the consent as this version prints it, in the order of the wire.
	resource func(c consent) any
	// tell is what a subscriber hears of a change, by which operation of the
	// document of webhooks.
	tell     func(x change) any
	receives string
}

// editions are the versions that the hub speaks, oldest first.
func editions() []edition { return []edition{rc1(), v12()} }

// editionNamed is the version with a name.
func editionNamed(name string) (edition, bool) {
	for _, e := range editions() {
		if e.name == name {
			return e, true
		}
	}
	return edition{}, false
}

const kindPrefix = "urn:openfinanceuae:insurance-consent:"
