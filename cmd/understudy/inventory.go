package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/openapi"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// listing is one kind of thing that there is: a table for people, the same as
// values for programs.
type listing struct {
	table
	values any
}

func listingOf[T any](values []T, head []string, row func(T) []string) listing {
	l := listing{table: table{head: head}, values: values}
	for _, value := range values {
		l.rows = append(l.rows, row(value))
	}
	return l
}

// inventory answers what there is, from the documents, contracts, mocks and
// scenarios themselves.
type inventory struct{ sandbox *mocks.Sandbox }

func newInventory() (inventory, error) {
	s, err := mocks.New(mocks.Options{Insurers: catalog.All()})
	return inventory{s}, err
}

// listings are the kinds in the order in which they are shown.
var listings = map[string]func(inventory) (listing, error){
	"insurers":   inventory.insurers,
	"operations": inventory.operations,
	"checks":     inventory.checks,
	"scenarios":  inventory.scenarios,
	"magic":      inventory.magic,
	"evidence":   inventory.evidence,
}

type insurerRow struct {
	Slug       string            `json:"slug"`
	Title      string            `json:"title"`
	Base       string            `json:"base"` // below the address of the sandbox
	Operations int               `json:"operations"`
	Checks     int               `json:"checks"`
	Settings   map[string]string `json:"settings"` // with their defaults
}

func (i inventory) insurers() (listing, error) {
	var all []insurerRow
	for _, insurer := range i.sandbox.Insurers() {
		contract, err := contracts.For(insurer.Slug)
		if err != nil {
			return listing{}, err
		}
		row := insurerRow{Slug: insurer.Slug, Title: insurer.Title, Base: "/" + insurer.Slug, Checks: len(contract.Checks), Settings: map[string]string{}}
		for _, face := range i.sandbox.Faces(insurer.Slug) {
			row.Operations += len(face.Operations())
		}
		for _, setting := range insurer.Settings {
			row.Settings[setting.Key] = setting.Default
		}
		all = append(all, row)
	}
	return listingOf(all, []string{"insurer", "title", "base URL", "operations", "checks", "settings"}, func(r insurerRow) []string {
		return []string{r.Slug, r.Title, r.Base, fmt.Sprint(r.Operations), fmt.Sprint(r.Checks), pairs(r.Settings, ", ")}
	}), nil
}

type operationRow struct {
	Insurer   string             `json:"insurer"`
	Operation string             `json:"operation"`
	Face      string             `json:"face"`
	Method    string             `json:"method"`
	Path      string             `json:"path"` // below the address of the sandbox
	Evidence  openapi.Evidence   `json:"evidence"`
	Examples  []operationExample `json:"examples"`
}

type operationExample struct {
	Name     string           `json:"name"`
	In       string           `json:"in"`
	Status   int              `json:"status,omitempty"`
	Refusal  bool             `json:"refusal"`
	Evidence openapi.Evidence `json:"evidence"`
}

func (i inventory) operations() (listing, error) {
	var all []operationRow
	i.eachOperation(func(slug string, op playedOperation) {
		row := operationRow{
			Insurer: slug, Operation: op.ID, Face: op.face.Name, Method: op.Method,
			Path: "/" + slug + op.face.Mount + op.Path, Evidence: op.Evidence, Examples: []operationExample{},
		}
		for _, x := range op.Examples {
			row.Examples = append(row.Examples, operationExample{x.Name, x.In, x.Status, x.Refusal, x.Evidence})
		}
		all = append(all, row)
	})
	return listingOf(all, []string{"operation", "method", "path", "evidence", "examples"}, func(r operationRow) []string {
		return []string{r.Operation, r.Method, r.Path, string(r.Evidence), strings.Join(r.answers(), ", ")}
	}), nil
}

// answers names the answers that the document shows, each with its status.
func (r operationRow) answers() []string {
	var names []string
	for _, x := range r.Examples {
		if x.In == "response" {
			names = append(names, fmt.Sprintf("%s (%d)", x.Name, x.Status))
		}
	}
	return names
}

// playedOperation is a documented call and the server it belongs to.
type playedOperation struct {
	openapi.Operation
	face mocks.PlayedFace
}

func (i inventory) eachOperation(visit func(slug string, op playedOperation)) {
	for _, insurer := range i.sandbox.Insurers() {
		for _, face := range i.sandbox.Faces(insurer.Slug) {
			for _, op := range face.Operations() {
				visit(insurer.Slug, playedOperation{op, face})
			}
		}
	}
}

type checkRow struct {
	ID       string             `json:"id"`
	Insurer  string             `json:"insurer"`
	Level    contracts.Level    `json:"level"`
	Blame    contracts.Side     `json:"blame"`
	Evidence contracts.Evidence `json:"evidence"`
	Says     string             `json:"says"`
	Clause   string             `json:"clause"`
	On       []string           `json:"on"` // operations; empty: all
}

