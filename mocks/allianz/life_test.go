package allianz_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	issuePath = "/allianz/v1/motor/contracts"
	printedID = "189a3f6b-e1d2-4aaa-b157-14a0c7f7b014"
)

// policyAnswer is a contract as an answer has it.
type policyAnswer struct {
	ContractID       *string `json:"contractId"`
	PolicyNumber     *string `json:"policyNumber"`
	PolicyStartDate  string  `json:"policyStartDate"`
	PolicyExpiryDate string  `json:"policyExpiryDate"`
	DocumentURL      *string `json:"documentUrl"`
	PolicyStatus     string  `json:"policyStatus"`
}

func fetch(t *testing.T, address string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

// changed is a request of the samples with members set, by JSON pointer.
func changed(t *testing.T, name string, changes ...any) []byte {
	t.Helper()
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(request(t, name+".request")))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(changes); i += 2 {
		setMember(t, tree, changes[i].(string), changes[i+1])
	}
	body, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func setMember(t *testing.T, tree any, pointer string, value any) {
	t.Helper()
	above, last := pointer[:strings.LastIndexByte(pointer, '/')], pointer[strings.LastIndexByte(pointer, '/')+1:]
	node, ok := contracts.At(tree, above)
	object, isObject := node.(map[string]any)
	if !ok || !isObject {
		t.Fatalf("no object at %q", above)
	}
	object[last] = value
}

func read(t *testing.T, body string) policyAnswer {
	t.Helper()
	var answer policyAnswer
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&answer); err != nil {
		t.Fatalf("read %s: %v", body, err)
	}
	return answer
}

// issued is a contract that was issued at a base URL.
func issued(t *testing.T, base string, body []byte) policyAnswer {
	t.Helper()
	status, text := post(t, base+issuePath, body)
	if status != 200 {
		t.Fatalf("issue: got %d %s", status, text)
	}
	return read(t, text)
}

func look(t *testing.T, base, id string) policyAnswer {
	t.Helper()
	status, _, text := fetch(t, base+issuePath+"/"+id)
	if status != 200 {
		t.Fatalf("look up %s: got %d %s", id, status, text)
	}
	return read(t, text)
}

func wantStatus(t *testing.T, base, id, want string) policyAnswer {
	t.Helper()
	got := look(t, base, id)
	if got.PolicyStatus != want {
		t.Errorf("got status %s, want %s", got.PolicyStatus, want)
	}
	return got
}

func cancel(t *testing.T, base, id, body string) (int, string) {
	t.Helper()
	return post(t, base+issuePath+"/"+id+"/amendments", []byte(body))
}

func world(t *testing.T, s *mocks.Server, name string) *mocks.World {
	t.Helper()
	w, err := s.Make(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// wantKept demands that no answer in the world broke a promise of the insurer's.
func wantKept(t *testing.T, w *mocks.World) {
	t.Helper()
	entries := w.Journal(mocks.Query{})
	if len(entries) == 0 {
		t.Error("the journal is empty")
	}
	for _, e := range entries {
		for _, finding := range e.Findings {
			if finding.Blame == contracts.Insurer {
				t.Errorf("%s: %s: %s", e.Exchange.Operation, finding.Check, finding.Error())
			}
		}
	}
}

var (
	idText     = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
	numberText = regexp.MustCompile(`^[0-9]{2}-001-M01-[0-9]{6}$`)
)

// The printed requests are issued as they are; the answers have the printed
// members and dates, and ids of the printed forms.
func TestPrintedContracts(t *testing.T) {
	s := start(t)
	for i, name := range []string{"issue-person", "issue-company", "issue-package"} {
		got := issued(t, s.URL, request(t, name+".request"))
		want := read(t, string(request(t, name+".response")))
		if !idText.MatchString(*got.ContractID) || !numberText.MatchString(*got.PolicyNumber) {
			t.Errorf("%s: got id %s, number %s", name, *got.ContractID, *got.PolicyNumber)
		}
		if number := fmt.Sprintf("%s-001-M01-%06d", want.PolicyStartDate[2:4], i+1); *got.PolicyNumber != number {
			t.Errorf("%s: got number %s, want %s", name, *got.PolicyNumber, number)
		}
		if !strings.HasPrefix(*got.DocumentURL, s.URL+"/allianz/v1/motor/documents/") {
			t.Errorf("%s: got document %s", name, *got.DocumentURL)
		}
		if diff := cmp.Diff(got, look(t, s.URL, *got.ContractID)); diff != "" {
			t.Errorf("%s: looked up (-issued +got):\n%s", name, diff)
		}
		got.ContractID, got.PolicyNumber, got.DocumentURL = want.ContractID, want.PolicyNumber, want.DocumentURL
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-printed +got):\n%s", name, diff)
		}
	}
	wantKept(t, world(t, s, mocks.DefaultWorld))
}

