package uae_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

const grantedV12 = `{"type":"urn:openfinanceuae:insurance-consent:v1.2","consent":{"Data":{"ConsentId":"c1","Permissions":["ReadMotorInsurancePolicies"],"ExpirationDateTime":"2026-09-02T09:30:00Z","OpenFinanceBilling":{"Purpose":"Onboarding"},"CreationDateTime":"2026-03-02T09:00:00Z","Status":"Authorized","StatusUpdateDateTime":"2026-03-02T09:29:00Z"},"Links":{"Self":"s"},"Meta":{}}}`

// userToken is the answer to a code.
func userToken(access, identity string) string {
	return `{"access_token":"` + access + `","token_type":"Bearer","expires_in":600,"scope":"openid insurance","refresh_token":"refresh-1","id_token":"` + identity + `","authorization_details":[` + grantedV12 + `]}`
}

// identity is the claims of an id_token, with members changed; nil takes one out.
func (h *hub) identity(tb testing.TB, changed map[string]any) string {
	tb.Helper()
	claims := map[string]any{
		"iss": h.issuer, "aud": clientID, "sub": "user", "nonce": "n1",
		"iat": start.Unix(), "exp": start.Add(5 * time.Minute).Unix(),
	}
	for name, value := range changed {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return text(tb, claims)
}

func pending() *uae.Pending {
	return &uae.Pending{ConsentID: "c1", RedirectURI: redirect, State: "s1", Nonce: "n1", Verifier: "v1"}
}

func TestExchange(t *testing.T) {
	h := newHub(t)
	claims := h.identity(t, nil)
	identity := signed(t, hubKey(), kid, "PS256", claims)
	h.on("POST "+tokenPath, says(200, userToken("user-1", identity)))
	c := h.v12(t)
	got, err := c.Exchange(t.Context(), pending(), "code-1")
	if err != nil {
		t.Fatal(err)
	}
	form := h.last(t, tokenPath).form(t)
	signedByClient(t, form.Get("client_assertion"))
	form.Del("client_assertion")
	if diff := cmp.Diff(url.Values{
		"grant_type": {"authorization_code"}, "code": {"code-1"}, "redirect_uri": {redirect}, "code_verifier": {"v1"},
		"client_id": {clientID}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}, form); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	if got.AccessToken != "user-1" || got.RefreshToken != "refresh-1" || got.Scope != "openid insurance" || got.IDToken != identity ||
		string(got.Claims) != claims || !got.Expires.Equal(start.Add(10*time.Minute)) {
		t.Errorf("got %#v %s", *got, got.Claims)
	}
	consent, err := c.Granted(got)
	if err != nil || consent.Data.ConsentID != "c1" || consent.Data.Status != uae.Authorized || consent.Data.OpenFinanceBilling.Purpose != uae.BillOnboarding {
		t.Errorf("granted %+v, %v", consent, err)
	}
	if _, err := h.rc1(t).Granted(got); err == nil {
		t.Error("v1.0-rc1 read a consent of v1.2")
	}
	got.Details[0].Consent = []byte(`{"Data":{"ConsentId":"c1"}}`)
	if _, err := c.Granted(got); err == nil || !strings.Contains(err.Error(), "Status is missing") {
		t.Errorf("got %v, want no consent without a status", err)
	}
}

func TestIdentity(t *testing.T) {
	h := newHub(t)
	by := func(changed map[string]any) string { return signed(t, hubKey(), kid, "PS256", h.identity(t, changed)) }
	good := by(nil)
	half := good[:strings.LastIndexByte(good, '.')]
	tests := map[string]struct {
		token string
		want  error // nil is accepted
	}{
		"good":                   {good, nil},
		"audience in a list":     {by(map[string]any{"aud": []string{clientID}}), nil},
		"one of two audiences":   {by(map[string]any{"aud": []string{"other", clientID}, "azp": clientID}), nil},
		"expired within leeway":  {by(map[string]any{"exp": start.Add(-29 * time.Second).Unix()}), nil},
		"begins within leeway":   {by(map[string]any{"nbf": start.Add(30 * time.Second).Unix()}), nil},
		"a fraction of a second": {by(map[string]any{"exp": 1772444100.5}), nil},
		"another issuer":         {by(map[string]any{"iss": "https://evil.test"}), uae.ErrIssuer},
		"no issuer":              {by(map[string]any{"iss": nil}), uae.ErrIssuer},
		"issuer twice":           {signed(t, hubKey(), kid, "PS256", strings.Replace(h.identity(t, nil), "{", `{"iss":"`+h.issuer+`",`, 1)), uae.ErrMalformed},
		"another audience":       {by(map[string]any{"aud": "other"}), uae.ErrAudience},
		"no audience":            {by(map[string]any{"aud": nil}), uae.ErrAudience},
		"null audience":          {signed(t, hubKey(), kid, "PS256", strings.Replace(h.identity(t, nil), `"`+clientID+`"`, "null", 1)), uae.ErrAudience},
		"authorized another":     {by(map[string]any{"azp": "other"}), uae.ErrAudience},
		"expired":                {by(map[string]any{"exp": start.Add(-30 * time.Second).Unix()}), uae.ErrExpired},
		"no expiry":              {by(map[string]any{"exp": nil}), uae.ErrMalformed},
		"expiry in words":        {by(map[string]any{"exp": "tomorrow"}), uae.ErrMalformed},
		"expiry far away":        {by(map[string]any{"exp": 1e18}), uae.ErrMalformed},
		"expiry by exponent":     {signed(t, hubKey(), kid, "PS256", strings.Replace(h.identity(t, nil), "1772444100", "17724441e2", 1)), uae.ErrMalformed},
		"not yet":                {by(map[string]any{"nbf": start.Add(31 * time.Second).Unix()}), uae.ErrNotYet},
		"nbf in words":           {by(map[string]any{"nbf": "now"}), uae.ErrMalformed},
		"another nonce":          {by(map[string]any{"nonce": "n2"}), uae.ErrNonce},
		"no nonce":               {by(map[string]any{"nonce": nil}), uae.ErrNonce},
		"stray key":              {signed(t, strayKey(), kid, "PS256", h.identity(t, nil)), uae.ErrSignature},
		"unknown key":            {signed(t, hubKey(), "hub-2", "PS256", h.identity(t, nil)), uae.ErrUnknownKey},
		"no kid":                 {signed(t, hubKey(), "", "PS256", h.identity(t, nil)), uae.ErrUnknownKey},
		"RS256":                  {signed(t, hubKey(), kid, "RS256", h.identity(t, nil)), uae.ErrAlgorithm},
		"HS256":                  {signed(t, []byte("0123456789abcdef0123456789abcdef"), kid, "HS256", h.identity(t, nil)), uae.ErrAlgorithm},
		"none":                   {"eyJhbGciOiJub25lIn0" + half[strings.IndexByte(half, '.'):] + ".", uae.ErrAlgorithm},
		"no signature":           {half + ".", uae.ErrSignature},
		"two parts":              {half, uae.ErrMalformed},
		"a list":                 {signed(t, hubKey(), kid, "PS256", `[]`), uae.ErrMalformed},
		"nonsense":               {"nonsense", uae.ErrMalformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h.on("POST "+tokenPath, says(200, userToken("user-1", test.token)))
			got, err := h.v12(t).Exchange(t.Context(), pending(), "code-1")
			if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) || (got == nil) != (err != nil) {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
	h.on("POST "+tokenPath, says(200, userToken("user-1", good)))
	if _, err := h.v12(t).Exchange(t.Context(), &uae.Pending{}, "code-1"); !errors.Is(err, uae.ErrNonce) {
		t.Errorf("without a nonce of our own: got %v, want ErrNonce", err)
	}
}

func TestTokenAnswers(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   string
	}{
		"no access token": {200, `{"token_type":"Bearer"}`, "access_token is missing"},
		"bad characters":  {200, `{"access_token":"a\nb","token_type":"Bearer"}`, "cannot be sent"},
		"MAC":             {200, `{"access_token":"a","token_type":"MAC"}`, "token_type is not Bearer"},
		"no type":         {200, `{"access_token":"a"}`, "token_type is not Bearer"},
		"quoted lifetime": {200, `{"access_token":"a","token_type":"Bearer","expires_in":"600"}`, "want a number"},
		"half a second":   {200, `{"access_token":"a","token_type":"Bearer","expires_in":0.5}`, "expires_in is not"},
		"no id_token":     {200, `{"access_token":"a","token_type":"Bearer","expires_in":600}`, "id_token is missing"},
		"201":             {201, `{"access_token":"a","token_type":"Bearer"}`, "a status that this call never has"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			h.on("POST "+tokenPath, says(test.status, test.body))
			got, err := h.v12(t).Exchange(t.Context(), pending(), "code-1")
			if e, ok := errors.AsType[*uae.ProtocolError](err); got != nil || !ok || e.Call != "token" || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want a *ProtocolError with %q", got, err, test.want)
			}
		})
	}
}

