package scenarios

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// Scenario is one failure that can be played again: what a world is set to and which answers are bent in it.
type Scenario struct {
	Name     string            `json:"name"`               // lower case, digits and hyphens; a file's name without its ending
	Insurer  string            `json:"insurer"`            // slug
	Teaches  string            `json:"teaches"`            // the sentence a developer should remember
	Trigger  string            `json:"trigger"`            // how to provoke it, for a human
	Seed     uint64            `json:"seed,omitempty"`     // 0: the world keeps its own
	Clock    time.Time         `json:"clock,omitzero"`     // the world is frozen there; zero: its clock is left alone
	Settings map[string]string `json:"settings,omitempty"` // "allianz.envelope": "errors"
	Hold     []string          `json:"hold,omitempty"`     // kinds of jobs that wait until they are released
	Rules    []Rule            `json:"rules,omitempty"`    // the first that holds bends the answer
}

// Rule bends the answers that it matches.
type Rule struct {
	On Match `json:"on"`
	Fault
}

var (
	slugs   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	oneLine = regexp.MustCompile(`^\S(.*\S)?$`) // begins and ends with something to read
)

const (
	mostItems    = 1000 // in a list or a map, values within set and when aside
	longestWords = 500  // characters of a sentence for humans
)

// ID is the scenario's name everywhere outside its file: "allianz/answer-lost-on-issue".
func (s *Scenario) ID() string { return s.Insurer + "/" + s.Name }

// Validate refuses a scenario that says too little, or something that cannot happen. A scenario that was parsed is valid.
// It does not know what exists at an insurer; that is Check.
func (s *Scenario) Validate() error {
	return verdict(s.ID(), s.problems())
}

func (s *Scenario) problems() problems {
	var p problems
	p.common("", s.fields())
	if s.Name != "" && !slugs.MatchString(s.Name) {
		p.add("name", "%s is not a name: lower-case letters, digits and hyphens, 63 at most", quoted(s.Name))
	}
	if s.Insurer != "" && !slugs.MatchString(s.Insurer) {
		p.add("insurer", "%s is not a slug: lower-case letters, digits and hyphens, 63 at most", quoted(s.Insurer))
	}
	p.sentence("teaches", s.Teaches)
	p.sentence("trigger", s.Trigger)
	if _, err := s.Clock.MarshalText(); err != nil {
		p.add("clock", "cannot be written: %v", err)
	}
	for _, key := range sortedKeys(s.Settings) {
		if key == "" || !utf8.ValidString(key+s.Settings[key]) {
			p.add(in("settings", key), "is empty or not UTF-8")
		}
	}
	for i, kind := range s.Hold {
		if kind == "" || !utf8.ValidString(kind) {
			p.add(at("hold", i), "is empty or not UTF-8")
		}
	}
	for i := range s.Rules {
		s.Rules[i].problems(at("rules", i), &p)
	}
	if s.Seed == 0 && s.Clock.IsZero() && len(s.Settings)+len(s.Hold)+len(s.Rules) == 0 {
		p.add("", "changes nothing: it wants at least one of seed, clock, settings, hold, rules")
	}
	return p
}

func (r *Rule) problems(path string, p *problems) {
	p.common(path, r.fields())
	r.On.problems(path+".on", p)
	r.Fault.problems(path, p)
	if r.Webhook != nil && r.On.Operation == "" {
		p.add(path+".webhook", "needs on.operation: an operation of the document of webhooks")
	}
	if r.Example != "" && r.On.Operation == "" {
		p.add(path+".example", "needs on.operation: an example belongs to one operation of the document")
	}
}

func (p *problems) sentence(path, text string) {
	switch {
	case text == "":
	case utf8.RuneCountInString(text) > longestWords:
		p.add(path, "is longer than %d characters", longestWords)
	case !oneLine.MatchString(text) || !printable(text):
		p.add(path, "is one line of text, without blanks around it")
	}
}

func printable(text string) bool {
	for _, r := range text {
		if unicode.IsControl(r) {
			return false
		}
	}
	return utf8.ValidString(text)
}

func (s *Scenario) fields() []field {
	return []field{
		text("name", &s.Name).need(),
		text("insurer", &s.Insurer).need(),
		text("teaches", &s.Teaches).need(),
		text("trigger", &s.Trigger).need(),
		seed("seed", &s.Seed),
		moment("clock", &s.Clock),
		texts("settings", &s.Settings),
		words("hold", &s.Hold),
		{key: "rules", read: s.readRules, value: s.writeRules},
	}
}

func (r *Rule) fields() []field {
	on := field{
		key:      "on",
		required: true,
		read:     func(rd *reader, path string, n node) { rd.fields(path, n, r.On.fields()) },
		value:    func() any { return r.On.fields() },
	}
	return append([]field{on}, r.Fault.fields()...)
}

func (s *Scenario) readRules(rd *reader, path string, n node) {
	items, ok := n.value.([]node)
	switch {
	case !ok:
		rd.wrong(path, n, "a list of rules")
	case len(items) == 0:
		rd.empty(path, n)
	case len(items) > mostItems:
		rd.tooMany(path, n, len(items))
	default:
		s.Rules = make([]Rule, len(items))
		for i, item := range items {
			rd.fields(at(path, i), item, s.Rules[i].fields())
		}
	}
}

func (s *Scenario) writeRules() any {
	if len(s.Rules) == 0 {
		return nil
	}
	all := make([][]field, len(s.Rules))
	for i := range s.Rules {
		all[i] = s.Rules[i].fields()
	}
	return all
}

// MarshalYAML writes the scenario as a file that Parse reads back to an equal one; an invalid scenario is refused. Equal
// scenarios give equal bytes.
func (s *Scenario) MarshalYAML() ([]byte, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("write a scenario: %w", err)
	}
	return write(s.fields())
}

// UnmarshalYAML is as strict as Parse, whatever the decoder's own options.
func (s *Scenario) UnmarshalYAML(n ast.Node) error {
	root, wrong := fromYAML(n, 0)
	if wrong != nil {
		wrong.File = unnamed
		return wrong
	}
	return s.fill(unnamed, root, nil)
}

// UnmarshalJSON is as strict as Parse, whatever the decoder's own options.
func (s *Scenario) UnmarshalJSON(source []byte) error {
	got, err := ParseJSON(unnamed, source)
	if err != nil {
		return err
	}
	*s = *got
	return nil
}

var _ json.Unmarshaler = (*Scenario)(nil)
