package uae_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

const (
	consentEvent = `{"Data":{"ConsentId":"c1","Status":"Revoked"},"Meta":{"EventDateTime":"2026-03-02T09:29:59Z","EventResource":"/insurance-consents/c1","EventType":"Resource.Updated","ConsentId":"c1"}}`
	policyEvent  = `{"Data":{"PolicyType":"Motor"},"Links":{"Self":"https://rs1.hub.test/p1"},"EventMeta":{"EventDateTime":"2022-08-24T07:28:00.556Z","EventResource":"insurance-policies","EventType":"UAEOF.Resource.Updated","ConsentId":"c1"}}`
)

// event is the claims of an event, with members changed; nil takes one out.
func (h *hub) event(tb testing.TB, changed map[string]any) string {
	tb.Helper()
	claims := map[string]any{
		"iss": h.issuer, "aud": []string{clientID}, "jti": "e1",
		"iat": start.Unix(), "nbf": start.Unix(), "exp": start.Add(5 * time.Minute).Unix(),
		"message": json.RawMessage(consentEvent),
	}
	for name, value := range changed {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return text(tb, claims)
}

// delivery is an event as the hub signs it.
func (h *hub) delivery(tb testing.TB, changed map[string]any) string {
	tb.Helper()
	return signed(tb, hubKey(), kid, "PS256", h.event(tb, changed))
}

func (h *hub) receiver(tb testing.TB, change func(*uae.ReceiverOptions)) *uae.Receiver {
	tb.Helper()
	o := uae.ReceiverOptions{
		Keys: h.v12(tb).HubKey, Issuer: h.issuer, Audience: clientID, Now: h.clock,
		Handle: func(context.Context, *uae.Event) error { return nil },
	}
	if change != nil {
		change(&o)
	}
	r, err := uae.NewReceiver(o)
	if err != nil {
		tb.Fatalf("NewReceiver: %v", err)
	}
	return r
}

// sealed is a compact JWE around a text.
func sealed(tb testing.TB, id string, alg jose.KeyAlgorithm, enc jose.ContentEncryption, options *jose.EncrypterOptions, inner string) string {
	tb.Helper()
	e, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: alg, Key: clientKey().Public(), KeyID: id}, options)
	if err != nil {
		tb.Fatal(err)
	}
	made, err := e.Encrypt([]byte(inner))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := made.CompactSerialize()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

func asJWT() *jose.EncrypterOptions { return (&jose.EncrypterOptions{}).WithContentType("JWT") }

func decrypting(o *uae.ReceiverOptions) {
	o.Decrypt = []uae.Key{{ID: "old", Private: strayKey()}, {ID: "enc-1", Private: clientKey()}}
}

func deliver(r http.Handler, kind, body string, headers ...string) *httptest.ResponseRecorder {
	q := httptest.NewRequest(http.MethodPost, "/events", strings.NewReader(body))
	q.Header.Set("Content-Type", kind)
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	return w
}

