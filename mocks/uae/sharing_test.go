package uae_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
)

const (
	hamad       = "hamad-ali"
	fatima      = "fatima-almansoori"
	priya       = "priya-nair"
	hamadPolicy = "176794ea-ee8c-4621-b824-b8cfa95db0ff"

	readPolicies     = "ReadMotorInsurancePolicies"
	readBasic        = "ReadMotorInsuranceCustomerBasic"
	readDetail       = "ReadMotorInsuranceCustomerDetail"
	readProduct      = "ReadMotorInsuranceProduct"
	readTransactions = "ReadMotorInsuranceTransactions"
	readPayment      = "ReadMotorInsuranceCustomerPaymentDetails"
	readPaymentShort = "ReadInsuranceCustomerPaymentDetails"
)

var everything = []string{readPolicies, readBasic, readDetail, readProduct, readTransactions, readPayment}

// version is what the two versions differ in for a caller.
type version struct {
	name, list, consents string
	details              func(string) claims
}

var versions = []version{
	{"v1.0-rc1", listRC1, "/v1.0-rc1/insurance-consents", detailsRC1},
	{"v1.2", listV12, "/v1.2/insurance-consents", detailsV12},
}

// asking is a request for a consent with these permissions.
func (v version) asking(id string, permissions ...string) claims {
	item := v.details(id)
	item["consent"].(claims)["Permissions"] = permissions
	return item
}

// policiesOf are a persona's policies, as the page lists them.
func (p *party) policiesOf(persona string) []string {
	p.t.Helper()
	var ids []string
	for _, one := range p.mustVisit(p.push(p.requestClaims(detailsV12(freshID())))).Personas {
		if one.ID == persona {
			for _, policy := range one.Policies {
				ids = append(ids, policy.ID)
			}
		}
	}
	return ids
}

// give has a persona confirm an item of authorization_details, and exchanges the
// code: a token for policies.
func (p *party) give(item claims, persona string, policies ...string) string {
	p.t.Helper()
	v := p.mustVisit(p.push(p.requestClaims(item)))
	back := p.returned(p.decide(v.Interaction, claims{"persona": persona, "policies": policies, "decision": "confirm"}))
	if back.Get("code") == "" {
		p.t.Fatalf("%s confirmed, and got %v", persona, back)
	}
	return p.mustToken(p.codeForm(back.Get("code"))).member(p.t, "access_token")
}

// tree is the body of JSON with its numbers as they are written.
func (a answer) tree(t testing.TB) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(a.body))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return tree
}

// want fails the test unless the answer has a status, and a code where it is one
// that says why.
func (a answer) want(t testing.TB, status int, code string) answer {
	t.Helper()
	if a.status != status || code != "" && !strings.Contains(a.body, `"Code":"`+code+`"`) {
		t.Fatalf("got %d %s\nwant %d %s", a.status, a.body, status, code)
	}
	return a
}

// opens says which permission opens what, member by member; what no permission
// opens is always there.
var opens = map[string][]string{
	"Customer":                 {readBasic, readDetail},
	"Customer/CustomerId":      {readBasic, readDetail},
	"Customer/FullName":        {readBasic, readDetail},
	"Customer/PrimaryLanguage": {readBasic, readDetail},
	"Customer/ShortName":       {readBasic},
	"Customer/*":               {readDetail},
	"Product":                  {readProduct},
	"Transactions":             {readTransactions},
}

// left is what the permissions leave of a whole policy.
func left(whole map[string]any, granted map[string]bool) map[string]any {
	open := func(path string) bool {
		codes, named := opens[path]
		if !named {
			codes = opens[path[:strings.LastIndexByte(path, '/')+1]+"*"]
		}
		for _, code := range codes {
			if granted[code] {
				return true
			}
		}
		return len(codes) == 0
	}
	shown := map[string]any{}
	for name, value := range whole {
		if !open(name) {
			continue
		}
		if name == "Customer" {
			customer := map[string]any{}
			for member, value := range value.(map[string]any) {
				if open("Customer/" + member) {
					customer[member] = value
				}
			}
			value = customer
		}
		shown[name] = value
	}
	return shown
}

