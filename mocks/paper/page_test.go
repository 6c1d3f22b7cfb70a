package paper_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks/paper"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var bangkok = time.FixedZone("Bangkok", 7*60*60)

// policy is a page like those that an insurer in Thailand hands out.
func policy() paper.Page {
	return paper.Page{
		Lang:     "th-TH",
		Issuer:   "บริษัท ตัวอย่าง ประกันภัย จำกัด (มหาชน)",
		Title:    "ตารางกรมธรรม์ประกันภัยรถยนต์",
		Subtitle: "Motor insurance policy 26-001-M01-000123",
		Created:  time.Date(2026, 3, 1, 9, 0, 0, 0, bangkok),
		Sections: []paper.Section{
			{Title: "กรมธรรม์ / Policy", Columns: 2, Rows: []paper.Row{
				{Label: "เลขที่กรมธรรม์", Value: "26-001-M01-000123", Bold: true},
				{Label: "สถานะ", Value: "SUCCESS"},
				{Label: "วันเริ่มคุ้มครอง", Value: "1 มีนาคม 2569"},
				{Label: "วันสิ้นสุด", Value: "1 มีนาคม 2570"},
			}},
			{Title: "ผู้เอาประกันภัย / Insured", Rows: []paper.Row{
				{Label: "ชื่อ", Value: "นางสาวปิ่นแก้ว น้ำเพชร"},
				{Label: "ที่อยู่", Value: "88/8 หมู่ที่ 9 ถนนพระรามที่ 4 แขวงปทุมวัน เขตปทุมวัน กรุงเทพฯ 10330 ใกล้กับสี่แยกที่มีน้ำท่วมขังอยู่เป็นประจำในฤดูฝนของทุกปีและเชื่อมต่อกับทางด่วนขั้นที่สองฝั่งตะวันตก"},
				{Label: "โทรศัพท์", Value: "0812345678"},
			}},
			{Title: "รถยนต์ / Vehicle", Columns: 2, Rows: []paper.Row{
				{Label: "ยี่ห้อ / รุ่น", Value: "TOYOTA YARIS ATIV 1.2"},
				{Label: "ทะเบียน", Value: "1กก 1234 กรุงเทพมหานคร"},
				{Label: "เลขตัวถัง", Value: "MR053HY9305000001"},
				{Label: "ปีรุ่น", Value: "2024"},
			}},
			{Title: "ความคุ้มครอง / Cover", Sums: true, Rows: []paper.Row{
				{Label: "ความรับผิดต่อชีวิต ร่างกาย หรืออนามัย ต่อคน", Value: "1,000,000.00"},
				{Label: "ความรับผิดต่อทรัพย์สิน ต่อครั้ง", Value: "2,500,000.00"},
				{Label: "น้ำท่วม", Value: "550,000.00"},
				{Label: "เบี้ยประกันภัยรวม", Value: "17,900.00 ฿", Bold: true},
			}},
		},
		Small: []string{
			"เอกสารนี้จัดทำโดยระบบจำลองเพื่อการทดสอบเท่านั้น ไม่ใช่กรมธรรม์ประกันภัย และไม่มีผลผูกพันใด ๆ ต่อผู้ใด",
			"This document was made by a sandbox for tests. It is not a contract of insurance and binds nobody.",
		},
	}
}

// offer is a page in Romanian.
func offer() paper.Page {
	return paper.Page{
		Lang:   "ro-RO",
		Mark:   "SANDBOX - NU ESTE O POLIȚĂ",
		Issuer: "Asigurătorul Țării",
		Title:  "Ofertă de asigurare obligatorie RCA",
		Sections: []paper.Section{
			{Title: "Asigurat", Rows: []paper.Row{
				{Label: "Nume", Value: "Ștefan Țărână-Brâncuși"},
				{Label: "Domiciliu", Value: "Șoseaua Ștefan cel Mare nr. 24\nsector 2, București, România"},
				{Value: "Fără etichetă, valoarea ocupă toată lățimea rândului; când este lungă, trece pe rândul următor, așa cum trebuie."},
			}},
			{Title: "Prime", Sums: true, Rows: []paper.Row{{Label: "Total", Value: "1.357,56 lei", Bold: true}}},
		},
	}
}

// page is a page with one value.
func page(value string) paper.Page {
	return paper.Page{Sections: []paper.Section{{Title: "-", Rows: []paper.Row{{Label: "-", Value: value}}}}}
}

func draw(tb testing.TB, p paper.Page) []byte {
	tb.Helper()
	file, err := p.PDF()
	if err != nil {
		tb.Fatal(err)
	}
	return file
}

