package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

// returns writes a scenario in every form there is and reads it back.
func returns(s *Scenario, schema *jsonschema.Schema) error {
	inYAML, err := s.MarshalYAML()
	if err != nil {
		return fmt.Errorf("write YAML: %w", err)
	}
	inJSON, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	for name, source := range map[string][]byte{"YAML": inYAML, "JSON": inJSON} {
		back, err := new(Scenario), error(nil)
		if name == "YAML" {
			back, err = Parse("x.yaml", source)
		} else {
			err = json.Unmarshal(source, back)
		}
		if err != nil {
			return fmt.Errorf("read back %s:\n%s\n%w", name, source, err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			return fmt.Errorf("%s:\n%s\n(-written +read):\n%s", name, source, diff)
		}
		again, err := back.MarshalYAML()
		if err != nil {
			return fmt.Errorf("write YAML again: %w", err)
		}
		if !bytes.Equal(inYAML, again) {
			return fmt.Errorf("%s: one scenario, two texts:\n%s\nand\n%s", name, inYAML, again)
		}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(inJSON))
	if err != nil {
		return err
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("the schema refuses %s: %w", inJSON, err)
	}
	return nil
}

func TestEveryEmbeddedScenarioReturns(t *testing.T) {
	schema := compiled(t)
	for _, slug := range Slugs() {
		for _, s := range All(slug) {
			if err := returns(s, schema); err != nil {
				t.Errorf("%s: %v", s.ID(), err)
			}
			source, err := yaml.Marshal(s)
			if err != nil {
				t.Errorf("%s: %v", s.ID(), err)
			}
			var back Scenario
			if err := yaml.Unmarshal(source, &back); err != nil {
				t.Errorf("%s: %v", s.ID(), err)
			}
			if diff := cmp.Diff(s, &back); diff != "" {
				t.Errorf("%s through the library's own encoder (-want +got):\n%s", s.ID(), diff)
			}
		}
	}
}

// What is written is what a person would write, and quotes stand where any YAML could misread a text.
func TestMarshalYAML(t *testing.T) {
	s := &Scenario{
		Name: "written", Insurer: "allianz", Teaches: "a lesson; a second half", Trigger: "call it: twice", Seed: 7,
		Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.FixedZone("", 7*3600)),
		Settings: map[string]string{
			"b": "on", "a": "a ", "c": "Null", "d": "12", "e": "", "f": "12s", "g": "a#b", "h": "กข", "i": "errors", "yes": "-", "j": "a\r\n",
		},
		Hold: []string{"job"},
		Rules: []Rule{
			{On: Match{Operation: "quickQuote", Nth: []int{1, 2}}, Fault: Fault{Delay: Duration(61 * time.Second)}},
			{
				On: Match{When: map[string]any{"/b": nil, "/a": true}},
				Fault: Fault{
					Set:    map[string]any{"/z": json.Number("18.000"), "/y": map[string]any{"b": "<&>", "a": []any{}}},
					Remove: []string{"/c", "/d"},
				},
			},
		},
	}
	got, err := s.MarshalYAML()
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/written.golden"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := returns(s, compiled(t)); err != nil {
		t.Error(err)
	}
	s.Rules[0].Delay = -1
	if got, err := s.MarshalYAML(); err == nil {
		t.Errorf("an invalid scenario is written:\n%s", got)
	}
}

func TestAnyScenarioReturns(t *testing.T) {
	schema := compiled(t)
	rapid.Check(t, func(t *rapid.T) {
		if err := returns(scenario().Draw(t, "scenario"), schema); err != nil {
			t.Fatal(err)
		}
	})
}

