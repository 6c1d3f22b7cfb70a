package oneassure

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// The printed policy, which has one id for everything, and the printed cursors of
// the page that it heads.
const (
	printedID     = "18kfaYY6UvClEx35"
	printedNumber = "31-24-0134728-00"
	printedStart  = "18qFYnYsTGJR5uDb"
	printedEnd    = "18q79YF6b8aprZse"
	printedCount  = 35
)

func printedPolicy() policy {
	id := printedID
	return policy{
		ID: id, Number: printedNumber, Session: &id, Quote: &id, Proposal: &id, Previous: &id,
		Issued: "2024-10-08", Tenure: 1, Sum: 1_000_000, Gross: 10_417_00, Product: 0,
		Visitor: visitor{
			Person:  person{Name: "John Doe", Gender: male, Born: "1990-01-01"},
			Phone:   "9848488484",
			Email:   new("john.doe@example.com"),
			Address: address{Line1: "123, 1st Lane", Line2: new("3rd Main Street"), City: "Bangalore", State: "Karnataka", Pincode: "560008"},
			Bank:    &bank{ID: id, Account: "1234567890", Name: "ICICI Bank", BranchID: id, BranchName: "Bangalore Branch", IFSC: "ICIC0000001"},
		},
		Members:  []member{{id, "1990-01-01", male, "John Doe", []string{"Hypertension"}, "SELF"}},
		Nominees: []nominee{{id, "John Doe", new("9848488484"), "Spouse"}},
		Riders:   riders[:1],
	}
}

// populate writes the rows of a fresh world: as many policies as the printed page
// counts, the printed one at their head, issued on its day and the two before it.
func (in *insurer) populate(ctx context.Context) error {
	if err := in.keep(ctx, printedStart, printedPolicy()); err != nil {
		return err
	}
	for i := 1; i < printedCount; i++ {
		key, p := in.madeUp(ctx, i)
		if err := in.keep(ctx, key, p); err != nil {
			return err
		}
	}
	return nil
}

// madeUp is the n-th policy of a fresh world. Keys run down from the one printed
// cursor to the other, and on at the same pace.
func (in *insurer) madeUp(ctx context.Context, n int) (key string, p policy) {
	world := mocks.WorldOf(ctx)
	f := world.Fake("oneassure", "made up", world.Name, strconv.Itoa(n))
	const perDay = 12
	at := time.Date(2024, 10, 8-n/perDay, 12, 0, 0, 0, india)
	p = policy{
		ID: newID(at, f), Issued: day(at), Tenure: f.Number(1, 3), Sum: pick(f, sums), Product: f.Number(0, len(products)-1),
		Visitor: newVisitor(f, at),
	}
	p.Number = products[p.Product].number(p.Issued, 134_728-n)
	ages := []int{age(p.Visitor.Person.Born, at)}
	for _, member := range p.Visitor.Family {
		ages = append(ages, age(member.Born, at))
	}
	p.Gross = premium(f, products[p.Product], p.Sum, ages) * paise(p.Tenure)
	if n%3 > 0 { // every third was not sold online
		p.Session, p.Quote, p.Proposal = new(newID(at, f)), new(newID(at, f)), new(newID(at, f))
	}
	p.cover(f, at)
	if n == pageSize-1 {
		return printedEnd, p
	}
	start, end := number(printedStart[:momentLetters]), number(printedEnd[:momentLetters])
	pace := (start - end) / (pageSize - 1)
	return fmt.Sprint(letters(start-pace*uint64(n), momentLetters), chance(f, 8)), p
}
