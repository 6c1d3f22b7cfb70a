package contracts

import (
	"fmt"
	"slices"
	"strings"
)

// item is a coverage item as the samples and the table print it.
type item struct {
	code, name string
	sum        string   // of default coverage; empty: it depends on the car
	plans      []string // that have it; nil: all
}

var (
	ownDamage = []string{"VMI1", "VMI2+", "VMI3+"}

	// allianzPrinted lists the items in their printed order, RA85 apart.
	allianzPrinted = []item{
		{code: "OD", name: "Sum Insured", plans: ownDamage},
		{code: "DD", name: "Deduct Amount", sum: "0", plans: ownDamage},
		{code: "FL", name: "Flood", plans: []string{"VMI2+", "VMI3+"}},
		{code: "TPBI_PERSON", name: "TPBI/Persons", sum: "500000"},
		{code: "TPBI_ACCIDENT", name: "TPBI Claims/Accident", sum: "10000000"},
		{code: "TPPD", name: "TPPD Claims", sum: "2500000"},
		{code: "PA", name: "RY01(PA)/Person", sum: "100000"},
		{code: "ME", name: "RY02(ME)/Person", sum: "100000"},
		{code: "BB", name: "RY03(BailBond)", sum: "200000"},
	}

	allianzNames = func() map[string]string {
		names := map[string]string{roadside: "Roadside Assistance"}
		for _, printed := range allianzPrinted {
			names[printed.code] = printed.name
		}
		return names
	}()
)

// roadside is the item that ends every voluntary plan.
const roadside = "RA85"

// in says whether a plan has the item; the table names four plans.
func (i item) in(plan string) bool {
	return i.plans == nil || slices.Contains(i.plans, plan)
}

// printedPlan says whether the tables have a column for a plan.
func printedPlan(plan string) bool { return plan == "VMI3" || slices.Contains(ownDamage, plan) }

func voluntary(plan string) bool { return strings.HasPrefix(plan, "VMI") }

// itemsSent says whether the caller chose the items of a coverage.
func (c cover) itemsSent() bool { return len(list(c.asked, "coverageItems")) > 0 }

func (c cover) items() string {
	return fmt.Sprintf("/productPackages/%d/coverages/%d/coverageItems", c.pack, c.at)
}

// find is where the first item with a code stands in a list; -1 when it is not
// there.
func find(items []any, code string) int {
	return slices.IndexFunc(items, func(got any) bool { return text(got, "code") == code })
}

func packagesEchoed(q *quote) {
	asked, got := list(q.ask, "productPackages"), list(q.answer, "productPackages")
	if len(asked) == 0 {
		if text(q.ask, "productCode") == "CMI" && len(got) != 1 {
			q.differs(Inferred, fmt.Sprintf("%d packages", len(got)), "1 package for CMI", "/productPackages")
		}
		return
	}
	if len(got) != len(asked) {
		q.differs("", fmt.Sprintf("%d packages", len(got)), fmt.Sprintf("%d packages, as sent", len(asked)), "/productPackages")
		return
	}
	echoed := func(asked, got any, where string, names ...string) {
		for _, name := range names {
			if sent := member(asked, name); sent != nil && !same(sent, member(got, name)) {
				q.differs("", shown(got, name), shorten(sent), "%s/%s", where, name)
			}
		}
	}
	for i := range asked {
		at := fmt.Sprintf("/productPackages/%d", i)
		echoed(asked[i], got[i], at, "name")
		sent, came := list(asked[i], "coverages"), list(got[i], "coverages")
		if len(sent) != len(came) {
			q.differs("", fmt.Sprintf("%d coverages", len(came)), fmt.Sprintf("%d coverages, as sent", len(sent)), "%s/coverages", at)
			continue
		}
		for j := range sent {
			echoed(sent[j], came[j], fmt.Sprintf("%s/coverages/%d", at, j), "name", "code")
		}
	}
}

func coverageSum(q *quote) {
	for c := range q.covers() {
		if !slices.Contains(ownDamage, c.plan) {
			continue
		}
		sum := member(c.got, "sumInsured")
		if sent := member(c.asked, "sumInsured"); sent != nil && !same(sent, sum) {
			q.differs(c.proof(), shown(c.got, "sumInsured"), shorten(sent), "/productPackages/%d/coverages/%d/sumInsured", c.pack, c.at)
			continue
		}
		items := list(c.got, "coverageItems")
		if od := find(items, "OD"); !c.itemsSent() && od >= 0 && !same(sum, member(items[od], "sumInsured")) {
			q.differs(c.proof(), shown(items[od], "sumInsured"), shorten(sum), "%s/%d/sumInsured", c.items(), od)
		}
	}
}

func sentItemsKept(q *quote) {
	for c := range q.covers() {
		items := list(c.got, "coverageItems")
		for k, sent := range list(c.asked, "coverageItems") {
			code := text(sent, "code")
			if code == "" {
				continue
			}
			if k >= len(items) {
				q.differs(c.proof(), "nothing", code, "%s/%d", c.items(), k)
				continue
			}
			if got := text(items[k], "code"); got != code {
				q.differs(c.proof(), shown(items[k], "code"), shorten(code), "%s/%d/code", c.items(), k)
			} else if code != roadside && !same(member(sent, "sumInsured"), member(items[k], "sumInsured")) {
				q.differs(c.proof(), shown(items[k], "sumInsured"), shorten(member(sent, "sumInsured")), "%s/%d/sumInsured", c.items(), k)
			}
		}
	}
}

