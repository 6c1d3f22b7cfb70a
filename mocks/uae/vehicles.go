package uae

// model is a car that the insurer covers: its maker's first three letters of the
// identification number, where it is built, what it costs new in dirhams, what it
// weighs in kilograms.
type model struct {
	make, name, maker, country, engine string
	price, weight                      int
}

var (
	landCruiser = model{"Toyota", "Land Cruiser", "JTM", "JP", "V35A", 310_000, 2490}
	camry       = model{"Toyota", "Camry", "JTN", "JP", "A25A", 125_000, 1580}
	hilux       = model{"Toyota", "Hilux", "MR0", "TH", "2TR", 115_000, 2080}
	patrol      = model{"Nissan", "Patrol", "JN8", "JP", "VK56", 260_000, 2730}
	sunny       = model{"Nissan", "Sunny", "MDH", "IN", "HR16", 62_000, 1140}
	pajero      = model{"Mitsubishi", "Montero Sport", "MMB", "TH", "4N15", 110_000, 1920}
	lexusLX     = model{"Lexus", "LX 600", "JTJ", "JP", "V35A", 560_000, 2660}
	mustang     = model{"Ford", "Mustang GT", "1FA", "US", "COYO", 240_000, 1770}
	tahoe       = model{"Chevrolet", "Tahoe", "1GN", "US", "L840", 270_000, 2560}
	gClass      = model{"Mercedes-Benz", "G 500", "WDC", "DE", "M176", 720_000, 2430}
	x5          = model{"BMW", "X5", "WBA", "DE", "B58B", 380_000, 2190}
	defender    = model{"Land Rover", "Defender 110", "SAL", "GB", "AJ21", 330_000, 2280}
	tucson      = model{"Hyundai", "Tucson", "KMH", "KR", "G4NN", 105_000, 1560}
	sportage    = model{"Kia", "Sportage", "KNA", "KR", "G4NN", 99_000, 1590}
)

var colours = []string{"White", "Pearl White", "Black", "Silver", "Grey", "Blue", "Red", "Sand"}
