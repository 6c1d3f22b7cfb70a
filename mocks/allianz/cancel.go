package allianz

import (
	"errors"
	"net/http"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	cancelType      = "CANCEL"
	cancelTypeOther = "RY11" // what a public client sends (upstream)

	cancelWindow = 24 * time.Hour // how "within one day" is read (inferred)
	endorsement  = "-2"           // of the sample; a contract is cancelled once, so there is no other
)

// amendment is an answer, in the order of the sample.
type amendment struct {
	Type          string `json:"type"`
	Reason        string `json:"reason"`
	EffectiveDate string `json:"effectiveDate"`
	PolicyNumber  string `json:"policyNumber"`
	Status        string `json:"status"`
}

func (in *insurer) amendContract(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	sent, _ := mocks.Decoded(ctx).(map[string]any)
	ask := members(sent)
	if refusal := checkCancel(ask, mocks.WorldOf(ctx).Setting(settingCancelType)); refusal != nil {
		return mocks.Answer{}, refusal
	}
	now := mocks.Now(ctx)
	c, err := in.contracts.Update(ctx, r.PathValue("contractId"), func(c *contract) error { return c.cancel(now) })
	var refusal *mocks.Refusal
	switch {
	case errors.As(err, &refusal):
		return mocks.Answer{}, refusal
	case err != nil:
		return mocks.Answer{}, unlessUnknown(err)
	}
	return mocks.OK(amendment{
		Type: ask.text("type"), Reason: ask.text("reason"), EffectiveDate: c.Policy.Start,
		PolicyNumber: c.Number + endorsement, Status: statusSuccess,
	}), nil
}

func checkCancel(ask members, setting string) *mocks.Refusal {
	if kind := ask.text("type"); kind != cancelType && (kind != cancelTypeOther || setting != "ry11-too") {
		return &mocks.Refusal{
			Where: "/type", Rule: "a contract is amended by cancelling it, and the type that is printed for that is CANCEL",
			Remedy: "send CANCEL, or set " + settingCancelType + " to ry11-too for RY11", Evidence: contracts.Seed,
		}
	}
	if blank(ask.text("reason")) {
		return wanting("/reason", "reason is mandatory")
	}
	return nil
}

// cancel ends a contract while that is allowed.
func (c *contract) cancel(now time.Time) error {
	switch c.Status {
	case statusCancelled, statusRejected:
		return &mocks.Refusal{
			Kind: mocks.Conflict, Code: cancelledTwice, Where: "path contractId", Rule: "the contract is " + c.Status + " already",
			Remedy: "nothing is left to cancel", Evidence: contracts.Inferred,
		}
	}
	if end := c.Issued.Add(cancelWindow); !now.Before(end) {
		return &mocks.Refusal{
			Kind: mocks.Conflict, Code: cancelTooLate, Where: "path contractId",
			Rule:   "a policy can be cancelled within one day, read as 24 hours, of its issue; that ended at " + end.Format(time.RFC3339) + " by the world's clock",
			Remedy: "call earlier, or set the world's clock back", Evidence: contracts.Seed,
		}
	}
	c.Status = statusCancelled
	return nil
}
