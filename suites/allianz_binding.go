package suites

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// binding is what only an insurer that is bound can show; it is undone at once.
func (a aagi) binding() {
	It("is issued, found again and cancelled within the day", liveBinds, func(ctx SpecContext) {
		c := a.broker(ctx)
		issued, err := c.IssueContract(ctx, a.testContract(ctx, c))
		Expect(err).NotTo(HaveOccurred())
		Expect(issued.PolicyNumber).NotTo(BeEmpty())
		Expect(issued.PolicyStatus).To(BeElementOf(motor.StatusSuccess, motor.StatusInspection))

		found, err := c.Contract(ctx, issued.ContractID)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.PolicyNumber).To(Equal(issued.PolicyNumber))
		Expect(found.PolicyStartDate).To(Equal(issued.PolicyStartDate))

		_, err = c.CancelContract(ctx, issued.ContractID, whyUndone)
		Expect(err).NotTo(HaveOccurred())
		found, err = c.Contract(ctx, issued.ContractID)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.PolicyStatus).To(Equal(motor.StatusCancelled))
	})
}

// testContract asks for a contract that nobody takes for a customer's, at the
// price that is quoted for it.
func (a aagi) testContract(ctx SpecContext, c *motor.Client) motor.ContractRequest {
	GinkgoHelper()
	q := a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
	var one [4]byte
	_, _ = rand.Read(one[:]) // never fails
	// It is by the vehicle that a contract is found again whose answer is lost.
	q.Vehicle.VehicleIdentificationNumber = "TEST" + strings.ToUpper(hex.EncodeToString(one[:])) + "00000"
	q.Vehicle.RegistrationNumber = "ทส" + "1234"
	quoted := quote(ctx, c, q)
	today := a.now(ctx).In(bangkok).Format(time.DateOnly)
	return motor.ContractRequest{
		PolicyStartDate: q.PolicyStartDate, PolicyExpiryDate: motor.Text(q.PolicyExpiryDate), ProductCode: q.ProductCode,
		Vehicle: q.Vehicle, ProductPackages: quoted.ProductPackages,
		InsuredPerson: testPerson(), Consents: motor.ThreeConsents(today, false),
	}
}

// testPerson has a name that says what it is for, and an identity that nobody
// has, with a check digit that is right.
func testPerson() motor.Person {
	home := motor.Address{
		Type: motor.RegisteredAddress, AddressLine1: "ทดสอบ 1",
		District: "1", SubDistrict: "3210", State: "24", PostalCode: "96000",
	}
	here := home
	here.Type = motor.CurrentAddress
	return motor.Person{
		Type: motor.NaturalPerson, Title: "MR", FirstName: "ทดสอบ", LastName: "ระบบ", Gender: motor.Male,
		IdentificationDocuments: []motor.IdentificationDocument{{IdentityType: motor.IdentityCard, IdentityNumber: "9999999999994"}},
		Nationality:             "TH", BirthDate: "1990-01-01", Occupation: "99",
		EmailAddress: "test@example.com", MobilePhone: "0800000000",
		Addresses: []motor.Address{home, here},
	}
}
