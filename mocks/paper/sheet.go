package paper

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// The weights of a typeface, in the order of typefaces.
const (
	regular = iota
	bold
)

type colour [3]float64

func (c colour) String() string {
	return fmt.Sprintf("%v %v %v", c[0], c[1], c[2])
}

// style is how a text is set; size and leading in thousandths of a point.
type style struct {
	weight, size, leading int
	colour                colour
}

// of is a length in thousandths of the style's size.
func (st style) of(length int) int {
	return length * st.size / 1000
}

// baseline is where letters stand in a line that begins at this height, so that
// Thai marks above and below them have equal room.
func (st style) baseline(top int) int {
	const rise = 836 // ascent less descent of the typeface
	return top - (st.leading+st.of(rise))/2
}

// sheet is a page being drawn, from top to bottom.
type sheet struct {
	fonts    [2]*face
	drawing  bytes.Buffer
	y, floor int // what is still free lies between them
}

func newSheet(lang string) (*sheet, error) {
	faces, err := typefaces()
	if err != nil {
		return nil, err
	}
	return &sheet{fonts: [2]*face{newFace(faces[regular], lang), newFace(faces[bold], lang)}}, nil
}

// wrap breaks text into at most so many lines of this width.
func (s *sheet) wrap(st style, text string, width, lines int) []line {
	return s.fonts[st.weight].wrap(text, width*1000/st.size, lines)
}

// paragraph sets text over the whole width and moves on; nothing for no text.
func (s *sheet) paragraph(st style, text string, lines int) {
	for _, l := range s.wrap(st, text, inner, lines) {
		s.text(st, l, margin, st.baseline(s.y))
		s.y -= st.leading
	}
}

// box fills a rectangle, given its lower left corner.
func (s *sheet) box(c colour, x, y, width, height int) {
	fmt.Fprintf(&s.drawing, "%s rg %s %s %s %s re f\n", c, points(x), points(y), points(width), points(height))
}

// text draws a line from this point on. What it says stands beside it, for readers
// that sort the characters of a line by where they are drawn, marks included.
func (s *sheet) text(st style, l line, x, y int) {
	if len(l.glyphs) == 0 {
		return
	}
	fmt.Fprintf(&s.drawing, "/Span <</ActualText %s>> BDC\n", utf16Hex(string(l.text)))
	s.show(st, l, fmt.Sprintf("1 0 0 1 %s %s", points(x), points(y)))
	s.drawing.WriteString("EMC\n")
}

// across draws a line from the lower left to the upper right, as large as it can be.
// It says nothing to a reader, so that it is not mixed into the text it lies under.
func (s *sheet) across(c colour, l line) {
	const cos, sin, span, largest, rise = 743, 669, 640_000, 60_000, 260 // 42 degrees
	st := style{weight: bold, size: min(largest, span*1000/l.width), colour: c}
	half, drop := st.of(l.width)/2, st.of(rise)
	x := sheetWidth/2 - (half*cos-drop*sin)/1000
	y := sheetHeight/2 - (half*sin+drop*cos)/1000
	s.drawing.WriteString("/Span <</ActualText <FEFF>>> BDC\n")
	s.show(st, l, fmt.Sprintf("%s %s %s %s %s %s", points(cos), points(sin), points(-sin), points(cos), points(x), points(y)))
	s.drawing.WriteString("EMC\n")
}

// show draws the glyphs of a line where the shaper put them: a number between two
// moves the pen back, and a rise lifts marks that stand on one another.
func (s *sheet) show(st style, l line, matrix string) {
	f := s.fonts[st.weight]
	fmt.Fprintf(&s.drawing, "%s rg BT /F%d %s Tf %s Tm [<", st.colour, st.weight, points(st.size), matrix)
	pen, due, rise := 0, 0, 0
	for _, g := range l.glyphs {
		if g.dy != rise {
			rise = g.dy
			fmt.Fprintf(&s.drawing, ">] TJ %s Ts [<", points(st.of(rise)))
		}
		if at := due + g.dx; at != pen {
			fmt.Fprintf(&s.drawing, "> %d <", pen-at)
			pen = at
		}
		fmt.Fprintf(&s.drawing, "%04X", f.code(g))
		pen += f.em(f.width(g.parts))
		due += g.advance
	}
	s.drawing.WriteString(">] TJ")
	if rise != 0 {
		s.drawing.WriteString(" 0 Ts")
	}
	s.drawing.WriteString(" ET\n")
}

// points writes a length as a number of points.
func points(length int) string {
	return strconv.FormatFloat(float64(length)/1000, 'f', -1, 64)
}

// utf16Hex writes a text string of PDF.
func utf16Hex(text string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	b.WriteString(">")
	return b.String()
}
