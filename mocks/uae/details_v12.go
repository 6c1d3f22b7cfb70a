package uae

import (
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// billingPurposes are those of v1.2; Other came with an erratum to v2.0.
var billingPurposes = []string{
	"AccountAggregation", "RiskAssessment", "PremiumHistory", "ClaimHistory", "Onboarding", "Verification", "QuoteComparison", "FinancialAdvice",
}

// readV12 reads an item in the words of v1.2, whose objects are closed.
func readV12(item object, now time.Time) (consent, *mocks.Refusal) {
	var r reading
	const at, billing = "/consent", "OpenFinanceBilling"
	r.closed(item, "", "type", "consent", "subscription")
	o := r.object(item, "", "consent")
	r.closed(o, at, "ConsentId", "BaseConsentId", "Permissions", "ExpirationDateTime", billing, "OnBehalfOf")
	c := r.consentOf(o, at, now)
	purpose := r.object(o, at, billing)
	r.closed(purpose, at+"/"+billing, "Purpose")
	r.choice(purpose["Purpose"], at+"/"+billing+"/Purpose", billingPurposes)
	c.Billing = ordered(purpose, "Purpose")
	c.Webhook = r.subscription(item, "subscription")
	return c, r.refusal
}
