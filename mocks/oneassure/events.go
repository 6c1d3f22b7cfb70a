package oneassure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The events and the words of their states are upstream.
const (
	eventProposal = "health.proposal." // with the state in small letters behind it
	eventIssued   = "health.policy.issued"
	eventUploaded = "health.policy.uploaded"
)

// retries are when an event that was not acknowledged is sent again (inferred:
// the beginning of the schedule that Standard Webhooks gives as an example).
var retries = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour}

func (in *insurer) webhooks() *mocks.Webhooks {
	hooks := &mocks.Webhooks{Document: "oneassure/webhooks", Seal: in.seal, Forgeries: forgeries, Retry: retries}
	for _, status := range []string{
		statusInitiated, statusPending, statusSubmitted, statusUnderwriting, statusCancelled, statusAccepted, statusRejected, statusOffline,
	} {
		hooks.Events = append(hooks.Events, mocks.Event{
			Name: proposalEvent(status), Says: "the newest proposal of the world becomes " + status, Evidence: contracts.Upstream,
			Make: func(ctx context.Context) (mocks.Notice, error) { return in.forceProposal(ctx, status) },
		})
	}
	for _, event := range []string{eventIssued, eventUploaded} {
		hooks.Events = append(hooks.Events, mocks.Event{
			Name: event, Says: "the newest policy of the world is " + strings.TrimPrefix(event, "health.policy."), Evidence: contracts.Upstream,
			Make: func(ctx context.Context) (mocks.Notice, error) { return in.forcePolicy(ctx, event) },
		})
	}
	return hooks
}

func proposalEvent(status string) string { return eventProposal + strings.ToLower(status) }

// changedProposal is all that the later events of a proposal say.
type changedProposal struct {
	ProposalID      string `json:"proposal_id"`
	Status          string `json:"status"`
	CancelledReason string `json:"cancelled_reason,omitempty"`
	RejectionReason string `json:"rejection_reason,omitempty"`
}

// toldProposer is who bought a policy as events have it: with objects for the
// address and the bank, unlike both calls.
type toldProposer struct {
	Address toldAddress `json:"address"`
	DOB     string      `json:"dob"`
	Email   *string     `json:"email"`
	Name    string      `json:"name"`
	Phone   string      `json:"phone"`
	Bank    *toldBank   `json:"bank_details"`
}

type toldAddress struct {
	Line1   string  `json:"address_line_1"`
	Line2   *string `json:"address_line_2"`
	Pincode string  `json:"pincode"`
	City    string  `json:"city"`
	State   string  `json:"state"`
	Country string  `json:"country"`
}

type toldBank struct {
	ID         string `json:"bank_id"`
	Account    string `json:"bank_account_number"`
	Name       string `json:"bank_name"`
	BranchID   string `json:"branch_id"`
	BranchName string `json:"branch_name"`
	IFSC       string `json:"ifsc_code"`
}

func told(v visitor) toldProposer {
	p := toldProposer{
		Address: toldAddress{v.Address.Line1, v.Address.Line2, v.Address.Pincode, v.Address.City, v.Address.State, "India"},
		DOB:     v.Person.Born, Email: v.Email, Name: v.Person.Name, Phone: v.Phone,
	}
	if b := v.Bank; b != nil {
		p.Bank = &toldBank{b.ID, b.Account, b.Name, b.BranchID, b.BranchName, b.IFSC}
	}
	return p
}

// telling is an event before anybody is told.
type telling struct {
	event, operation, subject string
	entity                    any
}

func ofProposal(p *proposal, status, reason string) telling {
	t := telling{event: proposalEvent(status), operation: "proposalChanged", subject: p.ID}
	switch status {
	case statusInitiated:
		whole := *p
		whole.Status = status
		t.operation, t.entity = "proposalInitiated", proposalOf(&whole, p.Tenure)
	case statusCancelled:
		t.entity = changedProposal{ProposalID: p.ID, Status: status, CancelledReason: reason}
	case statusRejected:
		t.entity = changedProposal{ProposalID: p.ID, Status: status, RejectionReason: reason}
	default:
		t.entity = changedProposal{ProposalID: p.ID, Status: status}
	}
	return t
}

