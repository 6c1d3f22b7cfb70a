package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts/compare"
	"github.com/understudy-sandbox/understudy/contracts/report"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/mocks/control"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/suites"
)

// TestParityTellsTheSidesApart lets the mock make each mistake, then the insurer,
// then both: the checks are the same, and the blame is where the mistake is.
func TestParityTellsTheSidesApart(t *testing.T) {
	mock, uat := checkedMock(t, "none"), checkedUAT(t, "none")
	if p := compared(t, mock, uat); p.Outcome != report.Passed || p.Score.Percent != 100 || p.Score.Conclusive < 25 {
		t.Fatalf("honest on both sides: outcome %s, score %+v", p.Outcome, p.Score)
	}
	tests := []struct {
		mutation string
		checks   []string
		exit     int // where the insurer is the one
	}{
		{"vat", []string{"allianz/stamp-and-vat"}, 1},
		{"ra85", []string{"allianz/roadside-assistance", "allianz/sent-items-kept"}, 1}, // one spec sends it
		{"status", []string{"allianz/documented-status"}, 1},
		{"empty", []string{"allianz/body-fits", "allianz/owner-null"}, 1},
		{"garage", []string{"allianz/garage-fits-plan"}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.mutation, func(t *testing.T) {
			wrong, changed := checkedMock(t, tt.mutation), checkedUAT(t, tt.mutation)
			for _, side := range []struct {
				name      string
				mock, uat *report.Report
				verdict   compare.Verdict
				exit      int
			}{
				{"the mock", wrong, uat, compare.MockWrong, 1},
				{"the insurer", mock, changed, compare.InsurerChanged, tt.exit},
				{"both", wrong, changed, compare.SameFail, 1},
			} {
				p := compared(t, side.mock, side.uat)
				got := map[compare.Verdict][]string{}
				for _, c := range p.Checks {
					if c.Verdict != compare.SamePass && c.Verdict != compare.Inconclusive {
						got[c.Verdict] = append(got[c.Verdict], c.Check)
					}
				}
				if diff := cmp.Diff(map[compare.Verdict][]string{side.verdict: tt.checks}, got); diff != "" {
					t.Errorf("the mistake is in %s (-want +got):\n%s", side.name, diff)
				}
				if p.Outcome.ExitCode() != side.exit {
					t.Errorf("the mistake is in %s: outcome %s, want exit code %d", side.name, p.Outcome, side.exit)
				}
			}
		})
	}
}

// compared compares reports as the command does, by their files and in the order
// that it must not depend on.
func compared(t *testing.T, mock, uat *report.Report) *compare.Parity {
	t.Helper()
	var read [2]*report.Report
	for i, r := range [...]*report.Report{uat, mock} {
		var b bytes.Buffer
		err := report.JSON(&b, r)
		if err == nil {
			read[i], err = report.Read(&b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := compare.Reports(read[0], read[1])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// checkedMock is the report of a sandbox that makes a mistake.
func checkedMock(t *testing.T, mutation string) *report.Report {
	t.Helper()
	return checkedSandbox(t, playing(t, mutation, false, catalog.All()))
}

func checkedSandbox(t *testing.T, address string) *report.Report {
	t.Helper()
	targets, err := suites.Sandbox(t.Context(), address, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return checked(t, targets)
}

// checkedUAT is the report of a sandbox that poses as an insurer's UAT and makes
// a mistake.
func checkedUAT(t *testing.T, mutation string) *report.Report {
	t.Helper()
	base, err := url.Parse(playing(t, mutation, true, catalog.All()) + "/allianz")
	if err != nil {
		t.Fatal(err)
	}
	return checked(t, []*suites.Target{{
		Name: "uat", Insurer: "allianz", Faces: map[string]*url.URL{"motor": base},
		Credentials: map[string]string{"client_id": "sandbox-client", "client_secret": "sandbox-secret-opens-nothing", "oe_id": "th-pc"},
		Rate:        suites.Rate{Calls: 1_000_000, Per: time.Second},
	}})
}

// playing is the address of a sandbox in this process that makes a mistake. A
// live one hides what it is.
func playing(t *testing.T, mutation string, live bool, insurers []mocks.Insurer) string {
	t.Helper()
	played := mocks.Start(t, mocks.Options{Insurers: insurers, Stealth: live, Control: control.New(control.Options{Version: "test"})})
	to, err := url.Parse(played.URL)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mutating(to, mutation, live))
	t.Cleanup(server.Close)
	return server.URL
}

// deaf does not care how a run ended: its report does.
type deaf struct{}

func (deaf) Fail() {}

func checked(t *testing.T, targets []*suites.Target) *report.Report {
	t.Helper()
	r, err := suites.Run(t.Context(), deaf{}, targets, suites.Options{Version: "test", Only: "!resilience"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestParityFindsAMutatedHandler changes one line of the mock, as it were: the
// quick quote of its own table of operations takes a satang too much.
func TestParityFindsAMutatedHandler(t *testing.T) {
	insurers := catalog.All()
	at := slices.IndexFunc(insurers, func(insurer mocks.Insurer) bool { return insurer.Slug == "allianz" })
	honest := insurers[at].New
	insurers[at].New = func(s store.Store) mocks.API {
		api := honest(s)
		for _, face := range api.Faces {
			quote := face.Operations["quickQuote"]
			face.Operations["quickQuote"] = func(r *http.Request) (mocks.Answer, error) {
				answer, err := quote(r)
				if err != nil {
					return answer, err
				}
				text, err := json.Marshal(answer.Body)
				answer.Body = json.RawMessage(mutations["vat"](nil, string(text)))
				return answer, err
			}
		}
		return api
	}
	p := compared(t, checkedSandbox(t, playing(t, "none", false, insurers)), checkedUAT(t, "none"))
	var wrong []string
	for _, c := range p.Checks {
		if c.Verdict == compare.MockWrong {
			wrong = append(wrong, c.Check)
		}
	}
	if diff := cmp.Diff([]string{"allianz/stamp-and-vat"}, wrong); diff != "" || p.Outcome != report.Failed {
		t.Errorf("outcome %s, mock-wrong (-want +got):\n%s", p.Outcome, diff)
	}
}
