package lifeishard_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/lifeishard"
)

// What is wrong is refused in the operator's envelope.
func TestRefusals(t *testing.T) {
	edited := func(old, now string) string {
		body := strings.Replace(printed(t, "offer.request"), old, now, 1)
		if body == printed(t, "offer.request") {
			t.Fatalf("no %s in the request", old)
		}
		return body
	}
	invalid := func(path, text string) string {
		return fmt.Sprintf(`{"error":true,"status":400,"message":"VALIDATION_ERROR","data":{"%s":["%s"]}}`, path, text)
	}
	s := start(t)
	base := s.URL + "/lifeishard"
	key, _ := token(t, base)
	tests := []struct {
		name, body string
		status     int
		want       string
	}{
		{"no body", "", 400, invalid("body", "Câmpul corp este obligatoriu.")},
		{"half JSON", `{"a":`, 400, invalid("body", "Câmpul corp trebuie să fie un text JSON valid.")},
		{"two values", `{} {}`, 400, invalid("body", "Câmpul corp trebuie să fie un text JSON valid.")},
		{"a list", `[]`, 400, invalid("body", "Câmpul corp trebuie să fie un array.")},
		{"another insurer", edited(`"omniasig"`, `"allianz"`), 400, invalid("provider.organization.businessName", "Câmpul nume asigurator selectat este invalid.")},
		{"a term in words", edited(`"termTime":"12"`, `"termTime":"a year"`), 400, invalid("product.liability.termTime", "Câmpul perioadă trebuie să fie un număr întreg.")},
		{"no term", edited(`"termTime":"12",`, ``), 400, invalid("product.liability.termTime", "Câmpul perioadă este obligatoriu.")},
		{"an empty term", edited(`"termTime":"12"`, `"termTime":""`), 400, invalid("product.liability.termTime", "Câmpul perioadă este obligatoriu.")},
		{"a term of nothing", edited(`"termTime":"12"`, `"termTime":0`), 400, invalid("product.liability.termTime", "Câmpul perioadă trebuie să fie între 1 și 12.")},
		{"a negative term", edited(`"termTime":"12"`, `"termTime":-3`), 400, invalid("product.liability.termTime", "Câmpul perioadă trebuie să fie între 1 și 12.")},
		{"five instalments", edited(`"installmentCount":"1"`, `"installmentCount":5`), 400, invalid("product.liability.installmentCount", "Câmpul număr rate selectat este invalid.")},
		{
			"a cover that is maybe in", edited(`"auxiliaryStaff":{"isIncluded":true}`, `"auxiliaryStaff":{"isIncluded":"maybe"}`), 400,
			invalid("product.liability.coverage.auxiliaryStaff.isIncluded", "Câmpul inclus trebuie să fie adevărat sau fals."),
		},
		{
			"a sum beyond all sums", edited(`"allowance":{"value":"50000"}`, `"allowance":{"value":1e300}`), 400,
			invalid("product.liability.allowance.value", "Câmpul valoare trebuie să fie un număr."),
		},
		{"more than all of a claim", edited(`"percent":"12"`, `"percent":101`), 400, invalid("product.liability.deductible.percent", "Câmpul procent trebuie să fie un număr întreg.")},
		{"a year that none was", edited(`"startDate":"2021-01-01"`, `"startDate":"0001-01-01"`), 400, invalid("product.liability.startDate", "Câmpul dată început nu este o dată validă.")},
		{
			"a list for an object", edited(`"deductible":{"percent":"12","type":"of-loss"}`, `"deductible":[]`), 400,
			invalid("product.liability.deductible", "Câmpul deductible trebuie să fie un array."),
		},
		{"too large", printed(t, "offer.request") + strings.Repeat(" ", 1<<20), 413, `{"error":true,"status":413,"message":"Corpul cererii este prea mare."}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, got := call(t, http.MethodPost, base+"/offer", tt.body, "Token", key, "Content-Language", "ro"); status != tt.status || got != tt.want {
				t.Errorf("got %d %s\nwant %d %s", status, got, tt.status, tt.want)
			}
		})
	}
	t.Run("another media type", func(t *testing.T) {
		status, got := call(t, http.MethodPost, base+"/offer", printed(t, "offer.request"), "Token", key, "Content-Type", "text/plain")
		if want := invalid("body", "The body must be a valid JSON string."); status != 400 || got != want {
			t.Errorf("got %d %s, want %s", status, got, want)
		}
	})
}

// Explain says why, how well that is proven, and what would have succeeded.
func TestExplain(t *testing.T) {
	s := start(t)
	base := s.URL + "/lifeishard"
	key, _ := token(t, base)
	world, err := s.Make(t.Context(), mocks.DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, method, path, body, token string
		evidence, rule, where, pointer  string
	}{
		{
			"a missing floor", "POST", "/offer", strings.Replace(printed(t, "offer.request"), `"floor":"3",`, ``, 2), key,
			"observed", "no schema says", "/product/policyholder/address/floor", "/paths/~1offer/post/responses/400",
		},
		{
			"another insurer", "POST", "/offer", strings.Replace(printed(t, "offer.request"), "omniasig", "x", 1), key,
			"observed", "breaks the document", "/provider/organization/businessName", "/components/schemas/OfferRequest",
		},
		{"another world's token", "GET", "/nomenclature/county", "", "e30.e30.x", "inferred", "its own world alone", "header Token", "/components/responses/Unauthenticated/content/application~1json/examples/unauthenticated"},
		{"an unknown policy", "GET", "/policy/7", "", key, "inferred", "no such policy", "path id", "/components/responses/UnknownPolicy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			call(t, tt.method, base+tt.path, tt.body, "Token", tt.token)
			entries := world.Journal(mocks.Query{})
			why := entries[len(entries)-1].Why
			if string(why.Evidence) != tt.evidence || !strings.Contains(why.Rule, tt.rule) || why.Where != tt.where ||
				!strings.HasPrefix(why.Pointer, tt.pointer) || why.Remedy == "" {
				t.Errorf("got %+v", why)
			}
		})
	}
}

// Every magic value does what it says.
func TestMagic(t *testing.T) {
	offer := func(pointer, value string) string {
		var tree map[string]any
		if err := json.Unmarshal([]byte(printed(t, "offer.request")), &tree); err != nil {
			t.Fatal(err)
		}
		steps := strings.Split(pointer[1:], "/")
		object := tree
		for _, step := range steps[:len(steps)-1] {
			object = object[step].(map[string]any)
		}
		object[steps[len(steps)-1]] = value
		text, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, m := range lifeishard.Insurer().Magic {
		t.Run(m.Operation+" "+m.Value, func(t *testing.T) {
			base := start(t).URL + "/lifeishard"
			key, _ := token(t, base)
			ask := func(method, path, body string) string {
				status, text := call(t, method, base+path, body, "Token", key, "Content-Language", "ro")
				return fmt.Sprint(status, " ", text)
			}
			var got, want string
			switch m.Operation + " " + m.Pointer {
			case "authenticate /password":
				got, want = ask("POST", "/auth", `{"account":"sandbox-broker","password":"`+m.Value+`"}`), `401 {"error":true`
			case "localities /county_code":
				got, want = ask("GET", "/nomenclature/locality/"+m.Value, ""), `"data":[]`
			case "downloadPolicy /id":
				got, want = ask("GET", "/policy/"+m.Value, ""), `200 {"data":{"files":`
			case "issuePolicy /offerId":
				got, want = ask("POST", "/policy", printed(t, "policy.request")), `200 {"data":{"policies":`
			default:
				got = ask("POST", "/offer", offer(m.Pointer, m.Value))
				switch {
				case strings.Contains(m.Outcome, "under "):
					want = strings.ReplaceAll(m.Pointer[1:], "/", ".")
				case strings.Contains(m.Outcome, "no offers"):
					want = `"offers":[]`
				case strings.Contains(m.Outcome, "becomes no policy"):
					got = ask("POST", "/policy", strings.Replace(printed(t, "policy.request"), `"23"`, `101`, 1))
					want = "400"
				default:
					want = `200 {"data":`
				}
			}
			if !strings.Contains(got, want) {
				t.Errorf("got %s, want %s: %s", got, want, m.Outcome)
			}
		})
	}
}
