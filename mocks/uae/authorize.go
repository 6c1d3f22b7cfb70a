package uae

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// sessionLife is how long a person may look at the consent page (inferred).
const sessionLife = 15 * time.Minute

// visit is what the consent page shows, and what a program is told instead.
type visit struct {
	Interaction string   `json:"interactionId"`
	Consent     string   `json:"consentId"`
	Choices     []choice `json:"personas"`
}

// choice is a persona that somebody at the page may be.
type choice struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Note     string   `json:"-"` // what is special about her, for the page
	Policies []option `json:"policies"`
}

// option is a policy that the persona may share.
type option struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// pageView is all that the consent page needs.
type pageView struct {
	visit
	Asked    consent
	Action   string    // the address that the form is sent to
	Failures []failure // what may go wrong instead of an answer
	Problem  string    // what was wrong with the last decision; empty at first
}

// failure is how an insurer can end a visit without a yes: the pairs of doFail are
// published, with policies for accounts.
type failure struct{ Error, Description string }

var failures = []failure{
	{accessDenied, "user_rejected_consent"},
	{invalidRequest, lacksPolicies},
	{accessDenied, "consent_not_supported"},
	{accessDenied, sessionExpired},
	{serverError, "lfi_internal_error"},
	{serverError, "api_hub_communication_error"},
	{temporarilyUnavailable, "lfi_temporarily_unavailable"},
}

const (
	lacksPolicies  = "user_lacks_eligible_policies"
	sessionExpired = "session_expired"
)

// rejects says whether a failure is the end of the consent, or leaves it awaiting
// somebody who can decide (inferred).
func (f failure) rejects() bool {
	return (f.Error == accessDenied || f.Error == invalidRequest) && f.Description != sessionExpired
}

// authorize is where the client sends a person's browser. Nothing of the query
// counts but the client and the pushed request.
func (h *hub) authorize(r *http.Request) (mocks.Answer, error) {
	ctx, query := r.Context(), r.URL.Query()
	if _, err := h.clients.Get(ctx, query.Get("client_id")); errors.Is(err, store.ErrNotFound) {
		refusal := as(invalidClient, "", flaw("query client_id", "there is no such client in this world", "send the client_id that pushed the request"))
		refusal.Example = "unknown-client"
		return mocks.Answer{}, refusal
	} else if err != nil {
		return mocks.Answer{}, fmt.Errorf("read a client: %w", err)
	}
	uri := query.Get("request_uri")
	p, err := h.requests.Get(ctx, strings.TrimPrefix(uri, requestPrefix))
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return mocks.Answer{}, fmt.Errorf("read a pushed request: %w", err)
	case err != nil, !strings.HasPrefix(uri, requestPrefix):
		return mocks.Answer{}, noRequest("the hub knows no such request_uri in this world")
	case p.ClientID != query.Get("client_id"):
		return mocks.Answer{}, noRequest("the request was pushed by another client")
	}
	if err := h.visited(ctx, uri, p); err != nil {
		return mocks.Answer{}, err
	}
	c, err := h.consents.Get(ctx, p.ConsentID)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("read consent %s: %w", p.ConsentID, err)
	}
	if c.Status != awaiting {
		return sendBack(p, failure{invalidRequest, "the consent is " + string(c.Status)}), nil
	}
	v, err := h.view(ctx, p, c)
	if err != nil {
		return mocks.Answer{}, err
	}
	if !wantsPage(r.Header, true) {
		answer := mocks.OK(v.visit)
		answer.Header = http.Header{"Cache-Control": {"no-store"}}
		return answer, nil
	}
	return page(http.StatusOK, v)
}

func noRequest(rule string) *mocks.Refusal {
	refusal := as(invalidRequest, "", flaw("query request_uri", rule, "push a new request and send its request_uri at once"))
	refusal.Example = "unknown-request-uri"
	return refusal
}

