package contracts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// allianzVehicle lists the members of a vehicle that come back as they are; the
// owner and the colour have rules of their own.
var allianzVehicle = []string{
	"make", "model", "usage", "garageType", "vehicleIdentificationNumber", "registrationNumber", "registrationState",
	"yearOfManufacture", "engineNumber", "registrationType", "registrationCountry",
}

func seatsWithDefaults(q *quote) {
	chosen, defaults, proof := 0, 0, Evidence("")
	for c := range q.covers() {
		switch {
		case !voluntary(c.plan):
			return
		case c.itemsSent():
			chosen++
		default:
			defaults++
		}
		proof = cmp.Or(c.proof(), proof)
	}
	vehicle := member(q.answer, "vehicle")
	seats, err := strconv.Atoi(fmt.Sprint(member(vehicle, "numberOfSeats")))
	switch {
	case defaults > 0 && chosen == 0 && (err != nil || seats < 1):
		q.differs(proof, shown(vehicle, "numberOfSeats"), "a number of seats", "/vehicle/numberOfSeats")
	case chosen > 0 && defaults == 0 && has(vehicle, "numberOfSeats") && !has(member(q.ask, "vehicle"), "numberOfSeats"):
		q.differs(proof, shown(vehicle, "numberOfSeats"), "nothing, as the items were sent", "/vehicle/numberOfSeats")
	}
}

func ownerNull(q *quote) {
	asked, got := member(q.ask, "vehicle"), member(q.answer, "vehicle")
	sent := has(asked, "owner") || has(asked, "owners")
	if member(got, "owner") != nil || sent && !has(got, "owner") {
		q.differs("", shown(got, "owner"), "null", "/vehicle/owner")
	}
	if has(got, "owners") {
		q.differs("", shown(got, "owners"), "nothing, as the answer says owner", "/vehicle/owners")
	}
}

func colorAsText(q *quote) {
	asked, got := member(q.ask, "vehicle"), member(q.answer, "vehicle")
	var want string
	switch sent := member(asked, "color").(type) {
	case json.Number:
		if strings.ContainsAny(string(sent), ".eE") {
			return // no sample says how it is spelt
		}
		want = string(sent)
	case string:
		want = sent
	default:
		return
	}
	if !same(member(got, "color"), want) {
		q.differs("", shown(got, "color"), shorten(want), "/vehicle/color")
	}
}

func vehicleEchoed(q *quote) {
	asked, got := member(q.ask, "vehicle"), member(q.answer, "vehicle")
	for _, name := range allianzVehicle {
		if !has(asked, name) {
			continue
		}
		sent := member(asked, name)
		if same(sent, member(got, name)) {
			continue
		}
		proof := Evidence("")
		if sent == nil {
			proof = Inferred // no printed answer repeats a null
		}
		q.differs(proof, shown(got, name), shorten(sent), "/vehicle/%s", name)
	}
}

func vehicleAddsNothing(q *quote) {
	asked, got := member(q.ask, "vehicle"), member(q.answer, "vehicle")
	for _, name := range append(slices.Clip(allianzVehicle), "color") {
		if has(got, name) && !has(asked, name) {
			q.differs("", shown(got, name), "nothing, as it was not sent", "/vehicle/%s", name)
		}
	}
}

func termsEchoed(q *quote) {
	for _, name := range [...]string{"policyStartDate", "policyExpiryDate", "channel", "productCode"} {
		want, proof := member(q.ask, name), Evidence("")
		if name == "policyExpiryDate" && want == nil {
			want, proof = yearAfter(text(q.ask, "policyStartDate")), Inferred // printed for contracts
		}
		if want != nil && !same(want, member(q.answer, name)) {
			q.differs(proof, shown(q.answer, name), shorten(want), "/%s", name)
		}
	}
}

// yearAfter is the same day one year on; nil where there is none.
func yearAfter(date string) any {
	if !validDate(date) || date[5:] == "02-29" || date[:4] == "9999" {
		return nil
	}
	year, _ := digits(date[:4])
	return fmt.Sprintf("%04d%s", year+1, date[4:])
}
