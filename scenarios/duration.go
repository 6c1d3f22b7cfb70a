package scenarios

import (
	"fmt"
	"strconv"
	"time"
)

// Duration is a time.Duration that reads "1500ms" or "61s" and writes itself so: a whole number of the largest unit of s,
// ms, us and ns that fits.
type Duration time.Duration

// String is the text that UnmarshalText reads back to the same Duration.
func (d Duration) String() string {
	for _, unit := range []struct {
		name string
		size Duration
	}{{"s", Duration(time.Second)}, {"ms", Duration(time.Millisecond)}, {"us", Duration(time.Microsecond)}} {
		if d%unit.size == 0 {
			return strconv.FormatInt(int64(d/unit.size), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(d), 10) + "ns"
}

// MarshalText writes the duration as String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("read a duration: %w", err)
	}
	*d = Duration(parsed)
	return nil
}
