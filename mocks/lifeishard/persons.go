package lifeishard

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// person is a row under a tax id: what the insurer knows of somebody.
type person struct {
	Unwanted bool `json:"unwanted,omitempty"` // no offer is made
	Insured  bool `json:"insured,omitempty"`  // has such a policy already
}

// Whom a fresh world knows. The check digits of these are right, so that a program
// which computes them lets them pass.
const (
	unwantedCNP = "2910202123453"
	insuredCNP  = "1850101123451"
)

func (b *broker) person(ctx context.Context, taxID string) (person, error) {
	if taxID == "" {
		return person{}, nil
	}
	known, err := b.persons.Get(ctx, taxID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return person{}, fmt.Errorf("look up a person: %w", err)
	}
	return known, nil
}

// The printed offer and policy, which a fresh world has: whose they are, and what
// they cost, is that of the printed request.
const (
	printedOffer  = 23
	printedPolicy = 12
	printedSeries = "XX/XX"
	printedNumber = 243245345
)

func (b *broker) populate(ctx context.Context) error {
	for cnp, known := range map[string]person{unwantedCNP: {Unwanted: true}, insuredCNP: {Insured: true}} {
		if err := b.persons.Set(ctx, cnp, known); err != nil {
			return fmt.Errorf("a known person: %w", err)
		}
	}
	now := mocks.Now(ctx)
	f := mocks.WorldOf(ctx).Fake("printed")
	agreed := printedCover()
	o := offer{
		ID: printedOffer, Code: "XY01230123", File: f.UUID(), Made: now, Expires: day(local(now).AddDate(0, 0, offerDays)),
		Cover: agreed, Premium: 89_00,
	}
	if err := b.offers.Set(ctx, strconv.Itoa(printedOffer), o); err != nil {
		return fmt.Errorf("the printed offer: %w", err)
	}
	document := "AX4984"
	p := &policy{
		ID: printedPolicy, Series: printedSeries, Number: printedNumber, File: f.UUID(), Receipt: f.UUID(), Issued: now,
		Cover: agreed, Premium: 89_00, Currency: leu,
		Payment: payment{Method: "receipt", Currency: leu, Amount: 89_00, Date: "2023-07-10", DocumentNumber: &document},
	}
	return b.keep(ctx, p)
}

func printedCover() cover {
	start := time.Date(2023, time.July, 10, 0, 0, 0, 0, time.UTC)
	pop := party{
		Name: "Pop Vasile", TaxID: "1910716000000",
		Address: "str. Principala, nr. 19-21, bl. A1, sc. 1, et. 3, ap. 12, Cluj-Napoca, jud. CJ, 400356",
	}
	return cover{
		Product: "general", Type: "malpraxis", Start: day(start), End: day(lastDay(start, 12)), Months: 12, Installments: 1,
		Customer: pop, Policyholder: pop,
	}
}
