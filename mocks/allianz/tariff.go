package allianz

import (
	"encoding/binary"
	"hash/fnv"
)

// The tariff is ours (inferred). Its shape: the own damage premium of a car,
// which grows with the sum insured in two steps, times factors for class, age
// and garage and the plan's share, less a credit for the deductible; then flood,
// liability by sum, and a charge; all of it times a factor for usage; rounded to
// the baht.
//
// The coefficients are solved for the four net premiums that the insurer prints
// with their cover, all for make 39, usage 110, garage COMPANY:
//
//	model 1597, new,      OD   600,000                        18,617
//	model 1597, new,      OD   700,000                        22,131
//	model 1597, a year,   OD   580,000                        17,111
//	model 1538, new,      OD 1,300,000, TPBI_PERSON 1,000,000 27,570
//
// The first two give the upper step, 3,514 baht for 100,000; 2,500 baht for the
// default liability gives the lower; the third the age, the fourth the class.
// Every factor is applied by multiplying integers and dropping the rest, which
// keeps the order of two prices.
const (
	lowerStep = 500_000 * baht
	lowerRate = 25_206 // of a million
	upperRate = 35_140 // of a million
	floodRate = 1_020  // of a million, for no more than the car is insured for

	creditRate  = 500 // of a thousand of the deductible
	creditLimit = 300 // of a thousand of the own damage premium

	charge = 144 * baht
)

// liabilityRates are per million of the sum; with the charge they make 2,500
// baht of the default cover.
var liabilityRates = map[string]int64{
	codePerPerson: 712,
	codePerCase:   40,
	codeProperty:  300,
	codeAccident:  3_500,
	codeMedical:   3_000,
	codeBail:      1_000,
}

// ageFactors are parts of 10,000 by years; older cars stay at the last.
var ageFactors = [...]int64{10_000, 9_479, 9_210, 8_990, 8_820, 8_690, 8_600, 8_550}

// usageFactors are parts of 10,000; commercial use costs more than private use.
var usageFactors = map[string]int64{
	"110": 10_000, "120": 11_500,
	"210": 10_800, "220": 12_800,
	"320": 12_000,
}

const anyUsageFactor = 13_000

// class is how a make and model is rated.
type class struct {
	rate  int64  // of a thousand
	value satang // of a new car, for the default cover
}

// printedClasses are solved for the samples; the default sum of the first is
// printed, that of the second is what its sample insures.
var printedClasses = map[string]class{
	"39/1597": {rate: 1_000, value: 600_000 * baht},
	"39/1538": {rate: 607, value: 1_300_000 * baht},
}

// classOf rates a car by its codes, which are opaque: any car but the printed ones
// falls by its codes and the world's seed into one of 17 rates and 24 values.
func classOf(seed uint64, maker, model string) class {
	key := maker + "/" + model
	if printed, ok := printedClasses[key]; ok {
		return printed
	}
	h := fnv.New32a()
	_, _ = h.Write(binary.BigEndian.AppendUint64([]byte(key), seed))
	n := int64(h.Sum32())
	return class{
		rate:  600 + 50*(n%17),
		value: satang(350_000+50_000*(n/17%24)) * baht,
	}
}

// risk is what the tariff knows of a car.
type risk struct {
	class  class
	usage  string
	age    int  // in years, when the cover begins
	dealer bool // repaired by a dealer, at the dealer's prices
	priced int  // the year whose prices apply

	flat satang // what the compulsory cover costs
}

// value is what the car is worth, in steps of 10,000 baht: 9 % less each year
// down to a quarter.
func (r risk) value() satang {
	const step = 10_000 * baht
	left := max(1_000-90*int64(r.age), 250)
	return part(r.class.value, left, 1_000) / step * step
}

// net is the net premium of a plan, in whole baht.
func (r risk) net(p plan, cover []item) satang {
	if p.code == productCMI {
		return r.flat
	}
	own := r.ownDamage(p, insured(cover, codeOwnDamage))
	credit := part(insured(cover, codeDeductible), creditRate, 1_000)
	net := own - min(credit, part(own, creditLimit, 1_000)) + charge
	if !p.bars(codeFlood) {
		net += part(min(insured(cover, codeFlood), insured(cover, codeOwnDamage)), floodRate, 1_000_000)
	}
	for _, one := range cover {
		if one.SumInsured != nil {
			net += part(*one.SumInsured, liabilityRates[one.Code], 1_000_000)
		}
	}
	factor, known := usageFactors[r.usage]
	if !known {
		factor = anyUsageFactor
	}
	return (part(net, factor, 10_000) + baht/2) / baht * baht
}

func (r risk) ownDamage(p plan, sum satang) satang {
	own := part(min(sum, lowerStep), lowerRate, 1_000_000) + part(max(sum-lowerStep, 0), upperRate, 1_000_000)
	own = part(own, r.class.rate, 1_000)
	own = part(own, ageFactors[min(r.age, len(ageFactors)-1)], 10_000)
	if r.dealer {
		own = part(own, 1_000+dealerLoading(r.priced), 1_000)
	}
	return part(own, p.share, 10_000)
}

// dealerLoading is what dealers cost above the insurer's own garages, in parts of
// a thousand. They raise their prices each new year: the one thing in the tariff
// that depends on the day a quote is priced for. A quote for the insurer's own
// garages costs the same on every day, so that the printed premiums hold under
// any clock.
func dealerLoading(year int) int64 {
	return min(max(180+4*int64(year-2020), 100), 300)
}

// insured is the sum of an item, 0 when there is none.
func insured(cover []item, code string) satang {
	for _, one := range cover {
		if one.Code == code && one.SumInsured != nil {
			return *one.SumInsured
		}
	}
	return 0
}

// part is rate parts of an amount divided into whole parts, the rest dropped.
func part(amount satang, rate, whole int64) satang {
	return amount * satang(rate) / satang(whole)
}
