package suites

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// soon is the patience of a client that must not wait for an answer that is not
// coming.
const soon = 100 * time.Millisecond

// bearing says how the broker's client has to bear each scenario.
func (a aagi) bearing() map[string]bearing {
	as := func(judge func(aagi, SpecContext)) bearing {
		return func(ctx SpecContext, t *Target) { judge(aagi{t}, ctx) }
	}
	no := func(r func() motor.ContractRequest, code motor.Code) bearing {
		return as(func(a aagi, ctx SpecContext) { a.bearsNo(ctx, r(), code) })
	}
	ePolicy := func() motor.ContractRequest { return electronic(personContract()) }
	return map[string]bearing{
		"agent-email":           no(ePolicy, motor.CodeEmailTaken),
		"agent-phone":           no(ePolicy, motor.CodePhoneTaken),
		"answer-lost-on-issue":  as(aagi.bearsLostIssue),
		"cancel-answer-lost":    as(aagi.bearsLostCancellation),
		"cancel-too-late":       as(aagi.bearsLateCancellation),
		"connection-dropped":    as(func(a aagi, ctx SpecContext) { a.repeats(ctx, 2) }),
		"customer-mismatch":     no(personContract, motor.CodeCustomerMismatch),
		"document-expired":      as(aagi.bearsExpiredDocument),
		"first-two-fail":        as(func(a aagi, ctx SpecContext) { a.repeats(ctx, 3) }),
		"gateway-timeout":       as(func(a aagi, ctx SpecContext) { a.repeats(ctx, 2) }),
		"inspection-rejected":   as(aagi.bearsRejection),
		"issue-gateway-timeout": as(aagi.bearsIssueAtTheGateway),
		"malformed-owner":       as(aagi.bearsMalformedOwner),
		"slow-issue":            as(aagi.bearsSlowIssue),
		"slow-quote":            as(aagi.bearsSlowQuote),
		"stale-quote":           as(aagi.bearsStaleQuote),
		"token-expired":         as(aagi.bearsTokenExpired),
		"token-hangs":           as(aagi.bearsTokenHangs),
		"truncated-answer":      as(aagi.bearsTruncatedAnswer),
		"uat-closed":            as(aagi.bearsClosedUAT),
		"vat-off-by-a-satang":   as(aagi.bearsWrongVAT),
	}
}

// repeats expects one quote, without the caller's doing, after as many calls.
func (a aagi) repeats(ctx SpecContext, calls int) {
	GinkgoHelper()
	addsUp(premiumOf(quote(ctx, a.broker(ctx), printedQuote(motor.VMI1, motor.GarageCompany))))
	Expect(a.count(ctx, "quickQuote")).To(Equal(calls))
	Expect(a.count(ctx, "token")).To(Equal(1))
}

