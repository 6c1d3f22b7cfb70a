package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite what the scripts expect")

// TestMain lets the test binary be the program under its own name, so that
// scripts run it and measure coverage.
func TestMain(m *testing.M) {
	// A program under the race detector lingers for a second when it ends.
	os.Setenv("GORACE", strings.TrimSpace(os.Getenv("GORACE")+" atexit_sleep_ms=0"))
	testscript.Main(m, map[string]func(){
		"understudy": func() { os.Exit(start()) },
		"http":       func() { os.Exit(call(os.Args[1:])) },
		"stack":      func() { os.Exit(serveStack(os.Args[1:])) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"sandbox": sandboxes,
			"mutate":  mutate,
			"fill":    fill,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("COLUMNS", "100")
			e.Setenv("GOCOVERDIR", os.Getenv("GOCOVERDIR"))
			e.Setenv("GORACE", os.Getenv("GORACE"))
			e.Setenv("OTHER_DAY", time.Now().UTC().AddDate(0, 0, 3).Format("Mon"))
			return nil
		},
	})
}

// exits runs a program and wants an exit code: exits CODE PROGRAM ARG...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("%s did not run: %v", args[1], err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// fill replaces $NAME in a file by the script's variables: fill FILE.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fill FILE")
	}
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// call is an HTTP client for scripts: http METHOD URL [HEADER: VALUE]... [@FILE].
// It prints the status, the headers that scripts look at, and the body.
func call(args []string) int {
	if len(args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: http METHOD URL [HEADER: VALUE]... [@FILE]")
		return 2
	}
	var body io.Reader
	header := http.Header{}
	for _, arg := range args[2:] {
		if name, ok := strings.CutPrefix(arg, "@"); ok {
			text, err := os.ReadFile(name)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 2
			}
			body = bytes.NewReader(text)
			header.Set("Content-Type", "application/json")
			continue
		}
		name, value, _ := strings.Cut(arg, ": ")
		header.Set(name, value)
	}
	r, err := http.NewRequestWithContext(context.Background(), args[0], args[1], body)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	r.Header = header
	r.Host = header.Get("Host")
	// One call, one connection: a sandbox that stops need not wait for us.
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer answer.Body.Close()
	fmt.Println(answer.StatusCode)
	for _, name := range []string{"Content-Type", "Date", "Access-Control-Allow-Origin", "X-Sandbox-Fault", "X-Sandbox-Request-Id"} {
		if value := answer.Header.Get(name); value != "" {
			fmt.Printf("%s: %s\n", name, value)
		}
	}
	fmt.Println()
	if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println()
	return 0
}
