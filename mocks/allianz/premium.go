package allianz

// premium is what a package costs, in the order of the insurer's samples.
type premium struct {
	Discounts       []struct{} `json:"discounts"` // null in every sample
	AdditionalCosts []cost     `json:"additionalCosts"`
	NetPremium      satang     `json:"netPremium"`
	GrossPremium    satang     `json:"grossPremium"`
}

type cost struct {
	Name   *string `json:"name"` // null in every sample
	Type   string  `json:"type"`
	Amount satang  `json:"amount"`
}

// newPremium adds what the state takes. The arithmetic is the insurer's: it
// holds in all its priced samples.
func newPremium(net satang) premium {
	stamp := stampOf(net)
	vat := vatOf(net + stamp)
	return premium{
		AdditionalCosts: []cost{{Type: "VAT", Amount: vat}, {Type: "STAMP", Amount: stamp}},
		NetPremium:      net,
		GrossPremium:    net + stamp + vat,
	}
}

// stampOf is 0.4 % of the net premium, rounded up to the baht.
func stampOf(net satang) satang {
	const each = 250 * baht // pays one baht
	return (net + each - 1) / each * baht
}

// vatOf is 7 % of an amount, half a satang rounded up. No sample needs the
// rounding: it is inferred.
func vatOf(amount satang) satang { return (amount*7 + 50) / 100 }
