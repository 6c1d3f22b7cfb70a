package suites

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/understudy-sandbox/understudy/contracts"
)

// selection is what a run is narrowed to.
type selection struct {
	filter string          // Ginkgo's label filter
	chosen string          // the user's part of it
	checks map[string]bool // judged alone; nil: all
}

// asks says whether the run judges a check.
func (s selection) asks(check string) bool { return s.checks == nil || s.checks[check] }

// newSelection reads the user's choice: nothing, ids of checks, or an expression
// over labels. Labels are those of the specs that are there.
func newSelection(only string, allowBinding bool, labels []string, all map[string]*contracts.Contract) (selection, error) {
	bound := "(" + onSandbox + " || " + safeLabel + ")"
	if allowBinding {
		bound = "(" + onSandbox + " || " + safeLabel + " || " + bindsLabel + ")"
	}
	if strings.TrimSpace(only) == "" {
		return selection{filter: bound}, nil
	}
	if strings.Contains(only, "/") {
		return selectChecks(only, bound, all)
	}
	if err := knowLabels(only, labels); err != nil {
		return selection{}, err
	}
	if _, err := types.ParseLabelFilter(only); err != nil {
		return selection{}, fmt.Errorf("suites: only %q: no expression over labels: join labels with &&, || and !, and group them with ( )", only)
	}
	return selection{filter: bound + " && (" + only + ")", chosen: only}, nil
}

// selectChecks runs the specs that exercise the operations of the checks.
func selectChecks(only, bound string, all map[string]*contracts.Contract) (selection, error) {
	s := selection{checks: map[string]bool{}}
	var on []string
	for id := range strings.SplitSeq(only, ",") {
		id = strings.TrimSpace(id)
		slug, _, _ := strings.Cut(id, "/")
		contract := all[slug]
		if contract == nil {
			return selection{}, fmt.Errorf("suites: only %q: no insurer %q is checked; there are %s", id, slug, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
		}
		check, known := contract.Check(id)
		if !known {
			return selection{}, fmt.Errorf("suites: only %q: no such check; there are %s", id, strings.Join(checkIDs(contract), ", "))
		}
		s.checks[id] = true
		if len(check.On) == 0 {
			on = append(on, slug)
			continue
		}
		for _, operation := range check.On {
			on = append(on, fmt.Sprintf("(%s && %s)", slug, operation))
		}
	}
	s.chosen = strings.Join(on, " || ")
	s.filter = bound + " && (" + s.chosen + ")"
	return s, nil
}

// knowLabels refuses a label that no spec has: a slip must not select nothing,
// or with a "!" everything.
func knowLabels(only string, labels []string) error {
	words := strings.FieldsFunc(only, func(r rune) bool { return strings.ContainsRune("()!&|,", r) })
	for _, word := range words {
		word = strings.TrimSpace(word)
		if word != "" && !slices.ContainsFunc(labels, func(label string) bool { return strings.EqualFold(label, word) }) {
			return fmt.Errorf("suites: only %q: no label %q; there are %s", only, word, strings.Join(labels, ", "))
		}
	}
	return nil
}
