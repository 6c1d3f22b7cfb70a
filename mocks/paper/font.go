package paper

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

var (
	//go:embed fonts/Sarabun-Regular.ttf
	sarabunRegular []byte
	//go:embed fonts/Sarabun-Bold.ttf
	sarabunBold []byte
)

// typeface is a font file, read once and shared by all pages.
type typeface struct {
	*font.Font
	name   string
	stem   int // the width of a vertical stem, which no table holds
	tables map[string][]byte
}

// typefaces reads the fonts: regular, then bold.
var typefaces = sync.OnceValues(func() (faces [2]*typeface, err error) {
	faces[regular] = &typeface{name: "Sarabun-Regular", stem: 80}
	faces[bold] = &typeface{name: "Sarabun-Bold", stem: 140}
	for i, file := range [2][]byte{sarabunRegular, sarabunBold} {
		if err := faces[i].read(file); err != nil {
			return faces, fmt.Errorf("paper: read font %s: %w", faces[i].name, err)
		}
	}
	return faces, nil
})

func (t *typeface) read(file []byte) error {
	loader, err := opentype.NewLoader(bytes.NewReader(file))
	if err != nil {
		return err
	}
	if t.Font, err = font.NewFont(loader); err != nil {
		return err
	}
	t.tables = map[string][]byte{}
	for _, tag := range []string{"head", "hhea", "hmtx", "loca", "glyf", "maxp", "OS/2"} {
		if t.tables[tag], err = loader.RawTable(opentype.MustNewTag(tag)); err != nil {
			return fmt.Errorf("table %s: %w", tag, err)
		}
	}
	return nil
}

// number is the 16-bit number at a place in one of the font's tables.
func (t *typeface) number(table string, offset int) int {
	return int(int16(binary.BigEndian.Uint16(t.tables[table][offset:])))
}

// em turns the font's own units into thousandths of its size.
func (t *typeface) em(units int) int {
	return units * 1000 / int(t.Upem())
}

// width is how far glyphs move the pen by themselves, in the font's own units.
// Those behind the last width of the table share it.
func (t *typeface) width(parts []part) int {
	width, last := 0, t.number("hhea", 34)-1
	for _, p := range parts {
		width += t.number("hmtx", 4*min(int(p.id), last))
	}
	return width
}

// outline is what draws a glyph; empty for a space.
func (t *typeface) outline(glyph font.GID) []byte {
	loca := t.tables["loca"]
	if binary.BigEndian.Uint16(t.tables["head"][50:]) == 0 {
		from, to := binary.BigEndian.Uint16(loca[2*glyph:]), binary.BigEndian.Uint16(loca[2*glyph+2:])
		return t.tables["glyf"][2*int(from) : 2*int(to)]
	}
	from, to := binary.BigEndian.Uint32(loca[4*glyph:]), binary.BigEndian.Uint32(loca[4*glyph+4:])
	return t.tables["glyf"][from:to]
}

// subset is a TrueType font of these glyphs, in this order. Those that are drawn
// from several of the typeface's are composed of them, and these come after them.
func (t *typeface) subset(drawn [][]part) []byte {
	drawn = slices.Clone(drawn)
	numbers := map[font.GID]int{}
	for i, parts := range slices.Backward(drawn) {
		if id, ok := single(parts); ok {
			numbers[id] = i
		}
	}
	var glyf, loca, hmtx []byte
	most := 1                         // parts of one glyph
	for i := 0; i < len(drawn); i++ { // grows on the way
		most = max(most, len(drawn[i]))
		outline := t.compose(drawn[i])
		for _, place := range components(outline) {
			id := font.GID(binary.BigEndian.Uint16(place))
			number, ok := numbers[id]
			if !ok {
				number = len(drawn)
				numbers[id] = number
				drawn = append(drawn, []part{{id: id}})
			}
			binary.BigEndian.PutUint16(place, uint16(number))
		}
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = pad(append(glyf, outline...))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(t.width(drawn[i])))
		hmtx = append(hmtx, left(outline)...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head, hhea, maxp := slices.Clone(t.tables["head"]), slices.Clone(t.tables["hhea"]), slices.Clone(t.tables["maxp"])
	put := func(place []byte, number int) { binary.BigEndian.PutUint16(place, uint16(number)) }
	binary.BigEndian.PutUint32(head[8:], 0) // the sum of the file, filled in by sfnt
	put(head[50:], 1)                       // long offsets
	put(hhea[34:], len(drawn))
	put(maxp[4:], len(drawn))
	put(maxp[10:], most*max(t.number("maxp", 6), t.number("maxp", 10))) // points of a composed glyph
	put(maxp[12:], most*max(t.number("maxp", 8), t.number("maxp", 12))) // its contours
	put(maxp[28:], max(most, t.number("maxp", 28)))                     // its parts
	put(maxp[30:], t.number("maxp", 30)+1)                              // parts of parts
	return sfnt([]table{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}})
}