func (i inventory) checks() (listing, error) {
	var all []checkRow
	for _, insurer := range i.sandbox.Insurers() {
		contract, err := contracts.For(insurer.Slug)
		if err != nil {
			return listing{}, err
		}
		for _, c := range contract.Checks {
			all = append(all, checkRow{c.ID, insurer.Slug, c.Level, c.Blame, c.Proof, c.Says, c.Clause, append([]string{}, c.On...)})
		}
	}
	return listingOf(all, []string{"check", "level", "blame", "evidence", "says", "clause"}, func(r checkRow) []string {
		return []string{r.ID, string(r.Level), string(r.Blame), string(r.Evidence), r.Says, r.Clause}
	}), nil
}

type scenarioRow struct {
	Name    string `json:"name"`
	Teaches string `json:"teaches"`
	Trigger string `json:"trigger"`
}

func (i inventory) scenarios() (listing, error) {
	var all []scenarioRow
	for _, insurer := range i.sandbox.Insurers() {
		for _, s := range scenarios.All(insurer.Slug) {
			all = append(all, scenarioRow{s.ID(), s.Teaches, s.Trigger})
		}
	}
	return listingOf(all, []string{"scenario", "teaches", "trigger"}, func(r scenarioRow) []string {
		return []string{r.Name, r.Teaches, r.Trigger}
	}), nil
}

type magicRow struct {
	Insurer string `json:"insurer"`
	mocks.Magic
}

func (i inventory) magic() (listing, error) {
	var all []magicRow
	for _, insurer := range i.sandbox.Insurers() {
		for _, m := range insurer.Magic {
			all = append(all, magicRow{insurer.Slug, m})
		}
	}
	return listingOf(all, []string{"insurer", "operation", "where", "value", "outcome", "evidence"}, func(r magicRow) []string {
		return []string{r.Insurer, r.Operation, r.Pointer, fmt.Sprintf("%q", r.Value), r.Outcome, string(r.Evidence)}
	}), nil
}

// grades are the grades of evidence, strongest first.
var grades = []openapi.Evidence{openapi.Seed, openapi.Upstream, openapi.Observed, openapi.Inferred}

// evidenceRow says how many things of a kind rest on each grade.
type evidenceRow struct {
	Insurer string                   `json:"insurer"`
	Kind    string                   `json:"kind"`
	Total   int                      `json:"total"`
	Grades  map[openapi.Evidence]int `json:"grades"`
}

func (i inventory) evidence() (listing, error) {
	var all []evidenceRow
	for _, insurer := range i.sandbox.Insurers() {
		rows, err := i.evidenceOf(insurer)
		if err != nil {
			return listing{}, err
		}
		all = append(all, rows...)
	}
	head := []string{"insurer", "what", "in all"}
	for _, grade := range grades {
		head = append(head, string(grade))
	}
	return listingOf(all, head, func(r evidenceRow) []string {
		row := []string{r.Insurer, r.Kind, fmt.Sprint(r.Total)}
		for _, grade := range grades {
			row = append(row, r.share(grade))
		}
		return row
	}), nil
}

func (i inventory) evidenceOf(insurer mocks.Insurer) ([]evidenceRow, error) {
	contract, err := contracts.For(insurer.Slug)
	if err != nil {
		return nil, err
	}
	kinds := []string{"operations", "answers", "errors", "magic values", "settings", "checks"}
	rows := make([]evidenceRow, len(kinds))
	for at, kind := range kinds {
		rows[at] = evidenceRow{Insurer: insurer.Slug, Kind: kind, Grades: map[openapi.Evidence]int{}}
		for _, grade := range grades {
			rows[at].Grades[grade] = 0
		}
	}
	count := func(kind string, grade openapi.Evidence) {
		row := &rows[slices.Index(kinds, kind)]
		row.Total++
		row.Grades[grade]++
	}
	i.eachOperation(func(slug string, op playedOperation) {
		if slug != insurer.Slug {
			return
		}
		count("operations", op.Evidence)
		for _, x := range op.Examples {
			switch {
			case x.In != "response":
			case x.Refusal:
				count("errors", x.Evidence)
			default:
				count("answers", x.Evidence)
			}
		}
	})
	for _, m := range insurer.Magic {
		count("magic values", m.Evidence)
	}
	for _, s := range insurer.Settings {
		count("settings", s.Evidence)
	}
	for _, c := range contract.Checks {
		count("checks", c.Proof)
	}
	return rows, nil
}

// share is a count and its part of the whole: "9 (75%)".
func (r evidenceRow) share(grade openapi.Evidence) string {
	n := r.Grades[grade]
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%d (%d%%)", n, (200*n+r.Total)/(2*r.Total))
}
