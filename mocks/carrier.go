package mocks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/openapi"
)

// carrier is an insurer with its contract and its routes, built once.
type carrier struct {
	Insurer
	sandbox  *Sandbox
	contract *contracts.Contract
	api      API
	faces    []*face
	sends    map[string]served // operations of its webhooks, which a receiver answers
	sender   string            // the name of their document's face
}

// face is one server of a carrier, ready to answer.
type face struct {
	*contracts.Face
	carrier    *carrier
	mount      string
	operations map[string]served
	normalise  func(*contracts.Request)
	refuse     func(context.Context, *Refusal) Answer
}

// served is a documented operation and what answers it.
type served struct {
	openapi.Operation
	answer  Operation
	schemes []string // security schemes of the document, sorted
}

// newCarrier matches an insurer's tables with its documents, both ways.
func newCarrier(s *Sandbox, insurer Insurer) (*carrier, error) {
	contract, err := contracts.For(insurer.Slug)
	if err != nil {
		return nil, err
	}
	c := &carrier{Insurer: insurer, sandbox: s, contract: contract, api: insurer.New(s.store)}
	if c.api.Refuse == nil {
		return nil, fmt.Errorf("the insurer has no words for a refusal")
	}
	played := map[string]bool{}
	for _, f := range c.api.Faces {
		document := strings.TrimPrefix(f.Document, insurer.Slug+"/")
		described := contract.Face(document)
		if described == nil {
			return nil, fmt.Errorf("face %s: no such document", f.Document)
		}
		played[document] = true
		built, err := newFace(c, f, described)
		if err != nil {
			return nil, fmt.Errorf("face %s: %w", f.Document, err)
		}
		if slices.ContainsFunc(c.faces, func(other *face) bool { return other.mount == built.mount }) {
			return nil, fmt.Errorf("face %s: another stands at %q already", f.Document, built.mount)
		}
		c.faces = append(c.faces, built)
	}
	if err := c.learnWebhooks(); err != nil {
		return nil, err
	}
	if c.sender != "" {
		played[c.sender] = true
	}
	for _, described := range contract.Faces {
		if !played[described.Name] {
			return nil, fmt.Errorf("document %s: no face plays it", described.Document.Name)
		}
	}
	slices.SortStableFunc(c.faces, longerMount)
	return c, nil
}

// learnWebhooks finds the document of what the insurer sends.
func (c *carrier) learnWebhooks() error {
	webhooks := c.api.Webhooks
	if webhooks == nil {
		return nil
	}
	described := c.contract.Face(strings.TrimPrefix(webhooks.Document, c.Slug+"/"))
	switch {
	case described == nil:
		return fmt.Errorf("webhooks %s: no such document", webhooks.Document)
	case webhooks.Seal == nil:
		return fmt.Errorf("webhooks %s: nothing seals them", webhooks.Document)
	case c.api.Jobs[webhookKind(c.Slug)] != nil:
		return fmt.Errorf("the job %s is the sandbox's own, which delivers webhooks", webhookKind(c.Slug))
	}
	c.sender, c.sends = described.Name, map[string]served{}
	for _, op := range described.Operations() {
		c.sends[op.ID] = served{Operation: op}
	}
	return nil
}

// jobKinds are the kinds of what happens later at the insurer.
func (c *carrier) jobKinds() []string {
	kinds := slices.Collect(maps.Keys(c.api.Jobs))
	if c.api.Webhooks != nil {
		kinds = append(kinds, webhookKind(c.Slug))
	}
	return kinds
}

// longerMount sorts faces so that the first that fits a path is the nearest to it.
func longerMount(a, b *face) int { return len(b.mount) - len(a.mount) }

func newFace(c *carrier, f Face, described *contracts.Face) (*face, error) {
	built := &face{Face: described, carrier: c, mount: strings.TrimSuffix(f.Mount, "/"), operations: map[string]served{}, normalise: f.Normalise, refuse: f.Refuse}
	if built.refuse == nil {
		built.refuse = c.api.Refuse
	}
	for _, op := range described.Operations() {
		answer, ok := f.Operations[op.ID]
		if !ok {
			return nil, fmt.Errorf("operation %s of the document has no handler", op.ID)
		}
		built.operations[op.ID] = served{Operation: op, answer: answer, schemes: schemes(described.Document, op)}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Operations)) {
		if _, ok := built.operations[id]; !ok {
			return nil, fmt.Errorf("handler %s answers no operation of the document", id)
		}
	}
	return built, nil
}

func schemes(document *openapi.Document, op openapi.Operation) []string {
	security := document.Security
	if op.Security != nil {
		security = *op.Security
	}
	names := map[string]bool{}
	for _, alternative := range security {
		for name := range alternative {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// face finds the server that a path below the slug belongs to.
func (c *carrier) face(path string) (f *face, rest string) {
	for _, f := range c.faces {
		if rest, ok := strings.CutPrefix(path, f.mount); ok && (rest == "" || rest[0] == '/') {
			return f, rest
		}
	}
	return nil, path
}
