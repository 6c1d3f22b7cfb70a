package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const defaultWorld = "default"

// World is a handle on one world of a sandbox. Methods that change something
// make the world where it does not exist; methods that read are answered as in a
// new one.
type World struct {
	Name   string
	client *Client
}

// URL is the base URL of an insurer in this world, to be given to the client
// under test: "http://127.0.0.1:7800/w/ci-17/allianz". It stands at the address
// that [New] was given, or where [Client.Health] last said that insurers are: a
// control API may have a listener of its own.
func (w *World) URL(slug string) string {
	base := w.client.base
	if elsewhere := w.client.insurers.Load(); elsewhere != nil {
		base = *elsewhere
	}
	if w.Name == defaultWorld {
		return base + "/" + slug
	}
	return base + "/w/" + url.PathEscape(w.Name) + "/" + slug
}

func (w *World) path(rest string) string { return "/worlds/" + url.PathEscape(w.Name) + rest }

func (w *World) get(ctx context.Context, rest string, into any) error {
	return w.client.do(ctx, call{method: http.MethodGet, path: w.path(rest), into: into})
}

func (w *World) post(ctx context.Context, rest string, body, into any) error {
	return w.client.do(ctx, call{method: http.MethodPost, path: w.path(rest), body: body, into: into})
}

func (w *World) put(ctx context.Context, rest string, body, into any) error {
	return w.client.do(ctx, call{method: http.MethodPut, path: w.path(rest), body: body, into: into})
}

// State is how the world stands; a [*Problem] with status 404 where there is none.
func (w *World) State(ctx context.Context) (State, error) {
	var state State
	err := w.get(ctx, "", &state)
	return state, err
}

// Delete forgets the world; a [*Problem] with status 404 where there is none.
// The default world is made anew at once.
func (w *World) Delete(ctx context.Context) error {
	return w.client.do(ctx, call{method: http.MethodDelete, path: w.path("")})
}

// Reset makes the world as new.
func (w *World) Reset(ctx context.Context, r Reset) (State, error) {
	var state State
	err := w.post(ctx, "/reset", r, &state)
	return state, err
}

// Settings are all settings with their values in this world.
func (w *World) Settings(ctx context.Context) (map[string]string, error) {
	var all map[string]string
	err := w.get(ctx, "/settings", &all)
	return all, err
}

// Set chooses settings and answers with all of them; those not named keep their
// values.
func (w *World) Set(ctx context.Context, chosen map[string]string) (map[string]string, error) {
	var all map[string]string
	err := w.put(ctx, "/settings", chosen, &all)
	return all, err
}

// Snapshot is all rows of the world as one file, to be kept and put back.
func (w *World) Snapshot(ctx context.Context) (json.RawMessage, error) {
	var taken json.RawMessage
	err := w.get(ctx, "/snapshot", &taken)
	return taken, err
}

// Restore makes the world what a snapshot, of this world or another, says.
func (w *World) Restore(ctx context.Context, taken json.RawMessage) (State, error) {
	var state State
	err := w.put(ctx, "/snapshot", taken, &state)
	return state, err
}

// Clock is the time of the world.
func (w *World) Clock(ctx context.Context) (Clock, error) {
	var clock Clock
	err := w.get(ctx, "/clock", &clock)
	return clock, err
}

// Now is the moment by the world's clock.
func (w *World) Now(ctx context.Context) (time.Time, error) {
	clock, err := w.Clock(ctx)
	return clock.Now, err
}

type move struct {
	Advance string    `json:"advance,omitempty"`
	Freeze  time.Time `json:"freeze,omitzero"`
	Run     bool      `json:"run,omitempty"`
}

func (w *World) move(ctx context.Context, m move) (Moved, error) {
	var moved Moved
	err := w.post(ctx, "/clock", m, &moved)
	return moved, err
}

// Advance moves the clock on and runs what falls due on the way, each job at its
// own moment.
func (w *World) Advance(ctx context.Context, d time.Duration) (Moved, error) {
	return w.move(ctx, move{Advance: d.String()})
}

// Freeze stands the clock still at a moment, later or earlier than it is, and
// runs what falls due up to it.
func (w *World) Freeze(ctx context.Context, at time.Time) (Moved, error) {
	return w.move(ctx, move{Freeze: at})
}

