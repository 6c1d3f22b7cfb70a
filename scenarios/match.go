package scenarios

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Match picks the calls whose answers are bent. All fields that are set must hold; at least one is set.
type Match struct {
	Operation string         `json:"operation,omitempty"` // operationId; "": every operation of the insurer
	Nth       []int          `json:"nth,omitempty"`       // which calls of the operation since the scenario was armed, from 1
	Every     int            `json:"every,omitempty"`     // 20: the 20th, the 40th, ...
	When      map[string]any `json:"when,omitempty"`      // RFC 6901 pointer into the request's JSON or form -> value
}

// Holds says whether a call is picked. Count is the how-manieth call of the operation it is since the scenario was armed,
// from 1. Request answers what the request says at a pointer, with numbers as json.Number; it is asked only when all else
// holds. Numbers are compared by value, exactly; everything else as it is.
func (m Match) Holds(operation string, count int, request func(pointer string) (any, bool)) bool {
	if m.Operation != "" && m.Operation != operation {
		return false
	}
	if len(m.Nth) > 0 && !slices.Contains(m.Nth, count) {
		return false
	}
	if m.Every > 0 && count%m.Every != 0 {
		return false
	}
	for pointer, want := range m.When {
		got, ok := request(pointer)
		if !ok || !same(got, want) {
			return false
		}
	}
	return true
}

func (m *Match) fields() []field {
	return []field{
		text("operation", &m.Operation),
		counts("nth", &m.Nth),
		count("every", &m.Every),
		values("when", &m.When),
	}
}

func (m *Match) problems(path string, p *problems) {
	p.common(path, m.fields())
	if !utf8.ValidString(m.Operation) {
		p.add(path+".operation", "is not UTF-8")
	}
	for i, n := range m.Nth {
		if n < 1 {
			p.add(at(path+".nth", i), "%d: calls are counted from 1", n)
		}
	}
	if m.Every < 0 {
		p.add(path+".every", "%d: it is at least 1", m.Every)
	}
	if len(m.Nth) > 0 && m.Every != 0 {
		p.add(path+".every", "cannot stand beside nth: a call would have to be in both")
	}
	p.values(path+".when", m.When)
	if m.Operation == "" && len(m.Nth) == 0 && m.Every == 0 && len(m.When) == 0 {
		p.add(path, "is empty: it wants at least one of operation, nth, every, when (every: 1 means every call)")
	}
}

// deepestValue bounds the nesting of one value in set and when.
const deepestValue = 32

func (p *problems) values(path string, values map[string]any) {
	for _, pointer := range sortedKeys(values) {
		p.pointer(in(path, pointer), pointer)
		if says := unwritable(values[pointer], deepestValue); says != "" {
			p.add(in(path, pointer), "%s", says)
		}
	}
}

func (p *problems) pointer(path, pointer string) {
	if says := badPointer(pointer); says != "" {
		p.add(path, "%s is not a JSON pointer (RFC 6901): %s", quoted(pointer), says)
	}
}

func badPointer(pointer string) string {
	switch {
	case !utf8.ValidString(pointer):
		return "it is not UTF-8"
	case pointer != "" && pointer[0] != '/':
		return "it begins with /"
	}
	for i := range len(pointer) {
		if pointer[i] == '~' && (i+1 == len(pointer) || pointer[i+1] != '0' && pointer[i+1] != '1') {
			return "~ is written ~0, and / in a name ~1"
		}
	}
	return ""
}

// unwritable says why a value cannot be written as JSON; "" when it can.
func unwritable(value any, depth int) string {
	if depth == 0 {
		return "is nested too deeply"
	}
	switch v := value.(type) {
	case nil, bool:
		return ""
	case string:
		if !utf8.ValidString(v) {
			return "is not UTF-8"
		}
		return ""
	case []any:
		for _, item := range v {
			if says := unwritable(item, depth-1); says != "" {
				return says
			}
		}
		return ""
	case map[string]any:
		for key, item := range v {
			if !utf8.ValidString(key) {
				return "is not UTF-8"
			}
			if says := unwritable(item, depth-1); says != "" {
				return says
			}
		}
		return ""
	}
	if _, ok := number(value); !ok {
		return fmt.Sprintf("cannot be written as JSON: it is a %T", value)
	}
	return ""
}

// number is the JSON text of a number; Go's own kinds are welcome in scenarios that are written in Go.
func number(value any) (string, bool) {
	switch v := value.(type) {
	case json.Number:
		return string(v), numbers.MatchString(string(v))
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case uint64:
		return strconv.FormatUint(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return "", false
}

func same(a, b any) bool {
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && canonical(x) == canonical(y)
	}
	switch x := a.(type) {
	case nil:
		return b == nil
	case bool, string:
		return a == b
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, same)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, same)
	}
	return false
}

// canonical gives numbers of equal value equal texts: no zeros at either end, the rest in the exponent. An exponent that
// 32 bits do not hold is left as it is written, since it cannot be worked out in reasonable time.
func canonical(text string) string {
	mantissa, exponent := text, "0"
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa, exponent = text[:i], text[i+1:]
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "0"
	}
	power, err := strconv.ParseInt(exponent, 10, 32)
	if err != nil {
		return text
	}
	power += int64(len(digits) - len(short) - len(fraction))
	sign := ""
	if negative {
		sign = "-"
	}
	return sign + short + "e" + strconv.FormatInt(power, 10)
}
