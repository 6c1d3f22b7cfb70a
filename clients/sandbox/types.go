package sandbox

import (
	"encoding/json"
	"net/http"
	"time"
)

// Health is what runs.
type Health struct {
	Status   string   `json:"status"` // "ok"
	Version  string   `json:"version"`
	Insurers []string `json:"insurers"` // slugs
	// InsurersAt is where the insurers are called when the control API has a
	// listener of its own; else empty.
	InsurersAt string `json:"insurers_at"`
}

// Insurer is one insurer that a sandbox plays.
type Insurer struct {
	Slug        string            `json:"slug"`
	Title       string            `json:"title"`
	BaseURLs    map[string]string `json:"base_urls"`   // by face, in the default world
	Credentials map[string]any    `json:"credentials"` // published, and worth nothing elsewhere
	Operations  []Operation       `json:"operations"`
	Magic       []Magic           `json:"magic"`
	Settings    []Setting         `json:"settings"`
	Events      []Event           `json:"events"` // webhooks that can be triggered
}

// Operation is a call of an insurer's document.
type Operation struct {
	ID       string `json:"id"`
	Method   string `json:"method"`
	Path     string `json:"path"` // below the face's base URL
	Face     string `json:"face"`
	Evidence string `json:"evidence"` // "seed", "upstream", "observed" or "inferred"
}

// Magic is an input that brings a published outcome.
type Magic struct {
	Operation string          `json:"operation"`
	Pointer   string          `json:"pointer"` // RFC 6901, into the request
	Value     json.RawMessage `json:"value"`
	Outcome   string          `json:"outcome"`
	Evidence  string          `json:"evidence"`
}

// Setting is a choice between behaviours that the sources leave open.
type Setting struct {
	Key      string   `json:"key"`
	Values   []string `json:"values"` // empty: any text
	Default  string   `json:"default"`
	Says     string   `json:"says"`
	Evidence string   `json:"evidence"`
}

// State is how a world stands.
type State struct {
	Name      string   `json:"name"`
	Seed      uint64   `json:"seed"`
	Clock     Clock    `json:"clock"`
	Scenarios []string `json:"scenarios"` // armed, "slug/name"
	Requests  int      `json:"requests"`  // that the journal holds
	Jobs      int      `json:"jobs"`      // that wait
}

// Clock is the time of a world.
type Clock struct {
	Now  time.Time `json:"now"`
	Mode string    `json:"mode"` // "frozen" or "running"
}

// Reset says how a reset world begins; zero values stand for the sandbox's own.
type Reset struct {
	Seed  uint64    `json:"seed,omitzero"`
	Clock time.Time `json:"clock,omitzero"` // frozen there
}

// Moved is a clock that was moved and what that set going.
type Moved struct {
	Clock
	Ran []Job `json:"ran"` // each at its own due moment, in that order
	Due []Job `json:"due"` // what still waits
}

// Job is something that happens later.
type Job struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Insurer  string    `json:"insurer"`
	Due      time.Time `json:"due"`
	Held     bool      `json:"held"`     // its kind waits behind a gate
	Stuck    bool      `json:"stuck"`    // it failed at every attempt
	Attempts []Attempt `json:"attempts"` // those that failed
}

// Attempt is a run of a job that failed, or a try at a delivery.
type Attempt struct {
	At     time.Time `json:"at"`
	Error  string    `json:"error"`  // empty when a delivery was acknowledged
	Status int       `json:"status"` // that a receiver answered; 0: none
}

// Jobs is what waits in a world.
type Jobs struct {
	Jobs []Job    `json:"jobs"` // the earliest first
	Held []string `json:"held"` // kinds behind a gate
}

// Drained is what ran because it was due, and what could not.
type Drained struct {
	Ran   []Job `json:"ran"`
	Stuck []Job `json:"stuck"`
}

// Scenario is a scenario as far as a reader wants to know it, and whole as Text.
type Scenario struct {
	Name    string          `json:"name"`
	Insurer string          `json:"insurer"`
	Teaches string          `json:"teaches"` // the sentence to remember
	Trigger string          `json:"trigger"` // how to provoke it, for a human
	Text    json.RawMessage `json:"-"`       // all of it; PlayScenario takes it
}

