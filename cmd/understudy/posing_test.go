package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/clients/uae"
)

// posing is a sandbox with TLS that poses as the UAT of the UAE hub: it adds no
// headers of its own, its control API is elsewhere, and its back channel asks for
// certificates.
type posing struct {
	*process
	dir    string // of its certificates, and of the third party's files
	client string // that is registered there
	key    uae.Key
	lands  string // its redirect URI, where nobody listens yet
}

func pose(t *testing.T) *posing {
	t.Helper()
	p := &posing{dir: t.TempDir(), client: "https://rp.example/openid_relying_party/7a3f7c84-5b0c-4f4e-9c39-1d0fd8b6a6d2"}
	p.process = spawnFor(t, "--tls", "--tls-dir", p.dir, "--mtls-addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--stealth")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p.key = uae.Key{ID: "a-key-of-the-directory", Private: key}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := writePEM(filepath.Join(p.dir, "signing.pem"), "PRIVATE KEY", der); err != nil {
		t.Fatal(err)
	}
	p.lands = "http://" + freeAddress(t) + "/callback"
	_, err = sandbox.New(p.admin, p.browser(t)).World("default").Register(t.Context(), "uae", map[string]any{
		"client_id": p.client, "redirect_uris": []string{p.lands},
		"jwks": jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: p.key.ID, Use: "sig", Algorithm: "PS256"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// freeAddress is one on which nobody listens at the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// browser is an HTTP client that believes the authority, shows the certificates
// and stays where it is sent.
func (p *posing) browser(t *testing.T, certificates ...tls.Certificate) *http.Client {
	t.Helper()
	ca, err := os.ReadFile(filepath.Join(p.dir, fileCA))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		t.Fatal("the authority's file holds no certificate")
	}
	carry := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certificates, MinVersion: tls.VersionTLS12}}
	t.Cleanup(carry.CloseIdleConnections)
	return &http.Client{Transport: carry, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// target is the target file that comes with the program, with the posing hub's
// addresses in the place of the real one's.
func (p *posing) target(t *testing.T, change ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../suites/targets/uat-uae.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const host = ".altareq2.sandbox.apihub.openfinance.ae"
	replaced := string(text)
	for _, pair := range [][2]string{
		{"https://auth1" + host, p.url + "/uae/auth1"},
		{"https://as1" + host, p.mtls + "/uae/as1"},
		{"https://rs1" + host, p.mtls + "/uae/rs1"},
		{"http://127.0.0.1:8976/callback", p.lands},
		{"rate: 2/s\n", "rate: 100000/s\n"},
	} {
		if !strings.Contains(replaced, pair[0]) {
			t.Fatalf("the target file has no %s", pair[0])
		}
		replaced = strings.ReplaceAll(replaced, pair[0], pair[1])
	}
	return p.write(t, strings.NewReplacer(change...).Replace(replaced))
}

func (p *posing) write(t *testing.T, text string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "uat-uae.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// environ is what the target file takes from the environment.
func (p *posing) environ(more ...string) []string {
	return append(append(os.Environ(),
		"UAE_CLIENT_ID="+p.client, "UAE_SIGNING_KEY="+filepath.Join(p.dir, "signing.pem"), "UAE_SIGNING_KID="+p.key.ID, "UAE_CA="+filepath.Join(p.dir, fileCA),
		"UAE_TRANSPORT_CERT="+filepath.Join(p.dir, fileClient), "UAE_TRANSPORT_KEY="+filepath.Join(p.dir, fileClientKey),
	), more...)
}

// checkRun is how a check ended.
type checkRun struct {
	code     int
	out      string
	progress string
	asked    int // how often a person was
}

var consentPage = regexp.MustCompile(`^ +(https://\S+request_uri=\S+)$`)

// check runs the program, and does as a person whatever it asks of one.
func (p *posing) check(t *testing.T, environ []string, person func(address string), args ...string) checkRun {
	t.Helper()
	var out bytes.Buffer
	command := exec.CommandContext(t.Context(), "understudy", append([]string{"check"}, args...)...)
	command.Dir, command.Env, command.Stdout = t.TempDir(), environ, &out
	progress, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var done checkRun
	lines := bufio.NewScanner(progress)
	for lines.Scan() {
		done.progress += lines.Text() + "\n"
		if at := consentPage.FindStringSubmatch(lines.Text()); at != nil {
			done.asked++
			person(at[1])
		}
	}
	if err := command.Wait(); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		done.code = ended.ExitCode()
	}
	done.out = out.String()
	return done
}

// person opens an address, decides, and lets the browser go where it is sent.
func (p *posing) person(t *testing.T, decision string) func(address string) {
	return func(address string) {
		back := p.decide(t, address, decision)
		// A browser may come twice; once it is thanked.
		thanked, again := browse(t, p.browser(t), http.MethodGet, back, ""), browse(t, p.browser(t), http.MethodGet, back, "")
		if thanked.status != http.StatusOK || again.status != http.StatusNotFound {
			t.Errorf("back at the run: got %d and then %d, want 200 and then 404", thanked.status, again.status)
		}
	}
}

// decide is the way through the consent page, and where it leads.
func (p *posing) decide(t *testing.T, address, decision string) (back string) {
	t.Helper()
	back = decide(t, p.browser(t), address, decision)
	if !strings.HasPrefix(back, p.lands+"?") {
		t.Fatalf("the decision leads to %q", back)
	}
	return back
}

// decide opens a consent page, decides there, and says where that leads.
func decide(tb testing.TB, browser *http.Client, address, decision string) (back string) {
	tb.Helper()
	page := browse(tb, browser, http.MethodGet, address, "")
	var seen struct {
		InteractionID string
		Personas      []struct {
			ID       string
			Policies []struct{ ID string }
		}
	}
	if err := json.Unmarshal(page.body, &seen); err != nil || len(seen.Personas) == 0 {
		tb.Fatalf("the page at %s: %v\n%s", address, err, page.body)
	}
	who := seen.Personas[0]
	said, err := json.Marshal(map[string]any{"persona": who.ID, "policies": []string{who.Policies[0].ID}, "decision": decision})
	if err != nil {
		tb.Fatal(err)
	}
	at, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	sent := browse(tb, browser, http.MethodPost, at.ResolveReference(&url.URL{Path: "interactions/" + seen.InteractionID}).String(), string(said))
	if sent.status != http.StatusSeeOther {
		tb.Fatalf("the decision: got %d\n%s", sent.status, sent.body)
	}
	return sent.header.Get("Location")
}

type browsed struct {
	status int
	header http.Header
	body   []byte
}

func browse(tb testing.TB, c *http.Client, method, address, body string, header ...string) browsed {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, address, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got, err := c.Do(r)
	if err != nil {
		tb.Error(err)
		return browsed{header: http.Header{}}
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		tb.Error(err)
	}
	return browsed{got.StatusCode, got.Header, text}
}

// nobody is a person who must not be asked.
func nobody(t *testing.T) func(string) {
	return func(address string) { t.Errorf("a person is asked to open %s", address) }
}

// wantStates expects the lines of a ledger.
func wantStates(t *testing.T, ledger string, want ...string) {
	t.Helper()
	text, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for one := range strings.Lines(string(text)) {
		var said struct{ State string }
		if err := json.Unmarshal([]byte(one), &said); err != nil {
			t.Fatal(err)
		}
		got = append(got, said.State)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the ledger says %q, want %q\n%s", got, want, text)
	}
}

// succeeds is what a command prints that must end well.
func (p *posing) succeeds(t *testing.T, environ []string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "understudy", args...)
	command.Env = environ
	said, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	return string(said)
}

// ours is the client certificate that the sandbox made.
func (p *posing) ours(t *testing.T) tls.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(p.dir, fileClient), filepath.Join(p.dir, fileClientKey))
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// party is a third party's client of the posing hub.
func (p *posing) party(t *testing.T, certificates ...tls.Certificate) *uae.V12 {
	t.Helper()
	c, err := uae.NewV12(uae.Options{
		Issuer: p.url + "/uae/auth1", Resources: p.mtls + "/uae/rs1", ClientID: p.client, RedirectURI: p.lands,
		Key: p.key, HTTP: p.browser(t, certificates...), Certificate: len(certificates) > 0,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// given is the token of a consent that a person gave.
func (p *posing) given(t *testing.T) *uae.Token {
	t.Helper()
	return given(t, p.party(t, p.ours(t)), func(address string) string { return p.decide(t, address, "confirm") })
}

// given is the token of a consent that was confirmed: confirmed opens an address
// and says where the page led.
func given(tb testing.TB, c *uae.V12, confirmed func(address string) (back string)) *uae.Token {
	tb.Helper()
	ctx := tb.Context()
	pending, err := c.Push(ctx, uae.ConsentRequestV12{
		Permissions:        []uae.Permission{uae.ReadPolicies, uae.ReadPaymentDetails},
		ExpirationDateTime: uae.At(time.Now().Add(time.Hour)), OpenFinanceBilling: uae.Billing{Purpose: uae.BillVerification},
	})
	if err != nil {
		tb.Fatal(err)
	}
	address, err := c.AuthorizationURL(ctx, pending)
	if err != nil {
		tb.Fatal(err)
	}
	back, err := url.Parse(confirmed(address))
	if err != nil {
		tb.Fatal(err)
	}
	code, err := c.Callback(pending, back.Query())
	if err != nil {
		tb.Fatal(err)
	}
	token, err := c.Exchange(ctx, pending, code)
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

var exchanged = regexp.MustCompile(`(\d+) exchanges on uat-uae`)

// exchanges is how many calls a report tells of.
func exchanges(t *testing.T, out string) int {
	t.Helper()
	found := exchanged.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("the report does not say how many calls were made\n%s", out)
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
