package paper_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

func TestMain(m *testing.M) {
	api.DisableConfigDir()
	os.Exit(m.Run())
}

// read is a PDF as a reader sees it that was not written for this package.
type read struct {
	context *model.Context
	info    types.Dict
	lines   []readLine
}

// readLine is what one text object draws.
type readLine struct {
	actual string // the text that stands beside it
	text   string // what its glyphs stand for
	glyphs []readGlyph
}

// readGlyph is a glyph on the sheet, in points.
type readGlyph struct {
	text                     string
	x, y                     float64
	advance                  float64
	left, bottom, right, top float64 // its ink; equal when it has none
}

// readFont is what a font of the document says of its codes.
type readFont struct {
	text   map[int]string
	widths []float64
	glyf   tables.Glyf
}

func readPDF(tb testing.TB, file []byte) read {
	tb.Helper()
	ctx, err := api.ReadAndValidate(bytes.NewReader(file), model.NewDefaultConfiguration())
	if err != nil {
		tb.Fatalf("pdfcpu: %v", err)
	}
	if ctx.PageCount != 1 {
		tb.Fatalf("got %d pages, want 1", ctx.PageCount)
	}
	r := read{context: ctx}
	if r.info, err = ctx.DereferenceDict(*ctx.Info); err != nil {
		tb.Fatal(err)
	}
	page, _, _, err := ctx.PageDict(1, false)
	if err != nil {
		tb.Fatal(err)
	}
	resources := r.dict(tb, page, "Resources")
	fonts := map[string]readFont{}
	for name := range r.dict(tb, resources, "Font") {
		fonts[name] = r.font(tb, r.dict(tb, r.dict(tb, resources, "Font"), name))
	}
	content, err := pdfcpu.ExtractPageContent(ctx, 1)
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(content)
	if err != nil {
		tb.Fatal(err)
	}
	r.lines = interpret(tb, string(text), fonts)
	return r
}

func (r read) dict(tb testing.TB, parent types.Dict, key string) types.Dict {
	tb.Helper()
	d, err := r.context.DereferenceDict(parent[key])
	if err != nil || d == nil {
		tb.Fatalf("%s: %v", key, err)
	}
	return d
}

func (r read) stream(tb testing.TB, parent types.Dict, key string) []byte {
	tb.Helper()
	s, _, err := r.context.DereferenceStreamDict(parent[key])
	if err != nil {
		tb.Fatalf("%s: %v", key, err)
	}
	if err := s.Decode(); err != nil {
		tb.Fatalf("%s: %v", key, err)
	}
	return s.Content
}

func (r read) font(tb testing.TB, d types.Dict) readFont {
	tb.Helper()
	f := readFont{text: map[int]string{}}
	for _, pair := range regexp.MustCompile(`(?m)^<([0-9A-F]{4})> <([0-9A-F]*)>$`).FindAllStringSubmatch(string(r.stream(tb, d, "ToUnicode")), -1) {
		if pair[1] == "0000" && pair[2] == "FFFF" {
			continue // the code space
		}
		if pair[2] == "" {
			tb.Errorf("glyph %s stands for no character", pair[1])
		}
		f.text[int(hex(tb, pair[1])[0])] = string(utf16.Decode(hex(tb, pair[2])))
	}
	descendants, err := r.context.DereferenceArray(d["DescendantFonts"])
	if err != nil {
		tb.Fatal(err)
	}
	cid, err := r.context.DereferenceDict(descendants[0])
	if err != nil {
		tb.Fatal(err)
	}
	for _, w := range cid["W"].(types.Array)[1].(types.Array) {
		n, err := r.context.DereferenceNumber(w)
		if err != nil {
			tb.Fatal(err)
		}
		f.widths = append(f.widths, n)
	}
	file := r.stream(tb, r.dict(tb, cid, "FontDescriptor"), "FontFile2")
	var sum uint32
	for word := range slices.Chunk(file, 4) {
		sum += binary.BigEndian.Uint32(word)
	}
	if sum != 0xB1B0AFBA { // what all font files add up to
		tb.Errorf("the font adds up to %X", sum)
	}
	loader, err := opentype.NewLoader(bytes.NewReader(file))
	if err != nil {
		tb.Fatal(err)
	}
	table := func(tag string) []byte {
		t, err := loader.RawTable(opentype.MustNewTag(tag))
		if err != nil {
			tb.Fatal(err)
		}
		return t
	}
	maxp, _, err := tables.ParseMaxp(table("maxp"))
	if err != nil {
		tb.Fatal(err)
	}
	if len(f.widths) > int(maxp.NumGlyphs) {
		tb.Errorf("%d widths for %d glyphs", len(f.widths), maxp.NumGlyphs)
	}
	loca, err := tables.ParseLoca(table("loca"), int(maxp.NumGlyphs), true)
	if err != nil {
		tb.Fatal(err)
	}
	if f.glyf, err = tables.ParseGlyf(table("glyf"), loca); err != nil {
		tb.Fatal(err)
	}
	return f
}

