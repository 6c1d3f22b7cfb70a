package uae

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// hostile is what a page must show and never obey.
const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;{{.}}`

// element is a start tag and the text that follows it.
type element struct {
	name string
	attr map[string]string
	text string
}

// elements reads a page as a browser would, roughly: in order, void elements closed.
func elements(t *testing.T, page []byte) []element {
	t.Helper()
	reader := xml.NewDecoder(strings.NewReader(string(page)))
	reader.Strict, reader.AutoClose, reader.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var all []element
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, page)
		}
		switch token := token.(type) {
		case xml.StartElement:
			one := element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				one.attr[a.Name.Local] = a.Value
			}
			all = append(all, one)
		case xml.CharData:
			if len(all) > 0 {
				all[len(all)-1].text += string(token)
			}
		}
	}
}

func hostileView() pageView {
	body := func(v any) json.RawMessage {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return text
	}
	return pageView{
		visit: visit{
			Interaction: hostile, Consent: hostile,
			Choices: []choice{{ID: hostile, Name: hostile, Note: hostile, Policies: []option{{ID: hostile, Label: hostile}}}},
		},
		Asked: consent{
			ClientID: hostile, Permissions: []string{readPolicies, hostile}, Expires: time.Date(2026, 9, 2, 5, 0, 0, 0, time.UTC),
			OnBehalfOf: body(map[string]string{"TradingName": hostile}), Billing: body(map[string]string{"Purpose": hostile}),
		},
		Action: "http://127.0.0.1/uae/auth1/interactions/1?" + hostile, Failures: []failure{{hostile, hostile}}, Problem: hostile,
	}
}

// Whatever anybody calls themselves is text on the page and never part of it: the
// same elements as on a harmless page, none of them with an event handler.
func TestPageEscapes(t *testing.T) {
	page, err := consentPage(hostileView())
	if err != nil {
		t.Fatal(err)
	}
	harmless := hostileView()
	harmless.Choices[0] = choice{ID: "a", Name: "b", Note: "c", Policies: []option{{ID: "d", Label: "e"}}}
	harmless.Asked.ClientID, harmless.Problem, harmless.Action, harmless.Consent = "f", "g", "/h", "i"
	plain, err := consentPage(harmless)
	if err != nil {
		t.Fatal(err)
	}
	got, want := elements(t, page), elements(t, plain)
	if len(got) != len(want) {
		t.Fatalf("the page has %d elements, want %d:\n%s", len(got), len(want), page)
	}
	shown := 0
	for i, one := range got {
		if one.name != want[i].name || len(one.attr) != len(want[i].attr) {
			t.Errorf("element %d is %v, want %v", i, one, want[i])
		}
		for name, value := range one.attr {
			if strings.HasPrefix(name, "on") || strings.HasPrefix(value, "javascript:") {
				t.Errorf("%s has %s=%q", one.name, name, value)
			}
			if value == hostile {
				shown++
			}
		}
		if strings.Contains(one.text, hostile) {
			shown++
		}
	}
	// Who asks, for whom, what, why, the consent, the problem, the persona thrice,
	// her policy twice, the failure thrice.
	if shown < 12 {
		t.Errorf("the hostile text is shown %d times as it is, want 12 or more", shown)
	}
	for _, part := range []string{"<script", "<img", "onerror='alert(2)'"} {
		if strings.Contains(string(page), part) {
			t.Errorf("%s stands on the page", part)
		}
	}
}

func TestErrorPageEscapes(t *testing.T) {
	page, err := errorPage(hostile)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(elements(t, page)); strings.Contains(string(page), "<script") || strings.Contains(string(page), "<img") || got > 15 {
		t.Errorf("got %d elements:\n%s", got, page)
	}
}

// An address that is no address of the web is not where a form is sent.
func TestPageSendsFormsHome(t *testing.T) {
	v := hostileView()
	v.Action = "javascript:alert(1)"
	page, err := consentPage(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range elements(t, page) {
		if one.name == "form" && strings.HasPrefix(one.attr["action"], "javascript") {
			t.Errorf("a form goes to %s", one.attr["action"])
		}
	}
}

func TestPageWords(t *testing.T) {
	for _, p := range permissionsOfV1 {
		if permissionWords[p] == "" {
			t.Errorf("the page has no words for %s", p)
		}
	}
	for _, test := range []struct {
		name, got, want string
	}{
		{"the name it trades by", consent{OnBehalfOf: json.RawMessage(`{"TradingName":"A","LegalName":"B"}`)}.principal(), "A"},
		{"the legal name", consent{OnBehalfOf: json.RawMessage(`{"LegalName":"B"}`)}.principal(), "B"},
		{"for itself", consent{}.principal(), ""},
		{"a purpose of rc1", consent{Purpose: []string{"CreditAssessment", "Other"}}.purpose(), "CreditAssessment"},
		{"a purpose of v1.2", consent{Billing: json.RawMessage(`{"Purpose":"Onboarding"}`)}.purpose(), "Onboarding"},
		{"no purpose", consent{}.purpose(), ""},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, test.got, test.want)
		}
	}
}

var permissionsOfV1 = []string{readPolicies, readBasic, readDetail, readProduct, readTransactions, readPayment, readPaymentShort}
