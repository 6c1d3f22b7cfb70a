package suites

import (
	"encoding/json"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

const (
	contractsPath    = "/v1/motor/contracts"
	printedContract  = "189a3f6b-e1d2-4aaa-b157-14a0c7f7b014"
	policyNumberForm = `^[0-9]{2}-001-M0[12]-[0-9]{6}$`
)

// contracts is how a policy comes to be.
func (a aagi) contracts() {
	DescribeTable("is issued as the insurer prints the request:", sandboxOnly,
		func(ctx SpecContext, name, start string) {
			c := a.HTTP(ctx)
			got := a.ask(ctx, c, request{token: a.token(ctx, c), path: contractsPath, body: printedText(name + ".request")})
			Expect(got.status).To(Equal(http.StatusOK), "%s", got)
			var made motor.Contract
			Expect(json.Unmarshal(got.body, &made)).To(Succeed())
			Expect(made.ContractID).To(MatchRegexp(`^[A-Za-z0-9_-]{22}$`))
			Expect(made.PolicyNumber).To(MatchRegexp(policyNumberForm))
			Expect(made.PolicyNumber).To(HavePrefix(start[2:4]))
			Expect(made.PolicyStartDate).To(Equal(start))
			Expect(made.PolicyExpiryDate).To(Equal(yearAfter(start)))
			Expect(made.PolicyStatus).To(Equal(motor.StatusSuccess))
			Expect(made.DocumentURL).NotTo(BeEmpty())
		},
		Entry("an e-policy for a person, with a beneficiary and a payer", "issue-person", "2022-06-17"),
		Entry("a policy for a company", "issue-company", "2020-05-20"),
		Entry("a package of the insurer's own", "issue-package", "2020-05-20"),
		Entry("CMI, without packages and without a model", "issue-cmi", "2020-05-20"),
	)

	DescribeTable("is issued for what was quoted, and cancelled the same day:", sandboxOnly, Label("quickQuote", "getContract", "amendContract"),
		func(ctx SpecContext, printed func() motor.ContractRequest) {
			c := a.broker(ctx)
			made := issued(ctx, c, quoted(ctx, c, a.nextWeek(ctx, printed())))
			Expect(made.PolicyStatus).To(Equal(motor.StatusSuccess))
			Expect(policy(ctx, c, made.ContractID)).To(Equal(made))
			Expect(cancelled(ctx, c, made.ContractID).EffectiveDate).To(Equal(made.PolicyStartDate))
			made.PolicyStatus = motor.StatusCancelled
			Expect(policy(ctx, c, made.ContractID)).To(Equal(made))
		},
		Entry("for a person", personContract),
		Entry("for a company", companyContract),
		Entry("CMI for a person", compulsoryContract),
	)

	DescribeTable("is verified without being made:", liveSafe, Label("quickQuote"),
		func(ctx SpecContext, printed func() motor.ContractRequest, cover string) {
			if cover == "cmi" {
				a.needs(cover)
			}
			c := a.broker(ctx)
			verified(ctx, c, quoted(ctx, c, a.nextWeek(ctx, printed())))
		},
		Entry("for a person", personContract, "vmi"),
		Entry("for a company", companyContract, "vmi"),
		Entry("CMI for a person", compulsoryContract, "cmi"),
	)

	It("that was only verified leaves nothing behind", sandboxOnly, func(ctx SpecContext) {
		apart := aagi{a.apart(ctx, "verify")}
		c := apart.broker(ctx)
		other := personContract()
		other.InsuredPerson.FirstName = "พอใจ"
		for _, r := range []motor.ContractRequest{personContract(), other, packageContract(), companyContract(), compulsoryContract()} {
			got := verified(ctx, c, r)
			Expect(got.ContractID).To(BeEmpty())
			Expect(got.PolicyNumber).To(BeEmpty())
			Expect(got.DocumentURL).To(BeEmpty())
		}
		Expect(issued(ctx, c, personContract()).PolicyNumber).To(HaveSuffix("-000001"), "nothing was counted before")
	})

	It("lasts a year where no expiry was sent", sandboxOnly, func(ctx SpecContext) {
		r := personContract()
		r.PolicyExpiryDate = ""
		c := a.broker(ctx)
		Expect(verified(ctx, c, r).PolicyExpiryDate).To(Equal("2023-06-17"))
		Expect(issued(ctx, c, r).PolicyExpiryDate).To(Equal("2023-06-17"))
	})

	It("is made anew by the same request", sandboxOnly, func(ctx SpecContext) {
		c := a.broker(ctx)
		first, second := issued(ctx, c, personContract()), issued(ctx, c, personContract())
		Expect(second.ContractID).NotTo(Equal(first.ContractID))
		Expect(second.PolicyNumber).NotTo(Equal(first.PolicyNumber))
		Expect(second.DocumentURL).NotTo(Equal(first.DocumentURL))
	})

	It("takes any price that was agreed, and a day to price by", sandboxOnly, func(ctx SpecContext) {
		r := personContract()
		r.ProposalDate = "2022-06-01"
		r.ProductPackages[0].Premium = &motor.Premium{GrossPremium: motor.Satang(1_234)}
		issued(ctx, a.broker(ctx), r)
	})

	It("needs no e-mail address on paper, and one for an e-policy", sandboxOnly, func(ctx SpecContext) {
		c, r := a.broker(ctx), personContract()
		r.InsuredPerson.EmailAddress = ""
		verified(ctx, c, r)
		a.declines(ctx, c, electronic(r), "emailAddress")
		r.InsuredPerson.EmailAddress = " string@string.com "
		verified(ctx, c, electronic(r))
	})

	It("may be without consent to marketing, of unknown occupation and with a passport", liveSafe, inferred, func(ctx SpecContext) {
		r := a.nextWeek(ctx, personContract())
		r.Consents = motor.ThreeConsents("", false)
		r.InsuredPerson.Occupation = ""
		r.InsuredPerson.IdentificationDocuments = []motor.IdentificationDocument{{IdentityType: motor.Passport, IdentityNumber: "AA1234567"}}
		verified(ctx, a.broker(ctx), r)
	})

	It("has a beneficiary and a payer of their own", sandboxOnly, func(ctx SpecContext) {
		r := personContract()
		r.Beneficiary, r.Payer = forSomebody(), new(companyContract().InsuredPerson)
		r.Payer.CustomerName, r.Payer.CompanyPrefix, r.Payer.CompanySuffix = "", "", ""
		issued(ctx, a.broker(ctx), r)
	})
}

// request is a call that no client of ours would make.
type request struct {
	method, token, path, body string // POST, where it has no method
}

func (a aagi) ask(ctx SpecContext, c *http.Client, sent request) reply {
	GinkgoHelper()
	return a.post(ctx, c, allianzFace, sent.path, sent.body, func(r *http.Request) {
		if sent.method != "" {
			r.Method = sent.method
		}
		if sent.token != "" {
			r.Header.Set("Authorization", "Bearer "+sent.token)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Content-Language", "th")
	})
}

// issued is a contract that must be made.
func issued(ctx SpecContext, c *motor.Client, r motor.ContractRequest) *motor.Contract {
	GinkgoHelper()
	made, err := c.IssueContract(ctx, r)
	Expect(err).NotTo(HaveOccurred())
	return made
}

// verified is what is said of a contract that could be made.
func verified(ctx SpecContext, c *motor.Client, r motor.ContractRequest) *motor.Contract {
	GinkgoHelper()
	said, err := c.VerifyContract(ctx, r)
	Expect(err).NotTo(HaveOccurred())
	return said
}

// policy is how a contract stands.
func policy(ctx SpecContext, c *motor.Client, id string) *motor.Contract {
	GinkgoHelper()
	got, err := c.Contract(ctx, id)
	Expect(err).NotTo(HaveOccurred())
	Expect(got.ContractID).To(Equal(id))
	return got
}

// cancelled is the end of a contract that must be allowed.
func cancelled(ctx SpecContext, c *motor.Client, id string) *motor.Cancellation {
	GinkgoHelper()
	got, err := c.CancelContract(ctx, id, "User had cancelled the policy")
	Expect(err).NotTo(HaveOccurred())
	return got
}

// yearAfter is the day a year later.
func yearAfter(day string) string {
	GinkgoHelper()
	start, err := time.Parse(time.DateOnly, day)
	Expect(err).NotTo(HaveOccurred())
	return start.AddDate(1, 0, 0).Format(time.DateOnly)
}
