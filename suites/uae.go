package suites

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// openFinance is what a third party may expect of UAE Open Finance, insurance.
func openFinance(t *Target) {
	h := uaeHub{t}
	BeforeEach(h.versionsThere)
	Describe("the hub", Label("hub"), h.discovery)
	Describe("the journey", Label("journey"), h.journeys)
	Describe("a pushed request", Label("par", "pushAuthorizationRequest"), h.pushes)
	Describe("the consent page", Label("page", "authorize", "decideInteraction", "pushAuthorizationRequest"), h.pages)
	Describe("a token", Label("tokens", "issueToken"), h.tokens)
	Describe("a consent", Label("consents"), h.consents)
	Describe("a policy", Label("policies"), h.policies)
	Describe("a call", Label("calls"), h.calls)
	Describe("an event", Label("events"), h.events)
	Describe("a customer", Label("customer"), h.persons)
	resilience(t, h.bearing())
}

// Faces of the hub, by the name of their document.
const (
	uaeHubFace    = "hub"
	uaeAuthFace   = "auth"
	uaeEventsFace = "events"
)

// uaeHub is the target in the programme's terms.
type uaeHub struct{ *Target }

// uaeVersion is a version of the resources: where they are, and how its
// operations are called.
type uaeVersion struct {
	name     string // "v1.2", of the address and of the consent's type
	policies string // path of the list
	ops      uaeOperations
}

// uaeOperations are the ids of the calls of a version, which are the labels of its
// specs.
type uaeOperations struct{ chain, consent, patch, list, one, payment, event string }

var (
	uaeRC1 = uaeVersion{"v1.0-rc1", "/insurance-policies", uaeOperations{
		"listConsentsRc1", "getConsentRc1", "patchConsentRc1",
		"listInsurancePoliciesRc1", "getInsurancePolicyRc1", "getCustomerPaymentDetailsRc1", "receiveEventRc1",
	}}
	uaeV12 = uaeVersion{"v1.2", "/motor-insurance-policies", uaeOperations{
		"listInsuranceConsents", "getInsuranceConsent", "patchInsuranceConsent",
		"listMotorInsurancePolicies", "getMotorInsurancePolicy", "getMotorInsuranceCustomerPaymentDetails", "receiveEvent",
	}}
)

// uaeVersions are all there are, the oldest first.
var uaeVersions = []uaeVersion{uaeRC1, uaeV12}

func (v uaeVersion) face() string { return "insurance-" + v.name }

func (v uaeVersion) kind() string { return "urn:openfinanceuae:insurance-consent:" + v.name }

// journey are the labels of a spec that takes a consent all the way to a token.
func (v uaeVersion) journey(more ...string) Labels {
	return Label(append([]string{v.name, "getDiscovery", "pushAuthorizationRequest", "authorize", "decideInteraction", "issueToken"}, more...)...)
}

// issuer is the hub's name for itself.
func (h uaeHub) issuer() string { return strings.TrimSuffix(h.Faces[uaeHubFace].String(), "/") }

// at is the address of a path below a face.
func (h uaeHub) at(face, path string) string {
	return strings.TrimSuffix(h.Faces[face].String(), "/") + path
}

// options are those of a client of the target, which speaks by c.
func (h uaeHub) options(v uaeVersion, c *http.Client) (uae.Options, error) {
	key, err := uae.ParseKey([]byte(h.Credentials[credentialKey]))
	return uae.Options{
		Issuer:      h.issuer(),
		Resources:   strings.TrimSuffix(h.Faces[v.face()].String(), "/open-finance/insurance/"+v.name),
		ClientID:    h.Credentials["client_id"],
		RedirectURI: h.Credentials[credentialRedirect],
		Key:         key,
		HTTP:        c,
		Certificate: h.live() && h.TLS != nil && h.TLS.Cert != "", // a sandbox is called where nobody asks for one
		Now:         h.run.now,
		Retry:       uae.Retry{Wait: time.Millisecond},
	}, err
}

// thirdParty is the client that a third party's program would use, in one version.
// What that does not know itself, the suite adds by hand.
type thirdParty struct {
	*uae.Client
	hub     uaeHub
	version uaeVersion
	options uae.Options
	rc1     *uae.V10RC1 // one of the two is there
	v12     *uae.V12
}

