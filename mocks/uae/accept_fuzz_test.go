package uae

import (
	"slices"
	"testing"

	"github.com/understudy-sandbox/understudy/contracts"
)

// Whatever Accept says, it picks something that is offered or nothing.
func FuzzAgreed(f *testing.F) {
	for _, seed := range []string{"", "*/*", "application/jwt;q=0.5, application/*;q=1e9", ";;,=", "application/json;q=NaN", "a/b;q=;q=0,*/*;q=-1"} {
		f.Add(seed)
	}
	types := []string{mediaJSON, mediaJWT}
	f.Fuzz(func(t *testing.T, accept string) {
		if got := agreed([]string{accept}, types); got != "" && !slices.Contains(types, got) {
			t.Errorf("%q: got %q", accept, got)
		}
	})
}

// However often the query is normalised, it says the same.
func FuzzNormaliseResource(f *testing.F) {
	for _, seed := range []string{"baseConsentId=1", "a=b&baseConsentId=", "BaseConsentId=1&baseConsentId=2", "&&baseConsentId==", "xbaseConsentId=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		once := contracts.Request{Query: query}
		normaliseResource(&once)
		twice := contracts.Request{Query: once.Query}
		normaliseResource(&twice)
		if once.Query != twice.Query || len(once.Query) != len(query) {
			t.Errorf("%q became %q, then %q", query, once.Query, twice.Query)
		}
	})
}
