package oneassure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
)

// Query says what of a list is asked for: what belongs to a session, or what
// falls within a range of at most seven days, never both. The zero value asks for
// all, of which nobody published whether it is allowed.
type Query struct {
	SessionID string
	StartDate string // yyyy-mm-dd
	EndDate   string // yyyy-mm-dd
	Next      string // the EndCursor of a page, for the one after it
	Prev      string // the StartCursor of a page, for the one before it
}

func (q Query) encode() string {
	values := url.Values{}
	for name, value := range map[string]string{
		"session_id": q.SessionID, "start_date": q.StartDate, "end_date": q.EndDate, "next": q.Next, "prev": q.Prev,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// Place is where a page stands in its list.
type Place struct {
	EndCursor   string `json:"end_cursor"`
	StartCursor string `json:"start_cursor"`
	HasPrev     bool   `json:"has_prev"`
	HasNext     bool   `json:"has_next"`
	TotalCount  int    `json:"total_count"` // of all pages
}

// QuotePage is a page of quotes.
type QuotePage struct {
	Quotes []Quote `json:"quotes"`
	Place
}

// ProposalPage is a page of proposals.
type ProposalPage struct {
	Proposals []Proposal `json:"proposals"`
	Place
}

// PolicyPage is a page of policies.
type PolicyPage struct {
	Policies []Policy `json:"policies"`
	Place
}

// Quotes is one page of the quotes that a query picks.
func (c *Client) Quotes(ctx context.Context, q Query) (*QuotePage, error) {
	return ask(ctx, c, listing("quotes", q), func(body []byte) (*QuotePage, error) {
		page, err := decodePage[QuotePage](body, "quotes")
		return page, err
	})
}

// Proposals is one page of the proposals that a query picks.
func (c *Client) Proposals(ctx context.Context, q Query) (*ProposalPage, error) {
	return ask(ctx, c, listing("proposals", q), func(body []byte) (*ProposalPage, error) {
		return decodePage[ProposalPage](body, "proposals")
	})
}

// Policies is one page of the policies that a query picks.
func (c *Client) Policies(ctx context.Context, q Query) (*PolicyPage, error) {
	return ask(ctx, c, listing("policies", q), func(body []byte) (*PolicyPage, error) {
		return decodePage[PolicyPage](body, "policies")
	})
}

func listing(name string, q Query) call {
	return call{name: name, method: http.MethodGet, path: "/v1/business/health/" + name + q.encode(), safe: true}
}

// decodePage demands what a caller who pages cannot do without.
func decodePage[T any](body []byte, name string) (*T, error) {
	var there map[string]json.RawMessage
	if err := json.Unmarshal(body, &there); err != nil {
		return nil, err
	}
	for _, member := range []string{name, "end_cursor", "start_cursor", "has_prev", "has_next", "total_count"} {
		if text := string(there[member]); text == "" || text == "null" {
			return nil, fmt.Errorf("%s is missing", member)
		}
	}
	page := new(T)
	if err := json.Unmarshal(body, page); err != nil {
		return nil, err
	}
	return page, nil
}

// ErrPagingStuck is a list whose next page begins where the last one ended.
var ErrPagingStuck = errors.New("oneassure: the list does not go on")

// AllPolicies goes through the policies that a query picks, page by page. An error
// ends it.
func (c *Client) AllPolicies(ctx context.Context, q Query) iter.Seq2[Policy, error] {
	return func(yield func(Policy, error) bool) {
		for {
			page, err := c.Policies(ctx, q)
			if err != nil {
				yield(Policy{}, err)
				return
			}
			for _, p := range page.Policies {
				if !yield(p, nil) {
					return
				}
			}
			if !page.HasNext {
				return
			}
			if page.EndCursor == "" || page.EndCursor == q.Next {
				yield(Policy{}, ErrPagingStuck)
				return
			}
			q.Next, q.Prev = page.EndCursor, ""
		}
	}
}
