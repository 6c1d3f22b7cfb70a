package openapi

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed */*.yaml
var files embed.FS

// Evidence grades how well something is known.
type Evidence string

// The grades, strongest first.
const (
	Seed     Evidence = "seed"     // printed by the insurer
	Upstream Evidence = "upstream" // seen in other public material
	Observed Evidence = "observed" // answered by a live system
	Inferred Evidence = "inferred" // our own choice, with its ground
)

// Valid reports whether e is one of the four grades.
func (e Evidence) Valid() bool {
	return e == Seed || e == Upstream || e == Observed || e == Inferred
}

// ours is the folder of the documents that describe the sandbox itself.
const ours = "sandbox"

// Document is one embedded OpenAPI 3.0 document that has passed every rule of this package.
// It is shared by all callers and must not be modified. Its servers and its examples are left out of T: servers would break matching on another
// host, and Examples of an Operation keep the text of numbers, which T cannot.
type Document struct {
	Name string // "allianz/motor"
	*openapi3.T
	Source []byte // the YAML as written
	// Webhooks says, by x-webhooks, that the insurer is the caller: an operation is a message it sends, its responses are the subscriber's, and its
	// path stands for an address of the subscriber's choice.
	Webhooks bool

	operations []Operation
}

// Slug is the insurer the document belongs to, or "sandbox" for our own API.
func (d *Document) Slug() string { return path.Dir(d.Name) }

// Face is the name of the server and version that the document describes: the last element of its name.
func (d *Document) Face() string { return path.Base(d.Name) }

// Operations lists the calls in an order in which the first route that fits is the right one: literal paths come before templated ones.
func (d *Document) Operations() []Operation { return slices.Clone(d.operations) }

var documents = func() map[string]func() (*Document, error) {
	names, err := fs.Glob(files, "*/*.yaml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	m := make(map[string]func() (*Document, error), len(names))
	for _, file := range names {
		name := strings.TrimSuffix(file, ".yaml")
		m[name] = sync.OnceValues(func() (*Document, error) {
			source, err := files.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("openapi: read %s: %w", name, err)
			}
			return Parse(name, source)
		})
	}
	return m
}()

// Load returns the embedded document of that name, read and checked once per process.
func Load(name string) (*Document, error) {
	load, ok := documents[name]
	if !ok {
		return nil, fmt.Errorf("openapi: no document %q: use one of %s", name, strings.Join(slices.Sorted(maps.Keys(documents)), ", "))
	}
	return load()
}

// Names lists the documents of a slug, sorted; "sandbox" has those of our own API.
func Names(slug string) []string {
	var names []string
	for name := range documents {
		if path.Dir(name) == slug {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Slugs lists the insurers that have a document, sorted; our own API is not among them.
func Slugs() []string {
	var slugs []string
	for name := range documents {
		if slug := path.Dir(name); slug != ours {
			slugs = append(slugs, slug)
		}
	}
	slices.Sort(slugs)
	return slices.Compact(slugs)
}

// Parse reads and checks one document.
// Its error names the document and, for every finding, the JSON pointer and what to do.
func Parse(name string, source []byte) (*Document, error) {
	tree, order, err := decode(source)
	if err != nil {
		return nil, fmt.Errorf("openapi: %s: %w", name, err)
	}
	r := &reader{name: name, tree: tree, order: order, ids: map[string]string{}, used: map[string]bool{}}
	clean := r.check("document", "", tree)
	r.unused()
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}

	text, err := json.Marshal(clean)
	if err != nil {
		return nil, fmt.Errorf("openapi: %s: %w", name, err)
	}
	d := &Document{Name: name, T: new(openapi3.T), Source: source}
	// The loader's own LoadFromData would try the text as YAML too, and report both failures as one.
	if err := json.Unmarshal(text, d.T); err != nil {
		return nil, fmt.Errorf("openapi: %s: a member has another type in OpenAPI 3.0: %w", name, err)
	}
	if err := openapi3.NewLoader().ResolveRefsIn(d.T, nil); err != nil {
		return nil, fmt.Errorf("openapi: %s: resolve references: %w", name, err)
	}
	if err := d.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("openapi: %s: %s: %w", name, place(err), err)
	}
	d.Webhooks = d.Extensions["x-webhooks"] == true
	d.operations = r.operations(d.T)
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return d, nil
}

// place turns the scope that kin reports into a JSON pointer, as far as kin knows it.
func place(err error) string {
	var (
		inPath      *openapi3.PathValidationError
		inOperation *openapi3.OperationValidationError
		inComponent *openapi3.ComponentValidationError
		inSection   *openapi3.SectionValidationError
	)
	switch {
	case errors.As(err, &inOperation) && errors.As(err, &inPath):
		return "/paths/" + escape(inPath.Path) + "/" + strings.ToLower(inOperation.Method)
	case errors.As(err, &inPath):
		return "/paths/" + escape(inPath.Path)
	case errors.As(err, &inComponent):
		return "/components/" + cmp.Or(sections[inComponent.Section], inComponent.Section) + "/" + escape(inComponent.Name)
	case errors.As(err, &inSection):
		return "/" + inSection.Section
	}
	return "/"
}
