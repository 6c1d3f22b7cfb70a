package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestChildWithoutReport lets the child be something that never reports, as a
// child does that is killed or that Ginkgo ends.
func TestChildWithoutReport(t *testing.T) {
	self, err := exec.LookPath("understudy")
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	p := &program{args: []string{"serve", "--seed", "none"}, out: &out, errors: &errs, getenv: func(string) string { return "" }, self: self}
	err = (&check{}).Run(t.Context(), p)
	var code verdict
	if !errors.As(err, &code) || code != exitInconclusive {
		t.Errorf("Run = %v, want exit code %d", err, exitInconclusive)
	}
	for _, want := range []string{"the run ended without a report (exit status 2)", "--seed"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("told %q, want %q in it", errs.String(), want)
		}
	}
	if want := "exit 4: inconclusive: target down or closed, credentials, or budget\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

// TestCheckInterrupted stops a check while its target is thinking: nothing is
// known then, and that is neither green nor red.
func TestCheckInterrupted(t *testing.T) {
	asked := make(chan bool, 1)
	target := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/__admin/") {
			http.NotFound(rw, r)
			return
		}
		select {
		case asked <- true:
		default:
		}
		<-r.Context().Done()
	}))
	defer target.Close()
	file := filepath.Join(t.TempDir(), "target.yaml")
	text := "name: slow\ninsurer: allianz\nfaces:\n  motor: " + target.URL + "\ncredentials: {client_id: a, client_secret: b}\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), "understudy", "check", "--target", file)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var ended *exec.ExitError
	if err := command.Wait(); !errors.As(err, &ended) || ended.ExitCode() != exitInconclusive {
		t.Errorf("check ended with %v, want exit code %d\n%s%s", err, exitInconclusive, out.String(), errs.String())
	}
	if !strings.Contains(out.String(), "the run was interrupted") {
		t.Errorf("the report does not say that it was interrupted:\n%s", out.String())
	}
}
