package uae_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// What a version tells is read whole and written again as it was: no member is
// lost, and no number changes its text.
func TestSamples(t *testing.T) {
	h := newHub(t)
	one, two := h.rc1(t), h.v12(t)
	tests := map[string]struct {
		path string
		read func() (any, error)
	}{
		"rc1-policies": {rc1 + "/insurance-policies", func() (any, error) { return one.Policies(t.Context(), visit(one.Client)) }},
		"rc1-policy": {rc1 + "/insurance-policies/176794ea-ee8c-4621-b824-b8cfa95db0ff", func() (any, error) {
			return one.Policy(t.Context(), visit(one.Client), "176794ea-ee8c-4621-b824-b8cfa95db0ff")
		}},
		"rc1-payment": {rc1 + "/insurance-policies/p1/customer-payment-details", func() (any, error) { return one.PaymentDetails(t.Context(), visit(one.Client), "p1") }},
		"rc1-consent": {rc1 + "/insurance-consents/6a6a826f-0930-4eb0-b365-a8eac3032828", func() (any, error) {
			return one.Consent(t.Context(), uae.Visit{}, "6a6a826f-0930-4eb0-b365-a8eac3032828")
		}},
		"v12-policies":   {v12 + "/motor-insurance-policies", func() (any, error) { return two.Policies(t.Context(), visit(two.Client)) }},
		"v12-policy":     {v12 + "/motor-insurance-policies/p1", func() (any, error) { return two.Policy(t.Context(), visit(two.Client), "p1") }},
		"v12-payment":    {v12 + "/motor-insurance-policies/p1/customer-payment-details", func() (any, error) { return two.PaymentDetails(t.Context(), visit(two.Client), "p1") }},
		"v12-consent":    {v12 + "/insurance-consents/c1", func() (any, error) { return two.Consent(t.Context(), uae.Visit{}, "c1") }},
		"v12-consents":   {v12 + "/insurance-consents", func() (any, error) { return two.ListByBase(t.Context(), uae.Visit{}, "c0") }},
		"v12-no-policy":  {v12 + "/motor-insurance-policies", func() (any, error) { return two.Policies(t.Context(), visit(two.Client)) }},
		"rc1-no-consent": {rc1 + "/insurance-consents", func() (any, error) { return one.ListByBase(t.Context(), uae.Visit{}, "c0") }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sample, err := os.ReadFile("testdata/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			h.on("GET "+test.path, says(200, string(sample)))
			got, err := test.read()
			if err != nil {
				t.Fatal(err)
			}
			written, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decoded(t, string(sample)), decoded(t, string(written))); diff != "" {
				t.Errorf("changed by reading and writing (-sample +again):\n%s", diff)
			}
		})
	}
}

func TestNonsense(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	for _, op := range operations(h.rc1(t), c) {
		tests := map[string]struct {
			answer http.HandlerFunc
			want   string
		}{
			"a page":           {says(200, "<html>"), "not JSON"},
			"empty":            {says(200, ""), "empty"},
			"a list":           {says(200, "[]"), "not a JSON object"},
			"null":             {says(200, "null"), "not a JSON object"},
			"half":             {says(200, op.body[:len(op.body)/2]), ""},
			"no data":          {says(200, `{"Links":{"Self":"s"}}`), "missing"},
			"null data":        {says(200, `{"Data":null}`), "missing"},
			"miscased":         {says(200, strings.ReplaceAll(op.body, "Data", "data")), "missing"},
			"without its name": {says(200, strings.ReplaceAll(op.body, `"`+op.subject+`"`, `"x"`)), "missing"},
			"name miscased":    {says(200, strings.ReplaceAll(op.body, `"`+op.subject+`"`, `"`+strings.ToLower(op.subject)+`"`)), "missing"},
			"201":              {says(201, op.body), "a status that this call never has"},
			"204":              {says(204, ""), "a status that this call never has"},
			"304":              {says(304, ""), "a status that this call never has"},
			"too long":         {says(200, strings.Repeat(" ", 8<<20+1)), "longer than"},
			"more than expects": {func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "9")
				w.WriteHeader(http.StatusOK)
			}, "broke off"},
		}
		for name, test := range tests {
			t.Run(op.at()+" "+name, func(t *testing.T) {
				if op.method == "PATCH" {
					t.Skip("has no body to read")
				}
				h.on(op.at(), test.answer)
				got, _, err := op.do(t.Context(), visit(c.Client))
				if e, ok := errors.AsType[*uae.ProtocolError](err); got || !ok || e.Call != op.name || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %t, %v, want a *ProtocolError with %q", got, err, test.want)
				}
			})
		}
	}
}

