package uae

// Names of people, employers and places in the Emirates, where the faker has none.
// The companies, banks and insurers are invented, so that no number that hangs on
// one can be anybody's.

var givenNames = map[string][]string{
	"Male":   {"Ahmed", "Ali", "Hamdan", "Hassan", "Ibrahim", "Khalifa", "Majid", "Mohammed", "Mubarak", "Rashid", "Saeed", "Sultan", "Yousef", "Zayed"},
	"Female": {"Aisha", "Alia", "Amna", "Fatima", "Hessa", "Latifa", "Maitha", "Mariam", "Moza", "Noura", "Salama", "Shamma", "Sheikha", "Wafa"},
}

var familyNames = []string{
	"Al Ameri", "Al Blooshi", "Al Falasi", "Al Hammadi", "Al Ketbi", "Al Kaabi", "Al Marri", "Al Mazrouei", "Al Nuaimi", "Al Qubaisi",
	"Al Romaithi", "Al Shamsi", "Al Suwaidi", "Al Tunaiji", "Al Zaabi",
}

type bank struct{ code, bic, name string }

// Their codes are nobody's.
var banks = []bank{
	{"901", "SBXAAEAD", "Sandbox Bank of the Emirates"},
	{"902", "SBXDAEAD", "Dhow Commercial Bank"},
	{"903", "SBXFAEAA", "Falcon Islamic Bank"},
	{"904", "SBXPAEAA", "Palm Savings Bank"},
}

var otherInsurers = []string{"Dune Insurance Company", "Pearl Takaful", "Creek General Insurance", "Oasis Insurance Group"}

var claimStories = []string{
	"Rear-end collision at a traffic light",
	"Windscreen broken by a stone on the motorway",
	"Side mirror torn off in a car park",
	"Flood damage after heavy rain",
	"Scratches along both doors while parked",
	"Collision with a camel on a desert road",
}

// town is a place of an emirate. The Emirates have no post codes: letters go to
// the boxes of a post office, whose number stands in their place.
type town struct{ name, emirate string }

var (
	abuDhabi = town{"Abu Dhabi", "AbuDhabi"}
	alQouz   = town{"Al Qouz", "Dubai"} // a part of the city, printed as a town
	alAin    = town{"Al Ain", "AbuDhabi"}
	ajman    = town{"Ajman", "Ajman"}
	dubai    = town{"Dubai", "Dubai"}
	fujairah = town{"Fujairah", "Fujairah"}
	rak      = town{"Ras Al Khaimah", "RasAlKhaimah"}
	sharjah  = town{"Sharjah", "Sharjah"}
	uaq      = town{"Umm Al Quwain", "UmmAlQuwain"}
)

// emirateNames are how an address spells the emirates.
var emirateNames = map[string]string{
	"AbuDhabi": "Abu Dhabi", "Ajman": "Ajman", "Dubai": "Dubai", "Fujairah": "Fujairah",
	"RasAlKhaimah": "Ras Al Khaimah", "Sharjah": "Sharjah", "UmmAlQuwain": "Umm Al Quwain",
}

// areaCodes are those of fixed telephones.
var areaCodes = map[string]string{
	"Abu Dhabi": "2", "Al Ain": "3", "Ajman": "6", "Dubai": "4", "Fujairah": "9", "Ras Al Khaimah": "7", "Sharjah": "6", "Umm Al Quwain": "6",
}

var streets = []string{"Al Khaleej Street", "Corniche Road", "Al Wahda Street", "Palm Grove Road", "Al Nakheel Street", "Old Market Street", "University Road", "Harbour Street"}