// Every combination of the permissions opens what each of them does, and leaves out
// the rest: no null, no empty object.
func TestPermissionsOpenMembers(t *testing.T) {
	p := newParty(t, start(t).URL)
	policies := p.policiesOf(priya)
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			token := p.give(v.asking(freshID(), everything...), priya, policies...)
			whole := p.resources(http.MethodGet, v.list, token).want(t, 200, "").tree(t)["Data"].([]any)
			if len(whole) != len(policies) {
				t.Fatalf("got %d policies, want %d", len(whole), len(policies))
			}
			for _, name := range []string{"ShortName", "CategorySegment", "LocalBranch", "BillingAddress", "BackgroundInformation", "EmploymentInformation", "IdentityInformation", "EmergencyContacts"} {
				if whole[0].(map[string]any)["Customer"].(map[string]any)[name] == nil {
					t.Errorf("the whole customer has no %s", name)
				}
			}
			codes := everything[:5]
			for mask := 1; mask < 1<<len(codes); mask++ {
				var asked []string
				granted := map[string]bool{}
				for i, code := range codes {
					if mask&(1<<i) != 0 {
						asked, granted[code] = append(asked, code), true
					}
				}
				token := p.give(v.asking(freshID(), asked...), priya, policies...)
				list, one := p.resources(http.MethodGet, v.list, token), p.resources(http.MethodGet, v.list+"/"+policies[1], token)
				p.resources(http.MethodGet, v.list+"/"+policies[1]+"/customer-payment-details", token).want(t, 403, "AccessToken.InvalidScope")
				if !granted[readPolicies] {
					list.want(t, 403, "AccessToken.InvalidScope")
					one.want(t, 403, "AccessToken.InvalidScope")
					continue
				}
				want := make([]any, len(whole))
				for i := range whole {
					want[i] = left(whole[i].(map[string]any), granted)
				}
				if diff := cmp.Diff(want, list.want(t, 200, "").tree(t)["Data"]); diff != "" {
					t.Errorf("list with %v (-want +got):\n%s", asked, diff)
				}
				if diff := cmp.Diff(want[1], one.want(t, 200, "").tree(t)["Data"]); diff != "" {
					t.Errorf("policy with %v (-want +got):\n%s", asked, diff)
				}
				if strings.Contains(list.body+one.body, "null") {
					t.Errorf("with %v, something is null: %s", asked, list.body)
				}
			}
		})
	}
}

// Without any permission at all there is no consent: the 32nd combination.
func TestNoPermissions(t *testing.T) {
	p := newParty(t, start(t).URL)
	for _, v := range versions {
		if got := p.par(p.requestClaims(v.asking(freshID()))); got.status != 400 {
			t.Errorf("%s: got %d %s, want 400", v.name, got.status, got.body)
		}
	}
}

// The account is opened by its own permission, under either spelling where the
// version has both, and by no other.
func TestPaymentPermission(t *testing.T) {
	p := newParty(t, start(t).URL)
	for _, test := range []struct {
		version version
		asked   []string
		status  int
	}{
		{versions[0], []string{readPolicies, readPayment}, 200},
		{versions[1], []string{readPolicies, readPayment}, 200},
		{versions[1], []string{readPolicies, readPaymentShort}, 200},
		{versions[0], everything[:5], 403},
		{versions[1], everything[:5], 403},
		{versions[1], []string{readPayment}, 403},
	} {
		token := p.give(test.version.asking(freshID(), test.asked...), hamad, hamadPolicy)
		got := p.resources(http.MethodGet, test.version.list+"/"+hamadPolicy+"/customer-payment-details", token)
		if got.status != test.status {
			t.Errorf("%s with %v: got %d %s, want %d", test.version.name, test.asked, got.status, got.body, test.status)
		}
	}
}

// All there is of everybody fits the documents of both versions.
func TestEverybodyFitsTheDocuments(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		p := newParty(t, start(t, func(o *mocks.Options) { o.Seed = seed }).URL)
		for _, one := range p.mustVisit(p.push(p.requestClaims(detailsV12(freshID())))).Personas {
			var ids []string
			for _, policy := range one.Policies {
				ids = append(ids, policy.ID)
			}
			for _, v := range versions {
				if len(ids) == 0 {
					continue
				}
				token := p.give(v.asking(freshID(), everything...), one.ID, ids...)
				list := p.resources(http.MethodGet, v.list, token).want(t, 200, "").tree(t)["Data"].([]any)
				if len(list) != len(ids) {
					t.Errorf("%s: got %d policies, want %d", one.ID, len(list), len(ids))
				}
				for i, id := range ids {
					single := p.resources(http.MethodGet, v.list+"/"+id, token).want(t, 200, "").tree(t)["Data"]
					if diff := cmp.Diff(list[i], single); diff != "" {
						t.Errorf("%s: the list and the policy differ:\n%s", id, diff)
					}
					p.resources(http.MethodGet, v.list+"/"+id+"/customer-payment-details", token).want(t, 200, "")
				}
			}
		}
	}
}

