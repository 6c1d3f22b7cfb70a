package suites

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	liability "github.com/understudy-sandbox/understudy/clients/lifeishard"
	"github.com/understudy-sandbox/understudy/contracts"
)

// lifeishardPrinted are the requests and answers that the operator prints.
//
//go:embed samples/lifeishard/printed.json
var lifeishardPrinted []byte

// lifeishard is what a broker may expect of the Liability API of Life is Hard.
func lifeishard(t *Target) {
	l := lih{t}
	Describe("a session", Label("authenticate"), func() {
		l.logIns()
		l.renewals()
	})
	Describe("an offer", Label("authenticate", "createOffer"), func() {
		l.offers()
		l.invalid()
	})
	Describe("a policy", Label("authenticate", "createOffer", "issuePolicy"), func() {
		l.issues()
		l.papers()
	})
	Describe("a list of places", Label("authenticate"), l.places)
	resilience(t, l.bearing())
}

const lifeishardFace = "liability"

// bucharest is a zone that is never behind Romanian time, for days that must lie
// ahead there; Romania is two or three hours before UTC.
var bucharest = time.FixedZone("EET", 2*60*60)

// lih is the target in the operator's terms.
type lih struct{ *Target }

// broker is the client that a broker's program would use, within one spec.
func (l lih) broker(ctx SpecContext, change ...func(*liability.Options)) *liability.Client {
	GinkgoHelper()
	o := liability.Options{
		BaseURL: l.Faces[lifeishardFace].String(), Account: l.Credentials["account"], Password: l.Credentials["password"],
		HTTP: l.HTTP(ctx), Now: l.run.now, Retry: liability.Retry{Wait: time.Millisecond},
	}
	for _, f := range change {
		f(&o)
	}
	c, err := liability.New(o)
	Expect(err).NotTo(HaveOccurred())
	return c
}

// romanian asks for refusals in Romanian.
func romanian(o *liability.Options) { o.Language = "ro" }

// send makes a call by hand. Header are pairs of name and value.
func (l lih) send(ctx SpecContext, c *http.Client, method, path, body string, header ...string) reply {
	GinkgoHelper()
	address := strings.TrimSuffix(l.Faces[lifeishardFace].String(), "/") + path
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Accept", "application/json")
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := c.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return reply{response.StatusCode, text}
}

// pair is what a log-in answers.
type pair struct {
	Token        string `json:"token"`
	ExpiresAt    string `json:"expires_at"`
	RefreshToken string `json:"refresh_token"`
}

// pair reads the tokens of a reply that must have them.
func (r reply) pair() pair {
	GinkgoHelper()
	Expect(r.status).To(Equal(http.StatusOK), "%s", r)
	var read struct {
		Data pair `json:"data"`
	}
	Expect(json.Unmarshal(r.body, &read)).To(Succeed())
	Expect(read.Data.Token).NotTo(BeEmpty())
	return read.Data
}

// said are the texts of a refusal by the path of a member, and its message.
func (r reply) said() (message string, fields map[string][]string) {
	GinkgoHelper()
	var read struct {
		Message string              `json:"message"`
		Data    map[string][]string `json:"data"`
	}
	Expect(json.Unmarshal(r.body, &read)).To(Succeed(), "%s", r)
	return read.Message, read.Data
}

