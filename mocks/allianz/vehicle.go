package allianz

import (
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// seats is printed in the answers with default cover, and in no other.
const seats = 7

// vehicle is the car as an answer repeats it, in the order of the samples.
type vehicle struct {
	Make                        string    `json:"make"`
	Model                       echo      `json:"model,omitempty"`
	Usage                       string    `json:"usage"`
	GarageType                  echo      `json:"garageType,omitempty"`
	VehicleIdentificationNumber echo      `json:"vehicleIdentificationNumber,omitempty"`
	RegistrationNumber          echo      `json:"registrationNumber,omitempty"`
	RegistrationState           echo      `json:"registrationState,omitempty"`
	YearOfManufacture           echo      `json:"yearOfManufacture,omitempty"`
	EngineNumber                echo      `json:"engineNumber,omitempty"`
	NumberOfSeats               int       `json:"numberOfSeats,omitempty"`
	Owner                       *struct{} `json:"owner"` // null in every sample, also for a request with an owner
	Color                       echo      `json:"color,omitempty"`
	RegistrationType            echo      `json:"registrationType,omitempty"`
	RegistrationCountry         echo      `json:"registrationCountry,omitempty"`
}

// checkVehicle holds the members that depend on the product. What the voluntary
// product needs more than the compulsory one is printed.
func checkVehicle(product string, v members) *mocks.Refusal {
	if blank(v.text("make")) {
		return wanting("/vehicle/make", "make is mandatory")
	}
	if product == productVMI {
		for _, name := range []string{"model", "yearOfManufacture"} {
			if blank(v.text(name)) {
				return wanting("/vehicle/"+name, name+" is mandatory for VMI")
			}
		}
		if !threeDigits(v.text("usage")) {
			return &mocks.Refusal{
				Where: "/vehicle/usage", Rule: "a usage for VMI has three digits", Remedy: "send 110, for example",
				Evidence: contracts.Inferred,
			}
		}
	}
	return checkRegistration(product, v)
}

func threeDigits(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil && len(text) == 3
}

// echoed repeats a vehicle: what the caller left out stays out, and a member
// that the insurer does not know is dropped.
func echoed(v members) vehicle {
	return vehicle{
		Make:                        v.text("make"),
		Model:                       v.echo("model"),
		Usage:                       v.text("usage"),
		GarageType:                  v.echo("garageType"),
		VehicleIdentificationNumber: v.echo("vehicleIdentificationNumber"),
		RegistrationNumber:          v.echo("registrationNumber"),
		RegistrationState:           v.echo("registrationState"),
		YearOfManufacture:           v.echo("yearOfManufacture"),
		EngineNumber:                v.echo("engineNumber"),
		Color:                       v.echo("color"),
		RegistrationType:            v.echo("registrationType"),
		RegistrationCountry:         v.echo("registrationCountry"),
	}
}

// ageOf is how many new years a car has seen when its cover begins.
func ageOf(manufactured string, start time.Time) int {
	year, _ := strconv.Atoi(manufactured)
	return max(start.Year()-year, 0)
}
