package bima

import (
	"strconv"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// magic lists inputs whose outcome comes from the honest handler, by the rows of a
// fresh world or by who the customer is.
func magic() []mocks.Magic {
	const begins = "Pending from the first look; after 1h Incomplete"
	number := func(contact, outcome string, proof contracts.Evidence) mocks.Magic {
		return mocks.Magic{Operation: "recentRequests", Pointer: "/contactNo", Value: contact, Outcome: outcome, Evidence: proof}
	}
	file := func(code, outcome string) mocks.Magic {
		return mocks.Magic{Operation: "sharedDownload", Pointer: "/id", Value: code, Outcome: outcome, Evidence: contracts.Inferred}
	}
	return []mocks.Magic{
		number(printedContact, "the two printed requests, Pending for ever", contracts.Seed),
		number(customers[0].contact, begins+", after 6h Pending, after 24h "+statusIssued, contracts.Inferred),
		number(customers[1].contact, begins+", after 6h Pending, after 24h "+statusRejected, contracts.Inferred),
		number(customers[2].contact, begins+": the documents never come", contracts.Inferred),
		{
			Operation: "policyDetails", Pointer: "/id", Value: strconv.Itoa(detailedRequest),
			Outcome: "the printed details", Evidence: contracts.Seed,
		},
		{
			Operation: "sharedDocuments", Pointer: "/refID", Value: sharingReference,
			Outcome: "the two printed documents", Evidence: contracts.Seed,
		},
		file(printedStamp, "a JPEG of 7260 bytes, by the reference of the printed documents"),
		file(printedPDF, "a PDF of 384288 bytes, by the reference of the printed documents"),
	}
}
