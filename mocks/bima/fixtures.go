package bima

import (
	"context"
	"fmt"
	"time"
)

// What the page of the aggregator prints: two requests of a number, the details of
// the one, and the documents of the other.
const (
	printedContact   = "96895542930"
	detailedRequest  = 4463702
	sharingRequest   = 4463701
	sharingReference = "CC266B33-F6B9-47E3-AE71-4957E112A04F"
	printedStamp     = "7DFC82FD-0A5D-42EB-964B-B5EBA4A80BF6"
	printedPDF       = "70DBBF2A-ABEC-470D-9CF2-3AFAB2074AE1"
)

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
	one.ID, one.Reference, one.Provider = detailedRequest, "F896B91B-B5D9-4E61-93B4-75B70A0EC8E5", omanQatar
	one.Drivers = []driver{{"1984792", "", "Jabbar", "50"}, {"1984793", "Nadir Sali", "Al Naimi", "20"}}
	another.ID, another.Reference, another.Provider = sharingRequest, sharingReference, muscatIns
	another.Drivers = []driver{}
	another.Documents = []document{
		{
			printedStamp, "stamp-ico.jpeg", mediaJPEG,
			`/Uploads/thumb/2024\ef97192e-9724-4a47-a431-831e080c1f7a.jpg`, ".jpeg", 7260, docPolicy,
		},
		{
			printedPDF, "Car Replacement By Bima.pdf", mediaPDF,
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
