package oneassure

import (
	"fmt"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// visitor is who asks for cover, with the family that is to be covered. Nobody of
// them exists.
type visitor struct {
	Person  person     `json:"person"`
	Family  []relative `json:"family"` // the visitor is not among them
	Phone   string     `json:"phone"`
	Email   *string    `json:"email"` // null for some
	Address address    `json:"address"`
	Bank    *bank      `json:"bank"` // null for some
}

type person struct {
	Name   string `json:"name"`
	Gender string `json:"gender"` // capitalised, as printed
	Born   string `json:"born"`   // yyyy-mm-dd
}

type relative struct {
	person
	Relation string `json:"relation"` // in lower case, as quotes have it
}

type address struct {
	Line1   string  `json:"line1"`
	Line2   *string `json:"line2"`
	City    string  `json:"city"`
	State   string  `json:"state"`
	Pincode string  `json:"pincode"`
}

type bank struct {
	ID         string `json:"id"`
	Account    string `json:"account"`
	Name       string `json:"name"`
	BranchID   string `json:"branchId"`
	BranchName string `json:"branchName"`
	IFSC       string `json:"ifsc"`
}

const (
	male   = "Male"
	female = "Female"
)

var (
	givenNames = map[string][]string{
		male:   {"Aarav", "Arjun", "Dev", "Ishaan", "Kabir", "Manish", "Nikhil", "Rahul", "Rohan", "Sanjay", "Suresh", "Vikram"},
		female: {"Aditi", "Ananya", "Divya", "Isha", "Kavya", "Lakshmi", "Meera", "Neha", "Pooja", "Priya", "Sneha", "Zoya"},
	}
	familyNames = []string{"Agarwal", "Bose", "Chopra", "Das", "Fernandes", "Gupta", "Iyer", "Khan", "Mehta", "Nair", "Patel", "Rao", "Reddy", "Sharma", "Singh"}
	streets     = []string{"MG Road", "Station Road", "Temple Street", "Lake View Road", "Park Street", "Nehru Marg", "Gandhi Nagar", "Ring Road"}
	// towns have the first digits of their true postal codes.
	towns = []struct{ city, state, pincode string }{
		{"Bangalore", "Karnataka", "5600"},
		{"Mumbai", "Maharashtra", "4000"},
		{"Pune", "Maharashtra", "4110"},
		{"Chennai", "Tamil Nadu", "6000"},
		{"Hyderabad", "Telangana", "5000"},
		{"Kolkata", "West Bengal", "7000"},
		{"Jaipur", "Rajasthan", "3020"},
		{"Ahmedabad", "Gujarat", "3800"},
	}
)

func pick[T any](f *gofakeit.Faker, all []T) T { return all[f.Number(0, len(all)-1)] }

// newVisitor makes somebody up, as of a moment.
func newVisitor(f *gofakeit.Faker, at time.Time) visitor {
	surname := pick(f, familyNames)
	v := visitor{Person: newPerson(f, at, surname, pick(f, []string{male, female}), f.Number(24, 60))}
	given, _, _ := strings.Cut(v.Person.Name, " ")
	v.Phone = fmt.Sprintf("%d%09d", f.Number(6, 9), f.Number(0, 999_999_999))
	if f.Number(0, 4) > 0 {
		v.Email = new(strings.ToLower(given+"."+surname) + "@example.com")
	}
	v.Family = newFamily(f, at, v.Person, surname)
	town := pick(f, towns)
	v.Address = address{
		Line1: fmt.Sprintf("%d, %s", f.Number(1, 400), pick(f, streets)),
		City:  town.city, State: town.state, Pincode: town.pincode + fmt.Sprintf("%02d", f.Number(1, 99)),
	}
	if f.Number(0, 2) > 0 {
		v.Address.Line2 = new(fmt.Sprintf("Floor %d", f.Number(1, 12)))
	}
	if f.Number(0, 3) > 0 {
		v.Bank = &bank{
			ID: newID(at, f), Account: fmt.Sprintf("%011d", f.Number(1, 99_999_999)), Name: "Sandbox Bank",
			BranchID: newID(at, f), BranchName: town.city + " Branch", IFSC: fmt.Sprintf("SAND0%06d", f.Number(1, 999_999)),
		}
	}
	return v
}

func newFamily(f *gofakeit.Faker, at time.Time, head person, surname string) []relative {
	var all []relative
	if f.Number(0, 2) > 0 {
		other := female
		if head.Gender == female {
			other = male
		}
		all = append(all, relative{newPerson(f, at, surname, other, max(21, age(head.Born, at)+f.Number(-4, 4))), "spouse"})
	}
	for range f.Number(0, 2) {
		gender, relation := male, "son"
		if f.Bool() {
			gender, relation = female, "daughter"
		}
		all = append(all, relative{newPerson(f, at, surname, gender, f.Number(1, max(1, age(head.Born, at)-22))), relation})
	}
	return all
}

// newPerson is somebody who has so many years at a moment.
func newPerson(f *gofakeit.Faker, at time.Time, surname, gender string, years int) person {
	born := at.In(india).AddDate(-years, 0, -f.Number(1, 360))
	return person{Name: pick(f, givenNames[gender]) + " " + surname, Gender: gender, Born: day(born)}
}

// age is the years that somebody has at a moment; 0 for a date that is none.
func age(born string, at time.Time) int {
	day, err := time.ParseInLocation(time.DateOnly, born, india)
	if err != nil {
		return 0
	}
	at = at.In(india)
	years := at.Year() - day.Year()
	if at.Month() < day.Month() || at.Month() == day.Month() && at.Day() < day.Day() {
		years--
	}
	return max(years, 0)
}