// An answer about another resource than the one asked for is none.
func TestAnotherResource(t *testing.T) {
	h := newHub(t)
	one, two := h.rc1(t), h.v12(t)
	h.on("GET "+rc1+"/insurance-policies/p2", says(200, `{"Data":{"InsurancePolicyId":"p1"}}`))
	h.on("GET "+v12+"/insurance-consents/c2", says(200, `{"Data":`+smallConsent+`}`))
	if got, err := one.Policy(t.Context(), visit(one.Client), "p2"); got != nil || err == nil || !strings.Contains(err.Error(), "not the one asked for") {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := two.Consent(t.Context(), uae.Visit{}, "c2"); got != nil || err == nil || !strings.Contains(err.Error(), "not the one asked for") {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestPages(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	path := v12 + "/motor-insurance-policies"
	page := func(id, next string) string {
		return fmt.Sprintf(`{"Data":[{"InsurancePolicyId":%q}],"Links":{"Self":"s","Next":%q},"Meta":{"TotalPages":3}}`, id, next)
	}
	h.on("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"": h.URL + path + "?page=2", "page=2": "?page=3", "page=3": ""}[r.URL.RawQuery]
		says(200, page("p"+r.URL.RawQuery, next))(w, r)
	})
	got, err := c.Policies(t.Context(), visit(c.Client))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range got.Data {
		ids = append(ids, p.InsurancePolicyID)
	}
	if diff := cmp.Diff([]string{"p", "ppage=2", "ppage=3"}, ids); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	if got.Meta == nil || *got.Meta.TotalPages != 3 || got.Links.Next != h.URL+path+"?page=2" {
		t.Errorf("around the data: %+v %+v, want the first page's", got.Links, got.Meta)
	}
	for _, r := range h.calls(path) {
		if r.Header.Get("X-Fapi-Interaction-Id") != got.Interaction.Sent || r.Header.Get("Authorization") != "Bearer user-1" {
			t.Errorf("a page was asked for with %v", r.Header)
		}
	}

	stray := newHub(t)
	tests := map[string]struct{ next, want string }{
		"another host":        {stray.URL + path, "not the same list"},
		"another scheme":      {"https://" + strings.TrimPrefix(h.URL, "http://") + path, "not the same list"},
		"a user in it":        {strings.Replace(h.URL, "http://", "http://u:p@", 1) + path, "not the same list"},
		"another list":        {h.URL + rc1 + "/insurance-policies", "not the same list"},
		"not an address":      {"http://[", "not an address"},
		"itself":              {h.URL + path, "does not end"},
		"itself, by fragment": {h.URL + path + "#2", "does not end"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h.on("GET "+path, says(200, page("p1", test.next)))
			got, err := c.Policies(t.Context(), visit(c.Client))
			if e, ok := errors.AsType[*uae.ProtocolError](err); got != nil || !ok || e.Call != "list policies" || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want a *ProtocolError with %q", got, err, test.want)
			}
		})
	}
	if len(stray.asked) != 0 {
		t.Errorf("the token went to another host: %v", stray.asked)
	}

	h.on("GET "+path, func(w http.ResponseWriter, r *http.Request) { says(200, page("p1", "?"+r.URL.RawQuery+"x"))(w, r) })
	before := len(h.calls(path))
	if got, err := c.Policies(t.Context(), visit(c.Client)); got != nil || err == nil || len(h.calls(path))-before != 100 {
		t.Errorf("got %v, %v after %d pages, want an error after 100", got, err, len(h.calls(path))-before)
	}
}

