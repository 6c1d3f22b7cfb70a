package allianz

import (
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// application is a request to issue, as far as it can be judged by itself.
type application struct {
	verify  bool
	digital bool
	policy  policy
	named   []identity // whoever is named with an identity, the insured person first

	email, phone string // of the insured person
}

// policy is what was agreed: what the document of a contract prints.
type policy struct {
	Product  string        `json:"product"`
	Start    string        `json:"start"`
	Expiry   string        `json:"expiry"`
	Digital  bool          `json:"digital"`
	Insured  string        `json:"insured"`
	Address  string        `json:"address"`
	Benefits string        `json:"benefits,omitempty"` // who the beneficiary is; empty: the insured person
	Pays     string        `json:"pays,omitempty"`     // who the payer is; empty: the insured person
	Car      car           `json:"car"`
	Packages []soldPackage `json:"packages"`
}

type car struct {
	Make   string `json:"make"`
	Model  string `json:"model,omitempty"`
	Year   string `json:"year,omitempty"`
	Usage  string `json:"usage"`
	Garage string `json:"garage,omitempty"`
	VIN    string `json:"vin"`
	Engine string `json:"engine,omitempty"`
	Plate  string `json:"plate,omitempty"`
}

// soldPackage is a package at the price that the caller sent with it.
type soldPackage struct {
	ID     string     `json:"id,omitempty"` // of a package of the insurer's own
	Covers []coverage `json:"covers"`
	Net    *satang    `json:"net,omitempty"`
	Costs  []cost     `json:"costs,omitempty"`
	Gross  satang     `json:"gross"`
}

const packageGranular = "GRANU" // of a package that is made of covers

// apply holds a request that fits the document to the printed tables, from top
// to bottom, on a day. Vehicle and cover are held to those of a quick quote.
func apply(ask members, today time.Time, seed uint64) (*application, *mocks.Refusal) {
	q, refusal := quote(ask, today, seed)
	if refusal != nil {
		return nil, refusal
	}
	vehicle := ask.object("vehicle")
	if blank(vehicle.text("vehicleIdentificationNumber")) {
		return nil, wanting("/vehicle/vehicleIdentificationNumber", "vehicleIdentificationNumber is mandatory for a contract")
	}
	packages, refusal := q.sold(ask)
	if refusal != nil {
		return nil, refusal
	}
	a := &application{
		verify:  ask.text("contractProcessState") == "VERIFY",
		digital: ask["isDigitalPolicy"] == true,
		policy: policy{
			Product: q.ProductCode, Start: q.PolicyStartDate, Expiry: q.PolicyExpiryDate,
			Car: carOf(vehicle), Packages: packages,
		},
	}
	if refusal := a.readPersons(ask); refusal != nil {
		return nil, refusal
	}
	if refusal := checkConsents(ask); refusal != nil {
		return nil, refusal
	}
	if a.digital && ask.object(memberInsured).text("type") == kindCompany {
		return nil, &mocks.Refusal{
			Code: ePolicy, Where: "/isDigitalPolicy", Rule: "a company gets no e-policy",
			Remedy: "send isDigitalPolicy: false", Evidence: contracts.Seed,
		}
	}
	return a, nil
}

// readPersons holds everybody in the request to the tables.
func (a *application) readPersons(ask members) *mocks.Refusal {
	insured := ask.object(memberInsured)
	if insured == nil {
		return wanting("/"+memberInsured, "insuredPerson is mandatory")
	}
	usage := a.policy.Car.Usage
	for _, member := range []string{memberInsured, "beneficiary", "payer"} {
		sent := ask.object(member)
		if sent == nil {
			continue // the insured person
		}
		r := role{
			insured: member == memberInsured, digital: a.digital,
			individual: a.policy.Product == productVMI && (usage == "110" || usage == "210"),
		}
		if refusal := checkPerson(sent, "/"+member, r); refusal != nil {
			return refusal
		}
		a.named = append(a.named, namesIn(sent, "/"+member)...)
	}
	a.email, a.phone = insured.trimmed("emailAddress"), insured.trimmed("mobilePhone")
	a.policy.Digital = a.digital
	a.policy.Insured, a.policy.Address = fullName(insured), currentAddress(insured)
	if sent := ask.object("beneficiary"); sent != nil {
		a.policy.Benefits = fullName(sent)
	}
	if sent := ask.object("payer"); sent != nil {
		a.policy.Pays = fullName(sent)
	}
	return nil
}

func carOf(sent members) car {
	return car{
		Make: sent.trimmed("make"), Model: sent.trimmed("model"), Year: sent.trimmed("yearOfManufacture"), Usage: sent.text("usage"),
		Garage: sent.text("garageType"), VIN: sent.trimmed("vehicleIdentificationNumber"), Engine: sent.trimmed("engineNumber"),
		Plate: sent.trimmed("registrationNumber"),
	}
}

// sold are the packages of a request at their sent prices; without packages, the
// compulsory cover at that of the tariff.
func (q *quickQuote) sold(ask members) ([]soldPackage, *mocks.Refusal) {
	asked, _ := ask.objects("productPackages")
	if len(asked) == 0 {
		quoted := q.ProductPackages[0]
		price := quoted.Premium
		return []soldPackage{{Covers: quoted.Coverages, Net: &price.NetPremium, Costs: price.AdditionalCosts, Gross: price.GrossPremium}}, nil
	}
	packages := make([]soldPackage, len(asked))
	for i, sent := range asked {
		at := "/productPackages/" + strconv.Itoa(i)
		one := soldPackage{Covers: q.ProductPackages[i].Coverages}
		if name := sent.trimmed("name"); name != packageGranular {
			one.ID = name
		}
		if one.ID != "" {
			if q.ProductCode != productVMI {
				return nil, &mocks.Refusal{
					Where: at + "/name", Rule: "a package of the insurer's own is for VMI only",
					Remedy: "send GRANU or null", Evidence: contracts.Seed,
				}
			}
			one.forgetDefaults(sent)
		}
		if refusal := one.price(sent.object("premium"), at+"/premium"); refusal != nil {
			return nil, refusal
		}
		packages[i] = one
	}
	return packages, nil
}

// forgetDefaults leaves of the covers what was sent: what a package id stands for
// is the insurer's knowledge.
func (p *soldPackage) forgetDefaults(sent members) {
	asked, _ := sent.objects("coverages")
	for i, cover := range asked {
		if _, given := cover.objects("coverageItems"); !given {
			p.Covers[i].CoverageItems = nil
			p.Covers[i].SumInsured, _ = cover.amount("sumInsured")
		}
	}
}

// price takes the premium as it was sent.
func (p *soldPackage) price(sent members, at string) *mocks.Refusal {
	unreadable := func(name string) *mocks.Refusal {
		return &mocks.Refusal{
			Where: at + "/" + name, Rule: "a premium is not negative, has at most two decimals and is below a million million baht",
			Remedy: "send what the quote answered", Evidence: contracts.Inferred,
		}
	}
	gross, readable := sent.amount("grossPremium")
	switch {
	case !readable:
		return unreadable("grossPremium")
	case gross == nil:
		return wanting(at+"/grossPremium", "grossPremium is mandatory")
	}
	p.Gross = *gross
	if p.Net, readable = sent.amount("netPremium"); !readable {
		return unreadable("netPremium")
	}
	costs, _ := sent.objects("additionalCosts")
	for _, one := range costs {
		amount, readable := one.amount("amount")
		if !readable {
			return unreadable("additionalCosts")
		}
		if amount != nil {
			p.Costs = append(p.Costs, cost{Type: one.text("type"), Amount: *amount})
		}
	}
	return nil
}
