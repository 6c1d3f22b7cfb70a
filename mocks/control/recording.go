package control

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// recording turns bent exchanges of one insurer into a scenario that bends the
// same calls in the same way.
type recording struct {
	world    *mocks.World
	scenario scenarios.Scenario
	notes    []string // what the scenario cannot say
}

// recorded is the scenario file of a journal's entries.
func (h *handler) recorded(w *mocks.World, entries []*mocks.Entry) (any, error) {
	slug, err := bentInsurer(entries)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(slices.Clone(entries), func(e *mocks.Entry) bool { return e.Exchange.Insurer != slug })
	// The journal is in the order of the answers, a scenario counts the calls.
	slices.SortStableFunc(entries, func(a, b *mocks.Entry) int { return cmp.Compare(number(a), number(b)) })
	first, last := entries[0], entries[len(entries)-1]
	r := recording{world: w, scenario: scenarios.Scenario{
		Name: "recorded", Insurer: slug,
		Teaches:  fmt.Sprintf("what was bent in world %s from %s to %s", w.Name, first.ID, last.ID),
		Trigger:  "make the recorded calls again, in their order",
		Seed:     w.Seed(),
		Settings: h.chosen(w, slug),
	}}
	if _, mode := w.Time(); mode == "frozen" {
		r.scenario.Clock = first.Exchange.At
	}
	calls := map[string]int{}
	for _, e := range entries {
		operation := e.Exchange.Operation
		calls[operation]++
		if e.Fault != "" {
			on := scenarios.Match{Operation: operation, Nth: []int{calls[operation]}}
			r.scenario.Rules = append(r.scenario.Rules, scenarios.Rule{On: on, Fault: r.fault(e)})
		}
	}
	file, err := r.scenario.MarshalYAML()
	if err != nil {
		return nil, err
	}
	if _, err := scenarios.Parse("recorded.yaml", file); err != nil {
		return nil, refuse(http.StatusBadRequest, "this is more than one scenario can hold; take a part of it with after and limit")
	}
	var b bytes.Buffer
	for _, note := range r.notes {
		fmt.Fprintf(&b, "# %s\n", note)
	}
	b.Write(file)
	return text{"application/yaml", b.Bytes()}, nil
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

// fault is what was done to an answer: as its rule says where the rule can still
// be found, else as the answer looks.
func (r *recording) fault(e *mocks.Entry) scenarios.Fault {
	id, rule, _ := strings.Cut(e.Fault, "#")
	at, err := strconv.Atoi(rule)
	known := r.world.Scenarios()[e.Exchange.Insurer]
	if known == nil || known.ID() != id {
		// Nil where it did not come with the program.
		known, _ = scenarios.Load(id, nil)
	}
	if err == nil && known != nil && 0 < at && at <= len(known.Rules) {
		return known.Rules[at-1].Fault
	}
	return r.rebuilt(e)
}

// rebuilt is a fault that gives the answer which the journal holds.
func (r *recording) rebuilt(e *mocks.Entry) scenarios.Fault {
	answer := e.Exchange.Response
	if answer.Status == 0 {
		r.note(e, "no answer was written; whether the insurer did the work is not known any more")
		return scenarios.Fault{Drop: true}
	}
	r.note(e, "the rule is not armed any more; this is the answer as the journal holds it, without secrets")
	fault := scenarios.Fault{Status: answer.Status}
	if media := answer.Header.Get("Content-Type"); media != "" {
		fault.Header = map[string]string{"Content-Type": media}
	}
	body, err := decoded(answer.Body)
	switch {
	case len(answer.Body) == 0:
	case err != nil || e.Truncated:
		r.note(e, "the body is not whole JSON and is left out")
	default:
		fault.Set = map[string]any{"": body}
	}
	return fault
}

func (r *recording) note(e *mocks.Entry, says string) {
	r.notes = append(r.notes, fmt.Sprintf("%s (%s): %s", e.ID, e.Fault, says))
}

func decoded(body []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, errors.New("more than one value")
	}
	return tree, nil
}
