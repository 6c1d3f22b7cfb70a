package suites

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const wholeTarget = `name: uat-allianz
insurer: allianz
faces:
  motor: https://uat.example.com/base
credentials:
  client_id: ${ID}
  client_secret: a-${SECRET}-b
abilities: [cmi]
waivers:
  - check: allianz/stamp-and-vat
    reason: the UAT rounds down
    issue: https://issues.example.com/7
    until: 2026-12-31
open: Mon-Fri 08:00-20:00 Asia/Bangkok
budget: 100
rate: 1/s
`

func environment(name string) string {
	return map[string]string{"ID": "id", "SECRET": "secret"}[name]
}

func load(t *testing.T, text string, getenv func(string) string) (*Target, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("t.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return LoadTarget("t.yaml", getenv)
}

func TestLoadTarget(t *testing.T) {
	got, err := load(t, wholeTarget, environment)
	if err != nil {
		t.Fatal(err)
	}
	base, _ := url.Parse("https://uat.example.com/base")
	want := &Target{
		Name: "uat-allianz", Insurer: "allianz",
		Faces:       map[string]*url.URL{"motor": base},
		Credentials: map[string]string{"client_id": "id", "client_secret": "a-secret-b"},
		Abilities:   []string{"cmi"},
		Waivers: []Waiver{{
			Check: "allianz/stamp-and-vat", Reason: "the UAT rounds down",
			Issue: "https://issues.example.com/7", Until: "2026-12-31",
		}},
		Open: "Mon-Fri 08:00-20:00 Asia/Bangkok", Budget: 100, Rate: Rate{1, 1_000_000_000},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Target{})); diff != "" {
		t.Errorf("target (-want +got):\n%s", diff)
	}
}

