package lifeishard

import "time"

// local is a moment in Romanian local time, by which the operator writes days and
// hours. The rule of the European Union is written out, since a machine may have no
// database of zones: summer time from the last Sunday of March to the last of
// October, each at 01:00 UTC.
func local(t time.Time) time.Time {
	t = t.UTC()
	hours, name := 2, "EET"
	if !t.Before(lastSunday(t.Year(), time.March)) && t.Before(lastSunday(t.Year(), time.October)) {
		hours, name = 3, "EEST"
	}
	return t.In(time.FixedZone(name, hours*60*60))
}

// lastSunday is 01:00 UTC on the last Sunday of a month with 31 days.
func lastSunday(year int, month time.Month) time.Time {
	end := time.Date(year, month, 31, 1, 0, 0, 0, time.UTC)
	return end.AddDate(0, 0, -int(end.Weekday()))
}
