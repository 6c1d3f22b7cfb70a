package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// table is rows under a head, for a person.
type table struct {
	head []string
	rows [][]string
}

const gap = "  "

// text aligns the columns with blanks; the head stands out where there is colour.
// A limit above 0 is the width of the terminal: what is wider is broken between
// words, the widest column first.
func (t table) text(w io.Writer, c colours, limit int) {
	widths := make([]int, len(t.head))
	for _, row := range slices.Concat([][]string{t.head}, t.rows) {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	narrow(widths, limit-len(gap)*(len(widths)-1))
	line := func(row []string, shown func(string) string) {
		cells := make([][]string, len(row))
		height := 0
		for i, cell := range row {
			cells[i] = broken(cell, widths[i])
			height = max(height, len(cells[i]))
		}
		for at := range height {
			var b strings.Builder
			for i, part := range cells {
				cell := ""
				if at < len(part) {
					cell = part[at]
				}
				b.WriteString(shown(cell) + strings.Repeat(" ", max(widths[i]-width(cell), 0)) + gap)
			}
			fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
		}
	}
	line(t.head, func(cell string) string { return c.bold(strings.ToUpper(cell)) })
	for _, row := range t.rows {
		line(row, func(cell string) string { return cell })
	}
}

const narrowest = 12 // below it a column is not made narrower

// narrow takes from the widest column until all fit.
func narrow(widths []int, limit int) {
	total := 0
	for _, width := range widths {
		total += width
	}
	for limit > 0 && total > limit {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= narrowest {
			return
		}
		widths[widest]--
		total--
	}
}

// broken is a text in lines of at most so many cells, as far as its words allow.
func broken(text string, most int) []string {
	if width(text) <= most {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && width(line)+1+width(word) > most {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// markdown is the table as GitHub reads it.
func (t table) markdown(w io.Writer) {
	line := func(row []string) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = strings.NewReplacer("|", `\|`, "\n", " ").Replace(cell)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
	line(t.head)
	line(slices.Repeat([]string{"---"}, len(t.head)))
	for _, row := range t.rows {
		line(row)
	}
}

// width is the number of cells that a text takes on a terminal: marks above and
// below a letter take none, as in Thai.
func width(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
			n++
		}
	}
	return n
}

// colours paints for a terminal and leaves text alone anywhere else.
type colours bool

// coloursFor says whether what is written to w may be coloured: on a terminal,
// unless NO_COLOR is set (https://no-color.org).
func (p *program) coloursFor(w io.Writer) colours {
	return colours(p.terminal(w) && p.getenv("NO_COLOR") == "")
}

// terminal says whether w is a terminal that understands more than plain lines.
func (p *program) terminal(w io.Writer) bool {
	out, ok := w.(*os.File)
	return ok && term.IsTerminal(int(out.Fd())) && p.getenv("TERM") != "dumb"
}

// widthOf is how many cells wide the terminal is that w writes to; 0 where it is
// none, so that a pipe gets whole lines.
func widthOf(w io.Writer) int {
	out, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(out.Fd()))
	if err != nil {
		return 0
	}
	return width
}

func (c colours) paint(code, text string) string {
	if !c || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (c colours) bold(text string) string   { return c.paint("1", text) }
func (c colours) dim(text string) string    { return c.paint("2", text) }
func (c colours) red(text string) string    { return c.paint("31", text) }
func (c colours) green(text string) string  { return c.paint("32", text) }
func (c colours) yellow(text string) string { return c.paint("33", text) }
