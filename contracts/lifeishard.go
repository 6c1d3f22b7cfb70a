package contracts

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// Where the operator of Life is Hard makes its promises.
const (
	lifeisPages  = "the samples of the API page (seed)"
	lifeisServer = "the live server of the sibling product RCA (observed)"
	lifeisOurs   = "nowhere printed: the printed sums do not add up"
)

// lifeishard is what the Liability API promises beside its document. Much of it
// was seen at the server of a sibling product, which its clients describe.
func lifeishard() promises {
	return promises{checks: lifeishardChecks, accepted: lifeishardAccepted, volatile: []string{
		"/data/token", "/data/expires_at", "/data/refresh_token",
		"/data/offers/0/offerId", "/data/offers/0/providerOfferCode", "/data/offers/0/offerExpiryDate", "/data/offers/0/notes",
		"/data/policies/0/policyId", "/data/policies/0/series", "/data/policies/0/number",
		"/data/files/0/name", "/data/files/0/content",
	}}
}

func lifeishardChecks(c *Contract) []Check {
	sessions := []string{"authenticate", "renewToken"}
	offers, policies := []string{"createOffer"}, []string{"issuePolicy"}
	sold := []string{"createOffer", "issuePolicy"}
	papers := []string{"downloadOffer", "downloadPolicy", "downloadPolicyByNumber", "downloadReceipt"}
	return []Check{
		{
			ID: "lifeishard/token-claims", Level: Must, Blame: Insurer, On: sessions, Proof: Observed, Clause: lifeisServer,
			Says:   "the token is a JWT of Life is hard that ends 12 hours after it began",
			Verify: tokenClaims,
		},
		{
			ID: "lifeishard/expires-at-local", Level: Must, Blame: Insurer, On: sessions, Proof: Observed, Clause: lifeisServer,
			Says:   "expires_at is the end of the token in Romanian local time, without a zone",
			Verify: expiresLocally,
		},
		{
			ID: "lifeishard/refresh-token-form", Level: Should, Blame: Insurer, On: sessions, Proof: Observed, Clause: lifeisServer,
			Says:   "the refresh token has 64 hexadecimal digits",
			Verify: refreshTokenForm,
		},
		{
			ID: "lifeishard/token-required", Level: Must, Blame: Insurer, Proof: Inferred, Clause: "the header Token is printed as required (seed); that it is enforced is inferred",
			Says:   "a call without a header Token, or with the word Bearer in it, is refused",
			Verify: tokenRequired,
		},
		{
			ID: "lifeishard/refresh-word", Level: Must, Blame: Insurer, On: []string{"renewToken"}, Proof: Inferred, Clause: "the header is printed as Refresh [refresh_token] (seed); that it is enforced is inferred",
			Says:   "a renewal whose header Token does not begin with Refresh is refused",
			Verify: refreshWord,
		},
		{
			ID: "lifeishard/status-echoed", Level: Must, Blame: Insurer, Proof: Upstream, Clause: "the manual: every answer has error and status (upstream)",
			Says:   "status is the HTTP status, and error says whether it is a refusal",
			Verify: statusEchoed,
		},
		{
			ID: "lifeishard/one-kind-of-literals", Level: Must, Blame: Insurer, Proof: Inferred, Clause: "quotes in the samples (seed), none at the sibling's server (observed)",
			Says:   "all numbers and booleans of an answer are in quotes, or none is",
			Verify: oneKindOfLiterals,
		},
		{
			ID: "lifeishard/provider-echoed", Level: Must, Blame: Insurer, On: offers, Proof: Seed, Clause: lifeisPages,
			Says:   "the insurer and the product of an offer are those that were asked for",
			Verify: providerEchoed,
		},
		{
			ID: "lifeishard/start-echoed", Level: Must, Blame: Insurer, On: offers, Proof: Inferred, Clause: "the printed request and answer are of different days",
			Says:   "an offer starts on the day that was asked for",
			Verify: startEchoed,
		},
		{
			ID: "lifeishard/cover-ends-the-day-before", Level: Must, Blame: Insurer, On: sold, Proof: Seed, Clause: lifeisPages + ": 2022-09-25 to 2023-09-24, 2023-07-10 to 2024-07-09",
			Says:   "cover ends on the day before its start comes round again after the term",
			Verify: coverEnds,
		},
		{
			ID: "lifeishard/offer-currencies", Level: Must, Blame: Insurer, On: offers, Proof: Seed, Clause: lifeisPages,
			Says:   "an offer is in EUR, and its exchange rate in RON",
			Verify: offerCurrencies,
		},
		{
			ID: "lifeishard/premium-in-lei", Level: Must, Blame: Insurer, On: offers, Proof: Inferred, Clause: lifeisOurs + ", 1200 is not 89 times 4.9219",
			Says:   "the amount of the exchange rate is the premium times the rate, rounded to the ban",
			Verify: premiumInLei,
		},
		{
			ID: "lifeishard/amounts-in-cents", Level: Must, Blame: Insurer, On: sold, Proof: Inferred, Clause: "nowhere printed; the samples have whole amounts",
			Says:   "no amount has more than two decimals",
			Verify: amountsInCents,
		},
		{
			ID: "lifeishard/installments-add-up", Level: Must, Blame: Insurer, On: sold, Proof: Inferred, Clause: lifeisOurs + ", 123 is not 89",
			Says:   "the instalments add up to the premium",
			Verify: installmentsAddUp,
		},
		{
			ID: "lifeishard/installment-count", Level: Must, Blame: Insurer, On: offers, Proof: Inferred, Clause: "installmentCount of the request (seed); the printed request and answer both have 1",
			Says:   "there are as many instalments as were asked for",
			Verify: installmentCount,
		},
		{
			ID: "lifeishard/installment-order", Level: Must, Blame: Insurer, On: sold, Proof: Inferred, Clause: lifeisPages + " begin with id 1; the order of more is inferred",
			Says:   "instalments are numbered from 1, and none is due before the one that it follows",
			Verify: installmentOrder,
		},
		{
			ID: "lifeishard/payment-echoed", Level: Must, Blame: Insurer, On: policies, Proof: Seed, Clause: lifeisPages,
			Says:   "the payment of a policy comes back as it was sent",
			Verify: paymentEchoed,
		},
		{
			ID: "lifeishard/policy-currency", Level: Must, Blame: Insurer, On: policies, Proof: Inferred, Clause: lifeisPages + ": both are RON",
			Says:   "a policy has the currency of its payment",
			Verify: policyCurrency,
		},
		{
			ID: "lifeishard/file-is-pdf", Level: Must, Blame: Insurer, On: papers, Proof: Seed, Clause: lifeisPages + ": JVBERi0xLj...",
			Says:   "the content of a file is a PDF in base64",
			Verify: fileIsPDF,
		},
		{
			ID: "lifeishard/file-named", Level: Should, Blame: Insurer, On: papers, Proof: Seed, Clause: lifeisPages,
			Says:   "a file is of type Offer and called offer-<guid>.pdf, whatever it is",
			Verify: fileNamed,
		},
		{
			ID: "lifeishard/validation-paths", Level: Must, Blame: Insurer, Proof: Observed, Clause: lifeisServer,
			Says:   "VALIDATION_ERROR comes with status 400 and the paths of the members at fault, each with a list of texts",
			Verify: validationPaths,
		},
		{
			ID: "lifeishard/missing-members-named", Level: Must, Blame: Insurer, On: sold, Proof: Inferred, Clause: lifeisServer + "; which members are mandatory is inferred",
			Says:   "a refusal with VALIDATION_ERROR names every member that the document misses",
			Verify: missingNamed(c),
		},
		{
			ID: "lifeishard/missing-text", Level: Must, Blame: Insurer, On: sold, Proof: Observed, Clause: lifeisServer,
			Says:   "in Romanian, a member that is missing is obligatory: Câmpul ... este obligatoriu.",
			Verify: missingText(c),
		},
		{
			ID: "lifeishard/observed-texts", Level: Must, Blame: Insurer, On: offers, Proof: Observed, Clause: lifeisServer,
			Says:   "the texts for a missing floor and an unknown insurer are, in Romanian, those that were observed",
			Verify: observedTexts,
		},
		{
			ID: "lifeishard/localities-of-county", Level: Must, Blame: Insurer, On: []string{"localities"}, Proof: Seed, Clause: lifeisPages,
			Says:   "every locality is of the county that was asked for",
			Verify: localitiesOfCounty,
		},
		{
			ID: "lifeishard/unknown-county-empty", Level: Must, Blame: Insurer, On: []string{"localities"}, Proof: Observed, Clause: lifeisServer,
			Says:   "an unknown county has an empty list and is no error",
			Verify: unknownCountyEmpty,
		},
		{
			ID: "lifeishard/counties-complete", Level: Must, Blame: Insurer, On: []string{"counties"}, Proof: Observed, Clause: lifeisServer,
			Says:   "Romania has 42 counties with the capital, each once",
			Verify: countiesComplete,
		},
	}
}

