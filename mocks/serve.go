package mocks

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
)

// call is where a request belongs: a world and a documented operation.
type call struct {
	world     *World
	operation string
	vars      map[string]string
	path      string // escaped, relative to the face

	// Of a call that is none, where the insurer has a word for that: what it says,
	// and the operation by which it says it.
	refusal *Refusal
	like    string
}

const (
	maxBody      = 1 << 20          // bytes of a request; more is refused
	bodyPatience = 30 * time.Second // of real time for a body to come
)

// serve is the walk of one request: normalise, journal, faults, contract,
// identity, document, operation. What the insurer meant is judged before a
// scenario bends it.
func (f *face) serve(rw http.ResponseWriter, r *http.Request, c *call) {
	began := realNow()
	w, op := c.world, f.operations[cmp.Or(c.operation, c.like)]
	// A caller who stops half way through a body would hold the call for ever. The
	// deadline goes again, because the connection is also how we learn that a
	// caller has gone.
	reading := http.NewResponseController(rw)
	_ = reading.SetReadDeadline(began.Add(bodyPatience)) // not every writer can
	x, unread := f.receive(r, c)
	_ = reading.SetReadDeadline(time.Time{})
	if c.refusal != nil {
		unread = c.refusal
	}
	entry := &Entry{ID: w.journal.nextID(), Exchange: x}
	m := &moment{world: w, insurer: f.carrier.Slug, now: x.At, exchange: x}
	m.base, m.mtls = f.bases(r, w)
	// The insurer finishes what it began, also for a caller who has gone.
	ctx := withMoment(context.WithoutCancel(r.Context()), m)

	bend, err := w.bend(ctx, f, x)
	if err != nil {
		unread = f.carrier.refusal(ctx, x, fmt.Errorf("read the scenario: %w", err))
	}
	entry.Fault, entry.Bent = bend.id(), bend.what()
	if !bend.before(r.Context(), entry) {
		w.record(f.carrier, entry, began)
		bend.wait(r.Context())
		panic(http.ErrAbortHandler)
	}
	if bend.refuses() {
		bend.refuse(op, entry)
	} else {
		x.Response, entry.Why, entry.Code = f.meant(r.WithContext(ctx), op, x, unread)
		f.examine(x, entry)
		bend.repeat(w, entry)
	}
	x.Response.Header.Set("Date", x.At.UTC().Format(http.TimeFormat))
	bend.dress(entry)
	x.Bent = entry.Fault
	f.mark(x, entry)
	lost := bend.loses()
	if lost {
		x.Response = contracts.Response{}
	}
	w.record(f.carrier, entry, began)
	if lost {
		panic(http.ErrAbortHandler)
	}
	write(rw, x)
}

// receive reads the request as an exchange in the making. The refusal is for a
// body that could not be taken.
func (f *face) receive(r *http.Request, c *call) (*contracts.Exchange, *Refusal) {
	now, _ := c.world.Time()
	x := &contracts.Exchange{
		Insurer: f.carrier.Slug, Face: f.Name, Operation: c.operation, At: now,
		Request: contracts.Request{
			Method: r.Method, Path: c.path, Query: r.URL.RawQuery, Vars: c.vars,
			Message: contracts.Message{Header: r.Header},
		},
	}
	body, refusal := readBody(r)
	x.Request.Body = body
	if f.normalise != nil {
		f.normalise(&x.Request)
	}
	return x, refusal
}

func readBody(r *http.Request) ([]byte, *Refusal) {
	if r.ContentLength > maxBody {
		_, _ = io.CopyN(io.Discard, r.Body, 32*maxBody) // or the connection is reset before the refusal is read
		return nil, tooLarge()
	}
	if r.ContentLength == 0 {
		return nil, nil
	}
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	n, err := body.ReadFrom(io.LimitReader(r.Body, maxBody+1))
	switch {
	case n > maxBody:
		return nil, tooLarge()
	case err != nil:
		return body.Bytes(), &Refusal{
			Kind: Invalid, Rule: "the body could not be read to its end", Evidence: contracts.Inferred,
			Violations: []contracts.Violation{{In: "body", Rule: "syntax", Got: "a body that ends early", Want: "a whole body"}},
			Err:        err,
		}
	}
	return body.Bytes(), nil
}

func tooLarge() *Refusal {
	return &Refusal{
		Kind: TooLarge, Rule: "a body has at most 1 MiB", Evidence: contracts.Inferred, Where: "body",
		Remedy: "send a body of at most 1 MiB",
	}
}

// meant is the insurer's own answer, before any scenario bends it.
func (f *face) meant(r *http.Request, op served, x *contracts.Exchange, unread *Refusal) (contracts.Response, Why, string) {
	w := WorldOf(r.Context())
	w.life.RLock()
	defer w.life.RUnlock()
	answer, refusal := f.answer(r, op, x, unread)
	if refusal == nil {
		response, err := encode(answer)
		if err == nil {
			return response, answered(op, answer), ""
		}
		refusal = f.carrier.refusal(r.Context(), x, fmt.Errorf("encode the answer: %w", err))
	}
	response, err := encode(f.refuse(r.Context(), refusal))
	if err != nil {
		refusal = f.carrier.refusal(r.Context(), x, fmt.Errorf("encode the refusal: %w", err))
		response = problemResponse(http.StatusInternalServerError, "The mock broke", refusal.Rule)
	}
	return response, refused(op, refusal, response.Status), refusal.Code
}

