package contracts

import (
	"encoding/json"
	"strconv"
	"strings"
)

// satang reads an amount in baht exactly; false for what is no amount: not a
// number, more than two decimals, or more than a trillion baht.
func satang(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok || len(number) > 40 {
		return 0, false
	}
	digits, exponent, _ := strings.Cut(strings.ToLower(string(number)), "e")
	digits, negative := strings.CutPrefix(digits, "-")
	whole, decimals, _ := strings.Cut(digits, ".")
	shift := 2 - len(decimals)
	if exponent != "" {
		n, err := strconv.Atoi(exponent)
		if err != nil || n < -40 || n > 40 {
			return 0, false
		}
		shift += n
	}
	digits = strings.TrimLeft(whole+decimals, "0")
	for ; shift < 0 && strings.HasSuffix(digits, "0"); shift++ {
		digits = digits[:len(digits)-1]
	}
	if digits == "" {
		return 0, true
	}
	if shift < 0 || len(digits)+shift > 14 {
		return 0, false
	}
	amount, err := strconv.ParseInt(digits+strings.Repeat("0", shift), 10, 64)
	if negative {
		amount = -amount
	}
	return amount, err == nil
}

// baht renders satang as the insurer's JSON does, without trailing zeros.
func baht(satang int64) string {
	whole, rest := strconv.FormatInt(satang/100, 10), strconv.FormatInt(satang%100+100, 10)[1:]
	return strings.TrimSuffix(strings.TrimRight(whole+"."+rest, "0"), ".")
}

// premiums goes through the premiums of the answer that have a net amount.
func (q *quote) premiums(judge func(i int, premium any, net int64)) {
	for i, pack := range list(q.answer, "productPackages") {
		premium := member(pack, "premium")
		if net, ok := satang(member(premium, "netPremium")); ok && net >= 0 {
			judge(i, premium, net)
		}
	}
}

// proof grades the arithmetic, which is printed for voluntary insurance only.
func (q *quote) proof() Evidence {
	if text(q.answer, "productCode") == "CMI" {
		return Inferred
	}
	return ""
}

func stampAndVAT(q *quote) {
	q.premiums(func(i int, premium any, net int64) {
		stamp := (net*4 + 99_999) / 100_000 * 100 // 0.4% of satang, up to whole baht
		sevenfold := (net + stamp) * 7
		vat := (sevenfold + 50) / 100
		compare := func(got any, want int64, where string, steps ...any) {
			amount, ok := satang(got)
			if !ok || amount == want {
				return
			}
			proof := q.proof()
			if off := amount - want; sevenfold%100 != 0 && -1 <= off && off <= 1 {
				proof = Inferred // half-up: no sample needs rounding
			}
			q.differs(proof, shorten(got), baht(want), where, steps...)
		}
		for j, cost := range list(premium, "additionalCosts") {
			switch text(cost, "type") {
			case "STAMP":
				compare(member(cost, "amount"), stamp, "/productPackages/%d/premium/additionalCosts/%d/amount", i, j)
			case "VAT":
				compare(member(cost, "amount"), vat, "/productPackages/%d/premium/additionalCosts/%d/amount", i, j)
			}
		}
		compare(member(premium, "grossPremium"), net+stamp+vat, "/productPackages/%d/premium/grossPremium", i)
	})
}

func amountsInSatang(q *quote) {
	judge := func(value any, where string, steps ...any) {
		if _, number := value.(json.Number); !number {
			return
		}
		if amount, ok := satang(value); !ok || amount < 0 {
			q.differs("", shorten(value), "an amount with at most two decimals", where, steps...)
		}
	}
	for i, pack := range list(q.answer, "productPackages") {
		premium := member(pack, "premium")
		for j, cost := range list(premium, "additionalCosts") {
			judge(member(cost, "amount"), "/productPackages/%d/premium/additionalCosts/%d/amount", i, j)
		}
		for _, name := range [...]string{"netPremium", "grossPremium"} {
			judge(member(premium, name), "/productPackages/%d/premium/%s", i, name)
		}
	}
}

func costsListed(q *quote) {
	for i, pack := range list(q.answer, "productPackages") {
		costs := list(member(pack, "premium"), "additionalCosts")
		var types []string
		for j, cost := range costs {
			types = append(types, text(cost, "type"))
			if !has(cost, "name") || member(cost, "name") != nil {
				q.differs(q.proof(), shown(cost, "name"), "null", "/productPackages/%d/premium/additionalCosts/%d/name", i, j)
			}
		}
		if got := strings.Join(types, ", "); got != "VAT, STAMP" {
			if got == "" {
				got = "none"
			}
			q.differs(q.proof(), got, "VAT, STAMP", "/productPackages/%d/premium/additionalCosts", i)
		}
	}
}

func noDiscounts(q *quote) {
	for i, pack := range list(q.answer, "productPackages") {
		premium := member(pack, "premium")
		if !has(premium, "discounts") || member(premium, "discounts") != nil {
			q.differs(q.proof(), shown(premium, "discounts"), "null", "/productPackages/%d/premium/discounts", i)
		}
	}
}

func packagePriced(q *quote) {
	for i, pack := range list(q.answer, "productPackages") {
		premium := member(pack, "premium")
		if net, ok := satang(member(premium, "netPremium")); !ok || net <= 0 {
			q.differs(q.proof(), shown(premium, "netPremium"), "above 0", "/productPackages/%d/premium/netPremium", i)
		}
	}
}
