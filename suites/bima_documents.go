package suites

import (
	"net/url"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	aggregator "github.com/understudy-sandbox/understudy/clients/bima"
)

// files is what belongs to a request and can be kept.
func (b oman) files() {
	It("of the page is there with its printed size and type", sandboxOnly, func(ctx SpecContext) {
		c := b.seller(ctx)
		all := b.documentsOf(ctx, c, bimaReference)
		Expect(all).To(HaveLen(2))
		Expect(all[0].SharedCode).To(Equal("7DFC82FD-0A5D-42EB-964B-B5EBA4A80BF6"))
		for i, size := range []int{7_260, 384_288} {
			file, err := c.Download(ctx, all[i]) // which compares the type, too
			Expect(err).NotTo(HaveOccurred())
			Expect(file).To(HaveLen(size))
		}
	})

	It("of an issued policy is a PDF, the same whenever it is fetched", sandboxOnly, func(ctx SpecContext) {
		there := oman{b.apart(ctx, "documents")}
		c := there.seller(ctx)
		mine := b.theRequest(ctx, c, bimaIssued)
		Expect(b.documentsOf(ctx, c, mine.ReferenceNo)).To(BeEmpty(), "nothing is issued yet")
		there.advance(ctx, 24*time.Hour)
		all := b.documentsOf(ctx, c, mine.ReferenceNo)
		Expect(all).To(HaveLen(2))
		for _, d := range all {
			first, err := c.Download(ctx, d)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(first)).To(HavePrefix("%PDF-"))
			again, err := c.Download(ctx, d)
			Expect(err).NotTo(HaveOccurred())
			Expect(again).To(Equal(first))
		}
	})

	DescribeTable("is not listed for", sandboxOnly, func(ctx SpecContext, entity, reference string, code aggregator.Code) {
		_, err := b.seller(ctx).SharedDocuments(ctx, entity, reference)
		Expect(err).To(MatchError(code))
	},
		Entry("a reference that is nobody's", "Insurance", bimaNobodys, aggregator.CodeNotFound),
		Entry("another entity", "Loan", bimaReference, aggregator.CodeNotFound),
		Entry("no reference", "Insurance", "", aggregator.CodeBadRequest),
	)

	It("is not listed by the name that the printed table has for a reference", sandboxOnly, func(ctx SpecContext) {
		c := b.HTTP(ctx)
		got := b.look(ctx, c, b.token(ctx, c), "/api/Document/GetSharedDocuments/", url.Values{"entityCode": {"Insurance"}, "quotation_id": {bimaReference}})
		Expect(string(got.body)).To(ContainSubstring(`"statusCode":"BadRequest"`))
	})

	DescribeTable("is not to be had with", sandboxOnly, func(ctx SpecContext, code, reference string, want aggregator.Code) {
		_, err := b.seller(ctx).Download(ctx, aggregator.Document{SharedCode: code, RefID: reference, FileContentType: "application/pdf"})
		Expect(err).To(MatchError(want))
	},
		Entry("a code that is nobody's", bimaNobodys, bimaReference, aggregator.CodeNotFound),
		Entry("the code of another request's", "7DFC82FD-0A5D-42EB-964B-B5EBA4A80BF6", "F896B91B-B5D9-4E61-93B4-75B70A0EC8E5", aggregator.CodeNotFound),
		Entry("no code", "", bimaReference, aggregator.CodeBadRequest),
	)
}
