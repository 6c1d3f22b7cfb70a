package contracts

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// allianzTexts are the printed messages of the printed codes; that of 003 stands
// after the name of a member and a blank.
var allianzTexts = map[string]string{
	"003": "ข้อมูลที่ส่งมาไม่ถูกต้อง",
	"112": "ข้อมูลลูกค้า (ชื่อนามสกุล ชื่อบริษัท) ไม่ตรงกับฐานข้อมูล กรุณาติดต่อเจ้าหน้าที่",
	"113": "อีเมล์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้อีเมล์อื่น",
	"114": "หมายเลขโทรศัพท์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้หมายเลขโทรศัพท์อื่น",
	"999": "เกิดข้อผิดพลาดในระบบ",
}

// refused is a refusal of the service in either of its envelopes.
type refused struct {
	code, message any
	at            string // "" or "/errors/0"
	proof         Evidence
}

// refusalOf reads a refusal; false for an answer that is none, or is the
// gateway's.
func refusalOf(x *Exchange) (refused, bool) {
	tree, err := x.Response.JSON()
	if err != nil || x.Response.Status == 0 || allianzAccepted(x) {
		return refused{}, false
	}
	if _, object := tree.(map[string]any); !object || has(tree, "fault") {
		return refused{}, false
	}
	if errs := list(tree, "errors"); len(errs) > 0 {
		return refused{member(errs[0], "code"), member(errs[0], "message"), "/errors/0", Upstream}, true
	}
	return refused{member(tree, "code"), member(tree, "message"), "", ""}, true
}

var threeDigits = regexp.MustCompile(`^[0-9]{3}$`)

func refusalEnvelope(x *Exchange) error {
	r, ok := refusalOf(x)
	if !ok {
		return errBeside
	}
	var broken []error
	if code, _ := r.code.(string); !threeDigits.MatchString(code) {
		broken = append(broken, &Mismatch{Where: r.at + "/code", Got: shorten(r.code), Want: "a text of three digits", proof: r.proof})
	}
	if message, _ := r.message.(string); message == "" {
		broken = append(broken, &Mismatch{Where: r.at + "/message", Got: shorten(r.message), Want: "a text", proof: r.proof})
	}
	return errors.Join(broken...)
}

func refusalText(x *Exchange) error {
	r, ok := refusalOf(x)
	if !ok {
		return errBeside
	}
	code, _ := r.code.(string)
	want, printed := allianzTexts[code]
	message, _ := r.message.(string)
	switch {
	case !printed:
		return errBeside
	case message == want && code != "003":
		return nil
	}
	if code == "003" {
		name, ok := strings.CutSuffix(message, " "+want)
		if ok && name != "" && !strings.Contains(name, " ") {
			return nil
		}
		want = "<member> " + want
	}
	return &Mismatch{Where: r.at + "/message", Got: shorten(r.message), Want: want}
}

// allianzStatuses are the statuses of the codes that any quote may bring.
var allianzStatuses = map[string]int{"003": 400, "999": 500}

// refusalStatus leaves a status that the document does not have to the check of
// the document.
func refusalStatus(c *Contract) func(*Exchange) error {
	return func(x *Exchange) error {
		r, ok := refusalOf(x)
		if _, documented := c.answered(x); !ok || documented == nil {
			return nil
		}
		code, _ := r.code.(string)
		want, known := allianzStatuses[code]
		if !known || want == x.Response.Status {
			return nil
		}
		return &Mismatch{Where: "status", Got: strconv.Itoa(x.Response.Status), Want: strconv.Itoa(want)}
	}
}

// malformedRefused trusts the document for what malformed means: not JSON, or
// another JSON type than the member has.
func malformedRefused(c *Contract) func(*Exchange) error {
	return func(x *Exchange) error {
		places, others := malformed(c.JudgeRequest(x))
		if len(places) == 0 {
			return errBeside
		}
		proof := Inferred
		if blankOwner(x) && len(places) == 1 {
			proof = "" // the printed trigger
		}
		if allianzAccepted(x) {
			return &Mismatch{Where: "request " + cmp.Or(places[0], "body"), Got: "accepted", Want: "refused with 999", proof: proof}
		}
		r, ok := refusalOf(x)
		switch {
		case !ok || others > 0:
			return errBeside
		case r.code == "999":
			return nil
		}
		return &Mismatch{Where: r.at + "/code", Got: shorten(r.code), Want: `"999"`, proof: proof}
	}
}