// visited opens the interaction of a request at the first visit. A person may load
// the page again: that a request is good once is judged where it is decided, as
// FAPI 2.0 has it, and after that it is used.
func (h *hub) visited(ctx context.Context, uri string, p pushed) error {
	now := mocks.Now(ctx)
	i, err := h.interactions.Get(ctx, p.Interaction)
	switch {
	case errors.Is(err, store.ErrNotFound) && !now.Before(p.Expires):
		return noRequest("the request_uri expired at " + stamp(p.Expires) + " by the world's clock")
	case errors.Is(err, store.ErrNotFound):
		err = h.interactions.Insert(ctx, p.Interaction, interaction{RequestURI: uri, Pushed: p, Expires: now.Add(sessionLife)})
		if err != nil && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("open an interaction: %w", err)
		}
		return nil
	case err != nil:
		return fmt.Errorf("read an interaction: %w", err)
	case i.Decided:
		return noRequest("the request_uri was used: its consent is decided")
	case !now.Before(i.Expires):
		return noRequest("the visit ended at " + stamp(i.Expires) + " by the world's clock")
	}
	return nil
}

func (h *hub) view(ctx context.Context, p pushed, c consent) (pageView, error) {
	choices, err := h.choices(ctx)
	if err != nil {
		return pageView{}, fmt.Errorf("list the personas: %w", err)
	}
	return pageView{
		visit: visit{Interaction: p.Interaction, Consent: c.ID, Choices: choices},
		Asked: c, Action: mocks.Base(ctx) + hubMount + "/interactions/" + p.Interaction, Failures: failures,
	}, nil
}

// page is the consent page as an answer.
func page(status int, v pageView) (mocks.Answer, error) {
	text, err := consentPage(v)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("write the consent page: %w", err)
	}
	return mocks.Answer{Status: status, Header: htmlHeader(), Body: text}, nil
}

func htmlHeader() http.Header {
	return http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"no-store"}}
}

// wantsPage says whether the caller is a browser. Who takes anything gets a page
// where there is one to see, and JSON where there is something to read.
func wantsPage(header http.Header, otherwise bool) bool {
	accept := strings.Join(header.Values("Accept"), ",")
	page, data := strings.Index(accept, "text/html"), strings.Index(accept, "application/json")
	if page < 0 && data < 0 {
		return otherwise
	}
	return page >= 0 && (data < 0 || page < data)
}

// sendBack returns the browser to the client with an error.
func sendBack(p pushed, f failure) mocks.Answer {
	query := "error=" + url.QueryEscape(f.Error)
	if f.Description != "" {
		query += "&error_description=" + url.QueryEscape(f.Description)
	}
	answer := redirect(p, query)
	answer.Rule, answer.Evidence = "the visit ends with "+f.Error+": "+f.Description, contracts.Inferred
	if slices.Contains(failures, f) {
		answer.Evidence = contracts.Upstream
	}
	return answer
}

// redirect returns the browser to the client; state and the issuer go along.
func redirect(p pushed, query string) mocks.Answer {
	if p.State != "" {
		query += "&state=" + url.QueryEscape(p.State)
	}
	query += "&iss=" + url.QueryEscape(p.Issuer)
	address, separator := p.RedirectURI, "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return mocks.Answer{
		Status: http.StatusSeeOther,
		Header: http.Header{"Location": {address + separator + query}, "Cache-Control": {"no-store"}},
	}
}

// refuseHub words a refusal on the front channel: shown, never redirected.
func refuseHub(ctx context.Context, r *mocks.Refusal) mocks.Answer {
	complete(r)
	answer := mocks.Answer{Status: http.StatusBadRequest, Header: http.Header{"Cache-Control": {"no-store"}}}
	switch r.Kind {
	case mocks.Missing:
		answer.Status = http.StatusNotFound
	case mocks.Broken:
		answer.Status = http.StatusInternalServerError
	case mocks.Invalid, mocks.Unauthenticated, mocks.Forbidden, mocks.Conflict, mocks.Expired, mocks.Throttled, mocks.TooLarge, mocks.WrongMethod:
	}
	answer.Body = refusedOAuth{Error: r.Code, Description: description(r)}
	if !wantsPage(mocks.Header(ctx), false) {
		return answer
	}
	text, err := errorPage(description(r))
	if err != nil {
		return answer // the words without the page
	}
	answer.Header, answer.Body = htmlHeader(), text
	return answer
}
