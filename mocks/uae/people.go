package uae

import "time"

// person is what is fixed about a persona, under every seed: who she is, and what
// her record shows. Numbers and days grow from the seed.
type person struct {
	id, name, short  string
	note             string // what is special about her, for whoever picks one
	salutation       string
	gender, marital  string
	born             string
	nationality      string
	second, from     string // a second nationality; the country of birth where it is another
	place            string // of birth
	religion, school string
	language         string
	home             town
	segment          string
	dependents       int64 // -1: not recorded
	work             job
	mulkiya          bool // the copy of a vehicle licence is on file
	cars             []car
	turns            []turn
}

// job is what somebody does for a living; zero: not recorded.
type job struct {
	status, profession, employer, business, designation string
	monthly                                             int // dirhams
}

// car is a policy in the making.
type car struct {
	model
	id        string // of the policy; empty: from the seed
	age       int    // of the car in years
	liability bool   // covers third parties alone
	period    string // of the premium; empty: a year's at once
	history   string
	finance   bool
	former    int  // 1: the policy before is recorded; more: with so many claims less one
	claims    int  // 0 to 3 of this insurer's own
	payouts   bool // benefits were paid out
	ended     bool // expired some months ago
	bare      bool // nothing optional is recorded
}

// turn is what the insurer does to a consent some time after it was given.
type turn struct {
	After     time.Duration
	To        status
	RevokedBy string `json:",omitzero"`
}

const (
	hamadID         = "hamad-ali"
	hamadCustomer   = "dcaaef9c-63cb-4c57-9f2a-a4986c4a958e"
	hamadPolicy     = "176794ea-ee8c-4621-b824-b8cfa95db0ff"
	uninsuredID     = "salem-alketbi"
	suspendedID     = "aisha-alsuwaidi"
	withdrawnID     = "omar-farouk"
	suspendedAfter  = 5 * time.Minute
	resumedAfter    = 65 * time.Minute
	withdrawnAfter  = 5 * time.Minute
	annual          = "Annual"
	monthly         = "Monthly"
	quarterly       = "Quarterly"
	comprehensive   = "Comprehensive"
	thirdParty      = "Third Party Liability"
	statusEmployed  = "Employed"
	statusOwnMaster = "SelfEmployed"
)

