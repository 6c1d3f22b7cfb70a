package suites

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// allianzSamples are the requests that the insurer prints, and the answers that
// it prints to three of them.
//
//go:embed samples/allianz/*.json
var allianzSamples embed.FS

// allianz is what a broker may expect of Allianz Ayudhya, Thailand.
func allianz(t *Target) {
	a := aagi{t}
	Describe("a token", Label("token"), a.tokens)
	Describe("a quick quote", Label("token", "quickQuote"), func() {
		a.quotes()
		a.tariff()
		a.plates()
		a.refusals()
	})
	Describe("a contract at a live insurer", Label("binding", "token", "quickQuote", "issueContract", "getContract", "amendContract"), a.binding)
	Describe("a contract", Label("token", "issueContract"), func() {
		a.contracts()
		a.customers()
		a.declined()
	})
	Describe("a policy", Label("token", "issueContract", "getContract"), func() {
		a.lookUps()
		a.inspections()
		a.cancellations()
		a.documents()
		a.stumbles()
	})
	resilience(t, a.bearing())
}

const (
	allianzFace   = "motor"
	tokenPath     = "/api/oauth2/token"
	quickQuotes   = "/v1/motor/quickquotes"
	clientGrant   = "?grant_type=client_credentials&oe_id="
	printedMarket = "th-pc"
)

// bangkok is where the insurer's day begins; Thailand keeps no summer time.
var bangkok = time.FixedZone("Asia/Bangkok", 7*60*60)

// aagi is the target in the insurer's terms.
type aagi struct{ *Target }

// broker is the client that a broker's program would use, within one spec.
func (a aagi) broker(ctx SpecContext, change ...func(*motor.Options)) *motor.Client {
	GinkgoHelper()
	o := motor.Options{
		BaseURL:      a.Faces[allianzFace].String(),
		ClientID:     a.Credentials["client_id"],
		ClientSecret: a.Credentials["client_secret"],
		OEID:         a.Credentials["oe_id"],
		HTTP:         a.HTTP(ctx),
		Now:          a.run.now,
		Retry:        motor.Retry{Wait: time.Millisecond},
	}
	for _, f := range change {
		f(&o)
	}
	c, err := motor.New(o)
	Expect(err).NotTo(HaveOccurred())
	return c
}

// quote asks for a quote that must be given.
func quote(ctx SpecContext, c *motor.Client, q motor.QuickQuoteRequest) *motor.QuickQuote {
	GinkgoHelper()
	got, err := c.QuickQuote(ctx, q)
	Expect(err).NotTo(HaveOccurred())
	return got
}

// premiumOf is the premium of a quote for one package.
func premiumOf(q *motor.QuickQuote) *motor.Premium {
	GinkgoHelper()
	Expect(q.ProductPackages).To(HaveLen(1))
	return q.ProductPackages[0].Premium
}

// printedCar is the printed car, with a plate of Bangkok.
func printedCar() motor.Vehicle {
	return motor.Vehicle{
		Make: "39", Model: "1597", Usage: "110", GarageType: motor.GarageCompany,
		VehicleIdentificationNumber: "KNDJA723515687177",
		RegistrationNumber:          "กข1234", RegistrationState: "0",
		RegistrationType: motor.PlateGeneral, RegistrationCountry: "THA",
		YearOfManufacture: "2022", EngineNumber: "52WVC10337",
	}
}

// printedQuote is the printed request for a plan, with its default cover.
func printedQuote(plan motor.CoverageCode, garage motor.GarageType) motor.QuickQuoteRequest {
	vehicle := printedCar()
	vehicle.GarageType = garage
	return motor.QuickQuoteRequest{
		PolicyStartDate: "2022-07-23", PolicyExpiryDate: "2023-07-23",
		ProductCode: motor.VMI,
		Vehicle:     vehicle,
		ProductPackages: []motor.ProductPackage{{
			Name:      motor.Granular,
			Coverages: []motor.Coverage{{Name: motor.Text(plan), Code: plan}},
		}},
	}
}

// compulsoryQuote is the request for the cover that the law demands.
func compulsoryQuote() motor.QuickQuoteRequest {
	q := printedQuote("", "")
	q.ProductCode, q.ProductPackages = motor.CMI, nil
	q.Vehicle.Usage = "1.10"
	return q
}

