package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// process is a sandbox in a process of its own.
type process struct {
	url   string
	admin string // where the control API has a listener of its own
	mtls  string // where client certificates are asked for, with TLS

	command *exec.Cmd
	out     *lockedText
	errors  *lockedText
	ended   chan error
}

// lockedText collects what a process prints.
type lockedText struct {
	mu    sync.Mutex
	text  strings.Builder
	grown chan struct{} // closed when text comes; nil: nobody waits
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await returns once the text matches.
func (l *lockedText) await(pattern *regexp.Regexp) {
	for {
		l.mu.Lock()
		if pattern.MatchString(l.text.String()) {
			l.mu.Unlock()
			return
		}
		if l.grown == nil {
			l.grown = make(chan struct{})
		}
		grown := l.grown
		l.mu.Unlock()
		<-grown
	}
}

var (
	listening   = regexp.MustCompile(`listening on (https?://[^ "]+)`)
	controlling = regexp.MustCompile(`control API on (https?://[^ "]+)/__admin/`)
	certifying  = regexp.MustCompile(`client certificates asked for on (https://[^ "]+)`)
)

// spawn starts understudy serve and returns once it listens.
func spawn(dir string, environ []string, flags ...string) (*process, error) {
	p := &process{out: &lockedText{}, errors: &lockedText{}, ended: make(chan error, 1)}
	p.command = exec.CommandContext(context.Background(), "understudy", append([]string{"serve", "--addr", "127.0.0.1:0"}, flags...)...)
	p.command.Dir, p.command.Env, p.command.Stderr = dir, environ, p.errors
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			_, _ = io.WriteString(p.out, lines.Text()+"\n")
			if at := controlling.FindStringSubmatch(lines.Text()); at != nil {
				p.admin = at[1]
			}
			if at := certifying.FindStringSubmatch(lines.Text()); at != nil {
				p.mtls = at[1]
			}
			if at := listening.FindStringSubmatch(lines.Text()); at != nil {
				p.url = at[1]
				ready <- true
			}
		}
		close(ready)
		p.ended <- p.command.Wait()
	}()
	if !<-ready {
		return nil, errors.Join(errors.New("understudy serve did not listen: "+p.errors.String()), <-p.ended)
	}
	return p, nil
}

// stop interrupts the process and waits for its end.
func (p *process) stop() error {
	if err := p.command.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return <-p.ended
}

// spawnFor is spawn for a Go test, which ends the process.
func spawnFor(tb testing.TB, flags ...string) *process {
	tb.Helper()
	p, err := spawn(tb.TempDir(), os.Environ(), flags...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := p.stop(); err != nil {
			tb.Errorf("understudy serve ended with %v\n%s", err, p.errors)
		}
	})
	return p
}

// running are those of the running scripts, by script and name.
var running sync.Map

// sandboxes runs sandboxes in scripts. "sandbox start NAME [FLAG]..." sets $NAME to
// its address, $NAME_ADDR to the same without http://, and $NAME_ADMIN to the
// address of its control API where it has a listener of its own. "sandbox await
// NAME PATTERN" waits for what it prints. "sandbox stop NAME" interrupts it,
// wants exit code 0 and leaves what it printed in NAME.out and NAME.err.
func sandboxes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: sandbox start|await|stop NAME [ARG]...")
	}
	name := args[1]
	key := ts.Name() + " " + ts.Getenv("WORK") + " " + name
	find := func() *process {
		p, ok := running.Load(key)
		if !ok {
			ts.Fatalf("no sandbox %s runs", name)
		}
		return p.(*process)
	}
	switch {
	case args[0] == "start":
		environ := append(os.Environ(), "GOCOVERDIR="+ts.Getenv("GOCOVERDIR"))
		for _, variable := range []string{"CONFIG", "LOG_FORMAT", "SET", "SCENARIO", "SEED"} {
			environ = append(environ, "UNDERSTUDY_"+variable+"="+ts.Getenv("UNDERSTUDY_"+variable))
		}
		p, err := spawn(ts.MkAbs("."), environ, args[2:]...)
		ts.Check(err)
		running.Store(key, p)
		ts.Defer(func() {
			if p, ok := running.LoadAndDelete(key); ok {
				_ = p.(*process).stop()
			}
		})
		ts.Setenv(name, p.url)
		ts.Setenv(name+"_ADDR", strings.TrimPrefix(p.url, "http://"))
		ts.Setenv(name+"_ADMIN", p.admin)
	case args[0] == "await" && len(args) == 3:
		find().out.await(regexp.MustCompile(args[2]))
	case args[0] == "stop" && len(args) == 2:
		p := find()
		running.Delete(key)
		if err := p.stop(); err != nil {
			ts.Fatalf("sandbox %s ended with %v\n%s", name, err, p.errors)
		}
		ts.Check(os.WriteFile(ts.MkAbs(name+".out"), []byte(p.out.String()), 0o644))
		ts.Check(os.WriteFile(ts.MkAbs(name+".err"), []byte(p.errors.String()), 0o644))
	default:
		ts.Fatalf("usage: sandbox start|await|stop NAME [ARG]...")
	}
}

