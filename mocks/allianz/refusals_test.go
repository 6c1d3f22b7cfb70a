package allianz

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/openapi"
)

const text999 = `{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}`

func inBody(where, rule, got string) []contracts.Violation {
	return []contracts.Violation{{In: "body", Where: where, Rule: rule, Got: got, Want: "something else"}}
}

func TestRefusals(t *testing.T) {
	malformed := contracts.Violation{In: "body", Where: "/vehicle/usage", Rule: "type", Got: "5", Want: "string"}
	missing := contracts.Violation{In: "body", Where: "/channel", Rule: "required", Got: "nothing", Want: "present"}
	tests := []struct {
		name     string
		refusal  mocks.Refusal
		status   int
		body     string
		example  string
		evidence contracts.Evidence
	}{
		{"not JSON", mocks.Refusal{Violations: inBody("", "syntax", "not JSON")}, 500, text999, "999", contracts.Seed},
		{"no body", mocks.Refusal{Violations: inBody("", "required", "nothing")}, 500, text999, "999", contracts.Inferred},
		{"another media type", mocks.Refusal{Violations: []contracts.Violation{{In: "media type", Rule: "content", Got: "text/plain"}}}, 500, text999, "999", contracts.Inferred},
		{"an array where an object is due", mocks.Refusal{Violations: inBody("", "type", "[]")}, 500, text999, "999", contracts.Inferred},
		{"an empty owner", mocks.Refusal{Violations: inBody("/vehicle/owner", "type", `""`)}, 500, text999, "999", contracts.Seed},
		{"empty owners", mocks.Refusal{Violations: inBody("/vehicle/owners", "type", `""`)}, 500, text999, "999", contracts.Seed},
		{"null where none may be", mocks.Refusal{Violations: inBody("/policyStartDate", "nullable", "null")}, 400, text003("policyStartDate"), "003-field", contracts.Inferred},
		{"a number for a listed word", mocks.Refusal{Violations: inBody("/productCode", "enum", "5")}, 500, text999, "999", contracts.Inferred},
		{"neither text nor number", mocks.Refusal{Violations: inBody("/vehicle/color", "oneOf", "true")}, 500, text999, "999", contracts.Inferred},
		{"an unlisted word", mocks.Refusal{Violations: inBody("/productCode", "enum", `"XXX"`)}, 400, text003("productCode"), "003-field", contracts.Inferred},
		{"a missing member", mocks.Refusal{Violations: inBody("/vehicle/make", "required", "nothing")}, 400, text003("make"), "003-field", contracts.Inferred},
		{"a date no calendar has", mocks.Refusal{Violations: inBody("/policyStartDate", "format", `"2022-02-30"`)}, 400, text003("policyStartDate"), "003-field", contracts.Inferred},
		{"a year of three digits", mocks.Refusal{Violations: inBody("/vehicle/yearOfManufacture", "pattern", `"202"`)}, 400, text003("yearOfManufacture"), "003-field", contracts.Inferred},
		{"a blank make", mocks.Refusal{Violations: inBody("/vehicle/make", "minLength", `""`)}, 400, text003("make"), "003-field", contracts.Inferred},
		{"a member of a list", mocks.Refusal{Violations: inBody("/productPackages/0/coverages/10/code", "enum", `"VMI2"`)}, 400, text003("code"), "003-field", contracts.Inferred},
		{"an element of a list", mocks.Refusal{Violations: inBody("/productPackages/0/coverages/0", "required", "nothing")}, 400, text003("coverages"), "003-field", contracts.Inferred},
		{"anything in the cover items", mocks.Refusal{Violations: inBody(theItems+"/3/sumInsured", "minimum", "-1")}, 400, text003("coverageItems"), "003", contracts.Inferred},
		{"malformed before missing", mocks.Refusal{Violations: []contracts.Violation{missing, malformed}}, 500, text999, "999", contracts.Inferred},
		{"our own", mocks.Refusal{Where: "/vehicle/garageType", Evidence: contracts.Seed}, 400, text003("garageType"), "003-field", contracts.Seed},
		{"our own about the items", mocks.Refusal{Where: theItems + "/0/code", Evidence: contracts.Seed}, 400, text003("coverageItems"), "003", contracts.Seed},
		{"a broken sandbox", mocks.Refusal{Kind: mocks.Broken, Err: errors.New("dial tcp: refused")}, 500, text999, "999", contracts.Inferred},
		{"a company's e-policy", mocks.Refusal{Code: ePolicy, Evidence: contracts.Seed}, 400, textEPolicy, "e-policy", contracts.Seed},
		{
			"an unknown contract",
			mocks.Refusal{Kind: mocks.Missing, Detail: "contractId", Example: "unknown-contract"},
			404, text003("contractId"), "unknown-contract", contracts.Inferred,
		},
		{
			"an expired document",
			mocks.Refusal{Kind: mocks.Expired, Code: documentExpired},
			410, `{"message":"เอกสารหมดอายุแล้ว"}`, "document-expired", contracts.Inferred,
		},
		{
			"too large",
			mocks.Refusal{Kind: mocks.TooLarge},
			413, `{"fault":{"faultstring":"Body buffer overflow","detail":{"errorcode":"protocol.http.TooBigBody"}}}`, "body-too-large", contracts.Inferred,
		},
		{
			"not authenticated",
			mocks.Refusal{Kind: mocks.Unauthenticated},
			401, `{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}`, "invalid-token", contracts.Inferred,
		},
		{
			"expired",
			mocks.Refusal{Kind: mocks.Unauthenticated, Code: codeExpiredToken},
			401, `{"fault":{"faultstring":"Access Token expired","detail":{"errorcode":"keymanagement.service.access_token_expired"}}}`, "expired-token", contracts.Inferred,
		},
		{
			"another client",
			mocks.Refusal{Kind: mocks.Unauthenticated, Code: codeInvalidClient},
			401, `{"fault":{"faultstring":"Invalid client identifier","detail":{"errorcode":"oauth.v2.InvalidClientIdentifier"}}}`, "invalid-client", contracts.Inferred,
		},
		{
			"no grant type",
			mocks.Refusal{Violations: []contracts.Violation{{In: "query", Where: "grant_type", Rule: "required", Got: "nothing", Want: "present"}}},
			400, `{"fault":{"faultstring":"Unsupported grant type","detail":{"errorcode":"oauth.v2.UnsupportedGrantType"}}}`, "unsupported-grant-type", contracts.Inferred,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			refusal := test.refusal
			answer := answerTo(&refusal, false)
			if body := encode(t, answer.Body); answer.Status != test.status || body != test.body {
				t.Errorf("got %d %s\nwant %d %s", answer.Status, body, test.status, test.body)
			}
			if refusal.Example != test.example || refusal.Evidence != test.evidence {
				t.Errorf("got example %q, evidence %q, want %q, %q", refusal.Example, refusal.Evidence, test.example, test.evidence)
			}
			if len(refusal.Violations) > 0 && (refusal.Rule == "" || refusal.Remedy == "") {
				t.Errorf("got rule %q, remedy %q, want both", refusal.Rule, refusal.Remedy)
			}
		})
	}
}

