package allianz

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/brianvoe/gofakeit/v7"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// The printed states of a contract.
const (
	statusInspecting = "PROCESS_CAR_INSPECTION"
	statusSuccess    = "SUCCESS"
	statusRejected   = "REJECTED"
	statusCancelled  = "CANCELLED"
)

// contract is a row, kept under its id.
type contract struct {
	ID          string    `json:"id"`
	Number      string    `json:"number"`
	Status      string    `json:"status"`
	Issued      time.Time `json:"issued"` // when it was asked for, or when the car passed the inspection
	DocumentURL string    `json:"documentUrl,omitempty"`
	Policy      policy    `json:"policy"`
}

// contractAnswer is a contract in the order of the insurer's samples.
type contractAnswer struct {
	ContractID       *string `json:"contractId"`
	PolicyNumber     *string `json:"policyNumber"`
	PolicyStartDate  string  `json:"policyStartDate"`
	PolicyExpiryDate string  `json:"policyExpiryDate"`
	DocumentURL      *string `json:"documentUrl"`
	PolicyStatus     string  `json:"policyStatus"`
}

func (c *contract) answer() contractAnswer {
	a := contractAnswer{
		ContractID: &c.ID, PolicyNumber: &c.Number,
		PolicyStartDate: c.Policy.Start, PolicyExpiryDate: c.Policy.Expiry, PolicyStatus: c.Status,
	}
	if c.DocumentURL != "" {
		a.DocumentURL = &c.DocumentURL
	}
	return a
}

func (in *insurer) issueContract(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	ask, _ := mocks.Decoded(ctx).(map[string]any)
	a, refusal := apply(ask, mocks.Now(ctx).In(bangkok), mocks.WorldOf(ctx).Seed())
	if refusal != nil {
		return mocks.Answer{}, refusal
	}
	if err := in.judgeCustomers(ctx, a); err != nil {
		return mocks.Answer{}, err
	}
	if a.verify {
		return mocks.Answer{
			Status:   http.StatusOK,
			Body:     contractAnswer{PolicyStartDate: a.policy.Start, PolicyExpiryDate: a.policy.Expiry, PolicyStatus: statusSuccess},
			Rule:     "VERIFY holds the request to the rules of ISSUE and stores nothing; what it answers is not printed",
			Evidence: contracts.Inferred,
		}, nil
	}
	if err := in.remember(ctx, a); err != nil {
		return mocks.Answer{}, err
	}
	c, err := in.issue(ctx, a.policy)
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.Answer{
		Status: http.StatusOK, Body: c.answer(),
		Rule:     "the request keeps the printed tables; its premium is taken as sent, and a second one like it makes a second contract",
		Evidence: contracts.Seed,
	}, nil
}

// issue makes a contract of what was agreed.
func (in *insurer) issue(ctx context.Context, p policy) (*contract, error) {
	world := mocks.WorldOf(ctx)
	n, err := world.Next(ctx, "contract")
	if err != nil {
		return nil, fmt.Errorf("count contracts: %w", err)
	}
	verdict, err := in.inspection(ctx, p.Car.Plate)
	if err != nil {
		return nil, err
	}
	c := &contract{
		// The world's name keeps ids of two worlds apart.
		ID:     newID(world.Fake("contract", world.Name, strconv.FormatUint(n, 10))),
		Number: policyNumber(p.Start, n),
		Status: statusSuccess, Issued: mocks.Now(ctx), Policy: p,
	}
	if verdict != "" {
		c.Status = statusInspecting
	} else if err := in.publish(ctx, c); err != nil {
		return nil, err
	}
	if err := in.contracts.Insert(ctx, c.ID, *c); err != nil {
		return nil, fmt.Errorf("keep contract %s: %w", c.ID, err)
	}
	if verdict != "" {
		if err := world.Later(ctx, inspectionTime, jobInspection, inspected{c.ID, verdict}); err != nil {
			return nil, fmt.Errorf("contract %s: %w", c.ID, err)
		}
	}
	return c, nil
}

// newID is 22 characters, as in the samples of issue.
func newID(f *gofakeit.Faker) string {
	id := make([]byte, 0, 16)
	id = binary.BigEndian.AppendUint64(id, f.Uint64())
	id = binary.BigEndian.AppendUint64(id, f.Uint64())
	return base64.RawURLEncoding.EncodeToString(id)
}

// policyNumber has the form of the samples; that its year is the start's, and not
// that of the issue, is inferred.
func policyNumber(start string, n uint64) string {
	return fmt.Sprintf("%s-001-M01-%06d", start[2:4], n)
}

func (in *insurer) getContract(r *http.Request) (mocks.Answer, error) {
	c, err := in.contracts.Get(r.Context(), r.PathValue("contractId"))
	if err != nil {
		return mocks.Answer{}, unlessUnknown(err)
	}
	return mocks.OK(c.answer()), nil
}

// unlessUnknown refuses a contract that is not there.
func unlessUnknown(err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read a contract: %w", err)
	}
	return &mocks.Refusal{
		Kind: mocks.Missing, Detail: "contractId", Where: "path contractId", Example: "unknown-contract",
		Rule:   "this world has no contract with the id; a contract belongs to the world that issued it",
		Remedy: "send the contractId of an answer to issueContract, as it is", Evidence: contracts.Inferred,
	}
}

// The printed answer to a look-up; a fresh world holds its contract.
const (
	printedID     = "189a3f6b-e1d2-4aaa-b157-14a0c7f7b014"
	printedNumber = "19-001-M02-069005"
)

// populate writes the rows of a fresh world. For the insurer a world begins with
// the first call to it: then the printed contract is issued.
func (in *insurer) populate(ctx context.Context) error {
	if err := in.populateCustomers(ctx); err != nil {
		return err
	}
	if err := in.populateInspections(ctx); err != nil {
		return err
	}
	c := &contract{ID: printedID, Number: printedNumber, Status: statusSuccess, Issued: mocks.Now(ctx), Policy: printedPolicy}
	if err := in.publish(ctx, c); err != nil {
		return err
	}
	if err := in.contracts.Set(ctx, c.ID, *c); err != nil {
		return fmt.Errorf("the printed contract: %w", err)
	}
	return nil
}

// printedPolicy has the printed dates; who and what is insured by it is not printed.
var printedPolicy = policy{
	Product: productVMI, Start: "2019-12-25", Expiry: "2020-12-25",
	Insured: "นางสาว" + knownFirstName + " " + knownLastName,
	Address: "เลขที่ 1 ถนนตัวอย่าง 10400",
	Car:     car{Make: "39", Model: "1538", Year: "2019", Usage: "110", Garage: garageCompany, VIN: "KNDJA723515686177", Plate: "กข1234"},
	Packages: []soldPackage{{
		Covers: []coverage{{Name: "VMI1", Code: "VMI1", SumInsured: new(1_300_000 * baht)}},
		Gross:  newPremium(27_570 * baht).GrossPremium,
	}},
}
