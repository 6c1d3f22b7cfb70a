package lifeishard

import (
	"context"
	"net/http"
)

// OfferRequest asks for an offer. What is left at its zero value is not sent.
type OfferRequest struct {
	Provider Provider `json:"provider"`
	Product  Product  `json:"product"`
}

// Provider names the insurer, "omniasig", and the broker's credentials there.
type Provider struct {
	Organization   Organization `json:"organization"`
	Authentication *Credentials `json:"authentication,omitempty"`
}

// Organization is an insurer by its name.
type Organization struct {
	BusinessName string `json:"businessName"`
}

// Credentials are the broker's own at the insurer.
type Credentials struct {
	Account  string `json:"account"`
	Password string `json:"password"`
	Code     string `json:"code"`
}

// Omniasig is the one insurer of this product.
func Omniasig() Provider { return Provider{Organization: Organization{BusinessName: "omniasig"}} }

// Product is what is to be insured, for whom.
type Product struct {
	Name           string          `json:"name"`               // general, professional, other
	Currency       string          `json:"currency,omitempty"` // RON, EUR
	Liability      Liability       `json:"liability"`
	Customer       Person          `json:"customer"`
	Policyholder   Person          `json:"policyholder"`
	AdditionalData *AdditionalData `json:"additionalData,omitempty"`
}

// Liability is the cover that is asked for.
type Liability struct {
	Type               string              `json:"type,omitempty"` // malpraxis
	StartDate          string              `json:"startDate"`      // yyyy-mm-dd
	TermTime           int                 `json:"termTime"`       // months
	InstallmentCount   int                 `json:"installmentCount,omitempty"`
	Notes              string              `json:"notes,omitempty"`
	RenewPolicy        *PolicyName         `json:"renewPolicy,omitempty"`
	AdditionalInsureds *AdditionalInsureds `json:"additionalInsureds,omitempty"`
	Deductible         *Deductible         `json:"deductible,omitempty"`
	Allowance          *Value              `json:"allowance,omitempty"`
	Territory          *Territory          `json:"territory,omitempty"`
	Coverage           *Coverage           `json:"coverage,omitempty"`
	Conditions         *Conditions         `json:"conditions,omitempty"`
	IntermediaryEmail  string              `json:"intermediaryEmail,omitempty"`
}

// PolicyName is what is printed on a policy.
type PolicyName struct {
	Series string `json:"series"`
	Number string `json:"number"`
}

// AdditionalInsureds counts who is insured beside the policyholder.
type AdditionalInsureds struct {
	Children  int `json:"children"`
	Residents int `json:"residents"`
}

// Deductible is what the policyholder bears.
type Deductible struct {
	Percent int    `json:"percent"`
	Type    string `json:"type,omitempty"` // of-loss
}

// Value is a sum.
type Value struct {
	Value Amount `json:"value"`
}

// Territory is where the cover holds.
type Territory struct {
	CoversWorldWide bool `json:"coversWorldWide"`
	CoversRomania   bool `json:"coversRomania"`
}

// Clause is a part of the cover that is in or not, some with a sum.
type Clause struct {
	IsIncluded bool   `json:"isIncluded"`
	Value      Amount `json:"value,omitempty"`
}

// Coverage is the clauses of the cover.
type Coverage struct {
	AuxiliaryStaff          *Clause `json:"auxiliaryStaff,omitempty"`
	EScooter                *Clause `json:"eScooter,omitempty"`
	ExtendedReportingPeriod *Clause `json:"extendedReportingPeriod,omitempty"`
	MoralClaims             *Clause `json:"moralClaims,omitempty"`
	FeesCompensation        *Clause `json:"feesCompensation,omitempty"`
	PerEvent                *Clause `json:"perEvent,omitempty"`
	PolicyLimit             *Clause `json:"policyLimit,omitempty"`
}

// Conditions is what the insurer wants to know of the risk.
type Conditions struct {
	LocationCount           *Clause `json:"locationCount,omitempty"`
	ClaimsWithin3Years      *Clause `json:"claimsWithin3Years,omitempty"`
	LossHistoryWithin5Years *Clause `json:"lossHistoryWithin5Years,omitempty"`
	Turnover                *Clause `json:"turnover,omitempty"`
}

