package suites

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// proving lets an insurer's target files say everything, for one test.
func proving(t *testing.T, slug string) {
	t.Helper()
	before := insurers[slug]
	more := before
	more.proofs = []string{"signing", "redirect", "consent", "inbox"}
	insurers[slug] = more
	t.Cleanup(func() { insurers[slug] = before })
}

// certificate writes a certificate that signs itself, and its key.
func certificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"c.pem": {Type: "CERTIFICATE", Bytes: der}, "k.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const provenHead = "name: x\ninsurer: allianz\nfaces: {motor: https://x.example.com}\n"

func TestLoadProofs(t *testing.T) {
	proving(t, "allianz")
	dir := t.TempDir()
	certificate(t, dir)
	file := filepath.Join(dir, "t.yaml")
	text := provenHead + `tls: {cert: c.pem, key: "${DIR}/k.pem", ca: c.pem}
signing: {key: k.pem, kid: my-key}
redirect: http://127.0.0.1:8976/callback
consent: manual
inbox: {public: https://hooks.example.com/uae, listen: 127.0.0.1:8977}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := LoadTarget(file, func(string) string { return dir })
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "k.pem"); got.TLS.Key != want || got.Signing.Key != want || got.Signing.KID != "my-key" {
		t.Errorf("got %+v %+v, want the key at %s", got.TLS, got.Signing, want)
	}
	if got.Redirect.Path != "/callback" || got.Consent != consentManual || got.Inbox.Public.Host != "hooks.example.com" || got.Inbox.Listen != "127.0.0.1:8977" {
		t.Errorf("got %+v", got)
	}
}

func TestLoadProofsSlips(t *testing.T) {
	dir := t.TempDir()
	certificate(t, dir)
	getenv := func(name string) string { return map[string]string{"DIR": dir}[name] }
	for name, c := range map[string]struct{ text, want string }{
		"a certificate without key":         {"tls: {cert: c.pem}\n", "tls: a certificate has a key: name both, or neither"},
		"no such certificate":               {"tls: {cert: none.pem, key: none.pem}\n", "tls: client certificate:"},
		"an authority that is none":         {"tls: {ca: t.yaml}\n", "holds no certificate in PEM"},
		"no such key":                       {"signing: {key: none.pem}\n", "signing: none.pem: no such file"},
		"a consent that comes back nowhere": {"consent: manual\n", "consent: who gives it comes back to the key redirect, which is missing"},
		"a redirect elsewhere":              {"redirect: https://tpp.example.com/callback\n", "redirect: a run listens there, so it wants http, a loopback host and a port"},
		"a redirect without a port":         {"redirect: http://127.0.0.1/callback\n", "redirect: a run listens there, so it wants http, a loopback host and a port"},
		"a key without a name":              {"signing: {key: \"${DIR}/k.pem\"}\n", "has no name: say with kid under which the insurer knows it"},
		"a key that is none":                {"signing: {key: \"${DIR}/c.pem\", kid: k}\n", "c.pem holds no private key, neither as PKCS #8 in PEM nor as a JWK"},
		"a key that is a text":              {"signing: {key: t.yaml, kid: k}\n", "t.yaml holds no private key"},
		"consent by nobody":                 {"consent: nobody\n", `consent: unknown way of consent "nobody"; allowed here: manual`},
		"a redirect to nowhere":             {"redirect: callback\n", "redirect: wants an address such as"},
		"an inbox without a port":           {"inbox: {public: https://a.example.com, listen: here}\n", "inbox.listen: wants a host and a port"},
		"a broken variable":                 {"tls: {ca: \"${A\"}\n", "has a ${ that names no variable"},
	} {
		t.Run(name, func(t *testing.T) {
			proving(t, "allianz")
			if _, err := load(t, provenHead+c.text, getenv); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := load(t, provenHead+"consent: manual\n", environment); err == nil || !strings.Contains(err.Error(), "the suite of allianz has no use for consent") {
		t.Errorf("got %v", err)
	}
}

// TestSigningKeys: whatever the form of its file, a suite finds the key as a JWK.
func TestSigningKeys(t *testing.T) {
	dir := t.TempDir()
	certificate(t, dir)
	asPEM := filepath.Join(dir, "k.pem")
	made, err := (&Signing{Key: asPEM, KID: "by-the-insurer"}).jwk()
	if err != nil {
		t.Fatal(err)
	}
	asJWK := filepath.Join(dir, "k.jwk")
	if err := os.WriteFile(asJWK, []byte(made), 0o600); err != nil {
		t.Fatal(err)
	}
	redirect, _ := url.Parse("http://127.0.0.1:8976/callback")
	for _, tt := range []struct {
		name    string
		signing *Signing
		kid     string
	}{
		{"PEM", &Signing{Key: asPEM, KID: "by-the-insurer"}, "by-the-insurer"},
		{"a JWK", &Signing{Key: asJWK}, "by-the-insurer"},
		{"a JWK under another name", &Signing{Key: asJWK, KID: "other"}, "other"},
	} {
		given := map[string]string{"client_id": "me"}
		target := &Target{Name: "x", Insurer: "uae", Credentials: given, Signing: tt.signing, Redirect: redirect}
		if err := target.prove(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON([]byte(target.Credentials[credentialKey])); err != nil || key.IsPublic() || key.KeyID != tt.kid {
			t.Errorf("%s: got a key of the name %q, %v, want a private one named %s", tt.name, key.KeyID, err, tt.kid)
		}
		if got := target.Credentials; got[credentialRedirect] != redirect.String() || got["client_id"] != "me" || len(given) != 1 {
			t.Errorf("%s: got %d credentials from %v", tt.name, len(got), given)
		}
	}
	missing := &Target{Name: "x", Insurer: "uae", Signing: &Signing{Key: filepath.Join(dir, "none.pem")}}
	if _, err := newRun([]*Target{missing}, Options{}); err == nil || !strings.Contains(err.Error(), "suites: target x: signing: ") {
		t.Errorf("a run without the key that it is to sign with: got %v", err)
	}
}

func TestGateShowsItsCertificate(t *testing.T) {
	dir := t.TempDir()
	certificate(t, dir)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) != 1 {
			rw.WriteHeader(http.StatusUnauthorized)
		}
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	defer server.Close()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	target := &Target{Name: "x", Insurer: "allianz", TLS: &TLS{Cert: filepath.Join(dir, "c.pem"), Key: filepath.Join(dir, "k.pem"), CA: ca}}
	g, err := newGate(target, time.Now, Rate{1000, time.Second})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := g.wire.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Errorf("got %d, want the certificate to have been seen", res.StatusCode)
	}
	target.TLS.Cert = filepath.Join(dir, "none.pem")
	if _, err := newGate(target, time.Now, Rate{}); err == nil {
		t.Error("a gate without the certificate that it is to show")
	}
}
