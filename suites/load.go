package suites

import (
	_ "embed"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/understudy-sandbox/understudy/contracts"
)

//go:embed target.schema.json
var targetSchema []byte

// TargetSchema is the JSON Schema (2020-12) of a target file, for editors.
func TargetSchema() []byte { return slices.Clone(targetSchema) }

// LoadTarget reads a target file. A mistake in it is a [*Slip], or several
// joined; a credential whose variable is not set is [ErrInconclusive] and names
// the variable.
func LoadTarget(path string, getenv func(string) string) (*Target, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("suites: read target: %w", err)
	}
	l := &loader{reader: reader{file: path}, getenv: getenv}
	if err := l.document(source, l.keys()); err != nil {
		return nil, fmt.Errorf("suites: read target: %w", err)
	}
	if len(l.unset) > 0 {
		return nil, fmt.Errorf("suites: target %s: %w: credentials are missing: set %s", l.target.Name, ErrInconclusive, strings.Join(l.unset, " and "))
	}
	if l.target.file, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("suites: read target: %w", err)
	}
	return &l.target, nil
}

// loader fills a target from its file.
type loader struct {
	reader
	getenv   func(string) string
	target   Target
	suite    suite
	contract *contracts.Contract // nil until the insurer is known
	unset    []string            // variables
}

// keys are all that a target file may say.
func (l *loader) keys() []key {
	return append([]key{
		{"name", true, l.name},
		{"insurer", true, l.insurer},
		{"faces", true, l.faces},
		{"credentials", false, l.credentials},
		{"abilities", false, l.abilities},
		{"waivers", false, l.waivers},
		{"open", false, l.open},
		{"budget", false, func(path string, n ast.Node) { l.target.Budget = l.number(path, n) }},
		{"rate", false, l.rate},
	}, l.proofs()...)
}

var targetName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

func (l *loader) name(path string, n ast.Node) {
	l.target.Name = l.text(path, n)
	if l.target.Name != "" && !targetName.MatchString(l.target.Name) {
		l.slip(path, n.GetToken(), "%q is not a name: lower-case letters, digits and hyphens", l.target.Name)
	}
}

func (l *loader) insurer(path string, n ast.Node) {
	slug := l.text(path, n)
	if slug == "" {
		return
	}
	s, ok := insurers[slug]
	contract, err := contracts.For(slug)
	if !ok || err != nil {
		l.unknown(path, n.GetToken(), fmt.Sprintf("insurer %q", slug), slices.Sorted(maps.Keys(insurers)))
		return
	}
	l.target.Insurer, l.suite, l.contract = slug, s, contract
}

func (l *loader) faces(path string, n ast.Node) {
	l.target.Faces = map[string]*url.URL{}
	l.entries(path, n, func(name, path string, at *token.Token, value ast.Node) {
		if l.contract != nil && !slices.Contains(l.faceNames(), name) {
			l.unknown("faces", at, fmt.Sprintf("face %q of %s", name, l.target.Insurer), l.faceNames())
		}
		base, err := url.Parse(l.text(path, value))
		if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
			l.slip(path, value.GetToken(), "wants an address such as https://host/path, without user, query and fragment")
			return
		}
		l.target.Faces[name] = base
	})
	if l.contract == nil {
		return
	}
	for _, face := range l.faceNames() {
		if l.target.Faces[face] == nil && len(l.slips) == 0 {
			l.slip(path, first(n), "the address of the face %q is missing", face)
		}
	}
}

// faceNames are the servers that a target has an address of. What an insurer sends
// goes to servers of ours.
func (l *loader) faceNames() []string {
	var all []string
	for _, face := range l.contract.Faces {
		if !face.Document.Webhooks {
			all = append(all, face.Name)
		}
	}
	return all
}

