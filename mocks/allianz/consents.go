package allianz

import (
	"strconv"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// consent is a kind of consent that a contract needs an answer to.
type consent struct {
	kind      string
	mandatory bool // the answer is yes
}

// consents are the printed three.
var consents = []consent{
	{kind: "SANCTION_COUNTRY", mandatory: true},
	{kind: "INFORMATION", mandatory: true},
	{kind: "MARKETING"},
}

func checkConsents(ask members) *mocks.Refusal {
	sent, _ := ask.objects("consents")
	for _, want := range consents {
		given := false
		for i, one := range sent {
			if one.text("consentType") != want.kind {
				continue
			}
			given = true
			if one["hasAccepted"] != true && want.mandatory {
				return &mocks.Refusal{
					Where: "/consents/" + strconv.Itoa(i) + "/hasAccepted", Rule: "nobody is insured without consenting to " + want.kind,
					Remedy: "send true once the customer has consented", Evidence: contracts.Seed,
				}
			}
		}
		if !given {
			return wanting("/consents", "all three consents are mandatory, and "+want.kind+" is missing")
		}
	}
	return nil
}
