package allianz

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	productVMI = "VMI"
	productCMI = "CMI"
)

// quickQuote is an answer: the request with its cover filled in and priced, in
// the order of the insurer's samples.
type quickQuote struct {
	PolicyStartDate  string           `json:"policyStartDate"`
	PolicyExpiryDate string           `json:"policyExpiryDate"`
	Channel          string           `json:"channel"`
	ProductCode      string           `json:"productCode"`
	Vehicle          vehicle          `json:"vehicle"`
	ProductPackages  []productPackage `json:"productPackages"`
}

type productPackage struct {
	Name      *string    `json:"name"`
	Coverages []coverage `json:"coverages"`
	Premium   premium    `json:"premium"`
}

type coverage struct {
	Name          string  `json:"name"`
	Code          string  `json:"code"`
	SumInsured    *satang `json:"sumInsured"`
	CoverageItems []item  `json:"coverageItems"`
}

type item struct {
	Name       string  `json:"name"`
	Code       string  `json:"code"`
	SumInsured *satang `json:"sumInsured"`
}

// bangkok is where the insurer's day begins; Thailand keeps no summer time.
var bangkok = time.FixedZone("Asia/Bangkok", 7*60*60)

func (in *insurer) quickQuote(r *http.Request) (mocks.Answer, error) {
	ask, _ := mocks.Decoded(r.Context()).(map[string]any)
	answer, refusal := quote(ask, mocks.Now(r.Context()).In(bangkok), mocks.WorldOf(r.Context()).Seed())
	if refusal != nil {
		return mocks.Answer{}, refusal
	}
	return mocks.Answer{
		Status:   http.StatusOK,
		Body:     answer,
		Rule:     "the request with its cover filled in; the net premium is the sandbox's own tariff, stamp and VAT are the insurer's arithmetic",
		Evidence: contracts.Inferred,
	}, nil
}

// quote prices a request that fits the document, on a day, in a world with a
// seed.
func quote(ask members, today time.Time, seed uint64) (*quickQuote, *mocks.Refusal) {
	start, err := time.Parse(time.DateOnly, ask.text("policyStartDate"))
	if err != nil {
		return nil, wanting("/policyStartDate", "policyStartDate is mandatory, as yyyy-mm-dd")
	}
	product, sent := ask.text("productCode"), ask.object("vehicle")
	if refusal := checkVehicle(product, sent); refusal != nil {
		return nil, refusal
	}
	q := &quickQuote{
		PolicyStartDate:  ask.text("policyStartDate"),
		PolicyExpiryDate: ask.text("policyExpiryDate"),
		Channel:          ask.text("channel"),
		ProductCode:      product,
		Vehicle:          echoed(sent),
	}
	if q.PolicyExpiryDate == "" {
		q.PolicyExpiryDate = yearAfter(start)
	}
	asked, _ := ask.objects("productPackages")
	car := risk{
		class:  classOf(seed, sent.text("make"), sent.text("model")),
		usage:  sent.text("usage"),
		age:    ageOf(sent.text("yearOfManufacture"), start),
		dealer: sent.text("garageType") == garageDealer,
		priced: pricedOn(ask.text("proposalDate"), today).Year(),
	}
	switch {
	case product == productCMI:
		flat, known := compulsoryNet(car.usage)
		if !known {
			return nil, &mocks.Refusal{
				Where: "/vehicle/usage", Rule: "the compulsory tariff has no such usage", Remedy: "send 1.10, for example",
				Evidence: contracts.Inferred,
			}
		}
		car.flat = flat
		if len(asked) == 0 {
			asked = nameless
		}
	case len(asked) == 0:
		return nil, wanting("/productPackages", "productPackages is mandatory for VMI")
	}
	if refusal := q.fill(asked, car); refusal != nil {
		return nil, refusal
	}
	return q, nil
}

// nameless is the package of CMI, which is asked for without one (the shape of
// its answer is inferred).
var nameless = []members{{"coverages": []any{map[string]any{"code": productCMI}}}}

// yearAfter is when cover ends where the caller does not say: printed for
// contracts, inferred here.
func yearAfter(start time.Time) string {
	if end := start.AddDate(1, 0, 0); end.Year() <= 9999 {
		return end.Format(time.DateOnly)
	}
	return "9999-12-31" // the last day that the form of a date can say
}

