package bima

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// The one kind of request that is printed.
const (
	entityInsurance = "Insurance"
	thirdParty      = "THIRD_PARTY"
	thirdPartyName  = "Third Party"
)

// Pending is printed, Incomplete stands on another page of the aggregator
// (upstream); how a request ends is inferred.
const (
	statusPending    = "Pending"
	statusIncomplete = "Incomplete"
	statusIssued     = "Issued"
	statusRejected   = "Rejected"
)

// request is a row, kept under its number: a cover that somebody has paid for.
type request struct {
	ID        int64      `json:"id"`
	Reference string     `json:"reference"`
	Contact   string     `json:"contact"`
	Provider  provider   `json:"provider"`
	Owner     string     `json:"owner"`
	License   string     `json:"license"`
	Vehicle   vehicle    `json:"vehicle"`
	From      time.Time  `json:"from"`    // the first day of cover, at its beginning in UTC
	Premium   baisa      `json:"premium"` // without VAT
	Status    string     `json:"status"`
	Step      string     `json:"step"`
	Drivers   []driver   `json:"drivers"`
	FollowUp  []followUp `json:"followUp"`
	Documents []document `json:"documents"`
	PolicyNo  string     `json:"policyNo"`
	Issued    time.Time  `json:"issued,omitzero"`
}

type provider struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// The printed insurers behind the aggregator.
var (
	omanQatar = provider{10016, "Oman Qatar Insurance"}
	muscatIns = provider{10023, "Muscat Insurance"}
)

type vehicle struct {
	Letters string   `json:"letters"` // of the plate
	Number  string   `json:"number"`
	Body    string   `json:"body"`
	Model   string   `json:"model"`
	Make    string   `json:"make"`
	Images  []string `json:"images"` // below img/Vehicles: make, model and year, in codes, and a file
}

// to is the last day of cover: a year and a day less after the first.
func (q *request) to() time.Time { return q.From.AddDate(1, 0, -1) }

// requestItem is a request in a list, in printed order.
type requestItem struct {
	EntityCode        string  `json:"EntityCode"`
	ProviderID        int     `json:"ProviderID"`
	RequestID         int64   `json:"RequestID"`
	ReferenceNo       string  `json:"ReferenceNo"`
	ServiceCode       string  `json:"ServiceCode"`
	ServiceName       string  `json:"ServiceName"`
	ProviderName      string  `json:"ProviderName"`
	PolicyStatus      string  `json:"PolicyStatus"`
	PolicyDateFrom    string  `json:"PolicyDateFrom"`
	PolicyDateTo      string  `json:"PolicyDateTo"`
	AttributeText1    string  `json:"AttributeText1"`
	AttributeText2    string  `json:"AttributeText2"`
	AttributeText3    string  `json:"AttributeText3"`
	AttributeText4    string  `json:"AttributeText4"`
	AttributeText5    string  `json:"AttributeText5"`
	IconURL           string  `json:"IconUrl"`
	ImageURLThumbnail string  `json:"ImageURLThumbnail"`
	RenewalStatusCode *string `json:"RenewalStatusCode"`
	JobStatusCode     string  `json:"JobStatusCode"`
	StepCode          string  `json:"step_code"`
	StepTitle         string  `json:"step_title"`
	StepSubTitle      string  `json:"step_sub_title"`
	StepImageURL      string  `json:"step_ImageURLThumbnail"`
}

type requestList struct {
	StatusCode    string        `json:"statusCode"`
	StatusMessage *string       `json:"statusMessage"`
	Data          []requestItem `json:"Data"`
}

// The slashes are as printed: two before icons here, three before images.
const (
	listIcons  = "https://bima.om//img/icons/m/"
	listImages = "https://bima.om///img/Vehicles/"
)

// dateTime is how the API writes a moment: in Oman, without a zone.
const dateTime = "2006-01-02T15:04:05"

func (q *request) item() requestItem {
	images := make([]string, len(q.Vehicle.Images))
	for i, image := range q.Vehicle.Images {
		images[i] = listImages + image + "?v=1"
	}
	now := steps[q.Step]
	return requestItem{
		EntityCode: entityInsurance,
		ProviderID: q.Provider.ID, RequestID: q.ID, ReferenceNo: q.Reference,
		ServiceCode: thirdParty, ServiceName: thirdPartyName, ProviderName: q.Provider.Name,
		PolicyStatus:   q.Status,
		PolicyDateFrom: q.From.Format(dateTime), PolicyDateTo: q.to().Format(dateTime),
		AttributeText1: q.Vehicle.Letters, AttributeText2: q.Vehicle.Number,
		AttributeText3: q.Vehicle.Body, AttributeText4: q.Vehicle.Model, AttributeText5: q.Vehicle.Make,
		IconURL:           listIcons + thirdParty + ".png",
		ImageURLThumbnail: strings.Join(images, ","),
		StepCode:          q.Step, StepTitle: now.title, StepSubTitle: now.subtitle,
		StepImageURL: listIcons + now.icon,
	}
}

func (in *insurer) recentRequests(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	contact := r.URL.Query().Get("contactNo")
	if err := in.begin(ctx, contact); err != nil {
		return mocks.Answer{}, err
	}
	found, err := in.find(ctx, func(q *request) bool { return q.Contact == contact })
	if err != nil {
		return mocks.Answer{}, err
	}
	slices.SortFunc(found, func(a, b request) int { return cmp.Compare(b.ID, a.ID) })
	answer := requestList{StatusCode: codeOK, Data: make([]requestItem, len(found))}
	for i := range found {
		answer.Data[i] = found[i].item()
	}
	return said(answer, contact == printedContact), nil
}

// said is a good answer. One that is printed is the aggregator's own word.
func said(body any, printed bool) mocks.Answer {
	if printed {
		return mocks.OK(body)
	}
	return mocks.Answer{
		Status: http.StatusOK, Body: body,
		Rule: "it has the form of the printed answer, and says what we made up", Evidence: contracts.Inferred,
	}
}

// find is the requests of the world for which something holds.
func (in *insurer) find(ctx context.Context, holds func(*request) bool) ([]request, error) {
	all, err := in.requests.List(ctx, "", 0)
	if err != nil {
		return nil, fmt.Errorf("read the requests: %w", err)
	}
	return slices.DeleteFunc(all, func(q request) bool { return !holds(&q) }), nil
}

func rowID(id int64) string { return strconv.FormatInt(id, 10) }
