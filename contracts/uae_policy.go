package contracts

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

func uaePolicyChecks() []Check {
	lists := []string{"listInsurancePoliciesRc1", "listMotorInsurancePolicies"}
	singles := []string{"getInsurancePolicyRc1", "getMotorInsurancePolicy"}
	insurer := func(name string, on []string, proof Evidence, clause, says string, verify func(*Exchange) error) Check {
		return Check{ID: "uae/" + name, Level: Must, Blame: Insurer, On: on, Proof: proof, Clause: clause, Says: says, Verify: verify}
	}
	checks := []Check{
		insurer("policy-id", singles, Seed, uaeGuide, "the policy is the one that was asked for", onParts(asInPath("InsurancePolicyId"))),
		insurer("policies-once", lists, Inferred, uaeOurs, "no policy is listed twice", onAnswer(policiesOnce)),
		insurer("rc1-policy-type", []string{"listInsurancePoliciesRc1", "getInsurancePolicyRc1"}, Seed, uaeGuide, "every policy of rc1 has the PolicyType Motor", onPolicies(policyType)),
		insurer("no-policy-type", []string{"listMotorInsurancePolicies", "getMotorInsurancePolicy"}, Upstream, uaeFile, "no policy of v1.2 has a PolicyType", onPolicies(noPolicyType)),
		insurer("rc1-no-meta", []string{"getInsurancePolicyRc1", "getCustomerPaymentDetailsRc1"}, Seed, uaeGuide, "a single policy of rc1 and its payment details have no Meta", onAnswer(noMeta)),
		insurer("policy-meta", []string{"getMotorInsurancePolicy"}, Upstream, uaeFile, "a single policy of v1.2 has Meta with the one member TotalPages", onAnswer(policyMeta)),
		insurer("payment-meta", []string{"getMotorInsuranceCustomerPaymentDetails"}, Upstream, uaeFile, "payment details of v1.2 have an empty Meta", onAnswer(paymentMeta)),
		insurer("total-pages", lists, Upstream, uaeFile+"; the guide of the draft printed a text", "TotalPages of a list is a whole number, 1 or more where a policy is listed", onAnswer(totalPages)),
		insurer("omitted-not-null", append(uaePolicies[:len(uaePolicies):len(uaePolicies)], uaePayments...), Upstream, "rules for insurers (upstream)", "what is not opened is left out; no member is null", onAnswer(omittedNotNull)),
		insurer("amounts", uaePolicies, Upstream, uaeFile+": a number up to v1.2", "an amount is a number, not negative, with a currency of three capitals", onPolicies(amounts)),
		insurer("coverage-dates", uaePolicies, Inferred, uaeFile+"; the order is inferred", "cover starts before it ends, and a policy is issued before it expires", onPolicies(coverageDates)),
		insurer("calendar-dates", uaePolicies, Upstream, uaeFile+"; the guide of the draft printed 31 April", "every date is one of the calendar", onPolicies(calendarDates)),
		insurer("claims-counted", uaePolicies, Inferred, uaeOurs, "no more claims are approved than were made, nor made in twelve months than in thirty-six", onPolicies(claimsCounted)),
		insurer("emirates-id", uaePolicies, Upstream, uaeFile, "an Emirates ID is 784, a year, seven digits and one more", onPolicies(emiratesIDForm)),
		insurer("emirates-id-digits", uaePolicies, Inferred, "how the numbers are made (inferred)", "the last digit of an Emirates ID is that of Luhn's rule, and its year is the year of birth", onPolicies(emiratesIDDigits)),
		insurer("emirates", uaePolicies, Upstream, uaeFile, "an emirate has one of the seven names of the list, in one word", onPolicies(emirates)),
		insurer("vehicle-number", uaePolicies, Inferred, "ISO 3779; the file allows 1 to 35 characters", "a vehicle identification number has 17 characters, and not I, O or Q", onPolicies(vehicleNumber)),
		insurer("account-name", uaePayments, Seed, uaeGuide, "payment details name an account, its scheme and its holder", onAnswer(accountNamed)),
		insurer("iban", uaePayments, Inferred, "ISO 13616; the guide's own account is Saudi and right", "an IBAN has right check digits, and one of AE has 23 characters", onParts(ibanDigits)),
	}
	return append(checks, Check{
		ID: "uae/country-codes", Level: Should, Blame: Insurer, On: uaePolicies, Proof: Upstream, Clause: uaeFile + ": its text, against a pattern without anchors",
		Says:   "a country has exactly two capitals",
		Verify: onPolicies(countryCodes),
	})
}

// onPolicies makes a check of what it says about each policy; verify says whether
// there was something to look at.
func onPolicies(verify func(c *content, at string, policy any) bool) func(*Exchange) error {
	return onParts(func(_ *Exchange, c *content) bool {
		seen := false
		for at, policy := range elements(c.tree) {
			seen = verify(c, at, policy) || seen
		}
		return seen
	})
}

func policiesOnce(_ *Exchange, c *content) { c.once("InsurancePolicyId") }

func policyType(c *content, at string, policy any) bool {
	c.wants(policy, at, "PolicyType", "Motor")
	return true
}

