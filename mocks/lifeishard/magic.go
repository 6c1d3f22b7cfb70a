package lifeishard

import (
	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// magic lists inputs whose outcome comes from the honest handler: by what is
// printed or was observed, or by the rows of a fresh world.
func magic() []mocks.Magic {
	return []mocks.Magic{
		{
			Operation: "authenticate", Pointer: "/password", Value: "not-the-password",
			Outcome: "401: any password but the published one is refused", Evidence: contracts.Inferred,
		},
		{
			Operation: "createOffer", Pointer: "/provider/organization/businessName", Value: "nobody",
			Outcome: "400 VALIDATION_ERROR under provider.organization.businessName, in Romanian with the observed text", Evidence: contracts.Observed,
		},
		{
			Operation: "createOffer", Pointer: "/product/policyholder/address/floor", Value: "",
			Outcome: "400 VALIDATION_ERROR under product.policyholder.address.floor, in Romanian with the observed text", Evidence: contracts.Observed,
		},
		{
			Operation: "createOffer", Pointer: "/product/policyholder/taxId", Value: "1910716000000",
			Outcome: "an offer, though the check digit is wrong: it is the printed one", Evidence: contracts.Seed,
		},
		{
			Operation: "createOffer", Pointer: "/product/policyholder/taxId", Value: unwantedCNP,
			Outcome: "no offers: the insurer does not want the risk", Evidence: contracts.Inferred,
		},
		{
			Operation: "createOffer", Pointer: "/product/policyholder/taxId", Value: insuredCNP,
			Outcome: "an offer that becomes no policy: issuePolicy refuses it with 400, as the person is insured already", Evidence: contracts.Inferred,
		},
		{
			Operation: "issuePolicy", Pointer: "/offerId", Value: "23",
			Outcome: "a policy, once: a fresh world has the offer of the printed request", Evidence: contracts.Seed,
		},
		{
			Operation: "downloadPolicy", Pointer: "/id", Value: "12",
			Outcome: "the printed policy XX/XX 243245345, which a fresh world has", Evidence: contracts.Seed,
		},
		{
			Operation: "localities", Pointer: "/county_code", Value: "ZZ",
			Outcome: "an empty list, as for any unknown county", Evidence: contracts.Observed,
		},
	}
}
