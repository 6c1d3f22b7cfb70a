package suites

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	health "github.com/understudy-sandbox/understudy/clients/oneassure"
	"github.com/understudy-sandbox/understudy/contracts"
)

// oneassure is what a partner may expect of OneAssure, India.
func oneassure(t *Target) {
	p := partner{t}
	Describe("a partner's token", Label("token"), p.tokens)
	Describe("a session", Label("token", "createSession"), p.sessions)
	Describe("a visitor's journey", Label("token", "createSession", "listQuotes", "listProposals", "listPolicies"), p.journeys)
	Describe("a partner", Label("token", "createSession", "listProposals", "proposalInitiated", "proposalChanged", "policyIssued", "policyUploaded"), p.events)
	Describe("a list", Label("token", "listQuotes", "listProposals", "listPolicies"), p.lists)
	Describe("a health policy", Label("token", "getPolicy", "listPolicies"), p.policies)
	resilience(t, p.bearing())
}

const (
	oneassureFace    = "health"
	oneassureToken   = "/v1/auth/token"
	oneassureSession = "/v1/business/session"
	oneassureLists   = "/v1/business/health/"
	oneassureLimit   = "oneassure.tokenLimit"

	// The printed policy, which a fresh sandbox holds.
	printedPolicyID     = "18kfaYY6UvClEx35"
	printedPolicyNumber = "31-24-0134728-00"
)

// india is where OneAssure's day begins; India keeps no summer time.
var india = time.FixedZone("Asia/Kolkata", 5*60*60+30*60)

// partner is the target in OneAssure's terms.
type partner struct{ *Target }

// client is what a partner's program would use, within one spec.
func (p partner) client(ctx SpecContext, change ...func(*health.Options)) *health.Client {
	GinkgoHelper()
	o := health.Options{
		BaseURL:      p.Faces[oneassureFace].String(),
		ClientID:     p.Credentials["client_id"],
		ClientSecret: p.Credentials["client_secret"],
		HTTP:         p.HTTP(ctx),
		Now:          p.run.now,
		Retry:        health.Retry{Wait: time.Millisecond},
	}
	for _, f := range change {
		f(&o)
	}
	c, err := health.New(o)
	Expect(err).NotTo(HaveOccurred())
	return c
}

// ask makes a call by hand, with a token if there is one.
func (p partner) ask(ctx SpecContext, c *http.Client, method, path, token, body string) reply {
	GinkgoHelper()
	return p.post(ctx, c, oneassureFace, path, body, func(r *http.Request) {
		r.Method = method
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	})
}

// says is the code and the detail of a refusal in OneAssure's words.
func (r reply) says() string {
	var said struct{ Type, Detail string }
	if err := json.Unmarshal(r.body, &said); err != nil {
		return r.String()
	}
	return said.Type + " " + said.Detail
}

// askToken makes the token call by hand.
func (p partner) askToken(ctx SpecContext, c *http.Client, secret string) reply {
	GinkgoHelper()
	body, err := json.Marshal(map[string]any{"client_id": p.Credentials["client_id"], "client_secret": secret, "scopes": []string{"business"}})
	Expect(err).NotTo(HaveOccurred())
	return p.ask(ctx, c, http.MethodPost, oneassureToken, "", string(body))
}

// token is a token for the target's credentials.
func (p partner) token(ctx SpecContext, c *http.Client) string {
	GinkgoHelper()
	got := p.askToken(ctx, c, p.Credentials["client_secret"])
	Expect(got.status).To(Equal(http.StatusOK), "%s", got)
	var read struct {
		Payload struct {
			AccessToken string `json:"access_token"`
		} `json:"payload"`
	}
	Expect(json.Unmarshal(got.body, &read)).To(Succeed())
	Expect(read.Payload.AccessToken).NotTo(BeEmpty())
	return read.Payload.AccessToken
}

