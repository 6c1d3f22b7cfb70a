package suites

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/ginkgo/v2"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// brisk leaves out what waits on purpose.
var brisk = Options{Only: "!resilience"}

// weighing are the ids of the checks whose findings weigh on the run.
func weighing(r *report.Report) []string {
	var all []string
	for _, f := range r.Findings {
		if f.Outcome != report.Passed && !slices.Contains(all, f.Check) {
			all = append(all, f.Check)
		}
	}
	slices.Sort(all)
	return all
}

// specs are the names of the specs with an outcome.
func specs(r *report.Report, o report.Outcome) []string {
	var all []string
	for _, s := range r.Specs {
		if s.Outcome == o {
			all = append(all, s.Name)
		}
	}
	return all
}

func TestPlantedMistakes(t *testing.T) {
	again(t)
	tests := []struct {
		name string
		bend bend
		want []string // checks
	}{
		{
			"VAT off by a satang",
			quotes(swap(`"type":"VAT","amount":1308.44`, `"type":"VAT","amount":1308.45`)),
			[]string{"allianz/stamp-and-vat"},
		},
		{
			"gross off by a satang",
			quotes(swap(`"grossPremium":20000.44`, `"grossPremium":20000.43`)),
			[]string{"allianz/stamp-and-vat"},
		},
		{
			"roadside assistance missing",
			quotes(swap(`,{"name":"Roadside Assistance","code":"RA85","sumInsured":null}`, "")),
			[]string{"allianz/roadside-assistance", "allianz/sent-items-kept"}, // one spec sends it
		},
		{
			"another status",
			answers(quickQuotes, http.StatusOK, func(got *httptest.ResponseRecorder) string {
				got.Code = http.StatusAccepted
				return got.Body.String()
			}),
			[]string{"allianz/documented-status"},
		},
		{
			"an empty text for a null",
			quotes(swap(`"owner":null`, `"owner":""`)),
			[]string{"allianz/body-fits", "allianz/owner-null"},
		},
		{
			"a colour that stays a number",
			quotes(swap(`"color":"7"`, `"color":7`)),
			[]string{"allianz/body-fits", "allianz/color-as-text"},
		},
		{
			"a refusal in other words",
			answers(quickQuotes, http.StatusBadRequest, func(got *httptest.ResponseRecorder) string {
				return strings.ReplaceAll(got.Body.String(), "ข้อมูลที่ส่งมาไม่ถูกต้อง", "invalid")
			}),
			[]string{"allianz/refusal-text"},
		},
		{
			"a token without a token",
			answers(tokenPath, http.StatusOK, func(*httptest.ResponseRecorder) string { return `{"token_type":"Bearer","expires_in":3600}` }),
			[]string{"allianz/body-fits", "allianz/token-given"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, startStand(t, tt.bend).targets(t), brisk)
			if diff := cmp.Diff(tt.want, weighing(r)); diff != "" {
				t.Errorf("broken checks (-want +got):\n%s", diff)
			}
			if want := tt.want != nil; (r.Outcome == report.Failed) != want || r.Outcome.ExitCode() != map[bool]int{false: 0, true: 1}[want] {
				t.Errorf("outcome %s, exit code %d\n%s", r.Outcome, r.Outcome.ExitCode(), textOf(r))
			}
		})
	}
}

func TestOnlyOneCheck(t *testing.T) {
	wrongVAT := quotes(swap(`"type":"VAT","amount":1308.44`, `"type":"VAT","amount":1308.45`))
	tests := []struct {
		only    string
		outcome report.Outcome
		broken  []string
	}{
		{"allianz/stamp-and-vat", report.Failed, []string{"allianz/stamp-and-vat"}},
		{"allianz/stamp-and-vat, allianz/roadside-assistance", report.Failed, []string{"allianz/stamp-and-vat"}},
		{"allianz/roadside-assistance", report.Passed, nil},
		{"allianz/token-given", report.Passed, nil},
		{"allianz/documented-status", report.Passed, nil},
	}
	for _, tt := range tests {
		t.Run(tt.only, func(t *testing.T) {
			r := check(t, startStand(t, wrongVAT).targets(t), Options{Only: tt.only})
			if r.Outcome != tt.outcome {
				t.Errorf("outcome: got %s, want %s\n%s", r.Outcome, tt.outcome, textOf(r))
			}
			if diff := cmp.Diff(tt.broken, weighing(r)); diff != "" {
				t.Errorf("broken checks (-want +got):\n%s", diff)
			}
			if len(r.Specs) == 0 {
				t.Error("no spec ran")
			}
		})
	}
}

func TestOnlyTheTokenChecksCallOnlyForTokens(t *testing.T) {
	r := check(t, startStand(t, nil).targets(t), Options{Only: "allianz/token-given"})
	for _, s := range r.Specs {
		if !slices.Contains(s.Labels, "token") {
			t.Errorf("%s ran, which asks for no token", s.Name)
		}
	}
}

