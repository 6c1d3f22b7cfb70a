package lifeishard_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	"github.com/understudy-sandbox/understudy/mocks/lifeishard"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// start runs a sandbox whose worlds stand still on a Monday morning. An answer
// that breaks its contract is not sent.
func start(t testing.TB, change ...func(*mocks.Options)) *mocks.Server {
	t.Helper()
	o := mocks.Options{Insurers: []mocks.Insurer{lifeishard.Insurer()}, Clock: clock.Frozen(monday), Strict: true}
	for _, c := range change {
		c(&o)
	}
	return mocks.Start(t, o)
}

func set(key, value string) func(*mocks.Options) {
	return func(o *mocks.Options) {
		if o.Settings == nil {
			o.Settings = map[string]string{}
		}
		o.Settings[key] = value
	}
}

// call makes one call; header are pairs of name and value.
func call(t testing.TB, method, address, body string, header ...string) (int, string) {
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

const login = `{"account":"sandbox-broker","password":"sandbox-password-opens-nothing"}`

// token is a token of a world; base is its address with the slug.
func token(t testing.TB, base string) (token, refresh string) {
	t.Helper()
	status, text := call(t, http.MethodPost, base+"/auth", login)
	var read struct {
		Data struct {
			Token        string `json:"token"`
			RefreshToken string `json:"refresh_token"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(text), &read); err != nil || status != 200 || read.Data.Token == "" {
		t.Fatalf("log in: %d %s", status, text)
	}
	return read.Data.Token, read.Data.RefreshToken
}

// printed is a printed body, on one line.
func printed(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/printed.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil || all[name] == nil {
		t.Fatalf("printed %s: %v", name, err)
	}
	var line bytes.Buffer
	if err := json.Compact(&line, all[name]); err != nil {
		t.Fatal(err)
	}
	return line.String()
}

// shape lists the members of a JSON text in their order, each with its type.
func shape(t *testing.T, text string) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var all []string
	var walk func(path string)
	walk = func(path string) {
		next, err := d.Token()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		delim, nested := next.(json.Delim)
		if !nested {
			all = append(all, fmt.Sprintf("%s %T", path, next))
			return
		}
		all = append(all, fmt.Sprintf("%s %s", path, delim))
		for d.More() {
			at := path + "/0"
			if delim == '{' {
				name, err := d.Token()
				if err != nil {
					t.Fatal(err)
				}
				at = path + "/" + name.(string)
			}
			walk(at)
		}
		if _, err := d.Token(); err != nil {
			t.Fatal(err)
		}
	}
	walk("")
	return all
}

// Each answer has the printed members, in their order, with the printed types.
func TestPrintedShapes(t *testing.T) {
	s := start(t, set("lifeishard.literals", "seed"))
	base := s.URL + "/lifeishard"
	_, auth := call(t, http.MethodPost, base+"/auth", login)
	_, refresh := token(t, base)
	_, renewed := call(t, http.MethodPatch, base+"/auth", "", "Token", "Refresh "+refresh)
	key, _ := token(t, base)
	ask := func(method, path, body string) string {
		status, text := call(t, method, base+path, body, "Token", key)
		if status != 200 {
			t.Errorf("%s %s: %d %s", method, path, status, text)
		}
		return text
	}
	got := map[string]string{
		"auth.response":                 auth,
		"renew.response":                renewed,
		"offer.response":                ask("POST", "/offer", printed(t, "offer.request")),
		"offer_pdf.response":            ask("GET", "/offer/101", ""),
		"policy.response":               ask("POST", "/policy", printed(t, "policy.request")),
		"policy_pdf.response":           ask("GET", "/policy/101", ""),
		"policy_pdf_by_number.response": ask("GET", "/policy?series=XX/XX&number=243245345", ""),
		"policy_receipt.response":       ask("GET", "/policy/101/receipt", ""),
	}
	for name, text := range got {
		if diff := cmp.Diff(shape(t, printed(t, name)), shape(t, text)); diff != "" {
			t.Errorf("%s (-printed +got):\n%s", name, diff)
		}
	}
	want := printed(t, "localities.response")
	if got := ask("GET", "/nomenclature/locality/CJ", ""); !strings.HasPrefix(got, strings.TrimSuffix(want, "]}")) {
		t.Errorf("localities: got %s, want it to begin with %s", got, want)
	}
}

// The printed requests have these answers, with real types.
func TestPrintedRequests(t *testing.T) {
	s := start(t)
	base := s.URL + "/lifeishard"
	key, _ := token(t, base)
	status, got := call(t, http.MethodPost, base+"/offer", printed(t, "offer.request"), "Token", key)
	want := `{"data":{"provider":{"organization":{"businessName":"omniasig"}},"product":{"name":"general"},"offers":[{"offerId":101,"providerOfferCode":"BK24274427",` +
		`"premiumAmount":89,"currency":"EUR","exchangeRate":{"currency":"RON","amount":438.05,"exchangeRate":4.9219},"startDate":"2021-01-01","endDate":"2021-12-31",` +
		`"installments":[{"id":1,"amount":89,"dueDate":"2021-01-01"}],"notes":"Ofertă simulată, fără valoare contractuală","offerExpiryDate":"2026-04-01"}]}}`
	if status != 200 || got != want {
		t.Errorf("offer: got %d %s\nwant %s", status, got, want)
	}
	status, got = call(t, http.MethodPost, base+"/policy", printed(t, "policy.request"), "Token", key)
	want = `{"data":{"policies":[{"provider":{"businessName":"omniasig"},"policyId":101,"series":"XX/XX","number":243245346,` +
		`"payment":{"method":"receipt","currency":"RON","amount":89,"date":"2023-07-10","documentNumber":"AX4984"},"startDate":"2023-07-10","endDate":"2024-07-09",` +
		`"premiumAmount":438.05,"currency":"RON","installments":[{"id":1,"amount":438.05,"dueDate":"2023-07-10"}]}]}}`
	if status != 200 || got != want {
		t.Errorf("policy: got %d %s\nwant %s", status, got, want)
	}
}

// The printed request costs the same under every seed, and one of another
// profession does not.
func TestSeeds(t *testing.T) {
	other := strings.Replace(printed(t, "offer.request"), "allergology-and-clinical-immunology", "cardiology", 1)
	prices := map[string]bool{}
	for seed := range uint64(8) {
		s := start(t, func(o *mocks.Options) { o.Seed = seed + 1 })
		base := s.URL + "/lifeishard"
		key, _ := token(t, base)
		if _, got := call(t, http.MethodPost, base+"/offer", printed(t, "offer.request"), "Token", key); !strings.Contains(got, `"premiumAmount":89,`) {
			t.Errorf("seed %d: %s", seed, got)
		}
		_, got := call(t, http.MethodPost, base+"/offer", other, "Token", key)
		prices[got[strings.Index(got, `"premiumAmount"`):strings.Index(got, `"currency"`)]] = true
	}
	if len(prices) < 2 {
		t.Errorf("one price under all seeds: %v", prices)
	}
}

// script makes one call of each kind and says all that came back.
func script(t *testing.T, s *mocks.Server) string {
	base := s.URL + "/lifeishard"
	key, refresh := token(t, base)
	var all strings.Builder
	fmt.Fprintln(&all, key, refresh)
	for _, c := range [][3]string{
		{"POST", "/offer", printed(t, "offer.request")},
		{"GET", "/offer/101", ""},
		{"POST", "/policy", printed(t, "policy.request")},
		{"GET", "/policy/101", ""},
		{"GET", "/policy/101/receipt", ""},
		{"GET", "/nomenclature/locality/TM", ""},
		{"GET", "/nomenclature/county", ""},
		{"GET", "/nomenclature/country", ""},
		{"DELETE", "/auth", ""},
	} {
		status, text := call(t, c[0], base+c[1], c[2], "Token", key)
		fmt.Fprintln(&all, status, text)
	}
	return all.String()
}

// The same seed gives the same bytes, another seed others.
func TestSameSeedSameBytes(t *testing.T) {
	seeded := func(seed uint64) string { return script(t, start(t, func(o *mocks.Options) { o.Seed = seed })) }
	first := seeded(7)
	if diff := cmp.Diff(first, seeded(7)); diff != "" {
		t.Errorf("one seed, two stories (-first +second):\n%s", diff)
	}
	if first == seeded(8) {
		t.Error("two seeds, one story")
	}
}

// A token is of its own world, and the newest thousand of it are kept.
func TestTokensOfAWorld(t *testing.T) {
	s := start(t)
	here, there := s.URL+"/w/here/lifeishard", s.URL+"/w/there/lifeishard"
	key, refresh := token(t, here)
	token(t, there)
	for _, header := range []string{key, "Bearer " + key, "Refresh " + refresh, refresh, "a.b.c", "..", "x"} {
		if status, text := call(t, http.MethodGet, there+"/nomenclature/county", "", "Token", header); status != 401 {
			t.Errorf("%s: got %d %.80s", header, status, text)
		}
	}
	for range 999 {
		token(t, here)
	}
	if status, _ := call(t, http.MethodGet, here+"/nomenclature/county", "", "Token", key); status != 200 {
		t.Errorf("the oldest of a thousand: got %d", status)
	}
	token(t, here)
	if status, text := call(t, http.MethodPatch, here+"/auth", "", "Token", "Refresh "+refresh); status != 401 {
		t.Errorf("the oldest of a thousand and one: got %d %s", status, text)
	}
}

// The journal keeps who called, and nothing that opens anything.
func TestJournalKeepsNoSecret(t *testing.T) {
	s := start(t)
	base := s.URL + "/lifeishard"
	key, refresh := token(t, base)
	call(t, http.MethodPost, base+"/auth?account=sandbox-broker&password=sandbox-password-opens-nothing", "")
	call(t, http.MethodPost, base+"/offer", printed(t, "offer.request"), "Token", key)
	call(t, http.MethodPatch, base+"/auth", "", "Token", "Refresh "+refresh)
	world, err := s.Make(t.Context(), mocks.DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	var kept strings.Builder
	for _, entry := range world.Journal(mocks.Query{}) {
		x := entry.Exchange
		fmt.Fprintln(&kept, x.Request.Query, x.Request.Header, string(x.Request.Body), x.Response.Header, string(x.Response.Body))
	}
	signature := key[strings.LastIndex(key, ".")+1:]
	for _, secret := range []string{signature, refresh, "sandbox-password-opens-nothing", "123cuidd#", "ICJ1345"} {
		if strings.Contains(kept.String(), secret) {
			t.Errorf("the journal keeps %s", secret)
		}
	}
	if !strings.Contains(kept.String(), "sandbox-broker") {
		t.Error("the journal forgets who called")
	}
}

// The command that the landing page and serve print works as it is.
func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here")
	}
	s := start(t)
	command := lifeishard.Insurer().Curl(s.URL + "/lifeishard")
	out, err := exec.CommandContext(t.Context(), "sh", "-c", command).Output()
	if err != nil || !strings.Contains(string(out), `"refresh_token"`) {
		t.Errorf("%s: %v %s", command, err, out)
	}
}
