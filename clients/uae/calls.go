package uae

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// The calls, as errors name them.
const (
	callDiscovery = "discovery"
	callKeys      = "keys"
	callPush      = "push"
	callToken     = "token"
	callRefresh   = "refresh"
	callOwn       = "client token"
	callConsent   = "get consent"
	callConsents  = "list consents"
	callPatch     = "patch consent"
	callPolicies  = "list policies"
	callPolicy    = "get policy"
	callPayment   = "get payment details"
)

// Visit is on whose behalf a call is made. The zero Visit is the client's own,
// with nobody present, which is enough for consents.
type Visit struct {
	// Session is whose token goes along. Policies and payment details need the
	// customer's; nil is the client's own.
	Session *Session

	InteractionID string     // sent as x-fapi-interaction-id; "" is a fresh UUID
	AuthDate      time.Time  // when the customer last logged in here; zero is not sent
	CustomerIP    netip.Addr // of a customer who is present; zero is not sent
	CustomerAgent string     // of a customer who is present; "" is not sent
}

// Interaction is the id of one exchange: as it was sent, and as it came back. The
// hub gives one of its own where it does not like ours, and may leave it out.
type Interaction struct{ Sent, Echoed string }

// call is one kind of request.
type call struct {
	name    string
	method  string
	url     string
	want    []int                                  // the statuses of success; one of a body or one without, by its number
	body    func(context.Context) (payload, error) // made anew for each try; nil for none
	session *Session                               // whose token goes along; nil is none
	visit   Visit                                  // of a call to the resource server
	oauth   bool                                   // errors are OAuth's
	safe    bool                                   // leaves nothing behind at the hub, so it may be repeated
}

// payload is the body of one request, and what in it must not be told.
type payload struct {
	kind    string
	text    []byte
	secrets []string
}

// do carries a call through: token, request, one new token if the hub refuses the
// old one, and repeats where the call is safe.
func (c *Client) do(ctx context.Context, k call) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	renewed := false
	for repeats := 0; ; {
		bearer, a, err := c.try(ctx, k)
		switch {
		case err == nil:
			return a, nil
		case bearer.AccessToken != "" && !renewed && errors.Is(err, ErrUnauthorized) && k.session.renewable(bearer):
			renewed = true
			k.session.tokens.discard(func(t Token) bool { return t.AccessToken == bearer.AccessToken })
		case k.safe && repeats < c.retry.Times && passing(ctx, err):
			if ended := pause(ctx, c.retry.Wait<<min(repeats, 8)); ended != nil {
				return answer{}, fmt.Errorf("%w (not repeated: %w)", err, ended)
			}
			repeats++
		default:
			return answer{}, err
		}
	}
}

// try makes one attempt and says which token it used.
func (c *Client) try(ctx context.Context, k call) (bearer Token, a answer, err error) {
	if k.session != nil {
		if bearer, err = k.session.tokens.get(ctx); err != nil {
			return Token{}, answer{}, named(k.name, err)
		}
	}
	var body payload
	if k.body != nil {
		if body, err = k.body(ctx); err != nil {
			return Token{}, answer{}, named(k.name, err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, k.method, k.url, bytes.NewReader(body.text))
	if err != nil {
		return Token{}, answer{}, fmt.Errorf("uae: %s: %w", k.name, err)
	}
	request.Header.Set("Accept", "application/json")
	if body.kind != "" {
		request.Header.Set("Content-Type", body.kind)
	}
	if bearer.AccessToken != "" {
		request.Header.Set("Authorization", "Bearer "+bearer.AccessToken)
	}
	k.visit.into(request.Header)

	hide := hiding(append(body.secrets, bearer.AccessToken)...)
	response, err := c.http.Do(request)
	if err != nil {
		return bearer, answer{}, fmt.Errorf("uae: %s: %w", k.name, discreet(err, hide))
	}
	a, err = readAnswer(k, response, hide)
	return bearer, a, err
}

// into writes the headers of a call to the resource server.
func (v Visit) into(h http.Header) {
	if v.InteractionID != "" {
		h.Set("X-Fapi-Interaction-Id", v.InteractionID)
	}
	if !v.AuthDate.IsZero() {
		h.Set("X-Fapi-Auth-Date", v.AuthDate.UTC().Format(http.TimeFormat))
	}
	if v.CustomerIP.IsValid() {
		h.Set("X-Fapi-Customer-Ip-Address", v.CustomerIP.String())
	}
	if v.CustomerAgent != "" {
		h.Set("X-Customer-User-Agent", v.CustomerAgent)
	}
}

// discreet is the error of an exchange without the path and query that it went
// to, and without secrets.
func discreet(err error, hide *strings.Replacer) error {
	e, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	told := *e
	if u, err := url.Parse(e.URL); err == nil {
		told.URL = u.Scheme + "://" + u.Host
	}
	told.Err = hush(e.Err, hide)
	return &told
}

// hush is the error with secrets taken out of its text: what a stranger sent may be quoted there.
func hush(err error, hide *strings.Replacer) error {
	text := err.Error()
	if told := hide.Replace(text); told != text {
		return hushed{told, err}
	}
	return err
}

type hushed struct {
	text string
	err  error
}

func (h hushed) Error() string { return h.text }
func (h hushed) Unwrap() error { return h.err }

// hiding takes secrets out of a text. One of a few letters is none, and taking it
// out would only spoil words.
func hiding(secrets ...string) *strings.Replacer {
	const shortest = 8
	var pairs []string
	for _, s := range secrets {
		if len(s) >= shortest {
			pairs = append(pairs, s, "[secret]")
		}
	}
	return strings.NewReplacer(pairs...)
}

// staying is a transport whose answers name no other place, so that an
// http.Client neither goes there nor quotes it in an error.
type staying struct{ next http.RoundTripper }

func (s staying) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := s.next.RoundTrip(r)
	if err != nil || response == nil || response.Header.Get("Location") == "" {
		return response, err
	}
	here := *response
	here.Header = response.Header.Clone()
	here.Header.Del("Location")
	return &here, nil
}

// passing says that a repeat may succeed: the hub stumbled or the connection
// broke. Running out of time is never repeated.
func passing(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return passingStatus(e.Status)
	}
	if e, ok := errors.AsType[*OAuthError](err); ok {
		return passingStatus(e.Status)
	}
	if e, ok := errors.AsType[*ProtocolError](err); ok {
		return e.cut
	}
	e, ok := errors.AsType[*url.Error](err)
	return ok && !e.Timeout()
}

// pause waits, or says why the context ended first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
