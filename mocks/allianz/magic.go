package allianz

import (
	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// magic lists inputs whose outcome comes from the honest handler: by the printed
// rules, or by the rows of a fresh world.
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
		{
			Operation: "issueContract", Pointer: "/insuredPerson/identificationDocuments/0/identityNumber", Value: knownIdentity,
			Outcome:  "112, unless the person is called " + knownFirstName + " " + knownLastName,
			Evidence: contracts.Seed, // the rule and its text; who is known is ours
		},
		{
			Operation: "issueContract", Pointer: "/insuredPerson/registerId", Value: knownRegisterID,
			Outcome:  "112, unless the company is called " + knownCompany,
			Evidence: contracts.Seed,
		},
		{
			Operation: "issueContract", Pointer: "/insuredPerson/emailAddress", Value: agentEmail,
			Outcome:  "113, for an e-policy: the address is an agent's",
			Evidence: contracts.Seed,
		},
		{
			Operation: "issueContract", Pointer: "/insuredPerson/mobilePhone", Value: agentPhone,
			Outcome:  "114, for an e-policy: the phone is an agent's",
			Evidence: contracts.Seed,
		},
		{
			Operation: "issueContract", Pointer: "/vehicle/registrationNumber", Value: plateThatPasses,
			Outcome:  statusInspecting + ", after 24 hours of the world's clock " + statusSuccess,
			Evidence: contracts.Inferred,
		},
		{
			Operation: "issueContract", Pointer: "/vehicle/registrationNumber", Value: plateThatFails,
			Outcome:  statusInspecting + ", after 24 hours of the world's clock " + statusRejected,
			Evidence: contracts.Inferred,
		},
		{
			Operation: "getContract", Pointer: "/contractId", Value: printedID,
			Outcome:  statusSuccess + ": the printed contract " + printedNumber + ", issued at the first call in the world",
			Evidence: contracts.Seed,
		},
	}
}
