package bima

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// details is a request in full, in printed order. What is null and what is empty
// differs from member to member.
type details struct {
	Thumbnail         []string           `json:"thumbnail"`
	PolicyFrom        *string            `json:"policy_from"`
	PolicyTo          *string            `json:"policy_to"`
	IssueDate         *string            `json:"issue_date"`
	EntityCode        string             `json:"entity_code"`
	ProviderName      string             `json:"prvider_name"`
	PolicyNo          string             `json:"policy_no"`
	RoadSideContact   string             `json:"contact_no_road_side_assistance"`
	RoadSideHTML      string             `json:"road_side_assistance_html"`
	PolicyStatus      string             `json:"policy_status"`
	Facts             []fact             `json:"data"`
	AdditionalDrivers []driver           `json:"additional_drivers"`
	Travelers         []string           `json:"travelers"` // of a journey, which nobody makes here
	Covers            []cover            `json:"covers"`
	FollowUp          []followUp         `json:"follow_up"`
	DocumentsRequired []requiredDocument `json:"documents_required"`
	StatusCode        string             `json:"status_code"`
	StatusMessage     *string            `json:"status_message"`
	StepCode          string             `json:"step_code"`
	StepTitle         string             `json:"step_title"`
	StepSubTitle      string             `json:"step_sub_title"`
	StepImageURL      string             `json:"step_ImageURLThumbnail"`
	AttributeText1    string             `json:"attribute_text1"`
	AttributeText2    string             `json:"attribute_text2"`
	AttributeText3    string             `json:"attribute_text3"`
	AttributeText4    string             `json:"attribute_text4"`
	AttributeText5    string             `json:"attribute_text5"`
	AttributeNo1      int                `json:"attribute_no1"`
	AttributeNo2      int                `json:"attribute_no2"`
}

type fact struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// driver has texts where one would look for numbers.
type driver struct {
	ID        string `json:"id"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Age       string `json:"age"`
}

type cover struct {
	Title    string `json:"Title"`
	Subtitle string `json:"Subtitle"`
	Code     string `json:"Code"`
}

type followUp struct {
	Message  string `json:"message"`
	DateTime string `json:"date_time"`
}

type requiredDocument struct {
	OrderNo json.Number `json:"order_no"` // three decimals
	Code    string      `json:"doc_type_code"`
	Type    string      `json:"doc_type"`
	IconURL string      `json:"icon_url"`
}

// The printed covers and documents, which every request has.
var (
	covers = []cover{
		{"Driver & Family", "Personal Accident Benefit Cover", "PAB"},
		{"Bima Car Replacement", "3 days", "CAR_REPLACEMENT"},
	}
	documentsRequired = []requiredDocument{
		{"18.000", "LicenseFront", "License front side", ""},
		{"19.000", "LicenseBack", "License back side", ""},
		{"20.000", "MulkiyaBack", "Mulkia back side", ""},
		{"21.000", "MulkiyaFront", "Mulkia front side", ""},
	}
)

// Here the images have backslashes and no version, and the step's icon has one
// slash where the list has two.
const (
	detailImages = `https://bima.om/\img\Vehicles\`
	detailIcons  = "https://bima.om/img/icons/m/"
)

const (
	roadSideContact = "80009111"
	roadSideHTML    = "html content" // as printed
)

// How dates for people are written.
const (
	dayMonthYear = "02/01/2006"
	dayAndTime   = "02/01/2006 15:04"
)

func (q *request) details() details {
	now := steps[q.Step]
	d := details{
		Thumbnail:  make([]string, len(q.Vehicle.Images)),
		EntityCode: entityInsurance, ProviderName: q.Provider.Name, PolicyNo: q.PolicyNo,
		RoadSideContact: roadSideContact, RoadSideHTML: roadSideHTML,
		PolicyStatus: q.Status,
		Facts: []fact{
			{"Owner Name", q.Owner},
			{"License ID", q.License},
			{"Vehicle", q.Vehicle.plate()},
			{"Model", q.Vehicle.model()},
			{"Insurance Type", thirdPartyName},
			{"Provider name", q.Provider.Name},
			{"Date From", q.From.Format(dayMonthYear)},
			{"Date To", q.to().Format(dayMonthYear)},
		},
		AdditionalDrivers: q.Drivers, Covers: covers, FollowUp: q.FollowUp,
		DocumentsRequired: []requiredDocument{},
		StatusCode:        codeOK,
		StepCode:          q.Step, StepTitle: now.title, StepSubTitle: now.subtitle,
		StepImageURL:   detailIcons + now.icon,
		AttributeText1: q.Vehicle.Letters, AttributeText2: q.Vehicle.Number,
		AttributeText3: q.Vehicle.Body, AttributeText4: q.Vehicle.Model, AttributeText5: q.Vehicle.Make,
	}
	for i, image := range q.Vehicle.Images {
		d.Thumbnail[i] = detailImages + strings.ReplaceAll(image, "/", `\`)
	}
	if now.wantsDocuments {
		d.DocumentsRequired = documentsRequired
	}
	if !q.Issued.IsZero() {
		d.PolicyFrom, d.PolicyTo = moment(q.From), moment(q.to())
		d.IssueDate = moment(q.Issued.In(muscat))
	}
	return d
}

func moment(at time.Time) *string { return new(at.Format(dateTime)) }

func (v vehicle) plate() string { return v.Letters + " / " + v.Number }

func (v vehicle) model() string { return v.Make + " / " + v.Model }

func (in *insurer) policyDetails(r *http.Request) (mocks.Answer, error) {
	id, err := strconv.ParseInt(r.URL.Query().Get("id"), 10, 64)
	if err != nil {
		return mocks.Answer{}, invalid("id", "send a RequestID as it was answered")
	}
	q, err := in.requests.Get(r.Context(), rowID(id))
	if errors.Is(err, store.ErrNotFound) {
		return mocks.Answer{}, missing("query id", "this world has no request with the number", "send a RequestID of the recent requests of a number")
	}
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("read request %d: %w", id, err)
	}
	return said(q.details(), id == detailedRequest), nil
}
