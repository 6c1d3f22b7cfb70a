package allianz_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

func TestConsentsAreWordedAsPrinted(t *testing.T) {
	printed, err := txtar.ParseFile(filepath.Join("testdata", "consents", "printed.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[string]string{}, map[string]string{}
	for _, f := range printed.Files {
		want[f.Name] = strings.TrimSuffix(string(f.Data), "\n")
	}
	for _, l := range []allianz.Language{allianz.Thai, allianz.English} {
		for _, c := range allianz.Consents(l) {
			got[string(l)+"/"+string(c.Type)] = c.Text
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 6 {
		t.Errorf("%d texts (-want +got):\n%s", len(got), diff)
	}
	if got := allianz.Consents("de"); got != nil {
		t.Errorf("got %v in German, want nothing", got)
	}
}

// What is shown and what is sent go together, and only marketing can be declined.
func TestThreeConsents(t *testing.T) {
	for _, marketing := range []bool{false, true} {
		given := allianz.ThreeConsents("2026-03-02", marketing)
		want := []allianz.Consent{
			{ConsentType: "SANCTION_COUNTRY", HasAccepted: true, AcceptanceDate: "2026-03-02"},
			{ConsentType: "INFORMATION", HasAccepted: true, AcceptanceDate: "2026-03-02"},
			{ConsentType: "MARKETING", HasAccepted: marketing, AcceptanceDate: "2026-03-02"},
		}
		if diff := cmp.Diff(want, given); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, l := range []allianz.Language{allianz.Thai, allianz.English} {
			for i, shown := range allianz.Consents(l) {
				if shown.Type != given[i].ConsentType || shown.Required != (shown.Type != allianz.ConsentMarketing) {
					t.Errorf("%s %d: %s, required %t, beside %s", l, i, shown.Type, shown.Required, given[i].ConsentType)
				}
			}
		}
	}
}
