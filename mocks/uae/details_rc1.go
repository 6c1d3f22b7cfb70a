package uae

import (
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// purposesRC1 are known from later files, in which the old list is left over.
var purposesRC1 = []string{
	"InsurancePolicyAggregation", "PersonalFinanceManager", "CreditAssessment", "MotorInsuranceQuote", "EnterpriseFinancialManagement", "Other",
}

// readRC1 reads an item in the words of rc1, whose guide spells the members with
// capitals where RFC 9396 has none; either spelling is taken, and not both.
func readRC1(item object, now time.Time) (consent, *mocks.Refusal) {
	var r reading
	asSpelt := r.spelling(item, "type", "consent", "subscription")
	r.closed(item, "", asSpelt["type"], asSpelt["consent"], asSpelt["subscription"])
	at := "/" + asSpelt["consent"]
	o := r.object(item, "", asSpelt["consent"])
	r.closed(o, at, "ConsentId", "BaseConsentId", "Permissions", "ExpirationDateTime", "Purpose", "OnBehalfOf")
	if r.refusal != nil {
		return consent{}, ours(r.refusal) // that rc1 is as closed as v1.2 is nowhere printed
	}
	c := r.consentOf(o, at, now)
	if _, sent := o["Purpose"]; sent {
		c.Purpose = r.choices(o, at, "Purpose", purposesRC1)
	}
	c.Webhook = r.subscription(item, asSpelt["subscription"])
	return c, r.refusal
}

// spelling says how an item writes each member, with a small letter or a capital.
func (r *reading) spelling(item object, names ...string) map[string]string {
	spelt := map[string]string{}
	for _, name := range names {
		capital := strings.ToUpper(name[:1]) + name[1:]
		_, small := item[name]
		_, large := item[capital]
		spelt[name] = name
		if large && !small {
			spelt[name] = capital
		}
	}
	return spelt
}
