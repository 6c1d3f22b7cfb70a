package lifeishard

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// PolicyRequest turns an offer into a policy. The printed additionalData is not read
// by the operator; null is sent.
type PolicyRequest struct {
	OfferID ID      `json:"offerId"`
	Payment Payment `json:"payment"`
}

// Payment is how the premium was paid.
type Payment struct {
	Method         string `json:"method"`   // receipt, broker receipt, payment order, broker payment order, pos
	Currency       string `json:"currency"` // RON, EUR
	Amount         Amount `json:"amount"`
	Date           string `json:"date"` // yyyy-mm-dd
	DocumentNumber string `json:"documentNumber"`
}

// Policy is a policy as it was issued. Dates are yyyy-mm-dd.
type Policy struct {
	Provider      Organization  `json:"provider"`
	PolicyID      ID            `json:"policyId"`
	Series        string        `json:"series"`
	Number        ID            `json:"number"`
	Payment       Payment       `json:"payment"`
	StartDate     string        `json:"startDate"`
	EndDate       string        `json:"endDate"`
	PremiumAmount Amount        `json:"premiumAmount"`
	Currency      string        `json:"currency"`
	Installments  []Installment `json:"installments"`
}

// IssuePolicy turns an offer into a policy. It is sent once; an answer that is
// lost is an [*UnknownOutcomeError].
func (c *Client) IssuePolicy(ctx context.Context, r PolicyRequest) (*Policy, error) {
	k := call{name: "issue policy", method: http.MethodPost, path: "/policy", timeout: c.timeouts.Policy, binds: true}
	k.body = struct {
		PolicyRequest
		AdditionalData *struct{} `json:"additionalData"`
	}{PolicyRequest: r}
	read, err := ask[struct {
		Data struct {
			Policies []Policy `json:"policies"`
		} `json:"data"`
	}](ctx, c, k)
	switch {
	case err != nil:
		return nil, err
	case len(read.Data.Policies) != 1:
		return nil, k.without("the one policy")
	case read.Data.Policies[0].PolicyID <= 0 || read.Data.Policies[0].Series == "":
		return nil, k.without("the policy's id or series")
	}
	return &read.Data.Policies[0], nil
}

// File is a paper. The operator calls all of them offers, it seems.
type File struct {
	Type    string
	Name    string
	Content []byte // a PDF
}

// OfferFile fetches an offer as a PDF.
func (c *Client) OfferFile(ctx context.Context, id ID) (*File, error) {
	return c.file(ctx, "offer file", "/offer/"+id.String())
}

// PolicyFile fetches a policy as a PDF.
func (c *Client) PolicyFile(ctx context.Context, id ID) (*File, error) {
	return c.file(ctx, "policy file", "/policy/"+id.String())
}

// PolicyFileByNumber fetches a policy as a PDF by what is printed on it.
func (c *Client) PolicyFileByNumber(ctx context.Context, series string, number ID) (*File, error) {
	query := url.Values{"series": {series}, "number": {number.String()}}
	return c.file(ctx, "policy file", "/policy?"+query.Encode())
}

// ReceiptFile fetches the receipt of a policy as a PDF.
func (c *Client) ReceiptFile(ctx context.Context, id ID) (*File, error) {
	return c.file(ctx, "receipt file", strings.ReplaceAll(c.receipt, "{id}", id.String()))
}

// String is the number in decimal.
func (n ID) String() string { return strconv.FormatInt(int64(n), 10) }

func (c *Client) file(ctx context.Context, name, path string) (*File, error) {
	k := call{name: name, method: http.MethodGet, path: path, timeout: c.timeouts.File}
	read, err := ask[struct {
		Data struct {
			Files []struct {
				Type    string `json:"type"`
				Name    string `json:"name"`
				Content string `json:"content"`
			} `json:"files"`
		} `json:"data"`
	}](ctx, c, k)
	if err != nil {
		return nil, err
	}
	if len(read.Data.Files) == 0 {
		return nil, k.without("a file")
	}
	first := read.Data.Files[0]
	content, err := base64.StdEncoding.DecodeString(first.Content)
	if err != nil || !bytes.HasPrefix(content, []byte("%PDF-")) {
		return nil, k.without("a PDF in base64")
	}
	return &File{first.Type, first.Name, content}, nil
}
