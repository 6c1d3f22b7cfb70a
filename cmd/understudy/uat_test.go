package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestUATOfUAE: the target file that comes with the program, against a sandbox that
// poses as the hub.
func TestUATOfUAE(t *testing.T) {
	p := pose(t)
	file := p.target(t)
	const budget = 600 // of the target file
	held := func(t *testing.T, c checkRun) {
		t.Helper()
		if c.code != 0 && c.code != 3 {
			t.Errorf("exit %d, want 0 or 3\n%s%s", c.code, c.out, c.progress)
		}
		if strings.Contains(c.out, "PRIVATE KEY") || strings.Contains(c.out, `"d":`) {
			t.Error("the report shows a private key")
		}
	}

	t.Run("what is safe makes no consent", func(t *testing.T) {
		c := p.check(t, p.environ(), nobody(t), "--target", file)
		held(t, c)
		if calls := exchanges(t, c.out); calls*3/2 > budget {
			t.Errorf("a run makes %d calls, and the UAT's budget of %d leaves no room", calls, budget)
		}
		for _, want := range []string{"the target file has no refresh_token", "uat-uae cannot do v1.0-rc1", "it needs a sandbox", "unless binding is allowed"} {
			if !strings.Contains(c.out, want) {
				t.Errorf("the report does not say %q\n%s", want, c.out)
			}
		}
	})

	t.Run("a person's consent is read and revoked", func(t *testing.T) {
		ledger := filepath.Join(t.TempDir(), "ledger.jsonl")
		c := p.check(t, p.environ(), p.person(t, "confirm"), "--target", file, "--only", "customer", "--allow-binding", "--ledger", ledger)
		held(t, c)
		if c.asked != 1 {
			t.Errorf("a person was asked %d times, want once\n%s", c.asked, c.progress)
		}
		wantStates(t, ledger, "begun", "sent", "came", "cancelled")
	})

	t.Run("a person who says no proves nothing", func(t *testing.T) {
		ledger := filepath.Join(t.TempDir(), "ledger.jsonl")
		c := p.check(t, p.environ(), p.person(t, "reject"), "--target", file, "--only", "customer", "--allow-binding", "--ledger", ledger)
		if c.code != 4 || !strings.Contains(c.out, "the person at the page did not consent") {
			t.Errorf("exit %d, want 4\n%s", c.code, c.out)
		}
		wantStates(t, ledger, "begun", "sent", "came", "cancelled")
	})

	t.Run("everything that binds leaves nothing behind", func(t *testing.T) {
		inbox := freeAddress(t)
		bound := p.target(t, fmt.Sprintf("budget: %d\n", budget), "", "# inbox: {public: https://hooks.example.com/uae, listen: 127.0.0.1:8977}",
			"inbox: {public: \"http://"+inbox+"/uae\", listen: \""+inbox+"\"}")
		ledger := filepath.Join(t.TempDir(), "ledger.jsonl")
		c := p.check(t, p.environ(), p.person(t, "confirm"), "--target", bound, "--only", "live-binds", "--allow-binding", "--ledger", ledger)
		held(t, c)
		if calls := exchanges(t, c.out); c.asked != 1 || calls < 100 {
			t.Errorf("%d calls were made, and a person was asked %d times\n%s", calls, c.asked, c.out)
		}
		if strings.Contains(c.out, "the target file has no inbox") {
			t.Errorf("the inbox is not used\n%s", c.out)
		}
		if done := p.succeeds(t, p.environ(), "cleanup", ledger); !strings.Contains(done, "nothing is left behind") {
			t.Error(done)
		}
	})

	t.Run("a refresh token stands for a person", func(t *testing.T) {
		refresh := p.given(t).RefreshToken
		c := p.check(t, p.environ("UAE_REFRESH_TOKEN="+refresh), nobody(t), "--target", file, "--only", "customer")
		held(t, c)
		if strings.Contains(c.out, "has no refresh_token") || strings.Contains(c.out, refresh) {
			t.Errorf("the refresh token is not used, or shown\n%s", c.out)
		}
	})

	t.Run("a redirect that is taken is told", func(t *testing.T) {
		at, err := url.Parse(p.lands)
		if err != nil {
			t.Fatal(err)
		}
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", at.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		c := p.check(t, p.environ(), nobody(t), "--target", file, "--only", "customer", "--allow-binding")
		if c.code != 4 || !strings.Contains(c.out+c.progress, "redirect: listen tcp "+at.Host) {
			t.Errorf("exit %d\n%s%s", c.code, c.out, c.progress)
		}
	})

	t.Run("without its certificate nobody is let in", func(t *testing.T) {
		bare := p.target(t, "  cert: ${UAE_TRANSPORT_CERT}\n  key: ${UAE_TRANSPORT_KEY}\n", "")
		c := p.check(t, p.environ(), nobody(t), "--target", bare)
		if c.code != 4 {
			t.Errorf("exit %d, want 4\n%s", c.code, c.out)
		}
	})
}

