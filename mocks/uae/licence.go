package uae

import "github.com/understudy-sandbox/understudy/mocks/paper"

// drawLicence is the copy of a vehicle licence, the Mulkiya, that an insurer keeps
// of its customer: drawn when it is asked for, because it weighs more than all else
// that is known of her.
func drawLicence(who persona, car vehicle) ([]byte, error) {
	page := paper.Page{
		Lang: "en", Mark: "SANDBOX - NOT A LICENCE", Issuer: "Traffic and Licensing, " + emirateNames[car.TrafficCodeIssuingEmirate],
		Title: "Vehicle licence", Subtitle: "Mulkiya",
		Sections: []paper.Section{
			{Title: "Owner", Rows: []paper.Row{
				{Label: "Name", Value: who.Customer.FullName},
				{Label: "Traffic code", Value: car.TrafficIdentificationNumber},
			}},
			{Title: "Vehicle", Columns: 2, Rows: []paper.Row{
				{Label: "Make", Value: car.Make},
				{Label: "Model", Value: car.Model},
				{Label: "Model year", Value: car.ModelYear},
				{Label: "Colour", Value: car.Color},
				{Label: "Plate", Value: car.PlateCode + " " + car.PlateNumber},
				{Label: "Registered", Value: car.RegistrationDate},
				{Label: "Chassis", Value: car.VehicleIdentificationNumber},
				{Label: "Engine", Value: car.EngineNumber},
			}},
		},
	}
	return page.PDF()
}
