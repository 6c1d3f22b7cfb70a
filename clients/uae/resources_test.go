package uae_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

const (
	smallConsent = `{"ConsentId":"c1","Permissions":["ReadMotorInsurancePolicies"],"Status":"Authorized"}`
	smallPayment = `{"SchemeName":"IBAN","Identification":"AE070331234567890123456","Name":"Mr Hamad Ali"}`
)

// operation is one call of the client to the resource server, and an answer that it takes.
type operation struct {
	name    string // as errors give it
	method  string
	path    string
	query   string
	users   bool // wants the customer's token
	status  int
	body    string
	subject string // what makes the answer the one asked for
	do      func(context.Context, uae.Visit) (got bool, seen uae.Interaction, err error)
}

func (o operation) at() string { return o.method + " " + o.path }

// answered is what an operation says of an answer of any shape.
func answered[T any](a *uae.Answer[T], err error) (bool, uae.Interaction, error) {
	if a == nil {
		return false, uae.Interaction{}, err
	}
	return true, a.Interaction, err
}

// operations is all calls of both versions.
func operations(one *uae.V10RC1, two *uae.V12) []operation {
	list := func(item string) string {
		return `{"Data":[` + item + `],"Links":{"Self":"s"},"Meta":{"TotalPages":1}}`
	}
	single := func(item string) string { return `{"Data":` + item + `,"Links":{"Self":"s"},"Meta":{}}` }
	policy := `{"InsurancePolicyId":"p/1"}`
	all := []operation{
		{"list policies", "GET", rc1 + "/insurance-policies", "", true, 200, list(policy), "InsurancePolicyId", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(one.Policies(ctx, v))
		}},
		{"get policy", "GET", rc1 + "/insurance-policies/p%2F1", "", true, 200, single(policy), "InsurancePolicyId", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(one.Policy(ctx, v, "p/1"))
		}},
		{"get payment details", "GET", rc1 + "/insurance-policies/p%2F1/customer-payment-details", "", true, 200, single(smallPayment), "Identification", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(one.PaymentDetails(ctx, v, "p/1"))
		}},
		{"get consent", "GET", rc1 + "/insurance-consents/c1", "", false, 200, single(smallConsent), "ConsentId", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(one.Consent(ctx, v, "c1"))
		}},
		{"list consents", "GET", rc1 + "/insurance-consents", "BaseConsentId=b+1", false, 200, list(smallConsent), "ConsentId", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(one.ListByBase(ctx, v, "b 1"))
		}},
		{"list policies", "GET", v12 + "/motor-insurance-policies", "", true, 200, list(policy), "InsurancePolicyId", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(two.Policies(ctx, v))
		}},
		{"get policy", "GET", v12 + "/motor-insurance-policies/p%2F1", "", true, 200, single(policy), "InsurancePolicyId", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(two.Policy(ctx, v, "p/1"))
		}},
		{"get payment details", "GET", v12 + "/motor-insurance-policies/p%2F1/customer-payment-details", "", true, 200, single(smallPayment), "Identification", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(two.PaymentDetails(ctx, v, "p/1"))
		}},
		{"get consent", "GET", v12 + "/insurance-consents/c1", "", false, 200, single(smallConsent), "ConsentId", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(two.Consent(ctx, v, "c1"))
		}},
		{"list consents", "GET", v12 + "/insurance-consents", "BaseConsentId=b+1", false, 200, list(smallConsent), "ConsentId", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			return answered(two.ListByBase(ctx, v, "b 1"))
		}},
	}
	for path, c := range map[string]*uae.Client{rc1: one.Client, v12: two.Client} {
		all = append(all, operation{"patch consent", "PATCH", path + "/insurance-consents/c1", "", false, 204, "", "", func(ctx context.Context, v uae.Visit) (bool, uae.Interaction, error) {
			seen, err := c.Revoke(ctx, v, "c1", uae.ByTPP)
			return err == nil, seen, err
		}})
	}
	return all
}

