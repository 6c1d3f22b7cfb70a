package suites

import (
	"context"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

const (
	unknownContract = "AAAAAAAAAAAAAAAAAAAAAA"

	dayToCancel  = 24 * time.Hour
	documentLife = 15 * 24 * time.Hour
)

// lookUps is what the insurer tells of a policy.
func (a aagi) lookUps() {
	It("is told as it was issued", sandboxOnly, func(ctx SpecContext) {
		c := a.broker(ctx)
		made := issued(ctx, c, personContract())
		Expect(policy(ctx, c, made.ContractID)).To(Equal(made))
	})

	It("is there from the beginning, as the insurer prints it", sandboxOnly, Label("amendContract"), func(ctx SpecContext) {
		apart := aagi{a.apart(ctx, "printed-contract")}
		c := apart.broker(ctx)
		got := policy(ctx, c, printedContract)
		Expect(got.PolicyNumber).To(Equal("19-001-M02-069005"))
		Expect(got.PolicyStartDate).To(Equal("2019-12-25"))
		Expect(got.PolicyExpiryDate).To(Equal("2020-12-25"))
		Expect(got.PolicyStatus).To(Equal(motor.StatusSuccess))
		Expect(*cancelled(ctx, c, printedContract)).To(Equal(motor.Cancellation{
			Type: "CANCEL", Reason: "User had cancelled the policy", EffectiveDate: "2019-12-25",
			PolicyNumber: "19-001-M02-069005-2", Status: motor.StatusSuccess,
		}))
	})

	It("that nobody issued is not known", liveSafe, inferred, func(ctx SpecContext) {
		got, err := a.broker(ctx).Contract(ctx, unknownContract)
		Expect(err).To(MatchError(motor.ErrUnknownContract))
		Expect(got).To(BeNil())
	})

	It("is told to nobody with a token that nobody gave", sandboxOnly, func(ctx SpecContext) {
		got := a.ask(ctx, a.HTTP(ctx), request{method: http.MethodGet, token: "never-given", path: contractsPath + "/" + printedContract})
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
	})

	It("is not told for a call with a body larger than a mebibyte", sandboxOnly, func(ctx SpecContext) {
		c := a.HTTP(ctx)
		got := a.ask(ctx, c, request{method: http.MethodGet, token: a.token(ctx, c), path: contractsPath + "/" + printedContract, body: strings.Repeat(" ", 1<<20+1)})
		Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
	})
}

// inspections is what becomes of a contract whose car the insurer wants to see.
func (a aagi) inspections() {
	Context("whose car is inspected", sandboxOnly, func() {
		DescribeTable("waits a day for", func(ctx SpecContext, plate string, end motor.PolicyStatus) {
			apart := aagi{a.apart(ctx, "inspected")}
			c := apart.broker(ctx)
			made := apart.inspected(ctx, c, plate)
			apart.advance(ctx, dayToCancel-time.Second)
			Expect(policy(ctx, c, made.ContractID)).To(Equal(made))
			apart.advance(ctx, time.Second)
			got := policy(ctx, c, made.ContractID)
			Expect(got.PolicyStatus).To(Equal(end))
			Expect(got.PolicyNumber).To(Equal(made.PolicyNumber))
			if end == motor.StatusSuccess {
				Expect(got.DocumentURL).NotTo(BeEmpty())
			} else {
				Expect(got.DocumentURL).To(BeEmpty())
			}
		},
			Entry("success", "ตร1001", motor.StatusSuccess),
			Entry("rejection", "ตร1002", motor.StatusRejected),
		)

		DescribeTable("waits for whoever decides on", func(ctx SpecContext, outcome motor.PolicyStatus) {
			apart := aagi{a.apart(ctx, "decided")}
			apart.set(ctx, "allianz.inspection", "every")
			apart.told(apart.world().Hold(ctx, inspectionJob))
			c := apart.broker(ctx)
			made := apart.inspected(ctx, c, personContract().Vehicle.RegistrationNumber)
			apart.advance(ctx, 3*dayToCancel)
			Expect(policy(ctx, c, made.ContractID).PolicyStatus).To(Equal(motor.StatusInspection), "nobody has decided")
			apart.decide(ctx, outcome)
			Expect(policy(ctx, c, made.ContractID).PolicyStatus).To(Equal(outcome))
		},
			Entry("success", motor.StatusSuccess),
			Entry("rejection", motor.StatusRejected),
		)

		It("has its day to cancel, and its document, from the end of the inspection", Label("amendContract", "downloadDocument"), func(ctx SpecContext) {
			apart := aagi{a.apart(ctx, "issued-later")}
			c := apart.broker(ctx)
			id := apart.inspected(ctx, c, "ตร1001").ContractID
			apart.advance(ctx, dayToCancel)
			apart.advance(ctx, dayToCancel-time.Second)
			document := policy(ctx, c, id).DocumentURL
			cancelled(ctx, c, id)
			apart.advance(ctx, documentLife-dayToCancel)
			_, err := c.Document(ctx, document)
			Expect(err).NotTo(HaveOccurred())
		})

		It("can be cancelled meanwhile, and stays so", Label("amendContract"), func(ctx SpecContext) {
			apart := aagi{a.apart(ctx, "cancelled-meanwhile")}
			c := apart.broker(ctx)
			id := apart.inspected(ctx, c, "ตร1001").ContractID
			cancelled(ctx, c, id)
			apart.advance(ctx, dayToCancel)
			Expect(policy(ctx, c, id).PolicyStatus).To(Equal(motor.StatusCancelled))
		})
	})
}

// inspectionJob is the gate that an inspection can be held behind.
const inspectionJob = "allianz.inspection"

// inspected is a contract that waits for the inspection of its car.
func (a aagi) inspected(ctx SpecContext, c *motor.Client, plate string) *motor.Contract {
	GinkgoHelper()
	r := personContract()
	r.Vehicle.RegistrationNumber = plate
	made := issued(ctx, c, r)
	Expect(made.PolicyStatus).To(Equal(motor.StatusInspection))
	Expect(made.DocumentURL).To(BeEmpty())
	return made
}

// decide ends all inspections.
func (a aagi) decide(ctx context.Context, outcome motor.PolicyStatus) {
	GinkgoHelper()
	ended, err := a.world().Release(ctx, inspectionJob, string(outcome))
	a.told(err)
	Expect(ended).To(HaveLen(1))
}

// cancellations is how a policy ends before its time.
func (a aagi) cancellations() {
	Context("that is cancelled", Label("amendContract"), func() {
		DescribeTable("after", sandboxOnly, func(ctx SpecContext, age time.Duration, allowed bool) {
			apart := aagi{a.apart(ctx, "cancel")}
			c := apart.broker(ctx)
			made := issued(ctx, c, personContract())
			apart.advance(ctx, age)
			got, err := c.CancelContract(ctx, made.ContractID, "sold")
			if !allowed {
				Expect(err).To(MatchError(motor.ErrCancelRefused))
				Expect(err).NotTo(BeDoubtful())
				Expect(got).To(BeNil())
				Expect(policy(ctx, c, made.ContractID).PolicyStatus).To(Equal(motor.StatusSuccess))
				return
			}
			Expect(err).NotTo(HaveOccurred())
			Expect(got.PolicyNumber).To(Equal(made.PolicyNumber + "-2"))
			Expect(got.EffectiveDate).To(Equal(made.PolicyStartDate))
			Expect(policy(ctx, c, made.ContractID).PolicyStatus).To(Equal(motor.StatusCancelled))
		},
			Entry("a second, ends", time.Second, true),
			Entry("a day less a second, ends", dayToCancel-time.Second, true),
			Entry("a day, stays", dayToCancel, false),
			Entry("a month, stays", 30*dayToCancel, false),
		)

		It("is not cancelled twice", sandboxOnly, func(ctx SpecContext) {
			c := a.broker(ctx)
			id := issued(ctx, c, personContract()).ContractID
			cancelled(ctx, c, id)
			_, err := c.CancelContract(ctx, id, "sold")
			Expect(err).To(MatchError(motor.ErrCancelRefused))
			Expect(policy(ctx, c, id).PolicyStatus).To(Equal(motor.StatusCancelled))
		})

		It("is not cancelled once it was rejected", sandboxOnly, func(ctx SpecContext) {
			apart := aagi{a.apart(ctx, "cancel-rejected")}
			c := apart.broker(ctx)
			id := apart.inspected(ctx, c, "ตร1002").ContractID
			apart.decide(ctx, motor.StatusRejected)
			_, err := c.CancelContract(ctx, id, "sold")
			Expect(err).To(MatchError(motor.ErrCancelRefused))
			Expect(policy(ctx, c, id).PolicyStatus).To(Equal(motor.StatusRejected))
		})

		It("that nobody issued is not known", sandboxOnly, func(ctx SpecContext) {
			_, err := a.broker(ctx).CancelContract(ctx, unknownContract, "sold")
			Expect(err).To(MatchError(motor.ErrUnknownContract))
		})

		DescribeTable("needs a reason", sandboxOnly, func(ctx SpecContext, reason string, taken bool) {
			c := a.broker(ctx)
			id := issued(ctx, c, personContract()).ContractID
			_, err := c.CancelContract(ctx, id, reason)
			if taken {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(Refuse("003"))
			Expect(err).To(MatchError(ContainSubstring("reason ")))
		},
			Entry("and is given one of 50 characters", strings.Repeat("ก", 50), true),
			Entry("and is given one of 51 characters", strings.Repeat("ก", 51), false),
			Entry("and is given none", "", false),
			Entry("and is given a blank", " ", false),
		)

		DescribeTable("by hand is answered", sandboxOnly, func(ctx SpecContext, token, body string, status int) {
			c := a.HTTP(ctx)
			if token == "" {
				token = a.token(ctx, c)
			}
			id := issued(ctx, a.broker(ctx), personContract()).ContractID
			got := a.ask(ctx, c, request{token: token, path: contractsPath + "/" + id + "/amendments", body: body})
			Expect(got.status).To(Equal(status), "%s", got)
		},
			Entry("400 for another type", "", `{"type":"RY11","reason":"sold"}`, http.StatusBadRequest),
			Entry("401 for a token that nobody gave", "never-given", `{"type":"CANCEL","reason":"sold"}`, http.StatusUnauthorized),
			Entry("413 for more than a mebibyte", "", strings.Repeat(" ", 1<<20+1), http.StatusRequestEntityTooLarge),
			Entry("500 for what cannot be read", "", `{"type":"CANCEL"`, http.StatusInternalServerError),
		)

		It("by the code of another client's is cancelled where the target is set so", sandboxOnly, func(ctx SpecContext) {
			apart := aagi{a.apart(ctx, "cancel-type")}
			apart.set(ctx, "allianz.cancelType", "ry11-too")
			c, token := apart.HTTP(ctx), apart.token(ctx, apart.HTTP(ctx))
			got := apart.ask(ctx, c, request{token: token, path: contractsPath + "/" + printedContract + "/amendments", body: `{"type":"RY11","reason":"sold"}`})
			Expect(got.status).To(Equal(http.StatusOK), "%s", got)
		})
	})
}

// documents is what the customer holds in hand.
func (a aagi) documents() {
	Context("has a document", sandboxOnly, Label("downloadDocument"), func() {
		It("that is a PDF, the same whenever it is fetched, and needs no token", func(ctx SpecContext) {
			c := a.broker(ctx)
			made := issued(ctx, c, personContract())
			first, err := c.Document(ctx, made.DocumentURL)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(first)).To(HavePrefix("%PDF-"))
			stranger := a.broker(ctx, func(o *motor.Options) { o.ClientID, o.ClientSecret = "", "" })
			again, err := stranger.Document(ctx, made.DocumentURL)
			Expect(err).NotTo(HaveOccurred())
			Expect(again).To(Equal(first))
		})

		It("for fifteen days, and no look-up renews it", func(ctx SpecContext) {
			apart := aagi{a.apart(ctx, "document")}
			c := apart.broker(ctx)
			made := issued(ctx, c, companyContract())
			apart.advance(ctx, documentLife-time.Second)
			_, err := c.Document(ctx, made.DocumentURL)
			Expect(err).NotTo(HaveOccurred())
			apart.advance(ctx, time.Second)
			got, err := c.Document(ctx, made.DocumentURL)
			Expect(err).To(MatchError(motor.ErrDocumentExpired))
			Expect(got).To(BeNil())
			Expect(policy(ctx, c, made.ContractID).DocumentURL).To(Equal(made.DocumentURL))
		})

		It("at no other address", func(ctx SpecContext) {
			c := a.broker(ctx)
			address := issued(ctx, c, compulsoryContract()).DocumentURL
			got, err := c.Document(ctx, address[:strings.LastIndexByte(address, '/')+1]+unknownContract)
			Expect(err).To(Refuse("003"))
			Expect(got).To(BeNil())
		})

		It("but not for a call with a body larger than a mebibyte", func(ctx SpecContext) {
			address := issued(ctx, a.broker(ctx), personContract()).DocumentURL
			path := strings.TrimPrefix(address, strings.TrimSuffix(a.Faces[allianzFace].String(), "/"))
			got := a.ask(ctx, a.HTTP(ctx), request{method: http.MethodGet, path: path, body: strings.Repeat(" ", 1<<20+1)})
			Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
		})
	})
}
