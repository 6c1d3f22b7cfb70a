package paper

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"strings"
)

// The numbers of the objects that refer to one another; the fonts come after them.
const (
	catalog = iota + 1
	tree
	leaf
	contents
	about
	fonts
	perFont = 5
)

// document is a PDF file being written, object after object.
type document struct {
	bytes.Buffer
	offsets []int
	deflate *zlib.Writer
}

// file writes the sheet as a document of its own.
func (s *sheet) file(p Page) []byte {
	d := &document{deflate: zlib.NewWriter(nil)}
	d.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	lang := ""
	if p.Lang != "" {
		lang = fmt.Sprintf(" /Lang (%s)", p.Lang)
	}
	d.object("<</Type /Catalog /Pages %d 0 R%s /ViewerPreferences <</DisplayDocTitle true>>>>", tree, lang)
	d.object("<</Type /Pages /Kids [%d 0 R] /Count 1>>", leaf)
	d.object("<</Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Contents %d 0 R /Resources <</Font <</F0 %d 0 R /F1 %d 0 R>>>>>>",
		tree, points(sheetWidth), points(sheetHeight), contents, fonts, fonts+perFont)
	d.stream("", s.drawing.Bytes())
	d.object("<</Title %s /Author %s /Producer (understudy)%s>>", plain(p.Title), plain(p.Issuer), p.created())
	for i, f := range s.fonts {
		d.font(f, fonts+i*perFont)
	}
	return d.end()
}

// plain is a text without line breaks for the file's description of itself.
func plain(text string) string {
	return utf16Hex(strings.Join(strings.Fields(string(clean(text))), " "))
}

func (p Page) created() string {
	at := p.Created.UTC()
	if p.Created.IsZero() || at.Year() < 0 || at.Year() > 9999 {
		return ""
	}
	return at.Format(" /CreationDate (D:20060102150405Z)")
}

// font writes a composite font with the glyphs that were drawn: a glyph's code is
// its number in the embedded file.
func (d *document) font(f *face, number int) {
	var glyphs [][]part
	var widths []string
	for _, g := range f.drawn {
		glyphs = append(glyphs, g.parts)
		widths = append(widths, fmt.Sprint(f.em(f.width(g.parts))))
	}
	file := f.subset(glyphs)
	name := tagOf(file) + "+" + f.name
	d.object("<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>",
		name, number+1, number+4)
	d.object("<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>"+
		" /FontDescriptor %d 0 R /CIDToGIDMap /Identity /W [0 [%s]]>>", name, number+2, strings.Join(widths, " "))
	metric := func(table string, offset int) int { return f.em(f.number(table, offset)) }
	box := [4]int{metric("head", 36), metric("head", 38), metric("head", 40), metric("head", 42)}
	d.object("<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox %d /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV %d /FontFile2 %d 0 R>>",
		name, box, metric("hhea", 4), metric("hhea", 6), metric("OS/2", 88), f.stem, number+3)
	d.stream(fmt.Sprintf(" /Length1 %d", len(file)), file)
	d.stream("", f.meanings())
}

// tagOf names a subset, as PDF asks: six letters, here drawn from what is in it.
func tagOf(file []byte) string {
	sum := sha256.Sum256(file)
	var letters [6]byte
	for i := range letters {
		letters[i] = 'A' + sum[i]%26
	}
	return string(letters[:])
}

// meanings is the CMap from the codes of glyphs to the characters they stand for.
func (f *face) meanings() []byte {
	const chunk = 100 // entries in one list, at most
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for from := 1; from < len(f.drawn); from += chunk {
		list := f.drawn[from:min(from+chunk, len(f.drawn))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(list))
		for i, g := range list {
			fmt.Fprintf(&b, "<%04X> %s\n", from+i, strings.Replace(utf16Hex(g.text), "FEFF", "", 1))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// object writes the next object.
func (d *document) object(format string, values ...any) {
	d.offsets = append(d.offsets, d.Len())
	fmt.Fprintf(d, "%d 0 obj\n", len(d.offsets))
	fmt.Fprintf(d, format, values...)
	d.WriteString("\nendobj\n")
}

// stream writes the next object: data, packed, and what is known of it.
func (d *document) stream(known string, data []byte) {
	var packed bytes.Buffer
	d.deflate.Reset(&packed)
	_, _ = d.deflate.Write(data) // a buffer takes all it is given
	_ = d.deflate.Close()
	d.object("<</Length %d /Filter /FlateDecode%s>>\nstream\n%s\nendstream", packed.Len(), known, packed.Bytes())
}

// end writes where the objects are. The file's name is the sum of what it holds.
func (d *document) end() []byte {
	sum := sha256.Sum256(d.Bytes())
	start := d.Len()
	fmt.Fprintf(d, "xref\n0 %d\n0000000000 65535 f \n", len(d.offsets)+1)
	for _, offset := range d.offsets {
		fmt.Fprintf(d, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(d, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(d.offsets)+1, catalog, about, sum[:16], sum[:16], start)
	return d.Bytes()
}