// ofPolicy is about the proposal that the policy comes of, so that its events
// arrive behind those of the proposal; one that names none is its own subject.
func ofPolicy(event string, p *policy) telling {
	t := telling{event: event, operation: "policyIssued", subject: p.ID, entity: itemOf(p, told)}
	if event == eventUploaded {
		t.operation = "policyUploaded"
	}
	if p.Proposal != nil {
		t.subject = *p.Proposal
	}
	return t
}

func (in *insurer) tellProposal(ctx context.Context, p *proposal) error {
	return in.tell(ctx, ofProposal(p, p.Status, p.Reason))
}

func (in *insurer) tellPolicy(ctx context.Context, event string, p *policy) error {
	return in.tell(ctx, ofPolicy(event, p))
}

// tell sends an event to everybody who has subscribed.
func (in *insurer) tell(ctx context.Context, t telling) error {
	all, err := in.subscribers.Rows(ctx, "", 0)
	if err != nil {
		return fmt.Errorf("find the subscribers: %w", err)
	}
	for _, to := range all {
		n, err := t.notice(ctx, to.ID, to.Value)
		if err != nil {
			return err
		}
		if err := mocks.WorldOf(ctx).Notify(ctx, n); err != nil {
			return fmt.Errorf("tell %s of %s: %w", to.ID, t.event, err)
		}
	}
	return nil
}

// notice addresses an event to a subscriber.
func (t telling) notice(ctx context.Context, id string, to subscriber) (mocks.Notice, error) {
	world := mocks.WorldOf(ctx)
	n, err := world.Next(ctx, "oneassure/event")
	if err != nil {
		return mocks.Notice{}, fmt.Errorf("count events: %w", err)
	}
	message, err := json.Marshal(t.entity)
	if err != nil {
		return mocks.Notice{}, fmt.Errorf("word the event %s: %w", t.event, err)
	}
	envelope, err := json.Marshal(id)
	if err != nil {
		return mocks.Notice{}, fmt.Errorf("address the event %s: %w", t.event, err)
	}
	f := world.Fake("oneassure", "event", world.Name, strconv.FormatUint(n, 10))
	return mocks.Notice{
		ID: "msg_" + newID(mocks.Now(ctx), f), Event: t.event, Operation: t.operation,
		// Each subscriber has an order of its own: one that refuses holds up nobody else.
		Subject: id + "/" + t.subject, URL: to.URL, Message: message, Envelope: envelope,
	}, nil
}

// forceProposal is the event that the newest proposal has a state, whatever its
// row says, for who subscribed last.
func (in *insurer) forceProposal(ctx context.Context, status string) (mocks.Notice, error) {
	rows, _, err := in.proposals.page(ctx, query{})
	if err != nil {
		return mocks.Notice{}, fmt.Errorf("find a proposal: %w", err)
	}
	if len(rows) == 0 {
		return mocks.Notice{}, untellable("this world has no proposal", "open a session and move the clock on by 12 minutes")
	}
	reason := map[string]string{statusCancelled: whyCancelled, statusRejected: whyRejected}[status]
	return in.force(ctx, ofProposal(&rows[0], status, reason))
}

func (in *insurer) forcePolicy(ctx context.Context, event string) (mocks.Notice, error) {
	rows, _, err := in.policies.page(ctx, query{})
	if err != nil {
		return mocks.Notice{}, fmt.Errorf("find a policy: %w", err)
	}
	p := rows[0] // a fresh world has 35
	if event == eventUploaded {
		p.Quote, p.Proposal = nil, nil
	}
	return in.force(ctx, ofPolicy(event, &p))
}

func (in *insurer) force(ctx context.Context, t telling) (mocks.Notice, error) {
	all, err := in.subscribers.Rows(ctx, "", 0)
	switch {
	case err != nil:
		return mocks.Notice{}, fmt.Errorf("find a subscriber: %w", err)
	case len(all) == 0:
		return mocks.Notice{}, untellable("nobody in this world has subscribed", `POST /__admin/worlds/{world}/oneassure/clients with {"url":"http://127.0.0.1:9000/webhook"}`)
	}
	last := all[len(all)-1]
	return t.notice(ctx, last.ID, last.Value)
}

func untellable(rule, remedy string) *mocks.Refusal {
	return &mocks.Refusal{Kind: mocks.Conflict, Rule: rule, Remedy: remedy, Evidence: contracts.Inferred, Err: errors.New(rule)}
}
