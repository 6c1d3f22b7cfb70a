package contracts

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func providerEchoed(x *Exchange) error {
	ask, answer, ok := lifeishardYes(x)
	if !ok {
		return errBeside
	}
	data := member(answer, "data")
	var all []error
	asked, got := member(member(member(ask, "provider"), "organization"), "businessName"), member(member(data, "provider"), "organization")
	if member(got, "businessName") != asked {
		all = append(all, differ("/data/provider/organization", got, "businessName", shorten(asked)))
	}
	if product := member(data, "product"); member(product, "name") != member(member(ask, "product"), "name") {
		all = append(all, differ("/data/product", product, "name", shorten(member(member(ask, "product"), "name"))))
	}
	return errors.Join(all...)
}

// liabilityOf is the cover that a request asks for.
func liabilityOf(ask any) any { return member(member(ask, "product"), "liability") }

func startEchoed(x *Exchange) error {
	return onSold(x, func(ask any, at string, one any) error {
		if want := member(liabilityOf(ask), "startDate"); member(one, "startDate") != want {
			return differ(at, one, "startDate", shorten(want))
		}
		return nil
	})
}

// coverEnds knows the term of an offer from its request. That of a policy is not
// in its own, and any of 1 to 12 months will do.
func coverEnds(x *Exchange) error {
	return onSold(x, func(ask any, at string, one any) error {
		start, err := time.Parse(time.DateOnly, text(one, "startDate"))
		if err != nil {
			return errBeside
		}
		first, last := 1, 12
		if asked := liabilityOf(ask); asked != nil {
			term, err := strconv.Atoi(plain(member(asked, "termTime")))
			if err != nil || term < 1 || term > 12 {
				return errBeside
			}
			first, last = term, term
		}
		want := ""
		for months := first; months <= last; months++ {
			if want = endOf(start, months); want == text(one, "endDate") {
				return nil
			}
		}
		return differ(at, one, "endDate", want)
	})
}

// endOf is the day before a day, months later; the end of the month where that
// has no such day.
func endOf(start time.Time, months int) string {
	again := time.Date(start.Year(), start.Month()+time.Month(months), start.Day(), 0, 0, 0, 0, time.UTC)
	if again.Day() != start.Day() {
		again = time.Date(start.Year(), start.Month()+time.Month(months+1), 1, 0, 0, 0, 0, time.UTC)
	}
	return again.Add(-24 * time.Hour).Format(time.DateOnly)
}

func offerCurrencies(x *Exchange) error {
	return onSold(x, func(_ any, at string, one any) error {
		var all []error
		if text(one, "currency") != "EUR" {
			all = append(all, differ(at, one, "currency", "EUR"))
		}
		if rate := member(one, "exchangeRate"); text(rate, "currency") != "RON" {
			all = append(all, differ(at+"/exchangeRate", rate, "currency", "RON"))
		}
		return errors.Join(all...)
	})
}

var rateText = regexp.MustCompile(`^[0-9]{1,6}([.][0-9]{1,8})?$`)

func premiumInLei(x *Exchange) error {
	return onSold(x, func(_ any, at string, one any) error {
		exchange := member(one, "exchangeRate")
		premium, ok1 := hundredths(member(one, "premiumAmount"))
		amount, ok2 := hundredths(member(exchange, "amount"))
		text := plain(member(exchange, "exchangeRate"))
		if !ok1 || !ok2 || !rateText.MatchString(text) {
			return errBeside
		}
		rate, _ := new(big.Rat).SetString(text)
		exact := rate.Mul(rate, big.NewRat(premium, 1))
		half := exact.Add(exact, big.NewRat(1, 2)) // then down
		want := new(big.Int).Quo(half.Num(), half.Denom()).Int64()
		if amount == want {
			return nil
		}
		return differ(at+"/exchangeRate", exchange, "amount", baht(want))
	})
}

func amountsInCents(x *Exchange) error {
	return onSold(x, func(_ any, at string, one any) error {
		var all []error
		judge := func(at string, tree any, name string) {
			value := plain(member(tree, name))
			if _, decimals, _ := strings.Cut(value, "."); rateText.MatchString(value) && len(strings.TrimRight(decimals, "0")) > 2 {
				all = append(all, differ(at, tree, name, "an amount with at most two decimals"))
			}
		}
		judge(at, one, "premiumAmount")
		judge(at+"/exchangeRate", member(one, "exchangeRate"), "amount")
		judge(at+"/payment", member(one, "payment"), "amount")
		for i, part := range list(one, "installments") {
			judge(fmt.Sprintf("%s/installments/%d", at, i), part, "amount")
		}
		return errors.Join(all...)
	})
}

