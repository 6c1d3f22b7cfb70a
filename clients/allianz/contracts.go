package allianz

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// PolicyStatus is where a policy stands. A status that is not listed here is passed on as it comes.
type PolicyStatus string

// The carrier's statuses. An inspection ends in success or rejection, and nobody
// is told: ask again with [Client.Contract].
const (
	StatusInspection PolicyStatus = "PROCESS_CAR_INSPECTION"
	StatusSuccess    PolicyStatus = "SUCCESS"
	StatusRejected   PolicyStatus = "REJECTED"
	StatusCancelled  PolicyStatus = "CANCELLED"
)

// ContractRequest asks for a policy. Dates are yyyy-mm-dd. The fixed channel and
// the process state are added when it is sent.
type ContractRequest struct {
	PolicyStartDate  string
	PolicyExpiryDate Text // "" is one year after the start
	ProposalDate     Text // priced as of that day; "" is today
	ProductCode      ProductCode
	IsDigitalPolicy  bool // an e-policy; never for a company
	Vehicle          Vehicle
	ProductPackages  []ProductPackage // those of a quote, or one that names a package of the carrier's
	InsuredPerson    Person
	Beneficiary      *Person // nil is not sent: the insured person
	Payer            *Person // nil is not sent: the insured person
	Consents         []Consent
}

// processState says what becomes of a contract request.
type processState string

const (
	issue  processState = "ISSUE"
	verify processState = "VERIFY"
)

// contractBody is the request in the order of the carrier's samples.
type contractBody struct {
	PolicyStartDate      string            `json:"policyStartDate"`
	PolicyExpiryDate     Text              `json:"policyExpiryDate"`
	ProposalDate         Text              `json:"proposalDate"`
	Channel              string            `json:"channel"`
	ProductCode          ProductCode       `json:"productCode"`
	ContractProcessState processState      `json:"contractProcessState"`
	IsDigitalPolicy      bool              `json:"isDigitalPolicy"`
	Vehicle              Vehicle           `json:"vehicle"`
	ProductPackages      []contractPackage `json:"productPackages,omitempty"`
	InsuredPerson        Person            `json:"insuredPerson"`
	Beneficiary          *Person           `json:"beneficiary,omitempty"`
	Payer                *Person           `json:"payer,omitempty"`
	Consents             []Consent         `json:"consents"`
}

func (r ContractRequest) body(state processState) contractBody {
	var packages []contractPackage
	for _, p := range r.ProductPackages {
		packages = append(packages, contractPackage(p))
	}
	return contractBody{
		PolicyStartDate:      r.PolicyStartDate,
		PolicyExpiryDate:     r.PolicyExpiryDate,
		ProposalDate:         r.ProposalDate,
		Channel:              channel,
		ProductCode:          r.ProductCode,
		ContractProcessState: state,
		IsDigitalPolicy:      r.IsDigitalPolicy,
		Vehicle:              r.Vehicle,
		ProductPackages:      packages,
		InsuredPerson:        r.InsuredPerson,
		Beneficiary:          r.Beneficiary,
		Payer:                r.Payer,
		Consents:             r.Consents,
	}
}

// contractPackage is a package to issue. Built from coverages it is sent like a
// quote's; under an id of the carrier's, what is missing is left out and not null.
type contractPackage ProductPackage

func (p contractPackage) MarshalJSON() ([]byte, error) {
	if p.Name == "" || p.Name == Granular {
		return json.Marshal(ProductPackage(p))
	}
	type coverage struct {
		Name          Text           `json:"name"`
		Code          CoverageCode   `json:"code"`
		SumInsured    Amount         `json:"sumInsured,omitzero"`
		CoverageItems []CoverageItem `json:"coverageItems,omitempty"`
	}
	type premium struct {
		Discounts       []Discount       `json:"discounts,omitempty"`
		AdditionalCosts []AdditionalCost `json:"additionalCosts,omitempty"`
		NetPremium      Amount           `json:"netPremium,omitzero"`
		GrossPremium    Amount           `json:"grossPremium"`
	}
	var coverages []coverage
	for _, c := range p.Coverages {
		coverages = append(coverages, coverage(c))
	}
	return json.Marshal(struct {
		Name      Text       `json:"name"`
		Coverages []coverage `json:"coverages"`
		Premium   *premium   `json:"premium,omitempty"`
	}{p.Name, coverages, (*premium)(p.Premium)})
}

