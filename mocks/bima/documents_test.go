package bima_test

import (
	"bytes"
	"image/jpeg"
	"mime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
)

func download(t *testing.T, base string, d shared) answer {
	t.Helper()
	return get(t, base+query(t, query(t, printedPDF, "id", d.SharedCode), "refID", d.RefID), "")
}

// Every file is what its list says, and can be read as what it is.
func TestFiles(t *testing.T) {
	s := start(t)
	w := world(t, s)
	mine := look(t, s.URL, issuedContact)
	advance(t, w, 24*time.Hour)
	all := append(documents(t, s.URL, mine.ReferenceNo), documents(t, s.URL, "cc266b33-f6b9-47e3-ae71-4957e112a04f")...)
	if len(all) != 4 {
		t.Fatalf("got %d documents", len(all))
	}
	for _, d := range all {
		got := download(t, s.URL, d)
		if got.status != 200 || got.header.Get("Content-Type") != d.FileContentType || len(got.body) != d.FileSize || got.header.Get("Content-Length") != strconv.Itoa(d.FileSize) {
			t.Errorf("%s: got %d %s of %d bytes, want %s of %d", d.FileName, got.status, got.header.Get("Content-Type"), len(got.body), d.FileContentType, d.FileSize)
		}
		if _, named, err := mime.ParseMediaType(got.header.Get("Content-Disposition")); err != nil || named["filename"] != d.FileName || !strings.HasSuffix(d.FileName, d.FileExtension) {
			t.Errorf("%s: it is called %v, %v", d.FileName, named, err)
		}
		if again := download(t, s.URL, d); again.body != got.body {
			t.Errorf("%s: a second download differs", d.FileName)
		}
		if d.FileContentType == "image/jpeg" {
			if seal, err := jpeg.Decode(strings.NewReader(got.body)); err != nil || seal.Bounds().Dx() != 96 {
				t.Errorf("%s: %v", d.FileName, err)
			}
			continue
		}
		if err := api.Validate(bytes.NewReader([]byte(got.body)), nil); err != nil {
			t.Errorf("%s: %v", d.FileName, err)
		}
		if pages, err := api.PageCount(bytes.NewReader([]byte(got.body)), nil); err != nil || pages != 1 {
			t.Errorf("%s: got %d pages, %v", d.FileName, pages, err)
		}
	}
	wantKept(t, w)
}
