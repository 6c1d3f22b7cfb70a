package uae

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// policy is a row: a motor policy of one persona.
type policy struct {
	ID           string
	Persona      string
	Product      product
	Transactions transactions
}

// label is what the consent page calls the policy.
func (p policy) label() string {
	v := p.Product.InsuredVehicle
	text := v.Make + " " + v.Model
	if v.ModelYear != "" {
		text += " " + v.ModelYear
	}
	if v.PlateNumber != "" {
		text += ", plate " + v.PlateCode + " " + v.PlateNumber
	}
	return text + ", " + p.Product.Policy.CoverageType
}

// policy is the row that grows from a car.
func (c car) policy(f *gofakeit.Faker, owner person, today time.Time) policy {
	made := policy{ID: c.id, Persona: owner.id}
	if id := f.UUID(); made.ID == "" {
		made.ID = id
	}
	begins := today.AddDate(0, 0, -f.IntRange(40, 330))
	if c.ended {
		begins = begins.AddDate(-1, 0, 0)
	}
	if c.id == hamadPolicy {
		begins = lastMayDay(today)
	}
	value := c.value()
	made.Product = product{
		InsuredVehicle: c.vehicle(f, owner, begins, value),
		Policy:         c.cover(f, begins, value),
	}
	made.Transactions = c.transactions(f, begins, today, value)
	if c.id == hamadPolicy {
		made.asPrinted()
	}
	return made
}

// lastMayDay is when the printed policy began: 1 May 2024, and each year again.
func lastMayDay(today time.Time) time.Time {
	day := time.Date(today.Year(), time.May, 1, 0, 0, 0, 0, today.Location())
	if day.After(today) {
		day = day.AddDate(-1, 0, 0)
	}
	return day
}

// asPrinted gives the policy of the standard's examples what they print of it.
func (p *policy) asPrinted() {
	v := &p.Product.InsuredVehicle
	v.ModelYear, v.PurchaseDate, v.RegistrationDate = "2023", "2023-01-31", "2023-01-31"
	v.EstimatedValue, v.CountryofOrigin, v.Color = 180_000, "AE", "White"
	v.PlateNumber, v.PlateCode, v.VehicleMileage, v.VehicleWeight = "12345", "1", new(int32(50_000)), 2000
	v.FirstTimeRegistration, v.VehicleFinance = new(true), new(dirhams(180_000))
	t := &p.Product.Policy
	t.PolicyReference, t.CoverageAmount = "9e77ccbd-f3c0-4a51-8c22-48c51531a4de", dirhams(180_000)
	t.IssueDateTime = t.CoverageStartDate
	t.DriversPersonalAccidentIncluded, t.PassengersPersonalAccidentIncluded = new(true), new(true)
	t.PreviousPolicyInformation.Insurer = "AXA"
	p.Transactions.PolicyPremiumValue = dirhams(4600)
}

// value is what the car is worth: a sixth less every year, but never less than a
// twentieth, in full hundreds of dirhams.
func (c car) value() int {
	worth := c.price
	for range c.age {
		worth -= worth / 6
	}
	return max(worth, c.price/20) / 100 * 100
}

func (c car) vehicle(f *gofakeit.Faker, owner person, begins time.Time, value int) vehicle {
	year := begins.Year() - c.age
	code, number := plate(f, owner.home.emirate)
	made := vehicle{
		Make: c.make, Model: c.name, ModelYear: fmt.Sprintf("%04d", year), PlateNumber: number, PlateCode: code,
		VehicleIdentificationNumber: vin(f, c.maker, year), TrafficCodeIssuingEmirate: owner.home.emirate,
	}
	if c.bare {
		return made
	}
	bought := time.Date(year, begins.Month(), begins.Day(), 0, 0, 0, 0, begins.Location()).AddDate(0, 0, -f.IntRange(2, 20))
	first := f.Bool()
	made.PurchaseDate, made.RegistrationDate = days(bought), days(bought.AddDate(0, 0, 1))
	made.Specification = "GCC"
	if c.history == "Imported" {
		made.Specification = "American"
	}
	made.EstimatedValue = int32(value)
	made.EngineNumber = c.engine + f.Numerify("#######")
	made.CountryofOrigin, made.Color = c.country, f.RandomString(colours)
	made.VehicleMileage = new(int32(c.age*f.IntRange(11_000, 24_000) + f.IntRange(50, 9_000)))
	made.VehicleWeight = int32(c.weight)
	made.TrafficIdentificationNumber = "1" + f.Numerify("#######")
	made.VehicleHistory = c.history
	made.FirstTimeRegistration = &first
	if c.finance {
		made.VehicleFinance = new(dirhams(value * 7 / 10))
	}
	return made
}