func TestEvents(t *testing.T) {
	h := newHub(t)
	meta := uae.EventMeta{EventDateTime: "2026-03-02T09:29:59Z", EventResource: "/insurance-consents/c1", EventType: "Resource.Updated", ConsentID: "c1"}
	tests := map[string]struct {
		kind, body string
		want       uae.Event
	}{
		"signed": {"application/jwt", h.delivery(t, nil), uae.Event{ID: "e1", Meta: meta, Data: []byte(`{"ConsentId":"c1","Status":"Revoked"}`)}},
		"signed, the shape of rc1": {
			"application/jwt; charset=utf-8", h.delivery(t, map[string]any{"message": json.RawMessage(policyEvent)}) + "\r\n",
			uae.Event{
				ID: "e1", Links: &uae.Links{Self: "https://rs1.hub.test/p1"}, Data: []byte(`{"PolicyType":"Motor"}`),
				Meta: uae.EventMeta{EventDateTime: "2022-08-24T07:28:00.556Z", EventResource: "insurance-policies", EventType: "UAEOF.Resource.Updated", ConsentID: "c1"},
			},
		},
		"sealed":      {"application/jwe", sealed(t, "enc-1", jose.RSA_OAEP_256, jose.A256GCM, asJWT(), h.delivery(t, nil)), uae.Event{ID: "e1", Meta: meta, Data: []byte(`{"ConsentId":"c1","Status":"Revoked"}`)}},
		"without jti": {"application/jwt", h.delivery(t, map[string]any{"jti": nil, "aud": clientID}), uae.Event{Meta: meta, Data: []byte(`{"ConsentId":"c1","Status":"Revoked"}`)}},
		"without data": {
			"application/jwt", h.delivery(t, map[string]any{"message": map[string]any{"Meta": meta}}),
			uae.Event{ID: "e1", Meta: meta},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []*uae.Event
			r := h.receiver(t, func(o *uae.ReceiverOptions) {
				decrypting(o)
				o.Handle = func(_ context.Context, e *uae.Event) error { got = append(got, e); return nil }
			})
			w := deliver(r, test.kind, test.body, "x-fapi-interaction-id", "i1")
			if w.Code != http.StatusAccepted || w.Body.Len() != 0 || w.Header().Get("X-Fapi-Interaction-Id") != "i1" {
				t.Errorf("answered %d %v %s, want 202, empty, with the interaction id", w.Code, w.Header(), w.Body)
			}
			if len(got) != 1 {
				t.Fatalf("handled %d events, want one", len(got))
			}
			test.want.Expires = start.Add(5 * time.Minute)
			if diff := cmp.Diff(test.want, *got[0], cmp.Comparer(func(a, b uae.Event) bool {
				return a.ID == b.ID && a.Meta == b.Meta && bytes.Equal(a.Data, b.Data) && a.Expires.Equal(b.Expires) &&
					(a.Links == nil) == (b.Links == nil) && (a.Links == nil || *a.Links == *b.Links)
			})); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
	}
}

// refusals is everything that can be wrong with an event.
func refusals(tb testing.TB, h *hub) map[string]struct {
	raw  string
	want error
	code uae.Code
} {
	tb.Helper()
	good := h.delivery(tb, nil)
	parts := strings.Split(good, ".")
	altered := []string{parts[0], strings.Split(h.delivery(tb, map[string]any{"jti": "e2"}), ".")[1], parts[2]}
	inside := func(message string) string {
		return h.delivery(tb, map[string]any{"message": json.RawMessage(message)})
	}
	seal := func(inner string) string { return sealed(tb, "enc-1", jose.RSA_OAEP_256, jose.A256GCM, asJWT(), inner) }
	whole := seal(good)
	tag := strings.LastIndexByte(whole, '.') + 1
	torn := whole[:tag] + strings.Repeat("A", len(whole)-tag)
	crit, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.PS256, Key: jose.JSONWebKey{Key: hubKey(), KeyID: kid}}, (&jose.SignerOptions{}).WithHeader("crit", []string{"exp"}))
	if err != nil {
		tb.Fatal(err)
	}
	made, err := crit.Sign([]byte(h.event(tb, nil)))
	if err != nil {
		tb.Fatal(err)
	}
	critical, err := made.CompactSerialize()
	if err != nil {
		tb.Fatal(err)
	}
	return map[string]struct {
		raw  string
		want error
		code uae.Code
	}{
		"tampered":             {strings.Join(altered, "."), uae.ErrSignature, uae.CodeJWSSignature},
		"signature of another": {signed(tb, strayKey(), kid, "PS256", h.event(tb, nil)), uae.ErrSignature, uae.CodeJWSSignature},
		"no signature":         {parts[0] + "." + parts[1] + ".", uae.ErrSignature, uae.CodeJWSSignature},
		"unknown kid":          {signed(tb, hubKey(), "hub-9", "PS256", h.event(tb, nil)), uae.ErrUnknownKey, uae.CodeJWSHeader},
		"no kid":               {signed(tb, hubKey(), "", "PS256", h.event(tb, nil)), uae.ErrUnknownKey, uae.CodeJWSHeader},
		"RS256":                {signed(tb, hubKey(), kid, "RS256", h.event(tb, nil)), uae.ErrAlgorithm, uae.CodeJWSHeader},
		"PS512":                {signed(tb, hubKey(), kid, "PS512", h.event(tb, nil)), uae.ErrAlgorithm, uae.CodeJWSHeader},
		"HS256":                {signed(tb, []byte("0123456789abcdef0123456789abcdef"), kid, "HS256", h.event(tb, nil)), uae.ErrAlgorithm, uae.CodeJWSHeader},
		"none":                 {"eyJhbGciOiJub25lIn0." + parts[1] + ".", uae.ErrAlgorithm, uae.CodeJWSHeader},
		"long salt":            {longSalt(tb, h.event(tb, nil)), uae.ErrSignature, uae.CodeJWSSignature},
		"another issuer":       {h.delivery(tb, map[string]any{"iss": "https://evil.test"}), uae.ErrIssuer, uae.CodeJWSClaim},
		"no issuer":            {h.delivery(tb, map[string]any{"iss": nil}), uae.ErrIssuer, uae.CodeJWSClaim},
		"another audience":     {h.delivery(tb, map[string]any{"aud": []string{"other"}}), uae.ErrAudience, uae.CodeJWSClaim},
		"no audience":          {h.delivery(tb, map[string]any{"aud": nil}), uae.ErrAudience, uae.CodeJWSClaim},
		"expired":              {h.delivery(tb, map[string]any{"exp": start.Add(-30 * time.Second).Unix()}), uae.ErrExpired, uae.CodeJWSClaim},
		"not yet":              {h.delivery(tb, map[string]any{"nbf": start.Add(31 * time.Second).Unix()}), uae.ErrNotYet, uae.CodeJWSClaim},
		"no exp":               {h.delivery(tb, map[string]any{"exp": nil}), uae.ErrMalformed, uae.CodeJWSMalformed},
		"no nbf":               {h.delivery(tb, map[string]any{"nbf": nil}), uae.ErrMalformed, uae.CodeJWSMalformed},
		"negative exp":         {h.delivery(tb, map[string]any{"exp": -1}), uae.ErrMalformed, uae.CodeJWSMalformed},
		"critical":             {critical, uae.ErrMalformed, uae.CodeJWSMalformed},
		"no message":           {h.delivery(tb, map[string]any{"message": nil}), uae.ErrMalformed, uae.CodeJWSMalformed},
		"null message":         {inside("null"), uae.ErrMalformed, uae.CodeJWSMalformed},
		"no meta":              {inside(`{"Data":{}}`), uae.ErrMalformed, uae.CodeJWSMalformed},
		"both metas":           {inside(strings.Replace(consentEvent, `"Data"`, `"EventMeta":{},"Data"`, 1)), uae.ErrMalformed, uae.CodeJWSMalformed},
		"half a meta":          {inside(strings.Replace(consentEvent, `"EventType"`, `"Type"`, 1)), uae.ErrMalformed, uae.CodeJWSMalformed},
		"meta in a list":       {inside(`{"Meta":[]}`), uae.ErrMalformed, uae.CodeJWSMalformed},
		"claims in a list":     {signed(tb, hubKey(), kid, "PS256", `[]`), uae.ErrMalformed, uae.CodeJWSMalformed},
		"claims miscased":      {signed(tb, hubKey(), kid, "PS256", strings.Replace(h.event(tb, nil), `"iss"`, `"ISS"`, 1)), uae.ErrIssuer, uae.CodeJWSClaim},
		"a claim twice":        {signed(tb, hubKey(), kid, "PS256", strings.Replace(h.event(tb, nil), "{", `{"jti":"e2",`, 1)), uae.ErrMalformed, uae.CodeJWSMalformed},
		"nonsense":             {"a.b.c", uae.ErrMalformed, uae.CodeJWSMalformed},
		"sealed, tampered":     {seal(strings.Join(altered, ".")), uae.ErrSignature, uae.CodeJWSSignature},
		"sealed, torn":         {torn, uae.ErrDecryption, uae.CodeJWEDecryption},
		"sealed, wrong key":    {sealed(tb, "old", jose.RSA_OAEP_256, jose.A256GCM, asJWT(), good), uae.ErrDecryption, uae.CodeJWEDecryption},
		"sealed, unknown key":  {sealed(tb, "enc-9", jose.RSA_OAEP_256, jose.A256GCM, asJWT(), good), uae.ErrUnknownKey, uae.CodeJWSHeader},
		"sealed by SHA-1":      {sealed(tb, "enc-1", jose.RSA_OAEP, jose.A256GCM, asJWT(), good), uae.ErrAlgorithm, uae.CodeJWSHeader},
		"sealed by A128GCM":    {sealed(tb, "enc-1", jose.RSA_OAEP_256, jose.A128GCM, asJWT(), good), uae.ErrAlgorithm, uae.CodeJWSHeader},
		"sealed, no cty":       {sealed(tb, "enc-1", jose.RSA_OAEP_256, jose.A256GCM, nil, good), uae.ErrMalformed, uae.CodeJWSMalformed},
		"sealed, compressed":   {sealed(tb, "enc-1", jose.RSA_OAEP_256, jose.A256GCM, &jose.EncrypterOptions{Compression: jose.DEFLATE, ExtraHeaders: map[jose.HeaderKey]any{"cty": "JWT"}}, good), uae.ErrMalformed, uae.CodeJWSMalformed},
		"sealed nonsense":      {seal("nonsense"), uae.ErrMalformed, uae.CodeJWSMalformed},
		"sealed twice":         {seal(seal(good)), uae.ErrMalformed, uae.CodeJWSMalformed},
		"five parts":           {"a.b.c.d.e", uae.ErrMalformed, uae.CodeJWSMalformed},
	}
}