func scenario() *rapid.Generator[*Scenario] {
	name := rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,62}`)
	sentence := rapid.OneOf(rapid.StringMatching(`[a-z]([ a-z:;#,'"-]{0,40}[a-z.!])?`), rapid.String()).Filter(func(s string) bool {
		return oneLine.MatchString(s) && printable(s)
	})
	word := rapid.StringN(1, 20, -1)
	return rapid.Custom(func(t *rapid.T) *Scenario {
		s := &Scenario{
			Name:     name.Draw(t, "name"),
			Insurer:  name.Draw(t, "insurer"),
			Teaches:  sentence.Draw(t, "teaches"),
			Trigger:  sentence.Draw(t, "trigger"),
			Seed:     rapid.Uint64().Draw(t, "seed"),
			Settings: rapid.MapOfN(word, rapid.String(), 0, 3).Draw(t, "settings"),
			Hold:     rapid.SliceOfN(word, 0, 3).Draw(t, "hold"),
			Rules:    rapid.SliceOfN(rapid.Custom(drawRule), 1, 4).Draw(t, "rules"),
		}
		if rapid.Bool().Draw(t, "frozen") {
			zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "minutes"))
			s.Clock = time.Unix(rapid.Int64Range(0, 250_000_000_000).Draw(t, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds")).In(zone)
		}
		s.Settings, s.Hold = orNil(s.Settings), orNilSlice(s.Hold)
		return s
	})
}

func drawRule(t *rapid.T) Rule {
	pointer := rapid.StringMatching(`(/([^~/]|~[01]){0,8}){1,3}`)
	values := rapid.MapOfN(pointer, value(3), 0, 3)
	r := Rule{On: Match{Operation: rapid.StringMatching(`[a-z][A-Za-z]{0,12}`).Draw(t, "operation"), When: orNil(values.Draw(t, "when"))}}
	if rapid.Bool().Draw(t, "counted") {
		r.On.Nth = orNilSlice(rapid.SliceOfN(rapid.IntRange(1, 1<<40), 0, 3).Draw(t, "nth"))
	} else {
		r.On.Every = rapid.IntRange(0, 100).Draw(t, "every")
	}
	r.Delay = Duration(rapid.Int64Min(0).Draw(t, "delay"))
	switch rapid.SampledFrom([]string{"hang", "drop", "lose", "refuse", "bend", "webhook"}).Draw(t, "kind") {
	case "hang":
		r.Hang = true
		return r
	case "drop":
		r.Drop = true
		return r
	case "lose":
		r.Lose = true
		return r
	case "webhook":
		r.Delay = 0
		r.Webhook = &WebhookFault{Never: true}
		if rapid.Bool().Draw(t, "sent") {
			r.Webhook = &WebhookFault{
				Late:   Duration(rapid.Int64Min(0).Draw(t, "late")),
				Copies: rapid.IntRange(2, MostCopies).Draw(t, "copies"),
				Forge:  rapid.StringN(0, 10, -1).Draw(t, "forge"),
			}
		}
		return r
	case "refuse":
		r.Status = rapid.IntRange(200, 599).Draw(t, "status")
		r.Example = rapid.StringN(0, 10, -1).Draw(t, "example")
	case "bend":
		r.Stale = true
	}
	r.Set = orNil(values.Draw(t, "set"))
	for _, gone := range rapid.SliceOfN(pointer, 0, 3).Draw(t, "remove") {
		if _, both := r.Set[gone]; !both {
			r.Remove = append(r.Remove, gone)
		}
	}
	r.Truncate = rapid.IntRange(0, 1<<30).Draw(t, "truncate")
	r.Header = orNil(rapid.MapOfN(rapid.StringMatching("[!#-'*+.^_`|~0-9a-z-]{1,12}"), rapid.String().Filter(printable), 0, 3).Draw(t, "header"))
	return r
}

