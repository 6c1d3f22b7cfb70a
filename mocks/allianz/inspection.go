package allianz

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// That an issue may wait for an inspection of the car, and how it may end, is
// printed; which cars, and how long it takes, is not (inferred).
const (
	jobInspection  = "allianz.inspection"
	inspectionTime = 24 * time.Hour

	plateThatPasses = "ตร1001"
	plateThatFails  = "ตร1002"
)

// inspected is what the job is about.
type inspected struct {
	Contract string `json:"contract"`
	Verdict  string `json:"verdict"` // how it ends if nobody says otherwise
}

// inspectedPlate is a row: how the inspection of the car with a plate ends.
type inspectedPlate struct {
	Verdict string `json:"verdict"`
}

func (in *insurer) populateInspections(ctx context.Context) error {
	for plate, verdict := range map[string]string{plateThatPasses: statusSuccess, plateThatFails: statusRejected} {
		if err := in.plates.Set(ctx, plate, inspectedPlate{verdict}); err != nil {
			return fmt.Errorf("a plate to inspect: %w", err)
		}
	}
	return nil
}

// inspection is how the inspection of a car will end; empty when there is none.
func (in *insurer) inspection(ctx context.Context, plate string) (string, error) {
	if plate = strings.Join(strings.Fields(plate), ""); plate != "" {
		row, err := in.plates.Get(ctx, plate)
		if err == nil {
			return row.Verdict, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return "", fmt.Errorf("look up a plate: %w", err)
		}
	}
	if mocks.WorldOf(ctx).Setting(settingInspection) == "every" {
		return statusSuccess, nil
	}
	return "", nil
}

// inspect ends an inspection: as the gate was told, else as the plate says. A
// contract that was cancelled meanwhile stays cancelled.
func (in *insurer) inspect(ctx context.Context, payload json.RawMessage) error {
	var job inspected
	if err := json.Unmarshal(payload, &job); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	verdict := job.Verdict
	if told := mocks.Outcome(ctx); told != "" {
		verdict = told
	}
	if !slices.Contains([]string{statusSuccess, statusRejected}, verdict) {
		return fmt.Errorf("an inspection ends in %s or %s, not in %q", statusSuccess, statusRejected, verdict)
	}
	_, err := in.contracts.Update(ctx, job.Contract, func(c *contract) error {
		if c.Status != statusInspecting {
			return nil
		}
		c.Status = verdict
		if verdict == statusRejected {
			return nil
		}
		c.Issued = mocks.Now(ctx)
		return in.publish(ctx, c)
	})
	if err != nil {
		return fmt.Errorf("contract %s: %w", job.Contract, err)
	}
	return nil
}
