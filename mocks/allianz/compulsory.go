package allianz

import "strings"

// compulsoryPremiums are the net premiums of the compulsory cover by usage, flat
// for a year. The insurer prints none. The rates are the regulator's, the same
// with every insurer: passenger cars, buses, motorcycles, tricycles and 1.40A as
// public tables and a public client have them (upstream); the other lorries,
// tractors and trailers are inferred.
var compulsoryPremiums = map[string]satang{
	"110": 600, "110E": 600, "210": 1_900, "210E": 1_900, "310": 1_900, "310E": 1_900,

	"120A": 1_100, "120B": 2_050, "120C": 3_200, "120D": 3_740,
	"220A": 2_320, "220B": 3_480, "220C": 6_660, "220D": 7_520,
	"320A": 2_320, "320B": 3_480, "320C": 6_660, "320D": 7_520,
	"220E": 1_580, "220F": 2_260, "220G": 3_810, "220H": 4_630,
	"320E": 1_580, "320F": 2_260, "320G": 3_810, "320H": 4_630,

	"130A": 150, "130B": 300, "130C": 400, "130D": 600, "130E": 300,
	"230A": 150, "230B": 350, "230C": 400, "230D": 600, "230E": 350,
	"330A": 150, "330B": 350, "330C": 400, "330D": 600, "330E": 350,

	"140A": 900, "140B": 1_220, "140C": 1_310, "140D": 1_700,
	"240A": 1_760, "240B": 1_830, "240C": 1_980, "240D": 2_530,
	"340A": 1_760, "340B": 1_830, "340C": 1_980, "340D": 2_530,
	"142A": 1_680, "142B": 2_320, "242A": 1_980, "242B": 3_060, "342A": 1_980, "342B": 3_060,

	"150": 2_370, "250": 3_160, "350": 3_160,
	"160": 600, "260": 600, "360": 600,

	"170A": 720, "170B": 400, "270A": 1_440, "270B": 400, "370A": 1_440, "370B": 400,
	"171": 400, "271": 400, "371": 400,
}

// compulsoryNet is the net premium for a usage such as 1.40A, which a public
// client also writes 140A (upstream); false for an unknown one.
func compulsoryNet(usage string) (satang, bool) {
	net, ok := compulsoryPremiums[strings.ReplaceAll(usage, ".", "")]
	return net * baht, ok
}
