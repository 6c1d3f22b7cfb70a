package uae_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	suspendedPersona = "aisha-alsuwaidi"
	withdrawnPersona = "omar-farouk"
	uninsured        = "salem-alketbi"

	revoke    = `{"Data":{"Status":"Revoked","RevokedBy":"TPP"}}`
	subscribe = `{"Subscription":{"Webhook":{"IsActive":true}}}`
)

// shown is a consent as the resource prints it.
func (p *party) shown(v version, id string) map[string]any {
	p.t.Helper()
	return p.resources(http.MethodGet, v.consents+"/"+id, p.clientToken()).want(p.t, 200, "").tree(p.t)
}

func (p *party) statusOf(v version, id string) string {
	p.t.Helper()
	return p.shown(v, id)["Data"].(map[string]any)["Status"].(string)
}

func (p *party) patch(v version, id, body string) answer {
	p.t.Helper()
	return p.resources(http.MethodPatch, v.consents+"/"+id, p.clientToken(), []byte(body)...)
}

// brought is a consent that was brought to a status, each in the way it comes
// about. The world's clock moves on for some.
func brought(t *testing.T, p *party, w *mocks.World, v version, status string) string {
	t.Helper()
	id := freshID()
	item := v.asking(id, readPolicies, readBasic)
	item["subscription"] = claims{"Webhook": claims{"Url": "http://127.0.0.1:9/events", "IsActive": false}}
	switch status {
	case "AwaitingAuthorization":
		p.push(p.requestClaims(item))
	case "Rejected":
		i := p.mustVisit(p.push(p.requestClaims(item))).Interaction
		p.returned(p.decide(i, claims{"decision": "reject"}))
	case "Suspended":
		p.give(item, suspendedPersona, p.policiesOf(suspendedPersona)...)
		advance(t, w, 5*time.Minute)
	default:
		p.give(item, hamad, hamadPolicy)
	}
	switch status {
	case "Revoked":
		p.patch(v, id, revoke).want(t, 204, "")
	case "Expired":
		advance(t, w, 200*24*time.Hour)
	}
	if got := p.statusOf(v, id); got != status {
		t.Fatalf("the consent is %s, want %s", got, status)
	}
	return id
}

// A client revokes from where it may; what is final stays as it is, and so does the
// subscription of what sends no more events.
func TestPatchByStatus(t *testing.T) {
	for _, v := range versions {
		for _, test := range []struct {
			status    string
			revocable bool
		}{
			{"AwaitingAuthorization", true},
			{"Authorized", true},
			{"Suspended", true},
			{"Rejected", false},
			{"Revoked", false},
			{"Expired", false},
		} {
			t.Run(v.name+"/"+test.status, func(t *testing.T) {
				s := start(t)
				p, w := newParty(t, s.URL), world(t, s)
				id := brought(t, p, w, v, test.status)
				before := p.shown(v, id)
				if !test.revocable {
					for _, body := range []string{revoke, subscribe, `{"Data":{"Status":"Revoked"},"Subscription":{"Webhook":{"IsActive":true}}}`} {
						p.patch(v, id, body).want(t, 400, "Consent.BusinessRuleViolation")
					}
					if diff := cmp.Diff(before, p.shown(v, id)); diff != "" {
						t.Errorf("a refused patch changed the consent (-before +after):\n%s", diff)
					}
					return
				}
				if got := p.patch(v, id, subscribe).want(t, 204, ""); got.body != "" || got.header.Get("x-fapi-interaction-id") == "" {
					t.Errorf("subscribe: got %q %v, want nothing, and an interaction", got.body, got.header)
				}
				after := p.shown(v, id)
				if hook := after["Subscription"].(map[string]any)["Webhook"].(map[string]any); hook["IsActive"] != true || hook["Url"] != "http://127.0.0.1:9/events" {
					t.Errorf("after subscribing: got %v", hook)
				}
				if got := after["Data"].(map[string]any)["Status"]; got != test.status {
					t.Errorf("subscribing made it %v", got)
				}
				advance(t, w, time.Second)
				p.patch(v, id, revoke).want(t, 204, "")
				data := p.shown(v, id)["Data"].(map[string]any)
				now, _ := w.Time()
				changed, err := time.Parse(time.RFC3339, data["StatusUpdateDateTime"].(string))
				if data["Status"] != "Revoked" || data["RevokedBy"] != "TPP" || err != nil || !changed.Equal(now) {
					t.Errorf("got %v, want it revoked by TPP at %s", data, now)
				}
			})
		}
	}
}

