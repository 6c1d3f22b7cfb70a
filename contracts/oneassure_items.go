package contracts

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oneassureItem is a quote, proposal or policy of an answer, in its place.
type oneassureItem struct {
	value any
	at    string // JSON pointer
	call  string // operationId
}

func (i oneassureItem) differs(name, want string) error {
	return &Mismatch{Where: i.at + "/" + name, Got: shown(i.value, name), Want: want, proof: listProof(i.call)}
}

// itemsIn reads what an answer is about: what it lists, or the one policy.
func itemsIn(x *Exchange) ([]oneassureItem, bool) {
	if x.Webhook {
		told, ok := toldIn(x)
		return []oneassureItem{{told.entity, "request ", x.Operation}}, ok
	}
	if _, ok := oneassureAnswer(x); !ok {
		return nil, false
	}
	answer, _ := x.Response.tree()
	if x.Operation == "getPolicy" {
		return []oneassureItem{{member(answer, "policy"), "/policy", x.Operation}}, true
	}
	var all []oneassureItem
	for i, value := range list(answer, oneassureLists[x.Operation]) {
		all = append(all, oneassureItem{value, fmt.Sprintf("/%s/%d", oneassureLists[x.Operation], i), x.Operation})
	}
	return all, len(all) > 0
}

func policiesIn(x *Exchange) ([]oneassureItem, bool) { return itemsIn(x) }

// eachItem judges items one by one.
func eachItem(items []oneassureItem, judge func(oneassureItem) error) error {
	var broken []error
	for _, item := range items {
		if err := judge(item); err != nil {
			broken = append(broken, err)
		}
	}
	return errors.Join(broken...)
}

var oneassureID = regexp.MustCompile(`^[0-9A-Za-z]{16}$`)

// idsFormed goes through every id of an answer, by the names that are printed for
// ids. The number of the insurer's own is another's.
func idsFormed(x *Exchange) error {
	answer, _ := x.Response.tree()
	proof := listProof(x.Operation)
	var broken []error
	var walk func(tree any, at string)
	walk = func(tree any, at string) {
		switch node := tree.(type) {
		case map[string]any:
			for name, value := range node {
				id := name == "id" || name == "end_cursor" || name == "start_cursor" || strings.HasSuffix(name, "_id") && name != "insurer_proposal_id"
				if said, ok := value.(string); ok && id && !oneassureID.MatchString(said) && (said != "" || !strings.HasSuffix(name, "_cursor")) {
					broken = append(broken, &Mismatch{Where: at + pointerOf([]string{name}), Got: shorten(value), Want: "16 letters and digits", proof: proof})
				}
				if name != "metadata" && name != "form_responses" {
					walk(value, at+pointerOf([]string{name}))
				}
			}
		case []any:
			for i, value := range node {
				walk(value, at+"/"+strconv.Itoa(i))
			}
		}
	}
	walk(answer, "")
	return errors.Join(sortedErrors(broken)...)
}

// lookedUpPolicy is a policy beside the name that it was asked for by.
type lookedUpPolicy struct {
	policy any
	name   string
}

func lookUpIn(x *Exchange) (lookedUpPolicy, bool) {
	_, ok := oneassureAnswer(x)
	answer, _ := x.Response.tree()
	name := x.Request.Vars["id"]
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return lookedUpPolicy{member(answer, "policy"), name}, ok
}

func policyLookedUp(l lookedUpPolicy) error {
	if member(l.policy, "policy_id") == l.name || member(l.policy, "insurer_policy_number") == l.name {
		return nil
	}
	return &Mismatch{
		Where: "/policy/policy_id", Got: shown(l.policy, "policy_id") + ", and the number " + shown(l.policy, "insurer_policy_number"),
		Want: shorten(l.name) + " as the one or the other",
	}
}

var yearsAtMost99 = regexp.MustCompile(`^[0-9]{1,2}$`)

func expiryFromTenure(items []oneassureItem) error {
	return eachItem(items, func(item oneassureItem) error {
		day := text(item.value, "issuance_date")
		tenure, _ := member(item.value, "tenure").(json.Number)
		if !validDate(day) || !yearsAtMost99.MatchString(tenure.String()) {
			return nil // judged by the document
		}
		issued, _ := time.Parse(time.DateOnly, day)
		years, _ := strconv.Atoi(tenure.String())
		end := issued.AddDate(years, 0, -1)
		want := end.Format(time.DateOnly)
		if end.Year() > 9999 || text(item.value, "expiry_date") == want {
			return nil
		}
		return item.differs("expiry_date", shorten(want))
	})
}

func proposerFlat(items []oneassureItem) error {
	return eachItem(items, func(item oneassureItem) error {
		proposer := oneassureItem{member(item.value, "proposer_details"), item.at + "/proposer_details", item.call}
		for _, name := range [...]string{"address", "bank_details"} {
			if has(proposer.value, name) {
				return proposer.differs(name, "nothing: its members stand beside the name")
			}
		}
		if !has(proposer.value, "address_line_1") {
			return proposer.differs("address_line_1", "a text")
		}
		return nil
	})
}

var (
	wholeRupees   = regexp.MustCompile(`^(0|[1-9][0-9]{0,11})$`)
	rupeesAndMore = regexp.MustCompile(`^(0|[1-9][0-9]{0,11})\.[0-9]{2}$`)
)

