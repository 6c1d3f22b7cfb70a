package allianz_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	documentPath   = "/allianz/v1/motor/documents/"
	textNoDocument = `{"code":"003","message":"documentId ข้อมูลที่ส่งมาไม่ถูกต้อง"}`
	textExpired    = `{"message":"เอกสารหมดอายุแล้ว"}`
)

func TestDocument(t *testing.T) {
	// A link opens without a token, also where calls need one.
	s := start(t, func(o *mocks.Options) { o.Settings = map[string]string{"allianz.auth": "strict"} })
	w := world(t, s, mocks.DefaultWorld)
	status, text := post(t, s.URL+issuePath, request(t, "issue-person.request"), "Authorization", "Bearer "+grant(t, s.URL))
	if status != 200 {
		t.Fatalf("issue: got %d %s", status, text)
	}
	mine := read(t, text)
	status, header, body := fetch(t, *mine.DocumentURL)
	if status != 200 || header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(body, "%PDF-") {
		t.Errorf("got %d %s %.8q, want a PDF", status, header.Get("Content-Type"), body)
	}
	if want := `inline; filename="` + *mine.PolicyNumber + `.pdf"`; header.Get("Content-Disposition") != want {
		t.Errorf("got disposition %s, want %s", header.Get("Content-Disposition"), want)
	}
	if _, _, again := fetch(t, *mine.DocumentURL); again != body {
		t.Error("a second download differs")
	}
	wantKept(t, w)
}

func TestDocumentExpires(t *testing.T) {
	const life = 15 * 24 * time.Hour
	s := start(t)
	w := world(t, s, mocks.DefaultWorld)
	mine := issued(t, s.URL, request(t, "issue-company.request"))
	advance(t, w, life-time.Second)
	later := issued(t, s.URL, request(t, "issue-company.request"))
	if status, _, _ := fetch(t, *mine.DocumentURL); status != 200 {
		t.Errorf("a second before: got %d", status)
	}
	advance(t, w, time.Second)
	if again := look(t, s.URL, *mine.ContractID); *again.DocumentURL != *mine.DocumentURL {
		t.Errorf("a look-up renewed the address: %s", *again.DocumentURL)
	}
	if status, _, body := fetch(t, *mine.DocumentURL); status != 410 || body != textExpired {
		t.Errorf("after 15 days: got %d %s, want 410 %s", status, body, textExpired)
	}
	if status, _, _ := fetch(t, *later.DocumentURL); status != 200 {
		t.Errorf("that of a younger contract: got %d", status)
	}
	wantKept(t, w)
}

func TestUnknownDocument(t *testing.T) {
	s := start(t)
	mine := issued(t, s.URL+"/w/one", request(t, "issue-person.request"))
	elsewhere := strings.Replace(*mine.DocumentURL, "/w/one", "/w/two", 1)
	for _, address := range []string{s.URL + documentPath + "x", s.URL + documentPath + *mine.ContractID, elsewhere} {
		if status, _, body := fetch(t, address); status != 404 || body != textNoDocument {
			t.Errorf("%s: got %d %s, want 404 %s", address, status, body, textNoDocument)
		}
	}
}

// The address is stored with the contract: it begins as the caller who asked for
// it found the insurer, or with the public URL.
func TestDocumentAddress(t *testing.T) {
	s := start(t, func(o *mocks.Options) { o.PublicURL = "https://understudy.example/" })
	got := issued(t, s.URL+"/w/one", request(t, "issue-person.request"))
	if want := "https://understudy.example/w/one" + documentPath; !strings.HasPrefix(*got.DocumentURL, want) {
		t.Errorf("got %s, want it below %s", *got.DocumentURL, want)
	}
	id := waiting(t, s.URL+"/w/one", "ตร1001")
	advance(t, world(t, s, "one"), 24*time.Hour)
	if address := look(t, s.URL+"/w/one", id).DocumentURL; address == nil || !strings.HasPrefix(*address, "https://understudy.example/w/one") {
		t.Errorf("after the inspection: got %v", address)
	}
}

// One seed and one script: the same answers and documents, byte for byte. Another
// seed: other ids.
func TestContractsGrowFromTheSeed(t *testing.T) {
	script := func(seed uint64) []string {
		s := start(t, func(o *mocks.Options) { o.Seed, o.PublicURL = seed, "https://understudy.example" })
		w := world(t, s, mocks.DefaultWorld)
		var all []string
		for _, name := range []string{"issue-person", "issue-company", "issue-package", "issue-cmi"} {
			_, body := post(t, s.URL+issuePath, request(t, name+".request"))
			address := strings.Replace(*read(t, body).DocumentURL, "https://understudy.example", s.URL, 1)
			_, _, document := fetch(t, address)
			all = append(all, body, document)
		}
		id := waiting(t, s.URL, "ตร1001")
		advance(t, w, 24*time.Hour)
		_, _, body := fetch(t, s.URL+issuePath+"/"+id)
		return append(all, body)
	}
	first, again, other := script(7), script(7), script(8)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("one seed, two runs (-first +again):\n%s", diff)
	}
	for i := range first {
		if first[i] == other[i] && i%2 == 0 {
			t.Errorf("two seeds, one answer: %s", first[i])
		}
	}
}

// Two worlds of one sandbox never give one id.
func TestIdsOfTwoWorlds(t *testing.T) {
	s := start(t)
	one := issued(t, s.URL+"/w/one", request(t, "issue-person.request"))
	two := issued(t, s.URL+"/w/two", request(t, "issue-person.request"))
	if *one.ContractID == *two.ContractID || strings.HasSuffix(*two.DocumentURL, (*one.DocumentURL)[len(*one.DocumentURL)-22:]) {
		t.Errorf("got %s and %s", *one.ContractID, *two.ContractID)
	}
}
