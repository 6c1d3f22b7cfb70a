package uae_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

// The printed answers come back with the customer and under the permissions of the
// guide: the list, the policy and the account, byte for byte. In v1.2 they have its
// shape.
func TestPrintedAnswers(t *testing.T) {
	const (
		customer = `"Customer":{"CustomerId":"dcaaef9c-63cb-4c57-9f2a-a4986c4a958e","FullName":"Hamad Ali","PrimaryLanguage":"English"}`
		account  = `{"SchemeName":"IBAN","Identification":"SA4420000001234567891234","Name":"Mr Hamad Ali"}`
	)
	for _, seed := range []uint64{1, 7} {
		s := start(t, func(o *mocks.Options) { o.Seed = seed })
		p := newParty(t, s.URL)
		for i, v := range versions {
			list := p.base + "/rs1/open-finance/insurance" + v.list
			one, details := list+"/"+hamadPolicy, list+"/"+hamadPolicy+"/customer-payment-details"
			policy := `{"InsurancePolicyId":"` + hamadPolicy + `","PolicyType":"Motor",` + customer + `}`
			wants := []string{
				`{"Data":[` + policy + `],"Links":{"Self":"` + list + `"},"Meta":{"TotalPages":1}}`,
				`{"Data":` + policy + `,"Links":{"Self":"` + one + `"}}`,
				`{"Data":` + account + `,"Links":{"Self":"` + details + `"}}`,
			}
			if i == 1 {
				policy = strings.Replace(policy, `"PolicyType":"Motor",`, "", 1)
				wants = []string{
					`{"Data":[` + policy + `],"Links":{"Self":"` + list + `"},"Meta":{"TotalPages":1}}`,
					`{"Data":` + policy + `,"Links":{"Self":"` + one + `"},"Meta":{"TotalPages":1}}`,
					`{"Data":` + account + `,"Links":{"Self":"` + details + `"},"Meta":{}}`,
				}
			}
			token := p.give(v.asking(freshID(), readPolicies, readBasic, readPayment), hamad, hamadPolicy)
			for j, address := range []string{list, one, details} {
				got := p.do(http.MethodGet, address, nil, "Authorization", "Bearer "+token, "x-fapi-interaction-id", "942a7ee7-d29a-45aa-93b7-c5f292d86602")
				if diff := cmp.Diff(wants[j], got.body); got.status != 200 || diff != "" {
					t.Errorf("seed %d, %s: %d (-want +got):\n%s", seed, address, got.status, diff)
				}
				if id := got.header.Get("x-fapi-interaction-id"); id != "942a7ee7-d29a-45aa-93b7-c5f292d86602" {
					t.Errorf("%s: got interaction %q, want the caller's", address, id)
				}
			}
		}
	}
}

// Of the seed's customer, the drafts before rc1 print a car and a policy, too.
func TestPrintedCar(t *testing.T) {
	p := newParty(t, start(t).URL)
	token := p.give(versions[1].asking(freshID(), everything...), hamad, hamadPolicy)
	data := p.resources(http.MethodGet, listV12+"/"+hamadPolicy, token).want(t, 200, "").tree(t)["Data"].(map[string]any)
	at := func(path string) string {
		var node any = data
		for name := range strings.SplitSeq(path, ".") {
			node = node.(map[string]any)[name]
		}
		return fmt.Sprint(node)
	}
	for path, want := range map[string]string{
		"Customer.BackgroundInformation.DateOfBirth":       "2003-09-12",
		"Customer.BackgroundInformation.MaritalStatus":     "Married",
		"Customer.ResidentialAddress.TownName":             "Al Qouz",
		"Product.InsuredVehicle.Make":                      "Toyota",
		"Product.InsuredVehicle.Model":                     "Land Cruiser",
		"Product.InsuredVehicle.ModelYear":                 "2023",
		"Product.InsuredVehicle.EstimatedValue":            "180000",
		"Product.InsuredVehicle.PlateNumber":               "12345",
		"Product.InsuredVehicle.VehicleHistory":            "Imported",
		"Product.Policy.PolicyReference":                   "9e77ccbd-f3c0-4a51-8c22-48c51531a4de",
		"Product.Policy.CoverageStartDate":                 "2025-05-01", // in the printed year it is 2024
		"Product.Policy.CoverageEndDate":                   "2026-04-30", // printed as 31 April
		"Product.Policy.CoverageAmount.Amount":             "180000",
		"Product.Policy.PreviousPolicyInformation.Insurer": "AXA",
		"Transactions.PolicyPremiumValue.Amount":           "4600",
	} {
		if got := at(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// The copy of a vehicle licence comes with the papers, a PDF of one sheet, the same
// at every read.
func TestVehicleLicence(t *testing.T) {
	p := newParty(t, start(t).URL)
	token := p.give(versions[1].asking(freshID(), readPolicies, readDetail), fatima, p.policiesOf(fatima)...)
	var seen string
	for range 2 {
		data := p.resources(http.MethodGet, listV12, token).want(t, 200, "").tree(t)["Data"].([]any)
		for _, one := range data {
			papers := one.(map[string]any)["Customer"].(map[string]any)["IdentityInformation"].(map[string]any)
			text, _ := papers["MulkiyaCard"].(string)
			drawn, err := base64.StdEncoding.DecodeString(text)
			if err != nil || !bytes.HasPrefix(drawn, []byte("%PDF-")) || seen != "" && text != seen {
				t.Errorf("got %v, %.40q, want the same PDF", err, drawn)
			}
			seen = text
		}
	}
}
