package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/openapi"
)

// readme rewrites what stands between markers such as
//
//	<!-- BEGIN insurers -->
//	<!-- END insurers -->
//
// so that a table in a README is never older than the code.
type readme struct {
	File string `arg:"" help:"The file to rewrite."`
}

// Help shows how it is used.
func (readme) Help() string { return "Example:\n\n    understudy readme README.md" }

// sections are the parts of a README that are generated.
var sections = []string{"insurers", "evidence", "scenarios", "checks", "magic", "commands"}

// Run leaves a file that is as it should be untouched.
func (r readme) Run(parsed *kong.Context) error {
	old, err := os.ReadFile(r.File)
	if err != nil {
		return fmt.Errorf("readme: %w", err)
	}
	all, err := newInventory()
	if err != nil {
		return fmt.Errorf("readme: %w", err)
	}
	parts := map[string]string{}
	for _, name := range sections {
		if parts[name], err = all.section(name, parsed.Model.Node); err != nil {
			return fmt.Errorf("readme: %s: %w", name, err)
		}
	}
	text, err := spliced(string(old), parts)
	if err != nil {
		return fmt.Errorf("readme: %s: %w", r.File, err)
	}
	if text == string(old) {
		return nil
	}
	return os.WriteFile(r.File, []byte(text), 0o644)
}

var marker = regexp.MustCompile(`(?m)^<!-- (BEGIN|END) ([a-z]+) -->$`)

// spliced is a text with the parts between its markers. Every part has its pair
// of markers, once, and there are no others.
func spliced(text string, parts map[string]string) (string, error) {
	var b strings.Builder
	var done []string
	from, open := 0, ""
	for _, m := range marker.FindAllStringSubmatchIndex(text, -1) {
		word, name := text[m[2]:m[3]], text[m[4]:m[5]]
		line := 1 + strings.Count(text[:m[0]], "\n")
		part, known := parts[name]
		switch {
		case !known:
			return "", fmt.Errorf("line %d: nothing is generated for %q", line, name)
		case slices.Contains(done, name):
			return "", fmt.Errorf("line %d: %s stands twice", line, name)
		case word == "BEGIN" && open != "":
			return "", fmt.Errorf("line %d: %s begins before %s ends", line, name, open)
		case word == "END" && open != name:
			return "", fmt.Errorf("line %d: %s ends and did not begin", line, name)
		case word == "BEGIN":
			b.WriteString(text[from:m[1]] + "\n" + part)
			open = name
		default:
			from, open = m[0], ""
			done = append(done, name)
		}
	}
	if open != "" {
		return "", fmt.Errorf("%s begins and does not end", open)
	}
	for name := range parts {
		if !slices.Contains(done, name) {
			return "", fmt.Errorf("the markers <!-- BEGIN %s --> and <!-- END %s --> are missing", name, name)
		}
	}
	b.WriteString(text[from:])
	return b.String(), nil
}

func (i inventory) section(name string, root *kong.Node) (string, error) {
	var l listing
	var err error
	switch name {
	case "insurers":
		l, err = i.overview()
	case "checks":
		l, err = i.checkCounts()
	case "commands":
		l = usage(root)
	default:
		l, err = listings[name](i)
	}
	var b bytes.Buffer
	l.markdown(&b)
	return b.String(), err
}

// overview is the insurers, where they answer and how well their calls are known.
func (i inventory) overview() (listing, error) {
	l := listing{table: table{head: []string{"insurer", "base URL", "operations", "answers and errors from the insurer or other public material"}}}
	for _, insurer := range i.sandbox.Insurers() {
		rows, err := i.evidenceOf(insurer)
		if err != nil {
			return l, err
		}
		var operations []string
		i.eachOperation(func(slug string, op playedOperation) {
			if slug == insurer.Slug {
				operations = append(operations, "`"+op.ID+"`")
			}
		})
		proven, total := 0, 0
		for _, row := range rows {
			if row.Kind == "answers" || row.Kind == "errors" {
				proven += row.Total - row.Grades[openapi.Inferred]
				total += row.Total
			}
		}
		l.rows = append(l.rows, []string{insurer.Title, "`/" + insurer.Slug + "`", strings.Join(operations, ", "), fmt.Sprintf("%d of %d", proven, total)})
	}
	return l, nil
}

// checkCounts is how many promises are checked, by how binding they are.
func (i inventory) checkCounts() (listing, error) {
	levels := []contracts.Level{contracts.Must, contracts.Should, contracts.May}
	l := listing{table: table{head: []string{"insurer", "checks", "MUST", "SHOULD", "MAY"}}}
	for _, insurer := range i.sandbox.Insurers() {
		contract, err := contracts.For(insurer.Slug)
		if err != nil {
			return l, err
		}
		counts := map[contracts.Level]int{}
		for _, check := range contract.Checks {
			counts[check.Level]++
		}
		row := []string{insurer.Title, fmt.Sprint(len(contract.Checks))}
		for _, level := range levels {
			row = append(row, fmt.Sprint(counts[level]))
		}
		l.rows = append(l.rows, row)
	}
	return l, nil
}

// usage is the commands, as their help sums them up.
func usage(root *kong.Node) listing {
	l := listing{table: table{head: []string{"command", "what it does"}}}
	for _, command := range root.Children {
		if !command.Hidden {
			l.rows = append(l.rows, []string{"`understudy " + command.Name + "`", command.Help})
		}
	}
	return l
}
