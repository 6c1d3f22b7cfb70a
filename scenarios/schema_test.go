package scenarios

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("scenario.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The schema closes every object that the structs close, and with the same keys.
func TestSchemaHasTheKeysOfTheStructs(t *testing.T) {
	type object struct {
		Closed     *bool `json:"additionalProperties"`
		Required   []string
		Properties map[string]struct {
			Description string
			Ref         string `json:"$ref"`
		}
	}
	var schema struct {
		object
		Defs struct{ Rule, Match, Webhook json.RawMessage } `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	parse := func(source json.RawMessage) (o object) {
		if err := json.Unmarshal(source, &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	for _, c := range []struct {
		name   string
		schema object
		of     any
		fields []field
	}{
		{"scenario", schema.object, Scenario{}, new(Scenario).fields()},
		{"rule", parse(schema.Defs.Rule), Rule{}, new(Rule).fields()},
		{"match", parse(schema.Defs.Match), Match{}, new(Match).fields()},
		{"webhook", parse(schema.Defs.Webhook), WebhookFault{}, new(WebhookFault).fields()},
	} {
		if c.schema.Closed == nil || *c.schema.Closed {
			t.Errorf("%s: the schema lets other keys in", c.name)
		}
		want := tags(reflect.TypeOf(c.of))
		slices.Sort(want)
		if diff := cmp.Diff(want, sortedKeys(c.schema.Properties)); diff != "" {
			t.Errorf("%s: keys (-struct +schema):\n%s", c.name, diff)
		}
		var required []string
		for _, f := range c.fields {
			if f.required {
				required = append(required, f.key)
			}
		}
		if diff := cmp.Diff(required, c.schema.Required); diff != "" {
			t.Errorf("%s: required (-reader +schema):\n%s", c.name, diff)
		}
		for key, p := range c.schema.Properties {
			if p.Description == "" && p.Ref == "" {
				t.Errorf("%s: an editor can say nothing about %s", c.name, key)
			}
		}
	}
}

func TestSchemaAcceptsEveryEmbeddedFile(t *testing.T) {
	schema := compiled(t)
	for _, id := range ids() {
		source, err := files.ReadFile(id + ending)
		if err != nil {
			t.Fatal(err)
		}
		root, wrong := readYAML(source)
		if wrong != nil {
			t.Fatalf("%s: %v", id, wrong)
		}
		if err := schema.Validate(root.json()); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// What Parse refuses an editor shows in red, as far as a schema can say it.
func TestSchemaRefusesWhatParseRefuses(t *testing.T) {
	beyond := []string{
		"changes-nothing",    // says enough about nothing
		"duplicate-key",      // gone once it is read
		"duplicate-key-json", //
		"header",             // X-A and x-a; the other mistakes are on lines of their own
	}
	schema := compiled(t)
	paths, err := filepath.Glob("testdata/refused/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	judged := 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		read := readYAML
		if strings.HasSuffix(archive.Files[0].Name, ".json") {
			read = readJSON
		}
		root, wrong := read(archive.Files[0].Data)
		if wrong != nil || slices.Contains(beyond, name) {
			continue
		}
		judged++
		if schema.Validate(root.json()) == nil {
			t.Errorf("%s: the schema accepts it:\n%s", name, archive.Files[0].Data)
		}
	}
	if judged < 10 {
		t.Errorf("only %d files were judged", judged)
	}
}