func installmentsAddUp(x *Exchange) error {
	return onSold(x, func(_ any, at string, one any) error {
		premium, ok := hundredths(member(one, "premiumAmount"))
		var sum int64
		for _, part := range list(one, "installments") {
			amount, readable := hundredths(member(part, "amount"))
			ok = ok && readable
			sum += amount
		}
		if !ok {
			return errBeside
		}
		if sum != premium {
			return &Mismatch{Where: at + "/installments", Got: baht(sum) + " in all", Want: baht(premium)}
		}
		return nil
	})
}

func installmentCount(x *Exchange) error {
	return onSold(x, func(ask any, at string, one any) error {
		want := plain(member(liabilityOf(ask), "installmentCount"))
		if want == "" {
			want = "1"
		}
		if got := len(list(one, "installments")); strconv.Itoa(got) != want {
			return &Mismatch{Where: at + "/installments", Got: strconv.Itoa(got), Want: want}
		}
		return nil
	})
}

func installmentOrder(x *Exchange) error {
	return onSold(x, func(_ any, at string, one any) error {
		var all []error
		before := ""
		for i, part := range list(one, "installments") {
			here := fmt.Sprintf("%s/installments/%d", at, i)
			if plain(member(part, "id")) != strconv.Itoa(i+1) {
				all = append(all, differ(here, part, "id", strconv.Itoa(i+1)))
			}
			due := text(part, "dueDate")
			if due < before {
				all = append(all, differ(here, part, "dueDate", before+" or later"))
			}
			before = due
		}
		return errors.Join(all...)
	})
}

// paymentEchoed lets a number come back in quotes or without: that is another
// check's business.
func paymentEchoed(x *Exchange) error {
	return onSold(x, func(ask any, at string, one any) error {
		sent, got := member(ask, "payment"), member(one, "payment")
		var all []error
		for _, name := range [...]string{"method", "currency", "date", "documentNumber"} {
			if member(sent, name) != member(got, name) {
				all = append(all, differ(at+"/payment", got, name, shown(sent, name)))
			}
		}
		asked, ok1 := hundredths(member(sent, "amount"))
		if amount, ok2 := hundredths(member(got, "amount")); ok1 && (!ok2 || amount != asked) {
			all = append(all, differ(at+"/payment", got, "amount", baht(asked)))
		}
		return errors.Join(all...)
	})
}

func policyCurrency(x *Exchange) error {
	return onSold(x, func(_ any, at string, one any) error {
		if want := text(member(one, "payment"), "currency"); text(one, "currency") != want {
			return differ(at, one, "currency", want)
		}
		return nil
	})
}

// onFiles makes a check of what it says about each file.
func onFiles(x *Exchange, judge func(at string, file any) error) error {
	_, answer, ok := lifeishardYes(x)
	files := list(member(answer, "data"), "files")
	if !ok || len(files) == 0 {
		return errBeside
	}
	var all []error
	for i, file := range files {
		all = append(all, judge(fmt.Sprintf("/data/files/%d", i), file))
	}
	return errors.Join(all...)
}

func fileIsPDF(x *Exchange) error {
	return onFiles(x, func(at string, file any) error {
		content, err := base64.StdEncoding.DecodeString(text(file, "content"))
		if err != nil || !strings.HasPrefix(string(content), "%PDF-") {
			return differ(at, file, "content", "a PDF in base64")
		}
		return nil
	})
}

var printedFile = regexp.MustCompile(`^offer-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.pdf$`)

// fileNamed grades what is printed for an offer. For other papers it may be a slip
// of the page.
func fileNamed(x *Exchange) error {
	proof := Evidence("")
	if x.Operation != "downloadOffer" {
		proof = Inferred
	}
	return onFiles(x, func(at string, file any) error {
		var all []error
		if text(file, "type") != "Offer" {
			all = append(all, &Mismatch{Where: at + "/type", Got: shown(file, "type"), Want: "Offer", proof: proof})
		}
		if !printedFile.MatchString(text(file, "name")) {
			all = append(all, &Mismatch{Where: at + "/name", Got: shown(file, "name"), Want: "offer-<guid>.pdf", proof: proof})
		}
		return errors.Join(all...)
	})
}
