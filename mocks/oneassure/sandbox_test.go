package oneassure_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/oneassure"
)

const (
	tokens    = "/oneassure/v1/auth/token"
	sessions  = "/oneassure/v1/business/session"
	quotes    = "/oneassure/v1/business/health/quotes"
	proposals = "/oneassure/v1/business/health/proposals"
	policies  = "/oneassure/v1/business/health/policies"

	printedID     = "18kfaYY6UvClEx35"
	printedNumber = "31-24-0134728-00"
	printedWeek   = "?start_date=2024-10-06&end_date=2024-10-08"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// start runs a sandbox whose worlds stand still on a Monday morning. An answer
// that breaks its contract is not sent.
func start(t *testing.T, change ...func(*mocks.Options)) *mocks.Server {
	t.Helper()
	o := optionsOf(clock.Frozen(monday))
	for _, c := range change {
		c(&o)
	}
	return mocks.Start(t, o)
}

func optionsOf(c clock.Clock) mocks.Options {
	return mocks.Options{Insurers: []mocks.Insurer{oneassure.Insurer()}, Clock: c, Strict: true}
}

func set(key, value string) func(*mocks.Options) {
	return func(o *mocks.Options) { o.Settings = map[string]string{key: value} }
}

// call makes one call, with a body if there is one.
func call(t *testing.T, method, address, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func get(t *testing.T, address string, header ...string) (int, string) {
	t.Helper()
	return call(t, http.MethodGet, address, "", header...)
}

// fetched is the answer to a call that is accepted.
func fetched[T any](t *testing.T, address string) T {
	t.Helper()
	status, text := get(t, address)
	if status != http.StatusOK {
		t.Fatalf("GET %s: got %d %s", address, status, text)
	}
	return read[T](t, text)
}

func read[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("read %s: %v", text, err)
	}
	return value
}

// printed is a printed answer, compact and in its own order.
func printed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		t.Fatal(err)
	}
	return compact.String()
}

func world(t *testing.T, s *mocks.Server) *mocks.World {
	t.Helper()
	w, err := s.Make(t.Context(), mocks.DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// anywhere calls a test in worlds of several seeds and times.
func anywhere(t *testing.T, test func(t *testing.T, base string)) {
	t.Helper()
	for _, seed := range []uint64{1, 7} {
		for _, day := range []time.Time{monday, monday.AddDate(-80, 0, 0), monday.AddDate(40, 0, 0), time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC)} {
			s := start(t, func(o *mocks.Options) { o.Seed, o.Clock = seed, clock.Frozen(day) })
			for _, prefix := range []string{"", "/w/another"} {
				test(t, s.URL+prefix)
			}
		}
	}
}

// The printed policy comes back byte by byte, by either of its names.
func TestPrintedPolicyAnywhere(t *testing.T) {
	want := printed(t, "policy")
	anywhere(t, func(t *testing.T, base string) {
		for _, id := range []string{printedID, printedNumber} {
			if status, got := get(t, base+policies+"/"+id); status != 200 || got != want {
				t.Errorf("%s: got %d, difference (-want +got):\n%s", id, status, cmp.Diff(want, got))
			}
		}
	})
}

// The printed page comes back with its cursors and counts, and with the nine
// policies behind the first that the page leaves out, which have its members in
// its order.
func TestPrintedPageAnywhere(t *testing.T) {
	type page struct {
		Policies []json.RawMessage `json:"policies"`
	}
	want := printed(t, "policies")
	first := string(read[page](t, want).Policies[0])
	anywhere(t, func(t *testing.T, base string) {
		status, got := get(t, base+policies+printedWeek)
		if status != 200 {
			t.Fatalf("got %d %s", status, got)
		}
		all := read[page](t, got).Policies
		if len(all) != 10 || string(all[0]) != first {
			t.Fatalf("got %d policies, the first (-want +got):\n%s", len(all), cmp.Diff(first, string(all[0])))
		}
		shown := got
		for i, other := range all[1:] {
			if diff := cmp.Diff(shape(t, first), shape(t, string(other)), cmp.Comparer(sameKind)); diff != "" {
				t.Errorf("policy %d (-want +got):\n%s", i+1, diff)
			}
			shown = strings.Replace(shown, ","+string(other), "", 1)
		}
		if diff := cmp.Diff(want, shown); diff != "" {
			t.Errorf("page (-want +got):\n%s", diff)
		}
	})
}

// kind is the type of a member; "" stands for null, which any type may be here.
type kind string

func sameKind(a, b kind) bool { return a == b || a == "" || b == "" }

// member is a member in its place.
type member struct {
	Name string
	Kind kind
}

// shape lists the members of an object in their order, with their types, those of
// its objects and of the first element of its arrays included.
func shape(t *testing.T, text string) []member {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	next := func() json.Token {
		token, err := decoder.Token()
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		return token
	}
	var all []member
	var walk func(name string, note bool)
	walk = func(name string, note bool) {
		token := next()
		var is kind
		switch token.(type) {
		case string:
			is = "text"
		case json.Number:
			is = "number"
		case bool:
			is = "flag"
		case json.Delim:
			is = "structure"
		}
		if note && !strings.Contains(name, "/riders/") && !strings.Contains(name, "diseases/") {
			all = append(all, member{name, is})
		}
		switch token {
		case json.Delim('{'):
			for decoder.More() {
				key, _ := next().(string)
				walk(name+"/"+key, note)
			}
			next()
		case json.Delim('['):
			for n := 0; decoder.More(); n++ {
				walk(name+"/0", note && n == 0)
			}
			next()
		}
	}
	walk("", true)
	return all
}

// Two sandboxes with one seed say the same, byte for byte; with another seed,
// something else.
func TestSeed(t *testing.T) {
	story := func(seed uint64) string {
		s := start(t, func(o *mocks.Options) { o.Seed = seed })
		var told strings.Builder
		for _, journey := range []string{"", "rejected", "offline"} {
			_, text := call(t, http.MethodPost, s.URL+sessions, `{"metadata":{"journey":"`+journey+`"}}`)
			told.WriteString(text)
		}
		_, text := call(t, http.MethodPost, s.URL+tokens, `{"client_id":"sandbox-partner","client_secret":"sandbox-secret-opens-nothing"}`)
		told.WriteString(text)
		for range 4 {
			if _, err := world(t, s).Advance(t.Context(), 15*time.Hour); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{quotes, proposals, policies} {
				_, text := get(t, s.URL+path)
				told.WriteString(text)
			}
		}
		return told.String()
	}
	first, again, other := story(1), story(1), story(2)
	if first != again {
		t.Errorf("the same seed told (-first +again):\n%s", cmp.Diff(first, again))
	}
	if first == other {
		t.Error("another seed told the same")
	}
}

// The command that the landing page and serve print works as it is.
func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here")
	}
	s := start(t)
	command := oneassure.Insurer().Curl(s.URL + "/oneassure")
	out, err := exec.CommandContext(t.Context(), "sh", "-c", command).Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	if diff := cmp.Diff(printed(t, "policy"), string(out)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", command, diff)
	}
}

func TestExport(t *testing.T) {
	in := oneassure.Insurer()
	got := map[string]any{}
	for _, pair := range in.Export("http://127.0.0.1:7800/oneassure") {
		got[pair[0]] = pair[1]
	}
	want := map[string]any{
		"ONEASSURE_BASE_URL":      "http://127.0.0.1:7800/oneassure",
		"ONEASSURE_CLIENT_ID":     in.Credentials["client_id"],
		"ONEASSURE_CLIENT_SECRET": in.Credentials["client_secret"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment differs (-want +got):\n%s", diff)
	}
}
