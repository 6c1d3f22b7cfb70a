package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Client speaks to one sandbox. It is safe for concurrent use.
type Client struct {
	base string
	// insurers is where the sandbox says that insurers are called, once it was asked.
	insurers atomic.Pointer[string]
	http     *http.Client
}

// New is a client of the sandbox at an address such as "http://127.0.0.1:7800";
// a nil HTTP client is one of our own, without a timeout. It makes no call: a
// wrong address is an error of the first one.
func New(baseURL string, client *http.Client) *Client {
	if client == nil {
		client = &http.Client{}
	}
	return &Client{base: strings.TrimRight(baseURL, "/"), http: client}
}

// World is a handle on the world with a name, which need not exist yet: the
// first call that changes something makes it. The empty name is "default".
func (c *Client) World(name string) *World {
	if name == "" {
		name = defaultWorld
	}
	return &World{Name: name, client: c}
}

// Health says what runs at the address; an error means that it is no sandbox, or
// none that answers.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var health Health
	err := c.do(ctx, call{method: http.MethodGet, path: "/health", into: &health})
	if err == nil && health.Status != "ok" {
		err = fmt.Errorf("sandbox: %s answers, but not as a sandbox does", c.base)
	}
	if err == nil && health.InsurersAt != "" {
		c.insurers.Store(&health.InsurersAt)
	}
	return health, err
}

const (
	waitEvery = 50 * time.Millisecond
	waitTry   = 2 * time.Second
)

// Wait returns when the sandbox is ready: at once if it is, with the last error
// when the context ends before, or with an error that will not pass: an address
// that is none, a refusal, a certificate that nobody trusts.
func (c *Client) Wait(ctx context.Context) error {
	var last error
	for {
		try, cancel := context.WithTimeout(ctx, waitTry)
		_, err := c.Health(try)
		cancel()
		if _, stranger := errors.AsType[*tls.CertificateVerificationError](err); stranger {
			return err
		}
		var refused *Problem
		if err == nil || errors.Is(err, errAddress) || errors.As(err, &refused) && refused.Status < http.StatusInternalServerError {
			return err
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		pause := time.NewTimer(waitEvery)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return fmt.Errorf("sandbox: not ready: %w: %w", ctx.Err(), last)
		}
	}
}

// Insurers lists the insurers that the sandbox plays.
func (c *Client) Insurers(ctx context.Context) ([]Insurer, error) {
	var answer struct {
		Insurers []Insurer `json:"insurers"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/insurers", into: &answer})
	return answer.Insurers, err
}

// Document is the OpenAPI document, YAML as written, that an insurer answers by;
// its name is that of the face, "motor".
func (c *Client) Document(ctx context.Context, slug, name string) ([]byte, error) {
	var source []byte
	path := "/insurers/" + url.PathEscape(slug) + "/openapi/" + url.PathEscape(name)
	err := c.do(ctx, call{method: http.MethodGet, path: path, into: &source})
	return source, err
}

// Worlds lists the worlds that exist, by name.
func (c *Client) Worlds(ctx context.Context) ([]State, error) {
	var answer struct {
		Worlds []State `json:"worlds"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/worlds", into: &answer})
	return answer.Worlds, err
}

// call is one call below /__admin.
type call struct {
	method, path string
	query        url.Values
	body         any // sent as JSON; nil: no body
	into         any // filled from the answer: *[]byte as it is, else from JSON; nil: no answer is expected
}

func (c *Client) do(ctx context.Context, k call) error {
	if err := c.exchange(ctx, k); err != nil {
		return fmt.Errorf("sandbox: %s %s: %w", k.method, "/__admin"+k.path, err)
	}
	return nil
}

var errAddress = errors.New("no sandbox can be at")

func (c *Client) exchange(ctx context.Context, k call) error {
	address := c.base + "/__admin" + k.path
	if len(k.query) > 0 {
		address += "?" + k.query.Encode()
	}
	var body io.Reader
	if k.body != nil {
		source, err := json.Marshal(k.body)
		if err != nil {
			return err
		}
		body = bytes.NewReader(source)
	}
	if at, err := url.Parse(address); err != nil || at.Host == "" {
		return fmt.Errorf("%w %q: write it like http://127.0.0.1:7800", errAddress, c.base)
	}
	request, err := http.NewRequestWithContext(ctx, k.method, address, body)
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return k.read(response, answer)
}

// read fills what the call wants from the answer, or tells a refusal from a
// server that is no sandbox.
func (k call) read(response *http.Response, answer []byte) error {
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	switch {
	case media == "application/problem+json":
		refused := &Problem{Status: response.StatusCode}
		if err := json.Unmarshal(answer, refused); err != nil {
			return fmt.Errorf("read a refusal: %w", err)
		}
		return refused
	case k.into == nil && response.StatusCode == http.StatusNoContent:
		return nil
	case k.into == nil || response.StatusCode != http.StatusOK:
		return fmt.Errorf("got %s with %q: that is no answer of a sandbox", response.Status, media)
	}
	if raw, ok := k.into.(*[]byte); ok {
		*raw = answer
		return nil
	}
	if media != "application/json" {
		return fmt.Errorf("got %q instead of JSON: that is no answer of a sandbox", media)
	}
	if err := json.Unmarshal(answer, k.into); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// Problem is a refusal of the sandbox (RFC 9457). Find it with [errors.As].
type Problem struct {
	Type    string   `json:"type"`
	Title   string   `json:"title"`
	Status  int      `json:"status"`
	Detail  string   `json:"detail"`  // what is wrong and what to do, in a sentence
	Allowed []string `json:"allowed"` // the keys that would have been known, where that was it
}

// Error is the status, what is wrong and what would be known.
func (p *Problem) Error() string {
	text := fmt.Sprintf("%d %s: %s", p.Status, p.Title, p.Detail)
	if len(p.Allowed) > 0 {
		text += "; allowed: " + strings.Join(p.Allowed, ", ")
	}
	return text
}
