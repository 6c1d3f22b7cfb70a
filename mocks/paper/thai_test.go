package paper_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/understudy-sandbox/understudy/mocks/paper"
)

// drawn is the lines that a value makes on a page.
func drawn(tb testing.TB, value string) []readLine {
	tb.Helper()
	const before = 4 // the mark twice, the heading, the label
	return readPDF(tb, draw(tb, page(value))).lines[before:]
}

// Marks stand over each other, clear of the letter and of the mark below, in its
// column, and move nothing. Letters are ten points high, less what ascends.
func TestMarksStandOnTheirLetter(t *testing.T) {
	const (
		middle = 5.8 // the height of a letter without its stem
		stem   = 0.7
	)
	tests := []struct {
		word   string
		stacks []string // from the bottom to the top, letters and marks
	}{
		{"ปี่", []string{"ป ี ่"}},
		{"น้ำ", []string{"น ้"}},
		{"ที่อยู่", []string{"ท ี ่", "ู ย ่"}},
		{"ผู้", []string{"ู ผ ้"}},
		{"เชื่อ", []string{"ช ื ่"}},
		{"นั้น", []string{"น ั ้"}},
		{"ฟ้า", []string{"ฟ ้"}},
		{"ฝั่ง", []string{"ฝ ั ่"}},
		{"ญู", []string{"ู ญ"}},
		{"กรมธรรม์", []string{"ม ์"}},
		{"สิ้นสุด", []string{"ส ิ ้", "ุ ส"}},
	}
	for _, tt := range tests {
		t.Run(tt.word, func(t *testing.T) {
			lines := drawn(t, tt.word)
			if len(lines) != 1 || lines[0].text != tt.word {
				t.Fatalf("drawn as %+v", lines)
			}
			line := lines[0].glyphs
			for _, g := range line {
				if r, _ := utf8.DecodeRuneInString(g.text); unicode.Is(unicode.Mn, r) && g.advance != 0 {
					t.Errorf("mark %q moves the pen by %.2f", g.text, g.advance)
				}
			}
			for _, stack := range tt.stacks {
				parts := strings.Split(stack, " ")
				letter, glyphs := pick(t, line, parts)
				floor := -10.0
				for i, g := range glyphs {
					if g.bottom-letter.y < floor {
						t.Errorf("%s: %q begins at %.2f, what is under it ends at %.2f", stack, g.text, g.bottom-letter.y, floor)
					}
					floor = g.top - letter.y
					if g.text != letter.text {
						if g.left < letter.left-0.5 || g.right > letter.right+1.5 {
							t.Errorf("%s: %q spans %.2f to %.2f, its letter %.2f to %.2f", stack, g.text, g.left, g.right, letter.left, letter.right)
						}
						continue
					}
					if floor > middle+1 { // marks stand beside the stem
						floor = middle
						for _, mark := range glyphs[i+1:] {
							if (mark.left+mark.right)/2 > letter.right-stem || mark.right > letter.right {
								t.Errorf("%s: %q ends at %.2f, the stem at %.2f", stack, mark.text, mark.right, letter.right)
							}
						}
					}
				}
			}
		})
	}
}

// Of a heap of marks the first three are drawn, each above the one before.
func TestHeap(t *testing.T) {
	line := drawn(t, "ก"+strings.Repeat("\u0E48", 9)+"ข")[0]
	if want := "ก\u0E48\u0E48\u0E48ข"; line.text != want {
		t.Fatalf("got %q, want %q", line.text, want)
	}
	for i, g := range line.glyphs[1:4] {
		if below := line.glyphs[i]; g.bottom < below.top {
			t.Errorf("mark %d begins at %.2f, what is under it ends at %.2f", i, g.bottom, below.top)
		}
	}
	if got, want := line.glyphs[4].y, line.glyphs[0].y; got != want {
		t.Errorf("the letter after them stands at %.2f, want %.2f", got, want)
	}
}

// A letter that the typeface lacks is put together from a letter and marks.
func TestComposed(t *testing.T) {
	for _, text := range []string{"s\u1E69", "S\u1E68"} {
		line := drawn(t, text)[0]
		if line.text != text {
			t.Fatalf("%s is drawn as %q", text, line.text)
		}
		plain, dotted := line.glyphs[0], line.glyphs[1]
		if dotted.bottom > plain.bottom-0.5 || dotted.top < plain.top+1 {
			t.Errorf("%s: the dots reach from %.2f to %.2f, the letter from %.2f to %.2f", text, dotted.bottom, dotted.top, plain.bottom, plain.top)
		}
		if left, right := plain.left-plain.x, plain.right-plain.x; dotted.left-dotted.x < left-0.1 || dotted.right-dotted.x > right+0.1 {
			t.Errorf("%s: the dots stand beside the letter: %.2f to %.2f, want %.2f to %.2f", text, dotted.left-dotted.x, dotted.right-dotted.x, left, right)
		}
	}
}

