package allianz

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// channel is the one value that the carrier's table allows.
const channel = "WS"

// ProductCode says which of the two insurances a call is about.
type ProductCode string

// The carrier's products.
const (
	VMI ProductCode = "VMI" // voluntary
	CMI ProductCode = "CMI" // compulsory
)

// CoverageCode is a kind of voluntary cover, in the carrier's spelling.
type CoverageCode string

// The covers of the carrier's coverage table.
const (
	VMI1     CoverageCode = "VMI1"
	VMI2Plus CoverageCode = "VMI2+"
	VMI3Plus CoverageCode = "VMI3+"
	VMI3     CoverageCode = "VMI3"
)

// ItemCode is one benefit within a cover.
type ItemCode string

// The benefits of the coverage items table; roadside assistance stands in answers only.
const (
	OwnDamage      ItemCode = "OD"
	Deductible     ItemCode = "DD"
	Flood          ItemCode = "FL"
	InjuryPerson   ItemCode = "TPBI_PERSON"
	InjuryAccident ItemCode = "TPBI_ACCIDENT"
	PropertyDamage ItemCode = "TPPD"
	Accident       ItemCode = "PA"
	Medical        ItemCode = "ME"
	BailBond       ItemCode = "BB"
	Roadside       ItemCode = "RA85"
)

// CostType is what an additional cost is for.
type CostType string

// The additional costs of every sample answer.
const (
	VAT   CostType = "VAT"
	Stamp CostType = "STAMP"
)

// Granular is the package name of a quote built from coverages.
const Granular Text = "GRANU"

// QuickQuoteRequest asks what a policy would cost; nothing is stored at the
// carrier. Dates are yyyy-mm-dd. The fixed channel is added when it is sent.
type QuickQuoteRequest struct {
	PolicyStartDate  string           `json:"policyStartDate"`
	PolicyExpiryDate string           `json:"policyExpiryDate,omitempty"` // "" is not sent
	ProposalDate     string           `json:"proposalDate,omitempty"`     // priced as of that day; "" is not sent: today
	ProductCode      ProductCode      `json:"productCode"`
	Vehicle          Vehicle          `json:"vehicle"`
	ProductPackages  []ProductPackage `json:"productPackages,omitempty"` // VMI needs one, CMI none
}

// QuickQuote is the carrier's answer: the request again, with covers filled in
// and a premium for each package.
type QuickQuote struct {
	PolicyStartDate  string           `json:"policyStartDate"`
	PolicyExpiryDate string           `json:"policyExpiryDate"`
	ProposalDate     string           `json:"proposalDate,omitempty"`
	Channel          string           `json:"channel"`
	ProductCode      ProductCode      `json:"productCode"`
	Vehicle          Vehicle          `json:"vehicle"`
	ProductPackages  []ProductPackage `json:"productPackages"`
}

// ProductPackage is a set of covers with one premium.
type ProductPackage struct {
	Name      Text       `json:"name"`
	Coverages []Coverage `json:"coverages"`
	Premium   *Premium   `json:"premium,omitempty"` // left out of a quote's request, never nil in a QuickQuote
}

// Coverage is one cover. In a request, no sum insured and nil items ask for all
// defaults, a sum and nil items for the defaults around that sum, and given items are priced as given.
type Coverage struct {
	Name          Text           `json:"name"`
	Code          CoverageCode   `json:"code"`
	SumInsured    Amount         `json:"sumInsured"`
	CoverageItems []CoverageItem `json:"coverageItems"`
}

// Item is the item with that code, and whether there is one.
func (c Coverage) Item(code ItemCode) (CoverageItem, bool) {
	for _, item := range c.CoverageItems {
		if item.Code == code {
			return item, true
		}
	}
	return CoverageItem{}, false
}

// CoverageItem is one benefit and its limit in baht; roadside assistance has none.
type CoverageItem struct {
	Name       Text     `json:"name"`
	Code       ItemCode `json:"code"`
	SumInsured Amount   `json:"sumInsured"`
}

// Premium is a price in baht: net, before the additional costs, and gross, which is to be paid.
type Premium struct {
	Discounts       []Discount       `json:"discounts"`
	AdditionalCosts []AdditionalCost `json:"additionalCosts"`
	NetPremium      Amount           `json:"netPremium"`
	GrossPremium    Amount           `json:"grossPremium"`
}

// Cost is the additional cost of that type, none if the premium has no such cost.
func (p Premium) Cost(kind CostType) Amount {
	for _, cost := range p.AdditionalCosts {
		if cost.Type == kind {
			return cost.Amount
		}
	}
	return Amount{}
}

// AdditionalCost is stamp duty or tax, in baht.
type AdditionalCost struct {
	Name   Text     `json:"name"`
	Type   CostType `json:"type"`
	Amount Amount   `json:"amount"`
}

// Discount is a reduction already taken off the net premium.
type Discount struct {
	Code      Text        `json:"code"`
	Rate      json.Number `json:"rate,omitempty"` // in percent
	Name      Text        `json:"name"`
	Type      Text        `json:"type"`
	Amount    Amount      `json:"amount"`
	Recurring bool        `json:"recurring"` // again each year
}

// quickQuoteBody is the request as the carrier's samples print it.
type quickQuoteBody struct {
	Channel string `json:"channel"`
	QuickQuoteRequest
	Vehicle quoteVehicle `json:"vehicle"`
}

// QuickQuote asks for the premium. The answer has at least one package, and every
// package has a net and a gross premium; anything less is an error and no quote.
func (c *Client) QuickQuote(ctx context.Context, q QuickQuoteRequest) (*QuickQuote, error) {
	return ask(ctx, c, call{
		name:    callQuote,
		method:  http.MethodPost,
		url:     c.base + "/v1/motor/quickquotes",
		body:    quickQuoteBody{channel, q, quoteVehicle(q.Vehicle)},
		form:    jsonForm,
		subject: "a quote",
		timeout: c.timeouts.Quote,
		safe:    true,
	}, decodeQuote)
}

func decodeQuote(body []byte) (*QuickQuote, error) {
	var q QuickQuote
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, err
	}
	if len(q.ProductPackages) == 0 {
		return nil, errors.New("productPackages is missing")
	}
	for i, p := range q.ProductPackages {
		if p.Premium == nil || p.Premium.NetPremium.None() || p.Premium.GrossPremium.None() {
			return nil, fmt.Errorf("productPackages[%d] has no premium", i)
		}
	}
	return &q, nil
}