// everybody is the list of all insurers.
func everybody() string { return strings.Join(contracts.Slugs(), ", ") }

func TestOnlyRefused(t *testing.T) {
	serial(t)
	const labels = "allianz, amendContract, binding, cmi, downloadDocument, getContract, inferred, issueContract, live, live-binds, live-safe, quickQuote, resilience, sandbox, sandbox-only, tariff, token"
	tests := []struct{ only, want string }{
		{"qickQuote", `suites: only "qickQuote": no label "qickQuote"; there are ` + labels},
		{"!tarif", `suites: only "!tarif": no label "tarif"; there are ` + labels},
		{"tariff &&", `suites: only "tariff &&": no expression over labels: join labels with &&, || and !, and group them with ( )`},
		{"(tariff", `suites: only "(tariff": no expression over labels: join labels with &&, || and !, and group them with ( )`},
		{"nobody/anything", `suites: only "nobody/anything": no insurer "nobody" is checked; there are allianz`},
		{"tariff,allianz/stamp-and-vat", `suites: only "tariff": no insurer "tariff" is checked; there are allianz`},
	}
	for _, tt := range tests {
		t.Run(tt.only, func(t *testing.T) {
			r, err := Run(t.Context(), &told{}, startStand(t, nil).targets(t), Options{Only: tt.only})
			if err == nil || err.Error() != tt.want || r != nil || errors.Is(err, ErrInconclusive) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	live := startStand(t, nil)
	if _, err := Run(t.Context(), &told{}, []*Target{live.live(t)}, Options{Only: "qickQuote"}); err == nil || live.calls.Load() != 0 {
		t.Errorf("a slip: got %v after %d calls of a live target", err, live.calls.Load())
	}
	_, err := Run(t.Context(), &told{}, startStand(t, nil).targets(t), Options{Only: "allianz/stamp-and-tax"})
	if err == nil || !strings.HasPrefix(err.Error(), `suites: only "allianz/stamp-and-tax": no such check; there are allianz/`) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyACheckThatNothingProves(t *testing.T) {
	for _, path := range []string{tokenPath, quickQuotes} {
		t.Run(path, func(t *testing.T) {
			broken := func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
				if strings.HasSuffix(r.URL.Path, path) {
					http.Error(rw, "broken", http.StatusInternalServerError)
					return
				}
				honest.ServeHTTP(rw, r)
			}
			r := check(t, startStand(t, broken).targets(t), Options{Only: "allianz/stamp-and-vat"})
			if r.Outcome != report.Inconclusive {
				t.Errorf("outcome %s\n%s", r.Outcome, textOf(r))
			}
		})
	}
}

func TestNothingRuns(t *testing.T) {
	s := startStand(t, nil)
	r := check(t, s.targets(t), Options{Only: "tariff && resilience"})
	if r.Outcome != report.Skipped || r.Outcome.ExitCode() != 5 || s.calls.Load() != 0 {
		t.Errorf("outcome %s, exit code %d, %d calls", r.Outcome, r.Outcome.ExitCode(), s.calls.Load())
	}
}

func TestLabelsSelect(t *testing.T) {
	r := check(t, startStand(t, nil).targets(t), Options{Only: "tariff && !resilience"})
	if r.Outcome != report.Passed || len(r.Specs) != 10 || r.Complete {
		t.Errorf("outcome %s, %d specs, complete %v", r.Outcome, len(r.Specs), r.Complete)
	}
}

func TestList(t *testing.T) {
	s := startStand(t, nil)
	listed := check(t, s.targets(t), Options{List: true})
	if s.calls.Load() != 0 {
		t.Errorf("a list made %d calls", s.calls.Load())
	}
	ran := check(t, s.targets(t), Options{})
	if diff := cmp.Diff(specs(ran, report.Passed), specs(listed, report.Skipped)); diff != "" {
		t.Errorf("specs that ran and those listed (-ran +listed):\n%s", diff)
	}
}

func TestStoppedServer(t *testing.T) {
	s := startStand(t, nil)
	targets := s.targets(t)
	s.Close()
	r := check(t, targets, Options{})
	if r.Outcome != report.Inconclusive || r.Outcome.ExitCode() != 4 {
		t.Errorf("outcome %s\n%s", r.Outcome, textOf(r))
	}
	_, err := Sandbox(t.Context(), s.URL, nil, "")
	if !errors.Is(err, ErrInconclusive) {
		t.Errorf("discovery: got %v", err)
	}
	live := s.live(t)
	r = check(t, []*Target{live}, Options{})
	if r.Outcome != report.Inconclusive || len(r.Inconclusive) != 1 || !strings.HasPrefix(r.Inconclusive[0], "the target cannot be reached: ") {
		t.Errorf("live: outcome %s because of %q\n%s", r.Outcome, r.Inconclusive, textOf(r))
	}
}

func TestServerStopsOnTheWay(t *testing.T) {
	var s *stand
	calls := 0
	s = startStand(t, func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if calls++; calls == 40 {
			s.Listener.Close()
			s.CloseClientConnections()
			return
		}
		honest.ServeHTTP(rw, r)
	})
	r := check(t, s.targets(t), Options{})
	if r.Outcome != report.Inconclusive || len(specs(r, report.Passed)) == 0 {
		t.Errorf("outcome %s\n%s", r.Outcome, textOf(r))
	}
}

func TestCancelledRun(t *testing.T) {
	serial(t)
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	s := startStand(t, func(rw http.ResponseWriter, r *http.Request, honest http.Handler) {
		if calls++; calls == 40 {
			cancel()
		}
		honest.ServeHTTP(rw, r)
	})
	r := checkWithin(ctx, t, s.targets(t), Options{})
	if r.Outcome != report.Inconclusive || len(specs(r, report.Passed)) == 0 {
		t.Errorf("outcome %s\n%s", r.Outcome, textOf(r))
	}
	if calls > 60 {
		t.Errorf("%d calls were made, though the run was over after 40", calls)
	}
}

func TestWorldsAreDeleted(t *testing.T) {
	s := startStand(t, nil)
	check(t, s.targets(t), brisk)
	worlds, err := sandbox.New(s.URL, nil).Worlds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range worlds {
		if w.Name != "default" {
			t.Errorf("the world %s is left", w.Name)
		}
	}
}

func TestSandboxTargets(t *testing.T) {
	s := startStand(t, nil)
	targets, err := Sandbox(t.Context(), s.URL+"/", []string{"allianz"}, "ci-17")
	if err != nil {
		t.Fatal(err)
	}
	if len(targets) != 1 {
		t.Fatalf("got %d targets", len(targets))
	}
	got := targets[0]
	if got.World != "ci-17" || got.Faces["motor"].String() != s.URL+"/w/ci-17/allianz" || got.Credentials["client_id"] != "sandbox-client" {
		t.Errorf("got %+v", got)
	}
	_, err = Sandbox(t.Context(), s.URL, []string{"alianz"}, "")
	want := fmt.Sprintf(`suites: find the targets at %s: no insurer "alianz"; there are %s`, s.URL, everybody())
	if err == nil || err.Error() != want || errors.Is(err, ErrInconclusive) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestTargetFileOfASandbox(t *testing.T) {
	s := startStand(t, nil)
	target := s.live(t)
	target.Budget, target.Rate, target.Open = 1, Rate{Calls: 1, Per: time.Hour}, "Sun 00:00-00:01 UTC"
	monday := func() time.Time { return time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC) }
	if r := check(t, []*Target{target}, Options{Now: monday}); r.Outcome != report.Inconclusive {
		t.Errorf("a file that closes its sandbox: outcome %s", r.Outcome)
	}
	target.Open = ""
	r := check(t, []*Target{target}, Options{Now: monday})
	if r.Outcome != report.Passed || r.Live || len(specs(r, report.Skipped)) != 0 {
		t.Errorf("outcome %s, live %v\n%s", r.Outcome, r.Live, textOf(r))
	}
	if target.Sandbox != nil {
		t.Error("the caller's target was changed")
	}
}

func TestUncalledOperationFailsTheRun(t *testing.T) {
	serial(t)
	whole := insurers["allianz"]
	t.Cleanup(func() { insurers["allianz"] = whole })
	tokensOnly := whole
	tokensOnly.specs = func(t *Target) {
		ginkgo.It("asks for a token and nothing else", sandboxOnly, ginkgo.Label("token"), func(ctx ginkgo.SpecContext) {
			aagi{t}.token(ctx, t.HTTP(ctx))
		})
	}
	insurers["allianz"] = tokensOnly

	s := startStand(t, nil)
	r := check(t, s.targets(t), Options{})
	if holes := r.Holes(); r.Outcome != report.Failed || len(holes) != 5 || slices.ContainsFunc(holes, func(hole report.OperationCoverage) bool { return hole.Operation == "token" }) {
		t.Errorf("outcome %s, holes %v", r.Outcome, holes)
	}
	if r := check(t, s.targets(t), Options{Only: "token"}); r.Outcome != report.Passed {
		t.Errorf("narrowed: outcome %s", r.Outcome)
	}
}

func TestRunRefusesTargets(t *testing.T) {
	a, b := &Target{Name: "a", Insurer: "allianz"}, &Target{Name: "b", Insurer: "nobody"}
	closed := &Target{Name: "c", Insurer: "allianz", Open: "never"}
	tests := []struct {
		name    string
		targets []*Target
		want    string
	}{
		{"none", nil, "suites: there is no target"},
		{"two of one name", []*Target{a, a}, "suites: two targets are called a"},
		{"an unknown insurer", []*Target{b}, `suites: target b: no suite for the insurer "nobody"; there are ` + everybody()},
		{"hours that are none", []*Target{closed}, "suites: target c: open: wants days, a time span and a zone, such as Mon-Fri 08:00-20:00 Asia/Bangkok"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Run(t.Context(), &told{}, tt.targets, Options{})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
