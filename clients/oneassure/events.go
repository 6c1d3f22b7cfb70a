package oneassure

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Event is what OneAssure tells of a proposal or of a policy: exactly one of the
// two is there.
type Event struct {
	ID   string    // the same whenever the event is sent again
	Time time.Time // when it was signed
	Name string    // "health.proposal.rejected"; "" where the sender names none

	Proposal *ProposalEvent
	Policy   *PolicyEvent

	Raw json.RawMessage // the entity as it came
}

// ProposalEvent is how a proposal stands.
type ProposalEvent struct {
	ProposalID      string
	Status          ProposalStatus
	CancelledReason string // of a CANCELLED
	RejectionReason string // of a REJECTED

	// Whole is the proposal in full, told once, when it is INITIATED. Its Tenure,
	// a number in events, is written out as a text, as the list has it.
	Whole *Proposal
}

// PolicyEvent is a policy as events have it: as a look-up answers it, but for the
// proposer.
type PolicyEvent struct {
	Policy
	ProposerDetails ToldProposer `json:"proposer_details"`
}

// ToldProposer is who bought a policy, with objects for the address and the bank.
type ToldProposer struct {
	Address     ToldAddress `json:"address"`
	DOB         string      `json:"dob"`
	Email       *string     `json:"email"`
	Name        string      `json:"name"`
	Phone       string      `json:"phone"`
	BankDetails *ToldBank   `json:"bank_details"`
}

// ToldAddress is where the proposer lives.
type ToldAddress struct {
	AddressLine1 string  `json:"address_line_1"`
	AddressLine2 *string `json:"address_line_2"`
	Pincode      string  `json:"pincode"`
	City         string  `json:"city"`
	State        string  `json:"state"`
	Country      string  `json:"country"`
}

// ToldBank is the proposer's account.
type ToldBank struct {
	BankID            string `json:"bank_id"`
	BankAccountNumber string `json:"bank_account_number"`
	BankName          string `json:"bank_name"`
	BranchID          string `json:"branch_id"`
	BranchName        string `json:"branch_name"`
	IFSCCode          string `json:"ifsc_code"`
}

// readEntity finds out what a bare entity is: a policy has an id of its own, and
// anything else with one is a proposal.
func (e *Event) readEntity(body []byte) error {
	var known struct {
		PolicyID        string         `json:"policy_id"`
		ProposalID      string         `json:"proposal_id"`
		Status          ProposalStatus `json:"status"`
		CancelledReason *string        `json:"cancelled_reason"`
		RejectionReason *string        `json:"rejection_reason"`
	}
	if err := json.Unmarshal(body, &known); err != nil {
		return err
	}
	e.Raw = json.RawMessage(body)
	switch {
	case known.PolicyID != "":
		e.Policy = new(PolicyEvent)
		return json.Unmarshal(body, e.Policy)
	case known.ProposalID == "" || known.Status == "":
		return errors.New("neither a policy nor the state of a proposal")
	}
	e.Proposal = &ProposalEvent{ProposalID: known.ProposalID, Status: known.Status}
	if known.CancelledReason != nil {
		e.Proposal.CancelledReason = *known.CancelledReason
	}
	if known.RejectionReason != nil {
		e.Proposal.RejectionReason = *known.RejectionReason
	}
	if known.Status != Initiated {
		return nil
	}
	var whole struct {
		Proposal
		Tenure int `json:"tenure"`
	}
	if err := json.Unmarshal(body, &whole); err != nil {
		return err
	}
	whole.Proposal.Tenure = fmt.Sprint(whole.Tenure)
	e.Proposal.Whole = &whole.Proposal
	return nil
}
