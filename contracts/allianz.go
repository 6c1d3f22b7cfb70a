package contracts

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// Where Allianz makes its promises.
const (
	allianzSamples = "quick-quote samples (seed)"
	allianzItems   = "table of coverage items (seed)"
)

// allianz is what Allianz Ayudhya promises beside its document. Its page prints
// answers for VMI1 only: what they show is inferred for another plan.
func allianz() promises {
	return promises{checks: allianzChecks, accepted: allianzAccepted, volatile: []string{"/access_token", "/expires_in"}}
}

func allianzChecks(c *Contract) []Check {
	quotes, tokens := []string{"quickQuote"}, []string{"token"}
	return append([]Check{
		{
			ID: "allianz/stamp-and-vat", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples + ", checked on all four",
			Says:   "stamp is 0.4% of net rounded up to the baht; VAT is 7% of net plus stamp; gross is the sum of the three",
			Verify: onQuote(stampAndVAT),
		},
		{
			ID: "allianz/amounts-in-satang", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples + ", every amount",
			Says:   "no amount of a premium is negative or has more than two decimals",
			Verify: onQuote(amountsInSatang),
		},
		{
			ID: "allianz/costs-listed", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "the additional costs are VAT and then STAMP, each with a null name",
			Verify: onQuote(costsListed),
		},
		{
			ID: "allianz/no-discounts", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "the discounts of a quick quote are null",
			Verify: onQuote(noDiscounts),
		},
		{
			ID: "allianz/package-priced", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "every package of a quote has a net premium above zero",
			Verify: onQuote(packagePriced),
		},
		{
			ID: "allianz/packages-echoed", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "packages and coverages come back in the order, and with the names and codes, in which they were sent",
			Verify: onQuote(packagesEchoed),
		},
		{
			ID: "allianz/coverage-sum", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples + ", modes 1.1 and 1.2",
			Says:   "a coverage has the sum that was sent for it, and with default coverage its OD item has the same",
			Verify: onQuote(coverageSum),
		},
		{
			ID: "allianz/sent-items-kept", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples + ", mode 2",
			Says:   "coverage items that were sent come back first, in their order and with their sums",
			Verify: onQuote(sentItemsKept),
		},
		{
			ID: "allianz/default-coverage", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples + ", modes 1.1 and 1.2",
			Says:   "default coverage has no deductible and the printed liability sums",
			Verify: onQuote(defaultCoverage),
		},
		{
			ID: "allianz/items-fit-plan", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzItems,
			Says:   "an item that a plan does not have is 0 or null",
			Verify: onQuote(itemsFitPlan),
		},
		{
			ID: "allianz/item-names", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples + "; " + allianzItems + " for FL",
			Says:   "every coverage item has its printed name",
			Verify: onQuote(itemNames),
		},
		{
			ID: "allianz/item-order", Level: Should, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples + ", modes 1.1 and 1.2",
			Says:   "the items of default coverage come once each, in the printed order",
			Verify: onQuote(itemOrder),
		},
		{
			ID: "allianz/roadside-assistance", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "a voluntary plan ends with RA85, once and with a null sum, asked for or not",
			Verify: onQuote(roadsideAssistance),
		},
		{
			ID: "allianz/seats-with-defaults", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "the vehicle gets its number of seats with default coverage, and not with items of the caller's",
			Verify: onQuote(seatsWithDefaults),
		},
		{
			ID: "allianz/owner-null", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "the owner that was sent as owner or owners comes back as a null owner",
			Verify: onQuote(ownerNull),
		},
		{
			ID: "allianz/color-as-text", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "a colour that was sent as a number comes back as text",
			Verify: onQuote(colorAsText),
		},
		{
			ID: "allianz/vehicle-echoed", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "the other members of the vehicle come back as they were sent",
			Verify: onQuote(vehicleEchoed),
		},
		{
			ID: "allianz/vehicle-adds-nothing", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "an optional member of the vehicle that was not sent does not come back",
			Verify: onQuote(vehicleAddsNothing),
		},
		{
			ID: "allianz/terms-echoed", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: allianzSamples,
			Says:   "dates, channel and product come back as they were sent",
			Verify: onQuote(termsEchoed),
		},
		{
			ID: "allianz/all-items-sent", Level: Must, Blame: Caller, On: quotes, Proof: Seed, Clause: allianzItems + ": all coverage items need to be input",
			Says:   "a caller who sends coverage items sends all that the plan has",
			Verify: allItemsSent,
		},
		{
			ID: "allianz/malformed-refused", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: "FAQ: error 999 (seed)",
			Says:   "a malformed request, such as an owner that is \"\" where null is due, is refused with 999",
			Verify: malformedRefused(c),
		},
		{
			ID: "allianz/coverage-items-refused", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: "FAQ: error 003; " + allianzItems + ": all coverage items need to be input",
			Says:   "coverage items that do not fit the plan, or are not all of its items, are refused with 003 and the name coverageItems",
			Verify: misfitRefused(c, "items"),
		},
		{
			ID: "allianz/registration-required", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: "table of mandatory registration fields (seed)",
			Says:   "a request without a registration value that its country and type make mandatory is refused with 003",
			Verify: misfitRefused(c, "registration"),
		},
		{
			ID: "allianz/vmi-members-required", Level: Must, Blame: Insurer, On: quotes, Proof: Inferred, Clause: "data model of quick quotes (seed); that it is enforced is inferred",
			Says:   "a VMI request without model, yearOfManufacture or productPackages is refused with 003",
			Verify: misfitRefused(c, "vmi"),
		},
		{
			ID: "allianz/garage-fits-plan", Level: Must, Blame: Insurer, On: quotes, Proof: Inferred, Clause: "garage table (seed); that it is enforced is inferred",
			Says:   "a garage type that is not the plan's is refused with 003",
			Verify: misfitRefused(c, "garage"),
		},
		{
			ID: "allianz/refusal-envelope", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: "FAQ (seed); the list of errors is a client's (upstream)",
			Says:   "a refusal has a code of three digits and a message, bare or first in a list of errors",
			Verify: refusalEnvelope,
		},
		{
			ID: "allianz/refusal-text", Level: Must, Blame: Insurer, On: quotes, Proof: Seed, Clause: "FAQ (seed)",
			Says:   "a printed code comes with its printed Thai text",
			Verify: refusalText,
		},
		{
			ID: "allianz/refusal-status", Level: Must, Blame: Insurer, On: quotes, Proof: Inferred, Clause: "no status is printed; 400 and 500 are inferred from what the codes mean",
			Says:   "003 comes with status 400, and 999 with status 500",
			Verify: refusalStatus(c),
		},
		{
			ID: "allianz/gateway-fault", Level: Must, Blame: Insurer, Proof: Upstream, Clause: "clients of the gateway (upstream); 401 and errorcode are inferred from gateways of its kind",
			Says:   "the gateway refuses with a fault that has a faultstring and an errorcode",
			Verify: gatewayFault,
		},
		{
			ID: "allianz/token-given", Level: Must, Blame: Insurer, On: tokens, Proof: Upstream, Clause: "a client of the token call (upstream)",
			Says:   "a granted token call answers an access_token",
			Verify: tokenGiven,
		},
		{
			ID: "allianz/token-lifetime", Level: Must, Blame: Insurer, On: tokens, Proof: Inferred, Clause: "OAuth 2.0, RFC 6749 section 5.1",
			Says:   "expires_in is a positive number of seconds",
			Verify: tokenLifetime,
		},
	}, allianzContractChecks(c)...)
}

