package allianz_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

const inspection = "allianz.inspection"

// waiting is a contract whose car is to be inspected.
func waiting(t *testing.T, base, plate string) string {
	t.Helper()
	got := issued(t, base, changed(t, "issue-person", "/vehicle/registrationNumber", plate))
	if got.PolicyStatus != "PROCESS_CAR_INSPECTION" || got.DocumentURL != nil || got.PolicyNumber == nil {
		t.Fatalf("plate %s: got %+v, want an inspection, a number and no document", plate, got)
	}
	return *got.ContractID
}

func TestInspection(t *testing.T) {
	for _, test := range []struct{ plate, end string }{
		{"ตร1001", "SUCCESS"}, {"ตร 1001", "SUCCESS"}, {"ตร1002", "REJECTED"},
	} {
		t.Run(test.plate, func(t *testing.T) {
			s := start(t)
			w := world(t, s, mocks.DefaultWorld)
			id := waiting(t, s.URL, test.plate)
			advance(t, w, 24*time.Hour-time.Second)
			wantStatus(t, s.URL, id, "PROCESS_CAR_INSPECTION")
			advance(t, w, time.Second)
			got := wantStatus(t, s.URL, id, test.end)
			if (got.DocumentURL != nil) != (test.end == "SUCCESS") {
				t.Errorf("got document %v of a contract in %s", got.DocumentURL, test.end)
			}
			if got.DocumentURL != nil {
				if status, _, _ := fetch(t, *got.DocumentURL); status != 200 {
					t.Errorf("its document: got %d", status)
				}
			}
			wantKept(t, w)
		})
	}
}

// A gate holds the inspection, and who opens it decides.
func TestInspectionBehindAGate(t *testing.T) {
	for _, test := range []struct{ outcome, end string }{
		{"", "SUCCESS"}, {"SUCCESS", "SUCCESS"}, {"REJECTED", "REJECTED"},
	} {
		t.Run(test.outcome, func(t *testing.T) {
			s := start(t)
			w := world(t, s, mocks.DefaultWorld)
			if err := w.Hold(t.Context(), inspection); err != nil {
				t.Fatal(err)
			}
			id := waiting(t, s.URL, "ตร1001")
			advance(t, w, 48*time.Hour)
			wantStatus(t, s.URL, id, "PROCESS_CAR_INSPECTION")
			if _, err := w.Release(t.Context(), inspection, test.outcome); err != nil {
				t.Fatal(err)
			}
			wantStatus(t, s.URL, id, test.end)
		})
	}
}

// With an outcome nobody waits for the clock; one that means nothing decides nothing.
func TestInspectionReleasedEarly(t *testing.T) {
	s := start(t)
	w := world(t, s, mocks.DefaultWorld)
	id := waiting(t, s.URL, "ตร1001")
	if _, err := w.Release(t.Context(), inspection, "REJECTED"); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, s.URL, id, "REJECTED")
	other := waiting(t, s.URL, "ตร1001")
	ran, err := w.Release(t.Context(), inspection, "MAYBE")
	if err != nil || len(ran) != 1 || !ran[0].Stuck {
		t.Errorf("got %+v, %v, want the job stuck", ran, err)
	}
	wantStatus(t, s.URL, other, "PROCESS_CAR_INSPECTION")
}

// A policy is issued when its car passes: then its 15 days and its day to cancel
// begin.
func TestIssuedByTheInspection(t *testing.T) {
	s := start(t)
	w := world(t, s, mocks.DefaultWorld)
	id := waiting(t, s.URL, "ตร1001")
	advance(t, w, 48*time.Hour-time.Second)
	document := *wantStatus(t, s.URL, id, "SUCCESS").DocumentURL
	if status, body := cancel(t, s.URL, id, string(request(t, "cancel.request"))); status != 200 {
		t.Errorf("cancel: got %d %s", status, body)
	}
	advance(t, w, 14*24*time.Hour)
	if status, _, _ := fetch(t, document); status != 200 {
		t.Errorf("15 days less a second after the inspection: got %d", status)
	}
	advance(t, w, time.Second)
	if status, _, _ := fetch(t, document); status != 410 {
		t.Errorf("15 days after the inspection: got %d, want 410", status)
	}
}

func TestCancelDuringTheInspection(t *testing.T) {
	s := start(t)
	w := world(t, s, mocks.DefaultWorld)
	id := waiting(t, s.URL, "ตร1001")
	if status, body := cancel(t, s.URL, id, string(request(t, "cancel.request"))); status != 200 {
		t.Errorf("cancel: got %d %s", status, body)
	}
	advance(t, w, 24*time.Hour)
	if got := wantStatus(t, s.URL, id, "CANCELLED"); got.DocumentURL != nil {
		t.Errorf("got document %s", *got.DocumentURL)
	}
}

func TestARejectedContractIsNotCancelled(t *testing.T) {
	s := start(t)
	id := waiting(t, s.URL, "ตร1002")
	advance(t, world(t, s, mocks.DefaultWorld), 24*time.Hour)
	if status, body := cancel(t, s.URL, id, string(request(t, "cancel.request"))); status != 400 || body != textTwice {
		t.Errorf("got %d %s, want 400 %s", status, body, textTwice)
	}
}

// A setting has every car inspected; without it no other plate is, nor none.
func TestWhichCarsAreInspected(t *testing.T) {
	for setting, want := range map[string]map[any]string{
		"plates": {"ตร1003": "SUCCESS", "": "SUCCESS", "ตร1001": "PROCESS_CAR_INSPECTION"},
		"every":  {"ตร1003": "PROCESS_CAR_INSPECTION", "": "PROCESS_CAR_INSPECTION", "ตร1002": "PROCESS_CAR_INSPECTION"},
	} {
		s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"allianz.inspection": setting} })
		got := map[any]string{}
		for plate := range want {
			got[plate] = issued(t, s.URL, changed(t, "issue-person", "/vehicle/registrationNumber", plate, "/vehicle/registrationType", "REDPLATE")).PolicyStatus
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", setting, diff)
		}
		advance(t, world(t, s, mocks.DefaultWorld), 24*time.Hour)
	}
}
