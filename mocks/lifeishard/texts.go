package lifeishard

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/understudy-sandbox/understudy/contracts"
)

// What may be wrong with a member. The patterns of ruleRequired and ruleSelected
// were observed in Romanian; they are those of a framework that many use, from
// which the others are taken (inferred).
const (
	ruleRequired = "required"
	ruleSelected = "enum"
	ruleWhole    = "whole"
	ruleNumber   = "number"
	ruleDay      = "format"
	ruleText     = "text"
	ruleObject   = "object"
	ruleTruth    = "truth"
	ruleTerm     = "term"
	ruleJSON     = "json"
)

var patterns = map[string][2]string{
	ruleRequired: {"The %s field is required.", "Câmpul %s este obligatoriu."},
	ruleSelected: {"The selected %s is invalid.", "Câmpul %s selectat este invalid."},
	ruleWhole:    {"The %s must be an integer.", "Câmpul %s trebuie să fie un număr întreg."},
	ruleNumber:   {"The %s must be a number.", "Câmpul %s trebuie să fie un număr."},
	ruleDay:      {"The %s is not a valid date.", "Câmpul %s nu este o dată validă."},
	ruleText:     {"The %s must be a string.", "Câmpul %s trebuie să fie un șir de caractere."},
	ruleObject:   {"The %s must be an array.", "Câmpul %s trebuie să fie un array."},
	ruleTruth:    {"The %s field must be true or false.", "Câmpul %s trebuie să fie adevărat sau fals."},
	ruleTerm:     {"The %s must be between 1 and 12.", "Câmpul %s trebuie să fie între 1 și 12."},
	ruleJSON:     {"The %s must be a valid JSON string.", "Câmpul %s trebuie să fie un text JSON valid."},
}

// textsOf lists the texts for each member at fault, under its path.
func textsOf(all []contracts.Violation, romanian bool) map[string][]string {
	texts := map[string][]string{}
	for _, v := range all {
		path := strings.ReplaceAll(strings.TrimPrefix(v.Where, "/"), "/", ".")
		switch {
		case path == "" && v.In == "query":
			path = "query"
		case path == "":
			path = "body"
		}
		if texts[path] != nil {
			continue // the first is enough
		}
		pattern := patterns[ruleOf(v)]
		text := fmt.Sprintf(pattern[0], inEnglish(path))
		if romanian {
			text = fmt.Sprintf(pattern[1], inRomanian(path))
		}
		texts[path] = []string{text}
	}
	return texts
}

// ruleOf reads the rule that a member breaks from what the document says of it.
func ruleOf(v contracts.Violation) string {
	nothing := v.Got == "null" || v.Got == `""`
	switch {
	case v.In == "query" && v.Rule == "syntax":
		return ruleText
	case patterns[v.Rule][0] != "" && !nothing:
		return v.Rule
	case v.In == "media type", v.Rule == "syntax":
		return ruleJSON
	case nothing, v.Rule == "minLength":
		return ruleRequired
	case v.In == "path", strings.HasSuffix(v.Pointer, "Whole"):
		return ruleWhole
	case strings.HasSuffix(v.Pointer, "Amount"):
		return ruleNumber
	case strings.HasSuffix(v.Pointer, "/Truth"):
		return ruleTruth
	case strings.HasPrefix(v.Want, "object"):
		return ruleObject
	default:
		return ruleText
	}
}

// inEnglish names a member by the words of its path.
func inEnglish(path string) string {
	var words []string
	for name := range strings.SplitSeq(path, ".") {
		if name != "product" && name != "provider" && name != "liability" || name == path || strings.HasSuffix(path, "."+name) {
			words = append(words, apart(name))
		}
	}
	return strings.Join(words, " ")
}

// apart writes cityCode as city code.
func apart(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.ReplaceAll(b.String(), "_", " ")
}

// inRomanian names a member as the sibling does in the two texts that were
// observed: the member, then what it is of. The other words are ours.
func inRomanian(path string) string {
	if path == "provider.organization.businessName" {
		return "nume asigurator"
	}
	steps := strings.Split(path, ".")
	last := steps[len(steps)-1]
	words := []string{romanianNames[last]}
	if words[0] == "" {
		words[0] = apart(last)
	}
	for i := len(steps) - 2; i >= 0; i-- {
		if of := romanianOwners[steps[i]]; of != "" {
			words = append(words, of)
		}
	}
	return strings.Join(words, " ")
}

var romanianOwners = map[string]string{
	"address": "adresă", "identification": "act identitate", "policyholder": "asigurat", "customer": "contractant", "payment": "plată",
}

var romanianNames = map[string]string{
	"account": "cont", "address": "adresă", "amount": "sumă", "apartment": "apartament", "birthdate": "dată naștere", "body": "corp",
	"building": "bloc", "businessName": "denumire", "city": "localitate", "cityCode": "cod localitate", "country": "țară", "county": "județ",
	"currency": "monedă", "customer": "contractant", "date": "dată", "documentNumber": "număr document", "firstName": "prenume",
	"floor": "etaj", "gender": "sex", "houseNumber": "număr", "idType": "tip", "installmentCount": "număr rate", "isIncluded": "inclus",
	"issueDate": "dată emitere", "lastName": "nume", "liability": "răspundere", "method": "metodă", "name": "nume", "number": "număr",
	"offerId": "id ofertă", "organization": "organizație", "password": "parolă", "payment": "plată", "percent": "procent",
	"policyholder": "asigurat", "postcode": "cod poștal", "product": "produs", "provider": "asigurator", "series": "serie",
	"staircase": "scară", "startDate": "dată început", "street": "stradă", "taxId": "cod fiscal", "termTime": "perioadă", "value": "valoare",
}