func defaultCoverage(q *quote) {
	for c := range q.covers() {
		if c.itemsSent() || !voluntary(c.plan) {
			continue
		}
		proof := c.proof()
		if vehicle := member(q.ask, "vehicle"); text(vehicle, "make") != "39" || text(vehicle, "model") != "1597" {
			proof = Inferred // the samples show one car
		}
		items := list(c.got, "coverageItems")
		for _, printed := range allianzPrinted {
			if printed.sum == "" || !printed.in(c.plan) {
				continue
			}
			at := find(items, printed.code)
			if at < 0 {
				q.differs(proof, "no "+printed.code, printed.code+" with "+printed.sum, "%s", c.items())
				continue
			}
			got, ok := satang(member(items[at], "sumInsured"))
			if !ok || baht(got) != printed.sum {
				q.differs(proof, shown(items[at], "sumInsured"), printed.sum, "%s/%d/sumInsured", c.items(), at)
			}
		}
	}
}

func itemsFitPlan(q *quote) {
	for c := range q.covers() {
		for k, got := range list(c.got, "coverageItems") {
			if misfit(c.plan, got) {
				q.differs("", shown(got, "sumInsured"), "0 or null for "+c.plan, "%s/%d/sumInsured", c.items(), k)
			}
		}
	}
}

// misfit says whether an item insures what a printed plan does not have.
func misfit(plan string, got any) bool {
	if !printedPlan(plan) {
		return false
	}
	at := slices.IndexFunc(allianzPrinted, func(printed item) bool { return printed.code == text(got, "code") })
	if at < 0 || allianzPrinted[at].in(plan) || member(got, "sumInsured") == nil {
		return false
	}
	sum, ok := satang(member(got, "sumInsured"))
	return !ok || sum != 0
}

func itemNames(q *quote) {
	for c := range q.covers() {
		sent := list(c.asked, "coverageItems")
		for k, got := range list(c.got, "coverageItems") {
			code := text(got, "code")
			name, printed := allianzNames[code]
			if !printed || same(member(got, "name"), name) {
				continue
			}
			if at := find(sent, code); at >= 0 && same(member(sent[at], "name"), member(got, "name")) {
				continue // the caller's own name for it
			}
			q.differs("", shown(got, "name"), shorten(name), "%s/%d/name", c.items(), k)
		}
	}
}

func itemOrder(q *quote) {
	for c := range q.covers() {
		if c.itemsSent() || !voluntary(c.plan) {
			continue
		}
		var got, want []string
		items := list(c.got, "coverageItems")
		for _, one := range items {
			got = append(got, text(one, "code"))
		}
		for _, printed := range allianzPrinted {
			if slices.Contains(got, printed.code) {
				want = append(want, printed.code)
			}
		}
		for _, code := range got {
			if !slices.ContainsFunc(allianzPrinted, func(printed item) bool { return printed.code == code }) {
				want = append(want, code)
			}
		}
		if !slices.Equal(got, want) {
			q.differs(c.proof(), strings.Join(got, " "), strings.Join(want, " "), "%s", c.items())
		}
	}
}

func roadsideAssistance(q *quote) {
	for c := range q.covers() {
		if !voluntary(c.plan) {
			continue
		}
		items := list(c.got, "coverageItems")
		count := 0
		for k, got := range items {
			if text(got, "code") != roadside {
				continue
			}
			count++
			if member(got, "sumInsured") != nil {
				q.differs(c.proof(), shown(got, "sumInsured"), "null", "%s/%d/sumInsured", c.items(), k)
			}
		}
		switch {
		case count != 1:
			q.differs(c.proof(), fmt.Sprintf("%s %d times", roadside, count), roadside+" once", "%s", c.items())
		case text(items[len(items)-1], "code") != roadside && find(list(c.asked, "coverageItems"), roadside) < 0:
			q.differs(c.proof(), fmt.Sprintf("%s at %d of %d", roadside, find(items, roadside)+1, len(items)), roadside+" last", "%s", c.items())
		}
	}
}

// allItemsSent is about the request alone, whatever became of it.
func allItemsSent(x *Exchange) error {
	ask, ok := x.Request.tree()
	if !ok {
		return errBeside
	}
	q := &quote{ask: ask, answer: ask}
	for c := range q.covers() {
		for _, code := range c.missing() {
			q.differs("", "no "+code, "every item of "+c.plan, "request %s", c.items())
		}
	}
	return q.err()
}

// missing lists what the plan has and the items leave out; nothing where there
// are no items.
func (c cover) missing() []string {
	items := list(c.got, "coverageItems")
	if len(items) == 0 || !printedPlan(c.plan) {
		return nil
	}
	var codes []string
	for _, printed := range allianzPrinted {
		if printed.in(c.plan) && find(items, printed.code) < 0 {
			codes = append(codes, printed.code)
		}
	}
	return codes
}
