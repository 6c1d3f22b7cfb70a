package uae_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

var (
	someUUID   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	someSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
)

func requestV12() uae.ConsentRequestV12 {
	return uae.ConsentRequestV12{
		ConsentID:          "0c7e6e5f-7d1d-4b7b-9a52-5b3c8a8c2f10",
		Permissions:        []uae.Permission{uae.ReadPolicies, uae.ReadPaymentDetails},
		ExpirationDateTime: uae.At(start.AddDate(0, 6, 0).In(time.FixedZone("", 4*60*60))),
		OpenFinanceBilling: uae.Billing{Purpose: uae.BillQuoteComparison},
		Events:             &uae.Webhook{URL: "https://tpp.test/events", IsActive: true},
	}
}

func TestPush(t *testing.T) {
	tests := map[string]struct {
		push    func(*hub) (*uae.Pending, error)
		details string
	}{
		"v1.2": {
			func(h *hub) (*uae.Pending, error) { return h.v12(t).Push(t.Context(), requestV12()) },
			`[{"type":"urn:openfinanceuae:insurance-consent:v1.2",
			  "consent":{"ConsentId":"0c7e6e5f-7d1d-4b7b-9a52-5b3c8a8c2f10",
			    "Permissions":["ReadMotorInsurancePolicies","ReadMotorInsuranceCustomerPaymentDetails"],
			    "ExpirationDateTime":"2026-09-02T13:30:00+04:00",
			    "OpenFinanceBilling":{"Purpose":"QuoteComparison"}},
			  "subscription":{"Webhook":{"Url":"https://tpp.test/events","IsActive":true}}}]`,
		},
		"v1.0-rc1": {
			func(h *hub) (*uae.Pending, error) {
				return h.rc1(t).Push(t.Context(), uae.ConsentRequestRC1{
					ConsentID:          "0c7e6e5f-7d1d-4b7b-9a52-5b3c8a8c2f10",
					BaseConsentID:      "b1",
					Permissions:        []uae.Permission{uae.ReadPolicies},
					ExpirationDateTime: uae.At(start.AddDate(0, 6, 0)),
					Purpose:            []uae.PurposeRC1{uae.ForMotorQuote},
					OnBehalfOf:         &uae.OnBehalfOf{LegalName: "Broker LLC", IdentifierType: "Other", Identifier: "1"},
				})
			},
			`[{"type":"urn:openfinanceuae:insurance-consent:v1.0-rc1",
			  "consent":{"ConsentId":"0c7e6e5f-7d1d-4b7b-9a52-5b3c8a8c2f10","BaseConsentId":"b1",
			    "Permissions":["ReadMotorInsurancePolicies"],
			    "ExpirationDateTime":"2026-09-02T09:30:00Z",
			    "Purpose":["MotorInsuranceQuote"],
			    "OnBehalfOf":{"LegalName":"Broker LLC","IdentifierType":"Other","Identifier":"1"}}}]`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			p, err := test.push(h)
			if err != nil {
				t.Fatal(err)
			}
			sent := h.last(t, pushPath)
			if got := sent.Header.Get("Content-Type"); got != "application/x-www-form-urlencoded" {
				t.Errorf("content type %q", got)
			}
			form := sent.form(t)
			request := signedByClient(t, form.Get("request"))
			form.Del("request")
			form.Del("client_assertion")
			if diff := cmp.Diff(url.Values{"client_id": {clientID}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}, form); diff != "" {
				t.Errorf("form (-want +got):\n%s", diff)
			}

			challenge := sha256.Sum256([]byte(p.Verifier))
			want := decoded(t, `{"iss":"`+clientID+`","client_id":"`+clientID+`","aud":"`+h.issuer+`",
				"nbf":1772443790,"exp":1772444090,
				"response_type":"code","redirect_uri":"`+redirect+`","scope":"openid insurance",
				"state":"`+p.State+`","nonce":"`+p.Nonce+`",
				"code_challenge":"`+base64.RawURLEncoding.EncodeToString(challenge[:])+`","code_challenge_method":"S256",
				"authorization_details":`+test.details+`}`)
			if diff := cmp.Diff(want, request); diff != "" {
				t.Errorf("request object (-want +got):\n%s", diff)
			}

			for what, secret := range map[string]string{"state": p.State, "nonce": p.Nonce, "verifier": p.Verifier} {
				if !someSecret.MatchString(secret) {
					t.Errorf("%s %q is not 256 bits", what, secret)
				}
			}
			if p.State == p.Nonce || p.Nonce == p.Verifier {
				t.Error("one secret serves twice")
			}
			got := *p
			got.State, got.Nonce, got.Verifier = "", "", ""
			if diff := cmp.Diff(uae.Pending{
				ConsentID: "0c7e6e5f-7d1d-4b7b-9a52-5b3c8a8c2f10", RequestURI: "urn:ietf:params:oauth:request_uri:r1",
				Expires: start.Add(10 * time.Minute), RedirectURI: redirect,
			}, got, cmp.Comparer(func(a, b uae.Pending) bool { return a == b })); diff != "" {
				t.Errorf("pending (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAssertion(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	seen := map[any]bool{}
	for range 2 {
		if _, err := c.Push(t.Context(), uae.ConsentRequestV12{}); err != nil {
			t.Fatal(err)
		}
		claims := signedByClient(t, h.last(t, pushPath).form(t).Get("client_assertion"))
		id, _ := claims["jti"].(string)
		if !someUUID.MatchString(id) || seen[id] {
			t.Errorf("jti %q is not a fresh UUID", id)
		}
		seen[id] = true
		delete(claims, "jti")
		want := decoded(t, `{"iss":"`+clientID+`","sub":"`+clientID+`","aud":"`+h.issuer+`","iat":1772443800,"nbf":1772443790,"exp":1772444090}`)
		if diff := cmp.Diff(want, claims); diff != "" {
			t.Errorf("assertion (-want +got):\n%s", diff)
		}
	}
}

func TestPushMakesAConsentID(t *testing.T) {
	h := newHub(t)
	one, err := h.v12(t).Push(t.Context(), uae.ConsentRequestV12{})
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.rc1(t).Push(t.Context(), uae.ConsentRequestRC1{})
	if err != nil {
		t.Fatal(err)
	}
	if !someUUID.MatchString(one.ConsentID) || !someUUID.MatchString(two.ConsentID) || one.ConsentID == two.ConsentID {
		t.Errorf("consent ids %q and %q, want two UUIDs", one.ConsentID, two.ConsentID)
	}
	sent := signedByClient(t, h.last(t, pushPath).form(t).Get("request"))["authorization_details"].([]any)[0].(map[string]any)
	if got := sent["consent"].(map[string]any)["ConsentId"]; got != two.ConsentID {
		t.Errorf("sent %v, told %s", got, two.ConsentID)
	}
}

func TestPushAnswers(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		want   string // "" is accepted
	}{
		"201 of v1.x":     {says(201, `{"request_uri":"urn:r","expires_in":600}`), ""},
		"200 of v2.1":     {says(200, `{"request_uri":"urn:r","expires_in":600}`), ""},
		"no request_uri":  {says(201, `{"expires_in":600}`), "request_uri is missing"},
		"no expires_in":   {says(201, `{"request_uri":"urn:r"}`), "expires_in is not"},
		"quoted lifetime": {says(201, `{"request_uri":"urn:r","expires_in":"600"}`), "want a number"},
		"negative":        {says(201, `{"request_uri":"urn:r","expires_in":-1}`), "expires_in is not"},
		"204":             {says(204, ""), "a status that this call never has"},
		"a page":          {says(200, "<html>"), "not JSON"},
		"broken off":      {breaks, "push"},
		"503":             {says(503, ""), "answered 503"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			h.on("POST "+pushPath, test.answer)
			p, err := h.v12(t).Push(t.Context(), requestV12())
			switch {
			case test.want == "" && (err != nil || p.RequestURI != "urn:r"):
				t.Errorf("got %v, %v, want it accepted", p, err)
			case test.want != "" && (p != nil || err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, %v, want an error with %q", p, err, test.want)
			}
			if got := len(h.calls(pushPath)); got != 1 {
				t.Errorf("sent %d times, want once", got)
			}
		})
	}
}

func TestPushNeedsARedirect(t *testing.T) {
	h := newHub(t)
	o := h.options()
	o.RedirectURI = ""
	c, err := uae.NewV12(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Push(t.Context(), requestV12()); err == nil || len(h.asked) != 0 {
		t.Errorf("got %v after %d calls, want an error and none", err, len(h.asked))
	}
}

func TestAuthorizationURL(t *testing.T) {
	h := newHub(t)
	got, err := h.v12(t).AuthorizationURL(t.Context(), &uae.Pending{RequestURI: "urn:r:1", State: "st4te"})
	want := h.URL + "/insurer/consent?brand=7&client_id=" + url.QueryEscape(clientID) + "&request_uri=urn%3Ar%3A1&response_type=code&scope=openid+insurance"
	if err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
	h.Close()
	if got, err := h.rc1(t).AuthorizationURL(t.Context(), &uae.Pending{}); got != "" || err == nil {
		t.Errorf("got %q, %v without a hub", got, err)
	}
}

func TestCallback(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	iss := "&iss=" + url.QueryEscape(h.issuer)
	tests := map[string]struct {
		query string
		code  string
		is    error
		want  uae.AuthorizationError
	}{
		"code":              {"code=c1&state=s1" + iss, "c1", nil, uae.AuthorizationError{}},
		"another state":     {"code=c1&state=s2" + iss, "", uae.ErrState, uae.AuthorizationError{}},
		"no state":          {"code=c1" + iss, "", uae.ErrState, uae.AuthorizationError{}},
		"error, no state":   {"error=access_denied" + iss, "", uae.ErrState, uae.AuthorizationError{}},
		"another issuer":    {"code=c1&state=s1&iss=https://evil.test", "", uae.ErrIssuer, uae.AuthorizationError{}},
		"no issuer":         {"code=c1&state=s1", "", uae.ErrIssuer, uae.AuthorizationError{}},
		"neither":           {"state=s1" + iss, "", uae.ErrMalformed, uae.AuthorizationError{}},
		"code and error":    {"code=c1&error=access_denied&state=s1" + iss, "", uae.ErrMalformed, uae.AuthorizationError{}},
		"two codes":         {"code=c1&code=c2&state=s1" + iss, "", uae.ErrMalformed, uae.AuthorizationError{}},
		"two states":        {"code=c1&state=s1&state=s1" + iss, "", uae.ErrMalformed, uae.AuthorizationError{}},
		"rejected":          {"error=access_denied&error_description=user_rejected_consent&state=s1" + iss, "", uae.AccessDenied, uae.AuthorizationError{Code: uae.AccessDenied, Description: uae.ReasonUserRejected}},
		"no policies":       {"error=invalid_request&error_description=user_lacks_eligible_policies&state=s1" + iss, "", uae.InvalidRequest, uae.AuthorizationError{Code: uae.InvalidRequest, Description: uae.ReasonNoPolicies}},
		"insurer is down":   {"error=temporarily_unavailable&error_description=lfi_temporarily_unavailable&state=s1" + iss, "", uae.TemporarilyUnavailable, uae.AuthorizationError{Code: uae.TemporarilyUnavailable, Description: uae.ReasonInsurerDown}},
		"insurer fails":     {"error=server_error&error_description=lfi_internal_error&error_uri=https://a.test&state=s1" + iss, "", uae.ServerError, uae.AuthorizationError{Code: uae.ServerError, Description: uae.ReasonInsurerFailed, URI: "https://a.test"}},
		"error, no reasons": {"error=something_new&state=s1" + iss, "", uae.OAuthCode("something_new"), uae.AuthorizationError{Code: "something_new"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			code, err := c.Callback(&uae.Pending{State: "s1"}, query)
			if code != test.code || !errors.Is(err, test.is) || (err == nil) != (test.is == nil) {
				t.Errorf("got %q, %v, want %q, %v", code, err, test.code, test.is)
			}
			e, refused := errors.AsType[*uae.AuthorizationError](err)
			if refused != (test.want.Code != "") || refused && *e != test.want {
				t.Errorf("got %+v, want %+v", e, test.want)
			}
		})
	}
	// A pending that was lost makes no state good.
	if _, err := c.Callback(&uae.Pending{}, url.Values{"code": {"c1"}, "iss": {h.issuer}}); !errors.Is(err, uae.ErrState) {
		t.Errorf("got %v, want ErrState", err)
	}
	denied := &uae.AuthorizationError{Code: uae.AccessDenied, Description: "no\nthanks"}
	if got, want := denied.Error(), "uae: authorization: access_denied: no thanks"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
