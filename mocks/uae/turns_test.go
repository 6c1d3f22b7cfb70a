package uae

import (
	"slices"
	"testing"
	"time"
)

// Every pair of statuses and everybody who could go from one to the other: those
// that are named are allowed, all others refused.
func TestTransitions(t *testing.T) {
	statuses := []status{awaiting, authorized, rejected, revoked, expired, suspended}
	actors := []actor{byCustomer, byInsurer, byClient, byClock}
	allowed := []string{
		"AwaitingAuthorization > Authorized by customer",
		"AwaitingAuthorization > Rejected by customer",
		"AwaitingAuthorization > Rejected by insurer",
		"AwaitingAuthorization > Revoked by client",
		"Authorized > Suspended by insurer",
		"Suspended > Authorized by insurer",
		"Authorized > Revoked by client",
		"Suspended > Revoked by client",
		"Authorized > Revoked by insurer",
		"Suspended > Revoked by insurer",
		"Authorized > Expired by clock",
		"Suspended > Expired by clock",
	}
	seen := 0
	for _, from := range statuses {
		for _, to := range statuses {
			for _, by := range actors {
				name := string(from) + " > " + string(to) + " by " + string(by)
				want := slices.Contains(allowed, name)
				if got := from.may(to, by); got != want {
					t.Errorf("%s: got %t, want %t", name, got, want)
				}
				if want {
					seen++
				}
			}
		}
	}
	if seen != len(allowed) {
		t.Errorf("tried %d of %d transitions", seen, len(allowed))
	}
}

func TestFinalStatuses(t *testing.T) {
	for s, want := range map[status]bool{awaiting: false, authorized: false, suspended: false, rejected: true, revoked: true, expired: true} {
		if got := s.final(); got != want {
			t.Errorf("%s: got final %t, want %t", s, got, want)
		}
	}
}

// A consent expires at its moment, from where the clock may take it, and only then.
func TestExpiry(t *testing.T) {
	ends := time.Date(2026, 9, 2, 9, 0, 0, 0, gulf)
	for _, test := range []struct {
		from status
		at   time.Duration // after the expiry
		want status
	}{
		{authorized, -1, authorized},
		{authorized, 0, expired},
		{authorized, time.Hour, expired},
		{suspended, -1, suspended},
		{suspended, 0, expired},
		{awaiting, time.Hour, awaiting},
		{revoked, time.Hour, revoked},
		{rejected, time.Hour, rejected},
	} {
		c := consent{Status: test.from, Expires: ends, Updated: ends.Add(-time.Hour)}.at(ends.Add(test.at))
		if c.Status != test.want {
			t.Errorf("%s, %s after its end: got %s, want %s", test.from, test.at, c.Status, test.want)
		}
		if c.Status == expired && !c.Updated.Equal(ends) {
			t.Errorf("%s: expired since %s, want %s", test.from, c.Updated, ends)
		}
		if c.Status != test.from && !test.from.may(c.Status, byClock) {
			t.Errorf("%s turned %s without leave", test.from, c.Status)
		}
	}
}
