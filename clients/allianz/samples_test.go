package allianz_test

import "github.com/understudy-sandbox/understudy/clients/allianz"

// contractRequests is the requests that the carrier prints, by their archive.
func contractRequests() map[string]allianz.ContractRequest {
	return map[string]allianz.ContractRequest{"person": personRequest(), "company": companyRequest(), "package": packageRequest()}
}

func personRequest() allianz.ContractRequest {
	beneficiary, payer := officer(), officer()
	beneficiary.Title, beneficiary.FirstName, beneficiary.LastName, beneficiary.Gender = "คุณหญิง", "พิมดาว", "มีดี", allianz.Female
	beneficiary.IdentificationDocuments = card("3011535486109")
	beneficiary.BirthDate, beneficiary.Occupation, beneficiary.EmailAddress = "2000-01-20", "14", "test@bb.bb"
	payer.Title, payer.FirstName, payer.LastName = "MS", "บีบี", "เอเอ"
	payer.IdentificationDocuments = card("3182431105753")
	payer.BirthDate, payer.Occupation, payer.EmailAddress = "1999-05-11", "14", "test@cc.cc"

	consents := allianz.ThreeConsents("2019-02-26", true)
	consents[0].ConsentGroup = "Insured person/beneficiary/payor do not involve in Iran, North Korea, Russia or Syria"
	consents[1].ConsentGroup = "Data Privacy Policy Consent Form"
	consents[2].ConsentGroup = "Marketing or servicing, Accepting T&C, Promotional info"

	return allianz.ContractRequest{
		PolicyStartDate: "2022-06-17", PolicyExpiryDate: "2023-06-17", ProductCode: allianz.VMI, IsDigitalPolicy: true,
		Vehicle: allianz.Vehicle{
			Make: "39", Model: "1597", Usage: "110", GarageType: allianz.GarageCompany,
			VehicleIdentificationNumber: "MR0GSdrdshsh72X",
			RegistrationNumber:          "ฟผ3234", RegistrationState: "0", YearOfManufacture: "2021",
			NumberOfSeats: 7, Color: allianz.Color{Code: "7"},
			RegistrationType: allianz.PlateGeneral, RegistrationCountry: "THA",
		},
		ProductPackages: granular(600000, coverageItems(580000), premium(17111, 69, 120260, 1838260)),
		InsuredPerson:   officer(), Beneficiary: &beneficiary, Payer: &payer,
		Consents: consents,
	}
}

func companyRequest() allianz.ContractRequest {
	company := allianz.Person{
		Type: allianz.Company, RegisterID: "4832380863313",
		CompanyPrefix: "บริษัท", CompanyName: "เทสดาต้า", CompanySuffix: "จำกัด",
		Addresses: bothAddresses(allianz.Address{
			AddressLine1: "เลขที่234/15 หมู่7 ถนนสุขุมวิท",
			District:     "1", SubDistrict: "25", State: "56", PostalCode: "10280",
		}),
	}
	insured := company
	insured.CustomerName = "นายชุม เชย"
	return allianz.ContractRequest{
		PolicyStartDate: "2020-05-20", PolicyExpiryDate: "2021-05-20", ProductCode: allianz.VMI,
		Vehicle: allianz.Vehicle{
			Make: "39", Model: "1597", Usage: "110", GarageType: allianz.GarageCompany,
			VehicleIdentificationNumber: "WD33D2050426019",
			RegistrationNumber:          "4กค4034", RegistrationState: "0", YearOfManufacture: "2020",
			NumberOfSeats: 7, Color: allianz.Color{Code: "7"},
			RegistrationType: allianz.PlateGeneral, RegistrationCountry: "THA",
		},
		ProductPackages: granular(700000, coverageItems(700000), premium(22131, 89, 155540, 2377540)),
		InsuredPerson:   insured, Payer: &company,
		Consents: allianz.ThreeConsents("2020-03-05", true),
	}
}