// tokens is what is promised before anything is asked.
func (p partner) tokens() {
	It("is given for the partner's id and secret", liveSafe, func(ctx SpecContext) {
		Expect(p.token(ctx, p.HTTP(ctx))).NotTo(BeEmpty())
	})

	It("is refused to a wrong secret with A4001", sandboxOnly, func(ctx SpecContext) {
		got := p.askToken(ctx, p.HTTP(ctx), "not-the-secret")
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
		Expect(got.says()).To(Equal("A4001 The provided access key or secret access key is invalid"))
	})

	DescribeTable("is refused to", sandboxOnly, func(ctx SpecContext, body string, status int, says string) {
		got := p.ask(ctx, p.HTTP(ctx), http.MethodPost, oneassureToken, "", body)
		Expect(got.status).To(Equal(status), "%s", got)
		Expect(got.says()).To(Equal(says))
	},
		Entry("nobody", `{}`, http.StatusBadRequest, "A4000 client_id is invalid"),
		Entry("a number", `{"client_id":"x","client_secret":1}`, http.StatusBadRequest, "A4000 client_secret is invalid"),
		Entry("what cannot be read", `{"client_id"`, http.StatusBadRequest, "A4000 The request could not be read"),
		Entry("a body larger than a mebibyte", strings.Repeat(" ", 1<<20+1), http.StatusRequestEntityTooLarge, "A4130 The request body is too large"),
	)

	It("is refused with A4290 to who asks too often, for a minute", sandboxOnly, func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "throttled")}
		apart.set(ctx, oneassureLimit, "10")
		c, secret := apart.HTTP(ctx), apart.Credentials["client_secret"]
		for range 10 {
			Expect(apart.askToken(ctx, c, secret).status).To(Equal(http.StatusOK))
		}
		got := apart.askToken(ctx, c, secret)
		Expect(got.status).To(Equal(http.StatusTooManyRequests), "%s", got)
		Expect(got.says()).To(Equal("A4290 Too many token requests. Please try again in 60 seconds"))
		apart.advance(ctx, time.Minute-time.Second)
		Expect(apart.askToken(ctx, c, secret).status).To(Equal(http.StatusTooManyRequests))
		apart.advance(ctx, time.Second)
		Expect(apart.askToken(ctx, c, secret).status).To(Equal(http.StatusOK))
	})

	It("opens nothing when nobody gave it", liveSafe, inferred, Label("listPolicies"), func(ctx SpecContext) {
		got := p.ask(ctx, p.HTTP(ctx), http.MethodGet, oneassureLists+"policies"+p.lastWeek(ctx), "never-given", "")
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
	})

	It("opens nothing once its hour is over, and then the next is fetched", sandboxOnly, Label("listPolicies"), func(ctx SpecContext) {
		apart := partner{p.apart(ctx, "token-dies")}
		now := apart.now(ctx)
		c := apart.client(ctx, func(o *health.Options) { o.Now = func() time.Time { return now } })
		plain := apart.HTTP(ctx)
		old := apart.token(ctx, plain)
		for range 3 {
			_, err := c.Policies(ctx, health.Query{})
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(apart.count(ctx, "token")).To(Equal(2), "one by hand, one for three lists")
		now = apart.advance(ctx, time.Hour)
		got := apart.ask(ctx, plain, http.MethodGet, oneassureLists+"policies", old, "")
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
		_, err := c.Policies(ctx, health.Query{})
		Expect(err).NotTo(HaveOccurred())
		Expect(apart.count(ctx, "token")).To(Equal(3))
	})

	It("goes fresh into the address of the hosted journey", sandboxOnly, func(ctx SpecContext) {
		c := p.client(ctx)
		first, err := c.Journey(ctx, "agent-7")
		Expect(err).NotTo(HaveOccurred())
		second, err := c.Journey(ctx, "agent-7")
		Expect(err).NotTo(HaveOccurred())
		Expect(first).To(HavePrefix("https://orca.oneassure.in/health?session-token="))
		Expect(second).NotTo(Equal(first))
	})

	DescribeTable("is demanded where the target is set so, by", sandboxOnly, Label("createSession", "listQuotes", "listProposals", "listPolicies", "getPolicy"),
		func(ctx SpecContext, method, path string) {
			apart := partner{p.apart(ctx, "strict")}
			apart.set(ctx, "oneassure.auth", "strict")
			c := apart.HTTP(ctx)
			Expect(apart.ask(ctx, c, method, path, "", "").status).To(Equal(http.StatusUnauthorized))
			Expect(apart.ask(ctx, c, method, path, apart.token(ctx, c), "").status).To(Equal(http.StatusOK))
		},
		Entry("a session", http.MethodPost, oneassureSession),
		Entry("quotes", http.MethodGet, oneassureLists+"quotes"),
		Entry("proposals", http.MethodGet, oneassureLists+"proposals"),
		Entry("policies", http.MethodGet, oneassureLists+"policies"),
		Entry("a policy", http.MethodGet, oneassureLists+"policies/"+printedPolicyID),
	)
}

