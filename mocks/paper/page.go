package paper

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Page is a document of one sheet. Every text may be of any length and content;
// of each, the first 1,000 characters are read.
type Page struct {
	Lang     string    // a language tag, such as "th-TH"; empty when it is not said
	Mark     string    // what the page is not, on top and across it; empty: "SANDBOX - NOT A POLICY"
	Issuer   string    // who hands it out
	Title    string    // what it is
	Subtitle string    // which one it is
	Sections []Section // what it says, cut off with an ellipsis where the sheet ends
	Small    []string  // paragraphs at the foot of the sheet
	Created  time.Time // kept in the file to the second, never drawn; zero: left out
}

// Section is a heading with rows under it; one without rows is left out.
type Section struct {
	Title   string
	Rows    []Row
	Columns int  // 2: rows stand side by side, in pairs; else one below the other
	Sums    bool // values are amounts and stand at the right edge
}

// Row is a label and its value. Without a label the value takes all the room.
type Row struct {
	Label, Value string
	Bold         bool // the value is set in bold
}

// unmarked stands on a page that does not say what it is not.
const unmarked = "SANDBOX - NOT A POLICY"

var tag = regexp.MustCompile(`^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?$`)

// Lengths of the layout are thousandths of a point, seen from the lower left.
const (
	sheetWidth  = 595_276 // A4
	sheetHeight = 841_890
	margin      = 50_000
	inner       = sheetWidth - 2*margin
	gutter      = 22_000
	labels      = 108_000 // the room for labels left of values
	sums        = 130_000 // the room for amounts at the right edge
	band        = 26_000  // the height of the strip with the mark
	gap         = 12_000  // between sections
)

var (
	ink    = colour{0.12, 0.14, 0.18}
	grey   = colour{0.36, 0.39, 0.44}
	accent = colour{0.07, 0.26, 0.48}
	hair   = colour{0.86, 0.88, 0.91}
	alarm  = colour{0.70, 0.11, 0.11}
	blush  = colour{0.99, 0.92, 0.91}
	ghost  = colour{0.975, 0.945, 0.945}

	stamp    = style{weight: bold, size: 10_000, leading: band, colour: alarm}
	issuer   = style{weight: bold, size: 11_000, leading: 19_000, colour: accent}
	title    = style{weight: bold, size: 19_000, leading: 29_000, colour: ink}
	subtitle = style{size: 10_500, leading: 17_000, colour: grey}
	heading  = style{weight: bold, size: 10_500, leading: 17_000, colour: accent}
	label    = style{size: 9_000, leading: 16_000, colour: grey}
	value    = style{size: 10_000, leading: 16_000, colour: ink}
	strong   = style{weight: bold, size: 10_000, leading: 16_000, colour: ink}
	small    = style{size: 7_000, leading: 10_500, colour: grey}
)

// PDF draws the page. Equal pages give equal bytes. It fails on a Lang that is no
// language tag.
func (p Page) PDF() ([]byte, error) {
	if !tag.MatchString(p.Lang) {
		return nil, fmt.Errorf("paper: draw %.40q: %.40q is no language tag", p.Title, p.Lang)
	}
	s, err := newSheet(p.Lang)
	if err != nil {
		return nil, err
	}
	s.mark(p.Mark)
	s.head(p)
	s.foot(p.Small)
	for _, section := range p.Sections {
		if !s.section(section) {
			break
		}
	}
	return s.file(p), nil
}

// mark draws the mark in a strip on top and, large and pale, across the sheet.
func (s *sheet) mark(text string) {
	words := s.wrap(stamp, text, inner, 1)
	if len(words) == 0 || words[0].width == 0 {
		words = s.wrap(stamp, unmarked, inner, 1)
	}
	s.across(ghost, words[0])
	s.box(blush, 0, sheetHeight-band, sheetWidth, band)
	s.text(stamp, words[0], (sheetWidth-stamp.of(words[0].width))/2, stamp.baseline(sheetHeight))
	s.y = sheetHeight - band - 22_000
}

// head draws the names of the page, down to a rule.
func (s *sheet) head(p Page) {
	s.paragraph(issuer, p.Issuer, 1)
	s.paragraph(title, p.Title, 2)
	s.paragraph(subtitle, p.Subtitle, 2)
	s.y -= 6_000
	s.box(accent, margin, s.y, inner, 1_200)
	s.y -= gap
}

// foot draws the small print and sets the floor that the sections stop at.
func (s *sheet) foot(paragraphs []string) {
	const most = 10
	var lines []line
	for _, text := range paragraphs {
		if left := most - len(lines); left > 0 {
			lines = append(lines, s.wrap(small, text, inner, left)...)
		}
	}
	s.floor = margin - 14_000
	if len(lines) == 0 {
		return
	}
	top := s.floor + len(lines)*small.leading
	s.floor = top + 8_000
	s.box(hair, margin, top+4_000, inner, 600)
	for i, l := range lines {
		s.text(small, l, margin, small.baseline(top-i*small.leading))
	}
}

// section draws a section as far as the sheet goes, and says whether all of it
// found room.
func (s *sheet) section(section Section) bool {
	columns, width := 1, inner
	if section.Columns == 2 {
		columns, width = 2, (inner-gutter)/2
	}
	first := true
	for rows := range slices.Chunk(section.Rows, columns) {
		var cells []cell
		deep := 1
		for _, row := range rows {
			c := s.cell(row, width, section.Sums)
			cells = append(cells, c)
			deep = max(deep, len(c.label), len(c.value))
		}
		need := deep * value.leading
		if first {
			need += heading.leading + 7_000
		}
		if s.y-need-value.leading < s.floor {
			s.paragraph(value, "…", 1)
			return false
		}
		if first {
			s.paragraph(heading, section.Title, 1)
			s.box(hair, margin, s.y-2_000, inner, 600)
			s.y -= 7_000
			first = false
		}
		for i, c := range cells {
			s.draw(c, margin+i*(width+gutter))
		}
		s.y -= deep * value.leading
	}
	if !first {
		s.y -= gap
	}
	return true
}

// cell is a row, broken into lines.
type cell struct {
	label, value []line
	style        style
	indent       int // from the label to the value
	right        int // the edge that values end at; 0: they begin at the indent
}

func (s *sheet) cell(row Row, width int, amounts bool) cell {
	const lines, space = 4, 8_000
	c := cell{style: value, indent: labels}
	if row.Bold {
		c.style = strong
	}
	if amounts {
		c.indent, c.right = width-min(sums, width/2), width
	}
	c.label = s.wrap(label, row.Label, c.indent-space, lines)
	if len(c.label) == 0 {
		c.indent = 0
	}
	c.value = s.wrap(c.style, row.Value, width-c.indent, lines)
	return c
}

func (s *sheet) draw(c cell, x int) {
	for i, l := range c.label {
		s.text(label, l, x, value.baseline(s.y-i*value.leading))
	}
	for i, l := range c.value {
		at := x + c.indent
		if c.right > 0 {
			at = x + c.right - c.style.of(l.width)
		}
		s.text(c.style, l, at, value.baseline(s.y-i*value.leading))
	}
}
