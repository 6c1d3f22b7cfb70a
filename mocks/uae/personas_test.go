package uae

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/big"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brianvoe/gofakeit/v7"
	"github.com/google/go-cmp/cmp"
)

// seeded makes generators as a world with a seed does.
func seeded(seed uint64) maker {
	return func(key ...string) *gofakeit.Faker {
		h := fnv.New64a()
		for _, part := range key {
			_, _ = h.Write([]byte(part))
			_, _ = h.Write([]byte{0})
		}
		return gofakeit.NewFaker(rand.NewPCG(seed, h.Sum64()), false)
	}
}

var someDays = []time.Time{
	time.Date(2026, 3, 2, 9, 0, 0, 0, gulf), time.Date(2024, 2, 29, 0, 0, 0, 0, gulf), time.Date(2027, 1, 1, 0, 0, 0, 0, gulf),
	time.Date(2024, 7, 1, 0, 0, 0, 0, gulf), time.Date(2040, 12, 31, 23, 59, 59, 0, gulf),
}

// eachPersona calls a test for every persona under many seeds and days.
func eachPersona(t *testing.T, do func(t *testing.T, today time.Time, p person, made persona, policies []policy)) {
	t.Helper()
	for _, today := range someDays {
		for seed := range uint64(40) {
			for _, p := range people {
				made, policies := p.persona(seeded(seed), today)
				t.Run(fmt.Sprintf("%s/%d/%s", days(today), seed, p.id), func(t *testing.T) { do(t, today, p, made, policies) })
				if t.Failed() {
					return
				}
			}
		}
	}
}

// twice9 doubles a digit and adds its digits, by table: another way than the
// generator's.
var twice9 = [10]int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}

func validEmiratesID(number string) bool {
	digits := strings.ReplaceAll(number, "-", "")
	if len(digits) != 15 || !strings.HasPrefix(digits, "784") {
		return false
	}
	sum := 0
	for i, c := range digits {
		d := int(c - '0')
		if i%2 == 1 { // of 15 digits, every second from the left
			d = twice9[d]
		}
		sum += d
	}
	return sum%10 == 0
}

func validIBAN(text string) bool {
	var digits strings.Builder
	for _, c := range text[4:] + text[:4] {
		if c >= 'A' {
			fmt.Fprint(&digits, int(c-'A')+10)
		} else {
			digits.WriteRune(c)
		}
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && n.Mod(n, big.NewInt(97)).Int64() == 1
}

// vinTable is how ISO 3779's North American check reads the letters.
var vinTable = map[byte]int{
	'A': 1, 'B': 2, 'C': 3, 'D': 4, 'E': 5, 'F': 6, 'G': 7, 'H': 8, 'J': 1, 'K': 2, 'L': 3, 'M': 4, 'N': 5, 'P': 7, 'R': 9,
	'S': 2, 'T': 3, 'U': 4, 'V': 5, 'W': 6, 'X': 7, 'Y': 8, 'Z': 9,
}

func validVIN(number string) bool {
	if len(number) != 17 {
		return false
	}
	sum := 0
	for i, weight := range []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
		value, letter := vinTable[number[i]]
		if !letter {
			if number[i] < '0' || number[i] > '9' {
				return false
			}
			value = int(number[i] - '0')
		}
		sum += value * weight
	}
	return "0123456789X"[sum%11] == number[8]
}

// The judges themselves know good from bad.
func TestJudgesOfNumbers(t *testing.T) {
	for _, test := range []struct {
		name string
		got  bool
		want bool
	}{
		{"a printed IBAN", validIBAN("SA4420000001234567891234"), true},
		{"the usual Emirati sample", validIBAN("AE070331234567890123456"), true},
		{"a digit off", validIBAN("AE070331234567890123457"), false},
		{"the usual VIN sample", validVIN("1M8GDM9AXKP042788"), true},
		{"seventeen ones", validVIN("11111111111111111"), true},
		{"a VIN a letter off", validVIN("1M8GDM9AXKP042789"), false},
		{"a VIN with an O", validVIN("1M8GDM9AXKPO42788"), false},
		{"an Emirates id", validEmiratesID("784-1234-1234567-" + fmt.Sprint(luhn("78412341234567"))), true},
		{"the next check digit", validEmiratesID("784-1234-1234567-" + fmt.Sprint((luhn("78412341234567")+1)%10)), false},
		{"a known number of Luhn's", luhn("7992739871") == 3, true},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, test.got, test.want)
		}
	}
}

var (
	eidText   = regexp.MustCompile(`^784-[0-9]{4}-[0-9]{7}-[0-9]$`)
	phoneText = regexp.MustCompile(`^971[0-9]{8,9}$`)
	plateText = regexp.MustCompile(`^[1-9][0-9]{0,4}$`)
	aeText    = regexp.MustCompile(`^AE[0-9]{21}$`)
)

