package lifeishard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// policy is a row, kept under its id.
type policy struct {
	ID       uint64    `json:"id"`
	Series   string    `json:"series"`
	Number   uint64    `json:"number"`
	File     string    `json:"file"`
	Receipt  string    `json:"receipt"`
	Issued   time.Time `json:"issued"`
	Offer    uint64    `json:"offer"`
	Cover    cover     `json:"cover"`
	Premium  cents     `json:"premium"`
	Currency string    `json:"currency"`
	Payment  payment   `json:"payment"`
}

// payment is as it was sent, and in the printed order.
type payment struct {
	Method         string  `json:"method"`
	Currency       string  `json:"currency"`
	Amount         cents   `json:"amount"`
	Date           string  `json:"date"`
	DocumentNumber *string `json:"documentNumber"`
}

// numbered is a row under series and number: the id of the policy.
type numbered struct {
	Policy uint64 `json:"policy"`
}

// policyAnswer is in the order of the printed sample, whose provider has its name
// directly, other than that of an offer.
type policyAnswer struct {
	Data policyData `json:"data"`
}

type policyData struct {
	Policies []policyItem `json:"policies"`
}

type policyItem struct {
	Provider      businessNamed `json:"provider"`
	PolicyID      uint64        `json:"policyId"`
	Series        string        `json:"series"`
	Number        uint64        `json:"number"`
	Payment       payment       `json:"payment"`
	StartDate     string        `json:"startDate"`
	EndDate       string        `json:"endDate"`
	PremiumAmount cents         `json:"premiumAmount"`
	Currency      string        `json:"currency"`
	Installments  []installment `json:"installments"`
}

func (p *policy) item() policyItem {
	return policyItem{
		Provider: businessNamed{insurer}, PolicyID: p.ID, Series: p.Series, Number: p.Number, Payment: p.Payment,
		StartDate: p.Cover.Start, EndDate: p.Cover.End, PremiumAmount: p.Premium, Currency: p.Currency,
		Installments: p.Cover.plan(p.Premium),
	}
}

// issuePolicy turns an offer into a policy, once.
func (b *broker) issuePolicy(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	body, _ := mocks.Decoded(ctx).(map[string]any)
	sent := members(body)
	paid, refusal := paymentOf(sent.object("payment"))
	if refusal != nil {
		return mocks.Answer{}, refusal
	}
	o, err := b.acceptable(ctx, sent)
	if err != nil {
		return mocks.Answer{}, err
	}
	p, err := b.issue(ctx, o, paid)
	if err != nil {
		return mocks.Answer{}, err
	}
	a, err := said(ctx, policyAnswer{policyData{[]policyItem{p.item()}}})
	a.Rule = "the offer becomes one policy, in the currency of its payment; the payment comes back as it was sent"
	a.Evidence = contracts.Inferred
	return a, err
}

// acceptable is the offer that a request names, if there can be a policy for it.
func (b *broker) acceptable(ctx context.Context, sent members) (offer, error) {
	n, readable := sent.whole("offerId")
	o, err := b.offers.Get(ctx, strconv.FormatInt(n, 10))
	switch {
	case !readable, errors.Is(err, store.ErrNotFound):
		refusal := invalid("this world has no such offer; an offer belongs to the world that made it", broken("/offerId", ruleSelected))
		refusal.Example, refusal.Remedy = codeUnknownOffer, "send the offerId of an answer to createOffer"
		return offer{}, refusal
	case err != nil:
		return offer{}, fmt.Errorf("read offer %d: %w", n, err)
	case o.Policy != 0:
		return offer{}, issuedBefore(o.Policy)
	case day(local(mocks.Now(ctx))) > o.Expires:
		return offer{}, &mocks.Refusal{
			Kind: mocks.Expired, Code: codeOfferExpired, Where: "/offerId", Evidence: contracts.Inferred,
			Rule:   "an offer stands until the end of its offerExpiryDate by Romanian time, here " + o.Expires,
			Remedy: "ask for a new offer",
		}
	}
	known, err := b.person(ctx, o.Cover.Policyholder.TaxID)
	if err != nil {
		return offer{}, err
	}
	if known.Insured {
		return offer{}, &mocks.Refusal{
			Kind: mocks.Conflict, Code: codeAlreadyInsured, Where: "/offerId", Evidence: contracts.Inferred,
			Rule:   "the policyholder of the offer has such a policy; the sibling refuses so for a vehicle (observed)",
			Remedy: "send an offer for a policyholder with another taxId",
		}
	}
	return o, nil
}

func issuedBefore(policy uint64) *mocks.Refusal {
	return &mocks.Refusal{
		Kind: mocks.Conflict, Code: codeAlreadyIssued, Where: "/offerId", Evidence: contracts.Inferred,
		Rule:   fmt.Sprintf("an offer becomes one policy; this one is policy %d", policy),
		Remedy: fmt.Sprintf("fetch it at GET /policy/%d, or ask for a new offer", policy),
	}
}

// issue makes the policy. Of several who ask at the same time, one has it.
func (b *broker) issue(ctx context.Context, o offer, paid payment) (*policy, error) {
	world := mocks.WorldOf(ctx)
	n, err := world.Next(ctx, "policy")
	if err != nil {
		return nil, fmt.Errorf("count policies: %w", err)
	}
	f := world.Fake("policy", strconv.FormatUint(n, 10))
	p := &policy{
		ID: n + idsAfter, Series: printedSeries, Number: printedNumber + n, File: f.UUID(), Receipt: f.UUID(),
		Issued: mocks.Now(ctx), Offer: o.ID, Cover: o.Cover, Premium: o.Premium, Currency: paid.Currency, Payment: paid,
	}
	if p.Currency == leu {
		p.Premium = o.Premium.inLei()
	}
	_, err = b.offers.Update(ctx, strconv.FormatUint(o.ID, 10), func(o *offer) error {
		if o.Policy != 0 {
			return issuedBefore(o.Policy)
		}
		o.Policy = p.ID
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take offer %d: %w", o.ID, err)
	}
	return p, b.keep(ctx, p)
}

// keep writes the rows of a policy.
func (b *broker) keep(ctx context.Context, p *policy) error {
	if err := b.policies.Set(ctx, strconv.FormatUint(p.ID, 10), *p); err != nil {
		return fmt.Errorf("keep policy %d: %w", p.ID, err)
	}
	if err := b.numbers.Set(ctx, numberKey(p.Series, strconv.FormatUint(p.Number, 10)), numbered{p.ID}); err != nil {
		return fmt.Errorf("keep the number of policy %d: %w", p.ID, err)
	}
	return nil
}

// numberKey is where the policy with a series and number is found.
func numberKey(series, number string) string { return series + " " + number }

func paymentOf(sent members) (payment, *mocks.Refusal) {
	amount, ok := sent.amount("amount")
	if !ok {
		return payment{}, invalid("an amount has at most two decimals and is below a million million", broken("/payment/amount", ruleNumber))
	}
	p := payment{Method: sent.text("method"), Currency: sent.text("currency"), Amount: amount, Date: sent.text("date")}
	if document, ok := sent["documentNumber"].(string); ok {
		p.DocumentNumber = &document
	}
	return p, nil
}
