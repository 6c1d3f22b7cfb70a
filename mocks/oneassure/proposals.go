package oneassure

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/understudy-sandbox/understudy/mocks"
)

// proposal is a row.
type proposal struct {
	ID            string  `json:"id"`
	Session       string  `json:"session"`
	Quote         string  `json:"quote"` // id
	Sum           int     `json:"sum"`
	Visitor       visitor `json:"visitor"`
	Product       int     `json:"product"` // of products
	Tenure        int     `json:"tenure"`  // years
	Gross         paise   `json:"gross"`
	Status        string  `json:"status"`
	InsurerNumber string  `json:"insurerNumber,omitempty"`
	Reason        string  `json:"reason,omitempty"` // why it ended badly
}

// Why a proposal ends badly: the texts are ours.
const (
	whyCancelled = "The details did not pass the checks before underwriting"
	whyRejected  = "The insurer declined the proposal after medical underwriting"
)

type proposalPage struct {
	Proposals []proposalItem[string] `json:"proposals"`
	tail
}

// proposalItem is a proposal in the order of the page. Its tenure is a text in
// the list and a number in events.
type proposalItem[T string | int] struct {
	ProposalID        string   `json:"proposal_id"`
	SessionID         string   `json:"session_id"`
	Name              string   `json:"name"`
	Phone             string   `json:"phone"`
	Email             *string  `json:"email"`
	InsurerName       string   `json:"insurer_name"`
	InsurerID         string   `json:"insurer_id"`
	ProductName       string   `json:"product_name"`
	ProductID         string   `json:"product_id"`
	VariantName       string   `json:"variant_name"`
	VariantID         string   `json:"variant_id"`
	Tenure            T        `json:"tenure"`
	NetPremium        string   `json:"net_premium"`
	GrossPremium      string   `json:"gross_premium"`
	Status            string   `json:"status"`
	FormResponses     struct{} `json:"form_responses"`
	InsurerProposalID string   `json:"insurer_proposal_id"`
	CancelledReason   *string  `json:"cancelled_reason"`
	RejectionReason   *string  `json:"rejection_reason"`
	QuoteID           string   `json:"quote_id"`
}

func (in *insurer) listProposals(r *http.Request) (mocks.Answer, error) {
	q, err := queryOf(r)
	if err != nil {
		return mocks.Answer{}, err
	}
	rows, end, err := in.proposals.page(r.Context(), q)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("list proposals: %w", err)
	}
	page := proposalPage{Proposals: make([]proposalItem[string], len(rows)), tail: end}
	for i, row := range rows {
		page.Proposals[i] = proposalOf(&row, strconv.Itoa(row.Tenure))
	}
	return mocks.OK(page), nil
}

func proposalOf[T string | int](p *proposal, tenure T) proposalItem[T] {
	sold := products[p.Product]
	item := proposalItem[T]{
		ProposalID: p.ID, SessionID: p.Session, Name: p.Visitor.Person.Name, Phone: p.Visitor.Phone, Email: p.Visitor.Email,
		InsurerName: sold.Insurer, InsurerID: sold.InsurerID, ProductName: sold.Product, ProductID: sold.ProductID,
		VariantName: sold.Variant, VariantID: sold.VariantID,
		Tenure: tenure, NetPremium: p.Gross.net().String(), GrossPremium: p.Gross.String(),
		Status: p.Status, InsurerProposalID: p.InsurerNumber, QuoteID: p.Quote,
	}
	switch p.Status {
	case statusCancelled:
		item.CancelledReason = &p.Reason
	case statusRejected:
		item.RejectionReason = &p.Reason
	}
	return item
}

// propose lets the visitor choose an offer and hand a proposal in.
func (in *insurer) propose(ctx context.Context, c *course, end string) error {
	quoted, err := in.quotes.rows.Get(ctx, c.Quote)
	if err != nil {
		return fmt.Errorf("read the quote: %w", err)
	}
	now := mocks.Now(ctx)
	f := mocks.WorldOf(ctx).Fake("oneassure", "proposal", c.Session)
	chosen := pick(f, quoted.Offers)
	p := proposal{
		ID: newID(now, f), Session: c.Session, Quote: quoted.ID, Sum: quoted.Sum, Visitor: quoted.Visitor,
		Product: chosen.Product, Tenure: f.Number(1, 3), Status: end,
	}
	p.Gross = chosen.Gross * paise(p.Tenure)
	if c.Proposal, err = newKey(ctx); err != nil {
		return err
	}
	if err := in.proposals.put(ctx, c.Proposal, p, slip{Session: c.Session, Day: day(now)}); err != nil {
		return fmt.Errorf("keep proposal %s: %w", p.ID, err)
	}
	return in.tellProposal(ctx, &p)
}

// moveOn gives the proposal its next status.
func (in *insurer) moveOn(ctx context.Context, c *course, end string) error {
	f := mocks.WorldOf(ctx).Fake("oneassure", "insurer's proposal", c.Session)
	p, err := in.proposals.rows.Update(ctx, c.Proposal, func(p *proposal) error {
		p.Status = end
		switch end {
		case statusSubmitted:
			p.InsurerNumber = fmt.Sprintf("PR%010d", f.Number(1, 999_999_999))
		case statusCancelled:
			p.Reason = whyCancelled
		case statusRejected:
			p.Reason = whyRejected
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("proposal becomes %s: %w", end, err)
	}
	return in.tellProposal(ctx, &p)
}
