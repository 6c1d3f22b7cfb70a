package scenarios

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// alone is one good and one or more bad values per field of a fault. Validate must know every field there is.
var alone = map[string]struct {
	good Fault
	bad  map[string]Fault // part of the error -> fault
}{
	"Delay": {Fault{Delay: Duration(time.Second)}, map[string]Fault{
		"rules[0].delay: -1s is negative": {Delay: Duration(-time.Second)},
	}},
	"Hang": {Fault{Hang: true}, map[string]Fault{
		"rules[0].drop: cannot stand beside hang":     {Hang: true, Drop: true},
		"rules[0].status: cannot stand beside hang":   {Hang: true, Status: 500},
		"rules[0].example: cannot stand beside hang":  {Hang: true, Example: "a"},
		"rules[0].lose: cannot stand beside hang":     {Hang: true, Lose: true},
		"rules[0].stale: cannot stand beside hang":    {Hang: true, Stale: true},
		"rules[0].set: cannot stand beside hang":      {Hang: true, Set: map[string]any{"/a": 1}},
		"rules[0].remove: cannot stand beside hang":   {Hang: true, Remove: []string{"/a"}},
		"rules[0].truncate: cannot stand beside hang": {Hang: true, Truncate: 1},
		"rules[0].header: cannot stand beside hang":   {Hang: true, Header: map[string]string{"A": "b"}},
	}},
	"Drop": {Fault{Drop: true, Delay: 1}, map[string]Fault{
		"rules[0].lose: cannot stand beside drop":     {Drop: true, Lose: true},
		"rules[0].truncate: cannot stand beside drop": {Drop: true, Truncate: 1},
		"rules[0].status: cannot stand beside drop":   {Drop: true, Status: 500},
	}},
	"Status": {Fault{Status: 503, Truncate: 1}, map[string]Fault{
		"rules[0].status: 99 is outside 200..599":    {Status: 99},
		"rules[0].status: 600 is outside 200..599":   {Status: 600},
		"rules[0].status: -1 is outside 200..599":    {Status: -1},
		"rules[0].lose: cannot stand beside status":  {Status: 500, Lose: true},
		"rules[0].stale: cannot stand beside status": {Status: 500, Stale: true},
	}},
	"Example": {Fault{Example: "999", Set: map[string]any{"": nil}}, map[string]Fault{
		"rules[0].example: is not UTF-8":              {Example: "\xff"},
		"rules[0].lose: cannot stand beside example":  {Example: "a", Lose: true},
		"rules[0].stale: cannot stand beside example": {Example: "a", Stale: true},
	}},
	"Lose": {Fault{Lose: true, Delay: 1}, map[string]Fault{
		"rules[0].stale: cannot stand beside lose":  {Lose: true, Stale: true},
		"rules[0].header: cannot stand beside lose": {Lose: true, Header: map[string]string{"A": "b"}},
	}},
	"Stale": {Fault{Stale: true, Truncate: 3}, map[string]Fault{
		"rules[0].stale: cannot stand beside drop": {Stale: true, Drop: true},
	}},
	"Set": {Fault{Set: map[string]any{"/a~0~1/-": []any{json.Number("1.0"), 0.5, nil, map[string]any{"": "x"}}}}, map[string]Fault{
		`"a" is not a JSON pointer`:              {Set: map[string]any{"a": 1}},
		`"/~2" is not a JSON pointer`:            {Set: map[string]any{"/~2": 1}},
		`"/~" is not a JSON pointer`:             {Set: map[string]any{"/~": 1}},
		"rules[0].set[/a]: cannot be written":    {Set: map[string]any{"/a": make(chan int)}},
		"it is a json.Number":                    {Set: map[string]any{"/a": []any{json.Number("01")}}},
		"it is a float64":                        {Set: map[string]any{"/a": math.NaN()}},
		"rules[0].set[/a]: is nested too deeply": {Set: map[string]any{"/a": nested(deepestValue)}},
		"rules[0].set[/a]: is not UTF-8":         {Set: map[string]any{"/a": map[string]any{"\xff": 1}}},
	}},
	"Remove": {Fault{Remove: []string{"/a", "/b"}}, map[string]Fault{
		`rules[0].remove[1]: "b" is not a JSON pointer`: {Remove: []string{"/a", "b"}},
		"rules[0].remove[0]: is the whole answer":       {Remove: []string{""}},
		`rules[0].remove[0]: "/a" is also in set`:       {Remove: []string{"/a"}, Set: map[string]any{"/a": 1}},
	}},
	"Truncate": {Fault{Truncate: 1}, map[string]Fault{
		"rules[0].truncate: -1: at least 1 byte": {Truncate: -1},
	}},
	"Header": {Fault{Header: map[string]string{"Retry-After": "1", "X-Gone": ""}}, map[string]Fault{
		`"a b" is not a header name`:               {Header: map[string]string{"a b": "1"}},
		`"" is not a header name`:                  {Header: map[string]string{"": "1"}},
		"rules[0].header[A]: its value has":        {Header: map[string]string{"A": "1\r\nB: 2"}},
		`rules[0].header[x-a]: is the same header`: {Header: map[string]string{"X-A": "1", "x-a": "2"}},
	}},
	"Webhook": {Fault{Webhook: &WebhookFault{Copies: 2, Late: 1, Forge: "wrong-key"}}, map[string]Fault{
		"rules[0].webhook: bends nothing":              {Webhook: &WebhookFault{}},
		"rules[0].webhook.never: stands alone":         {Webhook: &WebhookFault{Never: true, Copies: 2}},
		"rules[0].webhook.late: -1ns is negative":      {Webhook: &WebhookFault{Late: -1}},
		"rules[0].webhook.copies: 1 is outside 2..10":  {Webhook: &WebhookFault{Copies: 1}},
		"rules[0].webhook.copies: 11 is outside":       {Webhook: &WebhookFault{Copies: 11}},
		"rules[0].webhook.forge: is not UTF-8":         {Webhook: &WebhookFault{Forge: "\xff"}},
		"rules[0].header: cannot stand beside webhook": {Webhook: &WebhookFault{Never: true}, Header: map[string]string{"A": "b"}},
	}},
}

