package main

import (
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/clients/allianz"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// The README prints the body of this test as its example.
func TestQuote(t *testing.T) {
	insurer := mocks.Start(t, mocks.Options{Insurers: catalog.All()})
	client, err := allianz.New(allianz.Options{
		BaseURL: insurer.URL + "/allianz",
		Retry:   allianz.Retry{Times: 2, Wait: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}

	// Two calls fail, then the insurer is back: does our client bear it?
	world, err := insurer.World("default")
	if err != nil {
		t.Fatal(err)
	}
	failure, err := scenarios.Load("allianz/first-two-fail", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := world.Play(t.Context(), failure); err != nil {
		t.Fatal(err)
	}

	quote, err := client.QuickQuote(t.Context(), allianz.QuickQuoteRequest{
		PolicyStartDate: "2022-07-23",
		ProductCode:     "VMI",
		Vehicle: allianz.Vehicle{
			Make: "39", Model: "1597", Usage: "110", GarageType: "COMPANY",
			RegistrationState: "0", YearOfManufacture: "2022",
		},
		ProductPackages: []allianz.ProductPackage{{
			Name: allianz.Granular, Coverages: []allianz.Coverage{{Code: "VMI1"}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if gross := quote.ProductPackages[0].Premium.GrossPremium.String(); gross != "20000.44" {
		t.Errorf("gross premium: got %s, want 20000.44", gross)
	}
}
