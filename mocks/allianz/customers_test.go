package allianz_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	text112 = `{"code":"112","message":"ข้อมูลลูกค้า (ชื่อนามสกุล ชื่อบริษัท) ไม่ตรงกับฐานข้อมูล กรุณาติดต่อเจ้าหน้าที่"}`
	text113 = `{"code":"113","message":"อีเมล์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้อีเมล์อื่น"}`
	text114 = `{"code":"114","message":"หมายเลขโทรศัพท์นี้มีผู้อื่นใช้แล้ว กรุณาลองใช้หมายเลขโทรศัพท์อื่น"}`
	text003 = `{"code":"003","message":"mobilePhone ข้อมูลที่ส่งมาไม่ถูกต้อง"}`
	textEP  = `{"message":"ลูกค้านิติบุคคล ไม่สามารถออกกรมธรรม์ E-Policy ได้"}`

	identityOf   = "/insuredPerson/identificationDocuments/0/identityNumber"
	known        = "1111111111119"
	knownCompany = "0105500000003"
	agentEmail   = "agent@broker.example"
	agentPhone   = "0810000114"
)

// wantIssue demands a status, and the body of a refusal.
func wantIssue(t *testing.T, base string, body []byte, refusal string) {
	t.Helper()
	status, got := post(t, base+issuePath, body)
	if refusal == "" && status != 200 || refusal != "" && (status != 400 || got != refusal) {
		t.Errorf("got %d %s\nwant %q", status, got, refusal)
	}
}

func TestKnownCustomers(t *testing.T) {
	tests := []struct {
		name, sample string
		changes      []any
		want         string
	}{
		{"a known identity under another name", "issue-person", []any{identityOf, known}, text112},
		{"under its first name alone", "issue-person", []any{identityOf, known, "/insuredPerson/firstName", "สมหญิง"}, text112},
		{"under its last name alone", "issue-person", []any{identityOf, known, "/insuredPerson/lastName", "รักดี"}, text112},
		{"under its own name", "issue-person", []any{identityOf, known, "/insuredPerson/firstName", "สมหญิง", "/insuredPerson/lastName", "รักดี"}, ""},
		{"with blanks around it", "issue-person", []any{identityOf, " " + known + " ", "/insuredPerson/firstName", " สมหญิง", "/insuredPerson/lastName", "รักดี "}, ""},
		{"as a passport", "issue-person", []any{identityOf, known, "/insuredPerson/identificationDocuments/0/identityType", "PASS"}, ""},
		{"for a beneficiary", "issue-person", []any{"/beneficiary/identificationDocuments/0/identityNumber", known}, text112},
		{"for a payer", "issue-person", []any{"/payer/identificationDocuments/0/identityNumber", known}, text112},
		{"without an e-policy too", "issue-person", []any{identityOf, known, "/isDigitalPolicy", false}, text112},
		{"for VERIFY too", "issue-person", []any{identityOf, known, "/contractProcessState", "VERIFY"}, text112},
		{"one identity under two names in one request", "issue-person", []any{"/payer/identificationDocuments/0/identityNumber", "4254580668830"}, text112},

		{"a known company under another name", "issue-company", []any{"/insuredPerson/registerId", knownCompany}, text112},
		{"under its own name", "issue-company", []any{"/insuredPerson/registerId", knownCompany, "/insuredPerson/companyName", "ตัวอย่างขนส่ง"}, ""},
		{"as a payer", "issue-company", []any{"/payer/registerId", knownCompany}, text112},
		{"in the unused member of a person", "issue-person", []any{"/insuredPerson/registerId", knownCompany}, ""},
		{"another prefix and suffix", "issue-company", []any{
			"/insuredPerson/registerId", knownCompany, "/insuredPerson/companyName", "ตัวอย่างขนส่ง", "/insuredPerson/companyPrefix", "หจก.", "/insuredPerson/companySuffix", "-",
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t)
			wantIssue(t, s.URL, changed(t, test.sample, test.changes...), test.want)
			wantKept(t, world(t, s, mocks.DefaultWorld))
		})
	}
}

// An identity is known from its first contract on, in its own world.
func TestNewCustomers(t *testing.T) {
	renamed := map[string][]any{
		"issue-person":  {"/insuredPerson/lastName", "ใหม่"},
		"issue-company": {"/insuredPerson/companyName", "ใหม่", "/payer/companyName", "ใหม่"},
	}
	for name, changes := range renamed {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			another := changed(t, name, changes...)
			verify := changed(t, name, append([]any{"/contractProcessState", "VERIFY"}, changes...)...)
			wantIssue(t, s.URL, verify, "") // stores nothing
			wantIssue(t, s.URL, changed(t, name, "/insuredPerson/addresses", []any{}), `{"code":"003","message":"addresses ข้อมูลที่ส่งมาไม่ถูกต้อง"}`)
			wantIssue(t, s.URL, request(t, name+".request"), "")
			wantIssue(t, s.URL, another, text112)
			wantIssue(t, s.URL, verify, text112)
			wantIssue(t, s.URL, request(t, name+".request"), "")
			wantIssue(t, s.URL+"/w/another", another, "")
			wantIssue(t, s.URL+"/w/another", request(t, name+".request"), text112)
		})
	}
}

// What was refused taught the insurer no names.
func TestRefusedCustomersAreForgotten(t *testing.T) {
	s := start(t)
	wantIssue(t, s.URL, changed(t, "issue-person", "/insuredPerson/emailAddress", agentEmail, "/insuredPerson/lastName", "ใหม่"), text113)
	wantIssue(t, s.URL, request(t, "issue-person.request"), "")
}

