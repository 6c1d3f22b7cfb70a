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

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// tokens is what the gateway promises before the insurer is asked anything.
func (a aagi) tokens() {
	It("is given for the client's id and secret", liveSafe, func(ctx SpecContext) {
		Expect(a.token(ctx, a.HTTP(ctx))).NotTo(BeEmpty())
	})

	It("is refused to a wrong secret", sandboxOnly, func(ctx SpecContext) {
		got := a.askToken(ctx, a.HTTP(ctx), clientGrant+a.market(), a.Credentials["client_id"], "not-the-secret")
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
	})

	It("is refused to a grant of another type", sandboxOnly, func(ctx SpecContext) {
		got := a.askToken(ctx, a.HTTP(ctx), "?grant_type=password&oe_id="+a.market(), a.Credentials["client_id"], a.Credentials["client_secret"])
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
	})

	It("is refused to a call with a body larger than a mebibyte", sandboxOnly, func(ctx SpecContext) {
		got := a.post(ctx, a.HTTP(ctx), allianzFace, tokenPath+clientGrant+a.market(), strings.Repeat("x", 1<<20+1), func(r *http.Request) {
			r.SetBasicAuth(a.Credentials["client_id"], a.Credentials["client_secret"])
		})
		Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
	})

	It("opens nothing when nobody gave it", liveSafe, inferred, Label("quickQuote"), func(ctx SpecContext) {
		got := a.askQuote(ctx, a.HTTP(ctx), "never-given", a.body(a.coming(ctx, printedQuote(motor.VMI1, motor.GarageCompany))))
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
	})

	It("opens nothing once its time is over", sandboxOnly, Label("quickQuote"), func(ctx SpecContext) {
		apart := aagi{a.apart(ctx, "token-dies")}
		c := apart.HTTP(ctx)
		token := apart.token(ctx, c)
		body := apart.body(printedQuote(motor.VMI1, motor.GarageCompany))
		Expect(apart.askQuote(ctx, c, token, body).status).To(Equal(http.StatusOK))
		apart.advance(ctx, tokenLife)
		got := apart.askQuote(ctx, c, token, body)
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
	})

	It("serves call after call until it expires, and then the next is fetched", sandboxOnly, Label("quickQuote"), func(ctx SpecContext) {
		apart := aagi{a.apart(ctx, "token-lives")}
		now := apart.now(ctx)
		c := apart.broker(ctx, func(o *motor.Options) { o.Now = func() time.Time { return now } })
		for range 3 {
			quote(ctx, c, printedQuote(motor.VMI1, motor.GarageCompany))
		}
		Expect(apart.count(ctx, "token")).To(Equal(1))
		now = apart.advance(ctx, tokenLife)
		quote(ctx, c, printedQuote(motor.VMI1, motor.GarageCompany))
		Expect(apart.count(ctx, "token")).To(Equal(2))
		Expect(apart.count(ctx, "quickQuote")).To(Equal(4))
	})
}

// tokenLife is the sandbox's lifetime of a token (inferred) and a moment more.
const tokenLife = time.Hour + time.Second

// body is a request as the client would send it.
func (aagi) body(q motor.QuickQuoteRequest) string {
	GinkgoHelper()
	text, err := json.Marshal(struct {
		Channel string `json:"channel"`
		motor.QuickQuoteRequest
	}{"WS", q})
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// allianzKnock asks a live target for a token.
func allianzKnock(ctx context.Context, c *http.Client, t *Target) error {
	if t.Credentials["client_id"] == "" || t.Credentials["client_secret"] == "" {
		return errors.New("the target file has no credentials: it wants client_id and client_secret")
	}
	address := strings.TrimSuffix(t.Faces[allianzFace].String(), "/") + tokenPath + clientGrant + aagi{t}.market()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, http.NoBody)
	if err != nil {
		return err
	}
	request.SetBasicAuth(t.Credentials["client_id"], t.Credentials["client_secret"])
	response, err := c.Do(request)
	if err != nil {
		return fmt.Errorf("the token call failed: %w", err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("the credentials are refused: the token call answers %s", response.Status)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return fmt.Errorf("nobody is behind the gateway: the token call answers %s", response.Status)
	default:
		return nil
	}
}
