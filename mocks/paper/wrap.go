package paper

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/segmenter"
)

// wrap breaks text into lines of at most this width, in thousandths of the font's
// size. What is left over after the last line is cut, and an ellipsis says so.
func (f *face) wrap(text string, width, lines int) []line {
	content := strings.TrimSpace(string(clean(text)))
	if content == "" {
		return nil
	}
	var done []line
	paragraphs := strings.Split(content, "\n")
	for i, paragraph := range paragraphs {
		rest := []rune(strings.TrimSpace(paragraph))
		for {
			whole := f.shape(rest)
			last := len(done) == lines-1
			if whole.width <= width && (!last || i == len(paragraphs)-1) {
				done = append(done, whole)
				break
			}
			if last {
				return append(done, f.cut(whole, width))
			}
			end := whole.fit(width, opportunities(rest))
			done = append(done, f.shape(trimRight(rest[:end])))
			rest = trimLeft(rest[end:])
		}
	}
	return done
}

// cut ends a line that does not fit, or is not the last, with an ellipsis.
func (f *face) cut(l line, width int) line {
	ellipsis := f.shape([]rune("…"))
	end := 0
	for _, at := range letters(l.text) {
		if l.edge(at)+ellipsis.width > width {
			break
		}
		end = at
	}
	return f.shape(append(slices.Clone(trimRight(l.text[:end])), '…'))
}

// fit is the last place to break a line before it grows too wide: an opportunity,
// or else the end of any letter, or else any rune, the first one at least.
func (l line) fit(width int, opportunities []int) int {
	end := 0
	for _, at := range opportunities {
		if l.edge(len(trimRight(l.text[:at]))) > width {
			break
		}
		end = at
	}
	if end > 0 {
		return end
	}
	for _, at := range letters(l.text) {
		if l.edge(at) > width {
			break
		}
		end = at
	}
	if end > 0 {
		return end
	}
	for end = 1; end < len(l.text) && l.edge(end+1) <= width; {
		end++
	}
	return end
}

// edge is where the rune at this index begins on the line.
func (l line) edge(index int) int {
	width := 0
	for _, g := range l.glyphs {
		if g.first >= index {
			break
		}
		width += g.advance
	}
	return width
}

// letters are the ends of what a line break or a cut must not take apart: a
// character with its marks (UAX 29), and in Thai also with the vowels beside it.
func letters(text []rune) []int {
	var ends []int
	var s segmenter.Segmenter
	s.Init(text)
	var before []rune
	for each := s.GraphemeIterator(); each.Next(); {
		g := each.Grapheme()
		if before != nil && thaiJoins(before, g.Text) {
			ends = ends[:len(ends)-1]
		}
		ends = append(ends, g.Offset+len(g.Text))
		before = g.Text
	}
	return ends
}

// opportunities are where a line may end: by Unicode's rules (UAX 14), and in
// Thai, which has no spaces and for which those rules want a dictionary, between
// two syllables where their spelling leaves no doubt.
func opportunities(text []rune) []int {
	var ends []int
	var s segmenter.Segmenter
	s.Init(text)
	for each := s.LineIterator(); each.Next(); {
		l := each.Line()
		ends = append(ends, l.Offset+len(l.Text))
	}
	for _, at := range letters(text) {
		if at < len(text) && thaiParts(text[at-1], text[at]) {
			ends = append(ends, at)
		}
	}
	slices.Sort(ends)
	return slices.Compact(ends)
}

// Thai vowels that are written before their consonant, and those after it; marks
// that close a syllable, and those that want one more consonant to close it.
const (
	thaiBefore  = "เแโใไ"
	thaiAfter   = "ะาำๅๆฯ"
	thaiClosing = "ะำๆ\u0E4C"
	thaiOpen    = "\u0E31\u0E37\u0E47"
	thaiSilent  = '\u0E4C'
)

// thaiJoins says whether two characters of a Thai syllable belong together.
func thaiJoins(before, after []rune) bool {
	last, first := before[len(before)-1], after[0]
	return strings.ContainsRune(thaiBefore, last) && consonant(first) ||
		strings.ContainsRune(thaiAfter, first) && thai(last) ||
		strings.ContainsAny(string(before), thaiOpen) && consonant(first) ||
		slices.Contains(after, thaiSilent) && thai(last)
}

// thaiParts says whether one Thai syllable surely ends between two letters.
func thaiParts(last, first rune) bool {
	if strings.ContainsRune(thaiBefore, first) {
		return thai(last) && !strings.ContainsRune(thaiBefore, last)
	}
	return consonant(first) && strings.ContainsRune(thaiClosing, last)
}

// thai says whether a character belongs to a Thai syllable.
func thai(r rune) bool { return 'ก' <= r && r <= '\u0E4E' && r != '฿' }

func consonant(r rune) bool { return 'ก' <= r && r <= 'ฮ' }

func trimLeft(text []rune) []rune {
	for len(text) > 0 && unicode.IsSpace(text[0]) {
		text = text[1:]
	}
	return text
}

func trimRight(text []rune) []rune {
	for len(text) > 0 && unicode.IsSpace(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}