// allianzAccepted is a 2xx without an error of the service, which may have a
// message alone, or a fault of the gateway in its body.
func allianzAccepted(x *Exchange) bool {
	if x.Response.Status < 200 || x.Response.Status > 299 {
		return false
	}
	tree, err := x.Response.JSON()
	if err != nil {
		return true
	}
	_, coded := member(tree, "code").(string)
	_, worded := member(tree, "message").(string)
	return !coded && !worded && member(tree, "errors") == nil && member(tree, "fault") == nil
}

// quote is an accepted quick quote in the eyes of one check.
type quote struct {
	ask, answer any
	broken      []error
}

// onQuote makes a check of what it says about accepted quotes.
func onQuote(verify func(*quote)) func(*Exchange) error {
	return func(x *Exchange) error {
		if !allianzAccepted(x) {
			return errBeside
		}
		ask, asked := x.Request.tree()
		answer, answered := x.Response.tree()
		if !asked || !answered {
			return errBeside
		}
		q := &quote{ask: ask, answer: answer}
		verify(q)
		return q.err()
	}
}

func (q *quote) err() error { return errors.Join(q.broken...) }

// differs notes a departure; an empty proof is the check's own.
func (q *quote) differs(proof Evidence, got, want, where string, steps ...any) {
	q.broken = append(q.broken, &Mismatch{Where: fmt.Sprintf(where, steps...), Got: got, Want: want, proof: proof})
}

// cover is a coverage of the answer beside what was asked for it.
type cover struct {
	plan       string
	asked, got any
	pack, at   int
}

// covers goes through the coverages of the answer.
func (q *quote) covers() iter.Seq[cover] {
	return func(yield func(cover) bool) {
		asked := list(q.ask, "productPackages")
		for i, pack := range list(q.answer, "productPackages") {
			for j, got := range list(pack, "coverages") {
				c := cover{plan: text(got, "code"), got: got, pack: i, at: j}
				if i < len(asked) {
					if coverages := list(asked[i], "coverages"); j < len(coverages) {
						c.asked = coverages[j]
					}
				}
				if !yield(c) {
					return
				}
			}
		}
	}
}

// proof grades what only the samples show.
func (c cover) proof() Evidence {
	if c.plan == "VMI1" {
		return ""
	}
	return Inferred
}

// member is a member of a JSON object; nil when there is none.
func member(tree any, name string) any {
	object, _ := tree.(map[string]any)
	return object[name]
}

func has(tree any, name string) bool {
	object, _ := tree.(map[string]any)
	_, ok := object[name]
	return ok
}

func list(tree any, name string) []any {
	all, _ := member(tree, name).([]any)
	return all
}

func text(tree any, name string) string {
	s, _ := member(tree, name).(string)
	return s
}

// shown renders a member for a report.
func shown(tree any, name string) string {
	if !has(tree, name) {
		return "nothing"
	}
	return shorten(member(tree, name))
}

// same compares two JSON values as far as a caller can tell them apart: numbers
// by value, texts by letter.
func same(a, b any) bool {
	m, ok1 := a.(json.Number)
	n, ok2 := b.(json.Number)
	if ok1 && ok2 {
		if m == n {
			return true
		}
		x, ok1 := satang(m)
		y, ok2 := satang(n)
		return ok1 && ok2 && x == y
	}
	switch a.(type) {
	case nil, bool, string:
		return a == b
	}
	return false
}
