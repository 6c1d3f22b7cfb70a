package clock_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/understudy-sandbox/understudy/mocks/clock"
)

var (
	bangkok = time.FixedZone("Bangkok", 7*60*60)
	kolkata = time.FixedZone("Kolkata", 5*60*60+30*60)
	lmt     = time.FixedZone("LMT", 6*60*60+42*60+4)
	// wall is what the tests take for real time.
	wall = time.Date(2026, 5, 20, 12, 0, 0, 123, time.UTC)
)

func at(hour int, zone *time.Location) time.Time {
	return time.Date(2026, 3, 1, hour, 0, 0, 0, zone)
}

func advance(t *testing.T, c clock.Clock, d time.Duration) clock.Clock {
	t.Helper()
	c, err := c.Advance(d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNow(t *testing.T) {
	frozen := clock.Frozen(at(9, bangkok))
	tests := []struct {
		name  string
		clock clock.Clock
		want  string
		mode  string
	}{
		{"the zero value runs with real time", clock.Clock{}, "2026-05-20T12:00:00.000000123Z", "running"},
		{"running ahead", clock.Running(time.Hour), "2026-05-20T13:00:00.000000123Z", "running"},
		{"running behind", clock.Running(-time.Hour), "2026-05-20T11:00:00.000000123Z", "running"},
		{"running, advanced", advance(t, clock.Running(-time.Hour), 3*time.Hour), "2026-05-20T14:00:00.000000123Z", "running"},
		{"running, run", clock.Running(time.Hour).Run(wall.Add(time.Hour)), "2026-05-20T13:00:00.000000123Z", "running"},
		{"frozen in UTC", clock.Frozen(at(9, time.UTC)), "2026-03-01T09:00:00Z", "frozen"},
		{"frozen elsewhere", frozen, "2026-03-01T09:00:00+07:00", "frozen"},
		{"frozen at half an hour from UTC", clock.Frozen(at(9, kolkata)), "2026-03-01T09:00:00+05:30", "frozen"},
		{"frozen at seconds from UTC", clock.Frozen(at(9, lmt)), "2026-03-01T08:59:56+06:42", "frozen"},
		{"frozen, advanced", advance(t, frozen, 48*time.Hour), "2026-03-03T09:00:00+07:00", "frozen"},
		{"frozen, advanced by nothing", advance(t, frozen, 0), "2026-03-01T09:00:00+07:00", "frozen"},
		{"frozen, frozen earlier", frozen.Freeze(at(1, time.UTC)), "2026-03-01T01:00:00Z", "frozen"},
		{"running, frozen", clock.Running(time.Hour).Freeze(at(9, bangkok)), "2026-03-01T09:00:00+07:00", "frozen"},
		{"frozen, run this moment", frozen.Run(wall), "2026-03-01T02:00:00Z", "running"},
		{"frozen, run a minute ago", frozen.Run(wall.Add(-time.Minute)), "2026-03-01T02:01:00Z", "running"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.clock.Now(wall).Format(time.RFC3339Nano); got != tt.want {
				t.Errorf("Now: got %s, want %s", got, tt.want)
			}
			if got := tt.clock.Mode(); got != tt.mode {
				t.Errorf("Mode: got %s, want %s", got, tt.mode)
			}
		})
	}
}

// A running clock is at the same moment wherever its wall hangs, and in UTC.
func TestRunningIgnoresTheZoneOfTheWall(t *testing.T) {
	got, want := clock.Running(0).Now(wall.In(bangkok)), wall
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Summer time begins in Bucharest on 29 March 2026; a clock that has been written
// and read knows only its distance from UTC, so one that has not must not know more.
func TestFrozenKeepsItsDistanceFromUTC(t *testing.T) {
	bucharest, err := time.LoadLocation("Europe/Bucharest")
	if err != nil {
		t.Fatal(err)
	}
	c := advance(t, clock.Frozen(at(9, bucharest)), 60*24*time.Hour)
	if got, want := c.Now(wall).Format(time.RFC3339), "2026-04-30T09:00:00+02:00"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMonotonicReadingIsStripped(t *testing.T) {
	// A deadline is the one time with a monotonic reading that can be had without
	// asking for the time.
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	reading, _ := ctx.Deadline()
	if !strings.Contains(reading.String(), "m=") {
		t.Fatalf("%s has no monotonic reading to strip", reading)
	}
	for name, c := range map[string]clock.Clock{
		"running":     clock.Running(time.Hour),
		"frozen":      clock.Frozen(reading),
		"frozen, run": clock.Frozen(reading).Run(reading),
	} {
		if got := c.Now(reading); strings.Contains(got.String(), "m=") {
			t.Errorf("%s: %s has a monotonic reading", name, got)
		}
	}
	if clock.Frozen(reading) != clock.Frozen(reading.Round(0)) {
		t.Error("two clocks frozen at one moment differ by the monotonic reading")
	}
}

func TestAdvanceRefuses(t *testing.T) {
	tests := []struct {
		name  string
		clock clock.Clock
		by    time.Duration
	}{
		{"backwards when frozen", clock.Frozen(wall), -1},
		{"backwards when running", clock.Running(time.Hour), -1},
		{"beyond what JSON can say", clock.Frozen(time.Date(9999, 12, 31, 23, 0, 0, 0, bangkok)), time.Hour},
		{"beyond what a duration can say", clock.Running(time.Hour), math.MaxInt64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.clock.Advance(tt.by)
			if err == nil {
				t.Error("got no error")
			}
			if got != tt.clock {
				t.Errorf("the clock moved: got %v, want %v", got, tt.clock)
			}
		})
	}
	if _, err := clock.Running(-time.Hour).Advance(math.MaxInt64); err != nil {
		t.Errorf("a clock that is behind may go as far ahead: %v", err)
	}
}

func TestJSON(t *testing.T) {
	tests := []struct {
		name  string
		clock clock.Clock
		want  string
	}{
		{"zero", clock.Clock{}, `{"mode":"running","offset":"0s"}`},
		{"ahead", clock.Running(time.Hour), `{"mode":"running","offset":"1h0m0s"}`},
		{"behind", clock.Running(-90*time.Minute - 1), `{"mode":"running","offset":"-1h30m0.000000001s"}`},
		{"furthest behind", clock.Running(math.MinInt64), `{"mode":"running","offset":"-2562047h47m16.854775808s"}`},
		{"UTC", clock.Frozen(wall), `{"mode":"frozen","at":"2026-05-20T12:00:00.000000123Z"}`},
		{"elsewhere", clock.Frozen(at(9, bangkok)), `{"mode":"frozen","at":"2026-03-01T09:00:00+07:00"}`},
		{"at half an hour from UTC", clock.Frozen(at(9, kolkata)), `{"mode":"frozen","at":"2026-03-01T09:00:00+05:30"}`},
		{"at seconds from UTC", clock.Frozen(at(9, lmt)), `{"mode":"frozen","at":"2026-03-01T08:59:56+06:42"}`},
		{"the year 1", clock.Frozen(time.Time{}), `{"mode":"frozen","at":"0001-01-01T00:00:00Z"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, err := json.Marshal(tt.clock)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(text); got != tt.want {
				t.Errorf("written: got %s, want %s", got, tt.want)
			}
			var got clock.Clock
			if err := json.Unmarshal(text, &got); err != nil {
				t.Fatal(err)
			}
			if got != tt.clock {
				t.Errorf("read back: got %v, want %v", got, tt.clock)
			}
		})
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	tests := []struct{ name, text string }{
		{"no object", `"frozen"`},
		{"null", `null`},
		{"no mode", `{"at":"2026-03-01T09:00:00Z"}`},
		{"unknown mode", `{"mode":"stopped","at":"2026-03-01T09:00:00Z"}`},
		{"unknown field", `{"mode":"running","offset":"1h","speed":2}`},
		{"frozen without at", `{"mode":"frozen"}`},
		{"frozen at nothing", `{"mode":"frozen","at":null}`},
		{"frozen with offset", `{"mode":"frozen","at":"2026-03-01T09:00:00Z","offset":"1h"}`},
		{"frozen at no time", `{"mode":"frozen","at":"2026-03-01"}`},
		{"running without offset", `{"mode":"running"}`},
		{"running with at", `{"mode":"running","offset":"1h","at":"2026-03-01T09:00:00Z"}`},
		{"running with no duration", `{"mode":"running","offset":"an hour"}`},
		{"running with a number", `{"mode":"running","offset":3600}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clock.Running(time.Minute)
			if err := json.Unmarshal([]byte(tt.text), &c); err == nil {
				t.Errorf("accepted %s as %v", tt.text, c)
			}
			if want := clock.Running(time.Minute); c != want {
				t.Errorf("the clock changed: got %v, want %v", c, want)
			}
		})
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"mode":"frozen","at":"2026-03-01T09:00:00.5+05:30"}`))
	f.Add([]byte(`{"mode":"frozen","at":"0000-01-01T00:00:00+23:59"}`))
	f.Add([]byte(`{"mode":"frozen","at":"9999-12-31T23:59:59-23:59"}`))
	f.Add([]byte(`{"mode":"running","offset":"-1h0m0s"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var c clock.Clock
		if json.Unmarshal(text, &c) != nil {
			return
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatalf("%s was read but cannot be written: %v", text, err)
		}
		var again clock.Clock
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%s was written but cannot be read: %v", written, err)
		}
		if again != c {
			t.Fatalf("%s became %s: got %v, want %v", text, written, again, c)
		}
	})
}
