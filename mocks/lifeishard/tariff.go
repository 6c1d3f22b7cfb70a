package lifeishard

import "github.com/understudy-sandbox/understudy/mocks"

// The tariff is ours (inferred), and solved for the printed request: it costs the
// printed 89 euro under every seed. All sums are whole, so that two machines agree.
const (
	base    cents = 20_00            // of every cover, for a year
	least   cents = 10_00            // that an offer costs
	usual   cents = 10_000_00        // the limit where none is asked for
	largest cents = 1_000_000_000_00 // the limit above which no cover costs more

	printedSpeciality = "allergology-and-clinical-immunology"
)

// perMille is what a product costs of its limit, in ten-thousandths.
var perMille = map[string]cents{"general": 8, "professional": 12, "other": 10}

// loadings are what each clause adds, in percent.
var loadings = []struct {
	group, member string
	percent       int64
}{
	{"coverage", "auxiliaryStaff", 5},
	{"coverage", "eScooter", 5},
	{"coverage", "extendedReportingPeriod", 10},
	{"coverage", "moralClaims", 10},
	{"coverage", "feesCompensation", 4},
	{"conditions", "locationCount", 2},
	{"conditions", "claimsWithin3Years", 10},
	{"conditions", "lossHistoryWithin5Years", 5},
}

const (
	loadWorld   = 15 // percent, for cover all over the world
	loadInsured = 1  // for each further person insured
	mostInsured = 20 // that are counted
	mostWaived  = 50 // percent of a claim that a deductible is worth
)

// specialityLoad is what a world charges for a profession, in percent: nothing for
// the printed one, and for the others as its seed has it.
func specialityLoad(w *mocks.World, speciality string) int64 {
	if speciality == "" || speciality == printedSpeciality {
		return 0
	}
	return int64(w.Fake("speciality", speciality).IntN(21))
}

// premium is what an offer costs in whole euro.
func premium(product members, speciality int64) cents {
	liability := product.object("liability")
	limit := usual
	if clause := liability.object("coverage").object("policyLimit"); clause.truth("isIncluded") {
		limit, _ = clause.amount("value")
	} else if value, ok := liability.object("allowance").amount("value"); ok && value > 0 {
		limit = value
	}
	yearly := base + min(limit, largest)*perMille[product.text("name")]/10_000
	percent := 100 + speciality
	for _, l := range loadings {
		if liability.object(l.group).object(l.member).truth("isIncluded") {
			percent += l.percent
		}
	}
	if liability.object("territory").truth("coversWorldWide") {
		percent += loadWorld
	}
	insured := liability.object("additionalInsureds")
	percent += loadInsured * min(insured.number("children")+insured.number("residents"), mostInsured)
	kept := 100 - min(liability.object("deductible").number("percent"), mostWaived)
	asked := yearly * cents(percent*kept*liability.number("termTime")) / 120_000
	return max((asked+50)/100*100, least)
}
