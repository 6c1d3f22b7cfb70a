package contracts

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
)

// bimaMembers are the printed members of the details; the code and the message
// are demanded by the document.
var bimaMembers = []string{
	"thumbnail", "policy_from", "policy_to", "issue_date", "entity_code", "prvider_name", "policy_no", "contact_no_road_side_assistance",
	"road_side_assistance_html", "policy_status", "data", "additional_drivers", "travelers", "covers", "follow_up", "documents_required",
	"step_code", "step_title", "step_sub_title", "step_ImageURLThumbnail",
	"attribute_text1", "attribute_text2", "attribute_text3", "attribute_text4", "attribute_text5", "attribute_no1", "attribute_no2",
}

func (a *bimaAnswer) detailsComplete() {
	for _, name := range bimaMembers {
		a.expect(has(a.tree, name), "nothing", "present", "/"+name)
	}
}

var bimaDetailImage = regexp.MustCompile(`^https?://[^/]+/\\img\\[^/?]+$`)

func (a *bimaAnswer) detailsImages() {
	for where, image := range a.items("thumbnail") {
		address, _ := image.(string)
		a.expect(bimaDetailImage.MatchString(address), shorten(image), `an address with /\img\ and no version`, where)
	}
}

// bimaPolicyDates are null until a policy is issued.
var bimaPolicyDates = [...]string{"policy_from", "policy_to", "issue_date"}

func (a *bimaAnswer) nullUntilIssued() {
	if number, ok := member(a.tree, "policy_no").(string); !ok || number != "" {
		return
	}
	for _, name := range bimaPolicyDates {
		a.member("", a.tree, name, member(a.tree, name) == nil, "null")
	}
}

func (a *bimaAnswer) datedOnceIssued() {
	if text(a.tree, "policy_no") == "" {
		return
	}
	for _, name := range bimaPolicyDates {
		_, err := time.Parse("2006-01-02T15:04:05", text(a.tree, name))
		a.member("", a.tree, name, err == nil, "yyyy-mm-ddThh:mm:ss")
	}
}

// bimaTitles are the printed titles of the data of a car.
var bimaTitles = []string{"Owner Name", "License ID", "Vehicle", "Model", "Insurance Type", "Provider name", "Date From", "Date To"}

// ofACar says whether the data are of a car: they name one, or who drives it.
func (a *bimaAnswer) ofACar() bool {
	_, vehicle := a.value("Vehicle")
	return vehicle != "" || member(a.tree, "additional_drivers") != nil
}

// value is what the data have under a title, and where.
func (a *bimaAnswer) value(title string) (where, value string) {
	for where, fact := range a.items("data") {
		if text(fact, "title") == title {
			return where + "/value", text(fact, "value")
		}
	}
	return "", ""
}

func (a *bimaAnswer) titlesInOrder() {
	if !has(a.tree, "data") || !a.ofACar() {
		return
	}
	var titles []string
	for _, fact := range a.items("data") {
		titles = append(titles, text(fact, "title"))
	}
	got, want := strings.Join(titles, ", "), strings.Join(bimaTitles, ", ")
	a.expect(got == want, shorten(got), want, "/data")
}

func (a *bimaAnswer) dataFromAttributes() {
	for _, made := range [...]struct{ title, first, second string }{
		{"Vehicle", "attribute_text1", "attribute_text2"},
		{"Model", "attribute_text5", "attribute_text4"},
	} {
		where, got := a.value(made.title)
		if where == "" || !has(a.tree, made.first) || !has(a.tree, made.second) {
			continue
		}
		want := text(a.tree, made.first) + " / " + text(a.tree, made.second)
		a.expect(got == want, shorten(got), shorten(want), where)
	}
}

func (a *bimaAnswer) dataDates() {
	const form = "02/01/2006"
	fromAt, from := a.value("Date From")
	toAt, to := a.value("Date To")
	if fromAt == "" || toAt == "" {
		return
	}
	first, err := time.Parse(form, from)
	a.expect(err == nil, shorten(from), "dd/mm/yyyy", fromAt)
	if err != nil {
		return
	}
	want := first.AddDate(1, 0, -1).Format(form)
	a.expect(to == want, shorten(to), shorten(want), toAt)
}

func (a *bimaAnswer) providerRepeated() {
	where, got := a.value("Provider name")
	if want, ok := member(a.tree, "prvider_name").(string); ok && where != "" {
		a.expect(got == want, shorten(got), shorten(want), where)
	}
}

func (a *bimaAnswer) noTravelers() {
	if a.ofACar() {
		a.member("", a.tree, "travelers", member(a.tree, "travelers") == nil, "null")
	}
}

func (a *bimaAnswer) followUpForm() {
	for where, comment := range a.items("follow_up") {
		a.member(where, comment, "message", strings.HasSuffix(text(comment, "message"), "\r\n"), `a text that ends in "\r\n"`)
		_, err := time.Parse("02/01/2006 15:04", text(comment, "date_time"))
		a.member(where, comment, "date_time", err == nil, "dd/mm/yyyy hh:mm")
	}
}

var bimaThousandths = regexp.MustCompile(`^\d+\.\d{3}$`)

func (a *bimaAnswer) orderInThousandths() {
	for where, document := range a.items("documents_required") {
		if number, ok := member(document, "order_no").(json.Number); ok {
			a.expect(bimaThousandths.MatchString(string(number)), string(number), "three decimals", where+"/order_no")
		}
	}
}