func (c car) cover(f *gofakeit.Faker, begins time.Time, value int) cover {
	ends := begins.AddDate(1, 0, -1)
	made := cover{
		PolicyReference: "P/MT/" + begins.Format("2006") + "/" + f.Numerify("########"),
		IssueDateTime:   days(begins.AddDate(0, 0, -f.IntRange(0, 9))), ExpiryDateTime: days(ends),
		CoverageType: comprehensive, PolicyLimits: "Own damage up to the estimated value; damage to the property of others up to AED 3,500,000",
		PolicyExclusions:  "Racing, driving without a valid licence or under the influence, wear and tear, use outside the Emirates and Oman",
		CoverageAmount:    dirhams(value),
		CoverageStartDate: days(begins), CoverageEndDate: days(ends),
	}
	if c.liability {
		made.CoverageType, made.CoverageAmount = thirdParty, dirhams(2_000_000)
		made.PolicyLimits = "Damage to the property of others up to AED 2,000,000; injury to others as a court decides"
		made.PolicyExclusions = "Damage to the insured car, racing, driving without a valid licence or under the influence"
	}
	if c.bare {
		return made
	}
	driver, passengers := f.Bool(), f.Bool()
	made.DriversPersonalAccidentIncluded, made.PassengersPersonalAccidentIncluded = &driver, &passengers
	if c.former > 0 {
		made.PreviousPolicyInformation = c.before(f, begins)
	}
	return made
}

// before is the policy that this one follows.
func (c car) before(f *gofakeit.Faker, begins time.Time) *formerPolicy {
	made := &formerPolicy{
		Insurer: f.RandomString(otherInsurers), PolicyStartDate: days(begins.AddDate(-1, 0, 0)), PolicyExpiryDate: days(begins.AddDate(0, 0, -1)),
	}
	for range c.former - 1 {
		made.PreviousClaims = append(made.PreviousClaims, formerClaim{
			ClaimAmount: new(money(f.IntRange(40_000, 900_000))), ClaimDescription: f.RandomString(claimStories),
		})
	}
	return made
}

func (c car) transactions(f *gofakeit.Faker, begins, today time.Time, value int) transactions {
	premium := max(value*f.IntRange(220, 340)/100, 130_000) // fils: 2.2 to 3.4 per cent, at least 1,300 dirhams
	if c.liability {
		premium = f.IntRange(75_000, 130_000)
	}
	made := transactions{
		PolicyPremiumValue: money(premium), PolicyPremiumPaymentPeriod: annual, OutstandingPremiumBalance: money(0),
	}
	if times := map[string]int{monthly: 12, quarterly: 4}[c.period]; times > 0 {
		months := int(today.Sub(begins).Hours()) / (24 * 31)
		paid := min(times, 1+months*times/12)
		made.PolicyPremiumPaymentPeriod = c.period
		made.OutstandingPremiumBalance = money(premium / times * (times - paid))
	}
	if c.bare {
		return made
	}
	c.claim(f, &made, begins, today, value)
	if c.finance {
		granted := value * 7 / 10
		made.Loan = &loan{
			LoanAmount: dirhams(granted), LoanStartDate: days(begins.AddDate(-c.age, 0, 3)), LoanInterestRate: decimal(f.IntRange(249, 499)),
			RepaymentSchedule: monthly, OutstandingLoanBalance: dirhams(granted * (60 - min(12*c.age, 48)) / 60),
		}
	}
	return made
}

// claim adds the claims, the latest first, and what they sum up to. All lie after
// the cover began and before today, so both summaries hold them all.
func (c car) claim(f *gofakeit.Faker, made *transactions, begins, today time.Time, value int) {
	statuses := []string{"Completed", "Rejected", "Authorized"}
	last := min(int(today.Sub(begins).Hours())/24, 364)
	claimed, approved, all := 0, 0, 0
	for i := range c.claims {
		fils := f.IntRange(60_000, max(value*12, 70_000))
		day := begins.AddDate(0, 0, last*(c.claims-i)/(c.claims+1))
		one := claim{ClaimDate: days(day), Description: f.RandomString(claimStories), Status: statuses[i], ClaimAmount: money(fils)}
		claimed += fils
		if one.Status != "Rejected" {
			one.DeductibleAmount = new(dirhams(1000))
			approved, all = approved+1, all+fils
		}
		if c.payouts && one.Status == "Completed" {
			made.BenefitPayouts = append(made.BenefitPayouts, payout{Amount: money(max(fils-100_000, 10_000)), Date: days(day.AddDate(0, 0, 1))})
		}
		made.Claims = append(made.Claims, one)
	}
	summary := claimSummary{NumberClaims: int32(c.claims)}
	if c.claims > 0 {
		summary.NumberApprovedClaims = new(int32(approved))
		summary.TotalClaimsAmount, summary.TotalApprovedClaimsAmount = new(money(claimed)), new(money(all))
	}
	whole := summary
	made.TwelveMonthClaimSummary = &summary
	if c.former > 0 {
		made.ThirtySixMonthClaimSummary = &whole
	}
}

// dirhams is a full amount, money one in fils.
func dirhams(n int) amount { return money(n * 100) }

func money(fils int) amount { return amount{Currency: "AED", Amount: decimal(fils)} }

// decimal is a number of hundredths, without a fraction where there is none.
func decimal(hundredths int) json.Number {
	if hundredths%100 == 0 {
		return json.Number(fmt.Sprint(hundredths / 100))
	}
	return json.Number(fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100))
}
