package suites

// suite is what the package knows of an insurer.
type suite struct {
	specs       func(*Target)
	credentials []string                  // what a target may be given to sign in with
	abilities   []string                  // what some targets cannot do
	public      []string                  // those of the credentials that are no secret
	proofs      []string                  // what else a target file may say: signing, redirect, consent, inbox
	knock       knock                     // tries the credentials of a live target
	deeds       deeds                     // what changes something at the insurer, and what undoes it
	bears       func() map[string]bearing // how its client bears each of its scenarios
}

// insurers is the one list of insurers with a suite.
var insurers = map[string]suite{
	"allianz":    allianzSuite(),
	"bima":       bimaSuite(),
	"lifeishard": lifeishardSuite(),
	"oneassure":  oneassureSuite(),
	"uae":        uaeSuite(),
}
