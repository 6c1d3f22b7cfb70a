package uae

import "encoding/json"

// The blocks of a motor policy, as v1 of the standard spells them, in the order of
// the wire. The rows keep them so; a later edition that words them otherwise
// translates from here.

// amount is money; v1 writes it as a number.
type amount struct {
	Currency string
	Amount   json.Number
}

type customer struct {
	CustomerID               string `json:"CustomerId"`
	FullName                 string
	ShortName                string      `json:",omitzero"`
	CategorySegment          string      `json:",omitzero"`
	LocalBranch              string      `json:",omitzero"`
	PrimaryLanguage          string      // English, Arabic or Other
	BillingAddress           *address    `json:",omitzero"`
	PermanentAddress         *address    `json:",omitzero"`
	ResidentialAddress       *address    `json:",omitzero"`
	CommunicationPreferences []channel   `json:",omitempty"` // at most 3
	BackgroundInformation    *background `json:",omitzero"`
	EmploymentInformation    *employment `json:",omitzero"`
	IdentityInformation      *papers     `json:",omitzero"`
	EmergencyContacts        []string    `json:",omitempty"`
}

type address struct {
	AddressLine        []string // 1 to 3
	PostCode           string
	TownName           string
	CountrySubDivision string
	Country            string // ISO 3166 alpha-2
}

// channel is a way to reach a customer.
type channel struct {
	Type        string // Home, Mobile or Other
	PhoneNumber string
}

type background struct {
	Gender                  string
	DateOfBirth             string
	MaritalStatus           string
	EducationBackground     string `json:",omitzero"`
	Nationality             string
	SecondNationality       string `json:",omitzero"`
	Salutation              string
	CountryOfBirth          string `json:",omitzero"`
	PlaceOfBirth            string `json:",omitzero"`
	Religion                string `json:",omitzero"`
	MotherMaidenName        string `json:",omitzero"`
	SpouseName              string `json:",omitzero"`
	SpouseDateOfBirth       string `json:",omitzero"`
	SpouseEmploymentDetails string `json:",omitzero"`
	SpousePhoneNumber       string `json:",omitzero"`
	NumberOfDependents      *int64 `json:",omitzero"`
}

type employment struct {
	Profession               string      `json:",omitzero"`
	ProfessionDescription    string      `json:",omitzero"`
	EmployerName             string      `json:",omitzero"`
	EmployerAddress          *address    `json:",omitzero"`
	EmploymentStatus         string      `json:",omitzero"`
	EmploymentStartDate      string      `json:",omitzero"`
	EmploymentLocation       string      `json:",omitzero"`
	NatureOfEmployerBusiness string      `json:",omitzero"`
	Designation              string      `json:",omitzero"`
	SourceOfIncome           string      `json:",omitzero"`
	IncomeCurrency           string      `json:",omitzero"`
	MonthlyIncome            json.Number `json:",omitzero"`
	AnnualIncome             json.Number `json:",omitzero"`
}

type papers struct {
	EidNumber                       string `json:",omitzero"`
	EidExpiryDate                   string `json:",omitzero"`
	PassportIssueCountry            string `json:",omitzero"`
	PassportNumber                  string `json:",omitzero"`
	PassportIssueDate               string `json:",omitzero"`
	PassportExpiryDate              string `json:",omitzero"`
	VisaNumber                      string `json:",omitzero"`
	VisaIssueCountry                string `json:",omitzero"`
	VisaIssueDate                   string `json:",omitzero"`
	VisaExpiryDate                  string `json:",omitzero"`
	UaeDrivingLicenseNumber         string `json:",omitzero"`
	UaeDrivingLicenseIssueDate      string `json:",omitzero"`
	UAEDrivingLicenseIssuingEmirate string `json:",omitzero"`
	MulkiyaCard                     []byte `json:",omitempty"` // a PDF, in base64
	HomeCountryDrivingLicenseNumber string `json:",omitzero"`
}

type product struct {
	InsuredVehicle vehicle
	Policy         cover
}

type vehicle struct {
	Make                        string  `json:",omitzero"`
	Model                       string  `json:",omitzero"`
	ModelYear                   string  `json:",omitzero"`
	PurchaseDate                string  `json:",omitzero"`
	Specification               string  `json:",omitzero"`
	EstimatedValue              int32   `json:",omitzero"` // without a currency
	RegistrationDate            string  `json:",omitzero"`
	VehicleIdentificationNumber string  `json:",omitzero"`
	EngineNumber                string  `json:",omitzero"`
	CountryofOrigin             string  `json:",omitzero"`
	Color                       string  `json:",omitzero"`
	PlateNumber                 string  `json:",omitzero"`
	PlateCode                   string  `json:",omitzero"`
	VehicleMileage              *int32  `json:",omitzero"`
	VehicleWeight               int32   `json:",omitzero"`
	TrafficCodeIssuingEmirate   string  `json:",omitzero"`
	TrafficIdentificationNumber string  `json:",omitzero"`
	VehicleHistory              string  `json:",omitzero"`
	FirstTimeRegistration       *bool   `json:",omitzero"`
	VehicleFinance              *amount `json:",omitzero"`
}

type cover struct {
	PolicyReference                    string
	IssueDateTime, ExpiryDateTime      string // dates, for all their names
	CoverageType                       string
	PolicyLimits, PolicyExclusions     string
	CoverageAmount                     amount
	CoverageStartDate, CoverageEndDate string
	PreviousPolicyInformation          *formerPolicy `json:",omitzero"`
	DriversPersonalAccidentIncluded    *bool         `json:",omitzero"`
	PassengersPersonalAccidentIncluded *bool         `json:",omitzero"`
}

// formerPolicy is what the insurer was told of the policy before.
type formerPolicy struct {
	Insurer                           string
	PolicyStartDate, PolicyExpiryDate string
	PreviousClaims                    []formerClaim `json:",omitempty"`
}

type formerClaim struct {
	ClaimAmount      *amount `json:",omitzero"`
	ClaimDescription string
}

type transactions struct {
	PolicyPremiumValue         amount
	PolicyPremiumPaymentPeriod string
	OutstandingPremiumBalance  amount
	TwelveMonthClaimSummary    *claimSummary `json:",omitzero"`
	ThirtySixMonthClaimSummary *claimSummary `json:",omitzero"`
	Loan                       *loan         `json:",omitzero"`
	BenefitPayouts             []payout      `json:",omitempty"`
	Claims                     []claim       `json:",omitempty"` // at most 3
}

type claimSummary struct {
	NumberClaims              int32
	NumberApprovedClaims      *int32  `json:",omitzero"`
	TotalClaimsAmount         *amount `json:",omitzero"`
	TotalApprovedClaimsAmount *amount `json:",omitzero"`
}

type loan struct {
	LoanAmount             amount
	LoanStartDate          string
	LoanInterestRate       json.Number // per cent a year
	RepaymentSchedule      string
	OutstandingLoanBalance amount
}

type payout struct {
	Amount amount
	Date   string
}

type claim struct {
	ClaimDate        string
	Description      string
	Status           string // Submitted, Authorized, Rejected, Pending or Completed
	ClaimAmount      amount
	DeductibleAmount *amount `json:",omitzero"`
}