// party is a third party within one spec, with the target's credentials or with
// what change makes of them.
func (h uaeHub) party(ctx SpecContext, v uaeVersion, change ...func(*uae.Options)) *thirdParty {
	GinkgoHelper()
	p, err := h.newParty(v, h.HTTP(ctx), change...)
	Expect(err).NotTo(HaveOccurred())
	return p
}

func (h uaeHub) newParty(v uaeVersion, c *http.Client, change ...func(*uae.Options)) (*thirdParty, error) {
	o, err := h.options(v, c)
	if err != nil {
		return nil, err
	}
	for _, f := range change {
		f(&o)
	}
	p := &thirdParty{hub: h, version: v, options: o}
	switch v.name {
	case uaeRC1.name:
		if p.rc1, err = uae.NewV10RC1(o); err == nil {
			p.Client = p.rc1.Client
		}
	case uaeV12.name:
		if p.v12, err = uae.NewV12(o); err == nil {
			p.Client = p.v12.Client
		}
	default:
		err = fmt.Errorf("there is no client of %s", v.name)
	}
	return p, err
}

// asking is what a consent is asked for; the zero value asks for everything for
// half a year, without events.
type asking struct {
	ID, Base    string
	Permissions []uae.Permission
	For         time.Duration // until it expires, by the target's clock
	Events      *uae.Webhook
	OnBehalfOf  *uae.OnBehalfOf
}

// allPermissions are those of v1.x.
var allPermissions = []uae.Permission{
	uae.ReadPolicies, uae.ReadCustomerBasic, uae.ReadCustomerDetail, uae.ReadProduct, uae.ReadTransactions, uae.ReadPaymentDetails,
}

const halfYear = 180 * 24 * time.Hour

// tryPush asks for a consent.
func (p *thirdParty) tryPush(ctx SpecContext, a asking) (*uae.Pending, error) {
	GinkgoHelper()
	if a.Permissions == nil {
		a.Permissions = allPermissions
	}
	if a.For == 0 {
		a.For = halfYear
	}
	until := uae.At(p.hub.now(ctx).Add(a.For))
	if p.rc1 != nil {
		return p.rc1.Push(ctx, uae.ConsentRequestRC1{
			ConsentID: a.ID, BaseConsentID: a.Base, Permissions: a.Permissions, ExpirationDateTime: until,
			Purpose: []uae.PurposeRC1{uae.ForMotorQuote}, OnBehalfOf: a.OnBehalfOf, Events: a.Events,
		})
	}
	return p.v12.Push(ctx, uae.ConsentRequestV12{
		ConsentID: a.ID, BaseConsentID: a.Base, Permissions: a.Permissions, ExpirationDateTime: until,
		OpenFinanceBilling: uae.Billing{Purpose: uae.BillQuoteComparison}, OnBehalfOf: a.OnBehalfOf, Events: a.Events,
	})
}

// push asks for a consent that must be staged.
func (p *thirdParty) push(ctx SpecContext, a asking) *uae.Pending {
	GinkgoHelper()
	pending, err := p.tryPush(ctx, a)
	Expect(err).NotTo(HaveOccurred())
	return pending
}

// consentSeen is a consent as far as the versions agree on it.
type consentSeen struct {
	ID, Base              string
	Status                uae.ConsentStatus
	RevokedBy             uae.RevokedBy
	Permissions           []uae.Permission
	Expires, Created, Set uae.DateTime // Set: when it came to its status
	OnBehalfOf            *uae.OnBehalfOf
}

func seenRC1(c uae.ConsentRC1) consentSeen {
	return consentSeen{c.ConsentID, c.BaseConsentID, c.Status, c.RevokedBy, c.Permissions, c.ExpirationDateTime, c.CreationDateTime, c.StatusUpdateDateTime, c.OnBehalfOf}
}

func seenV12(c uae.ConsentV12) consentSeen {
	return consentSeen{c.ConsentID, c.BaseConsentID, c.Status, c.RevokedBy, c.Permissions, c.ExpirationDateTime, c.CreationDateTime, c.StatusUpdateDateTime, c.OnBehalfOf}
}

// look looks a consent up.
func (p *thirdParty) look(ctx context.Context, id string) (*uae.Answer[consentSeen], error) {
	if p.rc1 != nil {
		got, err := p.rc1.Consent(ctx, uae.Visit{}, id)
		return anyVersion(got, err, seenRC1)
	}
	got, err := p.v12.Consent(ctx, uae.Visit{}, id)
	return anyVersion(got, err, seenV12)
}

