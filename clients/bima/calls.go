package bima

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// The calls, as errors name them.
const (
	callToken     = "token"
	callRequests  = "recent requests"
	callDetails   = "policy details"
	callDocuments = "shared documents"
	callDownload  = "download"
)

// RecentRequests lists what a phone number has asked for, the newest first. The
// number has its country code and no plus sign; lang is "en" or "ar".
func (c *Client) RecentRequests(ctx context.Context, contactNo, lang string) ([]Request, error) {
	a, err := c.read(ctx, call{name: callRequests, path: "/api/Insurance/GetCustomerRecentRequests", query: url.Values{
		"contactNo": {contactNo}, "langCode": {lang},
	}})
	if err != nil {
		return nil, err
	}
	var list struct {
		Code    Code       `json:"statusCode"`
		Message string     `json:"statusMessage"`
		Data    *[]Request `json:"Data"`
	}
	if err := a.decode(&list); err != nil {
		return nil, err
	}
	return listed(a, list.Code, list.Message, list.Data)
}

// PolicyDetails is one request in full, by its RequestID.
func (c *Client) PolicyDetails(ctx context.Context, id int64, lang string) (*Details, error) {
	a, err := c.read(ctx, call{name: callDetails, path: "/api/Insurance/GetPolicyDetails", query: url.Values{
		"id": {strconv.FormatInt(id, 10)}, "langcode": {lang}, // here without a capital
	}})
	if err != nil {
		return nil, err
	}
	var flat struct {
		Code    Code   `json:"status_code"`
		Message string `json:"status_message"`
		Details
	}
	if err := a.decode(&flat); err != nil {
		return nil, err
	}
	if err := a.judge(flat.Code, flat.Message); err != nil {
		return nil, err
	}
	return &flat.Details, nil
}

// SharedDocuments lists the documents of a request, by its EntityCode and ReferenceNo.
func (c *Client) SharedDocuments(ctx context.Context, entityCode, referenceNo string) ([]Document, error) {
	// The slash before the query is the aggregator's.
	a, err := c.read(ctx, call{name: callDocuments, path: "/api/Document/GetSharedDocuments/", query: url.Values{
		"entityCode": {entityCode}, "refID": {referenceNo},
	}})
	if err != nil {
		return nil, err
	}
	var list struct {
		Data    *[]Document `json:"data"`
		Code    Code        `json:"statusCode"`
		Message string      `json:"statusMessage"`
	}
	if err := a.decode(&list); err != nil {
		return nil, err
	}
	return listed(a, list.Code, list.Message, list.Data)
}

// Download is the file of a document that was listed. One of another type or
// another size than the list said is a [*ProtocolError].
func (c *Client) Download(ctx context.Context, d Document) ([]byte, error) {
	k := call{name: callDownload, path: "/Document/SharedDownload", query: url.Values{"id": {d.SharedCode}, "refID": {d.RefID}}}
	k.file = true
	a, err := c.read(ctx, k)
	if err != nil {
		return nil, err
	}
	if a.media == "application/json" && d.FileContentType != "application/json" {
		var said struct {
			Code    Code   `json:"statusCode"`
			Message string `json:"statusMessage"`
		}
		if err := a.decode(&said); err != nil {
			return nil, err
		}
		if err := a.judge(said.Code, said.Message); err != nil {
			return nil, err
		}
	}
	switch {
	case !strings.EqualFold(a.media, d.FileContentType):
		return nil, a.wrong(fmt.Sprintf("the file is %q, and the list said %q", oneLine(a.media), oneLine(d.FileContentType)), nil)
	case int64(len(a.body)) != d.FileSize:
		return nil, a.wrong(fmt.Sprintf("the file has %d bytes, and the list said %d", len(a.body), d.FileSize), nil)
	}
	return a.body, nil
}

// listed is the list of an answer with the code OK; null is no list.
func listed[T any](a answer, code Code, message string, list *[]T) ([]T, error) {
	if err := a.judge(code, message); err != nil {
		return nil, err
	}
	if list == nil {
		return nil, a.wrong("the answer is OK and has no list", nil)
	}
	return *list, nil
}
