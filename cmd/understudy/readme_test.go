package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// The README is what a new user runs first, so what it prints is run here.

func readmeText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReadmeQuote(t *testing.T) {
	command := regexp.MustCompile(`(?s)curl -s http://127\.0\.0\.1:7800(/\S+) -H 'Content-Type: application/json' -d '(.*?)'`).FindStringSubmatch(readmeText(t))
	if command == nil {
		t.Fatal("the README shows no quote by curl")
	}
	s := mocks.Start(t, mocks.Options{Insurers: catalog.All()})
	question, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+command[1], strings.NewReader(command[2]))
	if err != nil {
		t.Fatal(err)
	}
	question.Header.Set("Content-Type", "application/json")
	answer, err := (&http.Client{}).Do(question)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(`"grossPremium":20000.44`)) {
		t.Errorf("got %d %s, want the premium that the README prints", answer.StatusCode, body)
	}
}

func TestReadmePolicy(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl")
	}
	script := regexp.MustCompile("(?s)```sh\n(B=http://127.0.0.1:7800.*?)```").FindStringSubmatch(readmeText(t))
	if script == nil {
		t.Fatal("the README shows no life of a policy")
	}
	s := mocks.Start(t, mocks.Options{Insurers: catalog.All()})
	pdf := filepath.Join(t.TempDir(), "policy.pdf")
	command := strings.NewReplacer("http://127.0.0.1:7800", s.URL, "policy.pdf", pdf).Replace(script[1])
	shell := exec.CommandContext(t.Context(), "sh", "-e", "-c", command)
	shell.Dir = "../.."
	said, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for _, want := range []string{
		`"contractId":"w2gq0MRVgrx3gfo1LXDWAg","policyNumber":"22-001-M01-000001"`, `"policyStatus":"SUCCESS"`,
		`"effectiveDate":"2022-06-17","policyNumber":"22-001-M01-000001-2","status":"SUCCESS"`,
	} {
		if !strings.Contains(string(said), want) {
			t.Errorf("got %s, want %s in it", said, want)
		}
	}
	if page, err := os.ReadFile(pdf); err != nil || !bytes.HasPrefix(page, []byte("%PDF-")) {
		t.Errorf("the document is %.20q, %v", page, err)
	}
}

func TestReadmeScenarioParses(t *testing.T) {
	file := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(readmeText(t))
	if file == nil {
		t.Fatal("the README shows no scenario")
	}
	scenario, err := scenarios.Parse("README.md", []byte(file[1]))
	if err != nil {
		t.Fatal(err)
	}
	s := mocks.Start(t, mocks.Options{Insurers: catalog.All()})
	if err := s.CheckScenario(scenario); err != nil {
		t.Error(err)
	}
}

func TestReadmeShowsTheEmbeddedTestAsItRuns(t *testing.T) {
	shown := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(readmeText(t))
	if shown == nil {
		t.Fatal("the README shows no Go")
	}
	source, err := os.ReadFile("embed_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), shown[1]) {
		t.Errorf("the README's test is not the one in embed_test.go:\n%s", shown[1])
	}
}
