package allianz

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzQuote hands any JSON object to the handler's core: it must answer or
// refuse, and an answer must keep the arithmetic and repeat the terms.
func FuzzQuote(f *testing.F) {
	requests, err := filepath.Glob("testdata/*.request.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, request := range requests {
		text, err := os.ReadFile(request)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		`{}`, `{"vehicle":null,"productPackages":[null]}`, `{"vehicle":[],"productPackages":{}}`,
		`{"policyStartDate":"0000-01-01","productCode":"CMI","vehicle":{"usage":"1.10","registrationState":"0"},"productPackages":[{"coverages":[null]}]}`,
		`{"policyStartDate":"9999-12-31","productCode":"VMI","vehicle":{"make":"\u0000","model":"x","usage":"000","garageType":"DEALER","registrationState":"0",` +
			`"yearOfManufacture":"-9223372036854775808"},"productPackages":[{"coverages":[{"code":"VMI1","sumInsured":1e-400,"coverageItems":[{"code":"DD"}]}]}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var ask map[string]any
		if decoder.Decode(&ask) != nil {
			return
		}
		q, refusal := quote(ask, today, 1)
		if refusal != nil {
			if answer := answerTo(refusal, false); answer.Status != 400 || refusal.Detail == "" || refusal.Rule == "" || refusal.Remedy == "" {
				t.Fatalf("refused with %d, %+v", answer.Status, refusal)
			}
			return
		}
		if len(q.ProductPackages) == 0 {
			t.Fatal("accepted without a package")
		}
		for _, p := range q.ProductPackages {
			vat, stamp := p.Premium.AdditionalCosts[0].Amount, p.Premium.AdditionalCosts[1].Amount
			if net := p.Premium.NetPremium; net <= 0 || net%baht != 0 || stamp != stampOf(net) || p.Premium.GrossPremium != net+stamp+vat {
				t.Fatalf("premium %+v", p.Premium)
			}
		}
		decode(t, []byte(encode(t, q)))
	})
}

// FuzzApply hands any JSON object to the core of issuing: it must answer or
// refuse, and what it agrees on must survive its row and be printable.
func FuzzApply(f *testing.F) {
	requests, err := filepath.Glob("testdata/*.request.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, request := range requests {
		text, err := os.ReadFile(request)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	const cmi = `"policyStartDate":"2020-05-20","productCode":"CMI","vehicle":{"usage":"1.10","registrationState":"0","vehicleIdentificationNumber":"x"}`
	for _, text := range []string{
		`{}`, `{` + cmi + `}`,
		`{` + cmi + `,"insuredPerson":{"type":"COMPANY","registerId":"0105500000003","addresses":[null,{}]},"consents":[null]}`,
		`{` + cmi + `,"insuredPerson":{"type":"PERSON","identificationDocuments":[null,{"identityType":"NRIC"}]},"payer":[],"beneficiary":{}}`,
		`{` + cmi + `,"productPackages":[{"name":"GRANU","coverages":[{"code":"CMI"}],"premium":{"grossPremium":1e-400,"additionalCosts":[null]}}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var ask map[string]any
		if decoder.Decode(&ask) != nil {
			return
		}
		a, refusal := apply(ask, today, 1)
		if refusal != nil {
			if answer := answerTo(refusal, false); answer.Status != 400 || refusal.Rule == "" || refusal.Remedy == "" || refusal.Where == "" {
				t.Fatalf("refused with %d, %+v", answer.Status, refusal)
			}
			return
		}
		if len(a.policy.Packages) == 0 || len(a.named) == 0 || a.policy.Insured == "" || a.policy.Start == "" || a.policy.Expiry == "" {
			t.Fatalf("agreed on %+v", a)
		}
		var kept policy
		if err := json.Unmarshal([]byte(encode(t, a.policy)), &kept); err != nil {
			t.Fatalf("read back: %v", err)
		}
		if diff := cmp.Diff(a.policy, kept); diff != "" {
			t.Fatalf("a row changes what was agreed (-agreed +kept):\n%s", diff)
		}
		c := contract{ID: "x", Number: policyNumber(kept.Start, 1), Policy: kept}
		if page := c.page(); len(page.Sections) < 5 || len(page.Sections[1].Rows) == 0 {
			t.Fatalf("a document of %+v", page.Sections)
		}
	})
}