// value draws what JSON can hold, numbers with all their spellings.
func value(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Bool().AsAny(),
		rapid.String().AsAny(),
		rapid.SampledFrom([]string{"on", "~", "08", "0x1F", "1_000", "- a", "a: b", "# no", "2026-03-01", "\r", "\u0085", "\ufeff", "\u2028", "\x00", "\x7f", " ", "'", `"`, "&a", "*a", "!a", "|", ">", "%", "@", "`", "a\n\n", "1e5", ".inf", "<<", "=", "?", "...", "---"}).AsAny(),
		rapid.Map(rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,5})?([eE][-+]?[0-9]{1,4})?`), func(s string) any { return json.Number(s) }),
	}
	if depth > 0 {
		inner := rapid.Deferred(func() *rapid.Generator[any] { return value(depth - 1) })
		kinds = append(kinds, rapid.SliceOfN(inner, 0, 3).AsAny(), rapid.MapOfN(rapid.String(), inner, 0, 3).AsAny())
	}
	return rapid.OneOf(kinds...)
}

func orNil[T any](m map[string]T) map[string]T {
	if len(m) == 0 {
		return nil
	}
	return m
}

func orNilSlice[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

// Whatever a stranger sends is refused with a place, or is a scenario that can be written and read again.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("*/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
		s, err := Parse(path, source)
		if err != nil {
			f.Fatal(err)
		}
		inJSON, err := json.Marshal(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(inJSON)
	}
	refused, err := filepath.Glob("testdata/refused/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range refused {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	schema := compiled(f)
	f.Fuzz(func(t *testing.T, source []byte) {
		for name, parse := range map[string]func(string, []byte) (*Scenario, error){"Parse": Parse, "ParseJSON": ParseJSON} {
			s, err := parse("x", source)
			if err == nil {
				if err := returns(s, schema); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.Line < 1 || wrong.Column < 1 || wrong.Says == "" {
				t.Errorf("%s: an error without a place: %v", name, err)
			}
			if len(err.Error()) > 10_000 {
				t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
			}
		}
	})
}

// A file made to explode is refused before it can.
func TestBombsAreRefused(t *testing.T) {
	var laughing strings.Builder
	laughing.WriteString("a: &a [x]\n")
	for c := 'b'; c <= 'z'; c++ {
		fmt.Fprintf(&laughing, "%c: &%c [*%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1)
	}
	laughs := laughing.String()
	const size = largest / 4
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	indented := func(levels int) string {
		var b strings.Builder
		for i := range levels {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}
	const (
		deep = "nested more than 64 levels deep"
		much = "too much YAML"
		many = "1000 are the most"
	)
	for name, c := range map[string]struct{ source, want string }{
		"billion laughs": {laughs, "anchors, aliases and merge keys are not read"},
		"too large":      {strings.Repeat(" ", largest+1), "larger than 1 MiB"},
		"[":              {fill("["), deep},
		"{":              {fill("{"), deep},
		"[]":             {fill("[]"), much},
		"]":              {fill("]"), much},
		"{a:":            {fill("{a: "), deep},
		`{"a":`:          {fill(`{"a":`), deep},
		"- ":             {fill("- "), deep},
		"? ":             {fill("? "), "a key is a plain text"},
		"keys":           {fill("a: 1\n"), much},
		"list":           {"a:\n" + fill("- 1\n"), much},
		"flow":           {"a: [" + fill("1,") + "1]", much},
		"documents":      {fill("---\n"), much},
		"comments":       {fill("#\n"), much},
		"aliases":        {fill("*a "), "anchors, aliases and merge keys are not read"},
		"tags":           {fill("!a "), "tags are not read"},
		"long key":       {strings.Repeat("k", size) + ":\n" + strings.Repeat(" - 1\n", 5000), much},
		"indentation":    {indented(200), deep},
		"json list":      {`{"rules":[` + fill("{},") + "{}]}", many},
		"json nth":       {`{"rules":[{"on":{"nth":[` + fill("1,") + "1]}}]}", many},
		"json keys":      {`{"a":1` + fill(`,"a":1`) + "}", `the key "a" is already on line 1`},
		"json depth":     {strings.Repeat("[", 5000) + strings.Repeat("]", 5000), deep},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Parse("x", []byte(c.source))
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if len(err.Error()) > 10_000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 1024 {
				t.Errorf("%d MiB were allocated on the way to: %v", got, err)
			}
		})
	}
}
