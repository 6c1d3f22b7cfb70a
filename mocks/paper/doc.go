// Package paper draws the one-page documents that insurers hand out.
//
// A Page is a value: a heading, sections of labels and values, small print, and a
// mark that says what it is not. PDF lays it out on one sheet of A4 and answers
// the same bytes for the same Page, whenever and wherever: no clock, no chance, and
// lengths are integers. Text that is too long is wrapped, then cut with an
// ellipsis; there is never a second sheet.
//
// Thai needs its vowels and tone marks placed over each other, so text is shaped
// by a port of HarfBuzz and every glyph is written where the shaper put it. Each
// glyph also carries the characters that it stands for, so that what is drawn can
// be searched, copied and extracted as it was given.
//
// It is no PDF library and no layout engine: one sheet, left to right, one
// typeface (Sarabun, under the licence beside it) for Thai and Latin. A character
// that the typeface lacks is drawn as a box.
package paper
