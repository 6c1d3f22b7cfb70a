package mocks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/understudy-sandbox/understudy/openapi"
)

// answered explains an answer that is no refusal.
func answered(op served, a Answer) Why {
	why := Why{Rule: a.Rule, Evidence: a.Evidence, Pointer: responsePointer(op, a.Status)}
	if why.Rule == "" {
		why.Rule = fmt.Sprintf("%s answers by the document", op.ID)
	}
	if why.Evidence == "" {
		why.Evidence = op.Evidence
	}
	return why
}

// refused explains a refusal, which the insurer has completed.
func refused(op served, r *Refusal, status int) Why {
	why := Why{Rule: r.Rule, Evidence: r.Evidence, Where: r.Where, Remedy: r.Remedy}
	switch example, ok := exampleOf(op, r.Example, status); {
	case len(r.Violations) > 0 && r.Violations[0].Pointer != "":
		why.Pointer = r.Violations[0].Pointer
	case ok:
		why.Pointer = example.Pointer
	default:
		why.Pointer = responsePointer(op, status)
	}
	if why.Rule == "" {
		// Its cause is for the log.
		why.Rule = strings.TrimSpace("refused " + r.Code + " " + r.Detail)
	}
	return why
}

// exampleOf is the answer example with a name, under the status where there are
// several.
func exampleOf(op served, name string, status int) (openapi.Example, bool) {
	var found openapi.Example
	for _, example := range op.Examples {
		if example.In != "response" || example.Name != name {
			continue
		}
		if found.Name == "" || example.Status == status {
			found = example
		}
	}
	return found, found.Name != ""
}

// responsePointer is where the document speaks of a status, or of the call
// where it does not.
func responsePointer(op served, status int) string {
	code := strconv.Itoa(status)
	for _, key := range []string{code, code[:1] + "XX", "default"} {
		if op.Responses.Value(key) != nil {
			return op.Pointer + "/responses/" + key
		}
	}
	return op.Pointer
}

// examples lists the names of an operation's answer examples, sorted.
func examples(op served) []string {
	var names []string
	for _, example := range op.Examples {
		if example.In == "response" {
			names = append(names, example.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
