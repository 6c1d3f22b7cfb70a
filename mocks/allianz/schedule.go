package allianz

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/mocks/paper"
)

// itemLabels are the usual Thai words for the cover items (inferred).
var itemLabels = map[string]string{
	codeOwnDamage:  "ความเสียหายต่อรถยนต์",
	codeDeductible: "ความเสียหายส่วนแรก",
	codeFlood:      "ความเสียหายจากน้ำท่วม",
	codePerPerson:  "ความรับผิดต่อชีวิต ร่างกาย หรืออนามัย ต่อคน",
	codePerCase:    "ความรับผิดต่อชีวิต ร่างกาย หรืออนามัย ต่อครั้ง",
	codeProperty:   "ความรับผิดต่อทรัพย์สิน ต่อครั้ง",
	codeAccident:   "อุบัติเหตุส่วนบุคคล ต่อคน",
	codeMedical:    "ค่ารักษาพยาบาล ต่อคน",
	codeBail:       "การประกันตัวผู้ขับขี่",
	codeRoadside:   "บริการช่วยเหลือฉุกเฉินบนท้องถนน",
}

var productLabels = map[string]string{productVMI: "ภาคสมัครใจ (VMI)", productCMI: "ภาคบังคับ (CMI)"}

// page is the policy's schedule. What nobody sent is not printed: a compulsory
// policy without a model prints no model, as the insurer's FAQ says. Body type
// and engine size, of which it says the same, are in no request at all.
func (c *contract) page() paper.Page {
	p := c.Policy
	return paper.Page{
		Lang:     "th-TH",
		Issuer:   "อลิอันซ์ อยุธยา ประกันภัย",
		Title:    "ตารางกรมธรรม์ประกันภัยรถยนต์",
		Subtitle: "Motor insurance policy " + c.Number,
		Created:  c.Issued,
		Sections: append([]paper.Section{
			{Title: "กรมธรรม์", Columns: 2, Rows: rows(
				"เลขที่กรมธรรม์", c.Number,
				"ประเภทการประกันภัย", productLabels[p.Product],
				"วันเริ่มคุ้มครอง", p.Start,
				"วันสิ้นสุดความคุ้มครอง", p.Expiry,
				"วันที่ออกกรมธรรม์", c.Issued.In(bangkok).Format(time.DateOnly),
				"รูปแบบ", delivery(p.Digital),
			)},
			{Title: "ผู้เอาประกันภัย", Rows: rows(
				"ชื่อ", p.Insured,
				"ที่อยู่", p.Address,
				"ผู้รับประโยชน์", p.Benefits,
				"ผู้ชำระเบี้ย", p.Pays,
			)},
			{Title: "รถยนต์", Columns: 2, Rows: rows(
				"รหัสยี่ห้อ", p.Car.Make,
				"รหัสรุ่น", p.Car.Model,
				"ทะเบียน", p.Car.Plate,
				"เลขตัวถัง", p.Car.VIN,
				"เลขเครื่องยนต์", p.Car.Engine,
				"ปีรุ่น", p.Car.Year,
				"รหัสการใช้รถ", p.Car.Usage,
				"การซ่อม", p.Car.Garage,
			)},
		}, p.sums()...),
		Small: []string{
			"เอกสารนี้จัดทำโดยระบบจำลองเพื่อการทดสอบเท่านั้น ไม่ใช่กรมธรรม์ประกันภัย และไม่มีผลผูกพันใด ๆ",
			"Made by a sandbox for tests. It is not a contract of insurance, binds nobody and was issued by no insurer.",
		},
	}
}

func delivery(digital bool) string {
	if digital {
		return "e-Policy"
	}
	return "กระดาษ"
}

// rows pairs labels with values and leaves out what has no value.
func rows(pairs ...string) []paper.Row {
	var all []paper.Row
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			all = append(all, paper.Row{Label: pairs[i], Value: pairs[i+1]})
		}
	}
	return all
}

// sums are the cover and the premium of every package.
func (p policy) sums() []paper.Section {
	var all []paper.Section
	for _, sold := range p.Packages {
		cover := paper.Section{Title: "ความคุ้มครอง", Sums: true}
		if sold.ID != "" {
			cover.Rows = append(cover.Rows, paper.Row{Label: "แพ็กเกจ", Value: sold.ID})
		}
		for _, one := range sold.Covers {
			cover.Rows = append(cover.Rows, paper.Row{Label: "แผน " + one.Code, Value: printed(one.SumInsured), Bold: true})
			for _, item := range one.CoverageItems {
				cover.Rows = append(cover.Rows, paper.Row{Label: cmp.Or(itemLabels[item.Code], item.Code), Value: printed(item.SumInsured)})
			}
		}
		price := paper.Section{Title: "เบี้ยประกันภัย (บาท)", Sums: true}
		if sold.Net != nil {
			price.Rows = append(price.Rows, paper.Row{Label: "เบี้ยสุทธิ", Value: printed(sold.Net)})
		}
		for _, one := range sold.Costs {
			price.Rows = append(price.Rows, paper.Row{Label: cmp.Or(costLabels[one.Type], one.Type), Value: printed(&one.Amount)})
		}
		price.Rows = append(price.Rows, paper.Row{Label: "เบี้ยประกันภัยรวม", Value: printed(&sold.Gross), Bold: true})
		all = append(all, cover, price)
	}
	return all
}

var costLabels = map[string]string{"VAT": "ภาษีมูลค่าเพิ่ม", "STAMP": "อากรแสตมป์"}

// printed is an amount with its thousands apart, 1,300,000.00, or a dash for none.
func printed(amount *satang) string {
	if amount == nil {
		return "-"
	}
	number := strconv.FormatInt(int64(*amount/baht), 10)
	var text strings.Builder
	for i, digit := range number {
		if i > 0 && (len(number)-i)%3 == 0 {
			text.WriteByte(',')
		}
		text.WriteRune(digit)
	}
	fmt.Fprintf(&text, ".%02d", *amount%baht)
	return text.String()
}