// pricedOn is the day whose prices apply; no proposal date means today.
func pricedOn(proposal string, today time.Time) time.Time {
	if day, err := time.Parse(time.DateOnly, proposal); err == nil {
		return day
	}
	return today
}

// fill answers and prices every package.
func (q *quickQuote) fill(asked []members, car risk) *mocks.Refusal {
	for i, sent := range asked {
		at := "/productPackages/" + strconv.Itoa(i)
		one := productPackage{}
		if name := sent.text("name"); name != "" {
			one.Name = &name
		}
		coverages, _ := sent.objects("coverages")
		if len(coverages) == 0 {
			return &mocks.Refusal{
				Where: at + "/coverages", Rule: "a package has a coverage", Remedy: "send one", Evidence: contracts.Inferred,
			}
		}
		var net satang
		for j, cover := range coverages {
			p, filled, refusal := q.cover(cover, car, at+"/coverages/"+strconv.Itoa(j))
			if refusal != nil {
				return refusal
			}
			one.Coverages = append(one.Coverages, filled)
			net += car.net(p, filled.CoverageItems)
		}
		one.Premium = newPremium(net)
		q.ProductPackages = append(q.ProductPackages, one)
	}
	return nil
}

// cover fills in one coverage in one of the three printed modes: nothing given,
// the sum given, all items given.
func (q *quickQuote) cover(sent members, car risk, at string) (plan, coverage, *mocks.Refusal) {
	p, refusal := q.plan(sent, at)
	if refusal != nil {
		return p, coverage{}, refusal
	}
	filled := coverage{Name: cmp.Or(sent.text("name"), p.code), Code: p.code}
	sum, readable := sent.amount("sumInsured")
	items, given := sent.objects("coverageItems")
	insuresCar := p.demands(codeOwnDamage)
	switch {
	case !readable, insuresCar && !given && sum != nil && *sum == 0:
		return p, filled, &mocks.Refusal{
			Where: at + "/sumInsured", Rule: "a sum insured is positive, has at most two decimals and is below a million million baht",
			Remedy: "send such a sum, or null for the default", Evidence: contracts.Inferred,
		}
	case p.code == productCMI:
		if len(items) > 0 {
			return p, filled, &mocks.Refusal{
				Where: at + "/coverageItems", Rule: "the compulsory cover has no items", Remedy: "send coverageItems: null, or no package",
				Evidence: contracts.Inferred,
			}
		}
	case given:
		filled.CoverageItems, refusal = p.specific(items, at+"/coverageItems")
		if refusal != nil {
			return p, filled, refusal
		}
		if sum == nil && insuresCar {
			sum = new(insured(filled.CoverageItems, codeOwnDamage))
		}
	default:
		q.Vehicle.NumberOfSeats = seats
		if sum == nil && insuresCar {
			sum = new(car.value())
		}
		var own satang
		if sum != nil {
			own = *sum
		}
		filled.CoverageItems = p.defaults(own)
	}
	filled.SumInsured = sum
	return p, filled, nil
}

// plan is what a coverage asks for, held to the product and the garage.
func (q *quickQuote) plan(sent members, at string) (plan, *mocks.Refusal) {
	p, ok := planOf(q.ProductCode, sent.text("code"))
	if !ok {
		return plan{}, &mocks.Refusal{
			Where: at + "/code", Rule: q.ProductCode + " has no such plan",
			Remedy: "send " + codes(plansOf(q.ProductCode)), Evidence: contracts.Inferred,
		}
	}
	return p, p.checkGarage(q.garage())
}

func codes(plans []plan) string {
	names := make([]string, len(plans))
	for i, p := range plans {
		names[i] = p.code
	}
	return alternatives(names)
}

func (q *quickQuote) garage() string {
	if garage := q.Vehicle.GarageType; garage != nil && *garage != nil {
		return **garage
	}
	return ""
}

// wanting refuses a request without a member that is printed as mandatory.
func wanting(where, rule string) *mocks.Refusal {
	return &mocks.Refusal{
		Where: where, Rule: rule + " (printed; the code for it is inferred)", Remedy: "send it", Evidence: contracts.Seed,
	}
}
