package paper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks/paper"
)

// What does not fit is cut: the sheet is full, ends with an ellipsis above the
// small print, and nothing stands outside of it.
func TestOverflow(t *testing.T) {
	long := strings.Repeat("ปี่น้ำเชื่อมที่อยู่", 200)
	p := paper.Page{Mark: long, Issuer: long, Title: long, Subtitle: long, Small: []string{long, long, "last"}}
	for i := range 50 {
		section := paper.Section{Title: long, Columns: i%2 + 1, Sums: i%3 == 0}
		for range 50 {
			section.Rows = append(section.Rows, paper.Row{Label: long, Value: long}, paper.Row{Value: strings.Repeat("W", 2000)})
		}
		p.Sections = append(p.Sections, section)
	}
	lines := readPDF(t, draw(t, p)).lines
	inside(t, lines)
	if got := lines[len(lines)-1].text; got != "…" {
		t.Errorf("the sheet ends with %q", got)
	}
	foot := 0
	at := map[[2]float64]string{}
	for _, l := range lines {
		if l.glyphs[0].y < 160 && l.glyphs[0].x < 51 && l.text != "…" {
			foot++
		}
		place := [2]float64{l.glyphs[0].x, l.glyphs[0].y}
		if other, taken := at[place]; taken {
			t.Errorf("%q is drawn over %q", l.text, other)
		}
		at[place] = l.text
	}
	if foot != 10 {
		t.Errorf("%d lines of small print, want 10", foot)
	}
}

// A sheet that is not full keeps all that it was given.
func TestLastRow(t *testing.T) {
	section := paper.Section{Title: "-"}
	for n := range 60 {
		section.Rows = append(section.Rows, paper.Row{Label: "row", Value: fmt.Sprint(n)})
		lines := readPDF(t, draw(t, paper.Page{Title: "T", Sections: []paper.Section{{}, section}, Small: []string{"small"}})).lines
		last := lines[len(lines)-1]
		if last.text == "…" {
			if n < 35 {
				t.Errorf("a sheet is full with %d rows", n)
			}
			if y := last.glyphs[0].y; y < 50 || y > 80 {
				t.Errorf("the ellipsis stands at %.0f, far from the foot", y)
			}
			return
		}
		if last.text != fmt.Sprint(n) {
			t.Fatalf("the last row is %q, want %d", last.text, n)
		}
	}
	t.Error("no sheet was full")
}

// inside checks that all ink lies on the sheet; a heap of marks that no language
// knows may lose its tip at the upper edge.
func inside(tb testing.TB, lines []readLine) {
	tb.Helper()
	for _, l := range lines {
		for _, g := range l.glyphs {
			if min(g.left, g.right) < 0 || max(g.left, g.right) > 596 || min(g.bottom, g.top) < 0 || max(g.bottom, g.top) > 842+6 {
				tb.Errorf("%q of %q lies off the sheet: from %.1f %.1f to %.1f %.1f", g.text, l.text, g.left, g.bottom, g.right, g.top)
				return
			}
		}
	}
}