// lifeishardAccepted is a 2xx that does not call itself an error.
func lifeishardAccepted(x *Exchange) bool {
	if x.Response.Status < 200 || x.Response.Status > 299 {
		return false
	}
	tree, _ := x.Response.tree()
	said := member(tree, "error")
	return said != true && said != "true"
}

// lifeishardYes are the trees of an exchange that the operator said yes to; false when
// it did not, or its answer cannot be read.
func lifeishardYes(x *Exchange) (ask, answer any, ok bool) {
	if !lifeishardAccepted(x) {
		return nil, nil, false
	}
	answer, ok = x.Response.tree()
	ask, _ = x.Request.tree()
	return ask, answer, ok
}

// contractsSold goes through the offers or policies of an answer, each with its
// place.
func contractsSold(answer any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, name := range [...]string{"offers", "policies"} {
			for i, one := range list(member(answer, "data"), name) {
				if !yield(fmt.Sprintf("/data/%s/%d", name, i), one) {
					return
				}
			}
		}
	}
}

// onSold makes a check of what it says about each offer or policy.
func onSold(x *Exchange, judge func(ask any, at string, one any) error) error {
	ask, answer, ok := lifeishardYes(x)
	if !ok {
		return errBeside
	}
	all, some := []error{}, false
	for at, one := range contractsSold(answer) {
		err := judge(ask, at, one)
		if errors.Is(err, errBeside) {
			continue
		}
		some = true
		all = append(all, err)
	}
	if !some {
		return errBeside
	}
	return errors.Join(all...)
}

// plain is a number by its text, in quotes or not; empty for what is none.
func plain(value any) string {
	switch value := value.(type) {
	case json.Number:
		return value.String()
	case string:
		return value
	}
	return ""
}

// hundredths reads an amount, in quotes or not.
func hundredths(value any) (int64, bool) {
	if text, quoted := value.(string); quoted {
		if text == "" || !json.Valid([]byte(text)) {
			return 0, false
		}
		value = json.Number(text)
	}
	return satang(value)
}

// differ is one departure.
func differ(at string, tree any, name, want string) error {
	return &Mismatch{Where: at + "/" + name, Got: shown(tree, name), Want: want}
}