func TestPatches(t *testing.T) {
	h := newHub(t)
	one, two := h.rc1(t), h.v12(t)
	tests := map[string]struct {
		patch func(*uae.Client) (uae.Interaction, error)
		want  string
	}{
		"revoke": {func(c *uae.Client) (uae.Interaction, error) {
			return c.Revoke(t.Context(), uae.Visit{}, "c1", uae.ByCustomerAtTPP)
		}, `{"Data":{"Status":"Revoked","RevokedBy":"TPP.InitiatedByUser"}}`},
		"revoke, by all": {func(c *uae.Client) (uae.Interaction, error) { return c.Revoke(t.Context(), uae.Visit{}, "c1", "") }, `{"Data":{"Status":"Revoked"}}`},
		"subscribe":      {func(c *uae.Client) (uae.Interaction, error) { return c.Subscribe(t.Context(), uae.Visit{}, "c1", "") }, `{"Subscription":{"Webhook":{"IsActive":true}}}`},
		"subscribe to": {func(c *uae.Client) (uae.Interaction, error) {
			return c.Subscribe(t.Context(), uae.Visit{}, "c1", "https://tpp.test/e")
		}, `{"Subscription":{"Webhook":{"Url":"https://tpp.test/e","IsActive":true}}}`},
		"unsubscribe": {func(c *uae.Client) (uae.Interaction, error) { return c.Unsubscribe(t.Context(), uae.Visit{}, "c1") }, `{"Subscription":{"Webhook":{"IsActive":false}}}`},
		"any": {func(c *uae.Client) (uae.Interaction, error) {
			return c.Patch(t.Context(), uae.Visit{}, "c1", uae.ConsentPatch{})
		}, `{}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for path, c := range map[string]*uae.Client{rc1: one.Client, v12: two.Client} {
				path += "/insurance-consents/c1"
				h.on("PATCH "+path, says(204, ""))
				if seen, err := test.patch(c); err != nil || seen.Sent == "" || seen.Sent != seen.Echoed {
					t.Errorf("got %+v, %v", seen, err)
				}
				if got := h.last(t, path).Body; got != test.want {
					t.Errorf("sent %s, want %s", got, test.want)
				}
				h.on("PATCH "+path, says(200, "{}"))
				if _, err := test.patch(c); err == nil {
					t.Error("200 is taken for 204")
				}
			}
		})
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "4600.50": true, "-0.10": true, "1e3": true, "null": true, "180000": true,
		`"4600.50"`: false, "true": false, "[1]": false, "{}": false, "01": false,
		strings.Repeat("9", 40): true, strings.Repeat("9", 41): false,
	} {
		var n uae.Number
		err := json.Unmarshal([]byte(text), &n)
		if (err == nil) != want {
			t.Errorf("%s: got %v, want read %t", text, err, want)
			continue
		}
		if written, err := json.Marshal(n); want && (err != nil || string(written) != text) {
			t.Errorf("%s was written %s, %v", text, written, err)
		}
	}
	for _, n := range []uae.Number{"x", "1 ", "NaN", "1,2"} {
		if written, err := json.Marshal(n); err == nil {
			t.Errorf("%q was written %s", n, written)
		}
	}
	if got := uae.Number("1.50").String(); got != "1.50" {
		t.Errorf("got %s", got)
	}
}

func TestDateTime(t *testing.T) {
	want := time.Date(2024, 6, 27, 12, 27, 13, 0, time.UTC)
	for text, good := range map[uae.DateTime]bool{
		"2024-06-27T15:27:13+03:00": true, "2024-06-27T15:27:13+0300": true, "2024-06-27T12:27:13Z": true,
		"2024-06-27T15:27:13+030": false, "2024-06-27": false, "2024-04-31T00:00:00Z": false, "": false,
	} {
		got, err := text.Time()
		if (err == nil) != good || good && !got.Equal(want) {
			t.Errorf("%s: got %v, %v, want read %t", text, got, err, good)
		}
	}
}
