package uae

// Permission is one cluster of data that a consent opens.
type Permission string

// The permissions of v1.x. Without the first there is nothing to read.
const (
	ReadPolicies       Permission = "ReadMotorInsurancePolicies"
	ReadCustomerBasic  Permission = "ReadMotorInsuranceCustomerBasic"
	ReadCustomerDetail Permission = "ReadMotorInsuranceCustomerDetail"
	ReadProduct        Permission = "ReadMotorInsuranceProduct"
	ReadTransactions   Permission = "ReadMotorInsuranceTransactions"
	ReadPaymentDetails Permission = "ReadMotorInsuranceCustomerPaymentDetails"

	// ReadPaymentDetailsShort is how v1.2 spells the last one in the consents that
	// it answers with.
	ReadPaymentDetailsShort Permission = "ReadInsuranceCustomerPaymentDetails"
)

// Amount is a sum of money. In v1.x it is a number, whose text is kept.
type Amount struct {
	Currency string `json:"Currency"`
	Amount   Number `json:"Amount"`
}

// PaymentDetails is a customer's account.
type PaymentDetails struct {
	SchemeName     string `json:"SchemeName"` // AccountNumber, IBAN or Other
	Identification string `json:"Identification"`
	Name           string `json:"Name"`
	Bic            string `json:"Bic,omitempty"`
	BankName       string `json:"BankName,omitempty"`
	BranchName     string `json:"BranchName,omitempty"`
	AccountType    string `json:"AccountType,omitempty"`
}

func isPayment(p PaymentDetails) error {
	switch {
	case p.SchemeName == "":
		return missing("SchemeName")
	case p.Identification == "":
		return missing("Identification")
	}
	return nil
}

// Address is a postal address by ISO 20022.
type Address struct {
	AddressLine        []string `json:"AddressLine"`
	PostCode           string   `json:"PostCode"`
	TownName           string   `json:"TownName"`
	CountrySubDivision string   `json:"CountrySubDivision"`
	Country            string   `json:"Country"` // two letters
}

// Customer is who holds a policy. The basic permission opens id, names and
// language, the detailed one the rest. Dates are yyyy-mm-dd, here and below.
type Customer struct {
	CustomerID               string         `json:"CustomerId"`
	FullName                 string         `json:"FullName"`
	ShortName                string         `json:"ShortName,omitempty"`
	CategorySegment          string         `json:"CategorySegment,omitempty"`
	LocalBranch              string         `json:"LocalBranch,omitempty"`
	PrimaryLanguage          string         `json:"PrimaryLanguage"` // English, Arabic or Other
	BillingAddress           *Address       `json:"BillingAddress,omitempty"`
	PermanentAddress         *Address       `json:"PermanentAddress,omitempty"`
	ResidentialAddress       *Address       `json:"ResidentialAddress,omitempty"`
	CommunicationPreferences []Phone        `json:"CommunicationPreferences,omitempty"`
	BackgroundInformation    *Background    `json:"BackgroundInformation,omitempty"`
	EmploymentInformation    *Employment    `json:"EmploymentInformation,omitempty"`
	IdentityInformation      *IdentityProof `json:"IdentityInformation,omitempty"`
	EmergencyContacts        []string       `json:"EmergencyContacts,omitempty"`
}

// Phone is one way to call a customer.
type Phone struct {
	Type        string `json:"Type"` // Home, Mobile or Other
	PhoneNumber string `json:"PhoneNumber"`
}

// Background is a customer's person and family.
type Background struct {
	Gender                  string `json:"Gender"`
	DateOfBirth             string `json:"DateOfBirth"`
	MaritalStatus           string `json:"MaritalStatus"`
	EducationBackground     string `json:"EducationBackground,omitempty"`
	Nationality             string `json:"Nationality"`
	SecondNationality       string `json:"SecondNationality,omitempty"`
	Salutation              string `json:"Salutation"`
	CountryOfBirth          string `json:"CountryOfBirth,omitempty"`
	PlaceOfBirth            string `json:"PlaceOfBirth,omitempty"`
	Religion                string `json:"Religion,omitempty"`
	MotherMaidenName        string `json:"MotherMaidenName,omitempty"`
	SpouseName              string `json:"SpouseName,omitempty"`
	SpouseDateOfBirth       string `json:"SpouseDateOfBirth,omitempty"`
	SpouseEmploymentDetails string `json:"SpouseEmploymentDetails,omitempty"` // an employment status
	SpousePhoneNumber       string `json:"SpousePhoneNumber,omitempty"`
	NumberOfDependents      Number `json:"NumberOfDependents,omitempty"`
}

// Employment is a customer's work.
type Employment struct {
	Profession               string   `json:"Profession,omitempty"`
	ProfessionDescription    string   `json:"ProfessionDescription,omitempty"`
	EmployerName             string   `json:"EmployerName,omitempty"`
	EmployerAddress          *Address `json:"EmployerAddress,omitempty"`
	EmploymentStatus         string   `json:"EmploymentStatus,omitempty"`
	EmploymentStartDate      string   `json:"EmploymentStartDate,omitempty"`
	EmploymentLocation       string   `json:"EmploymentLocation,omitempty"`
	NatureOfEmployerBusiness string   `json:"NatureOfEmployerBusiness,omitempty"`
	Designation              string   `json:"Designation,omitempty"`
	SourceOfIncome           string   `json:"SourceOfIncome,omitempty"`
	IncomeCurrency           string   `json:"IncomeCurrency,omitempty"`
	MonthlyIncome            Number   `json:"MonthlyIncome,omitempty"`
	AnnualIncome             Number   `json:"AnnualIncome,omitempty"`
}

// IdentityProof is a customer's papers.
type IdentityProof struct {
	EidNumber                       string `json:"EidNumber,omitempty"` // 784-yyyy-nnnnnnn-n, the dashes may be missing
	EidExpiryDate                   string `json:"EidExpiryDate,omitempty"`
	PassportIssueCountry            string `json:"PassportIssueCountry,omitempty"`
	PassportNumber                  string `json:"PassportNumber,omitempty"`
	PassportIssueDate               string `json:"PassportIssueDate,omitempty"`
	PassportExpiryDate              string `json:"PassportExpiryDate,omitempty"`
	VisaNumber                      string `json:"VisaNumber,omitempty"`
	VisaIssueCountry                string `json:"VisaIssueCountry,omitempty"`
	VisaIssueDate                   string `json:"VisaIssueDate,omitempty"`
	VisaExpiryDate                  string `json:"VisaExpiryDate,omitempty"`
	UaeDrivingLicenseNumber         string `json:"UaeDrivingLicenseNumber,omitempty"`
	UaeDrivingLicenseIssueDate      string `json:"UaeDrivingLicenseIssueDate,omitempty"`
	UaeDrivingLicenseIssuingEmirate string `json:"UAEDrivingLicenseIssuingEmirate,omitempty"` // capitals on the wire here only
	MulkiyaCard                     string `json:"MulkiyaCard,omitempty"`                     // a PDF in Base64
	HomeCountryDrivingLicenseNumber string `json:"HomeCountryDrivingLicenseNumber,omitempty"`
}
