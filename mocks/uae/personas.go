package uae

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// persona is a row: a customer of the insurer whom somebody at the consent page
// may be. Its id is the persona's own.
type persona struct {
	ID       string
	Note     string `json:",omitzero"` // what is special about her
	Customer customer
	Account  account
	Licence  bool     `json:",omitzero"`  // the copy of a vehicle licence is on file
	Policies []string `json:",omitempty"` // their ids, in order
	Turns    []turn   `json:",omitempty"`
}

// account is where the customer pays from.
type account struct {
	SchemeName     string // IBAN or AccountNumber
	Identification string
	Name           string
	Bic            string `json:",omitzero"`
	BankName       string `json:",omitzero"`
	BranchName     string `json:",omitzero"`
	AccountType    string `json:",omitzero"`
}

// gulf is the time of the Emirates, the whole year round.
var gulf = time.FixedZone("+04:00", 4*60*60)

// maker gives a generator that depends on the world's seed and the key alone.
type maker func(key ...string) *gofakeit.Faker

// persona is the row that grows from a person, with the rows of her policies.
func (p person) persona(fake maker, today time.Time) (persona, []policy) {
	f := fake("uae", "persona", p.id)
	made := persona{ID: p.id, Note: p.note, Licence: p.mulkiya, Turns: p.turns}
	var policies []policy
	for i, c := range p.cars {
		one := c.policy(fake("uae", "policy", p.id, strconv.Itoa(i)), p, today)
		policies = append(policies, one)
		made.Policies = append(made.Policies, one.ID)
	}
	if p.id == hamadID {
		made.Customer, made.Account = hamad(), hamadAccount
		return made, policies
	}
	made.Customer = p.customer(f, today)
	made.Account = p.account(f)
	return made, policies
}

// hamad is the customer of the standard's examples, as far as they print him up to
// rc1; a date that no calendar has and blocks that were dropped are left out.
func hamad() customer {
	one, home := int64(1), address{AddressLine: []string{"PO Box 12345"}, PostCode: "12345", TownName: "Al Qouz", CountrySubDivision: "Dubai", Country: "AE"}
	return customer{
		CustomerID: hamadCustomer, FullName: "Hamad Ali", PrimaryLanguage: "English",
		BillingAddress: &home, PermanentAddress: &home, ResidentialAddress: &home,
		CommunicationPreferences: []channel{{Type: "Home", PhoneNumber: "971000000000"}},
		BackgroundInformation: &background{
			Gender: "Male", DateOfBirth: "2003-09-12", MaritalStatus: "Married", Nationality: "AE", Salutation: "Mr", NumberOfDependents: &one,
		},
	}
}

// hamadAccount is printed so, an account in Saudi Arabia.
var hamadAccount = account{SchemeName: "IBAN", Identification: "SA4420000001234567891234", Name: "Mr Hamad Ali"}

func (p person) customer(f *gofakeit.Faker, today time.Time) customer {
	home := p.home.address(f)
	made := customer{
		CustomerID: f.UUID(), FullName: p.name, ShortName: p.short, CategorySegment: p.segment, PrimaryLanguage: p.language,
		PermanentAddress: &home, ResidentialAddress: &home,
		CommunicationPreferences: []channel{{Type: "Mobile", PhoneNumber: mobilePhone(f)}, {Type: "Home", PhoneNumber: p.home.phone(f)}},
		BackgroundInformation:    p.background(f),
		IdentityInformation:      p.papers(f, today),
		EmergencyContacts:        []string{mobilePhone(f)},
	}
	if p.segment != "" {
		made.LocalBranch = p.home.name + " Main Branch"
		box := p.home.box(f)
		made.BillingAddress = &box
	}
	if p.work != (job{}) {
		made.EmploymentInformation = p.employment(f, today)
		if p.work.employer != "" {
			made.CommunicationPreferences = append(made.CommunicationPreferences, channel{Type: "Other", PhoneNumber: p.home.phone(f)})
		}
	}
	return made
}

func (p person) background(f *gofakeit.Faker) *background {
	made := &background{
		Gender: p.gender, DateOfBirth: p.born, MaritalStatus: p.marital, EducationBackground: p.school, Nationality: p.nationality,
		SecondNationality: p.second, Salutation: p.salutation, CountryOfBirth: p.from, PlaceOfBirth: p.place, Religion: p.religion,
	}
	if made.CountryOfBirth == "" {
		made.CountryOfBirth = p.nationality
	}
	if p.nationality == "AE" {
		made.MotherMaidenName = f.RandomString(givenNames["Female"]) + " " + f.RandomString(familyNames)
	}
	if p.dependents >= 0 {
		made.NumberOfDependents = &p.dependents
	}
	if p.marital == "Married" {
		other := "Male"
		if p.gender == other {
			other = "Female"
		}
		made.SpouseName = f.RandomString(givenNames[other]) + " " + f.RandomString(familyNames)
		made.SpouseDateOfBirth = days(p.birthday().AddDate(f.IntRange(-4, 4), f.IntRange(0, 11), f.IntRange(0, 27)))
		made.SpouseEmploymentDetails = statusEmployed
		made.SpousePhoneNumber = mobilePhone(f)
	}
	return made
}