func TestLoadTargetSlips(t *testing.T) {
	const keys = "name, insurer, faces, credentials, abilities, waivers, open, budget, rate, tls, signing, redirect, consent, inbox"
	const head = "name: x\ninsurer: allianz\nfaces: {motor: https://x.example.com}\n"
	tests := []struct{ name, text, want string }{
		{"nothing", "", "t.yaml:1:1: the file is empty"},
		{"only a comment", "# nothing\n", "t.yaml:1:1: the file is empty"},
		{"a list", "- name: x\n", "t.yaml:1:1: wants a map, got a list"},
		{"two documents", head + "---\nname: y\n", "t.yaml:5:5: a second document; one file holds one target"},
		{"unknown key", head + "budgte: 10\n", `t.yaml:4:1: unknown key "budgte"; allowed here: ` + keys},
		{
			"unknown key in a waiver", head + "waivers:\n  - check: allianz/stamp-and-vat\n    reason: r\n    issue: i\n    till: 2026-12-31\n",
			"t.yaml:5:5: waivers[0]: the key \"until\" is missing\n" +
				`t.yaml:8:5: waivers[0]: unknown key "till"; allowed here: check, reason, issue, until`,
		},
		{"missing keys", "budget: 1\n", "t.yaml:1:1: the key \"name\" is missing\nt.yaml:1:1: the key \"insurer\" is missing\nt.yaml:1:1: the key \"faces\" is missing"},
		{"unknown insurer", "name: x\ninsurer: alianz\nfaces: {motor: https://x.example.com}\n", `t.yaml:2:10: insurer: unknown insurer "alianz"; allowed here: ` + everybody()},
		{"a name with blanks", "name: my UAT\ninsurer: allianz\nfaces: {motor: https://x.example.com}\n", `t.yaml:1:7: name: "my UAT" is not a name: lower-case letters, digits and hyphens`},
		{"unknown face", "name: x\ninsurer: allianz\nfaces:\n  moter: https://x.example.com\n", `t.yaml:4:3: faces: unknown face "moter" of allianz; allowed here: motor`},
		{"no face", "name: x\ninsurer: allianz\nfaces: {}\n", `t.yaml:3:8: faces: the address of the face "motor" is missing`},
		{"an address without scheme", "name: x\ninsurer: allianz\nfaces:\n  motor: x.example.com\n", "t.yaml:4:10: faces.motor: wants an address such as https://host/path, without user, query and fragment"},
		{"an address with a password", "name: x\ninsurer: allianz\nfaces:\n  motor: https://a:b@x.example.com\n", "t.yaml:4:10: faces.motor: wants an address such as https://host/path, without user, query and fragment"},
		{"unknown credential", head + "credentials:\n  client_secrte: x\n", `t.yaml:5:3: credentials: unknown credential "client_secrte" of allianz; allowed here: client_id, client_secret, oe_id`},
		{"a number for a text", head + "credentials:\n  client_id: 0123\n", "t.yaml:5:14: credentials.client_id: wants a text, got 0123; put it in quotes"},
		{"a broken variable", head + "credentials:\n  client_id: ${ID\n", "t.yaml:5:14: credentials.client_id: has a ${ that names no variable; write ${NAME}"},
		{"unknown ability", head + "abilities: [fly]\n", `t.yaml:4:13: abilities[0]: unknown ability "fly"; allowed here: cmi`},
		{"abilities as a text", head + "abilities: cmi\n", "t.yaml:4:12: abilities: wants a list, got cmi"},
		{"hours that are none", head + "open: always\n", "t.yaml:4:7: open: wants days, a time span and a zone, such as Mon-Fri 08:00-20:00 Asia/Bangkok"},
		{"a budget of nothing", head + "budget: 0\n", "t.yaml:4:9: budget: wants a whole number from 1, got 0"},
		{"a budget in words", head + "budget: many\n", "t.yaml:4:9: budget: wants a whole number from 1, got many"},
		{"a rate without unit", head + "rate: \"2\"\n", `t.yaml:4:7: rate: rate "2": it wants a number of calls and s, m or h, such as 2/s`},
		{"an empty key", head + "open:\n", "t.yaml:4:7: open: wants a text, got nothing"},
		{"a key twice", head + "budget: 1\nbudget: 2\n", `t.yaml:5:1: mapping key "budget" already defined at [4:1]`},
		{"no YAML", "name: [x\n", "t.yaml:1:7: sequence end token ']' not found"},
		{
			"a waiver for a day that is none", head + "waivers:\n  - {check: allianz/stamp-and-vat, reason: r, issue: i, until: next week}\n",
			`t.yaml:5:64: waivers[0].until: "next week" is not a day; write it like 2026-12-31`,
		},
		{
			"a waiver twice", head + "waivers:\n  - {check: allianz/stamp-and-vat, reason: r, issue: i, until: 2026-12-31}\n  - {check: allianz/stamp-and-vat, reason: r, issue: i, until: 2026-12-31}\n",
			"t.yaml:6:13: waivers[1].check: allianz/stamp-and-vat is waived twice",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, tt.text, environment)
			if err == nil {
				t.Fatal("the file was accepted")
			}
			if diff := cmp.Diff("suites: read target: "+tt.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if errors.Is(err, ErrInconclusive) {
				t.Error("a slip counts as inconclusive")
			}
			if _, ok := errors.AsType[*Slip](err); !ok {
				t.Error("the error holds no *Slip")
			}
		})
	}
}

func TestLoadTargetUnknownCheck(t *testing.T) {
	_, err := load(t, strings.Replace(wholeTarget, "stamp-and-vat", "stamp-and-tax", 1), environment)
	if err == nil || !strings.Contains(err.Error(), `t.yaml:10:12: waivers[0].check: unknown check "allianz/stamp-and-tax"; allowed here: `) ||
		!strings.Contains(err.Error(), "allianz/stamp-and-vat") {
		t.Errorf("got %v", err)
	}
}

