package suites

import (
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	for _, text := range []string{"2/s", "90/m", "1000/h", "1/s"} {
		t.Run(text, func(t *testing.T) {
			got, err := ParseRate(text)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != text {
				t.Errorf("got %s, want %s", got, text)
			}
			var again Rate
			if err := again.UnmarshalText([]byte(text)); err != nil || again != got {
				t.Errorf("UnmarshalText(%s): got %v, %v", text, again, err)
			}
		})
	}
	if got := (Rate{}).String(); got != "" {
		t.Errorf("no bound reads %q, want nothing", got)
	}
}

func TestRateRefused(t *testing.T) {
	for _, text := range []string{"", "2", "/s", "0/s", "-1/s", "2/d", "2/", "1.5/s", "2 / s", "1000001/s"} {
		t.Run(text, func(t *testing.T) {
			got, err := ParseRate(text)
			want := `rate "` + text + `": it wants a number of calls and s, m or h, such as 2/s`
			if err == nil || err.Error() != want {
				t.Errorf("got  %v, %v\nwant %s", got, err, want)
			}
		})
	}
}

func TestRateSpacesCalls(t *testing.T) {
	if got := (Rate{}).limiter(); got != nil {
		t.Errorf("no bound makes the limiter %v", got)
	}
	l := Rate{Calls: 4, Per: time.Second}.limiter()
	now := time.Now()
	var waits []time.Duration
	for range 4 {
		waits = append(waits, l.ReserveN(now, 1).DelayFrom(now))
	}
	for i, got := range waits {
		if want := time.Duration(i) * 250 * time.Millisecond; got != want {
			t.Errorf("call %d waits %s, want %s", i+1, got, want)
		}
	}
}