// pick finds a letter and its marks on a line: the marks are those after it.
func pick(tb testing.TB, line []readGlyph, stack []string) (letter readGlyph, glyphs []readGlyph) {
	tb.Helper()
	marks := func(at int) map[string]readGlyph {
		found := map[string]readGlyph{line[at].text: line[at]}
		for _, g := range line[at+1 : min(at+len(stack), len(line))] {
			found[g.text] = g
		}
		return found
	}
	for at := range line {
		found := marks(at)
		if !strings.Contains(strings.Join(stack, " "), line[at].text) || len(found) != len(stack) {
			continue
		}
		glyphs = nil
		for _, text := range stack {
			if g, ok := found[text]; ok {
				glyphs = append(glyphs, g)
			}
		}
		if len(glyphs) == len(stack) {
			return line[at], glyphs
		}
	}
	tb.Fatalf("no %v on the line", stack)
	return readGlyph{}, nil
}

// The shaper takes a SARA AM apart. It is one character again for a reader, with
// its ring over the letter before.
func TestSaraAm(t *testing.T) {
	line := drawn(t, "ทำ")[0].glyphs
	if len(line) != 2 || line[1].text != "ำ" {
		t.Fatalf("drawn as %+v", line)
	}
	letter, am := line[0], line[1]
	if am.left > letter.right || am.top-letter.y < 8 || am.right < letter.x+letter.advance || am.bottom != letter.y {
		t.Errorf("letter %+v, sara am %+v", letter, am)
	}
	if am.advance < 4 {
		t.Errorf("sara am moves the pen by %.2f", am.advance)
	}
}

func TestThaiBreaks(t *testing.T) {
	for _, text := range []string{
		"ผู้เอาประกันภัยตกลงว่ากรมธรรม์ฉบับนี้สิ้นผลบังคับเมื่อรถยนต์จมน้ำท่วมหรือสูญหายและไม่อาจซ่อมแซมให้กลับคืนสภาพเดิมได้ทั้งนี้บริษัทจะชดใช้ค่าสินไหมทดแทน",
		// Nowhere in these does a syllable surely end.
		strings.Repeat("ความยาว", 30), strings.Repeat("กันยืนขวับ", 20), strings.Repeat("ก", 86) + "ร์ก", strings.Repeat("x", 102) + "เก",
	} {
		for start := range 20 {
			lines := drawn(t, string([]rune(text)[start:]))
			for i, l := range lines {
				runes := []rune(l.text)
				if first := runes[0]; i > 0 && (unicode.Is(unicode.Mn, first) || strings.ContainsRune("ะาำๆฯ", first) || runes[1] == '\u0E4C') {
					t.Errorf("line %d begins with %q: %s", i, first, l.text)
				}
				if last := runes[len(runes)-1]; i < len(lines)-1 && strings.ContainsRune("เแโใไ\u0E31\u0E37", last) {
					t.Errorf("line %d ends with %q: %s", i, last, l.text)
				}
			}
			if len(lines) < 2 {
				t.Error("one line only: nothing was broken")
			}
		}
	}
}

// The lines of a text are the text: nothing is lost or repeated at a break.
func TestBreaks(t *testing.T) {
	cell := func(value string) paper.Page {
		p := page(value)
		p.Sections[0].Columns = 2
		return p
	}
	tests := []struct {
		name, value string
		want        []string
	}{
		{"between words", "Motor insurance policy for private cars", []string{"Motor insurance policy for", "private cars"}},
		{"before a vowel that leads", "บริษัทจะชดใช้ค่าสินไหมทดแทนเมื่อเสียหาย", []string{"บริษัทจะชดใช้ค่าสินไหมทดแทน", "เมื่อเสียหาย"}},
		{"inside a word longer than a line", strings.Repeat("W", 30), []string{strings.Repeat("W", 15), strings.Repeat("W", 15)}},
		{"at a newline", "one\r\n two \n\nfour", []string{"one", "two", "four"}},
		{"cut", strings.Repeat("abcdefg ", 40), []string{"abcdefg abcdefg abcdefg", "abcdefg abcdefg abcdefg", "abcdefg abcdefg abcdefg", "abcdefg abcdefg abcdefg ab…"}},
		{"cut at a newline", "1\n2\n3\n4\n5", []string{"1", "2", "3", "4…"}},
		{"ligature, decomposed and unknown", "ﬁ office s\u0326 a\u0306 漢😀", []string{"ﬁ office s\u0326 a\u0306 漢😀"}},
		{"control, format and private", "a\x00b\u202Ec\u200Dd\tе\uE000", []string{"abcd е\uFFFD"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, l := range readPDF(t, draw(t, cell(tt.value))).lines[4:] {
				got = append(got, l.text)
			}
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}
