package allianz

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pageOf is what the document of a request prints, "label: value" by section.
func pageOf(t *testing.T, name string, edits ...edit) map[string][]string {
	t.Helper()
	c := contract{Number: "22-001-M01-000001", Issued: time.Date(2022, 6, 16, 20, 0, 0, 0, time.UTC), Policy: applied(t, sample(t, name, edits...)).policy}
	page := c.page()
	if _, err := page.PDF(); err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, section := range page.Sections {
		for _, row := range section.Rows {
			all[section.Title] = append(all[section.Title], row.Label+": "+row.Value)
		}
	}
	return all
}

func TestPage(t *testing.T) {
	want := map[string][]string{
		"กรมธรรม์": {
			"เลขที่กรมธรรม์: 22-001-M01-000001", "ประเภทการประกันภัย: ภาคสมัครใจ (VMI)", "วันเริ่มคุ้มครอง: 2022-06-17",
			"วันสิ้นสุดความคุ้มครอง: 2023-06-17", "วันที่ออกกรมธรรม์: 2022-06-17", "รูปแบบ: e-Policy",
		},
		"ผู้เอาประกันภัย": {
			"ชื่อ: ร.ต.อ.พอเพียง ไชโย", "ที่อยู่: No. 10 G Tower Rama 9, 10th Floor line2 line3 line4 96000",
			"ผู้รับประโยชน์: คุณหญิงพิมดาว มีดี", "ผู้ชำระเบี้ย: MS บีบี เอเอ",
		},
		"รถยนต์": {
			"รหัสยี่ห้อ: 39", "รหัสรุ่น: 1597", "ทะเบียน: ฟผ3234", "เลขตัวถัง: MR0GSdrdshsh72X", "ปีรุ่น: 2021", "รหัสการใช้รถ: 110", "การซ่อม: COMPANY",
		},
		"ความคุ้มครอง": {
			"แผน VMI1: 600,000.00", "ความเสียหายต่อรถยนต์: 580,000.00", "ความเสียหายส่วนแรก: 0.00",
			"ความรับผิดต่อชีวิต ร่างกาย หรืออนามัย ต่อคน: 500,000.00", "ความรับผิดต่อชีวิต ร่างกาย หรืออนามัย ต่อครั้ง: 10,000,000.00",
			"ความรับผิดต่อทรัพย์สิน ต่อครั้ง: 2,500,000.00", "อุบัติเหตุส่วนบุคคล ต่อคน: 100,000.00", "ค่ารักษาพยาบาล ต่อคน: 100,000.00",
			"การประกันตัวผู้ขับขี่: 200,000.00", "บริการช่วยเหลือฉุกเฉินบนท้องถนน: -",
		},
		"เบี้ยประกันภัย (บาท)": {
			"เบี้ยสุทธิ: 17,111.00", "ภาษีมูลค่าเพิ่ม: 1,202.60", "อากรแสตมป์: 69.00", "เบี้ยประกันภัยรวม: 18,382.60",
		},
	}
	if diff := cmp.Diff(want, pageOf(t, "issue-person")); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// A compulsory policy without a model prints none, nor a body type or an engine
// size.
func TestPageWithoutAModel(t *testing.T) {
	got := pageOf(t, "issue-cmi")
	if diff := cmp.Diff([]string{"รหัสยี่ห้อ: 39", "ทะเบียน: พบ7938", "เลขตัวถัง: 7TYSA7215687745", "รหัสการใช้รถ: 1.10"}, got["รถยนต์"]); diff != "" {
		t.Errorf("car (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"เบี้ยสุทธิ: 600.00", "ภาษีมูลค่าเพิ่ม: 42.21", "อากรแสตมป์: 3.00", "เบี้ยประกันภัยรวม: 645.21"}, got["เบี้ยประกันภัย (บาท)"]); diff != "" {
		t.Errorf("premium (-want +got):\n%s", diff)
	}
	if with := pageOf(t, "issue-cmi", edit{"/vehicle/model", "1597"})["รถยนต์"]; !slices.Contains(with, "รหัสรุ่น: 1597") {
		t.Errorf("with a model: got %v", with)
	}
}

// Of a package the caller knows the id and the price, and so does the document.
func TestPageOfAPackage(t *testing.T) {
	got := pageOf(t, "issue-package")
	if diff := cmp.Diff([]string{"แพ็กเกจ: 0Y010556", "แผน VMI1: -"}, got["ความคุ้มครอง"]); diff != "" {
		t.Errorf("cover (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"เบี้ยประกันภัยรวม: 26,611.97"}, got["เบี้ยประกันภัย (บาท)"]); diff != "" {
		t.Errorf("premium (-want +got):\n%s", diff)
	}
}

func TestEveryItemHasALabel(t *testing.T) {
	for code := range itemNames {
		if strings.TrimSpace(itemLabels[code]) == "" {
			t.Errorf("%s has no label", code)
		}
	}
}

func TestPrinted(t *testing.T) {
	for amount, want := range map[satang]string{
		0: "0.00", 5: "0.05", 99_999: "999.99", 100_000: "1,000.00", 1_234_567_89: "1,234,567.89", 99_999_999_999_999: "999,999,999,999.99",
	} {
		if got := printed(&amount); got != want {
			t.Errorf("%d satang: got %s, want %s", amount, got, want)
		}
	}
	if got := printed(nil); got != "-" {
		t.Errorf("no amount: got %s", got)
	}
}