// The setting wraps what the service says, and nothing that the gateway says.
func TestEnvelope(t *testing.T) {
	tests := []struct {
		name          string
		refusal       mocks.Refusal
		body, example string
	}{
		{"003", mocks.Refusal{Where: "/vehicle/model"}, `{"errors":[` + text003("model") + `]}`, "003-errors"},
		{"999", mocks.Refusal{Kind: mocks.Broken}, `{"errors":[` + text999 + `]}`, "999-errors"},
		{"112", mocks.Refusal{Code: codeCustomer}, `{"errors":[{"code":"112","message":"` + words[codeCustomer].text + `"}]}`, "112-errors"},
		{"no code", mocks.Refusal{Code: ePolicy}, `{"errors":[` + textEPolicy + `]}`, "e-policy-errors"},
		{
			"unknown",
			mocks.Refusal{Kind: mocks.Missing, Detail: "contractId", Example: "unknown-contract"},
			`{"errors":[` + text003("contractId") + `]}`, "unknown-contract-errors",
		},
		{
			"fault",
			mocks.Refusal{Kind: mocks.TooLarge},
			`{"fault":{"faultstring":"Body buffer overflow","detail":{"errorcode":"protocol.http.TooBigBody"}}}`, "body-too-large",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := answerTo(&test.refusal, true)
			if diff := cmp.Diff(test.body, encode(t, answer.Body)); diff != "" {
				t.Errorf("body differs (-want +got):\n%s", diff)
			}
			if test.refusal.Example != test.example {
				t.Errorf("got example %q, want %q", test.refusal.Example, test.example)
			}
		})
	}
}

// Explain points at the violation that decided.
func TestDecisiveViolationComesFirst(t *testing.T) {
	refusal := mocks.Refusal{Violations: []contracts.Violation{
		{In: "body", Where: "/channel", Rule: "required"},
		{In: "body", Where: "/productCode", Rule: "enum", Got: `"X"`},
		{In: "body", Where: "/vehicle/owner", Rule: "type", Got: `""`},
	}}
	answerTo(&refusal, false)
	var got []string
	for _, v := range refusal.Violations {
		got = append(got, v.Where)
	}
	if diff := cmp.Diff([]string{"/vehicle/owner", "/channel", "/productCode"}, got); diff != "" {
		t.Errorf("order differs (-want +got):\n%s", diff)
	}
	if refusal.Where != "/vehicle/owner" || refusal.Remedy != "send owner: null or leave it out" {
		t.Errorf("got %s, %q", refusal.Where, refusal.Remedy)
	}
}

// Every code has words, under the status and the example that the document has.
func TestWords(t *testing.T) {
	document, err := openapi.Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{} // by status and example
	for _, op := range document.Operations() {
		for _, example := range op.Examples {
			if example.Refusal {
				texts[strconv.Itoa(example.Status)+" "+example.Name] = encode(t, example.Value)
			}
		}
	}
	for code, say := range words {
		text, shown := texts[strconv.Itoa(say.status)+" "+say.example]
		if http.StatusText(say.status) == "" || say.text == "" || !shown || !strings.Contains(text, say.text) {
			t.Errorf("%s: got %+v, and the document %q", code, say, text)
		}
		if coded := strings.Contains(text, `"code"`); !say.gateway && coded == say.uncoded {
			t.Errorf("%s: uncoded is %t, and the document says %s", code, say.uncoded, text)
		}
	}
}