func TestPersonasAreValid(t *testing.T) {
	eachPersona(t, func(t *testing.T, today time.Time, p person, made persona, policies []policy) {
		if papers := made.Customer.IdentityInformation; papers != nil {
			if id := papers.EidNumber; !eidText.MatchString(id) || !validEmiratesID(id) || id[4:8] != p.born[:4] {
				t.Errorf("Emirates id %s of somebody born on %s", id, p.born)
			}
			inOrder(t, p.born, papers.UaeDrivingLicenseIssueDate)
			inOrder(t, papers.PassportIssueDate, days(today), papers.PassportExpiryDate)
			inOrder(t, days(today), papers.EidExpiryDate)
			if (p.nationality == "AE") != (papers.VisaNumber == "") {
				t.Errorf("a national of %s has the visa %q", p.nationality, papers.VisaNumber)
			}
			if papers.VisaNumber != "" {
				inOrder(t, papers.VisaIssueDate, days(today), papers.VisaExpiryDate)
			}
		} else if p.id != hamadID {
			t.Error("no papers")
		}
		for _, way := range made.Customer.CommunicationPreferences {
			if !phoneText.MatchString(way.PhoneNumber) {
				t.Errorf("telephone %s", way.PhoneNumber)
			}
		}
		switch a := made.Account; {
		case p.id == hamadID:
			if a != hamadAccount || !validIBAN(a.Identification) {
				t.Errorf("got the account %+v, want the printed one", a)
			}
		case a.SchemeName == "IBAN":
			if !aeText.MatchString(a.Identification) || !validIBAN(a.Identification) {
				t.Errorf("IBAN %s", a.Identification)
			}
		}
		if want := len(p.cars); len(policies) != want || len(made.Policies) != want {
			t.Errorf("got %d policies and %d ids of %d cars", len(policies), len(made.Policies), want)
		}
		for i, one := range policies {
			if one.Persona != p.id || made.Policies[i] != one.ID {
				t.Errorf("policy %d is %s of %s, and listed as %s", i, one.ID, one.Persona, made.Policies[i])
			}
			validPolicy(t, today, p.cars[i], one)
		}
	})
}

func validPolicy(t *testing.T, today time.Time, c car, p policy) {
	t.Helper()
	v := p.Product.InsuredVehicle
	if !validVIN(v.VehicleIdentificationNumber) {
		t.Errorf("VIN %s", v.VehicleIdentificationNumber)
	}
	if p.ID != hamadPolicy && !slices.Contains(plateCodes[v.TrafficCodeIssuingEmirate], v.PlateCode) || !plateText.MatchString(v.PlateNumber) {
		t.Errorf("plate %q %q of %s", v.PlateCode, v.PlateNumber, v.TrafficCodeIssuingEmirate)
	}
	terms := p.Product.Policy
	inOrder(t, terms.IssueDateTime, terms.CoverageStartDate, terms.CoverageEndDate)
	if terms.ExpiryDateTime != terms.CoverageEndDate {
		t.Errorf("expires on %s, covers to %s", terms.ExpiryDateTime, terms.CoverageEndDate)
	}
	if c.ended {
		inOrder(t, terms.CoverageEndDate, days(today))
	} else {
		inOrder(t, terms.CoverageStartDate, days(today), terms.CoverageEndDate)
	}
	if before := terms.PreviousPolicyInformation; before != nil {
		inOrder(t, before.PolicyStartDate, before.PolicyExpiryDate, terms.CoverageStartDate)
	}
	if v.PurchaseDate != "" {
		inOrder(t, v.PurchaseDate, v.RegistrationDate)
	}
	last := days(today)
	for _, one := range p.Transactions.Claims {
		inOrder(t, terms.CoverageStartDate, one.ClaimDate, last)
		last = one.ClaimDate
	}
	validSums(t, p.Transactions)
}