// Contract is what the carrier tells of a policy. Dates are yyyy-mm-dd. An
// answer to VerifyContract may have no id, number or document.
type Contract struct {
	ContractID       string       `json:"contractId"` // opaque, in more than one notation
	PolicyNumber     string       `json:"policyNumber"`
	PolicyStartDate  string       `json:"policyStartDate"`
	PolicyExpiryDate string       `json:"policyExpiryDate"`
	DocumentURL      string       `json:"documentUrl"` // for Client.Document; good for fifteen days from the issue
	PolicyStatus     PolicyStatus `json:"policyStatus"`
}

// IssueContract asks for the policy and binds the carrier. It is sent once: an
// answer that is lost or cannot be read is an [*UnknownOutcomeError]. A contract
// that comes back has an id and a status, which may be that of an inspection.
func (c *Client) IssueContract(ctx context.Context, r ContractRequest) (*Contract, error) {
	return ask(ctx, c, c.contractCall(callIssue, r.body(issue)), decodeContract)
}

// VerifyContract has the carrier judge the same request and issue nothing. No
// error means that it was accepted; what the answer tells beside that is not documented.
func (c *Client) VerifyContract(ctx context.Context, r ContractRequest) (*Contract, error) {
	return ask(ctx, c, c.contractCall(callVerify, r.body(verify)), decodeVerdict)
}

func (c *Client) contractCall(name string, body contractBody) call {
	return call{
		name:    name,
		method:  http.MethodPost,
		url:     c.base + "/v1/motor/contracts",
		body:    body,
		form:    jsonForm,
		subject: "a contract",
		timeout: c.timeouts.Issue,
		safe:    body.ContractProcessState == verify,
	}
}

// Contract looks a policy up by the id that its issue gave. It has an id and a status.
func (c *Client) Contract(ctx context.Context, id string) (*Contract, error) {
	path, err := contractPath(id)
	if err != nil {
		return nil, fmt.Errorf("allianz: %s: %w", callContract, err)
	}
	return ask(ctx, c, call{
		name:    callContract,
		method:  http.MethodGet,
		url:     c.base + path,
		form:    jsonForm,
		subject: "a contract",
		timeout: c.timeouts.Contract,
		safe:    true,
	}, decodeContract)
}

// Cancellation is a policy's end. The number is that of the endorsement, and
// EffectiveDate is yyyy-mm-dd.
type Cancellation struct {
	Type          string       `json:"type"`
	Reason        string       `json:"reason"`
	EffectiveDate string       `json:"effectiveDate"`
	PolicyNumber  string       `json:"policyNumber"`
	Status        PolicyStatus `json:"status"` // of the cancellation: always success
}

// CancelContract ends a policy, which the carrier allows within a day of its
// issue. The reason is at most 50 characters. It is sent once: an answer that is
// lost, cannot be read or is no success is an [*UnknownOutcomeError].
func (c *Client) CancelContract(ctx context.Context, id, reason string) (*Cancellation, error) {
	path, err := contractPath(id)
	if err != nil {
		return nil, fmt.Errorf("allianz: %s: %w", callCancel, err)
	}
	return ask(ctx, c, call{
		name:   callCancel,
		method: http.MethodPost,
		url:    c.base + path + "/amendments",
		body: struct {
			Type   string `json:"type"`
			Reason string `json:"reason"`
		}{"CANCEL", reason},
		form:    jsonForm,
		subject: "a cancellation",
		timeout: c.timeouts.Cancel,
		safe:    false,
	}, decodeCancellation)
}

// contractPath is the path of a contract, with its opaque id as one segment.
func contractPath(id string) (string, error) {
	if strings.Trim(id, ".") == "" {
		return "", fmt.Errorf("%q is no contract id", id)
	}
	return "/v1/motor/contracts/" + url.PathEscape(id), nil
}

func decodeContract(body []byte) (*Contract, error) {
	k, err := decodeVerdict(body)
	switch {
	case err != nil:
		return nil, err
	case k.ContractID == "":
		return nil, errors.New("contractId is missing")
	case k.PolicyStatus == "":
		return nil, errors.New("policyStatus is missing")
	}
	return k, nil
}

func decodeVerdict(body []byte) (*Contract, error) {
	var k Contract
	if err := json.Unmarshal(body, &k); err != nil {
		return nil, err
	}
	if bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		return nil, errors.New("it is null")
	}
	return &k, nil
}

func decodeCancellation(body []byte) (*Cancellation, error) {
	var k Cancellation
	if err := json.Unmarshal(body, &k); err != nil {
		return nil, err
	}
	if k.Status != StatusSuccess {
		return nil, errors.New("status is not SUCCESS")
	}
	return &k, nil
}
