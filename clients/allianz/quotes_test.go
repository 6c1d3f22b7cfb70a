package allianz_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

// sample is one file of an archive in testdata; "" if the archive has none.
func sample(tb testing.TB, archive, file string) string {
	tb.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", archive+".txtar"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range a.Files {
		if f.Name == file {
			return string(f.Data)
		}
	}
	return ""
}

// members reads JSON with every number by its text.
func members(tb testing.TB, text string) any {
	tb.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	return v
}

// kia is the car of the carrier's default samples.
func kia() allianz.Vehicle {
	return allianz.Vehicle{
		Make: "39", Model: "1597", Usage: "110",
		GarageType:                  allianz.GarageCompany,
		VehicleIdentificationNumber: "KNDJA723515687177",
		RegistrationNumber:          "กข1234", RegistrationState: "0",
		YearOfManufacture: "2022", EngineNumber: "52WVC10337",
		Color:            allianz.Color{Code: "7", Number: true},
		RegistrationType: allianz.PlateGeneral, RegistrationCountry: "THA",
	}
}

// redPlate is the car of the samples for VMI3 and CMI.
func redPlate() allianz.Vehicle {
	return allianz.Vehicle{
		Make: "39", Model: "1597", Usage: "110",
		GarageType:                  allianz.GarageUnspecified,
		VehicleIdentificationNumber: "WD33D2050426L009018",
		RegistrationNumber:          "4กฮ 2434", RegistrationState: "0",
		YearOfManufacture: "2020",
		Color:             allianz.Color{Code: "2"},
		RegistrationType:  allianz.PlateRed, RegistrationCountry: "THA",
	}
}

func packageOf(c allianz.Coverage) []allianz.ProductPackage {
	return []allianz.ProductPackage{{Name: allianz.Granular, Coverages: []allianz.Coverage{c}}}
}

func requests() map[string]allianz.QuickQuoteRequest {
	inYear := func(start, end string, code allianz.ProductCode, v allianz.Vehicle, p []allianz.ProductPackage) allianz.QuickQuoteRequest {
		return allianz.QuickQuoteRequest{PolicyStartDate: start, PolicyExpiryDate: end, ProductCode: code, Vehicle: v, ProductPackages: p}
	}
	defaults := func(code allianz.CoverageCode) allianz.QuickQuoteRequest {
		return inYear("2022-07-23", "2023-07-23", allianz.VMI, kia(), packageOf(allianz.Coverage{Name: allianz.Text(code), Code: code}))
	}

	vmi3 := defaults(allianz.VMI3)
	vmi3.Vehicle = redPlate()

	cmi := inYear("2022-07-23", "2023-07-23", allianz.CMI, redPlate(), nil)
	cmi.Vehicle.Usage, cmi.Vehicle.GarageType = "2.40A", ""

	sum := inYear("2020-05-20", "2021-05-20", allianz.VMI, redPlate(), packageOf(allianz.Coverage{
		Name: "VMI1", Code: allianz.VMI1, SumInsured: allianz.Baht(700000),
	}))
	sum.Vehicle.GarageType = allianz.GarageCompany
	sum.Vehicle.Color, sum.Vehicle.RegistrationType, sum.Vehicle.RegistrationCountry = allianz.Color{}, "", ""

	items := inYear("2019-12-25", "2020-12-25", allianz.VMI, kia(), packageOf(allianz.Coverage{
		Name: "VMI1", Code: allianz.VMI1, SumInsured: allianz.Baht(1300000),
		CoverageItems: []allianz.CoverageItem{
			{Name: "Sum Insured", Code: allianz.OwnDamage, SumInsured: allianz.Baht(1300000)},
			{Name: "Deduct Amount", Code: allianz.Deductible, SumInsured: allianz.Baht(0)},
			{Name: "TPBI/Persons", Code: allianz.InjuryPerson, SumInsured: allianz.Baht(1000000)},
			{Name: "TPBI Claims/Accident", Code: allianz.InjuryAccident, SumInsured: allianz.Baht(10000000)},
			{Name: "TPPD Claims", Code: allianz.PropertyDamage, SumInsured: allianz.Baht(2500000)},
			{Name: "RY01(PA)/Person", Code: allianz.Accident, SumInsured: allianz.Baht(100000)},
			{Name: "RY02(ME)/Person", Code: allianz.Medical, SumInsured: allianz.Baht(100000)},
			{Name: "RY03(BailBond)", Code: allianz.BailBond, SumInsured: allianz.Baht(200000)},
		},
	}))
	items.Vehicle.Model, items.Vehicle.VehicleIdentificationNumber, items.Vehicle.YearOfManufacture = "1538", "KNDJA723515686177", "2019"
	items.Vehicle.Color, items.Vehicle.RegistrationType, items.Vehicle.RegistrationCountry = allianz.Color{}, "", ""
	items.Vehicle.Owner = &allianz.Owner{BirthDate: "1987-01-01", Address: allianz.OwnerAddress{PostalCode: "10400"}}

	return map[string]allianz.QuickQuoteRequest{
		"vmi1-default":     defaults(allianz.VMI1),
		"vmi2plus-default": defaults(allianz.VMI2Plus),
		"vmi3plus-default": defaults(allianz.VMI3Plus),
		"vmi3-default":     vmi3,
		"cmi-default":      cmi,
		"vmi1-sum-insured": sum,
		"vmi1-items":       items,
	}
}