// malformed lists where a request has the wrong form, and counts the places that
// break the document otherwise. A null counts there: it may be taken for a value
// that is missing.
func malformed(broken []Violation) (places []string, others int) {
	wrong := []string{"syntax", "type", "oneOf"}
	for _, v := range broken {
		if v.In == "body" && (v.Where == "" || slices.Contains(wrong, v.Rule)) && !slices.Contains(places, v.Where) {
			places = append(places, v.Where)
		}
	}
	for _, v := range broken {
		if v.In != "body" || !slices.Contains(places, v.Where) {
			others++
		}
	}
	return places, others
}

func blankOwner(x *Exchange) bool {
	ask, err := x.Request.JSON()
	if err != nil {
		return false
	}
	vehicle := member(ask, "vehicle")
	return member(vehicle, "owner") == "" || member(vehicle, "owners") == ""
}

// misfitIn is what a well-formed request does not fit in a printed table.
type misfitIn struct {
	table string // "registration", "vmi", "garage", "items"
	field string // as a message names it
	where string // pointer into the request
	proof Evidence
	coded Evidence // how well it is proven that the code is 003
}

// misfitRefused is the check of one table.
func misfitRefused(c *Contract, table string) func(*Exchange) error {
	return func(x *Exchange) error {
		ask, ok := x.Request.tree()
		if !ok || len(c.JudgeRequest(x)) > 0 {
			return errBeside
		}
		all := misfitsOf(ask)
		at := slices.IndexFunc(all, func(m misfitIn) bool { return m.table == table })
		if at < 0 {
			return errBeside
		}
		first := all[at]
		if allianzAccepted(x) {
			return &Mismatch{Where: "request " + first.where, Got: "accepted", Want: "refused with 003", proof: first.proof}
		}
		r, ok := refusalOf(x)
		switch {
		case !ok:
			return errBeside
		case r.code != "003":
			return &Mismatch{Where: r.at + "/code", Got: shorten(r.code), Want: `"003"`, proof: first.coded}
		}
		// Another member may be wrong by a rule that nobody printed, so the name
		// is judged only where it is a part of what should be named.
		message, _ := r.message.(string)
		name, _, _ := strings.Cut(message, " ")
		if first.field == "coverageItems" && (allianzNames[name] != "" || name == "sumInsured" || name == "coverageItem") {
			return &Mismatch{Where: r.at + "/message", Got: shorten(message), Want: first.field + " " + allianzTexts["003"]}
		}
		return nil
	}
}

func misfitsOf(ask any) []misfitIn {
	all := registrationMisfits(ask)
	if text(ask, "productCode") == "VMI" {
		for _, name := range [...]string{"model", "yearOfManufacture"} {
			if text(member(ask, "vehicle"), name) == "" {
				all = append(all, misfitIn{"vmi", name, "/vehicle/" + name, Inferred, Inferred})
			}
		}
		if len(list(ask, "productPackages")) == 0 {
			all = append(all, misfitIn{"vmi", "productPackages", "/productPackages", Inferred, Inferred})
		}
	}
	return append(all, planMisfits(ask)...)
}

