package control

import (
	"net/http"
	"slices"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

type jobAnswer struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Insurer  string          `json:"insurer"`
	Due      time.Time       `json:"due"`
	Held     bool            `json:"held"`     // its kind waits behind a gate
	Stuck    bool            `json:"stuck"`    // it failed at every attempt
	Attempts []mocks.Attempt `json:"attempts"` // those that failed
}

func jobsOf(tasks []mocks.Task) []jobAnswer {
	jobs := []jobAnswer{}
	for _, t := range tasks {
		jobs = append(jobs, jobAnswer{t.ID, t.Kind, t.Insurer, t.Due, t.Held, t.Stuck, listed(t.Attempts)})
	}
	return jobs
}

type jobsAnswer struct {
	Jobs []jobAnswer `json:"jobs"` // the earliest first
	Held []string    `json:"held"` // kinds behind a gate, sorted
}

func (h *handler) listJobs(r *http.Request) (any, error) {
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	waiting, err := w.Jobs(r.Context())
	if err != nil {
		return nil, err
	}
	return jobsAnswer{jobsOf(waiting), listed(w.Held())}, nil
}

// kind is the kind of job that the path names.
func (h *handler) kind(r *http.Request) (string, error) {
	kind, kinds := r.PathValue("kind"), h.sandbox.JobKinds()
	if !slices.Contains(kinds, kind) {
		return "", missing("kind of job", kind, kinds)
	}
	return kind, nil
}

func (h *handler) holdJobs(r *http.Request) (any, error) {
	kind, err := h.kind(r)
	if err != nil {
		return nil, err
	}
	if err := readNothing(r); err != nil {
		return nil, err
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	return nil, w.Hold(r.Context(), kind)
}

type releasedAnswer struct {
	Ran []jobAnswer `json:"ran"`
}

func (h *handler) releaseJobs(r *http.Request) (any, error) {
	kind, err := h.kind(r)
	if err != nil {
		return nil, err
	}
	body, err := readObject(r, "outcome")
	if err != nil {
		return nil, err
	}
	outcome, _, err := take[string](body, "outcome", "a text")
	if err != nil {
		return nil, err
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	ran, err := w.Release(r.Context(), kind, outcome)
	if err != nil {
		return nil, err
	}
	return releasedAnswer{jobsOf(ran)}, nil
}

type drainedAnswer struct {
	Ran   []jobAnswer `json:"ran"`
	Stuck []jobAnswer `json:"stuck"`
}

func (h *handler) drain(r *http.Request) (any, error) {
	if err := readNothing(r); err != nil {
		return nil, err
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	ran, stuck, err := w.Drain(r.Context())
	if err != nil {
		return nil, err
	}
	return drainedAnswer{jobsOf(ran), jobsOf(stuck)}, nil
}
