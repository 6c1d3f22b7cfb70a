package control

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// recorded turns the bent entries of one insurer into a scenario file that bends
// the same calls in the same way.
func (h *handler) recorded(w *mocks.World, entries []*mocks.Entry) (any, error) {
	slug, err := bentInsurer(entries)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(slices.Clone(entries), func(e *mocks.Entry) bool { return e.Exchange.Insurer != slug })
	// The journal is in the order of the answers, a scenario counts the calls.
	slices.SortStableFunc(entries, func(a, b *mocks.Entry) int { return cmp.Compare(number(a), number(b)) })
	first, last := entries[0], entries[len(entries)-1]
	scenario := scenarios.Scenario{
		Name: "recorded", Insurer: slug,
		Teaches:  fmt.Sprintf("what was bent in world %s from %s to %s", w.Name, first.ID, last.ID),
		Trigger:  "make the recorded calls again, in their order",
		Seed:     w.Seed(),
		Settings: h.chosen(w, slug),
	}
	if _, mode := w.Time(); mode == "frozen" {
		scenario.Clock = first.Exchange.At
	}
	calls, attempts := map[string]int{}, map[string]uint64{}
	for _, e := range entries {
		operation := e.Exchange.Operation
		calls[operation]++
		if e.Bent == nil {
			continue
		}
		on := scenarios.Match{Operation: operation, Nth: []int{calls[operation]}}
		if e.Exchange.Webhook { // it counts attempts, of which one may stand here several times
			if attempts[operation] == e.Count {
				continue
			}
			attempts[operation], on.Nth[0] = e.Count, int(e.Count)
		}
		scenario.Rules = append(scenario.Rules, scenarios.Rule{On: on, Fault: *e.Bent})
	}
	file, err := scenario.MarshalYAML()
	if err != nil {
		return nil, err
	}
	if _, err := scenarios.Parse("recorded.yaml", file); err != nil {
		return nil, refuse(http.StatusBadRequest, "this is more than one scenario can hold; take a part of it with after and limit")
	}
	return text{"application/yaml", file}, nil
}

func number(e *mocks.Entry) uint64 {
	// A journal's ids are "r-" and a number.
	n, _ := strconv.ParseUint(strings.TrimPrefix(e.ID, "r-"), 10, 64)
	return n
}

// bentInsurer is the one insurer with bent answers.
func bentInsurer(entries []*mocks.Entry) (string, error) {
	bent := map[string]bool{}
	for _, e := range entries {
		if e.Fault != "" {
			bent[e.Exchange.Insurer] = true
		}
	}
	slugs := slices.Sorted(maps.Keys(bent))
	switch len(slugs) {
	case 0:
		return "", refuse(http.StatusNotFound, "no answer was bent here: there is nothing to turn into a scenario")
	case 1:
		return slugs[0], nil
	}
	return "", refuse(http.StatusBadRequest, "a scenario is about one insurer; choose with insurer=%s", strings.Join(slugs, " or insurer="))
}

// chosen are the insurer's settings that are not at their defaults.
func (h *handler) chosen(w *mocks.World, slug string) map[string]string {
	chosen := map[string]string{}
	for _, insurer := range h.sandbox.Insurers() {
		for _, setting := range insurer.Settings {
			if value := w.Setting(setting.Key); insurer.Slug == slug && value != setting.Default {
				chosen[setting.Key] = value
			}
		}
	}
	return chosen
}
