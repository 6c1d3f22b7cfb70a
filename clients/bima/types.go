package bima

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// LocalTime is a moment as the API writes it, "2024-12-07T00:00:00": without a
// zone, by the clocks of Oman. It is empty where the answer has null.
type LocalTime string

// Time is the moment, with Oman's offset.
func (t LocalTime) Time() (time.Time, error) {
	at, err := time.ParseInLocation("2006-01-02T15:04:05", string(t), time.FixedZone("Asia/Muscat", 4*60*60))
	if err != nil {
		return time.Time{}, fmt.Errorf("bima: a moment without a zone: %w", err)
	}
	return at, nil
}

// Step is where a request stands, in words for the customer. StepTitle may end in
// a blank.
type Step struct {
	StepCode     string `json:"step_code"`
	StepTitle    string `json:"step_title"`
	StepSubTitle string `json:"step_sub_title"`
	StepImage    string `json:"step_ImageURLThumbnail"`
}

// Request is something that a customer has asked for.
type Request struct {
	EntityCode        string    `json:"EntityCode"`
	ProviderID        int64     `json:"ProviderID"`
	RequestID         int64     `json:"RequestID"`
	ReferenceNo       string    `json:"ReferenceNo"`
	ServiceCode       string    `json:"ServiceCode"`
	ServiceName       string    `json:"ServiceName"`
	ProviderName      string    `json:"ProviderName"`
	PolicyStatus      Status    `json:"PolicyStatus"`
	PolicyDateFrom    LocalTime `json:"PolicyDateFrom"`
	PolicyDateTo      LocalTime `json:"PolicyDateTo"`
	AttributeText1    string    `json:"AttributeText1"` // of a car: the letters on its plate
	AttributeText2    string    `json:"AttributeText2"` // and the number
	AttributeText3    string    `json:"AttributeText3"` // the body
	AttributeText4    string    `json:"AttributeText4"` // the model
	AttributeText5    string    `json:"AttributeText5"` // and the make
	IconURL           string    `json:"IconUrl"`
	ImageURLs         string    `json:"ImageURLThumbnail"` // with commas; Images takes them apart
	RenewalStatusCode *string   `json:"RenewalStatusCode"`
	JobStatusCode     string    `json:"JobStatusCode"`
	Step
}

// Images are the addresses of the request's images.
func (r Request) Images() []string {
	if r.ImageURLs == "" {
		return nil
	}
	return strings.Split(r.ImageURLs, ",")
}

// Status is how far the policy of a request is.
type Status string

// The statuses that are known; others are passed on as they come.
const (
	StatusPending    Status = "Pending"    // printed
	StatusIncomplete Status = "Incomplete" // something is missing (upstream)
	StatusIssued     Status = "Issued"     // inferred
	StatusRejected   Status = "Rejected"   // inferred
)

// Details is a request in full.
type Details struct {
	Images            []string           `json:"thumbnail"`
	PolicyFrom        LocalTime          `json:"policy_from"` // empty until the policy is issued
	PolicyTo          LocalTime          `json:"policy_to"`
	IssueDate         LocalTime          `json:"issue_date"`
	EntityCode        string             `json:"entity_code"`
	ProviderName      string             `json:"prvider_name"` // spelt so
	PolicyNo          string             `json:"policy_no"`    // empty until the policy is issued
	RoadSideContact   string             `json:"contact_no_road_side_assistance"`
	RoadSideHTML      string             `json:"road_side_assistance_html"`
	PolicyStatus      Status             `json:"policy_status"`
	Facts             []Fact             `json:"data"`
	AdditionalDrivers []Driver           `json:"additional_drivers"`
	Travelers         []json.RawMessage  `json:"travelers"` // what one looks like is printed nowhere
	Covers            []Cover            `json:"covers"`
	FollowUp          []Comment          `json:"follow_up"`
	DocumentsRequired []RequiredDocument `json:"documents_required"`
	Step
	AttributeText1 string      `json:"attribute_text1"`
	AttributeText2 string      `json:"attribute_text2"`
	AttributeText3 string      `json:"attribute_text3"`
	AttributeText4 string      `json:"attribute_text4"`
	AttributeText5 string      `json:"attribute_text5"`
	AttributeNo1   json.Number `json:"attribute_no1"`
	AttributeNo2   json.Number `json:"attribute_no2"`
}

// Fact is a line about a request, for people.
type Fact struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// Driver is somebody else who drives the car. Number and age are texts.
type Driver struct {
	ID        string `json:"id"`
	FirstName string `json:"first_name"` // may be empty
	LastName  string `json:"last_name"`
	Age       string `json:"age"`
}

// Cover is something that is insured.
type Cover struct {
	Title    string `json:"Title"`
	Subtitle string `json:"Subtitle"`
	Code     string `json:"Code"`
}

// Comment is what the customer was told; Message ends in a line break, and
// DateTime is dd/MM/yyyy HH:mm.
type Comment struct {
	Message  string `json:"message"`
	DateTime string `json:"date_time"`
}

// RequiredDocument is what the customer has to upload. OrderNo keeps its three decimals.
type RequiredDocument struct {
	OrderNo json.Number `json:"order_no"`
	Code    string      `json:"doc_type_code"`
	Type    string      `json:"doc_type"`
	IconURL string      `json:"icon_url"`
}

// Document is a file that belongs to a request.
type Document struct {
	EntityCode      string `json:"EntityCode"`
	SharedCode      string `json:"SharedCode"`
	RefID           string `json:"RefID"` // the ReferenceNo of its request
	FileName        string `json:"FileName"`
	FileContentType string `json:"FileContentType"`
	ThumbnailURL    string `json:"ThumbnailURL"` // relative
	FileExtension   string `json:"FileExtension"`
	FileSize        int64  `json:"FileSize"` // bytes
	FileSizeDisplay string `json:"FileSizeDisplay"`
	DocType         string `json:"DocType"`
}
