package suites

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// stumbles is how the client bears a call on a policy that fails once.
func (a aagi) stumbles() {
	DescribeTable("when the gateway does not wait for the insurer,", sandboxOnly, Label("amendContract", "downloadDocument"),
		func(ctx SpecContext, operation string, bears func(SpecContext, aagi, *motor.Client, *motor.Contract)) {
			apart := a.once(ctx, operation, "gateway-timeout")
			c := apart.broker(ctx)
			bears(ctx, apart, c, issued(ctx, c, personContract()))
			Expect(apart.count(ctx, operation)).To(Equal(2))
		},
		Entry("is looked up again", "getContract", func(ctx SpecContext, _ aagi, c *motor.Client, made *motor.Contract) {
			Expect(policy(ctx, c, made.ContractID)).To(Equal(made))
		}),
		Entry("is downloaded again", "downloadDocument", func(ctx SpecContext, _ aagi, c *motor.Client, made *motor.Contract) {
			_, err := c.Document(ctx, made.DocumentURL)
			Expect(err).NotTo(HaveOccurred())
		}),
		Entry("is looked up before it is cancelled again", "amendContract", func(ctx SpecContext, apart aagi, c *motor.Client, made *motor.Contract) {
			_, err := c.CancelContract(ctx, made.ContractID, "sold")
			Expect(err).To(BeDoubtful())
			Expect(apart.count(ctx, "amendContract")).To(Equal(1))
			Expect(policy(ctx, c, made.ContractID)).To(Equal(made))
			cancelled(ctx, c, made.ContractID)
		}),
	)

	DescribeTable("when the insurer's system fails, is not asked for again:", sandboxOnly, Label("downloadDocument"),
		func(ctx SpecContext, operation string, ask func(SpecContext, *motor.Client, *motor.Contract) error) {
			apart := a.once(ctx, operation, "999")
			c := apart.broker(ctx)
			made := issued(ctx, c, personContract())
			Expect(ask(ctx, c, made)).To(Refuse("999"))
			Expect(apart.count(ctx, operation)).To(Equal(1))
			Expect(ask(ctx, c, made)).To(Succeed())
		},
		Entry("a look-up", "getContract", func(ctx SpecContext, c *motor.Client, made *motor.Contract) error {
			_, err := c.Contract(ctx, made.ContractID)
			return err
		}),
		Entry("a document", "downloadDocument", func(ctx SpecContext, c *motor.Client, made *motor.Contract) error {
			_, err := c.Document(ctx, made.DocumentURL)
			return err
		}),
	)
}

// once is the target in a world of its own, in which the first call of an
// operation is answered with an example of the document.
func (a aagi) once(ctx SpecContext, operation, example string) aagi {
	GinkgoHelper()
	return aagi{a.play(ctx, &scenarios.Scenario{
		Name: "once", Insurer: a.Insurer,
		Teaches: "one failure is not the end", Trigger: "Call " + operation + " twice.",
		Rules: []scenarios.Rule{{On: scenarios.Match{Operation: operation, Nth: []int{1}}, Fault: scenarios.Fault{Example: example}}},
	})}
}

func (a aagi) bearsLostIssue(ctx SpecContext) {
	c := a.broker(ctx)
	made, err := c.IssueContract(ctx, personContract())
	Expect(err).To(BeDoubtful())
	Expect(made).To(BeNil())
	Expect(a.count(ctx, "issueContract")).To(Equal(1), "what may have been done is not done again")
	there := a.madeFor(ctx, personContract().Vehicle)
	Expect(there).To(HaveLen(1), "the insurer made it")
	Expect(policy(ctx, c, there[0]).PolicyStatus).To(Equal(motor.StatusSuccess))
	cancelled(ctx, c, there[0])
}

func (a aagi) bearsSlowIssue(ctx SpecContext) {
	// The token is at hand, so that the client's patience is spent on the issue alone.
	token := a.token(ctx, a.HTTP(ctx))
	made, err := a.broker(ctx, func(o *motor.Options) {
		o.Timeouts.Issue = soon
		o.ClientID, o.ClientSecret = "", ""
		o.HTTP = &http.Client{Transport: signed{o.HTTP.Transport, token}}
	}).IssueContract(ctx, personContract())
	Expect(err).To(BeDoubtful())
	Expect(err).To(MatchError(context.DeadlineExceeded))
	Expect(made).To(BeNil())
	Eventually(ctx, a.count).WithArguments(ctx, "issueContract").Should(Equal(1), "what ran out of time is not repeated")
	Expect(a.madeFor(ctx, personContract().Vehicle)).To(HaveLen(1), "the insurer has worked on")
}

func (a aagi) bearsIssueAtTheGateway(ctx SpecContext) {
	c := a.broker(ctx)
	made, err := c.IssueContract(ctx, personContract())
	Expect(err).To(BeDoubtful(), "the gateway does not know either")
	Expect(made).To(BeNil())
	refusal, ok := errors.AsType[*motor.Error](err)
	Expect(ok).To(BeTrue())
	Expect(refusal.Timeout()).To(BeTrue())
	Expect(a.count(ctx, "issueContract")).To(Equal(1))
	Expect(a.madeFor(ctx, personContract().Vehicle)).To(BeEmpty())
	issued(ctx, c, personContract())
	Expect(a.madeFor(ctx, personContract().Vehicle)).To(HaveLen(1), "who looked first has one policy, and not two")
}

