package contracts

import (
	"bytes"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// uaeSample is the exchange of a golden file that keeps every promise.
func uaeSample(t testing.TB, name string) (*Contract, *Exchange) {
	t.Helper()
	c := contractOf(t, "uae")
	return c, exchangeIn(t, c, readArchive(t, filepath.Join("testdata", "uae", name+".pass.txtar")))
}

// TestUAEPlantedChanges plants one small change in an answer that is right; the
// check that promises otherwise must say so, and must blame the insurer.
func TestUAEPlantedChanges(t *testing.T) {
	tests := []struct{ name, sample, old, new, check string }{
		{"a policy type in v1.2", "amounts", `"Data": {`, `"Data": {"PolicyType": "Motor", `, "uae/no-policy-type"},
		{"an amount as text", "amounts", `"Amount": 4600`, `"Amount": "4600"`, "uae/amounts"},
		{"an amount below nothing", "amounts", `"Amount": 4600`, `"Amount": -4600`, "uae/amounts"},
		{"a null for what is not opened", "amounts", `"Data": {`, `"Data": {"Transactions2": null, `, "uae/omitted-not-null"},
		{"31 April", "amounts", `"2025-04-30"`, `"2025-04-31"`, "uae/calendar-dates"},
		{"an Emirates ID of another year", "amounts", `784-1990`, `784-1991`, "uae/emirates-id-digits"},
		{"no Meta", "amounts", `, "Meta": {"TotalPages": 1}`, ``, "uae/policy-meta"},
		{"pages as text", "total-pages", `"TotalPages": 1`, `"TotalPages": "1"`, "uae/total-pages"},
		{"no pages for a policy", "total-pages", `"TotalPages": 1`, `"TotalPages": 0`, "uae/total-pages"},
		{"Meta in rc1", "rc1-no-meta", `"Links"`, `"Meta": {}, "Links"`, "uae/rc1-no-meta"},
		{"an IBAN with a letter", "iban", "AE07033", "AE0703A", "uae/iban"},
		{"an IBAN too short", "iban", "AE070331234567890123456", "AE07033123456789012345", "uae/iban"},
		{"the purposes of rc1", "consent-billing", `"OpenFinanceBilling": {"Purpose": "QuoteComparison"}`, `"Purpose": ["MotorInsuranceQuote"]`, "uae/consent-billing"},
		{"the purpose of v1.2 in rc1", "rc1-consent-purpose", `"Purpose": ["MotorInsuranceQuote"]`, `"OpenFinanceBilling": {"Purpose": "QuoteComparison"}`, "uae/rc1-consent-purpose"},
		{"a year and a day", "consent-expiry", "2025-03-28T15:27:13+03:00", "2025-06-28T15:27:13+03:00", "uae/consent-expiry"},
		{"another link", "consent-status", "/insurance-consents/6a6a826f", "/insurance-consents/7a6a826f", "uae/links-self"},
		{"a rotated refresh token", "refresh-token-kept", `"token_type"`, `"refresh_token": "x", "token_type"`, "uae/refresh-token-kept"},
		{"an hour", "token-bearer", `"expires_in": 600`, `"expires_in": 3600`, "uae/token-lifetime"},
		{"a code with details of accounts", "code-grant-details", "insurance-consent:v1.2", "account-access-consent:v1.2", "uae/code-grant-details"},
		{"a body of a 404", "empty-refusals", `{}`, `{"Errors": [{"Code": "Resource.InvalidResourceId", "Message": "x"}]}`, "uae/empty-refusals"},
		{"a key that is given away", "jwks-public", `"kty"`, `"d": "x", "kty"`, "uae/jwks-public"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := uaeSample(t, tt.sample)
			if found := of(Check{ID: tt.check}, c.Examine(x)); len(found) > 0 {
				t.Fatalf("broken before the change:\n%s", render(found))
			}
			body := bytes.Replace(x.Response.Body, []byte(tt.old), []byte(tt.new), 1)
			if bytes.Equal(body, x.Response.Body) {
				t.Fatalf("%s is not in the answer", tt.old)
			}
			x.Response.SetBody(body)
			found := c.Examine(x)
			if !slices.ContainsFunc(found, func(f Finding) bool { return f.Check == tt.check && f.Level == Must && f.Blame == Insurer }) {
				t.Errorf("%s is silent; found:\n%s", tt.check, render(found))
			}
		})
	}
}