func TestPatchRequests(t *testing.T) {
	for _, v := range versions {
		s := start(t)
		p, w := newParty(t, s.URL), world(t, s)
		for _, test := range []struct {
			body   string
			status int
			code   string
			path   string
		}{
			{`{}`, 204, "", ""},
			{`{"Data":{}}`, 204, "", ""},
			{`{"Subscription":{}}`, 204, "", ""},
			{`{"Data":{"Status":"Revoked"}}`, 204, "", ""},
			{`{"Data":{"Status":"Revoked","RevokedBy":"TPP.InitiatedByUser"}}`, 204, "", ""},
			{`{"Data":{"Status":"Revoked"},"Subscription":{"Webhook":{"Url":"http://127.0.0.1:9/other","IsActive":true}}}`, 204, "", ""},
			{`{"Subscription":{"Webhook":{"Url":"http://127.0.0.1:9/other"}}}`, 204, "", ""},
			{`{"Data":{"Status":"Revoked","RevokedBy":"LFI"}}`, 400, "Consent.BusinessRuleViolation", "Data.RevokedBy"},
			{`{"Data":{"Status":"Revoked","RevokedBy":"LFI.InitiatedByUser"}}`, 400, "Consent.BusinessRuleViolation", "Data.RevokedBy"},
			{`{"Data":{"RevokedBy":"TPP"}}`, 400, "Consent.BusinessRuleViolation", "Data.RevokedBy"},
			{`{"Data":{"Status":"Authorized"}}`, 400, "Body.InvalidFormat", "Data.Status"},
			{`{"Data":{"Status":"revoked"}}`, 400, "Body.InvalidFormat", "Data.Status"},
			{`{"Data":{"Status":null}}`, 400, "Body.InvalidFormat", "Data.Status"},
			{`{"Data":{"Status":"Revoked","RevokedBy":"me"}}`, 400, "Body.InvalidFormat", "Data.RevokedBy"},
			{`{"Data":[]}`, 400, "Body.InvalidFormat", "Data"},
			{`{"Subscription":{"Webhook":{"IsActive":"true"}}}`, 400, "Body.InvalidFormat", "Subscription.Webhook.IsActive"},
			{`{"Subscription":{"Webhook":{"Url":"not an address"}}}`, 400, "Body.InvalidFormat", "Subscription.Webhook.Url"},
			{`{"Subscription":{"Webhook":{"Url":"ftp://127.0.0.1/"}}}`, 400, "Body.InvalidFormat", "Subscription.Webhook.Url"},
			{`{"Subscription":{"Webhook":{"Url":"javascript:alert(1)"}}}`, 400, "Body.InvalidFormat", "Subscription.Webhook.Url"},
			{`[]`, 400, "Body.InvalidFormat", ""},
			{`null`, 400, "Body.InvalidFormat", ""},
			{`{"Data"`, 400, "Body.InvalidFormat", ""},
			{``, 400, "Body.InvalidFormat", ""},
		} {
			t.Run(v.name+"/"+test.body, func(t *testing.T) {
				id := brought(t, p, w, v, "Authorized")
				got := p.patch(v, id, test.body).want(t, test.status, test.code)
				if test.path != "" && !strings.Contains(got.body, `"Path":"`+test.path+`"`) {
					t.Errorf("got %s, want the path %s", got.body, test.path)
				}
				want := "Authorized"
				if test.status == 204 && strings.Contains(test.body, "Revoked") {
					want = "Revoked"
				}
				if got := p.statusOf(v, id); got != want {
					t.Errorf("the consent is %s, want %s", got, want)
				}
			})
		}
	}
}

// A consent without a subscription gets one only with an address.
func TestSubscribeLater(t *testing.T) {
	p := newParty(t, start(t).URL)
	for _, v := range versions {
		id := freshID()
		p.give(v.asking(id, readPolicies), hamad, hamadPolicy)
		p.patch(v, id, subscribe).want(t, 400, "Consent.BusinessRuleViolation")
		if got := p.shown(v, id)["Subscription"]; got != nil {
			t.Errorf("got %v, want no subscription", got)
		}
		p.patch(v, id, `{"Subscription":{"Webhook":{"Url":"http://127.0.0.1:9/e","IsActive":true}}}`).want(t, 204, "")
		want := map[string]any{"Webhook": map[string]any{"Url": "http://127.0.0.1:9/e", "IsActive": true}}
		if diff := cmp.Diff(want, p.shown(v, id)["Subscription"]); diff != "" {
			t.Errorf("subscription (-want +got):\n%s", diff)
		}
	}
}

