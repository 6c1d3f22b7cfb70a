package contracts

import "slices"

// Where OneAssure makes its promises.
const (
	oneassurePolicies     = "policy page (seed)"
	oneassureSamples      = "samples of both policy calls (seed)"
	oneassureToken        = "token page (upstream)"
	oneassureSession      = "session page (upstream)"
	oneassureProposals    = "proposal page (upstream)"
	oneassureEvents       = "proposal events (upstream)"
	oneassurePolicyEvents = "policy events (upstream)"
)

// oneassure is what OneAssure promises beside its document.
func oneassure() promises {
	return promises{checks: oneassureChecks, accepted: oneassureAccepted, volatile: []string{"/payload/access_token", "/session_id"}}
}

// oneassureAccepted is a 2xx: OneAssure refuses by status.
func oneassureAccepted(x *Exchange) bool { return x.Response.Status/100 == 2 }

func oneassureChecks(*Contract) []Check {
	tokens, sessions := []string{"token"}, []string{"createSession"}
	lists := []string{"listQuotes", "listProposals", "listPolicies"}
	policies := []string{"listPolicies", "getPolicy"}
	proposals := []string{"listProposals"}
	calls := slices.Concat(tokens, sessions, lists, policies[1:])
	changes, told := []string{"proposalInitiated", "proposalChanged"}, []string{"policyIssued", "policyUploaded"}
	events := slices.Concat(changes, told)
	return []Check{
		{
			ID: "oneassure/token-wrapped", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: oneassureToken,
			Says:   "a token is answered inside of payload, and not beside it",
			Verify: about(oneassureGranted, tokenWrapped),
		},
		{
			ID: "oneassure/token-lifetime", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: oneassureToken,
			Says:   "a token is a Bearer token for 3600 seconds",
			Verify: about(oneassureGranted, tokenLastsAnHour),
		},
		{
			ID: "oneassure/scopes-named", Level: Should, Blame: Caller, On: tokens, Proof: Upstream, Clause: oneassureToken,
			Says:   "a caller asks for a token with the scope business",
			Verify: about(asked, scopesNamed),
		},
		{
			ID: "oneassure/refusal-envelope", Level: Must, Blame: Insurer, On: calls, Proof: Upstream, Clause: oneassureToken + "; for the other calls inferred",
			Says:   "a refusal has the texts type, title, detail and instance, and no status",
			Verify: about(problemIn, problemShaped),
		},
		{
			ID: "oneassure/refusal-text", Level: Must, Blame: Insurer, On: calls, Proof: Upstream, Clause: oneassureToken + "; for the other calls inferred",
			Says:   "a published code comes with its published title, and for a token with its detail",
			Verify: about(problemIn, problemWorded),
		},
		{
			ID: "oneassure/refusal-status", Level: Must, Blame: Insurer, On: calls, Proof: Upstream, Clause: oneassureToken + "; of other codes inferred from the three",
			Says:   "A4001 comes with status 401, A4290 with 429, E5000 with 500, and another code says its status",
			Verify: about(problemIn, problemStatus),
		},
		{
			ID: "oneassure/refusal-instance", Level: Must, Blame: Insurer, On: calls, Proof: Upstream, Clause: oneassureToken + "; for the other calls inferred",
			Says:   "the instance of a refusal is the path of the call",
			Verify: about(problemIn, problemPlaced),
		},
		{
			ID: "oneassure/metadata-echoed", Level: Must, Blame: Insurer, On: sessions, Proof: Upstream, Clause: oneassureSession,
			Says:   "a session has the metadata that was sent",
			Verify: about(sessionIn, metadataEchoed),
		},
		{
			ID: "oneassure/filters-exclusive", Level: Must, Blame: Insurer, On: lists, Proof: Seed, Clause: oneassurePolicies + "; for the other lists upstream",
			Says:   "a list is refused that is asked for by session and by dates",
			Verify: about(filtersMixed, listRefused),
		},
		{
			ID: "oneassure/range-of-7-days", Level: Must, Blame: Insurer, On: lists, Proof: Seed, Clause: oneassurePolicies + "; for the other lists upstream",
			Says:   "a list is refused whose dates are more than seven days apart",
			Verify: about(rangeTooLong, listRefused),
		},
		{
			ID: "oneassure/range-has-ends", Level: Must, Blame: Insurer, On: lists, Proof: Inferred, Clause: "our reading of the range; that half of one is refused is not printed",
			Says:   "a list is refused with one date of two, or with the last day before the first",
			Verify: about(rangeOpen, listRefused),
		},
		{
			ID: "oneassure/one-cursor", Level: Must, Blame: Insurer, On: lists, Proof: Inferred, Clause: "our reading of next and prev; that both are refused is not printed",
			Says:   "a list is refused that is asked for with next and with prev",
			Verify: about(cursorsMixed, listRefused),
		},
		{
			ID: "oneassure/session-filtered", Level: Must, Blame: Insurer, On: lists, Proof: Seed, Clause: oneassurePolicies + "; for the other lists upstream",
			Says:   "a list by session has what belongs to the session, and nothing else",
			Verify: about(pageIn, pageOfSession),
		},
		{
			ID: "oneassure/range-filtered", Level: Must, Blame: Insurer, On: []string{"listPolicies"}, Proof: Inferred, Clause: oneassurePolicies + "; that the range is about issuance_date is inferred",
			Says:   "policies that are listed by dates were issued within them",
			Verify: about(pageIn, pageOfRange),
		},
		{
			ID: "oneassure/cursors-given", Level: Must, Blame: Insurer, On: lists, Proof: Seed, Clause: oneassurePolicies + "; for the other lists upstream",
			Says:   "a page that has anything has both cursors",
			Verify: about(pageIn, pageHasCursors),
		},
		{
			ID: "oneassure/page-adds-up", Level: Must, Blame: Insurer, On: lists, Proof: Seed, Clause: oneassurePolicies + "; for the other lists upstream",
			Says:   "total_count is what the page has where there is no other page, and more where there is one",
			Verify: about(pageIn, pageAddsUp),
		},
		{
			ID: "oneassure/first-page", Level: Must, Blame: Insurer, On: lists, Proof: Seed, Clause: oneassureSamples,
			Says:   "no page is before the one that is asked for without a cursor",
			Verify: about(pageIn, pageIsFirst),
		},
		{
			ID: "oneassure/id-form", Level: Should, Blame: Insurer, On: calls[1:], Proof: Seed, Clause: "all samples (seed for policies, upstream for the rest)",
			Says:   "OneAssure's ids and cursors are 16 letters and digits",
			Verify: about(oneassureAnswer, idsFormed),
		},
		{
			ID: "oneassure/policy-looked-up", Level: Must, Blame: Insurer, On: []string{"getPolicy"}, Proof: Seed, Clause: oneassurePolicies,
			Says:   "a look-up answers the policy that has the id or the insurer's number",
			Verify: about(lookUpIn, policyLookedUp),
		},
		{
			ID: "oneassure/expiry-from-tenure", Level: Must, Blame: Insurer, On: slices.Concat(policies, told), Proof: Inferred, Clause: oneassureSamples + ", which are one policy",
			Says:   "a policy expires on the day before its tenure in years is over",
			Verify: about(policiesIn, expiryFromTenure),
		},
		{
			ID: "oneassure/proposer-flat", Level: Must, Blame: Insurer, On: policies, Proof: Seed, Clause: oneassureSamples + "; the table of the list nests address and bank",
			Says:   "the proposer of a policy has the address and the bank beside the name, and no objects for them",
			Verify: about(policiesIn, proposerFlat),
		},
		{
			ID: "oneassure/amounts-as-text", Level: Must, Blame: Insurer, On: slices.Concat(calls[2:], events), Proof: Seed, Clause: oneassureSamples + "; upstream for quotes, proposals and events",
			Says:   "sums are texts of whole rupees, premiums texts of rupees with two decimals",
			Verify: about(itemsIn, amountsFormed),
		},
		{
			ID: "oneassure/relationship-case", Level: Should, Blame: Insurer, On: slices.Concat(policies, []string{"listQuotes"}, told), Proof: Seed, Clause: oneassureSamples + "; quotes and events upstream",
			Says:   "relationships are in upper case for members of a policy, capitalised for nominees, in lower case for members of a quote",
			Verify: about(itemsIn, relationshipCase),
		},
		{
			ID: "oneassure/gst", Level: Must, Blame: Insurer, On: proposals, Proof: Upstream, Clause: oneassureProposals + ", checked on the one sample",
			Says:   "the gross premium is the net premium and 18% GST, to a paisa",
			Verify: about(pageIn, gstAdded),
		},
		{
			ID: "oneassure/proposal-status", Level: Must, Blame: Insurer, On: proposals, Proof: Upstream, Clause: oneassureEvents,
			Says:   "a proposal has one of the published states",
			Verify: about(pageIn, proposalStatus),
		},
		{
			ID: "oneassure/proposal-reason", Level: Must, Blame: Insurer, On: proposals, Proof: Upstream, Clause: oneassureEvents,
			Says:   "CANCELLED has a cancelled_reason, REJECTED a rejection_reason, and no other state has one",
			Verify: about(pageIn, proposalReason),
		},
		{
			ID: "oneassure/proposal-tenure", Level: Must, Blame: Insurer, On: proposals, Proof: Upstream, Clause: oneassureProposals,
			Says:   "the tenure of a proposal is a text that spells a number of years",
			Verify: about(pageIn, proposalTenure),
		},
		{
			ID: "oneassure/one-active-proposal", Level: Must, Blame: Insurer, On: proposals, Proof: Upstream, Clause: oneassureSession,
			Says:   "a quote and variant have at most one proposal that is neither REJECTED nor CANCELLED",
			Verify: about(pageIn, oneActiveProposal),
		},
		{
			ID: "oneassure/variants-counted", Level: Must, Blame: Insurer, On: []string{"listQuotes"}, Proof: Upstream, Clause: "quote page (upstream); that a completed variant is a recommendation is inferred",
			Says:   "a quote has no more completed variants than variants, and no more recommendations than completed variants",
			Verify: about(pageIn, variantsCounted),
		},
		{
			ID: "oneassure/event-signed", Level: Must, Blame: Insurer, On: events, Proof: Inferred, Clause: "Standard Webhooks 1.0; how OneAssure signs is not published",
			Says:   "an event that has one of the headers of Standard Webhooks has all three, in their forms",
			Verify: about(sealOf, sealFormed),
		},
		{
			ID: "oneassure/event-state", Level: Must, Blame: Insurer, On: changes, Proof: Upstream, Clause: oneassureEvents,
			Says:   "the first event of a proposal says INITIATED, a later one another of the published states",
			Verify: about(toldIn, toldState),
		},
		{
			ID: "oneassure/event-reason", Level: Must, Blame: Insurer, On: []string{"proposalChanged"}, Proof: Upstream, Clause: oneassureEvents,
			Says:   "the event CANCELLED carries a cancelled_reason, the event REJECTED a rejection_reason",
			Verify: about(toldIn, toldReason),
		},
		{
			ID: "oneassure/event-brief", Level: Should, Blame: Insurer, On: []string{"proposalChanged"}, Proof: Upstream, Clause: oneassureEvents,
			Says:   "a later event of a proposal carries its id, its state and a reason, and nothing else",
			Verify: about(toldIn, toldBriefly),
		},
		{
			ID: "oneassure/event-proposer-nested", Level: Must, Blame: Insurer, On: told, Proof: Upstream, Clause: oneassurePolicyEvents,
			Says:   "the proposer of a policy in an event has objects for the address and the bank, unlike the one of a look-up",
			Verify: about(toldIn, toldNested),
		},
		{
			ID: "oneassure/event-offline", Level: Must, Blame: Insurer, On: []string{"policyUploaded"}, Proof: Upstream, Clause: oneassurePolicyEvents,
			Says:   "a policy that was made by hand names neither quote nor proposal",
			Verify: about(toldIn, toldOffline),
		},
	}
}
