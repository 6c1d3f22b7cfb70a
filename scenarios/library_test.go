package scenarios

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

const modeline = "# yaml-language-server: $schema=../scenario.schema.json\n"

func TestEmbeddedFiles(t *testing.T) {
	if !slices.Contains(Slugs(), "allianz") || slices.Contains(Slugs(), "testdata") {
		t.Errorf("slugs: %v", Slugs())
	}
	seen := 0
	for _, slug := range Slugs() {
		all := All(slug)
		seen += len(all)
		if !slices.IsSortedFunc(all, func(a, b *Scenario) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: not sorted by name", slug)
		}
		lessons := map[string]string{}
		for _, s := range all {
			source, err := files.ReadFile(s.ID() + ending)
			if err != nil {
				t.Errorf("%s: its name or insurer is not its file's: %v", s.ID(), err)
				continue
			}
			text := string(source)
			if !strings.HasPrefix(text, modeline) {
				t.Errorf("%s: the first line does not name the schema", s.ID())
			}
			if n := strings.Count(text, "\n"); n < 10 || n > 25 {
				t.Errorf("%s: %d lines; one failure has 10 to 25", s.ID(), n)
			}
			if !strings.Contains(text, "\n# ") {
				t.Errorf("%s: no comment says who vouches for it", s.ID())
			}
			if twin := lessons[s.Teaches]; twin != "" {
				t.Errorf("%s teaches what %s teaches", s.ID(), twin)
			}
			lessons[s.Teaches] = s.ID()
		}
	}
	if seen != len(ids()) {
		t.Errorf("All gives %d scenarios, there are %d files", seen, len(ids()))
	}
	if got := All("nobody"); len(got) != 0 {
		t.Errorf("an unknown insurer has %d scenarios", len(got))
	}
}

// The five of the resilience specs are promised by name.
func TestPromisedScenarios(t *testing.T) {
	for _, name := range []string{"malformed-owner", "gateway-timeout", "token-expired", "truncated-answer", "first-two-fail"} {
		if _, err := Load("allianz/"+name, nil); err != nil {
			t.Error(err)
		}
	}
}

func TestAllGivesCopies(t *testing.T) {
	All("allianz")[0].Teaches = "spoilt"
	if All("allianz")[0].Teaches == "spoilt" {
		t.Error("one caller's change is seen by the next")
	}
}

