package suites

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// spoil takes something out of a contract, or puts something wrong into it.
type spoil func(*motor.ContractRequest)

// declined is what no contract is made of.
func (a aagi) declined() {
	demands := func(printed func() motor.ContractRequest) func(SpecContext, string, spoil) {
		return func(ctx SpecContext, member string, spoil spoil) {
			r := a.nextWeek(ctx, printed())
			spoil(&r)
			a.declines(ctx, a.broker(ctx), r, member)
		}
	}
	insured := func(change func(*motor.Person)) spoil {
		return func(r *motor.ContractRequest) { change(&r.InsuredPerson) }
	}

	Context("is refused with 003", func() {
		DescribeTable("for a person without", sandboxOnly, demands(personContract),
			Entry("a title", "title", insured(func(p *motor.Person) { p.Title = "" })),
			Entry("a first name", "firstName", insured(func(p *motor.Person) { p.FirstName = "" })),
			Entry("a last name", "lastName", insured(func(p *motor.Person) { p.LastName = " " })),
			Entry("a gender", "gender", insured(func(p *motor.Person) { p.Gender = "" })),
			Entry("an identity", "identificationDocuments", insured(func(p *motor.Person) { p.IdentificationDocuments = nil })),
			Entry("the kind of an identity", "identityType", insured(func(p *motor.Person) { p.IdentificationDocuments[0].IdentityType = "" })),
			Entry("the number of an identity", "identityNumber", insured(func(p *motor.Person) { p.IdentificationDocuments[0].IdentityNumber = "" })),
			Entry("a nationality", "nationality", insured(func(p *motor.Person) { p.Nationality = "" })),
			Entry("a birth date", "birthDate", insured(func(p *motor.Person) { p.BirthDate = "" })),
			Entry("a mobile phone", "mobilePhone", insured(func(p *motor.Person) { p.MobilePhone = "" })),
			Entry("a registered address", "addresses", insured(func(p *motor.Person) { p.Addresses = p.Addresses[1:] })),
			Entry("a current address", "addresses", insured(func(p *motor.Person) { p.Addresses = p.Addresses[:1] })),
			Entry("the first line of an address", "addressLine1", insured(func(p *motor.Person) { p.Addresses[0].AddressLine1 = "" })),
			Entry("the district of an address", "district", insured(func(p *motor.Person) { p.Addresses[0].District = "" })),
			Entry("the sub-district of an address", "subDistrict", insured(func(p *motor.Person) { p.Addresses[1].SubDistrict = "" })),
			Entry("the province of an address", "state", insured(func(p *motor.Person) { p.Addresses[1].State = "" })),
			Entry("the postal code of an address", "postalCode", insured(func(p *motor.Person) { p.Addresses[1].PostalCode = "" })),
		)

		DescribeTable("for a company without", sandboxOnly, demands(companyContract),
			Entry("a register id", "registerId", insured(func(p *motor.Person) { p.RegisterID = "" })),
			Entry("a name", "companyName", insured(func(p *motor.Person) { p.CompanyName = "" })),
			Entry("what comes before its name", "companyPrefix", insured(func(p *motor.Person) { p.CompanyPrefix = "" })),
			Entry("what comes after its name", "companySuffix", insured(func(p *motor.Person) { p.CompanySuffix = "" })),
			Entry("a driver of its private car", "customerName", insured(func(p *motor.Person) { p.CustomerName = "" })),
			Entry("a current address", "addresses", insured(func(p *motor.Person) { p.Addresses = p.Addresses[:1] })),
		)

		DescribeTable("for what is not written as the insurer wants it:", liveSafe, inferred, demands(personContract),
			Entry("an identity whose check digit is wrong", "identityNumber", insured(func(p *motor.Person) { p.IdentificationDocuments[0].IdentityNumber = "4254580668831" })),
			Entry("an e-mail address without a domain", "emailAddress", insured(func(p *motor.Person) { p.EmailAddress = "string" })),
			Entry("a mobile phone of nine digits", "mobilePhone", insured(func(p *motor.Person) { p.MobilePhone = "082050943" })),
			Entry("a postal code of four digits", "postalCode", insured(func(p *motor.Person) { p.Addresses[0].PostalCode = "9600" })),
			Entry("a line of 251 characters in an address", "addressLine1", insured(func(p *motor.Person) { p.Addresses[0].AddressLine1 = strings.Repeat("ก", 251) })),
		)

		DescribeTable("for a car or a cover without", sandboxOnly, demands(personContract),
			Entry("an identification number", "vehicleIdentificationNumber", func(r *motor.ContractRequest) { r.Vehicle.VehicleIdentificationNumber = "" }),
			Entry("a model", "model", func(r *motor.ContractRequest) { r.Vehicle.Model = "" }),
			Entry("a year of manufacture", "yearOfManufacture", func(r *motor.ContractRequest) { r.Vehicle.YearOfManufacture = "" }),
			Entry("a garage", "garageType", func(r *motor.ContractRequest) { r.Vehicle.GarageType = "" }),
			Entry("packages", "productPackages", func(r *motor.ContractRequest) { r.ProductPackages = nil }),
			Entry("a premium", "premium", func(r *motor.ContractRequest) { r.ProductPackages[0].Premium = nil }),
			Entry("all of its items", "coverageItems", func(r *motor.ContractRequest) {
				r.ProductPackages[0].Coverages[0].CoverageItems = ownDamageItems(500_000, 0)
			}),
		)

		It("for a package of the insurer's own under CMI", sandboxOnly, func(ctx SpecContext) {
			r := compulsoryContract()
			r.ProductPackages = packageContract().ProductPackages
			r.ProductPackages[0].Coverages[0] = motor.Coverage{Name: "CMI", Code: "CMI"}
			a.declines(ctx, a.broker(ctx), r, "name")
		})

		DescribeTable("for a beneficiary or a payer who is sent and incomplete:", sandboxOnly, demands(personContract),
			Entry("a beneficiary without a title", "title", func(r *motor.ContractRequest) {
				r.Beneficiary = forSomebody()
				r.Beneficiary.Title = ""
			}),
			Entry("a payer without a phone", "mobilePhone", func(r *motor.ContractRequest) {
				r.Payer = forSomebody()
				r.Payer.MobilePhone = ""
			}),
			Entry("a company that pays without a register id", "registerId", func(r *motor.ContractRequest) {
				r.Payer = new(companyContract().InsuredPerson)
				r.Payer.RegisterID = ""
			}),
			Entry("a beneficiary without a current address", "addresses", func(r *motor.ContractRequest) {
				r.Beneficiary = forSomebody()
				r.Beneficiary.Addresses = r.Beneficiary.Addresses[:1]
			}),
		)

		DescribeTable("for consents of which", liveSafe, inferred, demands(personContract),
			Entry("none is there", "consents", func(r *motor.ContractRequest) { r.Consents = []motor.Consent{} }),
			Entry("that to marketing is missing", "consents", func(r *motor.ContractRequest) { r.Consents = r.Consents[:2] }),
			Entry("that about sanctions is withheld", "hasAccepted", func(r *motor.ContractRequest) { r.Consents[0].HasAccepted = false }),
			Entry("that about personal data is withheld", "hasAccepted", func(r *motor.ContractRequest) { r.Consents[1].HasAccepted = false }),
		)
	})

	It("is refused for an electronic policy of a company", liveSafe, func(ctx SpecContext) {
		c := a.broker(ctx)
		got, err := c.VerifyContract(ctx, electronic(quoted(ctx, c, a.nextWeek(ctx, companyContract()))))
		Expect(err).To(MatchError(motor.ErrCompanyEPolicy))
		Expect(err).To(MatchError(ContainSubstring("ลูกค้านิติบุคคล ไม่สามารถออกกรมธรรม์ E-Policy ได้")))
		Expect(got).To(BeNil())
	})

	Context("of a car with a plate of", sandboxOnly, func() {
		for _, row := range allianzPlates {
			It(row.String()+": is made for what the table demands, and for no less", func(ctx SpecContext) {
				c := a.broker(ctx)
				verified(ctx, c, row.registered())
				if row.state {
					less := row.registered()
					less.Vehicle.RegistrationState = ""
					a.declines(ctx, c, less, "registrationState")
				}
				if row.plate {
					less := row.registered()
					less.Vehicle.RegistrationNumber = ""
					a.declines(ctx, c, less, "registrationNumber")
				}
			})
		}
	})

	DescribeTable("is refused with 999 for a body that cannot be read:", sandboxOnly,
		func(ctx SpecContext, old, wrong string) {
			c := a.HTTP(ctx)
			body := replaced(printedText("issue-person.request"), old, wrong)
			Expect(a.ask(ctx, c, request{token: a.token(ctx, c), path: contractsPath, body: body})).To(Refuse("999"))
		},
		Entry("an owner that is an empty text", `"owner": null`, `"owner": ""`),
		Entry("a text for a switch", `"isDigitalPolicy": true`, `"isDigitalPolicy": "true"`),
		Entry("a number for a text", `"make": "39"`, `"make": 39`),
	)

	It("is refused to a token that nobody gave", sandboxOnly, func(ctx SpecContext) {
		got := a.ask(ctx, a.HTTP(ctx), request{token: "never-given", path: contractsPath, body: printedText("issue-person.request")})
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
	})

	It("is refused when its body is larger than a mebibyte", sandboxOnly, func(ctx SpecContext) {
		c := a.HTTP(ctx)
		body := replaced(printedText("issue-person.request"), "MR0GSdrdshsh72X", strings.Repeat("5", 1<<20))
		got := a.ask(ctx, c, request{token: a.token(ctx, c), path: contractsPath, body: body})
		Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
	})
}

// registered is a contract for a car with such a plate.
func (p plate) registered() motor.ContractRequest {
	r := personContract()
	r.Vehicle.RegistrationCountry, r.Vehicle.RegistrationType = p.country, p.kind
	r.Vehicle.RegistrationState, r.Vehicle.RegistrationNumber = "", ""
	if p.state {
		r.Vehicle.RegistrationState = "0"
	}
	if p.plate {
		r.Vehicle.RegistrationNumber = "กข1234"
	}
	return r
}

// declines expects a contract to be turned down with 003 and the member that is
// to blame. It is only verified, so that a target that takes it makes nothing.
func (a aagi) declines(ctx SpecContext, c *motor.Client, r motor.ContractRequest, member string) {
	GinkgoHelper()
	got, err := c.VerifyContract(ctx, r)
	Expect(err).To(Refuse("003"))
	Expect(err.Error()).To(ContainSubstring(member + " "))
	Expect(got).To(BeNil())
}
