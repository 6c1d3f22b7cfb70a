package bima

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The printed kinds of document.
const (
	docPolicy         = "Policy Document"
	docCarReplacement = "Car Replacement"
)

const (
	mediaPDF  = "application/pdf"
	mediaJPEG = "image/jpeg"

	pdfThumbnail = "/img/icons/Ext/pdf.png"
)

// document is what is known of a file; its bytes are drawn when they are asked for.
type document struct {
	Code        string `json:"code"`
	Name        string `json:"name"`
	ContentType string `json:"contentType"`
	Thumbnail   string `json:"thumbnail"`
	Extension   string `json:"extension"`
	Size        int    `json:"size"` // in bytes
	Type        string `json:"type"`
}

// documentItem is a document in a list, in printed order.
type documentItem struct {
	EntityCode      string `json:"EntityCode"`
	SharedCode      string `json:"SharedCode"`
	RefID           string `json:"RefID"`
	FileName        string `json:"FileName"`
	FileContentType string `json:"FileContentType"`
	ThumbnailURL    string `json:"ThumbnailURL"`
	FileExtension   string `json:"FileExtension"`
	FileSize        int    `json:"FileSize"`
	FileSizeDisplay string `json:"FileSizeDisplay"`
	DocType         string `json:"DocType"`
}

// documentList has the members of requestList in another order and case.
type documentList struct {
	Data          []documentItem `json:"data"`
	StatusCode    string         `json:"statusCode"`
	StatusMessage *string        `json:"statusMessage"`
}

func (d document) item(reference string) documentItem {
	return documentItem{
		EntityCode: entityInsurance, SharedCode: d.Code, RefID: reference,
		FileName: d.Name, FileContentType: d.ContentType, ThumbnailURL: d.Thumbnail, FileExtension: d.Extension,
		FileSize: d.Size, FileSizeDisplay: displayed(d.Size), DocType: d.Type,
	}
}

// displayed is a size in kibibytes with one decimal, which is called KB.
func displayed(size int) string {
	tenths := (size*10 + 512) / 1024
	return fmt.Sprintf("%d.%dKB", tenths/10, tenths%10)
}

func (in *insurer) sharedDocuments(r *http.Request) (mocks.Answer, error) {
	query := r.URL.Query()
	if query.Get("entityCode") != entityInsurance {
		return mocks.Answer{}, missing("query entityCode", "there is nothing but insurance here", "send the EntityCode of a request as it was answered")
	}
	q, err := in.referred(r.Context(), query.Get("refID"))
	if err != nil {
		return mocks.Answer{}, err
	}
	answer := documentList{StatusCode: codeOK, Data: make([]documentItem, len(q.Documents))}
	for i, d := range q.Documents {
		answer.Data[i] = d.item(q.Reference)
	}
	return said(answer, q.ID == sharingRequest), nil
}

// referred is the request with a reference, in whatever case (inferred: it is a GUID).
func (in *insurer) referred(ctx context.Context, reference string) (*request, error) {
	found, err := in.find(ctx, func(q *request) bool { return strings.EqualFold(q.Reference, reference) })
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, missing("query refID", "this world has no request with the reference", "send the ReferenceNo of a request as it was answered")
	}
	return &found[0], nil
}

func (in *insurer) sharedDownload(r *http.Request) (mocks.Answer, error) {
	query := r.URL.Query()
	q, err := in.referred(r.Context(), query.Get("refID"))
	if err != nil {
		return mocks.Answer{}, err
	}
	at := slices.IndexFunc(q.Documents, func(d document) bool { return strings.EqualFold(d.Code, query.Get("id")) })
	if at < 0 {
		return mocks.Answer{}, missing("query id", "the request has no document with the code", "send a SharedCode of the shared documents of this reference")
	}
	d := q.Documents[at]
	file, err := q.file(d)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("draw %s of request %d: %w", d.Name, q.ID, err)
	}
	return mocks.Answer{
		Status: http.StatusOK,
		Header: http.Header{
			"Content-Type":        {d.ContentType},
			"Content-Disposition": {mime.FormatMediaType("attachment", map[string]string{"filename": d.Name})},
		},
		Body: file, Rule: "the bytes that the list of documents promises: their type, their number and their name", Evidence: contracts.Inferred,
	}, nil
}

// issue gives a request its policy: a number, its moment and two documents. The
// form of the number is our own.
func (q *request) issue(ctx context.Context) error {
	world := mocks.WorldOf(ctx)
	q.PolicyNo = fmt.Sprintf("TP-%d-%d", q.From.Year(), q.ID)
	q.Issued = mocks.Now(ctx)
	q.Documents = []document{
		{Name: "Policy Document.pdf", Type: docPolicy},
		{Name: "Car Replacement By Bima.pdf", Type: docCarReplacement},
	}
	for i := range q.Documents {
		d := &q.Documents[i]
		d.Code = strings.ToUpper(world.Fake("document", world.Name, q.Reference, d.Type).UUID())
		d.ContentType, d.Thumbnail, d.Extension = mediaPDF, pdfThumbnail, ".pdf"
		drawn, err := q.page(d.Type).PDF()
		if err != nil {
			return fmt.Errorf("draw %s: %w", d.Name, err)
		}
		d.Size = len(drawn)
	}
	return nil
}