// Person is a person or a company.
type Person struct {
	BusinessName          string          `json:"businessName,omitempty"`
	CompanyRegistryNumber string          `json:"companyRegistryNumber,omitempty"`
	CaenCode              string          `json:"caenCode,omitempty"`
	LastName              string          `json:"lastName,omitempty"`
	FirstName             string          `json:"firstName,omitempty"`
	IsForeignPerson       bool            `json:"isForeignPerson"`
	TaxID                 string          `json:"taxId"` // a CNP, or a company's number
	Nationality           string          `json:"nationality,omitempty"`
	Citizenship           string          `json:"citizenship,omitempty"`
	Gender                string          `json:"gender,omitempty"`    // m, f
	Birthdate             string          `json:"birthdate,omitempty"` // yyyy-mm-dd
	Email                 string          `json:"email,omitempty"`
	MobileNumber          string          `json:"mobileNumber,omitempty"`
	Identification        *Identification `json:"identification,omitempty"`
	Address               Address         `json:"address"`
}

// Identification is somebody's identity document.
type Identification struct {
	IDType         string `json:"idType"` // CI, PASSPORT
	IDNumber       string `json:"idNumber"`
	IssueAuthority string `json:"issueAuthority,omitempty"`
	IssueDate      string `json:"issueDate,omitempty"`
}

// Address is where somebody lives. County and city code come from [Client.Localities].
type Address struct {
	Country     string `json:"country,omitempty"`
	County      string `json:"county"`
	City        string `json:"city"`
	CityCode    ID     `json:"cityCode"`
	Street      string `json:"street"`
	HouseNumber string `json:"houseNumber,omitempty"`
	Building    string `json:"building,omitempty"`
	Staircase   string `json:"staircase,omitempty"`
	Apartment   string `json:"apartment,omitempty"`
	Floor       string `json:"floor,omitempty"`
	Postcode    string `json:"postcode,omitempty"`
}

// AdditionalData is what some products want to know.
type AdditionalData struct {
	RafCode string             `json:"rafCode,omitempty"`
	Product *AdditionalProduct `json:"product,omitempty"`
}

// AdditionalProduct is about the profession that is insured.
type AdditionalProduct struct {
	RetroactivePeriod int               `json:"retroactivePeriod,omitempty"` // months
	Conditions        *ProfessionalData `json:"conditions,omitempty"`
}

// ProfessionalData are words of the operator's lists.
type ProfessionalData struct {
	ActivityType           string `json:"activityType,omitempty"`
	ConsultantsType        string `json:"consultantsType,omitempty"`
	ProfessionalCategory   string `json:"professionalCategory,omitempty"`
	ProfessionalSpeciality string `json:"professionalSpeciality,omitempty"`
}

// Offers is what an insurer offers: nothing where it does not want the risk.
type Offers struct {
	Provider Organization
	Product  string
	Offers   []Offer
}

// Offer is one of them. Dates are yyyy-mm-dd.
type Offer struct {
	OfferID           ID            `json:"offerId"`
	ProviderOfferCode string        `json:"providerOfferCode"`
	PremiumAmount     Amount        `json:"premiumAmount"`
	Currency          string        `json:"currency"`
	ExchangeRate      ExchangeRate  `json:"exchangeRate"`
	StartDate         string        `json:"startDate"`
	EndDate           string        `json:"endDate"`
	Installments      []Installment `json:"installments"`
	Notes             string        `json:"notes"`
	OfferExpiryDate   string        `json:"offerExpiryDate"`
}

// ExchangeRate is the premium in another currency, and the rate it was computed by.
type ExchangeRate struct {
	Currency     string `json:"currency"`
	Amount       Amount `json:"amount"`
	ExchangeRate Amount `json:"exchangeRate"`
}

// Installment is a part of the premium.
type Installment struct {
	ID      ID     `json:"id"`
	Amount  Amount `json:"amount"`
	DueDate string `json:"dueDate"`
}

// CreateOffer asks the insurer for an offer. It binds nobody, so it is repeated
// as Retry says.
func (c *Client) CreateOffer(ctx context.Context, r OfferRequest) (*Offers, error) {
	k := call{name: "create offer", method: http.MethodPost, path: "/offer", body: r, timeout: c.timeouts.Offer}
	read, err := ask[struct {
		Data *struct {
			Provider struct {
				Organization Organization `json:"organization"`
			} `json:"provider"`
			Product struct {
				Name string `json:"name"`
			} `json:"product"`
			Offers []Offer `json:"offers"`
		} `json:"data"`
	}](ctx, c, k)
	if err != nil {
		return nil, err
	}
	if read.Data == nil {
		return nil, k.without("data")
	}
	for _, o := range read.Data.Offers {
		if o.OfferID <= 0 || o.PremiumAmount == "" {
			return nil, k.without("an id or a premium")
		}
	}
	return &Offers{read.Data.Provider.Organization, read.Data.Product.Name, read.Data.Offers}, nil
}

// without is an answer that lacks what the call is for.
func (k call) without(what string) error {
	return k.doubt(&ProtocolError{Call: k.name, Status: http.StatusOK, Problem: "the answer is without " + what})
}