// validSums adds up the claims once more.
func validSums(t *testing.T, made transactions) {
	t.Helper()
	cents := func(a amount) int64 {
		r, ok := new(big.Rat).SetString(a.Amount.String())
		if !ok || a.Currency != "AED" {
			t.Errorf("amount %+v", a)
			return 0
		}
		r.Mul(r, big.NewRat(100, 1))
		if !r.IsInt() || r.Sign() < 0 {
			t.Errorf("amount %+v", a)
		}
		return r.Num().Int64()
	}
	var all, approved, count int64
	for _, one := range made.Claims {
		all += cents(one.ClaimAmount)
		if one.Status != "Rejected" {
			approved += cents(one.ClaimAmount)
			count++
		}
	}
	if summary := made.TwelveMonthClaimSummary; summary != nil && summary.TotalClaimsAmount != nil {
		got := [4]int64{int64(summary.NumberClaims), int64(*summary.NumberApprovedClaims), cents(*summary.TotalClaimsAmount), cents(*summary.TotalApprovedClaimsAmount)}
		if want := [4]int64{int64(len(made.Claims)), count, all, approved}; got != want {
			t.Errorf("the claims sum up to %v, want %v", got, want)
		}
	} else if len(made.Claims) > 0 {
		t.Error("claims without a summary")
	}
	if premium, rest := cents(made.PolicyPremiumValue), cents(made.OutstandingPremiumBalance); rest >= premium || premium < 50_000 {
		t.Errorf("of a premium of %d, %d are owed", premium, rest)
	}
}

// inOrder wants calendar days, none before the one to its left.
func inOrder(t *testing.T, dates ...string) {
	t.Helper()
	for _, date := range dates {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			t.Errorf("%q is no day", date)
		}
	}
	if !slices.IsSorted(dates) {
		t.Errorf("%v are not in order", dates)
	}
}

// Enough personas have several policies, and no two share an id.
func TestPersonasAreMany(t *testing.T) {
	several, ids := 0, map[string]string{}
	for _, p := range people {
		made, policies := p.persona(seeded(1), someDays[0])
		if len(policies) > 1 {
			several++
		}
		for _, id := range append(slices.Clone(made.Policies), made.Customer.CustomerID, p.id) {
			if owner, taken := ids[id]; taken {
				t.Errorf("%s is an id of %s and of %s", id, owner, p.id)
			}
			ids[id] = p.id
		}
	}
	if several < 6 {
		t.Errorf("got %d personas with several policies, want 6 or more", several)
	}
}

// The customer of the examples is there under every seed, and the others grow from
// the seed alone.
func TestPersonasGrowFromTheSeed(t *testing.T) {
	for _, p := range people {
		first, policies := p.persona(seeded(1), someDays[0])
		again, policiesAgain := p.persona(seeded(1), someDays[0])
		if diff := cmp.Diff([]any{first, policies}, []any{again, policiesAgain}); diff != "" {
			t.Errorf("%s differs from herself:\n%s", p.id, diff)
		}
		other, _ := p.persona(seeded(2), someDays[0])
		if same := cmp.Equal(first, other); same && p.id != hamadID {
			t.Errorf("%s is the same under another seed", p.id)
		}
		if p.id == hamadID && (other.Customer.CustomerID != hamadCustomer || other.Policies[0] != hamadPolicy) {
			t.Errorf("got %s with %s, want the printed ids", other.Customer.CustomerID, other.Policies[0])
		}
	}
}

// Every member that may be missing is there with somebody, and missing with
// somebody else, under any seed.
func TestEveryMemberIsSeenAndMissed(t *testing.T) {
	for seed := range uint64(20) {
		seen, missed := map[string]bool{}, map[string]bool{}
		for _, p := range people {
			made, policies := p.persona(seeded(seed), someDays[0])
			look(reflect.ValueOf(made.Customer), "Customer", seen, missed)
			look(reflect.ValueOf(made.Account), "Account", seen, missed)
			for _, one := range policies {
				look(reflect.ValueOf(one.Product), "Product", seen, missed)
				look(reflect.ValueOf(one.Transactions), "Transactions", seen, missed)
			}
		}
		for path := range missed {
			// The copy of the licence is drawn when it is read.
			if !seen[path] && path != "Customer.IdentityInformation.MulkiyaCard" {
				t.Errorf("seed %d: nobody has %s", seed, path)
			}
		}
		if len(missed) < 40 {
			t.Errorf("seed %d: only %d members are ever missing", seed, len(missed))
		}
	}
}

// look notes which optional members of a value are there.
func look(v reflect.Value, path string, seen, missed map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			look(v.Elem(), path, seen, missed)
		}
	case reflect.Slice:
		for i := range v.Len() {
			look(v.Index(i), path, seen, missed)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			here := path + "." + field.Name
			if strings.Contains(field.Tag.Get("json"), "omit") {
				if v.Field(i).IsZero() {
					missed[here] = true
				} else {
					seen[here] = true
				}
			}
			look(v.Field(i), here, seen, missed)
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, test := range []struct {
		hundredths int
		want       json.Number
	}{{0, "0"}, {100, "1"}, {105, "1.05"}, {460_000, "4600"}, {9, "0.09"}, {249, "2.49"}} {
		if got := decimal(test.hundredths); got != test.want {
			t.Errorf("%d: got %s, want %s", test.hundredths, got, test.want)
		}
	}
}
