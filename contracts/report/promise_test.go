package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
)

// promise is how a check of a report fared.
func promise(t testing.TB, r *Report, id string) Promise {
	t.Helper()
	at := slices.IndexFunc(r.Checks, func(p Promise) bool { return p.Check == id })
	if at < 0 {
		t.Fatalf("the report does not speak of %s", id)
	}
	return r.Checks[at]
}

var sameMismatch = cmp.AllowUnexported(contracts.Mismatch{})

func TestPromises(t *testing.T) {
	const money, garage = "allianz/stamp-and-vat", "allianz/garage-fits-plan"
	tape := &contracts.Tape{}
	keep := func(bent string, asked []string, all ...contracts.Finding) {
		x := &contracts.Exchange{Insurer: "allianz", Face: "motor", Operation: "quickQuote", Bent: bent, Response: contracts.Response{Status: 200}}
		tape.Keep(contracts.Entry{Exchange: x, Asked: asked, Findings: all})
	}
	guess := found(t, money, "/a", "1", "2")
	guess.Evidence = contracts.Inferred
	keep("", []string{money})
	keep("", []string{money}, guess, found(t, money, "/b", "3", "4")) // one answer, two places
	keep("allianz/busy#1", []string{money, garage}, found(t, money, "/c", "5", "6"))
	keep("", nil, found(t, "allianz/token-given", "/d", "7", "8"))
	run := Run{
		Head: Head{Live: true, Insurers: []string{"allianz"}}, Tape: tape, Contracts: []*contracts.Contract{allianz(t)},
		Asks: func(id string) bool { return id != "allianz/item-order" },
		Waive: func(f contracts.Finding) string {
			if f.Check == "allianz/token-given" {
				return "ticket 7"
			}
			return ""
		},
	}
	tests := []struct {
		check  string
		trials []Trial
	}{
		{money, []Trial{{
			Operation: "quickQuote", Exercised: 2, Failed: 1, Bent: 1, // the printed place weighs more than the inferred one
			Worst: &Breach{Failed, contracts.Seed, contracts.Mismatch{Where: "/b", Got: "3", Want: "4"}},
		}}},
		{garage, []Trial{{Operation: "quickQuote", Bent: 1}}},
		{"allianz/token-given", []Trial{{
			Operation: "quickQuote", Exercised: 1, Failed: 1, Waived: "ticket 7",
			Worst: &Breach{Passed, contracts.Upstream, contracts.Mismatch{Where: "/d", Got: "7", Want: "8"}},
		}}},
		{"allianz/owner-null", []Trial{}},
	}
	r := New(run)
	for _, tt := range tests {
		t.Run(tt.check, func(t *testing.T) {
			check, _ := allianz(t).Check(tt.check)
			want := promiseOf("allianz", check)
			want.Trials = tt.trials
			for _, trial := range tt.trials {
				want.Exercised += trial.Exercised
				want.Failed += trial.Failed
			}
			if diff := cmp.Diff(want, promise(t, r, tt.check), sameMismatch); diff != "" {
				t.Errorf("promise (-want +got):\n%s", diff)
			}
		})
	}
	if slices.ContainsFunc(r.Checks, func(p Promise) bool { return p.Check == "allianz/item-order" }) {
		t.Error("the report speaks of a check that the run does not judge")
	}
	if len(r.Checks) != len(allianz(t).Checks)-1 {
		t.Errorf("%d checks, want the %d that are judged", len(r.Checks), len(allianz(t).Checks)-1)
	}
}

func TestWorse(t *testing.T) {
	breach := func(o Outcome, e contracts.Evidence, where string) *Breach {
		return &Breach{o, e, contracts.Mismatch{Where: where}}
	}
	tests := []struct {
		name         string
		worse, other *Breach
	}{
		{"one beside none", breach(Passed, contracts.Inferred, "/a"), nil},
		{"what fails the run", breach(Failed, contracts.Inferred, "/b"), breach(Passed, contracts.Seed, "/a")},
		{"what is better proven", breach(Failed, contracts.Seed, "/b"), breach(Failed, contracts.Inferred, "/a")},
		{"what stands first", breach(Failed, contracts.Seed, "/a"), breach(Failed, contracts.Seed, "/b")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if Worse(tt.worse, tt.other) != tt.worse || Worse(tt.other, tt.worse) != tt.worse {
				t.Errorf("%+v does not come before %+v", tt.worse, tt.other)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	const head = `{"format":1,"insurers":["allianz"],"outcome":"passed"`
	tests := []struct{ name, text, want string }{
		{"nothing", "", "EOF"},
		{"no JSON", "<testsuites/>", "invalid character"},
		{"half a report", head, "unexpected EOF"},
		{"a list", "[]", "cannot unmarshal array"},
		{"another object", "{}", "it has no format"},
		{"null", "null", "it has no format"},
		{"a newer format", `{"format":2,"outcome":"passed"}`, "its format is 2, and this version reads format 1"},
		{"two reports", head + "}{}", "more than one value"},
		{"an outcome that is none", `{"format":1,"outcome":"fine"}`, `its outcome "fine" is none`},
		{"a check of nobody's", head + `,"checks":[{"check":"bima/x","insurer":"bima"}]}`, `check "bima/x" is of "bima"`},
		{"a check without a name", head + `,"checks":[{"insurer":"allianz"}]}`, `check "" is of "allianz"`},
		{
			"more failures than answers", head + `,"checks":[{"check":"allianz/x","insurer":"allianz","operations":[{"operation":"token","exercised":1,"failed":2,"worst":{}}]}]}`,
			`check allianz/x: its counts for operation "token" contradict each other`,
		},
		{
			"a failure that nobody saw", head + `,"checks":[{"check":"allianz/x","insurer":"allianz","operations":[{"operation":"token","exercised":1,"failed":1}]}]}`,
			"contradict",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read(strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) || r != nil {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

// FuzzRead: what can be read can be written, and reads as the same.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := JSON(&b, New(broken(f))); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"format":1,"insurers":[""],"outcome":"passed","checks":[{"check":"0"}]}`))
	f.Add([]byte(`{"format":1,"insurers":["a","","a"],"outcome":"skipped","checks":[{"check":"a/b","insurer":"a"},{"check":"a/b","insurer":"a"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := JSON(&b, r); err != nil {
			return // a year that JSON has no form for
		}
		again, err := Read(&b)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, b.String())
		}
		if diff := cmp.Diff(r, again, sameMismatch); diff != "" {
			t.Errorf("read again (-first +second):\n%s", diff)
		}
	})
}
