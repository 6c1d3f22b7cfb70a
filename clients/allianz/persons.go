package allianz

// PersonType says whether a person is natural or legal.
type PersonType string

// The carrier's kinds of person.
const (
	NaturalPerson PersonType = "PERSON"
	Company       PersonType = "COMPANY"
)

// Gender is asked for with a natural person; "" is sent as null.
type Gender string

// The carrier's genders.
const (
	Male   Gender = "MALE"
	Female Gender = "FEMALE"
)

// MarshalJSON writes the gender, or null for none.
func (g Gender) MarshalJSON() ([]byte, error) { return Text(g).MarshalJSON() }

// Person is the insured person, the beneficiary or the payer. One set of members
// serves natural persons and companies, as the carrier has it: the samples send
// what does not apply as null, and so does an empty field here. Nothing is
// trimmed or put right.
//
// A natural person needs title, names, gender, an identification document,
// nationality, birth date and mobile phone, and for an e-policy an e-mail address.
// A company needs register id and name. Both need both addresses.
type Person struct {
	Type                    PersonType               `json:"type"`
	Title                   Text                     `json:"title"`
	FirstName               Text                     `json:"firstName"`
	LastName                Text                     `json:"lastName"`
	Gender                  Gender                   `json:"gender"`
	IdentificationDocuments []IdentificationDocument `json:"identificationDocuments"`
	Nationality             Text                     `json:"nationality"` // "TH"
	BirthDate               Text                     `json:"birthDate"`   // yyyy-mm-dd
	Occupation              Text                     `json:"occupation"`  // "" is 99 at the carrier
	RegisterID              Text                     `json:"registerId"`  // of a company
	CompanyPrefix           Text                     `json:"companyPrefix"`
	CompanyName             Text                     `json:"companyName"`
	CompanySuffix           Text                     `json:"companySuffix"`
	CustomerName            Text                     `json:"customerName"` // who drives an insured company's car of usage 110 or 210
	EmailAddress            Text                     `json:"emailAddress"`
	MobilePhone             Text                     `json:"mobilePhone"` // ten digits
	Addresses               []Address                `json:"addresses"`
}

// IdentityType is the kind of an identification document.
type IdentityType string

// The carrier's kinds of document.
const (
	IdentityCard IdentityType = "NRIC" // the Thai national identity number, thirteen digits
	Passport     IdentityType = "PASS"
)

// IdentificationDocument is what a natural person is known by.
type IdentificationDocument struct {
	IdentityType   IdentityType `json:"identityType"`
	IdentityNumber string       `json:"identityNumber"`
}

// AddressType says what an address is for.
type AddressType string

// The carrier's kinds of address; a person needs both, with the same content if need be.
const (
	RegisteredAddress AddressType = "REGISTER"
	CurrentAddress    AddressType = "CURRENT"
)

// Address is where a person lives or a company has its seat. District,
// sub-district and state are the carrier's codes. Lines two to four may be missing.
type Address struct {
	Type         AddressType `json:"type"`
	AddressLine1 string      `json:"addressLine1"` // at most 250 characters
	AddressLine2 Text        `json:"addressLine2"`
	AddressLine3 Text        `json:"addressLine3"`
	AddressLine4 Text        `json:"addressLine4"`
	District     string      `json:"district"`
	SubDistrict  string      `json:"subDistrict"`
	State        string      `json:"state"`
	PostalCode   string      `json:"postalCode"` // five digits
}
