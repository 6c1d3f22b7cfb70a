package suites

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"
)

// Leftover is what a call to a live target may have left behind there.
type Leftover struct {
	Target, Insurer string
	File            string // the target's file, absolute; empty where it came from none
	Operation       string
	Address         string    // that was called
	Key             string    // finds it again at the insurer where no answer came
	At              time.Time // when the call was about to be made
	ID, Number      string    // of the contract and its policy; empty where no answer told and the caller does not choose
	Cancelled       bool
	Why             string // it is still there; empty where nothing was tried
}

// ErrNoLedger marks a file that is no ledger, or a damaged one.
var ErrNoLedger = errors.New("no ledger")

// What a line of a ledger says.
const (
	lineBegun     = "begun"     // a run; the line says whose
	lineSent      = "sent"      // the call is about to be made
	lineCame      = "came"      // the insurer is bound
	lineRefused   = "refused"   // and left nothing behind
	lineUnknown   = "unknown"   // the answer is lost, or says neither
	lineCancelled = "cancelled" // nothing is left
)

const ledgerForm = 1

// line is one line of a ledger: JSON, in the order of the fields.
type line struct {
	Ledger    int       `json:"ledger,omitempty"` // the form, where a run begins
	State     string    `json:"state"`
	At        time.Time `json:"at"`
	Entry     string    `json:"entry,omitempty"` // what the other lines of a call have in common
	Target    string    `json:"target,omitempty"`
	Insurer   string    `json:"insurer,omitempty"`
	File      string    `json:"file,omitempty"`
	Operation string    `json:"operation,omitempty"`
	Address   string    `json:"address,omitempty"`
	Key       string    `json:"key,omitempty"`
	ID        string    `json:"contractId,omitempty"`
	Number    string    `json:"policyNumber,omitempty"`
}

// entry is a call and what became of it.
type entry struct {
	name  string
	state string
	stays bool // and will, whoever asks again
	Leftover
}

// open says that something is, or may be, left behind.
func (e *entry) open() bool { return e.state != lineRefused && e.state != lineCancelled }

// ledger is a file that is written before a live target is bound, line by line,
// each of them on the disk before the next step: it survives its writer.
type ledger struct {
	path string
	now  func() time.Time

	mu      sync.Mutex
	file    *os.File
	entries []*entry
	earlier int // of them, of other runs
}

// openLedger opens a ledger for more lines, and makes one where there is none. A
// last line that was cut off by the end of its writer is dropped: what it
// would have said is not known.
func openLedger(path string, now func() time.Time) (*ledger, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	l := &ledger{path: path, now: now, file: file}
	text, err := io.ReadAll(file)
	if err == nil && len(text) > 0 {
		l.entries, err = readLines(text)
	}
	l.earlier = len(l.entries)
	if whole := bytes.LastIndexByte(text, '\n') + 1; err == nil && whole < len(text) {
		err = file.Truncate(int64(whole))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger %s: %w", path, err), file.Close())
	}
	return l, nil
}

func (l *ledger) close() error { return l.file.Close() }

// Leftovers reads from a ledger what is, or may be, left behind. A file that is
// none is [ErrNoLedger].
func Leftovers(path string) ([]Leftover, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("suites: read the ledger: %w", err)
	}
	entries, err := readLines(text)
	if err != nil {
		return nil, fmt.Errorf("suites: read the ledger %s: %w", path, err)
	}
	var left []Leftover
	for _, e := range entries {
		if e.open() {
			left = append(left, e.Leftover)
		}
	}
	return left, nil
}

// readLines reads a ledger; a last line without an end was never finished.
func readLines(text []byte) ([]*entry, error) {
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	if len(text) == 0 {
		return nil, fmt.Errorf("%w: no whole line is in it", ErrNoLedger)
	}
	var all []*entry
	number := 0
	for one := range bytes.Lines(text) {
		number++
		var said line
		decoder := json.NewDecoder(bytes.NewReader(one))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&said)
		switch {
		case err != nil:
		case said.State == lineBegun && said.Ledger != ledgerForm, number == 1 && said.State != lineBegun:
			err = fmt.Errorf("a ledger begins with its form, which is %d", ledgerForm)
		default:
			all, err = said.follow(all)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrNoLedger, number, err)
		}
	}
	return all, nil
}

// follow puts a line to those before it.
func (s line) follow(all []*entry) ([]*entry, error) {
	i := slices.IndexFunc(all, func(e *entry) bool { return e.name == s.Entry })
	switch s.State {
	case lineBegun:
		return all, nil
	case lineSent:
		if i >= 0 || s.Entry == "" || s.Target == "" {
			return nil, fmt.Errorf("the entry %q is not one of its own", s.Entry)
		}
		return append(all, &entry{name: s.Entry, state: s.State, Leftover: Leftover{
			Target: s.Target, Insurer: s.Insurer, File: s.File, Operation: s.Operation, Address: s.Address, Key: s.Key, At: s.At, ID: s.ID,
		}}), nil
	case lineCame, lineRefused, lineUnknown, lineCancelled:
		if i < 0 {
			return nil, fmt.Errorf("no line before it tells of the entry %q", s.Entry)
		}
		all[i].settle(s)
		return all, nil
	default:
		return nil, fmt.Errorf("%q is no state", s.State)
	}
}

func (e *entry) settle(s line) {
	e.state, e.Cancelled = s.State, s.State == lineCancelled
	if s.State == lineCame {
		e.ID, e.Number = s.ID, s.Number
	}
}

// begin says whose run the lines that follow are of.
func (l *ledger) begin(t *Target) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.write(line{Ledger: ledgerForm, State: lineBegun, Target: t.Name, Insurer: t.Insurer, File: t.file})
}

// sent notes a call that is about to be made.
func (l *ledger) sent(what Leftover) (*entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	said := line{
		State: lineSent, Entry: freshName(), Target: what.Target, Insurer: what.Insurer, File: what.File,
		Operation: what.Operation, Address: what.Address, Key: what.Key, ID: what.ID,
	}
	if err := l.write(said); err != nil {
		return nil, err
	}
	what.At = l.now()
	e := &entry{name: said.Entry, state: lineSent, Leftover: what}
	l.entries = append(l.entries, e)
	return e, nil
}

// settle notes what became of a call; one that was cancelled stays so.
func (l *ledger) settle(e *entry, said line) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.state == lineCancelled {
		return nil
	}
	said.Entry = e.name
	e.settle(said) // whatever becomes of the file, this run knows
	return l.write(said)
}

// known finds what an earlier answer named by an id.
func (l *ledger) known(id string) *entry {
	if l == nil || id == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range slices.Backward(l.entries) {
		if e.ID == id {
			return e
		}
	}
	return nil
}

func (l *ledger) open(e *entry) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return e.open()
}

// left are the open entries of a target, from one on.
func (l *ledger) left(target string, from int) []*entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.entries[from:]), func(e *entry) bool { return e.Target != target || !e.open() })
}

// write puts a line on the disk.
func (l *ledger) write(said line) error {
	said.At = l.now().Round(0)
	text, err := json.Marshal(said)
	if err == nil {
		_, err = l.file.Write(append(text, '\n'))
	}
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("write the ledger %s: %w", l.path, err)
	}
	return nil
}