func packageRequest() allianz.ContractRequest {
	person := allianz.Person{
		Type: allianz.NaturalPerson, Title: "ร.ต.อ.", FirstName: "พอเพียง", LastName: "ไชโย", Gender: allianz.Male,
		IdentificationDocuments: card("1833445523445"),
		Nationality:             "TH", BirthDate: "1988-12-25", Occupation: "99",
		EmailAddress: "string@string.com", MobilePhone: "0861234567",
		Addresses: bothAddresses(allianz.Address{
			AddressLine1: "No. 9 G Tower Rama 9, 10th Floor",
			District:     "1", SubDistrict: "3210", State: "24", PostalCode: "96000",
		}),
	}
	return allianz.ContractRequest{
		PolicyStartDate: "2020-05-20", PolicyExpiryDate: "2021-05-20", ProductCode: allianz.VMI,
		Vehicle: allianz.Vehicle{
			Make: "39", Model: "1597", Usage: "110", GarageType: allianz.GarageCompany,
			VehicleIdentificationNumber: "7TYSA7215687745",
			RegistrationNumber:          "พบ7938", RegistrationState: "0", YearOfManufacture: "2020", EngineNumber: "57YRF10337",
		},
		ProductPackages: []allianz.ProductPackage{{
			Name:      "0Y010556",
			Coverages: []allianz.Coverage{{Name: "VMI1", Code: allianz.VMI1}},
			Premium:   &allianz.Premium{GrossPremium: allianz.Satang(2661197)},
		}},
		InsuredPerson: person, Payer: &person,
		Consents: allianz.ThreeConsents("2020-03-05", true),
	}
}

// officer is the insured person of the person sample, placeholders and blanks included.
func officer() allianz.Person {
	address := allianz.Address{
		AddressLine1: "No. 9 G Tower Rama 9, 10th Floor", AddressLine2: "line2", AddressLine3: "line3", AddressLine4: "line4",
		District: "1", SubDistrict: "3210", State: "24", PostalCode: "96000",
	}
	addresses := bothAddresses(address)
	addresses[1].AddressLine1 = "No. 10 G Tower Rama 9, 10th Floor"
	return allianz.Person{
		Type: allianz.NaturalPerson, Title: "ร.ต.อ.", FirstName: "พอเพียง", LastName: "ไชโย", Gender: allianz.Male,
		IdentificationDocuments: card("4254580668830"),
		Nationality:             "TH", BirthDate: "1988-12-25", Occupation: "99",
		RegisterID: "string", CompanyPrefix: "string", CompanyName: "string", CompanySuffix: "string", CustomerName: "string",
		EmailAddress: " string@string.com ", MobilePhone: "0820509431",
		Addresses: addresses,
	}
}

func card(number string) []allianz.IdentificationDocument {
	return []allianz.IdentificationDocument{{IdentityType: allianz.IdentityCard, IdentityNumber: number}}
}

func bothAddresses(a allianz.Address) []allianz.Address {
	registered, current := a, a
	registered.Type, current.Type = allianz.RegisteredAddress, allianz.CurrentAddress
	return []allianz.Address{registered, current}
}

func granular(sum int64, items []allianz.CoverageItem, p *allianz.Premium) []allianz.ProductPackage {
	packages := packageOf(allianz.Coverage{Name: "VMI1", Code: allianz.VMI1, SumInsured: allianz.Baht(sum), CoverageItems: items})
	packages[0].Premium = p
	return packages
}

func coverageItems(ownDamage int64) []allianz.CoverageItem {
	return []allianz.CoverageItem{
		{Name: "Sum Insured", Code: allianz.OwnDamage, SumInsured: allianz.Baht(ownDamage)},
		{Name: "Deduct Amount", Code: allianz.Deductible, SumInsured: allianz.Baht(0)},
		{Name: "TPBI/Persons", Code: allianz.InjuryPerson, SumInsured: allianz.Baht(500000)},
		{Name: "TPBI Claims/Accident", Code: allianz.InjuryAccident, SumInsured: allianz.Baht(10000000)},
		{Name: "TPPD Claims", Code: allianz.PropertyDamage, SumInsured: allianz.Baht(2500000)},
		{Name: "RY01(PA)/Person", Code: allianz.Accident, SumInsured: allianz.Baht(100000)},
		{Name: "RY02(ME)/Person", Code: allianz.Medical, SumInsured: allianz.Baht(100000)},
		{Name: "RY03(BailBond)", Code: allianz.BailBond, SumInsured: allianz.Baht(200000)},
		{Name: "Roadside Assistance", Code: allianz.Roadside},
	}
}

// premium has its stamp in baht, its tax and gross in satang.
func premium(net, stamp, vat, gross int64) *allianz.Premium {
	return &allianz.Premium{
		AdditionalCosts: []allianz.AdditionalCost{
			{Type: allianz.VAT, Amount: allianz.Satang(vat)},
			{Type: allianz.Stamp, Amount: allianz.Baht(stamp)},
		},
		NetPremium: allianz.Baht(net), GrossPremium: allianz.Satang(gross),
	}
}