func TestRefusedEvents(t *testing.T) {
	h := newHub(t)
	for name, test := range refusals(t, h) {
		t.Run(name, func(t *testing.T) {
			var seen error
			r := h.receiver(t, func(o *uae.ReceiverOptions) {
				decrypting(o)
				o.Handle = func(context.Context, *uae.Event) error { t.Error("it was handled"); return nil }
				o.Observe = func(_ context.Context, e *uae.Event, err error) {
					if e != nil {
						t.Errorf("observed with the event %v", e)
					}
					seen = err
				}
			})
			e, err := r.Verify(t.Context(), []byte(test.raw))
			if e != nil {
				t.Errorf("got %v", e)
			}
			for _, sentinel := range sentinels {
				if errors.Is(err, sentinel) != errors.Is(test.want, sentinel) {
					t.Errorf("got %v, want %v and no other", err, test.want)
				}
			}
			kind := "application/jwt"
			if strings.Count(test.raw, ".") == 4 {
				kind = "application/jwe"
			}
			w := deliver(r, kind, test.raw)
			var body struct {
				Errors []struct{ Code, Message string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); w.Code != http.StatusBadRequest || err != nil || len(body.Errors) != 1 || body.Errors[0].Code != string(test.code) || body.Errors[0].Message == "" {
				t.Errorf("answered %d %s, want 400 with %s", w.Code, w.Body, test.code)
			}
			if !errors.Is(seen, test.want) {
				t.Errorf("observed %v, want %v", seen, test.want)
			}
		})
	}
}

// sentinels is all that can be wrong with an event.
var sentinels = []error{
	uae.ErrMalformed, uae.ErrAlgorithm, uae.ErrUnknownKey, uae.ErrDecryption, uae.ErrSignature,
	uae.ErrIssuer, uae.ErrAudience, uae.ErrExpired, uae.ErrNotYet, uae.ErrNonce, uae.ErrReplayed,
}

func TestWhatIsNoDelivery(t *testing.T) {
	h := newHub(t)
	good := h.delivery(t, nil)
	sealedGood := sealed(t, "enc-1", jose.RSA_OAEP_256, jose.A256GCM, asJWT(), good)
	tests := map[string]struct {
		method, kind string
		body         io.Reader
		decrypts     bool
		want         int
	}{
		"GET":                    {"GET", "application/jwt", strings.NewReader(good), true, 405},
		"JSON":                   {"POST", "application/json", strings.NewReader(good), true, 415},
		"no type":                {"POST", "", strings.NewReader(good), true, 415},
		"half a type":            {"POST", "application/jwt; =", strings.NewReader(good), true, 415},
		"sealed, cannot decrypt": {"POST", "application/jwe", strings.NewReader(sealedGood), false, 415},
		"sealed, said signed":    {"POST", "application/jwt", strings.NewReader(sealedGood), true, 400},
		"signed, said sealed":    {"POST", "application/jwe", strings.NewReader(good), true, 400},
		"empty":                  {"POST", "application/jwt", strings.NewReader(""), true, 400},
		"too long":               {"POST", "application/jwt", strings.NewReader(strings.Repeat("a", 64<<10+1)), true, 413},
		"as long as it may be":   {"POST", "application/jwt", strings.NewReader(good + strings.Repeat(" ", 64<<10-len(good))), true, 202},
		"broken off":             {"POST", "application/jwt", io.MultiReader(strings.NewReader(good), brokenReader{}), true, 400},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := h.receiver(t, func(o *uae.ReceiverOptions) {
				if test.decrypts {
					decrypting(o)
				}
			})
			q := httptest.NewRequest(test.method, "/", test.body)
			q.Header.Set("Content-Type", test.kind)
			w := httptest.NewRecorder()
			r.ServeHTTP(w, q)
			if w.Code != test.want || (w.Header().Get("Allow") != "") != (test.want == 405) {
				t.Errorf("answered %d %v, want %d", w.Code, w.Header(), test.want)
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestNewReceiverRefuses(t *testing.T) {
	good := uae.ReceiverOptions{
		Keys: newHub(t).v12(t).HubKey, Issuer: "i", Audience: "a",
		Handle: func(context.Context, *uae.Event) error { return nil },
	}
	for name, change := range map[string]func(*uae.ReceiverOptions){
		"no keys":         func(o *uae.ReceiverOptions) { o.Keys = nil },
		"no handle":       func(o *uae.ReceiverOptions) { o.Handle = nil },
		"no issuer":       func(o *uae.ReceiverOptions) { o.Issuer = "" },
		"no audience":     func(o *uae.ReceiverOptions) { o.Audience = "" },
		"negative memory": func(o *uae.ReceiverOptions) { o.Remember = -1 },
		"no key":          func(o *uae.ReceiverOptions) { o.Decrypt = []uae.Key{{ID: "a"}} },
		"a key that only signs": func(o *uae.ReceiverOptions) {
			o.Decrypt = []uae.Key{{ID: "a", Private: signsOnly{clientKey()}}}
		},
	} {
		o := good
		change(&o)
		if r, err := uae.NewReceiver(o); r != nil || err == nil {
			t.Errorf("%s: got %v, %v", name, r, err)
		}
	}
	if _, err := uae.NewReceiver(good); err != nil {
		t.Error(err)
	}
}
