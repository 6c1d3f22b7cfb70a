package uae

// PurposeV12 is what a consent of v1.2 is for, and is billed as.
type PurposeV12 string

// The purposes of v1.2.
const (
	BillAggregation     PurposeV12 = "AccountAggregation"
	BillRiskAssessment  PurposeV12 = "RiskAssessment"
	BillPremiumHistory  PurposeV12 = "PremiumHistory"
	BillClaimHistory    PurposeV12 = "ClaimHistory"
	BillOnboarding      PurposeV12 = "Onboarding"
	BillVerification    PurposeV12 = "Verification"
	BillQuoteComparison PurposeV12 = "QuoteComparison"
	BillFinancialAdvice PurposeV12 = "FinancialAdvice"
)

// Billing is what a consent is billed as. IsLargeCorporate is the hub's to tell.
type Billing struct {
	IsLargeCorporate *bool      `json:"IsLargeCorporate,omitempty"`
	Purpose          PurposeV12 `json:"Purpose"`
}

// ConsentRequestV12 asks for a consent of v1.2. ConsentID "" is a fresh UUID.
type ConsentRequestV12 struct {
	ConsentID          string       `json:"ConsentId"`
	BaseConsentID      string       `json:"BaseConsentId,omitempty"` // the first of a chain of renewals
	Permissions        []Permission `json:"Permissions"`
	ExpirationDateTime DateTime     `json:"ExpirationDateTime"` // at most a year ahead
	OpenFinanceBilling Billing      `json:"OpenFinanceBilling"`
	OnBehalfOf         *OnBehalfOf  `json:"OnBehalfOf,omitempty"`

	Events *Webhook `json:"-"` // nil is no subscription
}

// ConsentV12 is a consent as v1.2 tells it.
type ConsentV12 struct {
	ConsentID            string        `json:"ConsentId"`
	BaseConsentID        string        `json:"BaseConsentId,omitempty"`
	Permissions          []Permission  `json:"Permissions"`
	ExpirationDateTime   DateTime      `json:"ExpirationDateTime"`
	OpenFinanceBilling   Billing       `json:"OpenFinanceBilling"`
	OnBehalfOf           *OnBehalfOf   `json:"OnBehalfOf,omitempty"`
	CreationDateTime     DateTime      `json:"CreationDateTime"`
	Status               ConsentStatus `json:"Status"`
	StatusUpdateDateTime DateTime      `json:"StatusUpdateDateTime"`
	RevokedBy            RevokedBy     `json:"RevokedBy,omitempty"`
}

// PolicyV12 is a policy as v1.2 tells it. What the consent does not open is nil.
type PolicyV12 struct {
	InsurancePolicyID string        `json:"InsurancePolicyId"`
	Customer          *Customer     `json:"Customer,omitempty"`
	Product           *Product      `json:"Product,omitempty"`
	Transactions      *Transactions `json:"Transactions,omitempty"`
}

func isConsentV12(id string) func(ConsentV12) error {
	return func(c ConsentV12) error { return isConsent(c.ConsentID, id, c.Status) }
}

func isPolicyV12(id string) func(PolicyV12) error {
	return func(p PolicyV12) error { return identified("InsurancePolicyId", p.InsurancePolicyID, id) }
}
