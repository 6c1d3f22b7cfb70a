package suites

// suite is what the package knows of an insurer.
type suite struct {
	specs       func(*Target)
	credentials []string // what a target may be given to sign in with
	abilities   []string // what some targets cannot do
	knock       knock    // tries the credentials of a live target
}

// insurers is the one list of insurers with a suite, a line each.
var insurers = map[string]suite{
	"allianz": {allianz, []string{"client_id", "client_secret", "oe_id"}, []string{"cmi"}, allianzKnock},
}
