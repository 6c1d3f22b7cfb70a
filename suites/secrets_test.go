package suites

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// roundTrip is a wire that is one function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzSecretsLeaveNoTrace lets an insurer put whatever it was signed in with into
// every place of its answers, and hunts it in the ledger and the reports.
func FuzzSecretsLeaveNoTrace(f *testing.F) {
	f.Add("client-4711", "s3cr3t/with+signs=", "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig-nature")
	f.Add(`back\slash"quote`, "<ängstlich&more>", "token with blanks")
	f.Add("a%20b%2Fc", "'; drop table --", "ทดสอบทดสอบ")
	f.Add("aaaaaaaa", "aaaaaaaaaaaa", "aaaaaaaaaaaaaaaa")
	f.Add("******", "*********", "state\"sent\"")
	f.Fuzz(func(t *testing.T, id, secret, token string) {
		all := []string{id, secret, token}
		for _, one := range all {
			if !canary(one) {
				t.Skip("no secret that anybody would be given")
			}
		}
		echo := strings.Join(all, " | ")
		base := &url.URL{Scheme: "http", Host: "uat.test", Path: "/allianz"}
		r, err := newRun([]*Target{{
			Name: "uat", Insurer: "allianz", Faces: map[string]*url.URL{"motor": base}, Rate: Rate{Calls: 1_000_000, Per: time.Second},
			Credentials: map[string]string{"client_id": id, "client_secret": secret},
		}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		target := r.targets[0]
		path := filepath.Join(t.TempDir(), "ledger.jsonl")
		if err := target.openLedger(path); err != nil {
			t.Fatal(err)
		}
		target.gate.carry.(*clerk).next = roundTrip(func(*http.Request) (*http.Response, error) {
			body, err := json.Marshal(map[string]string{"contractId": "id " + echo, "policyNumber": echo})
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body))}, err
		})
		body, err := json.Marshal(map[string]any{"vehicle": map[string]string{"vehicleIdentificationNumber": echo, "registrationNumber": "x" + echo + "y"}})
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base.String()+issuePath, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		res, err := target.gate.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(res.Body.Close(), target.ledger.close()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		hunt(t, "the ledger", decodedLines(t, text), all)
		left, err := Leftovers(path)
		if err != nil || len(left) != 1 {
			t.Fatalf("the ledger holds %v, %v", left, err)
		}

		mismatch := contracts.Mismatch{Where: "/a/" + echo, Got: echo, Want: echo}
		finding := contracts.Finding{Check: "allianz/token-given", Insurer: "allianz", Level: contracts.Must, Blame: contracts.Insurer, Mismatch: mismatch}
		quoted, _ := json.Marshal(echo)
		reported := report.New(report.Run{
			Head:  report.Head{Insurers: []string{"allianz"}, Inconclusive: []string{echo, url.QueryEscape(secret)}},
			Specs: []report.Spec{{Name: "a spec", Outcome: report.Failed, Reason: echo + string(quoted), Findings: []contracts.Finding{finding}}},
		})
		target.gate.secrets.scrub(reported)
		for name, write := range map[string]func(io.Writer, *report.Report) error{"text": report.Text, "JSON": report.JSON, "JUnit": report.JUnit} {
			var b bytes.Buffer
			if err := write(&b, reported); err != nil {
				t.Fatal(err)
			}
			said := b.String()
			switch name {
			case "JSON":
				said = decodedLines(t, b.Bytes())
			case "JUnit":
				said = characters(t, b.Bytes())
			}
			hunt(t, "the report as "+name, said, all)
		}
	})
}

// canary says whether a text could be a secret: long enough, printable, and not
// made of words and signs that stand in every report.
func canary(one string) bool {
	if len(one) < shortestSecret || !utf8.ValidString(one) || strings.TrimSpace(one) != one {
		return false
	}
	for _, r := range one {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return !strings.Contains(nothingSecret, one) && strings.Trim(one, "* |idxy/a") != ""
}

// nothingSecret is what a ledger and a report say by themselves.
var nothingSecret = func() string {
	var b bytes.Buffer
	plain := report.New(report.Run{Head: report.Head{Insurers: []string{"allianz"}, Inconclusive: []string{"-"}}, Specs: []report.Spec{{
		Name: "a spec", Outcome: report.Failed, Reason: "-", Findings: []contracts.Finding{{Check: "allianz/token-given", Insurer: "allianz"}},
	}}})
	_ = report.Text(&b, plain)
	_ = report.JSON(&b, plain)
	_ = report.JUnit(&b, plain)
	return b.String() + "begun sent came uat allianz issueContract http://uat.test/allianz" + issuePath + "vehicle , plate "
}()

func hunt(t *testing.T, where, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%s holds the secret %q:\n%s", where, secret, text)
		}
	}
}

// decodedLines are the texts of JSON values, keys and escapes left out.
func decodedLines(t *testing.T, text []byte) string {
	t.Helper()
	var b strings.Builder
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := token.(string); ok {
			b.WriteString(s + "\n")
		}
	}
}

// characters are the texts of an XML document, escapes left out.
func characters(t *testing.T, text []byte) string {
	t.Helper()
	var b strings.Builder
	decoder := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.CharData:
			b.Write(token)
		case xml.StartElement:
			for _, a := range token.Attr {
				b.WriteString(a.Value + "\n")
			}
		}
	}
}

func TestHide(t *testing.T) {
	var s secrets
	s.add("a", "", "short")
	if got := s.hide("a short word"); got != "a short word" {
		t.Errorf("got %q", got)
	}
	s.add("canary", "longer-still")
	if got, want := s.hide("longer-still is a canary"), "*** is a ***"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := s.hide("a longer-sti... and longer-st… but long... or longer"), "a ***... and ***… but long... or longer"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
