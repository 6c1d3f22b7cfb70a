package scenarios

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the golden files anew")

// valid is the least that a scenario needs; rules are added by the test.
func valid(rules ...Rule) *Scenario {
	return &Scenario{Name: "a-name", Insurer: "allianz", Teaches: "something", Trigger: "a call", Seed: 1, Rules: rules}
}

// Every wrong file in testdata is refused with the words beside it.
func TestWrongFilesAreRefused(t *testing.T) {
	paths, err := filepath.Glob("testdata/refused/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) != 2 || archive.Files[1].Name != "error" {
				t.Fatalf("%s: want a scenario and then its error", path)
			}
			in, want := archive.Files[0], &archive.Files[1]
			got := "none\n"
			if _, err := Parse(in.Name, in.Data); err != nil {
				got = err.Error() + "\n"
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got == "none\n" {
				t.Fatalf("accepted:\n%s", in.Data)
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseReadsEveryKey(t *testing.T) {
	want := &Scenario{
		Name:     "everything",
		Insurer:  "allianz",
		Teaches:  "a lesson: with a colon # and a hash",
		Trigger:  "call it",
		Seed:     18446744073709551615,
		Clock:    time.Date(2026, 3, 1, 9, 0, 0, 0, time.FixedZone("", 7*3600)),
		Settings: map[string]string{"allianz.envelope": "errors"},
		Hold:     []string{"underwriting"},
		Rules: []Rule{
			{On: Match{Operation: "quickQuote", Nth: []int{1, 3}}, Fault: Fault{Delay: Duration(1500 * time.Millisecond), Hang: true}},
			{On: Match{Every: 20}, Fault: Fault{Drop: true}},
			{On: Match{Operation: "token"}, Fault: Fault{Status: 503, Example: "999", Truncate: 12}},
			{On: Match{Operation: "token"}, Fault: Fault{Lose: true}},
			{
				On: Match{When: map[string]any{"/owner": nil, "/n": json.Number("18.000"), "/yes": "no", "": map[string]any{"a": []any{true}}}},
				Fault: Fault{
					Stale:  true,
					Set:    map[string]any{"/big": json.Number("1e400"), "/text": "18.000", "/a~1b/0": []any{json.Number("-0.0")}},
					Remove: []string{"/c"},
					Header: map[string]string{"Retry-After": "1", "X-Gone": ""},
				},
			},
		},
	}
	inYAML := `# a comment
name: everything
insurer: "allianz"
teaches: 'a lesson: with a colon # and a hash'
trigger: >-
  call
  it
seed: 18446744073709551615
clock: 2026-03-01T09:00:00+07:00
settings: {allianz.envelope: errors}
hold: [underwriting]
rules:
  - on: {operation: quickQuote, nth: [1, 3]}
    delay: 1500ms
    hang: true
  - on: {every: 20}
    drop: true
  - on: {operation: token}
    status: 503
    example: "999"
    truncate: 12
  - on: {operation: token}
    lose: true
  - on:
      when:
        /owner: null
        /n: 18.000
        /yes: no
        "": {a: [true]}
    stale: true
    set:
      /big: 1e400
      /text: "18.000"
      /a~1b/0: [-0.0]
    remove: [/c]
    header:
      Retry-After: "1"
      X-Gone: ""
`
	inJSON := `{"name":"everything","insurer":"allianz","teaches":"a lesson: with a colon # and a hash","trigger":"call it",
	"seed":18446744073709551615,"clock":"2026-03-01T09:00:00+07:00","settings":{"allianz.envelope":"errors"},"hold":["underwriting"],"rules":[
	{"on":{"operation":"quickQuote","nth":[1,3]},"delay":"1500ms","hang":true},{"on":{"every":20},"drop":true},
	{"on":{"operation":"token"},"status":503,"example":"999","truncate":12},{"on":{"operation":"token"},"lose":true},
	{"on":{"when":{"/owner":null,"/n":18.000,"/yes":"no","":{"a":[true]}}},"stale":true,
	"set":{"/big":1e400,"/text":"18.000","/a~1b/0":[-0.0]},"remove":["/c"],"header":{"Retry-After":"1","X-Gone":""}}]}`

	for name, source := range map[string]string{"x.yaml": inYAML, "x.json": inJSON, "no ending": inJSON, "windows.yaml": "\ufeff" + strings.ReplaceAll(inYAML, "\n", "\r\n")} {
		got, err := Parse(name, []byte(source))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := ParseJSON("x", []byte(inYAML)); err == nil {
		t.Error("ParseJSON reads YAML")
	}
}

// What ends on the wire has the text that stands in the file.
func TestNumbersKeepTheirTextToTheWire(t *testing.T) {
	s, err := Parse("x.yaml", []byte("name: n\ninsurer: bima\nteaches: t\ntrigger: t\nrules:\n  - on: {every: 1}\n    set: {/b: {z: 18.000, a: 1E5}, /a: 9007199254740993}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(s.Rules[0].Set)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"/a":9007199254740993,"/b":{"a":1E5,"z":18.000}}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Long is not deep.
func TestLongListsAreRead(t *testing.T) {
	s, err := Parse("x.yaml", []byte("name: n\ninsurer: a\nteaches: t\ntrigger: t\nhold:\n"+strings.Repeat("- job\n", 3*deepest)))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Hold) != 3*deepest {
		t.Errorf("got %d kinds of jobs, want %d", len(s.Hold), 3*deepest)
	}
}

func TestUnmarshalIsAsStrictAsParse(t *testing.T) {
	wrong := `{"name":"a","insurer":"b","teaches":"c","trigger":"d","seed":1,"sed":2}`
	for name, decode := range map[string]func(*Scenario) error{
		"json": func(s *Scenario) error { return json.Unmarshal([]byte(wrong), s) },
		"yaml": func(s *Scenario) error { return yaml.Unmarshal([]byte(wrong), s) },
	} {
		var s Scenario
		err := decode(&s)
		if err == nil || !strings.Contains(err.Error(), `unknown key "sed" (did you mean "seed"?)`) {
			t.Errorf("%s: got %v, want the unknown key", name, err)
		}
		if diff := cmp.Diff(Scenario{}, s); diff != "" {
			t.Errorf("%s: a refused scenario was filled:\n%s", name, diff)
		}
	}
}

func TestDurationIsWrittenAsItIsRead(t *testing.T) {
	for _, text := range []string{"61s", "1500ms", "0s", "7us", "1000001ns", "-3s", "86400s"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got := d.String(); got != text {
			t.Errorf("%s is written %s", text, got)
		}
	}
	for _, text := range []string{"", "61", "1 s", "soon"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, d)
		}
	}
}

func TestNear(t *testing.T) {
	known := []string{"operation", "nth", "every", "when"}
	for word, want := range map[string]string{"operatoin": "operation", "opration": "operation", "nht": "nth", "evry": "every", "wenn": "when", "status": "", "": "", strings.Repeat("x", 1e6): ""} {
		if got := near(word, known); got != want {
			t.Errorf("near %.20q: got %q, want %q", word, got, want)
		}
	}
}

// The JSON tags of the structs, which the standard encoder follows, are the keys that reading follows.
func TestFieldsAreTheStructs(t *testing.T) {
	for _, c := range []struct {
		of   any
		keys []string
	}{
		{Scenario{}, keys(new(Scenario).fields())},
		{Rule{}, keys(new(Rule).fields())},
		{Match{}, keys(new(Match).fields())},
		{Fault{}, FaultFields()},
		{WebhookFault{}, WebhookFields()},
	} {
		if diff := cmp.Diff(tags(reflect.TypeOf(c.of)), c.keys); diff != "" {
			t.Errorf("%T (-struct +fields):\n%s", c.of, diff)
		}
	}
}

// tags are the JSON names of a struct's fields, embedded ones in place.
func tags(t reflect.Type) []string {
	var all []string
	for f := range t.Fields() {
		if f.Anonymous {
			all = append(all, tags(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, name)
	}
	return all
}

func TestValidateScenario(t *testing.T) {
	many := slices.Repeat([]Rule{{On: Match{Every: 1}, Fault: Fault{Drop: true}}}, mostItems+1)
	for name, c := range map[string]struct {
		bend func(*Scenario)
		want string // part of the error; "": none
	}{
		"as it is":            {func(*Scenario) {}, ""},
		"clock alone":         {func(s *Scenario) { s.Seed, s.Clock = 0, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }, ""},
		"settings alone":      {func(s *Scenario) { s.Seed, s.Settings = 0, map[string]string{"a.b": ""} }, ""},
		"no name":             {func(s *Scenario) { s.Name = "" }, `the key "name" is missing`},
		"no insurer":          {func(s *Scenario) { s.Insurer = "" }, `the key "insurer" is missing`},
		"no lesson":           {func(s *Scenario) { s.Teaches = "" }, `the key "teaches" is missing`},
		"no trigger":          {func(s *Scenario) { s.Trigger = "" }, `the key "trigger" is missing`},
		"name with a slash":   {func(s *Scenario) { s.Name = "a/b" }, `name: "a/b" is not a name`},
		"insurer in capitals": {func(s *Scenario) { s.Insurer = "Allianz" }, `insurer: "Allianz" is not a slug`},
		"two lines":           {func(s *Scenario) { s.Teaches = "a\nb" }, "teaches: is one line of text"},
		"blanks only":         {func(s *Scenario) { s.Trigger = "  " }, "trigger: is one line of text"},
		"a novel":             {func(s *Scenario) { s.Teaches = strings.Repeat("a", longestWords+1) }, "teaches: is longer"},
		"year 10000":          {func(s *Scenario) { s.Clock = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "clock: cannot be written"},
		"empty setting":       {func(s *Scenario) { s.Settings = map[string]string{"": "a"} }, "settings[]: is empty"},
		"broken setting":      {func(s *Scenario) { s.Settings = map[string]string{"a": "\xff"} }, "settings[a]: is empty or not UTF-8"},
		"empty job":           {func(s *Scenario) { s.Hold = []string{"a", ""} }, "hold[1]: is empty"},
		"nothing to do":       {func(s *Scenario) { s.Seed = 0 }, "changes nothing"},
		"too many rules":      {func(s *Scenario) { s.Rules = many }, "rules: has 1001 entries; 1000 are the most"},
	} {
		s := valid()
		c.bend(s)
		refused(t, name, s.Validate(), c.want)
	}
}

func refused(t *testing.T, name string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: refused: %v", name, err)
	case want != "" && err == nil:
		t.Errorf("%s: accepted, want %q", name, want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("%s: got %q, want %q in it", name, err, want)
	}
}
