package lifeishard

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

const (
	insurer = "omniasig"
	euro    = "EUR"
	leu     = "RON"

	offerDays = 30                                           // that an offer stands (inferred)
	notes     = "Ofertă simulată, fără valoare contractuală" // a text is printed; which is ours
	idsAfter  = 100                                          // the printed ids, 1, 12 and 23, come before those of a world
)

// offer is a row, kept under its id.
type offer struct {
	ID      uint64    `json:"id"`
	Code    string    `json:"code"`
	File    string    `json:"file"` // of its PDF: offer-<file>.pdf
	Made    time.Time `json:"made"`
	Expires string    `json:"expires"` // the last day on which it can become a policy
	Cover   cover     `json:"cover"`
	Premium cents     `json:"premium"`          // in euro
	Policy  uint64    `json:"policy,omitempty"` // that it became
}

// cover is what is agreed: what the papers print.
type cover struct {
	Product      string   `json:"product"`
	Type         string   `json:"type,omitempty"`
	Start        string   `json:"start"`
	End          string   `json:"end"`
	Months       int      `json:"months"`
	Installments int      `json:"installments"`
	Customer     party    `json:"customer"`
	Policyholder party    `json:"policyholder"`
	Clauses      []clause `json:"clauses,omitempty"`
	Deductible   string   `json:"deductible,omitempty"`
	Territory    string   `json:"territory,omitempty"`
}

type party struct {
	Name    string `json:"name,omitempty"`
	TaxID   string `json:"taxId"`
	Address string `json:"address"`
}

type clause struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

// offerAnswer is in the order of the printed sample.
type offerAnswer struct {
	Data offerData `json:"data"`
}

type offerData struct {
	Provider providerOfOffer `json:"provider"`
	Product  named           `json:"product"`
	Offers   []offerItem     `json:"offers"`
}

type providerOfOffer struct {
	Organization businessNamed `json:"organization"`
}

type businessNamed struct {
	BusinessName string `json:"businessName"`
}

type named struct {
	Name string `json:"name"`
}

type offerItem struct {
	OfferID           uint64        `json:"offerId"`
	ProviderOfferCode string        `json:"providerOfferCode"`
	PremiumAmount     cents         `json:"premiumAmount"`
	Currency          string        `json:"currency"`
	ExchangeRate      exchangeRate  `json:"exchangeRate"`
	StartDate         string        `json:"startDate"`
	EndDate           string        `json:"endDate"`
	Installments      []installment `json:"installments"`
	Notes             string        `json:"notes"`
	OfferExpiryDate   string        `json:"offerExpiryDate"`
}

type exchangeRate struct {
	Currency     string      `json:"currency"`
	Amount       cents       `json:"amount"`
	ExchangeRate json.Number `json:"exchangeRate"`
}

type installment struct {
	ID      int    `json:"id"`
	Amount  cents  `json:"amount"`
	DueDate string `json:"dueDate"`
}

// createOffer prices a cover and keeps the offer; a person whom the insurer does
// not want has none.
func (b *broker) createOffer(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	body, _ := mocks.Decoded(ctx).(map[string]any)
	product := members(body).object("product")
	agreed, refusal := agree(product)
	if refusal != nil {
		return mocks.Answer{}, refusal
	}
	answer := offerAnswer{offerData{
		Provider: providerOfOffer{businessNamed{insurer}}, Product: named{agreed.Product}, Offers: []offerItem{},
	}}
	known, err := b.person(ctx, agreed.Policyholder.TaxID)
	if err != nil {
		return mocks.Answer{}, err
	}
	if !known.Unwanted {
		o, err := b.offer(ctx, agreed, premium(product, specialityLoad(mocks.WorldOf(ctx), specialityOf(product))))
		if err != nil {
			return mocks.Answer{}, err
		}
		answer.Data.Offers = append(answer.Data.Offers, o.item())
	}
	a, err := said(ctx, answer)
	a.Rule = "the premium is the sandbox's own tariff in whole euro; its amount in lei, the instalments and the last day are computed"
	a.Evidence = contracts.Inferred
	return a, err
}

func specialityOf(product members) string {
	return product.object("additionalData").object("product").object("conditions").text("professionalSpeciality")
}

// offer keeps a new offer.
func (b *broker) offer(ctx context.Context, agreed cover, price cents) (*offer, error) {
	world, now := mocks.WorldOf(ctx), mocks.Now(ctx)
	n, err := world.Next(ctx, "offer")
	if err != nil {
		return nil, fmt.Errorf("count offers: %w", err)
	}
	id := n + idsAfter
	f := world.Fake("offer", strconv.FormatUint(id, 10))
	o := &offer{
		ID: id, Code: f.LetterN(2), File: f.UUID(), Made: now, Expires: day(local(now).AddDate(0, 0, offerDays)),
		Cover: agreed, Premium: price,
	}
	o.Code = strings.ToUpper(o.Code) + f.DigitN(8)
	if err := b.offers.Insert(ctx, strconv.FormatUint(id, 10), *o); err != nil {
		return nil, fmt.Errorf("keep offer %d: %w", id, err)
	}
	return o, nil
}

