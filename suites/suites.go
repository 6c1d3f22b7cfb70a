package suites

// suite is what the package knows of an insurer.
type suite struct {
	specs       func(*Target)
	credentials []string // what a target may be given to sign in with
	abilities   []string // what some targets cannot do
	public      []string // those of the credentials that are no secret
	proofs      []string // what else a target file may say: signing, redirect, consent, inbox
	knock       knock    // tries the credentials of a live target
	deeds       deeds    // what changes something at the insurer, and what undoes it
}

// insurers is the one list of insurers with a suite.
var insurers = map[string]suite{
	"allianz": {
		specs:       allianz,
		credentials: []string{"client_id", "client_secret", "oe_id"},
		abilities:   []string{"cmi"},
		public:      []string{"oe_id"},
		knock:       allianzKnock,
		deeds:       allianzDeeds,
	},
	"bima": {
		specs:       bima,
		credentials: []string{"username", "password", "contact_no"},
		knock:       bimaKnock,
		deeds:       bimaDeeds,
	},
	"lifeishard": {
		specs:       lifeishard,
		credentials: []string{"account", "password"},
		public:      []string{"account"},
		knock:       lifeishardKnock,
		deeds:       lifeishardDeeds,
	},
	"oneassure": {
		specs:       oneassure,
		credentials: []string{"client_id", "client_secret", "webhook_secret"},
		knock:       oneassureKnock,
		deeds:       oneassureDeeds,
	},
	"uae": {
		specs:       openFinance,
		credentials: []string{"client_id", credentialRedirect, credentialKey, "encryption_private_jwk", credentialRefresh},
		abilities:   []string{uaeRC1.name, uaeV12.name},
		public:      []string{"client_id", credentialRedirect},
		proofs:      []string{"signing", "redirect", "consent", "inbox"},
		knock:       uaeKnock,
		deeds:       uaeDeeds,
	},
}