// Every request that the carrier prints is sent member for member as printed,
// and every answer that it prints is read and written again without a change.
func TestSamples(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(archives) != len(requests()) {
		t.Errorf("%d archives for %d requests", len(archives), len(requests()))
	}
	for name, request := range requests() {
		t.Run(name, func(t *testing.T) {
			var sent string
			answer := sample(t, name, "answer.json")
			if answer == "" {
				answer = smallQuote
			}
			c := open(t, func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				sent = string(body)
				return reply(200, answer), err
			})
			quote, err := c.QuickQuote(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(members(t, sample(t, name, "request.json")), members(t, sent)); diff != "" {
				t.Errorf("request (-want +sent):\n%s", diff)
			}
			if answer == smallQuote {
				return
			}
			written, err := json.Marshal(quote)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(members(t, answer), members(t, string(written))); diff != "" {
				t.Errorf("answer (-want +read):\n%s", diff)
			}
		})
	}
}

func TestQuoteFields(t *testing.T) {
	c := open(t, func(*http.Request) (*http.Response, error) {
		return reply(200, sample(t, "vmi1-default", "answer.json")), nil
	})
	quote, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
	if err != nil {
		t.Fatal(err)
	}
	cover := quote.ProductPackages[0].Coverages[0]
	premium := *quote.ProductPackages[0].Premium
	ownDamage, hasOwnDamage := cover.Item(allianz.OwnDamage)
	roadside, hasRoadside := cover.Item(allianz.Roadside)
	_, hasFlood := cover.Item(allianz.Flood)
	got := []any{
		quote.Channel, quote.Vehicle.Color, quote.Vehicle.NumberOfSeats, quote.Vehicle.Owner == nil, cover.SumInsured.String(),
		hasOwnDamage, ownDamage.SumInsured.String(), hasRoadside, roadside.SumInsured.None(), hasFlood,
		premium.Cost(allianz.VAT).String(), premium.Cost(allianz.Stamp).String(), premium.Cost("LEVY").None(),
		premium.NetPremium.String(), premium.GrossPremium.String(),
	}
	want := []any{
		"WS",
		allianz.Color{Code: "7"},
		7, true, "600000",
		true, "600000", true, true, false,
		"1308.44", "75", true,
		"18617", "20000.44",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOptionalMembers(t *testing.T) {
	bare := allianz.Vehicle{Make: "39", Usage: "1.10"}
	full := allianz.Vehicle{Make: "39", Usage: "1.10", NumberOfSeats: 7, Color: allianz.Color{Code: "<&>"}, Owner: &allianz.Owner{}}
	tests := map[string]struct {
		request allianz.QuickQuoteRequest
		want    string
	}{
		"as little as can be": {
			allianz.QuickQuoteRequest{PolicyStartDate: "2026-01-01", ProductCode: allianz.CMI, Vehicle: bare},
			`{"channel":"WS","policyStartDate":"2026-01-01","productCode":"CMI",
			  "vehicle":{"make":"39","usage":"1.10","garageType":null,"registrationNumber":"","engineNumber":"","owners":null}}`,
		},
		"the rest": {
			allianz.QuickQuoteRequest{PolicyStartDate: "2026-01-01", ProposalDate: "2025-12-01", ProductCode: allianz.CMI, Vehicle: full},
			`{"channel":"WS","policyStartDate":"2026-01-01","proposalDate":"2025-12-01","productCode":"CMI",
			  "vehicle":{"make":"39","usage":"1.10","garageType":null,"registrationNumber":"","engineNumber":"","numberOfSeats":7,"color":"<&>","owner":{}}}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var sent string
			c := open(t, func(r *http.Request) (*http.Response, error) {
				body, err := io.ReadAll(r.Body)
				sent = string(body)
				return reply(200, smallQuote), err
			})
			if _, err := c.QuickQuote(t.Context(), test.request); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(members(t, test.want), members(t, sent)); diff != "" {
				t.Errorf("request (-want +sent):\n%s", diff)
			}
		})
	}
}

func TestRequestThatCannotBeWritten(t *testing.T) {
	c := open(t, func(*http.Request) (*http.Response, error) {
		t.Error("the carrier was called")
		return nil, errors.New("not expected")
	})
	for _, code := range []string{"", "red", "{}", "1 "} {
		request := allianz.QuickQuoteRequest{Vehicle: allianz.Vehicle{Color: allianz.Color{Code: code, Number: true}}}
		if _, err := c.QuickQuote(t.Context(), request); err == nil || !strings.Contains(err.Error(), "allianz: quick quote: write request: ") {
			t.Errorf("color %q: got %v, want an error", code, err)
		}
	}
}

func TestUnknownMembersAreIgnored(t *testing.T) {
	answer := `{"new":1,"message":"ok","errors":[],"fault":null,"vehicle":{"fuelType":"PETROL","owner":{"birthDate":"1987-01-01"},"color":7},` +
		`"productPackages":[{"new":[],"premium":{"netPremium":1.0E7,"grossPremium":1,"discounts":[{"code":"PAP10","rate":10.50,"amount":10.5,"recurring":true}]}}]}`
	c := open(t, func(*http.Request) (*http.Response, error) { return reply(200, answer), nil })
	got, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := &allianz.QuickQuote{
		Vehicle: allianz.Vehicle{Owner: &allianz.Owner{BirthDate: "1987-01-01"}, Color: allianz.Color{Code: "7", Number: true}},
		ProductPackages: []allianz.ProductPackage{{Premium: &allianz.Premium{
			NetPremium: allianz.Baht(10_000_000), GrossPremium: allianz.Baht(1),
			Discounts: []allianz.Discount{{Code: "PAP10", Rate: "10.50", Amount: allianz.Satang(1050), Recurring: true}},
		}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzDecodeQuote sends any text as a good answer: what comes back is a typed
// error alone, or a whole quote that survives being written and read again.
func FuzzDecodeQuote(f *testing.F) {
	for name := range requests() {
		if answer := sample(f, name, "answer.json"); answer != "" {
			f.Add(answer)
			f.Add(answer[:len(answer)/2])
		}
	}
	for _, answer := range []string{smallQuote, "null", "[]", "{}", `{"productPackages":[null]}`, `{"vehicle":{"color":1e5,"owner":""}}`} {
		f.Add(answer)
	}
	read := func(t *testing.T, text string) (*allianz.QuickQuote, error) {
		t.Helper()
		c := open(t, func(*http.Request) (*http.Response, error) { return reply(200, text), nil })
		return c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.HasPrefix(text, "<") {
			t.Skip("sent as a page")
		}
		quote, err := read(t, text)
		if err != nil {
			_, refused := errors.AsType[*allianz.Error](err)
			_, nonsense := errors.AsType[*allianz.ProtocolError](err)
			if quote != nil || !refused && !nonsense {
				t.Fatalf("got %v beside %v", quote, err)
			}
			return
		}
		for _, p := range quote.ProductPackages {
			if p.Premium.NetPremium.None() || p.Premium.GrossPremium.None() {
				t.Fatalf("a quote without a price: %+v", p)
			}
		}
		written, err := json.Marshal(quote)
		if err != nil {
			t.Fatalf("write %+v: %v", quote, err)
		}
		again, err := read(t, string(written))
		if err != nil {
			t.Fatalf("%s cannot be read again: %v", written, err)
		}
		if diff := cmp.Diff(quote, again); diff != "" {
			t.Errorf("changed by writing (-first +again):\n%s", diff)
		}
	})
}
