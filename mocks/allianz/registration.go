package allianz

import (
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	thailand = "THA"
	abroad   = "another country"

	plateGeneral    = "GEN"
	plateRed        = "REDPLATE" // of a new car, which may have no number yet
	plateGovernment = "GOV"
	plateForeign    = "INTER"
)

// plate is a row of the printed table of mandatory members: the country and the
// type of a plate, "" where the request names none.
type plate struct{ country, kind string }

// mandatory says which members a plate needs.
type mandatory struct{ state, number bool }

var plates = map[plate]mandatory{
	{thailand, plateGeneral}:    {state: true, number: true},
	{thailand, plateRed}:        {state: true},
	{thailand, plateGovernment}: {number: true},
	{abroad, plateForeign}:      {number: true},
	{"", ""}:                    {state: true},
	{"", plateGeneral}:          {state: true, number: true},
	{"", plateRed}:              {state: true},
	{"", plateGovernment}:       {number: true},
	{thailand, ""}:              {state: true},
	{abroad, ""}:                {number: true},
}

// checkRegistration holds the vehicle to the printed table.
func checkRegistration(product string, vehicle members) *mocks.Refusal {
	country, kind := strings.TrimSpace(vehicle.text("registrationCountry")), vehicle.text("registrationType")
	if country == thailand && kind == plateForeign {
		return &mocks.Refusal{
			Where:    "/vehicle/registrationType",
			Rule:     "a plate of type INTER is not Thai, so it does not go with the country THA",
			Remedy:   "send the country of the plate, or another type",
			Evidence: contracts.Inferred,
		}
	}
	needs, proof := needed(product, country, kind)
	rule := "of country " + named(country) + " and type " + named(kind)
	if proof == contracts.Seed {
		rule += " (the table is printed, the code for it is inferred)"
	} else {
		rule += " (no printed row; the nearest one is our reading)"
	}
	if needs.state && blank(vehicle.text("registrationState")) {
		return &mocks.Refusal{
			Where:    "/vehicle/registrationState",
			Rule:     "registrationState is mandatory for a plate " + rule,
			Remedy:   "send the code of the plate's province",
			Evidence: proof,
		}
	}
	if needs.number && blank(vehicle.text("registrationNumber")) {
		return &mocks.Refusal{
			Where:    "/vehicle/registrationNumber",
			Rule:     "registrationNumber is mandatory for a plate " + rule,
			Remedy:   withNumber(country),
			Evidence: proof,
		}
	}
	return nil
}

// withNumber is what would have succeeded: a new car's plate needs no number, but
// only a Thai one.
func withNumber(country string) string {
	if country == thailand || country == "" {
		return "send the number of the plate, or type REDPLATE for a new car"
	}
	return "send the number of the plate"
}

// needed is what a plate makes mandatory, and whether that is printed.
func needed(product, country, kind string) (mandatory, contracts.Evidence) {
	proof := contracts.Seed
	switch {
	case country == thailand:
	case country != "":
		country = abroad
	case kind == plateForeign: // another country, whichever
		country, proof = abroad, contracts.Inferred
	}
	needs, printed := plates[plate{country, kind}]
	if !printed { // a Thai type of plate with another country
		needs, proof = plates[plate{abroad, ""}], contracts.Inferred
	}
	// The remark beside the member, for CMI: optional when the country is not
	// THA. That no country is not THA either is our reading (inferred).
	if product == productCMI && country != thailand {
		needs.state = false
	}
	return needs, proof
}

func named(value string) string {
	if value == "" {
		return "null"
	}
	return value
}

func blank(value string) bool { return strings.TrimSpace(value) == "" }