// TestSandboxBehindTLS: a target file may also lead to a sandbox that says so. It
// gets a world of its own, and the certificate is nothing but the way there.
func TestSandboxBehindTLS(t *testing.T) {
	p := &posing{dir: t.TempDir()}
	p.process = spawnFor(t, "--tls", "--tls-dir", p.dir, "--mtls-addr", "127.0.0.1:0")
	file := p.write(t, fmt.Sprintf(`name: mine
insurer: uae
faces:
  hub: %[1]s/uae/auth1
  auth: %[1]s/uae/as1
  insurance-v1.2: %[1]s/uae/rs1/open-finance/insurance/v1.2
  insurance-v1.0-rc1: %[1]s/uae/rs1/open-finance/insurance/v1.0-rc1
tls: {cert: %[2]s/client.pem, key: %[2]s/client-key.pem, ca: %[2]s/ca.pem}
`, p.url, p.dir))
	c := p.check(t, os.Environ(), nobody(t), "--target", file, "--only", "journey && !resilience && !events")
	if c.code != 0 || !strings.Contains(c.out, "passed: ") {
		t.Errorf("exit %d\n%s%s", c.code, c.out, c.progress)
	}
}

// TestTokensAreBoundOverTLS: a token works with the certificate that asked for it,
// and on the wire with no other and not without.
func TestTokensAreBoundOverTLS(t *testing.T) {
	p := pose(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	other := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	own, err := p.party(t, p.ours(t)).OwnToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const policies, consents = "/open-finance/insurance/v1.2/motor-insurance-policies", "/open-finance/insurance/v1.2/insurance-consents?BaseConsentId=x"
	for _, call := range []struct{ name, path, token string }{
		{"a customer's token", policies, p.given(t).AccessToken},
		{"the client's own token", consents, own.AccessToken},
	} {
		for _, tt := range []struct {
			name   string
			base   string
			shown  []tls.Certificate
			status int
		}{
			{"with its certificate", p.mtls, []tls.Certificate{p.ours(t)}, http.StatusOK},
			{"with another", p.mtls, []tls.Certificate{other}, http.StatusUnauthorized},
			{"without, where none is asked for", p.url, nil, http.StatusUnauthorized},
		} {
			got := browse(t, p.browser(t, tt.shown...), http.MethodGet, tt.base+"/uae/rs1"+call.path, "", "Authorization", "Bearer "+call.token)
			if got.status != tt.status {
				t.Errorf("%s %s: got %d %s, want %d", call.name, tt.name, got.status, got.body, tt.status)
			}
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.mtls+"/uae/rs1"+policies, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := p.browser(t).Do(r); err == nil {
		_ = res.Body.Close()
		t.Errorf("without a certificate, where one is asked for: got %s", res.Status)
	}
}
