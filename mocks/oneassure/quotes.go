package oneassure

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// quote is a row.
type quote struct {
	ID      string    `json:"id"`
	Session string    `json:"session"`
	Asked   time.Time `json:"asked"`
	Sum     int       `json:"sum"`
	Visitor visitor   `json:"visitor"`
	Offers  []offer   `json:"offers"` // in the order in which insurers answer
}

type offer struct {
	ID      string `json:"id"`
	Product int    `json:"product"` // of products
	Gross   paise  `json:"gross"`
}

// A quote has as many variants as the sample, and one is completed every two
// seconds (inferred).
const (
	variants     = 23
	variantAfter = 2 * time.Second
)

// completed is how many variants insurers have answered by a moment.
func (q *quote) completed(now time.Time) int {
	return int(min(max(now.Sub(q.Asked)/variantAfter, 0), time.Duration(len(q.Offers))))
}

type quotePage struct {
	Quotes []quoteItem `json:"quotes"`
	tail
}

// quoteItem is a quote in the order of the page.
type quoteItem struct {
	SessionID         string           `json:"session_id"`
	QuoteID           string           `json:"quote_id"`
	SumInsured        string           `json:"sum_insured"`
	Pincode           string           `json:"pincode"`
	Deductible        string           `json:"deductible"`
	TotalVariants     int              `json:"total_variants"`
	CompletedVariants int              `json:"completed_variants"`
	MemberDetails     []quotedMember   `json:"member_details"`
	PlanType          string           `json:"plan_type"`
	CustomerName      string           `json:"customer_name"`
	CustomerPhone     string           `json:"customer_phone"`
	CustomerGender    string           `json:"customer_gender"`
	CustomerEmail     string           `json:"customer_email"`
	Recommendations   []recommendation `json:"recommendations"`
}

type quotedMember struct {
	Relation string `json:"relation"`
	Age      int    `json:"age"`
}

// recommendation has the three members that are readable.
type recommendation struct {
	RecommendationID string `json:"recommendation_id"`
	CompanyID        string `json:"company_id"`
	CompanyName      string `json:"company_name"`
}

func (in *insurer) listQuotes(r *http.Request) (mocks.Answer, error) {
	q, err := queryOf(r)
	if err != nil {
		return mocks.Answer{}, err
	}
	rows, end, err := in.quotes.page(r.Context(), q)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("list quotes: %w", err)
	}
	page := quotePage{Quotes: make([]quoteItem, len(rows)), tail: end}
	for i, row := range rows {
		page.Quotes[i] = row.item(mocks.Now(r.Context()))
	}
	return mocks.OK(page), nil
}

func (q *quote) item(now time.Time) quoteItem {
	item := quoteItem{
		SessionID: q.Session, QuoteID: q.ID, SumInsured: strconv.Itoa(q.Sum), Pincode: q.Visitor.Address.Pincode, Deductible: "0",
		TotalVariants: len(q.Offers), CompletedVariants: q.completed(now), PlanType: "BASE",
		MemberDetails: []quotedMember{{"self", age(q.Visitor.Person.Born, q.Asked)}},
		CustomerName:  q.Visitor.Person.Name, CustomerPhone: q.Visitor.Phone, CustomerGender: q.Visitor.Person.Gender,
		Recommendations: []recommendation{},
	}
	if q.Visitor.Email != nil {
		item.CustomerEmail = *q.Visitor.Email
	}
	for _, member := range q.Visitor.Family {
		item.MemberDetails = append(item.MemberDetails, quotedMember{member.Relation, age(member.Born, q.Asked)})
	}
	for _, o := range q.Offers[:item.CompletedVariants] {
		company := products[o.Product]
		item.Recommendations = append(item.Recommendations, recommendation{o.ID, company.InsurerID, company.Insurer})
	}
	return item
}

// quoteVisitor lets the visitor ask for a quote, or leave.
func (in *insurer) quoteVisitor(ctx context.Context, c *course, _ string) error {
	world, now := mocks.WorldOf(ctx), mocks.Now(ctx)
	f := world.Fake("oneassure", "quote", c.Session)
	q := quote{ID: newID(now, f), Session: c.Session, Asked: now, Sum: pick(f, sums), Visitor: newVisitor(f, now)}
	if q.Visitor.Email == nil { // who asks online has left an address
		q.Visitor.Email = new("visitor@example.com")
	}
	ages := []int{age(q.Visitor.Person.Born, now)}
	for _, member := range q.Visitor.Family {
		ages = append(ages, age(member.Born, now))
	}
	for i := range variants {
		n := i % len(products)
		q.Offers = append(q.Offers, offer{ID: newID(now, f), Product: n, Gross: premium(f, products[n], q.Sum, ages)})
	}
	key, err := newKey(ctx)
	if err != nil {
		return err
	}
	c.Quote = key
	if err := in.quotes.put(ctx, key, q, slip{Session: c.Session, Day: day(now)}); err != nil {
		return fmt.Errorf("keep quote %s: %w", q.ID, err)
	}
	return nil
}