// answer walks identity, document, operation; the first that says no ends it.
func (f *face) answer(r *http.Request, op served, x *contracts.Exchange, unread *Refusal) (answer Answer, refusal *Refusal) {
	c := f.carrier
	defer func() {
		if cause := recover(); cause != nil {
			refusal = c.refusal(r.Context(), x, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
		}
	}()
	if err := WorldOf(r.Context()).settle(r.Context(), c); err != nil {
		return Answer{}, c.refusal(r.Context(), x, err)
	}
	if x.Operation == "" {
		return Answer{}, unread
	}
	if c.api.Authenticate != nil && len(op.schemes) > 0 {
		if err := c.api.Authenticate(r, op.schemes); err != nil {
			return Answer{}, c.refusal(r.Context(), x, err)
		}
	}
	if unread != nil {
		return Answer{}, unread
	}
	if broken := c.contract.JudgeRequest(x); len(broken) > 0 {
		return Answer{}, misfit(op, broken)
	}
	answer, err := f.operate(r, op, x)
	if err != nil {
		return Answer{}, c.refusal(r.Context(), x, err)
	}
	return answer, nil
}

// operate hands the request to the insurer's handler, whole.
func (f *face) operate(r *http.Request, op served, x *contracts.Exchange) (Answer, error) {
	r.Body = io.NopCloser(bytes.NewReader(x.Request.Body))
	r.ContentLength = int64(len(x.Request.Body))
	if r.URL.RawQuery != x.Request.Query {
		changed := *r.URL
		changed.RawQuery = x.Request.Query
		r.URL = &changed
	}
	for name, value := range x.Request.Vars {
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		r.SetPathValue(name, value)
	}
	return op.answer(r)
}

// refusal is what an error means to the caller: the insurer's own no, or a
// broken insurer, whose cause is logged and not told.
func (c *carrier) refusal(ctx context.Context, x *contracts.Exchange, err error) *Refusal {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	c.sandbox.log.ErrorContext(ctx, "the insurer broke", slog.String("world", WorldOf(ctx).Name), slog.String("insurer", x.Insurer), slog.String("operation", x.Operation), slog.Any("error", err))
	return &Refusal{Kind: Broken, Rule: "the sandbox failed; its log says why", Evidence: contracts.Inferred, Err: err}
}

// wrongMethod is the refusal of a method that a documented path does not have;
// nil where the insurer's document says nothing of that.
func (f *face) wrongMethod(path string, allowed []string) (refusal *Refusal, like string) {
	const status = "405"
	for _, method := range allowed {
		id, _, _ := f.Match(method, path)
		if op := f.operations[id]; op.Responses.Value(status) != nil {
			return &Refusal{
				Kind: WrongMethod, Evidence: op.ResponseEvidence(status), Where: "method",
				Rule: "the path has no such method", Remedy: "call it by " + strings.Join(allowed, " or "),
			}, id
		}
	}
	return nil, ""
}

// misfit is the refusal of a request that breaks its document.
func misfit(op served, broken []contracts.Violation) *Refusal {
	first := broken[0]
	where, remedy := first.Where, first.Want
	if first.In != "body" {
		where = strings.TrimSpace(first.In + " " + first.Where)
	}
	if first.Rule == "required" && first.Where != "" {
		remedy = where
	}
	return &Refusal{
		Kind: Invalid, Violations: broken, Evidence: op.Evidence, Where: where,
		Rule:   strings.TrimSpace(fmt.Sprintf("%s breaks the document: got %s, want %s", where, first.Got, first.Want)),
		Remedy: "send " + remedy,
	}
}

// examine judges what was meant. With --strict an answer that breaks its
// contract is not sent.
func (f *face) examine(x *contracts.Exchange, entry *Entry) {
	entry.Findings = f.carrier.contract.Examine(x)
	if !f.carrier.sandbox.options.Strict {
		return
	}
	for _, finding := range entry.Findings {
		if finding.Blame == contracts.Insurer && finding.Level == contracts.Must {
			x.Response = problemResponse(http.StatusInternalServerError, "The mock broke its contract",
				fmt.Sprintf("%s: %s (serve without --strict to see the answer)", finding.Check, finding.Error()))
			return
		}
	}
}

// The sandbox's own markers on an answer.
const (
	headerID         = "X-Sandbox-Request-Id"
	headerFault      = "X-Sandbox-Fault"
	headerViolations = "X-Sandbox-Violations"
)

// mark adds the sandbox's own markers.
func (f *face) mark(x *contracts.Exchange, entry *Entry) {
	if f.carrier.sandbox.options.Stealth {
		return
	}
	header := x.Response.Header
	header.Set(headerID, entry.ID)
	if entry.Fault != "" {
		header.Set(headerFault, entry.Fault)
	}
	if len(entry.Findings) > 0 {
		header.Set(headerViolations, strconv.Itoa(len(entry.Findings)))
	}
}

func write(rw http.ResponseWriter, x *contracts.Exchange) {
	header := rw.Header()
	// Without these nil entries the library would add what a scenario took away.
	header["Date"], header["Content-Type"] = nil, nil
	maps.Copy(header, x.Response.Header)
	// A length that a scenario set stands, wrong as it may be.
	bodiless := x.Response.Status == http.StatusNoContent || x.Response.Status == http.StatusNotModified
	if header.Get("Content-Length") == "" && !bodiless {
		header.Set("Content-Length", strconv.Itoa(len(x.Response.Body)))
	}
	rw.WriteHeader(x.Response.Status)
	// A caller who has gone does not read; there is nobody to tell.
	_, _ = rw.Write(x.Response.Body)
}

// took is how long an answer was in the making, in real time.
func took(began time.Time) time.Duration { return realNow().Sub(began) }