func TestLoad(t *testing.T) {
	source, err := files.ReadFile("allianz/gateway-timeout.yaml")
	if err != nil {
		t.Fatal(err)
	}
	mine := strings.Replace(string(source), "name: gateway-timeout", "name: mine", 1)
	open := func(name string) ([]byte, error) {
		if path.Base(strings.ReplaceAll(name, `\`, "/")) == "missing.yaml" {
			return nil, fs.ErrNotExist
		}
		return []byte(mine), nil
	}
	for ref, want := range map[string]string{
		"allianz/gateway-timeout":      "allianz/gateway-timeout",
		"mine.yaml":                    "allianz/mine",
		"mine.YML":                     "allianz/mine",
		"some/where/mine.yaml":         "allianz/mine",
		"./mine":                       "allianz/mine",
		"../mine":                      "allianz/mine",
		"/mine":                        "allianz/mine",
		`C:\mine`:                      "allianz/mine",
		"allianz/gateway-timeout.yaml": "allianz/mine", // a file, for it has an ending
	} {
		got, err := Load(ref, open)
		if err != nil {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		if got.ID() != want {
			t.Errorf("%s: got %s, want %s", ref, got.ID(), want)
		}
	}
	for ref, want := range map[string]string{
		"allianz/gatway-timeout":             `no scenario is called "allianz/gatway-timeout" (did you mean "allianz/gateway-timeout"?); there are: allianz/agent-email, `,
		"gateway-timeout":                    `(did you mean "allianz/gateway-timeout"?)`,
		"":                                   `no scenario is called ""; there are`,
		"allianz":                            "there are: allianz/",
		"allianz/../allianz/gateway-timeout": "no scenario is called",
		"scenario.schema":                    "no scenario is called",
		"mine.json":                          "mine.json:1:1: invalid character",
		"missing.yaml":                       `load scenario "missing.yaml": file does not exist`,
	} {
		_, err := Load(ref, open)
		refused(t, ref, err, want)
	}
	if _, err := Load("missing.yaml", open); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the reader's own error is lost: %v", err)
	}
	_, err = Load("/etc/passwd", nil)
	refused(t, "without open", err, "files are not read here")
}

func TestLoadDoesNotOpenFilesForNames(t *testing.T) {
	_, err := Load("allianz/nothing", func(name string) ([]byte, error) {
		t.Errorf("opened %s", name)
		return nil, fs.ErrNotExist
	})
	refused(t, "a name", err, "no scenario is called")
}

func TestCheck(t *testing.T) {
	insurers := map[string]Knowledge{
		"allianz": {
			Operations: map[string][]string{"quickQuote": {"003", "999"}, "token": nil},
			Settings:   map[string][]string{"allianz.envelope": {"bare", "errors"}, "allianz.note": nil},
			Jobs:       []string{"inspection"},
			Webhooks:   []string{"receive"},
			Forgeries:  []string{"wrong-key"},
		},
		"bima": {},
	}
	good := func() *Scenario {
		return &Scenario{
			Name: "x", Insurer: "allianz", Teaches: "t", Trigger: "t",
			Settings: map[string]string{"allianz.envelope": "errors", "allianz.note": "any text"},
			Hold:     []string{"inspection"},
			Rules: []Rule{
				{On: Match{Operation: "quickQuote"}, Fault: Fault{Example: "999"}},
				{On: Match{Every: 2}, Fault: Fault{Drop: true}},
				{On: Match{Operation: "receive"}, Fault: Fault{Webhook: &WebhookFault{Forge: "wrong-key"}}},
			},
		}
	}
	for name, c := range map[string]struct {
		bend func(*Scenario)
		want string
	}{
		"good":       {func(*Scenario) {}, ""},
		"insurer":    {func(s *Scenario) { s.Insurer = "alianz" }, `alianz/x: insurer: unknown insurer "alianz" (did you mean "allianz"?); allowed here: allianz, bima`},
		"operation":  {func(s *Scenario) { s.Rules[0].On.Operation = "quickquote" }, `allianz/x: rules[0].on.operation: unknown operation "quickquote" (did you mean "quickQuote"?); allowed here: quickQuote, token`},
		"example":    {func(s *Scenario) { s.Rules[0].Example = "112" }, `rules[0].example: unknown example of quickQuote "112"; allowed here: 003, 999`},
		"no example": {func(s *Scenario) { s.Rules[0].On.Operation = "token" }, `unknown example of token "999"; there is none`},
		"setting":    {func(s *Scenario) { s.Settings = map[string]string{"envelope": "errors"} }, `settings: unknown setting "envelope"; allowed here: allianz.envelope, allianz.note`},
		"value":      {func(s *Scenario) { s.Settings["allianz.envelope"] = "error" }, `settings[allianz.envelope]: unknown value "error" (did you mean "errors"?); allowed here: bare, errors`},
		"webhook":    {func(s *Scenario) { s.Rules[2].On.Operation = "token" }, `rules[2].on.operation: unknown webhook "token"; allowed here: receive`},
		"answer":     {func(s *Scenario) { s.Rules[2].Fault = Fault{Drop: true} }, `rules[2].on.operation: "receive" is a webhook, which only webhook: bends`},
		"forgery":    {func(s *Scenario) { s.Rules[2].Webhook = &WebhookFault{Forge: "wrong-kye"} }, `rules[2].webhook.forge: unknown forgery "wrong-kye" (did you mean "wrong-key"?); allowed here: wrong-key`},
		"job":        {func(s *Scenario) { s.Hold = []string{"inspect"} }, `hold[0]: unknown kind of job "inspect"`},
	} {
		s := good()
		c.bend(s)
		refused(t, name, s.Check(insurers), c.want)
	}
}
