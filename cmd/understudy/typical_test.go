package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/bima"
	"github.com/understudy-sandbox/understudy/clients/oneassure"
	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/clients/uae"
)

// typical is a call that programs make of an insurer all day. Where the call needs
// a token, ask gets one first.
type typical struct {
	document string
	ask      func(context.Context, partner) error
}

var typicals = []typical{
	{"allianz/motor", func(ctx context.Context, p partner) error {
		_, err := fetch(ctx, p.http, http.MethodPost, p.BaseURLs["motor"]+strings.TrimPrefix(quickQuotes, "/allianz"), golden(p.tb)["vmi1-default"])
		return err
	}},
	{"uae/insurance-v1.2", askUAE},
	{"oneassure/health", func(ctx context.Context, p partner) error {
		client, err := oneassure.New(oneassure.Options{
			BaseURL: p.BaseURLs["health"], ClientID: p.secret("client_id"), ClientSecret: p.secret("client_secret"), HTTP: p.http,
		})
		if err != nil {
			return err
		}
		_, err = client.Policies(ctx, oneassure.Query{StartDate: "2024-10-06", EndDate: "2024-10-08"})
		return err
	}},
	{"lifeishard/liability", askLifeIsHard},
	{"bima/insurance", func(ctx context.Context, p partner) error {
		client, err := bima.New(bima.Options{
			BaseURL: p.BaseURLs["insurance"], Username: p.secret("username"), Password: p.secret("password"), HTTP: p.http,
		})
		if err != nil {
			return err
		}
		_, err = client.RecentRequests(ctx, "96895542930", "en")
		return err
	}},
}

// askUAE reads the policies of a customer who consented to that.
func askUAE(ctx context.Context, p partner) error {
	jwk, err := json.Marshal(p.Credentials["private_jwk"])
	if err != nil {
		return err
	}
	key, err := uae.ParseKey(jwk)
	if err != nil {
		return err
	}
	client, err := uae.NewV12(uae.Options{
		Issuer: p.BaseURLs["hub"], Resources: strings.TrimSuffix(p.BaseURLs["insurance-v1.2"], "/open-finance/insurance/v1.2"),
		ClientID: p.secret("client_id"), RedirectURI: p.secret("redirect_uri"), Key: key, HTTP: p.http,
	})
	if err != nil {
		return err
	}
	staying := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	token := given(p.tb, client, func(address string) string { return decide(p.tb, staying, address, "confirm") })
	_, err = client.Policies(ctx, uae.Visit{Session: client.Session(*token)})
	return err
}

// askLifeIsHard asks for the printed offer, as it is printed: our client would send
// numbers where that has texts.
func askLifeIsHard(ctx context.Context, p partner) error {
	base := p.BaseURLs["liability"]
	login, err := json.Marshal(map[string]string{"account": p.secret("account"), "password": p.secret("password")})
	if err != nil {
		return err
	}
	said, err := fetch(ctx, p.http, http.MethodPost, base+"/auth", login)
	if err != nil {
		return err
	}
	var session struct{ Data struct{ Token string } }
	if err := json.Unmarshal(said, &session); err != nil {
		return err
	}
	offer := requestsOf(p.tb, "lifeishard/liability", "createOffer")["printed"]
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/offer", bytes.NewReader(offer))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Token", session.Data.Token)
	answer, err := p.http.Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// partner is what an insurer gives to one who calls it: addresses, test
// credentials, and a client that notices what is sent.
type partner struct {
	sandbox.Insurer
	tb   testing.TB
	http *http.Client
}

// secret is a published test credential that is a text.
func (p partner) secret(name string) string { return fmt.Sprint(p.Credentials[name]) }

// recorded is a call as it went over the wire, and the path at which its document
// is served.
type recorded struct {
	request []byte
	mount   string
}

// record makes the call once, of the sandbox at an address.
func (t typical) record(tb testing.TB, at string) recorded {
	tb.Helper()
	all, err := sandbox.New(at, nil).Insurers(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	slug, face := path.Split(t.document)
	which := slices.IndexFunc(all, func(one sandbox.Insurer) bool { return one.Slug+"/" == slug })
	if which < 0 {
		tb.Fatalf("the sandbox does not play %s", slug)
	}
	var last notice
	if err := t.ask(tb.Context(), partner{all[which], tb, &http.Client{Transport: &last}}); err != nil {
		tb.Fatal(err)
	}
	return recorded{last, strings.TrimPrefix(all[which].BaseURLs[face], at)}
}

// notice is the last request that was sent, as it goes over the wire.
type notice []byte

// RoundTrip sends a request, and remembers it.
func (n *notice) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := httputil.DumpRequestOut(r, true)
	if err != nil {
		return nil, err
	}
	*n = sent
	return http.DefaultTransport.RoundTrip(r)
}
