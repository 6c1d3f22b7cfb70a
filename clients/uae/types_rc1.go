package uae

// PurposeRC1 is what a consent of v1.0-rc1 is for.
type PurposeRC1 string

// The purposes of v1.0-rc1.
const (
	ForPolicyAggregation    PurposeRC1 = "InsurancePolicyAggregation"
	ForPersonalFinance      PurposeRC1 = "PersonalFinanceManager"
	ForCreditAssessment     PurposeRC1 = "CreditAssessment"
	ForMotorQuote           PurposeRC1 = "MotorInsuranceQuote"
	ForEnterpriseManagement PurposeRC1 = "EnterpriseFinancialManagement"
	ForOther                PurposeRC1 = "Other"
)

// ConsentRequestRC1 asks for a consent of v1.0-rc1. ConsentID "" is a fresh UUID.
type ConsentRequestRC1 struct {
	ConsentID          string       `json:"ConsentId"`
	BaseConsentID      string       `json:"BaseConsentId,omitempty"` // the first of a chain of renewals
	Permissions        []Permission `json:"Permissions"`
	ExpirationDateTime DateTime     `json:"ExpirationDateTime"` // at most a year ahead
	Purpose            []PurposeRC1 `json:"Purpose,omitempty"`
	OnBehalfOf         *OnBehalfOf  `json:"OnBehalfOf,omitempty"`

	Events *Webhook `json:"-"` // nil is no subscription
}

// ConsentRC1 is a consent as v1.0-rc1 tells it.
type ConsentRC1 struct {
	ConsentID            string        `json:"ConsentId"`
	BaseConsentID        string        `json:"BaseConsentId,omitempty"`
	Permissions          []Permission  `json:"Permissions"`
	ExpirationDateTime   DateTime      `json:"ExpirationDateTime"`
	Purpose              []PurposeRC1  `json:"Purpose,omitempty"`
	OnBehalfOf           *OnBehalfOf   `json:"OnBehalfOf,omitempty"`
	CreationDateTime     DateTime      `json:"CreationDateTime"`
	Status               ConsentStatus `json:"Status"`
	StatusUpdateDateTime DateTime      `json:"StatusUpdateDateTime"`
	RevokedBy            RevokedBy     `json:"RevokedBy,omitempty"`
}

// PolicyRC1 is a policy as v1.0-rc1 tells it. What the consent does not open is nil.
type PolicyRC1 struct {
	InsurancePolicyID string        `json:"InsurancePolicyId"`
	PolicyType        string        `json:"PolicyType,omitempty"` // Motor
	Customer          *Customer     `json:"Customer,omitempty"`
	Product           *Product      `json:"Product,omitempty"`
	Transactions      *Transactions `json:"Transactions,omitempty"`
}

func isConsentRC1(id string) func(ConsentRC1) error {
	return func(c ConsentRC1) error { return isConsent(c.ConsentID, id, c.Status) }
}

func isPolicyRC1(id string) func(PolicyRC1) error {
	return func(p PolicyRC1) error { return identified("InsurancePolicyId", p.InsurancePolicyID, id) }
}