// UnmarshalJSON reads a scenario and keeps its text.
func (s *Scenario) UnmarshalJSON(source []byte) error {
	type known Scenario
	if err := json.Unmarshal(source, (*known)(s)); err != nil {
		return err
	}
	s.Text = append(json.RawMessage(nil), source...)
	return nil
}

// ID is the scenario's name everywhere outside its file: "allianz/first-two-fail".
func (s Scenario) ID() string { return s.Insurer + "/" + s.Name }

// Armed is a scenario that rules from now on.
type Armed struct {
	Scenario Scenario `json:"scenario"`
	Clock    Clock    `json:"clock"`
	Froze    bool     `json:"froze"` // the scenario stopped the clock
}

// Filter picks exchanges of a journal; zero values pick all.
type Filter struct {
	Insurer   string
	Operation string
	After     string        // an id: those that came after it
	Limit     int           // at most 1,000: the first so many after After, the newest so many without it
	Wait      time.Duration // at most a minute: until one more comes than After, or without it, than there is now
}

// Page is a part of a journal, oldest first.
type Page struct {
	Requests []Entry `json:"requests"`
	Next     string  `json:"next"` // the After to go on with; empty when there is nothing yet
}

// Entry is one exchange of a journal, its secrets removed.
type Entry struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"` // by the world's clock
	Insurer    string    `json:"insurer"`
	Face       string    `json:"face"`
	Operation  string    `json:"operation"`
	Method     string    `json:"method"`
	Path       string    `json:"path"` // below the face's base URL
	Query      string    `json:"query"`
	Status     int       `json:"status"` // 0: no answer was written
	Code       string    `json:"code"`   // the insurer's own code of a refusal
	Fault      string    `json:"fault"`  // the rule that bent the answer, "slug/name#rule"
	Violations int       `json:"violations"`
	Findings   []Finding `json:"findings"`
	Request    Message   `json:"request"`
	Response   Message   `json:"response"`
	Truncated  bool      `json:"truncated"` // a body was longer than the journal keeps
	Webhook    bool      `json:"webhook"`   // the insurer called, and Path is the receiver's whole address
	Receiver   *Verdict  `json:"receiver"`  // of a webhook: what its receiver made of it
	Notes      []string  `json:"notes"`
}

// Verdict is what became of a webhook at its receiver.
type Verdict struct {
	Right bool   `json:"right"`
	Says  string `json:"says"`
}

// Finding is a promise that an exchange did not keep.
type Finding struct {
	Check     string `json:"check"`
	Insurer   string `json:"insurer"`
	Operation string `json:"operation"`
	Level     string `json:"level"` // "MUST", "SHOULD" or "MAY"
	Evidence  string `json:"evidence"`
	Blame     string `json:"blame"` // "insurer" or "caller"
	Says      string `json:"says"`
	Clause    string `json:"clause"`
	Where     string `json:"where"`
	Got       string `json:"got"`
	Want      string `json:"want"`
}

// Message is one half of an exchange.
type Message struct {
	Header http.Header
	Body   []byte
}

// UnmarshalJSON reads a body that is text or, where it is none, base64.
func (m *Message) UnmarshalJSON(source []byte) error {
	var wire struct {
		Header http.Header `json:"header"`
		Body   string      `json:"body"`
		Base64 []byte      `json:"body_base64"`
	}
	if err := json.Unmarshal(source, &wire); err != nil {
		return err
	}
	m.Header, m.Body = wire.Header, wire.Base64
	if m.Body == nil {
		m.Body = []byte(wire.Body)
	}
	return nil
}

// Explanation says why an answer was given.
type Explanation struct {
	ID        string    `json:"id"`
	Operation string    `json:"operation"`
	Status    int       `json:"status"`
	Rule      string    `json:"rule"`
	Evidence  string    `json:"evidence"` // how well the rule is proven
	Pointer   string    `json:"pointer"`  // into the insurer's document
	Where     string    `json:"where"`    // in the request
	Remedy    string    `json:"remedy"`   // what would have succeeded
	Fault     string    `json:"fault"`
	Findings  []Finding `json:"findings"`
}
