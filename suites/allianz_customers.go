package suites

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// Whom a fresh sandbox knows, as it publishes.
const (
	knownIdentity   = "1111111111119"
	knownRegisterID = "0105500000003"
	agentEmail      = "agent@broker.example"
	agentPhone      = "0810000114"
)

// customers is what the insurer makes of who somebody is.
func (a aagi) customers() {
	Context("is refused with 112", sandboxOnly, func() {
		DescribeTable("when the insurer knows the identity under another name:",
			func(ctx SpecContext, strange func() motor.ContractRequest, known func(*motor.Person)) {
				c, r := a.broker(ctx), strange()
				a.turnsAway(ctx, c, r, motor.CodeCustomerMismatch, "ข้อมูลลูกค้า (ชื่อนามสกุล ชื่อบริษัท) ไม่ตรงกับฐานข้อมูล กรุณาติดต่อเจ้าหน้าที่")
				known(&r.InsuredPerson)
				issued(ctx, c, r)
			},
			Entry("a person", func() motor.ContractRequest {
				r := personContract()
				r.InsuredPerson.IdentificationDocuments[0].IdentityNumber = knownIdentity
				return r
			}, func(p *motor.Person) { p.FirstName, p.LastName = "สมหญิง", "รักดี" }),
			Entry("a company", func() motor.ContractRequest {
				r := companyContract()
				r.InsuredPerson.RegisterID = knownRegisterID
				return r
			}, func(p *motor.Person) { p.CompanyName = "ตัวอย่างขนส่ง" }),
		)

		DescribeTable("when it comes back under another name:",
			func(ctx SpecContext, contract func() motor.ContractRequest, rename func(*motor.Person)) {
				apart := aagi{a.apart(ctx, "renamed")}
				c, r := apart.broker(ctx), contract()
				issued(ctx, c, r)
				rename(&r.InsuredPerson)
				a.turnsAway(ctx, c, r, motor.CodeCustomerMismatch, "ไม่ตรงกับฐานข้อมูล")
				issued(ctx, c, contract())
			},
			Entry("a person with another first name", personContract, func(p *motor.Person) { p.FirstName = "พอใจ" }),
			Entry("a person with another last name", personContract, func(p *motor.Person) { p.LastName = "มีดี" }),
			Entry("a company with another name", companyContract, func(p *motor.Person) { p.CompanyName = "เทสระบบ" }),
		)

		It("when the payer is known under another name", func(ctx SpecContext) {
			r := personContract()
			r.Payer = forSomebody()
			r.Payer.IdentificationDocuments[0].IdentityNumber = knownIdentity
			a.turnsAway(ctx, a.broker(ctx), r, motor.CodeCustomerMismatch, "ไม่ตรงกับฐานข้อมูล")
		})
	})

	It("is made again for a customer whose name is written another way", sandboxOnly, func(ctx SpecContext) {
		apart := aagi{a.apart(ctx, "same-name")}
		c, r := apart.broker(ctx), personContract()
		issued(ctx, c, r)
		r.InsuredPerson.Title, r.InsuredPerson.FirstName = "นาย", " พอเพียง "
		issued(ctx, c, r)
	})

	DescribeTable("is refused for an agent's address or phone, but only as an e-policy:", sandboxOnly,
		func(ctx SpecContext, code motor.Code, message string, spoil func(*motor.Person)) {
			c, r := a.broker(ctx), personContract()
			spoil(&r.InsuredPerson)
			a.turnsAway(ctx, c, electronic(r), code, message)
			issued(ctx, c, r)
		},
		Entry("113, an e-mail address", motor.CodeEmailTaken, "อีเมล์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้อีเมล์อื่น",
			func(p *motor.Person) { p.EmailAddress = agentEmail }),
		Entry("113, the same in capitals and between blanks", motor.CodeEmailTaken, "อีเมล์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้อีเมล์อื่น",
			func(p *motor.Person) { p.EmailAddress = " Agent@Broker.Example " }),
		Entry("114, a mobile phone", motor.CodePhoneTaken, "หมายเลขโทรศัพท์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้หมายเลขโทรศัพท์อื่น",
			func(p *motor.Person) { p.MobilePhone = agentPhone }),
	)

	It("is refused in a list of errors, where the target is set to answer so", sandboxOnly, func(ctx SpecContext) {
		apart := aagi{a.apart(ctx, "contract-envelope")}
		apart.set(ctx, "allianz.envelope", "errors")
		c, r := apart.broker(ctx), personContract()
		r.InsuredPerson.IdentificationDocuments[0].IdentityNumber = knownIdentity
		a.turnsAway(ctx, c, r, motor.CodeCustomerMismatch, "ไม่ตรงกับฐานข้อมูล")
		_, err := c.IssueContract(ctx, electronic(companyContract()))
		Expect(err).To(MatchError(motor.ErrCompanyEPolicy))
	})
}

// turnsAway expects a customer to be refused, verified and issued alike, and the
// refusal to be one: nothing was made that would have to be looked for.
func (a aagi) turnsAway(ctx SpecContext, c *motor.Client, r motor.ContractRequest, code motor.Code, message string) {
	GinkgoHelper()
	_, err := c.VerifyContract(ctx, r)
	Expect(err).To(Refuse(string(code)))
	made, err := c.IssueContract(ctx, r)
	Expect(err).To(Refuse(string(code)))
	Expect(err).To(MatchError(ContainSubstring(message)))
	Expect(err).NotTo(BeDoubtful())
	Expect(made).To(BeNil())
}
