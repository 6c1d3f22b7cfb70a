package contracts

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Entry is an exchange with what was found against it when it was recorded.
type Entry struct {
	Exchange *Exchange
	Findings []Finding
	Asked    []string // the checks that it is about, see [Contract.Asked]
}

// entryJSON is a line of a tape.
type entryJSON struct {
	exchangeJSON
	Findings []Finding `json:"findings"`
	Asked    []string  `json:"asked,omitempty"`
}

// MarshalJSON writes the exchange with a list of findings.
func (e Entry) MarshalJSON() ([]byte, error) {
	if e.Exchange == nil {
		return nil, errors.New("contracts: an entry without an exchange")
	}
	line := entryJSON{e.Exchange.wire(), e.Findings, e.Asked}
	if line.Findings == nil {
		line.Findings = []Finding{}
	}
	return encodeJSON(line)
}

// UnmarshalJSON reads what MarshalJSON wrote; members it does not know are
// skipped, so that an older program reads a newer tape.
func (e *Entry) UnmarshalJSON(text []byte) error {
	var line entryJSON
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	x, err := line.exchange()
	if err != nil {
		return err
	}
	*e = Entry{x, line.Findings, line.Asked}
	return nil
}

// Tape is exchanges and findings in the order in which they were recorded. It
// holds no secrets, the zero value is empty, and it is safe for concurrent use.
type Tape struct {
	mu      sync.Mutex
	entries []Entry
}

// Record adds an exchange without its secrets. It is a [Recorder].
func (t *Tape) Record(x *Exchange, found []Finding) {
	contract := governing(x)
	kept := contract.Redact(x)
	t.add(Entry{kept, found, contract.Asked(kept)})
}

// Keep adds an entry as somebody else has judged it, without its secrets.
func (t *Tape) Keep(e Entry) {
	e.Exchange = governing(e.Exchange).Redact(e.Exchange)
	t.add(e)
}

func (t *Tape) add(e Entry) {
	e.Exchange.Forget()
	e.Findings, e.Asked = slices.Clone(e.Findings), slices.Clone(e.Asked)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entries = append(t.entries, e)
}

// governing is the contract that an exchange is under; that of an unknown
// insurer has no check and redacts what is a secret anywhere.
func governing(x *Exchange) *Contract {
	contract, err := For(x.Insurer)
	if err != nil {
		return &Contract{}
	}
	return contract
}

// Entries is what the tape holds now. The exchanges are shared and must not be
// changed; examine a copy.
func (t *Tape) Entries() []Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.entries)
}

// Merge takes in what other tapes hold and sorts all by the time of the exchange;
// exchanges of one moment stay in the order of the tapes.
func (t *Tape) Merge(others ...*Tape) {
	var more []Entry
	for _, other := range others {
		more = append(more, other.Entries()...)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entries = append(t.entries, more...)
	slices.SortStableFunc(t.entries, func(a, b Entry) int { return a.Exchange.At.Compare(b.Exchange.At) })
}

// Write writes the tape as JSON, one exchange a line.
func (t *Tape) Write(w io.Writer) error {
	for i, entry := range t.Entries() {
		line, err := entry.MarshalJSON()
		if err == nil {
			_, err = w.Write(append(line, '\n'))
		}
		if err != nil {
			return fmt.Errorf("contracts: write exchange %d of a tape: %w", i+1, err)
		}
	}
	return nil
}

// longestLine holds two whole bodies in which every byte is escaped.
const longestLine = 2*6*longestBody + 1<<20

// ReadTape reads what [Tape.Write] wrote. An error names the line.
func ReadTape(r io.Reader) (*Tape, error) {
	t := &Tape{}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), longestLine)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var entry Entry
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
			return nil, fmt.Errorf("contracts: read line %d of a tape: %w", n, err)
		}
		t.entries = append(t.entries, entry)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("contracts: read line %d of a tape: %w", n+1, err)
	}
	return t, nil
}
