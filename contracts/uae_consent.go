package contracts

import (
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"
)

func uaeConsentChecks() []Check {
	lists, patches := []string{"listConsentsRc1", "listInsuranceConsents"}, []string{"patchConsentRc1", "patchInsuranceConsent"}
	v12 := []string{"getInsuranceConsent", "listInsuranceConsents"}
	rc1 := []string{"getConsentRc1", "listConsentsRc1"}
	insurer := func(name string, on []string, proof Evidence, clause, says string, verify func(*Exchange) error) Check {
		return Check{ID: "uae/" + name, Level: Must, Blame: Insurer, On: on, Proof: proof, Clause: clause, Says: says, Verify: verify}
	}
	return []Check{
		insurer("consent-id", uaeSingles, Seed, uaeGuide+", mended: its sample asks for one id and prints another", "the consent is the one that was asked for", onParts(asInPath("ConsentId"))),
		insurer("consent-status", uaeConsents, Upstream, uaeStates, "a consent is in one of the six states of data sharing; Consumed is none of them", onConsents(consentStatus)),
		insurer("consent-times", uaeConsents, Seed, uaeGuide, "a consent changed its state when it was created, or later", onConsents(consentTimes)),
		insurer("consent-expiry", uaeConsents, Upstream, "page on consents (upstream): a year at most", "a consent expires after its creation, and within a year of it", onConsents(consentExpiry)),
		insurer("consent-clock", uaeConsents, Upstream, uaeFile+": the offset is required", "times of a consent are of the calendar and have an offset", onConsents(consentClock)),
		insurer("consent-permissions", uaeConsents, Inferred, uaeFile+"; that a code stands once is inferred", "a consent has permissions, each once", onConsents(consentPermissions)),
		insurer("consent-revoked-by", uaeConsents, Inferred, uaeFile+"; that only a revoked consent has it is inferred", "RevokedBy stands in no consent but a revoked one", onConsents(consentRevokedBy)),
		insurer("consent-billing", v12, Upstream, uaeFile, "a consent of v1.2 has one purpose in OpenFinanceBilling, and no list Purpose", onConsents(consentBilling)),
		insurer("rc1-consent-purpose", rc1, Seed, uaeGuide+"; the list of purposes is recovered from later files", "a consent of rc1 has its purposes in the list Purpose, and no OpenFinanceBilling", onConsents(consentPurpose)),
		insurer("consent-payment-permission", v12, Upstream, uaeFile+": its list, against its prose", "a consent of v1.2 spells the last permission ReadInsuranceCustomerPaymentDetails", onConsents(paymentPermission("ReadInsuranceCustomerPaymentDetails"))),
		insurer("rc1-consent-payment-permission", rc1, Seed, uaeGuide, "a consent of rc1 spells the last permission ReadMotorInsuranceCustomerPaymentDetails", onConsents(paymentPermission("ReadMotorInsuranceCustomerPaymentDetails"))),
		insurer("consents-of-base", lists, Upstream, "page on BaseConsentId (upstream); that the root is listed too is inferred", "a listed consent is the root that was asked for, or names it as BaseConsentId", consentsOfBase),
		insurer("consents-once", lists, Inferred, uaeOurs, "no consent is listed twice", onAnswer(consentsOnce)),
		insurer("patch-answers-nothing", patches, Upstream, uaeFile, "a patch that is taken is answered with 204 and no body", patchAnswersNothing),
		insurer("links-self", append(slices.Clone(uaeSingles), slices.Concat(lists, uaePolicies, uaePayments)...), Seed, uaeGuide, "Links.Self is the absolute address of what was asked for", linksSelf),
	}
}

// consents are the consents of an answer with the places of their data: one, a
// list, or the one in authorization_details.
func (c *content) consents() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for i, detail := range list(c.tree, "authorization_details") {
			if consent := member(detail, "consent"); has(consent, "Data") && !yield(fmt.Sprintf("/authorization_details/%d/consent/Data", i), member(consent, "Data")) {
				return
			}
		}
		for at, data := range elements(c.tree) {
			if !yield(at, data) {
				return
			}
		}
	}
}

// onConsents makes a check of what it says about each consent; verify says
// whether there was something to look at.
func onConsents(verify func(c *content, at string, data any) bool) func(*Exchange) error {
	return onParts(func(_ *Exchange, c *content) bool {
		seen := false
		for at, data := range c.consents() {
			seen = verify(c, at, data) || seen
		}
		return seen
	})
}

// asInPath compares the id of what was answered with the one in the path.
func asInPath(name string) func(*Exchange, *content) bool {
	return func(x *Exchange, c *content) bool {
		id, err := url.PathUnescape(x.Request.Vars[name])
		if err != nil || id == "" {
			return false
		}
		c.wants(member(c.tree, "Data"), "/Data", name, id)
		return true
	}
}

var consentStates = []string{"AwaitingAuthorization", "Authorized", "Rejected", "Revoked", "Expired", "Suspended"}

func consentStatus(c *content, at string, data any) bool {
	if !slices.Contains(consentStates, text(data, "Status")) {
		c.differs(at+"/Status", shown(data, "Status"), "one of "+strings.Join(consentStates, ", "))
	}
	return true
}

// moment reads a date-time that has seconds and an offset.
func moment(tree any, name string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, text(tree, name))
	return at, err == nil
}

func consentTimes(c *content, at string, data any) bool {
	created, ok1 := moment(data, "CreationDateTime")
	changed, ok2 := moment(data, "StatusUpdateDateTime")
	if !ok1 || !ok2 {
		return false
	}
	if changed.Before(created) {
		c.differs(at+"/StatusUpdateDateTime", shown(data, "StatusUpdateDateTime"), text(data, "CreationDateTime")+" or later")
	}
	return true
}

