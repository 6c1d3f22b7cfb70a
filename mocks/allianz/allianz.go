package allianz

import (
	"fmt"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// The published credentials; they open nothing but sandboxes.
const (
	clientID     = "sandbox-client"
	clientSecret = "sandbox-secret-opens-nothing"
	operatingID  = "th-pc" // upstream: the operating entity for Thailand
)

const (
	settingAuth     = "allianz.auth"
	settingEnvelope = "allianz.envelope"
)

// Insurer is Allianz Ayudhya, Thailand: one server with the token and the quick
// quote.
func Insurer() mocks.Insurer {
	return mocks.Insurer{
		Slug:  "allianz",
		Title: "Allianz Ayudhya, Thailand, motor",
		Credentials: map[string]string{
			"client_id":     clientID,
			"client_secret": clientSecret,
			"oe_id":         operatingID,
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
	tokens store.Table[token]
}

func build(s store.Store) mocks.API {
	in := &insurer{tokens: store.NewTable[token](s, mocks.Place("tokens"))}
	return mocks.API{
		Faces: []mocks.Face{{
			Document: "allianz/motor",
			Operations: map[string]mocks.Operation{
				"token":      in.token,
				"quickQuote": in.quickQuote,
			},
		}},
		Authenticate: in.authenticate,
		Refuse:       refuse,
	}
}

func settings() []mocks.Setting {
	return []mocks.Setting{
		{
			Key: settingAuth, Values: []string{"lenient", "strict"}, Default: "lenient",
			Says:     "lenient lets a quote without a token through, strict demands one; a wrong or expired token is always refused",
			Evidence: contracts.Inferred,
		},
		{
			Key: settingEnvelope, Values: []string{"bare", "errors"}, Default: "bare",
			Says:     `the body of a refusal: bare is {"code","message"} as the insurer's FAQ prints it, errors puts it in a list as public clients read it`,
			Evidence: contracts.Inferred,
		},
	}
}

// magic lists inputs whose outcome comes from the honest handler.
func magic() []mocks.Magic {
	return []mocks.Magic{
		{
			Operation: "quickQuote", Pointer: "/vehicle/owner", Value: "",
			Outcome:  "999: an owner is an object or null",
			Evidence: contracts.Seed,
		},
		{
			Operation: "quickQuote", Pointer: "/productPackages/0/coverages/0/coverageItems/0/code", Value: codeFlood,
			Outcome:  "003 coverageItems, for VMI1 with a sum above 0: the plan has no flood cover",
			Evidence: contracts.Seed,
		},
		{
			Operation: "quickQuote", Pointer: "/vehicle/garageType", Value: garageUnspecified,
			Outcome:  "003 garageType, for VMI1: the plan repairs at DEALER or COMPANY",
			Evidence: contracts.Inferred, // the table is printed, its code is not
		},
	}
}

func curl(base string) string {
	const car = `{"policyStartDate":"2022-07-23","channel":"WS","productCode":"VMI",` +
		`"vehicle":{"make":"39","model":"1597","usage":"110","garageType":"COMPANY","registrationState":"0","yearOfManufacture":"2022"},` +
		`"productPackages":[{"name":"GRANU","coverages":[{"code":"VMI1"}]}]}`
	return fmt.Sprintf("curl -s %s/v1/motor/quickquotes -H 'Content-Type: application/json' -d '%s'", base, car)
}

func export(base string) [][2]string {
	return [][2]string{
		{"ALLIANZ_BASE_URL", base},
		{"ALLIANZ_CLIENT_ID", clientID},
		{"ALLIANZ_CLIENT_SECRET", clientSecret},
	}
}
