package allianz_test

import (
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/allianz"
)

// Every magic value does what it says, put into a request of the samples: the
// outcome begins with a code or a state, and a contract that waits ends in the
// last word of it.
func TestMagic(t *testing.T) {
	seen := map[string]int{}
	for _, m := range allianz.Insurer().Magic {
		seen[m.Operation]++
		t.Run(m.Operation+" "+m.Pointer+" "+m.Value, func(t *testing.T) {
			s := start(t)
			var status int
			var body string
			switch m.Operation {
			case "quickQuote":
				status, body = post(t, s.URL+quickQuotes, changed(t, "vmi1-items", m.Pointer, m.Value))
			case "getContract":
				status, _, body = fetch(t, s.URL+issuePath+"/"+m.Value)
			default:
				sample := "issue-person"
				if strings.HasSuffix(m.Pointer, "/registerId") {
					sample = "issue-company"
				}
				status, body = post(t, s.URL+issuePath, changed(t, sample, m.Pointer, m.Value))
			}
			word := strings.TrimRight(strings.Fields(m.Outcome)[0], ",:")
			member, wantOK := `"code":"`, false
			if word == strings.ToUpper(word) && word[0] >= 'A' {
				member, wantOK = `"policyStatus":"`, true
			}
			if (status == 200) != wantOK || !strings.Contains(body, member+word+`"`) {
				t.Fatalf("got %d %s, want %s", status, body, m.Outcome)
			}
			if word == "PROCESS_CAR_INSPECTION" {
				advance(t, world(t, s, mocks.DefaultWorld), 24*time.Hour)
				words := strings.Fields(m.Outcome)
				wantStatus(t, s.URL, *read(t, body).ContractID, words[len(words)-1])
			}
			wantKept(t, world(t, s, mocks.DefaultWorld))
		})
	}
	if seen["issueContract"] < 6 || seen["getContract"] < 1 || seen["quickQuote"] < 3 {
		t.Errorf("tried %v", seen)
	}
}
