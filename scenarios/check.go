package scenarios

import (
	"slices"
)

// Knowledge is what exists at an insurer, as far as a scenario can name it.
type Knowledge struct {
	Operations map[string][]string // operationId -> names of the examples that its document gives for answers
	Settings   map[string][]string // key -> allowed values; empty: any text
	Jobs       []string            // kinds of what happens later
	Webhooks   []string            // operationIds of what the insurer sends
	Forgeries  []string            // what webhook.forge may say
}

// Check refuses a scenario that names what does not exist, and says what does. Insurers are keyed by slug.
func (s *Scenario) Check(insurers map[string]Knowledge) error {
	return verdict(s.ID(), s.unknowns(insurers))
}

// unknowns is what the scenario names and no insurer has.
func (s *Scenario) unknowns(insurers map[string]Knowledge) problems {
	var p problems
	k, ok := insurers[s.Insurer]
	if !ok {
		p.unknown("insurer", "insurer", s.Insurer, sortedKeys(insurers))
		return p
	}
	for _, key := range sortedKeys(s.Settings) {
		allowed, ok := k.Settings[key]
		switch {
		case !ok:
			p.unknown("settings", "setting", key, sortedKeys(k.Settings))
		case len(allowed) > 0 && !slices.Contains(allowed, s.Settings[key]):
			p.unknown(in("settings", key), "value", s.Settings[key], allowed)
		}
	}
	for i, kind := range s.Hold {
		if !slices.Contains(k.Jobs, kind) {
			p.unknown(at("hold", i), "kind of job", kind, k.Jobs)
		}
	}
	for i, rule := range s.Rules {
		path := at("rules", i)
		examples, ok := k.Operations[rule.On.Operation]
		switch {
		case rule.On.Operation == "":
		case rule.Webhook != nil:
			k.checkWebhook(path, &rule, &p)
		case !ok && slices.Contains(k.Webhooks, rule.On.Operation):
			p.add(path+".on.operation", "%s is a webhook, which only webhook: bends", quoted(rule.On.Operation))
		case !ok:
			p.unknown(path+".on.operation", "operation", rule.On.Operation, sortedKeys(k.Operations))
		case rule.Example != "" && !slices.Contains(examples, rule.Example):
			p.unknown(path+".example", "example of "+rule.On.Operation, rule.Example, examples)
		}
	}
	return p
}

func (k Knowledge) checkWebhook(path string, rule *Rule, p *problems) {
	switch forge := rule.Webhook.Forge; {
	case !slices.Contains(k.Webhooks, rule.On.Operation):
		p.unknown(path+".on.operation", "webhook", rule.On.Operation, k.Webhooks)
	case forge != "" && !slices.Contains(k.Forgeries, forge):
		p.unknown(path+".webhook.forge", "forgery", forge, k.Forgeries)
	}
}

func (p *problems) unknown(path, what, name string, known []string) {
	p.add(path, "unknown %s %s", what, quoted(name))
	e := (*p)[len(*p)-1]
	e.Near = near(name, known)
	e.Allowed = known
	if len(known) == 0 {
		e.Says += "; there is none"
	}
}
