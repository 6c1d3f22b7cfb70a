package control

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	maxWait    = time.Minute
	maxEntries = 1000 // what a journal holds
)

type requestsAnswer struct {
	Requests []entryAnswer `json:"requests"`       // oldest first
	Next     string        `json:"next,omitempty"` // where to go on from, as after
}

type entryAnswer struct {
	ID         string              `json:"id"`
	At         time.Time           `json:"at"`
	Insurer    string              `json:"insurer"`
	Face       string              `json:"face"`
	Operation  string              `json:"operation"`
	Method     string              `json:"method"`
	Path       string              `json:"path"` // below the face's base URL
	Query      string              `json:"query"`
	Status     int                 `json:"status"` // 0: no answer was written
	Code       string              `json:"code"`   // the insurer's own code of a refusal
	Fault      string              `json:"fault"`  // the rule that bent the answer, "slug/name#rule"
	Violations int                 `json:"violations"`
	Findings   []contracts.Finding `json:"findings"`
	Request    messageAnswer       `json:"request"`
	Response   messageAnswer       `json:"response"`
	Truncated  bool                `json:"truncated"`          // a body was longer than the journal keeps
	Webhook    bool                `json:"webhook"`            // the insurer called
	Receiver   *mocks.Verdict      `json:"receiver,omitempty"` // what its receiver made of it
	Notes      []string            `json:"notes,omitempty"`
}

type messageAnswer struct {
	Header http.Header `json:"header"`
	Body   string      `json:"body"`
	Base64 []byte      `json:"body_base64,omitempty"` // in the place of a body that is not UTF-8
}

func entryOf(e *mocks.Entry) entryAnswer {
	x := e.Exchange
	return entryAnswer{
		ID: e.ID, At: x.At, Insurer: x.Insurer, Face: x.Face, Operation: x.Operation,
		Method: x.Request.Method, Path: x.Request.Path, Query: x.Request.Query,
		Status: x.Response.Status, Code: e.Code, Fault: e.Fault,
		Violations: len(e.Findings), Findings: listed(e.Findings),
		Request: messageOf(x.Request.Message, e.Truncated), Response: messageOf(x.Response.Message, e.Truncated),
		Truncated: e.Truncated, Webhook: x.Webhook, Receiver: e.Receiver, Notes: x.Notes,
	}
}

func messageOf(m contracts.Message, truncated bool) messageAnswer {
	said := messageAnswer{Header: m.Header}
	if said.Header == nil {
		said.Header = http.Header{}
	}
	body := m.Body
	// A cut may go through a character.
	for range utf8.UTFMax - 1 {
		if last, size := utf8.DecodeLastRune(body); truncated && last == utf8.RuneError && size == 1 {
			body = body[:len(body)-1]
		}
	}
	if utf8.Valid(body) {
		said.Body = string(body)
	} else {
		said.Base64 = m.Body
	}
	return said
}

// filter is what the query of a call on the journal asks for.
type filter struct {
	mocks.Query
	wait   time.Duration
	format string
}

var entryID = regexp.MustCompile(`^r-[0-9]{1,19}$`)

func (h *handler) readFilter(r *http.Request, allowed ...string) (f filter, err error) {
	query, err := parameters(r, allowed...)
	if err != nil {
		return f, err
	}
	if f.Insurer, err = h.slug(query.Get("insurer")); err != nil {
		return f, err
	}
	if f.Operation, err = h.operation(query.Get("operation"), f.Insurer); err != nil {
		return f, err
	}
	if f.After = query.Get("after"); f.After != "" && !entryID.MatchString(f.After) {
		return f, refuse(http.StatusBadRequest, "after is the id of an exchange, such as r-17, not %s", quoted(f.After))
	}
	if given := query.Get("limit"); given != "" {
		if f.Limit, err = strconv.Atoi(given); err != nil || f.Limit < 1 || f.Limit > maxEntries {
			return f, refuse(http.StatusBadRequest, "limit is a whole number from 1 to %d, not %s", maxEntries, quoted(given))
		}
	}
	if given := query.Get("wait"); given != "" {
		if f.wait, err = time.ParseDuration(given); err != nil || f.wait < 0 || f.wait > maxWait {
			return f, refuse(http.StatusBadRequest, "wait is a duration of at most 60s, such as 5s, not %s", quoted(given))
		}
	}
	switch f.format = query.Get("format"); f.format {
	case "", "json", "scenario":
		return f, nil
	}
	return f, refuse(http.StatusBadRequest, "format is json or scenario, not %s", quoted(f.format))
}

// operation is a call that a query names; empty where it names none.
func (h *handler) operation(given, slug string) (string, error) {
	if given == "" {
		return "", nil
	}
	var known []string
	for _, insurer := range h.sandbox.Insurers() {
		if slug != "" && insurer.Slug != slug {
			continue
		}
		for _, face := range h.sandbox.Faces(insurer.Slug) {
			for _, op := range face.Operations() {
				known = append(known, op.ID)
			}
		}
		if face := h.sandbox.Webhooks(insurer.Slug); face != nil {
			for _, op := range face.Operations() {
				known = append(known, op.ID)
			}
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if !slices.Contains(known, given) {
		return "", refuse(http.StatusBadRequest, "operation: %s", missing("operation", given, known).Detail)
	}
	return given, nil
}

func (h *handler) listRequests(r *http.Request) (any, error) {
	f, err := h.readFilter(r, "insurer", "operation", "after", "limit", "wait", "format")
	if err != nil {
		return nil, err
	}
	if f.wait > 0 {
		h.await(r, f)
	}
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	entries := w.Journal(f.Query)
	if f.format == "scenario" {
		return h.recorded(w, entries)
	}
	answer := requestsAnswer{Requests: []entryAnswer{}, Next: f.After}
	for _, e := range entries {
		answer.Requests = append(answer.Requests, entryOf(e))
		answer.Next = e.ID
	}
	return answer, nil
}

// await returns when the journal holds one more than after, or, without it, one
// more than now; at the latest when the wait is over. Who waits in a world that
// is not there waits for it to be made.
func (h *handler) await(r *http.Request, f filter) {
	ctx, cancel := context.WithTimeout(r.Context(), f.wait)
	defer cancel()
	w, err := h.sandbox.World(r.PathValue("world"))
	switch {
	case err != nil:
		w = h.sandbox.Appear(ctx, r.PathValue("world"))
	case f.After == "":
		for _, newest := range w.Journal(mocks.Query{Limit: 1}) {
			f.After = newest.ID
		}
	}
	if w != nil {
		w.Await(ctx, f.Query)
	}
}

type countAnswer struct {
	Count int `json:"count"`
}

func (h *handler) countRequests(r *http.Request) (any, error) {
	f, err := h.readFilter(r, "insurer", "operation", "after")
	if err != nil {
		return nil, err
	}
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	return countAnswer{len(w.Journal(f.Query))}, nil
}

type explainAnswer struct {
	ID        string `json:"id"`
	Operation string `json:"operation"`
	Status    int    `json:"status"`
	mocks.Why
	Fault    string              `json:"fault"`
	Findings []contracts.Finding `json:"findings"`
}

func (h *handler) explainRequest(r *http.Request) (any, error) {
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	id := r.PathValue("id")
	e := w.Find(id)
	if e == nil {
		return nil, refuse(http.StatusNotFound, "the journal of world %s does not hold the exchange %s; it keeps the newest %d", w.Name, quoted(id), maxEntries)
	}
	return explainAnswer{e.ID, e.Exchange.Operation, e.Exchange.Response.Status, e.Why, e.Fault, listed(e.Findings)}, nil
}