// people are the personas of a fresh world. The first is printed in the standard's
// examples; the others are invented.
var people = []person{
	{
		id: hamadID, name: "Hamad Ali", salutation: "Mr", gender: "Male", marital: "Married", born: "2003-09-12",
		nationality: "AE", language: "English", home: alQouz, dependents: 1,
		cars: []car{
			{model: landCruiser, id: hamadPolicy, age: 3, history: "Imported", former: 1},
			{model: camry, age: 5, period: monthly, claims: 1, former: 2},
			{model: hilux, age: 9, liability: true, bare: true},
		},
	},
	{
		id: "fatima-almansoori", name: "Fatima Saeed Al Mansoori", short: "Fatima Al Mansoori", salutation: "Mrs", gender: "Female", marital: "Married",
		born: "1986-02-17", nationality: "AE", place: "Al Ain", religion: "Muslim", school: "Postgraduate", language: "Arabic", home: abuDhabi,
		segment: "Privilege", dependents: 3, mulkiya: true,
		work: job{statusEmployed, "Architect", "Sandstone Design Studio", "Architecture and town planning", "Senior Architect", 38_500},
		cars: []car{
			{model: lexusLX, age: 1, finance: true, period: quarterly, former: 1},
			{model: patrol, age: 4, claims: 2, payouts: true, former: 3},
			{model: tucson, age: 2},
		},
	},
	{
		id: "priya-nair", name: "Priya Nair", short: "Priya", salutation: "Ms", gender: "Female", marital: "Single",
		born: "1993-11-04", nationality: "IN", place: "Kochi", religion: "Hindu", school: "Undergraduate", language: "English", home: dubai,
		segment: "Standard", dependents: -1,
		work: job{statusEmployed, "Nurse", "Creekside Clinic", "Outpatient health care", "Head Nurse", 14_200},
		cars: []car{
			{model: sunny, age: 3, finance: true, period: monthly},
			{model: sportage, age: 0, finance: true, history: "Other"},
		},
	},
	{
		id: "ahmed-hassan", name: "Ahmed Mahmoud Hassan", short: "Ahmed Hassan", salutation: "Dr", gender: "Male", marital: "Married",
		born: "1975-06-30", nationality: "EG", second: "CA", place: "Alexandria", religion: "Muslim", school: "Doctorate", language: "Arabic",
		home: sharjah, segment: "Standard", dependents: 2, mulkiya: true,
		work: job{statusEmployed, "Physician", "Blue Lagoon Hospital", "Hospital", "Consultant Cardiologist", 52_000},
		cars: []car{
			{model: gClass, age: 2, claims: 3, payouts: true, former: 3},
			{model: pajero, age: 7, liability: true, ended: true},
		},
	},
	{
		id: "maria-santos", name: "Maria Cristina Santos", short: "Maria Santos", salutation: "Miss", gender: "Female", marital: "Separated",
		born: "1990-08-21", nationality: "PH", place: "Cebu", religion: "Christian", school: "HighSchool", language: "Other", home: ajman,
		dependents: 0, work: job{status: "Unemployed"},
		cars: []car{
			{model: sunny, age: 8, liability: true, bare: true},
			{model: tucson, age: 6, claims: 1, history: "DeclaredTotalLoss"},
		},
	},
	{
		id: "khalid-alqasimi", name: "Khalid Sultan Al Qasimi", short: "Khalid Al Qasimi", salutation: "Mr", gender: "Male", marital: "Divorced",
		born: "1968-12-01", nationality: "AE", place: "Ras Al Khaimah", religion: "Muslim", school: "Undergraduate", language: "Arabic", home: rak,
		segment: "Business", dependents: 4,
		work: job{statusOwnMaster, "Merchant", "Qasimi Marine Trading", "Boat building and repair", "Owner", 95_000},
		cars: []car{
			{model: mustang, age: 20, history: "Modified", former: 1},
			{model: defender, age: 1, period: quarterly},
			{model: hilux, age: 4, liability: true},
			{model: tahoe, age: 2, claims: 1},
		},
	},
	{
		id: "john-whitfield", name: "John Edward Whitfield", short: "John Whitfield", salutation: "Prof", gender: "Male", marital: "Widowed",
		born: "1955-03-09", nationality: "GB", from: "KE", place: "Mombasa", religion: "Other", school: "Doctorate", language: "English", home: fujairah,
		segment: "Senior", dependents: 0, work: job{status: "Retired", profession: "Professor of marine biology"},
		cars: []car{
			{model: x5, age: 5, former: 2},
			{model: landCruiser, age: 12, history: "Imported", ended: true},
		},
	},
	{
		id: suspendedID, name: "Aisha Rashid Al Suwaidi", short: "Aisha Al Suwaidi", salutation: "Ms", gender: "Female", marital: "Single",
		note: "the insurer suspends the consent 5 minutes after it was given and lifts the suspension an hour later",
		born: "1998-05-26", nationality: "AE", place: "Sharjah", religion: "Muslim", school: "Undergraduate", language: "Arabic", home: uaq,
		segment: "Standard", dependents: 0, work: job{statusEmployed, "Pilot", "Dhow Air", "Aviation", "First Officer", 41_000},
		cars: []car{
			{model: camry, age: 1, finance: true},
			{model: tucson, age: 3},
		},
		turns: []turn{{After: suspendedAfter, To: suspended}, {After: resumedAfter, To: authorized}},
	},
	{
		id: withdrawnID, name: "Omar Farouk", short: "Omar", salutation: "Mr", gender: "Male", marital: "Single",
		note: "withdraws the consent in the insurer's own app 5 minutes after giving it",
		born: "1988-10-14", nationality: "JO", place: "Irbid", religion: "Muslim", school: "Undergraduate", language: "Arabic", home: alAin,
		segment: "Standard", dependents: 0, work: job{statusEmployed, "Teacher", "Oasis School", "Education", "Head of Mathematics", 17_500},
		cars: []car{
			{model: pajero, age: 4, period: monthly},
			{model: sportage, age: 2, former: 1},
		},
		turns: []turn{{After: withdrawnAfter, To: revoked, RevokedBy: revokedAtInsurer}},
	},
	{
		id: uninsuredID, name: "Salem Khalifa Al Ketbi", short: "Salem Al Ketbi", salutation: "Mr", gender: "Male", marital: "Single",
		note: "has no motor policy: whatever is decided, the consent is rejected with user_lacks_eligible_policies",
		born: "2001-01-19", nationality: "AE", place: "Al Ain", religion: "Muslim", school: "HighSchool", language: "Arabic", home: alAin,
		segment: "Standard", dependents: 0,
	},
}