func nested(levels int) any {
	var v any
	for range levels {
		v = []any{v}
	}
	return v
}

func TestValidateKnowsEveryFieldOfAFault(t *testing.T) {
	fields := reflect.TypeFor[Fault]()
	for field := range fields.Fields() {
		name := field.Name
		c, ok := alone[name]
		if !ok || len(c.bad) == 0 {
			t.Errorf("%s: no good and bad values here: does Validate know it?", name)
			continue
		}
		on := Match{Operation: "quickQuote"}
		refused(t, name, valid(Rule{on, c.good}).Validate(), "")
		for want, bad := range c.bad {
			refused(t, name, valid(Rule{on, bad}).Validate(), want)
		}
	}
	if got, want := len(FaultFields()), fields.NumField(); got != want {
		t.Errorf("FaultFields has %d keys, Fault %d fields", got, want)
	}
}

func TestValidateRule(t *testing.T) {
	drop := Fault{Drop: true}
	for name, c := range map[string]struct {
		rule Rule
		want string
	}{
		"every operation":               {Rule{Match{Every: 1}, drop}, ""},
		"no fault":                      {Rule{Match{Every: 1}, Fault{}}, "rules[0]: bends nothing"},
		"empty maps are no fault":       {Rule{Match{Every: 1}, Fault{Set: map[string]any{}, Header: map[string]string{}}}, "rules[0]: bends nothing"},
		"no match":                      {Rule{Match{}, drop}, "rules[0].on: is empty"},
		"nth from 1":                    {Rule{Match{Nth: []int{1, 0}}, drop}, "rules[0].on.nth[1]: 0: calls are counted from 1"},
		"every from 1":                  {Rule{Match{Every: -1}, drop}, "rules[0].on.every: -1: it is at least 1"},
		"nth beside every":              {Rule{Match{Nth: []int{1}, Every: 2}, drop}, "rules[0].on.every: cannot stand beside nth"},
		"when is a pointer":             {Rule{Match{When: map[string]any{"owner": ""}}, drop}, `"owner" is not a JSON pointer (RFC 6901): it begins with /`},
		"when has a value":              {Rule{Match{When: map[string]any{"/a": struct{}{}}}, drop}, "rules[0].on.when[/a]: cannot be written as JSON"},
		"a webhook has an operation":    {Rule{Match{Every: 1}, Fault{Webhook: &WebhookFault{Never: true}}}, "rules[0].webhook: needs on.operation"},
		"an example has an operation":   {Rule{Match{Every: 1}, Fault{Example: "999"}}, "rules[0].example: needs on.operation"},
		"operation in a foreign coding": {Rule{Match{Operation: "\xff"}, drop}, "rules[0].on.operation: is not UTF-8"},
		"too many values":               {Rule{Match{Nth: make([]int, mostItems+1)}, drop}, "rules[0].on.nth: has 1001 entries"},
	} {
		refused(t, name, valid(c.rule).Validate(), c.want)
	}
}