func (a aagi) bearsMalformedOwner(ctx SpecContext) {
	// No client of ours sends an empty owner; a proxy on the way makes it one.
	spoil := func(o *motor.Options) {
		o.HTTP = &http.Client{Transport: spoiled{o.HTTP.Transport, `"owners":null`, `"owner":""`}}
	}
	got, err := a.broker(ctx, spoil).QuickQuote(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
	Expect(err).To(Refuse("999"))
	Expect(got).To(BeNil())
	refusal, ok := errors.AsType[*motor.Error](err)
	Expect(ok).To(BeTrue())
	Expect(refusal.Refused()).To(BeTrue(), "999 is about the request, not the server")
	Expect(a.count(ctx, "quickQuote")).To(Equal(1), "a refused request is not repeated")
	quote(ctx, a.broker(ctx), printedQuote(motor.VMI1, motor.GarageCompany))
}

func (a aagi) bearsSlowQuote(ctx SpecContext) {
	// The token is at hand, so that the client's patience is spent on the quote alone.
	token := a.token(ctx, a.HTTP(ctx))
	got, err := a.broker(ctx, func(o *motor.Options) {
		o.Timeouts.Quote = soon
		o.ClientID, o.ClientSecret = "", ""
		o.HTTP = &http.Client{Transport: signed{o.HTTP.Transport, token}}
	}).QuickQuote(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
	Expect(err).To(MatchError(context.DeadlineExceeded))
	Expect(got).To(BeNil())
	Eventually(ctx, a.count).WithArguments(ctx, "quickQuote").Should(Equal(1), "what ran out of time is not repeated")
	quote(ctx, a.broker(ctx), printedQuote(motor.VMI1, motor.GarageCompany))
}

func (a aagi) bearsStaleQuote(ctx SpecContext) {
	c := a.broker(ctx)
	first := printedQuote(motor.VMI1, motor.GarageCompany)
	second := printedQuote(motor.VMI1, motor.GarageCompany)
	second.Vehicle.Model = "1538"
	Expect(quote(ctx, c, first).Vehicle.Model).To(Equal("1597"))
	Expect(quote(ctx, c, second).Vehicle.Model).To(Equal("1597"), "the client hands over the car that came, for its caller to compare")
	Expect(quote(ctx, c, second).Vehicle.Model).To(Equal("1538"))
}

func (a aagi) bearsTokenExpired(ctx SpecContext) {
	quote(ctx, a.broker(ctx), printedQuote(motor.VMI1, motor.GarageCompany))
	Expect(a.count(ctx, "token")).To(Equal(2), "the refused token is thrown away")
	Expect(a.count(ctx, "quickQuote")).To(Equal(2), "the call is repeated once")
}

func (a aagi) bearsTokenHangs(ctx SpecContext) {
	impatient := func(o *motor.Options) { o.Timeouts.Token = soon }
	_, err := a.broker(ctx, impatient).QuickQuote(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
	Expect(err).To(MatchError(context.DeadlineExceeded))
	Eventually(ctx, a.count).WithArguments(ctx, "token").Should(Equal(1))
	Expect(a.count(ctx, "quickQuote")).To(BeZero(), "no quote is asked for without a token")
	quote(ctx, a.broker(ctx), printedQuote(motor.VMI1, motor.GarageCompany))
}

func (a aagi) bearsTruncatedAnswer(ctx SpecContext) {
	c := a.broker(ctx)
	got, err := c.QuickQuote(ctx, printedQuote(motor.VMI1, motor.GarageCompany))
	_, broken := errors.AsType[*motor.ProtocolError](err)
	Expect(broken).To(BeTrue(), "got %v", err)
	Expect(got).To(BeNil(), "half an answer is no quote")
	quote(ctx, c, printedQuote(motor.VMI1, motor.GarageCompany))
}

func (a aagi) bearsWrongVAT(ctx SpecContext) {
	p := premiumOf(quote(ctx, a.broker(ctx), printedQuote(motor.VMI1, motor.GarageCompany)))
	Expect(p.Cost(motor.VAT)).To(HaveMoney("1308.45"), "the client passes on what came")
	Expect(p.GrossPremium).To(HaveMoney("20000.44"), "so that whoever adds it up finds the difference")
}

// spoiled is a way to the target on which one text of a body becomes another.
type spoiled struct {
	http.RoundTripper
	old, wrong string
}

// RoundTrip implements [http.RoundTripper].
func (s spoiled) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := r.Body.Close(); err != nil {
		return nil, err
	}
	body = bytes.Replace(body, []byte(s.old), []byte(s.wrong), 1)
	sent := r.Clone(r.Context())
	sent.Body, sent.ContentLength, sent.GetBody = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	return s.RoundTripper.RoundTrip(sent)
}

// signed is a way to the target on which every call has a token.
type signed struct {
	http.RoundTripper
	token string
}

// RoundTrip implements [http.RoundTripper].
func (s signed) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	sent.Header.Set("Authorization", "Bearer "+s.token)
	return s.RoundTripper.RoundTrip(sent)
}