func (a aagi) bearsLostCancellation(ctx SpecContext) {
	c := a.broker(ctx)
	id := issued(ctx, c, personContract()).ContractID
	got, err := c.CancelContract(ctx, id, "sold")
	Expect(err).To(BeDoubtful())
	Expect(got).To(BeNil())
	Expect(a.count(ctx, "amendContract")).To(Equal(1), "what may have been done is not done again")
	Expect(policy(ctx, c, id).PolicyStatus).To(Equal(motor.StatusCancelled), "the look-up tells")
}

// bearsNo expects one refusal that says what it is about, and no contract.
func (a aagi) bearsNo(ctx SpecContext, r motor.ContractRequest, code motor.Code) {
	GinkgoHelper()
	c := a.broker(ctx)
	made, err := c.IssueContract(ctx, r)
	Expect(err).To(Refuse(string(code)))
	Expect(err).NotTo(BeDoubtful(), "a no is an answer")
	Expect(made).To(BeNil())
	Expect(a.count(ctx, "issueContract")).To(Equal(1), "what is refused is not repeated")
	Expect(a.madeFor(ctx, r.Vehicle)).To(BeEmpty())
	issued(ctx, c, personContract())
}

func (a aagi) bearsRejection(ctx SpecContext) {
	c := a.broker(ctx)
	made := a.inspected(ctx, c, personContract().Vehicle.RegistrationNumber)
	a.advance(ctx, 3*dayToCancel)
	Expect(policy(ctx, c, made.ContractID)).To(Equal(made), "there is neither a yes nor a document")
	a.decide(ctx, motor.StatusRejected)
	got := policy(ctx, c, made.ContractID)
	Expect(got.PolicyStatus).To(Equal(motor.StatusRejected), "a status is passed on, not made an error")
	Expect(got.DocumentURL).To(BeEmpty())
}

func (a aagi) bearsLateCancellation(ctx SpecContext) {
	c := a.broker(ctx)
	id := issued(ctx, c, personContract()).ContractID
	got, err := c.CancelContract(ctx, id, "sold")
	Expect(err).To(MatchError(motor.ErrCancelRefused))
	Expect(err).NotTo(BeDoubtful(), "a no is an answer")
	Expect(got).To(BeNil())
	Expect(a.count(ctx, "amendContract")).To(Equal(1), "what is refused is not repeated")
	Expect(policy(ctx, c, id).PolicyStatus).To(Equal(motor.StatusSuccess))
}

func (a aagi) bearsExpiredDocument(ctx SpecContext) {
	c := a.broker(ctx)
	made := issued(ctx, c, personContract())
	got, err := c.Document(ctx, made.DocumentURL)
	Expect(err).To(MatchError(motor.ErrDocumentExpired))
	Expect(got).To(BeNil())
	Expect(a.count(ctx, "downloadDocument")).To(Equal(1), "what has expired stays so")
	Expect(policy(ctx, c, made.ContractID).DocumentURL).To(Equal(made.DocumentURL))
}

func (a aagi) bearsClosedUAT(ctx SpecContext) {
	c := a.broker(ctx)
	made, err := c.IssueContract(ctx, personContract())
	Expect(err).To(HaveOccurred())
	Expect(err).NotTo(BeDoubtful(), "without a token nothing was sent")
	Expect(made).To(BeNil())
	refusal, ok := errors.AsType[*motor.Error](err)
	Expect(ok).To(BeTrue())
	Expect(refusal.Status).To(Equal(http.StatusServiceUnavailable))
	Expect(refusal.Refused()).To(BeFalse(), "the same request is good when UAT is open")
	Expect(a.count(ctx, "issueContract")).To(BeZero())
	Expect(a.count(ctx, "token")).To(Equal(1), "an issue is not tried again, not even its token")

	_, err = c.QuickQuote(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
	Expect(err).To(HaveOccurred())
	Expect(a.count(ctx, "token")).To(Equal(4), "a quote is tried three times, and then that is that")
	Expect(a.count(ctx, "quickQuote")).To(BeZero())
}

// madeFor lists the contracts that the insurer has for a car, whether anybody was
// told of them or not. Its API does not say: this is the telephone call.
func (a aagi) madeFor(ctx SpecContext, car motor.Vehicle) []string {
	GinkgoHelper()
	text, err := a.world().Snapshot(ctx)
	a.told(err)
	var kept struct {
		Rows []struct {
			Key   string          `json:"key"`
			Value json.RawMessage `json:"value"`
		} `json:"rows"`
	}
	Expect(json.Unmarshal(text, &kept)).To(Succeed())
	var ids []string
	for _, row := range kept.Rows {
		var contract struct {
			ID     string `json:"id"`
			Policy struct {
				Car struct {
					VIN string `json:"vin"`
				} `json:"car"`
			} `json:"policy"`
		}
		isContract := strings.HasPrefix(row.Key, "rows/allianz/contracts/") && json.Unmarshal(row.Value, &contract) == nil
		if isContract && contract.Policy.Car.VIN == car.VehicleIdentificationNumber {
			ids = append(ids, contract.ID)
		}
	}
	return ids
}