// One wrong file must not answer with a book.
func TestErrorsAreBounded(t *testing.T) {
	var all []Rule
	for range 500 {
		all = append(all, Rule{})
	}
	err := valid(all...).Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	got := strings.Split(err.Error(), "\n")
	if len(got) != mostErrors+1 || got[mostErrors] != "allianz/a-name: and 990 more" {
		t.Errorf("got %d lines, the last %q", len(got), got[len(got)-1])
	}
}

func TestHolds(t *testing.T) {
	request := map[string]any{
		"/owner": "", "/null": nil, "/year": "2022", "/sum": json.Number("600000"), "/yes": true,
		"/item":  map[string]any{"code": "OD", "sum": json.Number("1.50")},
		"/items": []any{json.Number("1"), nil},
	}
	at := func(pointer string) (any, bool) {
		v, ok := request[pointer]
		return v, ok
	}
	when := func(pointer string, value any) Match { return Match{When: map[string]any{pointer: value}} }
	for name, c := range map[string]struct {
		match Match
		count int
		want  bool
	}{
		"the operation":             {Match{Operation: "quote"}, 1, true},
		"another operation":         {Match{Operation: "token"}, 1, false},
		"every operation":           {Match{Every: 1}, 7, true},
		"nth":                       {Match{Nth: []int{1, 3}}, 3, true},
		"not nth":                   {Match{Nth: []int{1, 3}}, 2, false},
		"every third, the third":    {Match{Every: 3}, 3, true},
		"every third, the sixth":    {Match{Every: 3}, 6, true},
		"every third, the first":    {Match{Every: 3}, 1, false},
		"empty text":                {when("/owner", ""), 1, true},
		"empty text is not null":    {when("/owner", nil), 1, false},
		"null":                      {when("/null", nil), 1, true},
		"null is not absent":        {when("/absent", nil), 1, false},
		"text is not a number":      {when("/year", json.Number("2022")), 1, false},
		"number is not a text":      {when("/sum", "600000"), 1, false},
		"number by value":           {when("/sum", json.Number("6.000e5")), 1, true},
		"number of Go":              {when("/sum", 600000), 1, true},
		"number a little off":       {when("/sum", json.Number("600000.000000000000000001")), 1, false},
		"boolean":                   {when("/yes", true), 1, true},
		"other boolean":             {when("/yes", false), 1, false},
		"object":                    {when("/item", map[string]any{"sum": 1.5, "code": "OD"}), 1, true},
		"object with less":          {when("/item", map[string]any{"code": "OD"}), 1, false},
		"list":                      {when("/items", []any{json.Number("1.0"), nil}), 1, true},
		"list in another order":     {when("/items", []any{nil, json.Number("1")}), 1, false},
		"all of two":                {Match{Nth: []int{1}, When: map[string]any{"/yes": true, "/owner": ""}}, 1, true},
		"one of two":                {Match{Nth: []int{1}, When: map[string]any{"/yes": true, "/owner": "x"}}, 1, false},
		"operation but not the nth": {Match{Operation: "quote", Nth: []int{2}}, 1, false},
	} {
		if got := c.match.Holds("quote", c.count, at); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}

func TestHoldsAsksTheRequestLast(t *testing.T) {
	m := Match{Operation: "token", When: map[string]any{"/a": 1}}
	m.Holds("quote", 1, func(string) (any, bool) {
		t.Error("the request was asked although the operation is another")
		return nil, false
	})
}

func TestCanonical(t *testing.T) {
	for _, equal := range [][]string{
		{"0", "-0", "0.000", "0e99999999999999", "-0.0E-1"},
		{"1", "1.0", "10e-1", "0.1e1", "1E0", "1e+0"},
		{"-18", "-18.000", "-1.8e1"},
		{"100", "1e2", "1.00E+2"},
		{"1e99999999999999"},
		{"1e99999999999998"},
		{"0.1"},
		{"0.10000000000000000001"},
	} {
		for _, text := range equal {
			if got := canonical(text); got != canonical(equal[0]) {
				t.Errorf("%s: got %s, want that of %s, %s", text, got, equal[0], canonical(equal[0]))
			}
			for _, other := range []string{"7", "1e99999999999997", "1.1", "-1"} {
				if canonical(text) == canonical(other) {
					t.Errorf("%s equals %s", text, other)
				}
			}
		}
	}
	if canonical("1e99999999999999") == canonical("1e99999999999998") {
		t.Error("huge exponents are all one")
	}
}

func TestFaultFieldsStandInTheOrderOfActing(t *testing.T) {
	want := []string{"delay", "hang", "drop", "status", "example", "lose", "stale", "set", "remove", "truncate", "header", "webhook"}
	if diff := cmp.Diff(want, FaultFields()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
