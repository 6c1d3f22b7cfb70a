package uae_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// certificate is a client certificate of its own making.
func certificate(t *testing.T, name string) tls.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(now()-60, 0), NotAfter: time.Unix(now()+3600, 0), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

// A token works with the certificate that asked for it, and with no other; one
// that was asked for without works with any.
func TestTokensAreBoundToCertificates(t *testing.T) {
	s := start(t)
	secured := httptest.NewUnstartedServer(s.Sandbox)
	secured.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12}
	secured.StartTLS()
	t.Cleanup(secured.Close)
	with := func(certificates ...tls.Certificate) *party {
		p := newParty(t, secured.URL)
		transport := secured.Client().Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.Certificates = certificates
		t.Cleanup(transport.CloseIdleConnections)
		p.http.Transport = transport
		return p
	}
	mine, other, bare := with(certificate(t, "mine")), with(certificate(t, "other")), with()
	answer := mine.mustToken(mine.codeForm(mine.code(mine.requestClaims(detailsV12(freshID())))))
	user, own := answer.member(t, "access_token"), mine.clientToken()
	free := bare.clientToken()
	const consents = "/v1.2/insurance-consents?BaseConsentId=x"
	for _, test := range []struct {
		name        string
		p           *party
		path, token string
		status      int
	}{
		{"mine", mine, listV12, user, http.StatusOK},
		{"another", other, listV12, user, http.StatusUnauthorized},
		{"none", bare, listV12, user, http.StatusUnauthorized},
		{"mine, the client's own", mine, consents, own, http.StatusOK},
		{"another, the client's own", other, consents, own, http.StatusUnauthorized},
		{"bound to none", other, consents, free, http.StatusOK},
	} {
		if got := test.p.resources(http.MethodGet, test.path, test.token); got.status != test.status {
			t.Errorf("%s: got %d %s, want %d", test.name, got.status, got.body, test.status)
		}
	}
	refreshed := other.mustToken(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {answer.member(t, "refresh_token")}}).member(t, "access_token")
	if got := other.resources(http.MethodGet, listV12, refreshed); got.status != http.StatusOK {
		t.Errorf("refreshed under another certificate: got %d %s", got.status, got.body)
	}
}
