package mocks

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// Insurer is one simulated insurer.
type Insurer struct {
	Slug, Title string
	// Credentials are fixed, published test credentials by the name a client knows
	// them by: texts, or a JSON value where a text is not enough (a private key).
	Credentials map[string]any
	Magic       []Magic
	Settings    []Setting
	// Curl is a command that works at once against a base URL such as
	// "http://127.0.0.1:7800/allianz".
	Curl func(base string) string
	// Export lists the environment that a client of the insurer reads, as
	// pairs of name and value, for a base URL.
	Export func(base string) [][2]string
	// New builds the handlers, once a process; all state lives in the store.
	New func(store.Store) API
}

// API is what an insurer can do. It holds no state: what changes in a world is
// a row of its store.
type API struct {
	Faces []Face
	Jobs  map[string]Job // what happens later, by kind
	// Populate writes the rows of a fresh world: the magic identities. Nil: none.
	Populate func(context.Context) error
	// Authenticate judges who calls an operation whose document names these
	// security schemes; nil error lets the call through. Nil func: all may.
	Authenticate func(r *http.Request, schemes []string) error
	// Refuse words a refusal in the insurer's own dialect. It may complete the
	// refusal (code, rule, evidence) for explain.
	Refuse func(context.Context, *Refusal) Answer
	// Retry is the schedule on which a failed job is run again; after it the
	// job is stuck.
	Retry []time.Duration
	// Webhooks are what the insurer sends. Nil: nothing.
	Webhooks *Webhooks
	// Register adds a client of the insurer to the context's world and answers what
	// it is known by, as JSON; a [*Refusal] says what is wrong with the asked one.
	// Nil: the insurer's clients are those it publishes.
	Register func(ctx context.Context, asked json.RawMessage) (any, error)
}

// Face is one server of an insurer, in one version.
type Face struct {
	Document   string               // "uae/insurance-v1.2"; its last element is the face's name
	Mount      string               // where the server stands under the slug: "", "/as1"
	Operations map[string]Operation // by operationId; must equal the document's
	// Normalise rewrites a request before it is judged, where the insurer is
	// more tolerant than its document (case-blind query names). Nil: as sent.
	Normalise func(*contracts.Request)
	// Refuse words a refusal where this server has a dialect of its own. Nil: the
	// insurer's.
	Refuse func(context.Context, *Refusal) Answer
}

// Operation answers one call. The request's body is whole and in memory, path
// parameters are in [http.Request.PathValue], world and moment in the context.
// An error that is a [*Refusal] is answered in the insurer's words; any other is
// logged and answered as [Broken].
type Operation func(*http.Request) (Answer, error)

// Answer is what an operation says: a value, judged and encoded once.
type Answer struct {
	Status int
	Header http.Header
	// Body is nil for none, []byte as it is, anything else becomes JSON in the
	// order of its struct.
	Body any
	// Rule and Evidence say why, for explain; empty: the document's operation.
	Rule     string
	Evidence contracts.Evidence
}

// OK is a 200 with a body.
func OK(body any) Answer { return Answer{Status: http.StatusOK, Body: body} }

// Job is something that happens later. It runs at its own due moment, which is
// what [Now] answers in its context.
type Job func(ctx context.Context, payload json.RawMessage) error

// Kind is the sort of a refusal; the insurer chooses code, status and words.
type Kind int

// The kinds of refusal.
const (
	Invalid Kind = iota
	Unauthenticated
	Forbidden
	Missing
	Conflict
	Expired
	Throttled
	TooLarge
	WrongMethod // only where the document answers a wrong method with 405
	Broken
)

// Refusal is an insurer saying no.
type Refusal struct {
	Kind   Kind
	Code   string // the insurer's own code, where it has one
	Detail string // the part of its text that varies: a field's name
	// Violations are what the document says against the request.
	Violations []contracts.Violation

	Rule     string             // why, in a sentence
	Evidence contracts.Evidence // how well that rule is proven
	Where    string             // JSON pointer into the request, "header X" or "query x"
	Remedy   string             // what would have succeeded
	Example  string             // the example of the document that shows this refusal
	Err      error              // for the log, never for the caller
}

// Error describes the refusal for a log.
func (r *Refusal) Error() string {
	text := strings.TrimSpace("refused " + r.Code + " " + r.Detail)
	if r.Err != nil {
		text += ": " + r.Err.Error()
	}
	return text
}

// Unwrap is the cause, where there is one.
func (r *Refusal) Unwrap() error { return r.Err }

// Magic is a published input that brings an outcome through the honest handler.
type Magic struct {
	Operation string             `json:"operation"`
	Pointer   string             `json:"pointer"` // JSON pointer into the request
	Value     string             `json:"value"`
	Outcome   string             `json:"outcome"`
	Evidence  contracts.Evidence `json:"evidence"`
}

// Setting is a documented choice between behaviours that the sources leave open.
type Setting struct {
	Key      string // "allianz.envelope"
	Values   []string
	Default  string
	Says     string
	Evidence contracts.Evidence
}