// A code is good once, so it is sent once; a refresh token is good for long.
func TestWhatIsRepeated(t *testing.T) {
	for name, broken := range map[string]http.HandlerFunc{"cut": breaks, "503": says(503, ""), "502": says(502, "<html>")} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			c := h.v12(t)
			h.on("POST "+tokenPath, broken)
			if _, err := c.Exchange(t.Context(), pending(), "code-1"); err == nil || len(h.calls(tokenPath)) != 1 {
				t.Errorf("code: got %v after %d calls, want an error after one", err, len(h.calls(tokenPath)))
			}
			h.on("POST "+tokenPath, inTurn(broken, broken, says(200, `{"access_token":"user-2","token_type":"bearer","expires_in":600}`)))
			got, err := c.Refresh(t.Context(), "refresh-1")
			if err != nil || got.AccessToken != "user-2" || got.RefreshToken != "refresh-1" {
				t.Errorf("refresh: got %v, %v", got, err)
			}
			assertions := map[string]bool{}
			for _, r := range h.calls(tokenPath) {
				assertions[r.form(t).Get("client_assertion")] = true
			}
			if len(assertions) != 4 {
				t.Errorf("%d assertions in 4 calls, want a new one for each", len(assertions))
			}
			h.on("POST "+tokenPath, broken)
			if _, err := c.Refresh(t.Context(), "refresh-1"); err == nil || len(h.calls(tokenPath)) != 7 {
				t.Errorf("got %v after %d calls, want an error after 7", err, len(h.calls(tokenPath)))
			}
		})
	}
}