// Of many who revoke at once, one does.
func TestRevokedOnce(t *testing.T) {
	p := newParty(t, start(t).URL)
	v, id := versions[1], freshID()
	p.give(v.asking(id, readPolicies), hamad, hamadPolicy)
	token := p.clientToken()
	var wait sync.WaitGroup
	got := make([]answer, 8)
	for i := range got {
		wait.Go(func() { got[i] = p.resources(http.MethodPatch, v.consents+"/"+id, token, []byte(revoke)...) })
	}
	wait.Wait()
	count := map[int]int{}
	for _, one := range got {
		count[one.status]++
	}
	if diff := cmp.Diff(map[int]int{204: 1, 400: 7}, count); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// The resource is printed in the order of each version, with what was sent as it
// was sent.
func TestConsentResources(t *testing.T) {
	p := newParty(t, start(t).URL)
	id, base := freshID(), freshID()
	head := p.base + "/rs1/open-finance/insurance"
	rc1 := versions[0].asking(id, readPolicies, readPayment)
	rc1["consent"].(claims)["BaseConsentId"] = base
	rc1["consent"].(claims)["ExpirationDateTime"] = "2026-09-02T11:00:00.5+03:00"
	p.push(p.requestClaims(rc1))
	got := p.resources(http.MethodGet, versions[0].consents+"/"+id, p.clientToken()).want(t, 200, "")
	want := `{"Data":{"ConsentId":"` + id + `","BaseConsentId":"` + base + `","CreationDateTime":"2026-03-02T13:00:00+04:00",` +
		`"Status":"AwaitingAuthorization","StatusUpdateDateTime":"2026-03-02T13:00:00+04:00","Permissions":["` + readPolicies + `","` + readPayment + `"],` +
		`"ExpirationDateTime":"2026-09-02T11:00:00.5+03:00","Purpose":["MotorInsuranceQuote"]},` +
		`"Links":{"Self":"` + head + versions[0].consents + "/" + id + `"},"Meta":{}}`
	if diff := cmp.Diff(want, got.body); diff != "" {
		t.Errorf("rc1 (-want +got):\n%s", diff)
	}
	id = freshID()
	v12 := versions[1].asking(id, readPayment, readPaymentShort, readPolicies)
	v12["consent"].(claims)["ExpirationDateTime"] = "2026-09-02T08:00:00Z"
	v12["consent"].(claims)["OnBehalfOf"] = claims{"TradingName": "Ever Compare"}
	v12["subscription"] = claims{"Webhook": claims{"Url": "http://127.0.0.1:9/e?a=1&b=2", "IsActive": true}}
	p.push(p.requestClaims(v12))
	got = p.resources(http.MethodGet, versions[1].consents+"/"+id, p.clientToken()).want(t, 200, "")
	want = `{"Data":{"ConsentId":"` + id + `","Permissions":["` + readPaymentShort + `","` + readPolicies + `"],"ExpirationDateTime":"2026-09-02T08:00:00Z",` +
		`"OnBehalfOf":{"TradingName":"Ever Compare"},"OpenFinanceBilling":{"Purpose":"QuoteComparison"},` +
		`"CreationDateTime":"2026-03-02T13:00:00+04:00","Status":"AwaitingAuthorization","StatusUpdateDateTime":"2026-03-02T13:00:00+04:00"},` +
		`"Subscription":{"Webhook":{"Url":"http://127.0.0.1:9/e?a=1&b=2","IsActive":true}},` +
		`"Links":{"Self":"` + head + versions[1].consents + "/" + id + `"},"Meta":{}}`
	if diff := cmp.Diff(want, got.body); diff != "" {
		t.Errorf("v1.2 (-want +got):\n%s", diff)
	}
}

// A chain is its root and the renewals that name it, in the order they came, those
// of the version that is asked.
func TestConsentChains(t *testing.T) {
	p := newParty(t, start(t).URL)
	for i, v := range versions {
		root, first, second, other := freshID(), freshID(), freshID(), freshID()
		for _, id := range []string{second, root, first} {
			item := v.asking(id, readPolicies)
			if id != root {
				item["consent"].(claims)["BaseConsentId"] = root
			}
			p.push(p.requestClaims(item))
		}
		foreign := versions[1-i].asking(other, readPolicies)
		foreign["consent"].(claims)["BaseConsentId"] = root
		p.push(p.requestClaims(foreign))

		token := p.clientToken()
		for _, name := range []string{"BaseConsentId", "baseConsentId"} {
			got := p.resources(http.MethodGet, v.consents+"?x=1&"+name+"="+root, token).want(t, 200, "").tree(t)
			var ids []any
			for _, one := range got["Data"].([]any) {
				ids = append(ids, one.(map[string]any)["ConsentId"])
			}
			if diff := cmp.Diff([]any{root, second, first}, ids); diff != "" {
				t.Errorf("%s by %s (-want +got):\n%s", v.name, name, diff)
			}
			self := p.base + "/rs1/open-finance/insurance" + v.consents + "?BaseConsentId=" + root
			if diff := cmp.Diff(map[string]any{"Self": self}, got["Links"]); diff != "" || len(got) != 2 {
				t.Errorf("%s: links (-want +got):\n%s", v.name, diff)
			}
		}
		empty := p.resources(http.MethodGet, v.consents+"?BaseConsentId="+url.QueryEscape("nobody's & <none>"), token).want(t, 200, "")
		if !strings.HasPrefix(empty.body, `{"Data":[],`) {
			t.Errorf("%s: got %s, want an empty list", v.name, empty.body)
		}
		p.resources(http.MethodGet, v.consents, token).want(t, 400, "Resource.InvalidFormat")
		p.resources(http.MethodGet, v.consents+"?BaseConsentId=", token).want(t, 400, "Resource.InvalidFormat")
	}
}

// A consent is found under the address of its own version, and nowhere is one that
// was never pushed.
func TestConsentsElsewhere(t *testing.T) {
	p := newParty(t, start(t).URL)
	token := p.clientToken()
	for i, v := range versions {
		id, other := freshID(), versions[1-i]
		p.push(p.requestClaims(v.asking(id, readPolicies)))
		p.resources(http.MethodGet, other.consents+"/"+id, token).want(t, 403, "Consent.Invalid")
		p.resources(http.MethodPatch, other.consents+"/"+id, token, []byte(revoke)...).want(t, 403, "Consent.Invalid")
		for _, method := range []string{http.MethodGet, http.MethodPatch} {
			var body []byte
			if method == http.MethodPatch {
				body = []byte(revoke)
			}
			if got := p.resources(method, v.consents+"/"+freshID(), token, body...).want(t, 404, ""); got.body != "{}" {
				t.Errorf("%s: got %s, want {}", method, got.body)
			}
		}
		if got := p.statusOf(v, id); got != "AwaitingAuthorization" {
			t.Errorf("the consent is %s", got)
		}
	}
}

// other is a second client, registered in the world for this test.
func (p *party) other(w *mocks.World) *party {
	p.t.Helper()
	other := *p
	other.id = "4ea0cf2c-6b5e-4d0c-8a8e-0f0f1d0a7c11"
	keys, err := json.Marshal(claims{
		"client_id": other.id, "redirect_uris": []string{p.redirect}, "jwks": jose.JSONWebKeySet{Keys: []jose.JSONWebKey{p.key.Public()}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := w.Register(p.t.Context(), "uae", p.base, keys); err != nil {
		p.t.Fatal(err)
	}
	return &other
}

// To another client a consent is not there, neither by its id nor in a chain.
func TestConsentsOfAnotherClient(t *testing.T) {
	s := start(t)
	p := newParty(t, s.URL)
	other := p.other(world(t, s))
	for _, v := range versions {
		root, theirs := freshID(), freshID()
		p.push(p.requestClaims(v.asking(root, readPolicies)))
		item := v.asking(theirs, readPolicies)
		item["consent"].(claims)["BaseConsentId"] = root
		other.push(other.requestClaims(item))

		for id, owner := range map[string]*party{root: p, theirs: other} {
			stranger := other
			if owner == other {
				stranger = p
			}
			stranger.resources(http.MethodGet, v.consents+"/"+id, stranger.clientToken()).want(t, 404, "")
			stranger.patch(v, id, revoke).want(t, 404, "")
			if got := owner.statusOf(v, id); got != "AwaitingAuthorization" {
				t.Errorf("%s: got %s", v.name, got)
			}
			chain := owner.resources(http.MethodGet, v.consents+"?BaseConsentId="+root, owner.clientToken()).want(t, 200, "").tree(t)["Data"].([]any)
			if len(chain) != 1 || chain[0].(map[string]any)["ConsentId"] != id {
				t.Errorf("%s: the chain shows %v, want %s alone", v.name, chain, id)
			}
		}
	}
}
