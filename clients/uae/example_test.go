package uae_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// The whole journey, from asking for a consent to a customer's policies.
func Example() {
	jwk, err := os.ReadFile("signing.jwk")
	if err != nil {
		return
	}
	key, err := uae.ParseKey(jwk)
	if err != nil {
		return
	}
	client, err := uae.NewV12(uae.Options{
		Issuer:      "https://auth1.altareq2.sandbox.apihub.openfinance.ae",
		Resources:   "https://rs1.altareq2.sandbox.apihub.openfinance.ae",
		ClientID:    os.Getenv("CLIENT_ID"),
		RedirectURI: "https://tpp.example/callback",
		Key:         key,
		Certificate: true, // HTTP shows one
		HTTP:        &http.Client{Timeout: time.Minute},
	})
	if err != nil {
		return
	}

	ctx := context.Background()
	pending, err := client.Push(ctx, uae.ConsentRequestV12{
		Permissions:        []uae.Permission{uae.ReadPolicies, uae.ReadProduct},
		ExpirationDateTime: uae.At(time.Now().AddDate(0, 6, 0)),
		OpenFinanceBilling: uae.Billing{Purpose: uae.BillQuoteComparison},
	})
	if err != nil {
		return
	}
	// Keep pending, and send the customer's browser here; it comes back with a query.
	_, _ = client.AuthorizationURL(ctx, pending)
	back := url.Values{}

	code, err := client.Callback(pending, back)
	if err != nil {
		return
	}
	token, err := client.Exchange(ctx, pending, code)
	if err != nil {
		return
	}
	_, _ = client.Policies(ctx, uae.Visit{Session: client.Session(*token), AuthDate: time.Now()})
}

// A receiver that stores each event once.
func ExampleNewReceiver() {
	var client *uae.V12
	var store func(context.Context, *uae.Event) error

	receiver, err := uae.NewReceiver(uae.ReceiverOptions{
		Keys:     client.HubKey,
		Issuer:   "https://auth1.altareq2.sandbox.apihub.openfinance.ae",
		Audience: os.Getenv("CLIENT_ID"),
		Handle:   store,
	})
	if err != nil {
		return
	}
	http.Handle("POST /events", receiver)
}
