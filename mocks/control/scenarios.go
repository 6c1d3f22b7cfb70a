package control

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/understudy-sandbox/understudy/scenarios"
)

type scenariosAnswer struct {
	Scenarios []*scenarios.Scenario `json:"scenarios"` // by insurer
}

func (h *handler) getScenario(r *http.Request) (any, error) {
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	armed := w.Scenarios()
	all := scenariosAnswer{Scenarios: []*scenarios.Scenario{}}
	for _, slug := range slices.Sorted(maps.Keys(armed)) {
		all.Scenarios = append(all.Scenarios, armed[slug])
	}
	return all, nil
}

type armedAnswer struct {
	Scenario *scenarios.Scenario `json:"scenario"`
	Clock    clockAnswer         `json:"clock"`
	Froze    bool                `json:"froze"` // the scenario stopped the clock
}

func (h *handler) putScenario(r *http.Request) (any, error) {
	source, err := readBody(r, maxBody)
	if err != nil {
		return nil, err
	}
	scenario, err := readScenario(source)
	if err == nil {
		err = h.sandbox.CheckScenario(scenario)
	}
	if err != nil {
		return nil, wrong(err)
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	froze, err := w.Play(r.Context(), scenario)
	if err != nil {
		return nil, err
	}
	return armedAnswer{scenario, clockOf(w), froze}, nil
}

// readScenario reads a whole scenario, or the name of one that comes with the
// program: an object with nothing but a name.
func readScenario(source []byte) (*scenarios.Scenario, error) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(source, &keys) != nil || len(keys) != 1 || keys["name"] == nil {
		return scenarios.ParseJSON("the body", source)
	}
	body, err := open("the body", source, []string{"name"})
	if err != nil {
		return nil, err
	}
	name, _, err := take[string](body, "name", "the slug/name of a published scenario")
	if err != nil {
		return nil, err
	}
	return scenarios.Load(name, nil)
}

// wrong is the refusal of a scenario. Where one place is wrong, it says what is
// allowed there.
func wrong(err error) error {
	var refused *problem
	if errors.As(err, &refused) {
		return err
	}
	said := refuse(http.StatusBadRequest, "%v", err)
	var place *scenarios.Error
	if errors.As(err, &place) {
		said.Allowed = place.Allowed
	}
	return said
}

func (h *handler) deleteScenario(r *http.Request) (any, error) {
	query, err := parameters(r, "insurer")
	if err != nil {
		return nil, err
	}
	slug, err := h.slug(query.Get("insurer"))
	if err != nil {
		return nil, err
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	return nil, w.Disarm(r.Context(), slug)
}

// slug is an insurer that a query names; empty where it names none.
func (h *handler) slug(given string) (string, error) {
	if given != "" && !slices.Contains(h.slugs(), given) {
		return "", refuse(http.StatusBadRequest, "insurer: %s", missing("insurer", given, h.slugs()).Detail)
	}
	return given, nil
}
