package mocks

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// Entry is one answered call in a world's journal. It is shared by all who ask:
// copy its exchange before you decode or examine that.
type Entry struct {
	ID        string              // "r-17", counted in the world
	Exchange  *contracts.Exchange // what the caller saw, secrets removed
	Findings  []contracts.Finding // against what the insurer meant
	Fault     string              // the rule that bent the answer, "slug/name#rule"
	Bent      *scenarios.Fault    // what that rule does, not to be changed; a recording repeats it
	Code      string              // the insurer's own code of a refusal
	Why       Why
	Truncated bool // a body was longer than the journal keeps
	// Count is the how-manieth attempt at its operation a webhook was since the
	// scenario was armed; 0 where none is. Copies share one.
	Count uint64
	// Receiver says whether the receiver of a webhook did right; nil for any other
	// call.
	Receiver *Verdict

	size   int64
	answer contracts.Response // as it went out, for a scenario that repeats it
}

// Verdict is what became of a webhook at its receiver.
type Verdict struct {
	Right bool   `json:"right"`
	Says  string `json:"says"`
}

// Why explains an answer.
type Why struct {
	Rule     string             `json:"rule"`
	Evidence contracts.Evidence `json:"evidence"`
	Pointer  string             `json:"pointer"` // into the insurer's document
	Where    string             `json:"where"`   // in the request
	Remedy   string             `json:"remedy"`  // what would have succeeded
}

const (
	journalLength   = 1000      // exchanges of a world, the newest
	journalBody     = 64 << 10  // bytes kept of a body
	longestSecret   = 8 << 10   // bytes; tokens and keys are shorter
	journalFindings = 100       // findings kept of an exchange
	journalsBytes   = 256 << 20 // bytes of all journals together
	journalLeast    = 64 << 10  // bytes that a world keeps whatever the others hold
	entryOverhead   = 1 << 10   // a rough weight of what is neither header nor body
	findingWeight   = 1 << 8    // the same of a finding
)

// journalBudget shares the memory of a process among its journals.
type journalBudget struct{ held, journals atomic.Int64 }

// share is what one journal may hold now.
func (b *journalBudget) share() int64 {
	if b.held.Load() < journalsBytes {
		return journalsBytes
	}
	return max(journalsBytes/max(b.journals.Load(), 1), journalLeast)
}

// journal is the newest exchanges of a world.
type journal struct {
	budget *journalBudget
	last   atomic.Uint64 // number of the newest call, answered or not

	mu      sync.Mutex
	entries []*Entry // those from head on, oldest first
	head    int
	held    int64
	grown   chan struct{} // closed when an entry comes
}

func (j *journal) nextID() string { return "r-" + strconv.FormatUint(j.last.Add(1), 10) }

// record keeps an examined exchange, now without its secrets.
func (w *World) record(c *carrier, e *Entry, began time.Time) {
	e.Exchange.Took = took(began)
	w.recordTimed(c, e)
}

// recordTimed is record for an exchange that knows how long it took.
func (w *World) recordTimed(c *carrier, e *Entry) {
	kept := *e
	kept.answer.Status = e.Exchange.Response.Status
	kept.answer.Header, kept.answer.Body = e.Exchange.Response.Header, e.Exchange.Response.Body
	// What is not kept need not be searched for secrets, but for one that begins in
	// what is.
	searched := copyOf(e.Exchange)
	shorten(&searched.Request.Message, journalBody+longestSecret)
	shorten(&searched.Response.Message, journalBody+longestSecret)
	kept.Exchange = c.contract.Redact(searched)
	kept.Exchange.Forget()
	request, response := &kept.Exchange.Request, &kept.Exchange.Response
	shorten(&request.Message, journalBody)
	shorten(&response.Message, journalBody)
	kept.Truncated = len(e.Exchange.Request.Body) > journalBody
	if len(e.Exchange.Response.Body) > journalBody {
		kept.Truncated, kept.answer = true, contracts.Response{}
	}
	if len(kept.Findings) > journalFindings {
		kept.Findings = slices.Clone(kept.Findings[:journalFindings])
	}
	kept.size = entryOverhead + findingWeight*int64(len(kept.Findings)) + int64(len(request.Path)+len(request.Query)+len(kept.answer.Body))
	kept.size += weight(request.Message) + weight(response.Message)
	w.journal.append(&kept)
	if watch := w.sandbox.options.Watch; watch != nil {
		watch(w.Name, &kept)
	}
}

