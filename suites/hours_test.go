package suites

import (
	"testing"
	"time"
)

func TestHours(t *testing.T) {
	const office = "Mon-Fri 08:00-20:00 Asia/Bangkok"
	tests := []struct {
		name, hours, at string
		open            bool
		opens           string // RFC 3339
	}{
		{"in the middle of a day", office, "2026-03-02T12:00:00+07:00", true, "2026-03-03T08:00:00+07:00"},
		{"the first minute", office, "2026-03-02T08:00:00+07:00", true, "2026-03-03T08:00:00+07:00"},
		{"a second before", office, "2026-03-02T07:59:59+07:00", false, "2026-03-02T08:00:00+07:00"},
		{"the last second", office, "2026-03-02T19:59:59+07:00", true, "2026-03-03T08:00:00+07:00"},
		{"closing time", office, "2026-03-02T20:00:00+07:00", false, "2026-03-03T08:00:00+07:00"},
		{"by the target's zone, not the caller's", office, "2026-03-02T02:00:00Z", true, "2026-03-03T08:00:00+07:00"},
		{"Friday night", office, "2026-03-06T21:00:00+07:00", false, "2026-03-09T08:00:00+07:00"},
		{"Saturday", office, "2026-03-07T12:00:00+07:00", false, "2026-03-09T08:00:00+07:00"},
		{"single days and a span", "Mon,Wed,Sat-Sun 09:30-10:00 UTC", "2026-03-08T09:45:00Z", true, "2026-03-09T09:30:00Z"},
		{"a span round the week's end", "Sat-Mon 00:00-24:00 UTC", "2026-03-03T12:00:00Z", false, "2026-03-07T00:00:00Z"},
		{"until midnight", "Mon-Sun 00:00-24:00 UTC", "2026-03-03T23:59:59Z", true, "2026-03-04T00:00:00Z"},
		{"on a day without 02:30", "Sun 02:30-04:00 Europe/Berlin", "2026-03-29T01:30:00Z", true, "2026-04-05T02:30:00+02:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, err := parseHours(tt.hours)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := h.open(at); got != tt.open {
				t.Errorf("open at %s: got %v, want %v", tt.at, got, tt.open)
			}
			if got := h.opens(at).Format(time.RFC3339); got != tt.opens {
				t.Errorf("opens after %s: got %s, want %s", tt.at, got, tt.opens)
			}
		})
	}
}

func TestHoursRefused(t *testing.T) {
	tests := []struct{ hours, want string }{
		{"always", "wants days, a time span and a zone, such as Mon-Fri 08:00-20:00 Asia/Bangkok"},
		{"Mon-Fri 08:00-20:00", "wants days, a time span and a zone, such as Mon-Fri 08:00-20:00 Asia/Bangkok"},
		{"Mon-Fry 08:00-20:00 UTC", `"Mon-Fry" is no day or span of days; days are Sun, Mon, Tue, Wed, Thu, Fri, Sat`},
		{"Mon, 08:00-20:00 UTC", `"" is no day or span of days; days are Sun, Mon, Tue, Wed, Thu, Fri, Sat`},
		{"Mon 08:00 UTC", `"08:00" is no time span; it wants days, a time span and a zone, such as Mon-Fri 08:00-20:00 Asia/Bangkok`},
		{"Mon 8:00-20:00 UTC", `"8:00" is no time of day; it wants one from 00:00 to 24:00`},
		{"Mon 08:00-25:00 UTC", `"25:00" is no time of day; it wants one from 00:00 to 24:00`},
		{"Mon 20:00-08:00 UTC", "closes at 08:00, before it opens at 20:00"},
		{"Mon 08:00-20:00 Asia/Bangkoc", `"Asia/Bangkoc" is no time zone; it wants a name such as Asia/Bangkok or UTC`},
		{"Mon 08:00-20:00 Local", `"Local" is no time zone; it wants a name such as Asia/Bangkok or UTC`},
	}
	for _, tt := range tests {
		t.Run(tt.hours, func(t *testing.T) {
			if _, err := parseHours(tt.hours); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
