package uae

import (
	"bytes"
	_ "embed" // for the page
	"encoding/json"
	"html/template"
)

//go:embed page.html
var pageText string

// pages are the consent page and the page of an error. Whatever a client says
// about itself is escaped where it stands.
var pages = template.Must(template.New("page").Parse(pageText))

// consentPage is what a person sees who is asked to share policies. It works
// without script: one form for each persona, one to reject, and one for each way in
// which an insurer can fail.
func consentPage(v pageView) ([]byte, error) {
	return written("consent", struct {
		pageView
		OnBehalf, Purpose string
		Opens             []string
		Until             string
	}{v, v.Asked.principal(), v.Asked.purpose(), inWords(v.Asked.Permissions), v.Asked.Expires.In(gulf).Format("2 January 2006, 15:04 (UTC-07:00)")})
}

// errorPage is what a person sees who cannot be sent back to where she came from.
func errorPage(problem string) ([]byte, error) { return written("error", problem) }

func written(name string, v any) ([]byte, error) {
	var text bytes.Buffer
	err := pages.ExecuteTemplate(&text, name, v)
	return text.Bytes(), err
}

var permissionWords = map[string]string{
	readPolicies:     "which motor policies you have",
	readBasic:        "your name",
	readDetail:       "your addresses, telephones, papers, family and employment",
	readProduct:      "your cars and what your policies cover",
	readTransactions: "your premiums, claims and loans",
	readPayment:      "the account you pay from",
	readPaymentShort: "the account you pay from",
}

// inWords says what permissions open; one without words keeps its name.
func inWords(codes []string) []string {
	words := make([]string, len(codes))
	for i, code := range codes {
		if words[i] = permissionWords[code]; words[i] == "" {
			words[i] = code
		}
	}
	return words
}

// principal is for whom the client asks, where it said so.
func (c consent) principal() string {
	var said struct{ TradingName, LegalName string }
	if json.Unmarshal(c.OnBehalfOf, &said) != nil {
		return ""
	}
	if said.TradingName != "" {
		return said.TradingName
	}
	return said.LegalName
}

// purpose is what the client asks for, in its own word.
func (c consent) purpose() string {
	if len(c.Purpose) > 0 {
		return c.Purpose[0]
	}
	var billing struct{ Purpose string }
	if json.Unmarshal(c.Billing, &billing) != nil {
		return ""
	}
	return billing.Purpose
}