// TestUAEPassesKeepEveryPromise: an example of one kept promise breaks no other
// of the insurer's, but for those that it was made to show.
func TestUAEPassesKeepEveryPromise(t *testing.T) {
	// Where the insurer is right to refuse, the caller is wrong.
	c := contractOf(t, "uae")
	for _, check := range c.Checks {
		_, x := uaeSample(t, strings.TrimPrefix(check.ID, "uae/"))
		for _, f := range c.Examine(x) {
			if f.Blame == Insurer && f.Level == Must && check.ID != "uae/refusal-shape" {
				t.Errorf("%s: %s: %s", check.ID, f.Check, f.Mismatch.Error())
			}
		}
	}
}

// TestUAEGrades: no check of a version looks at the other's calls, and what only
// rc1 prints is not claimed of v1.2.
func TestUAEGrades(t *testing.T) {
	c := contractOf(t, "uae")
	own := 0
	for _, check := range c.Checks {
		if len(check.On) == 0 {
			continue
		}
		own++
		rc1 := slices.ContainsFunc(check.On, func(id string) bool { return strings.HasSuffix(id, "Rc1") })
		v12 := slices.ContainsFunc(check.On, func(id string) bool { return slices.Contains(uaeV12, id) || id == "receiveEvent" })
		if named := strings.HasPrefix(check.ID, "uae/rc1-"); named && (v12 || !rc1) {
			t.Errorf("%s is about %v", check.ID, check.On)
		}
		if !check.Proof.Valid() || check.Says == "" || check.Clause == "" {
			t.Errorf("%s says too little: %+v", check.ID, check)
		}
		if check.Proof == Seed && !rc1 {
			t.Errorf("%s: the seed is rc1, and this is about %v", check.ID, check.On)
		}
		x := exchangeIn(t, c, readArchive(t, filepath.Join("testdata", "uae", strings.TrimPrefix(check.ID, "uae/")+".fail.txtar")))
		for _, f := range of(check, c.Examine(x)) {
			if f.Evidence == Seed && !strings.HasSuffix(x.Operation, "Rc1") {
				t.Errorf("%s: a finding on %s is graded seed", check.ID, x.Operation)
			}
		}
	}
	if own < 40 {
		t.Errorf("%d checks of its own, want 40 or more", own)
	}
}

// TestUAEWithoutOpenID: who did not ask for openid gets no id_token.
func TestUAEWithoutOpenID(t *testing.T) {
	for _, tt := range []struct {
		scope        string
		asked, broke bool
	}{{"insurance", false, false}, {"openid insurance", true, true}} {
		c, x := uaeSample(t, "id-token")
		edit(t, &x.Response.Message, func(tree map[string]any) {
			tree["scope"] = tt.scope
			delete(tree, "id_token")
		})
		if got := slices.Contains(c.Asked(x), "uae/id-token"); got != tt.asked {
			t.Errorf("%s: asked %v, want %v", tt.scope, got, tt.asked)
		}
		if got := len(of(Check{ID: "uae/id-token"}, c.Examine(x))) > 0; got != tt.broke {
			t.Errorf("%s: broken %v, want %v", tt.scope, got, tt.broke)
		}
	}
}

func TestUAEAccepted(t *testing.T) {
	tests := []struct {
		status   int
		location string
		want     bool
	}{
		{200, "", true},
		{204, "", true},
		{303, "https://tpp.example/?code=x&iss=i", true},
		{303, "https://tpp.example/?error=access_denied", false},
		{303, "://", false},
		{303, "https://tpp.example/?%zz", false},
		{302, "https://tpp.example/?code=x", false},
		{400, "", false},
		{0, "", false},
	}
	for _, tt := range tests {
		x := &Exchange{Response: Response{Status: tt.status, Message: Message{Header: http.Header{"Location": {tt.location}}}}}
		if got := uaeAccepted(x); got != tt.want {
			t.Errorf("accepted(%d %s) = %v, want %v", tt.status, tt.location, got, tt.want)
		}
	}
}

func TestUAENumbers(t *testing.T) {
	for number, want := range map[string]bool{
		"79927398713": true, "79927398710": false, "0": true, "18": true, "81": false,
	} {
		if got := luhnHolds(number); got != want {
			t.Errorf("luhnHolds(%s) = %v, want %v", number, got, want)
		}
	}
	for number, want := range map[string]int{
		"AE070331234567890123456": 1, "GB82WEST12345698765432": 1, "SA4420000001234567891234": 1, "AE080331234567890123456": 2,
	} {
		if got := ibanRest(number); got != want {
			t.Errorf("ibanRest(%s) = %d, want %d", number, got, want)
		}
	}
}

