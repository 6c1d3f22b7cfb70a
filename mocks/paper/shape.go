package paper

import (
	"fmt"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
)

// The longest text that is read, and the most marks that one letter carries. A
// sheet has no room for more, and a shaper needs no more to be busy for long.
const (
	longest  = 1000
	stacking = 3
)

// glyph is one shape of a line of text. Lengths are thousandths of the font's size.
type glyph struct {
	parts   []part
	text    string // what it stands for; the texts of a line's glyphs are the line's
	first   int    // the index of the first rune of its cluster
	advance int    // from here to the next glyph
	dx, dy  int    // where it is drawn, seen from here
}

// part is a glyph of the typeface, and where it is drawn, seen from the first part.
type part struct {
	id   font.GID
	x, y int
}

// line is a piece of text with its shape.
type line struct {
	text   []rune
	glyphs []glyph
	width  int
}

// face shapes text in one typeface for one page and keeps what the page drew.
type face struct {
	*typeface
	shaper *harfbuzz.Font
	buffer *harfbuzz.Buffer
	drawn  []glyph
	codes  map[string]int
}

func newFace(t *typeface, lang string) *face {
	f := &face{
		typeface: t,
		shaper:   harfbuzz.NewFont(font.NewFace(t.Font)),
		buffer:   harfbuzz.NewBuffer(),
		drawn:    []glyph{{parts: []part{{}}}}, // a font begins with its box for what is missing
		codes:    map[string]int{},
	}
	f.shaper.XScale, f.shaper.YScale = 1000, 1000
	f.buffer.Props.Language = language.NewLanguage(lang)
	return f
}

// code is the number of a glyph in the page's font. What is drawn alike but stands
// for other characters has another number.
func (f *face) code(g glyph) int {
	key := fmt.Sprint(g.parts, g.text)
	code, ok := f.codes[key]
	if !ok {
		code = len(f.drawn)
		f.codes[key] = code
		f.drawn = append(f.drawn, g)
	}
	return code
}

// shape lays out text on one line.
func (f *face) shape(text []rune) line {
	l := line{text: text}
	for start := 0; start < len(text); {
		script, end := run(text, start)
		f.buffer.Clear()
		f.buffer.ClusterLevel = harfbuzz.MonotoneCharacters
		f.buffer.Props.Direction = harfbuzz.LeftToRight
		f.buffer.Props.Script = script
		f.buffer.AddRunes(text, start, end-start)
		f.buffer.Shape(f.shaper, nil)
		infos, positions := f.buffer.Info, f.buffer.Pos
		for len(infos) > 0 {
			n, next := 1, end
			for n < len(infos) && infos[n].Cluster == infos[0].Cluster {
				n++
			}
			if n < len(infos) {
				next = infos[n].Cluster
			}
			l.add(infos[:n], positions[:n], next)
			infos, positions = infos[n:], positions[n:]
		}
		start = end
	}
	return l
}

// add appends the glyphs of the cluster before the next and spells them, one rune each. Where runes
// are left over, as with a ligature, the last glyph stands for them too. Where
// glyphs are left over, as when the shaper takes a SARA AM apart, they are put
// together again: readers make up a character for a glyph that stands for none.
func (l *line) add(infos []harfbuzz.GlyphInfo, positions []harfbuzz.GlyphPosition, next int) {
	first := infos[0].Cluster
	runes := l.text[first:next]
	for i, info := range infos {
		at := positions[i]
		advance, dx, dy := int(at.XAdvance), int(at.XOffset), int(at.YOffset)
		l.width += advance
		if i >= len(runes) {
			last := &l.glyphs[len(l.glyphs)-1]
			last.parts = append(last.parts, part{info.Glyph, last.advance + dx - last.dx, dy - last.dy})
			last.advance += advance
			continue
		}
		spelt := runes[i : i+1]
		if i == len(infos)-1 {
			spelt = runes[i:]
		}
		l.glyphs = append(l.glyphs, glyph{
			parts: []part{{id: info.Glyph}}, text: string(spelt), first: first, advance: advance, dx: dx, dy: dy,
		})
	}
}

// run is the script of the text from start, and where it ends: Thai or Latin. What
// is neither, such as a space or a digit, goes with the text before it. The scripts
// that the typeface lacks are among that, so that none turns a line around.
func run(text []rune, start int) (script language.Script, end int) {
	script = language.Common
	for end = start; end < len(text); end++ {
		s := language.LookupScript(text[end])
		if s == script || s != language.Thai && s != language.Latin {
			continue
		}
		if script != language.Common {
			return script, end
		}
		script = s
	}
	return script, end
}

// clean is the text that is drawn: valid, bounded, without control and format
// characters. A newline stays; a tab becomes a space.
func clean(text string) []rune {
	var runes []rune
	read, marks := 0, 0
	for _, r := range text {
		if read++; read > longest {
			return append(runes, '…')
		}
		if marks++; !unicode.Is(unicode.M, r) && !toned(r) {
			marks = 0
		}
		switch {
		case marks > stacking:
			continue
		case r == '\n':
		case r == '\t', r == '\u2028', r == '\u2029':
			r = ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			continue
		case unicode.Is(unicode.Co, r):
			r = unicode.ReplacementChar // nobody here knows what it means
		}
		runes = append(runes, r)
	}
	return runes
}

// toned says whether a character gives the emoji before it the colour of a skin.
func toned(r rune) bool {
	return '\U0001F3FB' <= r && r <= '\U0001F3FF'
}