func TestLoadTargetWithoutVariables(t *testing.T) {
	_, err := load(t, wholeTarget, func(string) string { return "" })
	const want = "suites: target uat-allianz: inconclusive: credentials are missing: set ID and SECRET"
	if err == nil || err.Error() != want || !errors.Is(err, ErrInconclusive) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestLoadTargetWithoutFile(t *testing.T) {
	_, err := LoadTarget(filepath.Join(t.TempDir(), "absent.yaml"), environment)
	if !errors.Is(err, os.ErrNotExist) || errors.Is(err, ErrInconclusive) {
		t.Errorf("got %v", err)
	}
}

func TestTargetFiles(t *testing.T) {
	files, err := filepath.Glob("targets/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no target files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			got, err := LoadTarget(file, func(name string) string { return "value of " + name })
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.TrimSuffix(filepath.Base(file), ".yaml"); got.Name != want {
				t.Errorf("name: got %s, want %s as the file", got.Name, want)
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema(t).Validate(decoded(t, string(source))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTargetSchema(t *testing.T) {
	var described struct {
		Required   []string
		Properties map[string]struct {
			Items struct {
				Required   []string
				Properties map[string]any
			}
		}
	}
	if err := json.Unmarshal(TargetSchema(), &described); err != nil {
		t.Fatal(err)
	}
	var required, all []string
	for _, k := range new(loader).keys() {
		all = append(all, k.name)
		if k.required {
			required = append(required, k.name)
		}
	}
	inSchema := make([]string, 0, len(described.Properties))
	for name := range described.Properties {
		inSchema = append(inSchema, name)
	}
	less := cmpopts.SortSlices(strings.Compare)
	if diff := cmp.Diff(all, inSchema, less); diff != "" {
		t.Errorf("keys of the loader and of the schema (-loader +schema):\n%s", diff)
	}
	if diff := cmp.Diff(required, described.Required, less); diff != "" {
		t.Errorf("required keys (-loader +schema):\n%s", diff)
	}
	waiver := described.Properties["waivers"].Items
	if len(waiver.Properties) != 4 || len(waiver.Required) != 4 {
		t.Errorf("a waiver in the schema has the keys %v, of which %v are required", waiver.Properties, waiver.Required)
	}
	if err := schema(t).Validate(decoded(t, wholeTarget)); err != nil {
		t.Errorf("a whole target: %v", err)
	}
	for name, text := range map[string]string{
		"unknown key":        wholeTarget + "extra: 1\n",
		"no insurer":         strings.Replace(wholeTarget, "insurer: allianz\n", "", 1),
		"a budget of zero":   strings.Replace(wholeTarget, "budget: 100", "budget: 0", 1),
		"a rate by the day":  strings.Replace(wholeTarget, "rate: 1/s", "rate: 1/d", 1),
		"a waiver for ever":  strings.Replace(wholeTarget, "    until: 2026-12-31\n", "", 1),
		"an address by name": strings.Replace(wholeTarget, "https://", "", 1),
	} {
		if err := schema(t).Validate(decoded(t, text)); err == nil {
			t.Errorf("%s: the schema accepts what the loader refuses", name)
		}
		if _, err := load(t, text, environment); err == nil {
			t.Errorf("%s: the loader accepts it", name)
		}
	}
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(TargetSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("target.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("target.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decoded is YAML as JSON's values.
func decoded(t *testing.T, text string) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func FuzzLoadTarget(f *testing.F) {
	f.Add(wholeTarget)
	f.Add("name: [x\n")
	f.Add("waivers:\n  - check: a\n    check: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		l := &loader{reader: reader{file: "t.yaml"}, getenv: environment}
		err := l.document([]byte(text), l.keys())
		if err == nil && (l.target.Insurer == "" || len(l.target.Faces) == 0) {
			t.Errorf("accepted as %+v", l.target)
		}
		for _, s := range l.slips {
			if s.Line < 1 || s.Column < 1 || s.Says == "" {
				t.Errorf("a slip without a place or a word: %+v", s)
			}
		}
		if !slices.IsSortedFunc(l.slips, func(a, b *Slip) int { return a.Line - b.Line }) {
			t.Errorf("slips are out of order: %v", err)
		}
	})
}
