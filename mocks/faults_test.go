package mocks

import "github.com/understudy-sandbox/understudy/scenarios"

func bent(rules ...scenarios.Rule) *scenarios.Scenario {
	return &scenarios.Scenario{Name: "bent", Insurer: "allianz", Teaches: "what a test wants", Trigger: "any call", Rules: rules}
}

func rule(fault scenarios.Fault) scenarios.Rule {
	return scenarios.Rule{On: scenarios.Match{Every: 1}, Fault: fault}
}