// variable is one of the environment; with :- behind its name it may be unset, as
// in a shell.
var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(:-)?\}`)

func (l *loader) credentials(path string, n ast.Node) {
	l.target.Credentials = map[string]string{}
	l.entries(path, n, func(name, path string, at *token.Token, value ast.Node) {
		if l.contract != nil && !slices.Contains(l.suite.credentials, name) {
			l.unknown("credentials", at, fmt.Sprintf("credential %q of %s", name, l.target.Insurer), l.suite.credentials)
		}
		// One that may be unset, and is, is not there.
		if text := l.filled(path, value); text != "" {
			l.target.Credentials[name] = text
		}
	})
}

// filled is a text with the variables of the environment in it.
func (l *loader) filled(path string, n ast.Node) string {
	text := l.text(path, n)
	if strings.Contains(variable.ReplaceAllString(text, ""), "${") {
		l.slip(path, n.GetToken(), "has a ${ that names no variable; write ${NAME}")
	}
	return variable.ReplaceAllStringFunc(text, func(ref string) string {
		name, optional := strings.CutSuffix(ref[len("${"):len(ref)-len("}")], ":-")
		found := l.getenv(name)
		if found == "" && !optional && !slices.Contains(l.unset, name) {
			l.unset = append(l.unset, name)
		}
		return found
	})
}

func (l *loader) abilities(path string, n ast.Node) {
	l.target.Abilities = []string{}
	l.list(path, n, func(path string, n ast.Node) {
		ability := l.text(path, n)
		if l.contract != nil && !slices.Contains(l.suite.abilities, ability) {
			l.unknown(path, n.GetToken(), fmt.Sprintf("ability %q", ability), l.suite.abilities)
		}
		l.target.Abilities = append(l.target.Abilities, ability)
	})
}

func (l *loader) waivers(path string, n ast.Node) {
	l.list(path, n, func(path string, n ast.Node) {
		var w Waiver
		into := func(field *string) func(string, ast.Node) {
			return func(path string, n ast.Node) { *field = l.text(path, n) }
		}
		l.mapping(path, n, []key{
			{"check", true, func(path string, n ast.Node) {
				w.Check = l.text(path, n)
				l.check(path, n, w.Check)
			}},
			{"reason", true, into(&w.Reason)},
			{"issue", true, into(&w.Issue)},
			{"until", true, func(path string, n ast.Node) {
				w.Until = l.text(path, n)
				if _, err := time.Parse(time.DateOnly, w.Until); err != nil {
					l.slip(path, n.GetToken(), "%q is not a day; write it like 2026-12-31", w.Until)
				}
			}},
		})
		l.target.Waivers = append(l.target.Waivers, w)
	})
}

func (l *loader) check(path string, n ast.Node, id string) {
	if l.contract == nil || id == "" {
		return
	}
	if _, known := l.contract.Check(id); !known {
		l.unknown(path, n.GetToken(), fmt.Sprintf("check %q", id), checkIDs(l.contract))
		return
	}
	for _, other := range l.target.Waivers {
		if other.Check == id {
			l.slip(path, n.GetToken(), "%s is waived twice", id)
		}
	}
}

func (l *loader) open(path string, n ast.Node) {
	l.target.Open = l.text(path, n)
	if l.target.Open == "" {
		return
	}
	if _, err := parseHours(l.target.Open); err != nil {
		l.slip(path, n.GetToken(), "%v", err)
	}
}

func (l *loader) rate(path string, n ast.Node) {
	text := l.text(path, n)
	if text == "" {
		return
	}
	var err error
	if l.target.Rate, err = ParseRate(text); err != nil {
		l.slip(path, n.GetToken(), "%v", err)
	}
}

func (l *loader) unknown(path string, at *token.Token, what string, allowed []string) {
	l.slip(path, at, "unknown %s", what)
	l.slips[len(l.slips)-1].Allowed = allowed
}

func checkIDs(c *contracts.Contract) []string {
	all := make([]string, len(c.Checks))
	for i, check := range c.Checks {
		all[i] = check.ID
	}
	slices.Sort(all)
	return all
}
