package oneassure

import (
	"fmt"

	"github.com/brianvoe/gofakeit/v7"
)

// product is a variant of an insurer's cover.
type product struct {
	InsurerID   string `json:"insurerId"`
	Insurer     string `json:"insurer"`
	Logo        string `json:"logo"`
	ProductID   string `json:"productId"`
	Product     string `json:"product"`
	VariantID   string `json:"variantId"`
	Variant     string `json:"variant"`
	percent     int    // of the premium of the printed insurer
	ownProducts string // what the number of a policy begins with
}

// products are what is sold: the printed one, whose logo is printed too and
// belongs to another insurer, and two of insurers that do not exist.
var products = []product{
	{
		InsurerID: printedID, Insurer: "ICICI Lombard", Logo: "https://cdn.oasr.in/oa-site/cms-uploads/media/thumbnail_ABHI_logo_d425a45a55.jpg",
		ProductID: printedID, Product: "ICICI Lombard Health Insurance", VariantID: printedID, Variant: "ICICI Lombard Health Insurance",
		percent: 100, ownProducts: "31",
	},
	{
		InsurerID: "18c1SandboxGenrl", Insurer: "Sandbox General", Logo: "https://cdn.oasr.in/oa-site/cms-uploads/media/thumbnail_sandbox_general.jpg",
		ProductID: "18c1SandboxShld0", Product: "Sandbox Health Shield", VariantID: "18c1SandboxShld1", Variant: "Sandbox Health Shield Plus",
		percent: 94, ownProducts: "72",
	},
	{
		InsurerID: "18c2ExampleHelth", Insurer: "Example Health", Logo: "https://cdn.oasr.in/oa-site/cms-uploads/media/thumbnail_example_health.jpg",
		ProductID: "18c2ExampleCare0", Product: "Example Care", VariantID: "18c2ExampleCare1", Variant: "Example Care Gold",
		percent: 108, ownProducts: "85",
	},
}

var sums = []int{300_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_500_000}

var riders = []rider{
	{ID: "18ceBvygbS2tjQlE", Name: "Cancer Booster"}, // printed
	{ID: "18ceSandboxRider", Name: "Room Rent Waiver"},
}

// number is a policy number of the printed form; that its second part is the
// year of the issue is inferred.
func (p product) number(issued string, n int) string {
	return fmt.Sprintf("%s-%s-%07d-00", p.ownProducts, issued[2:4], n)
}

// paise is a sum of money, written in rupees with two decimals.
type paise int64

func (p paise) String() string { return fmt.Sprintf("%d.%02d", p/100, p%100) }

// premium is the yearly gross premium of a variant, in whole rupees as in both
// samples. The tariff is ours and means nothing.
func premium(f *gofakeit.Faker, p product, sum int, ages []int) paise {
	rupees := 2_400 + sum/400
	for _, years := range ages {
		rupees += 450 + years*years*2
	}
	rupees += f.Number(0, 399)
	return paise(rupees*p.percent/100) * 100
}

// net takes 18% GST, which both net samples have, out of a gross premium.
func (p paise) net() paise { return (p*100 + 59) / 118 }
