package allianz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// farthestHeader is how far into a file readers of PDF look for its header.
const farthestHeader = 1024

// Document fetches the policy document that a contract's DocumentURL names: a PDF
// of at most 16 MiB. The token goes along only to the origin of the base URL;
// redirects are not followed. The address opens the document to whoever has it,
// so errors tell no more of it than its origin.
func (c *Client) Document(ctx context.Context, documentURL string) ([]byte, error) {
	at, err := url.Parse(documentURL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("allianz: %s: the address cannot be read as a URL", callDocument)
	case at.Scheme != "http" && at.Scheme != "https", at.Host == "":
		return nil, fmt.Errorf("allianz: %s: the address is not one of http or https", callDocument)
	case at.User != nil:
		return nil, fmt.Errorf("allianz: %s: the address has a user in it", callDocument)
	}
	document, err := ask(ctx, c, call{
		name:    callDocument,
		method:  http.MethodGet,
		url:     documentURL,
		form:    pdfForm,
		subject: "a PDF",
		timeout: c.timeouts.Document,
		safe:    true,
		abroad:  originOf(at) != c.origin,
	}, decodeDocument)
	if err != nil {
		return nil, err
	}
	return *document, nil
}

func decodeDocument(body []byte) (*[]byte, error) {
	if !bytes.Contains(body[:min(len(body), farthestHeader)], []byte("%PDF-")) {
		return nil, errors.New("no PDF header")
	}
	return &body, nil
}

// origin is what a browser would call one: two addresses of one origin are
// served by the same party.
type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	o := origin{strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()}
	if o.port == "" {
		o.port = map[string]string{"http": "80", "https": "443"}[o.scheme]
	}
	return o
}