func (o *offer) item() offerItem {
	return offerItem{
		OfferID: o.ID, ProviderOfferCode: o.Code, PremiumAmount: o.Premium, Currency: euro,
		ExchangeRate: exchangeRate{leu, o.Premium.inLei(), rateText},
		StartDate:    o.Cover.Start, EndDate: o.Cover.End, Installments: o.Cover.plan(o.Premium),
		Notes: notes, OfferExpiryDate: o.Expires,
	}
}

// plan spreads an amount over the term; the first part is due at its start.
func (c cover) plan(amount cents) []installment {
	start, err := time.Parse(time.DateOnly, c.Start)
	if err != nil {
		start = time.Time{} // rows hold days only
	}
	all := make([]installment, c.Installments)
	for i, share := range amount.shares(c.Installments) {
		all[i] = installment{i + 1, share, day(monthsAfter(start, i*c.Months/c.Installments))}
	}
	return all
}

// agree holds a request that fits the document to the rules of the service, and
// reads of it what the papers print.
func agree(product members) (cover, *mocks.Refusal) {
	liability := product.object("liability")
	months, readable := liability.whole("termTime")
	count, counted := int64(1), true
	if liability.text("installmentCount") != "" {
		count, counted = liability.whole("installmentCount")
	}
	var wrong []contracts.Violation
	if !readable || months < 1 || months > 12 {
		wrong = append(wrong, broken("/product/liability/termTime", ruleTerm))
	} else if !counted || !slices.Contains([]int64{1, 2, 4, 12}, count) || count > months {
		wrong = append(wrong, broken("/product/liability/installmentCount", ruleSelected))
	}
	wrong = append(wrong, unreadable(liability)...)
	for _, who := range []string{"customer", "policyholder"} {
		address := product.object(who).object("address")
		if _, ok := address.whole("cityCode"); !ok {
			wrong = append(wrong, broken("/product/"+who+"/address/cityCode", ruleWhole))
		}
	}
	if product.object("policyholder").object("address").text("floor") == "" {
		wrong = append(wrong, broken("/product/policyholder/address/floor", ruleRequired))
	}
	if len(wrong) > 0 {
		return cover{}, invalid("a rule of the service that no schema says", wrong...)
	}
	start, err := time.Parse(time.DateOnly, liability.text("startDate"))
	if err != nil || start.Year() < 1900 || start.Year() > 9000 {
		return cover{}, invalid("the start is a day between the years 1900 and 9000", broken("/product/liability/startDate", ruleDay))
	}
	return cover{
		Product: product.text("name"), Type: liability.text("type"), Start: day(start), End: day(lastDay(start, int(months))),
		Months: int(months), Installments: int(count), Customer: partyOf(product.object("customer")), Policyholder: partyOf(product.object("policyholder")),
		Clauses: clausesOf(liability), Deductible: deductibleOf(liability.object("deductible")), Territory: territoryOf(liability.object("territory")),
	}, nil
}

// unreadable lists the numbers that are too large or too fine to be read.
func unreadable(liability members) []contracts.Violation {
	var wrong []contracts.Violation
	whole := func(group, name string) {
		if object := liability.object(group); object.text(name) != "" {
			if n, ok := object.whole(name); !ok || name == "percent" && n > 100 {
				wrong = append(wrong, broken("/product/liability/"+group+"/"+name, ruleWhole))
			}
		}
	}
	amount := func(object members, at string) {
		if _, ok := object.amount("value"); object.text("value") != "" && !ok {
			wrong = append(wrong, broken("/product/liability/"+at+"/value", ruleNumber))
		}
	}
	whole("additionalInsureds", "children")
	whole("additionalInsureds", "residents")
	whole("deductible", "percent")
	amount(liability.object("allowance"), "allowance")
	for _, group := range []string{"coverage", "conditions"} {
		for _, c := range printedClauses {
			if c.group == group {
				amount(liability.object(group).object(c.member), group+"/"+c.member)
			}
		}
	}
	return wrong
}

func partyOf(sent members) party {
	name := strings.TrimSpace(sent.text("lastName") + " " + sent.text("firstName"))
	if name == "" {
		name = sent.text("businessName")
	}
	at := sent.object("address")
	var words []string
	for _, part := range []struct{ label, member string }{
		{"str. ", "street"},
		{"nr. ", "houseNumber"},
		{"bl. ", "building"},
		{"sc. ", "staircase"},
		{"et. ", "floor"},
		{"ap. ", "apartment"},
		{"", "city"},
		{"jud. ", "county"},
		{"", "postcode"},
	} {
		if text := at.text(part.member); text != "" {
			words = append(words, part.label+text)
		}
	}
	return party{Name: cmp.Or(name, "-"), TaxID: sent.text("taxId"), Address: strings.Join(words, ", ")}
}

// find is the offer with an id.
func (b *broker) find(ctx context.Context, id, where string) (offer, error) {
	o, err := b.offers.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return offer{}, unknown(codeUnknownOffer, "offer", where)
	}
	if err != nil {
		return offer{}, fmt.Errorf("read offer %s: %w", id, err)
	}
	return o, nil
}