// left is where an outline begins.
func left(outline []byte) []byte {
	if len(outline) == 0 {
		return []byte{0, 0}
	}
	return outline[2:4]
}

// single is the glyph that draws parts by itself, as the typeface has it.
func single(parts []part) (id font.GID, ok bool) {
	return parts[0].id, len(parts) == 1 && parts[0].x == 0 && parts[0].y == 0
}

// The flags of a component, by the names that the format gives them.
const (
	words       = 1 << 0 // offsets take two bytes each
	offsets     = 1 << 1
	scale       = 1 << 3
	more        = 1 << 5
	twoScales   = 1 << 6
	matrix      = 1 << 7
	outlineHead = 10
)

// compose is an outline that draws parts where they belong.
func (t *typeface) compose(parts []part) []byte {
	if id, ok := single(parts); ok {
		return slices.Clone(t.outline(id))
	}
	var box [4]int // left, bottom, right, top
	var body []byte
	last := 0
	for _, p := range parts {
		outline := t.outline(p.id)
		if len(outline) == 0 {
			continue
		}
		at := [2]int{p.x * int(t.Upem()) / 1000, p.y * int(t.Upem()) / 1000}
		for i := range box {
			edge := int(int16(binary.BigEndian.Uint16(outline[2+2*i:]))) + at[i%2]
			switch {
			case len(body) == 0:
				box[i] = edge
			case i < 2:
				box[i] = min(box[i], edge)
			default:
				box[i] = max(box[i], edge)
			}
		}
		last = len(body)
		for _, n := range []int{words | offsets | more, int(p.id), at[0], at[1]} {
			body = binary.BigEndian.AppendUint16(body, uint16(n))
		}
	}
	if len(body) == 0 {
		return nil
	}
	binary.BigEndian.PutUint16(body[last:], words|offsets)
	head := []byte{0xFF, 0xFF} // composed
	for _, edge := range box {
		head = binary.BigEndian.AppendUint16(head, uint16(edge))
	}
	return append(head, body...)
}

// components are the places in a composed outline that hold the number of another
// glyph; none in an outline of its own.
func components(outline []byte) [][]byte {
	if len(outline) == 0 || outline[0] < 0x80 {
		return nil
	}
	var places [][]byte
	for at, flags := outlineHead, more; flags&more != 0; {
		flags = int(binary.BigEndian.Uint16(outline[at:]))
		places = append(places, outline[at+2:at+4])
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&twoScales != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
	}
	return places
}

type table struct {
	tag   string
	bytes []byte
}

// sfnt writes a TrueType file of tables that are sorted by their tags.
func sfnt(tables []table) []byte {
	entries := bits.Len(uint(len(tables))) - 1
	reach := 16 << entries
	file := []byte{0, 1, 0, 0}
	for _, n := range []int{len(tables), reach, entries, 16*len(tables) - reach} {
		file = binary.BigEndian.AppendUint16(file, uint16(n))
	}
	start := len(file) + 16*len(tables)
	var body []byte
	head := 0
	for _, t := range tables {
		if t.tag == "head" {
			head = start + len(body)
		}
		file = append(file, t.tag...)
		file = binary.BigEndian.AppendUint32(file, sum(t.bytes))
		file = binary.BigEndian.AppendUint32(file, uint32(start+len(body)))
		file = binary.BigEndian.AppendUint32(file, uint32(len(t.bytes)))
		body = pad(append(body, t.bytes...))
	}
	file = append(file, body...)
	binary.BigEndian.PutUint32(file[head+8:], 0xB1B0AFBA-sum(file))
	return file
}

// pad fills up to whole words of four bytes.
func pad(b []byte) []byte {
	return append(b, make([]byte, -len(b)&3)...)
}

// sum adds up a table as a font file does: by words of four bytes.
func sum(data []byte) uint32 {
	var total uint32
	for i, b := range data {
		total += uint32(b) << (24 - 8*(i&3))
	}
	return total
}
