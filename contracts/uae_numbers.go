package contracts

import (
	"regexp"
	"slices"
	"strings"
)

var emiratesNumber = regexp.MustCompile(`^784-?[0-9]{4}-?[0-9]{7}-?[0-9]$`)

func emiratesIDForm(c *content, at string, policy any) bool {
	identity := member(member(policy, "Customer"), "IdentityInformation")
	if !has(identity, "EidNumber") {
		return false
	}
	if !emiratesNumber.MatchString(text(identity, "EidNumber")) {
		c.differs(at+"/Customer/IdentityInformation/EidNumber", shown(identity, "EidNumber"), "784-YYYY-NNNNNNN-N, with or without the strokes")
	}
	return true
}

func emiratesIDDigits(c *content, at string, policy any) bool {
	customer := member(policy, "Customer")
	number := text(member(customer, "IdentityInformation"), "EidNumber")
	if !emiratesNumber.MatchString(number) {
		return false
	}
	plain := strings.ReplaceAll(number, "-", "")
	where := at + "/Customer/IdentityInformation/EidNumber"
	if !luhnHolds(plain) {
		c.differs(where, shorten(number), "a number that Luhn's rule accepts")
	}
	if born := text(member(customer, "BackgroundInformation"), "DateOfBirth"); validDate(born) && plain[3:7] != born[:4] {
		c.differs(where, shorten(number), "784 and "+born[:4])
	}
	return true
}

// luhnHolds says whether the weighted digits of a number, every second one from
// the right doubled, add up to a multiple of ten.
func luhnHolds(digits string) bool {
	total := 0
	for i := range len(digits) {
		weighted := int(digits[i] - '0')
		if (len(digits)-i)%2 == 0 {
			weighted *= 2
		}
		total += weighted/10 + weighted%10
	}
	return total%10 == 0
}

var sevenEmirates = []string{"AbuDhabi", "Ajman", "Dubai", "Fujairah", "RasAlKhaimah", "Sharjah", "UmmAlQuwain"}

func emirates(c *content, at string, policy any) bool {
	seen := false
	for where, value := range members(policy, at) {
		switch where.name {
		case "UAEDrivingLicenseIssuingEmirate", "TrafficCodeIssuingEmirate":
			seen = true
			if name, _ := value.(string); !slices.Contains(sevenEmirates, name) {
				c.differs(where.String(), shorten(value), "one of "+strings.Join(sevenEmirates, ", "))
			}
		}
	}
	return seen
}

var vehicleCharacters = regexp.MustCompile(`^[A-HJ-NPR-Z0-9]{17}$`)

func vehicleNumber(c *content, at string, policy any) bool {
	vehicle := member(member(policy, "Product"), "InsuredVehicle")
	if !has(vehicle, "VehicleIdentificationNumber") {
		return false
	}
	if !vehicleCharacters.MatchString(text(vehicle, "VehicleIdentificationNumber")) {
		c.differs(at+"/Product/InsuredVehicle/VehicleIdentificationNumber", shown(vehicle, "VehicleIdentificationNumber"), "17 capitals and digits without I, O and Q")
	}
	return true
}

var ibanForm = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$`)

func ibanDigits(_ *Exchange, c *content) bool {
	data := member(c.tree, "Data")
	if text(data, "SchemeName") != "IBAN" {
		return false
	}
	number := text(data, "Identification")
	switch {
	case !ibanForm.MatchString(number):
		c.differs("/Data/Identification", shown(data, "Identification"), "two capitals, two digits and an account")
	case strings.HasPrefix(number, "AE") && (len(number) != 23 || strings.Trim(number[2:], "0123456789") != ""):
		c.differs("/Data/Identification", shown(data, "Identification"), "AE and 21 digits")
	case ibanRest(number) != 1:
		c.differs("/Data/Identification", shown(data, "Identification"), "check digits that leave 1")
	}
	return true
}

// ibanRest is the remainder by 97 of an account with its first four characters
// moved to the end, A to Z read as 10 to 35: ISO 7064.
func ibanRest(number string) int {
	rest := 0
	for _, character := range []byte(number[4:] + number[:4]) {
		if character <= '9' {
			rest = (10*rest + int(character-'0')) % 97
			continue
		}
		rest = (100*rest + int(character-'A') + 10) % 97
	}
	return rest
}
