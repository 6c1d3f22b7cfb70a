package lifeishard

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/understudy-sandbox/understudy/mocks/paper"
)

// printedClauses are the clauses of a cover in the printed order, with the words
// that the papers have for them (ours).
var printedClauses = []struct{ group, member, label string }{
	{"coverage", "auxiliaryStaff", "Personal auxiliar"},
	{"coverage", "eScooter", "Trotinetă electrică"},
	{"coverage", "extendedReportingPeriod", "Perioadă extinsă de raportare"},
	{"coverage", "moralClaims", "Daune morale"},
	{"coverage", "feesCompensation", "Cheltuieli de judecată"},
	{"coverage", "perEvent", "Limită pe eveniment"},
	{"coverage", "policyLimit", "Limită agregată a poliței"},
	{"conditions", "locationCount", "Puncte de lucru"},
	{"conditions", "claimsWithin3Years", "Daune în ultimii 3 ani"},
	{"conditions", "lossHistoryWithin5Years", "Istoric daune 5 ani"},
	{"conditions", "turnover", "Cifră de afaceri"},
}

func clausesOf(liability members) []clause {
	var all []clause
	for _, c := range printedClauses {
		sent := liability.object(c.group).object(c.member)
		if !sent.truth("isIncluded") {
			continue
		}
		value := "inclus"
		if amount, ok := sent.amount("value"); ok && sent.text("value") != "" {
			value = amount.printed()
		}
		all = append(all, clause{c.label, value})
	}
	return all
}

func deductibleOf(sent members) string {
	if sent.number("percent") == 0 {
		return ""
	}
	return fmt.Sprintf("%d%% din daună", sent.number("percent"))
}

func territoryOf(sent members) string {
	switch {
	case sent.truth("coversWorldWide"):
		return "Întreaga lume"
	case sent.truth("coversRomania"):
		return "România"
	}
	return ""
}

var productLabels = map[string]string{
	"general": "Răspundere civilă generală", "professional": "Răspundere civilă profesională", "other": "Altă răspundere civilă",
}

var small = []string{
	"Document întocmit de un sistem de simulare, numai pentru teste. Nu este contract de asigurare, nu obligă pe nimeni și nu a fost emis de niciun asigurator.",
	"Made by a sandbox for tests. It is not a contract of insurance, binds nobody and was issued by no insurer.",
}

func (o *offer) page() paper.Page {
	price, parts := o.Cover.price(o.Premium, euro, rows("În lei la cursul "+strings.Replace(string(rateText), ".", ",", 1), o.Premium.inLei().printed()+" "+leu))
	return paper.Page{
		Lang: "ro-RO", Issuer: "OMNIASIG (simulare)", Title: "Ofertă de asigurare de răspundere civilă",
		Subtitle: fmt.Sprintf("Oferta %d, cod %s", o.ID, o.Code), Created: o.Made, Small: small,
		Sections: o.Cover.sections(
			rows("Cod ofertă", o.Code, "Valabilă până la", o.Expires), price, parts,
		),
	}
}

func (p *policy) page() paper.Page {
	price, parts := p.Cover.price(p.Premium, p.Currency, nil)
	return paper.Page{
		Lang: "ro-RO", Issuer: "OMNIASIG (simulare)", Title: "Poliță de asigurare de răspundere civilă",
		Subtitle: p.name(), Created: p.Issued, Small: small,
		Sections: p.Cover.sections(
			rows("Seria", p.Series, "Numărul", strconv.FormatUint(p.Number, 10), "Emisă la", day(local(p.Issued))),
			price, parts,
		),
	}
}

func (p *policy) receipt() paper.Page {
	document := ""
	if p.Payment.DocumentNumber != nil {
		document = *p.Payment.DocumentNumber
	}
	return paper.Page{
		Lang: "ro-RO", Issuer: "OMNIASIG (simulare)", Title: "Chitanță", Subtitle: "pentru " + p.name(), Created: p.Issued, Small: small,
		Sections: []paper.Section{
			{Title: "Plata", Rows: rows(
				"Am primit de la", p.Cover.Customer.Name,
				"Cod fiscal", p.Cover.Customer.TaxID,
				"Adresa", p.Cover.Customer.Address,
				"Mod de plată", p.Payment.Method,
				"Document", document,
				"Data", p.Payment.Date,
			)},
			{Title: "Suma", Sums: true, Rows: []paper.Row{{Label: "Total încasat", Value: p.Payment.Amount.printed() + " " + p.Payment.Currency, Bold: true}}},
		},
	}
}

func (p *policy) name() string { return fmt.Sprintf("polița seria %s nr. %d", p.Series, p.Number) }

// sections are who is insured for what, below the paper's own first rows. What it
// costs comes before the clauses, which may be cut off where the sheet ends.
func (c cover) sections(first []paper.Row, price, parts paper.Section) []paper.Section {
	product := productLabels[c.Product]
	if c.Type != "" {
		product += " (" + c.Type + ")"
	}
	clauses := paper.Section{Title: "Acoperire", Columns: 2}
	for _, one := range c.Clauses {
		clauses.Rows = append(clauses.Rows, paper.Row{Label: one.Name, Value: one.Value})
	}
	return []paper.Section{
		{Title: "Asigurarea", Columns: 2, Rows: append(first, rows(
			"Produs", product, "Valabilitate", c.Start+" – "+c.End, "Teritoriu", c.Territory, "Franșiză", c.Deductible,
		)...)},
		{Title: "Contractantul", Rows: rows("Nume", c.Customer.Name, "Cod fiscal", c.Customer.TaxID, "Adresa", c.Customer.Address)},
		{Title: "Asiguratul", Rows: rows("Nume", c.Policyholder.Name, "Cod fiscal", c.Policyholder.TaxID, "Adresa", c.Policyholder.Address)},
		price,
		parts,
		clauses,
	}
}

// price is the premium and when its parts are due.
func (c cover) price(premium cents, currency string, last []paper.Row) (price, parts paper.Section) {
	price = paper.Section{Title: "Prima de asigurare", Sums: true}
	price.Rows = append(rows("Prima totală", premium.printed()+" "+currency), last...)
	price.Rows[0].Bold = true
	parts = paper.Section{Title: "Rate", Columns: 2}
	for _, i := range c.plan(premium) {
		parts.Rows = append(parts.Rows, paper.Row{Label: fmt.Sprintf("Rata %d, %s", i.ID, i.DueDate), Value: i.Amount.printed() + " " + currency})
	}
	return price, parts
}

// rows pairs labels with values and leaves out what has no value.
func rows(pairs ...string) []paper.Row {
	var all []paper.Row
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all = append(all, paper.Row{Label: pairs[i], Value: pairs[i+1]})
		}
	}
	return all
}