// consent looks up one that must be there.
func (p *thirdParty) consent(ctx SpecContext, id string) *uae.Answer[consentSeen] {
	GinkgoHelper()
	got, err := p.look(ctx, id)
	Expect(err).NotTo(HaveOccurred())
	return got
}

// status is where a consent stands.
func (p *thirdParty) status(ctx SpecContext, id string) uae.ConsentStatus {
	GinkgoHelper()
	return p.consent(ctx, id).Data.Status
}

// chain is the consents of a chain of renewals.
func (p *thirdParty) chain(ctx SpecContext, base string) (*uae.Answer[[]consentSeen], error) {
	if p.rc1 != nil {
		got, err := p.rc1.ListByBase(ctx, uae.Visit{}, base)
		return anyVersion(got, err, each(seenRC1))
	}
	got, err := p.v12.ListByBase(ctx, uae.Visit{}, base)
	return anyVersion(got, err, each(seenV12))
}

// grantedConsent is the consent inside a customer's token.
func (p *thirdParty) grantedConsent(t *uae.Token) (*uae.Answer[consentSeen], error) {
	if p.rc1 != nil {
		got, err := p.rc1.Granted(t)
		return anyVersion(got, err, seenRC1)
	}
	got, err := p.v12.Granted(t)
	return anyVersion(got, err, seenV12)
}

// policySeen is a policy of any version; Type is rc1's alone.
type policySeen struct {
	ID, Type     string
	Customer     *uae.Customer
	Product      *uae.Product
	Transactions *uae.Transactions
}

func policyRC1(p uae.PolicyRC1) policySeen {
	return policySeen{p.InsurancePolicyID, p.PolicyType, p.Customer, p.Product, p.Transactions}
}

func policyV12(p uae.PolicyV12) policySeen {
	return policySeen{p.InsurancePolicyID, "", p.Customer, p.Product, p.Transactions}
}

// list is all policies of a consent.
func (p *thirdParty) list(ctx SpecContext, v uae.Visit) (*uae.Answer[[]policySeen], error) {
	if p.rc1 != nil {
		got, err := p.rc1.Policies(ctx, v)
		return anyVersion(got, err, each(policyRC1))
	}
	got, err := p.v12.Policies(ctx, v)
	return anyVersion(got, err, each(policyV12))
}

// policy is one of them.
func (p *thirdParty) policy(ctx SpecContext, v uae.Visit, id string) (*uae.Answer[policySeen], error) {
	if p.rc1 != nil {
		got, err := p.rc1.Policy(ctx, v, id)
		return anyVersion(got, err, policyRC1)
	}
	got, err := p.v12.Policy(ctx, v, id)
	return anyVersion(got, err, policyV12)
}

// payment is the account that a policy is paid from.
func (p *thirdParty) payment(ctx SpecContext, v uae.Visit, policy string) (*uae.Answer[uae.PaymentDetails], error) {
	if p.rc1 != nil {
		return p.rc1.PaymentDetails(ctx, v, policy)
	}
	return p.v12.PaymentDetails(ctx, v, policy)
}

// anyVersion is an answer with its data as the suite reads it.
func anyVersion[From, To any](got *uae.Answer[From], err error, read func(From) To) (*uae.Answer[To], error) {
	if err != nil {
		return nil, err
	}
	return &uae.Answer[To]{Data: read(got.Data), Subscription: got.Subscription, Links: got.Links, Meta: got.Meta, Interaction: got.Interaction}, nil
}

func each[From, To any](read func(From) To) func([]From) []To {
	return func(all []From) []To {
		out := make([]To, len(all))
		for i, one := range all {
			out[i] = read(one)
		}
		return out
	}
}

// unfollowed is a client for calls by hand that stays where it is sent.
func (h uaeHub) unfollowed(ctx SpecContext) *http.Client {
	GinkgoHelper()
	c := h.HTTP(ctx)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// uaeSuite is what the package knows of the UAE hub.
func uaeSuite() suite {
	return suite{
		specs:       openFinance,
		credentials: []string{"client_id", credentialRedirect, credentialKey, "encryption_private_jwk", credentialRefresh},
		abilities:   []string{uaeRC1.name, uaeV12.name},
		public:      []string{"client_id", credentialRedirect},
		proofs:      []string{"signing", "redirect", "consent", "inbox"},
		knock:       uaeKnock,
		deeds:       uaeDeeds,
		bears:       uaeHub{}.bearing,
	}
}
