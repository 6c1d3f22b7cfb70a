package bima

import (
	"bytes"
	"image/jpeg"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
)

// A rial has a thousand baisa, so amounts have three decimals; VAT is rounded to
// the baisa.
func TestBaisa(t *testing.T) {
	for amount, want := range map[baisa][2]string{
		0:         {"OMR 0.000", "OMR 0.000"},
		9:         {"OMR 0.009", "OMR 0.000"},
		10:        {"OMR 0.010", "OMR 0.001"},
		1_000:     {"OMR 1.000", "OMR 0.050"},
		78_500:    {"OMR 78.500", "OMR 3.925"},
		1_234_567: {"OMR 1234.567", "OMR 61.728"},
	} {
		if got := [2]string{amount.String(), amount.vat().String()}; got != want {
			t.Errorf("%d baisa: got %v, want %v", int64(amount), got, want)
		}
	}
}

func TestDisplayed(t *testing.T) {
	for size, want := range map[int]string{7260: "7.1KB", 384288: "375.3KB", 0: "0.0KB", 51: "0.0KB", 52: "0.1KB", 1024: "1.0KB", 1 << 20: "1024.0KB"} {
		if got := displayed(size); got != want {
			t.Errorf("%d bytes: got %s, want %s", size, got, want)
		}
	}
}

// A PDF of any size that is large enough can be read; a shorter one stays as drawn.
func TestLongerPDF(t *testing.T) {
	drawn, err := printed()[1].page(docCarReplacement).PDF()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, len(drawn) - 1, len(drawn), len(drawn) + 1} {
		if got := longerPDF(drawn, size); !bytes.Equal(got, drawn) {
			t.Errorf("%d bytes for %d: got %d", size, len(drawn), len(got))
		}
	}
	for _, size := range []int{len(drawn) + 3, len(drawn) + 100, 99_998, 99_999, 100_000, 100_001, 102_000, 384_288, 1_002_000} {
		got := longerPDF(drawn, size)
		if len(got) != size {
			t.Errorf("got %d bytes, want %d", len(got), size)
		}
		if err := api.Validate(bytes.NewReader(got), nil); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if got := longerPDF([]byte("no PDF"), 100); string(got) != "no PDF" {
		t.Errorf("got %q", got)
	}
}

func TestStamp(t *testing.T) {
	for _, size := range []int{0, 5_000, 7_260, 60_000, 1 << 20} {
		got, err := stamp(size)
		if err != nil {
			t.Fatal(err)
		}
		if wanted := size >= 5_000 && size <= 60_000; (len(got) == size) != wanted {
			t.Errorf("a stamp of %d bytes has %d", size, len(got))
		}
		if _, err := jpeg.Decode(bytes.NewReader(got)); err != nil {
			t.Errorf("a stamp of %d bytes: %v", size, err)
		}
	}
}