// shorten cuts a body to so many bytes.
func shorten(m *contracts.Message, most int) {
	if len(m.Body) > most {
		m.SetBody(bytes.Clone(m.Body[:most]))
		m.Cut = true
	}
}

func weight(m contracts.Message) int64 {
	n := len(m.Body)
	for name, values := range m.Header {
		n += len(name)
		for _, value := range values {
			n += len(value)
		}
	}
	return int64(n)
}

func (j *journal) append(e *Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) == 0 {
		j.budget.journals.Add(1)
	}
	j.entries = append(j.entries, e)
	j.hold(e.size)
	share := j.budget.share()
	for len(j.entries)-j.head > journalLength || j.held > share && len(j.entries)-j.head > 1 {
		j.hold(-j.entries[j.head].size)
		j.entries[j.head] = nil
		j.head++
	}
	if j.head > journalLength {
		j.entries = slices.Delete(j.entries, 0, j.head)
		j.head = 0
	}
	if j.grown != nil {
		close(j.grown)
		j.grown = nil
	}
}

func (j *journal) hold(bytes int64) {
	j.held += bytes
	j.budget.held.Add(bytes)
}

// clear forgets the exchanges and counts calls from one again.
func (j *journal) clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) > 0 {
		j.budget.journals.Add(-1)
	}
	j.hold(-j.held)
	j.entries, j.head = nil, 0
	j.last.Store(0)
}

// Query picks journal entries; zero values pick all.
type Query struct {
	Insurer, Operation string
	After              string // an entry's id; those that were recorded after it
	Limit              int
}

// Journal lists entries, oldest first. With a limit it gives the first so many
// after q.After, or the newest so many where q.After is empty.
func (w *World) Journal(q Query) []*Entry {
	all, _ := w.journal.pick(q)
	return all
}

// Await is [World.Journal] that waits, while it finds none, for one to come or
// for the context to end.
func (w *World) Await(ctx context.Context, q Query) []*Entry {
	for {
		found, grown := w.journal.pick(q)
		if len(found) > 0 {
			return found
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return nil
		case <-w.sandbox.closed.Done():
			return nil
		}
	}
}

func (j *journal) pick(q Query) ([]*Entry, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.grown == nil {
		j.grown = make(chan struct{})
	}
	live := j.entries[j.head:]
	if q.After != "" {
		live = live[after(live, q.After):]
	}
	var found []*Entry
	for _, e := range live {
		if (q.Insurer == "" || q.Insurer == e.Exchange.Insurer) && (q.Operation == "" || q.Operation == e.Exchange.Operation) {
			found = append(found, e)
		}
	}
	if q.Limit > 0 && len(found) > q.Limit {
		if q.After == "" {
			found = found[len(found)-q.Limit:]
		} else {
			found = found[:q.Limit]
		}
	}
	return found, j.grown
}

// after is where the entries recorded after one begin. Where that one is gone,
// its number decides.
func after(entries []*Entry, id string) int {
	if at := slices.IndexFunc(entries, func(e *Entry) bool { return e.ID == id }); at >= 0 {
		return at + 1
	}
	number := numberOf(id)
	at := slices.IndexFunc(entries, func(e *Entry) bool { return numberOf(e.ID) > number })
	if at < 0 {
		return len(entries)
	}
	return at
}

func numberOf(id string) uint64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(id, "r-"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Find is the entry with an id; nil when the journal does not hold it.
func (w *World) Find(id string) *Entry {
	w.journal.mu.Lock()
	defer w.journal.mu.Unlock()
	for _, e := range w.journal.entries[w.journal.head:] {
		if e.ID == id {
			return e
		}
	}
	return nil
}
