package lifeishard

import (
	"encoding/json"
	"strings"
)

// members is an object of a request. The document has judged the request before,
// so a member that is not what a reader expects counts as absent. Numbers and
// booleans may stand in quotes.
type members map[string]any

func (m members) object(name string) members {
	object, _ := m[name].(map[string]any)
	return object
}

// text is a text or a number by its digits, without the blanks around it.
func (m members) text(name string) string {
	switch value := m[name].(type) {
	case string:
		return strings.TrimSpace(value)
	case json.Number:
		return value.String()
	}
	return ""
}

func (m members) truth(name string) bool {
	return m[name] == true || m[name] == "true"
}

// whole is a whole number that is not negative; false when it is none.
func (m members) whole(name string) (int64, bool) { return decimal(m.text(name), 0) }

// amount is an amount of money; false when it is none.
func (m members) amount(name string) (cents, bool) {
	n, ok := decimal(m.text(name), 2)
	return cents(n), ok
}

// number is a whole number, or zero where there is none.
func (m members) number(name string) int64 {
	n, _ := m.whole(name)
	return n
}