func consentExpiry(c *content, at string, data any) bool {
	created, ok1 := moment(data, "CreationDateTime")
	expires, ok2 := moment(data, "ExpirationDateTime")
	if !ok1 || !ok2 {
		return false
	}
	if latest := created.AddDate(1, 0, 0); !expires.After(created) || expires.After(latest) {
		c.differs(at+"/ExpirationDateTime", shown(data, "ExpirationDateTime"), "after the creation, and "+latest.Format(time.RFC3339)+" at the latest")
	}
	return true
}

func consentClock(c *content, at string, data any) bool {
	seen := false
	for _, name := range [...]string{"CreationDateTime", "StatusUpdateDateTime", "ExpirationDateTime"} {
		if !has(data, name) {
			continue
		}
		seen = true
		if _, ok := moment(data, name); !ok {
			c.differs(at+"/"+name, shown(data, name), "a time of RFC 3339")
		}
	}
	return seen
}

func consentPermissions(c *content, at string, data any) bool {
	all := list(data, "Permissions")
	if len(all) == 0 {
		c.differs(at+"/Permissions", shown(data, "Permissions"), "a list of one permission or more")
	}
	seen := map[string]bool{}
	for i, one := range all {
		name, isText := one.(string)
		if isText && seen[name] {
			c.differs(fmt.Sprintf("%s/Permissions/%d", at, i), shorten(one), "a permission that does not stand there yet")
		}
		seen[name] = true
	}
	return true
}

func consentRevokedBy(c *content, at string, data any) bool {
	if !has(data, "RevokedBy") {
		return false
	}
	if text(data, "Status") != "Revoked" {
		c.differs(at+"/RevokedBy", shown(data, "RevokedBy"), "nothing")
	}
	return true
}

var (
	billingPurposes = []string{
		"AccountAggregation", "RiskAssessment", "PremiumHistory", "ClaimHistory", "Onboarding", "Verification", "QuoteComparison", "FinancialAdvice",
	}
	listedPurposes = []string{
		"InsurancePolicyAggregation", "PersonalFinanceManager", "CreditAssessment", "MotorInsuranceQuote", "EnterpriseFinancialManagement", "Other",
	}
)

func consentBilling(c *content, at string, data any) bool {
	if billing := member(data, "OpenFinanceBilling"); !slices.Contains(billingPurposes, text(billing, "Purpose")) {
		c.differs(at+"/OpenFinanceBilling/Purpose", shown(billing, "Purpose"), "one of "+strings.Join(billingPurposes, ", "))
	}
	if has(data, "Purpose") {
		c.differs(at+"/Purpose", shown(data, "Purpose"), "nothing")
	}
	return true
}

func consentPurpose(c *content, at string, data any) bool {
	if has(data, "OpenFinanceBilling") {
		c.differs(at+"/OpenFinanceBilling", shown(data, "OpenFinanceBilling"), "nothing")
	}
	if _, isList := member(data, "Purpose").([]any); has(data, "Purpose") && !isList {
		c.differs(at+"/Purpose", shown(data, "Purpose"), "a list")
	}
	for i, one := range list(data, "Purpose") {
		if name, _ := one.(string); !slices.Contains(listedPurposes, name) {
			c.differs(fmt.Sprintf("%s/Purpose/%d", at, i), shorten(one), "one of "+strings.Join(listedPurposes, ", "))
		}
	}
	return true
}

func paymentPermission(want string) func(*content, string, any) bool {
	return func(c *content, at string, data any) bool {
		seen := false
		for i, one := range list(data, "Permissions") {
			if name, _ := one.(string); strings.HasSuffix(name, "CustomerPaymentDetails") {
				seen = true
				if name != want {
					c.differs(fmt.Sprintf("%s/Permissions/%d", at, i), shorten(one), want)
				}
			}
		}
		return seen
	}
}

func consentsOfBase(x *Exchange) error {
	query, err := url.ParseQuery(x.Request.Query)
	base := query.Get("BaseConsentId")
	if err != nil || base == "" {
		return errBeside
	}
	return onConsents(func(c *content, at string, data any) bool {
		if text(data, "ConsentId") != base && text(data, "BaseConsentId") != base {
			c.differs(at+"/BaseConsentId", shown(data, "BaseConsentId"), base)
		}
		return true
	})(x)
}

func consentsOnce(_ *Exchange, c *content) { c.once("ConsentId") }

// once notes the elements whose id stood in an element before.
func (c *content) once(name string) {
	seen := map[string]bool{}
	for at, one := range elements(c.tree) {
		id := text(one, name)
		if seen[id] {
			c.differs(at+"/"+name, shown(one, name), "an id that does not stand there yet")
		}
		seen[id] = true
	}
}

func patchAnswersNothing(x *Exchange) error {
	if !uaeAccepted(x) {
		return errBeside
	}
	if x.Response.Status != 204 {
		return &Mismatch{Where: "status", Got: shorten(x.Response.Status), Want: "204"}
	}
	if len(x.Response.Body) > 0 {
		return &Mismatch{Where: "body", Got: shorten(string(x.Response.Body)), Want: "nothing"}
	}
	return nil
}

func linksSelf(x *Exchange) error {
	return onAnswer(func(x *Exchange, c *content) {
		self := text(member(c.tree, "Links"), "Self")
		u, err := url.Parse(self)
		if err != nil || !absolute(self) || !strings.HasSuffix(u.EscapedPath(), x.Request.Path) {
			c.differs("/Links/Self", shown(member(c.tree, "Links"), "Self"), "an address that ends with "+x.Request.Path)
		}
	})(x)
}
