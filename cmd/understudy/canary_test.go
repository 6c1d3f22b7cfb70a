package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The canaries: secrets that stand nowhere but in the environment of a check and
// in the answers of an insurer that repeats them.
const (
	canaryID     = "canary-client-7f1"
	canarySecret = `c4n4ry/"secret"&<0pens>+nothing`
	canaryToken  = "canary.token.9d2e-4a"
)

// TestCanaries runs everything that a check can do against an insurer that puts
// what it was given into headers, bodies and errors, and hunts it wherever the
// program leaves a trace.
func TestCanaries(t *testing.T) {
	uat := spawnFor(t, "--stealth", "--admin-addr", "127.0.0.1:0")
	folder := t.TempDir()
	temporary := filepath.Join(folder, "tmp")
	if err := os.Mkdir(temporary, 0o755); err != nil {
		t.Fatal(err)
	}
	text := "name: parrot\ninsurer: allianz\nfaces:\n  motor: " + parrot(t, uat.url) + "/allianz\n" +
		"credentials: {client_id: '${CANARY_ID}', client_secret: '${CANARY_SECRET}', oe_id: th-pc}\n"
	if err := os.WriteFile(filepath.Join(folder, "parrot.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		command := exec.CommandContext(t.Context(), "understudy", args...)
		command.Dir = folder
		command.Env = append(os.Environ(), "CANARY_ID="+canaryID, "CANARY_SECRET="+canarySecret, "TMPDIR="+temporary)
		var said bytes.Buffer
		command.Stdout, command.Stderr = &said, &said
		if err := command.Run(); err != nil && command.ProcessState == nil {
			t.Fatal(err)
		}
		hunt(t, strings.Join(args, " "), said.Bytes())
		return said.String()
	}
	said := run("check", "--target", "parrot.yaml", "--allow-binding", "--rate", "100000/s", "--out", "reports")
	if !strings.Contains(said, "***") {
		t.Errorf("nothing was repeated, so nothing was proven:\n%s", said)
	}
	run("check", "--target", "parrot.yaml", "--list")
	run("cleanup", "reports/ledger.jsonl", "--rate", "100000/s")
	run("cleanup", "reports/ledger.jsonl", "--target", "parrot.yaml", "--rate", "100000/s")

	found := 0
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		found++
		hunt(t, name, content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ledger.jsonl", "report.json", "report.xml"} {
		if _, err := os.Stat(filepath.Join(folder, "reports", name)); err != nil {
			t.Error(err)
		}
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("%d files are left where temporary ones go", len(left))
	}
	if found < 4 {
		t.Errorf("only %d files were written", found)
	}
}

func hunt(t *testing.T, where string, content []byte) {
	t.Helper()
	quoted, _ := json.Marshal(canarySecret)
	for _, secret := range []string{
		canaryID, canarySecret, canaryToken, strings.Trim(string(quoted), `"`), url.QueryEscape(canarySecret),
		`c4n4ry/\"secret\"&<0pens>+nothing`, "c4n4ry/&#34;secret&#34;&amp;&lt;0pens&gt;+nothing", "c4n4ry",
		base64.StdEncoding.EncodeToString([]byte(canaryID + ":" + canarySecret)),
	} {
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("%s holds %s:\n%s", where, secret, content)
		}
	}
}

// parrot is an insurer that takes the canaries for credentials, and repeats in
// every answer what it was given. It breaks its word now and then, so that there
// is something to quote.
func parrot(t *testing.T, to string) string {
	t.Helper()
	base, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	repeat := strings.Join([]string{canaryID, canarySecret, canaryToken, base64.StdEncoding.EncodeToString([]byte(canaryID + ":" + canarySecret))}, " ")
	proxy := httputil.NewSingleHostReverseProxy(base)
	proxy.ModifyResponse = func(answer *http.Response) error {
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		var said map[string]any
		if json.Unmarshal(body, &said) == nil {
			if said["access_token"] != nil {
				said["access_token"] = canaryToken
			} else {
				for _, name := range []string{"message", "productCode", "policyNumber", "policyStatus"} {
					if said[name] != nil && said[name] != "SUCCESS" {
						said[name] = fmt.Sprint(said[name], repeat)
					}
				}
				said["echo"] = repeat
			}
			if body, err = json.Marshal(said); err != nil {
				return err
			}
		}
		answer.Header.Set("X-Echo", repeat)
		answer.Header.Set("Content-Length", fmt.Sprint(len(body)))
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return nil
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch id, secret, basic := r.BasicAuth(); {
		case basic && id == canaryID && secret == canarySecret:
			r.SetBasicAuth("sandbox-client", "sandbox-secret-opens-nothing")
		case r.Header.Get("Authorization") == "Bearer "+canaryToken:
			r.Header.Del("Authorization")
		}
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
