package suites

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	aggregator "github.com/understudy-sandbox/understudy/clients/bima"
	"github.com/understudy-sandbox/understudy/contracts"
)

// bima is what a company that sells through Bima, Oman, may expect of it.
func bima(t *Target) {
	b := oman{t}
	Describe("a token", Label("token"), b.tokens)
	Describe("a customer", Label("token", "recentRequests"), func() {
		b.customers()
		b.printed()
		b.courses()
		b.misfits()
	})
	Describe("a document", Label("token", "recentRequests", "sharedDocuments", "sharedDownload"), b.files)
	resilience(t, b.bearing())
}

const (
	bimaFace      = "insurance"
	bimaTokenPath = "/api/Auth/Token"

	bimaContact   = "96895542930"
	bimaRequest   = 4463702
	bimaReference = "CC266B33-F6B9-47E3-AE71-4957E112A04F"
	bimaNobodys   = "00000000-0000-0000-0000-000000000000"
)

// oman is the target in the aggregator's terms.
type oman struct{ *Target }

// seller is the client that a company's program would use, within one spec.
func (b oman) seller(ctx SpecContext, change ...func(*aggregator.Options)) *aggregator.Client {
	GinkgoHelper()
	o := aggregator.Options{
		BaseURL:  b.Faces[bimaFace].String(),
		Username: b.Credentials["username"],
		Password: b.Credentials["password"],
		HTTP:     b.HTTP(ctx),
		Now:      b.run.now,
		Retry:    aggregator.Retry{Wait: time.Millisecond},
	}
	for _, f := range change {
		f(&o)
	}
	c, err := aggregator.New(o)
	Expect(err).NotTo(HaveOccurred())
	return c
}

// contact is a number that has requests at the target.
func (b oman) contact() string {
	if own := b.Credentials["contact_no"]; own != "" {
		return own
	}
	return bimaContact
}

// requests are those of a number, which must be answered.
func (oman) requests(ctx SpecContext, c *aggregator.Client, contact string) []aggregator.Request {
	GinkgoHelper()
	all, err := c.RecentRequests(ctx, contact, "en")
	Expect(err).NotTo(HaveOccurred())
	return all
}

// theRequest is the one request of a number.
func (b oman) theRequest(ctx SpecContext, c *aggregator.Client, contact string) aggregator.Request {
	GinkgoHelper()
	all := b.requests(ctx, c, contact)
	Expect(all).To(HaveLen(1))
	return all[0]
}

func (oman) details(ctx SpecContext, c *aggregator.Client, id int64) *aggregator.Details {
	GinkgoHelper()
	got, err := c.PolicyDetails(ctx, id, "en")
	Expect(err).NotTo(HaveOccurred())
	return got
}

func (oman) documentsOf(ctx SpecContext, c *aggregator.Client, reference string) []aggregator.Document {
	GinkgoHelper()
	all, err := c.SharedDocuments(ctx, "Insurance", reference)
	Expect(err).NotTo(HaveOccurred())
	return all
}

// look is a call made by hand, with a token unless that is empty.
func (b oman) look(ctx SpecContext, c *http.Client, token, path string, query url.Values) reply {
	GinkgoHelper()
	address := strings.TrimSuffix(b.Faces[bimaFace].String(), "/") + path + "?" + query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	Expect(err).NotTo(HaveOccurred())
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := c.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return reply{response.StatusCode, text}
}

// signIn is the token call by hand.
func (b oman) signIn(ctx SpecContext, c *http.Client, body string) reply {
	GinkgoHelper()
	return b.post(ctx, c, bimaFace, bimaTokenPath, body, func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
	})
}

// token is one for the target's credentials.
func (b oman) token(ctx SpecContext, c *http.Client) string {
	GinkgoHelper()
	ask, err := json.Marshal(map[string]string{"username": b.Credentials["username"], "password": b.Credentials["password"]})
	Expect(err).NotTo(HaveOccurred())
	got := b.signIn(ctx, c, string(ask))
	var said struct {
		Data string `json:"data"`
	}
	Expect(json.Unmarshal(got.body, &said)).To(Succeed(), "%s", got)
	Expect(said.Data).NotTo(BeEmpty(), "%s", got)
	return said.Data
}

// bimaDeeds: a token is all that any call makes.
var bimaDeeds = deeds{read: func(x *contracts.Exchange) deed { return deed{harmless: x.Operation == "token"} }}

// bimaKnock asks a live target for a token, and for what a customer has.
func bimaKnock(ctx context.Context, c *http.Client, t *Target) error {
	if t.Credentials["username"] == "" || t.Credentials["password"] == "" {
		return errors.New("the target file has no credentials: it wants username and password")
	}
	client, err := aggregator.New(aggregator.Options{
		BaseURL: t.Faces[bimaFace].String(), HTTP: c, Now: t.run.now,
		Username: t.Credentials["username"], Password: t.Credentials["password"],
		Retry: aggregator.Retry{Times: -1},
	})
	if err != nil {
		return err
	}
	_, err = client.RecentRequests(ctx, oman{t}.contact(), "en")
	refusal, answered := errors.AsType[*aggregator.Error](err)
	switch {
	case errors.Is(err, aggregator.ErrSignIn):
		return fmt.Errorf("the credentials are refused: %w", err)
	case answered && refusal.Status >= http.StatusBadGateway:
		return fmt.Errorf("nobody is behind the gateway: %w", err)
	default:
		return nil // what else may be wrong is for the specs to say
	}
}

// bimaSuite is what the package knows of Bima.
func bimaSuite() suite {
	return suite{
		specs:       bima,
		credentials: []string{"username", "password", "contact_no"},
		knock:       bimaKnock,
		deeds:       bimaDeeds,
		bears:       oman{}.bearing,
	}
}