func TestAgents(t *testing.T) {
	tests := []struct {
		name    string
		changes []any
		want    string
	}{
		{"an agent's address", []any{"/insuredPerson/emailAddress", agentEmail}, text113},
		{"in other letters, between blanks", []any{"/insuredPerson/emailAddress", " Agent@Broker.EXAMPLE "}, text113},
		{"an agent's phone", []any{"/insuredPerson/mobilePhone", agentPhone}, text114},
		{"both: the address comes first", []any{"/insuredPerson/emailAddress", agentEmail, "/insuredPerson/mobilePhone", agentPhone}, text113},
		{"for VERIFY too", []any{"/insuredPerson/mobilePhone", agentPhone, "/contractProcessState", "VERIFY"}, text114},
		{"no e-policy", []any{"/insuredPerson/emailAddress", agentEmail, "/insuredPerson/mobilePhone", agentPhone, "/isDigitalPolicy", false}, ""},
		{"of the payer, to whom nothing is sent", []any{"/payer/emailAddress", agentEmail, "/payer/mobilePhone", agentPhone}, ""},
		{"of the beneficiary", []any{"/beneficiary/emailAddress", agentEmail, "/beneficiary/mobilePhone", agentPhone}, ""},
		{"somebody else's", []any{"/insuredPerson/emailAddress", "x" + agentEmail, "/insuredPerson/mobilePhone", "0810000115"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t)
			wantIssue(t, s.URL, changed(t, "issue-person", test.changes...), test.want)
			wantKept(t, world(t, s, mocks.DefaultWorld))
		})
	}
}

// A request that is wrong in every way is refused for one thing after another.
func TestOrderOfRefusals(t *testing.T) {
	s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"allianz.auth": "strict"} })
	address := s.URL + issuePath
	wrong := map[string]any{
		"/vehicle/owner": "", "/insuredPerson/mobilePhone": "1", identityOf: known, "/insuredPerson/emailAddress": agentEmail,
	}
	body := func() []byte {
		var changes []any
		for pointer, value := range wrong {
			changes = append(changes, pointer, value)
		}
		return changed(t, "issue-person", changes...)
	}
	want := func(status int, text string, header ...string) {
		t.Helper()
		if got, answer := post(t, address, body(), header...); got != status || text != "" && answer != text {
			t.Errorf("got %d %s\nwant %d %s", got, answer, status, text)
		}
	}
	want(401, badToken)
	token := []string{"Authorization", "Bearer " + grant(t, s.URL)}
	want(500, `{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}`, token...)
	wrong["/vehicle/owner"] = nil
	want(400, text003, token...)
	wrong["/insuredPerson/mobilePhone"] = agentPhone
	want(400, text112, token...)
	delete(wrong, identityOf)
	want(400, text113, token...)
	delete(wrong, "/insuredPerson/emailAddress")
	want(400, text114, token...)
	delete(wrong, "/insuredPerson/mobilePhone")
	want(200, "", token...)
}

func TestCompanyWithoutEPolicy(t *testing.T) {
	s := start(t)
	// Before the insurer looks up who it is.
	body := changed(t, "issue-company", "/isDigitalPolicy", true, "/insuredPerson/registerId", knownCompany)
	wantIssue(t, s.URL, body, textEP)
	wantKept(t, world(t, s, mocks.DefaultWorld))
}

// In the other envelope every refusal is the first of a list.
func TestContractRefusalsInTheOtherEnvelope(t *testing.T) {
	s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"allianz.envelope": "errors"} })
	in := func(text string) string { return fmt.Sprintf(`{"errors":[%s]}`, text) }
	wantIssue(t, s.URL, changed(t, "issue-company", "/isDigitalPolicy", true), in(textEP))
	wantIssue(t, s.URL, changed(t, "issue-person", identityOf, known), in(text112))
	wantIssue(t, s.URL, changed(t, "issue-person", "/insuredPerson/emailAddress", agentEmail), in(text113))
	wantIssue(t, s.URL, changed(t, "issue-person", "/insuredPerson/mobilePhone", agentPhone), in(text114))
	wantIssue(t, s.URL, changed(t, "issue-person", "/insuredPerson/mobilePhone", "1"), in(text003))
	cancelled := string(request(t, "cancel.request"))
	cancel(t, s.URL, printedID, cancelled)
	if status, body := cancel(t, s.URL, printedID, cancelled); status != 400 || body != in(textTwice) {
		t.Errorf("cancel: got %d %s", status, body)
	}
	if status, _, body := fetch(t, s.URL+issuePath+"/x"); status != 404 || body != in(textUnknown) {
		t.Errorf("look up: got %d %s", status, body)
	}
	if status, _, body := fetch(t, s.URL+"/allianz/v1/motor/documents/x"); status != 404 || body != in(textNoDocument) {
		t.Errorf("download: got %d %s", status, body)
	}
	wantKept(t, world(t, s, mocks.DefaultWorld))
}

// Of many who bring one new identity under two names at once, those of one name
// get a contract.
func TestTwoNamesAtOnce(t *testing.T) {
	s := start(t)
	bodies := [][]byte{request(t, "issue-person.request"), changed(t, "issue-person", "/insuredPerson/lastName", "ใหม่")}
	var accepted [2]atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, issuePath, bytes.NewReader(bodies[i%2]))
			r.Header.Set("Content-Type", "application/json")
			answer := httptest.NewRecorder()
			s.ServeHTTP(answer, r)
			switch {
			case answer.Code == 200:
				accepted[i%2].Add(1)
			case answer.Body.String() != text112:
				t.Errorf("got %d %s", answer.Code, answer.Body)
			}
		})
	}
	all.Wait()
	if a, b := accepted[0].Load(), accepted[1].Load(); a*b != 0 || a+b != 10 {
		t.Errorf("got %d contracts under one name and %d under the other, want 10 and none", a, b)
	}
}
