package allianz

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The codes of the cover items.
const (
	codeOwnDamage  = "OD"
	codeDeductible = "DD"
	codeFlood      = "FL"
	codePerPerson  = "TPBI_PERSON"
	codePerCase    = "TPBI_ACCIDENT"
	codeProperty   = "TPPD"
	codeAccident   = "PA"
	codeMedical    = "ME"
	codeBail       = "BB"
	codeRoadside   = "RA85"
)

// The kinds of repair shop; "" stands for null.
const (
	garageDealer      = "DEALER"
	garageCompany     = "COMPANY"
	garageUnspecified = "UNSPECIFIED"
)

// itemNames are the names as the insurer's JSON samples spell them; its tables
// spell some otherwise.
var itemNames = map[string]string{
	codeOwnDamage:  "Sum Insured",
	codeDeductible: "Deduct Amount",
	codeFlood:      "Flood",
	codePerPerson:  "TPBI/Persons",
	codePerCase:    "TPBI Claims/Accident",
	codeProperty:   "TPPD Claims",
	codeAccident:   "RY01(PA)/Person",
	codeMedical:    "RY02(ME)/Person",
	codeBail:       "RY03(BailBond)",
	codeRoadside:   "Roadside Assistance",
}

// standard are the sums of the default cover, as the VMI1 samples print them.
var standard = map[string]satang{
	codePerPerson: 500_000 * baht,
	codePerCase:   10_000_000 * baht,
	codeProperty:  2_500_000 * baht,
	codeAccident:  100_000 * baht,
	codeMedical:   100_000 * baht,
	codeBail:      200_000 * baht,
}

// plan is a column of the printed tables of cover items and garages.
type plan struct {
	code    string
	items   []string // of the default cover, in order
	barred  []string // must be 0 or null
	garages []string
	// share is how much of the own damage premium of VMI1 the plan costs, in
	// parts of 10,000 (inferred).
	share int64
}

var plans = []plan{
	{
		code:    "VMI1",
		items:   []string{codeOwnDamage, codeDeductible, codePerPerson, codePerCase, codeProperty, codeAccident, codeMedical, codeBail},
		barred:  []string{codeFlood},
		garages: []string{garageDealer, garageCompany},
		share:   10_000,
	},
	{
		code:    "VMI2+",
		items:   []string{codeOwnDamage, codeDeductible, codeFlood, codePerPerson, codePerCase, codeProperty, codeAccident, codeMedical, codeBail},
		garages: []string{garageCompany},
		share:   4_212,
	},
	{
		code:    "VMI3+",
		items:   []string{codeOwnDamage, codeDeductible, codeFlood, codePerPerson, codePerCase, codeProperty, codeAccident, codeMedical, codeBail},
		garages: []string{garageCompany},
		share:   3_157,
	},
	{
		code:    "VMI3",
		items:   []string{codeOwnDamage, codeDeductible, codePerPerson, codePerCase, codeProperty, codeAccident, codeMedical, codeBail},
		barred:  []string{codeOwnDamage, codeDeductible, codeFlood},
		garages: []string{"", garageUnspecified},
	},
}

// compulsory is the cover that the law demands; it has no items.
var compulsory = plan{code: productCMI, garages: []string{"", garageUnspecified}}

// plansOf are the plans of a product.
func plansOf(product string) []plan {
	if product == productCMI {
		return []plan{compulsory}
	}
	return plans
}

func planOf(product, code string) (plan, bool) {
	all := plansOf(product)
	at := slices.IndexFunc(all, func(p plan) bool { return p.code == code })
	if at < 0 {
		return plan{}, false
	}
	return all[at], true
}

func (p plan) bars(code string) bool { return slices.Contains(p.barred, code) }

// demands says whether the item must be sent where items are sent at all.
func (p plan) demands(code string) bool { return slices.Contains(p.items, code) && !p.bars(code) }

