package bima

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"slices"

	"github.com/understudy-sandbox/understudy/mocks/paper"
)

// file draws a document. It has the size that its list says: the printed sizes
// are those of files that nobody can have.
func (q *request) file(d document) ([]byte, error) {
	if d.ContentType == mediaJPEG {
		return stamp(d.Size)
	}
	drawn, err := q.page(d.Type).PDF()
	if err != nil {
		return nil, err
	}
	return longerPDF(drawn, d.Size), nil
}

// page is a document of a request on one sheet.
func (q *request) page(kind string) paper.Page {
	about := paper.Section{Title: "Cover", Columns: 2, Rows: []paper.Row{
		{Label: "Policy number", Value: cmp.Or(q.PolicyNo, "not issued yet")},
		{Label: "Reference", Value: q.Reference},
		{Label: "From", Value: q.From.Format(dayMonthYear)},
		{Label: "To", Value: q.to().Format(dayMonthYear)},
	}}
	for _, c := range covers {
		if kind == docPolicy || c.Code == "CAR_REPLACEMENT" {
			about.Rows = append(about.Rows, paper.Row{Label: c.Title, Value: c.Subtitle})
		}
	}
	p := paper.Page{
		Lang: "en", Issuer: q.Provider.Name, Title: kind, Subtitle: thirdPartyName + ", by Bima", Created: q.Issued,
		Sections: []paper.Section{
			about,
			{Title: "Insured", Columns: 2, Rows: []paper.Row{
				{Label: "Owner", Value: q.Owner},
				{Label: "License ID", Value: q.License},
				{Label: "Vehicle", Value: q.Vehicle.plate()},
				{Label: "Model", Value: q.Vehicle.model()},
				{Label: "Body", Value: q.Vehicle.Body},
				{Label: "Road side assistance", Value: roadSideContact},
			}},
		},
		Small: []string{"Made by a sandbox for tests. It is not a contract of insurance, binds nobody and was issued by no insurer."},
	}
	if kind == docPolicy && q.Premium > 0 {
		p.Sections = append(p.Sections, paper.Section{Title: "Premium", Sums: true, Rows: []paper.Row{
			{Label: "Premium", Value: q.Premium.String()},
			{Label: "VAT 5%", Value: q.Premium.vat().String()},
			{Label: "Paid", Value: (q.Premium + q.Premium.vat()).String(), Bold: true},
		}})
	}
	return p
}

// baisa is an amount: a thousand are a rial, so a rial has three decimals. No
// answer has an amount; those on a policy are our own.
type baisa int64

func (b baisa) String() string { return fmt.Sprintf("OMR %d.%03d", b/1000, b%1000) }

// vat is Oman's 5%, to the nearest baisa.
func (b baisa) vat() baisa { return (b + 10) / 20 }

// longerPDF makes a PDF size bytes long by a comment before its table of
// objects: then nothing but the table moves. One that is long enough stays.
func longerPDF(pdf []byte, size int) []byte {
	table := bytes.LastIndex(pdf, []byte("\nxref\n")) + 1
	end := bytes.LastIndex(pdf, []byte("startxref\n"))
	if table <= 0 || end < table || len(pdf) >= size {
		return pdf
	}
	tail := func(start int) string { return fmt.Sprintf("%sstartxref\n%d\n%%%%EOF\n", pdf[table:end], start) }
	start := size - len(tail(size))
	start = size - len(tail(start)) // its own number may be a digit shorter
	filling := start - table
	if filling < 2 {
		return pdf
	}
	longer := make([]byte, 0, size)
	longer = append(longer, pdf[:table]...)
	longer = append(longer, '%')
	longer = append(longer, bytes.Repeat([]byte{' '}, filling-2)...)
	longer = append(longer, '\n')
	return append(longer, tail(start)...)
}

// stamp is a round stamp of size bytes, the rest of which is a comment.
func stamp(size int) ([]byte, error) {
	const side, middle = 96, 48
	seal := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			seal.Set(x, y, color.White)
			far := (x-middle)*(x-middle) + (y-middle)*(y-middle)
			if far < 14*14 || far > 36*36 && far < 44*44 {
				seal.Set(x, y, color.RGBA{R: 0xb2, G: 0x1c, B: 0x1c, A: 0xff})
			}
		}
	}
	var drawn bytes.Buffer
	if err := jpeg.Encode(&drawn, seal, nil); err != nil {
		return nil, fmt.Errorf("draw a stamp: %w", err)
	}
	const marks, says, longest = 4, "SANDBOX - NOT A DOCUMENT OF ANY INSURER ", 1<<16 - 3
	filling := size - drawn.Len() - marks
	if filling < 0 || filling > longest {
		return drawn.Bytes(), nil
	}
	comment := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(filling+2))
	comment = append(comment, bytes.Repeat([]byte(says), filling/len(says)+1)[:filling]...)
	return slices.Insert(drawn.Bytes(), 2, comment...), nil // after the mark of its beginning
}
