package lifeishard

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// The rule that is written out agrees with the database of zones.
func TestLocalTime(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Bucharest")
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Date(1998, 1, 1, 0, 30, 0, 0, time.UTC); at.Year() < 2037; at = at.Add(59 * time.Minute) {
		if got, want := local(at).Format(time.RFC3339), at.In(zone).Format(time.RFC3339); got != want {
			t.Fatalf("%s: got %s, want %s", at, got, want)
		}
	}
}

func TestDecimal(t *testing.T) {
	tests := []struct {
		text   string
		places int
		want   int64
		ok     bool
	}{
		{"89", 2, 8900, true},
		{"438.05", 2, 43805, true},
		{"0.10", 2, 10, true},
		{"1.500", 2, 150, true},
		{"1e2", 2, 10000, true},
		{"15e-1", 2, 150, true},
		{"12", 0, 12, true},
		{"12.0", 0, 12, true},
		{"0", 0, 0, true},
		{"000", 0, 0, true},
		{"0e99", 0, 0, true},
		{"", 2, 0, false},
		{"-1", 2, 0, false},
		{"1.005", 2, 0, false},
		{"1.5", 0, 0, false},
		{"x", 0, 0, false},
		{"1e", 0, 0, false},
		{"1e999999999999", 0, 0, false},
		{"1e900", 0, 0, false},
		{"999999999999.99", 2, 99999999999999, true},
		{"1000000000000", 2, 0, false},
		{"1.2.3", 2, 0, false},
		{".", 2, 0, false},
		{"٣", 0, 0, false},
	}
	for _, tt := range tests {
		if got, ok := decimal(tt.text, tt.places); got != tt.want || ok != tt.ok {
			t.Errorf("decimal(%q, %d) = %d, %v, want %d, %v", tt.text, tt.places, got, ok, tt.want, tt.ok)
		}
	}
}

func TestAmounts(t *testing.T) {
	for amount, want := range map[cents][2]string{
		0: {"0", "0,00"}, 5: {"0.05", "0,05"}, 50: {"0.5", "0,50"}, 8900: {"89", "89,00"}, 43805: {"438.05", "438,05"}, 123456789: {"1234567.89", "1.234.567,89"},
	} {
		text, err := json.Marshal(amount)
		var back cents
		if err != nil || string(text) != want[0] || json.Unmarshal(text, &back) != nil || back != amount || amount.printed() != want[1] {
			t.Errorf("%d: got %s and %s, %v, and %d back", int64(amount), text, amount.printed(), err, back)
		}
	}
	// 89 times 4.9219 is 438.0491.
	if got := cents(8900).inLei(); got != 43805 {
		t.Errorf("89 euro are %s lei", got)
	}
	for _, n := range []int{1, 2, 4, 12} {
		var sum cents
		shares := cents(10007).shares(n)
		for _, s := range shares {
			sum += s
		}
		if len(shares) != n || sum != 10007 || shares[0]-shares[n-1] >= cents(n) || shares[0] < shares[n-1] {
			t.Errorf("%d shares: %v", n, shares)
		}
	}
}

