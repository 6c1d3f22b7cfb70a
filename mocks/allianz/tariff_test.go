package allianz

import (
	"cmp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The net premiums that the insurer prints together with their cover.
func TestPrintedNets(t *testing.T) {
	standardFor := func(own, person satang) []item {
		cover := plans[0].defaults(own)
		*cover[2].SumInsured = person
		return cover
	}
	known := risk{class: classOf(1, "39", "1597"), usage: "110"}
	other := risk{class: classOf(1, "39", "1538"), usage: "110"}
	old := known
	old.age = 1
	tests := []struct {
		name        string
		car         risk
		own, person satang
		want        satang
	}{
		{"default cover", known, 600_000 * baht, 500_000 * baht, 18_617},
		{"a given sum", known, 700_000 * baht, 500_000 * baht, 22_131},
		{"given items", other, 1_300_000 * baht, 1_000_000 * baht, 27_570},
		{"an issued policy, a year old", old, 580_000 * baht, 500_000 * baht, 17_111},
	}
	for _, test := range tests {
		for _, year := range []int{1, 2019, 2026, 9999} {
			test.car.priced = year
			if got := test.car.net(plans[0], standardFor(test.own, test.person)); got != test.want*baht {
				t.Errorf("%s, priced in %d: got %d satang, want %d baht", test.name, year, got, test.want)
			}
		}
	}
}

// offer is a car, a cover and a plan to be drawn.
type offer struct {
	car  risk
	sums map[string]satang
}

func drawOffer(t *rapid.T) offer {
	maker := rapid.SampledFrom([]string{"39", "1", "16", "x"}).Draw(t, "maker")
	model := rapid.OneOf(rapid.SampledFrom([]string{"1597", "1538"}), rapid.StringMatching(`[0-9]{1,4}`)).Draw(t, "model")
	o := offer{
		car: risk{
			class:  classOf(1, maker, model),
			usage:  rapid.SampledFrom([]string{"110", "120", "210", "220", "320", "999"}).Draw(t, "usage"),
			age:    rapid.IntRange(0, 12).Draw(t, "age"),
			priced: rapid.IntRange(1990, 2060).Draw(t, "priced"),
		},
		sums: map[string]satang{},
	}
	for _, row := range itemTable {
		o.sums[row.item] = drawSum(t, row.item)
	}
	return o
}

// drawSum draws sums of all sizes, and often those about the printed ones.
func drawSum(t *rapid.T, label string) satang {
	printed := rapid.SampledFrom([]satang{0, 500_000 * baht, 580_000 * baht, 600_000 * baht, 700_000 * baht, 1_300_000 * baht})
	near := rapid.Custom(func(t *rapid.T) satang {
		return max(printed.Draw(t, "about")+satang(rapid.Int64Range(-200_000, 200_000).Draw(t, "off")), 0)
	})
	small := rapid.Custom(func(t *rapid.T) satang { return satang(rapid.Int64Range(0, 1_000_000).Draw(t, "small")) })
	large := rapid.Custom(func(t *rapid.T) satang { return satang(rapid.Int64Range(0, 99_999_999_999_999).Draw(t, "large")) })
	return rapid.OneOf(near, small, large).Draw(t, label)
}

func (o offer) net(code string) satang {
	p, _ := planOf(productVMI, code)
	var cover []item
	for _, row := range itemTable {
		sum := o.sums[row.item]
		one := newItem(row.item, &sum)
		if p.bars(row.item) {
			one.SumInsured = nil
		}
		cover = append(cover, one)
	}
	return o.car.net(p, cover)
}

var allPlans = []string{"VMI1", "VMI2+", "VMI3+", "VMI3"}

func TestMoreInsuredIsNeverCheaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		code := rapid.SampledFrom(allPlans).Draw(t, "plan")
		less := o.net(code)
		for _, row := range itemTable {
			if row.item == codeDeductible {
				continue
			}
			was := o.sums[row.item]
			o.sums[row.item] += drawSum(t, "more "+row.item)
			if more := o.net(code); more < less {
				t.Fatalf("%s: %s from %d to %d satang lowers the net premium from %d to %d", code, row.item, was, o.sums[row.item], less, more)
			}
			o.sums[row.item] = was
		}
	})
}

func TestMoreDeductibleIsNeverDearer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		code := rapid.SampledFrom(allPlans).Draw(t, "plan")
		less := o.net(code)
		o.sums[codeDeductible] += drawSum(t, "more")
		if more := o.net(code); more > less {
			t.Fatalf("%s: more deductible raises the net premium from %d to %d", code, less, more)
		}
	})
}

func TestDealerIsNeverCheaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		company := o.net("VMI1")
		o.car.dealer = true
		dealer := o.net("VMI1")
		if dealer < company {
			t.Fatalf("DEALER costs %d, COMPANY %d", dealer, company)
		}
		o.car.priced++
		if later := o.net("VMI1"); later < dealer {
			t.Fatalf("DEALER costs %d as of %d and %d a year before", later, o.car.priced, dealer)
		}
	})
}

func TestDealerCostsMore(t *testing.T) {
	for _, year := range []int{1900, 2020, 2026, 2100} {
		car := risk{class: classOf(1, "39", "1597"), usage: "110", priced: year}
		company := car.net(plans[0], plans[0].defaults(600_000*baht))
		car.dealer = true
		if dealer := car.net(plans[0], plans[0].defaults(600_000*baht)); dealer < company+company/20 {
			t.Errorf("as of %d DEALER costs %d, COMPANY %d", year, dealer, company)
		}
	}
}

// For the same car and sums, whatever is insured against flood.
func TestMorePlanIsNeverCheaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		for i, code := range allPlans[1:] {
			if less, more := o.net(code), o.net(allPlans[i]); less > more {
				t.Fatalf("%s costs %d, %s costs %d", code, less, allPlans[i], more)
			}
		}
	})
}

// An older car is worth less, and the same sum for it costs no more.
func TestOlderIsNeverDearer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		code := rapid.SampledFrom(allPlans).Draw(t, "plan")
		newer, worth := o.net(code), o.car.value()
		o.car.age++
		if older := o.net(code); older > newer {
			t.Fatalf("%s: a year more raises the net premium from %d to %d", code, newer, older)
		}
		if o.car.value() > worth || o.car.value() <= 0 {
			t.Fatalf("a year more changes the value from %d to %d", worth, o.car.value())
		}
	})
}

func TestNetIsWholeBaht(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOffer(t)
		o.car.dealer = rapid.Bool().Draw(t, "dealer")
		for _, code := range allPlans {
			if net := o.net(code); net%baht != 0 || net < charge {
				t.Fatalf("%s: net premium of %d satang, want whole baht and at least the charge", code, net)
			}
		}
	})
}

// The plans differ, and so do cars: a tariff of one price would pass all that is
// above.
func TestTariffTellsApart(t *testing.T) {
	nets := map[satang]string{}
	for _, model := range []string{"1597", "1538", "1", "2", "4"} {
		o := offer{car: risk{class: classOf(1, "39", model), usage: "110"}, sums: map[string]satang{codeOwnDamage: 600_000 * baht}}
		for _, code := range allPlans {
			name := model + " " + code
			net := o.net(code)
			if other, taken := nets[net]; taken && code != "VMI3" {
				t.Errorf("%s and %s both cost %d", name, other, net)
			}
			nets[net] = name
		}
	}
}

// A proposal date fixes the dealers' prices of its year; no date is today.
func TestProposalDate(t *testing.T) {
	price := func(garage string, proposal any) satang {
		q := quoted(t, sample(t, "vmi1-default", edit{"/vehicle/garageType", garage}, edit{"/proposalDate", proposal}))
		return q.ProductPackages[0].Premium.NetPremium
	}
	tests := []struct {
		name   string
		garage string
		a, b   any
		order  int // of a against b
	}{
		{"null is today", garageDealer, nil, "2026-03-02", 0},
		{"absent is today", garageDealer, gone, "2026-03-02", 0},
		{"the same year", garageDealer, "2026-01-01", "2026-12-31", 0},
		{"an earlier year", garageDealer, "2024-12-31", "2025-01-01", -1},
		{"the insurer's own garages", garageCompany, "1999-01-01", nil, 0},
	}
	for _, test := range tests {
		a, b := price(test.garage, test.a), price(test.garage, test.b)
		if order := cmp.Compare(a, b); order != test.order {
			t.Errorf("%s: %d against %d, want order %d", test.name, a, b, test.order)
		}
	}
}

// The seed reaches the tariff, and spares what is printed.
func TestOtherSeedsRateOtherCarsOtherwise(t *testing.T) {
	differ := 0
	for model := range 100 {
		code := strconv.Itoa(model)
		if classOf(1, "3", code) != classOf(2, "3", code) {
			differ++
		}
	}
	if differ < 50 {
		t.Errorf("%d of 100 cars are rated otherwise under another seed, want most", differ)
	}
	for key := range printedClasses {
		maker, model, _ := strings.Cut(key, "/")
		if classOf(1, maker, model) != classOf(2, maker, model) {
			t.Errorf("%s is printed and depends on the seed", key)
		}
	}
}