func TestCalls(t *testing.T) {
	h := newHub(t)
	one, two := h.rc1(t), h.v12(t)
	for _, op := range operations(one, two) {
		t.Run(op.at(), func(t *testing.T) {
			h.on(op.at(), says(op.status, op.body))
			v := uae.Visit{
				InteractionID: "942a7ee7-d29a-45aa-93b7-c5f292d86602",
				AuthDate:      time.Date(2026, 3, 2, 13, 5, 9, 0, time.FixedZone("", 4*60*60)),
				CustomerIP:    netip.MustParseAddr("2001:db8::1"),
				CustomerAgent: "Browser/1.0",
			}
			bearer := "Bearer own-1"
			if op.users {
				v.Session, bearer = two.Session(uae.Token{AccessToken: "user-1"}), "Bearer user-1"
			}
			got, seen, err := op.do(t.Context(), v)
			if err != nil || !got {
				t.Fatalf("got %t, %v", got, err)
			}
			if want := (uae.Interaction{Sent: v.InteractionID, Echoed: v.InteractionID}); seen != want {
				t.Errorf("interaction %+v, want %+v", seen, want)
			}
			r := h.last(t, op.path)
			sent := map[string]string{}
			for _, name := range []string{"Accept", "Authorization", "Content-Type", "X-Fapi-Interaction-Id", "X-Fapi-Auth-Date", "X-Fapi-Customer-Ip-Address", "X-Customer-User-Agent"} {
				if values := r.Header.Values(name); len(values) > 0 {
					sent[name] = strings.Join(values, "|")
				}
			}
			want := map[string]string{
				"Accept": "application/json", "Authorization": bearer,
				"X-Fapi-Interaction-Id": v.InteractionID, "X-Fapi-Auth-Date": "Mon, 02 Mar 2026 09:05:09 GMT",
				"X-Fapi-Customer-Ip-Address": "2001:db8::1", "X-Customer-User-Agent": "Browser/1.0",
			}
			if op.method == "PATCH" {
				want["Content-Type"] = "application/json"
			}
			if diff := cmp.Diff(want, sent); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if r.Method != op.method || r.Query != op.query {
				t.Errorf("sent %s with %q, want %s with %q", r.Method, r.Query, op.method, op.query)
			}

			// Of a customer who is not there nothing is said, and the id is a fresh one.
			h.on(op.at(), func(w http.ResponseWriter, r *http.Request) {
				r.Header.Set("X-Fapi-Interaction-Id", "other")
				says(op.status, op.body)(w, r)
			})
			_, seen, err = op.do(t.Context(), uae.Visit{Session: v.Session})
			r = h.last(t, op.path)
			if err != nil || !someUUID.MatchString(seen.Sent) || r.Header.Get("X-Fapi-Interaction-Id") != seen.Sent || seen.Echoed != "other" {
				t.Errorf("got %+v, %v, want a fresh UUID and the echo as it came", seen, err)
			}
			for _, name := range []string{"X-Fapi-Auth-Date", "X-Fapi-Customer-Ip-Address", "X-Customer-User-Agent"} {
				if len(r.Header.Values(name)) > 0 {
					t.Errorf("%s is sent of nobody", name)
				}
			}
		})
	}
}

func TestWhoseToken(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	for _, op := range operations(h.rc1(t), c) {
		t.Run(op.at(), func(t *testing.T) {
			h.on(op.at(), says(op.status, op.body))
			_, _, err := op.do(t.Context(), uae.Visit{})
			if op.users {
				if !errors.Is(err, uae.ErrNoSession) || len(h.calls(op.path)) != 0 {
					t.Errorf("got %v after %d calls, want ErrNoSession and none", err, len(h.calls(op.path)))
				}
				return
			}
			if err != nil || h.last(t, op.path).Header.Get("Authorization") != "Bearer own-1" {
				t.Errorf("got %v, want the client's own token", err)
			}
			if _, _, err := op.do(t.Context(), visit(c.Client)); err != nil || h.last(t, op.path).Header.Get("Authorization") != "Bearer user-1" {
				t.Errorf("got %v, want the session's token where there is one", err)
			}
		})
	}
}

