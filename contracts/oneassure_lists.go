package contracts

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// oneassureLists are the members that hold what each list lists.
var oneassureLists = map[string]string{"listQuotes": "quotes", "listProposals": "proposals", "listPolicies": "policies"}

// listCall is a call of a list, whatever became of it.
type listCall struct {
	query  url.Values
	call   string // operationId
	status int
	broken string   // the parameter by which the list must be refused
	grade  Evidence // of the rule, where it is weaker than that of the call
}

func listCallIn(x *Exchange) (listCall, bool) {
	query, err := url.ParseQuery(x.Request.Query)
	return listCall{query: query, call: x.Operation, status: x.Response.Status}, err == nil && x.Response.Status != 0
}

// proof: the rules of the lists are the policies', and the others repeat them.
func (l listCall) proof() Evidence { return cmp.Or(l.grade, listProof(l.call)) }

func listProof(call string) Evidence {
	if call == "listPolicies" || call == "getPolicy" {
		return ""
	}
	return Upstream
}

// listRefused judges what became of a list that must be refused. How it is refused
// is other checks' business.
func listRefused(l listCall) error {
	if l.status >= 400 {
		return nil
	}
	return &Mismatch{Where: "query " + l.broken, Got: "accepted", Want: "refused", proof: l.proof()}
}

func filtersMixed(x *Exchange) (listCall, bool) {
	l, ok := listCallIn(x)
	l.broken = "session_id"
	return l, ok && l.query.Get("session_id") != "" && (l.query.Get("start_date") != "" || l.query.Get("end_date") != "")
}

func cursorsMixed(x *Exchange) (listCall, bool) {
	l, ok := listCallIn(x)
	l.broken, l.grade = "next", Inferred
	return l, ok && l.query.Get("next") != "" && l.query.Get("prev") != ""
}

// days is how far the dates of a range are apart; false where there are not two.
func (l listCall) days() (int, bool) {
	start, err1 := time.Parse(time.DateOnly, l.query.Get("start_date"))
	end, err2 := time.Parse(time.DateOnly, l.query.Get("end_date"))
	return int(end.Sub(start) / (24 * time.Hour)), err1 == nil && err2 == nil
}

func rangeTooLong(x *Exchange) (listCall, bool) {
	l, ok := listCallIn(x)
	l.broken = "end_date"
	days, whole := l.days()
	return l, ok && whole && days > 7
}

func rangeOpen(x *Exchange) (listCall, bool) {
	l, ok := listCallIn(x)
	l.broken, l.grade = "end_date", Inferred
	if days, whole := l.days(); whole {
		return l, ok && days < 0
	}
	return l, ok && (l.query.Get("start_date") == "") != (l.query.Get("end_date") == "")
}

// listPage is a page beside what was asked for it.
type listPage struct {
	listCall
	answer any
	name   string // of the member that holds the items
	items  []any
}

func pageIn(x *Exchange) (listPage, bool) {
	l, ok := listCallIn(x)
	if _, accepted := oneassureAnswer(x); !ok || !accepted {
		return listPage{}, false
	}
	p := listPage{listCall: l, name: oneassureLists[x.Operation]}
	p.answer, _ = x.Response.tree()
	items, array := member(p.answer, p.name).([]any)
	p.items = items
	return p, array
}

// differs is a departure of one item of the page.
func (p listPage) differs(proof Evidence, item int, name, want string) error {
	return &Mismatch{
		Where: fmt.Sprintf("/%s/%d/%s", p.name, item, name), Got: shown(p.items[item], name), Want: want, proof: cmp.Or(proof, p.proof()),
	}
}

// each judges the items one by one.
func (p listPage) each(judge func(i int, item any) error) error {
	var broken []error
	for i, item := range p.items {
		if err := judge(i, item); err != nil {
			broken = append(broken, err)
		}
	}
	return errors.Join(broken...)
}

func pageOfSession(p listPage) error {
	session := p.query.Get("session_id")
	if session == "" {
		return errBeside
	}
	return p.each(func(i int, item any) error {
		if member(item, "session_id") == session {
			return nil
		}
		return p.differs("", i, "session_id", shorten(session))
	})
}

func pageOfRange(p listPage) error {
	if _, whole := p.days(); !whole {
		return errBeside
	}
	start, end := p.query.Get("start_date"), p.query.Get("end_date")
	return p.each(func(i int, item any) error {
		if day := text(item, "issuance_date"); start <= day && day <= end {
			return nil
		}
		return p.differs("", i, "issuance_date", "a day from "+start+" to "+end)
	})
}

func pageHasCursors(p listPage) error {
	if len(p.items) == 0 {
		return errBeside
	}
	var broken []error
	for _, name := range [...]string{"end_cursor", "start_cursor"} {
		if text(p.answer, name) == "" {
			broken = append(broken, &Mismatch{Where: "/" + name, Got: shown(p.answer, name), Want: "a cursor", proof: p.proof()})
		}
	}
	return errors.Join(broken...)
}

// pageAddsUp trusts no flag that is none: then the document is broken.
func pageAddsUp(p listPage) error {
	number, ok := member(p.answer, "total_count").(json.Number)
	prev, ok1 := member(p.answer, "has_prev").(bool)
	next, ok2 := member(p.answer, "has_next").(bool)
	total, err := strconv.Atoi(number.String())
	if !ok || !ok1 || !ok2 || err != nil {
		return errBeside
	}
	differs := func(want string) error {
		return &Mismatch{Where: "/total_count", Got: number.String(), Want: fmt.Sprintf(want, len(p.items)), proof: p.proof()}
	}
	switch more := prev || next; {
	case more && total <= len(p.items):
		return differs("more than %d, as there is another page")
	case !more && total != len(p.items):
		return differs("%d, as there is no other page")
	}
	return nil
}

// pageIsFirst lets a page behind a cursor say what it likes.
func pageIsFirst(p listPage) error {
	if member(p.answer, "has_prev") != true || p.query.Get("next") != "" || p.query.Get("prev") != "" {
		return nil
	}
	return &Mismatch{Where: "/has_prev", Got: "true", Want: "false", proof: p.proof()}
}

// sortedErrors puts mismatches in the order of their places: what is read from a
// map comes in none.
func sortedErrors(all []error) []error {
	slices.SortFunc(all, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return all
}
