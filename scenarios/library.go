package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed scenario.schema.json */*.yaml
var files embed.FS

const ending = ".yaml"

// Schema is the JSON Schema (2020-12) of a scenario, for editors and for the control API's callers.
func Schema() []byte {
	source, err := files.ReadFile("scenario.schema.json")
	if err != nil {
		panic(err) // embedded: it cannot be missing
	}
	return source
}

// Slugs are the insurers that have scenarios here, sorted.
func Slugs() []string {
	var all []string
	for _, id := range ids() {
		all = append(all, path.Dir(id))
	}
	return slices.Compact(all)
}

// All are the scenarios of an insurer that come with the program, sorted by name; the caller may change them.
func All(slug string) []*Scenario {
	var all []*Scenario
	for _, id := range ids() {
		if path.Dir(id) != slug {
			continue
		}
		s, err := embedded(id)
		if err != nil {
			panic(err) // embedded and tested: a file that does not parse is not released
		}
		all = append(all, s)
	}
	return all
}

// Load finds a scenario. A reference is a file when it ends in .yaml, .yml or .json, begins with a dot, a slash or a tilde,
// or holds a backslash; open reads it (nil: files are refused). Any other is the SLUG/NAME of one that comes with the
// program, so that a reference means the same in every working directory.
func Load(ref string, open func(string) ([]byte, error)) (*Scenario, error) {
	return LoadFor(nil, ref, open)
}

// LoadFor is Load and Check in one: in a file, a name which no insurer has is
// refused with its line and column.
func LoadFor(insurers map[string]Knowledge, ref string, open func(string) ([]byte, error)) (*Scenario, error) {
	if !isFile(ref) {
		return embedded(ref)
	}
	if open == nil {
		return nil, fmt.Errorf("load scenario %s: files are not read here; send the scenario itself, or name one: %s", quoted(ref), strings.Join(ids(), ", "))
	}
	source, err := open(ref)
	if err != nil {
		return nil, fmt.Errorf("load scenario %s: %w", quoted(ref), err)
	}
	return ParseFor(insurers, ref, source)
}

func isFile(ref string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(path.Ext(ref))) ||
		strings.ContainsAny(ref, `\`) || strings.IndexAny(ref, "./~") == 0
}

func embedded(id string) (*Scenario, error) {
	file := id + ending
	source, err := fs.ReadFile(files, file)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid):
		return nil, unknown(id)
	case err != nil:
		return nil, fmt.Errorf("load scenario %s: %w", quoted(id), err)
	}
	return Parse(file, source)
}

func unknown(id string) error {
	known := ids()
	meant := near(id, known)
	for _, other := range known {
		if path.Base(other) == id {
			meant = other
		}
	}
	if meant != "" {
		meant = fmt.Sprintf(" (did you mean %q?)", meant)
	}
	return fmt.Errorf("no scenario is called %s%s; there are: %s; a file of your own ends in .yaml or .json", quoted(id), meant, strings.Join(known, ", "))
}

// ids are the embedded scenarios, sorted.
func ids() []string {
	found, err := fs.Glob(files, "*/*"+ending)
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for i, file := range found {
		found[i] = strings.TrimSuffix(file, ending)
	}
	slices.Sort(found)
	return found
}