// Run lets the clock go on from where it stands.
func (w *World) Run(ctx context.Context) (Moved, error) {
	return w.move(ctx, move{Run: true})
}

// Scenarios are the armed ones, one per insurer at most.
func (w *World) Scenarios(ctx context.Context) ([]Scenario, error) {
	var answer struct {
		Scenarios []Scenario `json:"scenarios"`
	}
	err := w.get(ctx, "/scenario", &answer)
	return answer.Scenarios, err
}

// Play arms a scenario that comes with the sandbox, "allianz/first-two-fail", in
// the place of its insurer's former one.
func (w *World) Play(ctx context.Context, name string) (Armed, error) {
	var armed Armed
	err := w.put(ctx, "/scenario", map[string]string{"name": name}, &armed)
	return armed, err
}

// PlayScenario arms a scenario of one's own, whole, as JSON.
func (w *World) PlayScenario(ctx context.Context, scenario json.RawMessage) (Armed, error) {
	var armed Armed
	err := w.put(ctx, "/scenario", scenario, &armed)
	return armed, err
}

// Disarm takes an insurer's scenario away, or, where none is named, every one.
func (w *World) Disarm(ctx context.Context, insurer string) error {
	query := url.Values{}
	if insurer != "" {
		query.Set("insurer", insurer)
	}
	return w.client.do(ctx, call{method: http.MethodDelete, path: w.path("/scenario"), query: query})
}

// Requests are the exchanges of the journal that a filter picks.
func (w *World) Requests(ctx context.Context, f Filter) (Page, error) {
	var page Page
	err := w.client.do(ctx, call{method: http.MethodGet, path: w.path("/requests"), query: f.page(), into: &page})
	return page, err
}

// Recording is a scenario file, YAML, that bends calls as the answers were bent
// that a filter picks.
func (w *World) Recording(ctx context.Context, f Filter) ([]byte, error) {
	var file []byte
	query := f.page()
	query.Set("format", "scenario")
	err := w.client.do(ctx, call{method: http.MethodGet, path: w.path("/requests"), query: query, into: &file})
	return file, err
}

// Count is how many exchanges of the journal a filter picks, without regard to
// its limit and wait.
func (w *World) Count(ctx context.Context, f Filter) (int, error) {
	var answer struct {
		Count int `json:"count"`
	}
	err := w.client.do(ctx, call{method: http.MethodGet, path: w.path("/requests/count"), query: f.pick(), into: &answer})
	return answer.Count, err
}

func (f Filter) pick() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"insurer": f.Insurer, "operation": f.Operation, "after": f.After} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

func (f Filter) page() url.Values {
	query := f.pick()
	if f.Limit != 0 {
		query.Set("limit", strconv.Itoa(f.Limit))
	}
	if f.Wait != 0 {
		query.Set("wait", f.Wait.String())
	}
	return query
}

// Explain says why an exchange of the journal was answered as it was.
func (w *World) Explain(ctx context.Context, id string) (Explanation, error) {
	var explanation Explanation
	err := w.get(ctx, "/requests/"+url.PathEscape(id)+"/explain", &explanation)
	return explanation, err
}

// Jobs is what waits in the world.
func (w *World) Jobs(ctx context.Context) (Jobs, error) {
	var jobs Jobs
	err := w.get(ctx, "/jobs", &jobs)
	return jobs, err
}

// Hold closes the gate for a kind of job: jobs of it wait, whatever the clock says.
func (w *World) Hold(ctx context.Context, kind string) error {
	return w.post(ctx, "/jobs/"+url.PathEscape(kind)+"/hold", nil, nil)
}

// Release opens the gate and answers with what ran because of it. With an
// outcome, every waiting job of the kind is decided by it at once, due or not.
func (w *World) Release(ctx context.Context, kind, outcome string) ([]Job, error) {
	var answer struct {
		Ran []Job `json:"ran"`
	}
	body := struct {
		Outcome string `json:"outcome,omitempty"`
	}{outcome}
	err := w.post(ctx, "/jobs/"+url.PathEscape(kind)+"/release", body, &answer)
	return answer.Ran, err
}

// Drain runs what is due now and names what is stuck.
func (w *World) Drain(ctx context.Context) (Drained, error) {
	var drained Drained
	err := w.post(ctx, "/drain", nil, &drained)
	return drained, err
}
