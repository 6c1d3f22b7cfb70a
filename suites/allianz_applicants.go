package suites

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// personContract is what the insurer prints for a person, on paper and with
// nobody but the insured in it.
func personContract() motor.ContractRequest {
	person := motor.Person{
		Type: motor.NaturalPerson, Title: "ร.ต.อ.", FirstName: "พอเพียง", LastName: "ไชโย", Gender: motor.Male,
		IdentificationDocuments: []motor.IdentificationDocument{{IdentityType: motor.IdentityCard, IdentityNumber: "4254580668830"}},
		Nationality:             "TH", BirthDate: "1988-12-25", Occupation: "99",
		EmailAddress: "string@string.com", MobilePhone: "0820509431",
		Addresses: bothAddresses(motor.Address{
			AddressLine1: "No. 9 G Tower Rama 9, 10th Floor", District: "1", SubDistrict: "3210", State: "24", PostalCode: "96000",
		}),
	}
	vehicle := printedCar()
	vehicle.RegistrationNumber, vehicle.YearOfManufacture = "ฟผ3234", "2021"
	return motor.ContractRequest{
		PolicyStartDate: "2022-06-17", PolicyExpiryDate: "2023-06-17", ProductCode: motor.VMI,
		Vehicle: vehicle,
		ProductPackages: []motor.ProductPackage{{
			Name:      motor.Granular,
			Coverages: []motor.Coverage{{Name: "VMI1", Code: motor.VMI1}},
			Premium:   &motor.Premium{NetPremium: motor.Baht(17_111), GrossPremium: motor.Satang(1_838_260)},
		}},
		InsuredPerson: person,
		Consents:      motor.ThreeConsents("2019-02-26", true),
	}
}

// companyContract is what the insurer prints for a company.
func companyContract() motor.ContractRequest {
	r := personContract()
	r.InsuredPerson = motor.Person{
		Type: motor.Company, RegisterID: "4832380863313",
		CompanyPrefix: "บริษัท", CompanyName: "เทสดาต้า", CompanySuffix: "จำกัด", CustomerName: "นายชุม เชย",
		Addresses: bothAddresses(motor.Address{
			AddressLine1: "เลขที่234/15 หมู่7 ถนนสุขุมวิท", District: "1", SubDistrict: "25", State: "56", PostalCode: "10280",
		}),
	}
	return r
}

// packageContract asks for a package of the insurer's own, as it prints one.
func packageContract() motor.ContractRequest {
	r := personContract()
	r.ProductPackages = []motor.ProductPackage{{
		Name:      "0Y010556",
		Coverages: []motor.Coverage{{Name: "VMI1", Code: motor.VMI1}},
		Premium:   &motor.Premium{GrossPremium: motor.Satang(2_661_197)},
	}}
	return r
}

// compulsoryContract asks for the cover that the law demands, without packages
// and without a model.
func compulsoryContract() motor.ContractRequest {
	r := personContract()
	r.ProductCode, r.ProductPackages = motor.CMI, nil
	r.Vehicle.Usage, r.Vehicle.GarageType, r.Vehicle.Model = "1.10", "", ""
	return r
}

// electronic asks for an e-policy.
func electronic(r motor.ContractRequest) motor.ContractRequest {
	r.IsDigitalPolicy = true
	return r
}

// forSomebody is a person of their own, for a beneficiary or a payer.
func forSomebody() *motor.Person {
	person := personContract().InsuredPerson
	person.Title, person.FirstName, person.LastName, person.Gender = "คุณหญิง", "พิมดาว", "มีดี", motor.Female
	person.IdentificationDocuments[0].IdentityNumber = "3011535486109"
	return &person
}

func bothAddresses(a motor.Address) []motor.Address {
	registered, current := a, a
	registered.Type, current.Type = motor.RegisteredAddress, motor.CurrentAddress
	return []motor.Address{registered, current}
}

// nextWeek moves a contract to next week by the target's clock: a live insurer may
// not look back.
func (a aagi) nextWeek(ctx SpecContext, r motor.ContractRequest) motor.ContractRequest {
	GinkgoHelper()
	start := a.now(ctx).In(bangkok).AddDate(0, 0, 7)
	r.PolicyStartDate = start.Format(time.DateOnly)
	r.PolicyExpiryDate = motor.Text(start.AddDate(1, 0, 0).Format(time.DateOnly))
	r.Vehicle.YearOfManufacture = fmt.Sprint(start.Year() - 1)
	return r
}

// quoted is the contract for what the insurer quotes for its car and cover.
func quoted(ctx SpecContext, c *motor.Client, r motor.ContractRequest) motor.ContractRequest {
	GinkgoHelper()
	q := motor.QuickQuoteRequest{
		PolicyStartDate: r.PolicyStartDate, PolicyExpiryDate: string(r.PolicyExpiryDate),
		ProductCode: r.ProductCode, Vehicle: r.Vehicle,
	}
	for _, p := range r.ProductPackages {
		q.ProductPackages = append(q.ProductPackages, motor.ProductPackage{Name: p.Name, Coverages: p.Coverages})
	}
	r.ProductPackages = quote(ctx, c, q).ProductPackages
	return r
}