func TestText(t *testing.T) {
	tests := []struct {
		name string
		page paper.Page
	}{
		{"policy", policy()},
		{"offer", offer()},
		{"empty", paper.Page{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := draw(t, tt.page)
			if len(file) > 40_000 {
				t.Errorf("%d bytes", len(file))
			}
			var got strings.Builder
			for _, l := range readPDF(t, file).lines {
				fmt.Fprintf(&got, "%5.1f %5.1f  %s\n", l.glyphs[0].x, l.glyphs[0].y, l.text)
			}
			golden := filepath.Join("testdata", tt.name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("text drawn (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMetadata(t *testing.T) {
	tests := []struct {
		name                         string
		page                         paper.Page
		lang, title, author, created string
	}{
		{"policy", policy(), "th-TH", "ตารางกรมธรรม์ประกันภัยรถยนต์", "บริษัท ตัวอย่าง ประกันภัย จำกัด (มหาชน)", "D:20260301020000Z"},
		{"offer", offer(), "ro-RO", "Ofertă de asigurare obligatorie RCA", "Asigurătorul Țării", ""},
		{"broken title", paper.Page{Title: " (a\n) \x00\\ \xff"}, "", "(a ) \\ \uFFFD", "", ""},
		{"far future", paper.Page{Created: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)}, "", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := readPDF(t, draw(t, tt.page))
			text := func(key string) string {
				if _, ok := r.info.Find(key); !ok {
					return ""
				}
				s, err := r.context.DereferenceText(r.info[key])
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			lang := ""
			if r.context.RootDict["Lang"] != nil {
				lang, _ = r.context.DereferenceText(r.context.RootDict["Lang"])
			}
			got := []string{lang, text("Title"), text("Author"), text("CreationDate")}
			if diff := cmp.Diff([]string{tt.lang, tt.title, tt.author, tt.created}, got); diff != "" {
				t.Errorf("language, title, author, creation (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLang(t *testing.T) {
	for lang, ok := range map[string]bool{
		"": true, "th": true, "th-TH": true, "ro-RO": true, "zh-Hant-TW": true,
		"t": false, "th_TH": false, "th-": false, ")": false, "th-TH) /X (": false, "th\n": false, "ไทย": false,
	} {
		if _, err := (paper.Page{Lang: lang}).PDF(); (err == nil) != ok {
			t.Errorf("language %q: got error %v, want one: %t", lang, err, !ok)
		}
	}
}

func TestMarked(t *testing.T) {
	for _, tt := range []struct{ mark, want string }{
		{"", "SANDBOX - NOT A POLICY"},
		{" \u200B\n", "SANDBOX - NOT A POLICY"},
		{"\u034F", "SANDBOX - NOT A POLICY"},
		{"SPECIMEN", "SPECIMEN"},
		{strings.Repeat("S", 2000), strings.Repeat("S", 88) + "…"},
	} {
		lines := readPDF(t, draw(t, paper.Page{Mark: tt.mark})).lines
		if lines[0].text != tt.want || lines[1].text != tt.want {
			t.Errorf("mark %.20q: across the page %q, on top %q, want %q", tt.mark, lines[0].text, lines[1].text, tt.want)
		}
		if lines[0].actual != "" {
			t.Errorf("mark %.20q: it is extracted twice", tt.mark)
		}
	}
}

func TestSamePageSameBytes(t *testing.T) {
	want := draw(t, policy())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := policy().PDF()
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("other bytes the next time (error %v)", err)
			}
		})
	}
	all.Wait()
	other := policy()
	other.Created = other.Created.Add(time.Second)
	one, two := readPDF(t, want).context.ID, readPDF(t, draw(t, other)).context.ID
	if cmp.Equal(one, two) {
		t.Errorf("pages of two moments are both called %v", one)
	}
}

// Poppler sorts characters by where they are drawn, so it is the reader that most
// easily takes Thai apart.
func TestExtractedByPoppler(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed")
	}
	for _, p := range []paper.Page{policy(), offer()} {
		file := filepath.Join(t.TempDir(), "page.pdf")
		if err := os.WriteFile(file, draw(t, p), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), tool, "-raw", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(strings.Fields(string(out)), "")
		for _, section := range p.Sections {
			for _, row := range section.Rows {
				for _, want := range []string{row.Label, row.Value} {
					if !strings.Contains(got, strings.Join(strings.Fields(want), "")) {
						t.Errorf("%q is not in what pdftotext reads:\n%s", want, out)
					}
				}
			}
		}
		if n := strings.Count(got, "SANDBOX"); n != 1 {
			t.Errorf("the mark is read %d times", n)
		}
	}
}
