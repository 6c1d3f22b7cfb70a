package uae

// Product is what a policy covers.
type Product struct {
	InsuredVehicle Vehicle     `json:"InsuredVehicle"`
	Policy         PolicyTerms `json:"Policy"`
}

// Vehicle is an insured vehicle. Every member may be missing.
type Vehicle struct {
	Make                        string  `json:"Make,omitempty"`
	Model                       string  `json:"Model,omitempty"`
	ModelYear                   string  `json:"ModelYear,omitempty"`
	PurchaseDate                string  `json:"PurchaseDate,omitempty"`
	Specification               string  `json:"Specification,omitempty"`
	EstimatedValue              Number  `json:"EstimatedValue,omitempty"` // without a currency
	RegistrationDate            string  `json:"RegistrationDate,omitempty"`
	VehicleIdentificationNumber string  `json:"VehicleIdentificationNumber,omitempty"`
	EngineNumber                string  `json:"EngineNumber,omitempty"`
	CountryOfOrigin             string  `json:"CountryofOrigin,omitempty"` // a small o on the wire
	Color                       string  `json:"Color,omitempty"`
	PlateNumber                 string  `json:"PlateNumber,omitempty"`
	PlateCode                   string  `json:"PlateCode,omitempty"`
	VehicleMileage              Number  `json:"VehicleMileage,omitempty"` // km
	VehicleWeight               Number  `json:"VehicleWeight,omitempty"`  // kg
	TrafficCodeIssuingEmirate   string  `json:"TrafficCodeIssuingEmirate,omitempty"`
	TrafficIdentificationNumber string  `json:"TrafficIdentificationNumber,omitempty"`
	VehicleHistory              string  `json:"VehicleHistory,omitempty"` // Imported, Modified, DeclaredTotalLoss or Other
	FirstTimeRegistration       *bool   `json:"FirstTimeRegistration,omitempty"`
	VehicleFinance              *Amount `json:"VehicleFinance,omitempty"`
}

// PolicyTerms is the policy itself. IssueDateTime and ExpiryDateTime are dates in
// spite of their names.
type PolicyTerms struct {
	PolicyReference                    string           `json:"PolicyReference"`
	IssueDateTime                      string           `json:"IssueDateTime"`
	ExpiryDateTime                     string           `json:"ExpiryDateTime"`
	CoverageType                       string           `json:"CoverageType"` // any text
	PolicyLimits                       string           `json:"PolicyLimits"`
	PolicyExclusions                   string           `json:"PolicyExclusions"`
	CoverageAmount                     Amount           `json:"CoverageAmount"`
	CoverageStartDate                  string           `json:"CoverageStartDate"`
	CoverageEndDate                    string           `json:"CoverageEndDate"`
	PreviousPolicyInformation          *PreviousInsurer `json:"PreviousPolicyInformation,omitempty"`
	DriversPersonalAccidentIncluded    *bool            `json:"DriversPersonalAccidentIncluded,omitempty"`
	PassengersPersonalAccidentIncluded *bool            `json:"PassengersPersonalAccidentIncluded,omitempty"`
}

// PreviousInsurer is where the vehicle was insured before.
type PreviousInsurer struct {
	Insurer          string          `json:"Insurer"`
	PolicyStartDate  string          `json:"PolicyStartDate"`
	PolicyExpiryDate string          `json:"PolicyExpiryDate"`
	PreviousClaims   []PreviousClaim `json:"PreviousClaims,omitempty"`
}

// PreviousClaim is a claim on an earlier policy.
type PreviousClaim struct {
	ClaimAmount      *Amount `json:"ClaimAmount,omitempty"`
	ClaimDescription string  `json:"ClaimDescription"`
}

