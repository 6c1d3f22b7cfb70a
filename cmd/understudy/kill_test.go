//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
)

// TestCleanupAfterKill kills a check, with its child, at the worst of moments: a
// contract is being issued, or is issued and about to be cancelled.
func TestCleanupAfterKill(t *testing.T) {
	tests := []struct {
		name, operation string
		at              string // where the call ends that the check is killed in
		code            int
		says            string
	}{
		{"while it cancels", "amendContract", "/amendments", 0, "nothing is left behind"},
		{"while it looks the contract up", "getContract", "", 0, "nothing is left behind"},
		{"while it issues", "issueContract", "/v1/motor/contracts", exitLeft, "a person must look"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			uat := spawnFor(t, "--stealth", "--admin-addr", "127.0.0.1:0")
			world := sandbox.New(uat.admin, nil).World("default")
			hang := json.RawMessage(`{"name":"hang","insurer":"allianz","teaches":"a call without an end","trigger":"Make it.",
				"rules":[{"on":{"operation":"` + tt.operation + `","nth":[1]},"hang":true}]}`)
			if _, err := world.PlayScenario(t.Context(), hang); err != nil {
				t.Fatal(err)
			}
			address, arrived := announcing(t, uat.url, func(r *http.Request) bool {
				if tt.at == "" {
					return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/contracts/")
				}
				return strings.HasSuffix(r.URL.Path, tt.at)
			})
			folder := t.TempDir()
			target := filepath.Join(folder, "uat.yaml")
			text := "name: uat\ninsurer: allianz\nfaces:\n  motor: " + address + "/allianz\n" +
				"credentials: {client_id: sandbox-client, client_secret: sandbox-secret-opens-nothing}\n"
			if err := os.WriteFile(target, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			ledger := filepath.Join(folder, "ledger.jsonl")
			check := exec.CommandContext(context.WithoutCancel(t.Context()),
				"understudy", "check", "--target", target, "--only", "binding", "--allow-binding", "--ledger", ledger, "--rate", "100000/s")
			if err := check.Start(); err != nil {
				t.Fatal(err)
			}
			<-arrived
			if err := syscall.Kill(check.Process.Pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			if err := check.Wait(); err == nil {
				t.Fatal("the check was not killed")
			}

			out, code := understudy(t, "cleanup", ledger, "--rate", "100000/s")
			if code != tt.code || !strings.Contains(out, tt.says) {
				t.Errorf("cleanup: exit code %d, want %d\n%s\nwant %q in it", code, tt.code, out, tt.says)
			}
			if tt.code != 0 {
				return
			}
			if n, err := world.Count(t.Context(), sandbox.Filter{Insurer: "allianz", Operation: "amendContract"}); err != nil || n == 0 {
				t.Errorf("the insurer heard of %d cancellations, %v", n, err)
			}
			if out, code := understudy(t, "cleanup", ledger); code != 0 || !strings.Contains(out, "nothing to do") {
				t.Errorf("the second cleanup: exit code %d\n%s", code, out)
			}
		})
	}
}

// announcing is an address before another one, and tells when a call arrives.
func announcing(t *testing.T, to string, which func(*http.Request) bool) (address string, arrived <-chan bool) {
	t.Helper()
	base, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan bool, 1)
	proxy := httputil.NewSingleHostReverseProxy(base)
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {} // the caller is dead
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if which(r) {
			select {
			case came <- true:
			default:
			}
		}
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, came
}

// understudy runs the program and answers what it printed, and its exit code.
func understudy(t *testing.T, args ...string) (printed string, code int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "understudy", args...)
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), command.ProcessState.ExitCode()
}