func (p person) employment(f *gofakeit.Faker, today time.Time) *employment {
	made := &employment{
		Profession: p.work.profession, EmployerName: p.work.employer, EmploymentStatus: p.work.status, NatureOfEmployerBusiness: p.work.business,
		Designation: p.work.designation,
	}
	if p.work.employer == "" {
		return made
	}
	office := p.home.address(f)
	made.ProfessionDescription = p.work.profession + " at " + p.work.employer
	made.EmployerAddress = &office
	made.EmploymentStartDate = days(today.AddDate(-f.IntRange(1, 6), -f.IntRange(0, 11), 0))
	made.EmploymentLocation = p.home.name
	made.SourceOfIncome = "Salary"
	if p.work.status == statusOwnMaster {
		made.SourceOfIncome = "Business"
	}
	made.IncomeCurrency = "AED"
	made.MonthlyIncome = decimal(p.work.monthly * 100)
	made.AnnualIncome = decimal(p.work.monthly * 12 * 100)
	return made
}

// papers are an Emirates id and a passport, of foreigners also a visa and the
// driving licence of their country.
func (p person) papers(f *gofakeit.Faker, today time.Time) *papers {
	issued := today.AddDate(-f.IntRange(1, 4), -f.IntRange(0, 11), -f.IntRange(0, 27))
	made := &papers{
		EidNumber: emiratesID(f, p.birthday().Year()), EidExpiryDate: days(today.AddDate(f.IntRange(1, 4), f.IntRange(0, 11), 0)),
		PassportIssueCountry: p.nationality, PassportNumber: f.Lexify("?") + f.Numerify("#######"),
		PassportIssueDate: days(issued), PassportExpiryDate: days(issued.AddDate(10, 0, -1)),
		UaeDrivingLicenseNumber:         f.Numerify("#######"),
		UaeDrivingLicenseIssueDate:      days(p.birthday().AddDate(18, f.IntRange(1, 11), f.IntRange(0, 27))),
		UAEDrivingLicenseIssuingEmirate: p.home.emirate,
	}
	made.PassportNumber = strings.ToUpper(made.PassportNumber)
	if p.nationality != "AE" {
		granted := today.AddDate(0, -f.IntRange(1, 20), 0)
		made.VisaNumber = "201" + granted.Format("2006") + f.Numerify("#######")
		made.VisaIssueCountry = "AE"
		made.VisaIssueDate, made.VisaExpiryDate = days(granted), days(granted.AddDate(2, 0, -1))
		made.HomeCountryDrivingLicenseNumber = p.nationality + f.Numerify("##########")
	}
	return made
}

// account is one of an invented bank, so that it is nobody's. One customer's is
// given by its number alone.
func (p person) account(f *gofakeit.Faker) account {
	own := banks[f.IntRange(0, len(banks)-1)]
	number := f.Numerify("################")
	made := account{
		SchemeName: "IBAN", Identification: iban(own.code, number), Name: p.salutation + " " + p.name,
		Bic: own.bic, BankName: own.name, BranchName: p.home.name, AccountType: "Current",
	}
	if p.work.status != statusEmployed && p.work.status != statusOwnMaster {
		made.AccountType = "Savings"
	}
	if p.language == "Other" {
		made.SchemeName, made.Identification = "AccountNumber", number
	}
	return made
}

func (p person) birthday() time.Time {
	day, err := time.Parse(time.DateOnly, p.born)
	if err != nil {
		panic("uae: " + p.id + " was born on no day of the calendar: " + p.born)
	}
	return day
}

func days(t time.Time) string { return t.Format(time.DateOnly) }

// box is an address at the post office.
func (t town) box(f *gofakeit.Faker) address {
	number := strconv.Itoa(f.IntRange(1000, 99999))
	return address{AddressLine: []string{"PO Box " + number}, PostCode: number, TownName: t.name, CountrySubDivision: emirateNames[t.emirate], Country: "AE"}
}

// address is a house and its box.
func (t town) address(f *gofakeit.Faker) address {
	made := t.box(f)
	made.AddressLine = append([]string{fmt.Sprintf("Villa %d, %s", f.IntRange(1, 180), f.RandomString(streets))}, made.AddressLine...)
	return made
}

func (t town) phone(f *gofakeit.Faker) string {
	return "971" + areaCodes[t.name] + strconv.Itoa(f.IntRange(2, 8)) + f.Numerify("######")
}

func mobilePhone(f *gofakeit.Faker) string {
	return "971" + f.RandomString([]string{"50", "52", "54", "55", "56", "58"}) + f.Numerify("#######")
}
