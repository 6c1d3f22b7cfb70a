package bima

import (
	"cmp"
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

// step is how the aggregator tells a customer where a request stands.
type step struct {
	title, subtitle, icon string
	wantsDocuments        bool
}

// The steps of a request. The first is printed, trailing blank included; its icon
// is named after another, which is why there is one (inferred, like all the rest).
const (
	stepWorking  = "working_on_it"
	stepWaiting  = "waiting_documents"
	stepReview   = "under_review"
	stepIssued   = "policy_issued"
	stepRejected = "request_rejected"
)

var steps = map[string]step{
	stepWorking: {
		"Working on it ", "Shortly our customer representative will get in touch with you.", "active/waiting_documents.gif?v=1", true,
	},
	stepWaiting:  {"Waiting for documents", "Please upload the required documents.", "active/waiting_documents.gif?v=1", true},
	stepReview:   {"Under review", "The insurance company is reviewing your request.", "active/under_review.gif?v=1", false},
	stepIssued:   {"Policy issued", "Your policy documents are ready.", "active/policy_issued.gif?v=1", false},
	stepRejected: {"Request rejected", "The insurance company has declined your request.", "active/request_rejected.gif?v=1", false},
}

// The kinds of job take a request on, each so long after the one before it; the
// clock can be held before each of them.
const (
	jobAskDocuments  = "bima.ask-documents"
	jobSendDocuments = "bima.send-documents"
	jobDecide        = "bima.decide"

	untilAsked   = time.Hour
	untilSent    = 5 * time.Hour
	untilDecided = 18 * time.Hour
)

// customer is somebody whose request begins with the first look at their number.
type customer struct {
	contact   string
	request   int64
	provider  provider
	owner     string
	license   string
	plate     string
	documents bool   // they send what is asked of them
	ending    string // what the insurer decides then
}

// The published customers. The numbers have the form of mobile numbers in Oman.
var customers = []customer{
	{"96890001001", 4463711, omanQatar, "Salim Hamood Al Busaidi", "98114207", "5501", true, statusIssued},
	{"96890001002", 4463712, muscatIns, "Aisha Nasser Al Lawati", "97220815", "5502", true, statusRejected},
	{"96890001003", 4463713, omanQatar, "Khalid Said Al Harthy", "96330446", "5503", false, ""},
}

// begin makes the request of a published customer at the first look.
func (in *insurer) begin(ctx context.Context, contact string) error {
	at := slices.IndexFunc(customers, func(c customer) bool { return c.contact == contact })
	if at < 0 {
		return nil
	}
	c := customers[at]
	if _, err := in.requests.Get(ctx, rowID(c.request)); !errors.Is(err, store.ErrNotFound) {
		return err
	}
	world := mocks.WorldOf(ctx)
	f := world.Fake("request", world.Name, contact)
	now := mocks.Now(ctx).In(muscat)
	q := request{
		ID: c.request, Reference: strings.ToUpper(f.UUID()), Contact: contact, Provider: c.provider,
		Owner: c.owner, License: c.license,
		Vehicle: vehicle{
			Letters: "R Y", Number: c.plate, Body: "4 WHEEL DRIVE", Model: "TUCSON", Make: "HYUNDAI",
			Images: []string{"10/201004/2016/" + f.UUID() + ".jpg"},
		},
		Premium: baisa(60_000 + 500*f.IntRange(0, 80)),
		From:    time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, time.UTC),
		Status:  statusPending, Step: stepWorking, Drivers: []driver{},
	}
	q.follow(ctx, "Payment processed successfully")
	err := in.requests.Insert(ctx, rowID(q.ID), q)
	if errors.Is(err, store.ErrConflict) {
		return nil // somebody else looked at the same moment
	}
	if err != nil {
		return fmt.Errorf("begin request %d: %w", q.ID, err)
	}
	return world.Later(ctx, untilAsked, jobAskDocuments, moved{q.ID})
}

// follow adds a comment for the customer; it ends in CR LF, as printed.
func (q *request) follow(ctx context.Context, message string) {
	q.FollowUp = append(q.FollowUp, followUp{message + "\r\n", mocks.Now(ctx).In(muscat).Format(dayAndTime)})
}

// moved is what a job is about.
type moved struct {
	Request int64 `json:"request"`
}

// move changes the request of a job, and says whose it is.
func (in *insurer) move(ctx context.Context, payload json.RawMessage, change func(*request, customer) error) (customer, error) {
	var job moved
	if err := json.Unmarshal(payload, &job); err != nil {
		return customer{}, fmt.Errorf("read the job: %w", err)
	}
	at := slices.IndexFunc(customers, func(c customer) bool { return c.request == job.Request })
	if at < 0 {
		return customer{}, fmt.Errorf("request %d is nobody's", job.Request)
	}
	c := customers[at]
	_, err := in.requests.Update(ctx, rowID(c.request), func(q *request) error { return change(q, c) })
	if err != nil {
		return c, fmt.Errorf("request %d: %w", c.request, err)
	}
	return c, nil
}

func (in *insurer) askDocuments(ctx context.Context, payload json.RawMessage) error {
	c, err := in.move(ctx, payload, func(q *request, _ customer) error {
		q.Status, q.Step = statusIncomplete, stepWaiting
		q.follow(ctx, "Please upload the required documents")
		return nil
	})
	if err != nil || !c.documents {
		return err
	}
	return mocks.WorldOf(ctx).Later(ctx, untilSent, jobSendDocuments, moved{c.request})
}

func (in *insurer) sendDocuments(ctx context.Context, payload json.RawMessage) error {
	c, err := in.move(ctx, payload, func(q *request, _ customer) error {
		q.Status, q.Step = statusPending, stepReview
		q.follow(ctx, "Documents received")
		return nil
	})
	if err != nil {
		return err
	}
	return mocks.WorldOf(ctx).Later(ctx, untilDecided, jobDecide, moved{c.request})
}

// decide ends a request: as the gate was told, else as the customer's row says.
func (in *insurer) decide(ctx context.Context, payload json.RawMessage) error {
	told := mocks.Outcome(ctx)
	if told != "" && told != statusIssued && told != statusRejected {
		return fmt.Errorf("a request ends in %s or %s, not in %q", statusIssued, statusRejected, told)
	}
	_, err := in.move(ctx, payload, func(q *request, c customer) error {
		q.Status = cmp.Or(told, c.ending)
		if q.Status == statusRejected {
			q.Step = stepRejected
			q.follow(ctx, "The request was declined")
			return nil
		}
		q.Step = stepIssued
		q.follow(ctx, "Policy issued")
		return q.issue(ctx)
	})
	return err
}