// coming moves a request to next week by the target's clock: a live insurer may
// not look back.
func (a aagi) coming(ctx SpecContext, q motor.QuickQuoteRequest) motor.QuickQuoteRequest {
	GinkgoHelper()
	start := a.now(ctx).In(bangkok).AddDate(0, 0, 7)
	q.PolicyStartDate = start.Format(time.DateOnly)
	q.PolicyExpiryDate = start.AddDate(1, 0, 0).Format(time.DateOnly)
	q.Vehicle.YearOfManufacture = fmt.Sprint(start.Year() - 1)
	return q
}

// withSum sets the sum insured of the one coverage.
func withSum(q motor.QuickQuoteRequest, baht int64) motor.QuickQuoteRequest {
	q.ProductPackages[0].Coverages[0].SumInsured = motor.Baht(baht)
	return q
}

// withItems sets the coverage items of the one coverage, in the given order.
func withItems(q motor.QuickQuoteRequest, all ...motor.CoverageItem) motor.QuickQuoteRequest {
	q.ProductPackages[0].Coverages[0].CoverageItems = all
	return q
}

// liabilityItems are the printed default items that every plan has.
func liabilityItems() []motor.CoverageItem {
	return []motor.CoverageItem{
		{Name: "TPBI/Persons", Code: motor.InjuryPerson, SumInsured: motor.Baht(500_000)},
		{Name: "TPBI Claims/Accident", Code: motor.InjuryAccident, SumInsured: motor.Baht(10_000_000)},
		{Name: "TPPD Claims", Code: motor.PropertyDamage, SumInsured: motor.Baht(2_500_000)},
		{Name: "RY01(PA)/Person", Code: motor.Accident, SumInsured: motor.Baht(100_000)},
		{Name: "RY02(ME)/Person", Code: motor.Medical, SumInsured: motor.Baht(100_000)},
		{Name: "RY03(BailBond)", Code: motor.BailBond, SumInsured: motor.Baht(200_000)},
	}
}

// ownDamageItems are the items for the car itself: its sum and the deductible.
func ownDamageItems(sum, deductible int64) []motor.CoverageItem {
	return []motor.CoverageItem{
		{Name: "Sum Insured", Code: motor.OwnDamage, SumInsured: motor.Baht(sum)},
		{Name: "Deduct Amount", Code: motor.Deductible, SumInsured: motor.Baht(deductible)},
	}
}

func floodItem(sum int64) motor.CoverageItem {
	return motor.CoverageItem{Name: "Flood", Code: motor.Flood, SumInsured: motor.Baht(sum)}
}

// printedText is a printed text.
func printedText(name string) string {
	GinkgoHelper()
	text, err := allianzSamples.ReadFile("samples/allianz/" + name + ".json")
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// askToken makes the token call by hand.
func (a aagi) askToken(ctx SpecContext, c *http.Client, query, id, secret string) reply {
	GinkgoHelper()
	return a.post(ctx, c, allianzFace, tokenPath+query, "", func(r *http.Request) { r.SetBasicAuth(id, secret) })
}

// token is a token for the target's credentials.
func (a aagi) token(ctx SpecContext, c *http.Client) string {
	GinkgoHelper()
	got := a.askToken(ctx, c, clientGrant+a.market(), a.Credentials["client_id"], a.Credentials["client_secret"])
	Expect(got.status).To(Equal(http.StatusOK), "%s", got)
	var read struct {
		AccessToken string `json:"access_token"`
	}
	Expect(json.Unmarshal(got.body, &read)).To(Succeed())
	Expect(read.AccessToken).NotTo(BeEmpty())
	return read.AccessToken
}

// market is the insurer's operating entity.
func (a aagi) market() string {
	if id := a.Credentials["oe_id"]; id != "" {
		return id
	}
	return printedMarket
}

// askQuote sends a quick quote's body as it stands.
func (a aagi) askQuote(ctx SpecContext, c *http.Client, token, body string) reply {
	GinkgoHelper()
	return a.post(ctx, c, allianzFace, quickQuotes, body, func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Content-Language", "th")
	})
}

// allianzSuite is what the package knows of Allianz.
func allianzSuite() suite {
	return suite{
		specs:       allianz,
		credentials: []string{"client_id", "client_secret", "oe_id"},
		abilities:   []string{"cmi"},
		public:      []string{"oe_id"},
		knock:       allianzKnock,
		deeds:       allianzDeeds,
		bears:       aagi{}.bearing,
	}
}