// A consent shares what was picked: another policy of the same person is refused,
// and one that is nobody's is not there.
func TestPoliciesThatAreNotShared(t *testing.T) {
	p := newParty(t, start(t).URL)
	mine, others := p.policiesOf(hamad), p.policiesOf(fatima)
	for _, v := range versions {
		token := p.give(v.asking(freshID(), everything...), hamad, mine[2], mine[0], mine[2])
		list := p.resources(http.MethodGet, v.list, token).want(t, 200, "").tree(t)["Data"].([]any)
		var got []any
		for _, one := range list {
			got = append(got, one.(map[string]any)["InsurancePolicyId"])
		}
		if diff := cmp.Diff([]any{mine[0], mine[2]}, got); diff != "" {
			t.Errorf("%s: list (-want +got):\n%s", v.name, diff)
		}
		for _, test := range []struct {
			id, code string
			status   int
		}{
			{mine[0], "", 200},
			{mine[1], "Consent.PermanentAccountAccessFailure", 403},
			{others[0], "Consent.PermanentAccountAccessFailure", 403},
			{"9e77ccbd-f3c0-4a51-8c22-48c51531a4de", "", 404},
			{"no-policy", "", 404},
			{"a%2Fb", "", 404},
			{strings.Repeat("x", 129), "Resource.InvalidFormat", 400},
		} {
			for _, below := range []string{"", "/customer-payment-details"} {
				got := p.resources(http.MethodGet, v.list+"/"+test.id+below, token).want(t, test.status, test.code)
				if test.status == 404 && got.body != "{}" {
					t.Errorf("%s%s: got %s, want {}", test.id, below, got.body)
				}
			}
		}
	}
}

// Two worlds of one seed say the same, byte for byte, whatever they are called;
// another seed says something else.
func TestWorldsOfOneSeed(t *testing.T) {
	read := func(s *mocks.Server, world string) string {
		p := newParty(t, s.URL+world)
		var all strings.Builder
		for _, one := range p.mustVisit(p.push(p.requestClaims(detailsV12(freshID())))).Personas {
			fmt.Fprintln(&all, one.ID, one.Name)
			var ids []string
			for _, policy := range one.Policies {
				ids = append(ids, policy.ID)
				fmt.Fprintln(&all, policy.ID, policy.Label)
			}
			if len(ids) == 0 {
				continue
			}
			for _, v := range versions {
				token := p.give(v.asking(freshID(), everything...), one.ID, ids...)
				list := p.resources(http.MethodGet, v.list, token)
				paid := p.resources(http.MethodGet, v.list+"/"+ids[0]+"/customer-payment-details", token)
				fmt.Fprintln(&all, list.body, list.header.Get("x-fapi-interaction-id"), paid.body, paid.header.Get("x-fapi-interaction-id"))
			}
		}
		return strings.ReplaceAll(all.String(), p.base, "BASE")
	}
	at := func(seed uint64) *mocks.Server {
		return start(t, func(o *mocks.Options) { o.Seed, o.Clock = seed, clock.Frozen(monday) })
	}
	first := read(at(1), "")
	if diff := cmp.Diff(first, read(at(1), "/w/another")); diff != "" {
		t.Errorf("one seed, two worlds (-default +another):\n%s", diff)
	}
	if other := read(at(2), ""); other == first {
		t.Error("another seed says the same")
	}
}

// An event about a policy tells of what happened: the policy reads as the event
// says, and otherwise than before.
func TestPolicyEventIsTrue(t *testing.T) {
	s := start(t)
	p, w := newParty(t, s.URL), world(t, s)
	for _, v := range versions {
		item := v.asking(freshID(), readPolicies, readProduct)
		item["subscription"] = claims{"Webhook": claims{"Url": "http://127.0.0.1:9/events", "IsActive": true}}
		token := p.give(item, hamad, hamadPolicy)
		mileage := func() any {
			data := p.resources(http.MethodGet, v.list+"/"+hamadPolicy, token).want(t, 200, "").tree(t)["Data"].(map[string]any)
			return data["Product"].(map[string]any)["InsuredVehicle"].(map[string]any)["VehicleMileage"]
		}
		before := mileage()
		sent, err := w.Trigger(t.Context(), mocks.Trigger{Insurer: "uae", Event: "policy.updated", Base: p.base})
		if err != nil {
			t.Fatal(err)
		}
		if after := mileage(); after == before || !strings.Contains(string(sent.Message), `"VehicleMileage":`+fmt.Sprint(after)) {
			t.Errorf("%s: the mileage was %v and is %v; the event says %s", v.name, before, after, sent.Message)
		}
	}
}
