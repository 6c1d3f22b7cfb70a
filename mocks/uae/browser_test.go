package uae_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// form is one of a page: where it goes, and what it holds as it is shown. A button
// is what is pressed.
type form struct {
	action string
	fields url.Values
	button url.Values
	says   string
}

// formsOf reads the forms of a page as a browser without script does.
func formsOf(t *testing.T, page string) []form {
	t.Helper()
	reader := xml.NewDecoder(strings.NewReader(page))
	reader.Strict, reader.AutoClose, reader.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var all []form
	inside := false
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
			attr := map[string]string{}
			for _, a := range token.Attr {
				attr[a.Name.Local] = a.Value
			}
			switch _, checked := attr["checked"]; token.Name.Local {
			case "script":
				t.Errorf("the page has a script")
			case "form":
				if attr["method"] != "post" {
					t.Errorf("a form is sent by %q", attr["method"])
				}
				all = append(all, form{action: attr["action"], fields: url.Values{}, button: url.Values{}})
			case "input":
				if attr["type"] == "hidden" || checked {
					all[len(all)-1].fields.Add(attr["name"], attr["value"])
				}
			case "button":
				inside = true
				all[len(all)-1].button.Add(attr["name"], attr["value"])
			}
		case xml.EndElement:
			inside = inside && token.Name.Local != "button"
		case xml.CharData:
			if inside {
				all[len(all)-1].says += string(token)
			}
		}
	}
}

// open is the consent page of a fresh request, as a browser gets it.
func (p *party) open(request claims) answer {
	p.t.Helper()
	query := url.Values{"client_id": {p.id}, "request_uri": {p.push(request)}}
	return p.do(http.MethodGet, p.base+"/auth1/auth?"+query.Encode(), nil, "Accept", browser)
}

