package oneassure

import (
	"fmt"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// The published credentials; they open nothing but sandboxes.
const (
	clientID     = "sandbox-partner"
	clientSecret = "sandbox-secret-opens-nothing"
)

const (
	settingAuth    = "oneassure.auth"
	settingJourney = "oneassure.journey"
	settingLimit   = "oneassure.tokenLimit"
)

// Insurer is OneAssure, India: one server with the token, the session and the
// lists of health insurance.
func Insurer() mocks.Insurer {
	return mocks.Insurer{
		Slug:  "oneassure",
		Title: "OneAssure, India, health",
		Credentials: map[string]any{
			"client_id":     clientID,
			"client_secret": clientSecret,
			// What events are signed with for who registers no secret of its own.
			"webhook_secret": webhookSecret,
		},
		Magic:    magic(),
		Settings: settings(),
		Curl:     curl,
		Export:   export,
		New:      build,
	}
}

// insurer is what the handlers share; what changes lies in its tables.
type insurer struct {
	grants    store.Table[grants]
	quotes    shelf[quote]
	proposals shelf[proposal]
	policies  shelf[policy]
	names     store.Table[named]

	subscribers store.Table[subscriber]
}

func build(s store.Store) mocks.API {
	in := &insurer{
		grants:    store.NewTable[grants](s, mocks.Place("grants")),
		quotes:    newShelf[quote](s, "quotes"),
		proposals: newShelf[proposal](s, "proposals"),
		policies:  newShelf[policy](s, "policies"),
		names:     store.NewTable[named](s, mocks.Place("names")),

		subscribers: store.NewTable[subscriber](s, mocks.Place("subscribers")),
	}
	return mocks.API{
		Faces: []mocks.Face{{
			Document: "oneassure/health",
			Operations: map[string]mocks.Operation{
				"token":         in.token,
				"createSession": in.createSession,
				"listQuotes":    in.listQuotes,
				"listProposals": in.listProposals,
				"listPolicies":  in.listPolicies,
				"getPolicy":     in.getPolicy,
			},
		}},
		Jobs:         in.jobs(),
		Populate:     in.populate,
		Authenticate: authenticate,
		Refuse:       refuse,
		Webhooks:     in.webhooks(),
		Register:     in.register,
	}
}

func settings() []mocks.Setting {
	return []mocks.Setting{
		{
			Key: settingAuth, Values: []string{"lenient", "strict"}, Default: "lenient",
			Says:     "lenient lets a call without a token through, strict demands one; a wrong or expired token is always refused",
			Evidence: contracts.Inferred,
		},
		{
			Key: settingJourney, Values: []string{"played", "none"}, Default: "played",
			Says:     "played has a visitor follow every session, with a quote and a proposal; none leaves sessions as they are",
			Evidence: contracts.Inferred,
		},
		{
			Key: settingLimit, Values: []string{"none", "10"}, Default: "none",
			Says:     "10 refuses the eleventh token call within 60 seconds with A4290, none refuses no number of them; the true threshold is not printed",
			Evidence: contracts.Inferred,
		},
	}
}

func curl(base string) string {
	return fmt.Sprintf("curl -s %s/v1/business/health/policies/%s", base, printedNumber)
}

func export(base string) [][2]string {
	return [][2]string{
		{"ONEASSURE_BASE_URL", base},
		{"ONEASSURE_CLIENT_ID", clientID},
		{"ONEASSURE_CLIENT_SECRET", clientSecret},
	}
}

// india is where OneAssure's day begins; India keeps no summer time.
var india = time.FixedZone("Asia/Kolkata", 5*60*60+30*60)

// day is the date of a moment in India, no later than the last that the form of a
// date can say.
func day(at time.Time) string {
	if at = at.In(india); at.Year() > 9999 {
		return "9999-12-31"
	}
	return at.Format(time.DateOnly)
}