func TestRefresh(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	h.on("POST "+tokenPath, says(200, `{"access_token":"user-2","token_type":"Bearer","refresh_token":"refresh-2"}`))
	got, err := c.Refresh(t.Context(), "refresh-1")
	if err != nil || got.RefreshToken != "refresh-2" || !got.Expires.Equal(start.Add(5*time.Minute)) {
		t.Errorf("got %#v, %v, want the new refresh token and the assumed lifetime", got, err)
	}
	form := h.last(t, tokenPath).form(t)
	if form.Get("grant_type") != "refresh_token" || form.Get("refresh_token") != "refresh-1" || form.Get("client_id") != clientID {
		t.Errorf("sent %v", form)
	}
	// An id_token may come along, and is verified but for the nonce.
	h.on("POST "+tokenPath, says(200, userToken("user-3", signed(t, hubKey(), kid, "PS256", h.identity(t, map[string]any{"nonce": nil})))))
	if _, err := c.Refresh(t.Context(), "refresh-1"); err != nil {
		t.Error(err)
	}
	h.on("POST "+tokenPath, says(200, userToken("user-3", signed(t, strayKey(), kid, "PS256", h.identity(t, nil)))))
	if got, err := c.Refresh(t.Context(), "refresh-1"); got != nil || !errors.Is(err, uae.ErrSignature) {
		t.Errorf("got %v, %v, want ErrSignature", got, err)
	}
}

