package uae

import "slices"

// What a consent can ask for. The last is spelt without "Motor" in one of the
// published files of v1.2; both mean the same.
const (
	readPolicies     = "ReadMotorInsurancePolicies"
	readBasic        = "ReadMotorInsuranceCustomerBasic"
	readDetail       = "ReadMotorInsuranceCustomerDetail"
	readProduct      = "ReadMotorInsuranceProduct"
	readTransactions = "ReadMotorInsuranceTransactions"
	readPayment      = "ReadMotorInsuranceCustomerPaymentDetails"
	readPaymentShort = "ReadInsuranceCustomerPaymentDetails"
)

// permissions are those of a consent.
type permissions []string

func (p permissions) open(code string) bool { return slices.Contains(p, code) }

// payment says whether the account may be read.
func (p permissions) payment() bool { return p.open(readPayment) || p.open(readPaymentShort) }

// customer is what the permissions open of a customer, nil where they open nothing.
// The members that the schema demands come with either permission (inferred): an
// object without them would be none.
func (p permissions) customer(c customer) *customer {
	basic, detail := p.open(readBasic), p.open(readDetail)
	if !basic && !detail {
		return nil
	}
	shown := customer{CustomerID: c.CustomerID, FullName: c.FullName, PrimaryLanguage: c.PrimaryLanguage}
	if detail {
		shown = c
		shown.ShortName = ""
	}
	if basic {
		shown.ShortName = c.ShortName
	}
	return &shown
}

func (p permissions) product(whole product) *product {
	if !p.open(readProduct) {
		return nil
	}
	return &whole
}

func (p permissions) transactions(whole transactions) *transactions {
	if !p.open(readTransactions) {
		return nil
	}
	return &whole
}
