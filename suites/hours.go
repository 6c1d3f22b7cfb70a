package suites

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a target's hours hold on machines without a zone database
)

// hours are when a target answers: "Mon-Fri 08:00-20:00 Asia/Bangkok".
type hours struct {
	text     string
	days     [7]bool // by time.Weekday
	from, to timeOfDay
	zone     *time.Location
}

// timeOfDay is one in minutes; a day ends at 24:00.
type timeOfDay int

func (c timeOfDay) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }

const hoursForm = "days, a time span and a zone, such as Mon-Fri 08:00-20:00 Asia/Bangkok"

func parseHours(text string) (*hours, error) {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return nil, errors.New("wants " + hoursForm)
	}
	h := &hours{text: text}
	var err error
	if h.days, err = parseDays(parts[0]); err != nil {
		return nil, err
	}
	from, to, ok := strings.Cut(parts[1], "-")
	if !ok {
		return nil, fmt.Errorf("%q is no time span; it wants %s", parts[1], hoursForm)
	}
	if h.from, err = parseTimeOfDay(from); err != nil {
		return nil, err
	}
	if h.to, err = parseTimeOfDay(to); err != nil {
		return nil, err
	}
	if h.from >= h.to {
		return nil, fmt.Errorf("closes at %s, before it opens at %s", h.to, h.from)
	}
	if h.zone, err = time.LoadLocation(parts[2]); err != nil || parts[2] == "Local" {
		return nil, fmt.Errorf("%q is no time zone; it wants a name such as Asia/Bangkok or UTC", parts[2])
	}
	return h, nil
}

var weekdays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// parseDays reads "Mon-Fri" or "Mon,Wed,Sat-Sun"; a span may go round the week's end.
func parseDays(text string) (days [7]bool, err error) {
	for span := range strings.SplitSeq(text, ",") {
		first, last, ok := strings.Cut(span, "-")
		if !ok {
			last = first
		}
		day, end := slices.Index(weekdays, first), slices.Index(weekdays, last)
		if day < 0 || end < 0 {
			return days, fmt.Errorf("%q is no day or span of days; days are %s", span, strings.Join(weekdays, ", "))
		}
		for ; day != end; day = (day + 1) % 7 {
			days[day] = true
		}
		days[end] = true
	}
	return days, nil
}

func parseTimeOfDay(text string) (timeOfDay, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	at, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, fmt.Errorf("%q is no time of day; it wants one from 00:00 to 24:00", text)
	}
	return timeOfDay(at.Hour()*60 + at.Minute()), nil
}

// open says whether the target answers at a moment.
func (h *hours) open(at time.Time) bool {
	at = at.In(h.zone)
	now := timeOfDay(at.Hour()*60 + at.Minute())
	return h.days[at.Weekday()] && h.from <= now && now < h.to
}

// opens is the next moment at which the target begins to answer.
func (h *hours) opens(after time.Time) time.Time {
	at := after.In(h.zone)
	for day := range 8 {
		begin := time.Date(at.Year(), at.Month(), at.Day()+day, int(h.from/60), int(h.from%60), 0, 0, h.zone)
		if h.days[begin.Weekday()] && begin.After(after) {
			return begin
		}
	}
	return time.Time{}
}
