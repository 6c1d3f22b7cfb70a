package paper_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/understudy-sandbox/understudy/mocks/paper"
)

func FuzzPDF(f *testing.F) {
	for _, text := range []string{
		"", "ปี่น้ำเชื่อมที่อยู่ กรุงเทพฯ", "Șoseaua ăâîșț", "ş s\u0327 s\u0326\u0323 ﬁ fi", "ทำ ฝำ ป้ำ ำ ่ ์ เเ ะะ", "a\nb\r\nc\td\u2028e",
		"\x00\x01\x7f\x80\xff\xfe", "\u202Ereversed\u202C \u2066x\u2069 \u061C", "😀👍🏽👨‍👩‍👧 🇹🇭", "中文字 العربية עברית हिन्दी ߊߋߌ", "\uFFFE\U0010FFFF\uE000\u034F\uFE0F",
		"Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍", strings.Repeat("क्", 300), strings.Repeat("🏽", 300), strings.Repeat("ก่", 300), strings.Repeat("W", 3000), "(\\)<>[]{}/% endstream", "ᄀᄀᆨ각\u1160", "ื000A####X#######", "000ี่้ำ", "!\u05AF",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		row := paper.Row{Label: text, Value: text}
		p := paper.Page{
			Lang: "th-TH", Mark: text, Issuer: text, Title: text, Subtitle: text, Small: []string{text},
			Sections: []paper.Section{{Title: text, Columns: 2, Rows: []paper.Row{row, row, {Value: text}}}, {Sums: true, Rows: []paper.Row{row}}},
		}
		file := draw(t, p)
		if len(file) > 150_000 {
			t.Errorf("%d bytes", len(file))
		}
		if !bytes.Equal(file, draw(t, p)) {
			t.Error("other bytes the second time")
		}
		lines := readPDF(t, file).lines
		inside(t, lines)
		for _, l := range lines[1:] {
			if l.text != l.actual || !utf8.ValidString(l.text) {
				t.Errorf("drawn %q, said to be %q", l.text, l.actual)
			}
		}
	})
}

func BenchmarkPDF(b *testing.B) {
	p := policy()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.PDF(); err != nil {
			b.Fatal(err)
		}
	}
}
