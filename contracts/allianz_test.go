package contracts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is the first printed quote, as its golden file has it.
func sample(t testing.TB) (*Contract, *Exchange) {
	t.Helper()
	c := contractOf(t, "allianz")
	return c, exchangeIn(t, c, readArchive(t, filepath.Join("testdata", "allianz", "stamp-and-vat.pass.txtar")))
}

// edit changes one half of an exchange by its decoded tree.
func edit(t testing.TB, m *Message, change func(tree map[string]any)) {
	t.Helper()
	tree, err := decodeJSON(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	change(tree.(map[string]any))
	body, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	m.SetBody(body)
}

// TestExamplesKeepEveryPromise holds the document's own examples, among them the
// printed samples, against every check.
func TestExamplesKeepEveryPromise(t *testing.T) {
	for _, slug := range Slugs() {
		c := contractOf(t, slug)
		for _, face := range c.Faces {
			for _, op := range face.Operations() {
				pairs := 0
				for _, ask := range op.Examples {
					for _, answer := range op.Examples {
						if ask.In != "request" || answer.In != "response" || ask.Name != answer.Name {
							continue
						}
						pairs++
						x := &Exchange{Insurer: slug, Face: face.Name, Operation: op.ID}
						x.Webhook = face.Document.Webhooks
						x.Request = Request{Method: op.Method, Path: op.Path, Vars: map[string]string{}, Message: messageOf(t, ask.MediaType, ask.Value)}
						for name := range strings.SplitSeq(op.Path, "{") {
							name, _, _ = strings.Cut(name, "}")
							x.Request.Vars[name] = "x"
						}
						x.Response = Response{Status: answer.Status, Message: messageOf(t, answer.MediaType, answer.Value)}
						for name := range op.Responses.Status(answer.Status).Value.Headers {
							x.Response.Header.Set(name, sampleHeaders[http.CanonicalHeaderKey(name)])
						}
						for _, secret := range op.Secrets {
							if secret.In == "header" {
								x.Request.Header.Set(secret.Name, "given")
							}
						}
						if found := c.Examine(x); len(found) > 0 {
							t.Errorf("%s: example %s of %s:\n%s", slug, ask.Name, op.ID, render(found))
						}
					}
				}
				if op.RequestBody != nil && pairs == 0 {
					t.Errorf("%s: no request example of %s has an answer of its name", slug, op.ID)
				}
			}
		}
	}
}

// sampleHeaders are values for headers that the documents describe.
var sampleHeaders = map[string]string{
	"Cache-Control": "no-store", "X-Fapi-Interaction-Id": "942a7ee7-d29a-45aa-93b7-c5f292d86602", "Retry-After": "30", "Location": "https://tpp.example/?code=x&iss=https://hub.example",
}

func messageOf(t testing.TB, media string, value any) Message {
	t.Helper()
	if media == mediaJWT {
		value = map[string]any{"header": map[string]any{"alg": "PS256", "kid": "e1be6bf3"}, "claims": value}
	}
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return Message{Header: http.Header{"Content-Type": {media}}, Body: written(t, media, body)}
}

// TestRegistrationTable goes through the printed rows, and through what the
// notes beside them and we add.
func TestRegistrationTable(t *testing.T) {
	tests := []struct {
		product, country, kind string
		want                   string // fields that must not be missing
	}{
		{"VMI", "THA", "GEN", "registrationState registrationNumber"},
		{"VMI", "THA", "REDPLATE", "registrationState"},
		{"VMI", "THA", "GOV", "registrationNumber"},
		{"VMI", "LAO", "INTER", "registrationNumber"},
		{"VMI", "", "", "registrationState"},
		{"VMI", "", "GEN", "registrationState registrationNumber"},
		{"VMI", "", "REDPLATE", "registrationState"},
		{"VMI", "", "GOV", "registrationNumber"},
		{"VMI", "THA", "", "registrationState"},
		{"VMI", "LAO", "", "registrationNumber"},
		{"VMI", "THA", "INTER", "registrationType"},
		{"VMI", "", "INTER", "registrationNumber"},
		{"VMI", "LAO", "GEN", ""},
		{"CMI", "THA", "GEN", "registrationState registrationNumber"},
		{"CMI", "THA", "GOV", "registrationNumber"},
		{"CMI", "LAO", "INTER", "registrationNumber"},
		{"CMI", "", "REDPLATE", ""},
	}
	for _, tt := range tests {
		vehicle := map[string]any{"registrationNumber": " ", "registrationCountry": nil}
		if tt.country != "" {
			vehicle["registrationCountry"] = tt.country
		}
		if tt.kind != "" {
			vehicle["registrationType"] = tt.kind
		}
		ask := map[string]any{"productCode": tt.product, "vehicle": vehicle}
		var fields []string
		for _, m := range registrationMisfits(ask) {
			fields = append(fields, m.field)
		}
		if got := strings.Join(fields, " "); got != tt.want {
			t.Errorf("%s %q %q: mandatory %q, want %q", tt.product, tt.country, tt.kind, got, tt.want)
		}
		vehicle["registrationNumber"], vehicle["registrationState"] = "กข1234", "0"
		if all := registrationMisfits(ask); len(all) > 0 && tt.kind != "INTER" {
			t.Errorf("%s %q %q: %v with every value there", tt.product, tt.country, tt.kind, all)
		}
	}
}

// TestPlanTables goes through the table of garages and that of coverage items.
func TestPlanTables(t *testing.T) {
	garages := []any{nil, "DEALER", "COMPANY", "UNSPECIFIED"}
	items := []string{"OD", "DD", "FL", "TPBI_PERSON", "TPBI_ACCIDENT", "TPPD", "PA", "ME", "BB", "RA85"}
	tests := []struct{ plan, garages, items string }{
		{"VMI1", "<nil> DEALER COMPANY", "OD DD TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB RA85"},
		{"VMI2+", "<nil> COMPANY", "OD DD FL TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB RA85"},
		{"VMI3+", "<nil> COMPANY", "OD DD FL TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB RA85"},
		{"VMI3", "<nil> UNSPECIFIED", "TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB RA85"},
		{"VMI2", "<nil> DEALER COMPANY UNSPECIFIED", "OD DD FL TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB RA85"},
	}
	for _, tt := range tests {
		// Every item of the plan is sent, with nothing insured but what is tried.
		fits := func(garage any, tried ...map[string]any) bool {
			var sent []any
			for _, printed := range allianzPrinted {
				sent = append(sent, map[string]any{"code": printed.code, "sumInsured": nil})
			}
			for _, item := range tried {
				sent = append(slices.DeleteFunc(sent, func(other any) bool { return text(other, "code") == item["code"] }), item)
			}
			coverage := map[string]any{"code": tt.plan, "coverageItems": sent}
			return len(planMisfits(map[string]any{
				"productCode": "VMI", "vehicle": map[string]any{"garageType": garage},
				"productPackages": []any{map[string]any{"coverages": []any{coverage}}},
			})) == 0
		}
		var open, insured []string
		for _, garage := range garages {
			if fits(garage) {
				open = append(open, fmt.Sprint(garage))
			}
		}
		for _, code := range items {
			for _, nothing := range []any{nil, json.Number("0"), json.Number("0.00")} {
				if !fits(nil, map[string]any{"code": code, "sumInsured": nothing}) {
					t.Errorf("%s refuses %s with %v", tt.plan, code, nothing)
				}
			}
			if fits(nil, map[string]any{"code": code, "sumInsured": json.Number("1e3")}) {
				insured = append(insured, code)
			}
		}
		if diff := cmp.Diff(tt.garages, strings.Join(open, " ")); diff != "" {
			t.Errorf("garages of %s (-want +got):\n%s", tt.plan, diff)
		}
		if diff := cmp.Diff(tt.items, strings.Join(insured, " ")); diff != "" {
			t.Errorf("items of %s (-want +got):\n%s", tt.plan, diff)
		}
	}
}

// TestMissingItems leaves one item out at a time.
func TestMissingItems(t *testing.T) {
	for plan, want := range map[string]string{
		"VMI1":  "OD DD TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB",
		"VMI2+": "OD DD FL TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB",
		"VMI3":  "TPBI_PERSON TPBI_ACCIDENT TPPD PA ME BB",
		"CMI":   "",
	} {
		var missed []string
		for left := range allianzPrinted {
			var sent []any
			for i, printed := range allianzPrinted {
				if i != left {
					sent = append(sent, map[string]any{"code": printed.code})
				}
			}
			c := cover{plan: plan, got: map[string]any{"coverageItems": sent}}
			missed = append(missed, c.missing()...)
		}
		if got := strings.Join(missed, " "); got != want {
			t.Errorf("%s misses %q, want %q", plan, got, want)
		}
	}
}

func TestAllianzAccepted(t *testing.T) {
	tests := []struct {
		status int
		body   string
		want   bool
	}{
		{200, `{"policyStartDate":"2022-07-23"}`, true},
		{201, ``, true},
		{200, `{"code":"003","message":"x"}`, false},
		{200, `{"errors":[{"code":"003"}]}`, false},
		{200, `{"fault":{"faultstring":"x"}}`, false},
		{200, `{"message":"x"}`, false},
		{200, `{"errors":null}`, true},
		{400, `{}`, false},
		{0, ``, false},
	}
	for _, tt := range tests {
		x := &Exchange{Response: Response{Status: tt.status, Message: Message{Body: []byte(tt.body)}}}
		if got := allianzAccepted(x); got != tt.want {
			t.Errorf("accepted(%d %s) = %v, want %v", tt.status, tt.body, got, tt.want)
		}
	}
}

// TestPlantedChanges plants one small change in a printed answer; the check that
// promises otherwise must say so.
func TestPlantedChanges(t *testing.T) {
	tests := []struct{ name, old, new, check string }{
		{"VAT off by 0.01", "1308.44", "1308.43", "allianz/stamp-and-vat"},
		{"RA85 with a sum", `"code":"RA85","sumInsured":null`, `"code":"RA85","sumInsured":0`, "allianz/roadside-assistance"},
		{"RA85 without its name", `"Roadside Assistance"`, `""`, "allianz/item-names"},
		{"an owner that is empty", `"owner":null`, `"owner":""`, "allianz/owner-null"},
		{"a name that is empty", `"name":null,"type":"VAT"`, `"name":"","type":"VAT"`, "allianz/costs-listed"},
		{"discounts that are empty", `"discounts":null`, `"discounts":""`, "allianz/no-discounts"},
		{"a colour that is a number", `"color":"7"`, `"color":7`, "allianz/color-as-text"},
		{"seats that are gone", `"numberOfSeats":7,`, ``, "allianz/seats-with-defaults"},
		{"a net of nothing", `"netPremium":18617`, `"netPremium":null`, "allianz/package-priced"},
		{"a deductible", `"code":"DD","sumInsured":0`, `"code":"DD","sumInsured":1000`, "allianz/default-coverage"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := sample(t)
			before := compact(t, x.Response.Body)
			body := strings.Replace(before, tt.old, tt.new, 1)
			if body == before {
				t.Fatalf("%s is not in the answer", tt.old)
			}
			x.Response.SetBody([]byte(body))
			found := c.Examine(x)
			if !slices.ContainsFunc(found, func(f Finding) bool { return f.Check == tt.check && f.Level == Must && f.Blame == Insurer }) {
				t.Errorf("%s is silent; found:\n%s", tt.check, render(found))
			}
		})
	}
}

