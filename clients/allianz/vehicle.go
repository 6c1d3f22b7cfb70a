package allianz

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Text is a string that is null on the wire when it is empty.
type Text string

// MarshalJSON writes the text, or null for none.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// GarageType says where the car is repaired. One call prices one type; "" is sent as null.
type GarageType string

// The carrier's garage types: VMI1 takes the first two, VMI2+ and VMI3+ the
// second, VMI3 and CMI the third or null.
const (
	GarageDealer      GarageType = "DEALER"
	GarageCompany     GarageType = "COMPANY"
	GarageUnspecified GarageType = "UNSPECIFIED"
)

// MarshalJSON writes the type, or null for none.
func (g GarageType) MarshalJSON() ([]byte, error) { return Text(g).MarshalJSON() }

// RegistrationType is the kind of number plate.
type RegistrationType string

// The carrier's plates.
const (
	PlateGeneral       RegistrationType = "GEN"
	PlateRed           RegistrationType = "REDPLATE" // a new car; its registration number is sent blank
	PlateGovernment    RegistrationType = "GOV"
	PlateInternational RegistrationType = "INTER"
)

// Vehicle is the car to insure. Make, model and state are the carrier's opaque
// codes. Of the fields that may be missing, a blank registration or engine number
// is sent blank, a missing garage type as null, and the others are not sent.
type Vehicle struct {
	Make                        string           `json:"make"`
	Model                       string           `json:"model,omitempty"` // VMI needs one, CMI does not
	Usage                       string           `json:"usage"`           // "110" for VMI, "1.10" or "1.40A" for CMI
	GarageType                  GarageType       `json:"garageType"`
	VehicleIdentificationNumber string           `json:"vehicleIdentificationNumber,omitempty"`
	RegistrationNumber          string           `json:"registrationNumber"`
	RegistrationState           string           `json:"registrationState,omitempty"`
	YearOfManufacture           string           `json:"yearOfManufacture,omitempty"`
	EngineNumber                string           `json:"engineNumber"`
	NumberOfSeats               int              `json:"numberOfSeats,omitempty"` // 0 where the carrier does not say
	Owner                       *Owner           `json:"owner"`                   // null in every answer, also when one was sent
	Color                       Color            `json:"color,omitzero"`
	RegistrationType            RegistrationType `json:"registrationType,omitempty"`
	RegistrationCountry         string           `json:"registrationCountry,omitempty"` // "THA"
}

// Owner is what a quote may know of the car's owner. BirthDate is yyyy-mm-dd.
type Owner struct {
	BirthDate string       `json:"birthDate,omitempty"`
	Address   OwnerAddress `json:"address,omitzero"`
}

// OwnerAddress is where the owner lives, as far as a quote asks.
type OwnerAddress struct {
	PostalCode string `json:"postalCode,omitempty"`
}

// quoteVehicle is a vehicle in a quote's request: the samples write a missing
// owner as "owners": null, a known one as "owner".
type quoteVehicle Vehicle

func (v quoteVehicle) MarshalJSON() ([]byte, error) {
	if v.Owner != nil {
		return json.Marshal(Vehicle(v))
	}
	return json.Marshal(struct {
		Vehicle
		Owner  *Owner `json:"owner,omitempty"` // hides the vehicle's own
		Owners *Owner `json:"owners"`
	}{Vehicle: Vehicle(v)})
}

// Color is the carrier's colour code. The samples send it as a number and as a
// string, and answer with a string.
type Color struct {
	Code   string
	Number bool // sent as a JSON number
}

// MarshalJSON writes the code as a string, or as a number where that is asked for.
func (c Color) MarshalJSON() ([]byte, error) {
	if !c.Number {
		return json.Marshal(c.Code)
	}
	number, err := ParseAmount(c.Code)
	if err != nil {
		return nil, fmt.Errorf("color %q is not a number", c.Code)
	}
	return number.MarshalJSON()
}

// UnmarshalJSON reads a string, a number or null.
func (c *Color) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*c = Color{}
		return nil
	}
	if startsNumber(text[0]) {
		*c = Color{Code: string(text), Number: true}
		return nil
	}
	var code string
	if err := json.Unmarshal(text, &code); err != nil {
		return errors.New("color is neither a string nor a number")
	}
	*c = Color{Code: code}
	return nil
}
