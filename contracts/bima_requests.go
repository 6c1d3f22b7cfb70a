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
			a.expect(id < last, string(number), fmt.Sprintf("below %d", last), "%s/RequestID", where)
		}
		first, last = false, id
	}
}

func (a *bimaAnswer) lastsAYear() {
	const midnight = "2006-01-02T00:00:00"
	for where, item := range a.items("Data") {
		from, err := time.Parse(midnight, text(item, "PolicyDateFrom"))
		a.expect(err == nil, shown(item, "PolicyDateFrom"), "yyyy-mm-ddT00:00:00", "%s/PolicyDateFrom", where)
		if err == nil {
			want := from.AddDate(1, 0, -1).Format(midnight)
			a.expect(text(item, "PolicyDateTo") == want, shown(item, "PolicyDateTo"), shorten(want), "%s/PolicyDateTo", where)
		}
	}
}

var bimaGUID = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)

func (a *bimaAnswer) upperCaseGUIDs() {
	guid := func(where string, item any, name string) {
		a.expect(bimaGUID.MatchString(text(item, name)), shown(item, name), "a GUID in capitals", "%s/%s", where, name)
	}
	for where, item := range a.items("Data") {
		guid(where, item, "ReferenceNo")
	}
	for where, item := range a.items("data") {
		guid(where, item, "SharedCode")
		guid(where, item, "RefID")
	}
}

func (a *bimaAnswer) noRenewal() {
	for where, item := range a.items("Data") {
		a.expect(has(item, "RenewalStatusCode") && member(item, "RenewalStatusCode") == nil, shown(item, "RenewalStatusCode"), "null", "%s/RenewalStatusCode", where)
		a.expect(member(item, "JobStatusCode") == "", shown(item, "JobStatusCode"), `""`, "%s/JobStatusCode", where)
	}
}

var bimaListImage = regexp.MustCompile(`^https?://[^/]+///img/[^\\,]+\?v=\d+$`)

func (a *bimaAnswer) listImages() {
	for where, item := range a.items("Data") {
		for image := range strings.SplitSeq(text(item, "ImageURLThumbnail"), ",") {
			if image != "" {
				a.expect(bimaListImage.MatchString(image), shorten(image), "an address with ///img/ and a version", "%s/ImageURLThumbnail", where)
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
	a.steps(func(where string, at any) {
		if text(at, "step_code") != "working_on_it" {
			return
		}
		for _, printed := range [...][2]string{
			{"step_title", "Working on it "},
			{"step_sub_title", "Shortly our customer representative will get in touch with you."},
		} {
			name, want := printed[0], printed[1]
			a.expect(text(at, name) == want, shown(at, name), shorten(want), "%s/%s", where, name)
		}
	})
}

var bimaIcon = regexp.MustCompile(`^https?://[^/]+(/+)img/icons/`)

func (a *bimaAnswer) stepIcon() {
	want := "//"
	if a.Operation == "policyDetails" {
		want = "/"
	}
	a.steps(func(where string, at any) {
		const name = "step_ImageURLThumbnail"
		found := bimaIcon.FindStringSubmatch(text(at, name))
		a.expect(found != nil && found[1] == want, shown(at, name), "an address with "+want+"img/icons/", "%s/%s", where, name)
	})
}
