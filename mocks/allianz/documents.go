package allianz

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// documentLife is printed: 15 days from the issue.
const documentLife = 15 * 24 * time.Hour

// document is a row: the contract that an address leads to. The address does not
// hold the contract's id, so that nobody builds one instead of following it.
type document struct {
	Contract string `json:"contract"`
}

// publish gives a contract the address of its document. Twice it gives the same.
func (in *insurer) publish(ctx context.Context, c *contract) error {
	world := mocks.WorldOf(ctx)
	id := newID(world.Fake("document", world.Name, c.ID))
	if err := in.documents.Set(ctx, id, document{c.ID}); err != nil {
		return fmt.Errorf("publish contract %s: %w", c.ID, err)
	}
	c.DocumentURL = mocks.Base(ctx) + "/v1/motor/documents/" + id
	return nil
}

func (in *insurer) downloadDocument(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	row, err := in.documents.Get(ctx, r.PathValue("documentId"))
	if errors.Is(err, store.ErrNotFound) {
		return mocks.Answer{}, &mocks.Refusal{
			Kind: mocks.Missing, Detail: "documentId", Where: "path documentId", Example: "unknown-document",
			Rule:   "this world has no document at the address",
			Remedy: "follow documentUrl as it was answered", Evidence: contracts.Inferred,
		}
	}
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("look up a document: %w", err)
	}
	c, err := in.contracts.Get(ctx, row.Contract)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("read the contract of a document: %w", err)
	}
	if end := c.Issued.Add(documentLife); !mocks.Now(ctx).Before(end) {
		return mocks.Answer{}, &mocks.Refusal{
			Kind: mocks.Expired, Code: documentExpired, Where: "path documentId",
			Rule:   "the address of a document works for 15 days after the issue; that ended at " + end.Format(time.RFC3339) + " by the world's clock",
			Remedy: "download it in time, and keep it; there is no new address", Evidence: contracts.Seed,
		}
	}
	drawn, err := c.page().PDF()
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("draw contract %s: %w", c.ID, err)
	}
	return mocks.Answer{
		Status: http.StatusOK,
		Header: http.Header{
			"Content-Type":        {"application/pdf"},
			"Content-Disposition": {`inline; filename="` + c.Number + `.pdf"`},
		},
		Body: drawn, Rule: "the policy as it was agreed, by an address that works for 15 days after the issue", Evidence: contracts.Inferred,
	}, nil
}