// press sends a form as the browser would.
func (p *party) press(f form) answer {
	p.t.Helper()
	sent := url.Values{}
	for _, part := range []url.Values{f.fields, f.button} {
		for name, values := range part {
			sent[name] = append(sent[name], values...)
		}
	}
	return p.do(http.MethodPost, f.action, strings.NewReader(sent.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Accept", browser)
}

func formSaying(t *testing.T, page answer, says string) form {
	t.Helper()
	for _, f := range formsOf(t, page.body) {
		if f.says == says {
			return f
		}
	}
	t.Fatalf("no form says %q on\n%s", says, page.body)
	return form{}
}

// A person without script confirms as one of the personas, with the policies that
// she leaves checked.
func TestConfirmOnThePage(t *testing.T) {
	p := newParty(t, start(t).URL)
	for _, v := range versions {
		id := freshID()
		page := p.open(p.requestClaims(v.asking(id, readPolicies, readBasic)))
		if page.status != 200 || page.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Fatalf("got %d %s", page.status, page.header)
		}
		for _, want := range []string{
			`<meta name="viewport" content="width=device-width, initial-scale=1">`, p.id, id, "Hamad Ali", "Toyota Land Cruiser 2023, plate 1 12345, Comprehensive",
			"which motor policies you have", "your name", "Until 2 September 2026, 13:00",
		} {
			if !strings.Contains(page.body, want) {
				t.Errorf("the page does not say %s", want)
			}
		}
		if strings.Contains(page.body, "the account you pay from") {
			t.Error("the page names what was not asked for")
		}
		f := formSaying(t, page, "Confirm as Hamad Ali")
		if len(f.fields["policies"]) != 3 || f.fields.Get("persona") != hamad {
			t.Errorf("the form holds %v", f.fields)
		}
		f.fields["policies"] = []string{hamadPolicy} // the others unchecked
		back := p.returned(p.press(f))
		token := p.mustToken(p.codeForm(back.Get("code"))).member(t, "access_token")
		got := p.resources(http.MethodGet, v.list, token).want(t, 200, "").tree(t)["Data"].([]any)
		if len(got) != 1 || got[0].(map[string]any)["InsurancePolicyId"] != hamadPolicy {
			t.Errorf("got %v, want the one policy", got)
		}
	}
}

// Each way in which a visit ends without a yes has its button.
func TestFailuresOnThePage(t *testing.T) {
	for says, want := range map[string]struct{ failure, description, status string }{
		"Reject":                               {"access_denied", "user_rejected_consent", "Rejected"},
		"access_denied: user_rejected_consent": {"access_denied", "user_rejected_consent", "Rejected"},
		"invalid_request: user_lacks_eligible_policies":        {"invalid_request", "user_lacks_eligible_policies", "Rejected"},
		"access_denied: consent_not_supported":                 {"access_denied", "consent_not_supported", "Rejected"},
		"access_denied: session_expired":                       {"access_denied", "session_expired", "AwaitingAuthorization"},
		"server_error: lfi_internal_error":                     {"server_error", "lfi_internal_error", "AwaitingAuthorization"},
		"server_error: api_hub_communication_error":            {"server_error", "api_hub_communication_error", "AwaitingAuthorization"},
		"temporarily_unavailable: lfi_temporarily_unavailable": {"temporarily_unavailable", "lfi_temporarily_unavailable", "AwaitingAuthorization"},
		"Confirm as Salem Khalifa Al Ketbi":                    {"invalid_request", "user_lacks_eligible_policies", "Rejected"},
	} {
		t.Run(says, func(t *testing.T) {
			p := newParty(t, start(t).URL)
			id := freshID()
			back := p.returned(p.press(formSaying(t, p.open(p.requestClaims(detailsV12(id))), says)))
			if back.Get("error") != want.failure || back.Get("error_description") != want.description || back.Has("code") || back.Get("state") != "st" {
				t.Errorf("came back with %v, want %v", back, want)
			}
			if got := p.statusOf(versions[1], id); got != want.status {
				t.Errorf("the consent is %s, want %s", got, want.status)
			}
		})
	}
}

// Who confirms nothing stays on the page and is told why.
func TestNothingPicked(t *testing.T) {
	p := newParty(t, start(t).URL)
	f := formSaying(t, p.open(p.requestClaims(detailsV12(freshID()))), "Confirm as Hamad Ali")
	picked := f.fields["policies"]
	delete(f.fields, "policies")
	again := p.press(f)
	if again.status != 400 || !strings.Contains(again.body, `role="alert"`) || !strings.Contains(again.body, "at least one of its policies") {
		t.Fatalf("got %d %s", again.status, again.body)
	}
	f = formSaying(t, again, "Confirm as Hamad Ali")
	if len(f.fields["policies"]) != len(picked) {
		t.Errorf("the page holds %v, want %v again", f.fields["policies"], picked)
	}
	if back := p.returned(p.press(f)); back.Get("code") == "" {
		t.Errorf("came back with %v", back)
	}
	if gone := p.press(f); gone.status != 404 || !strings.Contains(gone.header.Get("Content-Type"), "text/html") {
		t.Errorf("a second time: got %d %s", gone.status, gone.body)
	}
}

// What a stranger calls herself or sends along is shown as text, and goes back as it
// was sent.
func TestHostileNamesAndState(t *testing.T) {
	const hostile = `"><script>alert(1)</script>&'`
	p := newParty(t, start(t).URL)
	item := detailsV12(freshID())
	item["consent"].(claims)["OnBehalfOf"] = claims{"TradingName": hostile}
	page := p.open(p.requestClaims(item).with("state", hostile))
	if page.status != 200 || strings.Contains(page.body, "<script") || !strings.Contains(page.body, "&lt;script&gt;") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
	for _, says := range []string{"Reject", "Confirm as Hamad Ali"} {
		page := p.open(p.requestClaims(detailsV12(freshID())).with("state", hostile))
		if got := p.returned(p.press(formSaying(t, page, says))).Get("state"); got != hostile {
			t.Errorf("%s: state came back as %q", says, got)
		}
	}
	query := url.Values{"client_id": {hostile}, "request_uri": {"urn:" + hostile}}
	lost := p.do(http.MethodGet, p.base+"/auth1/auth?"+query.Encode(), nil, "Accept", browser)
	if lost.status != 400 || strings.Contains(lost.body, "<script") || lost.header.Get("Location") != "" {
		t.Errorf("an unknown client: got %d %s", lost.status, lost.body)
	}
}
