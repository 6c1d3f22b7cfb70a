package uae

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// read decodes and reads one item of authorization_details.
func read(t *testing.T, item string) (consent, string, string) {
	t.Helper()
	claims, err := readObject([]byte(`{"authorization_details":[` + item + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	c, refusal := readDetails(claims, noon)
	if refusal == nil {
		return c, "", ""
	}
	if refusal.Rule == "" || refusal.Remedy == "" || !refusal.Evidence.Valid() {
		t.Errorf("%s: refused by %+v, want rule, remedy and evidence", item, refusal)
	}
	return c, strings.TrimPrefix(refusal.Where, "/authorization_details/0"), refusal.Rule
}

const (
	itemV12 = `{"type":"urn:openfinanceuae:insurance-consent:v1.2","consent":{"ConsentId":"6a6a826f-0930-4eb0-b365-a8eac3032828","BaseConsentId":"b",` +
		`"Permissions":["ReadMotorInsurancePolicies","ReadInsuranceCustomerPaymentDetails"],"ExpirationDateTime":"2026-06-27T15:27:13+03:00",` +
		`"OpenFinanceBilling":{"Purpose":"QuoteComparison"},"OnBehalfOf":{"LegalName":"L","TradingName":"T","IdentifierType":"Other","Identifier":"I"}},` +
		`"subscription":{"Webhook":{"Url":"https://api.tpp1.com/webhook/callbackUrl","IsActive":false}}}`
	itemRC1 = `{"Type":"urn:openfinanceuae:insurance-consent:v1.0-rc1","Consent":{"ConsentId":"6a6a826f-0930-4eb0-b365-a8eac3032828",` +
		`"Permissions":["ReadMotorInsurancePolicies","ReadMotorInsuranceCustomerPaymentDetails"],"ExpirationDateTime":"2026-06-27T15:27:13+03:00",` +
		`"Purpose":["MotorInsuranceQuote"]},"Subscription":{"Webhook":{"Url":"https://api.tpp1.com/webhook/callbackUrl","IsActive":true}}}`
)

func TestDetails(t *testing.T) {
	got, where, _ := read(t, itemV12)
	want := consent{
		ID: "6a6a826f-0930-4eb0-b365-a8eac3032828", BaseID: "b", Edition: "v1.2",
		Permissions: []string{"ReadMotorInsurancePolicies", "ReadInsuranceCustomerPaymentDetails"},
		Expires:     time.Date(2026, 6, 27, 12, 27, 13, 0, time.UTC), ExpiresText: "2026-06-27T15:27:13+03:00",
		Billing:    json.RawMessage(`{"Purpose":"QuoteComparison"}`),
		OnBehalfOf: json.RawMessage(`{"TradingName":"T","LegalName":"L","IdentifierType":"Other","Identifier":"I"}`),
		Webhook:    &webhook{URL: "https://api.tpp1.com/webhook/callbackUrl"},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); diff != "" || where != "" {
		t.Errorf("v1.2, refused at %q (-want +got):\n%s", where, diff)
	}
	got, where, _ = read(t, itemRC1)
	want = consent{
		ID: "6a6a826f-0930-4eb0-b365-a8eac3032828", Edition: "v1.0-rc1",
		Permissions: []string{"ReadMotorInsurancePolicies", "ReadMotorInsuranceCustomerPaymentDetails"},
		Expires:     time.Date(2026, 6, 27, 12, 27, 13, 0, time.UTC), ExpiresText: "2026-06-27T15:27:13+03:00",
		Purpose: []string{"MotorInsuranceQuote"}, Webhook: &webhook{URL: "https://api.tpp1.com/webhook/callbackUrl", Active: true},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); diff != "" || where != "" {
		t.Errorf("rc1, refused at %q (-want +got):\n%s", where, diff)
	}
}

// Each case replaces a piece of an item that is right.
func TestDetailsRefused(t *testing.T) {
	for _, test := range []struct{ name, item, old, by, where string }{
		{"a capital", itemV12, `"consent"`, `"Consent"`, "/Consent"},
		{"another member beside the consent", itemV12, `"type"`, `"locations":[],"type"`, "/locations"},
		{"no consent", itemV12, `"consent"`, `"subscription"`, "/consent"},
		{"a consent that is a list", itemRC1, `"Consent":{`, `"x":{`, "/x"},
		{"another member of the consent", itemV12, `"BaseConsentId"`, `"Status"`, "/consent/Status"},
		{"the older Purpose", itemV12, `"BaseConsentId":"b"`, `"Purpose":["Other"]`, "/consent/Purpose"},
		{"a ConsentId of version 1", itemV12, `6a6a826f-0930-4eb0`, `6a6a826f-0930-1eb0`, "/consent/ConsentId"},
		{"a ConsentId as in the printed path", itemV12, `"6a6a826f`, `"aac-6a6a826f`, "/consent/ConsentId"},
		{"an empty BaseConsentId", itemV12, `"BaseConsentId":"b"`, `"BaseConsentId":""`, "/consent/BaseConsentId"},
		{"a long BaseConsentId", itemV12, `"b"`, `"` + strings.Repeat("b", 129) + `"`, "/consent/BaseConsentId"},
		{"a BaseConsentId that is null", itemV12, `"b"`, `null`, "/consent/BaseConsentId"},
		{"no permission", itemV12, `["ReadMotorInsurancePolicies","ReadInsuranceCustomerPaymentDetails"]`, `[]`, "/consent/Permissions"},
		{"a permission for a list", itemV12, `["ReadMotorInsurancePolicies","ReadInsuranceCustomerPaymentDetails"]`, `"ReadMotorInsurancePolicies"`, "/consent/Permissions"},
		{"a draft's permission", itemV12, `ReadInsuranceCustomerPaymentDetails`, `ReadInsurancePoliciesMotor`, "/consent/Permissions/1"},
		{"a later permission", itemV12, `ReadMotorInsurancePolicies`, `ReadInsurancePolicies`, "/consent/Permissions/0"},
		{"a permission that is a number", itemV12, `"ReadMotorInsurancePolicies"`, `7`, "/consent/Permissions/0"},
		{"an expiry as printed", itemV12, `2026-06-27T15:27:13+03:00`, `2024-03-28T15:27:13+030`, "/consent/ExpirationDateTime"},
		{"an offset without a colon", itemV12, `13+03:00`, `13+0300`, "/consent/ExpirationDateTime"},
		{"an expiry without an offset", itemV12, `13+03:00`, `13`, "/consent/ExpirationDateTime"},
		{"a day that no calendar has", itemV12, `2026-06-27`, `2026-04-31`, "/consent/ExpirationDateTime"},
		{"an expiry that is past", itemV12, `2026-06-27T15:27:13+03:00`, `2026-03-02T15:00:00+03:00`, "/consent/ExpirationDateTime"},
		{"an expiry a second too late", itemV12, `2026-06-27T15:27:13+03:00`, `2027-03-02T12:00:01Z`, "/consent/ExpirationDateTime"},
		{"no billing", itemV12, `,"OpenFinanceBilling":{"Purpose":"QuoteComparison"}`, ``, "/consent/OpenFinanceBilling"},
		{"a billing without a purpose", itemV12, `{"Purpose":"QuoteComparison"}`, `{}`, "/consent/OpenFinanceBilling/Purpose"},
		{"a purpose of a later erratum", itemV12, `QuoteComparison`, `Other`, "/consent/OpenFinanceBilling/Purpose"},
		{"a list of purposes", itemV12, `"QuoteComparison"`, `["QuoteComparison"]`, "/consent/OpenFinanceBilling/Purpose"},
		{"another member of billing", itemV12, `{"Purpose"`, `{"IsLargeCorporate":true,"Purpose"`, "/consent/OpenFinanceBilling/IsLargeCorporate"},
		{"another member of OnBehalfOf", itemV12, `"TradingName"`, `"Name"`, "/consent/OnBehalfOf/Name"},
		{"another kind of identifier", itemV12, `"Other"`, `"EmiratesID"`, "/consent/OnBehalfOf/IdentifierType"},
		{"an empty name", itemV12, `"T"`, `""`, "/consent/OnBehalfOf/TradingName"},
		{"another member of the subscription", itemV12, `{"Webhook"`, `{"Links":{},"Webhook"`, "/subscription/Links"},
		{"no webhook", itemV12, `"subscription":{"Webhook":{"Url":"https://api.tpp1.com/webhook/callbackUrl","IsActive":false}}`, `"subscription":{}`, "/subscription/Webhook"},
		{"no Url", itemV12, `"Url":"https://api.tpp1.com/webhook/callbackUrl",`, ``, "/subscription/Webhook/Url"},
		{"a Url that is none", itemV12, `https://api.tpp1.com/webhook/callbackUrl`, `ftp://api.tpp1.com`, "/subscription/Webhook/Url"},
		{"no IsActive", itemV12, `,"IsActive":false`, ``, "/subscription/Webhook/IsActive"},
		{"IsActive is a text", itemV12, `"IsActive":false`, `"IsActive":"false"`, "/subscription/Webhook/IsActive"},
		{"rc1 in both spellings", itemRC1, `"Type"`, `"type":"urn:openfinanceuae:insurance-consent:v1.0-rc1","Type"`, "/Type"},
		{"rc1 with billing", itemRC1, `"Purpose":["MotorInsuranceQuote"]`, `"OpenFinanceBilling":{}`, "/Consent/OpenFinanceBilling"},
		{"rc1 with no purpose in the list", itemRC1, `["MotorInsuranceQuote"]`, `[]`, "/Consent/Purpose"},
		{"rc1 with a later purpose", itemRC1, `MotorInsuranceQuote`, `QuoteComparison`, "/Consent/Purpose/0"},
		{"rc1 with a draft's permission", itemRC1, `ReadMotorInsuranceCustomerPaymentDetails`, `ReadInsurancePoliciesMotor`, "/Consent/Permissions/1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if strings.Count(test.item, test.old) == 0 {
				t.Fatalf("%s is nowhere in the item", test.old)
			}
			_, where, rule := read(t, strings.Replace(test.item, test.old, test.by, 1))
			if where != test.where {
				t.Errorf("refused at %q (%s), want %s", where, rule, test.where)
			}
		})
	}
}

// The last moment of a year ahead is still within it.
func TestExpiryAYearAhead(t *testing.T) {
	if _, where, rule := read(t, strings.Replace(itemV12, `2026-06-27T15:27:13+03:00`, `2027-03-02T16:00:00+04:00`, 1)); where != "" {
		t.Errorf("refused at %s: %s", where, rule)
	}
}