func noPolicyType(c *content, at string, policy any) bool {
	if has(policy, "PolicyType") {
		c.differs(at+"/PolicyType", shown(policy, "PolicyType"), "nothing")
	}
	return true
}

func noMeta(_ *Exchange, c *content) {
	if has(c.tree, "Meta") {
		c.differs("/Meta", shown(c.tree, "Meta"), "nothing")
	}
}

func policyMeta(_ *Exchange, c *content) {
	meta, _ := member(c.tree, "Meta").(map[string]any)
	if pages, ok := whole(meta["TotalPages"]); !ok || pages < 0 || len(meta) != 1 {
		c.differs("/Meta", shown(c.tree, "Meta"), "an object with TotalPages")
	}
}

func paymentMeta(_ *Exchange, c *content) {
	if meta, object := member(c.tree, "Meta").(map[string]any); !object || len(meta) > 0 {
		c.differs("/Meta", shown(c.tree, "Meta"), "an empty object")
	}
}

func totalPages(_ *Exchange, c *content) {
	least := int64(min(1, len(list(c.tree, "Data"))))
	if pages, ok := whole(member(member(c.tree, "Meta"), "TotalPages")); !ok || pages < least {
		c.differs("/Meta/TotalPages", shown(member(c.tree, "Meta"), "TotalPages"), fmt.Sprintf("a whole number, %d or more", least))
	}
}

func omittedNotNull(_ *Exchange, c *content) {
	for where, value := range members(c.tree, "") {
		if value == nil {
			c.differs(where.String(), "null", "nothing")
		}
	}
}

var capitals = regexp.MustCompile(`^[A-Z]{3}$`)

func amounts(c *content, at string, policy any) bool {
	seen := false
	for where, value := range members(policy, at) {
		if !has(value, "Amount") || !has(value, "Currency") {
			continue
		}
		seen = true
		if amount, number := member(value, "Amount").(json.Number); !number || strings.HasPrefix(string(amount), "-") {
			c.differs(where.String()+"/Amount", shown(value, "Amount"), "a number, 0 or more")
		}
		if !capitals.MatchString(text(value, "Currency")) {
			c.differs(where.String()+"/Currency", shown(value, "Currency"), "three capitals")
		}
	}
	return seen
}

func coverageDates(c *content, at string, policy any) bool {
	terms := member(member(policy, "Product"), "Policy")
	seen := false
	for _, pair := range [...][2]string{{"CoverageStartDate", "CoverageEndDate"}, {"IssueDateTime", "ExpiryDateTime"}} {
		from, until := text(terms, pair[0]), text(terms, pair[1])
		if !validDate(from) || !validDate(until) {
			continue
		}
		seen = true
		if from > until {
			c.differs(at+"/Product/Policy/"+pair[1], shown(terms, pair[1]), from+" or later")
		}
	}
	return seen
}

// namedAsDate says whether a member holds a date: all whose names say so, and no
// other, for those with DateTime in a policy are dates too.
func namedAsDate(name string) bool {
	return strings.HasSuffix(name, "Date") || name == "DateOfBirth" || name == "SpouseDateOfBirth" || name == "IssueDateTime" || name == "ExpiryDateTime"
}

func calendarDates(c *content, at string, policy any) bool {
	seen := false
	for where, value := range members(policy, at) {
		if !namedAsDate(where.name) {
			continue
		}
		seen = true
		if date, _ := value.(string); !validDate(date) {
			c.differs(where.String(), shorten(value), "a calendar date yyyy-mm-dd")
		}
	}
	return seen
}

func claimsCounted(c *content, at string, policy any) bool {
	deals := member(policy, "Transactions")
	seen := false
	compare := func(less, more any, where, lessName, moreName string) {
		few, ok1 := whole(member(less, lessName))
		many, ok2 := whole(member(more, moreName))
		if !ok1 || !ok2 {
			return
		}
		seen = true
		if few > many {
			c.differs(at+"/Transactions/"+where+"/"+lessName, shown(less, lessName), fmt.Sprintf("at most %d", many))
		}
	}
	year, three := member(deals, "TwelveMonthClaimSummary"), member(deals, "ThirtySixMonthClaimSummary")
	compare(year, year, "TwelveMonthClaimSummary", "NumberApprovedClaims", "NumberClaims")
	compare(three, three, "ThirtySixMonthClaimSummary", "NumberApprovedClaims", "NumberClaims")
	compare(year, three, "TwelveMonthClaimSummary", "NumberClaims", "NumberClaims")
	return seen
}

func accountNamed(_ *Exchange, c *content) {
	data := member(c.tree, "Data")
	for _, name := range [...]string{"SchemeName", "Identification", "Name"} {
		if text(data, name) == "" {
			c.differs("/Data/"+name, shown(data, name), "a text")
		}
	}
}

var twoCapitals = regexp.MustCompile(`^[A-Z]{2}$`)

func countryCodes(c *content, at string, policy any) bool {
	seen := false
	for where, value := range members(policy, at) {
		switch where.name {
		case "Country", "Nationality", "SecondNationality", "CountryOfBirth", "CountryofOrigin", "PassportIssueCountry", "VisaIssueCountry":
			seen = true
			if code, _ := value.(string); !twoCapitals.MatchString(code) {
				c.differs(where.String(), shorten(value), "two capitals")
			}
		}
	}
	return seen
}
