package contracts

import (
	"slices"
	"strings"
)

// unfit is a request that is to be refused.
type unfit struct {
	x     *Exchange
	where misfitIn
}

// decided says whether the service has answered, and not the gateway alone.
func decided(x *Exchange) bool {
	_, refused := refusalOf(x)
	return refused || allianzAccepted(x)
}

// unfitIn reads a request that fits the document and not the printed tables.
func unfitIn(c *Contract, tables ...string) func(*Exchange) (unfit, bool) {
	return func(x *Exchange) (unfit, bool) {
		ask, ok := asked(x)
		if !ok || !decided(x) || len(c.JudgeRequest(x)) > 0 {
			return unfit{}, false
		}
		all := issueMisfits(ask)
		at := slices.IndexFunc(all, func(m misfitIn) bool { return slices.Contains(tables, m.table) })
		if at < 0 {
			return unfit{}, false
		}
		return unfit{x, all[at]}, true
	}
}

// brokenAt reads a request that breaks the document at these members alone: they
// are missing, empty or too long. A value of another form is malformed.
func brokenAt(c *Contract, places ...string) func(*Exchange) (unfit, bool) {
	return func(x *Exchange) (unfit, bool) {
		broken := c.JudgeRequest(x)
		other := slices.ContainsFunc(broken, func(v Violation) bool {
			return v.In != "body" || !slices.Contains(places, v.Where) || !slices.Contains([]string{"required", "minLength", "maxLength"}, v.Rule)
		})
		if len(broken) == 0 || other || !decided(x) {
			return unfit{}, false
		}
		return unfit{x, misfitIn{where: broken[0].Where}}, true
	}
}

// refusedAs003 lets another refusal pass where the insurer may know more: whom
// the request names, or how the contract stands.
func refusedAs003(u unfit) error {
	if allianzAccepted(u.x) {
		return &Mismatch{Where: "request " + u.where.where, Got: "accepted", Want: "refused with 003", proof: u.where.proof}
	}
	r, _ := refusalOf(u.x)
	if code, coded := r.code.(string); !coded || code == "003" || ofCustomer(code) {
		return nil
	}
	return &Mismatch{Where: r.at + "/code", Got: shorten(r.code), Want: `"003"`, proof: u.where.coded}
}

// ofCustomer says whether a code is about whom the insurer knows already.
func ofCustomer(code string) bool { return code == "112" || code == "113" || code == "114" }

const ePolicyText = "ลูกค้านิติบุคคล ไม่สามารถออกกรมธรรม์ E-Policy ได้"

// companyEPolicy reads a request of a company for an e-policy in which we find
// nothing else wrong.
func companyEPolicy(c *Contract) func(*Exchange) (*Exchange, bool) {
	return func(x *Exchange) (*Exchange, bool) {
		ask, ok := asked(x)
		return x, ok && decided(x) && text(member(ask, "insuredPerson"), "type") == "COMPANY" && member(ask, "isDigitalPolicy") == true &&
			len(c.JudgeRequest(x)) == 0 && len(issueMisfits(ask)) == 0
	}
}

func ePolicyRefused(x *Exchange) error {
	if allianzAccepted(x) {
		return &Mismatch{Where: "request /isDigitalPolicy", Got: "accepted", Want: "refused: " + ePolicyText}
	}
	r, _ := refusalOf(x)
	message, _ := r.message.(string)
	code, _ := r.code.(string)
	switch {
	case ofCustomer(code):
		return nil
	case message != ePolicyText:
		proof := Inferred // there may be something wrong that we do not see
		if strings.Contains(message, "E-Policy") {
			proof = ""
		}
		return &Mismatch{Where: r.at + "/message", Got: shorten(r.message), Want: ePolicyText, proof: proof}
	case r.code != nil:
		return &Mismatch{Where: r.at + "/code", Got: shorten(r.code), Want: "nothing, as none is printed", proof: Inferred}
	}
	return nil
}

// rebuff is a refusal beside what was asked.
type rebuff struct {
	refused
	ask any
}

// agentRefusal reads a refusal of an e-mail address or phone as an agent's.
func agentRefusal(x *Exchange) (rebuff, bool) {
	r, ok := refusalOf(x)
	ask, object := asked(x)
	return rebuff{r, ask}, ok && object && (r.code == "113" || r.code == "114")
}

func ofEPolicy(r rebuff) error {
	if member(r.ask, "isDigitalPolicy") == true {
		return nil
	}
	return &Mismatch{Where: r.at + "/code", Got: shorten(r.code), Want: "another code or none, as no e-policy was asked for"}
}

// worded judges a refusal of a call that may be refused without a code.
func worded(r refused) error {
	code, _ := r.code.(string)
	message, _ := r.message.(string)
	switch {
	case r.code != nil && !threeDigits.MatchString(code):
		return &Mismatch{Where: r.at + "/code", Got: shorten(r.code), Want: "a text of three digits, or nothing", proof: r.proof}
	case message == "":
		return &Mismatch{Where: r.at + "/message", Got: shorten(r.message), Want: "a text", proof: r.proof}
	}
	return nil
}

// packageAnswered reads the answer to a request by package id that sends no items.
func packageAnswered(c *Contract) func(*Exchange) (rebuff, bool) {
	return func(x *Exchange) (rebuff, bool) {
		ask, ok := asked(x)
		if !ok || !decided(x) || len(c.JudgeRequest(x)) > 0 {
			return rebuff{}, false
		}
		r, _ := refusalOf(x)
		return rebuff{r, ask}, text(ask, "productCode") == "VMI" && slices.ContainsFunc(list(ask, "productPackages"), bare)
	}
}

// bare says whether a package has an id and no items.
func bare(pack any) bool {
	return packageID(pack) != "" && !slices.ContainsFunc(list(pack, "coverages"), func(one any) bool { return len(list(one, "coverageItems")) > 0 })
}

func needsNoItems(r rebuff) error {
	message, _ := r.message.(string)
	name, _, _ := strings.Cut(message, " ")
	of := []string{"coverageItems", "sumInsured", "netPremium", "additionalCosts"}
	if r.code != "003" || !slices.Contains(of, name) || slices.ContainsFunc(list(r.ask, "productPackages"), func(pack any) bool { return !bare(pack) }) {
		return nil
	}
	return &Mismatch{Where: r.at + "/message", Got: shorten(r.message), Want: "nothing about " + name + ", which a package id stands for"}
}
