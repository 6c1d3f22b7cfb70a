package scenarios

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Error is one mistake in a scenario and where it is.
type Error struct {
	File    string   // as it was named when read; for a scenario that was built in Go, its ID
	Line    int      // from 1; 0 for a scenario that was built in Go
	Column  int      // in characters, from 1
	Path    string   // "rules[0].on.nth[2]"; "" is the whole scenario
	Says    string   // what is wrong
	Near    string   // what was probably meant; "" when nothing is like it
	Allowed []string // what may stand there, where that is a closed list
}

// Error is one line: "file.yaml:7:9: rules[0].on: unknown key ...".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	b.WriteString(": ")
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Says)
	if e.Near != "" {
		fmt.Fprintf(&b, " (did you mean %q?)", e.Near)
	}
	if len(e.Allowed) > 0 {
		b.WriteString("; allowed here: " + strings.Join(e.Allowed, ", "))
	}
	return b.String()
}

// mostErrors bounds what one file can make us say.
const mostErrors = 10

// problems collects what is wrong with a scenario, by path.
type problems []*Error

func (p *problems) add(path, format string, args ...any) {
	*p = append(*p, &Error{Path: path, Says: fmt.Sprintf(format, args...)})
}

// common is what holds for every key: a required one is there, a list is not endless.
func (p *problems) common(path string, fields []field) {
	for _, f := range fields {
		size := 0
		switch v := f.value().(type) {
		case nil:
			if f.required {
				p.add(path, "the key %q is missing", f.key)
			}
		case []any:
			size = len(v)
		case map[string]any:
			size = len(v)
		case [][]field:
			size = len(v)
		}
		if size > mostItems {
			p.add(under(path, f.key), "has %d entries; %d are the most", size, mostItems)
		}
	}
}

// verdict joins the first problems into one error that names the file; nil when there are none.
func verdict(file string, p problems) error {
	var all []error
	for i, e := range p {
		if i == mostErrors {
			all = append(all, fmt.Errorf("%s: and %d more", file, len(p)-i))
			break
		}
		e.File = file
		all = append(all, e)
	}
	return errors.Join(all...)
}

// under, at and in spell the path of a key, of a list's item and of a map's entry.
func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func in(path, key string) string { return path + "[" + clipped(key) + "]" }

// quoted shows what a stranger wrote, bounded.
func quoted(text string) string { return strconv.Quote(clipped(text)) }

func clipped(text string) string {
	const most = 60
	if runes := []rune(text[:min(len(text), 8*most)]); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
