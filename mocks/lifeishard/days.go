package lifeishard

import "time"

// lastDay is the day before a period of whole months comes round again: the last
// day of cover. Where the month has no such day, it is the month's last.
func lastDay(start time.Time, months int) time.Time {
	end := monthsAfter(start, months)
	if end.Day() == start.Day() {
		return end.AddDate(0, 0, -1)
	}
	return end
}

// monthsAfter is the same day so many months later, or the month's last where it
// has no such day.
func monthsAfter(start time.Time, months int) time.Time {
	first := time.Date(start.Year(), start.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1)
	return first.AddDate(0, 0, min(start.Day(), last.Day())-1)
}

func day(t time.Time) string { return t.Format(time.DateOnly) }