// A token that is refused is renewed once, where it can be.
func TestRenewal(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	h.on("POST "+tokenPath, func(w http.ResponseWriter, r *http.Request) {
		access := fmt.Sprintf("fresh-%d", len(h.calls(tokenPath)))
		says(200, `{"access_token":"`+access+`","token_type":"Bearer","expires_in":600}`)(w, r)
	})
	once := func(op operation) http.HandlerFunc { return inTurn(says(401, "{}"), says(op.status, op.body)) }
	for _, op := range operations(h.rc1(t), c) {
		t.Run(op.at(), func(t *testing.T) {
			s := c.Session(uae.Token{AccessToken: "spent", RefreshToken: "refresh-1"})
			h.on(op.at(), once(op))
			if _, _, err := op.do(t.Context(), uae.Visit{Session: s}); err != nil {
				t.Errorf("got %v, want it to go on with a new token", err)
			}
			if sent := h.last(t, op.path).Header.Get("Authorization"); !strings.HasPrefix(sent, "Bearer fresh-") {
				t.Errorf("went on with %q", sent)
			}
			h.on(op.at(), says(401, "{}"))
			before := len(h.calls(op.path))
			if _, _, err := op.do(t.Context(), uae.Visit{Session: s}); !errors.Is(err, uae.ErrUnauthorized) || len(h.calls(op.path)) != before+2 {
				t.Errorf("got %v after %d calls, want 401 after two", err, len(h.calls(op.path))-before)
			}
			// Without a refresh token, the refusal is what is told.
			before = len(h.calls(op.path))
			if _, _, err := op.do(t.Context(), visit(c.Client)); !errors.Is(err, uae.ErrUnauthorized) || len(h.calls(op.path)) != before+1 {
				t.Errorf("got %v after %d calls, want 401 after one", err, len(h.calls(op.path))-before)
			}
			if op.users {
				return
			}
			h.on(op.at(), once(op))
			if _, _, err := op.do(t.Context(), uae.Visit{}); err != nil {
				t.Errorf("own token: %v", err)
			}
		})
	}
}

func TestReadingIsRepeated(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	for _, op := range operations(h.rc1(t), c) {
		for name, broken := range map[string]http.HandlerFunc{"cut": breaks, "503": says(503, ""), "504": says(504, "<html>")} {
			t.Run(op.at()+" "+name, func(t *testing.T) {
				h.on(op.at(), inTurn(broken, broken, says(op.status, op.body)))
				before := len(h.calls(op.path))
				_, _, err := op.do(t.Context(), visit(c.Client))
				calls := len(h.calls(op.path)) - before
				if op.method == "PATCH" && (err == nil || calls != 1) {
					t.Errorf("got %v after %d calls, want an error after one", err, calls)
				}
				if op.method == "GET" && (err != nil || calls != 3) {
					t.Errorf("got %v after %d calls, want success after three", err, calls)
				}
			})
		}
	}
}

func TestBadIDs(t *testing.T) {
	h := newHub(t)
	one, two := h.rc1(t), h.v12(t)
	for _, id := range []string{"", ".", ".."} {
		_, err1 := one.Policy(t.Context(), visit(one.Client), id)
		_, err2 := two.PaymentDetails(t.Context(), visit(two.Client), id)
		_, err3 := one.Consent(t.Context(), uae.Visit{}, id)
		_, err4 := two.Revoke(t.Context(), uae.Visit{}, id, "")
		for _, err := range []error{err1, err2, err3, err4} {
			if err == nil || !strings.Contains(err.Error(), "is no id") {
				t.Errorf("id %q: got %v", id, err)
			}
		}
	}
	if len(h.asked) != 0 {
		t.Errorf("%d calls, want none", len(h.asked))
	}
}
