package contracts

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Recorder is told of every exchange that was seen, without its secrets, and of
// what was found against it. It is called on the goroutine that read the answer.
type Recorder func(*Exchange, []Finding)

// Transport watches a client: it hands every call on, and when the answer was
// read or closed it examines and records the exchange. The client gets the
// answer as it comes. A call to an address that is under no face is not seen.
type Transport struct {
	Contract *Contract
	Faces    map[string]*url.URL // face to base; the longest that fits is cut off the path
	Next     http.RoundTripper   // nil: a transport of its own
	Record   Recorder
	Now      func() time.Time // nil: the wall clock
	// Armed names the scenario that is played at the target, "" when none is. An
	// answer that never came carries no header to say that it was bent.
	Armed func() string

	once   sync.Once
	direct http.RoundTripper
}

// faultHeader is how the sandbox says which rule bent an answer.
const faultHeader = "X-Sandbox-Fault"

// longestBody is how many bytes of a body an exchange keeps.
const longestBody = 1 << 20

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	face, path, ok := t.face(r.URL)
	if !ok {
		return t.next().RoundTrip(r)
	}
	began := t.now()
	x := &Exchange{Insurer: t.Contract.Insurer, Face: face, At: began}
	x.Request = Request{Method: r.Method, Path: path, Query: r.URL.RawQuery, Message: Message{Header: r.Header.Clone()}}
	if x.Request.Method == "" {
		x.Request.Method = http.MethodGet
	}
	if known := t.Contract.Face(face); known != nil {
		known.Identify(x)
	}

	sent := &copied{}
	res, err := t.next().RoundTrip(sent.watch(r))
	finish := func(got *copied, broken error) {
		x.Took = t.now().Sub(began)
		sent.keep(&x.Request.Message)
		got.keep(&x.Response.Message)
		if broken != nil {
			x.Notes = append(x.Notes, "no whole answer: "+broken.Error())
			if x.Bent == "" && t.Armed != nil {
				x.Bent = t.Armed()
			}
		}
		t.Contract.settle(x, t.Record)
	}
	if err != nil {
		finish(&copied{ended: true}, err)
		return res, err
	}
	x.answered(res.StatusCode, res.Header.Clone())
	if res.Body == nil || res.Body == http.NoBody || res.StatusCode == http.StatusSwitchingProtocols {
		finish(&copied{ended: true}, nil)
		return res, nil
	}
	got := &copied{ReadCloser: res.Body, length: res.ContentLength}
	got.done = sync.OnceFunc(func() { finish(got, got.failure()) })
	res.Body = got
	return res, nil
}

// answered notes the head of an answer.
func (x *Exchange) answered(status int, header http.Header) {
	x.Response.Status, x.Response.Header = status, header
	x.Bent = header.Get(faultHeader)
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		x.At = date // the target's clock
	}
}

// settle examines a finished exchange and records it.
func (c *Contract) settle(x *Exchange, record Recorder) {
	found := c.Examine(x)
	if record != nil {
		record(c.Redact(x), found)
	}
}

// CloseIdleConnections closes those of the transport underneath, as
// [http.Client.CloseIdleConnections] expects.
func (t *Transport) CloseIdleConnections() {
	if closer, ok := t.next().(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

func (t *Transport) next() http.RoundTripper {
	if t.Next != nil {
		return t.Next
	}
	t.once.Do(func() {
		t.direct = &http.Transport{Proxy: http.ProxyFromEnvironment}
		if standard, ok := http.DefaultTransport.(*http.Transport); ok {
			t.direct = standard.Clone()
		}
	})
	return t.direct
}

func (t *Transport) now() time.Time {
	if t.Now != nil {
		return t.Now()
	}
	return time.Now()
}

// face finds the base that an address is under, and the escaped path below it.
func (t *Transport) face(u *url.URL) (name, path string, ok bool) {
	longest := -1
	for face, base := range t.Faces {
		if !strings.EqualFold(base.Scheme, u.Scheme) || !strings.EqualFold(base.Host, u.Host) {
			continue
		}
		prefix := strings.TrimSuffix(base.EscapedPath(), "/")
		rest, under := strings.CutPrefix(u.EscapedPath(), prefix)
		if !under || rest != "" && rest[0] != '/' || len(prefix) < longest || len(prefix) == longest && face > name {
			continue
		}
		longest, name, path, ok = len(prefix), face, rest, true
	}
	if ok && path == "" {
		path = "/"
	}
	return name, path, ok
}

// copied is a body that is kept while somebody else reads it.
type copied struct {
	io.ReadCloser
	length int64  // as announced; -1 when it was not
	done   func() // when the body was read to its end or closed

	mu     sync.Mutex // a request is still being sent while its answer comes
	kept   []byte
	over   bool
	ended  bool
	broken error
}

// watch is the request with a body that is kept as it is sent.
func (c *copied) watch(r *http.Request) *http.Request {
	if r.Body == nil || r.Body == http.NoBody {
		c.ended = true
		return r
	}
	sent := r.WithContext(r.Context())
	c.ReadCloser, c.length, sent.Body = r.Body, r.ContentLength, c
	if r.GetBody != nil {
		sent.GetBody = func() (io.ReadCloser, error) {
			again, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.kept, c.over, c.ended, c.broken = nil, false, false, nil
			return &resent{again, c}, nil
		}
	}
	return sent
}

// resent is a body that is sent once more on a new connection.
type resent struct {
	io.ReadCloser
	of *copied
}

func (b *resent) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.of.note(p[:n], err)
	return n, err
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.note(p[:n], err)
	if err != nil && c.done != nil {
		c.done()
	}
	return n, err
}

func (c *copied) Close() error {
	err := c.ReadCloser.Close()
	if c.done != nil {
		c.done()
	}
	return err
}

func (c *copied) note(p []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := min(longestBody-len(c.kept), len(p))
	c.kept = append(c.kept, p[:room]...)
	c.over = c.over || room < len(p)
	switch {
	case errors.Is(err, io.EOF):
		c.ended = true
	case err != nil:
		c.broken = err
	}
}

func (c *copied) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

// keep gives what was kept to the message. A body is whole when its end was
// seen, when all that was announced came, or when it is a JSON object or list:
// a decoder stops there.
func (c *copied) keep(m *Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := bytes.TrimRight(c.kept, " \t\r\n")
	whole := c.ended || c.length > 0 && int64(len(c.kept)) == c.length ||
		len(text) > 0 && strings.IndexByte("}]", text[len(text)-1]) >= 0 && json.Valid(text)
	encoded := m.Header.Get("Content-Encoding")
	m.Body = slices.Clip(c.kept)
	m.Cut = c.over || !whole || encoded != "" && encoded != "identity"
}