func amountsFormed(items []oneassureItem) error {
	return eachItem(items, func(item oneassureItem) error {
		var broken []error
		judge := func(form *regexp.Regexp, want string, names ...string) {
			for _, name := range names {
				if said, ok := member(item.value, name).(string); ok && !form.MatchString(said) {
					broken = append(broken, item.differs(name, want))
				}
			}
		}
		judge(wholeRupees, "whole rupees", "sum_insured", "deductible")
		judge(rupeesAndMore, "rupees with two decimals", "gross_premium", "net_premium")
		return errors.Join(broken...)
	})
}

// relationshipCase judges a word by its letters alone; which relations there are
// is not printed.
func relationshipCase(items []oneassureItem) error {
	capitalised := func(word string) string { return strings.ToUpper(word[:1]) + strings.ToLower(word[1:]) }
	return eachItem(items, func(item oneassureItem) error {
		var broken []error
		judge := func(array, name string, as func(string) string) {
			for i, one := range list(item.value, array) {
				word := text(one, name)
				if word == "" || word == as(word) {
					continue
				}
				place := oneassureItem{one, fmt.Sprintf("%s/%s/%d", item.at, array, i), item.call}
				broken = append(broken, place.differs(name, shorten(as(word))))
			}
		}
		judge("insured_members", "relationship", strings.ToUpper)
		judge("nominees", "relationship", capitalised)
		judge("member_details", "relation", strings.ToLower)
		return errors.Join(broken...)
	})
}

// paiseOf is an amount of rupees in paise, as a text or, where the document is
// broken, as a number.
func paiseOf(tree any, name string) (int64, bool) {
	said := fmt.Sprint(member(tree, name))
	rupees, rest, _ := strings.Cut(said, ".")
	if rest = (rest + "00")[:2]; !wholeRupees.MatchString(rupees) || len(said) > len(rupees)+3 {
		return 0, false
	}
	n, err := strconv.ParseInt(rupees+rest, 10, 64)
	return n, err == nil
}

func gstAdded(p listPage) error {
	return p.each(func(i int, item any) error {
		net, ok1 := paiseOf(item, "net_premium")
		gross, ok2 := paiseOf(item, "gross_premium")
		if !ok1 || !ok2 {
			return nil // judged by the form of amounts
		}
		if off := gross*100 - net*118; off >= -100 && off <= 100 {
			return nil
		}
		want := (net*118 + 50) / 100
		return p.differs("", i, "gross_premium", fmt.Sprintf(`"%d.%02d"`, want/100, want%100))
	})
}

// oneassureStates are the published states of a proposal. OFFLINE is that of an
// event; as a status it is inferred.
var oneassureStates = []string{"INITIATED", "PENDING", "SUBMITTED", "UNDERWRITING", "CANCELLED", "ACCEPTED", "REJECTED", "OFFLINE"}

func proposalStatus(p listPage) error {
	return p.each(func(i int, item any) error {
		if slices.Contains(oneassureStates, text(item, "status")) {
			return nil
		}
		return p.differs("", i, "status", "one of "+strings.Join(oneassureStates, ", "))
	})
}

func proposalReason(p listPage) error {
	return p.each(func(i int, item any) error {
		var broken []error
		for name, status := range map[string]string{"cancelled_reason": "CANCELLED", "rejection_reason": "REJECTED"} {
			reason, due := text(item, name), text(item, "status") == status
			switch {
			case due && reason == "":
				broken = append(broken, p.differs("", i, name, "a reason, as the status is "+status))
			case !due && reason != "":
				broken = append(broken, p.differs(Inferred, i, name, "none, as the status is "+text(item, "status")))
			}
		}
		return errors.Join(sortedErrors(broken)...)
	})
}

func proposalTenure(p listPage) error {
	return p.each(func(i int, item any) error {
		said, isText := member(item, "tenure").(string)
		if years, err := strconv.Atoi(said); isText && (err != nil || years < 1) {
			return p.differs("", i, "tenure", "a text of one year or more")
		}
		return nil
	})
}

func oneActiveProposal(p listPage) error {
	seen := map[[2]string]bool{}
	return p.each(func(i int, item any) error {
		key := [2]string{text(item, "quote_id"), text(item, "variant_id")}
		status := text(item, "status")
		if key[0] == "" || status == "REJECTED" || status == "CANCELLED" {
			return nil
		}
		if seen[key] {
			return p.differs("", i, "status", "REJECTED or CANCELLED, as another proposal of the quote and variant is active")
		}
		seen[key] = true
		return nil
	})
}

func variantsCounted(p listPage) error {
	return p.each(func(i int, item any) error {
		count := func(name string) (int, bool) {
			number, ok := member(item, name).(json.Number)
			n, err := strconv.Atoi(number.String())
			return n, ok && err == nil
		}
		total, ok1 := count("total_variants")
		completed, ok2 := count("completed_variants")
		switch {
		case !ok1 || !ok2:
			return nil
		case completed < 0 || completed > total:
			return p.differs("", i, "completed_variants", fmt.Sprintf("0 to %d", total))
		case len(list(item, "recommendations")) > completed:
			return &Mismatch{
				Where: fmt.Sprintf("/quotes/%d/recommendations", i), Got: strconv.Itoa(len(list(item, "recommendations"))),
				Want: fmt.Sprintf("at most %d, as so many variants are completed", completed), proof: Inferred,
			}
		}
		return nil
	})
}