// mutations change an insurer's answers on their way to the caller, each in one
// place that its contract speaks of.
var mutations = map[string]func(answer *http.Response, body string) string{
	"none":   func(_ *http.Response, body string) string { return body },
	"vat":    func(_ *http.Response, body string) string { return vatAmount.ReplaceAllStringFunc(body, oneMore) },
	"ra85":   func(_ *http.Response, body string) string { return roadside.ReplaceAllString(body, "") },
	"status": func(answer *http.Response, body string) string { answer.StatusCode = http.StatusAccepted; return body },
	"empty": func(_ *http.Response, body string) string {
		return strings.ReplaceAll(body, `"owner":null`, `"owner":""`)
	},
	"garage": func(_ *http.Response, body string) string {
		return strings.ReplaceAll(body, `"code":"003","message":"garageType `, `"code":"001","message":"garageType `)
	},
	"refuse": func(answer *http.Response, body string) string {
		if !strings.Contains(body, `"productPackages"`) {
			return body
		}
		answer.StatusCode = http.StatusInternalServerError
		return `{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}`
	},
}

var (
	vatAmount = regexp.MustCompile(`"type":"VAT","amount":[0-9.]+`)
	roadside  = regexp.MustCompile(`,\{[^{}]*"code":"RA85"[^{}]*\}`)
)

// oneMore adds a satang, or ten where the last digit is one of ten satang.
func oneMore(text string) string {
	last := len(text) - 1
	if text[last] == '9' {
		return text[:last] + "8"
	}
	return text[:last] + string(text[last]+1)
}

// mutate puts a proxy before a sandbox that changes every answer of an insurer:
// "mutate NAME MUTATION URL [live]" sets $NAME to the proxy's address. A live
// one hides what tells a sandbox from an insurer.
func mutate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || mutations[args[1]] == nil {
		ts.Fatalf("usage: mutate NAME MUTATION URL [live]")
	}
	to, err := url.Parse(args[2])
	ts.Check(err)
	server := httptest.NewServer(mutating(to, args[1], len(args) > 3))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
}

// mutating stands before a sandbox and changes what its insurers answer; a live
// one hides the control API.
func mutating(to *url.URL, mutation string, live bool) http.Handler {
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // a scenario may drop the connection
	proxy.ModifyResponse = func(answer *http.Response) error {
		if strings.HasPrefix(answer.Request.URL.Path, "/__admin/") {
			return nil
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		changed := mutations[mutation](answer, string(body))
		answer.Body, answer.ContentLength = io.NopCloser(strings.NewReader(changed)), int64(len(changed))
		answer.Header.Del("Content-Length")
		return nil
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if live && strings.HasPrefix(r.URL.Path, "/__admin/") {
			http.NotFound(rw, r)
			return
		}
		proxy.ServeHTTP(rw, r)
	})
}