func TestOwnToken(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	own := func(want string, calls int) {
		t.Helper()
		got, err := c.OwnToken(t.Context())
		if err != nil || got.AccessToken != want || len(h.calls(tokenPath)) != calls {
			t.Errorf("got %v, %v after %d calls, want %s after %d", got.AccessToken, err, len(h.calls(tokenPath)), want, calls)
		}
	}
	own("own-1", 1)
	form := h.last(t, tokenPath).form(t)
	if form.Get("grant_type") != "client_credentials" || form.Get("scope") != "openid insurance" || form.Get("client_id") != clientID {
		t.Errorf("sent %v", form)
	}
	h.on("POST "+tokenPath, says(200, `{"access_token":"own-2","token_type":"Bearer","expires_in":20}`))
	h.pass(10*time.Minute - 31*time.Second)
	own("own-1", 1)
	h.pass(time.Second)
	own("own-2", 2)
	h.pass(18*time.Second - 1)
	own("own-2", 2) // a short life loses a tenth
	h.pass(1)
	own("own-2", 3)

	h.pass(time.Hour)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.OwnToken(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	own("own-2", 4) // one for all
}

func TestSession(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	h.on("POST "+tokenPath, says(200, `{"access_token":"user-2","token_type":"Bearer","expires_in":600}`))
	tests := map[string]struct {
		token uae.Token
		after time.Duration
		want  string
		is    error
	}{
		"good for a while":      {uae.Token{AccessToken: "user-1", RefreshToken: "r", Expires: start.Add(10 * time.Minute)}, 9 * time.Minute, "user-1", nil},
		"over":                  {uae.Token{AccessToken: "user-1", RefreshToken: "r", Expires: start.Add(10 * time.Minute)}, 10 * time.Minute, "user-2", nil},
		"over at once":          {uae.Token{AccessToken: "user-1", RefreshToken: "r", Expires: start.Add(-time.Minute)}, 0, "user-2", nil},
		"of unknown end":        {uae.Token{AccessToken: "user-1", RefreshToken: "r"}, time.Hour, "user-1", nil},
		"refresh token only":    {uae.Token{RefreshToken: "r"}, 0, "user-2", nil},
		"over, no refresh":      {uae.Token{AccessToken: "user-1", Expires: start.Add(time.Minute)}, time.Hour, "", uae.ErrNoRefresh},
		"nothing to begin with": {uae.Token{}, 0, "", uae.ErrNoRefresh},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h.now = start
			s := c.Session(test.token)
			h.pass(test.after)
			got, err := s.Token(t.Context())
			if got.AccessToken != test.want || !errors.Is(err, test.is) {
				t.Errorf("got %q, %v, want %q, %v", got.AccessToken, err, test.want, test.is)
			}
			if test.want == "user-2" && got.RefreshToken != "r" {
				t.Errorf("the refresh token is %q, want it kept", got.RefreshToken)
			}
		})
	}
	h.on("POST "+tokenPath, says(400, `{"error":"invalid_grant"}`))
	if _, err := c.Session(uae.Token{RefreshToken: "r"}).Token(t.Context()); !errors.Is(err, uae.InvalidGrant) {
		t.Errorf("got %v, want invalid_grant", err)
	}
}

// A fetch belongs to all who wait for it: one who gives up takes it from nobody.
func TestGivingUp(t *testing.T) {
	h := newHub(t)
	c := h.v12(t)
	asked, release := make(chan bool), make(chan bool)
	good := h.answers["POST "+tokenPath]
	h.on("POST "+tokenPath, func(w http.ResponseWriter, r *http.Request) {
		asked <- true
		<-release
		good(w, r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() { _, err := c.OwnToken(ctx); gaveUp <- err }()
	<-asked
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "uae: token: ") {
		t.Errorf("got %v, want cancelled, by name", err)
	}
	close(release)
	if got, err := c.OwnToken(t.Context()); err != nil || got.AccessToken != "own-1" || len(h.calls(tokenPath)) != 1 {
		t.Errorf("got %q, %v after %d calls, want the token of the first", got.AccessToken, err, len(h.calls(tokenPath)))
	}

	// Nor is a pause before a repeat sat out.
	h.on("GET "+v12+"/insurance-consents/c1", says(503, ""))
	o := h.options()
	o.Retry.Wait = time.Hour
	patient, err := uae.NewV12(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = patient.Consent(ctx, visit(patient.Client), "c1")
	if e, ok := errors.AsType[*uae.Error](err); !ok || e.Status != 503 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the 503 and that it was not repeated", err)
	}
}