// A request sent twice makes two contracts.
func TestIssuedTwice(t *testing.T) {
	s := start(t)
	first, second := issued(t, s.URL, request(t, "issue-person.request")), issued(t, s.URL, request(t, "issue-person.request"))
	if *first.ContractID == *second.ContractID || *first.PolicyNumber == *second.PolicyNumber || *first.DocumentURL == *second.DocumentURL {
		t.Errorf("got %s and %s of one request", *first.ContractID, *second.ContractID)
	}
}

func TestVerifyStoresNothing(t *testing.T) {
	s := start(t)
	w := world(t, s, mocks.DefaultWorld)
	look(t, s.URL, printedID) // the rows of a fresh world are there
	before, err := w.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, period := range map[string][2]string{
		"issue-person":  {"2022-06-17", "2023-06-17"},
		"issue-company": {"2020-05-20", "2021-05-20"},
		"issue-package": {"2020-05-20", "2021-05-20"},
		"issue-cmi":     {"2020-05-20", "2021-05-20"},
	} {
		got := issued(t, s.URL, changed(t, name, "/contractProcessState", "VERIFY", "/policyExpiryDate", nil, "/vehicle/registrationNumber", "ตร1001"))
		want := policyAnswer{PolicyStartDate: period[0], PolicyExpiryDate: period[1], PolicyStatus: "SUCCESS"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if status, body := post(t, s.URL+issuePath, changed(t, "issue-person", "/contractProcessState", "VERIFY", "/insuredPerson/title", nil)); status != 400 {
		t.Errorf("a verified request without a title: got %d %s, want 400", status, body)
	}
	after, err := w.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(encoded(t, before), encoded(t, after)); diff != "" {
		t.Errorf("rows changed (-before +after):\n%s", diff)
	}
	wantKept(t, w)
}

func encoded(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A fresh world holds the printed contract, at any time and in any world.
func TestPrintedLookUp(t *testing.T) {
	s := start(t)
	want := read(t, string(request(t, "get.response")))
	for _, base := range []string{s.URL, s.URL + "/w/another"} {
		got := look(t, base, printedID)
		if status, header, _ := fetch(t, *got.DocumentURL); status != 200 || header.Get("Content-Type") != "application/pdf" {
			t.Errorf("%s: got %d %s, want its document", base, status, header.Get("Content-Type"))
		}
		got.DocumentURL = want.DocumentURL
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-printed +got):\n%s", base, diff)
		}
	}
}

const textUnknown = `{"code":"003","message":"contractId ข้อมูลที่ส่งมาไม่ถูกต้อง"}`

func TestUnknownContract(t *testing.T) {
	s := start(t)
	mine := issued(t, s.URL+"/w/one", request(t, "issue-person.request"))
	for _, id := range []string{"x", *mine.ContractID, "%2e%2e", "{" + printedID + "}", strings.ToUpper(printedID)} {
		if status, _, body := fetch(t, s.URL+issuePath+"/"+id); status != 404 || body != textUnknown {
			t.Errorf("look up %s: got %d %s", id, status, body)
		}
		if status, body := cancel(t, s.URL, id, string(request(t, "cancel.request"))); status != 404 || body != textUnknown {
			t.Errorf("cancel %s: got %d %s", id, status, body)
		}
	}
	wantKept(t, world(t, s, mocks.DefaultWorld))
}

const (
	textTooLate = `{"message":"ไม่สามารถยกเลิกกรมธรรม์ได้ เนื่องจากเกิน 1 วันนับจากวันที่ออกกรมธรรม์"}`
	textTwice   = `{"message":"กรมธรรม์นี้ไม่มีผลบังคับแล้ว ไม่สามารถยกเลิกได้"}`
)

func TestPrintedCancellation(t *testing.T) {
	s := start(t)
	status, body := cancel(t, s.URL, printedID, string(request(t, "cancel.request")))
	if want := string(request(t, "cancel.response")); status != 200 || body != want {
		t.Errorf("got %d %s\nwant 200 %s", status, body, want)
	}
	got := wantStatus(t, s.URL, printedID, "CANCELLED")
	if *got.PolicyNumber != "19-001-M02-069005" {
		t.Errorf("got number %s, want the policy's own", *got.PolicyNumber)
	}
	if status, body := cancel(t, s.URL, printedID, string(request(t, "cancel.request"))); status != 400 || body != textTwice {
		t.Errorf("again: got %d %s, want 400 %s", status, body, textTwice)
	}
	wantKept(t, world(t, s, mocks.DefaultWorld))
}

func TestCancelWindow(t *testing.T) {
	for _, test := range []struct {
		after  time.Duration
		status int
		state  string
	}{
		{0, 200, "CANCELLED"},
		{24*time.Hour - time.Second, 200, "CANCELLED"},
		{24*time.Hour - 1, 200, "CANCELLED"},
		{24 * time.Hour, 400, "SUCCESS"},
		{240 * time.Hour, 400, "SUCCESS"},
	} {
		t.Run(test.after.String(), func(t *testing.T) {
			s := start(t)
			w := world(t, s, mocks.DefaultWorld)
			mine := issued(t, s.URL, request(t, "issue-person.request"))
			advance(t, w, test.after)
			status, body := cancel(t, s.URL, *mine.ContractID, string(request(t, "cancel.request")))
			if status != test.status || status == 400 && body != textTooLate {
				t.Errorf("got %d %s, want %d", status, body, test.status)
			}
			wantStatus(t, s.URL, *mine.ContractID, test.state)
			wantKept(t, w)
		})
	}
}

func TestCancelRequest(t *testing.T) {
	field := func(member string) string {
		return `{"code":"003","message":"` + member + ` ข้อมูลที่ส่งมาไม่ถูกต้อง"}`
	}
	const malformed = `{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}`
	fifty := strings.Repeat("เ", 50)
	for _, test := range []struct {
		body, setting string
		status        int
		want          string
	}{
		{`{"type":"CANCEL","reason":"` + fifty + `"}`, "cancel", 200, ""},
		{`{"type":"CANCEL","reason":"` + fifty + `x"}`, "cancel", 400, field("reason")},
		{`{"type":"CANCEL","reason":""}`, "cancel", 400, field("reason")},
		{`{"type":"CANCEL","reason":"  "}`, "cancel", 400, field("reason")},
		{`{"type":"CANCEL"}`, "cancel", 400, field("reason")},
		{`{"type":"CANCEL","reason":null}`, "cancel", 400, `{"code":"003","message":"reason ข้อมูลที่ส่งมาไม่ถูกต้อง"}`},
		{`{"type":"CANCEL","reason":1}`, "cancel", 500, malformed},
		{`{"reason":"x"}`, "cancel", 400, field("type")},
		{`{"type":"cancel","reason":"x"}`, "cancel", 400, field("type")},
		{`{"type":"RY11","reason":"x"}`, "cancel", 400, field("type")},
		{`{"type":"RY11","reason":"x"}`, "ry11-too", 200, ""},
		{`{"type":"CANCEL","reason":"x"}`, "ry11-too", 200, ""},
		{`{"type":"RY12","reason":"x"}`, "ry11-too", 400, field("type")},
		{`{`, "cancel", 500, malformed},
		{``, "cancel", 500, malformed},
	} {
		t.Run(test.body+" "+test.setting, func(t *testing.T) {
			s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"allianz.cancelType": test.setting} })
			status, body := cancel(t, s.URL, printedID, test.body)
			if status != test.status || test.want != "" && body != test.want {
				t.Errorf("got %d %s\nwant %d %s", status, body, test.status, test.want)
			}
			var sent, got struct{ Type, Reason string }
			if status == 200 && (json.Unmarshal([]byte(test.body), &sent) != nil || json.Unmarshal([]byte(body), &got) != nil || sent != got) {
				t.Errorf("got %+v of %+v, want it repeated", got, sent)
			}
			wantKept(t, world(t, s, mocks.DefaultWorld))
		})
	}
}