// TestOnlyPrintedPlansAreProven grades what the samples of VMI1 show about
// another plan.
func TestOnlyPrintedPlansAreProven(t *testing.T) {
	c, x := sample(t)
	for _, m := range []*Message{&x.Request.Message, &x.Response.Message} {
		m.SetBody(bytes.ReplaceAll(m.Body, []byte(`"VMI1"`), []byte(`"VMI2+"`)))
	}
	x.Response.SetBody(bytes.Replace(x.Response.Body, []byte(`"sumInsured": 200000`), []byte(`"sumInsured": 1`), 1))
	found := of(Check{ID: "allianz/default-coverage"}, c.Examine(x))
	if len(found) != 1 || found[0].Evidence != Inferred {
		t.Errorf("got\n%swant one inferred finding", render(found))
	}
}

func FuzzExamine(f *testing.F) {
	c := contractOf(f, "allianz")
	files, err := filepath.Glob("testdata/allianz/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		x := exchangeIn(f, c, readArchive(f, file))
		f.Add(x.Request.Path, x.Request.Query, x.Request.Body, x.Response.Status, x.Response.Header.Get("Content-Type"), x.Response.Body)
	}
	f.Fuzz(func(t *testing.T, path, query string, ask []byte, status int, media string, answer []byte) {
		look := func() []Finding {
			x := &Exchange{Insurer: "allianz"}
			x.Request = Request{Method: "POST", Path: path, Query: query, Message: Message{Header: http.Header{"Content-Type": {"application/json"}}, Body: ask}}
			x.Response = Response{Status: status, Message: Message{Header: http.Header{"Content-Type": {media}}, Body: answer}}
			c.identify(x)
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

func BenchmarkExamine(b *testing.B) {
	c, x := sample(b)
	if found := c.Examine(x); len(found) > 0 {
		b.Fatalf("the sample breaks a promise:\n%s", render(found))
	}
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			fresh := Exchange{Insurer: x.Insurer, Face: x.Face, Operation: x.Operation}
			fresh.Request = Request{Method: "POST", Path: x.Request.Path, Message: Message{Header: x.Request.Header, Body: x.Request.Body}}
			fresh.Response = Response{Status: 200, Message: Message{Header: x.Response.Header, Body: x.Response.Body}}
			c.Examine(&fresh)
		}
	})
	b.Run("request", func(b *testing.B) {
		for b.Loop() {
			fresh := Exchange{Insurer: x.Insurer, Face: x.Face, Operation: x.Operation}
			fresh.Request = Request{Method: "POST", Path: x.Request.Path, Message: Message{Header: x.Request.Header, Body: x.Request.Body}}
			c.JudgeRequest(&fresh)
		}
	})
	b.Run("own checks", func(b *testing.B) { // both bodies decoded, the document judged
		own := c.Checks[slices.IndexFunc(c.Checks, func(check Check) bool { return check.ID == "allianz/stamp-and-vat" }):]
		for b.Loop() {
			for i := range own {
				if err := own[i].Verify(x); err != nil && !errors.Is(err, errBeside) && slices.Contains(own[i].On, "quickQuote") {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("redact", func(b *testing.B) {
		for b.Loop() {
			c.Redact(x)
		}
	})
}
