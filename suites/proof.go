package suites

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/goccy/go-yaml/ast"
)

// TLS is how a run shows itself to a target, and whom it believes: files in PEM.
type TLS struct {
	Cert, Key string // of the client; both or none
	CA        string // empty: what the system trusts
}

// Signing is the key by which a client signs what it sends.
type Signing struct {
	Key string // a file: PKCS #8 in PEM, or a JWK
	KID string // the name under which the insurer knows its public half; empty: the JWK's own
}

// Inbox is where a live target's webhooks come in.
type Inbox struct {
	Public *url.URL // as the insurer calls it
	Listen string   // where a run listens for it, "127.0.0.1:8977"
}

// consentManual has a person give the consent: the run prints the address and
// waits at the redirect.
const consentManual = "manual"

// config is what the wire to a target needs; nil where it needs nothing.
func (s *TLS) config() (*tls.Config, error) {
	if s == nil {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.Cert != "" {
		pair, err := tls.LoadX509KeyPair(s.Cert, s.Key)
		if err != nil {
			return nil, fmt.Errorf("client certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if s.CA != "" {
		text, err := os.ReadFile(s.CA)
		if err != nil {
			return nil, fmt.Errorf("certificate authority: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("certificate authority: %s holds no certificate in PEM", s.CA)
		}
	}
	return config, nil
}

// jwk is the key as a JWK, under the name by which the insurer knows it. No error
// quotes the file.
func (s *Signing) jwk() (string, error) {
	text, err := os.ReadFile(s.Key)
	if err != nil {
		return "", plain(err)
	}
	var key jose.JSONWebKey
	if block, _ := pem.Decode(text); block != nil {
		key.Key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	} else {
		err = key.UnmarshalJSON(text)
	}
	if err != nil || key.IsPublic() || !key.Valid() {
		return "", fmt.Errorf("%s holds no private key, neither as PKCS #8 in PEM nor as a JWK", s.Key)
	}
	if s.KID != "" {
		key.KeyID = s.KID
	}
	if key.KeyID == "" {
		return "", fmt.Errorf("the key in %s has no name: say with kid under which the insurer knows it", s.Key)
	}
	made, err := key.MarshalJSON()
	return string(made), err
}

// What a suite finds among the credentials, from wherever they come.
const (
	credentialKey      = "private_jwk"
	credentialRedirect = "redirect_uri"
)

// prove puts what the file of a target says of its client's key and redirect among
// the credentials.
func (t *Target) prove() error {
	if t.Signing == nil && t.Redirect == nil {
		return nil
	}
	more := map[string]string{}
	maps.Copy(more, t.Credentials)
	if t.Signing != nil {
		key, err := t.Signing.jwk()
		if err != nil {
			return fmt.Errorf("suites: target %s: signing: %w", t.Name, err)
		}
		more[credentialKey] = key
	}
	if t.Redirect != nil {
		more[credentialRedirect] = t.Redirect.String()
	}
	t.Credentials = more
	return nil
}

// proofs are the keys of a target file by which a client proves who it is. Those
// after the first are for insurers whose suite asks for them.
func (l *loader) proofs() []key {
	all := []key{{"tls", false, l.tls}}
	for _, one := range []key{{"signing", false, l.signing}, {"redirect", false, l.redirect}, {"consent", false, l.consent}, {"inbox", false, l.inbox}} {
		one.read = l.asked(one.name, one.read)
		all = append(all, one)
	}
	return all
}

// asked reads a key that not every insurer's suite has a use for.
func (l *loader) asked(name string, read func(string, ast.Node)) func(string, ast.Node) {
	return func(path string, n ast.Node) {
		if l.contract != nil && !slices.Contains(l.suite.proofs, name) {
			l.slip(path, n.GetToken(), "the suite of %s has no use for %s", l.target.Insurer, name)
			return
		}
		read(path, n)
	}
}

// file is a path of the target file, which is relative to it and may come from
// the environment.
func (l *loader) path(into *string) func(string, ast.Node) {
	return func(path string, n ast.Node) {
		name := l.filled(path, n)
		if name != "" && !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(l.file), name)
		}
		*into = name
	}
}

func (l *loader) tls(path string, n ast.Node) {
	l.target.TLS = &TLS{}
	l.mapping(path, n, []key{
		{"cert", false, l.path(&l.target.TLS.Cert)},
		{"key", false, l.path(&l.target.TLS.Key)},
		{"ca", false, l.path(&l.target.TLS.CA)},
	})
	if len(l.slips) > 0 || len(l.unset) > 0 {
		return
	}
	if (l.target.TLS.Cert == "") != (l.target.TLS.Key == "") {
		l.slip(path, first(n), "a certificate has a key: name both, or neither")
		return
	}
	if _, err := l.target.TLS.config(); err != nil {
		l.slip(path, first(n), "%v", err)
	}
}

func (l *loader) signing(path string, n ast.Node) {
	l.target.Signing = &Signing{}
	l.mapping(path, n, []key{
		{"key", true, l.path(&l.target.Signing.Key)},
		{"kid", false, func(path string, n ast.Node) { l.target.Signing.KID = l.filled(path, n) }},
	})
	if len(l.slips) > 0 || len(l.unset) > 0 {
		return
	}
	if _, err := l.target.Signing.jwk(); err != nil {
		l.slip(path, first(n), "%v", err)
	}
}

// plain is an error about a file without the call that met it.
func plain(err error) error {
	if failed, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("%s: %w", failed.Path, failed.Err)
	}
	return err
}

func (l *loader) redirect(path string, n ast.Node) {
	l.target.Redirect = l.address(path, n)
	if at := l.target.Redirect; at != nil && (at.Scheme != "http" || at.Port() == "" || !isLoopback(at.Hostname())) {
		l.slip(path, n.GetToken(), "a run listens there, so it wants http, a loopback host and a port: http://127.0.0.1:8976/callback")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (l *loader) consent(path string, n ast.Node) {
	l.target.Consent = l.text(path, n)
	if l.target.Consent != consentManual {
		l.unknown(path, n.GetToken(), fmt.Sprintf("way of consent %q", l.target.Consent), []string{consentManual})
	}
	if l.target.Redirect == nil && len(l.slips) == 0 {
		l.slip(path, n.GetToken(), "who gives it comes back to the key redirect, which is missing")
	}
}

func (l *loader) inbox(path string, n ast.Node) {
	l.target.Inbox = &Inbox{}
	l.mapping(path, n, []key{
		{"public", true, func(path string, n ast.Node) { l.target.Inbox.Public = l.address(path, n) }},
		{"listen", true, func(path string, n ast.Node) {
			l.target.Inbox.Listen = l.filled(path, n)
			if _, _, err := net.SplitHostPort(l.target.Inbox.Listen); err != nil && l.target.Inbox.Listen != "" {
				l.slip(path, n.GetToken(), "wants a host and a port, such as 127.0.0.1:8977")
			}
		}},
	})
}

// address is a whole address, which may come from the environment.
func (l *loader) address(path string, n ast.Node) *url.URL {
	text := l.filled(path, n)
	if text == "" {
		return nil
	}
	at, err := url.Parse(text)
	if err != nil || at.Host == "" || !strings.HasPrefix(at.Scheme, "http") {
		l.slip(path, n.GetToken(), "wants an address such as http://127.0.0.1:8976/callback")
		return nil
	}
	return at
}
