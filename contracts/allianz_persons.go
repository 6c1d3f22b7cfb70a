package contracts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// issueMisfits lists what a well-formed request to issue does not fit in the
// printed tables.
func issueMisfits(ask any) []misfitIn {
	all := append(misfitsOf(ask), packageMisfits(ask)...)
	for _, role := range [...]string{"insuredPerson", "beneficiary", "payer"} {
		all = append(all, personMisfits(ask, role)...)
	}
	return append(all, consentMisfits(ask)...)
}

// packageID is the id of a package that the insurer has made; "" for one that is
// made of covers.
func packageID(pack any) string {
	name := strings.TrimSpace(text(pack, "name"))
	if name == "GRANU" {
		return ""
	}
	return name
}

func packageMisfits(ask any) []misfitIn {
	if text(ask, "productCode") != "CMI" {
		return nil
	}
	at := slices.IndexFunc(list(ask, "productPackages"), func(pack any) bool { return packageID(pack) != "" })
	if at < 0 {
		return nil
	}
	return []misfitIn{{"package", "name", fmt.Sprintf("/productPackages/%d/name", at), "", Inferred}}
}

var (
	personMembers  = []string{"title", "firstName", "lastName", "gender", "nationality", "birthDate", "mobilePhone"}
	companyMembers = []string{"registerId", "companyName"}
	insuredCompany = []string{"companyPrefix", "companySuffix"} // printed as optional, and remarked to be required
	identity       = []string{"identityType", "identityNumber"}

	tenDigits = regexp.MustCompile(`^[0-9]{10}$`)
)

// personMisfits holds somebody in the request to the tables. The members of the
// other type are not read: the samples have placeholders there.
func personMisfits(ask any, role string) []misfitIn {
	person, insured := member(ask, role), role == "insuredPerson"
	if person == nil {
		if insured {
			return []misfitIn{{"person", role, "/" + role, Inferred, Inferred}}
		}
		return nil // the insured person
	}
	var all []misfitIn
	add := func(table, name string, proof Evidence) {
		all = append(all, misfitIn{table, name, "/" + role + "/" + name, proof, Inferred})
	}
	for _, name := range mandatoryOf(ask, person, insured) {
		if blank(person, name) {
			add("person", name, Inferred)
		}
	}
	if text(person, "type") == "COMPANY" {
		if id := text(person, "registerId"); id != "" && !thaiIdentity(id) {
			add("person", "registerId", Inferred)
		}
	} else {
		if phone := strings.TrimSpace(text(person, "mobilePhone")); phone != "" && !tenDigits.MatchString(phone) {
			add("person", "mobilePhone", Inferred)
		}
		if !identified(person) {
			add("person", "identificationDocuments", Inferred)
		}
	}
	for _, kind := range [...]string{"REGISTER", "CURRENT"} {
		if !slices.ContainsFunc(list(person, "addresses"), func(address any) bool { return text(address, "type") == kind }) {
			proof := Evidence("")
			if !insured {
				proof = Inferred // the FAQ speaks of addresses in general
			}
			add("addresses", "addresses", proof)
		}
	}
	return all
}

// mandatoryOf lists the texts that the tables demand of somebody.
func mandatoryOf(ask, person any, insured bool) []string {
	switch usage := text(member(ask, "vehicle"), "usage"); {
	case text(person, "type") == "PERSON" && insured && member(ask, "isDigitalPolicy") == true:
		return append(slices.Clip(personMembers), "emailAddress")
	case text(person, "type") == "PERSON":
		return personMembers
	case !insured:
		return companyMembers
	case text(ask, "productCode") == "VMI" && (usage == "110" || usage == "210"):
		return slices.Concat(companyMembers, insuredCompany, []string{"customerName"})
	default:
		return slices.Concat(companyMembers, insuredCompany)
	}
}

func blank(tree any, name string) bool { return strings.TrimSpace(text(tree, name)) == "" }

// identified says whether a person has an identity document, and each of them a
// type and a number that it may have.
func identified(person any) bool {
	documents := list(person, "identificationDocuments")
	return len(documents) > 0 && !slices.ContainsFunc(documents, func(document any) bool {
		return slices.ContainsFunc(identity, func(name string) bool { return blank(document, name) }) ||
			text(document, "identityType") == "NRIC" && !thaiIdentity(text(document, "identityNumber"))
	})
}

// thaiIdentity says whether a number has 13 digits, the last of which is the
// check digit of the others. All samples have; that it is computed is inferred.
func thaiIdentity(number string) bool {
	number = strings.TrimSpace(number)
	if _, ok := digits(number); !ok || len(number) != 13 {
		return false
	}
	sum := 0
	for i := range 12 {
		sum += int(number[i]-'0') * (13 - i)
	}
	return int(number[12]-'0') == (11-sum%11)%10
}

// allianzConsents are the printed kinds; to all but the last the answer is yes.
var allianzConsents = []string{"SANCTION_COUNTRY", "INFORMATION", "MARKETING"}

// consentMisfits passes over a consent that is both given and not: nothing says
// which of the two counts.
func consentMisfits(ask any) []misfitIn {
	var all []misfitIn
	sent := list(ask, "consents")
	for _, kind := range allianzConsents {
		at := slices.IndexFunc(sent, func(one any) bool { return text(one, "consentType") == kind })
		if at < 0 {
			all = append(all, misfitIn{"consents", "consents", "/consents", "", Inferred})
			continue
		}
		given := slices.ContainsFunc(sent, func(one any) bool { return text(one, "consentType") == kind && member(one, "hasAccepted") == true })
		if !given && kind != "MARKETING" {
			all = append(all, misfitIn{"consents", "hasAccepted", fmt.Sprintf("/consents/%d/hasAccepted", at), "", Inferred})
		}
	}
	return all
}

func consentsSent(ask any) error {
	q := &quote{ask: ask}
	sent := list(ask, "consents")
	for _, kind := range allianzConsents {
		if !slices.ContainsFunc(sent, func(one any) bool { return text(one, "consentType") == kind }) {
			q.differs("", "no "+kind, "all three consents", "request /consents")
		}
	}
	return q.err()
}
