package storetest

import (
	"context"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks/store"
)

// check is one promise of a store; it is given an empty one.
type check struct {
	name string
	run  func(ctx context.Context, s store.Store) error
}

var checks = []check{
	{"get missing", getMissing},
	{"put new", putNew},
	{"put again", putAgain},
	{"put stale", putStale},
	{"put must be new", putMustBeNew},
	{"put missing with a version", putMissing},
	{"put bad key", putBadKey},
	{"delete", deleteCurrent},
	{"delete stale", deleteStale},
	{"delete missing", deleteMissing},
	{"versions are not used again", versionsNotReused},
	{"values of all kinds", valuesOfAllKinds},
	{"values are copies", valuesAreCopies},
	{"list order", listOrder},
	{"list prefix", listPrefix},
	{"list after", listAfter},
	{"list pages", listPages},
	{"many writers on one row", manyWriters},
	{"many creators of one row", manyCreators},
	{"cancelled contexts", cancelledContexts},
	{"use after close", useAfterClose},
}

// Run tests the stores that open returns: one for each check, empty, and closed
// by Run.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			// The check of Close has closed the store already, and an error is its subject.
			t.Cleanup(func() { _ = s.Close() })
			if err := c.run(t.Context(), s); err != nil {
				t.Error(err)
			}
		})
	}
}
