package control

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/openapi"
)

// Every call of the program is in the document, and the other way round.
func TestEveryCallIsDocumented(t *testing.T) {
	document, err := openapi.Load("sandbox/admin")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, op := range document.Operations() {
		want = append(want, op.Method+" "+op.Path)
	}
	for _, c := range (&handler{}).table() {
		// The probes are documented at the root.
		if c.path != "/__admin/livez" && c.path != "/__admin/readyz" {
			got = append(got, c.method+" "+c.path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("document (-) and program (+) differ:\n%s", diff)
	}
}