// checkGarage holds the garage to the printed table.
func (p plan) checkGarage(garage string) *mocks.Refusal {
	if slices.Contains(p.garages, garage) {
		return nil
	}
	return &mocks.Refusal{
		Where:    "/vehicle/garageType",
		Rule:     fmt.Sprintf("%s does not go with garage %s (the table is printed, the code for it is inferred)", p.code, named(garage)),
		Remedy:   fmt.Sprintf("send garageType %s; ask once for each garage", alternatives(p.garages)),
		Evidence: contracts.Seed,
	}
}

func alternatives(values []string) string {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = named(value)
	}
	return strings.Join(names, " or ")
}

// defaults is the default cover for a sum for the car. Flood is insured for as
// much as the car (inferred).
func (p plan) defaults(car satang) []item {
	items := make([]item, 0, len(p.items)+1)
	for _, code := range p.items {
		sum := standard[code]
		if code == codeOwnDamage || code == codeFlood {
			sum = car
		}
		items = append(items, newItem(code, &sum))
		if p.bars(code) {
			items[len(items)-1].SumInsured = nil
		}
	}
	return append(items, newItem(codeRoadside, nil))
}

// specific is the cover as sent, with roadside assistance at its end where it
// was not asked for.
func (p plan) specific(sent []members, where string) ([]item, *mocks.Refusal) {
	items := make([]item, 0, len(sent)+1)
	for i, one := range sent {
		at := where + "/" + strconv.Itoa(i)
		read, refusal := p.item(one, at)
		if refusal != nil {
			return nil, refusal
		}
		if slices.ContainsFunc(items, func(other item) bool { return other.Code == read.Code }) {
			return nil, &mocks.Refusal{
				Where: at + "/code", Rule: "an item is insured once, and " + read.Code + " came before",
				Remedy: "send " + read.Code + " once", Evidence: contracts.Inferred,
			}
		}
		items = append(items, read)
	}
	for _, code := range p.items {
		if p.demands(code) && !slices.ContainsFunc(items, func(one item) bool { return one.Code == code }) {
			return nil, &mocks.Refusal{
				Where: where, Rule: fmt.Sprintf("%s needs all its items, and %s is missing", p.code, code),
				Remedy: "send all items, or coverageItems: null for the default cover", Evidence: contracts.Seed,
			}
		}
	}
	if !slices.ContainsFunc(items, func(one item) bool { return one.Code == codeRoadside }) {
		items = append(items, newItem(codeRoadside, nil))
	}
	return items, nil
}

// item reads one item and holds it to the printed table.
func (p plan) item(sent members, at string) (item, *mocks.Refusal) {
	code := sent.text("code")
	sum, readable := sent.amount("sumInsured")
	switch {
	case itemNames[code] == "":
		return item{}, &mocks.Refusal{
			Where: at + "/code", Rule: "the insurer has no item with this code",
			Remedy: "send a code of the table of cover items", Evidence: contracts.Seed,
		}
	case !readable:
		return item{}, &mocks.Refusal{
			Where: at + "/sumInsured", Rule: "a sum is not negative, has at most two decimals and is below a million million baht",
			Remedy: "send such a sum", Evidence: contracts.Inferred,
		}
	case p.bars(code) && sum != nil && *sum != 0:
		return item{}, &mocks.Refusal{
			Where: at + "/sumInsured", Rule: fmt.Sprintf("%s of %s must be 0 or null", code, p.code),
			Remedy: "send 0 or null, or leave the item out", Evidence: contracts.Seed,
		}
	case p.demands(code) && sum == nil:
		return item{}, &mocks.Refusal{
			Where: at + "/sumInsured", Rule: fmt.Sprintf("%s of %s is mandatory", code, p.code),
			Remedy: "send a sum", Evidence: contracts.Seed,
		}
	case p.demands(code) && code == codeOwnDamage && *sum == 0:
		return item{}, &mocks.Refusal{
			Where: at + "/sumInsured", Rule: fmt.Sprintf("%s insures the car, for more than nothing", p.code),
			Remedy: "send a positive sum", Evidence: contracts.Inferred,
		}
	case code == codeRoadside:
		sum = nil // in every sample
	}
	return newItem(code, sum), nil
}

func newItem(code string, sum *satang) item {
	return item{Name: itemNames[code], Code: code, SumInsured: sum}
}
