package catalog

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/openapi"
)

// TestAll wants an insurer that has documents and a contract to be played too:
// the list is written by hand.
func TestAll(t *testing.T) {
	var listed []string
	for _, insurer := range All() {
		listed = append(listed, insurer.Slug)
		if insurer.Title == "" || insurer.Curl == nil || insurer.Export == nil {
			t.Errorf("%s lacks a title, a command to try or an environment", insurer.Slug)
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(openapi.Slugs(), listed); diff != "" {
		t.Errorf("insurers with documents and those listed (-documents +listed):\n%s", diff)
	}
	if diff := cmp.Diff(contracts.Slugs(), listed); diff != "" {
		t.Errorf("insurers with a contract and those listed (-contracts +listed):\n%s", diff)
	}
}
