package uae

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Number is a JSON number that keeps its text: 4600.50 stays 4600.50. A quoted
// number is refused. "" is none.
type Number string

// String is the text as it stands on the wire.
func (n Number) String() string { return string(n) }

// MarshalJSON writes the text, none as null.
func (n Number) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("null"), nil
	}
	if !n.valid() {
		return nil, fmt.Errorf("%q is not a number", oneLine(string(n)))
	}
	return []byte(n), nil
}

// UnmarshalJSON reads a number of at most 40 characters, or null.
func (n *Number) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		*n = ""
		return nil
	}
	if read := Number(text); !read.valid() {
		return errors.New("want a number")
	}
	*n = Number(text)
	return nil
}

func (n Number) valid() bool {
	const longest = 40
	return n != "" && len(n) <= longest && strings.IndexByte("-0123456789", n[0]) >= 0 &&
		strings.TrimSpace(string(n)) == string(n) && json.Valid([]byte(n))
}

// moment is the number as a JWT's date, which may have a fraction.
func (n Number) moment() (time.Time, error) {
	const year10000 = 253402300800
	whole, _, _ := strings.Cut(string(n), ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < 0 || seconds >= year10000 || strings.ContainsAny(string(n), "eE") {
		return time.Time{}, errors.New("not a date in seconds")
	}
	return time.Unix(seconds, 0), nil
}

// seconds is the number as a lifetime of at most ten years.
func (n Number) seconds() (time.Duration, error) {
	const longest = 10 * 365 * 24 * 60 * 60
	seconds, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil || seconds < 0 {
		return 0, errors.New("expires_in is not a number of seconds")
	}
	return time.Duration(min(seconds, longest)) * time.Second, nil
}

// DateTime is an instant as it stands on the wire.
type DateTime string

// At is an instant as this API writes it: RFC 3339 with the offset of t.
func At(t time.Time) DateTime { return DateTime(t.Format(time.RFC3339)) }

// Time reads RFC 3339, and also the offset without a colon that the page of
// v1.0-rc1 prints.
func (d DateTime) Time() (time.Time, error) {
	t, err := time.Parse(time.RFC3339, string(d))
	if err != nil {
		if t, err := time.Parse("2006-01-02T15:04:05Z0700", string(d)); err == nil {
			return t, nil
		}
		return time.Time{}, fmt.Errorf("uae: %q is not a date and time with an offset", oneLine(string(d)))
	}
	return t, nil
}
