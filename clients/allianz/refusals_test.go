package allianz_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

const (
	mismatch      = "ข้อมูลลูกค้า (ชื่อนามสกุล ชื่อบริษัท) ไม่ตรงกับฐานข้อมูล กรุณาติดต่อเจ้าหน้าที่"
	emailTaken    = "อีเมล์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้อีเมล์อื่น"
	phoneTaken    = "หมายเลขโทรศัพท์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้หมายเลขโทรศัพท์อื่น"
	companyPolicy = "ลูกค้านิติบุคคล ไม่สามารถออกกรมธรรม์ E-Policy ได้"
	notFitting    = "contractId ข้อมูลที่ส่งมาไม่ถูกต้อง"
)

// everyKind is all that errors.Is is asked for.
var everyKind = map[string]error{
	"003": allianz.CodeInvalid, "112": allianz.CodeCustomerMismatch, "113": allianz.CodeEmailTaken, "114": allianz.CodePhoneTaken, "999": allianz.CodeSystem,
	"e-policy": allianz.ErrCompanyEPolicy, "unknown contract": allianz.ErrUnknownContract,
	"cancel refused": allianz.ErrCancelRefused, "expired": allianz.ErrDocumentExpired,
}

// kindsOf is the names in everyKind that the error answers to.
func kindsOf(err error) string {
	var kinds []string
	for name, kind := range everyKind {
		if errors.Is(err, kind) {
			kinds = append(kinds, name)
		}
	}
	slices.Sort(kinds)
	return strings.Join(kinds, ", ")
}

// A refusal is known for what it is in every envelope, and never an unknown outcome.
func TestContractRefusals(t *testing.T) {
	pair := func(code, message string) []string {
		one := fmt.Sprintf(`{"code":%q,"message":%q}`, code, message)
		if code == "" {
			one = fmt.Sprintf(`{"message":%q}`, message)
		}
		return []string{one, `{"errors":[` + one + `]}`, `{"errors":[` + one + `,{"code":"777","message":"b"}],"message":"a"}`}
	}
	tests := map[string]struct {
		statuses []int
		bodies   []string
		kinds    string            // for every call
		also     map[string]string // for some
		message  string
	}{
		"customer":       {[]int{200, 400, 409, 500}, pair("112", mismatch), "112", map[string]string{"cancel contract": "112, cancel refused"}, mismatch},
		"e-mail":         {[]int{200, 400, 422}, pair("113", emailTaken), "113", map[string]string{"cancel contract": "113, cancel refused"}, emailTaken},
		"phone":          {[]int{200, 400, 503}, pair("114", phoneTaken), "114", map[string]string{"cancel contract": "114, cancel refused"}, phoneTaken},
		"e-policy":       {[]int{200, 400, 500}, pair("", companyPolicy), "e-policy", map[string]string{"cancel contract": "cancel refused, e-policy"}, companyPolicy},
		"system":         {[]int{200, 400, 500}, pair("999", "เกิดข้อผิดพลาดในระบบ"), "999", map[string]string{"cancel contract": "999, cancel refused"}, "เกิดข้อผิดพลาดในระบบ"},
		"too late":       {[]int{400}, pair("003", notFitting), "003", map[string]string{"cancel contract": "003, cancel refused"}, notFitting},
		"without a code": {[]int{400}, pair("", "สาย"), "", map[string]string{"cancel contract": "cancel refused"}, "สาย"},
		"unknown contract": {
			[]int{404},
			pair("003", notFitting), "003",
			map[string]string{"get contract": "003, unknown contract", "cancel contract": "003, unknown contract"},
			notFitting,
		},
		"404 of a gateway":    {[]int{404}, []string{`{"fault":{"faultstring":"Unable to identify proxy"}}`}, "", nil, ""},
		"404 of a web server": {[]int{404}, []string{"<html>", "", `{"title":"Not Found","detail":"x"}`}, "", nil, ""},
		"gateway's quota":     {[]int{429}, []string{`{"fault":{"faultstring":"Quota"}}`, ""}, "", nil, ""},
		"forbidden":           {[]int{401, 403}, append(pair("003", "a"), "<html>"), "003", nil, "a"},
		"page of a gateway":   {[]int{400, 413}, []string{"<html>", `{"fault":{"faultstring":"Body buffer overflow"}}`}, "", nil, ""},
		"gone":                {[]int{410}, pair("", "a"), "", map[string]string{"cancel contract": "cancel refused"}, "a"},
	}
	for name, test := range tests {
		for _, status := range test.statuses {
			for i, body := range test.bodies {
				for _, op := range operations() {
					t.Run(fmt.Sprintf("%s %d/%d %s", name, status, i, op.name), func(t *testing.T) {
						calls := 0
						c := client(t, allianz.Options{Retry: allianz.Retry{Wait: 1}, HTTP: &http.Client{Transport: carrier(func(*http.Request) (*http.Response, error) {
							calls++
							return reply(status, body), nil
						})}})
						got, err := op.do(t.Context(), c)
						e, ok := errors.AsType[*allianz.Error](err)
						if got || !ok {
							t.Fatalf("got %t, %v, want an *Error", got, err)
						}
						if _, unknown := errors.AsType[*allianz.UnknownOutcomeError](err); unknown {
							t.Errorf("an unknown outcome: %v", err)
						}
						want := test.kinds
						if also, ok := test.also[op.name]; ok {
							want = also
						}
						if strings.HasPrefix(body, "<") {
							want = ""
						} else if e.Message != test.message {
							t.Errorf("message %q, want %q", e.Message, test.message)
						}
						if kinds := kindsOf(err); kinds != want {
							t.Errorf("%v is %q, want %q", err, kinds, want)
						}
						if e.Call != op.name || e.Status != status || calls != 1 {
							t.Errorf("got %+v in %d calls", e, calls)
						}
					})
				}
			}
		}
	}
}

// The second message of a list counts as well as the first.
func TestEPolicyRefusalInAList(t *testing.T) {
	c := open(t, func(*http.Request) (*http.Response, error) {
		return reply(400, `{"errors":[{"code":"003","message":"a"},{"message":"`+companyPolicy+`"}]}`), nil
	})
	_, err := c.IssueContract(t.Context(), companyRequest())
	if diff := cmp.Diff("003, e-policy", kindsOf(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
