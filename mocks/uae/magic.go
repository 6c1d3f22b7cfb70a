package uae

import (
	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// magic lists the rows of a fresh world whose outcome is worth knowing. All of it
// comes through the honest handler.
func magic() []mocks.Magic {
	const decide = "decideInteraction"
	return []mocks.Magic{
		{
			Operation: decide, Pointer: "/persona", Value: hamadID,
			Outcome:  "the customer of the printed examples, with the policy " + hamadPolicy,
			Evidence: contracts.Seed,
		},
		{
			Operation: decide, Pointer: "/persona", Value: uninsuredID,
			Outcome:  "no eligible policy: a confirmation rejects the consent, with " + invalidRequest + " and " + lacksPolicies,
			Evidence: contracts.Upstream,
		},
		{
			Operation: decide, Pointer: "/persona", Value: suspendedID,
			Outcome:  "5 minutes after the confirmation the insurer suspends the consent, an hour later it lifts the suspension",
			Evidence: contracts.Inferred,
		},
		{
			Operation: decide, Pointer: "/persona", Value: withdrawnID,
			Outcome:  "5 minutes after the confirmation the customer withdraws the consent at the insurer: Revoked by LFI.InitiatedByUser",
			Evidence: contracts.Inferred,
		},
		{
			Operation: "getInsurancePolicyRc1", Pointer: "/InsurancePolicyId", Value: hamadPolicy,
			Outcome:  "the printed policy, where the consent of " + hamadID + " shares it",
			Evidence: contracts.Seed,
		},
		{
			Operation: "getMotorInsurancePolicy", Pointer: "/InsurancePolicyId", Value: hamadPolicy,
			Outcome:  "the same policy in the shape of v1.2",
			Evidence: contracts.Inferred,
		},
	}
}
