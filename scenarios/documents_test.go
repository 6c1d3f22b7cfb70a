package scenarios

import (
	"testing"

	"github.com/understudy-sandbox/understudy/openapi"
)

// Every embedded scenario names only what its insurer's documents have. Settings,
// jobs and forgeries are the sandbox's, and whoever plays the scenario there looks at
// them.
func TestScenariosFitTheirDocuments(t *testing.T) {
	for _, slug := range Slugs() {
		known := Knowledge{Operations: map[string][]string{}}
		for _, name := range openapi.Names(slug) {
			document, err := openapi.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, op := range document.Operations() {
				if document.Webhooks {
					known.Webhooks = append(known.Webhooks, op.ID)
					continue
				}
				known.Operations[op.ID] = []string{}
				for _, example := range op.Examples {
					if example.In == "response" {
						known.Operations[op.ID] = append(known.Operations[op.ID], example.Name)
					}
				}
			}
		}
		for _, s := range All(slug) {
			s.Settings, s.Hold = nil, nil
			for _, rule := range s.Rules {
				if rule.Webhook != nil {
					rule.Webhook.Forge = ""
				}
			}
			if err := s.Check(map[string]Knowledge{slug: known}); err != nil {
				t.Error(err)
			}
		}
	}
}
