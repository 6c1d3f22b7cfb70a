package contracts

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMalformed answers requests of a wrong form with a quote: each must be
// found, and graded by what the insurer printed.
func TestMalformed(t *testing.T) {
	tests := []struct {
		name, old, new string
		where          string // empty: not malformed
		evidence       Evidence
	}{
		{"an empty owner", `"owners":null`, `"owner":""`, "request /vehicle/owner", Seed},
		{"empty owners", `"owners":null`, `"owners":""`, "request /vehicle/owners", Seed},
		{"an empty owner is not all", `"owners":null,"color":7`, `"owners":"","color":true`, "request /vehicle/color", Inferred},
		{"a number for a text", `"make":"39"`, `"make":39`, "request /vehicle/make", Inferred},
		{"a text for a list", `"coverageItems":null`, `"coverageItems":""`, "request /productPackages/0/coverages/0/coverageItems", Inferred},
		{"a null", `"channel":"WS"`, `"channel":null`, "", ""},
		{"half of it", `"productPackages":[{`, `"productPackages":[`, "request body", Inferred},
		{"a wrong value", `"channel":"WS"`, `"channel":"WEB"`, "", ""},
		{"a missing value", `"channel":"WS",`, ``, "", ""},
		{"nothing wrong", `"channel":"WS"`, `"channel":"WS"`, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := sample(t)
			body := strings.Replace(compact(t, x.Request.Body), tt.old, tt.new, 1)
			x.Request.SetBody([]byte(body))
			var where string
			var evidence Evidence
			for _, f := range of(Check{ID: "allianz/malformed-refused"}, c.Examine(x)) {
				where, evidence = where+f.Where, f.Evidence
			}
			if where != tt.where || evidence != tt.evidence {
				t.Errorf("found at %q graded %q, want %q graded %q", where, evidence, tt.where, tt.evidence)
			}
		})
	}
}

func compact(t testing.TB, body []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestRefusalsOfMisfits judges how a request that fits the document but not the
// printed tables is refused.
func TestRefusalsOfMisfits(t *testing.T) {
	const text = " ข้อมูลที่ส่งมาไม่ถูกต้อง"
	noPlate := func(tree map[string]any) { tree["vehicle"].(map[string]any)["registrationNumber"] = "" }
	noModel := func(tree map[string]any) { delete(tree["vehicle"].(map[string]any), "model") }
	tests := []struct {
		name   string
		spoil  []func(map[string]any)
		status int
		answer string
		want   []string
	}{
		{"by its name", []func(map[string]any){noPlate}, 400, `{"code":"003","message":"registrationNumber` + text + `"}`, nil},
		{"in a list of errors", []func(map[string]any){noPlate}, 400, `{"errors":[{"code":"003","message":"registrationNumber` + text + `"}]}`, nil},
		{"for another member, by a rule that is not printed", []func(map[string]any){noPlate}, 400, `{"code":"003","message":"model` + text + `"}`, nil},
		{"by another code", []func(map[string]any){noPlate}, 400, `{"errors":[{"code":"001","message":"x"}]}`, []string{"allianz/registration-required /errors/0/code inferred"}},
		{"accepted", []func(map[string]any){noPlate}, 200, `{}`, []string{"allianz/registration-required request /vehicle/registrationNumber seed"}},
		{"two things are wrong, one is named", []func(map[string]any){noPlate, noModel}, 400, `{"code":"003","message":"model` + text + `"}`, nil},
		{
			"two things are wrong, neither is",
			[]func(map[string]any){noPlate, noModel},
			400, `{"code":"112","message":"x"}`,
			[]string{"allianz/registration-required /code inferred", "allianz/vmi-members-required /code inferred"},
		},
		{"the gateway came first", []func(map[string]any){noPlate}, 504, `{"fault":{"faultstring":"Gateway Timeout","detail":{"errorcode":"x"}}}`, nil},
		{"no answer came", []func(map[string]any){noPlate}, 0, ``, nil},
	}
	about := []string{"allianz/registration-required", "allianz/vmi-members-required", "allianz/garage-fits-plan", "allianz/coverage-items-refused"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := sample(t)
			for _, spoil := range tt.spoil {
				edit(t, &x.Request.Message, spoil)
			}
			x.Response.Status = tt.status
			x.Response.SetBody([]byte(tt.answer))
			var got []string
			for _, f := range c.Examine(x) {
				if slices.Contains(about, f.Check) {
					got = append(got, f.Check+" "+f.Where+" "+string(f.Evidence))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}
