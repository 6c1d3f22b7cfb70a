package clock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

const (
	modeFrozen  = "frozen"
	modeRunning = "running"
)

// Clock is the time of a world; the zero value runs with real time.
type Clock struct {
	frozen bool
	// at is in UTC and without a monotonic reading, so that equal moments are ==.
	at time.Time
	// east of UTC, in seconds. A name of a place would not survive JSON, and its
	// summer time would make a clock read differently before and after.
	east   int
	offset time.Duration
}

// Frozen returns a clock that stands at t and answers at t's distance from UTC,
// in whole minutes, whatever the season.
func Frozen(t time.Time) Clock {
	_, east := t.Zone()
	return Clock{frozen: true, at: t.Round(0).UTC(), east: east - east%60}
}

// Running returns a clock that is ahead of real time by offset, or behind if it is negative.
func Running(offset time.Duration) Clock {
	return Clock{offset: offset}
}

// Now returns the clock's time when the wall clock says wall: without a monotonic
// reading, in UTC if it is running and at the distance it was frozen with if not.
func (c Clock) Now(wall time.Time) time.Time {
	switch {
	case !c.frozen:
		return wall.Round(0).UTC().Add(c.offset)
	case c.east == 0:
		return c.at
	}
	return c.at.In(time.FixedZone("", c.east))
}

// Advance returns the clock d later, or the clock as it is and an error if d is
// negative or leads further than a clock can go: to the year 9999 when it is
// frozen, 292 years from real time when it is running.
func (c Clock) Advance(d time.Duration) (Clock, error) {
	later := c
	switch {
	case d < 0:
		return c, fmt.Errorf("advance the clock by %s: clocks never run backwards", d)
	case c.frozen:
		later.at = c.at.Add(d)
		// RFC 3339 has four digits for the year.
		if later.Now(time.Time{}).Year() > 9999 {
			return c, fmt.Errorf("advance the clock by %s: beyond the year 9999", d)
		}
	case c.offset > math.MaxInt64-d:
		return c, fmt.Errorf("advance the clock by %s: too far from real time", d)
	default:
		later.offset += d
	}
	return later, nil
}

// Freeze returns the clock standing at the moment at, later or earlier than it was.
func (Clock) Freeze(at time.Time) Clock {
	return Frozen(at)
}

// Run returns the clock running on from where it stands when the wall clock says
// wall, as long as that is within 292 years.
func (c Clock) Run(wall time.Time) Clock {
	if !c.frozen {
		return c
	}
	return Running(c.at.Sub(wall.Round(0)))
}

// Mode returns "frozen" or "running".
func (c Clock) Mode() string {
	if c.frozen {
		return modeFrozen
	}
	return modeRunning
}

// wire is a clock in JSON.
type wire struct {
	Mode   string     `json:"mode"`
	At     *time.Time `json:"at,omitempty"`
	Offset *string    `json:"offset,omitempty"`
}

// MarshalJSON writes {"mode":"frozen","at":"2026-03-01T09:00:00+07:00"} with
// nanoseconds where there are any, or {"mode":"running","offset":"1h0m0s"}.
func (c Clock) MarshalJSON() ([]byte, error) {
	w := wire{Mode: c.Mode()}
	if c.frozen {
		w.At = new(c.Now(time.Time{}))
	} else {
		w.Offset = new(c.offset.String())
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes; it refuses fields that it does not
// know and a mode with the other mode's field.
func (c *Clock) UnmarshalJSON(text []byte) error {
	var w wire
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return fmt.Errorf("read a clock: %w", err)
	}
	switch {
	case w.Mode == modeFrozen && w.At != nil && w.Offset == nil:
		*c = Frozen(*w.At)
	case w.Mode == modeRunning && w.At == nil && w.Offset != nil:
		offset, err := time.ParseDuration(*w.Offset)
		if err != nil {
			return fmt.Errorf("read a clock: %w", err)
		}
		*c = Running(offset)
	default:
		return errors.New(`read a clock: want mode "frozen" and at, or mode "running" and offset`)
	}
	return nil
}