// lastWeek is a query for the seven days that end today, in India.
func (p partner) lastWeek(ctx SpecContext) string {
	GinkgoHelper()
	end := p.now(ctx).In(india)
	return fmt.Sprintf("?start_date=%s&end_date=%s", end.AddDate(0, 0, -6).Format(time.DateOnly), end.Format(time.DateOnly))
}

// sessions is where everything begins.
func (p partner) sessions() {
	DescribeTable("is opened with", sandboxOnly, func(ctx SpecContext, metadata map[string]string) {
		c := p.client(ctx)
		got, err := c.CreateSession(ctx, metadata)
		Expect(err).NotTo(HaveOccurred())
		Expect(got.SessionID).To(MatchRegexp(`^[0-9A-Za-z]{16}$`))
		Expect(got.Metadata).To(HaveLen(len(metadata)))
		for name, value := range metadata {
			Expect(got.Metadata).To(HaveKeyWithValue(name, value))
		}
		again, err := c.CreateSession(ctx, metadata)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.SessionID).NotTo(Equal(got.SessionID))
	},
		Entry("nothing", nil),
		Entry("metadata of the partner's own", map[string]string{"lead_id": "L-1001", "name": "आशा", "empty": ""}),
	)

	It("is opened without a body", sandboxOnly, func(ctx SpecContext) {
		c := p.HTTP(ctx)
		got := p.ask(ctx, c, http.MethodPost, oneassureSession, p.token(ctx, c), "")
		Expect(got.status).To(Equal(http.StatusOK), "%s", got)
	})

	DescribeTable("is refused for", sandboxOnly, func(ctx SpecContext, body string, status int, says string) {
		c := p.HTTP(ctx)
		got := p.ask(ctx, c, http.MethodPost, oneassureSession, p.token(ctx, c), body)
		Expect(got.status).To(Equal(status), "%s", got)
		Expect(got.says()).To(Equal(says))
	},
		Entry("metadata that is no text", `{"metadata":{"lead_id":1001}}`, http.StatusBadRequest, "A4000 metadata.lead_id is invalid"),
		Entry("metadata that is none", `{"metadata":null}`, http.StatusBadRequest, "A4000 metadata is invalid"),
		Entry("what cannot be read", `{"metadata"`, http.StatusBadRequest, "A4000 The request could not be read"),
		Entry("a body larger than a mebibyte", strings.Repeat(" ", 1<<20+1), http.StatusRequestEntityTooLarge, "A4130 The request body is too large"),
	)
}

// oneassureKnock asks a live target for a token.
func oneassureKnock(ctx context.Context, c *http.Client, t *Target) error {
	if t.Credentials["client_id"] == "" || t.Credentials["client_secret"] == "" {
		return errors.New("the target file has no credentials: it wants client_id and client_secret")
	}
	body, err := json.Marshal(map[string]any{
		"client_id": t.Credentials["client_id"], "client_secret": t.Credentials["client_secret"], "scopes": []string{"business"},
	})
	if err != nil {
		return err
	}
	address := strings.TrimSuffix(t.Faces[oneassureFace].String(), "/") + oneassureToken
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.Do(request)
	if err != nil {
		return fmt.Errorf("the token call failed: %w", err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("the credentials are refused: the token call answers %s", response.Status)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return fmt.Errorf("nobody is there: the token call answers %s", response.Status)
	default:
		return nil
	}
}

// oneassureDeeds: a token leaves nothing behind. A session is a visitor that
// nothing takes back, so none is opened at a live target.
var oneassureDeeds = deeds{
	read:     func(x *contracts.Exchange) deed { return deed{harmless: x.Operation == "token"} },
	answered: func(*contracts.Exchange) answer { return answer{} },
	undo:     func(context.Context, *Target, *http.Client, string) error { return errStays },
}

// oneassureSuite is what the package knows of OneAssure.
func oneassureSuite() suite {
	return suite{
		specs:       oneassure,
		credentials: []string{"client_id", "client_secret", "webhook_secret"},
		knock:       oneassureKnock,
		deeds:       oneassureDeeds,
		bears:       partner{}.bearing,
	}
}
