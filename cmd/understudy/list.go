package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type list struct {
	What   string `arg:"" enum:"insurers,operations,checks,scenarios,magic,evidence" help:"One of insurers, operations, checks, scenarios, magic, evidence."`
	Format string `enum:"text,markdown,json" default:"text" help:"One of text, markdown, json."`
}

// Help shows how it is used.
func (list) Help() string {
	return "Every operation, answer, error, magic value, setting and check carries a grade: seed (printed by the insurer), " +
		"upstream (other public material), observed (answered by a live system), inferred (our own choice).\n\n" +
		"Examples:\n\n    understudy list scenarios\n    understudy list checks --format json | jq '.[].id'"
}

// Run prints one listing.
func (l list) Run(p *program) error {
	all, err := newInventory()
	if err != nil {
		return err
	}
	found, err := listings[l.What](all)
	if err != nil {
		return err
	}
	switch l.Format {
	case "json":
		encoder := json.NewEncoder(p.out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(found.values)
	case "markdown":
		found.markdown(p.out)
	default:
		found.text(p.out, p.coloursFor(p.out), widthOf(p.out))
	}
	return nil
}

// pairs writes a map as "a=1, b=2", sorted.
func pairs(values map[string]string, separator string) string {
	all := make([]string, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		all = append(all, fmt.Sprintf("%s=%s", key, values[key]))
	}
	return strings.Join(all, separator)
}