func TestLastDay(t *testing.T) {
	for _, tt := range []struct {
		start  string
		months int
		want   string
	}{
		{"2022-09-25", 12, "2023-09-24"},
		{"2023-07-10", 12, "2024-07-09"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-01-31", 1, "2026-02-28"},
		{"2026-01-01", 12, "2026-12-31"},
		{"2026-08-31", 6, "2027-02-28"},
		{"2026-03-31", 1, "2026-04-30"},
	} {
		start, err := time.Parse(time.DateOnly, tt.start)
		if err != nil {
			t.Fatal(err)
		}
		if got := day(lastDay(start, tt.months)); got != tt.want {
			t.Errorf("%s and %d months: got %s, want %s", tt.start, tt.months, got, tt.want)
		}
	}
}

// The lists are whole: 42 counties, 102 municipalities and 6 sectors, 217 towns,
// and every country of ISO 3166. A code that stands there has its check digit.
func TestGazetteer(t *testing.T) {
	g := places()
	ranks, codes := map[int]int{}, map[int]bool{}
	sure := 0
	for _, c := range g.counties {
		if !checkDigit(c.Siruta) {
			t.Errorf("%s: %d is no code of the register", c.Name, c.Siruta)
		}
		for _, l := range g.localities[c.Code] {
			ranks[l.Rank]++
			if codes[l.Siruta] {
				t.Errorf("%s: %d stands twice", l.Name, l.Siruta)
			}
			codes[l.Siruta] = true
			if l.Siruta < notInRegister {
				sure++
				if !checkDigit(l.Siruta) {
					t.Errorf("%s: %d is no code of the register", l.Name, l.Siruta)
				}
			}
		}
	}
	if diff := cmp.Diff(map[int]int{rankMunicipality: 108, rankTown: 217}, ranks); diff != "" {
		t.Errorf("localities by rank (-want +got):\n%s", diff)
	}
	if len(g.counties) != 42 || len(g.countries) != 249 || sure < 20 {
		t.Errorf("got %d counties, %d countries, %d codes", len(g.counties), len(g.countries), sure)
	}
	if first := g.localities["CJ"][0]; first.Name != "CLUJ-NAPOCA" || first.Siruta != 54984 {
		t.Errorf("the printed town is %+v", first)
	}
}

// checkDigit says whether the last digit of a code of SIRUTA is that of the others.
func checkDigit(code int) bool {
	sum := 0
	for i, weight := range []int{1, 2, 3, 5, 7} {
		rest := code / 10
		for range i {
			rest /= 10
		}
		product := rest % 10 * weight
		for product > 9 {
			product = product/10 + product%10
		}
		sum += product
	}
	return (111-sum)%10 == code%10
}

func TestQuoted(t *testing.T) {
	tests := map[string]string{
		`{"a":1,"b":[true,false,null,-2.5e3],"c":"x 1, true: \"2\" \\","d":{},"e":[1]}`: `{"a":"1","b":["true","false",null,"-2.5e3"],"c":"x 1, true: \"2\" \\","d":{},"e":["1"]}`,
		`7`: `"7`, // a bare value is no answer
	}
	for text, want := range tests {
		got, err := quoted(json.RawMessage(text))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
}

func FuzzQuoted(f *testing.F) {
	f.Add(`{"a":1,"b":"t,1}\\\"","c":[true,[-1.5e3]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var tree any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&tree); err != nil {
			return
		}
		object, ok := tree.(map[string]any)
		if !ok {
			return
		}
		got, err := quoted(object)
		if err != nil || !json.Valid(got) {
			t.Fatalf("%s: got %s, %v", text, got, err)
		}
		var back any
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(inQuotes(tree), back); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	})
}

// inQuotes is what quoted promises, by another way.
func inQuotes(tree any) any {
	switch node := tree.(type) {
	case map[string]any:
		all := map[string]any{}
		for name, child := range node {
			all[strings.ToValidUTF8(name, "\ufffd")] = inQuotes(child)
		}
		return all
	case []any:
		all := make([]any, len(node))
		for i, child := range node {
			all[i] = inQuotes(child)
		}
		return all
	case json.Number:
		return node.String()
	case bool:
		return strconv.FormatBool(node)
	}
	return tree
}

// sample is the product of the printed request.
func sample(t testing.TB, change ...func(members)) members {
	t.Helper()
	text := `{"name":"general","liability":{"startDate":"2026-01-31","termTime":"12","installmentCount":4,"deductible":{"percent":"12"},
		"territory":{"coversWorldWide":true},"coverage":{"policyLimit":{"isIncluded":true,"value":"50000"},"moralClaims":{"isIncluded":"true","value":"5"}}},
		"customer":{"lastName":"Țîrcă","firstName":"Ștefan","taxId":"1","address":{"county":"CJ","city":"Cluj","cityCode":"54984","street":"Câmpului"}},
		"policyholder":{"businessName":"Îngrijire Ăă SRL","taxId":"2","address":{"county":"CJ","city":"Cluj","cityCode":54984,"street":"Șoseaua Mâței","floor":3}}}`
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var tree map[string]any
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(tree)
	}
	return tree
}

func TestPremium(t *testing.T) {
	limit := func(value any) func(members) {
		return func(m members) {
			m.object("liability").object("coverage").object("policyLimit")["value"] = value
		}
	}
	tests := []struct {
		name   string
		change func(members)
		load   int64
		want   cents
	}{
		{"as it is", func(members) {}, 0, 66_00}, // (20 + 40) * 1.25 * 0.88
		{"twice the limit", limit("100000"), 0, 110_00},
		{"a profession at risk", func(members) {}, 20, 77_00}, // 1.45: 76.56
		{"half a year", func(m members) { m.object("liability")["termTime"] = "6" }, 0, 33_00},
		{"no limit", limit(json.Number("0")), 0, 22_00},
		{"hardly anything", func(m members) { limit("1")(m); m.object("liability")["termTime"] = "1" }, 0, 10_00},
		{"beyond all limits", limit("999999999999.99"), 0, 880_022_00},
		{"the largest limit", limit("1000000000"), 0, 880_022_00},
	}
	for _, tt := range tests {
		if got := premium(sample(t, tt.change), tt.load); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

var (
	streamText = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)
	actualText = regexp.MustCompile(`/ActualText <FEFF([0-9A-F]*)>`)
)

// textOf is the text of a PDF, line by line.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	var all strings.Builder
	for _, stream := range streamText.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(stream[1]))
		if err != nil {
			continue
		}
		plain, err := io.ReadAll(r)
		if err != nil {
			continue
		}
		for _, line := range actualText.FindAllSubmatch(plain, -1) {
			raw, err := hex.DecodeString(string(line[1]))
			if err != nil {
				t.Fatal(err)
			}
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
			}
			all.WriteString(string(utf16.Decode(units)) + "\n")
		}
	}
	return all.String()
}

// The papers say what was agreed, in Romanian letters.
func TestPapers(t *testing.T) {
	agreed, refusal := agree(sample(t))
	if refusal != nil {
		t.Fatal(refusal)
	}
	document := "AX4984"
	o := &offer{ID: 101, Code: "XY01230123", Expires: "2026-03-02", Cover: agreed, Premium: 66_00}
	p := &policy{
		ID: 7, Series: "XX/XX", Number: 243245346, Cover: agreed, Premium: 324_85, Currency: leu,
		Payment: payment{Method: "receipt", Currency: leu, Amount: 324_85, Date: "2026-01-30", DocumentNumber: &document},
	}
	for name, want := range map[string][]string{
		"offer":   {"Ofertă de asigurare de răspundere civilă", "Țîrcă Ștefan", "Îngrijire Ăă SRL", "XY01230123", "66,00 EUR", "324,85 RON", "Șoseaua Mâței", "50.000,00", "2027-01-30", "Rata 4"},
		"policy":  {"Poliță de asigurare", "polița seria XX/XX nr. 243245346", "324,85 RON", "Rata 1"},
		"receipt": {"Chitanță", "AX4984", "324,85 RON", "Țîrcă Ștefan"},
	} {
		page := map[string]func() ([]byte, error){"offer": o.page().PDF, "policy": p.page().PDF, "receipt": p.receipt().PDF}[name]
		pdf, err := page()
		if err != nil {
			t.Fatal(err)
		}
		text := textOf(t, pdf)
		for _, one := range append(want, "SANDBOX - NOT A POLICY") {
			if !strings.Contains(text, one) {
				t.Errorf("the %s does not say %q:\n%s", name, one, text)
			}
		}
	}
}

// Whatever a stranger sends, an agreement is whole or refused.
func FuzzAgree(f *testing.F) {
	text, err := json.Marshal(sample(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add(`{"liability":{"termTime":1e9}}`)
	f.Fuzz(func(t *testing.T, text string) {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var tree map[string]any
		if err := d.Decode(&tree); err != nil {
			return
		}
		agreed, refusal := agree(tree)
		if refusal != nil {
			if len(refusal.Violations) == 0 || len(textsOf(refusal.Violations, true)) == 0 {
				t.Errorf("a refusal without texts: %+v", refusal)
			}
			return
		}
		price := premium(tree, 20)
		if price < least || price%100 != 0 {
			t.Errorf("it costs %s", price)
		}
		var sum cents
		plan := agreed.plan(price)
		for _, part := range plan {
			sum += part.Amount
		}
		if sum != price || len(plan) != agreed.Installments || agreed.End < agreed.Start {
			t.Errorf("%+v costs %s in %v", agreed, price, plan)
		}
		if _, err := (&offer{Cover: agreed, Premium: price}).page().PDF(); err != nil {
			t.Error(err)
		}
	})
}
