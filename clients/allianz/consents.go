package allianz

// ConsentType is what a customer consents to.
type ConsentType string

// The three consents. A contract needs all of them; the first two must be given,
// the third may be withheld.
const (
	ConsentSanctions   ConsentType = "SANCTION_COUNTRY"
	ConsentInformation ConsentType = "INFORMATION"
	ConsentMarketing   ConsentType = "MARKETING"
)

// Consent is a customer's answer to one consent. Group and date may be missing and are then not sent.
type Consent struct {
	ConsentGroup   string      `json:"consentGroup,omitempty"`
	ConsentType    ConsentType `json:"consentType"`
	HasAccepted    bool        `json:"hasAccepted"`
	AcceptanceDate string      `json:"acceptanceDate,omitempty"` // yyyy-mm-dd
}

// ThreeConsents is the consents of a customer who gave those two that a contract
// cannot be without, and who did or did not agree to marketing. The date is
// yyyy-mm-dd, or "" for none. Show the customer [Consents] before.
func ThreeConsents(date string, marketing bool) []Consent {
	return []Consent{
		{ConsentType: ConsentSanctions, HasAccepted: true, AcceptanceDate: date},
		{ConsentType: ConsentInformation, HasAccepted: true, AcceptanceDate: date},
		{ConsentType: ConsentMarketing, HasAccepted: marketing, AcceptanceDate: date},
	}
}

// Language is a language that the consents are printed in.
type Language string

// The carrier's languages.
const (
	Thai    Language = "th"
	English Language = "en"
)

// ConsentText is the wording of a consent, to be shown to the customer as it is.
type ConsentText struct {
	Type     ConsentType
	Text     string
	Required bool // the carrier issues nothing without it
}

// Consents is the wordings that the carrier's page prints, in the order of
// [ThreeConsents]; nil in a language that it does not print.
func Consents(l Language) []ConsentText {
	texts, ok := consentTexts[l]
	if !ok {
		return nil
	}
	return []ConsentText{
		{ConsentSanctions, texts.sanctions, true},
		{ConsentInformation, texts.information, true},
		{ConsentMarketing, texts.marketing, false},
	}
}

// consentTexts is printed under Consent Details; the English is the carrier's own, word for word.
var consentTexts = map[Language]struct{ sanctions, information, marketing string }{
	Thai: {
		sanctions:   "ผู้เอาประกันภัยและผู้รับประโยชน์/ ผู้ชำระเบี้ย ไม่มีความสัมพันธ์ ไม่ว่าทางตรงหรือทางอ้อม กับประเทศอิหร่าน เกาหลีเหนือ รัสเซีย ซีเรีย ในทุกประการ",
		information: "ข้าพเจ้ารับทราบว่า ข้อมูลส่วนบุคคลของข้าพเจ้าได้รับการเก็บรวบรวม ใช้ และเปิดเผย ตามคำชี้แจงเกี่ยวกับข้อมูลส่วนบุคคลของบริษัท",
		marketing:   "ข้าพเจ้ายินยอมให้บริษัทจัดเก็บรวบรวม ใช้และเปิดเผยข้อมูลส่วนบุคคลของข้าพเจ้าเพื่อประชาสัมพันธ์ วิเคราะห์การตลาด และนำเสนอหรือให้ข้อมูลที่เกี่ยวข้องกับผลิตภัณฑ์ การให้บริการหรือสิทธิประโยชน์ต่างๆ ของบริษัทหรือบริษัทในกลุ่มอลิอันซ์ หรือคู่สัญญาของบริษัท",
	},
	English: {
		sanctions:   "The insured and the beneficiaries / payers do not directly and indirectly involve in with Iran, North Korea, Russia or Syria in all respects",
		information: "I hereby acknowledge that the collection, use, and, disclosure of my personal data are bound by the Privacy Notice of Allianz Ayudhya General Insurance Public Company Limited",
		marketing:   "I hereby consent to the Company on the collection, use, and disclosure of my personal data for the purposes of communications, market research, and offer or providing information on products and services or any privilege of the Company, other Allianz Group companies, or contracting parties.",
	},
}
