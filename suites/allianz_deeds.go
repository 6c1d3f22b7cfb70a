package suites

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
	"github.com/understudy-sandbox/understudy/contracts"
)

// allianzDeeds: a contract binds the insurer unless the request plainly says that
// it is only to be verified; it is undone by cancelling it within a day.
var allianzDeeds = deeds{read: readAllianz, answered: answeredAllianz, undo: undoAllianz, undoing: 3}

func readAllianz(x *contracts.Exchange) deed {
	switch x.Operation {
	case "token", "quickQuote":
		return deed{harmless: true}
	case "issueContract":
		var said struct {
			ContractProcessState string
			Vehicle              struct{ VehicleIdentificationNumber, RegistrationNumber any }
		}
		err := json.Unmarshal(x.Request.Body, &said)
		return deed{
			harmless: err == nil && said.ContractProcessState == "VERIFY",
			binds:    err != nil || said.ContractProcessState != "VERIFY",
			key:      fmt.Sprintf("vehicle %v, plate %v", said.Vehicle.VehicleIdentificationNumber, said.Vehicle.RegistrationNumber),
		}
	case "amendContract":
		return deed{ends: x.Request.Vars["contractId"]}
	default:
		return deed{}
	}
}

// notSure are the refusals after which the insurer may have acted all the same.
var notSure = []int{http.StatusRequestTimeout, 499}

func answeredAllianz(x *contracts.Exchange) answer {
	status := x.Response.Status
	var said struct{ ContractID, PolicyNumber, Status string }
	if err := json.Unmarshal(x.Response.Body, &said); err != nil && status/100 == 2 {
		return answer{}
	}
	switch {
	case status/100 == 2 && x.Operation == "amendContract":
		return answer{ended: said.Status == string(motor.StatusSuccess)}
	case status/100 == 2:
		return answer{id: said.ContractID, number: said.PolicyNumber}
	default:
		return answer{refused: status/100 == 4 && !slices.Contains(notSure, status)}
	}
}

// whyUndone is the reason that the insurer reads.
const whyUndone = "test policy of a contract check"

func undoAllianz(ctx context.Context, t *Target, c *http.Client, id string) error {
	client, err := motor.New(motor.Options{
		BaseURL: t.Faces[allianzFace].String(), HTTP: c, Now: t.run.now,
		ClientID: t.Credentials["client_id"], ClientSecret: t.Credentials["client_secret"], OEID: t.Credentials["oe_id"],
		Retry: motor.Retry{Times: -1, Wait: time.Second},
	})
	if err != nil {
		return err
	}
	_, refused := client.CancelContract(ctx, id, whyUndone)
	if refused == nil {
		return nil
	}
	// The cancellation may have been made before, or now without an answer.
	found, err := client.Contract(ctx, id)
	switch {
	case errors.Is(err, motor.ErrUnknownContract):
		return fmt.Errorf("%w: %w", errStays, err)
	case err != nil:
		return errors.Join(refused, err)
	case found.PolicyStatus == motor.StatusCancelled, found.PolicyStatus == motor.StatusRejected:
		return nil
	case errors.Is(refused, motor.ErrCancelRefused):
		return fmt.Errorf("%w: its status is %s: %w", errStays, found.PolicyStatus, refused)
	default:
		return refused
	}
}
