package allianz_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/allianz"
	"github.com/understudy-sandbox/understudy/mocks/clock"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// start runs a sandbox whose worlds stand still on a Monday morning. An answer
// that breaks its contract is not sent.
func start(t *testing.T, change ...func(*mocks.Options)) *mocks.Server {
	t.Helper()
	o := mocks.Options{Insurers: []mocks.Insurer{allianz.Insurer()}, Clock: clock.Frozen(monday), Strict: true}
	for _, c := range change {
		c(&o)
	}
	return mocks.Start(t, o)
}

func post(t *testing.T, address string, body []byte, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
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

func request(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(text)
}

const quickQuotes = "/allianz/v1/motor/quickquotes"

// The printed quotes come back in any world, at any time, under any seed.
func TestPrintedQuotesAnywhere(t *testing.T) {
	for _, seed := range []uint64{1, 7} {
		for _, day := range []time.Time{monday, monday.AddDate(-40, 0, 0), monday.AddDate(40, 0, 0)} {
			s := start(t, func(o *mocks.Options) { o.Seed, o.Clock = seed, clock.Frozen(day) })
			for _, world := range []string{"", "/w/another"} {
				for _, name := range []string{"vmi1-default", "vmi1-sum-insured", "vmi1-items"} {
					status, got := post(t, s.URL+world+quickQuotes, request(t, name+".request"))
					if diff := cmp.Diff(string(request(t, name+".response")), got); status != 200 || diff != "" {
						t.Errorf("seed %d, %s, %s, world %q: %d (-want +got):\n%s", seed, day, name, world, status, diff)
					}
				}
			}
		}
	}
}

// Every printed request is answered, and no answer breaks a promise.
func TestPrintedRequests(t *testing.T) {
	s := start(t)
	world, err := s.Make(t.Context(), mocks.DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"vmi1-default", "vmi1-sum-insured", "vmi1-items", "vmi2plus", "vmi3plus", "vmi3", "cmi"} {
		status, body := post(t, s.URL+quickQuotes, request(t, name+".request"))
		if entries := world.Journal(mocks.Query{}); status != 200 || len(entries[len(entries)-1].Findings) > 0 {
			t.Errorf("%s: got %d %s, findings %v", name, status, body, entries[len(entries)-1].Findings)
		}
	}
}

// What the document refuses reaches the caller in the insurer's words.
func TestRefusedByTheDocument(t *testing.T) {
	const (
		malformed = `{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}`
		invalid   = ` ข้อมูลที่ส่งมาไม่ถูกต้อง"}`
	)
	edited := func(old, now string) []byte {
		body := request(t, "vmi1-default.request")
		if !bytes.Contains(body, []byte(old)) {
			t.Fatalf("no %s in the request", old)
		}
		return bytes.Replace(body, []byte(old), []byte(now), 1)
	}
	tests := []struct {
		name   string
		body   []byte
		status int
		want   string
	}{
		{"no body", []byte{}, 500, malformed},
		{"not JSON", []byte(`{"policyStartDate"`), 500, malformed},
		{"two values", []byte(`{} {}`), 500, malformed},
		{"not an object", []byte(`[]`), 500, malformed},
		{"null", []byte(`null`), 500, malformed},
		{"an empty owner", edited(`"owners":null`, `"owner":""`), 500, malformed},
		{"empty owners", edited(`"owners":null`, `"owners":""`), 500, malformed},
		{"a number for text", edited(`"make":"39"`, `"make":39`), 500, malformed},
		{"a number for a listed word", edited(`"productCode":"VMI"`, `"productCode":1`), 500, malformed},
		{"an object for a colour", edited(`"color":7`, `"color":{}`), 500, malformed},
		{"text for a sum", edited(`"sumInsured":null`, `"sumInsured":"600000"`), 500, malformed},
		{"an object for a list", edited(`"coverageItems":null`, `"coverageItems":{}`), 500, malformed},
		{"a number beyond all numbers", edited(`"sumInsured":null`, `"sumInsured":1e999`), 500, malformed},
		{"another channel", edited(`"channel":"WS"`, `"channel":"WEB"`), 400, `{"code":"003","message":"channel` + invalid},
		{"no channel", edited(`"channel":"WS",`, ``), 400, `{"code":"003","message":"channel` + invalid},
		{"another product", edited(`"productCode":"VMI"`, `"productCode":"XYZ"`), 400, `{"code":"003","message":"productCode` + invalid},
		{"a date no calendar has", edited(`"2022-07-23"`, `"2022-02-31"`), 400, `{"code":"003","message":"policyStartDate` + invalid},
		{"a year of three digits", edited(`"yearOfManufacture":"2022"`, `"yearOfManufacture":"222"`), 400, `{"code":"003","message":"yearOfManufacture` + invalid},
		{"another plan", edited(`"code":"VMI1"`, `"code":"VMI2"`), 400, `{"code":"003","message":"code` + invalid},
		{"a negative item", edited(`"coverageItems":null`, `"coverageItems":[{"code":"OD","sumInsured":-1}]`), 400, `{"code":"003","message":"coverageItems` + invalid},
		{"an item missing", edited(`"coverageItems":null`, `"coverageItems":[{"code":"OD","sumInsured":1}]`), 400, `{"code":"003","message":"coverageItems` + invalid},
		{"a plate without a number", edited(`"registrationNumber":"กข1234"`, `"registrationNumber":""`), 400, `{"code":"003","message":"registrationNumber` + invalid},
		{
			"too large", append(request(t, "vmi1-default.request"), bytes.Repeat([]byte(" "), 1<<20)...), 413,
			`{"fault":{"faultstring":"Body buffer overflow","detail":{"errorcode":"protocol.http.TooBigBody"}}}`,
		},
	}
	s := start(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if status, got := post(t, s.URL+quickQuotes, test.body); status != test.status || got != test.want {
				t.Errorf("got %d %s\nwant %d %s", status, got, test.status, test.want)
			}
		})
	}
	t.Run("another media type", func(t *testing.T) {
		status, got := post(t, s.URL+quickQuotes, request(t, "vmi1-default.request"), "Content-Type", "text/plain")
		if status != 500 || got != malformed {
			t.Errorf("got %d %s, want 500 %s", status, got, malformed)
		}
	})
}

