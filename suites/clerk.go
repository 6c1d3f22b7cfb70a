package suites

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
)

// clerk stands between every caller and a live target, so that none can forget
// the ledger: a call that may leave something behind is in it before it is made.
type clerk struct {
	target *Target
	deeds  deeds
	next   http.RoundTripper
	ledger *ledger // nil: nothing may be left behind
}

// longestRead is how much of a body the clerk reads.
const longestRead = 1 << 20

// RoundTrip implements [http.RoundTripper].
func (c *clerk) RoundTrip(r *http.Request) (*http.Response, error) {
	c.target.gate.secrets.learn(r)
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions || r.Method == "" {
		return c.next.RoundTrip(r)
	}
	x, r, err := c.read(r)
	if err != nil {
		return nil, err
	}
	var does deed
	if c.deeds.read != nil {
		does = c.deeds.read(x)
	}
	switch {
	case does.harmless:
		return c.next.RoundTrip(r)
	case does.binds:
		return c.bind(r, x, does)
	case does.ends != "":
		return c.end(r, x, does.ends)
	default:
		return nil, fmt.Errorf("%w: %s %s is not made: it is not known to leave nothing behind", ErrInconclusive, r.Method, x.Request.Path)
	}
}

// read is the exchange that a request begins, and the request with a body that
// can still be sent.
func (c *clerk) read(r *http.Request) (*contracts.Exchange, *http.Request, error) {
	sent := r.Clone(r.Context())
	x := &contracts.Exchange{Insurer: c.target.Insurer, Request: contracts.Request{Method: r.Method, Path: r.URL.EscapedPath()}}
	x.Request.Header = r.Header
	if r.Body != nil {
		text, err := io.ReadAll(io.LimitReader(r.Body, longestRead+1))
		err = errors.Join(err, r.Body.Close())
		if err == nil && len(text) > longestRead {
			err = fmt.Errorf("it has more than %d bytes", longestRead)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%w: the body of a call: %w", ErrInconclusive, err)
		}
		x.Request.SetBody(text)
		sent.Body, sent.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
		sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
		if len(text) == 0 {
			sent.Body, sent.GetBody = http.NoBody, nil // any other body without a byte may be sent as one of unknown length
		}
	}
	for name, base := range c.target.Faces {
		prefix := strings.TrimSuffix(base.EscapedPath(), "/")
		if path, under := strings.CutPrefix(r.URL.EscapedPath(), prefix); under && sameOrigin(r.URL, base) {
			x.Face, x.Request.Path = name, path
			if known := c.target.run.contracts[c.target.Insurer].Face(name); known != nil {
				known.Identify(x)
			}
			break
		}
	}
	return x, sent, nil
}

func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Host, b.Host)
}

// bind makes a call that may leave something behind, between two lines.
func (c *clerk) bind(r *http.Request, x *contracts.Exchange, does deed) (*http.Response, error) {
	gate := c.target.gate
	if c.ledger == nil {
		return nil, fmt.Errorf("%w: %s is not called: it leaves something behind, and binding is not allowed", ErrInconclusive, x.Operation)
	}
	if err := gate.keep(); err != nil {
		return nil, err
	}
	hide := gate.secrets.hide
	e, err := c.ledger.sent(Leftover{
		Target: c.target.Name, Insurer: c.target.Insurer, File: c.target.file,
		Operation: x.Operation, Address: hide(r.URL.Scheme + "://" + r.URL.Host + r.URL.EscapedPath()), Key: hide(does.key), ID: hide(does.id),
	})
	if err != nil {
		gate.release()
		return nil, c.unwritten(err)
	}
	res, err := c.next.RoundTrip(r)
	said := line{State: lineUnknown}
	if err == nil {
		x.Response.Status, x.Response.Header = res.StatusCode, res.Header
		if whole := keepBody(res, x); whole {
			got := c.deeds.answered(x)
			switch {
			case got.id != "":
				said = line{State: lineCame, ID: hide(got.id), Number: hide(got.number)}
			case got.refused:
				said.State = lineRefused
			}
		}
	}
	if said.State == lineRefused || said.State == lineUnknown && does.id == "" {
		gate.release() // nothing need be undone, or can be
	}
	if err := c.ledger.settle(e, said); err != nil {
		gate.shut(c.unwritten(err).Error())
	}
	return res, err
}

// end makes a call that takes something back, which must be ours.
func (c *clerk) end(r *http.Request, x *contracts.Exchange, id string) (*http.Response, error) {
	e := c.ledger.known(id)
	if e == nil {
		return nil, fmt.Errorf("%w: %s is not called: no run that the ledger tells of made %s", ErrInconclusive, x.Operation, id)
	}
	res, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	x.Response.Status, x.Response.Header = res.StatusCode, res.Header
	if keepBody(res, x) && c.deeds.answered(x).ended {
		if err := c.ended(e); err != nil {
			c.target.gate.shut(c.unwritten(err).Error())
		}
	}
	return res, nil
}

// ended notes that nothing is left of an entry.
func (c *clerk) ended(e *entry) error {
	if !c.ledger.open(e) {
		return nil
	}
	c.target.gate.release()
	return c.ledger.settle(e, line{State: lineCancelled})
}

func (c *clerk) unwritten(err error) error {
	return fmt.Errorf("%w: nothing more is left behind: %w", ErrInconclusive, err)
}

// keepBody reads an answer's body for the exchange, and gives the caller the same
// with the same end. It says whether the body was whole.
func keepBody(res *http.Response, x *contracts.Exchange) bool {
	text, err := io.ReadAll(io.LimitReader(res.Body, longestRead))
	x.Response.SetBody(text)
	rest := io.Reader(res.Body)
	if err != nil {
		rest = broken{err}
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(text), rest), res.Body}
	return err == nil && len(text) < longestRead
}

// broken is how a body ends that was cut off.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
