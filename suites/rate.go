package suites

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often a live target is called at most: "2/s". The zero value sets
// no bound.
type Rate struct {
	Calls int
	Per   time.Duration
}

// politeRate is for a live target where nothing else is said.
var politeRate = Rate{Calls: 2, Per: time.Second}

// slower is the lower of two rates; one that says nothing leaves the other.
func slower(a, b Rate) Rate {
	switch {
	case a == (Rate{}):
		return b
	case b == (Rate{}), time.Duration(b.Calls)*a.Per >= time.Duration(a.Calls)*b.Per:
		return a
	}
	return b
}

var units = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// ParseRate reads a number of calls and a unit: "2/s", "90/m" or "1000/h".
func ParseRate(text string) (Rate, error) {
	number, unit, _ := strings.Cut(text, "/")
	calls, err := strconv.Atoi(number)
	per, ok := units[unit]
	if err != nil || !ok || calls < 1 || calls > 1_000_000 {
		return Rate{}, fmt.Errorf("rate %q: it wants a number of calls and s, m or h, such as 2/s", text)
	}
	return Rate{calls, per}, nil
}

// String is the text that ParseRate reads back; empty for no bound.
func (r Rate) String() string {
	for name, unit := range units {
		if unit == r.Per {
			return fmt.Sprintf("%d/%s", r.Calls, name)
		}
	}
	return ""
}

// MarshalText writes what String says.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRate reads.
func (r *Rate) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRate(string(text))
	return err
}

// limiter spaces calls evenly; nil for no bound.
func (r Rate) limiter() *rate.Limiter {
	if r.Calls == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Every(r.Per/time.Duration(r.Calls)), 1)
}
