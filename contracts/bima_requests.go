package contracts

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func (a *bimaAnswer) newestFirst() {
	first, last := true, int64(0)
	for where, item := range a.items("Data") {
		number, _ := member(item, "RequestID").(json.Number)
		id, err := strconv.ParseInt(string(number), 10, 64)
		if err != nil {
			continue
		}
		if !first {
			a.member(where, item, "RequestID", id < last, fmt.Sprintf("below %d", last))
		}
		first, last = false, id
	}
}

func (a *bimaAnswer) lastsAYear() {
	const midnight = "2006-01-02T00:00:00"
	for where, item := range a.items("Data") {
		from, err := time.Parse(midnight, text(item, "PolicyDateFrom"))
		a.member(where, item, "PolicyDateFrom", err == nil, "yyyy-mm-ddT00:00:00")
		if err == nil {
			want := from.AddDate(1, 0, -1).Format(midnight)
			a.member(where, item, "PolicyDateTo", text(item, "PolicyDateTo") == want, shorten(want))
		}
	}
}

var bimaGUID = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)

func (a *bimaAnswer) upperCaseGUIDs() {
	items, names := "Data", []string{"ReferenceNo"}
	if a.Operation == "sharedDocuments" {
		items, names = "data", []string{"SharedCode", "RefID"}
	}
	for where, item := range a.items(items) {
		for _, name := range names {
			a.member(where, item, name, bimaGUID.MatchString(text(item, name)), "a GUID in capitals")
		}
	}
}

func (a *bimaAnswer) noRenewal() {
	for where, item := range a.items("Data") {
		a.member(where, item, "RenewalStatusCode", member(item, "RenewalStatusCode") == nil, "null")
		if _, ok := member(item, "JobStatusCode").(string); ok {
			a.member(where, item, "JobStatusCode", text(item, "JobStatusCode") == "", `""`)
		}
	}
}

var bimaListImage = regexp.MustCompile(`^https?://[^/]+///img/[^\\,]+\?v=\d+$`)

func (a *bimaAnswer) listImages() {
	for where, item := range a.items("Data") {
		for image := range strings.SplitSeq(text(item, "ImageURLThumbnail"), ",") {
			if image != "" {
				a.expect(bimaListImage.MatchString(image), shorten(image), "an address with ///img/ and a version", where+"/ImageURLThumbnail")
			}
		}
	}
}

// steps goes through what has a step: the items of a list, or the details.
func (a *bimaAnswer) steps(judge func(where string, at any)) {
	if a.Operation == "policyDetails" {
		judge("", a.tree)
		return
	}
	for where, item := range a.items("Data") {
		judge(where, item)
	}
}

func (a *bimaAnswer) stepAsPrinted() {
	printed := [...][2]string{
		{"step_title", "Working on it "},
		{"step_sub_title", "Shortly our customer representative will get in touch with you."},
	}
	a.steps(func(where string, at any) {
		if text(at, "step_code") != "working_on_it" {
			return
		}
		for _, said := range printed {
			a.member(where, at, said[0], text(at, said[0]) == said[1], shorten(said[1]))
		}
	})
}

var bimaIcon = regexp.MustCompile(`^https?://[^/]+(/+)img/icons/`)

func (a *bimaAnswer) stepIcon() {
	const name = "step_ImageURLThumbnail"
	want := "//"
	if a.Operation == "policyDetails" {
		want = "/"
	}
	a.steps(func(where string, at any) {
		found := bimaIcon.FindStringSubmatch(text(at, name))
		a.member(where, at, name, found != nil && found[1] == want, "an address with "+want+"img/icons/")
	})
}
