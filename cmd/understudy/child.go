package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts/report"
)

// childFile names the environment variable that makes check the child of another
// one: it runs the suites in this process and leaves in the file what it found.
const childFile = "UNDERSTUDY_CHECK_CHILD_FILE"

// found is what a child found: a report, or what is wrong with what it was asked.
type found struct {
	Report *report.Report `json:"report,omitempty"`
	Error  string         `json:"error,omitempty"`
}

func writeFound(file string, f found) error {
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("check: hand over the report: %w", err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("check: hand over the report: %w", err)
	}
	return nil
}

// child runs this command line once more in a process of its own. An error means
// that it ended without a report, which is neither green nor the insurer's fault.
func (p *program) child(ctx context.Context) (found, error) {
	var f found
	folder, err := os.MkdirTemp("", "understudy-check-")
	if err != nil {
		return f, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "found.json")

	var said bytes.Buffer
	command := exec.CommandContext(ctx, p.self, p.args...)
	// Nothing is written to it: the child watches for its end, which is ours.
	if _, err := command.StdinPipe(); err != nil {
		return f, fmt.Errorf("start the run: %w", err)
	}
	command.Env = append(os.Environ(), childFile+"="+file)
	command.Stdout, command.Stderr = p.errors, &said // it says nothing there but what a person is asked to do
	if p.terminal(p.errors) {
		command.Stderr = p.errors // where it shows how far it is
	}
	// It tidies up after itself: a world is deleted, a report is written.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 2 * grace
	if err := command.Run(); err != nil && command.ProcessState == nil {
		return f, fmt.Errorf("start the run: %w", err)
	}
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, fmt.Errorf("the run ended without a report (%s)%s", command.ProcessState, tail(said.String()))
	case err != nil:
		return f, fmt.Errorf("read the report of the run: %w", err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("read the report of the run: %w", err)
	}
	if ctx.Err() != nil && f.Report != nil {
		f.Report.Inconclusive = append(f.Report.Inconclusive, "the run was interrupted")
		f.Report = report.Merge(f.Report)
	}
	return f, nil
}

// orphaned ends a child whose parent is gone, at once: nobody is left to tell what
// it finds, and whoever killed the parent means the calls to stop. What it has
// left behind stands in the ledger.
func orphaned(parent io.Reader) {
	_, _ = io.Copy(io.Discard, parent)
	os.Exit(exitInconclusive)
}

// tail is the end of what a process printed.
func tail(text string) string {
	const most = 2000
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	return ":\n" + text[max(0, len(text)-most):]
}
