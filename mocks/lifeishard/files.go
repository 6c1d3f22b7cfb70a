package lifeishard

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/paper"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// filesAnswer is in the printed order. Whatever the file is, it is called an offer.
type filesAnswer struct {
	Data filesData `json:"data"`
}

type filesData struct {
	Files []file `json:"files"`
}

type file struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Content string `json:"content"`
}

// drawn is a page as a file in an answer.
func drawn(ctx context.Context, name string, page paper.Page) (mocks.Answer, error) {
	text, err := page.PDF()
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("draw %s: %w", page.Subtitle, err)
	}
	a, err := said(ctx, filesAnswer{filesData{[]file{{
		Type: "Offer", Name: "offer-" + name + ".pdf", Content: base64.StdEncoding.EncodeToString(text),
	}}}})
	a.Rule = "the paper as base64 in JSON; type and name are printed so for every paper"
	a.Evidence = contracts.Seed
	return a, err
}

func (b *broker) downloadOffer(r *http.Request) (mocks.Answer, error) {
	o, err := b.find(r.Context(), plainID(r), "path id")
	if err != nil {
		return mocks.Answer{}, err
	}
	return drawn(r.Context(), o.File, o.page())
}

func (b *broker) downloadPolicy(r *http.Request) (mocks.Answer, error) {
	p, err := b.policy(r.Context(), plainID(r), "path id")
	if err != nil {
		return mocks.Answer{}, err
	}
	return drawn(r.Context(), p.File, p.page())
}

func (b *broker) downloadReceipt(r *http.Request) (mocks.Answer, error) {
	p, err := b.policy(r.Context(), plainID(r), "path id")
	if err != nil {
		return mocks.Answer{}, err
	}
	return drawn(r.Context(), p.Receipt, p.receipt())
}

// downloadPolicyByNumber reads the number under its own name before the one that
// is printed by a slip.
func (b *broker) downloadPolicyByNumber(r *http.Request) (mocks.Answer, error) {
	ctx, query := r.Context(), r.URL.Query()
	number := strings.TrimSpace(query.Get("number"))
	if number == "" {
		number = strings.TrimSpace(query.Get("string"))
	}
	if number == "" {
		return mocks.Answer{}, invalid("a policy is found by its series and its number, which may also be called string", broken("/number", ruleRequired))
	}
	row, err := b.numbers.Get(ctx, numberKey(query.Get("series"), number))
	if errors.Is(err, store.ErrNotFound) {
		return mocks.Answer{}, unknown(codeUnknownPolicy, "policy", "query number")
	}
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("look up a policy: %w", err)
	}
	p, err := b.policy(ctx, fmt.Sprint(row.Policy), "query number")
	if err != nil {
		return mocks.Answer{}, err
	}
	return drawn(ctx, p.File, p.page())
}

func (b *broker) policy(ctx context.Context, id, where string) (policy, error) {
	p, err := b.policies.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return policy{}, unknown(codeUnknownPolicy, "policy", where)
	}
	if err != nil {
		return policy{}, fmt.Errorf("read policy %s: %w", id, err)
	}
	return p, nil
}

// plainID is the id of a path, however the number was written. It is never empty.
func plainID(r *http.Request) string {
	if n, ok := decimal(r.PathValue("id"), 0); ok {
		return fmt.Sprint(n)
	}
	return "0"
}