// registrationMisfits goes through the rows of the table.
func registrationMisfits(ask any) []misfitIn {
	vehicle := member(ask, "vehicle")
	country, kind := strings.TrimSpace(text(vehicle, "registrationCountry")), text(vehicle, "registrationType")
	cmi := text(ask, "productCode") == "CMI"
	var state, number bool
	proof := Evidence("")
	switch {
	case country == "THA" && kind == "INTER":
		return []misfitIn{{"registration", "registrationType", "/vehicle/registrationType", Inferred, Inferred}}
	case country == "THA" || country == "" && kind != "INTER":
		state = kind != "GOV"
		number = kind == "GEN" || kind == "GOV"
	case kind == "" || kind == "INTER":
		number = true
		if country == "" {
			proof = Inferred // a foreign plate without a country is in no row
		}
	}
	if cmi && country != "THA" {
		state = false
	}
	var all []misfitIn
	for _, need := range [...]struct {
		name   string
		needed bool
	}{{"registrationState", state}, {"registrationNumber", number}} {
		if need.needed && strings.TrimSpace(text(vehicle, need.name)) == "" {
			all = append(all, misfitIn{"registration", need.name, "/vehicle/" + need.name, proof, Inferred})
		}
	}
	return all
}

// allianzGarages is the table of garage types; none is demanded of any plan.
var allianzGarages = map[string][]string{
	"VMI1": {"DEALER", "COMPANY"}, "VMI2+": {"COMPANY"}, "VMI3+": {"COMPANY"}, "VMI3": {"UNSPECIFIED"}, "CMI": {"UNSPECIFIED"},
}

// planMisfits goes through the tables of garages and of coverage items.
func planMisfits(ask any) []misfitIn {
	var all []misfitIn
	add := func(m misfitIn) {
		if !slices.ContainsFunc(all, func(other misfitIn) bool { return other.table == m.table }) {
			all = append(all, m)
		}
	}
	garage := text(member(ask, "vehicle"), "garageType")
	judge := func(plan string) {
		if open, ok := allianzGarages[plan]; ok && garage != "" && !slices.Contains(open, garage) {
			add(misfitIn{"garage", "garageType", "/vehicle/garageType", Inferred, Inferred})
		}
	}
	if text(ask, "productCode") == "CMI" {
		judge("CMI")
	}
	q := &quote{ask: ask, answer: ask}
	for c := range q.covers() {
		judge(c.plan)
		for k, sent := range list(c.got, "coverageItems") {
			if misfit(c.plan, sent) {
				add(misfitIn{"items", "coverageItems", fmt.Sprintf("%s/%d/sumInsured", c.items(), k), "", ""})
			}
		}
		if len(c.missing()) > 0 {
			add(misfitIn{"items", "coverageItems", c.items(), "", ""})
		}
	}
	return all
}

func gatewayFault(x *Exchange) error {
	tree, err := x.Response.JSON()
	fault := member(tree, "fault")
	switch {
	case x.Response.Status == 0 || x.Response.Cut:
		return errBeside
	case err != nil || fault == nil:
		if x.Response.Status == 401 {
			return &Mismatch{Where: "/fault", Got: "nothing", Want: "a fault, as the status is 401", proof: Inferred}
		}
		return errBeside
	}
	var broken []error
	if text(fault, "faultstring") == "" {
		broken = append(broken, &Mismatch{Where: "/fault/faultstring", Got: shown(fault, "faultstring"), Want: "a text"})
	}
	if detail := member(fault, "detail"); text(detail, "errorcode") == "" {
		broken = append(broken, &Mismatch{Where: "/fault/detail/errorcode", Got: shown(detail, "errorcode"), Want: "a text", proof: Inferred})
	}
	return errors.Join(broken...)
}

func tokenGiven(x *Exchange) error {
	tree, ok := x.Response.tree()
	switch {
	case !ok || !allianzAccepted(x):
		return errBeside
	case text(tree, "access_token") != "":
		return nil
	}
	return &Mismatch{Where: "/access_token", Got: shown(tree, "access_token"), Want: "a token"}
}

func tokenLifetime(x *Exchange) error {
	tree, ok := x.Response.tree()
	if !ok || !allianzAccepted(x) {
		return errBeside
	}
	seconds := member(tree, "expires_in")
	n, err := strconv.Atoi(fmt.Sprint(seconds)) // gateways of this kind write it as a text too
	if _, number := seconds.(json.Number); err != nil || n <= 0 || !number && text(tree, "expires_in") == "" {
		return &Mismatch{Where: "/expires_in", Got: shown(tree, "expires_in"), Want: "a positive number of seconds"}
	}
	return nil
}
