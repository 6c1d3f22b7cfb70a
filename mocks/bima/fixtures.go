package bima

import (
	"context"
	"fmt"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// printedContact is the number whose requests are printed.
const printedContact = "96895542930"

// printed are the two printed requests. Of the second, the details are not
// printed, and its owner is taken to be the same (inferred); of the first, there
// are no documents.
func printed() []request {
	tucson := vehicle{
		Letters: "R Y", Number: "2731", Body: "4 WHEEL DRIVE", Model: "TUCSON", Make: "HYUNDAI",
		Images: []string{
			"10/201004/2016/cd777c3c-1e68-409b-a3e2-b8037ba4e0d6.jpg",
			"10/201004/2016/0d7d9616-fbd0-4da8-82a7-491d72faa30e.jpg",
		},
	}
	one := request{
		Contact: printedContact, Owner: "Mohammad Ali Al Badi", License: "99086408", Vehicle: tucson,
		From: time.Date(2024, time.December, 7, 0, 0, 0, 0, time.UTC), Status: statusPending, Step: stepWorking,
		FollowUp: []followUp{{"Payment processed successfully\r\n", "07/04/2024 13:42"}},
	}
	another := one
	one.ID, one.Reference, one.Provider = 4463702, "F896B91B-B5D9-4E61-93B4-75B70A0EC8E5", omanQatar
	one.Drivers = []driver{{"1984792", "", "Jabbar", "50"}, {"1984793", "Nadir Sali", "Al Naimi", "20"}}
	another.ID, another.Reference, another.Provider = 4463701, "CC266B33-F6B9-47E3-AE71-4957E112A04F", muscatIns
	another.Drivers = []driver{}
	another.Documents = []document{
		{
			"7DFC82FD-0A5D-42EB-964B-B5EBA4A80BF6", "stamp-ico.jpeg", mediaJPEG,
			`/Uploads/thumb/2024\ef97192e-9724-4a47-a431-831e080c1f7a.jpg`, ".jpeg", 7260, docPolicy,
		},
		{
			"70DBBF2A-ABEC-470D-9CF2-3AFAB2074AE1", "Car Replacement By Bima.pdf", mediaPDF,
			pdfThumbnail, ".pdf", 384288, docCarReplacement,
		},
	}
	return []request{one, another}
}

// populate writes the rows of a fresh world.
func (in *insurer) populate(ctx context.Context) error {
	for _, q := range printed() {
		if err := in.requests.Set(ctx, rowID(q.ID), q); err != nil {
			return fmt.Errorf("printed request %d: %w", q.ID, err)
		}
	}
	return nil
}

// magic lists inputs whose outcome comes from the honest handler.
func magic() []mocks.Magic {
	begins := "Pending, from the first look in a world that a token call, say, has made; "
	return []mocks.Magic{
		{Operation: "recentRequests", Pointer: "/contactNo", Value: printedContact, Outcome: "the two printed requests, Pending for ever", Evidence: contracts.Seed},
		{Operation: "recentRequests", Pointer: "/contactNo", Value: customers[0].contact, Outcome: begins + "after 1h Incomplete, after 6h Pending, after 24h Issued", Evidence: contracts.Inferred},
		{Operation: "recentRequests", Pointer: "/contactNo", Value: customers[1].contact, Outcome: begins + "after 1h Incomplete, after 6h Pending, after 24h Rejected", Evidence: contracts.Inferred},
		{Operation: "recentRequests", Pointer: "/contactNo", Value: customers[2].contact, Outcome: begins + "after 1h Incomplete: the documents never come", Evidence: contracts.Inferred},
		{Operation: "policyDetails", Pointer: "/id", Value: "4463702", Outcome: "the printed details", Evidence: contracts.Seed},
		{Operation: "sharedDocuments", Pointer: "/refID", Value: "CC266B33-F6B9-47E3-AE71-4957E112A04F", Outcome: "the two printed documents", Evidence: contracts.Seed},
		{Operation: "sharedDownload", Pointer: "/id", Value: "7DFC82FD-0A5D-42EB-964B-B5EBA4A80BF6", Outcome: "a JPEG of 7260 bytes, for the reference of the printed documents", Evidence: contracts.Inferred},
		{Operation: "sharedDownload", Pointer: "/id", Value: "70DBBF2A-ABEC-470D-9CF2-3AFAB2074AE1", Outcome: "a PDF of 384288 bytes, for the reference of the printed documents", Evidence: contracts.Inferred},
	}
}
