package suites

import (
	"testing"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
	"github.com/understudy-sandbox/understudy/mocks"
)

// Whatever the operator's sandbox is set to, its own suite holds.
func TestLifeishardOnOtherSandboxes(t *testing.T) {
	again(t)
	for name, settings := range map[string]map[string]string{
		"all is in quotes":           {"lifeishard.literals": "seed"},
		"tokens are refused by 403":  {"lifeishard.token-status": "403"},
		"places have English names":  {"lifeishard.nomenclature": "observed"},
		"all of it at the same time": {"lifeishard.literals": "seed", "lifeishard.token-status": "403", "lifeishard.nomenclature": "observed"},
	} {
		t.Run(name, func(t *testing.T) {
			o := sandboxOptions()
			o.Settings = settings
			targets, err := Sandbox(t.Context(), mocks.Start(t, o).URL, []string{"lifeishard"}, "")
			if err != nil {
				t.Fatal(err)
			}
			if r := check(t, targets, Options{}); r.Outcome != report.Passed {
				t.Error(textOf(r))
			}
		})
	}
}

// No policy is issued at a live insurer, since none can be taken back.
func TestLifeishardDeeds(t *testing.T) {
	contract, err := contracts.For("lifeishard")
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range contract.Faces[0].Operations() {
		got := lifeishardDeeds.read(&contracts.Exchange{Operation: op.ID})
		if want := (deed{harmless: op.ID != "issuePolicy"}); got != want {
			t.Errorf("%s: got %+v, want %+v", op.ID, got, want)
		}
	}
	if got := lifeishardDeeds.read(&contracts.Exchange{}); got != (deed{}) {
		t.Errorf("a call that no document has: got %+v", got)
	}
}
