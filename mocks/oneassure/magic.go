package oneassure

import (
	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// magic lists inputs whose outcome comes from the honest handler.
func magic() []mocks.Magic {
	journey := func(word, outcome string) mocks.Magic {
		return mocks.Magic{
			Operation: "createSession", Pointer: "/metadata/" + journeyMember, Value: word,
			Outcome: outcome, Evidence: contracts.Inferred,
		}
	}
	return []mocks.Magic{
		{
			Operation: "getPolicy", Pointer: "/id", Value: printedID,
			Outcome:  "the printed policy, by OneAssure's id",
			Evidence: contracts.Seed,
		},
		{
			Operation: "getPolicy", Pointer: "/id", Value: printedNumber,
			Outcome:  "the printed policy, by the insurer's number",
			Evidence: contracts.Seed,
		},
		{
			Operation: "listPolicies", Pointer: "/session_id", Value: printedID,
			Outcome:  "the printed policy alone",
			Evidence: contracts.Seed,
		},
		{
			Operation: "listPolicies", Pointer: "/end_date", Value: "2024-10-08",
			Outcome:  "with a start_date of 2024-10-06 the printed page: 35 policies in all, its cursors, the printed policy first",
			Evidence: contracts.Seed,
		},
		journey("abandoned", "the visitor leaves before the quote is used: no proposal follows"),
		journey("cancelled", "the proposal is CANCELLED by OneAssure's first checks"),
		journey("cancelled-pending", "the proposal is PENDING and then CANCELLED"),
		journey("rejected", "the proposal is REJECTED by the insurer"),
		journey("offline", "the proposal goes OFFLINE, and its policy names neither quote nor proposal"),
	}
}
