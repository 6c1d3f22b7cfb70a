package allianz

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	kindPerson  = "PERSON"
	kindCompany = "COMPANY"

	memberInsured = "insuredPerson"
	identityThai  = "NRIC"
)

// role is what the printed tables ask by: who somebody is, and what for.
type role struct {
	kind       string
	insured    bool // not the beneficiary or the payer
	digital    bool // the policy is sent by e-mail
	individual bool // the car is used as a private person's
}

// personRow is a row of the printed tables of persons.
type personRow struct {
	member    string
	of        string // the kind whose member it is, not read of the other; empty: of both
	mandatory func(role) bool
	form      *form
	list      func(members, string) *mocks.Refusal // in the place of the other columns
}

// form is how a text is written.
type form struct {
	fits     func(string) bool
	says     string
	evidence contracts.Evidence
}

// personRows are the tables in their order. Of the insured person, prefix and
// suffix of a company are printed as optional, with the remark that they are not.
// Of the others a customer name is printed as mandatory; the sample of a company
// that pays has none.
var personRows = []personRow{
	{member: "title", of: kindPerson, mandatory: always},
	{member: "firstName", of: kindPerson, mandatory: always},
	{member: "lastName", of: kindPerson, mandatory: always},
	{member: "gender", of: kindPerson, mandatory: always},
	{member: "identificationDocuments", of: kindPerson, list: checkIdentities},
	{member: "nationality", of: kindPerson, mandatory: always},
	{member: "birthDate", of: kindPerson, mandatory: always},
	{member: "registerId", of: kindCompany, mandatory: always, form: &thaiIdentity},
	{member: "companyPrefix", of: kindCompany, mandatory: ofInsured},
	{member: "companyName", of: kindCompany, mandatory: always},
	{member: "companySuffix", of: kindCompany, mandatory: ofInsured},
	{member: "customerName", of: kindCompany, mandatory: func(r role) bool { return r.insured && r.individual }},
	{member: "emailAddress", mandatory: func(r role) bool { return r.kind == kindPerson && r.insured && r.digital }, form: &email},
	{member: "mobilePhone", mandatory: func(r role) bool { return r.kind == kindPerson }, form: &mobile},
	{member: "addresses", list: checkAddresses},
}

func always(role) bool      { return true }
func ofInsured(r role) bool { return r.insured }

var (
	emailText  = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	mobileText = regexp.MustCompile(`^[0-9]{10}$`)
	thaiText   = regexp.MustCompile(`^[0-9]{13}$`)

	email        = form{emailText.MatchString, "an e-mail address looks like xxx@xxx.xxx", contracts.Seed}
	mobile       = form{mobileText.MatchString, "a mobile phone has 10 digits", contracts.Seed}
	thaiIdentity = form{validThaiIdentity, "a Thai identity has 13 digits, of which the last is computed from the others", contracts.Inferred}
)

// validThaiIdentity says whether the last of 13 digits is the check digit of the
// others.
func validThaiIdentity(number string) bool {
	if !thaiText.MatchString(number) {
		return false
	}
	sum := 0
	for i := range 12 {
		sum += int(number[i]-'0') * (13 - i)
	}
	return int(number[12]-'0') == (11-sum%11)%10
}

// checkPerson holds somebody to the tables.
func checkPerson(sent members, at string, r role) *mocks.Refusal {
	r.kind = sent.text("type")
	if r.kind != kindPerson && r.kind != kindCompany {
		return wanting(at+"/type", "type is mandatory, as PERSON or COMPANY")
	}
	for _, row := range personRows {
		if row.of != "" && row.of != r.kind {
			continue
		}
		if refusal := row.check(sent, at+"/"+row.member, r); refusal != nil {
			return refusal
		}
	}
	return nil
}

func (row personRow) check(sent members, at string, r role) *mocks.Refusal {
	if row.list != nil {
		return row.list(sent, at)
	}
	text := sent.trimmed(row.member)
	switch {
	case text == "" && row.mandatory(r):
		return wanting(at, row.member+" is mandatory for a "+r.kind+" in this place")
	case text != "" && row.form != nil && !row.form.fits(text):
		return &mocks.Refusal{Where: at, Rule: row.form.says, Remedy: "send such a one", Evidence: row.form.evidence}
	}
	return nil
}

func checkIdentities(sent members, at string) *mocks.Refusal {
	identities, _ := sent.objects("identificationDocuments")
	if len(identities) == 0 {
		return wanting(at, "a PERSON has an identity document")
	}
	for i, one := range identities {
		here := at + "/" + strconv.Itoa(i)
		for _, name := range []string{"identityType", "identityNumber"} {
			if blank(one.text(name)) {
				return wanting(here+"/"+name, name+" is mandatory for a PERSON")
			}
		}
		if one.text("identityType") == identityThai && !thaiIdentity.fits(one.trimmed("identityNumber")) {
			return &mocks.Refusal{
				Where: here + "/identityNumber", Rule: thaiIdentity.says, Remedy: "send one whose check digit is right, or a PASS",
				Evidence: thaiIdentity.evidence,
			}
		}
	}
	return nil
}

func checkAddresses(sent members, at string) *mocks.Refusal {
	addresses, _ := sent.objects("addresses")
	var kinds []string
	for i, one := range addresses {
		for _, name := range []string{"type", "addressLine1", "district", "subDistrict", "state", "postalCode"} {
			if blank(one.text(name)) {
				return wanting(at+"/"+strconv.Itoa(i)+"/"+name, name+" is mandatory in an address")
			}
		}
		kinds = append(kinds, one.text("type"))
	}
	for _, kind := range []string{"REGISTER", "CURRENT"} {
		if !slices.Contains(kinds, kind) {
			return wanting(at, "an address of type "+kind+" is mandatory")
		}
	}
	return nil
}

// fullName is how a document prints somebody.
func fullName(sent members) string {
	if sent.text("type") == kindPerson {
		title := sent.trimmed("title")
		if !strings.ContainsFunc(title, func(r rune) bool { return r > unicode.MaxASCII }) {
			title += " " // a Thai title is written without
		}
		return title + sent.trimmed("firstName") + " " + sent.trimmed("lastName")
	}
	words := []string{sent.trimmed("companyPrefix"), sent.trimmed("companyName"), sent.trimmed("companySuffix")}
	if driver := sent.trimmed("customerName"); driver != "" {
		words = append(words, "("+driver+")")
	}
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), " ")
}

// currentAddress is where somebody can be written to; districts and provinces
// are codes of the insurer's, which no public list explains.
func currentAddress(sent members) string {
	addresses, _ := sent.objects("addresses")
	for _, one := range addresses {
		if one.text("type") != "CURRENT" {
			continue
		}
		var lines []string
		for _, name := range []string{"addressLine1", "addressLine2", "addressLine3", "addressLine4", "postalCode"} {
			if line := one.trimmed(name); line != "" {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, " ")
	}
	return ""
}
