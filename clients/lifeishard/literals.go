package lifeishard

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// Amount is a sum of money or a rate by its text: "438.05". It is read with
// quotes and without, and written without; the zero value is written as null.
type Amount string

// String is the text on the wire, without quotes.
func (a Amount) String() string { return string(a) }

// MarshalJSON writes a number, or null for none; it fails on what is no number.
func (a Amount) MarshalJSON() ([]byte, error) {
	if a == "" {
		return []byte("null"), nil
	}
	if !isNumber(string(a)) {
		return nil, errors.New("an amount is no number")
	}
	return []byte(a), nil
}

// UnmarshalJSON reads a number, in quotes or not; null is none.
func (a *Amount) UnmarshalJSON(text []byte) error {
	number, err := unquoted(text)
	if err != nil {
		return err
	}
	*a = Amount(number)
	return nil
}

// ID is a whole number: an id, a count, a policy's number. It is read with quotes
// and without, and written without.
type ID int64

// UnmarshalJSON reads a whole number, in quotes or not.
func (n *ID) UnmarshalJSON(text []byte) error {
	number, err := unquoted(text)
	if err != nil {
		return err
	}
	whole, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return errors.New("a whole number is none")
	}
	*n = ID(whole)
	return nil
}

// truth is true or false, in quotes or not.
type truth bool

func (b *truth) UnmarshalJSON(text []byte) error {
	switch strings.Trim(string(text), `"`) {
	case "true":
		*b = true
	case "false", "null":
		*b = false
	default:
		return errors.New("true or false is neither")
	}
	return nil
}

// unquoted is the text of a number, empty for null.
func unquoted(text []byte) (string, error) {
	if bytes.Equal(text, []byte("null")) {
		return "", nil
	}
	number := string(text)
	if number[0] == '"' {
		if err := json.Unmarshal(text, &number); err != nil {
			return "", err
		}
	}
	if !isNumber(number) {
		return "", errors.New("a number is none")
	}
	return number, nil
}

func isNumber(text string) bool {
	return text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && json.Valid([]byte(text))
}
