package uae

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// usualAge is how long the hub says that its documents are good, for one that
	// does not say.
	usualAge = 15 * time.Minute
	// longestAge bounds how long a document is believed, whatever it says.
	longestAge = 24 * time.Hour
)

// Discovery is what a client needs of the hub's discovery document.
type Discovery struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"` // the insurer's own address, for browsers
	Token         string `json:"token_endpoint"`
	Pushed        string `json:"pushed_authorization_request_endpoint"`
	Keys          string `json:"jwks_uri"`

	// Aliases are the addresses that take a client certificate.
	Aliases struct {
		Token  string `json:"token_endpoint"`
		Pushed string `json:"pushed_authorization_request_endpoint"`
	} `json:"mtls_endpoint_aliases"`
}

// Discovery is the hub's discovery document, fetched anew when its Cache-Control
// has run out. Its issuer is the one in the options, and its addresses are
// absolute and no less safe than the issuer's.
func (c *Client) Discovery(ctx context.Context) (*Discovery, error) {
	d, err := c.discovery.get(ctx)
	if err != nil {
		return nil, named(callDiscovery, err)
	}
	return &d, nil
}

func (c *Client) fetchDiscovery(ctx context.Context) (Discovery, time.Time, error) {
	asked := c.now()
	a, err := c.do(ctx, call{
		name:   callDiscovery,
		method: http.MethodGet,
		url:    strings.TrimRight(c.issuer, "/") + "/.well-known/openid-configuration",
		want:   []int{http.StatusOK},
		safe:   true,
	})
	if err != nil {
		return Discovery{}, time.Time{}, err
	}
	d, err := decode[Discovery](a)
	if err == nil {
		err = d.check(c.issuer)
	}
	if err != nil {
		return Discovery{}, time.Time{}, a.wrong(callDiscovery, "not a discovery document of this issuer", err)
	}
	return *d, asked.Add(age(a.header)), nil
}

// check keeps the document of another hub out, and an address that would send
// secrets in the clear.
func (d *Discovery) check(issuer string) error {
	if d.Issuer != issuer {
		return ErrIssuer
	}
	for _, e := range []struct {
		name, address string
		optional      bool
	}{
		{"authorization_endpoint", d.Authorization, false},
		{"token_endpoint", d.Token, false},
		{"pushed_authorization_request_endpoint", d.Pushed, false},
		{"jwks_uri", d.Keys, false},
		{"mtls_endpoint_aliases.token_endpoint", d.Aliases.Token, true},
		{"mtls_endpoint_aliases.pushed_authorization_request_endpoint", d.Aliases.Pushed, true},
	} {
		if e.address == "" && e.optional {
			continue
		}
		u, err := url.Parse(e.address)
		switch {
		case e.address == "":
			return missing(e.name)
		case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http", u.User != nil:
			return fmt.Errorf("%s is not an address", e.name)
		case u.Scheme == "http" && strings.HasPrefix(issuer, "https:"):
			return fmt.Errorf("%s is http and the issuer is https", e.name)
		}
	}
	return nil
}

// endpoints is where to push and where to ask for tokens.
func (c *Client) endpoints(ctx context.Context) (pushed, token string, err error) {
	d, err := c.Discovery(ctx)
	if err != nil {
		return "", "", err
	}
	pushed, token = d.Pushed, d.Token
	if c.certificate && d.Aliases.Pushed != "" {
		pushed = d.Aliases.Pushed
	}
	if c.certificate && d.Aliases.Token != "" {
		token = d.Aliases.Token
	}
	return pushed, token, nil
}

// age is how long an answer is good by its Cache-Control.
func age(h http.Header) time.Duration {
	good := usualAge
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 64)
			if err != nil && !errors.Is(err, strconv.ErrRange) {
				continue
			}
			good = time.Duration(min(max(seconds, 0), int64(longestAge/time.Second))) * time.Second
		}
	}
	return good
}