// ink is the box around the points of a glyph, whose parts are followed.
func (f readFont) ink(tb testing.TB, glyph int) (box [4]float64, ok bool) {
	tb.Helper()
	if glyph >= len(f.glyf) {
		tb.Fatalf("glyph %d of %d", glyph, len(f.glyf))
	}
	box = [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	grow := func(left, bottom, right, top float64) {
		box = [4]float64{min(box[0], left), min(box[1], bottom), max(box[2], right), max(box[3], top)}
		ok = true
	}
	switch data := f.glyf[glyph].Data.(type) {
	case tables.SimpleGlyph:
		for _, p := range data.Points {
			grow(float64(p.X), float64(p.Y), float64(p.X), float64(p.Y))
		}
	case tables.CompositeGlyph:
		for _, part := range data.Glyphs {
			dx, dy := part.ArgsAsTranslation()
			if b, inked := f.ink(tb, int(part.GlyphIndex)); inked {
				grow(b[0]+float64(dx), b[1]+float64(dy), b[2]+float64(dx), b[3]+float64(dy))
			}
		}
	}
	return box, ok
}

// interpret runs the operators of a content stream that place text.
func interpret(tb testing.TB, content string, fonts map[string]readFont) []readLine {
	tb.Helper()
	var (
		lines   []readLine
		args    []string
		actual  string
		current readFont
		size    float64
		rise    float64
		matrix  [6]float64
		pen     float64
	)
	number := func(text string) float64 {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			tb.Fatalf("%q: %v", content, err)
		}
		return n
	}
	for _, token := range regexp.MustCompile(`<<|>>|<[^<>]*>|\[|\]|[^\s<>\[\]]+`).FindAllString(content, -1) {
		last := func(n int) string { return args[len(args)-n] }
		switch token {
		default:
			args = append(args, token)
			continue
		case "BDC":
			actual = strings.TrimPrefix(string(utf16.Decode(hex(tb, strings.Trim(last(2), "<>")))), "\uFEFF")
		case "BT":
			rise, pen = 0, 0
			lines = append(lines, readLine{actual: actual})
		case "Tf":
			current, size = fonts[strings.TrimPrefix(last(2), "/")], number(last(1))
		case "Tm":
			for i := range matrix {
				matrix[i] = number(last(6 - i))
			}
		case "Ts":
			rise = number(last(1))
		case "TJ":
			for _, arg := range args[1 : len(args)-1] {
				if !strings.HasPrefix(arg, "<") {
					pen -= number(arg) / 1000 * size
					continue
				}
				for _, code := range hex(tb, strings.Trim(arg, "<>")) {
					g := readGlyph{text: current.text[int(code)], advance: current.widths[code] / 1000 * size}
					at := func(x, y float64) (float64, float64) {
						x, y = pen+x/1000*size, rise+y/1000*size
						return matrix[0]*x + matrix[2]*y + matrix[4], matrix[1]*x + matrix[3]*y + matrix[5]
					}
					g.x, g.y = at(0, 0)
					g.left, g.bottom, g.right, g.top = g.x, g.y, g.x, g.y
					if box, ok := current.ink(tb, int(code)); ok {
						g.left, g.bottom = at(box[0], box[1])
						g.right, g.top = at(box[2], box[3])
					}
					pen += g.advance
					l := &lines[len(lines)-1]
					l.text += g.text
					l.glyphs = append(l.glyphs, g)
				}
			}
		case "rg", "re", "f", "ET", "EMC":
		}
		args = nil
	}
	return lines
}

// hex reads the units of two bytes that a hexadecimal string holds.
func hex(tb testing.TB, text string) []uint16 {
	tb.Helper()
	var units []uint16
	for ; len(text) >= 4; text = text[4:] {
		n, err := strconv.ParseUint(text[:4], 16, 16)
		if err != nil {
			tb.Fatal(err)
		}
		units = append(units, uint16(n))
	}
	if text != "" {
		tb.Fatalf("half a character: %q", text)
	}
	return units
}