// Transactions is what was paid and claimed on a policy.
type Transactions struct {
	PolicyPremiumValue         Amount           `json:"PolicyPremiumValue"`
	PolicyPremiumPaymentPeriod string           `json:"PolicyPremiumPaymentPeriod"` // any text
	OutstandingPremiumBalance  Amount           `json:"OutstandingPremiumBalance"`
	TwelveMonthClaimSummary    *ClaimSummary    `json:"TwelveMonthClaimSummary,omitempty"`
	ThirtySixMonthClaimSummary *ClaimSummary    `json:"ThirtySixMonthClaimSummary,omitempty"`
	Loan                       *Loan            `json:"Loan,omitempty"`
	BenefitPayouts             []BenefitPayout  `json:"BenefitPayouts,omitempty"`
	Claims                     []Claim          `json:"Claims,omitempty"`
	PreviousPolicies           []PreviousPolicy `json:"PreviousPolicies,omitempty"`
}

// ClaimSummary counts the claims of some months.
type ClaimSummary struct {
	NumberClaims              Number  `json:"NumberClaims"`
	NumberApprovedClaims      Number  `json:"NumberApprovedClaims,omitempty"`
	TotalClaimsAmount         *Amount `json:"TotalClaimsAmount,omitempty"`
	TotalApprovedClaimsAmount *Amount `json:"TotalApprovedClaimsAmount,omitempty"`
}

// Loan is a loan on a policy.
type Loan struct {
	LoanAmount             Amount `json:"LoanAmount"`
	LoanStartDate          string `json:"LoanStartDate"`
	LoanInterestRate       Number `json:"LoanInterestRate"`
	RepaymentSchedule      string `json:"RepaymentSchedule"` // any text
	OutstandingLoanBalance Amount `json:"OutstandingLoanBalance"`
}

// BenefitPayout is a sum paid out.
type BenefitPayout struct {
	Amount Amount `json:"Amount"`
	Date   string `json:"Date"`
}

// Claim is one claim on a policy.
type Claim struct {
	ClaimDate        string  `json:"ClaimDate"`
	Description      string  `json:"Description"`
	Status           string  `json:"Status"` // Submitted, Authorized, Rejected, Pending or Completed
	ClaimAmount      Amount  `json:"ClaimAmount"`
	DeductibleAmount *Amount `json:"DeductibleAmount,omitempty"`
}

// PreviousPolicy is an earlier policy of the customer. The oddly written names
// are so on the wire.
type PreviousPolicy struct {
	InsuranceCompanyName  string          `json:"InsuranceCompanyName"`
	PolicyReference       string          `json:"PolicyReference"`
	PurchaseDate          string          `json:"PurchaseDate"`
	RenewalDate           []string        `json:"RenewalDate,omitempty"`
	DeductibleAmount      *Amount         `json:"DeductibleAmount,omitempty"`
	CoverageType          string          `json:"CoverageType"`
	Adjustments           []Adjustment    `json:"Adjustments,omitempty"`
	Loan                  *Loan           `json:"Loan,omitempty"`
	BenefitPayouts        []BenefitPayout `json:"BenefitPayouts,omitempty"`
	TerminationDate       string          `json:"TerminationDate,omitempty"`
	ReasonForCancellation string          `json:"ReasonforCancellation,omitempty"`
	RefundAmount          *Amount         `json:"RefundAmount,omitempty"`
	SurrenderDate         string          `json:"SurrenderDate,omitempty"`
	SurrenderAmount       *Amount         `json:"SurrenderAmount,omitempty"`
	ReasonForSurrender    string          `json:"ReasonforSurrender,omitempty"`
	CashValue             *Amount         `json:"CashValueofPolicyPaidtoPolicyholder,omitempty"`
}

// Adjustment is a change of an earlier policy.
type Adjustment struct {
	Date               string  `json:"Date"`
	PremiumAdjustment  *Amount `json:"PremiumAdjustment,omitempty"`
	CoverageAdjustment *Amount `json:"CoverageAdjustment,omitempty"`
	Reason             string  `json:"Reason,omitempty"`
}
