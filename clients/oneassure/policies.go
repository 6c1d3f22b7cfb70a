package oneassure

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
)

const callPolicy = "policy"

// Policy is a policy as both calls answer it. Amounts are texts of rupees, dates
// are yyyy-mm-dd.
type Policy struct {
	SessionID           *string   `json:"session_id"`
	PolicyID            string    `json:"policy_id"`
	InsurerPolicyNumber string    `json:"insurer_policy_number"`
	Status              string    `json:"status"` // "ISSUED" is the only one that is printed
	IssuanceDate        string    `json:"issuance_date"`
	ExpiryDate          string    `json:"expiry_date"`
	SumInsured          string    `json:"sum_insured"`
	PolicyType          string    `json:"policy_type"` // "FRESH"
	Tenure              int       `json:"tenure"`      // years
	GrossPremium        string    `json:"gross_premium"`
	InsurerID           string    `json:"insurer_id"`
	InsurerName         string    `json:"insurer_name"`
	InsurerLogo         string    `json:"insurer_logo"`
	ProductID           string    `json:"product_id"`
	ProductName         string    `json:"product_name"`
	VariantID           string    `json:"variant_id"`
	VariantName         string    `json:"variant_name"`
	PreviousPolicyID    *string   `json:"previous_policy_id"`
	ProposerDetails     Proposer  `json:"proposer_details"`
	InsuredMembers      []Member  `json:"insured_members"`
	Nominees            []Nominee `json:"nominees"`
	Riders              []Rider   `json:"riders"`
	ProposalID          *string   `json:"proposal_id"`
	QuoteID             *string   `json:"quote_id"`
}

// Proposer is who bought a policy.
type Proposer struct {
	AddressLine1      string  `json:"address_line_1"`
	AddressLine2      *string `json:"address_line_2"`
	City              string  `json:"city"`
	State             string  `json:"state"`
	Country           string  `json:"country"`
	Pincode           string  `json:"pincode"`
	DOB               string  `json:"dob"`
	Email             *string `json:"email"`
	Name              string  `json:"name"`
	Phone             string  `json:"phone"`
	BankID            *string `json:"bank_id"`
	BankAccountNumber *string `json:"bank_account_number"`
	BankName          *string `json:"bank_name"`
	BranchID          *string `json:"branch_id"`
	BranchName        *string `json:"branch_name"`
	IFSCCode          *string `json:"ifsc_code"`
}

// Member is somebody who is insured.
type Member struct {
	MemberID            string   `json:"member_id"`
	DOB                 string   `json:"dob"`
	Gender              string   `json:"gender"`
	Name                string   `json:"name"`
	PreExistingDiseases []string `json:"pre_existing_diseases"`
	Relationship        string   `json:"relationship"` // in upper case: "SELF"
}

// Nominee is who gets the benefit.
type Nominee struct {
	NomineeID    string  `json:"nominee_id"`
	NomineeName  string  `json:"nominee_name"`
	NomineePhone *string `json:"nominee_phone"`
	Relationship string  `json:"relationship"` // capitalised: "Spouse"
}

// Rider is what was bought beside the policy.
type Rider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Policy looks a policy up by OneAssure's id or by the insurer's number. One that
// there is not is [ErrUnknownPolicy].
func (c *Client) Policy(ctx context.Context, id string) (*Policy, error) {
	if id == "" {
		return nil, errors.New("oneassure: policy: the id is empty")
	}
	k := call{name: callPolicy, method: http.MethodGet, path: "/v1/business/health/policies/" + url.PathEscape(id), safe: true}
	return ask(ctx, c, k, func(body []byte) (*Policy, error) {
		var read struct {
			Policy *Policy `json:"policy"`
		}
		if err := json.Unmarshal(body, &read); err != nil {
			return nil, err
		}
		if read.Policy == nil || read.Policy.PolicyID == "" {
			return nil, errors.New("policy or its policy_id is missing")
		}
		return read.Policy, nil
	})
}
