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

	settingCancelType = "allianz.cancelType"
	settingInspection = "allianz.inspection"
)

// Insurer is Allianz Ayudhya, Thailand: one server with the token, the quick
// quote and the life of a contract.
func Insurer() mocks.Insurer {
	return mocks.Insurer{
		Slug:  "allianz",
		Title: "Allianz Ayudhya, Thailand, motor",
		Credentials: map[string]any{
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
	tokens    store.Table[token]
	contracts store.Table[contract]
	documents store.Table[document]
	customers store.Table[customer]
	agents    store.Table[agent]
	plates    store.Table[inspectedPlate]
}

func build(s store.Store) mocks.API {
	in := &insurer{
		tokens:    store.NewTable[token](s, mocks.Place("tokens")),
		contracts: store.NewTable[contract](s, mocks.Place("contracts")),
		documents: store.NewTable[document](s, mocks.Place("documents")),
		customers: store.NewTable[customer](s, mocks.Place("customers")),
		agents:    store.NewTable[agent](s, mocks.Place("agents")),
		plates:    store.NewTable[inspectedPlate](s, mocks.Place("plates")),
	}
	return mocks.API{
		Faces: []mocks.Face{{
			Document: "allianz/motor",
			Operations: map[string]mocks.Operation{
				"token":            in.token,
				"quickQuote":       in.quickQuote,
				"issueContract":    in.issueContract,
				"getContract":      in.getContract,
				"amendContract":    in.amendContract,
				"downloadDocument": in.downloadDocument,
			},
		}},
		Jobs:         map[string]mocks.Job{jobInspection: in.inspect},
		Populate:     in.populate,
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
		{
			Key: settingCancelType, Values: []string{"cancel", "ry11-too"}, Default: "cancel",
			Says:     "cancel takes the printed type CANCEL alone for a cancellation, ry11-too also RY11, which a public client sends",
			Evidence: contracts.Upstream,
		},
		{
			Key: settingInspection, Values: []string{"plates", "every"}, Default: "plates",
			Says:     "plates has the cars with the published plates inspected before a contract succeeds, every has all of them inspected",
			Evidence: contracts.Inferred,
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
