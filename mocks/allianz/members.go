package allianz

import (
	"encoding/json"
	"strings"
)

// members is an object of a request. The document has judged the request
// before, so a member that is not what a reader expects counts as absent.
type members map[string]any

// echo is an optional member as an answer repeats it: nil for absent, a pointer
// to nil for null.
type echo **string

func (m members) text(name string) string {
	text, _ := m[name].(string)
	return text
}

// trimmed is a text without the blanks around it.
func (m members) trimmed(name string) string { return strings.TrimSpace(m.text(name)) }

func (m members) object(name string) members {
	object, _ := m[name].(map[string]any)
	return object
}

// objects is an array of objects; false when there is no array.
func (m members) objects(name string) ([]members, bool) {
	array, ok := m[name].([]any)
	if !ok {
		return nil, false
	}
	objects := make([]members, len(array))
	for i, element := range array {
		objects[i], _ = element.(map[string]any)
	}
	return objects, true
}

// echo repeats a member; a number comes back as a string, as color does in the
// insurer's samples.
func (m members) echo(name string) echo {
	value, sent := m[name]
	if !sent {
		return nil
	}
	var text *string
	switch value := value.(type) {
	case string:
		text = &value
	case json.Number:
		text = new(value.String())
	}
	return &text
}

// amount is a sum of money, nil for null or absent; false when it is no amount
// a policy can hold.
func (m members) amount(name string) (*satang, bool) {
	number, ok := m[name].(json.Number)
	if !ok {
		return nil, true
	}
	amount, ok := parseSatang(number)
	return &amount, ok
}