// login is the body of a log-in.
func (l lih) login() string {
	GinkgoHelper()
	text, err := json.Marshal(map[string]string{"account": l.Credentials["account"], "password": l.Credentials["password"]})
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// opened is a new pair of tokens.
func (l lih) opened(ctx SpecContext, c *http.Client) pair {
	GinkgoHelper()
	return l.send(ctx, c, http.MethodPost, "/auth", l.login()).pair()
}

// printed is a printed body.
func (lih) printed(name string) string {
	GinkgoHelper()
	var all map[string]json.RawMessage
	Expect(json.Unmarshal(lifeishardPrinted, &all)).To(Succeed())
	Expect(all).To(HaveKey(name))
	return string(all[name])
}

// malpractice is the printed cover, from next week by the target's clock: a live
// insurer may not look back.
func (l lih) malpractice(ctx SpecContext) liability.OfferRequest {
	GinkgoHelper()
	sum := func(amount liability.Amount) *liability.Clause {
		return &liability.Clause{IsIncluded: true, Value: amount}
	}
	pop := liability.Person{
		LastName: "Pop", FirstName: "Vasile", TaxID: "1910716000000", Nationality: "RO", Citizenship: "RO", Gender: "m", Birthdate: "1991-07-16",
		Email: "email@email.ro", MobileNumber: "0744444444",
		Identification: &liability.Identification{IDType: "CI", IDNumber: "CJ123456", IssueAuthority: "SPCLEP Cluj", IssueDate: "2022-11-24"},
		Address: liability.Address{
			Country: "RO", County: "CJ", City: "Cluj-Napoca", CityCode: 54984, Street: "Principala", HouseNumber: "19-21",
			Building: "A1", Staircase: "1", Apartment: "12", Floor: "3", Postcode: "400356",
		},
	}
	return liability.OfferRequest{Provider: liability.Omniasig(), Product: liability.Product{
		Name: "general", Currency: "RON",
		Liability: liability.Liability{
			Type: "malpraxis", StartDate: l.now(ctx).In(bucharest).AddDate(0, 0, 7).Format(time.DateOnly), TermTime: 12, InstallmentCount: 1,
			AdditionalInsureds: &liability.AdditionalInsureds{Children: 2, Residents: 1},
			Deductible:         &liability.Deductible{Percent: 12, Type: "of-loss"},
			Allowance:          &liability.Value{Value: "50000"},
			Territory:          &liability.Territory{CoversWorldWide: true, CoversRomania: true},
			Coverage: &liability.Coverage{
				AuxiliaryStaff: &liability.Clause{IsIncluded: true}, EScooter: sum("50000"), ExtendedReportingPeriod: sum("50000"),
				MoralClaims: sum("50000"), FeesCompensation: sum("5"), PerEvent: sum("50000"), PolicyLimit: sum("50000"),
			},
			Conditions: &liability.Conditions{
				LocationCount: sum("1"), ClaimsWithin3Years: &liability.Clause{IsIncluded: true},
				LossHistoryWithin5Years: &liability.Clause{IsIncluded: true}, Turnover: sum("50000"),
			},
		},
		Customer: pop, Policyholder: pop,
		AdditionalData: &liability.AdditionalData{Product: &liability.AdditionalProduct{Conditions: &liability.ProfessionalData{
			ProfessionalCategory: "medical-specialties", ProfessionalSpeciality: "allergology-and-clinical-immunology",
		}}},
	}}
}

// offered asks for an offer that must be made, and for one only.
func offered(ctx SpecContext, c *liability.Client, r liability.OfferRequest) liability.Offer {
	GinkgoHelper()
	got, err := c.CreateOffer(ctx, r)
	Expect(err).NotTo(HaveOccurred())
	Expect(got.Offers).To(HaveLen(1))
	return got.Offers[0]
}

// paidInLei is a payment of an offer's amount in lei.
func paidInLei(o liability.Offer) liability.PolicyRequest {
	return liability.PolicyRequest{OfferID: o.OfferID, Payment: liability.Payment{
		Method: "receipt", Currency: "RON", Amount: o.ExchangeRate.Amount, Date: o.StartDate, DocumentNumber: "AX4984",
	}}
}

// issuedFor turns an offer into a policy, which must succeed.
func issuedFor(ctx SpecContext, c *liability.Client, o liability.Offer) *liability.Policy {
	GinkgoHelper()
	got, err := c.IssuePolicy(ctx, paidInLei(o))
	Expect(err).NotTo(HaveOccurred())
	return got
}

// refusedBy is the operator's own no in an error.
func refusedBy(err error) *liability.Error {
	GinkgoHelper()
	refusal, ok := errors.AsType[*liability.Error](err)
	Expect(ok).To(BeTrue(), "got %v", err)
	return refusal
}

// lifeishardDeeds: a policy binds, and no call is known that takes one back, so
// none is issued at a live insurer. Offers bind nobody.
var lifeishardDeeds = deeds{
	read: func(x *contracts.Exchange) deed {
		return deed{harmless: x.Operation != "" && x.Operation != "issuePolicy"}
	},
	answered: func(*contracts.Exchange) answer { return answer{} },
	undo: func(context.Context, *Target, *http.Client, string) error {
		return fmt.Errorf("%w: no call takes a policy back", errStays)
	},
}

// lifeishardKnock logs in at a live target.
func lifeishardKnock(ctx context.Context, c *http.Client, t *Target) error {
	if t.Credentials["account"] == "" || t.Credentials["password"] == "" {
		return errors.New("the target file has no credentials: it wants account and password")
	}
	broker, err := liability.New(liability.Options{
		BaseURL: t.Faces[lifeishardFace].String(), Account: t.Credentials["account"], Password: t.Credentials["password"], HTTP: c, Now: t.run.now,
		Retry: liability.Retry{Times: -1},
	})
	if err != nil {
		return err
	}
	_, err = broker.Counties(ctx)
	switch refusal, said := errors.AsType[*liability.Error](err); {
	case said && errors.Is(err, liability.ErrToken):
		return fmt.Errorf("the credentials are refused: %w", err)
	case said && refusal.Status >= http.StatusBadGateway && refusal.Status <= http.StatusGatewayTimeout:
		return fmt.Errorf("nobody is behind the gateway: %w", err)
	case err != nil && !said:
		return fmt.Errorf("the first calls failed: %w", err)
	default:
		return nil
	}
}

// lifeishardSuite is what the package knows of Life is Hard.
func lifeishardSuite() suite {
	return suite{
		specs:       lifeishard,
		credentials: []string{"account", "password"},
		public:      []string{"account"},
		knock:       lifeishardKnock,
		deeds:       lifeishardDeeds,
		bears:       lih{}.bearing,
	}
}