// TestUAESignedAnswers: the body inside a signed answer keeps the same promises.
func TestUAESignedAnswers(t *testing.T) {
	c, x := uaeSample(t, "consent-billing")
	sign := func(from, to string) []Finding {
		message := strings.Replace(string(x.Response.Body), from, to, 1)
		signedAnswer := &Exchange{Insurer: "uae", Face: x.Face, Operation: x.Operation, Request: x.Request}
		header := x.Response.Header.Clone()
		header.Set("Content-Type", "application/jwt")
		claims := `{"iss":"https://hub.example","exp":2,"nbf":1,"message":` + message + `}`
		signedAnswer.Response = Response{Status: 200, Message: Message{Header: header, Body: []byte(signed(`{"alg":"PS256","kid":"k"}`, claims, "x"))}}
		return c.Examine(signedAnswer)
	}
	if found := sign("", ""); len(found) > 0 {
		t.Errorf("a signed answer breaks\n%s", render(found))
	}
	var got []string
	for _, f := range sign(`"QuoteComparison"`, `"Curiosity"`) {
		got = append(got, f.Check+" "+f.Where)
	}
	want := []string{"uae/body-fits /message/Data/OpenFinanceBilling/Purpose", "uae/consent-billing /message/Data/OpenFinanceBilling/Purpose"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func FuzzExamineUAE(f *testing.F) {
	c := contractOf(f, "uae")
	files, err := filepath.Glob("testdata/uae/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		x := exchangeIn(f, c, readArchive(f, file))
		f.Add(x.Operation, x.Request.Query, x.Request.Header.Get("Content-Type"), x.Request.Body, x.Response.Status, x.Response.Header.Get("Content-Type"), x.Response.Header.Get("Location"), x.Response.Body)
	}
	f.Fuzz(func(t *testing.T, operation, query, asked string, ask []byte, status int, media, location string, answer []byte) {
		look := func() []Finding {
			x := &Exchange{Insurer: "uae", Operation: operation, Webhook: strings.HasPrefix(operation, "receive")}
			x.Request = Request{Method: "POST", Path: "/x", Query: query, Message: Message{Header: http.Header{"Content-Type": {asked}}, Body: ask}}
			x.Response = Response{Status: status, Message: Message{Header: http.Header{"Content-Type": {media}, "Location": {location}}, Body: answer}}
			for _, face := range c.Faces {
				if face.operations[operation] != nil {
					x.Face = face.Name
				}
			}
			c.Redact(x)
			return c.Examine(x)
		}
		first := look()
		if diff := cmp.Diff(first, look(), cmp.AllowUnexported(Mismatch{})); diff != "" {
			t.Errorf("a second look differs (-first +second):\n%s", diff)
		}
		for _, finding := range first {
			if finding.Where == "" || finding.Got == "" || finding.Want == "" || finding.Evidence == "" {
				t.Errorf("a finding says too little: %+v", finding)
			}
		}
	})
}

// A stranger's body of a megabyte costs no more than its length, and is not
// quoted back in a million findings.
func TestUAEFloods(t *testing.T) {
	objects := strings.TrimSuffix(strings.Repeat(`{},`, 200_000), ",")
	nulls := strings.TrimSuffix(strings.Repeat("null,", 150_000), ",")
	tests := []struct{ name, sample, body string }{
		{"permissions that are objects", "consent-permissions", `{"Data":{"Permissions":[` + objects + `]}}`},
		{"purposes that are objects", "rc1-consent-purpose", `{"Data":{"Purpose":[` + objects + `]}}`},
		{"policies that are nothing", "policies-once", `{"Data":[` + nulls + `]}`},
		{"policies without a member", "policies-once", `{"Data":[` + objects + `]}`},
		{"keys without a member", "jwks-kids-unique", `{"keys":[` + objects + `]}`},
		{"a deep policy", "amounts", `{"Data":` + strings.Repeat(`{"Amount":`, 9_000) + `1` + strings.Repeat(`}`, 9_001)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := uaeSample(t, tt.sample)
			x.Response.SetBody([]byte(tt.body))
			count := map[string]int{}
			for _, f := range c.Examine(x) {
				count[f.Check]++
			}
			for check, n := range count {
				if n > mostViolations {
					t.Errorf("%s says it %d times", check, n)
				}
			}
		})
	}
}

func BenchmarkExamineUAE(b *testing.B) {
	for _, name := range []string{"par-created", "code-grant-details", "amounts", "event-signed"} {
		b.Run(name, func(b *testing.B) {
			c, x := uaeSample(b, name)
			for b.Loop() {
				fresh := Exchange{Insurer: "uae", Face: x.Face, Operation: x.Operation, Webhook: x.Webhook}
				fresh.Request = Request{Method: x.Request.Method, Path: x.Request.Path, Vars: x.Request.Vars, Message: Message{Header: x.Request.Header, Body: x.Request.Body}}
				fresh.Response = Response{Status: x.Response.Status, Message: Message{Header: x.Response.Header, Body: x.Response.Body}}
				c.Examine(&fresh)
			}
		})
	}
}