func TestEnvelopeSetting(t *testing.T) {
	s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"allianz.envelope": "errors"} })
	status, got := post(t, s.URL+quickQuotes, []byte(`{`))
	if want := `{"errors":[{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}]}`; status != 500 || got != want {
		t.Errorf("got %d %s, want 500 %s", status, got, want)
	}
}

// The command that the landing page and serve print works as it is.
func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here")
	}
	s := start(t)
	command := allianz.Insurer().Curl(s.URL + "/allianz")
	out, err := exec.CommandContext(t.Context(), "sh", "-c", command).Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	var quote struct {
		ProductPackages []struct {
			Premium struct{ NetPremium json.Number }
		}
	}
	if err := json.Unmarshal(out, &quote); err != nil || len(quote.ProductPackages) != 1 || quote.ProductPackages[0].Premium.NetPremium != "18617" {
		t.Errorf("%s\nanswered %s, want a quote for 18617", command, out)
	}
}

func TestExport(t *testing.T) {
	in := allianz.Insurer()
	got := map[string]string{}
	for _, pair := range in.Export("http://127.0.0.1:7800/allianz") {
		got[pair[0]] = pair[1]
	}
	want := map[string]string{
		"ALLIANZ_BASE_URL":      "http://127.0.0.1:7800/allianz",
		"ALLIANZ_CLIENT_ID":     in.Credentials["client_id"].(string),
		"ALLIANZ_CLIENT_SECRET": in.Credentials["client_secret"].(string),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment differs (-want +got):\n%s", diff)
	}
}
