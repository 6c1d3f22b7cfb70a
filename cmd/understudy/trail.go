package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// trail prints a line per answered call. Calls do not wait for whoever reads the
// lines: when those pile up, the oldest wait and the newest are counted instead.
type trail struct {
	json    bool
	colours colours
	mounts  map[string]string // slug and face -> path below the slug

	lines chan []byte
	lost  atomic.Int64
	done  chan struct{}
}

const waitingLines = 4096

func newTrail(w io.Writer, format string, c colours) *trail {
	t := &trail{json: format == "json", colours: c, mounts: map[string]string{}, lines: make(chan []byte, waitingLines), done: make(chan struct{})}
	go t.print(w)
	return t
}

// learn reads where the faces of a sandbox stand; it comes before the first call.
func (t *trail) learn(sandbox *mocks.Sandbox) {
	for _, insurer := range sandbox.Insurers() {
		for _, face := range sandbox.Faces(insurer.Slug) {
			t.mounts[insurer.Slug+"/"+face.Name] = face.Mount
		}
	}
}

// close prints what is left and ends the trail, unless nobody reads it any more.
func (t *trail) close() {
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case t.lines <- nil:
	case <-patience.C:
		return
	}
	select {
	case <-t.done:
	case <-patience.C:
	}
}

// watch is told of every answered call.
func (t *trail) watch(world string, e *mocks.Entry) {
	line := t.text
	if t.json {
		line = t.object
	}
	select {
	case t.lines <- line(world, e):
	default:
		t.lost.Add(1)
	}
}

func (t *trail) print(w io.Writer) {
	defer close(t.done)
	out := bufio.NewWriter(w)
	// Nobody is told of a reader who has gone.
	defer func() { _ = out.Flush() }()
	for line := range t.lines {
		if line == nil {
			return
		}
		_, _ = out.Write(line)
		if n := t.lost.Swap(0); n > 0 {
			_, _ = out.Write(t.missing(n))
		}
		if len(t.lines) == 0 {
			_ = out.Flush()
		}
	}
}

func (t *trail) missing(n int64) []byte {
	if t.json {
		return fmt.Appendf(nil, "{\"msg\":\"lines left out\",\"count\":%d}\n", n)
	}
	return fmt.Appendf(nil, "(%d lines left out: calls came faster than they could be printed; the journal has them)\n", n)
}

// path is what the caller asked for, without the query: that may hold secrets.
func (t *trail) path(world string, e *mocks.Entry) string {
	x := e.Exchange
	if x.Webhook {
		return x.Request.Path
	}
	path := "/" + x.Insurer + t.mounts[x.Insurer+"/"+x.Face] + x.Request.Path
	if world != mocks.DefaultWorld {
		path = "/w/" + world + path
	}
	return path
}

// text is a line such as
//
//	POST /allianz/v1/motor/quickquotes 400 003 · explain r-17
func (t *trail) text(world string, e *mocks.Entry) []byte {
	var b strings.Builder
	if e.Exchange.Webhook {
		b.WriteString("→ " + e.Exchange.Insurer + " ")
	}
	b.WriteString(e.Exchange.Request.Method + " " + t.path(world, e) + " " + t.status(e.Exchange.Response.Status))
	if e.Code != "" {
		b.WriteString(" " + e.Code)
	}
	if e.Fault != "" {
		b.WriteString(" · fault " + e.Fault)
	}
	if e.Receiver != nil && !e.Receiver.Right {
		b.WriteString(" · " + t.colours.yellow("the receiver did wrong: "+e.Receiver.Says))
	}
	for _, check := range brokenBy(e, contracts.Insurer) {
		b.WriteString(" · " + t.colours.red("the mock broke "+check))
	}
	// A refusal says what the caller broke; an answer that was given all the same does not.
	if checks := brokenBy(e, contracts.Caller); e.Code == "" && e.Exchange.Response.Status < 400 && len(checks) > 0 {
		b.WriteString(" · " + t.colours.yellow("the caller broke "+strings.Join(checks, ", ")))
	}
	b.WriteString(" · explain " + e.ID + "\n")
	return []byte(b.String())
}

// status is 000 where no answer was sent.
func (t *trail) status(status int) string {
	text := fmt.Sprintf("%03d", status)
	switch {
	case status == 0 || status >= 500:
		return t.colours.red(text)
	case status >= 400:
		return t.colours.yellow(text)
	}
	return t.colours.green(text)
}

func (t *trail) object(world string, e *mocks.Entry) []byte {
	x := e.Exchange
	receiver := ""
	if e.Receiver != nil && !e.Receiver.Right {
		receiver = e.Receiver.Says
	}
	line, err := json.Marshal(struct {
		Time      time.Time `json:"time"` // by the world's clock
		Message   string    `json:"msg"`
		Method    string    `json:"method"`
		Path      string    `json:"path"`
		Status    int       `json:"status"`
		Code      string    `json:"code,omitempty"`
		World     string    `json:"world"`
		Insurer   string    `json:"insurer"`
		Operation string    `json:"operation"`
		Exchange  string    `json:"exchange"`
		Fault     string    `json:"fault,omitempty"`
		Broken    []string  `json:"broken,omitempty"`       // checks, by the mock
		Caller    []string  `json:"caller_broke,omitempty"` // checks
		Took      string    `json:"took"`
		Webhook   bool      `json:"webhook,omitempty"`  // the insurer called, and path is the receiver's whole address
		Receiver  string    `json:"receiver,omitempty"` // what it did wrong
	}{
		x.At, "request", x.Request.Method, t.path(world, e), x.Response.Status, e.Code, world, x.Insurer, x.Operation,
		e.ID, e.Fault, brokenBy(e, contracts.Insurer), brokenBy(e, contracts.Caller), x.Took.String(), x.Webhook, receiver,
	})
	if err != nil {
		return fmt.Appendf(nil, "{\"msg\":\"request\",\"error\":%q}\n", err.Error())
	}
	return append(line, '\n')
}

// brokenBy names the checks that one side broke.
func brokenBy(e *mocks.Entry, side contracts.Side) []string {
	var ids []string
	for _, finding := range e.Findings {
		if finding.Blame == side && !slices.Contains(ids, finding.Check) {
			ids = append(ids, finding.Check)
		}
	}
	return ids
}
